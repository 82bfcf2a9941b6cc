//! What those see who look after a sector or a region: incidents, guidance on the workbench, priority topics.

use std::collections::BTreeMap;

use kaishu_portal::Portal;
use kaishu_portal::access::NewViolation;
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::LifeAct;
use kaishu_portal::supervision::{Incident, IncidentKind};
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_store::monitoring::{self, QualityScore};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::granted::{self, everybody, granted};
use kaishu_testkit::people::{LANG, at_browser, person, with_session};
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::oversight::PriorityTopicView;
use kaishu_types::vocabulary::OpenClass;
use kaishu_types::{DatasetCode, ErrorCode};

use crate::browser::Browser;
use crate::recording::rewrite;
use crate::support::TestSite;

const CODE: &str = "YX-T-0001";

fn code(text: &str) -> DatasetCode {
    text.parse().unwrap()
}

fn error<T>(done: Result<T, kaishu_portal::Error>) -> Option<ErrorCode> {
    done.err().map(|error| error.code())
}

async fn suspend(portal: &Portal, caller: &Caller, reason: &str) {
    let version = portal.own_dataset(caller, &code(CODE), LANG).await.unwrap().version;
    let act = LifeAct { event: "suspend".to_owned(), version, reason: reason.to_owned() };
    portal.act_on_life(caller, &code(CODE), act, LANG).await.unwrap();
}

// Proves ORG-07 for quality and incidents, with the tests of `supervising` for the rest: who leads a sector sees the
// scores, suspensions, recorded risks and violations of every organization that is marked under it, of no other one, never
// whose a violation is, and changes nothing.
#[tokio::test]
async fn a_sector_lead_sees_the_incidents_of_its_sector() {
    let test_portal = granted::site("aba").await;
    let site = TestSite::of(test_portal, Assets::none(), Limits::default());
    let portal = site.test_portal.portal();
    let people = everybody(portal).await;
    let lead = at_browser(portal, Role::SectorLead, ("leads", "YX-U")).await;
    let grant = granted(portal, &people, DeliveryMode::Download).await;
    let new = NewViolation {
        event: "open".to_owned(),
        kind: portal.violation_types(LANG)[0].0.clone(),
        evidence: "数据出现在第三方网站".to_owned(),
        receipts: String::new(),
    };
    let violation = portal.open_violation(&people.officer, grant, new, LANG).await.unwrap();
    suspend(portal, &people.authority, "发现安全风险").await;
    let found = QualityScore {
        dataset: code(CODE),
        day: "2026-11-20".parse().unwrap(),
        version: 1,
        score: Some(875),
        dimensions: BTreeMap::new(),
        n_tables: 1,
    };
    monitoring::add(site.test_portal.store(), &found).await.unwrap();
    assert!(portal.incidents(&lead, LANG).await.unwrap().is_empty(), "before it is marked");
    assert!(portal.sector_board(&lead, LANG).await.unwrap().iter().all(|it| {
        it.organization.code == "YX-U" && it.n_violations == 0 && it.scores.mean().is_none()
    }));

    portal.mark_sector(&people.authority, ("YX-T", "YX-U"), LANG).await.unwrap();
    let board = portal.sector_board(&lead, LANG).await.unwrap();
    let row = board.iter().find(|it| it.organization.code == "YX-T").unwrap();
    assert_eq!((row.n_violations, row.datasets.n_suspended), (1, 1));
    assert_eq!(row.scores.mean(), Some(875));
    let incidents = portal.incidents(&lead, LANG).await.unwrap();
    let of = |kind: IncidentKind| -> Vec<&Incident> {
        incidents.iter().filter(|it| it.kind == kind).collect()
    };
    let [stopped] = of(IncidentKind::Suspended)[..] else { panic!("{incidents:?}") };
    assert_eq!((stopped.code.as_str(), stopped.reason.as_str()), (CODE, "发现安全风险"));
    let [used] = of(IncidentKind::Violation)[..] else { panic!("{incidents:?}") };
    assert_eq!((used.code.as_str(), used.is_open), (CODE, true));
    assert_eq!(used.organization.as_ref().unwrap().code, "YX-T");
    let recorded = of(IncidentKind::Event);
    assert!(recorded.iter().any(|it| it.what.contains("中止开放")), "{recorded:?}");
    assert!(incidents[0].is_open && incidents[1].is_open, "what goes on comes first");
    let text = format!("{incidents:?}");
    assert!(!text.contains("holds") && !text.contains("王敏"), "whose it is: {text}");
    // It reads that there is one, and neither opens it nor does anything about it.
    assert_eq!(error(portal.case_view(&lead, violation, LANG).await), Some(ErrorCode::NotFound));
    for caller in [&people.officer, &people.holder.0, &Caller::visitor()] {
        assert!(portal.incidents(caller, LANG).await.is_err(), "{:?}", caller.login());
    }

    portal.mark_sector(&people.authority, ("YX-T", ""), LANG).await.unwrap();
    assert!(portal.incidents(&lead, LANG).await.unwrap().is_empty(), "without the mark");
    // Whoever supervises the region sees them, too; of another county nothing.
    assert_eq!(portal.incidents(&people.authority, LANG).await.unwrap().len(), incidents.len());
    let county = at_browser(portal, Role::CountyAuthority, ("county", "YX-QH")).await;
    assert!(portal.incidents(&county, LANG).await.unwrap().is_empty());
}

