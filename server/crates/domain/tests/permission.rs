//! Who may do what.

#![expect(clippy::unwrap_used, reason = "codes of tests are well formed")]

use kaishu_domain::permission::{
    Action, Reach, Subject, conflict, functions_of, may_ever, role_for,
};
use kaishu_types::account::{DelegatedFunction, Role, RoleGrant};
use proptest::prelude::*;

fn held(role: Role, organization: Option<&str>, region: Option<&str>) -> RoleGrant {
    RoleGrant {
        role,
        organization: organization.map(|code| code.parse().unwrap()),
        region: region.map(|code| code.parse().unwrap()),
    }
}

fn subject(organization: &str, regions: &[&str]) -> Subject {
    Subject {
        is_own: false,
        organization: Some(organization.parse().unwrap()),
        regions: regions.iter().map(|code| code.parse().unwrap()).collect(),
        ..Subject::default()
    }
}

// Proves SEC-05: an officer reaches the own organization and no other.
#[test]
fn an_officer_stays_in_the_own_organization() {
    let officer = [held(Role::Officer, Some("YX-JT"), None)];
    let own = subject("YX-JT", &["YX"]);
    let other = subject("YX-SW", &["YX"]);
    assert!(role_for(&officer, Action::EditDatasets, &own).is_some());
    assert!(role_for(&officer, Action::EditDatasets, &other).is_none());
    assert!(role_for(&officer, Action::PublishDatasets, &own).is_none());
}

// Part of ORG-04: the authority's role is for its region and those below it.
#[test]
fn an_authority_reaches_down_and_not_up() {
    let city = [held(Role::Authority, None, Some("YX"))];
    let county = [held(Role::CountyAuthority, None, Some("YX-QS"))];
    let in_county = subject("YX-QS-JT", &["YX-QS", "YX"]);
    let in_city = subject("YX-JT", &["YX"]);
    let elsewhere = subject("AB-JT", &["AB"]);
    for action in [
        Action::PublishDatasets,
        Action::ReviewForAuthority,
        Action::SettleDisputes,
        Action::Supervise,
        Action::Urge,
    ] {
        assert!(role_for(&city, action, &in_county).is_some());
        assert!(role_for(&city, action, &in_city).is_some());
        assert!(role_for(&city, action, &elsewhere).is_none());
        assert!(role_for(&county, action, &in_county).is_some());
        assert!(role_for(&county, action, &in_city).is_none());
    }
}

// Part of ORG-05: whoever takes over the catalogue publishes what was approved; that data ends stays with the authority.
#[test]
fn an_end_is_agreed_to_by_the_authority_alone() {
    assert_eq!(functions_of(Action::EndDatasets), []);
    for taken_over in [Action::PublishDatasets, Action::CheckCatalogue] {
        assert_eq!(functions_of(taken_over), [DelegatedFunction::Catalogue]);
    }
    assert_eq!(functions_of(Action::ReviewForAuthority), []);
}

// Proves ORG-07 in the table: who leads a sector reads what belongs to its organizations and posts guidance; nothing
// else, and nothing of any other.
#[test]
fn a_sector_lead_reads_its_sector_and_changes_nothing() {
    let lead = [held(Role::SectorLead, Some("YX-ZJ"), None)];
    let led = Subject { lead: Some("YX-ZJ".parse().unwrap()), ..subject("YX-SW", &["YX"]) };
    let other = Subject { lead: Some("YX-JT".parse().unwrap()), ..subject("YX-GJ", &["YX"]) };
    let may = [Action::SeeDrafts, Action::Supervise, Action::SeeOrders, Action::GuideSector];
    for action in Action::ALL.iter().filter(|it| **it != Action::ManageOwnAccount) {
        let name = action.as_str();
        assert_eq!(role_for(&lead, *action, &led).is_some(), may.contains(action), "{name}");
        assert!(role_for(&lead, *action, &other).is_none(), "{name}");
        assert!(role_for(&lead, *action, &subject("YX-GJ", &["YX"])).is_none(), "{name}");
    }
    // To be led gives nobody anything.
    let officer = [held(Role::Officer, Some("YX-SW"), None)];
    let leading = subject("YX-ZJ", &["YX"]);
    assert!(role_for(&officer, Action::SeeDrafts, &leading).is_none());
}

