//! The trail of a copy: from what was delivered to its source and its approval, and back (SEC-02).

mod requests;

use std::collections::BTreeSet;

use kaishu_domain::cases::{Actor, Step};
use kaishu_domain::permission::Action;
use kaishu_domain::visibility;
use kaishu_store::log::{self, Logged};
use kaishu_store::receipts::Copies;
use kaishu_store::{datasets, drafts, filings, receipts};
use kaishu_types::case::{CaseKind, Worded};
use kaishu_types::dataset::DatasetView;
use kaishu_types::receipt::ReceiptView;
use kaishu_types::trail::{TrailAct, TrailFile, TrailOpening, TrailSource, TrailView};
use kaishu_types::{DatasetCode, Lang, ReceiptCode};

use super::audit::event_word;
use crate::accounts::{Caller, Came};
use crate::cases::not_covered;
use crate::{Error, Portal, Result};

/// Copies on a page.
const COPIES: u64 = 100;
/// Files with the same bytes that are looked at.
const SAME_FILES: u64 = 100;
/// What the numbers of applications and of share requests begin with.
const NUMBERS: [&str; 2] = ["SQ-", "GX-"];
/// Digits of a SHA-256.
const SHA256_DIGITS: usize = 64;

/// What a trail begins at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrailAsked {
    /// A copy, by the number of its receipt.
    Receipt(ReceiptCode),
    /// A copy, by its bytes: SHA-256, lower-case hex.
    Sha256(String),
    /// All copies of a dataset.
    Dataset(DatasetCode),
    /// All copies of what a review approved, or that were taken under the grant of an application or a share request.
    Case(i64),
}

impl TrailAsked {
    /// Reads what somebody holds: the number of a receipt, a hash, the code of a dataset, the number of a case, of an
    /// application or of a share request.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() == SHA256_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Some(Self::Sha256(text.to_ascii_lowercase()));
        }
        let upper = text.to_uppercase();
        let number = NUMBERS.iter().find_map(|start| case_of(upper.strip_prefix(*start)?));
        if let Ok(case) = number.unwrap_or(text).trim_start_matches('#').parse::<i64>() {
            return Some(Self::Case(case)).filter(|_| case > 0);
        }
        let receipt = upper.parse().ok().filter(|_| upper.starts_with("R-"));
        receipt.map(Self::Receipt).or_else(|| text.parse().ok().map(Self::Dataset))
    }
}

impl Portal {
    /// Follows a copy to its dataset, version, file, provider, class and approval; or a dataset or a review to the
    /// copies that were delivered, a hundred at a time, going on before a place.
    ///
    /// # Errors
    ///
    /// Refused for who may not trace copies; `NotFound` for what is not known, and alike for what belongs to
    /// no region of the caller.
    pub async fn trail(
        &self,
        caller: &Caller,
        asked: &TrailAsked,
        before: Option<i64>,
        lang: Lang,
    ) -> Result<TrailView> {
        self.permit_trail(caller, lang)?;
        let traced = match asked {
            TrailAsked::Receipt(code) => self.of_receipt(code).await?,
            TrailAsked::Sha256(sha256) => self.of_bytes(sha256, before).await?,
            TrailAsked::Dataset(code) => self.of_dataset(code, before).await?,
            TrailAsked::Case(case) => self.of_review(*case, before).await?,
        };
        let Traced { mut copies, next, mut versions } = traced;
        for receipt in &copies {
            let wanted = Wanted::of(receipt);
            match versions.iter_mut().find(|it| it.is_same(&wanted)) {
                Some(known) => known.files.extend(wanted.files),
                None => versions.push(wanted),
            }
        }
        let mut sources = Vec::with_capacity(versions.len());
        let mut seen: BTreeSet<DatasetCode> = BTreeSet::new();
        for wanted in versions {
            let Some(dataset) = datasets::find(&self.inner.store, &wanted.dataset).await? else {
                continue;
            };
            if !self.may_trace(caller, &dataset) {
                continue;
            }
            seen.insert(wanted.dataset.clone());
            sources.extend(self.source(&dataset, &wanted, lang).await?);
        }
        copies.retain(|receipt| seen.contains(&receipt.dataset));
        if seen.is_empty() {
            return Err(Error::not_found("copy", shown(asked)));
        }
        let requests = self.requests_behind(caller, asked, &copies, lang).await?;
        Ok(TrailView { copies, next, sources, requests })
    }

    /// Checks that somebody may trace copies anywhere, whatever is asked.
    ///
    /// # Errors
    ///
    /// Refused for who may not.
    pub fn permit_trail(&self, caller: &Caller, lang: Lang) -> Result<()> {
        match caller.came() == Some(Came::Command) || caller.may_ever(Action::TraceCopies) {
            true => Ok(()),
            false => Err(not_covered(caller, Action::TraceCopies, lang)),
        }
    }

