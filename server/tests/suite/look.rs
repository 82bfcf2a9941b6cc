//! A safe look at conditional data before somebody applies.

use std::fmt::Write as _;

use http::Method;
use kaishu_domain::permission::{Action, Subject, role_for};
use kaishu_portal::look::FiguresWanted;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, at_browser, people};
use kaishu_types::account::Role;
use serde_json::{Value, json};

use crate::automating::{get, post, refuses, tokens};
use crate::browser::Browser;
use crate::overreach::{browser, placed};
use crate::support::TestSite;

const CODE: &str = "YX-T-0001";
const LABEL: &str = "示例数据（合成，不是真实数据）";

/// A table of 60 rows. What nobody may know of differs between the two `world`s, and so do the conditional values
/// where `differs`.
async fn site(world: usize, differs: bool) -> TestSite {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let mut text = "kind,amount,person,hidden\n".to_owned();
    for row in 0..60 {
        let shift = if differs { world * 17 } else { 0 };
        let kind = if (row + shift) % 60 < 7 { "罕见的一种" } else { "常见的一种" };
        let hidden = ["chixiao", "qiongyu"][world];
        writeln!(text, "{kind},{},王{row},{hidden}{row}", 100 + row * 7 + shift).unwrap();
    }
    let catalogue = Catalogue::default()
        .dataset(CODE, "用电", "conditional")
        .on_conditions("有安全保障能力", "download")
        .item(CODE, "kind", "conditional")
        .typed_item(CODE, "amount", "integer", "conditional")
        .sensitive_item(CODE, "person", "conditional")
        .item(CODE, "hidden", "none")
        .file(CODE, "power.csv", text.as_bytes());
    site.test_portal.import(catalogue.folder()).await;
    site
}

async fn look(site: &TestSite) -> Value {
    site.get(&format!("/api/v1/datasets/{CODE}/look")).await.json()
}

async fn show_figures(site: &TestSite) {
    let portal = site.test_portal.portal();
    let head = at_browser(portal, Role::Head, ("decides", "YX-T")).await;
    let code = CODE.parse().unwrap();
    let wanted = FiguresWanted { is_shown: true, seen: None, reason: "不涉及个人" };
    portal.show_figures(&head, &code, wanted, LANG).await.unwrap();
    portal.catch_up(|_| ()).await.unwrap();
}

// Part of SRCH-03, APP-07: whoever thinks of applying sees the schema and rows that are labelled as made up, on the
// page and by program, the same for everybody; no row of the data is among them, and nothing of class none.
#[tokio::test]
async fn before_an_application_one_sees_rows_that_are_made_up() {
    let site = site(0, false).await;
    for (prefix, label) in [("", LABEL), ("/en", "made up, no real data")] {
        let page = site.get(&format!("{prefix}/datasets/{CODE}")).await;
        page.assert_well_formed_page(CODE);
        let caption = page.texts("#sample caption").concat();
        assert!(caption.contains(label), "{caption}");
        assert_eq!(page.texts("#sample tbody tr").len(), 5);
        for secret in ["chixiao", "常见的一种", "罕见的一种", "王1"] {
            assert!(!page.text().contains(secret), "{prefix} {secret}");
        }
    }
    let look = look(&site).await;
    assert_eq!(look["synthetic"], true);
    let names: Vec<_> =
        look["sample"]["columns"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["kind", "amount", "person"]);
    for row in look["sample"]["rows"].as_array().unwrap() {
        assert!(row[0].as_str().unwrap().starts_with("示例"), "{row}");
        assert!(row[1].as_str().unwrap().parse::<u64>().is_ok(), "{row}");
    }
    // Nothing was let be seen besides.
    assert_eq!(look["tables"], serde_json::json!([]));
    // What needs no application has no such look.
    let open = Catalogue::default().dataset("YX-T-0002", "站点", "unconditional").item(
        "YX-T-0002",
        "a",
        "unconditional",
    );
    site.test_portal.import(open.folder()).await;
    let answer = site.get("/api/v1/datasets/YX-T-0002/look").await;
    assert_eq!(answer.status, 404);
    assert!(!site.get("/datasets/YX-T-0002").await.text().contains(LABEL));
}

