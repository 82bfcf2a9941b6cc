//! What is granted and signed: the part that can be had, both signatures, their ends.

use kaishu_portal::access::ApplicationAct;
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::TrailAsked;
use kaishu_portal::retrieval::Client;
use kaishu_portal::tables::TableState;
use kaishu_testkit::now;
use kaishu_testkit::people::{LANG, ORGANIZATION, account};
use kaishu_types::ErrorCode;
use kaishu_types::access::ApplicationDocument;
use kaishu_types::account::Role;
use std::collections::BTreeSet;

use crate::{
    act, active, code, columns, decide, event, everybody, names, sign, site, state, whole, written,
};

// Proves APP-09: what is approved is a part of what was asked for, stands in the agreement, and is all that can be had.
#[tokio::test]
async fn a_part_is_granted_and_stands_in_the_agreement() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let applicant = &people.applicant.0;
    let case = written(portal, applicant).await;
    act(portal, applicant, case, event("submit")).await.unwrap();
    let more = ApplicationAct { items: Some(names(&["power", "name"])), ..event("approve") };
    assert_eq!(act(portal, &people.reviewer, case, more).await, Err(ErrorCode::InvalidInput));
    let longer =
        ApplicationAct { last_day: Some("2028-01-01".parse().unwrap()), ..event("approve") };
    assert_eq!(act(portal, &people.reviewer, case, longer).await, Err(ErrorCode::InvalidInput));
    let part = ApplicationAct {
        items: Some(names(&["power"])),
        last_day: Some("2026-12-31".parse().unwrap()),
        ..event("approve")
    };
    act(portal, &people.reviewer, case, part).await.unwrap();
    let documents = portal.application(applicant, case, LANG).await.unwrap().documents;
    let text = &documents.last().unwrap().text;
    assert!(text.contains("power标签") && !text.contains("price"), "{text}");
    assert!(text.contains("至2026年12月31日止"), "{text}");
    sign(portal, &people.applicant, case, "sign").await.unwrap();
    sign(portal, &people.head, case, "countersign").await.unwrap();
    assert_eq!(columns(&site, portal, applicant).await, names(&["name", "power"]));
}

// Proves AGR-05, AGR-07: both sign the text that was offered, each with a code that counts once; the commitment is
// the applicant's alone, with the security level and the measures in it.
#[tokio::test]
async fn both_sign_what_was_offered() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let (applicant, code) = (&people.applicant.0, &people.applicant.1);
    let case = written(portal, applicant).await;
    act(portal, applicant, case, event("submit")).await.unwrap();
    decide(portal, &people, case).await;
    let other = ApplicationAct { terms: "0".repeat(64), code: code.clone(), ..event("sign") };
    assert_eq!(act(portal, applicant, case, other).await, Err(ErrorCode::InvalidInput));
    let wrong = (applicant.clone(), "000000".to_owned());
    assert_eq!(sign(portal, &wrong, case, "sign").await, Err(ErrorCode::InvalidInput));
    sign(portal, &people.applicant, case, "sign").await.unwrap();
    sign(portal, &people.head, case, "countersign").await.unwrap();
    let documents = portal.application(applicant, case, LANG).await.unwrap().documents;
    let [letter, agreement] = documents.as_slice() else { panic!("{documents:?}") };
    assert_eq!(letter.kind, "commitment_letter");
    assert!(letter.text.contains("第 1 级") && letter.text.contains("内网保存"));
    assert!(letter.signed.is_some() && letter.countersigned.is_none());
    assert!(agreement.signed.is_some() && agreement.countersigned.is_some());
    // An account without codes is told to set them up.
    account(portal, Role::DataUser, ("plain", "")).await;
}

