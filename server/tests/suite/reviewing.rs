//! What the review of some regulations asks besides: consents with a filing, and standing approvals.

use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::ApprovalForm;
use kaishu_portal::cases::DeskFilter;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{
    LANG, ORGANIZATION, People, act, at_browser, people, review, whole_draft, with_session,
};
use kaishu_types::ErrorCode;
use kaishu_types::account::Role;

use crate::browser::Browser;
use crate::support::TestSite;

async fn site(policy: &'static str) -> (TestSite, People) {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default().dataset("YX-T-0001", "旧数据", "unconditional");
    let other = catalogue.dataset("YX-U-0001", "别的", "unconditional");
    site.test_portal.import(other.under("open-licence", "YX-U").folder()).await;
    let people = people(site.test_portal.portal()).await;
    (site, people)
}

/// An entry that went as far as its authority's consent, and was not filed.
async fn consented(site: &TestSite, people: &People) -> i64 {
    let portal = site.test_portal.portal();
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    act(portal, &people.officer, case, "submit").await.unwrap();
    act(portal, &people.reviewer, case, "pass").await.unwrap();
    act(portal, &people.authority, case, "pass").await.unwrap();
    case
}

// Proves REV-08: both sides consent on record, then a filing gets the next number of the year; before it nothing
// is published, and the refusal names the article.
#[tokio::test]
async fn nothing_leaves_before_both_consented_and_it_was_filed() {
    let (site, people) = site("jiamusi").await;
    let portal = site.test_portal.portal();
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    act(portal, &people.officer, case, "submit").await.unwrap();
    for (person, missing) in [
        (&people.reviewer, "提供部门同意、主管部门同意、备案"),
        (&people.authority, "主管部门同意、备案"),
        (&people.authority, "备案"),
    ] {
        let refused = act(portal, &people.authority, case, "publish").await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Conflict);
        assert!(refused.message(LANG).ends_with(&format!("还缺：{missing}")), "{refused}");
        let rule = refused.into_detail().rule.unwrap();
        assert!(rule.article.contains("第十三条"), "{rule:?}");
        assert_eq!(site.get("/datasets/YX-T-0002").await.status, 404);
        act(portal, person, case, "pass").await.unwrap();
    }
    let view = portal.case_view(&people.officer, case, LANG).await.unwrap();
    assert_eq!(view.facts.get("filing").map(String::as_str), Some("2026-0001"));
    let consents: Vec<_> = view.steps.iter().map(|step| step.by.as_deref()).collect();
    let authority = Some("authority 的名字");
    assert_eq!(consents, [Some("reviewer 的名字"), authority, authority]);
    act(portal, &people.authority, case, "publish").await.unwrap();
    portal.catch_up(|_| ()).await.unwrap();
    let page = site.get("/datasets/YX-T-0002").await;
    assert!(page.texts("aside dd").contains(&"2026-0001".to_owned()));

    // Numbers follow each other, each once, and begin anew with the year.
    let second = consented(&site, &people).await;
    let third = consented(&site, &people).await;
    let filed = |case| act(portal, &people.authority, case, "pass");
    let (one, other) = tokio::join!(filed(second), filed(third));
    one.unwrap();
    other.unwrap();
    let fourth = consented(&site, &people).await;
    let next_year = site.test_portal.open_at("2026-12-31T17:00:00Z".parse().unwrap()).await;
    act(&next_year, &people.authority, fourth, "pass").await.unwrap();
    let keeper = at_browser(portal, Role::Authority, ("keeper", "YX")).await;
    let (rows, next) = portal.filings(&keeper, None, LANG).await.unwrap();
    let numbers: Vec<String> = rows.iter().map(|row| row.kept.shown()).collect();
    assert_eq!(numbers, ["2027-0001", "2026-0003", "2026-0002", "2026-0001"]);
    assert_eq!(next, None);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Proves REV-08 where the rules change on the way: whether something has to be filed is asked of the rules that it was
