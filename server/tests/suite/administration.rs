//! The log by the command line, and the pages of the administration at the door.

use std::process::{Command, Output};

use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::with_session;
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::account::Role;
use serde_json::Value;

use crate::browser::Browser;
use crate::support::TestSite;

const PAGES: [&str; 15] = [
    "",
    "/audit",
    "/organizations",
    "/regions",
    "/delegations",
    "/experts",
    "/approvals",
    "/filings",
    "/systems",
    "/deliveries",
    "/projects",
    "/exchange/channels",
    "/sources",
    "/vocabularies",
    "/profile",
];

async fn site() -> TestSite {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let catalogue = Catalogue::default().dataset("YX-T-0001", "站点", "unconditional");
    site.test_portal.import(catalogue.folder()).await;
    site
}

// Proves SEC-05 for the administration: each role comes to its own pages, in both languages, and to no other.
#[tokio::test]
async fn each_page_is_open_to_whose_it_is() {
    let site = site().await;
    let portal = site.test_portal.portal();
    for (role, place, open) in [
        (Role::AuditAdmin, "YX", vec!["", "/audit", "/profile"]),
        (
            Role::Auditor,
            "YX",
            vec![
                "",
                "/audit",
                "/systems",
                "/deliveries",
                "/projects",
                "/exchange/channels",
                "/profile",
            ],
        ),
        (
            Role::CyberspaceOffice,
            "YX",
            vec![
                "",
                "/audit",
                "/approvals",
                "/systems",
                "/deliveries",
                "/projects",
                "/exchange/channels",
                "/profile",
            ],
        ),
        (
            Role::Authority,
            "YX",
            vec![
                "",
                "/audit",
                "/organizations",
                "/regions",
                "/delegations",
                "/experts",
                "/approvals",
                "/filings",
                "/systems",
                "/deliveries",
                "/projects",
                "/exchange/channels",
                "/sources",
                "/vocabularies",
                "/profile",
            ],
        ),
        (
            Role::CountyAuthority,
            "YX",
            vec![
                "",
                "/audit",
                "/organizations",
                "/regions",
                "/filings",
                "/systems",
                "/deliveries",
                "/projects",
                "/exchange/channels",
                "/sources",
                "/profile",
            ],
        ),
        (Role::Head, "YX-T", vec!["", "/organizations", "/profile"]),
        (Role::Expert, "YX", vec!["", "/experts", "/profile"]),
        (Role::Officer, "YX-T", vec!["", "/profile"]),
        (Role::SystemAdmin, "YX", vec!["", "/profile"]),
    ] {
        let token = with_session(portal, role, (role.as_str(), place)).await;
        let cookie = format!("{}={token}", app::cookie_name(&portal.site()));
        for page in PAGES {
            for prefix in ["", "/en"] {
                let path = format!("{prefix}/authority{page}");
                let answer = site.get_with(&path, &[("cookie", &cookie)]).await;
                let status = if open.contains(&page) { 200 } else { 403 };
                assert_eq!(answer.status.as_u16(), status, "{role} {path}");
                answer.assert_well_formed_page(&path);
                assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            }
        }
        let desk = site.get_with("/authority", &[("cookie", &cookie)]).await;
        let links = desk.text();
        for page in PAGES.iter().filter(|page| !page.is_empty()) {
            let is_linked = links.contains(&format!("href=\"/authority{page}\""));
            assert_eq!(is_linked, open.contains(page), "{role} {page}");
        }
    }
    for page in PAGES {
        let answer = site.get(&format!("/authority{page}")).await;
        assert_eq!(answer.status.as_u16(), 303, "{page}");
    }
    for (login, wrong) in
        [("a.a", "/audit?colour=red"), ("a.o", "/organizations?q=1"), ("a.p", "/profile?x=1")]
    {
        let token = with_session(portal, Role::Authority, (login, "YX")).await;
        let cookie = format!("{}={token}", app::cookie_name(&portal.site()));
        let answer = site.get_with(&format!("/authority{wrong}"), &[("cookie", &cookie)]).await;
        assert_eq!(answer.status.as_u16(), 400, "{wrong}");
    }
}

