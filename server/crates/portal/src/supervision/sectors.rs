//! Sectors: who leads which organizations, what they see of them, and the guidance they post (ORG-07, anshan 9 and
//! 11, yulin 7).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kaishu_domain::permission::Action;
use kaishu_store::cases::{self, Case, Recipients};
use kaishu_store::datasets::{self, Tallied};
use kaishu_store::log::{self, Search};
use kaishu_store::monitoring::{self, Scores};
use kaishu_store::sectors;
use kaishu_types::account::Role;
use kaishu_types::organization::{Named, OrganizationView};
use kaishu_types::{Lang, OrganizationCode};

use super::overdue::checked;
use crate::accounts::Caller;
use crate::cases::{LogAct, not_covered};
use crate::{Error, Portal, Result};

/// Most entries of guidance that are listed.
const ROWS: u64 = 200;

/// An organization as whoever supervises it sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct SectorRow {
    /// The organization.
    pub organization: Named,
    /// Who leads its sector.
    pub lead: Option<Named>,
    /// Its datasets in numbers.
    pub datasets: Tallied,
    /// The last scores of its datasets together (PUB-07).
    pub scores: Scores,
    /// How many of its cases are overdue.
    pub n_overdue_cases: u64,
    /// How many violations under grants of its data go on.
    pub n_violations: u64,
    /// Whether the reader may post guidance to it.
    pub may_guide: bool,
    /// Whether the reader may say who leads its sector.
    pub may_mark: bool,
}

