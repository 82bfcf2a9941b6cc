//! The registers by which an authority sees whether agencies deliver: systems and deliveries.

use chrono::NaiveDate;
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::AuditFilter;
use kaishu_portal::registers::{DeliveryForm, ObligationFilter, SystemForm};
use kaishu_store::organizations::{self, NewOrganization};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, People, people, with_session};
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::register::{Connection, DeliveryPart, DeliveryStanding, ObligationView};
use kaishu_types::vocabulary::{OrganizationKind, RegionLevel};
use kaishu_types::{ErrorCode, FieldError};

use crate::support::TestSite;

const FULL: &str = "YX-T-0001";
const BARE: &str = "YX-T-0002";

/// An agency with an entry that has a file and one that has none; above it stands `YX-P`.
async fn site(policy: &'static str) -> (TestSite, People) {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(FULL, "公交站点", "unconditional")
        .item(FULL, "name", "unconditional")
        .file(FULL, "stops.csv", "name\n汽车站\n".as_bytes())
        .dataset(BARE, "公交线路", "unconditional")
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    let body = |code: &str, name: &str, parent: Option<&str>| NewOrganization {
        code: code.parse().unwrap(),
        name: name.to_owned(),
        name_en: None,
        kind: OrganizationKind::StateOrgan,
        level: RegionLevel::Prefecture,
        region: "YX".parse().unwrap(),
        parent: parent.map(|code| code.parse().unwrap()),
        description: None,
        responsible_head: None,
        contact: None,
        homepage: None,
        is_imported: false,
    };
    let bodies = [body("YX-P", "上级局", None), body("YX-T", "测试局", Some("YX-P"))];
    organizations::upsert(site.test_portal.store(), &bodies).await.unwrap();
    let portal = site.test_portal.portal();
    portal.reload_directory().await.unwrap();
    let people = people(portal).await;
    (site, people)
}

fn form() -> SystemForm<'static> {
    SystemForm {
        organization: "YX-T",
        name: "=公交调度系统",
        purpose: "调度公交车辆",
        connection: "connected",
        ..SystemForm::default()
    }
}

async fn faults(portal: &Portal, caller: &Caller, form: &SystemForm<'_>) -> Vec<FieldError> {
    let refused = portal.save_system(caller, None, form, LANG).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::InvalidInput, "{refused}");
    refused.into_detail().fields
}

