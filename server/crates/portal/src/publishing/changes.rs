//! Changes that an entry has to follow: noted with their day, followed by a revision in time, reported
//! (CAT-08, CAT-09).

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use kaishu_domain::cases::{Act, Actor, CaseFile, ClockRule, Transition};
use kaishu_domain::policy::CatalogueTrigger;
use kaishu_store::Transaction;
use kaishu_store::cases::{Case, CaseSubject};
use kaishu_types::case::CaseKind;
use kaishu_types::draft::DraftDocument;
use kaishu_types::{DatasetCode, Lang};

use crate::accounts::Caller;
use crate::cases::{Decided, Wanted};
use crate::{Error, Portal, Result};

/// The fact of a review that names the duties which its submissions answered, by their cases.
pub(super) const ANSWERED: &str = "answered";
/// The fact of a duty that names the one which it goes on with.
const FOLLOWS: &str = "follows";
/// Before the rule of a clock: the fact of a duty that says from when the one which it goes on with counted.
const COUNTED_FROM: &str = "counted_from.";

/// A change that somebody notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChange {
    /// What kind of change it is: a code of the profile's `catalogue.triggers`.
    pub kind: String,
    /// The day it happened; the time to update the entry counts from it.
    pub happened_on: Option<NaiveDate>,
    /// What changed, and what shows it.
    pub evidence: String,
}

impl Portal {
    /// The kinds of changes that the profile knows: code and words.
    pub fn change_kinds(&self, lang: Lang) -> Vec<(String, String)> {
        let kinds = self.policy().rules.catalogue.triggers.value.iter();
        kinds.map(|kind| (kind.as_str().to_owned(), kind.label(lang).to_owned())).collect()
    }

    /// Notes a change of a dataset, and returns the case of the duty to update its entry.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not know of the dataset; refused for who may not note changes;
    /// `InvalidInput` for a kind the profile does not know, a day in the future, or no evidence.
    pub async fn note_change(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        change: NewChange,
        lang: Lang,
    ) -> Result<i64> {
        let store = &self.inner.store;
        let hidden = || Error::not_found("dataset", code.to_string());
        let dataset = kaishu_store::datasets::find(store, code).await?.ok_or_else(hidden)?;
        let action = kaishu_domain::permission::Action::NoteChanges;
        self.actor_on(caller, action, &dataset, lang).await?;
        let happened_on = change.happened_on.ok_or_else(|| {
            Error::field(
                "happened_on",
                lang.pick("请填写变更发生的日期", "say on which day it happened"),
            )
        })?;
        if happened_on > self.today() {
            let message = lang.pick("变更日期不能晚于今天", "the day is not in the future");
            return Err(Error::field("happened_on", message));
        }
        let about = self.life_subject(&dataset);
        let known = self.policy().rules.catalogue.triggers.value.iter();
        let known = known.map(|it: &CatalogueTrigger| it.as_str()).any(|kind| kind == change.kind);
        if !known {
            let message = lang.pick("请选择变更情形", "choose what kind of change it is");
            return Err(Error::field("kind", message));
        }
        let wanted = Wanted {
            caller,
            lang,
            act: Act {
                event: "note".to_owned(),
                reason: change.evidence,
                facts: BTreeMap::from([
                    ("change".to_owned(), change.kind),
                    ("happened_on".to_owned(), happened_on.to_string()),
                ]),
                day_zero: Some(happened_on),
                ..Act::default()
            },
            holds: &|_| Ok(()),
            idempotency_key: None,
        };
        let decided = self.decide(CaseKind::Change, &about, None, wanted)?;
        let transaction = store.begin().await?;
        let key = &self.inner.log_key;
        let (case, _) =
            kaishu_store::cases::open(&transaction, key, &about, &decided.happening()).await?;
        transaction.commit().await?;
        Ok(case)
    }