/// Guidance that was posted to an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guidance {
    /// To which.
    pub organization: Named,
    /// What it says.
    pub text: String,
    /// Who posted it, as what.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Portal {
    /// Lists the organizations that the caller supervises, by code: the led ones for who leads a sector.
    ///
    /// # Errors
    ///
    /// Refused for who supervises nothing.
    pub async fn sector_board(&self, caller: &Caller, lang: Lang) -> Result<Vec<SectorRow>> {
        if !caller.may_ever(Action::Supervise) {
            return Err(not_covered(caller, Action::Supervise, lang));
        }
        let directory = self.directory();
        let (organizations, regions) = self.reach(caller, Action::Supervise);
        let is_seen = |code: &String, region: &String| {
            organizations.contains(code) || regions.contains(region)
        };
        let seen: Vec<_> = directory
            .organizations
            .iter()
            .filter(|it| is_seen(&it.named.code, &it.region.code))
            .collect();
        let codes: Vec<String> = seen.iter().map(|it| it.named.code.clone()).collect();
        let tallied = datasets::tally(&self.inner.store, &codes, self.today()).await?;
        let scores = monitoring::by_organization(&self.inner.store, &codes).await?;
        let overdue = by_organization(self.overdue_cases(caller).await?);
        let places = (organizations.clone(), regions.clone());
        let violations = by_organization(self.violations(&places, false).await?);
        let row = |it: &&kaishu_types::organization::OrganizationView| {
            let code = it.named.code.as_str();
            let subject = self.subject(Some(code), Some(&it.region.code), false);
            let above = self.subject(None, Some(&it.region.code), false);
            let lead = directory.sector_lead(code);
            SectorRow {
                organization: it.named.clone(),
                lead: lead.map(|lead| self.named(lead)),
                datasets: tallied.get(code).copied().unwrap_or_default(),
                scores: scores.get(code).copied().unwrap_or_default(),
                n_overdue_cases: overdue.get(code).copied().unwrap_or_default(),
                n_violations: violations.get(code).copied().unwrap_or_default(),
                may_guide: caller.role_for(Action::GuideSector, &subject).is_some(),
                may_mark: caller.role_for(Action::KeepOrganizations, &above).is_some(),
            }
        };
        Ok(seen.iter().map(row).collect())
    }

    pub(super) fn named(&self, code: &str) -> Named {
        let known = self.directory().organization(code).map(|it| it.named.clone());
        let (code, name) = (code.to_owned(), code.to_owned());
        known.unwrap_or(Named { code, name, name_en: None })
    }

    /// Marks an organization under the sector of another one, or takes the mark away.
    ///
    /// # Errors
    ///
    /// Refused for who does not keep organizations in its region; `NotFound` where there is none;
    /// `InvalidInput` for a lead that is none, or is the organization itself.
    pub async fn mark_sector(
        &self,
        caller: &Caller,
        (organization, lead): (&str, &str),
        lang: Lang,
    ) -> Result<()> {
        let directory = self.directory();
        let unknown = || Error::not_found("organization", organization);
        let found = directory.organization(organization).ok_or_else(unknown)?;
        // A head keeps the record of the agency; who leads it is the authority's to say.
        let above = self.subject(None, Some(&found.region.code), false);
        let by = self.permitted(caller, Action::KeepOrganizations, &above, lang)?;
        let code: OrganizationCode = organization.parse().map_err(|_| unknown())?;
        let wrong = || {
            let message = lang.pick("请选择另一个单位", "Choose another organization");
            Error::field("lead", message)
        };
        let is_one = |lead: &str| lead != organization && directory.organization(lead).is_some();
        let lead = match lead.trim() {
            "" => None,
            lead if is_one(lead) => Some(lead.parse::<OrganizationCode>().map_err(|_| wrong())?),
            _ => return Err(wrong()),
        };
        let text = |code: Option<&str>| code.unwrap_or_default().to_owned();
        let before = text(directory.sector_lead(organization));
        let after = text(lead.as_ref().map(OrganizationCode::as_str));
        let facts = BTreeMap::from([("lead".to_owned(), format!("{before} → {after}"))]);
        let transaction = self.inner.store.begin().await?;
        sectors::mark(&transaction, &code, lead.as_ref()).await?;
        let (kind, subject, event) = ("organization", organization, "sector_marked");
        self.log(&transaction, LogAct { kind, subject, event, by, facts, ..LogAct::default() })
            .await?;
        transaction.commit().await?;
        self.reload_directory().await
    }

    /// Posts guidance to an organization of the caller's sector, or to all of them: its head and its officers are
    /// told, and it stays on record. Returns to how many.
    ///
    /// # Errors
    ///
    /// Refused for who does not lead the sector; `InvalidInput` without a text.
    pub async fn guide_sector(
        &self,
        caller: &Caller,
        (organization, text): (Option<&str>, &str),
        lang: Lang,
    ) -> Result<usize> {
        let (reached, _) = self.reach(caller, Action::GuideSector);
        let led: Vec<String> = match organization {
            Some(one) => vec![one.to_owned()],
            None => reached.iter().filter(|it| self.is_led_by(it, caller)).cloned().collect(),
        };
        let mut actors = Vec::new();
        for code in &led {
            let subject = self.subject(Some(code), None, false);
            actors.push(self.permitted(caller, Action::GuideSector, &subject, lang)?);
        }
        if actors.is_empty() {
            return Err(not_covered(caller, Action::GuideSector, lang));
        }
        let text = checked(text, lang)?;
        let transaction = self.inner.store.begin().await?;
        for (code, by) in led.iter().zip(actors) {
            let title = self.named(code).name;
            let facts = BTreeMap::from([("title".to_owned(), title)]);
            let (kind, subject, event) = ("organization", code.as_str(), "guided");
            let act = LogAct { kind, subject, event, by, reason: text, facts };
            let (seq, event) = self.log_event(&transaction, act).await?;
            let people = vec![Role::Head, Role::Officer];
            let tells = [Recipients::OfOrganization(people, code.clone())];
            cases::tell(&transaction, seq, None, &event, &tells).await?;
        }
        transaction.commit().await?;
        Ok(led.len())
    }

    /// Whether an organization is marked under one that the caller leads a sector for.
    fn is_led_by(&self, organization: &str, caller: &Caller) -> bool {
        let directory = self.directory();
        let lead = directory.sector_lead(organization);
        let mut held = caller.held_for(Action::GuideSector);
        held.any(|held| held.organization.as_ref().map(OrganizationCode::as_str) == lead)
    }

    /// Lists the guidance that was posted to organizations of the caller, or of the caller's sector, the newest
    /// first.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn guidance(&self, caller: &Caller, lang: Lang) -> Result<Vec<Guidance>> {
        let subjects = self.guided_organizations(caller, &[Action::Supervise, Action::SeeDrafts]);
        self.guidance_to(subjects, ROWS, lang).await
    }

    /// Lists the guidance that was posted to the caller's own organizations, the newest first: what stands on their
    /// workbench.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn own_guidance(
        &self,
        caller: &Caller,
        limit: u64,
        lang: Lang,
    ) -> Result<Vec<Guidance>> {
        let held = caller.roles().iter().filter(|held| held.role.is_of_organization());
        let own = held.filter_map(|held| Some(held.organization.as_ref()?.to_string()));
        let own: Vec<String> = own.collect();
        let read = self.guided_organizations(caller, &[Action::SeeDrafts]);
        let subjects = read.into_iter().filter(|code| own.contains(code)).collect();
        self.guidance_to(subjects, limit.min(ROWS), lang).await
    }

    async fn guidance_to(
        &self,
        subjects: Vec<String>,
        limit: u64,
        lang: Lang,
    ) -> Result<Vec<Guidance>> {
        if subjects.is_empty() {
            return Ok(Vec::new());
        }
        let (kind, events) = (Some("organization".to_owned()), vec!["guided".to_owned()]);
        let search = Search { kind, events, subjects, ..Search::default() };
        let found = log::search(&self.inner.store, &search, limit).await?;
        let guidance = |entry: log::Logged| Guidance {
            organization: self.named(&entry.subject),
            by: self.acting(&entry.event.by, lang).unwrap_or(entry.event.by.name),
            text: entry.event.body.reason,
            at: entry.event.at,
        };
        Ok(found.into_iter().map(guidance).collect())
    }

    /// The organizations whose guidance a caller may read.
    fn guided_organizations(&self, caller: &Caller, reading: &[Action]) -> Vec<String> {
        let directory = self.directory();
        let is_reached = |organization: &&OrganizationView| {
            let (code, region) = (&organization.named.code, &organization.region.code);
            let subject = self.subject(Some(code), Some(region), false);
            reading.iter().any(|action| caller.role_for(*action, &subject).is_some())
        };
        let reached = directory.organizations.iter().filter(is_reached);
        reached.map(|it| it.named.code.clone()).collect()
    }
}

/// Counts cases by the organization they belong to.
fn by_organization(found: Vec<Case>) -> BTreeMap<String, u64> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for case in found {
        *counts.entry(case.about.organization.unwrap_or_default()).or_default() += 1;
    }
    counts
}
