//! What experts and the authority say before an application is decided.

use kaishu_portal::Portal;
use kaishu_portal::access::{ApplicationAct, Transfer};
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::ExpertForm;
use kaishu_portal::cases::DeskFilter;
use kaishu_testkit::granted::{Everybody, everybody, site, step};
use kaishu_testkit::people::{LANG, at_browser};
use kaishu_types::ErrorCode;
use kaishu_types::access::ApplicationDocument;
use kaishu_types::account::Role;

use super::{act, event, submitted, whole};

async fn appointed(portal: &Portal, people: &Everybody, login: &str) -> Caller {
    let expert = at_browser(portal, Role::Expert, (login, "YX")).await;
    let form = ExpertForm {
        login,
        affiliation_kind: "university",
        affiliation: "云溪大学",
        organization: "",
        field: "数据安全",
    };
    portal.appoint_expert(&people.authority, &form, LANG).await.unwrap();
    expert
}

// Proves APP-11: whoever decides asks experts without a conflict; the opinion stands with the case, no clock stops, and
// nobody else gives one.
#[tokio::test]
async fn experts_say_what_the_use_would_risk_and_no_clock_stops() {
    let site = site("yulin").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let (holder, reviewer) = (&people.holder.0, &people.reviewer);
    let (expert, other) =
        (appointed(portal, &people, "knows").await, appointed(portal, &people, "knows.too").await);
    let case = submitted(portal, holder, &whole()).await;
    assert!(portal.application(&expert, case, LANG).await.is_err(), "not asked yet");
    let before = portal.application(holder, case, LANG).await.unwrap().case;
    let asking = |logins: &[&str]| ApplicationAct {
        experts: logins.iter().map(|login| (*login).to_owned()).collect(),
        ..event("ask_experts")
    };
    let wrong: [&[&str]; 3] = [&[], &["nobody"], &["reviews"]];
    for wrong in wrong {
        let refused = act(portal, reviewer, case, asking(wrong)).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidInput, "{wrong:?}");
    }
    for person in [holder, &people.officer] {
        assert!(act(portal, person, case, asking(&["knows"])).await.is_err());
    }
    act(portal, reviewer, case, asking(&["knows"])).await.unwrap();
    let seen = portal.application(&expert, case, LANG).await.unwrap();
    let applicant = &seen.document.applicant;
    assert_eq!((applicant.contact.as_str(), applicant.phone.as_str()), ("", ""));
    assert!(portal.application(&other, case, LANG).await.is_err());
    let desk = portal.desk(&expert, DeskFilter::Open, &[], LANG).await.unwrap();
    assert!(desk.iter().any(|card| card.id == case));
    for act_of_others in ["approve", "refuse", "return"] {
        assert!(act(portal, &expert, case, event(act_of_others)).await.is_err());
    }
    let opinion = ApplicationAct { reason: "再识别风险低".to_owned(), ..event("opine") };
    assert!(act(portal, reviewer, case, opinion.clone()).await.is_err(), "no expert");
    let silent = ApplicationAct { reason: String::new(), ..opinion.clone() };
    assert!(act(portal, &expert, case, silent).await.is_err());
    act(portal, &expert, case, opinion).await.unwrap();
    let after = portal.application(reviewer, case, LANG).await.unwrap().case;
    assert_eq!((&after.clocks, &after.state), (&before.clocks, &before.state));
    let last = after.events.last().unwrap();
    assert_eq!((last.event.code.as_str(), last.reason.as_str()), ("opine", "再识别风险低"));
    // Asked again, those before still see it.
    act(portal, &people.authority, case, asking(&["knows.too"])).await.unwrap();
    for person in [&expert, &other] {
        assert!(portal.application(person, case, LANG).await.is_ok());
    }
    let inbox = portal.inbox(&other, None, LANG).await.unwrap();
    assert!(inbox.notices.iter().any(|it| it.text.contains("征询专家意见")));
    step(portal, (&people.authority, ""), case, "approve").await;
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Proves APP-13 and, for applications, SEC-16: a transfer abroad keeps an application from being approved until the
// assessment, the review and the report are recorded, for what is asked for now.
#[tokio::test]
async fn a_transfer_abroad_is_recorded_before_anybody_approves() {
    let site = site("anshan").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let (holder, reviewer, authority) = (&people.holder.0, &people.reviewer, &people.authority);
    let abroad = ApplicationDocument { leaves_mainland: Some(true), ..whole() };
    let case = submitted(portal, holder, &abroad).await;
    let blocked = act(portal, reviewer, case, event("approve")).await.unwrap_err();
    assert!(blocked.message(LANG).contains("安全评估"), "{}", blocked.message(LANG));
    let record = |parts: [&str; 3]| {
        let [assessment, review, report] = parts.map(str::to_owned);
        ApplicationAct {
            transfer: Transfer { assessment, review, report },
            ..event("record_transfer")
        }
    };
    let whole_record = record(["网信评〔2026〕1号", "安审〔2026〕2号", "网信备〔2026〕3号"]);
    for part in [["网信评1号", "", "网信备3号"], ["", "", ""], ["x", "y", " "]] {
        let refused = act(portal, authority, case, record(part)).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidInput, "{part:?}");
    }
    for person in [holder, reviewer, &people.head.0, &people.officer] {
        assert!(act(portal, person, case, whole_record.clone()).await.is_err());
    }
    act(portal, authority, case, whole_record.clone()).await.unwrap();
    // What is asked for anew is recorded anew.
    act(portal, reviewer, case, event("return")).await.unwrap();
    let found = portal.application(holder, case, LANG).await.unwrap();
    let more = ApplicationDocument {
        purpose_text: "提供给境外合作方".to_owned(),
        ..abroad.clone()
    };
    portal.save_application(holder, (case, found.revision), &more, LANG).await.unwrap();
    act(portal, holder, case, event("resubmit")).await.unwrap();
    assert!(act(portal, reviewer, case, event("approve")).await.is_err());
    act(portal, authority, case, whole_record.clone()).await.unwrap();
    act(portal, reviewer, case, event("approve")).await.unwrap();
    let facts = portal.application(authority, case, LANG).await.unwrap().case.facts;
    assert_eq!(facts["transfer.assessment"], "网信评〔2026〕1号");
    // Nothing is recorded for what stays.
    let stays = submitted(portal, holder, &whole()).await;
    assert!(act(portal, authority, stays, whole_record).await.is_err());
}
