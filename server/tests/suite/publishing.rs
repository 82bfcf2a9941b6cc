//! New data of a dataset by one request.

use axum::body::Body;
use http::{Method, Request};
use kaishu_portal::accounts::{Caller, NewStaff};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_types::Lang;
use kaishu_types::account::{AccountKind, Role, RoleGrant, TokenScope};

use crate::support::{Answer, TestSite};

const CODE: &str = "YX-T-0001";

pub(crate) async fn site() -> TestSite {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let catalogue = Catalogue::default().dataset(CODE, "站点", "unconditional");
    let catalogue = catalogue.item(CODE, "name", "unconditional");
    let folder = catalogue.file(CODE, "stops.csv", "name\n汽车站\n".as_bytes()).folder();
    site.test_portal.import(folder).await;
    site
}

/// A token of the officer of an agency.
pub(crate) async fn token(
    site: &TestSite,
    name: &str,
    organization: &str,
    scope: TokenScope,
) -> String {
    let portal = site.test_portal.portal();
    let command = Caller::command();
    let staff = NewStaff {
        login: name.parse().unwrap(),
        kind: AccountKind::Person,
        name: None,
        email: None,
        password: "correct horse battery".to_owned(),
        contract: None,
        roles: vec![RoleGrant {
            role: Role::Officer,
            organization: Some(organization.parse().unwrap()),
            region: None,
        }],
    };
    portal.add_account(&command, staff, Lang::En).await.unwrap();
    let login = name.parse().unwrap();
    portal.make_token_for(&command, &login, ("night", scope, 1), Lang::En).await.unwrap()
}

async fn publish(site: &TestSite, token: Option<&str>, file: &[u8]) -> Answer {
    publish_done(site, token, ("clean", file)).await
}

async fn publish_done(site: &TestSite, token: Option<&str>, (done, file): (&str, &[u8])) -> Answer {
    let mut body = Vec::new();
    for (name, value) in [("note", "十一月"), ("processing", done)] {
        let part =
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    body.extend_from_slice(
        b"--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"stops.csv\"\r\n\r\n",
    );
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(format!("/api/v1/datasets/{CODE}/versions"))
        .header("host", "127.0.0.1:3000")
        .header("content-type", "multipart/form-data; boundary=b");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    site.send(request.body(Body::from(body)).unwrap()).await
}

// Proves PUB-14 at the door: a version is public with one request, however large its file; the bytes are
// those that were sent.
#[tokio::test]
async fn a_version_is_published_with_one_request() {
    let site = site().await;
    let token = token(&site, "officer", "YX-T", TokenScope::Publish).await;
    // Larger than what a request may have elsewhere.
    let file: String = "name\n".to_owned() + &"火车站在城市的北边\n".repeat(150_000);
    assert!(file.len() > 4 << 20);
    let answer = publish(&site, Some(&token), file.as_bytes()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.json()["version"], 2);
    // What was sent is looked through before it leaves, as every file is.
    site.test_portal.portal().take_in_files(|_| ()).await.unwrap();
    site.test_portal.portal().catch_up(|_| ()).await.unwrap();
    let entry = site.get(&format!("/api/v1/datasets/{CODE}")).await.json();
    assert_eq!((&entry["version"], &entry["versions"][0]["note"]), (&2.into(), &"十一月".into()));
    let id = &entry["resources"][0]["id"];
    assert_eq!(entry["resources"][0]["size_bytes"], file.len());
    let original = site.get(&format!("/api/v1/datasets/{CODE}/resources/{id}/original")).await;
    assert_eq!((original.status.as_u16(), original.bytes), (200, file.into_bytes()));
}

// Proves SEC-05: without a token, with one of another agency, and with one that only reads, nothing changes.
#[tokio::test]
async fn nobody_else_publishes_a_version() {
    let site = site().await;
    let stranger = token(&site, "stranger", "YX-U", TokenScope::Publish).await;
    let reader = token(&site, "reader", "YX-T", TokenScope::Read).await;
    for (token, status) in
        [(None, 401), (Some("kst_x"), 401), (Some(&*stranger), 403), (Some(&*reader), 403)]
    {
        let answer = publish(&site, token, b"name\nx\n").await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    // Nor does a cookie: the API has none.
    let answer = site
        .ask(
            Method::POST,
            &format!("/api/v1/datasets/{CODE}/versions"),
            &[("cookie", "kaishu=x")],
            "",
        )
        .await;
    assert_eq!(answer.status, 401);
    let entry = site.get(&format!("/api/v1/datasets/{CODE}")).await.json();
    assert_eq!(entry["version"], 1);
    let table = publish(&site, None, &[]).await.json();
    assert_eq!(table["remedy"]["link"], "/login");
}

// Part of PUB-02: what was done to new data is said each time, and nothing is said by `none`; it stays on record.
#[tokio::test]
async fn what_was_done_to_new_data_is_always_said() {
    let site = site().await;
    let token = token(&site, "officer", "YX-T", TokenScope::Publish).await;
    let file = "name\n火车站\n".as_bytes();
    for silent in ["", "none,clean"] {
        let answer = publish_done(&site, Some(&token), (silent, file)).await;
        answer.assert_problem_of(400, "processing");
    }
    let answer = publish_done(&site, Some(&token), ("none", file)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let portal = site.test_portal.portal();
    let done = portal.processing(&CODE.parse().unwrap(), Lang::Zh).await.unwrap();
    assert_eq!(done[0].text, "未作处理");
}