// Proves PUB-09: each system has its connection, and a plan with a day where it is not connected; a way of joining
// that the regulation does not know is refused with its article. The agency keeps the record, its authority sees it,
// and nobody else does either.
#[tokio::test]
async fn systems_are_recorded_with_their_connection() {
    for (policy, article) in [("jiamusi", "第七条"), ("anshan", "第十三条"), ("aba", "第十一条")]
    {
        let (site, people) = site(policy).await;
        let portal = site.test_portal.portal();
        let apart = SystemForm { connection: "distributed", ..form() };
        let found = faults(portal, &people.officer, &apart).await;
        let field = if policy == "jiamusi" { "reason" } else { "connection" };
        assert_eq!(found[0].field, field, "{policy}: {found:?}");
        assert!(found[0].message.contains(article), "{policy}: {found:?}");
        let open = SystemForm { connection: "not_connected", ..form() };
        let found = faults(portal, &people.officer, &open).await;
        let named: Vec<&str> = found.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(named, ["plan", "planned_on"], "{policy}");
        assert!(found[0].message.contains(article), "{policy}: {found:?}");
        let past = SystemForm { plan: "年内对接", planned_on: "2026-11-20", ..open.clone() };
        assert_eq!(faults(portal, &people.officer, &past).await[0].field, "planned_on");
        let planned = SystemForm { plan: "年内对接", planned_on: "2026-12-31", ..open };
        portal.save_system(&people.officer, None, &planned, LANG).await.unwrap();
    }
    let (site, people) = site("jiamusi").await;
    let portal = site.test_portal.portal();
    let apart = SystemForm { connection: "distributed", reason: "涉密网络", ..form() };
    let id = portal.save_system(&people.officer, None, &apart, LANG).await.unwrap();
    let found = portal.systems(&people.authority, None, LANG).await.unwrap().rows;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].connection, Connection::Distributed);
    assert!(found[0].is_admitted && found[0].organization.code == "YX-T");

    // Nobody else sees it, and the authority does not write it.
    assert_eq!(portal.systems(&people.stranger, None, LANG).await.unwrap().rows, []);
    let hidden = portal.system(&people.stranger, id).await.unwrap_err();
    assert_eq!(hidden.code(), ErrorCode::NotFound);
    for (caller, id, code) in [
        (&people.authority, Some(id), ErrorCode::Forbidden),
        (&people.stranger, Some(id), ErrorCode::NotFound),
        (&people.stranger, None, ErrorCode::Forbidden),
        (&people.reviewer, Some(id), ErrorCode::Forbidden),
    ] {
        let change = SystemForm { revision: 1, ..form() };
        let refused = portal.save_system(caller, id, &change, LANG).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
    let visitor = portal.systems(&Caller::visitor(), None, LANG).await.unwrap_err();
    assert_eq!(visitor.code(), ErrorCode::Unauthenticated);

    // Of two editors the second one is told.
    let change = SystemForm { revision: 1, ..form() };
    let head = with_session(portal, Role::Head, ("head.two", "YX-T")).await;
    let head = portal.caller_of_session(&head).await.unwrap();
    portal.save_system(&head, Some(id), &change, LANG).await.unwrap();
    let late = portal.save_system(&people.officer, Some(id), &change, LANG).await.unwrap_err();
    assert_eq!(late.code(), ErrorCode::Conflict);
    let filter = AuditFilter { kind: Some("system".to_owned()), ..AuditFilter::default() };
    let log = portal.search_audit(&Caller::command(), &filter, 10, LANG).await.unwrap();
    let events: Vec<&str> = log.iter().map(|it| it.event.code.as_str()).collect();
    assert_eq!(events, ["changed", "added"]);
    assert_eq!(log[1].facts["connection"], "distributed");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of PUB-09: the register as a file, by program and on pages; a day that has passed stands out.
#[tokio::test]
async fn the_register_is_read_by_program_and_as_a_file() {
    let (site, people) = site("anshan").await;
    let portal = site.test_portal.portal();
    let open = SystemForm {
        connection: "not_connected",
        plan: "年内对接",
        planned_on: "2026-12-31",
        ..form()
    };
    let id = portal.save_system(&people.officer, None, &open, LANG).await.unwrap();
    let command = Caller::command();
    let login = "authority".parse().unwrap();
    let token = portal.make_token_for(&command, &login, ("reads", TokenScope::Read, 1), LANG);
    let token = format!("Bearer {}", token.await.unwrap());
    let reply = site.get_with("/api/v1/systems", &[("authorization", &token)]).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["items"][0]["planned_on"], "2026-12-31");
    assert_eq!(reply.json()["items"][0]["is_plan_late"], false);
    assert_eq!(site.get("/api/v1/systems").await.status, 401);
    let wrong = site.get_with("/api/v1/systems?after=x", &[("authorization", &token)]).await;
    wrong.assert_problem_of(400, "after");
    let reply = site.get_with("/api/v1/deliveries?show=all", &[("authorization", &token)]).await;
    assert_eq!(reply.json()["items"].as_array().unwrap().len(), 3);

    let session = with_session(portal, Role::Head, ("head.two", "YX-T")).await;
    let cookie = format!("{}={session}", app::cookie_name(&portal.site()));
    let file = site.get_with("/workbench/systems.csv", &[("cookie", &cookie)]).await;
    assert!(file.header("content-disposition").contains("systems-20261121.csv"));
    let lines: Vec<&str> = file.text().trim_start_matches('\u{FEFF}').lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[1].contains("'=公交调度系统"), "a spreadsheet would run it: {}", lines[1]);
    for path in ["systems".to_owned(), format!("systems/{id}"), "systems/new".to_owned()] {
        for prefix in ["", "/en"] {
            let path = format!("{prefix}/workbench/{path}");
            let page = site.get_with(&path, &[("cookie", &cookie)]).await;
            assert_eq!(page.status, 200, "{path}");
            page.assert_well_formed_page(&path);
        }
    }
    let later = site.test_portal.open_at("2027-01-02T04:00:00Z".parse().unwrap()).await;
    let found = later.systems(&people.authority, None, LANG).await.unwrap().rows;
    assert!(found[0].is_plan_late);
}

async fn outstanding(portal: &Portal, caller: &Caller) -> Vec<(String, Vec<DeliveryPart>)> {
    let found = portal.obligations(caller, &ObligationFilter::default(), LANG).await.unwrap();
    let missing = |row: &ObligationView| {
        row.parts.iter().filter(|it| it.is_outstanding).map(|it| it.part).collect()
    };
    found.rows.iter().map(|row| (row.dataset.clone(), missing(row))).collect()
}

fn refusal() -> DeliveryForm<'static> {
    DeliveryForm {
        act: "refuse",
        basis_title: "中华人民共和国统计法",
        basis_article: "第二十八条",
        basis_level: "law",
        reason: "统计调查取得的资料",
        ..DeliveryForm::default()
    }
}

