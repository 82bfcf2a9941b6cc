//! Oversight: what is overdue and who is urged, sectors, risks, grading rules.

use chrono::{DateTime, Utc};
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::{AuditFilter, GradingForm};
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::publishing::{DisputeAct, LifeAct, NewDispute, OwnFilter};
use kaishu_portal::supervision::{Incident, IncidentKind, Urged};
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_store::regions::{self, NewRegion};
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{
    LANG, ORGANIZATION, act, at_browser, complete, people, whole_draft, with_session,
};
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::account::Role;
use kaishu_types::case::CaseKind;
use kaishu_types::vocabulary::RegionLevel;
use kaishu_types::{DatasetCode, ErrorCode};

use crate::browser::Browser;
use crate::support::TestSite;

const CODE: &str = "YX-T-0001";

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn code(text: &str) -> DatasetCode {
    text.parse().unwrap()
}

async fn filled() -> TestSite {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "企业用电", "unconditional")
        .item(CODE, "name", "unconditional")
        .file(CODE, "power.csv", "name\n一厂\n".as_bytes())
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    site
}

/// Says which error comes of something.
fn error<T>(done: Result<T, kaishu_portal::Error>) -> Option<ErrorCode> {
    done.err().map(|error| error.code())
}

/// What the inbox of somebody says, the newest first.
async fn told(portal: &Portal, caller: &Caller) -> Vec<String> {
    let inbox = portal.inbox(caller, None, LANG).await.unwrap();
    inbox.notices.into_iter().map(|it| format!("{} {}", it.text, it.reason)).collect()
}

async fn disputed(portal: &Portal) -> i64 {
    let claimant = at_browser(portal, Role::Officer, ("claims", "YX-U")).await;
    let new = NewDispute { class: "share", wanted: "conditional", grounds: "理由", claimant: "" };
    portal.open_dispute(&claimant, &code(CODE), &new, LANG).await.unwrap()
}