    fn may_trace(&self, caller: &Caller, dataset: &DatasetView) -> bool {
        let (organization, region) = (&dataset.organization.code, &dataset.region.code);
        let subject = self.subject(Some(organization), Some(region), false);
        caller.came() == Some(Came::Command)
            || caller.role_for(Action::TraceCopies, &subject).is_some()
    }

    async fn of_receipt(&self, code: &ReceiptCode) -> Result<Traced> {
        let receipt = receipts::find(&self.inner.store, code).await?;
        Ok(Traced { copies: receipt.into_iter().collect(), ..Traced::default() })
    }

    async fn of_bytes(&self, sha256: &str, before: Option<i64>) -> Result<Traced> {
        let copies = Copies { sha256: Some(sha256), before, ..Copies::default() };
        let files = datasets::with_sha256(&self.inner.store, sha256, SAME_FILES).await?;
        let version = |(dataset, file, version)| Wanted { dataset, version, files: [file].into() };
        let versions = files.into_iter().map(version).collect();
        Ok(Traced { versions, ..self.copies(copies).await? })
    }

    async fn of_dataset(&self, code: &DatasetCode, before: Option<i64>) -> Result<Traced> {
        let found = datasets::find(&self.inner.store, code).await?;
        let Some(dataset) = found else { return Ok(Traced::default()) };
        let current =
            Wanted { dataset: code.clone(), version: dataset.version, files: BTreeSet::new() };
        let copies = Copies { dataset: Some(code), before, ..Copies::default() };
        Ok(Traced { versions: vec![current], ..self.copies(copies).await? })
    }

    /// The copies of the version that a review approved, and of newer data under the same approval.
    async fn of_review(&self, case: i64, before: Option<i64>) -> Result<Traced> {
        let store = &self.inner.store;
        let found = kaishu_store::cases::find(store, case).await?;
        let Some(case) = found else { return Ok(Traced::default()) };
        if case.file.kind != CaseKind::Opening {
            return self.of_request(&case, before).await;
        }
        let (Ok(code), Some(version)) =
            (case.about.subject.parse::<DatasetCode>(), drafts::version_of(store, case.id).await?)
        else {
            return Ok(Traced::default());
        };
        let copies = Copies {
            dataset: Some(&code),
            from_version: Some(version),
            before_version: drafts::approved_after(store, &code, version).await?,
            before,
            ..Copies::default()
        };
        let traced = self.copies(copies).await?;
        let approved = Wanted { dataset: code, version, files: BTreeSet::new() };
        Ok(Traced { versions: vec![approved], ..traced })
    }

    async fn copies(&self, copies: Copies<'_>) -> Result<Traced> {
        let mut rows = receipts::search(&self.inner.store, copies, COPIES + 1).await?;
        let limit = usize::try_from(COPIES).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(|(place, _)| *place);
        let copies = rows.into_iter().map(|(_, receipt)| receipt).collect();
        Ok(Traced { copies, next, versions: Vec::new() })
    }

    async fn source(
        &self,
        dataset: &DatasetView,
        wanted: &Wanted,
        lang: Lang,
    ) -> Result<Option<TrailSource>> {
        let (store, code) = (&self.inner.store, &dataset.code);
        let Some(said) = datasets::version(store, code, wanted.version).await? else {
            return Ok(None);
        };
        let files = said.version.resources.iter().filter(|it| wanted.files.contains(&it.id));
        let files = files.map(|it| TrailFile {
            id: it.id,
            title: it.title.clone(),
            sha256: it.sha256.clone(),
        });
        let (opening, became) = match drafts::approving(store, code, wanted.version).await? {
            Some((case, became)) => (self.approval(case, code, lang).await?, Some(became)),
            None => (None, None),
        };
        let is_newer = became.is_some_and(|became| became < wanted.version);
        let refreshed = match is_newer {
            true => self.refresh(code, wanted.version, lang).await?,
            false => None,
        };
        let class = said.fields.open.class;
        Ok(Some(TrailSource {
            dataset: code.clone(),
            state: dataset.state,
            version: wanted.version,
            title: said.fields.title.clone(),
            provider: said.organization.unwrap_or_else(|| dataset.organization.clone()),
            class: visibility::shown_class(class, visibility::classes(&said.items)),
            licence: said.fields.licence,
            published_at: said.version.published_at,
            files: files.collect(),
            opening,
            refreshed,
            imported_from: dataset.origin.clone(),
        }))
    }

