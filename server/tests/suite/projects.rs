//! IT projects, under rules that demand something and under rules that do not.

use std::collections::BTreeMap;

use kaishu_portal::accounts::Caller;
use kaishu_portal::registers::{ProjectAct, ProjectForm};
use kaishu_portal::{Error, Portal};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, People, people, with_session};
use kaishu_types::ErrorCode;
use kaishu_types::account::Role;

use crate::support::TestSite;

async fn site(policy: &'static str) -> (TestSite, People) {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset("YX-T-0001", "公交站点", "unconditional")
        .dataset("YX-T-0002", "公交线路", "unconditional")
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    let people = people(site.test_portal.portal()).await;
    (site, people)
}

fn form<'a>(planned: &'a str, security_plan: &'a str) -> ProjectForm<'a> {
    ProjectForm {
        organization: "YX-T",
        code: "2611-513200-04-01-123456",
        name: "智慧公交",
        is_funded: true,
        planned,
        security_plan,
    }
}

async fn act(
    portal: &Portal,
    caller: &Caller,
    id: i64,
    (event, reason, fields): (&str, &str, &[(&str, &str)]),
) -> Result<(), Error> {
    let version = portal.project(caller, id, LANG).await?.case.version;
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let wanted = ProjectAct {
        event: event.to_owned(),
        version,
        reason: reason.to_owned(),
        fields: fields.collect::<BTreeMap<_, _>>(),
    };
    portal.act_on_project(caller, id, wanted, LANG).await
}

/// A refusal by a rule: its sentence and its article.
fn refused(acted: Result<(), Error>) -> (String, String) {
    let error = acted.unwrap_err();
    let message = error.message(LANG);
    (message, error.into_detail().rule.map(|rule| rule.article).unwrap_or_default())
}

async fn state(portal: &Portal, caller: &Caller, id: i64) -> String {
    portal.project(caller, id, LANG).await.unwrap().case.state.code
}

const REPORT: [(&str, &str); 6] = [
    ("report", "智慧公交项目验收报告（云交〔2027〕1号）"),
    ("report.goals", "全部完成"),
    ("report.functions", "调度、查询"),
    ("report.sharing_opening", "两项已开放"),
    ("report.security_level", "第二级"),
    ("report.standards", "采用行业标准"),
];