// Part of SRCH-03, SEC-05: two portals whose conditional and hidden values differ show the same bytes before anything is
// let be seen, and two whose hidden values differ the same afterwards.
#[tokio::test]
async fn what_is_made_up_tells_nothing_of_values() {
    let paths = [format!("/datasets/{CODE}"), format!("/api/v1/datasets/{CODE}/look")];
    let (one, other) = (site(0, true).await, site(1, true).await);
    for path in &paths {
        assert_eq!(one.get(path).await.text(), other.get(path).await.text(), "{path}");
    }
    let (one, other) = (site(0, false).await, site(1, false).await);
    for site in [&one, &other] {
        show_figures(site).await;
    }
    assert_ne!(look(&one).await["tables"], serde_json::json!([]));
    for path in &paths {
        assert_eq!(one.get(path).await.text(), other.get(path).await.text(), "{path}");
    }
}

// Part of SRCH-03, SEC-21: figures are shown after somebody of the provider let them be seen: no count below the
// threshold, no extreme, no value of a column that could be personal; and nobody sees them after they were taken back.
#[tokio::test]
async fn figures_are_shown_when_the_provider_lets_them_be_seen() {
    let site = site(0, false).await;
    show_figures(&site).await;
    let shown = look(&site).await;
    let columns = shown["tables"][0]["columns"].as_array().unwrap();
    let of = |name: &str| columns.iter().find(|it| it["name"] == name);
    let kind = of("kind").unwrap();
    assert_eq!(
        kind["top"],
        serde_json::json!([{ "value": "常见的一种", "count": { "at_least": 50 } }])
    );
    assert_eq!(kind["blank"], serde_json::json!({ "fewer_than": 10 }));
    assert!(of("hidden").is_none());
    // It is held back: it is declared sensitive, and nobody has decided about it.
    assert!(of("person").is_none());
    let text = shown["tables"].to_string();
    for secret in ["罕见的一种", "513", "王1", "chixiao"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let page = site.get(&format!("/datasets/{CODE}")).await;
    assert!(page.text().contains("常见的一种") && !page.text().contains("罕见的一种"));

    let mut browser = browser(&site, "officer", placed(Role::Officer)[0].1.clone()).await;
    let path = format!("/workbench/datasets/{CODE}/look");
    assert_eq!(browser.post(&path, &[("act", "hide"), ("reason", "")]).await.status, 400);
    assert_eq!(browser.post(&path, &[("act", "hide"), ("reason", "重新评估")]).await.status, 303);
    site.test_portal.portal().catch_up(|_| ()).await.unwrap();
    assert_eq!(look(&site).await["tables"], serde_json::json!([]));
    assert!(!site.get(&format!("/datasets/{CODE}")).await.text().contains("常见的一种"));
    assert_eq!(browser.post(&path, &[("act", "hide"), ("reason", "再一次")]).await.status, 409);
}

// Part of SEC-05: who may decide about what is found in data decides about its figures, and nobody else.
#[tokio::test]
async fn no_role_shows_figures_that_does_not_decide_about_the_data() {
    let site = site(0, false).await;
    let path = format!("/workbench/datasets/{CODE}/look");
    assert_eq!(site.get(&path).await.status, 303);
    assert_eq!(Browser::new(&site).post(&path, &[("act", "show")]).await.status, 401);
    let here = Subject {
        organization: Some("YX-T".parse().unwrap()),
        regions: vec!["YX".parse().unwrap()],
        ..Subject::default()
    };
    let mut n_able = 0;
    for (n, role) in Role::ALL.iter().enumerate() {
        for (place, held) in placed(*role) {
            let roles = std::slice::from_ref(&held);
            let may = role_for(roles, Action::DecideFindings, &here).is_some();
            let mut browser = browser(&site, &format!("l{n}-{place}"), held.clone()).await;
            let before = site.test_portal.portal().verify_log().await.unwrap().n_entries;
            let status = browser.get(&path).await.status;
            assert_eq!(status == 200, may, "{role} ({place}): {status}");
            let fields =
                [("act", "show"), ("reason", "不涉及个人"), ("column", "kind"), ("column", "gone")];
            let status = browser.post(&path, &fields).await.status;
            assert_eq!(status == 303, may, "{role} ({place}): {status}");
            let after = site.test_portal.portal().verify_log().await.unwrap().n_entries;
            assert_eq!(after > before, may, "{role} ({place})");
            n_able += usize::from(may);
        }
    }
    assert!(n_able >= 3, "{n_able}");
}

// Part of SRCH-03, SEC-05 by program: who decides about the data sees the figures before they are shown, shows them and
// takes them back; tokens of others, and one that only reads, are refused and leave nothing in the log.
#[tokio::test]
async fn figures_are_shown_and_taken_back_by_program() {
    let site = site(0, false).await;
    let portal = site.test_portal.portal();
    people(portal).await;
    let tokens = tokens(portal).await;
    let (path, figures) =
        (format!("/datasets/{CODE}/look"), format!("/datasets/{CODE}/look/figures"));
    let decision = |show: bool, reason: &str| json!({ "show": show, "reason": reason });
    let show = decision(true, "不涉及个人");
    refuses(&site, &tokens, (Method::GET, &figures), (&Value::Null, 403)).await;
    refuses(&site, &tokens, (Method::POST, &path), (&show, 403)).await;
    assert_eq!(post(&site, &tokens.authority, &path, &show).await.status, 403);

    let desk = get(&site, &tokens.officer, &figures).await;
    assert_eq!((desk.status.as_u16(), desk.header("cache-control")), (200, "no-store"));
    for secret in ["罕见的一种", "王1", "chixiao"] {
        assert!(!desk.text().contains(secret), "{secret}: {}", desk.text());
    }
    assert_eq!(desk.json()["released"], Value::Null);
    assert_eq!(look(&site).await["tables"], json!([]), "to be seen is not to be shown");
    post(&site, &tokens.officer, &path, &decision(true, " "))
        .await
        .assert_problem_of(400, "reason");
    // What nobody may see, and what was not there to be seen, is not shown by naming it.
    let hidden = json!({ "show": true, "reason": "不涉及个人", "columns": ["hidden", "later"] });
    assert_eq!(post(&site, &tokens.officer, &path, &hidden).await.status, 409);
    let part = json!({ "show": true, "reason": "不涉及个人", "columns": ["kind", "hidden"] });
    let part = post(&site, &tokens.officer, &path, &part).await.json();
    assert_eq!(part["released"]["columns"], json!(["kind"]));
    let none = decision(false, "重新评估");
    assert_eq!(post(&site, &tokens.officer, &path, &none).await.status, 200);
    let early = post(&site, &tokens.officer, &path, &decision(false, "重新评估")).await;
    assert_eq!(early.status, 409, "{}", early.text());

    let shown = post(&site, &tokens.officer, &path, &show).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    let shown = shown.json();
    let released = &shown["released"];
    assert_eq!(
        (&released["by"], &released["reason"]),
        (&json!("officer 的名字"), &json!("不涉及个人"))
    );
    assert_eq!(released["columns"], json!(["amount", "kind"]));
    portal.catch_up(|_| ()).await.unwrap();
    assert_eq!(look(&site).await["tables"], shown["tables"]);

    let hide = decision(false, "重新评估");
    let hidden = post(&site, &tokens.head, &path, &hide).await;
    assert_eq!((hidden.status.as_u16(), &hidden.json()["released"]), (200, &Value::Null));
    portal.catch_up(|_| ()).await.unwrap();
    assert_eq!(look(&site).await["tables"], json!([]));
    assert_eq!(post(&site, &tokens.head, &path, &hide).await.status, 409);
    let other = "/datasets/YX-T-0009/look";
    assert_eq!(post(&site, &tokens.officer, other, &show).await.status, 404);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}
