//! What others met who applied before: what was given to whom for what, and how long the provider took (SRCH-03, APP-07;
//! anshan 27, aba 28). Nobody is named, and no item that the public does not read of.

use std::collections::{BTreeMap, BTreeSet};

use kaishu_domain::visibility::public_items;
use kaishu_store::applications;
use kaishu_store::cases::{self, Case};
use kaishu_types::access::{ApplicantKind, ApplicationDocument, UsePurpose};
use kaishu_types::case::CaseKind;
use kaishu_types::dataset::DatasetView;

use super::precedents::{APPROVED, LOOKED_AT, REFUSED, decided_on, outcome};
use super::scope_of;
use crate::{Error, Portal, Result};

/// Fewest decisions that are told of together: of fewer, whoever knows that somebody applied would read how it ended.
pub(super) const FEWEST: usize = 3;
/// The rule whose clock an application begins.
const REPLY: &str = "open_app.reply_wd";

/// What others met who applied before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Experience {
    /// Decisions on this dataset, for each kind of applicant and purpose of which there were three.
    pub decided: Vec<Given>,
    /// Working days from submission to decision, the median over applications to the same provider, returns for
    /// completion with them; none where fewer than three were decided.
    pub median_days: Option<u32>,
    /// Over how many.
    pub n_counted: usize,
}

/// What was decided for a kind of applicant and a purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// What the applicants were.
    pub kind: ApplicantKind,
    /// What it was wanted for.
    pub purpose: UsePurpose,
    /// How many were approved.
    pub n_approved: u32,
    /// How many were refused.
    pub n_refused: u32,
    /// Names of the data items that one or the other was granted, as far as they are public now.
    pub items: BTreeSet<String>,
}

impl Portal {
    /// Says what others met who applied for a public dataset, and how long its provider takes. The newest 200 decisions
    /// are looked at.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn experience(&self, dataset: &DatasetView) -> Result<Experience> {
        let store = &self.inner.store;
        let states: Vec<&str> = APPROVED.iter().chain(&REFUSED).copied().collect();
        let whose = (CaseKind::Application, dataset.organization.code.as_str());
        let decided = cases::of_organization(store, whose, &states, LOOKED_AT).await?;
        let mut days = Vec::new();
        for case in &decided {
            days.extend(self.days_taken(case));
        }
        days.sort_unstable();
        Ok(Experience {
            decided: self.given_before(dataset, &decided).await?,
            n_counted: days.len(),
            median_days: median(&days).filter(|_| days.len() >= FEWEST),
        })
    }

    /// Working days from the submission of an application to the last decision on it; none where no calendar knows.
    fn days_taken(&self, case: &Case) -> Option<u32> {
        let clocks = case.file.clocks.iter().filter(|clock| clock.rule == REPLY);
        let submitted = clocks.map(|clock| clock.day_zero).min()?;
        let days = self.inner.calendar.working_days_between(submitted, decided_on(case)).ok()?;
        u32::try_from(days).ok()
    }

    async fn given_before(&self, dataset: &DatasetView, decided: &[Case]) -> Result<Vec<Given>> {
        let public: BTreeSet<&str> =
            public_items(&dataset.items).map(|item| item.name.as_str()).collect();
        let mut given: BTreeMap<(ApplicantKind, UsePurpose), Given> = BTreeMap::new();
        let code = dataset.code.as_str();
        let decided = decided.iter().filter(|case| case.about.subject == code);
        let decided: BTreeMap<i64, &Case> = decided.map(|case| (case.id, case)).collect();
        let ids: Vec<i64> = decided.keys().copied().collect();
        for stored in applications::of_cases(&self.inner.store, &ids).await? {
            let Some(case) = decided.get(&stored.case) else { continue };
            let Some(is_approved) = outcome(&case.file.state) else { continue };
            let Some(submitted) = &stored.submitted else { continue };
            let document: ApplicationDocument = serde_json::from_str(submitted)
                .map_err(|error| Error::Internal(format!("application {}: {error}", case.id)))?;
            let (Some(kind), Some(purpose)) = (document.applicant.kind, document.purpose) else {
                continue;
            };
            let (n_approved, n_refused, items) = (0, 0, BTreeSet::new());
            let one = Given { kind, purpose, n_approved, n_refused, items };
            let one = given.entry((kind, purpose)).or_insert(one);
            if is_approved {
                one.n_approved += 1;
                let granted = scope_of(case, &document).items.into_iter();
                one.items.extend(granted.filter(|item| public.contains(item.as_str())));
            } else {
                one.n_refused += 1;
            }
        }
        let n = |one: &Given| (one.n_approved + one.n_refused) as usize;
        Ok(given.into_values().filter(|one| n(one) >= FEWEST).collect())
    }
}

/// The middle of sorted numbers; of an even count the lower one of the middle two.
fn median(sorted: &[u32]) -> Option<u32> {
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_stands_in_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[4]), Some(4));
        assert_eq!(median(&[1, 9]), Some(1));
        assert_eq!(median(&[1, 2, 9]), Some(2));
    }
}