// Proves PUB-08: what is required and what came of each entry, the full history only where the regulation demands it;
// what is outstanding is listed for the agency and the authority, and nothing is refused without a law.
#[tokio::test]
async fn what_is_outstanding_is_listed_and_refused_by_law_only() {
    use DeliveryPart::{Current, History, Increments};
    let (site, people) = site("aba").await;
    let portal = site.test_portal.portal();
    let bare = vec![(BARE.to_owned(), vec![Current])];
    assert_eq!(outstanding(portal, &people.officer).await, bare);
    let of_all = outstanding(portal, &people.authority).await;
    assert_eq!(of_all, [(BARE.to_owned(), vec![Current]), ("YX-U-0001".to_owned(), vec![Current])]);
    // A year later the updates did not come either.
    let later = site.test_portal.open_at("2027-12-01T04:00:00Z".parse().unwrap()).await;
    let found = outstanding(&later, &people.officer).await;
    assert_eq!(found[0], (FULL.to_owned(), vec![Increments]));
    assert_eq!(found[1], (BARE.to_owned(), vec![Current, Increments]));

    let code = BARE.parse().unwrap();
    for (title, level) in
        [("", "law"), ("本局文件", "rule"), ("本局文件", "other"), ("本局文件", "")]
    {
        let form = DeliveryForm { basis_title: title, basis_level: level, ..refusal() };
        let said = portal.say_of_delivery(&people.officer, &code, &form, LANG).await;
        let detail = said.unwrap_err().into_detail();
        assert!(detail.rule.unwrap().article.contains("第十八条第二款"), "{title} {level}");
    }
    assert_eq!(outstanding(portal, &people.officer).await, bare);
    for (caller, code, expected) in [
        (&people.authority, BARE, ErrorCode::Forbidden),
        (&people.reviewer, BARE, ErrorCode::Forbidden),
        (&people.stranger, BARE, ErrorCode::NotFound),
        (&people.officer, "YX-U-0001", ErrorCode::NotFound),
        (&people.officer, "YX-T-0404", ErrorCode::NotFound),
    ] {
        let code = code.parse().unwrap();
        let said = portal.say_of_delivery(caller, &code, &refusal(), LANG).await;
        assert_eq!(said.unwrap_err().code(), expected);
    }
    portal.say_of_delivery(&people.officer, &code, &refusal(), LANG).await.unwrap();
    let late = portal.say_of_delivery(&people.officer, &code, &refusal(), LANG).await;
    assert_eq!(late.unwrap_err().code(), ErrorCode::Conflict);
    assert_eq!(outstanding(portal, &people.officer).await, []);
    let shown = portal.obligation(&people.authority, &code, LANG).await.unwrap();
    assert_eq!(shown.standing, DeliveryStanding::Refused);
    assert_eq!(shown.basis, "中华人民共和国统计法 第二十八条");
    let counted = portal.deliveries_by_organization(&people.authority, LANG).await.unwrap();
    let of_agency = counted.iter().find(|it| it.organization.code == "YX-T").unwrap();
    assert_eq!((of_agency.n_entries, of_agency.n_outstanding, of_agency.n_refused), (2, 0, 1));
    let restore = DeliveryForm { act: "restore", revision: 1, ..DeliveryForm::default() };
    portal.say_of_delivery(&people.officer, &code, &restore, LANG).await.unwrap();
    assert_eq!(outstanding(portal, &people.officer).await, bare);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);

    // Where the full history is demanded, somebody has to say since when there is data, and the entry to cover it.
    let strict = site.test_portal.open_under("anshan").await;
    let missing = vec![(FULL.to_owned(), vec![History]), (BARE.to_owned(), vec![Current, History])];
    assert_eq!(outstanding(&strict, &people.officer).await, missing);
    let held = DeliveryForm { act: "hold", held_since: "2020-01-01", ..DeliveryForm::default() };
    let code = FULL.parse().unwrap();
    let future = DeliveryForm { held_since: "2027-01-01", ..held.clone() };
    let refused = strict.say_of_delivery(&people.officer, &code, &future, LANG).await.unwrap_err();
    assert_eq!(refused.into_detail().fields[0].field, "held_since");
    strict.say_of_delivery(&people.officer, &code, &held, LANG).await.unwrap();
    let shown = strict.obligation(&people.officer, &code, LANG).await.unwrap();
    assert_eq!(shown.held_since, NaiveDate::from_ymd_opt(2020, 1, 1));
    assert!(shown.is_outstanding(), "the entry says nothing of what it covers");
}

