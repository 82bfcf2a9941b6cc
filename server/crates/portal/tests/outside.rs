//! Data of another agency that is in no catalogue, from the request to the entry that came of it.

#![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]

use std::collections::BTreeMap;

use kaishu_domain::PolicyProfile;
use kaishu_domain::outside::OutsideDocument;
use kaishu_domain::policy::Module;
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::publishing::OpeningAct;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{
    LANG, People, act as take_step, at_browser, complete, people, review,
};
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::ErrorCode;
use kaishu_types::account::Role;
use kaishu_types::dataset::LegalBasis;
use kaishu_types::vocabulary::ShareClass;

async fn site(policy: &'static str) -> TestPortal {
    let site = TestPortal::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default()
        .organization("YX-V", "旁观局")
        .dataset("YX-T-0001", "户籍核对", "none")
        .shared("conditional", "用于履行法定职责")
        .dataset("YX-T-0002", "内部台账", "none")
        .shared("none", "")
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.import(catalogue.folder()).await;
    site
}

/// YX-U asks, YX-T may have the data.
fn whole() -> OutsideDocument {
    OutsideDocument {
        organization: "YX-U".to_owned(),
        provider: "YX-T".to_owned(),
        title: "公交站点停用记录".to_owned(),
        items: "站名、停用日期".to_owned(),
        matter: "低保资格复核".to_owned(),
        basis: "社会救助暂行办法第十三条".to_owned(),
        purpose: "核对出行补贴".to_owned(),
        scope: "救助科两名工作人员".to_owned(),
        related_needs: "每月一次".to_owned(),
    }
}

async fn act(
    portal: &Portal,
    by: &Caller,
    case: i64,
    (event, answers): (&str, &[(&str, &str)]),
) -> Result<Option<i64>, ErrorCode> {
    let version = portal.case_view(by, case, LANG).await.map_err(|it| it.code())?.version;
    let answers: BTreeMap<String, String> =
        answers.iter().map(|(name, said)| ((*name).to_owned(), (*said).to_owned())).collect();
    let reason = "理由".to_owned();
    let done =
        OpeningAct { event: event.to_owned(), version, reason, answers, ..OpeningAct::default() };
    let acted = Box::pin(portal.act_on_case(by, case, done, LANG)).await;
    acted.map_err(|error| error.code())
}

async fn state(portal: &Portal, by: &Caller, case: i64) -> String {
    portal.case_view(by, case, LANG).await.unwrap().state.code
}

/// Lets everybody agree on whose desk it is; returns how many did.
async fn agree(portal: &Portal, people: &People, case: i64) -> usize {
    let mut n = 0;
    for person in [&people.authority, &people.reviewer] {
        let desk = portal.desk(person, DeskFilter::Mine, &[], LANG).await.unwrap();
        if desk.iter().any(|card| card.id == case) {
            act(portal, person, case, ("approve", &[])).await.unwrap();
            n += 1;
        }
    }
    n
}

/// Publishes the entry that was begun for a request, shared or not.
async fn publish(portal: &Portal, people: &People, draft: i64, class: ShareClass) {
    let csv = futures::stream::iter([Ok(bytes::Bytes::from_static(b"name,n\nA,7\n"))]);
    let officer = &people.officer;
    let revision = portal.add_draft_file(officer, draft, 1, "stops.csv", csv, LANG).await.unwrap();
    portal.take_items_from_files(officer, draft, revision, LANG).await.unwrap();
    complete(portal, officer, draft, |document| {
        assert_eq!(document.fields.title, whole().title, "what was asked for");
        if class == ShareClass::None {
            document.fields.share.class = class;
            document.fields.share.basis.push(LegalBasis {
                title: "某法".to_owned(),
                article: Some("第三条".to_owned()),
                level: "law".to_owned(),
            });
            for item in &mut document.items {
                item.share_class = class;
            }
        }
    })
    .await;
    take_step(portal, officer, draft, "submit").await.unwrap();
    review(portal, people, draft).await;
    take_step(portal, &people.authority, draft, "publish").await.unwrap();
}

