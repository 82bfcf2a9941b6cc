//! What is overdue: shown to whoever supervises, urged by the authority (SUP-02, aba 20¶3, guangdong 30).

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_domain::cases::{Act, CaseFile};
use kaishu_domain::permission::Action;
use kaishu_store::StoreError;
use kaishu_store::cases::{self, Case, Desk, Drawer, Recipients};
use kaishu_store::datasets::{self, Keeping};
use kaishu_store::log::{self, Search};
use kaishu_types::account::Role;
use kaishu_types::case::{CaseCard, CaseKind};
use kaishu_types::china::end_of_day_in_china;
use kaishu_types::{DatasetCode, ErrorCode, Lang, RuleRef};

use crate::accounts::Caller;
use crate::cases::{LogAct, Wanted, moved_on, not_covered};
use crate::publishing::OwnDataset;
use crate::{Error, Portal, Result};

use super::OverdueInspection;

/// Most cases and most datasets that are listed: what is latest by most days comes first.
pub(super) const ROWS: u64 = 200;
/// How far back it is looked for who was urged.
const LOOK_BACK: TimeDelta = TimeDelta::days(366);
/// Longest notice, in characters.
const MAX_NOTICE: usize = 2_000;

/// Everything that is overdue and that somebody supervises.
#[derive(Debug, Clone, PartialEq)]
pub struct OverdueBoard {
    /// Cases with a clock that ran out.
    pub cases: Vec<OverdueCase>,
    /// Published datasets whose data was not renewed in time (PUB-04).
    pub datasets: Vec<OverdueDataset>,
    /// What inspections found, and was not mended in time (PUB-06).
    pub inspections: Vec<OverdueInspection>,
}

/// How often somebody was urged about the same thing in a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Urged {
    /// How often.
    pub n: u32,
    /// When last.
    pub at: DateTime<Utc>,
    /// What was said then.
    pub notice: String,
}

/// A case with a clock that ran out.
#[derive(Debug, Clone, PartialEq)]
pub struct OverdueCase {
    /// The case.
    pub card: CaseCard,
    /// How many events it has; an urging names it.
    pub version: u32,
    /// Whether the reader may open its file.
    pub may_open: bool,
    /// Whether the reader may urge.
    pub may_urge: bool,
    /// How often somebody was urged, and when last; none where nobody was.
    pub urged: Option<Urged>,
}

/// A published dataset whose data was not renewed in time.
#[derive(Debug, Clone, PartialEq)]
pub struct OverdueDataset {
    /// The dataset.
    pub row: OwnDataset,
    /// Whether the reader may open its page for staff.
    pub may_open: bool,
    /// Whether the reader may urge.
    pub may_urge: bool,
    /// How often somebody was urged, and when last; none where nobody was.
    pub urged: Option<Urged>,
}

impl Portal {
    /// Lists what is overdue in the places where the caller supervises, what is late for longest first.
    ///
    /// # Errors
    ///
    /// Refused for who supervises nothing.
    pub async fn overdue_board(&self, caller: &Caller, lang: Lang) -> Result<OverdueBoard> {
        if !caller.may_ever(Action::Supervise) {
            return Err(not_covered(caller, Action::Supervise, lang));
        }
        let urged = self.urged().await?;
        let mut board = OverdueBoard {
            cases: Vec::new(),
            datasets: Vec::new(),
            inspections: self.overdue_inspections(caller, lang).await?,
        };
        for case in self.overdue_cases(caller).await? {
            let subject = self.subject_of(&case.about, false);
            board.cases.push(OverdueCase {
                version: case.file.n_events,
                may_open: self.may_see(caller, &case),
                may_urge: caller.role_for(Action::Urge, &subject).is_some(),
                urged: urged.get(&case.id.to_string()).cloned(),
                card: self.card(&case, lang),
            });
        }
        let (organizations, regions) = self.reach(caller, Action::Supervise);
        let due_before = Some(self.today());
        let keeping = Keeping { organizations, regions, due_before, ..Keeping::default() };
        for kept in datasets::kept(&self.inner.store, &keeping, ROWS).await? {
            let region =
                self.directory().organization(&kept.organization).map(|it| it.region.code.clone());
            let subject = self.subject(Some(&kept.organization), region.as_deref(), false);
            let may = |action| caller.role_for(action, &subject).is_some();
            board.datasets.push(OverdueDataset {
                may_open: may(Action::SeeDrafts),
                may_urge: may(Action::Urge),
                urged: urged.get(kept.code.as_str()).cloned(),
                row: self.own_row(kept, lang),
            });
        }
        Ok(board)
    }

    /// The open cases of which a clock ran out, where the caller supervises.
    pub(super) async fn overdue_cases(&self, caller: &Caller) -> Result<Vec<Case>> {
        let (organizations, regions) = self.reach(caller, Action::Supervise);
        // Who asks for an account is not told to everybody who supervises.
        let kinds = CaseKind::ALL.iter().copied().filter(|kind| *kind != CaseKind::AccountRequest);
        let drawer = Drawer { kinds: kinds.collect(), organizations, regions, ..Drawer::default() };
        let desk = Desk { drawers: vec![drawer], ..Desk::default() };
        let found = cases::desk(&self.inner.store, &desk, ROWS).await?;
        Ok(found.into_iter().filter(|case| self.is_overdue(&case.file)).collect())
    }

    /// Whether a clock of a case ran out.
    pub(crate) fn is_overdue(&self, file: &CaseFile) -> bool {
        let today = self.today();
        file.open_clocks().any(|clock| clock.paused_on.is_none() && clock.last_day < today)
    }

