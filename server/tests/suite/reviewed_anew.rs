//! What of a published entry is reviewed anew, and what is not, at the doors that publishers and reviewers use.

use axum::body::Body;
use http::{Method, Request};
use kaishu_portal::accounts::Caller;
use kaishu_store::cases::of_subject;
use kaishu_testkit::Setup;
use kaishu_testkit::agreements::publish_defaults;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{
    LANG, ORGANIZATION, People, act, people, review, whole_draft, with_session,
};
use kaishu_types::DatasetCode;
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::case::CaseKind;
use kaishu_types::draft::{ChangeBasis, DraftDocument};
use kaishu_types::vocabulary::OpenClass;
use serde_json::{Value, json};

use crate::automating::{Tokens, ask, get, post, tokens};
use crate::browser::Browser;
use crate::support::{Answer, TestSite};

/// A change of a published entry.
struct Change {
    what: &'static str,
    write: fn(&mut DraftDocument),
    /// The part that its review names, and its word.
    part: (&'static str, &'static str),
}

/// Everything that is reviewed anew. The class comes before the conditions: they change where there are some.
const CHANGES: [Change; 4] = [
    Change {
        what: "level",
        write: |document| document.fields.security_level = 2,
        part: ("security_level", "安全级别"),
    },
    Change { what: "class", write: on_conditions, part: ("open", "开放属性") },
    Change {
        what: "conditions",
        write: |document| document.fields.open.conditions.push("按季报告用途".to_owned()),
        part: ("open", "开放属性"),
    },
    Change {
        what: "items",
        write: |document| document.items[0].label = "站名".to_owned(),
        part: ("items", "数据项"),
    },
];

fn on_conditions(document: &mut DraftDocument) {
    let open = &mut document.fields.open;
    open.class = OpenClass::Conditional;
    open.grounds = vec!["high_demands".to_owned()];
    open.reason = Some("对安全保障能力有要求".to_owned());
    open.modes = vec!["download".to_owned()];
    open.conditions = vec!["说明用途".to_owned()];
    open.security_measures = Some("登记领取".to_owned());
    open.agreement = Some("standard".to_owned());
}

/// A portal with an entry that passed its review and is public.
async fn published() -> (TestSite, People, Tokens, DatasetCode) {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let catalogue = Catalogue::default().dataset("YX-T-0001", "旧数据", "unconditional");
    let other = catalogue.dataset("YX-U-0001", "别的", "unconditional");
    site.test_portal.import(other.under("open-licence", "YX-U").folder()).await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    publish_defaults(portal).await;
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    let code = portal.draft(&people.officer, case, LANG).await.unwrap().code;
    act(portal, &people.officer, case, "submit").await.unwrap();
    review(portal, &people, case).await;
    act(portal, &people.authority, case, "publish").await.unwrap();
    let tokens = tokens(portal).await;
    (site, people, tokens, code)
}

/// Begins a revision, changes something in it, and submits it. Returns its case.
async fn submitted(site: &TestSite, token: &str, code: &DatasetCode, change: &Change) -> i64 {
    let what = change.what;
    let begun = post(site, token, &format!("/datasets/{code}/revisions"), &Value::Null).await;
    assert_eq!(begun.status, 201, "{what}: {}", begun.text());
    let draft = begun.json();
    let mut document: DraftDocument = serde_json::from_value(draft["document"].clone()).unwrap();
    document.change_basis = Some(ChangeBasis::Corrected);
    document.change_reference = "更正通知第一号".to_owned();
    document.version_note = "变更".to_owned();
    (change.write)(&mut document);
    let path = format!("/drafts/{}", draft["id"]);
    let body = json!({ "revision": draft["revision"], "document": document });
    let saved = ask(site, token, (Method::PUT, &path), &body).await;
    assert_eq!(saved.status, 200, "{what}: {}", saved.text());
    assert_eq!(saved.json()["missing"], json!([]), "{what}");
    let done = post(site, token, &format!("{path}/submit"), &Value::Null).await;
    assert_eq!(done.status, 200, "{what}: {}", done.text());
    assert_eq!(done.json()["state"], "in_review", "{what}");
    draft["id"].as_i64().unwrap()
}

