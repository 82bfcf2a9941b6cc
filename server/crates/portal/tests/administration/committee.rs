//! The expert committee.

use std::collections::BTreeMap;

use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::{ExpertForm, OrganizationForm};
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::{Error, Portal};
use kaishu_testkit::people::{account, act, act_with, at_browser, person, whole_draft};
use kaishu_types::account::{Role, RoleGrant, TokenScope};
use kaishu_types::draft::TriggerQuestion;
use kaishu_types::{ErrorCode, OrganizationCode};

use super::{LANG, logged, outsiders, record, site};

fn professor<'a>(login: &'a str, organization: &'a str) -> ExpertForm<'a> {
    ExpertForm {
        login,
        affiliation_kind: "university",
        affiliation: "云溪大学",
        organization,
        field: "数据安全",
    }
}

async fn barred(portal: &Portal, login: &str, organization: &str) -> Option<String> {
    let id = id_of(portal, login).await;
    let organization: OrganizationCode = organization.parse().unwrap();
    portal.may_be_assigned(id, &organization, LANG).await.err().map(|error| error.message(LANG))
}

async fn id_of(portal: &Portal, login: &str) -> i64 {
    let decide = ("test", TokenScope::Decide, 1);
    let command = kaishu_portal::accounts::Caller::command();
    let login = login.parse().unwrap();
    let token = portal.make_token_for(&command, &login, decide, LANG).await.unwrap();
    portal.caller_of_token(&token, LANG).await.unwrap().account().unwrap()
}

// Proves ORG-10: the authority appoints with affiliation and field; whoever is not appointed, was ended,
// comes from the provider or from above it, or declared a conflict, takes no part.
#[tokio::test]
async fn conflicts_of_interest_block_assignment() {
    let site = site("yulin").await;
    let portal = site.portal();
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let expert = at_browser(portal, Role::Expert, ("expert", "YX")).await;
    account(portal, Role::Expert, ("civil", "YX")).await;
    let below = OrganizationForm { parent: "YX-U", ..record("YX-V", "YX") };
    portal.save_organization(&authority, &below, LANG).await.unwrap();
    assert!(barred(portal, "expert", "YX-T").await.unwrap().contains("没有聘任"));

    portal.appoint_expert(&authority, &professor("expert", ""), LANG).await.unwrap();
    let civil = ExpertForm { affiliation_kind: "department", ..professor("civil", "YX-U") };
    portal.appoint_expert(&authority, &civil, LANG).await.unwrap();
    for (login, organization, why) in [
        ("expert", "YX-T", None),
        ("expert", "YX-U", None),
        ("civil", "YX-T", None),
        ("civil", "YX-U", Some("来自提供单位")),
        ("civil", "YX-V", Some("来自提供单位")),
    ] {
        let barred = barred(portal, login, organization).await;
        assert_eq!(barred.is_some(), why.is_some(), "{login} {organization}: {barred:?}");
        assert!(barred.unwrap_or_default().contains(why.unwrap_or_default()));
    }
    // The expert says so themself, and of nobody else.
    let roster = portal.experts(&expert, LANG).await.unwrap();
    assert_eq!(roster.iter().map(|it| it.login.as_str()).collect::<Vec<_>>(), ["expert"]);
    let own = roster[0].kept.id;
    portal.declare_conflict(&expert, own, ("YX-T", "项目合作"), LANG).await.unwrap();
    assert!(barred(portal, "expert", "YX-T").await.unwrap().contains("利益冲突"));
    assert_eq!(barred(portal, "expert", "YX-U").await, None);
    let roster = portal.experts(&authority, LANG).await.unwrap();
    let other = roster.iter().find(|it| it.login == "civil").unwrap().kept.id;
    let refused = portal.declare_conflict(&expert, other, ("YX-T", "x"), LANG).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    assert_eq!(
        portal.end_expert(&expert, own, LANG).await.unwrap_err().code(),
        ErrorCode::Forbidden
    );

    portal.end_expert(&authority, own, LANG).await.unwrap();
    assert!(barred(portal, "expert", "YX-U").await.unwrap().contains("没有聘任"));
    // Appointed again, what was declared still holds.
    portal.appoint_expert(&authority, &professor("expert", ""), LANG).await.unwrap();
    assert!(barred(portal, "expert", "YX-T").await.unwrap().contains("利益冲突"));
    let events: Vec<String> =
        logged(portal, "expert").await.into_iter().rev().map(|it| it.event.code).collect();
    assert_eq!(events, ["appointed", "appointed", "declared", "ended", "appointed"]);
}

