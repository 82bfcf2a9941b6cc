//! Life after publication: suspended, restored, withdrawn, retired, destroyed (section 5.1, SRCH-08).
//!
//! What a dataset is stands in the catalogue; why, when and by whom stands in a case of its own, which is
//! opened when something first happens to it. Both change in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Months, Utc};
use kaishu_domain::cases::{Act, Actor, Guard};
use kaishu_domain::permission::Action;
use kaishu_store::Transaction;
use kaishu_store::cases::{Case, CaseSubject};
use kaishu_store::datasets;
use kaishu_types::case::CaseKind;
use kaishu_types::china::day_in_china;
use kaishu_types::dataset::DatasetView;
use kaishu_types::vocabulary::DatasetState;
use kaishu_types::{DatasetCode, Lang};

use crate::accounts::Caller;
use crate::cases::{Decided, Wanted};
use crate::{Error, Portal, Result};

/// Most hashes that a certificate of destruction lists; the number of files is there in any case.
const MAX_HASHES: usize = 500;

/// What somebody does to a published dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LifeAct {
    /// The event, as in `suspend`.
    pub event: String,
    /// How many events its case had when it was decided on; 0 where there was none.
    pub version: u32,
    /// Why: public as the reason of the state.
    pub reason: String,
}

impl Portal {
    /// Does something to a published dataset: suspend, restore, withdraw, ask to retire or to destroy, agree.
    /// It counts from the next request on, everywhere.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not know of the dataset; `Conflict` where something else happened
    /// since; refused with the rule where a guard does not hold.
    pub async fn act_on_life(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        done: LifeAct,
        lang: Lang,
    ) -> Result<()> {
        let hidden = || Error::not_found("dataset", code.to_string());
        let dataset = datasets::find(&self.inner.store, code).await?.ok_or_else(hidden)?;
        if !self.knows(caller, &dataset).await? {
            return Err(hidden());
        }
        let known = self.life_case(code).await?;
        let about = self.life_subject(&dataset);
        if known.as_ref().map_or(0, |case| case.file.n_events) != done.version {
            return Err(crate::cases::moved_on(lang));
        }
        let transaction = self.inner.store.begin_catalogue().await?;
        let case = match known {
            Some(case) => case,
            None => self.begin_life(&transaction, &dataset, &about, lang).await?,
        };
        let facts = match done.event.as_str() {
            // Whoever asks does not agree.
            "ask_retire" | "ask_destroy" => caller.account().map(|it| ("authors", it.to_string())),
            "retire" => Some(("retired_at", self.instant().to_rfc3339())),
            "suspend" => {
                let is_authority = self.is_authority_for(caller, &about);
                Some(("suspended_by_authority", is_authority.to_string()))
            }
            _ => None,
        };
        // Withdrawn data has its time, too: it counts from its withdrawal (section 5.1, SEC-17).
        let withdrawn_at =
            (dataset.state == DatasetState::Withdrawn).then_some(dataset.state_since);
        let facts: BTreeMap<String, String> =
            facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let decide = |facts| {
            let (event, reason) = (done.event.clone(), done.reason.clone());
            let wanted = Wanted {
                caller,
                lang,
                act: Act { event, reason, facts, ..Act::default() },
                holds: &|guard| self.holds_for_life(guard, (&case, caller), withdrawn_at, lang),
                idempotency_key: None,
            };
            self.decide(CaseKind::Life, &about, Some(&case), wanted)
        };
        let mut decided = decide(facts)?;
        let mut gone = datasets::Destroyed::default();
        if decided.file.state == "destroyed" {
            gone = datasets::destroy_data(&transaction, code).await?;
            decided = decide(certificate(&gone.files))?;
        }
        self.keep_life(transaction, &dataset, &case, (decided, gone.blob_keys)).await
    }