// Proves REV-11 (derived from yulin 32, anshan 12¶3) at the doors: a change of the level, of the class, of the
// conditions or of the items of a published entry is a case in review again, with every step ahead of it; program and
// page name the part that changed and no other; nobody publishes it before, and the old entry serves until then.
#[tokio::test]
async fn each_change_of_a_published_entry_is_a_review_of_what_changed() {
    let (site, people, tokens, code) = published().await;
    let portal = site.test_portal.portal();
    let session = with_session(portal, Role::Reviewer, ("at.desk", ORGANIZATION)).await;
    let mut reviewer = Browser::with_session(&site, &session);
    for (change, version) in CHANGES.iter().zip(1..) {
        let (what, (part, word)) = (change.what, change.part);
        let case = submitted(&site, &tokens.officer, &code, change).await;
        let path = format!("/cases/{case}");
        let kept = get(&site, &tokens.reader, &path).await.json();
        assert_eq!(
            (&kept["kind"], &kept["state"]["code"]),
            (&json!("opening"), &json!("in_review"))
        );
        let steps = kept["steps"].as_array().unwrap();
        assert!(steps.len() >= 2, "{what}: {steps:?}");
        assert!(steps.iter().all(|step| step["verdict"].is_null()), "{what}: {steps:?}");
        let named = get(&site, &tokens.reader, &format!("{path}/review")).await.json();
        assert_eq!(named["published"], json!([part]), "{what}");
        let page = reviewer.get(&format!("/workbench{path}")).await;
        page.assert_well_formed_page(&path);
        assert_eq!(page.texts("section[aria-labelledby='h-changed'] p"), [word], "{what}");

        let early = json!({ "event": "publish", "version": kept["version"], "reason": "理由" });
        let early = post(&site, &tokens.authority, &format!("{path}/acts"), &early).await;
        assert!(early.status.is_client_error(), "{what}: {}", early.status);
        assert_eq!(portal.dataset(&code).await.unwrap().version, version, "{what}");
        assert_eq!(review(portal, &people, case).await, steps.len(), "{what}");
        act(portal, &people.authority, case, "publish").await.unwrap();
        assert_eq!(portal.dataset(&code).await.unwrap().version, version + 1, "{what}");
    }
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

/// Sends new data of the entry.
async fn send(site: &TestSite, token: &str, code: &DatasetCode, text: &str) -> Answer {
    let mut body = String::new();
    for (name, value) in [("note", "十一月"), ("processing", "clean")] {
        body.push_str(&format!(
            "--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str(&format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"stops.csv\"\r\n\r\n{text}\r\n--x--\r\n"
    ));
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/api/v1/datasets/{code}/versions"))
        .header("host", "127.0.0.1:3000")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "multipart/form-data; boundary=x");
    site.send(request.body(Body::from(body)).unwrap()).await
}

// Proves REV-11 for data: what has the columns of before is public at once, and no case of any kind is there after it
// that was not there before, on nobody's desk; another column is refused by this rule, and starts none by itself.
#[tokio::test]
async fn new_data_of_the_same_structure_starts_no_review() {
    let (site, people, tokens, code) = published().await;
    let portal = site.test_portal.portal();
    let cases = async || {
        let mut found = Vec::new();
        for kind in CaseKind::ALL {
            let of_kind = of_subject(site.test_portal.store(), code.as_str(), *kind).await.unwrap();
            found.extend(of_kind.into_iter().map(|case| (case.id, case.file.n_events)));
        }
        found
    };
    let before = cases().await;
    assert_eq!(before.len(), 1, "the review by which it was published: {before:?}");
    let sent = send(&site, &tokens.officer, &code, "name,n\n火车站,008\n").await;
    assert_eq!(sent.status, 201, "{}", sent.text());
    assert_eq!(sent.json()["version"], 2);
    assert_eq!(portal.dataset(&code).await.unwrap().version, 2);
    assert_eq!(cases().await, before);
    let login = "reviewer".parse().unwrap();
    let scope = ("api", TokenScope::Read, 1);
    let reviewer = portal.make_token_for(&Caller::command(), &login, scope, LANG).await.unwrap();
    for token in [&reviewer, &tokens.reader] {
        let desk = get(&site, token, "/cases?show=mine").await;
        assert_eq!(desk.json()["items"], json!([]), "{}", desk.text());
    }

    let other = send(&site, &tokens.officer, &code, "name,n,phone\n火车站,008,1\n").await;
    assert_eq!((other.status.as_u16(), &other.json()["rule"]["id"]), (400, &json!("REV-11")));
    assert_eq!(portal.dataset(&code).await.unwrap().version, 2);
    assert_eq!(cases().await, before);
    let own = portal.own_dataset(&people.officer, &code, LANG).await.unwrap();
    assert_eq!(own.revision, None);
}
