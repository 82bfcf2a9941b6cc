//! Entries written by a program, from their beginning to the review.

use axum::body::Body;
use http::{Method, Request};
use kaishu_portal::accounts::{Caller, NewStaff};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, account};
use kaishu_types::account::{AccountKind, Role, RoleGrant, TokenScope};
use serde_json::{Value, json};

use crate::support::{Answer, TestSite};

pub(crate) async fn site() -> TestSite {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default().dataset("YX-T-0001", "旧数据", "unconditional");
    let other =
        catalogue.dataset("YX-U-0001", "别的", "unconditional").under("open-licence", "YX-U");
    site.test_portal.import(other.folder()).await;
    for (name, role) in [("head", Role::Head), ("officer", Role::Officer), ("other", Role::Officer)]
    {
        let organization = if name == "other" { "YX-U" } else { "YX-T" };
        let held =
            RoleGrant { role, organization: Some(organization.parse().unwrap()), region: None };
        let staff = NewStaff {
            login: name.parse().unwrap(),
            kind: AccountKind::Person,
            name: None,
            email: None,
            password: "correct horse battery".to_owned(),
            contract: None,
            roles: vec![held],
        };
        let portal = site.test_portal.portal();
        portal.add_account(&Caller::command(), staff, LANG).await.unwrap();
    }
    site
}

pub(crate) async fn token(site: &TestSite, name: &str, scope: TokenScope) -> String {
    let portal = site.test_portal.portal();
    let login = name.parse().unwrap();
    portal.make_token_for(&Caller::command(), &login, ("t", scope, 1), LANG).await.unwrap()
}

pub(crate) async fn ask(
    site: &TestSite,
    token: &str,
    method: Method,
    path: &str,
    body: &Value,
) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    site.ask(method, &format!("/api/v1/drafts{path}"), &headers, &body).await
}

async fn upload(site: &TestSite, token: &str, id: i64, text: &str) -> Answer {
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"stops.csv\"\r\n\r\n{text}\r\n--x--\r\n"
    );
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/api/v1/drafts/{id}/files"))
        .header("host", "127.0.0.1:3000")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "multipart/form-data; boundary=x");
    site.send(request.body(Body::from(body)).unwrap()).await
}

/// A department's program writes an entry, learns what is missing, and hands it to its review.
#[tokio::test]
async fn a_program_takes_an_entry_to_its_review() {
    let site = site().await;
    let officer = token(&site, "officer", TokenScope::Publish).await;
    let begun = json!({ "organization": "YX-T", "title": "公交站点" });
    let answer = ask(&site, &officer, Method::POST, "", &begun).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let id = answer.json()["id"].as_i64().unwrap();
    assert_eq!(answer.header("location"), format!("/api/v1/drafts/{id}"));
    assert_eq!(answer.header("cache-control"), "no-store");
    let path = format!("/{id}");

    let missing = answer.json()["missing"].as_array().unwrap().clone();
    assert!(
        missing.iter().any(|it| it["article"].as_str().unwrap().contains("阿坝州")),
        "{missing:?}"
    );
    let early = ask(&site, &officer, Method::POST, &format!("{path}/submit"), &Value::Null).await;
    assert_eq!(early.status, 400);
    assert_eq!(early.json()["fields"].as_array().unwrap().len(), missing.len());

    let added = upload(&site, &officer, id, "name,n\n汽车站,007\n").await;
    assert_eq!(added.status, 200, "{}", added.text());
    let mut draft = added.json();
    assert_eq!(draft["document"]["items"].as_array().unwrap().len(), 2);
    let key = draft["document"]["resources"][0]["blob_key"].clone();

    // Everything but the bytes is the program's to say.
    let revision = draft["revision"].clone();
    let document = &mut draft["document"];
    document["fields"]["summary"] = "全市公交站点".into();
    document["fields"]["theme"] = "transport".into();
    document["fields"]["licence"] = "open-licence".into();
    document["fields"]["security_level"] = 1.into();
    document["fields"]["open"]["class"] = "unconditional".into();
    document["fields"]["share"]["class"] = "unconditional".into();
    document["fields"]["share"]["modes"] = json!(["file"]);
    for field in [
        "classification",
        "source",
        "source_system",
        "mgmt_responsibility",
        "collector",
        "certifier",
        "usage_requirements",
    ] {
        document["fields"][field] = "填写".into();
    }
    document["fields"]["data_form"] = json!(["table"]);
    document["fields"]["provenance"] = json!({ "acquisition": "produced" });
    document["chosen"] =
        json!(["open_class", "share_class", "update_frequency", "security_level", "kind"]);
    document["resources"] = json!([]);
    // PUB-02: of each file that is new it is said what was done to the data before.
    let silent = json!({ "revision": revision, "document": document });
    let answer = ask(&site, &officer, Method::PUT, &path, &silent).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let (missing, revision) = (answer.json()["missing"].clone(), answer.json()["revision"].clone());
    assert_eq!(missing.as_array().unwrap().len(), 1, "{missing}");
    assert_eq!(missing[0]["field"], "processing");
    assert!(missing[0]["message"].as_str().unwrap().contains("stops.csv"), "{missing}");
    document["processing"] = json!(["none"]);
    let saved = json!({ "revision": revision, "document": document });
    let answer = ask(&site, &officer, Method::PUT, &path, &saved).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["missing"], json!([]), "{}", answer.text());
    assert_eq!(answer.json()["document"]["resources"][0]["blob_key"], key, "files stay");
    let late = ask(&site, &officer, Method::PUT, &path, &saved).await;
    assert_eq!(late.status, 409);

    let submitted =
        ask(&site, &officer, Method::POST, &format!("{path}/submit"), &Value::Null).await;
    assert_eq!(submitted.status, 200, "{}", submitted.text());
    assert_eq!(submitted.json()["state"], "in_review");
    assert_eq!(site.test_portal.portal().verify_log().await.unwrap().faults, []);
}

