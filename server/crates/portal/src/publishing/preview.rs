//! A draft as the public would see it, for whoever holds a link.
//!
//! The page is made from the draft by the same path as that of a published entry, so what the public may not
//! know cannot be on it. Files of a draft were looked into by nobody yet: of them there are names and formats,
//! no bytes, sizes or hashes.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use kaishu_domain::cases::Actor;
use kaishu_domain::permission::{Action, role_for};
use kaishu_domain::visibility;
use kaishu_store::cases::Case;
use kaishu_store::previews::{self, NewLink};
use kaishu_types::case::CaseKind;
use kaishu_types::china::day_in_china;
use kaishu_types::dataset::{DatasetView, ResourceView, VersionView};
use kaishu_types::draft::{DraftDocument, DraftResource};
use kaishu_types::vocabulary::DatasetState;
use kaishu_types::{DatasetCode, ErrorCode, Lang};

pub use kaishu_store::previews::PreviewLink;

use crate::accounts::{Caller, LoginLimit, Tries, is_token, random_token, token_hash};
use crate::cases::LogAct;
use crate::entries::DatasetPage;
use crate::retrieval::Client;
use crate::rules::keep_facts_back;
use crate::tables::FileRelease;
use crate::{Error, Portal, Result};

/// Most days that a link is good for (*proposed*).
pub const MAX_PREVIEW_DAYS: u32 = 30;
/// Most links of a draft that are good at the same time (*proposed*): each is one more place to leak from.
const MAX_GOOD: usize = 20;
/// How often one client may open previews, and all of those together who are not known apart (*proposed*).
const OPENED_BY_CLIENT: u32 = 120;
const OPENED_BY_UNKNOWN: u32 = 600;
const OPENED_SPAN: TimeDelta = TimeDelta::minutes(15);

/// How often previews were opened a short while ago.
pub(crate) struct PreviewLimit {
    of_client: Tries,
    of_unknown: Tries<()>,
}

impl Default for PreviewLimit {
    fn default() -> Self {
        let limit = |n: u32| LoginLimit {
            failures: NonZeroU32::MIN.saturating_add(n - 1),
            span: OPENED_SPAN,
        };
        Self {
            of_client: Tries::new(limit(OPENED_BY_CLIENT)),
            of_unknown: Tries::new(limit(OPENED_BY_UNKNOWN)),
        }
    }
}

/// What a link shows.
pub struct Preview {
    /// The page that the public would see.
    pub page: DatasetPage,
    /// Until when the link is good.
    pub expires_at: DateTime<Utc>,
}

/// The links of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previews {
    /// The case of the draft.
    pub case: i64,
    /// Its title.
    pub title: String,
    /// Whether links are good and can be made: nothing was decided for good yet.
    pub is_open: bool,
    /// The links, the newest first.
    pub links: Vec<PreviewLink>,
}

impl Portal {
    /// Lists the links of a draft to those who may make them.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none that the caller may edit.
    pub async fn previews(&self, caller: &Caller, case: i64, lang: Lang) -> Result<Previews> {
        let found = self.previewed(caller, case, lang).await;
        let (case, _) = found.map_err(|error| match error.code() {
            ErrorCode::Forbidden => Error::not_found("case", case.to_string()),
            _ => error,
        })?;
        let links = previews::of_case(&self.inner.store, case.id).await?;
        Ok(Previews {
            case: case.id,
            is_open: case.file.closed_at.is_none(),
            title: case.about.title,
            links,
        })
    }