// Proves SHR-13: under each profile that knows sharing an agency asks another one for data that is in no catalogue,
// with its matter and basis; whoever decides on share requests answers it in the same time, and what is agreed to is
// open until the entry that was compiled for it is published and shared, which the case names to both sides.
#[tokio::test]
async fn what_is_in_no_catalogue_is_asked_for_and_entered() {
    let mut n_shared = 0;
    for policy in PolicyProfile::codes() {
        let site = site(policy).await;
        let portal = site.portal();
        let people = people(portal).await;
        let asks = &at_browser(portal, Role::Officer, ("asks", "YX-U")).await;
        let profile = PolicyProfile::load(policy).unwrap();
        if !profile.has_module(Module::Share) {
            let refused = portal.request_outside(asks, &whole(), LANG).await.unwrap_err();
            assert!(refused.into_detail().rule.is_some(), "{policy}");
            continue;
        }
        n_shared += 1;
        let case = portal.request_outside(asks, &whole(), LANG).await.unwrap();
        let twice = portal.request_outside(asks, &whole(), LANG).await.unwrap_err();
        assert_eq!(twice.code(), ErrorCode::InvalidInput, "{policy}: it is asked for already");
        for seen_by in [asks, &people.officer, &people.authority] {
            let found = portal.case_view(seen_by, case, LANG).await.unwrap();
            let said = |name: &str| found.facts.get(name).map(String::as_str);
            assert_eq!(said("matter"), Some("低保资格复核"), "{policy}");
            assert_eq!(said("basis"), Some("社会救助暂行办法第十三条"), "{policy}");
            assert_eq!(found.clocks[0].rule.id, "share_app.reply_wd", "{policy}");
            assert_eq!(found.clocks[0].working_days, profile.rules.share_app.reply_wd.value.get());
        }
        for not_theirs in [asks, &people.officer] {
            let refused = act(portal, not_theirs, case, ("approve", &[])).await;
            assert_eq!(refused, Err(ErrorCode::Forbidden), "{policy}");
        }
        let n_agreed = agree(portal, &people, case).await;
        assert_eq!(n_agreed, profile.rules.share_app.approvers.value.len(), "{policy}");
        let agreed = portal.case_view(asks, case, LANG).await.unwrap();
        assert_eq!(agreed.state.code, "agreed", "{policy}");
        let running: Vec<_> = agreed.clocks.iter().filter(|it| it.is_open).collect();
        assert_eq!(running.len(), 1, "{policy}");
        assert_eq!(running[0].rule.id, "catalogue.missing_wd", "{policy}");

        // Only the provider enters it; asked twice, it is the same entry.
        assert!(act(portal, asks, case, ("compile", &[])).await.is_err(), "{policy}");
        let draft = act(portal, &people.officer, case, ("compile", &[])).await.unwrap();
        let again = act(portal, &people.officer, case, ("compile", &[])).await.unwrap();
        assert_eq!(draft, again, "{policy}");
        let draft = draft.unwrap();
        publish(portal, &people, draft, ShareClass::Unconditional).await;
        let entry = portal.draft(&people.officer, draft, LANG).await.unwrap().code;
        for seen_by in [asks, &people.officer] {
            let found = portal.case_view(seen_by, case, LANG).await.unwrap();
            assert_eq!(found.state.code, "entered", "{policy}");
            assert_eq!(found.facts["entry"], entry.to_string(), "{policy}");
            assert!(found.clocks.iter().all(|it| !it.is_open), "{policy}");
        }
        assert!(portal.shared_entry(asks, &entry, LANG).await.is_ok(), "{policy}");
        assert_eq!(portal.verify_log().await.unwrap().faults, [], "{policy}");
    }
    assert!(n_shared > 2, "{n_shared}");
}

