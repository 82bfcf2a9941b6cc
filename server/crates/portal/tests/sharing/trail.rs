//! From a copy of shared data to the request that it was taken under, and back.

use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::TrailAsked;
use kaishu_portal::retrieval::Client;
use kaishu_portal::tables::TableState;
use kaishu_testkit::people::{LANG, account};
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::case::CaseKind;
use kaishu_types::trail::TrailView;
use kaishu_types::{ErrorCode, ReceiptCode};

use super::offline::handed;
use super::{act, code, decide, event, everybody, resource, site, verifying, whole};

async fn trail(portal: &Portal, by: &Caller, of: &TrailAsked) -> Result<TrailView, ErrorCode> {
    Box::pin(portal.trail(by, of, None, LANG)).await.map_err(|error| error.code())
}

/// An auditor of the county, where nothing of this is.
async fn of_the_county(portal: &Portal) -> Caller {
    account(portal, Role::Auditor, ("county", "YX-QH")).await;
    let (command, login) = (Caller::command(), "county".parse().unwrap());
    let scope = TokenScope::Read;
    let token = portal.make_token_for(&command, &login, ("trail", scope, 1), LANG).await.unwrap();
    portal.caller_of_token(&token, LANG).await.unwrap()
}

// Proves SEC-02: from a copy of shared data, taken on the platform or handed over, to the request, who asked, who
// approved, the version and the provider in one question; and from the number of the request back to the copies.
#[tokio::test]
async fn a_shared_copy_leads_to_its_request_and_back() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let case = portal.request_share(&people.asks, &code(), &whole(), LANG).await.unwrap();
    let n_approved = decide(portal, &people, case).await;
    let id = resource(&site, &code()).await;
    let table = portal.table_state(&people.uses, &code(), id, 1, None, LANG).await.unwrap();
    let TableState::Open(table) = table else { panic!("there is a table") };
    let client = Some(Client::from(std::net::IpAddr::from([192, 0, 2, 1])));
    let name = Some("people.csv".to_owned());
    let taken = portal.issue_answer_receipt(&table, name, "", client).await.unwrap().code;
    act(portal, &people.reviewer, case, handed(&["kind"])).await.unwrap();
    act(portal, &people.asks, case, event("receive")).await.unwrap();
    let view = portal.share_request(&people.reviewer, case, LANG).await.unwrap();
    let received: ReceiptCode = view.delivery.unwrap().receipt.unwrap().parse().unwrap();

    for receipt in [&taken, &received] {
        let of = TrailAsked::Receipt(receipt.clone());
        let found = trail(portal, &people.authority, &of).await.unwrap();
        let [request] = found.requests.as_slice() else { panic!("{:?}", found.requests) };
        assert_eq!((request.case, request.kind), (case, CaseKind::ShareRequest));
        assert_eq!((&request.number, request.applicant.as_str()), (&view.number, "试验局"));
        assert_eq!(request.purpose, "低保资格复核；核对家庭成员");
        assert_eq!(request.until, whole().last_day);
        assert_eq!((request.filing.as_ref(), request.documents.len()), (None, 0));
        let acts: Vec<_> = request.acts.iter().map(|act| act.event.code.as_str()).collect();
        let mut told = vec!["submit"];
        told.extend(vec!["approve"; n_approved]);
        told.extend(["deliver", "receive"]);
        assert_eq!(acts, told);
        assert!(request.acts.iter().all(|act| act.acting.is_some() && act.seq > 0));
        assert_eq!(request.acts[1].by, "reviews 的名字", "who approved");
        assert_eq!(found.sources[0].provider.code, "YX-T");
        assert_eq!((&found.sources[0].dataset, found.sources[0].version), (&code(), 1));
    }

    let of_number = TrailAsked::read(&view.number).unwrap();
    assert_eq!(of_number, TrailAsked::Case(case));
    let back = trail(portal, &people.authority, &of_number).await.unwrap();
    let codes: Vec<_> = back.copies.iter().map(|receipt| receipt.code.clone()).collect();
    assert_eq!(codes, [received.clone(), taken.clone()], "the newest first");
    assert_eq!(back.requests[0].case, case);

    // It is for those who supervise the region: of what is in another one there is nothing.
    let county = of_the_county(portal).await;
    for of in [TrailAsked::Receipt(taken), TrailAsked::Receipt(received), of_number] {
        assert_eq!(trail(portal, &county, &of).await, Err(ErrorCode::NotFound), "{of:?}");
        for side in [&people.asks, &people.reviewer] {
            assert_eq!(trail(portal, side, &of).await, Err(ErrorCode::Forbidden), "{of:?}");
        }
    }
}

// Part of SEC-02: what was taken without approval leads to who took it on; where values were verified no copy was
// delivered, and there is nothing to follow.
#[tokio::test]
async fn what_is_taken_at_once_has_a_trail_and_what_is_verified_has_none() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let case = portal.take_shared(&people.asks, &code(), &whole(), LANG).await.unwrap();
    let found = trail(portal, &people.authority, &TrailAsked::Case(case)).await.unwrap();
    assert_eq!((found.copies.len(), found.sources.len()), (0, 1));
    let acts: Vec<_> = found.requests[0].acts.iter().map(|it| it.event.code.as_str()).collect();
    assert_eq!(acts, ["take"]);
    let asked = verifying::whole();
    let verified = portal.ask_verification(&people.asks, &asked, LANG).await.unwrap();
    let nothing = trail(portal, &people.authority, &TrailAsked::Case(verified)).await;
    assert_eq!(nothing, Err(ErrorCode::NotFound));
}