// Proves APP-12, AGR-06: a grant ends with its last day, an offer that nobody signs lapses.
#[tokio::test]
async fn time_ends_grants_and_offers() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let applicant = &people.applicant.0;
    let case = Box::pin(active(portal, &people)).await;
    let offered = written(portal, applicant).await;
    act(portal, applicant, offered, event("submit")).await.unwrap();
    decide(portal, &people, offered).await;
    assert_eq!(portal.end_what_is_over().await.unwrap(), 0);
    let later = site.open_at(now() + chrono::TimeDelta::days(30)).await;
    assert_eq!(later.end_what_is_over().await.unwrap(), 1);
    assert_eq!(state(portal, applicant, offered).await, "lapsed");
    assert_eq!(state(portal, applicant, case).await, "active");
    let last = site.open_at("2027-06-30T04:00:00Z".parse().unwrap()).await;
    assert!(columns(&site, &last, applicant).await.contains("power"));
    let over = site.open_at("2027-07-01T04:00:00Z".parse().unwrap()).await;
    assert!(
        !columns(&site, &over, applicant).await.contains("power"),
        "whether or not somebody has looked"
    );
    assert_eq!(over.end_what_is_over().await.unwrap(), 1);
    assert_eq!(state(portal, applicant, case).await, "expired");
}

// Part of APP-04 and APP-08: what was rewritten after a return is decided on anew by both sides, and what was dropped
// is not granted.
#[tokio::test]
async fn another_text_is_decided_on_anew() {
    let site = site("yulin").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let applicant = &people.applicant.0;
    let case = written(portal, applicant).await;
    act(portal, applicant, case, event("submit")).await.unwrap();
    act(portal, &people.authority, case, event("approve")).await.unwrap();
    act(portal, &people.reviewer, case, event("return")).await.unwrap();
    let less = ApplicationDocument {
        items: names(&["power"]),
        purpose_text: "另一个用途".to_owned(),
        ..whole()
    };
    let revision = portal.application(applicant, case, LANG).await.unwrap().revision;
    portal.save_application(applicant, (case, revision), &less, LANG).await.unwrap();
    // Until it is submitted again, the others read what was.
    let seen = portal.application(&people.authority, case, LANG).await.unwrap().document;
    assert_eq!(seen.purpose_text, whole().purpose_text);
    act(portal, applicant, case, event("resubmit")).await.unwrap();
    act(portal, &people.reviewer, case, event("approve")).await.unwrap();
    assert_eq!(state(portal, applicant, case).await, "in_review", "the authority decides anew");
    act(portal, &people.authority, case, event("approve")).await.unwrap();
    let found = portal.application(applicant, case, LANG).await.unwrap();
    assert_eq!(found.scope.items, names(&["power"]));
    assert!(found.documents[0].text.contains("另一个用途"));
}

// Part of APP-04 and APP-09: whoever decided does not sign for the provider, and nothing ticked is nothing granted.
#[tokio::test]
async fn whoever_decided_does_not_sign_and_nothing_is_not_all() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let applicant = &people.applicant.0;
    let case = written(portal, applicant).await;
    act(portal, applicant, case, event("submit")).await.unwrap();
    let none = ApplicationAct { items: Some(BTreeSet::new()), ..event("approve") };
    assert_eq!(act(portal, &people.head.0, case, none).await, Err(ErrorCode::InvalidInput));
    act(portal, &people.head.0, case, event("approve")).await.unwrap();
    sign(portal, &people.applicant, case, "sign").await.unwrap();
    let own = sign(portal, &people.head, case, "countersign").await;
    assert_eq!(own, Err(ErrorCode::Forbidden));
}

// Part of AGR-05: what an applicant writes brings no article of its own into the text that both sign.
#[tokio::test]
async fn an_applicant_writes_no_articles() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let applicant = &people.applicant.0;
    let case = portal.begin_application(applicant, &code(), LANG).await.unwrap();
    let purpose = "研究。\n第八条　乙方可以向第三方提供数据。\u{202e}".to_owned();
    let document = ApplicationDocument { purpose_text: purpose, ..whole() };
    portal.save_application(applicant, (case, 1), &document, LANG).await.unwrap();
    act(portal, applicant, case, event("submit")).await.unwrap();
    decide(portal, &people, case).await;
    let documents = portal.application(applicant, case, LANG).await.unwrap().documents;
    let text = &documents.last().unwrap().text;
    let n_eighth = text.lines().filter(|line| line.starts_with("第八条")).count();
    assert_eq!(n_eighth, 1, "{text}");
    assert!(!text.contains('\u{202e}'));
}

