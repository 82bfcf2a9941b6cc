//! The datasets that somebody looks after: what is due, what each is, what can be done with it.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_domain::entry::is_bare;
use kaishu_domain::permission::Action;
use kaishu_domain::processing::needs_record;
use kaishu_store::cases::Waiting;
use kaishu_store::datasets::{self, Keeping, Kept};
use kaishu_types::case::{ActionView, CaseCard, CaseKind};
use kaishu_types::dataset::DatasetView;
use kaishu_types::vocabulary::{DatasetState, Frequency, OpenClass};
use kaishu_types::{DatasetCode, Lang};

use super::OpenTransfer;
use crate::accounts::Caller;
use crate::processing::Processed;
use crate::sharing::SourceNote;
use crate::supervision::Urged;
use crate::tables::FileReport;
use crate::{Error, Portal, Result};

/// Datasets on a page.
const ROWS: usize = 50;
/// Longest text that is looked for, in characters.
const MAX_TEXT_CHARS: usize = 100;

/// The kinds of cases that are shown with a dataset.
const KINDS: &[CaseKind] = &[
    CaseKind::Opening,
    CaseKind::Change,
    CaseKind::Life,
    CaseKind::Transfer,
    CaseKind::Reassessment,
    CaseKind::Dispute,
];

/// Which datasets are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OwnFilter {
    /// All.
    #[default]
    All,
    /// Published ones whose data is overdue (PUB-04).
    Overdue,
    /// What is suspended, withdrawn or retired.
    NotOpen,
}

/// A dataset in the list of those who look after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnDataset {
    /// Its code.
    pub code: DatasetCode,
    /// Its title.
    pub title: String,
    /// Name of its provider.
    pub organization: String,
    /// Its state.
    pub state: DatasetState,
    /// Its class.
    pub open_class: OpenClass,
    /// How often its data changes.
    pub frequency: Frequency,
    /// When its data last changed.
    pub updated_at: DateTime<Utc>,
    /// The day by which it must change again.
    pub next_due: Option<NaiveDate>,
    /// Whether that day has passed.
    pub is_overdue: bool,
    /// Its version.
    pub version: u32,
    /// The quality that was found last, in tenths from 0 to 1000; none where it was never measured.
    pub score: Option<u32>,
    /// Cases about it that wait for somebody.
    pub n_tasks: u32,
    /// Whether it is open and has no file and no interface (PUB-01).
    pub is_bare: bool,
}

/// A page of such datasets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPage {
    /// The datasets, what is due first before the others.
    pub rows: Vec<OwnDataset>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// A dataset as those see it who look after it.
#[derive(Debug, Clone)]
pub struct OwnView {
    /// The whole entry.
    pub dataset: DatasetView,
    /// What can be done to it now.
    pub actions: Vec<ActionView>,
    /// How many events its life has; what is done next names it.
    pub version: u32,
    /// Its cases: reviews, changes, its life; the newest first.
    pub cases: Vec<CaseCard>,
    /// The revision that is being written.
    pub revision: Option<i64>,
    /// Whether the caller may begin one, and upload new data.
    pub may_edit: bool,
    /// Whether the caller may note a change.
    pub may_note: bool,
    /// Whether the caller may decide about what was found.
    pub may_decide: bool,
    /// Whether the reader may offer it to another organization, or take an offer back.
    pub may_transfer: bool,
    /// The offer that waits for its answer.
    pub transfer: Option<OpenTransfer>,
    /// Its files and what was found in them.
    pub files: Vec<FileReport>,
    /// What was done to its data.
    pub processing: Vec<Processed>,
    /// How often the authority urged that its data be renewed; none where it did not (SUP-02).
    pub urged: Option<Urged>,
    /// What is said of it where another provider's data differs (SHR-12).
    pub differs: Vec<SourceNote>,
    /// Whether new data that is not desensitised comes with a record (CLS-10).
    pub needs_record: bool,
    /// Whether it is open and has no file and no interface (PUB-01).
    pub is_bare: bool,
}

impl Portal {
    /// Lists the datasets that the caller's roles cover, what is due first before the others.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a place in the list that is none.
    pub async fn own_datasets(
        &self,
        caller: &Caller,
        filter: OwnFilter,
        (text, after): (&str, Option<&str>),
        lang: Lang,
    ) -> Result<OwnPage> {
        let text: String = text.trim().chars().take(MAX_TEXT_CHARS).collect();
        let (organizations, regions) = self.reach(caller, Action::SeeDrafts);
        let keeping = Keeping {
            organizations,
            regions,
            states: match filter {
                OwnFilter::NotOpen => {
                    let shut = |state: &DatasetState| *state != DatasetState::Published;
                    DatasetState::ALL.iter().copied().filter(shut).collect()
                }
                _ => Vec::new(),
            },
            due_before: (filter == OwnFilter::Overdue).then(|| self.today()),
            text: (!text.is_empty()).then_some(text),
            after: after.map(|after| place(after, lang)).transpose()?,
        };
        if keeping.organizations.is_empty() && keeping.regions.is_empty() {
            return Ok(OwnPage { rows: Vec::new(), next: None });
        }
        let limit = u64::try_from(ROWS + 1).unwrap_or(u64::MAX);
        let mut rows = datasets::kept(&self.inner.store, &keeping, limit).await?;
        let has_more = rows.len() > ROWS;
        rows.truncate(ROWS);
        let last = rows.last().filter(|_| has_more);
        let next = last.map(|row| {
            let due = row.next_due.map(|day| day.to_string()).unwrap_or_default();
            format!("{}_{due}", row.id)
        });
        Ok(OwnPage { rows: self.own_rows(rows, lang).await?, next })
    }

