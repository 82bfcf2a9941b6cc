//! New data for which a blocking rule of quality does not hold.

use axum::body::Body;
use http::{Method, Request};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{
    LANG, ORGANIZATION, act, complete, people, review, whole_draft, with_session,
};
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::vocabulary::ItemType;

use crate::publishing::token;
use crate::support::{Answer, TestSite};

const CODE: &str = "YX-T-0001";
const FIRST: &str = "name,n\n汽车站,7\n";
/// Row 2 has no number, row 3 a value too many.
const WRONG: &str = "name,n\n汽车站,7\n火车站,八\n机场,9,10\n";

pub(crate) async fn site() -> TestSite {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "站点", "unconditional")
        .item(CODE, "name", "unconditional")
        .typed_item(CODE, "n", "integer", "unconditional")
        .file(CODE, "stops.csv", FIRST.as_bytes());
    site.test_portal.import(catalogue.folder()).await;
    site
}

async fn send(site: &TestSite, path: &str, header: (&str, &str), file: &str) -> Answer {
    let body = format!(
        "--b\r\ncontent-disposition: form-data; name=\"note\"\r\n\r\n十一月的数据\r\n--b\r\n\
         content-disposition: form-data; name=\"processing\"\r\n\r\nsort\r\n--b\r\n\
         content-disposition: form-data; name=\"file\"; filename=\"stops.csv\"\r\n\r\n{file}\r\n--b--\r\n"
    );
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header("host", "127.0.0.1:3000")
        .header("origin", "http://127.0.0.1:3000")
        .header("content-type", "multipart/form-data; boundary=b")
        .header(header.0, header.1);
    site.send(request.body(Body::from(body)).unwrap()).await
}

/// The version that is served, with its rows.
async fn served(site: &TestSite) -> (u64, String) {
    let portal = site.test_portal.portal();
    portal.take_in_files(|_| ()).await.unwrap();
    portal.catch_up(|_| ()).await.unwrap();
    let entry = site.get(&format!("/api/v1/datasets/{CODE}")).await.json();
    let id = &entry["resources"][0]["id"];
    let original = site.get(&format!("/api/v1/datasets/{CODE}/resources/{id}/original")).await;
    (entry["version"].as_u64().unwrap(), original.text().to_owned())
}

// Proves PUB-05 for new data: a failing blocking rule rejects the version, by the API and by the form of the
// workbench, with rule, column and rows; the version before serves on.
#[tokio::test]
async fn a_failing_blocking_rule_rejects_the_version() {
    let site = site().await;
    let before = served(&site).await;
    assert_eq!(before, (1, FIRST.to_owned()));

    let token = token(&site, "officer", ORGANIZATION, TokenScope::Publish).await;
    let path = format!("/api/v1/datasets/{CODE}/versions");
    let bearer = format!("Bearer {token}");
    let answer = send(&site, &path, ("authorization", &bearer), WRONG).await;
    answer.assert_problem_of(400, "file");
    let faults = answer.json()["fields"].as_array().unwrap().clone();
    let of = |rule: &str| {
        let said = faults.iter().map(|it| it["message"].as_str().unwrap());
        let said: Vec<&str> = said.filter(|it| it.contains(rule)).collect();
        assert_eq!(said.len(), 1, "{rule}: {faults:?}");
        said[0].to_owned()
    };
    let of_type = of("type.declared");
    assert!(of_type.contains(" n") && of_type.contains("八") && of_type.contains('2'), "{of_type}");
    let of_shape = of("row.shape");
    assert!(of_shape.contains('3'), "{of_shape}");
    assert_eq!(served(&site).await, before);

    let session = with_session(site.test_portal.portal(), Role::Officer, ("desk", "YX-T")).await;
    let cookie = format!("{}={session}", app::cookie_name(&site.test_portal.portal().site()));
    let path = format!("/workbench/datasets/{CODE}/versions");
    let page = send(&site, &path, ("cookie", &cookie), WRONG).await;
    assert_eq!(page.status, 400);
    page.assert_well_formed_page(&path);
    let said = page.texts("[role=alert]").concat();
    assert!(said.contains("type.declared") && said.contains("第 2 行“八”"), "{said}");
    assert_eq!(page.attributes("#version-form [name=note]", "value"), ["十一月的数据"]);
    assert_eq!(served(&site).await, before);

    // What is right is published the same way.
    let right = FIRST.replace('7', "8");
    let page = send(&site, &path, ("cookie", &cookie), &right).await;
    assert_eq!(page.status, 303, "{}", page.text());
    assert_eq!(served(&site).await, (2, right));
}

// Proves PUB-05 for entries: what is submitted or published with a file for which a blocking rule does not hold
// is refused, with rule, column and rows.
#[tokio::test]
async fn an_entry_with_a_failing_blocking_rule_is_not_submitted() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    complete(portal, &people.officer, case, |document| {
        document.items[0].item_type = ItemType::Integer;
    })
    .await;
    let refused = act(portal, &people.officer, case, "submit").await.unwrap_err();
    let said = refused.message(LANG);
    for part in ["stops.csv", "type.declared", "列 name", "第 1 行“汽车站”"] {
        assert!(said.contains(part), "{said}");
    }
    let view = portal.case_view(&people.officer, case, LANG).await.unwrap();
    assert_eq!(view.state.code, "draft");

    // Whoever writes and whoever reviews it sees profile and quality before anything is published.
    let session = with_session(portal, Role::Reviewer, ("reads", ORGANIZATION)).await;
    let cookie = format!("{}={session}", app::cookie_name(&portal.site()));
    let path = format!("/workbench/drafts/{case}/quality");
    let page = site.get_with(&path, &[("cookie", &cookie)]).await;
    page.assert_well_formed_page(&path);
    let said = page.texts("main").concat();
    for part in ["stops.csv", "共 1 行", "值符合目录中声明的类型"] {
        assert!(said.contains(part), "{part}: {said}");
    }

    complete(portal, &people.officer, case, |document| {
        document.items[0].item_type = ItemType::Text;
    })
    .await;
    act(portal, &people.officer, case, "submit").await.unwrap();
    review(portal, &people, case).await;
    act(portal, &people.authority, case, "publish").await.unwrap();
}
