//! Data that is not unconditional is assessed once a year.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::cases::DeskFilter;
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{
    LANG, ORGANIZATION, act, attach_record, complete, people, person, with_session,
};
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::ErrorCode;
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::case::{CaseCard, CaseKind};

use crate::browser::Browser;
use crate::support::TestSite;

const CODE: &str = "YX-T-0001";

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Rules by which what was published in January is assessed in November.
const HALF_A_YEAR: &str = r#"
[profile]
code = "half"
parent = "aba"
revision = 1
name = "每半年评估"
name_en = "Assessed twice a year"
title = "试验细则"
title_en = "Test rules"
status = "in_force"

[class]
reassess_months = { value = 6, source = "试验细则第一条" }
"#;

async fn filled(site: TestSite) -> TestSite {
    let catalogue = Catalogue::default()
        .dataset(CODE, "企业用电", "conditional")
        .item(CODE, "name", "conditional")
        .file(CODE, "power.csv", "name\n一厂\n".as_bytes())
        .dataset("YX-T-0002", "公交站点", "unconditional")
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    site
}

/// The assessments that somebody sees, open or ended.
async fn tasks(portal: &Portal, caller: &Caller, filter: DeskFilter) -> Vec<CaseCard> {
    portal.desk(caller, filter, &[CaseKind::Reassessment], LANG).await.unwrap()
}

async fn find(portal: &Portal, caller: &Caller, case: i64, (event, reason): (&str, &str)) -> bool {
    let version = portal.case_view(caller, case, LANG).await.unwrap().version;
    let found = (event.to_owned(), version, reason.to_owned());
    portal.act_on_reassessment(caller, case, found, LANG).await.is_ok()
}

// Proves CLS-13: each entry that is not unconditional gets a task a year after it was published, and again a year
// after it was assessed; what was found is on record, and wider opening goes through a revision.
#[tokio::test]
async fn what_is_not_unconditional_is_assessed_each_year() {
    let site = filled(TestSite::open(Setup { policy: "yulin", with_demo: false }).await).await;
    let test_portal = &site.test_portal;
    let people = people(test_portal.portal()).await;
    assert_eq!(test_portal.portal().look_at_clocks().await.unwrap(), 0, "published in January");

    let year = test_portal.open_at(time("2027-01-01T04:00:00Z")).await;
    let another = test_portal.open_at(time("2027-01-01T04:00:00Z")).await;
    let begun = tokio::join!(year.look_at_clocks(), another.look_at_clocks());
    assert_eq!(begun.0.unwrap() + begun.1.unwrap(), 1, "one task, however many nodes look");
    assert_eq!(year.look_at_clocks().await.unwrap(), 0);
    let task = tasks(&year, &people.officer, DeskFilter::Mine).await.remove(0);
    assert_eq!((task.subject.as_str(), task.state.code.as_str()), (CODE, "due"));
    assert!(task.due.is_some());
    assert!(tasks(&year, &people.stranger, DeskFilter::Open).await.is_empty());
    let hidden = year.case_view(&people.stranger, task.id, LANG).await.unwrap_err();
    assert_eq!(hidden.code(), ErrorCode::NotFound);

    assert!(!find(&year, &people.officer, task.id, ("keep", " ")).await, "without a reason");
    assert!(!find(&year, &people.reviewer, task.id, ("keep", "仍需限定")).await, "not theirs");
    assert!(find(&year, &people.officer, task.id, ("keep", "仍需限定对象")).await);
    let ended = tasks(&year, &people.officer, DeskFilter::Closed).await;
    assert_eq!(ended[0].state.code, "kept");

    // A year later again; this time it is to be wider.
    let soon = test_portal.open_at(time("2027-12-31T04:00:00Z")).await;
    soon.look_at_clocks().await.unwrap();
    assert!(tasks(&soon, &people.officer, DeskFilter::Open).await.is_empty());
    let next = test_portal.open_at(time("2028-01-02T04:00:00Z")).await;
    next.look_at_clocks().await.unwrap();
    let task = tasks(&next, &people.officer, DeskFilter::Mine).await.remove(0);
    assert!(find(&next, &people.officer, task.id, ("widen", "脱敏后可以无条件开放")).await);
    let facts = next.case_view(&people.officer, task.id, LANG).await.unwrap().facts;
    let expected = [("class", "conditional"), ("outcome", "widen")];
    let expected: BTreeMap<_, _> = expected.into_iter().collect();
    assert!(expected.iter().all(|(name, value)| facts[*name] == *value), "{facts:?}");

    // Tokens run out within a year.
    let renewed =
        person(&next, Role::Officer, ("renewed", ORGANIZATION), TokenScope::Publish).await;
    let code = CODE.parse().unwrap();
    let revision = next.begin_revision(&renewed, &code, LANG).await.unwrap();
    complete(&next, &renewed, revision, |document| {
        document.version_note = "改为无条件开放".to_owned();
        document.relaxed_by = "脱敏记录 2028-1".to_owned();
        for item in &mut document.items {
            item.open_class = kaishu_types::vocabulary::OpenClass::Unconditional;
        }
    })
    .await;
    attach_record(&next, &renewed, revision).await.unwrap();
    act(&next, &renewed, revision, "submit").await.unwrap();
    let ended = tasks(&next, &people.officer, DeskFilter::Closed).await;
    assert_eq!((ended[0].id, ended[0].state.code.as_str()), (task.id, "revised"));
    // The class is what it was until the revision passed its review.
    let known = next.own_dataset(&people.officer, &code, LANG).await.unwrap();
    assert_eq!(known.dataset.fields.open.class.as_str(), "conditional");
    assert_eq!(next.verify_log().await.unwrap().faults, []);
}

// Part of CLS-13 at the door: the task is on the page of the case, with the way to the revision.
#[tokio::test]
async fn a_finding_is_written_with_a_form() {
    let test_portal = TestPortal::with_rules(HALF_A_YEAR).await.unwrap();
    let site = filled(TestSite::of(test_portal, Assets::none(), Limits::default())).await;
    people(site.test_portal.portal()).await;
    assert_eq!(site.test_portal.portal().look_at_clocks().await.unwrap(), 1);
    let token =
        with_session(site.test_portal.portal(), Role::Officer, ("second", ORGANIZATION)).await;
    let mut officer = Browser::with_session(&site, &token);
    let desk = officer.get("/workbench").await;
    let path = desk.attributes("tbody th a", "href").remove(0);
    let page = officer.get(&path).await;
    page.assert_well_formed_page(&path);
    assert_eq!(page.attributes("main button[name=event]", "value"), ["keep", "widen", "narrow"]);
    assert!(page.text().contains(&format!("/workbench/datasets/{CODE}")));
    let version = page.attributes("main input[name=version]", "value").remove(0);
    let fields = [("version", version.as_str()), ("event", "narrow"), ("reason", "")];
    assert_eq!(officer.post(&format!("{path}/act"), &fields).await.status, 400);
    let fields = [("version", version.as_str()), ("event", "narrow"), ("reason", "有安全风险")];
    assert_eq!(officer.post(&format!("{path}/act"), &fields).await.status, 303);
    assert!(officer.get(&path).await.text().contains("待修订目录"));
}