// Proves CAT-13 under the rules of Aba: no approval without a planned catalogue and the authority's review, no acceptance
// while planned entries are missing, which are listed, and a report that says all that is demanded is recorded.
#[tokio::test]
async fn a_project_plans_is_reviewed_accepted_and_filed() {
    let (site, people) = site("aba").await;
    let portal = site.test_portal.portal();
    let (officer, authority) = (&people.officer, &people.authority);
    let id = portal.register_project(officer, &form("", ""), LANG).await.unwrap();
    let twice = portal.register_project(officer, &form("", ""), LANG).await.unwrap_err();
    assert_eq!(twice.into_detail().fields[0].field, "code");

    let (message, article) = refused(act(portal, officer, id, ("approve", "批复1号", &[])).await);
    assert!(message.contains("预编项目数据资源目录") && article.contains("第十二条"), "{message}");
    let planned = [("planned", "公交站点\n 公交线路 \n\n"), ("security_plan", "")];
    act(portal, officer, id, ("plan", "", &planned)).await.unwrap();
    let (message, article) = refused(act(portal, officer, id, ("approve", "批复1号", &[])).await);
    assert!(message.contains("初审") && article.contains("第十二条第一款"), "{message} {article}");
    act(portal, officer, id, ("submit", "", &[])).await.unwrap();
    for event in ["pass", "advise", "return"] {
        let own = act(portal, officer, id, (event, "理由", &[])).await.unwrap_err();
        assert_eq!(own.code(), ErrorCode::Forbidden, "{event}");
    }
    act(portal, authority, id, ("pass", "", &[])).await.unwrap();
    // What was passed is what was planned: another plan goes to the authority again.
    act(portal, officer, id, ("plan", "", &planned)).await.unwrap();
    assert_eq!(state(portal, officer, id).await, "registered");
    act(portal, officer, id, ("submit", "", &[])).await.unwrap();
    act(portal, authority, id, ("pass", "", &[])).await.unwrap();
    let silent = act(portal, officer, id, ("approve", "", &[])).await.unwrap_err();
    assert_eq!(silent.into_detail().fields[0].field, "reason");
    act(portal, officer, id, ("approve", "云发改投〔2026〕9号", &[])).await.unwrap();

    let (message, article) = refused(act(portal, officer, id, ("accept", "验收会", &[])).await);
    assert!(message.contains("公交站点、公交线路"), "{message}");
    assert!(article.contains("第十三条"), "{article}");
    for (entry, dataset, field) in [
        ("1", "YX-U-0001", "dataset"),
        ("1", "YX-T-0404", "dataset"),
        ("1", "nothing", "dataset"),
        ("3", "YX-T-0001", "entry"),
        ("", "YX-T-0001", "entry"),
    ] {
        let link = [("entry", entry), ("dataset", dataset)];
        let wrong = act(portal, officer, id, ("link", "", &link)).await.unwrap_err();
        assert_eq!(wrong.into_detail().fields[0].field, field, "{entry} {dataset}");
    }
    let link = [("entry", "1"), ("dataset", "YX-T-0001")];
    act(portal, officer, id, ("link", "", &link)).await.unwrap();
    let (message, _) = refused(act(portal, officer, id, ("accept", "验收会", &[])).await);
    assert!(message.contains("还有 1 项") && message.contains("公交线路"), "{message}");
    let link = [("entry", "2"), ("dataset", "YX-T-0002")];
    act(portal, officer, id, ("link", "", &link)).await.unwrap();
    act(portal, officer, id, ("accept", "2027年1月5日验收会", &[])).await.unwrap();

    let (message, _) = refused(act(portal, officer, id, ("report", "", &REPORT[..3])).await);
    assert!(message.contains("安全等级保护") && message.contains("标准化"), "{message}");
    act(portal, officer, id, ("report", "", &REPORT)).await.unwrap();
    act(portal, authority, id, ("send_back", "请补充附件", &[])).await.unwrap();
    act(portal, officer, id, ("report", "", &REPORT)).await.unwrap();
    act(portal, authority, id, ("record", "", &[])).await.unwrap();
    let found = portal.project(authority, id, LANG).await.unwrap();
    assert_eq!((found.case.state.code.as_str(), found.case.is_open), ("filed", false));
    assert!(found.missing().is_empty() && found.report.contains("1号"));
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Proves CAT-13 under the rules of Jiamusi: a data-security plan comes before approval, or written advice of the authority,
// which may look again; no planned catalogue is demanded.
#[tokio::test]
async fn a_security_plan_or_written_advice_comes_before_approval() {
    let (site, people) = site("jiamusi").await;
    let portal = site.test_portal.portal();
    let (officer, authority) = (&people.officer, &people.authority);
    let id = portal.register_project(officer, &form("", ""), LANG).await.unwrap();
    let (message, article) = refused(act(portal, officer, id, ("approve", "批复1号", &[])).await);
    assert!(message.contains("数据安全建设方案") && article.contains("第七条"), "{message}");
    act(portal, officer, id, ("submit", "", &[])).await.unwrap();
    let (message, _) = refused(act(portal, authority, id, ("pass", "", &[])).await);
    assert!(message.contains("书面建议"), "{message}");
    let silent = act(portal, authority, id, ("advise", "", &[])).await.unwrap_err();
    assert_eq!(silent.into_detail().fields[0].field, "reason");
    act(portal, authority, id, ("advise", "先补充方案", &[])).await.unwrap();
    act(portal, authority, id, ("review_again", "情况有变", &[])).await.unwrap();
    act(portal, authority, id, ("advise", "先补充方案", &[])).await.unwrap();
    act(portal, officer, id, ("approve", "批复1号", &[])).await.unwrap();

    let other =
        ProjectForm { code: "another", ..form("公交站点", "方案（云交〔2026〕3号）") };
    let id = portal.register_project(officer, &other, LANG).await.unwrap();
    act(portal, officer, id, ("approve", "批复2号", &[])).await.unwrap();
    // What is missing is listed; these rules do not stop the acceptance for it.
    assert_eq!(portal.project(officer, id, LANG).await.unwrap().missing().len(), 1);
    act(portal, officer, id, ("accept", "验收会", &[])).await.unwrap();
}

// Part of CAT-13: Guangdong demands the catalogue for approval and acceptance and no review; where the rules say nothing
// of projects, they are recorded and stopped by nothing.
#[tokio::test]
async fn other_rules_demand_less() {
    let (first, people) = site("guangdong").await;
    let portal = first.test_portal.portal();
    let officer = &people.officer;
    let id = portal.register_project(officer, &form("", ""), LANG).await.unwrap();
    let (_, article) = refused(act(portal, officer, id, ("approve", "批复1号", &[])).await);
    assert!(article.contains("第十一条"), "{article}");
    let planned = [("planned", "公交站点")];
    act(portal, officer, id, ("plan", "", &planned)).await.unwrap();
    act(portal, officer, id, ("approve", "批复1号", &[])).await.unwrap();
    let (message, article) = refused(act(portal, officer, id, ("accept", "验收会", &[])).await);
    assert!(message.contains("公交站点") && article.contains("第十一条"), "{message} {article}");

    let (second, people) = site("anshan").await;
    let portal = second.test_portal.portal();
    let officer = &people.officer;
    let id = portal.register_project(officer, &form("", ""), LANG).await.unwrap();
    act(portal, officer, id, ("approve", "批复1号", &[])).await.unwrap();
    act(portal, officer, id, ("accept", "验收会", &[])).await.unwrap();
    let (message, _) = refused(act(portal, officer, id, ("report", "", &[])).await);
    assert!(message.contains("报告名称和文号"), "{message}");
    act(portal, officer, id, ("report", "", &REPORT[..1])).await.unwrap();
}

// Part of CAT-13: nobody reaches a project that is not theirs, and the pages lead to what can be done.
#[tokio::test]
async fn a_project_is_its_agencys_and_its_authoritys() {
    let (site, people) = site("aba").await;
    let portal = site.test_portal.portal();
    let id = portal.register_project(&people.officer, &form("公交站点", ""), LANG).await.unwrap();
    let hidden = portal.project(&people.stranger, id, LANG).await.unwrap_err();
    assert_eq!(hidden.code(), ErrorCode::NotFound);
    for caller in [&people.authority, &people.stranger, &Caller::visitor()] {
        let other = ProjectForm { code: "another", ..form("", "") };
        let refused = portal.register_project(caller, &other, LANG).await.unwrap_err();
        assert!(matches!(refused.code(), ErrorCode::Forbidden | ErrorCode::Unauthenticated));
    }
    for planned in ["公交站点\n公交站点", "站点\n\n 站点 "] {
        let other = ProjectForm { code: "another", ..form(planned, "") };
        let refused = portal.register_project(&people.officer, &other, LANG).await.unwrap_err();
        assert_eq!(refused.into_detail().fields[0].field, "planned");
    }
    let head = with_session(portal, Role::Head, ("head.two", "YX-T")).await;
    let authority = with_session(portal, Role::Authority, ("authority.two", "YX")).await;
    for (session, paths) in [
        (head, vec!["/workbench/projects".to_owned(), format!("/workbench/projects/{id}")]),
        (authority, vec!["/authority/projects".to_owned(), format!("/workbench/projects/{id}")]),
    ] {
        let cookie = format!("{}={session}", app::cookie_name(&portal.site()));
        for path in paths {
            for prefix in ["", "/en"] {
                let path = format!("{prefix}{path}");
                let page = site.get_with(&path, &[("cookie", &cookie)]).await;
                assert_eq!(page.status, 200, "{path}");
                page.assert_well_formed_page(&path);
                assert!(page.text().contains("智慧公交"), "{path}");
            }
        }
        let case = site.get_with(&format!("/workbench/cases/{id}"), &[("cookie", &cookie)]).await;
        assert_eq!(case.header("location"), format!("/workbench/projects/{id}"));
    }
}