    async fn keep_life(
        &self,
        transaction: Transaction,
        dataset: &DatasetView,
        case: &Case,
        (decided, unused): (Decided, BTreeSet<String>),
    ) -> Result<()> {
        let code = &dataset.code;
        let to = state_of(&decided.file.state);
        if to != dataset.state {
            let reason = Some(decided.event.body.reason.as_str()).filter(|it| !it.is_empty());
            datasets::change_state(&transaction, code, to, reason, decided.event.at).await?;
        }
        let key = &self.inner.log_key;
        kaishu_store::cases::add(&transaction, key, case, &decided.happening()).await?;
        let happened = (decided.event.name.as_str(), to, decided.event.body.reason.as_str());
        Box::pin(self.follow_state(&transaction, code, happened)).await?;
        let at = self.instant();
        let new = kaishu_store::condemned::add(&transaction, &unused, at).await?;
        transaction.commit().await?;
        self.wake_index();
        self.condemn(unused, &new, at).await;
        Ok(())
    }

    /// The case in which the life of a dataset is kept; `None` where nothing happened to it yet.
    pub(super) async fn life_case(&self, code: &DatasetCode) -> Result<Option<Case>> {
        let store = &self.inner.store;
        let cases = kaishu_store::cases::of_subject(store, code.as_str(), CaseKind::Life).await?;
        Ok(cases.into_iter().next())
    }

    /// Opens the case of a dataset as it stands.
    async fn begin_life(
        &self,
        transaction: &Transaction,
        dataset: &DatasetView,
        about: &CaseSubject,
        lang: Lang,
    ) -> Result<Case> {
        let decided = self.life_begun(dataset, lang)?;
        let key = &self.inner.log_key;
        let (id, _) =
            kaishu_store::cases::open(transaction, key, about, &decided.happening()).await?;
        Ok(Case {
            id,
            about: about.clone(),
            file: decided.file,
            due: None,
            waits_for: None,
            updated_at: decided.event.at,
        })
    }

    /// The beginning of the case of a dataset as it stands.
    pub(super) fn life_begun(&self, dataset: &DatasetView, lang: Lang) -> Result<Decided> {
        let event = match dataset.state {
            DatasetState::Suspended => "begin_suspended",
            DatasetState::Withdrawn => "begin_withdrawn",
            DatasetState::Retired => "begin_retired",
            _ => "begin",
        };
        let wanted = Wanted {
            caller: &Caller::visitor(),
            lang,
            act: Act { event: event.to_owned(), by: Actor::system(), ..Act::default() },
            holds: &|_| Ok(()),
            // Two who begin at once: one of them is told to look again.
            idempotency_key: Some(format!("system/life-{}", dataset.code)),
        };
        self.decide(CaseKind::Life, &self.life_subject(dataset), None, wanted)
    }

    /// Whether somebody may know of a dataset: it is public, or a role of theirs covers it.
    pub(super) async fn knows(&self, caller: &Caller, dataset: &DatasetView) -> Result<bool> {
        let (organization, region) = (&dataset.organization.code, &dataset.region.code);
        let subject = self.subject(Some(organization), Some(region), false);
        let may = [Action::SeeDrafts, Action::SuspendDatasets, Action::Supervise];
        if may.iter().any(|action| caller.role_for(*action, &subject).is_some()) {
            return Ok(true);
        }
        Ok(self.find_public(&dataset.code).await?.is_some())
    }

    pub(crate) fn life_subject(&self, dataset: &DatasetView) -> CaseSubject {
        let profile = self.policy();
        CaseSubject {
            subject: dataset.code.to_string(),
            title: dataset.fields.title.clone(),
            organization: Some(dataset.organization.code.clone()),
            region: Some(dataset.region.code.clone()),
            policy: profile.header.code.clone(),
            policy_revision: profile.header.revision,
        }
    }

    /// Data is kept for its time after it was retired; then it may be destroyed (SEC-13, SEC-17).
    fn is_authority_for(&self, caller: &Caller, about: &CaseSubject) -> bool {
        let subject = self.subject(None, about.region.as_deref(), false);
        caller.role_for(Action::EndDatasets, &subject).is_some()
    }

