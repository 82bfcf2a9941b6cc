//! Monitoring of quality: looked at again and again, as the profile says, and assessed now and then by somebody
//! who signs for it (PUB-07, jiamusi 12, anshan 17).

mod assessing;
mod inspecting;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{Datelike, NaiveDate};
use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Action;
use kaishu_domain::policy::{MonitorRhythm, Party};
use kaishu_domain::quality::{self, Measure, Rule};
use kaishu_store::jobs::{self, Job, JobState};
use kaishu_store::monitoring;
use kaishu_store::tables::is_tabular;
use kaishu_types::dataset::{DatasetView, Freshness};
use kaishu_types::rules::RuleView;
use kaishu_types::vocabulary::DatasetState;
use kaishu_types::{DatasetCode, Lang};

pub use assessing::AssessmentForm;
pub use inspecting::{Inspected, Inspection};
pub(crate) use inspecting::{facts_of, provider_of};
pub use kaishu_store::monitoring::{QualityAssessment, QualityScore};

use crate::accounts::Caller;
use crate::cases::{LogAct, not_covered};
use crate::publishing::Reconciliation;
use crate::{Portal, Result};

/// How often a node looks whether it is time.
const PAUSE: Duration = Duration::from_secs(10 * 60);
/// Datasets that are looked at between two reports.
const BATCH: u64 = 50;
/// Jobs that are kept for those who want to know when it was looked.
const KEPT_JOBS: i64 = 200;
/// Scores that are shown of a dataset, and on the desk.
const COURSE: u64 = 100;
const ON_DESK: u64 = 50;
/// Assessments on the desk.
const ASSESSMENTS: u64 = 50;

/// What the quality desk shows.
pub struct QualityDesk {
    /// The rule `quality.monitor`.
    pub rule: RuleView,
    /// Datasets with the lowest scores, with their titles.
    pub lowest: Vec<(QualityScore, String)>,
    /// What stands inconsistent with its source.
    pub inconsistent: Vec<Reconciliation>,
    /// The assessments that were filed, the newest first.
    pub assessments: Vec<QualityAssessment>,
    /// Whether the reader may file one now.
    pub may_file: bool,
    /// Whether a third party has to sign, so that its credit code is asked for.
    pub is_third_party: bool,
}