// submitted under, in either direction (ORG-12).
#[tokio::test]
async fn what_is_filed_is_asked_of_the_rules_of_the_submission() {
    let (site, people) = site("jiamusi").await;
    let case = consented(&site, &people).await;
    let others = site.test_portal.open_under("default").await;
    let refused = act(&others, &people.authority, case, "publish").await.unwrap_err();
    assert!(refused.message(LANG).contains("备案"), "{refused}");
    assert!(refused.into_detail().rule.unwrap().article.contains("第十三条"));
    assert_eq!(site.get("/datasets/YX-T-0002").await.status, 404);
    act(&others, &people.authority, case, "pass").await.unwrap();
    act(&others, &people.authority, case, "publish").await.unwrap();

    // The other way round: nothing was to be filed when it was submitted.
    let plain = whole_draft(&others, &people.officer, ORGANIZATION).await;
    act(&others, &people.officer, plain, "submit").await.unwrap();
    review(&others, &people, plain).await;
    let stricter = site.test_portal.open_under("jiamusi").await;
    act(&stricter, &people.authority, plain, "publish").await.unwrap();
    assert_eq!(stricter.verify_log().await.unwrap().faults, []);
}

const APPROVAL: [(&str, &str); 6] = [
    ("region", "YX"),
    ("theme", "transport"),
    ("approved_by", "州网信办 王敏"),
    ("evidence", "云网信〔2026〕12号"),
    ("first_day", "2026-11-01"),
    ("last_day", "2027-10-31"),
];

/// Somebody of the authority.
async fn keeper(site: &TestSite) -> Caller {
    at_browser(site.test_portal.portal(), Role::Authority, ("keeper", "YX")).await
}

// Proves REV-04: the joint step is each entry's, or a recorded approval of its category stands for it, and the
// record says which.
#[tokio::test]
async fn a_standing_approval_takes_the_joint_step_of_its_category() {
    let (site, people) = site("anshan").await;
    let portal = site.test_portal.portal();
    let keeper = keeper(&site).await;
    let plain = whole_draft(portal, &people.officer, ORGANIZATION).await;
    act(portal, &people.officer, plain, "submit").await.unwrap();
    let steps = portal.case_view(&people.officer, plain, LANG).await.unwrap().steps;
    assert!(steps.iter().all(|step| step.verdict.is_none()), "each entry is reviewed");

    let fields = ApprovalForm {
        region: "YX",
        theme: "transport",
        approved_by: "州网信办 王敏",
        evidence: "云网信〔2026〕12号",
        first_day: "2026-11-01",
        last_day: "2027-10-31",
    };
    portal.record_approval(&keeper, &fields, LANG).await.unwrap();
    let covered = whole_draft(portal, &people.officer, ORGANIZATION).await;
    act(portal, &people.officer, covered, "submit").await.unwrap();
    let steps = portal.case_view(&people.officer, covered, LANG).await.unwrap().steps;
    assert_eq!(steps[1].verdict.as_deref(), Some("passed"));
    assert_eq!(steps[1].by.as_deref(), Some("州网信办 王敏"));
    assert!(steps[1].opinion.contains("第 1 号常设同意"), "{}", steps[1].opinion);
    act(portal, &people.reviewer, covered, "pass").await.unwrap();
    let desk = portal.desk(&people.cyberspace, DeskFilter::Mine, &[], LANG).await.unwrap();
    assert!(
        !desk.iter().any(|card| card.id == covered),
        "nothing is left to the cyberspace office"
    );
    act(portal, &people.authority, covered, "pass").await.unwrap();

    // Ended: what stood for the step does so no more, and the entry goes through it after all.
    portal.end_approval(&keeper, 1, LANG).await.unwrap();
    let refused = act(portal, &people.authority, covered, "publish").await.unwrap_err();
    assert!(refused.message(LANG).contains("第 1 号常设同意已经终止"), "{refused}");
    assert!(refused.into_detail().rule.unwrap().article.contains("第二十八条"));
    act(portal, &people.officer, covered, "recall").await.unwrap();
    act(portal, &people.officer, covered, "submit").await.unwrap();
    assert_eq!(review(portal, &people, covered).await, 3);
    act(portal, &people.authority, covered, "publish").await.unwrap();
    let again = portal.end_approval(&keeper, 1, LANG).await.unwrap_err();
    assert_eq!(again.code(), ErrorCode::NotFound);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of REV-04: it stands for its category and its time only.
#[tokio::test]
async fn an_approval_reaches_no_further_than_it_says() {
    let (site, people) = site("anshan").await;
    let portal = site.test_portal.portal();
    let keeper = keeper(&site).await;
    let form = ApprovalForm {
        region: "YX",
        theme: "transport",
        approved_by: "州网信办 王敏",
        evidence: "云网信〔2026〕12号",
        first_day: "2026-11-01",
        last_day: "2027-10-31",
    };
    let is_covered = async |form: ApprovalForm<'_>, is_expected: bool| {
        portal.record_approval(&keeper, &form, LANG).await.unwrap();
        let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
        act(portal, &people.officer, case, "submit").await.unwrap();
        let steps = portal.case_view(&people.officer, case, LANG).await.unwrap().steps;
        assert_eq!(steps[1].verdict.is_some(), is_expected, "{form:?}");
    };
    is_covered(ApprovalForm { theme: "health", ..form.clone() }, false).await;
    is_covered(ApprovalForm { region: "YX-QH", ..form.clone() }, false).await;
    let past = ApprovalForm { last_day: "2026-11-20", ..form.clone() };
    is_covered(past, false).await;
    let future = ApprovalForm { first_day: "2026-11-22", ..form.clone() };
    is_covered(future, false).await;
    is_covered(ApprovalForm { last_day: "2026-11-21", ..form.clone() }, true).await;

    for (form, field) in [
        (ApprovalForm { theme: "nothing", ..form.clone() }, "theme"),
        (ApprovalForm { approved_by: " ", ..form.clone() }, "approved_by"),
        (ApprovalForm { evidence: "", ..form.clone() }, "evidence"),
        (ApprovalForm { last_day: "2026-10-01", ..form.clone() }, "last_day"),
        (ApprovalForm { last_day: "2036-10-01", ..form.clone() }, "last_day"),
        (ApprovalForm { first_day: "", ..form.clone() }, "first_day"),
    ] {
        let refused = portal.record_approval(&keeper, &form, LANG).await.unwrap_err();
        assert_eq!(refused.into_detail().fields[0].field, field);
    }
    for outsider in [&people.officer, &people.authority, &Caller::visitor()] {
        // Not with a token either.
        assert!(portal.record_approval(outsider, &form, LANG).await.is_err());
    }
}