// Proves SUP-02: what is overdue is shown to the authority and to those who watch, the authority urges, once a day, the
// one it waits for is told, and it is on the log; nobody else urges, and nothing is urged that is not overdue.
#[tokio::test]
async fn the_authority_urges_what_is_overdue() {
    let site = filled().await;
    let portal = site.test_portal.portal();
    let provider = at_browser(portal, Role::Officer, ("provides", "YX-T")).await;
    let authority = at_browser(portal, Role::Authority, ("urges", "YX")).await;
    let watchdog = at_browser(portal, Role::PublicSecurity, ("watches", "YX")).await;
    let county = at_browser(portal, Role::CountyAuthority, ("county", "YX-QH")).await;
    let case = disputed(portal).await;
    let board = portal.overdue_board(&authority, LANG).await.unwrap();
    assert!(board.cases.is_empty() && board.datasets.is_empty());
    let early = portal.urge_case(&authority, case, (1, "请办理"), LANG).await;
    assert_eq!(error(early), Some(ErrorCode::InvalidInput), "there is time");
    let early = portal.urge_dataset(&authority, &code(CODE), "请更新", LANG).await;
    assert_eq!(error(early), Some(ErrorCode::InvalidInput), "there is time");

    let late = site.test_portal.open_at(time("2028-01-05T04:00:00Z")).await;
    let board = late.overdue_board(&authority, LANG).await.unwrap();
    let found = &board.cases[0];
    assert_eq!((board.cases.len(), found.card.id, found.may_urge), (1, case, true));
    assert!(found.card.is_overdue && found.urged.is_none());
    let codes: Vec<&str> = board.datasets.iter().map(|it| it.row.code.as_str()).collect();
    assert_eq!(codes, [CODE, "YX-U-0001"]);

    for (caller, expected) in [
        (&watchdog, ErrorCode::NotFound),
        (&county, ErrorCode::NotFound),
        (&Caller::visitor(), ErrorCode::NotFound),
        (&provider, ErrorCode::Forbidden),
    ] {
        let urged = late.urge_case(caller, case, (1, "请办理"), LANG).await;
        assert_eq!(error(urged), Some(expected), "{:?}", caller.login());
        let urged = late.urge_dataset(caller, &code(CODE), "请更新", LANG).await;
        assert!(
            matches!(error(urged), Some(ErrorCode::Forbidden | ErrorCode::Unauthenticated)),
            "{:?}",
            caller.login()
        );
    }
    // A watchdog sees the same, and cannot urge; a county sees its own only; the others nothing.
    let seen = late.overdue_board(&watchdog, LANG).await.unwrap();
    assert_eq!((seen.cases.len(), seen.datasets.len()), (1, 2));
    assert!(!seen.cases[0].may_urge && !seen.datasets[0].may_urge);
    let below = late.overdue_board(&county, LANG).await.unwrap();
    assert!(below.cases.is_empty() && below.datasets.is_empty());
    assert_eq!(error(late.overdue_board(&provider, LANG).await), Some(ErrorCode::Forbidden));

    let silent = late.urge_case(&authority, case, (1, " "), LANG).await;
    assert_eq!(error(silent), Some(ErrorCode::InvalidInput));
    late.urge_case(&authority, case, (1, "请本周内提交协商意见"), LANG).await.unwrap();
    let twice = late.urge_case(&authority, case, (2, "再催"), LANG).await;
    assert_eq!(error(twice), Some(ErrorCode::Conflict));
    late.urge_dataset(&authority, &code(CODE), "请尽快更新数据", LANG).await.unwrap();
    let twice = late.urge_dataset(&authority, &code(CODE), "再催", LANG).await;
    assert_eq!(error(twice), Some(ErrorCode::Conflict));
    let notices = told(&late, &provider).await.join("\n");
    assert!(notices.contains("催办 请本周内提交协商意见"), "{notices}");
    assert!(notices.contains("主管部门催办 请尽快更新数据"), "{notices}");
    let board = late.overdue_board(&authority, LANG).await.unwrap();
    let urged = |urged: &Option<Urged>| urged.as_ref().map(|it| (it.n, it.notice.clone()));
    assert_eq!(urged(&board.cases[0].urged), Some((1, "请本周内提交协商意见".to_owned())));
    assert_eq!(urged(&board.datasets[0].urged), Some((1, "请尽快更新数据".to_owned())));
    assert!(board.datasets[1].urged.is_none());
    // Urged again on another day, it is counted; who is urged sees how often, too.
    let next = site.test_portal.open_at(time("2028-01-06T04:00:00Z")).await;
    next.urge_case(&authority, case, (2, "第二次催办"), LANG).await.unwrap();
    next.urge_dataset(&authority, &code(CODE), "再次催办更新", LANG).await.unwrap();
    let board = next.overdue_board(&authority, LANG).await.unwrap();
    assert_eq!(urged(&board.cases[0].urged), Some((2, "第二次催办".to_owned())));
    assert_eq!(board.cases[0].card.n_urged, 2);
    assert_eq!(urged(&board.datasets[0].urged), Some((2, "再次催办更新".to_owned())));
    let seen = next.case_view(&provider, case, LANG).await.unwrap();
    assert_eq!(seen.n_urged, 2);
    let said: Vec<_> = seen.events.iter().filter(|it| it.event.code == "urge").collect();
    assert_eq!(said[1].reason, "第二次催办");
    let own = next.own_dataset(&provider, &code(CODE), LANG).await.unwrap();
    assert_eq!(urged(&own.urged), Some((2, "再次催办更新".to_owned())));
    let filter = AuditFilter { kind: Some("dataset".to_owned()), ..AuditFilter::default() };
    let logged = late.search_audit(&Caller::command(), &filter, 100, LANG).await.unwrap();
    assert!(logged.iter().any(|it| it.event.code == "urged" && it.reason == "请尽快更新数据"));
    assert_eq!(late.verify_log().await.unwrap().faults, []);
}