// Part of ORG-10: an expert sees and judges what was assigned, in the region of the appointment, and nothing else.
#[test]
fn an_expert_reaches_what_was_assigned() {
    let expert = [held(Role::Expert, None, Some("YX"))];
    let here = Subject { is_assigned: true, ..subject("YX-JT", &["YX"]) };
    let elsewhere = Subject { is_assigned: true, ..subject("AB-JT", &["AB"]) };
    for action in [Action::SeeDrafts, Action::GiveOpinion] {
        assert!(role_for(&expert, action, &here).is_some());
        assert!(role_for(&expert, action, &subject("YX-JT", &["YX"])).is_none());
        assert!(role_for(&expert, action, &elsewhere).is_none());
    }
    assert!(role_for(&expert, Action::AssignExperts, &here).is_none());
}

// Proves SEC-19: nobody holds two of the three administrators, nor one of them and a role that decides.
#[test]
fn administrators_are_apart() {
    let grant = |role| held(role, None, None);
    for one in Role::ALL.iter().filter(|role| role.is_admin()) {
        assert!(conflict(&[grant(*one)]).is_none());
        assert!(conflict(&[grant(*one), grant(Role::DataUser)]).is_none());
        for other in Role::ALL.iter().filter(|it| *it != one && **it != Role::DataUser) {
            assert!(conflict(&[grant(*other), grant(*one)]).is_some(), "{one} and {other}");
        }
    }
    assert!(conflict(&[grant(Role::Officer), grant(Role::Head)]).is_none());
    // What each of them may do, no other of them may: all three read who has an account, and none more.
    let shared = [Action::ManageOwnAccount, Action::SeeAccounts];
    for action in Action::ALL.iter().filter(|it| !shared.contains(it)) {
        let admins = action.roles().iter().filter(|(role, _)| role.is_admin()).count();
        assert!(admins <= 1, "{}", action.as_str());
    }
}

// Part of ORG-11: watchdogs read and review; they edit nothing.
#[test]
fn watchdogs_edit_nothing() {
    for role in Role::ALL.iter().filter(|role| role.is_watchdog()) {
        let watchdog = [held(*role, None, Some("YX"))];
        assert!(may_ever(&watchdog, Action::ReadAudit), "{role}");
        for action in [Action::EditDatasets, Action::PublishDatasets, Action::AssignRoles] {
            assert!(!may_ever(&watchdog, action), "{role} {}", action.as_str());
        }
    }
}

fn any_grant() -> impl Strategy<Value = RoleGrant> {
    let organization = prop::option::of(prop::sample::select(vec!["YX-A", "YX-B", "AB-A"]));
    let region = prop::option::of(prop::sample::select(vec!["YX", "YX-QS", "AB"]));
    (prop::sample::select(Role::ALL), organization, region)
        .prop_map(|(role, organization, region)| held(role, organization, region))
}

proptest! {
    // Proves SEC-05: nothing is allowed but by a line of the table, whose reach covers the subject.
    #[test]
    fn what_is_allowed_is_in_the_table(
        roles in prop::collection::vec(any_grant(), 0..4),
        action in prop::sample::select(Action::ALL),
        organization in prop::sample::select(vec!["YX-A", "YX-B", "AB-A"]),
        is_own in any::<bool>(),
        is_assigned in any::<bool>(),
    ) {
        let subject = Subject { is_own, is_assigned, ..subject(organization, &["YX-QS", "YX"]) };
        let Some(by) = role_for(&roles, action, &subject) else { return Ok(()) };
        prop_assert!(roles.contains(by));
        let (_, reach) = action.roles().iter().find(|(role, _)| *role == by.role).unwrap();
        match reach {
            Reach::Own => prop_assert!(is_own),
            Reach::Organization | Reach::Sector => {
                prop_assert_eq!(&by.organization, &subject.organization);
            }
            Reach::Assigned => {
                prop_assert!(is_assigned);
                prop_assert!(subject.regions.contains(by.region.as_ref().unwrap()));
            }
            Reach::Region => {
                prop_assert!(subject.regions.contains(by.region.as_ref().unwrap()));
            }
            Reach::Portal => {}
        }
        prop_assert!(may_ever(&roles, action));
    }
}