// Proves REV-04 at the door: recorded and ended with forms, and in the log.
#[tokio::test]
async fn approvals_are_recorded_and_ended_with_forms() {
    let (site, _) = site("anshan").await;
    let portal = site.test_portal.portal();
    let token = with_session(portal, Role::CyberspaceOffice, ("wang.min", "YX")).await;
    let mut office = Browser::with_session(&site, &token);
    let mut half = APPROVAL;
    half[5].1 = "";
    let refused = office.post("/authority/approvals", &half).await;
    assert_eq!(refused.status, 400);
    refused.assert_well_formed_page("/authority/approvals");
    assert_eq!(refused.attributes("main input[name=approved_by]", "value"), ["州网信办 王敏"]);
    let recorded = office.post("/authority/approvals", &APPROVAL).await;
    assert_eq!(recorded.status, 303, "{}", recorded.text());
    let page = office.get("/authority/approvals?done=recorded").await;
    page.assert_well_formed_page("/authority/approvals");
    assert!(page.text().contains("云网信〔2026〕12号") && page.text().contains("第二十八条"));
    assert_eq!(office.post("/authority/approvals/1/end", &[]).await.status, 303);
    assert_eq!(office.post("/authority/approvals/1/end", &[]).await.status, 404);
    let asked =
        kaishu_store::log::Search { kind: Some("approval".to_owned()), ..Default::default() };
    let logged = kaishu_store::log::search(site.test_portal.store(), &asked, 50).await.unwrap();
    let events: Vec<_> = logged.iter().map(|it| it.event.name.as_str()).collect();
    assert_eq!(events, ["ended", "recorded"]);
}
