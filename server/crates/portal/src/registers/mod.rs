//! The registers by which an authority sees whether agencies deliver: information systems (PUB-09, PUB-10), what
//! is brought together on the platform (PUB-08), IT projects (CAT-13), what is exchanged beside and above the platform
//! (SHR-16 to SHR-18, SHR-20).
//!
//! Agencies keep their own records; the authority of the region sees them. Every act is an entry of the log, in the
//! transaction of the change.

mod deliveries;
mod exchange;
mod exchanged;
mod file;
mod projects;
mod saying;
mod systems;

use kaishu_domain::permission::Action;
use kaishu_types::organization::Named;
use kaishu_types::{ErrorCode, Lang, RuleRef};

use crate::accounts::{Caller, log_in_first};
use crate::cases::not_covered;
use crate::{Error, Portal, Result};

pub use deliveries::{ObligationFilter, ObligationPage, OrganizationDeliveries, RefusalNorm};
pub use exchange::{ExchangeForm, ExchangePage};
pub use projects::{
    Demand, PlannedEntry, ProjectAct, ProjectForm, ProjectView, ReportPart, as_facts,
};
pub use saying::DeliveryForm;
pub use systems::{SystemForm, SystemPage};

/// Rows of a register on a page.
const ROWS: u64 = 50;
/// Rows that are read at once where all of them are wanted.
const CHUNK: u64 = 500;

/// Organizations and regions, by code.
type Places = (Vec<String>, Vec<String>);

impl Portal {
    /// The organizations and regions whose records somebody sees.
    fn seen_registers(&self, caller: &Caller, lang: Lang) -> Result<Places> {
        if !caller.is_logged_in() {
            return Err(log_in_first(lang));
        }
        let (organizations, regions) = self.reach(caller, Action::SeeRegisters);
        match organizations.is_empty() && regions.is_empty() {
            true => Err(not_covered(caller, Action::SeeRegisters, lang)),
            false => Ok((organizations, regions)),
        }
    }

    /// Whether somebody sees the registers of a whole region, as an authority does.
    ///
    /// # Errors
    ///
    /// Refused for who sees those of agencies only.
    pub fn oversees(&self, caller: &Caller, lang: Lang) -> Result<()> {
        match self.seen_registers(caller, lang)?.1.is_empty() {
            true => Err(not_covered(caller, Action::SeeRegisters, lang)),
            false => Ok(()),
        }
    }

    /// Whether somebody may do something to the records of an organization.
    fn may_on_records(
        &self,
        caller: &Caller,
        action: Action,
        (organization, region): (&str, &str),
    ) -> bool {
        let subject = self.subject(Some(organization), Some(region), false);
        caller.role_for(action, &subject).is_some()
    }

    /// The organizations for which somebody keeps records, with their names.
    pub fn keeps_records_for(&self, caller: &Caller) -> Vec<Named> {
        let (organizations, _) = self.reach(caller, Action::KeepSystems);
        let directory = self.directory();
        let mut named: Vec<Named> = Vec::new();
        for code in organizations {
            let known = directory.organization(&code).map(|it| it.named.clone());
            named.extend(known.filter(|it| !named.contains(it)));
        }
        named
    }

    /// Code and names of an organization; the code alone where nobody knows it any more.
    pub(crate) fn organization_named(&self, code: &str) -> Named {
        let directory = self.directory();
        let unknown = || Named { code: code.to_owned(), name: code.to_owned(), name_en: None };
        directory.organization(code).map_or_else(unknown, |it| it.named.clone())
    }

    /// Code and names of a region; the code alone where nobody knows it any more.
    fn region_named(&self, code: &str) -> Named {
        let directory = self.directory();
        let unknown = || Named { code: code.to_owned(), name: code.to_owned(), name_en: None };
        directory.region(code).map_or_else(unknown, |it| it.named.clone())
    }
}

/// A refusal by a rule of the profile, with its article.
fn by_rule(message: String, rule: RuleRef) -> Error {
    Error::Refused { code: ErrorCode::InvalidInput, message, rule: Some(rule), remedy: None }
}