/// Who may not is told nothing of a draft: other agencies, tokens of a smaller scope, nobody at all.
#[tokio::test]
async fn a_draft_is_closed_to_others() {
    let site = site().await;
    let officer = token(&site, "officer", TokenScope::Publish).await;
    let begun = json!({ "organization": "YX-T", "title": "公交站点" });
    let answer = ask(&site, &officer, Method::POST, "", &begun).await;
    let id = answer.json()["id"].as_i64().unwrap();
    let path = format!("/{id}");
    let saved = json!({ "revision": 1, "document": answer.json()["document"] });

    let other = token(&site, "other", TokenScope::Publish).await;
    assert_eq!(ask(&site, &other, Method::GET, &path, &Value::Null).await.status, 404);
    assert_eq!(ask(&site, &other, Method::PUT, &path, &saved).await.status, 404);
    assert_eq!(upload(&site, &other, id, "a\n1\n").await.status, 404);
    assert_eq!(ask(&site, &other, Method::POST, "", &begun).await.status, 403);
    let reader = token(&site, "head", TokenScope::Read).await;
    assert_eq!(ask(&site, &reader, Method::GET, &path, &Value::Null).await.status, 200);
    assert_eq!(ask(&site, &reader, Method::PUT, &path, &saved).await.status, 403);
    for (method, path) in [(Method::GET, path.as_str()), (Method::POST, "")] {
        let answer = ask(&site, "no-token", method, path, &begun).await;
        assert_eq!(answer.status, 401, "{path}");
    }
    for bad in [json!({}), json!({ "organization": "YX-T" }), json!([1])] {
        assert_eq!(ask(&site, &officer, Method::POST, "", &bad).await.status, 400);
    }
    assert_eq!(ask(&site, &officer, Method::GET, "/abc", &Value::Null).await.status, 404);
    let unchanged = ask(&site, &officer, Method::GET, &path, &Value::Null).await;
    assert_eq!(unchanged.json()["revision"], 1);
}