    /// Makes a link to a draft, good for some days, and returns its token: it is shown once and kept nowhere.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller sees no such draft; refused for who may not edit it; `InvalidInput` for other days than 1 to 30; `Conflict` where nothing
    /// is left to preview: the draft is closed, or the public would not see a page of it.
    pub async fn make_preview(
        &self,
        caller: &Caller,
        case: i64,
        days: &str,
        lang: Lang,
    ) -> Result<String> {
        let (case, by) = self.previewed(caller, case, lang).await?;
        let days = days.trim().parse().ok().filter(|days| (1..=MAX_PREVIEW_DAYS).contains(days));
        let days = days.ok_or_else(|| {
            Error::field(
                "days",
                lang.pick("有效期为 1 至 30 天", "a link is good for 1 to 30 days"),
            )
        })?;
        let (Some(account), Some(organization)) = (caller.account(), &case.about.organization)
        else {
            return Err(Error::not_found("case", case.id.to_string()));
        };
        let conflict =
            |zh: &str, en: &str| Err(Error::refused(ErrorCode::Conflict, lang.pick(zh, en)));
        if case.file.closed_at.is_some() {
            return conflict(
                "这份目录已经办结，不能再生成预览链接",
                "the draft is closed; there is nothing left to preview",
            );
        }
        if self.draft_page(&case).await?.is_none() {
            return conflict(
                "不予开放的目录没有公众页面，没有可预览的内容",
                "an entry that is not open has no public page; there is nothing to preview",
            );
        }
        let now = self.instant();
        let transaction = self.inner.store.begin_catalogue().await?;
        let links = previews::of_case(&transaction, case.id).await?;
        if links.iter().filter(|link| link.is_good(now)).count() >= MAX_GOOD {
            return conflict(
                "有效的预览链接太多，请先撤销不用的",
                "too many links are good; take back those that nobody needs",
            );
        }
        let token = random_token();
        let expires_at = now + TimeDelta::days(i64::from(days));
        let new = NewLink {
            case: case.id,
            token_hash: &token_hash(&token),
            account,
            organization,
            made_by: &by.name,
            made_at: now,
            expires_at,
        };
        let link = previews::add(&transaction, new).await?;
        let last_day = day_in_china(expires_at).to_string();
        let facts = [("link", link.to_string()), ("last_day", last_day)];
        let act = preview_act(&case, "preview_made", by, &facts);
        self.log(&transaction, act).await?;
        transaction.commit().await?;
        Ok(token)
    }

    /// Takes a link back: from the next request on it leads nowhere.
    ///
    /// # Errors
    ///
    /// As [`make_preview`](Self::make_preview); `NotFound` where there is no such link that was not taken back.
    pub async fn revoke_preview(
        &self,
        caller: &Caller,
        case: i64,
        link: i64,
        lang: Lang,
    ) -> Result<()> {
        let (case, by) = self.previewed(caller, case, lang).await?;
        let transaction = self.inner.store.begin().await?;
        if !previews::revoke(&transaction, case.id, link, self.instant()).await? {
            return Err(Error::not_found("preview", link.to_string()));
        }
        let facts = [("link", link.to_string())];
        self.log(&transaction, preview_act(&case, "preview_revoked", by, &facts)).await?;
        Ok(transaction.commit().await?)
    }

    /// Opens a preview.
    ///
    /// # Errors
    ///
    /// `NotFound` without a word of why, for every token that is not good: wrong, run out, taken back, of a
    /// draft that is closed or belongs to somebody else by now, or made by who may not make it any more.
    /// `TooManyRequests` where a client opens too many.
    pub async fn preview(
        &self,
        caller: &Caller,
        token: &str,
        client: Option<Client>,
        lang: Lang,
    ) -> Result<Preview> {
        let now = self.now();
        let limit = &self.inner.previews;
        let counted = match client {
            Some(client) => limit.of_client.begin(client.customer(), now),
            None => limit.of_unknown.begin((), now),
        };
        counted.map_err(|until| too_many(until - now, lang))?;
        let hidden = || Error::not_found("preview", "");
        if !is_token(token) {
            return Err(hidden());
        }
        let store = &self.inner.store;
        let link = previews::find(store, &token_hash(token)).await?.ok_or_else(hidden)?;
        let case = kaishu_store::cases::find(store, link.case).await?.ok_or_else(hidden)?;
        let is_open = link.is_good(now) && case.file.closed_at.is_none();
        if !is_open || !self.may_still_show(&link, &case).await? {
            return Err(hidden());
        }
        let view = self.draft_page(&case).await?.ok_or_else(hidden)?;
        let mut page = self.page_of(caller, view);
        page.json_ld = serde_json::Value::Null;
        previews::opened(store, link.id, self.instant()).await?;
        Ok(Preview { page, expires_at: link.expires_at })
    }

    /// The case of a draft, with who acts, where somebody may make links to it.
    async fn previewed(&self, caller: &Caller, case: i64, lang: Lang) -> Result<(Case, Actor)> {
        let case = self.visible_case(caller, case).await?;
        if case.file.kind != CaseKind::Opening {
            return Err(Error::not_found("case", case.id.to_string()));
        }
        let subject = self.subject_of(&case.about, false);
        let by = self.permitted(caller, Action::EditDatasets, &subject, lang)?;
        Ok((case, by))
    }

