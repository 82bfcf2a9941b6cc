//! Who is told of what happened to a case.

use std::collections::BTreeSet;

use kaishu_domain::cases::{Audience, CaseFile};
use kaishu_domain::permission::{Action, Reach, Subject, functions_of, takes_over};
use kaishu_store::cases::{CaseSubject, Delegates, Recipients};
use kaishu_types::account::Role;

use crate::Portal;

impl Portal {
    /// Those who took over from an authority what a case waits for: they are told when the authority is
    /// (ORG-05).
    pub(super) fn delegates(&self, subject: &Subject, file: &CaseFile) -> Option<Recipients> {
        let functions = functions_of(file.waits_for()?);
        let regions = subject.regions.iter().map(ToString::to_string).collect();
        let roles = Role::ALL.iter().copied().filter(|role| takes_over(*role)).collect();
        let delegates = Delegates { functions, regions, roles, day: self.today() };
        (!delegates.functions.is_empty()).then_some(Recipients::Delegates(delegates))
    }
}

/// Whom an audience of a transition stands for.
pub(super) fn recipients(
    audience: Audience,
    about: &CaseSubject,
    subject: &Subject,
    file: &CaseFile,
) -> Vec<Recipients> {
    let of_organization = |roles: Vec<Role>| {
        let organization = about.organization.clone()?;
        Some(Recipients::OfOrganization(roles, organization))
    };
    let of_regions = |roles: Vec<Role>| {
        let regions = subject.regions.iter().map(ToString::to_string).collect();
        Some(Recipients::OfRegions(roles, regions))
    };
    let of_roles = |roles: BTreeSet<Role>| {
        let (agency, region): (Vec<Role>, Vec<Role>) =
            roles.into_iter().partition(|role| role.is_of_organization());
        let agency = Some(agency).filter(|it| !it.is_empty()).and_then(of_organization);
        let region = Some(region).filter(|it| !it.is_empty()).and_then(of_regions);
        agency.into_iter().chain(region).collect()
    };
    let submitter = || file.submitter.map(Recipients::Account);
    let told = match audience {
        Audience::Submitter => submitter(),
        Audience::Provider => of_organization(vec![Role::Officer, Role::Head]),
        Audience::Party => file.facts.get("party").map(|party| {
            Recipients::OfOrganization(vec![Role::Officer, Role::Head], party.clone())
        }),
        Audience::Authority => of_regions(vec![Role::Authority, Role::CountyAuthority]),
        Audience::Deciders => {
            let actions = file.steps.iter().flat_map(|step| step.action().roles());
            return of_roles(actions.map(|(role, _)| *role).collect());
        }
        // By the cases of their grants (`access::felt`): of this one they may know nothing.
        Audience::GrantHolders => None,
        Audience::Experts => return file.experts().map(Recipients::Account).collect(),
        Audience::NextStep | Audience::Responsible => {
            let action = match audience {
                Audience::Responsible => file.responsible(),
                _ => file.waits_for(),
            };
            let roles = action.map(Action::roles).unwrap_or_default();
            if roles.iter().any(|(_, reach)| *reach == Reach::Own) {
                return submitter().into_iter().collect();
            }
            if roles.iter().any(|(_, reach)| *reach == Reach::Assigned) {
                return file.experts().map(Recipients::Account).collect();
            }
            return of_roles(roles.iter().map(|(role, _)| *role).collect());
        }
    };
    told.into_iter().collect()
}