    fn holds_for_life(
        &self,
        guard: Guard,
        (case, caller): (&Case, &Caller),
        withdrawn_at: Option<DateTime<Utc>>,
        lang: Lang,
    ) -> std::result::Result<(), String> {
        if guard == Guard::SuspendedBySame {
            let by_authority = case.file.facts.get("suspended_by_authority");
            let is_theirs = by_authority.is_some_and(|it| it == "true");
            return match is_theirs && !self.is_authority_for(caller, &case.about) {
                false => Ok(()),
                true => Err(lang
                    .pick(
                        "由数据主管部门中止的，由数据主管部门恢复；请在意见里写明整改情况，联系主管部门",
                        "what the authority suspended, the authority restores; tell it what was mended",
                    )
                    .to_owned()),
            };
        }
        if guard != Guard::RetentionOver {
            return Ok(());
        }
        let rule = &self.policy().rules.retention.data;
        let years = rule.value.get();
        let retired: Option<DateTime<Utc>> =
            case.file.facts.get("retired_at").and_then(|at| at.parse().ok());
        let until = withdrawn_at
            .or(retired)
            .and_then(|at| day_in_china(at).checked_add_months(Months::new(years * 12)));
        match until {
            Some(until) if until <= self.today() => Ok(()),
            Some(until) => Err(lang.pick(
                format!("下线、撤回后还要保存 {years} 年，到 {until} 之后才能销毁"),
                format!(
                    "it is kept for {years} years after its retirement or withdrawal, until {until}"
                ),
            )),
            None => Err(lang
                .pick("没有下线日期，不能计算保存期限", "the day of its retirement is not known")
                .to_owned()),
        }
    }

    /// Opens a dataset again whose new version passed its review, in the transaction of its publication
    /// (section 5.1: process and reopen).
    pub(super) async fn reopen(
        &self,
        transaction: &Transaction,
        (known, was): (Option<Case>, DatasetState),
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<()> {
        let at = self.instant();
        datasets::change_state(transaction, code, DatasetState::Published, None, at).await?;
        let happened = match was {
            // What was granted before a withdrawal opens nothing of what comes back.
            DatasetState::Withdrawn => ("withdraw", was, ""),
            _ => ("reopen", DatasetState::Published, ""),
        };
        Box::pin(self.follow_state(transaction, code, happened)).await?;
        let Some(case) = known else { return Ok(()) };
        let wanted = Wanted {
            caller: &Caller::visitor(),
            lang,
            act: Act { event: "reopen".to_owned(), by: Actor::system(), ..Act::default() },
            holds: &|_| Ok(()),
            idempotency_key: None,
        };
        let decided = self.decide(CaseKind::Life, &case.about, Some(&case), wanted)?;
        let key = &self.inner.log_key;
        kaishu_store::cases::add(transaction, key, &case, &decided.happening()).await?;
        Ok(())
    }
}

/// The state of the catalogue that a state of the case stands for.
fn state_of(state: &str) -> DatasetState {
    match state {
        "suspended" => DatasetState::Suspended,
        "withdrawn" | "withdrawn_retire_asked" | "withdrawn_destroy_asked" => {
            DatasetState::Withdrawn
        }
        "retired" | "destroy_asked" => DatasetState::Retired,
        "destroyed" => DatasetState::Destroyed,
        _ => DatasetState::Published,
    }
}

/// The certificate of a destruction: how many files, and which.
fn certificate(files: &[String]) -> BTreeMap<String, String> {
    let hashes: Vec<&str> = files.iter().take(MAX_HASHES).map(String::as_str).collect();
    BTreeMap::from([
        ("n_destroyed".to_owned(), files.len().to_string()),
        ("destroyed".to_owned(), hashes.join(" ")),
    ])
}
