//! What a department does with drafts in the workbench, done by its program; and that nobody else's program does it.

use axum::body::Body;
use http::{Method, Request};
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::AuditFilter;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, ORGANIZATION, People, people, whole_draft};
use kaishu_types::account::TokenScope;
use serde_json::{Value, json};

use crate::support::{Answer, TestSite};

/// The tokens of programs: two that write and decide for the agency, one that only reads, and one of another agency.
pub(crate) struct Tokens {
    pub(crate) officer: String,
    pub(crate) head: String,
    pub(crate) authority: String,
    pub(crate) reader: String,
    pub(crate) stranger: String,
}

pub(crate) async fn tokens(portal: &Portal) -> Tokens {
    let token = async |login: &str, scope| {
        let login = login.parse().unwrap();
        portal.make_token_for(&Caller::command(), &login, ("api", scope, 1), LANG).await.unwrap()
    };
    Tokens {
        officer: token("officer", TokenScope::Publish).await,
        head: token("head", TokenScope::Decide).await,
        authority: token("authority", TokenScope::Decide).await,
        reader: token("officer", TokenScope::Read).await,
        stranger: token("stranger", TokenScope::Publish).await,
    }
}

pub(crate) async fn ask(
    site: &TestSite,
    token: &str,
    (method, path): (Method, &str),
    body: &Value,
) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    site.ask(method, &format!("/api/v1{path}"), &headers, &body).await
}

pub(crate) async fn get(site: &TestSite, token: &str, path: &str) -> Answer {
    ask(site, token, (Method::GET, path), &Value::Null).await
}

pub(crate) async fn post(site: &TestSite, token: &str, path: &str, body: &Value) -> Answer {
    ask(site, token, (Method::POST, path), body).await
}

/// Whoever only reads is refused by the scope, another agency by what it may know of, nobody by the login; nothing of
/// it comes into the log.
pub(crate) async fn refuses(
    site: &TestSite,
    tokens: &Tokens,
    request: (Method, &str),
    (body, of_others): (&Value, u16),
) {
    let portal = site.test_portal.portal();
    let before = portal.verify_log().await.unwrap().n_entries;
    let nobody = String::from("kst_nothing");
    for (token, status) in [(&tokens.reader, 403), (&tokens.stranger, of_others), (&nobody, 401)] {
        let (method, path) = request.clone();
        let answer = ask(site, token, (method.clone(), path), body).await;
        assert_eq!(answer.status, status, "{method} {path} {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    assert_eq!(portal.verify_log().await.unwrap().n_entries, before);
}

async fn site() -> (TestSite, People, Tokens) {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let catalogue = Catalogue::default().dataset("YX-T-0001", "旧数据", "unconditional");
    let other = catalogue.dataset("YX-U-0001", "别的", "unconditional");
    site.test_portal.import(other.under("open-licence", "YX-U").folder()).await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let tokens = tokens(portal).await;
    (site, people, tokens)
}

async fn upload(site: &TestSite, token: &str, path: &str, (name, bytes): (&str, &str)) -> Answer {
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{bytes}\r\n--x--\r\n"
    );
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/api/v1{path}"))
        .header("host", "127.0.0.1:3000")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "multipart/form-data; boundary=x");
    site.send(request.body(Body::from(body)).unwrap()).await
}

