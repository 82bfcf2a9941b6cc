//! Earlier decisions on a dataset, so that two applicants in the same situation meet the same conditions (APP-07;
//! anshan 27, aba 28).

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use kaishu_domain::permission::Action;
use kaishu_store::applications;
use kaishu_store::cases::{self, Case};
use kaishu_types::access::{ApplicantKind, ApplicationDocument, UsePurpose};
use kaishu_types::china::day_in_china;
use kaishu_types::organization::Named;
use kaishu_types::{DatasetCode, Lang};

use super::acting::{ApplicationAct, Desk};
use super::{number_of, scope_of};
use crate::accounts::Caller;
use crate::{Error, Portal, Result};

/// Most applications that are looked through.
pub(super) const LOOKED_AT: u64 = 200;
/// Most decisions that are shown.
const SHOWN: usize = 20;
/// States of what was refused for good, or is.
pub(super) const REFUSED: [&str; 4] = ["refused", "settled", "complained", "upheld"];
/// States of what was approved by all sides.
pub(super) const APPROVED: [&str; 8] =
    ["approved", "signed", "to_be_filed", "active", "suspended", "expired", "closed", "revoked"];

/// An earlier decision on the same dataset: the situation and what was decided, not whose it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precedent {
    /// Number of the application.
    pub number: String,
    /// Its case.
    pub case: i64,
    /// The day of the last decision.
    pub day: NaiveDate,
    /// Whether it was approved.
    pub is_approved: bool,
    /// The published condition that a refusal rested on.
    pub condition: Option<String>,
    /// What the applicant was.
    pub kind: Option<ApplicantKind>,
    /// What it was wanted for.
    pub purpose: Option<UsePurpose>,
    /// Names of the data items that were asked for, or granted.
    pub items: BTreeSet<String>,
    /// Whether the application that is decided now is in the same situation.
    pub is_same: bool,
}

/// Approval rates of a provider, of what was decided by all sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRate {
    /// The provider.
    pub organization: Named,
    /// How many were approved.
    pub n_approved: u64,
    /// How many were refused.
    pub n_refused: u64,
}

impl Portal {
    /// Lists earlier decisions on the dataset of an application, the newest first, for whoever decides on it.
    pub(super) async fn precedents(
        &self,
        caller: &Caller,
        case: &Case,
        (code, document): (&DatasetCode, &ApplicationDocument),
    ) -> Result<Vec<Precedent>> {
        let subject = self.subject_of_case(caller, case);
        match caller.role_for(Action::DecideApplications, &subject) {
            Some(_) => self.decided_before(case.id, (code, document)).await,
            None => Ok(Vec::new()),
        }
    }

    async fn decided_before(
        &self,
        id: i64,
        (code, document): (&DatasetCode, &ApplicationDocument),
    ) -> Result<Vec<Precedent>> {
        let store = &self.inner.store;
        let mut found = Vec::new();
        for stored in applications::of_dataset(store, code, LOOKED_AT).await? {
            if stored.case == id || found.len() >= SHOWN {
                continue;
            }
            let Some(case) = cases::find(store, stored.case).await? else { continue };
            let Some(is_approved) = outcome(&case.file.state) else { continue };
            let Some(submitted) = &stored.submitted else { continue };
            let before: ApplicationDocument = serde_json::from_str(submitted)
                .map_err(|error| Error::Internal(format!("application {}: {error}", case.id)))?;
            found.push(Precedent {
                number: number_of(&case),
                case: case.id,
                day: decided_on(&case),
                is_approved,
                condition: case.file.facts.get("condition").filter(|_| !is_approved).cloned(),
                kind: before.applicant.kind,
                purpose: before.purpose,
                items: scope_of(&case, &before).items,
                is_same: is_same_situation(&before, document),
            });
        }
        Ok(found)
    }

    /// Names the earlier decisions that a decision would deviate from: all in the same situation were decided the
    /// other way.
    ///
    /// # Errors
    ///
    /// `InvalidInput` (`reason`) where it deviates and does not say why.
    pub(super) async fn deviation(
        &self,
        desk: &Desk,
        done: &ApplicationAct,
        lang: Lang,
    ) -> Result<Option<String>> {
        let is_approval = match done.event.as_str() {
            "approve" => true,
            "refuse" => false,
            _ => return Ok(None),
        };
        let code = &desk.stored.dataset;
        let found = self.decided_before(desk.case.id, (code, &desk.document)).await?;
        let same: Vec<&Precedent> = found.iter().filter(|it| it.is_same).collect();
        if same.is_empty() || same.iter().any(|it| it.is_approved == is_approval) {
            return Ok(None);
        }
        let numbers: Vec<&str> = same.iter().map(|it| it.number.as_str()).collect();
        let numbers = numbers.join("、");
        if done.reason.trim().is_empty() {
            let message = lang.pick(
                format!("与以前对同类申请的决定不同（{numbers}），请写明这次有什么不同"),
                format!("this deviates from earlier decisions ({numbers}); say what is different"),
            );
            return Err(Error::field("reason", message));
        }
        Ok(Some(numbers))
    }

    /// Counts what was approved and refused of applications, for each provider, by code. What was withdrawn or lapsed is
    /// in neither.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn approval_rates(&self) -> Result<Vec<ApprovalRate>> {
        let mut counted: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for (organization, state, n) in applications::states(&self.inner.store).await? {
            let Some(is_approved) = outcome(&state) else { continue };
            let (n_approved, n_refused): &mut (u64, u64) = counted.entry(organization).or_default();
            match is_approved {
                true => *n_approved += n,
                false => *n_refused += n,
            }
        }
        let rate = |(code, (n_approved, n_refused)): (String, (u64, u64))| ApprovalRate {
            organization: self.organization_named(&code),
            n_approved,
            n_refused,
        };
        Ok(counted.into_iter().map(rate).collect())
    }
}

/// What a state says was decided; nothing where it is not, or was withdrawn or lapsed.
pub(super) fn outcome(state: &str) -> Option<bool> {
    match state {
        state if APPROVED.contains(&state) => Some(true),
        state if REFUSED.contains(&state) => Some(false),
        _ => None,
    }
}

pub(super) fn decided_on(case: &Case) -> NaiveDate {
    let refused_on = case.file.facts.get("refused_on").and_then(|day| day.parse().ok());
    let steps = case.file.steps.iter().filter_map(|step| step.result.as_ref());
    let decided = steps.map(|result| day_in_china(result.at)).max();
    decided.or(refused_on).unwrap_or(day_in_china(case.file.opened_at))
}

/// Whether two applications are in the same situation: the same kind of applicant wants no more items for the same
/// purpose, and both keep the data on the mainland or both do not.
fn is_same_situation(before: &ApplicationDocument, now: &ApplicationDocument) -> bool {
    before.applicant.kind == now.applicant.kind
        && before.purpose == now.purpose
        && before.leaves_mainland == now.leaves_mainland
        && before.mode == now.mode
        && (before.items.is_subset(&now.items) || now.items.is_subset(&before.items))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_of_the_table_is_decided_or_not() {
        use kaishu_domain::cases::machine;
        use kaishu_types::case::CaseKind;

        let machine = machine(CaseKind::Application);
        for state in APPROVED.iter().chain(&REFUSED) {
            assert!(machine.state(state).is_some(), "{state}");
        }
        assert_eq!(outcome("lapsed"), None);
        assert_eq!(outcome("withdrawn"), None);
    }
}
