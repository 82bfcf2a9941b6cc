//! What went wrong with the data of organizations: what is suspended, what was found to be risky, violations by those
//! who use it (ORG-07).

use chrono::{DateTime, Utc};
use kaishu_domain::cases::machine;
use kaishu_domain::permission::Action;
use kaishu_store::cases::{self, Case, Desk, Drawer};
use kaishu_store::datasets::{self, Keeping};
use kaishu_store::log::{self, Search};
use kaishu_types::case::CaseKind;
use kaishu_types::organization::Named;
use kaishu_types::vocabulary::DatasetState;
use kaishu_types::{DatasetCode, Lang};

use crate::accounts::Caller;
use crate::administration::AuditEntry;
use crate::cases::not_covered;
use crate::{Portal, Result};

/// Most incidents of a kind that are looked at.
const ROWS: u64 = 200;
/// What happens to datasets that is an incident: a state secret that was refused, what became of what looked personal,
/// what somebody asked for again and again beyond a grant, what an inspection found.
const EVENTS: [&str; 4] = ["secret_refused", "decided", "refused_repeatedly", "inspected"];
/// What happens in the life of a dataset that is one.
const LIFE: [&str; 3] = ["suspend", "restore", "withdraw"];

/// What kind of incident it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentKind {
    /// A dataset is suspended now.
    Suspended,
    /// A violation under a grant; whose it is, is not told here.
    Violation,
    /// Something was found or done, as the log has it.
    Event,
}

/// Something that went wrong with the data of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// What kind it is.
    pub kind: IncidentKind,
    /// The provider; none where what the log tells of is in no catalogue.
    pub organization: Option<Named>,
    /// Code of the dataset.
    pub code: String,
    /// What it is called.
    pub title: String,
    /// What happened, or where it stands, in words.
    pub what: String,
    /// Why; empty where nobody said so, or it is about a person.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it goes on.
    pub is_open: bool,
}

impl Portal {
    /// Lists what went wrong with the data of the organizations that the caller supervises: what goes on first, then
    /// the newest.
    ///
    /// # Errors
    ///
    /// Refused for who supervises nothing.
    pub async fn incidents(&self, caller: &Caller, lang: Lang) -> Result<Vec<Incident>> {
        if !caller.may_ever(Action::Supervise) {
            return Err(not_covered(caller, Action::Supervise, lang));
        }
        let places = self.reach(caller, Action::Supervise);
        let mut found = self.suspended(&places, lang).await?;
        for case in self.violations(&places, false).await? {
            found.push(self.violation_incident(&case, lang).await?);
        }
        for case in self.violations(&places, true).await? {
            found.push(self.violation_incident(&case, lang).await?);
        }
        found.extend(self.logged_incidents(&places, lang).await?);
        found.sort_by_key(|it| (!it.is_open, std::cmp::Reverse(it.at)));
        Ok(found)
    }

    async fn suspended(
        &self,
        (organizations, regions): &(Vec<String>, Vec<String>),
        lang: Lang,
    ) -> Result<Vec<Incident>> {
        let keeping = Keeping {
            organizations: organizations.clone(),
            regions: regions.clone(),
            states: vec![DatasetState::Suspended],
            ..Keeping::default()
        };
        let store = &self.inner.store;
        let mut suspended = Vec::new();
        for kept in datasets::kept(store, &keeping, ROWS).await? {
            let Some(dataset) = datasets::find(store, &kept.code).await? else { continue };
            suspended.push(Incident {
                kind: IncidentKind::Suspended,
                organization: Some(dataset.organization),
                code: kept.code.to_string(),
                title: kept.title,
                what: DatasetState::Suspended.label(lang).to_owned(),
                reason: dataset.state_reason.unwrap_or_default(),
                at: dataset.state_since,
                is_open: true,
            });
        }
        Ok(suspended)
    }

    /// The violations under grants of data of some places.
    pub(super) async fn violations(
        &self,
        (organizations, regions): &(Vec<String>, Vec<String>),
        is_closed: bool,
    ) -> Result<Vec<Case>> {
        let drawer = Drawer {
            kinds: vec![CaseKind::Violation],
            organizations: organizations.clone(),
            regions: regions.clone(),
            ..Drawer::default()
        };
        let desk = Desk { drawers: vec![drawer], is_closed, ..Desk::default() };
        Ok(cases::desk(&self.inner.store, &desk, ROWS).await?)
    }

    async fn violation_incident(&self, case: &Case, lang: Lang) -> Result<Incident> {
        let state = machine(CaseKind::Violation).state(&case.file.state);
        let subject = &case.about.subject;
        Ok(Incident {
            kind: IncidentKind::Violation,
            organization: case.about.organization.as_deref().map(|code| self.named(code)),
            code: subject.clone(),
            title: self.title_of(subject).await?.map_or_else(|| subject.clone(), |it| it.0),
            what: state.map_or(case.file.state.as_str(), |state| state.label(lang)).to_owned(),
            reason: String::new(),
            at: case.file.opened_at,
            is_open: case.file.closed_at.is_none(),
        })
    }

    /// What a dataset is called, and its provider.
    async fn title_of(&self, code: &str) -> Result<Option<(String, Named)>> {
        let Ok(code) = code.parse::<DatasetCode>() else { return Ok(None) };
        let found = datasets::find(&self.inner.store, &code).await?;
        Ok(found.map(|it| (it.fields.title, it.organization)))
    }

    async fn logged_incidents(
        &self,
        (organizations, regions): &(Vec<String>, Vec<String>),
        lang: Lang,
    ) -> Result<Vec<Incident>> {
        let search = |kind: &str, events: &[&str]| Search {
            kind: Some(kind.to_owned()),
            events: events.iter().map(|event| (*event).to_owned()).collect(),
            organizations: organizations.clone(),
            regions: Some(regions.clone()),
            ..Search::default()
        };
        let mut incidents = Vec::new();
        let life = search(CaseKind::Life.as_str(), &LIFE);
        for search in [search("dataset", &EVENTS), life] {
            for logged in log::search(&self.inner.store, &search, ROWS).await? {
                let known = self.title_of(&logged.subject).await?;
                let AuditEntry { event, reason, at, subject, .. } = self.audit_entry(logged, lang);
                let (title, organization) = match known {
                    Some((title, organization)) => (title, Some(organization)),
                    None => (subject.clone(), None),
                };
                incidents.push(Incident {
                    kind: IncidentKind::Event,
                    organization,
                    code: subject,
                    title,
                    what: event.label,
                    reason,
                    at,
                    is_open: false,
                });
            }
        }
        Ok(incidents)
    }
}