// Proves PUB-10: under the rules of Guangdong whoever uses the system of an upper unit is exempt, by a record that both
// registers show, and only as long as the system is used; other rules exempt nobody, and no other unit does.
#[tokio::test]
async fn who_uses_an_upper_units_system_need_not_deliver_again() {
    let (site, people) = site("guangdong").await;
    let portal = site.test_portal.portal();
    let upper = with_session(portal, Role::Officer, ("upper", "YX-P")).await;
    let upper = portal.caller_of_session(&upper).await.unwrap();
    let built = SystemForm { organization: "YX-P", name: "统建系统", ..form() };
    let built = portal.save_system(&upper, None, &built, LANG).await.unwrap().to_string();
    let beside = SystemForm { organization: "YX-U", ..form() };
    let beside = portal.save_system(&people.stranger, None, &beside, LANG).await.unwrap();
    let own = portal.save_system(&people.officer, None, &form(), LANG).await.unwrap().to_string();

    // A unit beside is none above.
    let beside = beside.to_string();
    let wrong = SystemForm { uses: &beside, ..form() };
    assert_eq!(faults(portal, &people.officer, &wrong).await[0].field, "uses");
    let uses = SystemForm { uses: &built, ..form() };
    let id = portal.save_system(&people.officer, None, &uses, LANG).await.unwrap();
    let shown = id.to_string();

    let code = BARE.parse().unwrap();
    let exempt = DeliveryForm { act: "exempt", ..DeliveryForm::default() };
    for system in ["", "77", &own, &built, &beside] {
        let form = DeliveryForm { system, ..exempt.clone() };
        let refused = portal.say_of_delivery(&people.officer, &code, &form, LANG).await;
        assert_eq!(refused.unwrap_err().into_detail().fields[0].field, "system", "{system}");
    }
    let form = DeliveryForm { system: &shown, ..exempt };
    portal.say_of_delivery(&people.officer, &code, &form, LANG).await.unwrap();
    assert_eq!(outstanding(portal, &people.officer).await, []);
    let record = portal.system(&people.authority, id).await.unwrap();
    assert_eq!((record.n_exempt, record.uses.unwrap().name.as_str()), (1, "统建系统"));
    let entry = portal.obligation(&people.authority, &code, LANG).await.unwrap();
    assert_eq!((entry.standing, entry.basis.as_str()), (DeliveryStanding::Exempt, "=公交调度系统"));

    // Rules that know no exemption end it, and say so.
    let other = site.test_portal.open_under("aba").await;
    let still = outstanding(&other, &people.officer).await;
    assert_eq!(still, [(BARE.to_owned(), vec![DeliveryPart::Current])]);
    let again = DeliveryForm { revision: 1, ..form };
    let refused = other.say_of_delivery(&people.officer, &code, &again, LANG).await.unwrap_err();
    assert!(refused.message(LANG).contains("没有免予报送的规定"), "{refused}");
    assert_eq!(refused.into_detail().rule.unwrap().id, "aggregation.upper_system");

    // What is not used any more exempts nobody, and the log says so.
    let ended = SystemForm { revision: 1, ..self::form() };
    portal.save_system(&people.officer, Some(id), &ended, LANG).await.unwrap();
    let due = outstanding(portal, &people.officer).await;
    assert_eq!(due, [(BARE.to_owned(), vec![DeliveryPart::Current])]);
    let filter = AuditFilter { subject: Some(BARE.to_owned()), ..AuditFilter::default() };
    let log = portal.search_audit(&Caller::command(), &filter, 10, LANG).await.unwrap();
    let events: Vec<&str> = log.iter().map(|it| it.event.code.as_str()).collect();
    assert_eq!(events, ["delivery_due", "delivery_exempted"]);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of PUB-08: the pages say what is outstanding, keep what was typed, and name the article of a refusal.
#[tokio::test]
async fn the_pages_of_deliveries_keep_what_was_typed() {
    let (site, _) = site("aba").await;
    let portal = site.test_portal.portal();
    let session = with_session(portal, Role::Head, ("head.two", "YX-T")).await;
    let cookie = format!("{}={session}", app::cookie_name(&portal.site()));
    let path = format!("/workbench/deliveries/{BARE}");
    for page in ["/workbench/deliveries", "/en/workbench/deliveries?show=all", &path] {
        let answer = site.get_with(page, &[("cookie", &cookie)]).await;
        assert_eq!(answer.status, 200, "{page}");
        answer.assert_well_formed_page(page);
        assert!(answer.text().contains("公交线路"), "{page}");
    }
    let headers = [
        ("cookie", cookie.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
    ];
    let body = "act=refuse&revision=0&basis_title=&basis_level=law&reason=%E4%B8%8D%E4%BE%BF";
    let answer = site.ask(http::Method::POST, &path, &headers, body).await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(answer.text().contains("第十八条第二款"));
    assert!(answer.texts("textarea[name=reason]").concat().contains("不便"));
    answer.assert_well_formed_page(&path);
    let authority = with_session(portal, Role::Authority, ("authority.two", "YX")).await;
    let cookie = format!("{}={authority}", app::cookie_name(&portal.site()));
    let answer = site.get_with("/authority/deliveries", &[("cookie", &cookie)]).await;
    let named = answer.texts("main tbody th");
    assert!(named.iter().any(|it| it.contains("测试局")), "{named:?}");
}