/// A draft is shown to somebody without a login, as long as its link is good; the log knows of the link, not where it
/// leads.
#[tokio::test]
async fn a_draft_is_previewed_by_program() {
    let (site, people, tokens) = site().await;
    let portal = site.test_portal.portal();
    let draft = whole_draft(portal, &people.officer, ORGANIZATION).await;
    let path = format!("/drafts/{draft}/previews");
    let days = json!({ "days": 7 });
    refuses(&site, &tokens, (Method::POST, &path), (&days, 404)).await;
    for (token, status) in [(&tokens.reader, 404), (&tokens.stranger, 404), (&tokens.head, 404)] {
        assert_eq!(get(&site, token, &path).await.status, status);
    }
    for days in [0, 31] {
        let answer = post(&site, &tokens.officer, &path, &json!({ "days": days })).await;
        answer.assert_problem_of(400, "days");
    }
    let made = post(&site, &tokens.officer, &path, &days).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.header("cache-control"), "no-store");
    let url = made.json()["url"].as_str().unwrap().to_owned();
    let base = portal.site().base_url.clone();
    let address = url.strip_prefix(&base).unwrap().to_owned();
    assert_eq!(site.get(&address).await.status, 200);

    let listed = get(&site, &tokens.officer, &path).await;
    let link = &listed.json()["items"][0];
    assert_eq!((&link["is_good"], &link["revoked_at"]), (&json!(true), &Value::Null));
    assert!(link["last_opened_at"].is_string());
    let secret = address.rsplit('/').next().unwrap();
    assert!(!listed.text().contains(secret), "it is told once");
    let gone = format!("{path}/{}", link["id"]);
    refuses(&site, &tokens, (Method::DELETE, &gone), (&Value::Null, 404)).await;
    let taken = ask(&site, &tokens.officer, (Method::DELETE, &gone), &Value::Null).await;
    assert_eq!((taken.status.as_u16(), taken.bytes.len()), (204, 0));
    assert_eq!(site.get(&address).await.status, 404);
    let again = ask(&site, &tokens.officer, (Method::DELETE, &gone), &Value::Null).await;
    assert_eq!(again.status, 404);

    let code = portal.draft(&people.officer, draft, LANG).await.unwrap().code;
    let filter = AuditFilter { subject: Some(code.to_string()), ..AuditFilter::default() };
    let entries = portal.search_audit(&Caller::command(), &filter, 100, LANG).await.unwrap();
    let of_previews = entries.iter().filter(|it| it.event.code.starts_with("preview_")).count();
    assert_eq!(of_previews, 2);
    assert!(!format!("{entries:?}").contains(secret));
}