// Proves ORG-07: who leads a sector sees the catalogue, what is overdue and the cases of every organization that is marked
// under it, of no other one, and changes nothing; its guidance reaches the heads and stays on record.
#[tokio::test]
async fn a_sector_lead_reads_and_guides_its_sector() {
    let site = filled().await;
    let portal = site.test_portal.portal();
    let lead = at_browser(portal, Role::SectorLead, ("leads", "YX-U")).await;
    let head = at_browser(portal, Role::Head, ("head", "YX-T")).await;
    let authority = at_browser(portal, Role::Authority, ("marks", "YX")).await;
    let case = disputed(portal).await;
    let seen = async |caller: &Caller| {
        let page = portal.own_datasets(caller, OwnFilter::All, ("", None), LANG).await.unwrap();
        page.rows.into_iter().map(|it| it.code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(seen(&lead).await, ["YX-U-0001"], "before it is marked");
    let early = portal.guide_sector(&lead, (Some("YX-T"), "请按月更新"), LANG).await;
    assert_eq!(error(early), Some(ErrorCode::Forbidden));

    // The mark is the authority's to give, not the agency's own.
    for caller in [&head, &lead, &Caller::visitor()] {
        let marked = portal.mark_sector(caller, ("YX-T", "YX-U"), LANG).await;
        assert!(
            matches!(error(marked), Some(ErrorCode::Forbidden | ErrorCode::Unauthenticated)),
            "{:?}",
            caller.login()
        );
    }
    for (organization, of, expected) in [
        ("YX-T", "YX-T", ErrorCode::InvalidInput),
        ("YX-T", "YX-XX", ErrorCode::InvalidInput),
        ("YX-XX", "YX-U", ErrorCode::NotFound),
    ] {
        let marked = portal.mark_sector(&authority, (organization, of), LANG).await;
        assert_eq!(error(marked), Some(expected), "{organization} under {of}");
    }
    portal.mark_sector(&authority, ("YX-T", "YX-U"), LANG).await.unwrap();
    assert_eq!(seen(&lead).await, [CODE, "YX-U-0001"]);
    let view = portal.own_dataset(&lead, &code(CODE), LANG).await.unwrap();
    assert!(view.actions.is_empty() && !view.may_edit && !view.may_note && !view.may_transfer);
    assert_eq!(view.files.len(), 1, "what was found in its files");
    assert!(portal.case_view(&lead, case, LANG).await.unwrap().actions.is_empty());
    let board = portal.sector_board(&lead, LANG).await.unwrap();
    let codes: Vec<&str> = board.iter().map(|it| it.organization.code.as_str()).collect();
    assert_eq!(codes, ["YX-T", "YX-U"]);
    assert_eq!((board[0].datasets.n_published, board[0].datasets.n_overdue), (1, 0));
    let late = site.test_portal.open_at(time("2028-01-05T04:00:00Z")).await;
    let board = late.sector_board(&lead, LANG).await.unwrap();
    assert_eq!((board[0].datasets.n_overdue, board[0].n_overdue_cases), (1, 1));
    let overdue = late.overdue_board(&lead, LANG).await.unwrap();
    assert!(!overdue.cases[0].may_urge && overdue.cases[0].may_open);

    // It reads only.
    let suspend = LifeAct { event: "suspend".to_owned(), version: 0, reason: "理由".to_owned() };
    let refused = portal.act_on_life(&lead, &code(CODE), suspend, LANG).await;
    assert_eq!(error(refused), Some(ErrorCode::Forbidden));
    let speak =
        DisputeAct { event: "speak", version: 1, reason: "理由", ..DisputeAct::default() };
    let refused = portal.act_on_dispute(&lead, case, &speak, LANG).await;
    assert_eq!(error(refused), Some(ErrorCode::Forbidden));
    let refused = portal.begin_revision(&lead, &code(CODE), LANG).await;
    assert!(refused.is_err());
    let refused = portal.urge_dataset(&lead, &code(CODE), "理由", LANG).await;
    assert_eq!(error(refused), Some(ErrorCode::Forbidden));

    let empty = portal.guide_sector(&lead, (None, " "), LANG).await;
    assert_eq!(error(empty), Some(ErrorCode::InvalidInput));
    assert_eq!(portal.guide_sector(&lead, (None, "请按月更新"), LANG).await.unwrap(), 1);
    let by_authority = portal.guide_sector(&authority, (Some("YX-T"), "理由"), LANG).await;
    assert_eq!(error(by_authority), Some(ErrorCode::Forbidden), "it leads no sector");
    let notices = told(portal, &head).await.join("\n");
    assert!(notices.contains("行业主管部门发来指导意见 请按月更新"), "{notices}");
    for caller in [&lead, &head, &authority] {
        let guidance = portal.guidance(caller, LANG).await.unwrap();
        assert_eq!(guidance.len(), 1, "{:?}", caller.login());
        assert_eq!((&*guidance[0].organization.code, &*guidance[0].text), ("YX-T", "请按月更新"));
    }
    let stranger = at_browser(portal, Role::Head, ("stranger", "YX-U")).await;
    assert!(portal.guidance(&stranger, LANG).await.unwrap().is_empty());

    // Without the mark nothing of it is seen any more.
    portal.mark_sector(&authority, ("YX-T", ""), LANG).await.unwrap();
    assert_eq!(seen(&lead).await, ["YX-U-0001"]);
    assert_eq!(
        error(portal.own_dataset(&lead, &code(CODE), LANG).await),
        Some(ErrorCode::NotFound)
    );
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of ORG-11: the four watchdogs read the log, what is overdue, what is risky and what went wrong in their region, and
// nothing of it elsewhere; they urge, grade and settle nothing.
#[tokio::test]
async fn watchdogs_read_logs_and_risks_of_their_region() {
    let site = filled().await;
    let portal = site.test_portal.portal();
    let authority = at_browser(portal, Role::Authority, ("stops", "YX")).await;
    let stopped =
        LifeAct {
            event: "suspend".to_owned(), version: 0, reason: "发现安全风险".to_owned()
        };
    portal.act_on_life(&authority, &code(CODE), stopped, LANG).await.unwrap();
    let watchdogs = Role::ALL.iter().filter(|role| role.is_watchdog());
    let mut n_watchdogs = 0;
    for (n, role) in watchdogs.enumerate() {
        let name = format!("watch{n}");
        let watchdog = at_browser(portal, *role, (&name, "YX")).await;
        let risks = portal.risk_board(&watchdog, LANG).await.unwrap();
        assert_eq!(risks.stopped.len(), 1, "{role}");
        assert_eq!(risks.stopped[0].reason.as_deref(), Some("发现安全风险"));
        assert!(risks.found.iter().any(|it| it.entry.event.code == "suspend"), "{role}");
        let incidents = portal.incidents(&watchdog, LANG).await.unwrap();
        let first = &incidents[0];
        assert_eq!((first.kind, first.is_open), (IncidentKind::Suspended, true), "{role}");
        assert_eq!((first.code.as_str(), first.reason.as_str()), (CODE, "发现安全风险"), "{role}");
        let is_recorded = |it: &Incident| it.kind == IncidentKind::Event && it.code == CODE;
        assert!(incidents.iter().any(is_recorded), "{role}: {incidents:?}");
        assert!(portal.overdue_board(&watchdog, LANG).await.is_ok(), "{role}");
        let filter = AuditFilter::default();
        let logged = portal.search_audit(&watchdog, &filter, 100, LANG).await.unwrap();
        assert!(logged.iter().any(|it| it.subject == CODE), "{role}");

        let name = format!("below{n}");
        let below = at_browser(portal, *role, (&name, "YX-QH")).await;
        let risks = portal.risk_board(&below, LANG).await.unwrap();
        assert!(risks.stopped.is_empty() && risks.found.is_empty(), "{role}");
        assert!(portal.incidents(&below, LANG).await.unwrap().is_empty(), "{role}");
        let rule =
            GradingForm { level: "2", applies: "always", text: "规则", ..GradingForm::default() };
        let graded = portal.add_grading_rule(&watchdog, &rule, LANG).await;
        assert_eq!(error(graded), Some(ErrorCode::Forbidden), "{role}");
        n_watchdogs += 1;
    }
    assert_eq!(n_watchdogs, 4);
    let officer = at_browser(portal, Role::Officer, ("officer", "YX-T")).await;
    assert_eq!(error(portal.risk_board(&officer, LANG).await), Some(ErrorCode::Forbidden));
    assert_eq!(error(portal.incidents(&officer, LANG).await), Some(ErrorCode::Forbidden));
}

/// Rules under which public security takes the first step of the review.
const WITH_POLICE: &str = r#"
[profile]
code = "police"
parent = "aba"
revision = 1
name = "公安会同审查"
name_en = "With public security"
title = "试验细则"
title_en = "Test rules"
status = "in_force"

[review]
steps = { value = [
  { step = "security_secrecy", by = "public_security" },
  { step = "authority_review", by = "authority" },
], source = "试验细则第一条" }
"#;

// Part of ORG-11: a step that the rules give to a watchdog is taken by it, in its region, and by nobody else; without such
// a step it sees no draft.
#[tokio::test]
async fn a_watchdog_takes_the_step_that_is_assigned_to_it() {
    for with_step in [true, false] {
        let test_portal = match with_step {
            true => TestPortal::with_rules(WITH_POLICE).await.unwrap(),
            false => TestPortal::open(Setup::default()).await,
        };
        let site = TestSite::of(test_portal, Assets::none(), Limits::default());
        let catalogue = Catalogue::default().dataset(CODE, "旧数据", "unconditional");
        site.test_portal.import(catalogue.folder()).await;
        let portal = site.test_portal.portal();
        let people = people(portal).await;
        let police = at_browser(portal, Role::PublicSecurity, ("police", "YX")).await;
        let county = at_browser(portal, Role::PublicSecurity, ("below", "YX-QH")).await;
        let comms = at_browser(portal, Role::CommsAdministration, ("comms", "YX")).await;
        let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
        let hidden = act(portal, &police, case, "pass").await.unwrap_err();
        assert_eq!(hidden.code(), ErrorCode::NotFound, "nothing is assigned yet");
        act(portal, &people.officer, case, "submit").await.unwrap();
        if with_step {
            let early = act(portal, &people.authority, case, "pass").await.unwrap_err();
            assert_eq!(early.code(), ErrorCode::Forbidden, "the step of another");
            let desk = portal.desk(&police, DeskFilter::Mine, &[], LANG).await.unwrap();
            assert_eq!(desk.len(), 1);
        }
        for nobody in [&county, &comms] {
            let refused = act(portal, nobody, case, "pass").await.unwrap_err();
            assert_eq!(refused.code(), ErrorCode::NotFound);
        }
        let passed = act(portal, &police, case, "pass").await;
        let waits = portal.desk(&police, DeskFilter::Mine, &[], LANG).await.unwrap();
        assert!(waits.is_empty());
        if !with_step {
            assert_eq!(error(passed), Some(ErrorCode::NotFound));
            continue;
        }
        passed.unwrap();
        act(portal, &people.authority, case, "pass").await.unwrap();
        assert_eq!(portal.case_view(&police, case, LANG).await.unwrap().state.code, "approved");
    }
}

// Proves CLS-12: the authority keeps the rules in versions, an entry below its level is not submitted, and each change
// lists the entries it concerns and gives their providers a task.
#[tokio::test]
async fn a_change_of_the_grading_rules_lists_what_is_graded_anew() {
    let site = filled().await;
    let portal = site.test_portal.portal();
    at_browser(portal, Role::Head, ("head", "YX-T")).await;
    let officer = at_browser(portal, Role::Officer, ("officer", "YX-T")).await;
    let authority = at_browser(portal, Role::Authority, ("grades", "YX")).await;
    let county = at_browser(portal, Role::CountyAuthority, ("county", "YX-QH")).await;
    let rule = GradingForm {
        level: "2",
        applies: "always",
        theme: "other",
        text: "企业数据",
        basis: "分级细则第二条",
    };
    for caller in [&officer, &county, &Caller::visitor()] {
        assert!(portal.add_grading_rule(caller, &rule, LANG).await.is_err());
        assert!(portal.grading_rules(caller, LANG).await.is_err());
    }
    let wrong = [
        GradingForm { level: "5", ..rule.clone() },
        GradingForm { level: "", ..rule.clone() },
        GradingForm { applies: "sometimes", ..rule.clone() },
        GradingForm { theme: "no-such", ..rule.clone() },
        GradingForm { text: " ", ..rule.clone() },
        GradingForm { basis: "", ..rule.clone() },
    ];
    for form in wrong {
        let refused = portal.add_grading_rule(&authority, &form, LANG).await;
        assert_eq!(error(refused), Some(ErrorCode::InvalidInput), "{form:?}");
    }
    assert_eq!(portal.grading_version(), 0);
    let elsewhere = GradingForm { theme: "transport", ..rule.clone() };
    assert_eq!(portal.add_grading_rule(&authority, &elsewhere, LANG).await.unwrap(), 0);
    assert_eq!(portal.add_grading_rule(&authority, &rule, LANG).await.unwrap(), 2);
    assert_eq!(portal.grading_version(), 2);
    let (rules, misgraded) = portal.grading_rules(&authority, LANG).await.unwrap();
    assert_eq!(rules.len(), 2);
    let found: Vec<_> = misgraded.iter().map(|it| (it.code.as_str(), it.level, it.least)).collect();
    assert_eq!(found, [(CODE, 1, 2), ("YX-U-0001", 1, 2)]);
    let tasks = portal.desk(&officer, DeskFilter::Mine, &[CaseKind::Change], LANG).await.unwrap();
    assert_eq!(tasks.len(), 1);
    assert_eq!(Some(tasks[0].id), misgraded[0].task);
    assert!(tasks[0].due.is_some());
    // The same entry gets no second task.
    let higher = GradingForm { level: "3", ..rule.clone() };
    assert_eq!(portal.add_grading_rule(&authority, &higher, LANG).await.unwrap(), 0);

    let revision = portal.begin_revision(&officer, &code(CODE), LANG).await.unwrap();
    let graded = async |level: u8| {
        complete(portal, &officer, revision, |document| {
            document.fields.theme = "other".to_owned();
            document.fields.security_level = level;
            document.version_note = "重新定级".to_owned();
        })
        .await;
        act(portal, &officer, revision, "submit").await
    };
    let low = graded(2).await.unwrap_err().message(LANG);
    assert!(low.contains("至少为第 3 级") && low.contains("分级细则第二条"), "{low}");
    graded(3).await.unwrap();
    let task = portal.case_view(&officer, tasks[0].id, LANG).await.unwrap();
    assert_eq!(task.state.code, "reported");

    let ids: Vec<i64> = portal.grading_in_force(LANG).iter().map(|it| it.rule.id).collect();
    portal.retire_grading_rule(&authority, ids[0], LANG).await.unwrap();
    assert_eq!(portal.grading_version(), 4);
    let again = portal.retire_grading_rule(&authority, ids[0], LANG).await;
    assert_eq!(error(again), Some(ErrorCode::NotFound));
    assert_eq!(portal.grading_in_force(LANG).len(), 2);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Proves ORG-04 for the record, with the table and the over-reach tests: a region names one authority, another one takes
// its place; the authority acts in its region and below, and never above.
#[tokio::test]
async fn a_region_has_one_authority_that_acts_there_and_below() {
    let site = filled().await;
    let portal = site.test_portal.portal();
    let region = |authority: &str| NewRegion {
        code: "YX".parse().unwrap(),
        name: "云溪州".to_owned(),
        name_en: None,
        level: RegionLevel::Prefecture,
        parent: None,
        description: None,
        authority: Some(authority.to_owned()),
        position: 0,
    };
    for authority in ["YX-T", "YX-U"] {
        regions::upsert(site.test_portal.store(), &[region(authority)]).await.unwrap();
        portal.reload_directory().await.unwrap();
        let directory = portal.directory();
        let known: Vec<_> = directory.regions.iter().filter(|it| it.named.code == "YX").collect();
        assert_eq!(known.len(), 1);
        assert_eq!(known[0].authority.as_ref().unwrap().code, authority);
    }
    // YX-U is the authority now, so that it disputes as one: no step of the authority is in the chain.
    let case = disputed(portal).await;
    let county = at_browser(portal, Role::CountyAuthority, ("county", "YX-QH")).await;
    let city = at_browser(portal, Role::Authority, ("city", "YX")).await;
    assert_eq!(error(portal.case_view(&county, case, LANG).await), Some(ErrorCode::NotFound));
    let view = portal.case_view(&city, case, LANG).await.unwrap();
    assert_eq!(view.state.code, "consulting_authority");
    let late = site.test_portal.open_at(time("2028-01-05T04:00:00Z")).await;
    let urged = late.urge_dataset(&county, &code(CODE), "请更新", LANG).await;
    assert_eq!(error(urged), Some(ErrorCode::Forbidden));
    late.urge_dataset(&city, &code(CODE), "请更新", LANG).await.unwrap();
}

// Part of SUP-02, ORG-07, ORG-11 and CLS-12 at the door: every page is well-formed, and its forms do what they say.
#[tokio::test]
async fn oversight_has_its_pages() {
    let site = filled().await;
    let portal = site.test_portal.portal();
    disputed(portal).await;
    let token = with_session(portal, Role::Authority, ("authority", "YX")).await;
    let mut authority = Browser::with_session(&site, &token);
    let marked = [("marked", "YX-T"), ("lead", "YX-U")];
    assert_eq!(authority.post("/authority/sectors/mark", &marked).await.status, 303);
    let rule = [
        ("level", "2"),
        ("applies", "always"),
        ("theme", ""),
        ("text", "企业数据"),
        ("basis", "分级细则第二条"),
    ];
    assert_eq!(authority.post("/authority/grading", &rule).await.status, 303);
    for prefix in ["", "/en"] {
        for path in ["supervision", "sectors", "risks", "grading"] {
            let path = format!("{prefix}/authority/{path}");
            let page = authority.get(&path).await;
            assert_eq!(page.status, 200, "{path}");
            page.assert_well_formed_page(&path);
        }
    }
    assert!(authority.get("/authority/grading").await.text().contains(CODE));
    let bare = authority.post("/authority/grading", &rule[..3]).await;
    assert_eq!(bare.status, 400);
    bare.assert_well_formed_page("/authority/grading");
    let token = with_session(portal, Role::SectorLead, ("leads", "YX-U")).await;
    let mut lead = Browser::with_session(&site, &token);
    let page = lead.get("/authority/sectors").await;
    page.assert_well_formed_page("/authority/sectors");
    assert_eq!(page.attributes("form[action$='/guide'] option[value='YX-T']", "value").len(), 1);
    let posted = [("organization", "YX-T"), ("notice", "请按月更新")];
    assert_eq!(lead.post("/authority/sectors/guide", &posted).await.status, 303);
    assert!(lead.get("/authority/sectors").await.text().contains("请按月更新"));
    assert_eq!(lead.post("/authority/sectors/mark", &marked).await.status, 403);
    let late = [("dataset", CODE), ("notice", "请更新")];
    assert_eq!(authority.post("/authority/supervision/urge", &late).await.status, 400);
    assert_eq!(lead.post("/authority/supervision/urge", &late).await.status, 403);
}