    /// Whether the draft is still that of the organization, and who made the link may still edit it: who
    /// left takes no access along.
    async fn may_still_show(&self, link: &PreviewLink, case: &Case) -> Result<bool> {
        if case.about.organization.as_deref() != Some(link.organization.as_str()) {
            return Ok(false);
        }
        let account = kaishu_store::accounts::find_by_id(&self.inner.store, link.account).await?;
        let account = account.filter(|it| it.is_usable(self.now()));
        let subject = self.subject_of(&case.about, false);
        Ok(account.is_some_and(|it| role_for(&it.roles, Action::EditDatasets, &subject).is_some()))
    }

    /// A draft as the public would see it; none where the public would not.
    async fn draft_page(&self, case: &Case) -> Result<Option<crate::rules::PublicView>> {
        let (draft, document) = self.stored_draft(case).await?;
        let before = kaishu_store::datasets::find(&self.inner.store, &draft.code).await?;
        let drafted = self.drafted(&draft.code, &document, before.as_ref());
        let Some(mut view) = drafted.and_then(|dataset| self.public_view(dataset)) else {
            return Ok(None);
        };
        self.keep_public_sources(&mut view.dataset.fields.provenance).await?;
        let dataset = &mut view.dataset;
        let of_versions = dataset.versions.iter_mut().flat_map(|version| &mut version.resources);
        for resource in dataset.resources.iter_mut().chain(of_versions) {
            keep_facts_back(resource);
            view.kept_back.insert(resource.id, FileRelease::Waiting);
        }
        Ok(Some(view))
    }

    /// The entry that a draft becomes when it is published now.
    fn drafted(
        &self,
        code: &DatasetCode,
        document: &DraftDocument,
        before: Option<&DatasetView>,
    ) -> Option<DatasetView> {
        let directory = self.directory();
        let organization = directory.organization(&document.organization)?;
        let region = directory.region(&document.region)?;
        let now = self.instant();
        let number = before.map_or(1, |it| it.version + 1);
        let files = document.resources.iter().zip(1..);
        let resources: Vec<ResourceView> =
            files.map(|(file, place)| drafted_file(file, (place, number), now)).collect();
        let classes = visibility::classes(&document.items);
        let version = VersionView {
            number,
            note: document.version_note.clone(),
            published_at: now,
            author: None,
            provider: Some(document.organization.clone()),
            basis: None,
            changed_fields: Vec::new(),
            resources: resources.clone(),
            is_wholly_open: visibility::is_wholly_open(document.fields.open.class, classes),
            is_public: true,
            changes_public_items: true,
            guards: Vec::new(),
        };
        Some(DatasetView {
            code: code.clone(),
            state: DatasetState::Published,
            state_reason: None,
            state_since: now,
            organization: organization.named.clone(),
            region: region.named.clone(),
            level: region.level,
            fields: document.fields.clone(),
            version: number,
            published_at: now,
            updated_at: now,
            next_due: next_due(document, day_in_china(now)),
            items: document.items.clone(),
            resources,
            versions: vec![version],
            origin: None,
            source_id: None,
            n_downloads: 0,
            n_views: 0,
        })
    }
}

fn next_due(document: &DraftDocument, day: NaiveDate) -> Option<NaiveDate> {
    let days = document.fields.frequency.period_days()?;
    day.checked_add_days(Days::new(u64::from(days)))
}

/// A file of a draft, as the entry would list it. Its place stands for the number that it does not have yet.
fn drafted_file(
    file: &DraftResource,
    (place, version): (i64, u32),
    now: DateTime<Utc>,
) -> ResourceView {
    ResourceView {
        id: place,
        title: file.title.clone(),
        description: file.description.clone(),
        kind: file.kind,
        format: file.format,
        media_type: file.media_type.clone(),
        url: file.url.clone(),
        in_place: file.in_place.clone(),
        file_name: file.file_name.clone(),
        size_bytes: None,
        sha256: None,
        sm3: None,
        encoding: None,
        n_rows: None,
        n_columns: None,
        version,
        updated_at: now,
        source_id: None,
    }
}

fn preview_act<'a>(
    case: &'a Case,
    event: &'a str,
    by: Actor,
    facts: &[(&str, String)],
) -> LogAct<'a> {
    let facts = facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let facts: BTreeMap<String, String> =
        facts.chain([("case".to_owned(), case.id.to_string())]).collect();
    LogAct { kind: "dataset", subject: &case.about.subject, event, by, facts, ..LogAct::default() }
}

fn too_many(wait: TimeDelta, lang: Lang) -> Error {
    Error::TryLater {
        message: lang
            .pick(
                "打开预览太频繁，请稍后再试。",
                "Previews were opened too often; try again later.",
            )
            .to_owned(),
        seconds: u64::try_from(wait.num_seconds()).unwrap_or(0) + 1,
    }
}
