//! Under which rules a case was filed, and where those in force differ.

use kaishu_portal::Portal;
use kaishu_portal::accounts::{Caller, RequestForm};
use kaishu_portal::filed_rules::PresentRules;
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_server::{State, router};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{
    LANG, ORGANIZATION, act, act_with, answers, at_browser, people, whole_draft, with_session,
};
use kaishu_types::account::Role;
use kaishu_types::draft::TriggerQuestion;

use crate::browser::Browser;
use crate::support::TestSite;

const NEWER: &str = r#"
[profile]
code = "aba"
parent = "aba"
revision = 2
name = "阿坝州"
name_en = "Aba"
title = "阿坝州公共数据管理办法（修订）"
title_en = "Measures of Aba (revised)"
status = "in_force"

[account]
reply_wd = { value = 3, source = "阿坝州公共数据管理办法（修订）第五条" }
"#;

// Part of ORG-12: a case names the profile and the revision it was filed under, whatever is in force later, its clock
// runs on by those rules, and the page says where the rules in force differ, one by one.
#[tokio::test]
async fn a_case_keeps_the_rules_it_was_filed_under() {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    site.test_portal
        .import(Catalogue::default().dataset("YX-T-0001", "公交站点", "unconditional").folder())
        .await;
    let portal = site.test_portal.portal();
    let officer = at_browser(portal, Role::Officer, ("asks", "YX-T")).await;
    let request = RequestForm {
        wish: "make".to_owned(),
        organization: "YX-T".to_owned(),
        login: "newcomer".to_owned(),
        name: "新人".to_owned(),
        email: "newcomer@example.cn".to_owned(),
        roles: vec!["officer".to_owned()],
        reason: "新到岗".to_owned(),
    };
    let case = portal.request_account(&officer, &request, LANG).await.unwrap();
    let filed = portal.filed_rules(&officer, case).await.unwrap();
    assert_eq!((filed.code.as_str(), filed.revision), ("aba", 1));
    assert_eq!(filed.present, PresentRules::Same);
    let days = portal.case_view(&officer, case, LANG).await.unwrap().clocks[0].working_days;
    assert_ne!(days, 3);
    let session = with_session(portal, Role::Officer, ("reads", "YX-T")).await;
    let path = format!("/workbench/cases/{case}");
    let before = Browser::with_session(&site, &session).get(&path).await;
    assert!(before.text().contains("阿坝州公共数据管理办法（试行），第 1 版"), "{}", before.text());
    assert_eq!(before.texts("#h-rules").len(), 0);

    // The same portal goes on under a newer revision.
    let rules = site.test_portal.folder().join("newer.toml");
    std::fs::write(&rules, NEWER).unwrap();
    let newer =
        site.test_portal.open_again_with(|settings| settings.policy_override = Some(rules)).await;
    let filed = newer.filed_rules(&officer, case).await.unwrap();
    assert_eq!(
        (filed.code.as_str(), filed.revision, filed.name.as_str()),
        ("aba", 1, "阿坝州公共数据管理办法（试行）")
    );
    let PresentRules::Differ(changed) = &filed.present else { panic!("{filed:?}") };
    let keys: Vec<_> = changed.iter().map(|it| it.now.as_ref().unwrap().key.as_str()).collect();
    assert_eq!(keys, ["account.reply_wd"]);
    let clock = &newer.case_view(&officer, case, LANG).await.unwrap().clocks[0];
    assert_eq!(clock.working_days, days, "a clock runs on by the rules it began under");

    let state = State::new(newer, Assets::none(), Limits::default());
    state.set_warm();
    let site = site.behind(router(state));
    let page = Browser::with_session(&site, &session).get(&path).await;
    assert!(page.text().contains("阿坝州公共数据管理办法（试行），第 1 版"));
    assert_eq!(page.texts("#h-rules").len(), 1);
    let list = page.texts("section[aria-labelledby=h-rules] li").concat();
    assert!(list.contains(&format!("{days} 个工作日")) && list.contains("3 个工作日"), "{list}");
    let english = Browser::with_session(&site, &session).get(&format!("/en{path}")).await;
    let name =
        "Measures of Aba Prefecture for the Administration of Public Data (Trial), revision 1";
    assert!(english.text().contains(name));
}