async fn filled() -> TestSite {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "企业用电", "unconditional")
        .dataset("YX-T-0002", "企业用水", "conditional")
        .dataset("YX-T-0003", "停车场", "none")
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    site
}

// Proves ORG-07 for guidance: it is a notice to head and data officers that leads to the workbench, where it stands for
// everybody of the organization and for nobody else.
#[tokio::test]
async fn guidance_stands_on_the_workbench() {
    let site = filled().await;
    let portal = site.test_portal.portal();
    let lead = at_browser(portal, Role::SectorLead, ("leads", "YX-U")).await;
    let authority = at_browser(portal, Role::Authority, ("marks", "YX")).await;
    let head = at_browser(portal, Role::Head, ("head", "YX-T")).await;
    let token = with_session(portal, Role::Officer, ("officer", "YX-T")).await;
    let mut officer = Browser::with_session(&site, &token);
    assert!(!officer.get("/workbench").await.text().contains("行业主管部门的指导意见"));
    portal.mark_sector(&authority, ("YX-T", "YX-U"), LANG).await.unwrap();
    for n in 1..=4 {
        let text = format!("第 {n} 条指导意见");
        portal.guide_sector(&lead, (Some("YX-T"), &text), LANG).await.unwrap();
    }
    let told = portal.inbox(&head, None, LANG).await.unwrap().notices;
    assert_eq!(told.len(), 4);
    assert_eq!(told[0].link.as_deref(), Some("/workbench/guidance"));
    let inbox = officer.get("/me/inbox").await;
    assert!(inbox.attributes("main a", "href").contains(&"/workbench/guidance".to_owned()));

    let desk = officer.get("/workbench").await;
    desk.assert_well_formed_page("/workbench");
    assert!(desk.text().contains("第 4 条") && desk.text().contains("第 2 条"), "the newest");
    assert!(!desk.text().contains("第 1 条"), "the page has all of them");
    for prefix in ["", "/en"] {
        let path = format!("{prefix}/workbench/guidance");
        let page = officer.get(&path).await;
        page.assert_well_formed_page(&path);
        for n in 1..=4 {
            assert!(page.text().contains(&format!("第 {n} 条指导意见")), "{path}");
        }
    }
    let token = with_session(portal, Role::Officer, ("other", "YX-U")).await;
    let mut other = Browser::with_session(&site, &token);
    assert!(!other.get("/workbench").await.text().contains("指导意见"));
    assert!(!other.get("/workbench/guidance").await.text().contains("条指导意见"));
    assert!(portal.own_guidance(&authority, 10, LANG).await.unwrap().is_empty());
}

async fn tag(site: &TestSite, code: &str, tags: &[&str]) {
    rewrite(site, code, |entry| {
        entry.fields.priority = tags.iter().map(|tag| (*tag).to_owned()).collect();
    })
    .await;
}

