//! Under which rules a case was filed, and where those in force differ.

use std::path::Path;

use kaishu_portal::Portal;
use kaishu_portal::access::NewViolation;
use kaishu_portal::accounts::{Caller, RequestForm};
use kaishu_portal::filed_rules::PresentRules;
use kaishu_portal::publishing::NewDispute;
use kaishu_portal::registers::{ProjectAct, ProjectForm};
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_server::{State, router};
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{
    LANG, ORGANIZATION, act, act_with, answers, at_browser, people, review, whole_draft,
    with_session,
};
use kaishu_testkit::{Setup, TestPortal, granted};
use kaishu_types::DatasetCode;
use kaishu_types::access::DeliveryMode;
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

const OTHER_PROJECTS: &str = r#"
[profile]
code = "aba"
parent = "aba"
revision = 2
name = "阿坝州"
name_en = "Aba"
title = "阿坝州公共数据管理办法（修订）"
title_en = "Measures of Aba (revised)"
status = "in_force"

[project]
before = { value = ["security_plan"], source = "阿坝州公共数据管理办法（修订）第八条" }
acceptance = { value = ["goals"], source = "阿坝州公共数据管理办法（修订）第九条" }
"#;

/// Takes a project on; says what stands against it, with the article.
async fn on_project(
    portal: &Portal,
    caller: &Caller,
    (id, event): (i64, &str),
) -> Result<(), (String, String)> {
    let version = portal.project(caller, id, LANG).await.unwrap().case.version;
    let act = ProjectAct {
        event: event.to_owned(),
        version,
        reason: "批复1号".to_owned(),
        ..ProjectAct::default()
    };
    portal.act_on_project(caller, id, act, LANG).await.map_err(|error| {
        let message = error.message(LANG);
        (message, error.into_detail().rule.map(|rule| rule.article).unwrap_or_default())
    })
}

// Proves ORG-12 for projects: what stands against approval and acceptance, and what the page says of both, is what the
// rules of the day of its registration demand; a project that is registered later goes by the new ones.
#[tokio::test]
async fn a_project_goes_by_the_rules_it_was_registered_under() {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    site.test_portal
        .import(Catalogue::default().dataset("YX-T-0001", "公交站点", "unconditional").folder())
        .await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let officer = &people.officer;
    let form = |code| ProjectForm {
        organization: ORGANIZATION,
        code,
        name: "智慧公交",
        planned: "公交站点",
        ..ProjectForm::default()
    };
    let old = portal.register_project(officer, &form("1号"), LANG).await.unwrap();
    let before = portal.project(officer, old, LANG).await.unwrap();

    let rules = site.test_portal.folder().join("projects.toml");
    std::fs::write(&rules, OTHER_PROJECTS).unwrap();
    let newer =
        site.test_portal.open_again_with(|settings| settings.policy_override = Some(rules)).await;
    let shown = newer.project(officer, old, LANG).await.unwrap();
    assert_eq!((shown.before, shown.acceptance), (before.before, before.acceptance));
    assert_eq!(shown.parts, before.parts);
    // No security plan was demanded of it, and the planned entry is.
    on_project(&newer, officer, (old, "approve")).await.unwrap();
    let (message, article) = on_project(&newer, officer, (old, "accept")).await.unwrap_err();
    assert!(message.contains("公交站点") && article.contains("（试行）第十三条"), "{article}");

    let new = newer.register_project(officer, &form("2号"), LANG).await.unwrap();
    let (message, article) = on_project(&newer, officer, (new, "approve")).await.unwrap_err();
    assert!(message.contains("数据安全建设方案"), "{message}");
    assert!(article.contains("（修订）第八条"), "{article}");
}

// Part of ORG-12 and REV-08: the number under which something was filed stays with it when the rules in force demand no
// filing any more.
#[tokio::test]
async fn a_number_of_a_filing_stays_with_what_was_filed() {
    let site = TestSite::open(Setup { policy: "jiamusi", with_demo: false }).await;
    let catalogue = Catalogue::default().dataset("YX-T-0001", "旧数据", "unconditional");
    site.test_portal.import(catalogue.folder()).await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    act(portal, &people.officer, case, "submit").await.unwrap();
    review(portal, &people, case).await;
    act(portal, &people.authority, case, "publish").await.unwrap();
    let code: DatasetCode = "YX-T-0002".parse().unwrap();
    let visitor = Caller::visitor();
    let shown = portal.dataset_page(&visitor, &code).await.unwrap().filing;
    assert_eq!(shown.as_deref(), Some("2026-0001"));
    let others = site.test_portal.open_under("default").await;
    assert_eq!(others.dataset_page(&visitor, &code).await.unwrap().filing, shown);
}

const OTHER_DUTIES: &str = r#"
[profile]
code = "aba"
parent = "aba"
revision = 2
name = "阿坝州"
name_en = "Aba"
title = "阿坝州公共数据管理办法（修订）"
title_en = "Measures of Aba (revised)"
status = "in_force"