// Part of SHR-13: who asks for whom, in person and not by program, what is said, and who learns of it.
#[tokio::test]
async fn only_agencies_ask_and_only_the_two_learn_of_it() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = people(portal).await;
    let asks = &at_browser(portal, Role::Officer, ("asks", "YX-U")).await;
    let third = at_browser(portal, Role::Officer, ("third", "YX-V")).await;
    let user = at_browser(portal, Role::DataUser, ("public", "")).await;
    for (by, refusal) in [
        (&Caller::visitor(), ErrorCode::Unauthenticated),
        (&user, ErrorCode::Forbidden),
        (&third, ErrorCode::Forbidden),
        (&people.stranger, ErrorCode::Forbidden),
        (&people.reviewer, ErrorCode::Forbidden),
        (&people.authority, ErrorCode::Forbidden),
    ] {
        let refused = portal.request_outside(by, &whole(), LANG).await.unwrap_err();
        assert_eq!(refused.code(), refusal);
    }
    let lacking: [fn(&mut OutsideDocument); 8] = [
        |it| it.provider = "YX-U".to_owned(),
        |it| it.provider.clear(),
        |it| it.title = " ".to_owned(),
        |it| it.items.clear(),
        |it| it.matter.clear(),
        |it| it.basis.clear(),
        |it| it.scope.clear(),
        |it| it.matter = "长".repeat(201),
    ];
    for (n, lack) in lacking.iter().enumerate() {
        let mut document = whole();
        lack(&mut document);
        let refused = portal.request_outside(asks, &document, LANG).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidInput, "{n}");
    }
    let case = portal.request_outside(asks, &whole(), LANG).await.unwrap();
    for nobody in [&third, &user] {
        let hidden = portal.case_view(nobody, case, LANG).await.unwrap_err();
        assert_eq!(hidden.code(), ErrorCode::NotFound);
    }
    let listed = portal.outside_requests(&third, LANG).await.unwrap();
    assert!(listed.open.is_empty() && listed.closed.is_empty());
    for side in [asks, &people.reviewer] {
        let listed = portal.outside_requests(side, LANG).await.unwrap();
        assert_eq!(listed.open.iter().map(|it| it.id).collect::<Vec<_>>(), [case]);
    }
}

// Part of SHR-13: it is answered as a share request is: returned once, refused on a norm only, or with an entry that
// is shared already; who does not have the data says so.
#[tokio::test]
async fn it_is_answered_like_a_share_request() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = people(portal).await;
    let asks = &at_browser(portal, Role::Officer, ("asks", "YX-U")).await;
    let reviewer = &people.reviewer;
    let first = portal.request_outside(asks, &whole(), LANG).await.unwrap();
    act(portal, reviewer, first, ("return", &[])).await.unwrap();
    assert_eq!(state(portal, asks, first).await, "incomplete");
    act(portal, asks, first, ("resubmit", &[])).await.unwrap();
    let twice = act(portal, reviewer, first, ("return", &[])).await;
    assert_eq!(twice, Err(ErrorCode::Conflict), "it is returned once");
    let internal = [("level", "internal"), ("norm", "本局规定"), ("article", "第一条")];
    let nothing: &[(&str, &str)] = &[];
    for grounds in [nothing, &internal] {
        let refused = act(portal, reviewer, first, ("refuse", grounds)).await;
        assert_eq!(refused, Err(ErrorCode::InvalidInput), "{grounds:?}");
    }
    let law = [("level", "law"), ("norm", "数据安全法"), ("article", "第三十八条")];
    act(portal, reviewer, first, ("refuse", &law)).await.unwrap();
    let ended = portal.case_view(asks, first, LANG).await.unwrap();
    assert_eq!((ended.state.code.as_str(), ended.is_open), ("refused", false));
    assert_eq!(ended.facts["norm"], "数据安全法");

    // What was answered is asked for anew.
    let second = portal.request_outside(asks, &whole(), LANG).await.unwrap();
    act(portal, reviewer, second, ("lack", &[])).await.unwrap();
    assert_eq!(state(portal, asks, second).await, "not_held");

    let third = portal.request_outside(asks, &whole(), LANG).await.unwrap();
    for wrong in ["", "户籍核对", "YX-T-0002", "YX-T-0999", "YX-U-0001"] {
        let refused = act(portal, &people.officer, third, ("name", &[("entry", wrong)])).await;
        assert_eq!(refused, Err(ErrorCode::InvalidInput), "{wrong}");
    }
    let there = [("entry", "YX-T-0001")];
    act(portal, &people.officer, third, ("name", &there)).await.unwrap();
    let ended = portal.case_view(asks, third, LANG).await.unwrap();
    assert_eq!((ended.state.code.as_str(), &*ended.facts["entry"]), ("entered", "YX-T-0001"));

    let fourth = portal.request_outside(asks, &whole(), LANG).await.unwrap();
    assert!(act(portal, reviewer, fourth, ("withdraw", &[])).await.is_err(), "not the provider's");
    act(portal, asks, fourth, ("withdraw", &[])).await.unwrap();
    assert_eq!(state(portal, asks, fourth).await, "withdrawn");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of SHR-13: an entry that is not shared answers nothing.