/// The operations of the description that ask for a token, with the scope they name.
fn needing() -> Vec<(String, String, Vec<String>)> {
    let document = serde_json::to_value(kaishu_server::api::document()).unwrap();
    let scheme = &document["components"]["securitySchemes"]["token"];
    assert_eq!((&scheme["type"], &scheme["scheme"]), (&"http".into(), &"bearer".into()));
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let Some(ways) = operation["security"].as_array() else { continue };
            if ways.iter().any(|way| way == &json!({})) {
                continue;
            }
            // Any of the ways will do; each names one scope.
            let scope = |way: &Value| {
                assert_eq!(way["token"].as_array().unwrap().len(), 1, "{path}");
                way["token"][0].as_str().unwrap().to_owned()
            };
            found.push((method.to_uppercase(), path.clone(), ways.iter().map(scope).collect()));
        }
    }
    found
}

/// What the description says of tokens is so: without one, and with one of a smaller scope, nothing is done; and
/// every operation that refuses a visitor says so.
#[tokio::test]
async fn each_operation_takes_the_token_that_it_names() {
    let site = site().await;
    account(site.test_portal.portal(), Role::Authority, ("authority", "YX")).await;
    account(site.test_portal.portal(), Role::DataUser, ("applies", "")).await;
    let mut tokens = Vec::new();
    for scope in [TokenScope::Read, TokenScope::Publish, TokenScope::Decide] {
        for name in ["officer", "head", "authority"] {
            tokens.push((scope, token(&site, name, scope).await));
        }
    }
    tokens.push((TokenScope::Apply, token(&site, "applies", TokenScope::Apply).await));
    let begun = json!({ "organization": "YX-T", "title": "公交站点" });
    let answer = ask(&site, &tokens[3].1, Method::POST, "", &begun).await;
    let id = answer.json()["id"].to_string();
    let send = async |token: Option<&str>, method: &str, path: &str| {
        let path = [
            ("{id}", id.as_str()),
            ("{code}", "YX-T-0001"),
            ("{file}", "export.csv"),
            ("{name}", "theme"),
            ("{regulation}", "aba"),
            ("{place}", "0"),
            ("{link}", "1"),
            ("{revision}", "1"),
            ("{number}", "1"),
        ]
        .into_iter()
        .fold(path.to_owned(), |path, (name, value)| path.replace(name, value));
        let is_upload = path.ends_with("/files") || path.ends_with("/versions");
        let (kind, body) = if is_upload {
            let part = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\na\n1\n\r\n--x--\r\n";
            ("multipart/form-data; boundary=x", part.to_owned())
        } else {
            ("application/json", begun.to_string())
        };
        let bearer = token.map(|token| format!("Bearer {token}"));
        let mut headers = vec![("content-type", kind), ("tus-resumable", "1.0.0")];
        headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        site.ask(method, &path, &headers, &body).await.status.as_u16()
    };
    let needing = needing();
    assert_eq!(needing.len(), 87);
    for (method, path, scopes) in &needing {
        let scopes: Vec<TokenScope> = scopes.iter().map(|it| it.parse().unwrap()).collect();
        assert_eq!(send(None, method, path).await, 401, "{method} {path}");
        // Whoever may write may read.
        let is_enough = |scope| scopes.contains(scope) || scopes.contains(&TokenScope::Read);
        let (enough, less): (Vec<_>, Vec<_>) = tokens.iter().partition(|it| is_enough(&it.0));
        for (scope, token) in less {
            let answer = send(Some(token), method, path).await;
            assert!((400..500).contains(&answer), "{method} {path} by {scope}: {answer}");
        }
        let mut answers = Vec::new();
        for (_, token) in enough {
            answers.push(send(Some(token), method, path).await);
        }
        assert!(!answers.contains(&401), "{method} {path}: {answers:?}");
        assert!(answers.iter().any(|it| *it != 403), "{method} {path}: {answers:?}");
    }
    let other = token(&site, "other", TokenScope::Publish).await;
    let begun = ask(&site, &other, Method::POST, "", &begun).await;
    assert_eq!(begun.status, 403, "no farther than its owner");
    let document = serde_json::to_value(kaishu_server::api::document()).unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys().map(|it| it.to_uppercase()) {
            let is_named = needing.iter().any(|it| (&it.0, &it.1) == (&method, path));
            if !is_named {
                assert_ne!(send(None, &method, path).await, 401, "{method} {path} names no token");
            }
        }
    }
}
