//! What was found to be risky and what was done about it, for the authority and those who watch over it (ORG-11,
//! anshan 8, aba 38, yulin 34).

use chrono::{DateTime, Utc};
use kaishu_domain::permission::Action;
use kaishu_store::datasets::{self, Keeping};
use kaishu_store::log::{self, Search};
use kaishu_types::case::CaseKind;
use kaishu_types::vocabulary::DatasetState;
use kaishu_types::{DatasetCode, Lang};

use crate::accounts::Caller;
use crate::administration::AuditEntry;
use crate::cases::not_covered;
use crate::{Portal, Result};

/// Most datasets that are listed.
const DATASETS: u64 = 200;
/// Most entries of the log that are listed.
const ENTRIES: u64 = 100;

/// What happens to datasets that speaks of a risk: how far rows can be told apart, what became of what looked
/// personal, a state secret that was refused, what somebody asked for again and again beyond a grant.
const EVENTS: [&str; 4] = ["measured", "decided", "secret_refused", "refused_repeatedly"];

/// The risks of the regions of somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskBoard {
    /// What is suspended now.
    pub stopped: Vec<StoppedDataset>,
    /// What was found and decided, the newest first.
    pub found: Vec<RiskEntry>,
}

/// A dataset that is suspended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoppedDataset {
    /// Its code.
    pub code: DatasetCode,
    /// Its title.
    pub title: String,
    /// Name of its provider.
    pub organization: String,
    /// Why.
    pub reason: Option<String>,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Something that was found to be risky, or done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskEntry {
    /// The entry of the log.
    pub entry: AuditEntry,
    /// What the dataset is called; its code where it is not in the catalogue.
    pub title: String,
}

impl Portal {
    /// Lists what was found to be risky in the regions of the caller, and what is suspended there.
    ///
    /// # Errors
    ///
    /// Refused for who may not see risks.
    pub async fn risk_board(&self, caller: &Caller, lang: Lang) -> Result<RiskBoard> {
        if !caller.may_ever(Action::SeeRisks) {
            return Err(not_covered(caller, Action::SeeRisks, lang));
        }
        let store = &self.inner.store;
        let (organizations, regions) = self.reach(caller, Action::SeeRisks);
        let states = vec![DatasetState::Suspended];
        let keeping =
            Keeping { organizations, regions: regions.clone(), states, ..Keeping::default() };
        let mut stopped = Vec::new();
        for kept in datasets::kept(store, &keeping, DATASETS).await? {
            let Some(dataset) = datasets::find(store, &kept.code).await? else { continue };
            stopped.push(StoppedDataset {
                organization: dataset.organization.label(lang).to_owned(),
                title: kept.title,
                code: kept.code,
                reason: dataset.state_reason,
                since: dataset.state_since,
            });
        }
        let mut found = Vec::new();
        let search = |kind: &str, events: &[&str]| Search {
            kind: Some(kind.to_owned()),
            events: events.iter().map(|event| (*event).to_owned()).collect(),
            regions: Some(regions.clone()),
            ..Search::default()
        };
        let life = search(CaseKind::Life.as_str(), &["suspend", "restore", "withdraw"]);
        for search in [search("dataset", &EVENTS), life] {
            found.extend(log::search(store, &search, ENTRIES).await?);
        }
        found.sort_by_key(|entry| std::cmp::Reverse(entry.seq));
        let mut entries = Vec::new();
        for logged in found {
            let title = match logged.subject.parse::<DatasetCode>() {
                Ok(code) => datasets::find(store, &code).await?.map(|it| it.fields.title),
                Err(_) => None,
            };
            let entry = self.audit_entry(logged, lang);
            let title = title.unwrap_or_else(|| entry.subject.clone());
            entries.push(RiskEntry { entry, title });
        }
        Ok(RiskBoard { stopped, found: entries })
    }
}
