//! Shared data that is handed over where online delivery is truly hard.

use kaishu_portal::sharing::ShareAct;
use kaishu_testkit::people::LANG;
use kaishu_types::ErrorCode;
use kaishu_types::receipt::Retrieved;

use super::{act, code, decide, event, everybody, names, site, whole};

pub(super) fn handed(items: &[&str]) -> ShareAct {
    ShareAct {
        reason: "数据量大，专线带宽不够".to_owned(),
        medium: "加密移动硬盘".to_owned(),
        items: Some(names(items)),
        ..event("deliver")
    }
}

// Proves SHR-10: where the profile allows it, the provider records what it handed over of what is granted, why and on
// what; once the agency confirms it, it is a retrieval like any other, with a receipt that the log seals and no public
// address tells.
#[tokio::test]
async fn what_is_handed_over_and_confirmed_is_a_retrieval() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let case = portal.request_share(&people.asks, &code(), &whole(), LANG).await.unwrap();
    let early = act(portal, &people.reviewer, case, handed(&["kind"])).await;
    assert_eq!(early, Err(ErrorCode::Conflict), "not before it is granted");
    decide(portal, &people, case).await;
    for (incomplete, why) in [
        (ShareAct { reason: String::new(), ..handed(&["kind"]) }, "no reason"),
        (ShareAct { medium: " ".to_owned(), ..handed(&["kind"]) }, "no medium"),
        (handed(&[]), "no items"),
        (handed(&["kind", "name"]), "an item that was not asked for"),
        (handed(&["secret"]), "an item that is not shared"),
    ] {
        let refused = act(portal, &people.reviewer, case, incomplete).await;
        assert_eq!(refused, Err(ErrorCode::InvalidInput), "{why}");
    }
    for caller in [&people.asks, &people.uses, &people.authority] {
        let refused = act(portal, caller, case, handed(&["kind"])).await;
        assert_eq!(refused, Err(ErrorCode::Forbidden), "only the provider hands over");
    }
    let nothing = act(portal, &people.asks, case, event("receive")).await;
    assert_eq!(nothing, Err(ErrorCode::InvalidInput), "nothing was handed over");
    act(portal, &people.reviewer, case, handed(&["kind"])).await.unwrap();
    let found = portal.share_request(&people.asks, case, LANG).await.unwrap();
    let delivery = found.delivery.unwrap();
    assert_eq!((delivery.is_waiting, delivery.items), (true, names(&["kind"])));
    assert!(found.uses.is_empty(), "what nobody received is no retrieval");
    let told = portal.inbox(&people.asks, None, LANG).await.unwrap();
    assert!(told.notices[0].text.contains("线下交付"), "{}", told.notices[0].text);
    // One at a time, and answered by the other side.
    for (caller, done) in
        [(&people.reviewer, handed(&["number"])), (&people.asks, event("give_back"))]
    {
        let refused = act(portal, caller, case, done).await;
        assert_eq!(refused, Err(ErrorCode::InvalidInput));
    }
    let own = act(portal, &people.head, case, event("receive")).await;
    assert_eq!(own, Err(ErrorCode::Forbidden), "nobody confirms in place of the agency");
    act(portal, &people.asks, case, event("receive")).await.unwrap();
    let uses = portal.share_uses(&people.reviewer, &code(), LANG).await.unwrap();
    let [told] = uses.as_slice() else { panic!("one retrieval, not {}", uses.len()) };
    assert_eq!((told.kind, told.resource.as_str()), (Retrieved::Offline, "加密移动硬盘"));
    assert_eq!((told.case, told.version, told.user.code.as_str()), (case, 1, "YX-U"));
    assert_eq!(told.account.as_deref(), Some("asks 的名字"));
    let found = portal.share_request(&people.head, case, LANG).await.unwrap();
    assert_eq!(found.delivery.unwrap().receipt, Some(told.receipt.to_string()));
    assert_eq!(found.case.facts["delivery.receipt"], told.receipt.to_string());
    let reason = found.case.events.iter().find(|it| it.event.code == "deliver").unwrap();
    assert_eq!(reason.reason, "数据量大，专线带宽不够");
    let public = portal.receipt(&told.receipt).await;
    assert_eq!(public.err().map(|it| it.code()), Some(ErrorCode::NotFound));
    assert!(act(portal, &people.asks, case, event("receive")).await.is_err(), "once");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of SHR-10: what the agency says it never received is no retrieval, and the next delivery is a new one; what was
// taken without approval is handed over, too.
#[tokio::test]
async fn what_was_not_received_is_no_retrieval() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let case = portal.take_shared(&people.asks, &code(), &whole(), LANG).await.unwrap();
    let more = act(portal, &people.reviewer, case, handed(&["kind"])).await;
    assert_eq!(more, Err(ErrorCode::InvalidInput), "what needs approval was not asked for");
    act(portal, &people.reviewer, case, handed(&["name"])).await.unwrap();
    act(portal, &people.asks, case, event("not_received")).await.unwrap();
    let found = portal.share_request(&people.reviewer, case, LANG).await.unwrap();
    let delivery = found.delivery.unwrap();
    assert_eq!((delivery.is_waiting, delivery.receipt), (false, None));
    assert!(found.uses.is_empty());
    act(portal, &people.reviewer, case, handed(&["name"])).await.unwrap();
    act(portal, &people.asks, case, event("receive")).await.unwrap();
    let found = portal.share_request(&people.reviewer, case, LANG).await.unwrap();
    assert_eq!(found.uses.len(), 1);
    act(portal, &people.asks, case, event("give_back")).await.unwrap();
    let over = act(portal, &people.reviewer, case, handed(&["name"])).await;
    assert_eq!(over, Err(ErrorCode::Conflict), "nothing is handed over after the end");
}

// Part of SHR-10: where the rules know the platform only, nothing is handed over, and no button offers it.
#[tokio::test]
async fn where_the_rules_know_the_platform_only_nothing_is_handed_over() {
    let site = site("guangdong").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let case = portal.request_share(&people.asks, &code(), &whole(), LANG).await.unwrap();
    decide(portal, &people, case).await;
    let found = portal.share_request(&people.reviewer, case, LANG).await.unwrap();
    assert!(found.case.actions.iter().any(|it| it.event.code == "consent"));
    assert!(found.case.actions.iter().all(|it| it.event.code != "deliver"));
    let done = ShareAct { version: found.case.version, ..handed(&["kind"]) };
    let refused = portal.act_on_share(&people.reviewer, case, done, LANG).await.unwrap_err();
    assert_eq!(refused.into_detail().rule.unwrap().id, "share_app.offline");
}