    /// The rows with the quality that was found last and what waits about each.
    async fn own_rows(&self, rows: Vec<Kept>, lang: Lang) -> Result<Vec<OwnDataset>> {
        let store = &self.inner.store;
        let codes: Vec<String> = rows.iter().map(|row| row.code.to_string()).collect();
        let scores = kaishu_store::monitoring::last_scores(store, &codes).await?;
        let waiting = kaishu_store::cases::waiting(store, &codes, KINDS).await?;
        let bare = self.bare_among(&rows).await?;
        let filled = rows.into_iter().map(|row| {
            let code = row.code.as_str();
            // What waits at another organization is not theirs to look into.
            let is_of = |it: &&Waiting| {
                it.subject == code && it.organization.as_ref() == Some(&row.organization)
            };
            let n_tasks = waiting.iter().filter(is_of).map(|it| it.n).sum();
            let score = scores.get(code).copied();
            let is_bare = bare.contains(code);
            OwnDataset { score, n_tasks, is_bare, ..self.own_row(row, lang) }
        });
        Ok(filled.collect())
    }

    /// The codes of those that are open and have no file and no interface (PUB-01).
    async fn bare_among(&self, rows: &[Kept]) -> Result<BTreeSet<String>> {
        let store = &self.inner.store;
        let is_open =
            |row: &&Kept| row.state == DatasetState::Published && row.open_class != OpenClass::None;
        let mut open: Vec<String> =
            rows.iter().filter(is_open).map(|row| row.code.to_string()).collect();
        let mounted = datasets::mounted(store, &open).await?;
        let mut bare = BTreeSet::new();
        open.retain(|code| !mounted.contains(code));
        for code in open {
            // An entry of which no data item is open need not have any: the items say so, not the row.
            let parsed: DatasetCode =
                code.parse().map_err(|error| Error::Internal(format!("{error}")))?;
            let found = datasets::find(store, &parsed).await?;
            if found.is_some_and(|dataset| is_bare(&dataset)) {
                bare.insert(code);
            }
        }
        Ok(bare)
    }

    pub(crate) fn own_row(&self, row: Kept, lang: Lang) -> OwnDataset {
        let directory = self.directory();
        let organization = directory.organization(&row.organization);
        let is_due = row.next_due.is_some_and(|day| day < self.today());
        OwnDataset {
            organization: organization
                .map_or_else(|| row.organization.clone(), |it| it.named.label(lang).to_owned()),
            is_overdue: is_due && row.state == DatasetState::Published,
            code: row.code,
            title: row.title,
            state: row.state,
            open_class: row.open_class,
            frequency: row.frequency,
            updated_at: row.updated_at,
            next_due: row.next_due,
            version: row.version,
            score: None,
            n_tasks: 0,
            is_bare: false,
        }
    }

    /// Shows a dataset to those who look after it.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none that a role of the caller covers.
    pub async fn own_dataset(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<OwnView> {
        let store = &self.inner.store;
        let hidden = || Error::not_found("dataset", code.to_string());
        let dataset = datasets::find(store, code).await?.ok_or_else(hidden)?;
        let (organization, region) = (&dataset.organization.code, &dataset.region.code);
        let subject = self.subject(Some(organization), Some(region), false);
        let may = |action| caller.role_for(action, &subject).is_some();
        let watches = may(Action::SuspendDatasets) && self.find_public(code).await?.is_some();
        if !may(Action::SeeDrafts) && !watches {
            return Err(hidden());
        }
        let life = self.life_case(code).await?;
        let file = match &life {
            Some(case) => case.file.clone(),
            None => self.life_begun(&dataset, lang)?.file,
        };
        let machine = kaishu_domain::cases::machine(CaseKind::Life);
        let possible = kaishu_domain::cases::possible(machine, &file, &may);
        let mut cases = Vec::new();
        for kind in KINDS {
            cases.extend(kaishu_store::cases::of_subject(store, code.as_str(), *kind).await?);
        }
        // What waits at another organization is not theirs to look into.
        cases.retain(|case| self.may_see(caller, case));
        cases.sort_by_key(|case| std::cmp::Reverse(case.updated_at));
        let sees_files = may(Action::SeeDrafts);
        let said = Box::pin(self.document_of(&dataset)).await?;
        Ok(OwnView {
            needs_record: needs_record(crate::processing::about(&said)),
            is_bare: is_bare(&dataset),
            actions: possible.into_iter().map(|it| super::action(it, lang)).collect(),
            version: life.as_ref().map_or(0, |case| case.file.n_events),
            revision: self.open_revision(code).await?,
            may_edit: may(Action::EditDatasets),
            may_note: may(Action::NoteChanges),
            may_decide: may(Action::DecideFindings),
            may_transfer: may(Action::TransferDatasets) && dataset.state == DatasetState::Published,
            transfer: self.open_transfer(code).await?,
            files: match sees_files {
                true => self.file_reports(code).await?,
                false => Vec::new(),
            },
            processing: match sees_files {
                true => self.processing(code, lang).await?,
                false => Vec::new(),
            },
            cases: cases.iter().filter(|_| sees_files).map(|case| self.card(case, lang)).collect(),
            urged: self.urged_about(code).await?,
            differs: match sees_files {
                true => self.source_notes(caller, code).await?,
                false => Vec::new(),
            },
            dataset,
        })
    }
}

/// Reads a place in the list, as in `17_2026-11-22`.
pub(crate) fn place(text: &str, lang: Lang) -> Result<(Option<NaiveDate>, i64)> {
    let read = || {
        let (id, due) = text.split_once('_')?;
        let due = match due {
            "" => None,
            due => Some(due.parse().ok()?),
        };
        Some((due, id.parse().ok()?))
    };
    read().ok_or_else(|| {
        Error::field("after", lang.pick("不是列表里的位置", "is no place in the list"))
    })
}