// Proves CLS-11: entries carry priority tags from the list of the profile; the authority reports how many topics are open,
// per topic how many entries are open without conditions, on conditions and not, on a page, as a file and by program, and
// nobody else does; each sees the places that they supervise.
#[tokio::test]
async fn the_authority_reports_how_far_priority_topics_are_open() {
    let site = filled().await;
    let portal = site.test_portal.portal();
    let offered: Vec<String> =
        portal.directory().vocabulary("priority").map(|term| term.code.clone()).collect();
    let of_profile = ["livelihood", "urgent_need", "growth_potential", "strategic_industry"];
    assert_eq!(offered, of_profile, "the topics of the profile can be chosen");
    tag(&site, CODE, &["livelihood", "urgent_need"]).await;
    tag(&site, "YX-T-0002", &["livelihood"]).await;
    tag(&site, "YX-T-0003", &["livelihood", "growth_potential"]).await;
    tag(&site, "YX-U-0001", &["weather"]).await;
    let authority = at_browser(portal, Role::Authority, ("reports", "YX")).await;
    let report = portal.priority_report(&authority, LANG).await.unwrap();
    assert_eq!((report.n_topics, report.n_open), (5, 3));
    assert!(report.rule.article.contains("第二十九条"), "{}", report.rule.article);
    let figures = |it: &PriorityTopicView| (it.n_unconditional, it.n_conditional, it.n_none);
    let found: Vec<_> = report.items.iter().map(|it| (it.code.as_str(), figures(it))).collect();
    assert_eq!(
        found,
        [
            ("livelihood", (1, 1, 1)),
            ("urgent_need", (1, 0, 0)),
            ("growth_potential", (0, 0, 1)),
            ("strategic_industry", (0, 0, 0)),
            ("weather", (1, 0, 0)),
        ]
    );
    assert!(report.items[0].is_of_profile && !report.items[4].is_of_profile);
    // What is suspended is open no more; class and state are read anew each time.
    suspend(portal, &authority, "发现安全风险").await;
    rewrite(&site, "YX-T-0003", |entry| entry.fields.open.class = OpenClass::Conditional).await;
    let now = portal.priority_report(&authority, LANG).await.unwrap();
    assert_eq!(figures(&now.items[0]), (0, 2, 0));
    assert_eq!((now.items[0].n_stopped, now.items[1].is_open()), (1, false));

    // A sector lead counts its sector, a county its own; an agency nothing.
    let lead = at_browser(portal, Role::SectorLead, ("leads", "YX-U")).await;
    let own = portal.priority_report(&lead, LANG).await.unwrap();
    assert_eq!(own.items.iter().map(PriorityTopicView::n_entries).sum::<u64>(), 1);
    let county = at_browser(portal, Role::CountyAuthority, ("county", "YX-QH")).await;
    let own = portal.priority_report(&county, LANG).await.unwrap();
    assert_eq!((own.n_open, own.n_topics), (0, 4));
    let officer = person(portal, Role::Officer, ("officer", "YX-T"), TokenScope::Publish).await;
    assert_eq!(error(portal.priority_report(&officer, LANG).await), Some(ErrorCode::Forbidden));

    // What the authority took out of use or called otherwise stays so when the portal is opened again.
    let retired = ("priority", "strategic_industry");
    portal.set_term_offered(&authority, retired, false, LANG).await.unwrap();
    let again = site.test_portal.open_again().await;
    let directory = again.directory();
    let term = directory.term("priority", "strategic_industry").unwrap();
    assert!(directory.is_retired(term));
    assert_eq!(directory.vocabulary("priority").count(), 4);
}

// Part of CLS-11 at the door: the figures lead to the public catalogue, the file says the same, and so does the API.
#[tokio::test]
async fn the_report_is_a_page_a_file_and_an_answer() {
    let site = filled().await;
    let portal = site.test_portal.portal();
    tag(&site, CODE, &["livelihood"]).await;
    portal.catch_up(|_| {}).await.unwrap();
    let token = with_session(portal, Role::Authority, ("reports", "YX")).await;
    let mut authority = Browser::with_session(&site, &token);
    assert!(authority.get("/authority").await.text().contains("重点领域开放情况"));
    for prefix in ["", "/en"] {
        let path = format!("{prefix}/authority/topics");
        let page = authority.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        page.assert_well_formed_page(&path);
        let filter = format!("{prefix}/datasets?open=unconditional&priority=livelihood");
        assert_eq!(page.attributes("main td a", "href"), std::slice::from_ref(&filter));
        let found = site.get(&filter).await;
        assert_eq!(found.status, 200);
        assert!(found.text().contains(CODE), "the way leads to what was counted");
    }
    assert_eq!(authority.get("/authority/topics?x=1").await.status, 400);
    let file = authority.get("/authority/topics.csv").await;
    assert_eq!(
        (file.status.as_u16(), file.header("content-type")),
        (200, "text/csv; charset=utf-8")
    );
    let lines: Vec<&str> = file.text().lines().collect();
    assert!(lines[0].starts_with("\u{FEFF}topic,label,of_profile,is_open,entries"), "{}", lines[0]);
    assert_eq!(lines[1], "livelihood,民生保障,true,true,1,1,0,0,0");

    let token_of = async |login: &str| {
        let (command, login) = (Caller::command(), login.parse().unwrap());
        let token = ("api", TokenScope::Read, 1);
        let token = portal.make_token_for(&command, &login, token, LANG).await.unwrap();
        format!("Bearer {token}")
    };
    let bearer = token_of("reports").await;
    let path = "/api/v1/priority-topics";
    let answer = site.get_with(path, &[("authorization", &bearer)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    let report = answer.json();
    assert_eq!((&report["n_open"], &report["n_topics"]), (&1.into(), &4.into()));
    assert_eq!(report["items"][0]["code"], "livelihood");
    assert_eq!(site.get(path).await.status, 401);
    person(portal, Role::Officer, ("officer", "YX-T"), TokenScope::Read).await;
    let bearer = token_of("officer").await;
    assert_eq!(site.get_with(path, &[("authorization", &bearer)]).await.status, 403);
}