// Proves CAT-03 at the door, with forms and no scripts: the authority writes the next version and publishes it, what it
// typed stays where it is refused or somebody was faster, and an officer reads it from the editor.
#[tokio::test]
async fn the_guide_is_written_with_forms_and_read_by_officers() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let keeper = with_session(portal, Role::Authority, ("keeper", "YX")).await;
    let mut keeper = Browser::with_session(&site, &keeper);
    let officer = with_session(portal, Role::Officer, ("officer", "YX-T")).await;
    let mut officer = Browser::with_session(&site, &officer);
    let (path, draft) = ("/authority/guide", "/authority/guide/draft");
    let empty = officer.get("/workbench/guide").await;
    empty.assert_well_formed_page("/workbench/guide");
    assert!(empty.text().contains("还没有发布编制规范"));
    assert_eq!(officer.get(path).await.status, 403);

    let form = keeper.get(path).await;
    form.assert_well_formed_page(path);
    // What the regulation demands is no choice.
    assert_eq!(form.attributes("main input[name='add.title']", "name").len(), 0);
    assert_eq!(form.attributes("main input[name='add.certifier']", "name").len(), 1);
    let wrong = [("revision", "0"), ("add.certifier", "yes"), ("note.certifier.en", "In full")];
    let refused = keeper.post(draft, &wrong).await;
    assert_eq!(refused.status, 400);
    refused.assert_well_formed_page(path);
    assert_eq!(refused.attributes("main input[name='note.certifier.en']", "value"), ["In full"]);
    assert_eq!(refused.attributes("main input[name='add.certifier'][checked]", "name").len(), 1);
    let mut fields = vec![("note.certifier.zh", "写全称 <b>")];
    fields.extend(wrong);
    assert_eq!(keeper.post(draft, &fields).await.status, 303);
    let late = keeper.post(draft, &fields).await;
    assert_eq!(late.status, 409);
    late.assert_well_formed_page(path);
    assert_eq!(late.attributes("main input[name='note.certifier.zh']", "value"), ["写全称 <b>"]);
    assert_eq!(late.attributes("main input[name=revision]", "value"), ["1"]);

    let published = keeper.post(path, &[("note", "第一版"), ("link", "")]).await;
    assert_eq!(published.status, 303, "{}", published.text());
    for (path, texts) in [
        ("/workbench/guide", ["第 1 版", "第一版", "必填（编制规范）", "写全称 <b>"]),
        ("/en/workbench/guide?version=1", ["Version 1", "第一版", "mandatory (guide)", "In full"]),
    ] {
        let page = officer.get(path).await;
        page.assert_well_formed_page(path);
        let shown = page.texts("main").concat();
        for text in texts {
            assert!(shown.contains(text), "{path}, {text}: {shown}");
        }
    }
    for unknown in ["2", "x"] {
        let path = format!("/workbench/guide?version={unknown}");
        assert_eq!(officer.get(&path).await.status, 404, "{unknown}");
    }
    assert_eq!(site.get("/workbench/guide").await.status, 303);
    let begun =
        officer.post("/workbench/new", &[("organization", "YX-T"), ("title", "站点")]).await;
    assert_eq!(begun.status, 303, "{}", begun.text());
    let editor = officer.get(begun.header("location")).await;
    let links = editor.attributes("aside a", "href");
    assert!(links.contains(&"/workbench/guide".to_owned()), "{links:?}");
    assert_eq!(editor.texts("#certifier-g"), ["编制规范：写全称 <b>"]);
}