    /// Finds a wrong note of a change: nothing is to be updated.
    ///
    /// # Errors
    ///
    /// As any act on a case.
    pub async fn act_on_change(
        &self,
        caller: &Caller,
        id: i64,
        (event, version, reason): (String, u32, String),
        lang: Lang,
    ) -> Result<()> {
        let case = self.visible_case(caller, id).await?;
        if case.file.kind != CaseKind::Change {
            return Err(Error::not_found("case", id.to_string()));
        }
        if case.file.n_events != version {
            return Err(crate::cases::moved_on(lang));
        }
        let wanted = Wanted {
            caller,
            lang,
            act: Act { event, reason, ..Act::default() },
            holds: &|_| Ok(()),
            idempotency_key: None,
        };
        let decided = self.decide(CaseKind::Change, &case.about, Some(&case), wanted)?;
        let transaction = self.inner.store.begin().await?;
        let key = &self.inner.log_key;
        kaishu_store::cases::add(&transaction, key, &case, &decided.happening()).await?;
        Ok(transaction.commit().await?)
    }

    /// The changes of a dataset that are not reported yet.
    pub(super) async fn open_changes(&self, code: &DatasetCode) -> Result<Vec<Case>> {
        let store = &self.inner.store;
        let cases = kaishu_store::cases::of_subject(store, code.as_str(), CaseKind::Change).await?;
        Ok(cases.into_iter().filter(|case| case.file.closed_at.is_none()).collect())
    }

    /// The duties that a new class of an entry brings to what is assembled from it (CAT-20): each with the
    /// case that is opened with the publication. None where the entry keeps its classes.
    pub(super) async fn flags(
        &self,
        code: &DatasetCode,
        entry: &DraftDocument,
    ) -> Result<Vec<(CaseSubject, Decided)>> {
        let store = &self.inner.store;
        let Some(before) = kaishu_store::datasets::find(store, code).await? else {
            return Ok(Vec::new());
        };
        let (old, new) = (&before.fields, &entry.fields);
        let mut changes = Vec::new();
        for (what, from, to) in [
            ("开放类型", old.open.class.label(Lang::Zh), new.open.class.label(Lang::Zh)),
            ("共享类型", old.share.class.label(Lang::Zh), new.share.class.label(Lang::Zh)),
        ] {
            if from != to {
                changes.push(format!("{what}由“{from}”变为“{to}”"));
            }
        }
        let mut flags = Vec::new();
        if changes.is_empty() {
            return Ok(flags);
        }
        // Of an entry that nobody knows of, its classes are not told either.
        let reason = match self.find_public(code).await?.is_some() {
            true => format!("来源目录 {code} 的{}", changes.join("，")),
            false => format!("来源目录 {code} 的类型有变化"),
        };
        for derived in kaishu_store::datasets::assembled_from(store, code).await? {
            let Some(dataset) = kaishu_store::datasets::find(store, &derived).await? else {
                continue;
            };
            let is_told = |case: &Case| case.file.facts.get("source") == Some(&code.to_string());
            if self.open_changes(&derived).await?.iter().any(is_told) {
                continue;
            }
            let about = self.life_subject(&dataset);
            let wanted = Wanted {
                caller: &Caller::visitor(),
                lang: Lang::Zh,
                act: Act {
                    event: "flag".to_owned(),
                    facts: BTreeMap::from([("source".to_owned(), code.to_string())]),
                    by: Actor::system(),
                    reason: reason.clone(),
                    day_zero: Some(self.today()),
                    ..Act::default()
                },
                holds: &|_| Ok(()),
                idempotency_key: None,
            };
            let decided = self.decide(CaseKind::Change, &about, None, wanted)?;
            flags.push((about, decided));
        }
        Ok(flags)
    }