    /// What was done in the review that approved a version: submitted, each step, published.
    async fn approval(
        &self,
        case: i64,
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<Option<TrailOpening>> {
        let store = &self.inner.store;
        let Some(case) = kaishu_store::cases::find(store, case).await? else { return Ok(None) };
        let events = log::of_case(store, case.id).await?;
        let filed = filings::of_dataset(store, code).await?;
        let last = |name: &str| events.iter().rev().find(|it| it.event.name == name);
        let submitted = last("submit");
        let mut acts: Vec<TrailAct> =
            submitted.map(|it| self.trail_act(it, lang)).into_iter().collect();
        let of_submission = submitted.map_or(0, |it| it.seq);
        let steps = case.file.steps.iter().enumerate();
        acts.extend(steps.filter_map(|(place, step)| {
            let is_it = |it: &&Logged| {
                it.seq > of_submission
                    && it.event.body.step.is_some_and(|n| usize::try_from(n) == Ok(place))
            };
            let entry = events.iter().rev().find(is_it);
            self.step_act(step, entry.map_or(of_submission, |it| it.seq), lang)
        }));
        acts.extend(last("publish").map(|it| self.trail_act(it, lang)));
        Ok(Some(TrailOpening {
            filing: filed.iter().find(|it| it.case == case.id).map(|it| it.shown()),
            case: case.id,
            acts,
        }))
    }

    /// Who published newer data of the same structure as a version.
    async fn refresh(
        &self,
        code: &DatasetCode,
        version: u32,
        lang: Lang,
    ) -> Result<Option<TrailAct>> {
        let search = log::Search {
            kind: Some("dataset".to_owned()),
            subjects: vec![code.to_string()],
            events: vec!["version".to_owned()],
            ..log::Search::default()
        };
        let found = log::search(&self.inner.store, &search, 1_000).await?;
        let number = version.to_string();
        let is_it = |it: &&Logged| it.event.body.facts.get("version") == Some(&number);
        Ok(found.iter().find(is_it).map(|it| self.trail_act(it, lang)))
    }

    fn trail_act(&self, entry: &Logged, lang: Lang) -> TrailAct {
        TrailAct {
            seq: entry.seq,
            event: Worded { code: entry.event.name.clone(), label: event_word(entry, lang) },
            step: None,
            at: entry.event.at,
            by: entry.event.by.name.clone(),
            acting: self.acting(&entry.event.by, lang),
            reason: entry.event.body.reason.clone(),
        }
    }

    fn step_act(&self, step: &Step, seq: i64, lang: Lang) -> Option<TrailAct> {
        let result = step.result.as_ref()?;
        let by: &Actor = &result.by;
        let label = lang.pick("通过", "Passed").to_owned();
        Some(TrailAct {
            seq,
            event: Worded { code: "pass".to_owned(), label },
            step: Some(step.label(lang)),
            at: result.at,
            by: by.name.clone(),
            acting: self.acting(by, lang),
            reason: result.opinion.clone(),
        })
    }
}

/// What was found, before it is looked at who may know of it.
#[derive(Default)]
struct Traced {
    copies: Vec<ReceiptView>,
    next: Option<i64>,
    versions: Vec<Wanted>,
}

/// A version whose trail is wanted, with the files that it is about.
struct Wanted {
    dataset: DatasetCode,
    version: u32,
    files: BTreeSet<i64>,
}

impl Wanted {
    fn of(receipt: &ReceiptView) -> Self {
        Self {
            dataset: receipt.dataset.clone(),
            version: receipt.version,
            files: receipt.resource_id.into_iter().collect(),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.dataset == other.dataset && self.version == other.version
    }
}

/// The case in `2026-000012`, which it ends with; none in the code of a dataset that begins alike.
fn case_of(rest: &str) -> Option<&str> {
    let (year, case) = rest.split_once('-')?;
    (year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit())).then_some(case)
}

fn shown(asked: &TrailAsked) -> String {
    match asked {
        TrailAsked::Receipt(code) => code.to_string(),
        TrailAsked::Sha256(sha256) => sha256.clone(),
        TrailAsked::Dataset(code) => code.to_string(),
        TrailAsked::Case(case) => case.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_holds_is_read_as_what_it_is() {
        let read = |text: &str| TrailAsked::read(text).map(|asked| shown(&asked));
        let hash = "AB".repeat(32);
        assert_eq!(read(&format!(" {hash} ")), Some(hash.to_lowercase()));
        assert_eq!(read("r-20261121-0123456789ab"), Some("R-20261121-0123456789AB".to_owned()));
        assert_eq!(read("YX-FGW-0001"), Some("YX-FGW-0001".to_owned()));
        assert_eq!(read("#17"), Some("17".to_owned()));
        for number in ["SQ-2026-000017", "gx-2026-000017"] {
            assert_eq!(read(number), Some("17".to_owned()), "{number}");
        }
        assert_eq!(read("GX-FGW-0001"), Some("GX-FGW-0001".to_owned()), "a dataset of a place");
        for text in ["", "#", "-1", "0", "R-", "没有", "\0"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
