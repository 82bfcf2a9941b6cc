//! The open catalogue as a file: that of a region with all below it, or the list of one agency (CAT-16).

use bytes::Bytes;
use futures::{Stream, stream};
use kaishu_store::datasets::{self, ListedFrom};
use kaishu_types::Lang;
use kaishu_types::china::day_in_china;
use kaishu_types::search::SearchDocument;
use kaishu_types::vocabulary::OpenClass;

use crate::{Error, Portal, Result};

/// Entries that are read at once.
const CHUNK: u64 = 500;

/// Whose open data is listed; all of it where neither is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenList {
    /// The code of a provider.
    pub organization: Option<String>,
    /// The code of a region; those below it count.
    pub region: Option<String>,
}

struct Running {
    portal: Portal,
    list: OpenList,
    lang: Lang,
    from: ListedFrom,
    head: Option<Bytes>,
}

impl Portal {
    /// Streams the entries that passed their review and are open, unconditionally or on conditions, by
    /// code: CSV in UTF-8 with a byte order mark, heads and words in the language of the reader. What a
    /// spreadsheet would run as a formula is made a text.
    ///
    /// # Errors
    ///
    /// `NotFound` for an organization or a region that there is none of.
    pub fn open_list(
        &self,
        list: OpenList,
        lang: Lang,
    ) -> Result<impl Stream<Item = Result<Bytes>> + Send + 'static> {
        let directory = self.directory();
        if let Some(code) = &list.organization
            && directory.organization(code).is_none()
        {
            return Err(Error::not_found("organization", code.clone()));
        }
        if let Some(code) = &list.region
            && directory.region_and_above(code).is_empty()
        {
            return Err(Error::not_found("region", code.clone()));
        }
        let running = Running {
            portal: self.clone(),
            list,
            lang,
            from: ListedFrom::Place(0),
            head: Some(head(lang)),
        };
        Ok(stream::try_unfold(running, |running| running.next()))
    }
}

impl Running {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>> {
        if let Some(head) = self.head.take() {
            return Ok(Some((head, self)));
        }
        let portal = &self.portal;
        let codes = portal.listed_codes(&self.from, CHUNK).await?;
        let Some((last, _)) = codes.last() else { return Ok(None) };
        self.from = ListedFrom::Code(last.clone());
        let codes: Vec<String> = codes.iter().map(|(code, _)| code.to_string()).collect();
        let store = &portal.inner.store;
        let mut found = datasets::search_documents(store, &codes, portal.listed()).await?;
        found.sort_by(|one, other| one.card.code.as_str().cmp(other.card.code.as_str()));
        let mut out = Vec::new();
        for entry in found.iter().filter(|entry| self.is_listed(entry)) {
            self.write(&mut out, entry);
        }
        Ok(Some((Bytes::from(out), self)))
    }

    fn is_listed(&self, entry: &SearchDocument) -> bool {
        let is_own = self.list.organization.as_ref();
        let is_there = self.list.region.as_ref();
        entry.card.open_class != OpenClass::None
            && is_own.is_none_or(|code| entry.card.organization.code == *code)
            && is_there.is_none_or(|code| entry.regions.contains(code))
    }

    fn write(&self, out: &mut Vec<u8>, entry: &SearchDocument) {
        let (card, lang) = (&entry.card, self.lang);
        let directory = self.portal.directory();
        let mut themes = directory.vocabulary("theme");
        let theme = themes.find(|term| term.code == card.theme);
        let title = card.title_en.as_ref().filter(|_| lang == Lang::En).unwrap_or(&card.title);
        let formats: Vec<&str> = card.formats.iter().map(|format| format.label(lang)).collect();
        let values = [
            card.code.to_string(),
            title.clone(),
            card.organization.label(lang).to_owned(),
            card.region.label(lang).to_owned(),
            theme.map_or(card.theme.as_str(), |term| term.label(lang)).to_owned(),
            card.open_class.label(lang).to_owned(),
            card.frequency.label(lang).to_owned(),
            day_in_china(card.updated_at).to_string(),
            formats.join(lang.pick("、", ", ")),
            card.state.label(lang).to_owned(),
            format!("{}/datasets/{}", self.portal.site().base_url, card.code),
        ];
        kaishu_tables::write_guarded_row(out, values.iter().map(String::as_str));
    }
}

fn head(lang: Lang) -> Bytes {
    let names = [
        ("目录编码", "code"),
        ("名称", "title"),
        ("提供单位", "provider"),
        ("地区", "region"),
        ("数据领域", "theme"),
        ("开放类型", "open class"),
        ("更新频率", "update frequency"),
        ("最近更新", "last update"),
        ("格式", "formats"),
        ("状态", "state"),
        ("网址", "address"),
    ];
    let mut out = "\u{FEFF}".as_bytes().to_vec();
    kaishu_tables::write_guarded_row(&mut out, names.map(|(zh, en)| lang.pick(zh, en)));
    Bytes::from(out)
}