impl Portal {
    /// Looks at the quality of what is published for as long as the process lives, on one of several nodes.
    pub async fn follow_quality(self) {
        let owner = crate::tables::node();
        loop {
            if let Err(error) = self.monitor_when_due(&owner).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the quality of what is published could not be looked at"
                );
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Looks at the quality of everything that is published, once in each period of the profile
    /// (`quality.monitor`). What another node does, or did, is left to it; what a node left off is gone on with.
    ///
    /// # Errors
    ///
    /// Fails where the store does; the job is tried again then.
    pub async fn monitor_when_due(&self, owner: &str) -> Result<()> {
        let (kind, period) = period(self.policy().rules.quality.monitor.value.rhythm, self.today());
        let store = &self.inner.store;
        jobs::enqueue(store, kind, &[period]).await?;
        let known = jobs::find(store, kind, period).await?;
        if known.is_some_and(|job| job.state == JobState::Failed) {
            jobs::repeat(store, kind, period).await?;
        }
        while let Some(job) = jobs::take(store, kind, owner).await? {
            match self.look_at_all_quality(&job, owner).await {
                Ok(Some(n)) => {
                    jobs::finish(store, job.id, owner, JobState::Done, None).await?;
                    self.log_look(kind, n).await?;
                }
                // Another node has it.
                Ok(None) => {}
                Err(error) => {
                    let note = error.to_string();
                    jobs::finish(store, job.id, owner, JobState::Failed, Some(&note)).await?;
                    return Err(error);
                }
            }
        }
        Ok(jobs::forget(store, kind, period - KEPT_JOBS).await?)
    }

    /// Returns how many datasets were looked at; none where the job is another node's by now.
    async fn look_at_all_quality(&self, job: &Job, owner: &str) -> Result<Option<u64>> {
        let store = &self.inner.store;
        let (day, mut after, mut n) = (self.today(), Some(0), 0);
        while let Some(from) = after {
            let page = kaishu_store::datasets::page_of_codes(store, from, BATCH).await?;
            for code in &page.codes {
                let Ok(code) = code.parse::<DatasetCode>() else { continue };
                let Some(dataset) = kaishu_store::datasets::find(store, &code).await? else {
                    continue;
                };
                if dataset.state != DatasetState::Published {
                    continue;
                }
                monitoring::add(store, &self.score_of(&dataset, day).await?).await?;
                n += 1;
            }
            if !jobs::report(store, job.id, owner, n, 0).await? {
                return Ok(None);
            }
            after = page.next_after_id;
        }
        Ok(Some(n))
    }

    /// Scores all tables that a dataset has now, and whether it is updated in time.
    async fn score_of(&self, dataset: &DatasetView, day: NaiveDate) -> Result<QualityScore> {
        let files = dataset.resources.iter().filter(|it| is_tabular(it)).map(|it| it.id);
        let files: Vec<i64> = files.collect();
        let (mut measures, mut n_tables) = (Vec::new(), 0);
        for table in kaishu_store::tables::of_resources(&self.inner.store, &files).await? {
            let loaded = self.load_table(&table).await?;
            measures.extend(loaded.ingested.quality.iter().cloned());
            n_tables += 1;
        }
        measures.retain(|it| it.rule != Rule::UpdatedInTime);
        measures.extend(in_time(dataset, day));
        let dims = &self.policy().rules.quality.dims.value;
        let assessed = quality::assess(&measures, dims);
        let shown = assessed.dimensions.iter().filter_map(|it| {
            Some((it.dimension.as_str().to_owned(), (it.shown()? * 10.0).round() as u32))
        });
        let dimensions: BTreeMap<String, u32> = shown.collect();
        let n = u32::try_from(dimensions.len()).unwrap_or(u32::MAX);
        let score = dimensions.values().sum::<u32>().checked_div(n);
        Ok(QualityScore {
            dataset: dataset.code.clone(),
            day,
            version: dataset.version,
            score,
            dimensions,
            n_tables,
        })
    }

    async fn log_look(&self, kind: &str, n: u64) -> Result<()> {
        let facts = BTreeMap::from([("datasets".to_owned(), n.to_string())]);
        let (event, by) = ("looked", Actor::system());
        self.record(LogAct {
            kind: "quality",
            subject: kind,
            event,
            by,
            facts,
            ..LogAct::default()
        })
        .await
    }

    /// Lists what monitoring found of a dataset, the newest first.
    ///
    /// # Errors
    ///
    /// `NotFound` where no role of the caller covers the dataset.
    pub async fn quality_course(
        &self,
        caller: &Caller,
        code: &DatasetCode,
    ) -> Result<(DatasetView, Vec<QualityScore>)> {
        let dataset = self.overseen_dataset(caller, code).await?;
        let course = monitoring::of_dataset(&self.inner.store, code, COURSE).await?;
        Ok((dataset, course))
    }

    /// Who assesses, where the profile has somebody assess periodically: the authority, or a third party.
    fn assessor(&self) -> Option<Party> {
        let by = &self.policy().rules.quality.monitor.value.by;
        let assesses = |party: &&Party| matches!(party, Party::ThirdParty | Party::Authority);
        by.iter().find(assesses).copied()
    }

    /// Whether the departments of a region are told what the assessments came to: where the authority itself
    /// evaluates, it reports to them (anshan 17).
    fn tells_departments(&self) -> bool {
        self.assessor() == Some(Party::Authority)
    }

    /// Whether somebody sees the quality desk.
    pub fn sees_quality_desk(&self, caller: &Caller) -> bool {
        caller.may_ever(Action::Supervise)
            || (self.tells_departments() && caller.may_ever(Action::SeeDrafts))
    }

    /// Shows what monitoring found in the regions that somebody supervises, and the assessments; to a
    /// department the assessments of its region where the profile has them reported, and its own datasets.
    ///
    /// # Errors
    ///
    /// Refused for who does neither.
    pub async fn quality_desk(&self, caller: &Caller, lang: Lang) -> Result<QualityDesk> {
        if !self.sees_quality_desk(caller) {
            return Err(not_covered(caller, Action::Supervise, lang));
        }
        let store = &self.inner.store;
        let (mut organizations, regions) = self.reach(caller, Action::Supervise);
        organizations.extend(self.reach(caller, Action::SeeDrafts).0);
        let scores = monitoring::lowest(store, (&organizations, &regions), ON_DESK).await?;
        let mut lowest = Vec::with_capacity(scores.len());
        for score in scores {
            let found = kaishu_store::datasets::find(store, &score.dataset).await?;
            lowest.extend(found.map(|dataset| (score, dataset.fields.title)));
        }
        let monitor = &self.policy().rules.quality.monitor;
        Ok(QualityDesk {
            rule: monitor.view("quality.monitor", "质量检查", "Monitoring of quality"),
            lowest,
            inconsistent: self.inconsistencies(caller).await?,
            assessments: monitoring::filed(store, &self.told_regions(caller), ASSESSMENTS).await?,
            may_file: self.assessor().is_some() && caller.may_ever(Action::FileAssessments),
            is_third_party: self.assessor() == Some(Party::ThirdParty),
        })
    }

    /// The regions whose assessments somebody may read.
    fn told_regions(&self, caller: &Caller) -> Vec<String> {
        let mut regions = self.reach(caller, Action::Supervise).1;
        if self.tells_departments() {
            let directory = self.directory();
            for organization in self.reach(caller, Action::SeeDrafts).0 {
                let of = directory.organization(&organization);
                let above = of.map(|it| directory.region_and_above(&it.region.code));
                regions.extend(above.into_iter().flatten().map(|it| it.named.code.clone()));
            }
        }
        regions.sort_unstable();
        regions.dedup();
        regions
    }
}

/// The kind of the job and the number of the period: each day where quality is watched in real time, each quarter
/// of a year where that is enough.
fn period(rhythm: MonitorRhythm, today: NaiveDate) -> (&'static str, i64) {
    match rhythm {
        MonitorRhythm::RealtimeAndPeriodic => {
            ("quality_daily", (today - NaiveDate::default()).num_days())
        }
        MonitorRhythm::Quarterly => {
            ("quality_quarterly", i64::from(today.year()) * 4 + i64::from(today.month0() / 3))
        }
    }
}

fn in_time(dataset: &DatasetView, day: NaiveDate) -> Option<Measure> {
    let n_failed = match dataset.freshness(day) {
        Freshness::OnTime | Freshness::DueSoon { .. } => 0,
        Freshness::Overdue { .. } => 1,
        Freshness::NoCycle => return None,
    };
    Some(Measure {
        rule: Rule::UpdatedInTime,
        columns: Vec::new(),
        n_checked: 1,
        n_failed,
        rows: Vec::new(),
        is_partial: false,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]
    use super::*;

    // Part of PUB-07: how often is looked follows from the rhythm of the profile.
    #[test]
    fn a_period_is_a_day_or_a_quarter() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let of = |rhythm, text: &str| period(rhythm, day(text));
        let quarterly = MonitorRhythm::Quarterly;
        assert_eq!(of(quarterly, "2026-10-01"), of(quarterly, "2026-12-31"));
        let next = of(quarterly, "2027-01-01");
        assert_eq!(next.1, of(quarterly, "2026-12-31").1 + 1);
        let daily = MonitorRhythm::RealtimeAndPeriodic;
        assert_eq!(of(daily, "2027-01-01").1, of(daily, "2026-12-31").1 + 1);
        assert_ne!(of(daily, "2026-12-31").0, next.0, "two rhythms never share a job");
    }
}
