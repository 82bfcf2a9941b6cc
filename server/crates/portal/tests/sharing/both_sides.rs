//! People who hold a role of both agencies that share, or of one of them and of the authority.

use kaishu_domain::outside::OutsideDocument;
use kaishu_portal::accounts::Caller;
use kaishu_portal::sharing::{OutsideAct, ShareAct};
use kaishu_portal::{Error, Portal};
use kaishu_testkit::people::{LANG, account};
use kaishu_types::account::{Role, RoleGrant, TokenScope};

use super::verifying::{ALL, answered};
use super::{act, code, decide, event, everybody, site, state, verifying, whole};

/// Somebody who holds a role, and one of an agency besides.
async fn holding_both(
    portal: &Portal,
    (role, place): (Role, (&str, &str)),
    (other, agency): (Role, &str),
) -> Caller {
    account(portal, role, place).await;
    let (command, login) = (Caller::command(), place.0.parse().unwrap());
    let besides =
        RoleGrant { role: other, organization: Some(agency.parse().unwrap()), region: None };
    portal.change_roles(&command, &login, (vec![besides], vec![]), LANG).await.unwrap();
    let scope = TokenScope::Decide;
    let token = portal.make_token_for(&command, &login, ("test", scope, 1), LANG).await.unwrap();
    portal.caller_of_token(&token, LANG).await.unwrap()
}

/// That it was refused for where somebody belongs, not for what their roles cover.
fn refused_for_side(done: Result<(), Error>, what: &str) {
    let Err(error) = done else { panic!("{what} was done") };
    let message = error.message(LANG);
    assert!(message.contains("任职"), "{what}: {message}");
}

async fn does(portal: &Portal, by: &Caller, case: i64, done: ShareAct) -> Result<(), Error> {
    let version = portal.share_request(by, case, LANG).await.unwrap().case.version;
    portal.act_on_share(by, case, ShareAct { version, ..done }, LANG).await
}

fn grounded() -> ShareAct {
    ShareAct {
        level: "law".to_owned(),
        norm: "某法".to_owned(),
        article: "第三条".to_owned(),
        ..event("refuse")
    }
}

// Proves ORG-03: whoever decides for the provider and belongs to the agency that asks, too, decides on none of its
// requests: for what is shared, for what is in no catalogue, for values that are verified. Somebody else does.
#[tokio::test]
async fn nobody_of_both_sides_decides_on_what_one_asks_of_the_other() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let provides = (Role::Reviewer, ("both", "YX-T"));
    let both = &holding_both(portal, provides, (Role::Officer, "YX-U")).await;

    let shared = portal.request_share(&people.asks, &code(), &whole(), LANG).await.unwrap();
    for done in [event("approve"), event("return"), grounded()] {
        let what = done.event.clone();
        refused_for_side(does(portal, both, shared, done).await, &what);
    }
    assert_eq!(state(portal, &people.asks, shared).await, "in_review");
    assert_eq!(decide(portal, &people, shared).await, 1);
    assert_eq!(state(portal, &people.asks, shared).await, "active");

    let document = OutsideDocument {
        organization: "YX-U".to_owned(),
        provider: "YX-T".to_owned(),
        title: "公交站点停用记录".to_owned(),
        items: "站名、停用日期".to_owned(),
        matter: "低保资格复核".to_owned(),
        basis: "社会救助暂行办法第十三条".to_owned(),
        purpose: "核对出行补贴".to_owned(),
        scope: "救助科两名工作人员".to_owned(),
        related_needs: "每月一次".to_owned(),
    };
    let outside = portal.request_outside(&people.asks, &document, LANG).await.unwrap();
    let approves = OutsideAct {
        event: "approve".to_owned(),
        version: 1,
        reason: "理由".to_owned(),
        ..OutsideAct::default()
    };
    let done = Box::pin(portal.act_on_outside(both, outside, approves.clone(), LANG)).await;
    refused_for_side(done.map(drop), "outside of the catalogue");
    Box::pin(portal.act_on_outside(&people.reviewer, outside, approves, LANG)).await.unwrap();

    let asked = verifying::whole();
    let verified = portal.ask_verification(&people.asks, &asked, LANG).await.unwrap();
    let done = portal.act_on_verification(both, verified, answered(&ALL), LANG).await;
    refused_for_side(done, "verification");
    portal.act_on_verification(&people.reviewer, verified, answered(&ALL), LANG).await.unwrap();
}

// Proves ORG-03: whoever acts for the authority and belongs to either side neither mediates between the two nor records
// what was decided above.
#[tokio::test]
async fn nobody_of_either_side_mediates() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let governs = |login| (Role::Authority, (login, "YX"));
    let of_user = holding_both(portal, governs("asking"), (Role::Officer, "YX-U")).await;
    let of_provider = holding_both(portal, governs("giving"), (Role::Reviewer, "YX-T")).await;
    let case = portal.request_share(&people.asks, &code(), &whole(), LANG).await.unwrap();
    act(portal, &people.reviewer, case, grounded()).await.unwrap();
    act(portal, &people.asks, case, event("escalate")).await.unwrap();
    for caller in [&of_user, &of_provider] {
        for what in ["settle_grant", "settle_refuse", "pass_up"] {
            refused_for_side(does(portal, caller, case, event(what)).await, what);
        }
    }
    act(portal, &people.authority, case, event("pass_up")).await.unwrap();
    for caller in [&of_user, &of_provider] {
        for what in ["decide_grant", "decide_refuse"] {
            refused_for_side(does(portal, caller, case, event(what)).await, what);
        }
    }
    act(portal, &people.authority, case, event("decide_refuse")).await.unwrap();
    assert_eq!(state(portal, &people.asks, case).await, "settled");
}
