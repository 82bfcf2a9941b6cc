//! Who acts on what: what a case belongs to, as permissions see it, and whom the log names.

use kaishu_domain::cases::Actor;
use kaishu_domain::permission::{Action, Subject};
use kaishu_store::cases::{Case, CaseSubject};
use kaishu_types::account::RoleGrant;
use kaishu_types::dataset::DatasetView;
use kaishu_types::{ErrorCode, Lang, OrganizationCode, RegionCode};

use super::party;
use crate::accounts::{Caller, log_in_first};
use crate::{Error, Portal, Result};

impl Portal {
    /// What a case belongs to, as permissions see it.
    pub(crate) fn subject_of(&self, about: &CaseSubject, is_own: bool) -> Subject {
        self.subject(about.organization.as_deref(), about.region.as_deref(), is_own)
    }

    /// What belongs to an organization and a region, as permissions see it.
    pub(crate) fn subject(
        &self,
        organization: Option<&str>,
        region: Option<&str>,
        is_own: bool,
    ) -> Subject {
        let directory = self.directory();
        let above = region.map(|code| directory.region_and_above(code)).unwrap_or_default();
        let above = above.iter().filter_map(|region| region.named.code.parse::<RegionCode>().ok());
        let lead = organization.and_then(|code| directory.sector_lead(code));
        let lead = lead.and_then(|code| code.parse::<OrganizationCode>().ok());
        let organization = organization.and_then(|code| code.parse::<OrganizationCode>().ok());
        let regions = above.collect();
        Subject { is_own, is_assigned: false, organization, regions, lead, party: None }
    }

    /// What a case is to somebody: whether it is theirs or assigned to them, where it belongs, and the other
    /// organization that it is between (CLS-16, ORG-10).
    pub(crate) fn subject_of_case(&self, caller: &Caller, case: &Case) -> Subject {
        let account = caller.account();
        let is_own = account.is_some() && case.file.submitter == account;
        let subject = self.subject_of(&case.about, is_own);
        Subject {
            is_assigned: case.file.experts().any(|expert| Some(expert) == account),
            party: party(case.file.kind, &case.file.facts),
            ..subject
        }
    }

    /// Who acts, as the log names them.
    pub(crate) fn actor(&self, caller: &Caller) -> Actor {
        match (caller.account(), caller.login(), caller.name()) {
            (Some(account), Some(login), Some(name)) => Actor {
                account: Some(account),
                login: login.to_string(),
                name: name.to_owned(),
                ..Actor::default()
            },
            _ => command(None),
        }
    }

    /// Who acts in a role, as the log names them, with the authority in whose place it is (ORG-05).
    pub(crate) fn acting_as(&self, caller: &Caller, action: Action, held: &RoleGrant) -> Actor {
        Actor {
            role: Some(held.role),
            organization: held.organization.clone(),
            region: held.region.clone(),
            delegated_by: caller.delegated_by(action, held).cloned(),
            ..self.actor(caller)
        }
    }

    /// Who acts on something, with the role it is done in.
    ///
    /// # Errors
    ///
    /// Refused where no role of the caller covers it.
    pub(crate) fn permitted(
        &self,
        caller: &Caller,
        action: Action,
        subject: &Subject,
        lang: Lang,
    ) -> Result<Actor> {
        let held = caller.role_for(action, subject);
        held.map(|held| self.acting_as(caller, action, held))
            .ok_or_else(|| not_covered(caller, action, lang))
    }

    /// Who acts on a dataset, with the role it is done in.
    ///
    /// # Errors
    ///
    /// Refused where no role of the caller covers it; `NotFound` where it is not public and the caller may
    /// not see it: who may not does not learn that there is something hidden.
    pub(crate) async fn actor_on(
        &self,
        caller: &Caller,
        action: Action,
        dataset: &DatasetView,
        lang: Lang,
    ) -> Result<Actor> {
        let (organization, region) = (&dataset.organization.code, &dataset.region.code);
        let subject = self.subject(Some(organization), Some(region), false);
        if let Some(held) = caller.role_for(action, &subject) {
            return Ok(self.acting_as(caller, action, held));
        }
        let sees = caller.role_for(Action::SeeDrafts, &subject).is_some();
        if !sees && self.find_public(&dataset.code).await?.is_none() {
            return Err(Error::not_found("dataset", dataset.code.to_string()));
        }
        Err(not_covered(caller, action, lang))
    }
}

/// The refusal of what no role of somebody covers.
pub(crate) fn not_covered(caller: &Caller, action: Action, lang: Lang) -> Error {
    if !caller.is_logged_in() {
        return log_in_first(lang);
    }
    let what = action.label(lang);
    Error::Refused {
        code: ErrorCode::Forbidden,
        message: lang.pick(
            format!("您的角色不能办理这一项：{what}"),
            format!("your roles do not cover this: {what}"),
        ),
        rule: None,
        remedy: None,
    }
}

/// A command on the machine, with the name of the person who says to have given it.
pub(crate) fn command(name: Option<&str>) -> Actor {
    let name = name.unwrap_or("服务器命令").to_owned();
    Actor { login: "command".to_owned(), name, ..Actor::default() }
}