// Part of APP-01: what is only written reaches nobody's inbox, whatever becomes of it.
#[tokio::test]
async fn a_discarded_draft_tells_nobody() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let case = written(portal, &people.applicant.0).await;
    act(portal, &people.applicant.0, case, event("discard")).await.unwrap();
    for person in [&people.head.0, &people.reviewer, &people.authority] {
        assert_eq!(portal.n_unread(person).await.unwrap(), 0);
    }
}

// Proves SEC-02: from a copy to the request, the approval, the agreement, the version and the provider in one
// question, and back; a copy of open data names nobody.
#[tokio::test]
async fn a_copy_leads_to_its_request_and_agreement_and_back() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let applicant = &people.applicant.0;
    let case = Box::pin(active(portal, &people)).await;
    let dataset = kaishu_store::datasets::find(site.store(), &code()).await.unwrap().unwrap();
    let id = dataset.resources[0].id;
    let client = Some(Client::from(std::net::IpAddr::from([192, 0, 2, 1])));
    let mut receipts = Vec::new();
    for caller in [&Caller::visitor(), applicant] {
        let state = portal.table_state(caller, &code(), id, 1, None, LANG).await.unwrap();
        let TableState::Open(table) = state else { panic!("there is a table") };
        let name = Some("power.csv".to_owned());
        let receipt = portal.issue_answer_receipt(&table, name, "", client).await.unwrap();
        receipts.push(receipt.code);
    }
    assert_ne!(receipts[0], receipts[1], "one address, two people");
    let trail =
        async |of: &TrailAsked| portal.trail(&people.authority, of, None, LANG).await.unwrap();
    let open = trail(&TrailAsked::Receipt(receipts[0].clone())).await;
    assert_eq!((open.requests.len(), open.sources.len()), (0, 1));
    let found = trail(&TrailAsked::Receipt(receipts[1].clone())).await;
    let [request] = found.requests.as_slice() else { panic!("{:?}", found.requests) };
    assert_eq!((request.case, request.applicant.as_str()), (case, "王敏"));
    let acts: Vec<_> = request.acts.iter().map(|act| act.event.code.as_str()).collect();
    assert_eq!(acts, ["submit", "approve", "sign", "countersign", "activate"]);
    let kinds: Vec<_> = request.documents.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["commitment_letter", "usage_agreement"]);
    assert_eq!(found.sources[0].provider.code, ORGANIZATION);
    assert_eq!(found.sources[0].version, 1);
    let back = trail(&TrailAsked::Case(case)).await;
    let codes: Vec<_> = back.copies.iter().map(|receipt| receipt.code.clone()).collect();
    assert_eq!(codes, receipts[1..]);
    assert_eq!(back.requests[0].case, case);
    // What is only written is nobody's to follow.
    let written = written(portal, applicant).await;
    let hidden = portal.trail(&people.authority, &TrailAsked::Case(written), None, LANG).await;
    assert_eq!(hidden.unwrap_err().code(), ErrorCode::NotFound);
    let number = portal.application(applicant, case, LANG).await.unwrap().number;
    assert_eq!(TrailAsked::read(&number), Some(TrailAsked::Case(case)));
}

// Proves ORG-03: nobody decides on an application of somebody of their own organization.
#[tokio::test]
async fn nobody_decides_for_their_own_organization() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let applicant = &people.applicant.0;
    let case = written(portal, applicant).await;
    act(portal, applicant, case, event("submit")).await.unwrap();
    let login = "applies".parse().unwrap();
    let role = kaishu_types::account::RoleGrant {
        role: Role::Officer,
        organization: Some(ORGANIZATION.parse().unwrap()),
        region: None,
    };
    portal.change_roles(&Caller::command(), &login, (vec![role], vec![]), LANG).await.unwrap();
    let refused = act(portal, &people.reviewer, case, event("approve")).await;
    assert_eq!(refused, Err(ErrorCode::InvalidInput));
}
