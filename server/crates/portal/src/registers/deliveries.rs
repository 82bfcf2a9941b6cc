//! What agencies deliver: required and delivered, entry by entry (PUB-08, PUB-10).

use std::collections::BTreeMap;

use kaishu_domain::aggregation::{Delivered, may_refuse_by, parts};
use kaishu_domain::permission::Action;
use kaishu_store::deliveries::{self, DeliveredEntry};
use kaishu_store::systems::{self, System};
use kaishu_types::china::day_in_china;
use kaishu_types::organization::Named;
use kaishu_types::register::{DeliveryPart, DeliveryStanding, ObligationView};
use kaishu_types::vocabulary::CatalogueKind;
use kaishu_types::{DatasetCode, Lang};

use super::{CHUNK, Places, ROWS};
use crate::accounts::Caller;
use crate::{Error, Portal, Result};

/// Which entries are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObligationFilter {
    /// Only those of this organization.
    pub organization: Option<String>,
    /// Also those of which nothing is outstanding.
    pub is_all: bool,
    /// Only those behind this place.
    pub after: Option<i64>,
}

/// A page of obligations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObligationPage {
    /// The entries, in the order in which they came into the catalogue.
    pub rows: Vec<ObligationView>,
    /// Where the next page begins.
    pub next: Option<i64>,
}

/// What an organization delivers, in figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationDeliveries {
    /// The organization.
    pub organization: Named,
    /// Its entries.
    pub n_entries: u64,
    /// Those of which something is outstanding.
    pub n_outstanding: u64,
    /// How many entries miss each part.
    pub n_missing: BTreeMap<DeliveryPart, u64>,
    /// Those that need not be delivered again.
    pub n_exempt: u64,
    /// Those that are refused by law.
    pub n_refused: u64,
}

/// A level of norm that counts, with its words.
pub type RefusalNorm = (&'static str, &'static str);

impl Portal {
    /// Lists what is to be delivered by the agencies that the caller sees, with what came of it.
    ///
    /// # Errors
    ///
    /// Refused for who sees no register; `NotFound` for an organization whose records the caller does not see.
    pub async fn obligations(
        &self,
        caller: &Caller,
        filter: &ObligationFilter,
        lang: Lang,
    ) -> Result<ObligationPage> {
        let places = self.places_of(caller, filter.organization.as_deref(), lang)?;
        let limit = usize::try_from(ROWS).unwrap_or(usize::MAX);
        let mut rows: Vec<(i64, ObligationView)> = Vec::new();
        let mut after = filter.after.unwrap_or_default();
        // What is complete is passed over, so a page may take several looks.
        while rows.len() <= limit {
            let (found, last) = self.read_obligations(&places, after, lang).await?;
            let Some(last) = last else { break };
            after = last;
            rows.extend(found.into_iter().filter(|(_, it)| filter.is_all || it.is_outstanding()));
        }
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(|(id, _)| *id);
        Ok(ObligationPage { rows: rows.into_iter().map(|(_, row)| row).collect(), next })
    }

    /// Counts what is outstanding, organization by organization: those that miss most come first.
    ///
    /// # Errors
    ///
    /// Refused for who sees no register.
    pub async fn deliveries_by_organization(
        &self,
        caller: &Caller,
        lang: Lang,
    ) -> Result<Vec<OrganizationDeliveries>> {
        let places = self.seen_registers(caller, lang)?;
        let mut counts: BTreeMap<String, OrganizationDeliveries> = BTreeMap::new();
        let mut after = 0;
        loop {
            let (found, last) = self.read_obligations(&places, after, lang).await?;
            let Some(last) = last else { break };
            after = last;
            for (_, row) in found {
                let code = row.organization.code.clone();
                count(counts.entry(code).or_insert_with(|| none_of(&row.organization)), &row);
            }
        }
        let mut counted: Vec<OrganizationDeliveries> = counts.into_values().collect();
        counted.sort_by_key(|it| std::cmp::Reverse(it.n_outstanding));
        Ok(counted)
    }

    /// Shows what is required and delivered of an entry.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none in the catalogue, or none whose records the caller sees.
    pub async fn obligation(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<ObligationView> {
        let entry = self.seen_entry(caller, code).await?;
        let systems = self.systems_behind(std::slice::from_ref(&entry)).await?;
        Ok(self.obligation_view(entry, &systems, lang))
    }

    /// Lists the levels of norm by which a delivery can be refused.
    pub fn refusal_norms(&self, lang: Lang) -> Vec<RefusalNorm> {
        let rule = &self.policy().rules.aggregation.refusal;
        rule.value.iter().map(|norm| (norm.as_str(), norm.label(lang))).collect()
    }

    /// Lists the systems of an agency by which entries are exempt: number and name.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn exempting_systems(&self, organization: &str) -> Result<Vec<(i64, String)>> {
        if !self.policy().rules.aggregation.upper_system.value {
            return Ok(Vec::new());
        }
        let (own, limit) = ([organization.to_owned()], CHUNK);
        let all = systems::list(&self.inner.store, (&own, &[]), (0, limit)).await?;
        let used: Vec<i64> = all.iter().filter_map(|it| it.uses).collect();
        let used = systems::by_numbers(&self.inner.store, &used).await?;
        let stands = all.into_iter().filter(|it| stands_for_an_upper(it, &used));
        Ok(stands.map(|it| (it.id, it.name)).collect())
    }

