//! The basis of a revision, written by the form of the editor and shown with its version.

use http::Method;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, act, complete, people, review, with_session};
use kaishu_types::account::Role;
use kaishu_types::draft::ChangeBasis;
use serde_json::{Value, json};

use crate::drafting::site;
use crate::support::TestSite;

const CODE: &str = "YX-T-0001";

/// A portal with an open table.
async fn published() -> TestSite {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "公交站点", "unconditional")
        .item(CODE, "name", "unconditional")
        .file(CODE, "stops.csv", "name\n汽车站\n".as_bytes())
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    site
}

async fn send(site: &TestSite, (cookie, path): (&str, &str), form: &[(&str, &str)]) -> u16 {
    let headers = [
        ("cookie", cookie),
        ("origin", "http://127.0.0.1:3000"),
        ("content-type", "application/x-www-form-urlencoded;charset=UTF-8"),
    ];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    site.ask(Method::POST, path, &headers, &body).await.status.as_u16()
}

// Part of CAT-09: the form of a revision asks what it follows and for the reference, in both languages, and keeps what
// was typed; an entry that is new is not asked.
#[tokio::test]
async fn the_form_of_a_revision_asks_for_its_basis() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let session = with_session(portal, Role::Officer, ("browser", "YX-T")).await;
    let caller = portal.caller_of_session(&session).await.unwrap();
    let cookie = format!("{}={session}", app::cookie_name(&portal.site()));
    let fresh = portal.begin_draft(&caller, "YX-T", "公交站点", LANG).await.unwrap();
    let case = portal.begin_revision(&caller, &CODE.parse().unwrap(), LANG).await.unwrap();
    let basis = "select[name='change_basis']";
    let page = site.get_with(&format!("/workbench/drafts/{fresh}"), &[("cookie", &cookie)]).await;
    assert_eq!(page.attributes(basis, "name"), [""; 0]);

    let path = format!("/workbench/drafts/{case}");
    let form = [
        ("revision", "1"),
        ("title", "旧数据"),
        ("change_basis", "law_changed"),
        ("change_reference", "某条例第三条"),
    ];
    assert_eq!(send(&site, (&cookie, &path), &form).await, 303);
    for path in [path.clone(), format!("/en{path}")] {
        let page = site.get_with(&path, &[("cookie", &cookie)]).await;
        page.assert_well_formed_page(&path);
        let offered = page.attributes(&format!("{basis} option[value]"), "value");
        let mut kinds = ChangeBasis::ALL.iter().map(|kind| kind.as_str());
        assert!(kinds.all(|kind| offered.iter().any(|it| it == kind)), "{offered:?}");
        let chosen = page.attributes(&format!("{basis} option[selected]"), "value");
        assert_eq!(chosen, ["law_changed"]);
        assert_eq!(page.texts("textarea[name='change_reference']"), ["某条例第三条"]);
    }
}

// Part of CAT-10: the page of a version and its JSON say on what it rests, whoever reads them.
#[tokio::test]
async fn a_version_says_on_what_it_rests() {
    let site = published().await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let code = CODE.parse().unwrap();
    let case = portal.begin_revision(&people.officer, &code, LANG).await.unwrap();
    complete(portal, &people.officer, case, |document| {
        document.change_basis = Some(ChangeBasis::FunctionChanged);
        document.change_reference = "机构改革方案第三条".to_owned();
    })
    .await;
    act(portal, &people.officer, case, "submit").await.unwrap();
    review(portal, &people, case).await;
    act(portal, &people.authority, case, "publish").await.unwrap();
    for (path, basis) in [
        ("/datasets/YX-T-0001/versions/2", "行政管理职能变化：机构改革方案第三条"),
        ("/en/datasets/YX-T-0001/versions/2", "Functions changed: 机构改革方案第三条"),
    ] {
        let page = site.get(path).await;
        page.assert_well_formed_page(path);
        assert!(page.texts("dd").iter().any(|it| it == basis), "{path}: {:?}", page.texts("dd"));
    }
    let first = site.get("/datasets/YX-T-0001/versions/1").await;
    assert!(!first.text().contains("机构改革方案"));
    let listed = site.get("/api/v1/datasets/YX-T-0001/versions").await.json()["items"].clone();
    let basis = json!({ "kind": "function_changed", "reference": "机构改革方案第三条" });
    assert_eq!((&listed[0]["number"], &listed[0]["basis"]), (&json!(2), &basis));
    assert_eq!((&listed[1]["number"], &listed[1]["basis"]), (&json!(1), &Value::Null));
    let entry = site.get("/api/v1/datasets/YX-T-0001").await.json();
    assert_eq!(entry["versions"], listed);
}