const OTHER_REVIEW: &str = r#"
[profile]
code = "aba"
parent = "aba"
revision = 2
name = "阿坝州"
name_en = "Aba"
title = "阿坝州公共数据管理办法（修订）"
title_en = "Measures of Aba (revised)"
status = "in_force"

[review]
steps = { value = [
  { step = "security_secrecy", by = "provider" },
  { step = "legality", by = "provider", when = "legal_issue" },
  { step = "grading_assessment", by = "provider" },
  { step = "catalogue_check", by = "authority" },
], source = "阿坝州公共数据管理办法（修订）第六条" }
reply_wd = { value = 3, source = "阿坝州公共数据管理办法（修订）第七条" }
"#;

/// The steps of a review, and the working days of the clock that runs.
async fn review_of(portal: &Portal, caller: &Caller, case: i64) -> (Vec<String>, u32) {
    let view = portal.case_view(caller, case, LANG).await.unwrap();
    let clock = view.clocks.iter().find(|clock| clock.is_open).unwrap();
    let days = clock.working_days;
    (view.steps.into_iter().map(|step| step.label).collect(), days)
}

// Proves ORG-12 for a request under way: what was submitted under a revision goes by it to its end, its later clocks, its
// added steps and another submission of it too; what was only being written goes by the rules of the day it is submitted.
#[tokio::test]
async fn a_review_goes_by_the_rules_it_was_submitted_under() {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    site.test_portal
        .import(Catalogue::default().dataset("YX-T-0001", "公交站点", "unconditional").folder())
        .await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let (officer, reviewer) = (&people.officer, &people.reviewer);
    let submitted = whole_draft(portal, officer, ORGANIZATION).await;
    act(portal, officer, submitted, "submit").await.unwrap();
    let before = review_of(portal, officer, submitted).await;
    assert_ne!(before.1, 3);
    let written = whole_draft(portal, officer, ORGANIZATION).await;

    let rules = site.test_portal.folder().join("review.toml");
    std::fs::write(&rules, OTHER_REVIEW).unwrap();
    let newer =
        site.test_portal.open_again_with(|settings| settings.policy_override = Some(rules)).await;
    // A question of the new rules adds nothing to what was submitted under the old ones.
    let desk = newer.review_desk(reviewer, submitted, LANG).await.unwrap().unwrap();
    assert_eq!(desk.addable, []);
    let mut asked = answers();
    asked.insert("add".to_owned(), TriggerQuestion::LegalIssue.to_string());
    let adding = ("add_steps", asked.clone());
    assert!(act_with(&newer, reviewer, submitted, adding).await.is_err());
    act(&newer, reviewer, submitted, "pass").await.unwrap();
    assert_eq!(review_of(&newer, officer, submitted).await, before, "a later clock");
    act(&newer, &people.authority, submitted, "return").await.unwrap();
    act(&newer, officer, submitted, "submit").await.unwrap();
    assert_eq!(review_of(&newer, officer, submitted).await, before, "another submission");
    let filed = newer.filed_rules(officer, submitted).await.unwrap();
    assert_eq!(filed.revision, 1);
    assert!(matches!(filed.present, PresentRules::Differ(_)), "{filed:?}");

    // What nobody had submitted is under the rules of today.
    act(&newer, officer, written, "submit").await.unwrap();
    let (steps, days) = review_of(&newer, officer, written).await;
    assert_eq!((steps.len(), days), (3, 3), "{steps:?}");
    let filed = newer.filed_rules(officer, written).await.unwrap();
    assert_eq!((filed.revision, filed.present), (2, PresentRules::Same));
    act_with(&newer, reviewer, written, ("add_steps", asked)).await.unwrap();
    assert_eq!(review_of(&newer, officer, written).await.0.len(), 4);
    // And so it stays when the portal goes back to the old ones.
    let back = site.test_portal.open_again().await;
    act(&back, reviewer, written, "pass").await.unwrap();
    assert_eq!(review_of(&back, officer, written).await.1, 3);
    assert_eq!(back.filed_rules(officer, written).await.unwrap().revision, 2);
    assert_eq!(back.verify_log().await.unwrap().faults, []);
}