#[tokio::test]
async fn an_entry_that_is_not_shared_leaves_the_request_open() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = people(portal).await;
    let asks = &at_browser(portal, Role::Officer, ("asks", "YX-U")).await;
    let case = portal.request_outside(asks, &whole(), LANG).await.unwrap();
    assert_eq!(agree(portal, &people, case).await, 1);
    let draft = act(portal, &people.officer, case, ("compile", &[])).await.unwrap().unwrap();
    publish(portal, &people, draft, ShareClass::None).await;
    assert_eq!(state(portal, asks, case).await, "agreed");
}

// Part of SHR-13, SHR-15: what gets no answer in time is mediated by the authority, as share requests are, by somebody
// who names who took part; what is not settled is decided above, and what is granted is to be entered.
#[tokio::test]
async fn what_gets_no_answer_is_mediated() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = people(portal).await;
    let asks = &at_browser(portal, Role::Officer, ("asks", "YX-U")).await;
    let governs = &at_browser(portal, Role::Authority, ("governs", "YX")).await;
    let first = portal.request_outside(asks, &whole(), LANG).await.unwrap();
    let other = OutsideDocument { title: "公交线路停运记录".to_owned(), ..whole() };
    let second = portal.request_outside(asks, &other, LANG).await.unwrap();
    let early = act(portal, asks, first, ("escalate", &[])).await;
    assert_eq!(early, Err(ErrorCode::InvalidInput), "there is time left to answer");

    let late = &site.open_at("2026-12-31T04:00:00Z".parse().unwrap()).await;
    assert!(act(late, &people.head, first, ("escalate", &[])).await.is_err(), "not the provider");
    for case in [first, second] {
        act(late, asks, case, ("escalate", &[])).await.unwrap();
        assert_eq!(state(late, asks, case).await, "mediation");
        assert!(act(late, &people.reviewer, case, ("lack", &[])).await.is_err(), "it is too late");
        let desk = late.desk(governs, DeskFilter::Mine, &[], LANG).await.unwrap();
        assert!(desk.iter().any(|card| card.id == case), "it waits for the authority");
        let alone = act(late, governs, case, ("settle_grant", &[])).await;
        assert_eq!(alone, Err(ErrorCode::InvalidInput), "nobody took part");
    }
    let with = [("participants", "州司法局、州保密局")];
    act(late, governs, second, ("settle_refuse", &with)).await.unwrap();
    let ended = late.case_view(asks, second, LANG).await.unwrap();
    assert_eq!((ended.state.code.as_str(), ended.is_open), ("refused", false));
    assert_eq!(ended.facts["participants"], "州司法局、州保密局");

    act(late, governs, first, ("pass_up", &with)).await.unwrap();
    let bare = act(late, governs, first, ("decide_grant", &[])).await;
    assert_eq!(bare, Err(ErrorCode::InvalidInput), "no document");
    let decided = [("document", "云府函〔2026〕9号")];
    act(late, governs, first, ("decide_grant", &decided)).await.unwrap();
    let agreed = late.case_view(asks, first, LANG).await.unwrap();
    assert_eq!((agreed.state.code.as_str(), &*agreed.facts["document"]), ("agreed", decided[0].1));
    let running: Vec<_> = agreed.clocks.iter().filter(|it| it.is_open).collect();
    assert_eq!(running.len(), 1, "the entry is due");
    assert_eq!(running[0].rule.id, "catalogue.missing_wd");
    assert_eq!(late.verify_log().await.unwrap().faults, []);
}