// Part of ORG-10: who may not appoint, and whom.
#[tokio::test]
async fn only_the_authority_appoints_and_only_experts() {
    let site = site("yulin").await;
    let portal = site.portal();
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let county = at_browser(portal, Role::CountyAuthority, ("county", "YX-LC")).await;
    let below = at_browser(portal, Role::Authority, ("below", "YX-LC")).await;
    account(portal, Role::Expert, ("expert", "YX")).await;
    for caller in outsiders(portal).await.into_iter().chain([county, below]) {
        let refused = portal.appoint_expert(&caller, &professor("expert", ""), LANG).await;
        let code = refused.unwrap_err().code();
        assert!(matches!(code, ErrorCode::Forbidden | ErrorCode::Unauthenticated), "{code:?}");
    }
    for (form, field) in [
        (professor("officer", ""), "login"),
        (professor("nobody", ""), "login"),
        (ExpertForm { affiliation_kind: "club", ..professor("expert", "") }, "affiliation_kind"),
        (ExpertForm { affiliation: " ", ..professor("expert", "") }, "affiliation"),
        (ExpertForm { field: "", ..professor("expert", "") }, "field"),
        (professor("expert", "YX-NONE"), "organization"),
        (ExpertForm { affiliation_kind: "department", ..professor("expert", "") }, "organization"),
    ] {
        let error = portal.appoint_expert(&authority, &form, LANG).await.unwrap_err();
        let Error::InvalidInput(faults) = error else { panic!("{error}") };
        assert_eq!(faults.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), [field]);
    }
    portal.appoint_expert(&authority, &professor("expert", ""), LANG).await.unwrap();
    let twice = portal.appoint_expert(&authority, &professor("expert", ""), LANG).await;
    assert_eq!(twice.unwrap_err().code(), ErrorCode::InvalidInput);
}

/// Assigns experts, by their logins, to a review.
async fn assign(portal: &Portal, caller: &Caller, case: i64, logins: &str) -> Result<(), Error> {
    let answers = BTreeMap::from([("experts".to_owned(), logins.to_owned())]);
    act_with(portal, caller, case, ("assign_experts", answers)).await
}