    fn places_of(&self, caller: &Caller, one: Option<&str>, lang: Lang) -> Result<Places> {
        let places = self.seen_registers(caller, lang)?;
        let Some(code) = one else { return Ok(places) };
        let hidden = || Error::not_found("organization", code);
        let directory = self.directory();
        let organization = directory.organization(code).ok_or_else(hidden)?;
        let place = (code, organization.region.code.as_str());
        match self.may_on_records(caller, Action::SeeRegisters, place) {
            true => Ok((vec![code.to_owned()], Vec::new())),
            false => Err(hidden()),
        }
    }

    /// Reads the next entries; the place of the last one is none where there are no more.
    async fn read_obligations(
        &self,
        places: &Places,
        after: i64,
        lang: Lang,
    ) -> Result<(Vec<(i64, ObligationView)>, Option<i64>)> {
        let (organizations, regions) = (places.0.as_slice(), places.1.as_slice());
        let store = &self.inner.store;
        let entries = deliveries::entries(store, (organizations, regions), (after, CHUNK)).await?;
        let last = entries.last().map(|entry| entry.id);
        let systems = self.systems_behind(&entries).await?;
        let view = |entry: DeliveredEntry| (entry.id, self.obligation_view(entry, &systems, lang));
        Ok((entries.into_iter().map(view).collect(), last))
    }

    /// The systems by which entries are exempt, as long as they stand for one of an upper unit.
    async fn systems_behind(&self, entries: &[DeliveredEntry]) -> Result<BTreeMap<i64, System>> {
        let store = &self.inner.store;
        if !self.policy().rules.aggregation.upper_system.value {
            return Ok(BTreeMap::new());
        }
        let ids: Vec<i64> = entries.iter().filter_map(|entry| entry.said.system).collect();
        let mut own = systems::by_numbers(store, &ids).await?;
        let used: Vec<i64> = own.values().filter_map(|it| it.uses).collect();
        let used = systems::by_numbers(store, &used).await?;
        own.retain(|_, it| stands_for_an_upper(it, &used));
        Ok(own)
    }

    fn obligation_view(
        &self,
        entry: DeliveredEntry,
        systems: &BTreeMap<i64, System>,
        lang: Lang,
    ) -> ObligationView {
        let said = entry.said;
        let [title, article, level] = &said.basis;
        // What stood when it was said counts only as long as the rules and the system do.
        let (standing, basis) = match said.standing {
            DeliveryStanding::Exempt => match said.system.and_then(|id| systems.get(&id)) {
                Some(system) => (DeliveryStanding::Exempt, system.name.clone()),
                None => (DeliveryStanding::Due, String::new()),
            },
            DeliveryStanding::Refused if may_refuse_by(self.policy(), level) => {
                (DeliveryStanding::Refused, format!("{title} {article}").trim().to_owned())
            }
            _ => (DeliveryStanding::Due, String::new()),
        };
        let delivered = Delivered {
            is_base: entry.kind == CatalogueKind::Base,
            frequency: entry.frequency,
            n_resources: entry.n_resources,
            version: entry.version,
            updated_on: day_in_china(entry.updated_at),
            next_due: entry.next_due,
            covers_from: entry.covers_from,
            held_since: said.held_since,
        };
        let mut parts = parts(self.policy(), &delivered, self.today(), lang);
        for part in &mut parts {
            part.is_outstanding &= standing == DeliveryStanding::Due;
        }
        ObligationView {
            dataset: entry.code.to_string(),
            title: entry.title,
            organization: self.organization_named(&entry.organization),
            frequency: entry.frequency,
            updated_at: entry.updated_at,
            version: entry.version,
            standing,
            parts,
            held_since: said.held_since,
            reason: if basis.is_empty() { String::new() } else { said.reason },
            basis,
            revision: said.revision,
        }
    }

    pub(super) async fn seen_entry(
        &self,
        caller: &Caller,
        code: &DatasetCode,
    ) -> Result<DeliveredEntry> {
        let hidden = || Error::not_found("dataset", code.to_string());
        let entry = deliveries::entry(&self.inner.store, code).await?.ok_or_else(hidden)?;
        let place = (entry.organization.as_str(), entry.region.as_str());
        match self.may_on_records(caller, Action::SeeRegisters, place) {
            true => Ok(entry),
            false => Err(hidden()),
        }
    }
}

/// Whether a record says that a system of an upper unit is used, and both are in use.
pub(super) fn stands_for_an_upper(system: &System, used: &BTreeMap<i64, System>) -> bool {
    let upper = system.uses.and_then(|id| used.get(&id));
    system.ended_on.is_none() && upper.is_some_and(|upper| upper.ended_on.is_none())
}

fn none_of(organization: &Named) -> OrganizationDeliveries {
    OrganizationDeliveries {
        organization: organization.clone(),
        n_entries: 0,
        n_outstanding: 0,
        n_missing: BTreeMap::new(),
        n_exempt: 0,
        n_refused: 0,
    }
}

fn count(counted: &mut OrganizationDeliveries, row: &ObligationView) {
    counted.n_entries += 1;
    counted.n_outstanding += u64::from(row.is_outstanding());
    counted.n_exempt += u64::from(row.standing == DeliveryStanding::Exempt);
    counted.n_refused += u64::from(row.standing == DeliveryStanding::Refused);
    for part in row.parts.iter().filter(|part| part.is_outstanding) {
        *counted.n_missing.entry(part.part).or_default() += 1;
    }
}
