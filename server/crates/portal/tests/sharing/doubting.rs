//! Shared data that is doubted by who uses it.

use kaishu_portal::sharing::ShareAct;
use kaishu_testkit::people::LANG;
use kaishu_types::ErrorCode;

use super::{act, catalogue, code, decide, event, everybody, site, state, whole};

fn doubted(reason: &str) -> ShareAct {
    ShareAct { reason: reason.to_owned(), ..event("doubt") }
}

// Proves SHR-11: the agency that uses shared data says what it doubts, and its provider answers: nothing is wrong, or it was
// wrong and is corrected, which it cannot say before a corrected version is there. Each does it on its own side, both are
// told, and the grant goes on.
#[tokio::test]
async fn a_doubt_is_verified_answered_and_corrected() {
    let site = site("guangdong").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let case = portal.request_share(&people.asks, &code(), &whole(), LANG).await.unwrap();
    let early = act(portal, &people.asks, case, doubted("第2行有误")).await;
    assert_eq!(early, Err(ErrorCode::Conflict), "nobody doubts what they do not have");
    decide(portal, &people, case).await;
    let unsaid = act(portal, &people.asks, case, doubted("")).await;
    assert_eq!(unsaid, Err(ErrorCode::InvalidInput), "what is doubted is said");
    for caller in [&people.reviewer, &people.authority] {
        let refused = act(portal, caller, case, doubted("第2行有误")).await;
        assert_eq!(refused, Err(ErrorCode::Forbidden), "who uses it doubts it");
    }
    let nothing = act(portal, &people.reviewer, case, event("doubt_sound")).await;
    assert_eq!(nothing, Err(ErrorCode::InvalidInput), "nothing was doubted");

    act(portal, &people.asks, case, doubted("第2行的编号与证件不符")).await.unwrap();
    let told = portal.inbox(&people.head, None, LANG).await.unwrap();
    assert!(told.notices[0].text.contains("疑义"), "{}", told.notices[0].text);
    let twice = act(portal, &people.asks, case, doubted("第1行有误")).await;
    assert_eq!(twice, Err(ErrorCode::InvalidInput), "one at a time");
    for answer in ["doubt_sound", "doubt_corrected"] {
        let own = act(portal, &people.asks, case, event(answer)).await;
        assert_eq!(own, Err(ErrorCode::Forbidden), "{answer}: its provider answers");
    }
    let found = portal.share_request(&people.asks, case, LANG).await.unwrap();
    assert_eq!(found.case.facts["doubt.version"], "1");
    let offered = |found: &kaishu_portal::sharing::ShareView, code: &str| {
        found.case.actions.iter().any(|action| action.event.code == code)
    };
    assert!(!offered(&found, "doubt"));
    let theirs = portal.share_request(&people.reviewer, case, LANG).await.unwrap();
    assert!(offered(&theirs, "doubt_sound") && offered(&theirs, "doubt_corrected"));

    let early = act(portal, &people.reviewer, case, event("doubt_corrected")).await;
    assert_eq!(early, Err(ErrorCode::InvalidInput), "nothing was corrected yet");
    let corrected = catalogue("name,kind,number,secret\n甲,一,007,x\n乙,二,009,y\n");
    site.import(corrected.folder()).await;
    act(portal, &people.reviewer, case, event("doubt_corrected")).await.unwrap();
    let told = portal.inbox(&people.asks, None, LANG).await.unwrap();
    assert!(told.notices[0].text.contains("更正"), "{}", told.notices[0].text);

    act(portal, &people.asks, case, doubted("第1行有误")).await.unwrap();
    let found = portal.share_request(&people.asks, case, LANG).await.unwrap();
    assert_eq!(found.case.facts["doubt.version"], "2");
    act(portal, &people.reviewer, case, event("doubt_sound")).await.unwrap();
    assert_eq!(state(portal, &people.asks, case).await, "active");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}