// Proves ORG-10 for the review (yulin 15¶2(2)): the authority assigns experts without a conflict of interest; the step of the committee is taken by an expert without a
// conflict of interest, and by no other.
#[tokio::test]
async fn an_expert_of_the_provider_takes_no_step() {
    let site = site("yulin").await;
    let portal = site.portal();
    let (publish, decide) = (TokenScope::Publish, TokenScope::Decide);
    let officer = person(portal, Role::Officer, ("officer", "YX-T"), publish).await;
    person(portal, Role::Head, ("head", "YX-T"), publish).await;
    let reviewer = person(portal, Role::Reviewer, ("reviewer", "YX-T"), decide).await;
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let own = person(portal, Role::Expert, ("own", "YX"), decide).await;
    let free = person(portal, Role::Expert, ("free", "YX"), decide).await;
    let second = person(portal, Role::Expert, ("second", "YX"), decide).await;
    let third = person(portal, Role::Expert, ("third", "YX"), decide).await;
    account(portal, Role::Expert, ("fourth", "YX")).await;
    portal.appoint_expert(&authority, &professor("own", "YX-T"), LANG).await.unwrap();
    let case = whole_draft(portal, &officer, "YX-T").await;
    let draft = portal.draft(&officer, case, LANG).await.unwrap();
    let mut document = draft.document;
    document.triggers.insert(TriggerQuestion::SecretOrPrivacy);
    portal.save_draft(&officer, case, draft.revision, document, LANG).await.unwrap();
    act(portal, &officer, case, "submit").await.unwrap();

    let mut n_opinions = 0;
    for _ in 0..12 {
        let view = portal.case_view(&officer, case, LANG).await.unwrap();
        if view.state.code != "in_review" {
            break;
        }
        for caller in [&reviewer, &authority] {
            act(portal, caller, case, "pass").await.ok();
        }
        let view = portal.case_view(&officer, case, LANG).await.unwrap();
        let is_theirs =
            view.steps.iter().any(|it| it.is_current && it.label.contains("专家委员会审查"));
        if is_theirs {
            // What is not assigned to an expert is not there for them.
            let hidden = portal.case_view(&free, case, LANG).await.unwrap_err();
            assert_eq!(hidden.code(), ErrorCode::NotFound);
            let refused = assign(portal, &authority, case, "own free second").await.unwrap_err();
            assert!(refused.message(LANG).contains("free 没有聘任"), "{}", refused.message(LANG));
            for name in ["free", "second", "third"] {
                portal.appoint_expert(&authority, &professor(name, ""), LANG).await.unwrap();
            }
            let refused = assign(portal, &authority, case, "own free second").await.unwrap_err();
            assert!(refused.message(LANG).contains("回避"), "{}", refused.message(LANG));
            for (few, why) in [("free second", "2 位"), ("free", "1 位"), ("", "0 位")] {
                let refused = assign(portal, &authority, case, few).await.unwrap_err();
                assert!(refused.message(LANG).contains(why), "{}", refused.message(LANG));
            }
            assign(portal, &authority, case, "free second third").await.unwrap();
            // A conclusion rests on the opinions of all (REV-07).
            let early = act(portal, &free, case, "pass").await.unwrap_err();
            assert!(early.message(LANG).contains("专家意见有 0 份"), "{}", early.message(LANG));
            for expert in [&second, &third, &free] {
                act(portal, expert, case, "opine").await.unwrap();
            }
            portal.appoint_expert(&authority, &professor("fourth", ""), LANG).await.unwrap();
            let other = assign(portal, &authority, case, "free second fourth").await.unwrap_err();
            assert!(other.message(LANG).contains("third"), "{}", other.message(LANG));
            assert!(other.message(LANG).contains("不能换下"), "{}", other.message(LANG));
            let hidden = act(portal, &own, case, "pass").await.unwrap_err();
            assert_eq!(hidden.code(), ErrorCode::NotFound);
            act(portal, &free, case, "pass").await.unwrap();
            n_opinions += 1;
        }
    }
    assert_eq!(n_opinions, 1, "the committee has one step");
    lies_only_on_desks_of_the_region(portal, case, &third).await;
}

/// What was assigned to `third` is gone from their desk once they are an expert elsewhere.
async fn lies_only_on_desks_of_the_region(portal: &Portal, case: i64, third: &Caller) {
    let is_seen = async |caller: &Caller| {
        let mut cards = portal.desk(caller, DeskFilter::Open, &[], LANG).await.unwrap();
        cards.extend(portal.desk(caller, DeskFilter::Closed, &[], LANG).await.unwrap());
        cards.iter().any(|card| card.id == case)
    };
    assert!(is_seen(third).await);
    let (command, login) = (Caller::command(), "third".parse().unwrap());
    let region = Some("YX-LC".parse().unwrap());
    let elsewhere = RoleGrant { role: Role::Expert, organization: None, region };
    let change = (vec![elsewhere], vec![Role::Expert]);
    portal.change_roles(&command, &login, change, LANG).await.unwrap();
    let wanted = ("moved", TokenScope::Decide, 1);
    let token = portal.make_token_for(&command, &login, wanted, LANG).await.unwrap();
    let moved = portal.caller_of_token(&token, LANG).await.unwrap();
    assert!(!is_seen(&moved).await);
}