/// The schema of a draft is written by itself, masks and all, and columns come from its files.
#[tokio::test]
async fn the_items_of_a_draft_are_written_by_program() {
    let (site, people, tokens) = site().await;
    let portal = site.test_portal.portal();
    let draft = whole_draft(portal, &people.officer, ORGANIZATION).await;
    let path = format!("/drafts/{draft}");
    let read = get(&site, &tokens.officer, &path).await.json();
    let mut items = read["document"]["items"].clone();
    items[0]["mask"] = json!("partial:1:0");
    items[0]["sensitive"] = json!(true);
    items[1]["type"] = json!("text");
    items[1]["label"] = json!("编号");
    let saved = json!({ "revision": read["revision"], "items": items });
    let at_items = format!("{path}/items");
    refuses(&site, &tokens, (Method::PUT, &at_items), (&saved, 404)).await;
    let answer = ask(&site, &tokens.officer, (Method::PUT, &at_items), &saved).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let now = answer.json();
    assert_eq!(now["document"]["items"], items);
    assert_eq!(now["document"]["fields"], read["document"]["fields"]);
    let late = ask(&site, &tokens.officer, (Method::PUT, &at_items), &saved).await;
    assert_eq!(late.status, 409);
    let mut wrong = saved.clone();
    wrong["items"][0]["mask"] = json!("blur");
    let answer = ask(&site, &tokens.officer, (Method::PUT, &at_items), &wrong).await;
    answer.assert_problem(400, "partial:3:4");

    // Columns that went come back from the file; the mask of the other one stays.
    let one = json!({ "revision": now["revision"], "items": [items[0]] });
    let now = ask(&site, &tokens.officer, (Method::PUT, &at_items), &one).await.json();
    let from_files = format!("{at_items}/from-files");
    let revision = json!({ "revision": now["revision"] });
    refuses(&site, &tokens, (Method::POST, &from_files), (&revision, 404)).await;
    let now = post(&site, &tokens.officer, &from_files, &revision).await.json();
    let names = |draft: &Value| -> Vec<String> {
        let items = draft["document"]["items"].as_array().unwrap().iter();
        items.map(|it| it["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&now), ["name", "n"]);
    assert_eq!(now["document"]["items"][0]["mask"], "partial:1:0");
}

/// An interface is named in the place of a file, and a file goes.
#[tokio::test]
async fn interfaces_come_and_files_go_by_program() {
    let (site, people, tokens) = site().await;
    let portal = site.test_portal.portal();
    let draft = whole_draft(portal, &people.officer, ORGANIZATION).await;
    let path = format!("/drafts/{draft}");
    let now = get(&site, &tokens.officer, &path).await.json();
    let interface = |revision: &Value, url: &str| json!({ "revision": revision, "title": "到站接口", "url": url });
    let new = interface(&now["revision"], "https://jt.example.cn/api");
    let interfaces = format!("{path}/interfaces");
    refuses(&site, &tokens, (Method::POST, &interfaces), (&new, 404)).await;
    let bad = interface(&now["revision"], "file:///etc/passwd");
    post(&site, &tokens.officer, &interfaces, &bad).await.assert_problem_of(400, "url");
    let now = post(&site, &tokens.officer, &interfaces, &new).await.json();
    assert_eq!(now["document"]["resources"][1]["url"], "https://jt.example.cn/api");

    let second = format!("{path}/files/1?revision={}", now["revision"]);
    refuses(&site, &tokens, (Method::DELETE, &second), (&Value::Null, 404)).await;
    for (place, status) in [("1", 400), ("9?revision=1", 404), ("x?revision=1", 404)] {
        let wrong = format!("{path}/files/{place}");
        let answer = ask(&site, &tokens.officer, (Method::DELETE, &wrong), &Value::Null).await;
        assert_eq!(answer.status, status, "{place} {}", answer.text());
    }
    let now = ask(&site, &tokens.officer, (Method::DELETE, &second), &Value::Null).await.json();
    assert_eq!(now["document"]["resources"].as_array().unwrap().len(), 1);
}

/// Of two who write at once the second one is told what differs, and nothing that was there is lost.
#[tokio::test]
async fn two_programs_write_a_draft() {
    let (site, people, tokens) = site().await;
    let portal = site.test_portal.portal();
    let draft = whole_draft(portal, &people.officer, ORGANIZATION).await;
    let path = format!("/drafts/{draft}");
    let read = get(&site, &tokens.officer, &path).await.json();
    let written = |title: &str| {
        let mut document = read["document"].clone();
        document["fields"]["title"] = json!(title);
        json!({ "revision": read["revision"], "document": document })
    };
    // The head of the agency saves first.
    let login = "head".parse().unwrap();
    let head = ("api", TokenScope::Publish, 1);
    let head = portal.make_token_for(&Caller::command(), &login, head, LANG).await.unwrap();
    let first = ask(&site, &head, (Method::PUT, &path), &written("公交站点位置")).await;
    assert_eq!(first.status, 200, "{}", first.text());
    let mine = written("公交站点名称");
    assert_eq!(ask(&site, &tokens.officer, (Method::PUT, &path), &mine).await.status, 409);

    let conflicts = format!("{path}/conflicts");
    for (token, status) in [(&tokens.reader, 200), (&tokens.stranger, 404)] {
        assert_eq!(post(&site, token, &conflicts, &mine).await.status, status);
    }
    let told = post(&site, &tokens.officer, &conflicts, &mine).await.json();
    assert_eq!(told["revision"], first.json()["revision"]);
    assert_eq!(told["saved_by"], "head 的名字");
    let changes = told["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{told}");
    let both = (&changes[0]["part"], &changes[0]["before"], &changes[0]["after"]);
    assert_eq!(both, (&json!("title"), &json!("公交站点位置"), &json!("公交站点名称")));

    let mut chosen = mine.clone();
    chosen["revision"] = told["revision"].clone();
    chosen["keeps_copy"] = json!(true);
    let saved = ask(&site, &tokens.officer, (Method::PUT, &path), &chosen).await;
    assert_eq!(saved.status, 200, "{}", saved.text());
    let copies = format!("{path}/copies");
    assert_eq!(get(&site, &tokens.stranger, &copies).await.status, 404);
    // Who reviews sees what was submitted, and nothing that was not.
    assert_eq!(get(&site, &tokens.reader, &copies).await.json()["items"], json!([]));
    let listed = get(&site, &tokens.officer, &copies).await.json();
    let mut kept = listed["items"].as_array().unwrap().iter();
    let theirs = kept.find(|it| it["revision"] == told["revision"]).unwrap();
    assert_eq!(
        (&theirs["saved_by"], &theirs["is_submitted"]),
        (&json!("head 的名字"), &json!(false))
    );

    let copy = format!("{copies}/{}", told["revision"]);
    assert_eq!(get(&site, &tokens.reader, &copy).await.status, 404);
    let shown = get(&site, &tokens.officer, &copy).await.json();
    assert_eq!(shown["document"]["fields"]["title"], "公交站点位置");
    assert_eq!(shown["changes"][0]["after"], "公交站点名称");
    let restore = format!("{copy}/restore");
    let revision = json!({ "revision": saved.json()["revision"] });
    refuses(&site, &tokens, (Method::POST, &restore), (&revision, 404)).await;
    let back = post(&site, &tokens.officer, &restore, &revision).await.json();
    assert_eq!(back["document"]["fields"]["title"], "公交站点位置");
    assert_eq!(post(&site, &tokens.officer, &restore, &revision).await.status, 409);
    let unknown = format!("{copies}/999/restore");
    assert_eq!(post(&site, &tokens.officer, &unknown, &revision).await.status, 404);
}

/// A program asks what a revision changes, and which entries of others are like it, before it submits.
#[tokio::test]
async fn the_context_of_a_draft_is_read_by_program() {
    let (site, people, tokens) = site().await;
    let portal = site.test_portal.portal();
    let draft = whole_draft(portal, &people.officer, ORGANIZATION).await;
    let changes = format!("/drafts/{draft}/changes");
    let new = get(&site, &tokens.reader, &changes).await.json();
    assert_eq!(new, json!({ "published": null, "submitted": null }));
    let begun = post(&site, &tokens.officer, "/datasets/YX-T-0001/revisions", &Value::Null).await;
    assert_eq!(begun.status, 201, "{}", begun.text());
    let revision = begun.json();
    let mut document = revision["document"].clone();
    document["fields"]["title"] = json!("别的数据");
    let saved = json!({ "revision": revision["revision"], "document": document });
    let path = format!("/drafts/{}", revision["id"]);
    let saved = ask(&site, &tokens.officer, (Method::PUT, &path), &saved).await;
    assert_eq!(saved.status, 200, "{}", saved.text());
    let told = get(&site, &tokens.reader, &format!("{path}/changes")).await.json();
    assert_eq!(told["published"], json!(["title"]));
    let alike = get(&site, &tokens.reader, &format!("{path}/alike")).await;
    assert_eq!(alike.status, 200, "{}", alike.text());
    let entries = alike.json()["items"].clone();
    let of_own = |it: &Value| it["code"].as_str().unwrap().starts_with("YX-T");
    assert!(!entries.as_array().unwrap().iter().any(of_own), "only those of others: {entries}");
    for rest in ["changes", "alike"] {
        let path = format!("{path}/{rest}");
        assert_eq!(get(&site, &tokens.stranger, &path).await.status, 404);
        assert_eq!(get(&site, "kst_nothing", &path).await.status, 401);
    }
}

/// The report on the files of a draft says what blocks it, and repeats no telephone number.
#[tokio::test]
async fn the_quality_of_a_draft_is_read_by_program() {
    let (site, people, tokens) = site().await;
    let portal = site.test_portal.portal();
    let draft = whole_draft(portal, &people.officer, ORGANIZATION).await;
    let file = ("offices.csv", "district,phone\n甲,13812345678\n乙,13912345678\n");
    let added = upload(&site, &tokens.officer, &format!("/drafts/{draft}/files"), file).await;
    assert_eq!(added.status, 200, "{}", added.text());
    let path = format!("/drafts/{draft}/quality");
    assert_eq!(get(&site, &tokens.stranger, &path).await.status, 404);
    assert_eq!(get(&site, "kst_nothing", &path).await.status, 401);
    let answer = get(&site, &tokens.reader, &path).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(!answer.text().contains("13812345678"));
    let report = answer.json();
    assert!(report["rule"]["key"] == "quality.dims", "{report}");
    let tables = report["tables"].as_array().unwrap();
    let offices = tables.iter().find(|it| it["name"] == "offices.csv").unwrap();
    assert_eq!(offices["n_rows"], 2);
    let phone = &offices["columns"][1];
    assert_eq!(
        (&phone["name"], &phone["findings"][0]["code"]),
        (&json!("phone"), &json!("mobile"))
    );
    assert_eq!((&phone["min"], &phone["n_distinct"]), (&Value::Null, &json!(2)));
    assert!(!offices["dimensions"].as_array().unwrap().is_empty());
}

/// The record by which a draft is opened further, and a file that comes with a step, are attached and taken by
/// program.
#[tokio::test]
async fn files_are_attached_by_program() {
    let (site, people, tokens) = site().await;
    let portal = site.test_portal.portal();
    let draft = whole_draft(portal, &people.officer, ORGANIZATION).await;
    let record = ("record.pdf", "%PDF-1.7 record");
    let path = format!("/drafts/{draft}/relaxation");
    for (token, status) in [(&tokens.reader, 403), (&tokens.stranger, 404)] {
        assert_eq!(upload(&site, token, &path, record).await.status, status);
    }
    let other = upload(&site, &tokens.officer, &path, ("record.exe", "MZ")).await;
    other.assert_problem_of(400, "file");
    let kept = upload(&site, &tokens.officer, &path, record).await;
    assert_eq!(kept.status, 204, "{}", kept.text());
    let shown = get(&site, &tokens.officer, &format!("/drafts/{draft}")).await.json();
    let attached = &shown["relaxations"][0];
    assert_eq!(attached["file_name"], "record.pdf");
    let taken = format!("/cases/{draft}/attachments/{}", attached["id"]);
    let file = get(&site, &tokens.reader, &taken).await;
    assert_eq!((file.status.as_u16(), file.text()), (200, "%PDF-1.7 record"));
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert_eq!(get(&site, &tokens.stranger, &taken).await.status, 404);
    // The rules of this portal ask for no authorisation.
    let authorisation = format!("/drafts/{draft}/authorisation");
    assert_eq!(upload(&site, &tokens.officer, &authorisation, record).await.status, 409);
    assert_eq!(get(&site, &tokens.officer, &authorisation).await.status, 404);
    assert_eq!(upload(&site, &tokens.reader, &authorisation, record).await.status, 403);
    assert_eq!(upload(&site, &tokens.stranger, &authorisation, record).await.status, 404);

    let submitted = format!("/drafts/{draft}/submit");
    let answer = post(&site, &tokens.officer, &submitted, &Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let step = format!("/cases/{draft}/attachments");
    let memo = ("memo.pdf", "%PDF-1.7 memo");
    for (token, status) in
        [(&tokens.officer, 403), (&tokens.stranger, 404), (&tokens.authority, 403)]
    {
        assert_eq!(upload(&site, token, &step, memo).await.status, status);
    }
    let waiting = upload(&site, &tokens.head, &step, memo).await;
    assert_eq!(waiting.status, 201, "{}", waiting.text());
    let file = waiting.json()["items"][0]["id"].clone();
    let taken = format!("{step}/{file}");
    assert_eq!(get(&site, &tokens.officer, &taken).await.status, 404, "it waits for the step");
    let mut answers = json!(kaishu_testkit::people::answers());
    answers["attach"] = json!(file.to_string());
    let pass = json!({ "event": "pass", "version": 2, "reason": "同意", "answers": answers });
    let passed = post(&site, &tokens.head, &format!("/cases/{draft}/acts"), &pass).await;
    assert_eq!(passed.status, 200, "{}", passed.text());
    assert_eq!(get(&site, &tokens.officer, &taken).await.status, 200);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}