// Part of CAT-03: what the guide in force says of a field stands beside it in the editor, and is read out with it; what
// is only being written is not there yet, and a Chinese note on an English page says that it is one.
#[tokio::test]
async fn a_note_of_the_guide_stands_beside_its_field() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let keeper = with_session(portal, Role::Authority, ("keeper", "YX")).await;
    let mut keeper = Browser::with_session(&site, &keeper);
    let officer = with_session(portal, Role::Officer, ("officer", "YX-T")).await;
    let mut officer = Browser::with_session(&site, &officer);
    let begun =
        officer.post("/workbench/new", &[("organization", "YX-T"), ("title", "站点")]).await;
    let path = begun.header("location").to_owned();
    keeper.get("/authority/guide").await;
    let notes = [
        ("revision", "0"),
        ("note.summary.zh", "写明覆盖的时间"),
        ("note.update_frequency.zh", "按业务周期填写"),
        ("note.update_frequency.en", "By the cycle of the business"),
        ("note.items.zh", "逐列登记"),
        ("note.format.zh", "表格优先"),
        ("note.provider.zh", "没有对应的栏目"),
    ];
    let saved = keeper.post("/authority/guide/draft", &notes).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let before = officer.get(&path).await;
    assert!(!before.texts("main").concat().contains("写明覆盖的时间"), "it is a draft");
    let published = keeper.post("/authority/guide", &[("note", "第一版"), ("link", "")]).await;
    assert_eq!(published.status, 303, "{}", published.text());

    let editor = officer.get(&path).await;
    editor.assert_well_formed_page(&path);
    for (place, text) in [
        (".ks-field > #summary-g", "编制规范：写明覆盖的时间"),
        (".ks-field > #frequency-g", "编制规范：按业务周期填写"),
        ("section[aria-labelledby=items] #items-g", "编制规范：逐列登记"),
        ("#resources #resources-g", "编制规范：表格优先"),
    ] {
        assert_eq!(editor.texts(place), [text], "{place}");
    }
    assert_eq!(editor.attributes("#summary", "aria-describedby"), ["summary-h summary-g"]);
    assert_eq!(editor.texts("#title-g").len(), 0);
    assert!(!editor.texts("main").concat().contains("没有对应的栏目"));
    let english = officer.get(&format!("/en{path}")).await;
    assert_eq!(english.texts("#frequency-g"), ["Guide: By the cycle of the business"]);
    assert_eq!(english.attributes("#summary-g span", "lang").len(), 1);
    assert_eq!(english.attributes("#frequency-g span", "lang").len(), 0);
}

fn run(portal: &TestPortal, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kaishu"))
        .args(["audit", "search"])
        .args(arguments)
        .arg("--data-dir")
        .arg(portal.folder())
        .output()
        .unwrap()
}

#[tokio::test]
async fn the_log_is_searched_by_command() {
    let site = site().await;
    let portal = &site.test_portal;
    let found = |arguments: &[&str]| -> Vec<Value> {
        let output = run(portal, &[&["--json"], arguments].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let all = found(&[]);
    assert_eq!(all.len(), 1);
    assert_eq!((&all[0]["kind"], &all[0]["event"]), (&"import".into(), &"imported".into()));
    assert_eq!(all[0]["hash"].as_str().map(str::len), Some(64));
    for nothing in [
        ["--kind", "dataset"],
        ["--event", "publish"],
        ["--subject", "YX-T-0001"],
        ["--account", "nobody"],
        ["--to", "2020-01-01"],
        ["--before", "1"],
    ] {
        assert!(found(&nothing).is_empty(), "{nothing:?}");
    }
    assert_eq!(found(&["--from", "2020-01-01", "--kind", "import"]).len(), 1);
    let plain = run(portal, &["--limit", "1"]);
    assert!(String::from_utf8_lossy(&plain.stdout).contains("import imported"));
    for wrong in [["--from", "yesterday"], ["--limit", "0"]] {
        assert!(!run(portal, &wrong).status.success(), "{wrong:?}");
    }
}

// Part of ORG-12 at the door: the desk of the authority warns of a profile that ends within 60 days, nobody else's does, nor
// that of a profile without an end; the notice leads to its dates.
#[tokio::test]
async fn the_desk_warns_of_a_profile_that_ends() {
    for (policy, ends) in [("aba", true), ("anshan", false)] {
        let site = TestSite::open(Setup { policy, with_demo: false }).await;
        let catalogue = Catalogue::default().dataset("YX-T-0001", "站点", "unconditional");
        site.test_portal.import(catalogue.folder()).await;
        let portal = site.test_portal.portal();
        let token = with_session(portal, Role::Authority, ("authority", "YX")).await;
        let mut authority = Browser::with_session(&site, &token);
        assert_eq!(portal.warn_of_expiry().await.unwrap(), ends, "{policy}");
        for (path, warning) in [
            ("/authority", "现行办法还有 41 天到期"),
            ("/en/authority", "The regulation in force ends in 41 days"),
            ("/me/inbox", "现行办法有效期至 2026-12-31"),
        ] {
            let page = authority.get(path).await;
            page.assert_well_formed_page(path);
            assert_eq!(page.text().contains(warning), ends, "{policy} {path}");
            let links = page.attributes("main a", "href");
            let is_linked = links.iter().any(|link| link.ends_with("/authority/profile"));
            assert!(is_linked || !ends, "{policy} {path}");
        }
        let token = with_session(portal, Role::Officer, ("officer", "YX-T")).await;
        let mut officer = Browser::with_session(&site, &token);
        for path in ["/workbench", "/me/inbox"] {
            assert!(!officer.get(path).await.text().contains("现行办法"), "{policy} {path}");
        }
    }
}