    /// How often somebody was urged, by the number of the case or the code of the dataset.
    async fn urged(&self) -> Result<HashMap<String, Urged>> {
        let events = ["urge", "urged"].map(str::to_owned).to_vec();
        self.urgings(Search { events, ..Search::default() }).await
    }

    /// How often the provider of a dataset was urged to renew its data.
    pub(crate) async fn urged_about(&self, code: &DatasetCode) -> Result<Option<Urged>> {
        let search = Search {
            kind: Some("dataset".to_owned()),
            events: vec!["urged".to_owned()],
            subjects: vec![code.to_string()],
            ..Search::default()
        };
        Ok(self.urgings(search).await?.remove(code.as_str()))
    }

    pub(super) async fn urgings(&self, search: Search) -> Result<HashMap<String, Urged>> {
        let search = Search { from: Some(self.now() - LOOK_BACK), ..search };
        let mut urged: HashMap<String, Urged> = HashMap::new();
        // The newest entries come first.
        for entry in log::search(&self.inner.store, &search, 5 * ROWS).await? {
            // What an inspection found is counted by itself, not with the data of its dataset.
            let finding = entry.event.body.facts.get("inspection").cloned();
            let case = entry.case.map(|(id, _)| id.to_string());
            let about = finding.or(case).unwrap_or(entry.subject);
            let event = entry.event;
            let last = Urged { n: 0, at: event.at, notice: event.body.reason };
            urged.entry(about).or_insert(last).n += 1;
        }
        Ok(urged)
    }

    /// Urges whoever a case waits for; once a day.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such case that the caller may see; refused for who may not urge;
    /// `InvalidInput` without a text, or where no clock of it ran out; `Conflict` where it was urged today.
    pub async fn urge_case(
        &self,
        caller: &Caller,
        id: i64,
        (version, notice): (u32, &str),
        lang: Lang,
    ) -> Result<()> {
        let case = self.visible_case(caller, id).await?;
        if case.file.n_events != version {
            return Err(moved_on(lang));
        }
        let wanted = Wanted {
            caller,
            lang,
            act: Act { event: "urge".to_owned(), reason: notice.to_owned(), ..Act::default() },
            holds: &|_| Ok(()),
            idempotency_key: None,
        };
        let decided = self.decide(case.file.kind, &case.about, Some(&case), wanted)?;
        let transaction = self.inner.store.begin().await?;
        let key = &self.inner.log_key;
        match cases::add(&transaction, key, &case, &decided.happening()).await {
            Ok(_) => Ok(transaction.commit().await?),
            Err(StoreError::Conflict { .. }) => Err(urged_today(lang)),
            Err(error) => Err(error.into()),
        }
    }

    /// When the day began, of which one urges once.
    pub(super) fn day_began(&self) -> DateTime<Utc> {
        end_of_day_in_china(self.today()) - TimeDelta::days(1)
    }

    /// Urges the provider of a dataset whose data was not renewed in time; once a day.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not know of the dataset; refused for who may not urge; `InvalidInput`
    /// without a text, or where it is not overdue; `Conflict` where it was urged today.
    pub async fn urge_dataset(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        notice: &str,
        lang: Lang,
    ) -> Result<()> {
        let store = &self.inner.store;
        let hidden = || Error::not_found("dataset", code.to_string());
        let dataset = datasets::find(store, code).await?.ok_or_else(hidden)?;
        let by = self.actor_on(caller, Action::Urge, &dataset, lang).await?;
        let due = dataset.next_due.filter(|due| *due < self.today());
        let is_public = dataset.state == kaishu_types::vocabulary::DatasetState::Published;
        let Some(due) = due.filter(|_| is_public) else {
            let message = lang.pick("数据没有逾期，不能催办", "its data is not overdue");
            return Err(Error::field("notice", message));
        };
        let notice = checked(notice, lang)?;
        let events = vec!["urged".to_owned()];
        let subjects = vec![code.to_string()];
        let from = Some(self.day_began());
        let search = Search { events, subjects, from, ..Search::default() };
        if !log::search(store, &search, 1).await?.is_empty() {
            return Err(urged_today(lang));
        }
        let facts = BTreeMap::from([
            ("title".to_owned(), dataset.fields.title.clone()),
            ("due".to_owned(), due.to_string()),
        ]);
        let transaction = store.begin().await?;
        let (kind, subject) = ("dataset", code.as_str());
        let act = LogAct { kind, subject, event: "urged", by, reason: notice, facts };
        let (seq, event) = self.log_event(&transaction, act).await?;
        let people = vec![Role::Officer, Role::Head];
        let tells = [Recipients::OfOrganization(people, dataset.organization.code.clone())];
        cases::tell(&transaction, seq, None, &event, &tells).await?;
        Ok(transaction.commit().await?)
    }
}

/// A notice that says something, and not too much.
pub(super) fn checked(notice: &str, lang: Lang) -> Result<&str> {
    let notice = notice.trim();
    if notice.is_empty() {
        return Err(Error::field("notice", lang.pick("请写明内容", "Say what is to be done")));
    }
    if notice.chars().count() > MAX_NOTICE || notice.contains('\0') {
        let message = lang.pick("不能超过 2000 字", "It has 2,000 characters at most");
        return Err(Error::field("notice", message));
    }
    Ok(notice)
}

pub(super) fn urged_today(lang: Lang) -> Error {
    Error::Refused {
        code: ErrorCode::Conflict,
        message: lang.pick("今天已经催办过", "it was urged today already").to_owned(),
        rule: Some(RuleRef { id: "SUP-02".to_owned(), article: String::new() }),
        remedy: None,
    }
}