    /// The duties that are open again where a revision is taken back or given up: those that its submission answered,
    /// and those that its saving moved on (CAT-09, CLS-13).
    pub(super) async fn unanswered(&self, case: &Case, code: &DatasetCode) -> Result<Vec<Case>> {
        let (store, answered) = (&self.inner.store, answered_by(case));
        let mut unanswered = Vec::new();
        for kind in [CaseKind::Change, CaseKind::Reassessment] {
            let all = kaishu_store::cases::of_subject(store, code.as_str(), kind).await?;
            let goes_on = |it: &Case| it.file.facts.get(FOLLOWS)?.parse::<i64>().ok();
            let followed: BTreeSet<i64> = all.iter().filter_map(goes_on).collect();
            unanswered.extend(all.into_iter().filter(|it| match it.file.closed_at {
                None => kind == CaseKind::Change,
                Some(_) => answered.contains(&it.id) && !followed.contains(&it.id),
            }));
        }
        Ok(unanswered)
    }

    /// Moves the changes and assessments of a dataset on: its revision was saved or submitted, taken back or given up.
    pub(super) async fn follow_changes(
        &self,
        transaction: &Transaction,
        changes: &[Case],
        event: &'static str,
    ) -> Result<()> {
        for case in changes {
            let kind = case.file.kind;
            let is_open = case.file.closed_at.is_none();
            // What has ended stays so; it goes on in a case of its own.
            let state = is_open.then_some(case.file.state.as_str());
            let machine = kaishu_domain::cases::machine(kind);
            let Some(transition) = machine.find(event, state) else { continue };
            let wanted = Wanted {
                caller: &Caller::visitor(),
                lang: Lang::Zh,
                act: Act { by: Actor::system(), ..followed_by(case, transition) },
                holds: &|_| Ok(()),
                idempotency_key: None,
            };
            let key = &self.inner.log_key;
            let decided = self.decide(kind, &case.about, is_open.then_some(case), wanted)?;
            match is_open {
                true => {
                    kaishu_store::cases::add(transaction, key, case, &decided.happening()).await?;
                }
                false => {
                    let (about, begun) = (&case.about, decided.happening());
                    kaishu_store::cases::open(transaction, key, about, &begun).await?;
                }
            }
        }
        Ok(())
    }
}

/// The cases of the duties that the submissions of a review answered.
pub(super) fn answered_by(case: &Case) -> BTreeSet<i64> {
    let named = case.file.facts.get(ANSWERED).map(String::as_str).unwrap_or_default();
    named.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}

/// What a revision does to a duty. One that is open again has the time that it had, and says which it goes on with.
fn followed_by(case: &Case, transition: &Transition) -> Act {
    let event = transition.event.to_owned();
    if !matches!(transition.event, "recalled" | "discarded") {
        return Act { event, ..Act::default() };
    }
    let started = transition.clocks.iter().find_map(|rule| match rule {
        ClockRule::Start(rule) => Some(*rule),
        _ => None,
    });
    let days = counted_from(&case.file);
    let day_zero =
        started.and_then(|rule| days.get(&format!("{COUNTED_FROM}{rule}"))?.parse().ok());
    let mut facts = BTreeMap::new();
    let mut reason = "修订已作废，没有发布".to_owned();
    if case.file.closed_at.is_some() {
        reason = format!("事项 {} 随修订办结，修订没有发布", case.id);
        let told = ["change", "happened_on", "source", "class", "outcome"].into_iter();
        let told = told.filter_map(|name| case.file.facts.get_key_value(name));
        facts.extend(told.map(|(name, value)| (name.clone(), value.clone())));
        facts.insert(FOLLOWS.to_owned(), case.id.to_string());
        facts.extend(days);
    }
    Act { event, reason, facts, day_zero, ..Act::default() }
}

/// From when the clocks of a duty counted, its own and those of the ones it goes on with, as facts.
fn counted_from(duty: &CaseFile) -> BTreeMap<String, String> {
    let before = duty.facts.iter().filter(|(name, _)| name.starts_with(COUNTED_FROM));
    let before = before.map(|(name, day)| (name.clone(), day.clone()));
    let own = duty.clocks.iter();
    let own = own.map(|it| (format!("{COUNTED_FROM}{}", it.rule), it.day_zero.to_string()));
    before.chain(own).collect()
}