[usage_report]
interval = { value = 1, source = "阿坝州公共数据管理办法（修订）第十条" }
reply_wd = { value = 3, source = "阿坝州公共数据管理办法（修订）第十条" }

[open_app]
approvers = { value = ["authority"], source = "阿坝州公共数据管理办法（修订）第十一条" }
"#;

/// The portal on another day, under other rules.
async fn later(site: &TestPortal, day: &str, rules: &Path) -> Portal {
    let instant = format!("{day}T04:00:00Z").parse().unwrap();
    site.open_later(instant, |settings| settings.policy_override = Some(rules.to_owned())).await
}

// Proves ORG-12 for what is owed under a grant: reports are asked for in the interval, and in the time, of the rules that
// the grant came of, and the pages name their articles; a violation that is found later is a case of its own.
#[tokio::test]
async fn reports_under_a_grant_go_by_the_rules_it_came_of() {
    let site = granted::site("aba").await;
    let portal = site.portal();
    let people = granted::everybody(portal).await;
    let holder = &people.holder.0;
    let grant = granted::granted(portal, &people, DeliveryMode::Download).await;
    let present = &portal.policy().rules.usage_report;
    let (interval, days) = (present.interval.value.get(), present.reply_wd.value.get());
    assert!(interval == 6 && days != 3, "{interval} {days}");
    let file = site.folder().join("duties.toml");
    std::fs::write(&file, OTHER_DUTIES).unwrap();
    let newer = later(&site, "2027-03-21", &file).await;
    assert_eq!(newer.policy().rules.usage_report.interval.value.get(), 1);
    assert_eq!(newer.ask_for_reports().await.unwrap(), 0, "six months are not over");
    let newer = later(&site, "2027-05-21", &file).await;
    assert_eq!(newer.ask_for_reports().await.unwrap(), 1);
    let [card] = newer.own_duties(holder, LANG).await.unwrap().try_into().unwrap();
    let report = newer.usage_report(holder, card.case, LANG).await.unwrap();
    assert_eq!(report.case.clocks[0].working_days, days);
    let filed = newer.filed_rules(holder, card.case).await.unwrap();
    assert_eq!((filed.code.as_str(), filed.revision), ("aba", 1));
    let application = newer.application(holder, grant, LANG).await.unwrap();
    let owed = application.duties.unwrap();
    let rules = [report.interval, owed.interval, application.approvers];
    for article in rules.map(|rule| rule.article) {
        assert!(!article.contains("（修订）"), "{article}");
    }
    let violation = NewViolation {
        event: "open".to_owned(),
        kind: newer.violation_types(LANG)[0].0.clone(),
        evidence: "数据出现在第三方网站".to_owned(),
        receipts: String::new(),
    };
    let found = newer.open_violation(&people.officer, grant, violation, LANG).await.unwrap();
    assert_eq!(newer.filed_rules(&people.officer, found).await.unwrap().revision, 2);
    assert_eq!(newer.verify_log().await.unwrap().faults, []);
}

const OTHER_DISPUTES: &str = r#"
[profile]
code = "aba"
parent = "aba"
revision = 2
name = "阿坝州"
name_en = "Aba"
title = "阿坝州公共数据管理办法（修订）"
title_en = "Measures of Aba (revised)"
status = "in_force"

[class]
dispute = { value = { with_authority = ["consultation", "local_government"], between_agencies = ["consultation", "local_government"] }, source = "阿坝州公共数据管理办法（修订）第十二条" }
"#;

// Part of ORG-12: a dispute names the rule that it was opened under, with the chain of that rule.
#[tokio::test]
async fn a_dispute_names_the_rule_it_was_opened_under() {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    site.test_portal
        .import(Catalogue::default().dataset("YX-T-0001", "企业用电", "unconditional").folder())
        .await;
    let portal = site.test_portal.portal();
    let authority = at_browser(portal, Role::Authority, ("settles", "YX")).await;
    let wanted =
        NewDispute {
            class: "share", wanted: "conditional", grounds: "含企业信息", claimant: ""
        };
    let code: DatasetCode = "YX-T-0001".parse().unwrap();
    let case = portal.open_dispute(&authority, &code, &wanted, LANG).await.unwrap();
    let before = portal.dispute_view(&authority, case, LANG).await.unwrap();
    let rules = site.test_portal.folder().join("disputes.toml");
    std::fs::write(&rules, OTHER_DISPUTES).unwrap();
    let newer =
        site.test_portal.open_again_with(|settings| settings.policy_override = Some(rules)).await;
    let after = newer.dispute_view(&authority, case, LANG).await.unwrap();
    assert_eq!((&after.rule, &after.chain), (&before.rule, &before.chain));
    assert!(after.rule.article.contains("第二十四条第五款"), "{:?}", after.rule);
}
