//! Nobody reaches farther by program than the table of permissions: every operation of the API that writes with every
//! role, held for the place that a thing belongs to and for another one, and with every scope of a token (SEC-05).

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::Request;
use kaishu_domain::permission::{Action, Subject, role_for};
use kaishu_portal::accounts::{Caller, NewStaff};
use kaishu_portal::webhooks::WebhookForm;
use kaishu_testkit::people::{LANG, answers, at_browser};
use kaishu_types::account::{AccountKind, Role, RoleGrant, TokenScope};
use kaishu_types::draft::DraftDocument;
use serde_json::{Value, json};

use crate::browser::PASSWORD;
use crate::overreach::{self, placed};
use crate::overreach_automation::{sent_to_parts, sent_to_records};
use crate::overreach_own;
use crate::support::{Answer, TestSite};

const OPEN: &str = "YX-T-0001";
pub(crate) const CONDITIONAL: &str = "YX-T-0003";

/// What a request carries.
pub(crate) enum Carried {
    Nothing,
    Json(Value),
    /// A form with a file in it.
    File,
    /// Records, one a line.
    Lines(&'static str),
    /// A part of an upload.
    Part,
    /// The head of an upload to a draft.
    Upload(i64),
}

/// A request that changes something: which operation it is, where it goes, what it carries, and what somebody must be
/// allowed to do to what belongs to YX-T in YX; nothing where it is somebody else's own, whose login is given.
pub(crate) struct Sent {
    pub(crate) operation: &'static str,
    pub(crate) path: String,
    pub(crate) carried: Carried,
    pub(crate) action: Option<Action>,
    pub(crate) owner: &'static str,
}

impl Sent {
    /// Whether roles allow it with what belongs to YX-T in YX; whoever applies has what they begin. A class is disputed
    /// by those of another organization, too.
    pub(crate) fn is_allowed(&self, roles: &[RoleGrant]) -> bool {
        let about = Subject {
            is_own: self.action == Some(Action::ApplyForData),
            organization: Some("YX-T".parse().unwrap()),
            regions: vec!["YX".parse().unwrap()],
            party: (self.operation == "open_dispute").then(|| "YX-U".parse().unwrap()),
            ..Subject::default()
        };
        self.action.is_some_and(|action| role_for(roles, action, &about).is_some())
    }
}

/// Everything that is written to, an upload that somebody of YX-T has begun, and an application.
pub(crate) struct Things {
    others: overreach::Things,
    upload: String,
    application: i64,
    webhook: i64,
}

pub(crate) async fn site() -> (TestSite, Things) {
    let (site, others) = overreach::site().await;
    let token = token_of(&site, "officer", TokenScope::Publish).await;
    let begun =
        send(&site, &token, ("post", "/api/v1/uploads"), &Carried::Upload(others.draft)).await;
    assert_eq!(begun.status, 201, "{}", begun.text());
    let upload = begun.header("location").to_owned();
    let (_, own) = overreach_own::somebody(&site).await;
    let application = own.application;
    let portal = site.test_portal.portal();
    let officer = at_browser(portal, Role::Officer, ("hooks", "YX-T")).await;
    let form = WebhookForm {
        url: "https://example.cn/kaishu".to_owned(),
        events: vec!["grant".to_owned()],
        organization: "YX-T".to_owned(),
    };
    let (webhook, _) = portal.register_webhook(&officer, &form, LANG).await.unwrap();
    (site, Things { others, upload, application, webhook })
}

pub(crate) async fn token_of(site: &TestSite, login: &str, scope: TokenScope) -> String {
    let (portal, login) = (site.test_portal.portal(), login.parse().unwrap());
    portal.make_token_for(&Caller::command(), &login, ("t", scope, 1), LANG).await.unwrap()
}

pub(crate) async fn add(site: &TestSite, login: &str, held: RoleGrant) {
    let staff = NewStaff {
        login: login.parse().unwrap(),
        kind: AccountKind::Person,
        name: None,
        email: None,
        password: PASSWORD.to_owned(),
        contract: None,
        roles: vec![held],
    };
    let portal = site.test_portal.portal();
    portal.add_account(&Caller::command(), staff, LANG).await.unwrap();
}

pub(crate) fn sent(things: &Things) -> Vec<Sent> {
    let overreach::Things { draft, review, change } = &things.others;
    let of = |rest: &str| format!("/api/v1/datasets/{OPEN}/{rest}");
    let case = |id: &i64| format!("/api/v1/cases/{id}/acts");
    let written = |rest: &str| format!("/api/v1/drafts/{draft}{rest}");
    let entry = |operation, path, carried, action| Sent {
        operation,
        path,
        carried,
        action: Some(action),
        owner: "",
    };
    let whose =
        |owner, operation, path, carried| Sent { operation, path, carried, action: None, owner };
    let own = |operation, path, carried| whose("officer", operation, path, carried);
    let applied = |operation, rest: &str, carried| {
        let path = format!("/api/v1/applications/{}{rest}", things.application);
        whose("applies", operation, path, carried)
    };
    let json = |value: Value| Carried::Json(value);
    let act = |event: &str, version: u32| {
        json(json!({ "event": event, "version": version, "reason": "理由", "answers": answers() }))
    };
    let life = |event: &str| json(json!({ "event": event, "version": 0, "reason": "理由" }));
    let noted = json!({ "kind": "law_changed", "happened_on": "2026-11-20", "evidence": "依据" });
    let source = json!({
        "revision": 4, "title": "站点", "url": "https://jt.example.cn/stops.csv", "format": "csv", "reason": "实时",
    });
    let document = DraftDocument::new("YX-T", "YX", "站点");
    let whole = json!({ "revision": 4, "document": document });
    let edit = Action::EditDatasets;
    let begun = json(json!({ "dataset": CONDITIONAL }));
    let asked = json(json!({ "key": ["name"], "tuples": [["a"]] }));
    let submitted = json(json!({ "event": "submit", "version": 1 }));
    let hook = |rest: &str| format!("/api/v1/webhooks/{}{rest}", things.webhook);
    let hooked = json(json!({
        "url": "https://example.cn/other", "events": ["grant.*"], "organization": "YX-T",
    }));
    let written_again = json(json!({ "revision": 1, "document": {} }));
    let mut all = vec![
        entry(
            "attach_to_step",
            format!("/api/v1/cases/{review}/attachments"),
            Carried::File,
            Action::ReviewForProvider,
        ),
        entry("act_on_case", case(review), act("pass", 2), Action::ReviewForProvider),
        entry("act_on_case", case(review), act("return", 2), Action::ReviewForProvider),
        entry("act_on_case", case(review), act("recall", 2), Action::SubmitDatasets),
        entry("act_on_case", case(draft), act("submit", 1), Action::SubmitDatasets),
        entry("act_on_case", case(change), act("dismiss", 1), Action::PublishDatasets),
        entry("note_change", of("change-events"), json(noted), Action::NoteChanges),
        entry("compare_with_source", of("comparisons"), json(json!({ "rows": 1 })), edit),
        entry(
            "change_records",
            of("resources/1/records"),
            Carried::Lines("{\"name\":\"a\"}\n"),
            edit,
        ),
        entry("begin_revision", of("revisions"), Carried::Nothing, edit),
        entry("act_on_dataset", of("standing"), life("suspend"), Action::SuspendDatasets),
        entry("act_on_dataset", of("standing"), life("withdraw"), Action::WithdrawDatasets),
        entry(
            "offer_transfer",
            of("transfers"),
            json(json!({ "to": "YX-U", "reason": "划转" })),
            Action::TransferDatasets,
        ),
        entry("publish_version", of("versions"), Carried::File, edit),
        entry(
            "begin_draft",
            "/api/v1/drafts".to_owned(),
            json(json!({ "organization": "YX-T", "title": "新的目录" })),
            edit,
        ),
        entry("save_draft", written(""), json(whole.clone()), edit),
        entry("add_draft_file", written("/files"), Carried::File, edit),
        entry("add_draft_source", written("/sources"), json(source), edit),
        entry("submit_draft", written("/submit"), Carried::Nothing, edit),
        entry("begin_upload", "/api/v1/uploads".to_owned(), Carried::Upload(*draft), edit),
        own("send_part", things.upload.clone(), Carried::Part),
        own("finish_upload", format!("{}/finish", things.upload), json(json!({}))),
        own("give_up_upload", things.upload.clone(), Carried::Nothing),
        entry("begin_application", "/api/v1/applications".to_owned(), begun, Action::ApplyForData),
        applied("save_application", "", written_again),
        applied("act_on_application", "/acts", submitted),
        own("verify", of("resources/1/verify"), asked),
        entry("register_webhook", "/api/v1/webhooks".to_owned(), hooked, Action::FollowUse),
        entry("enable_webhook", hook("/enable"), Carried::Nothing, Action::FollowUse),
        entry("end_webhook", hook(""), Carried::Nothing, Action::FollowUse),
    ];
    all.extend(sent_to_parts(*draft, &whole));
    all.extend(sent_to_records());
    all
}

pub(crate) async fn send(
    site: &TestSite,
    token: &str,
    (method, path): (&str, &str),
    carried: &Carried,
) -> Answer {
    let request = Request::builder()
        .method(method.to_ascii_uppercase().as_str())
        .uri(path)
        .header("host", "127.0.0.1:3000")
        .header("authorization", format!("Bearer {token}"))
        .header("tus-resumable", "1.0.0");
    let (request, body) = match carried {
        Carried::Nothing => (request, String::new()),
        Carried::Json(value) => {
            (request.header("content-type", "application/json"), value.to_string())
        }
        Carried::File => {
            let body = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"stops.csv\"\r\n\r\nname\n火车站\n\r\n--x--\r\n";
            (request.header("content-type", "multipart/form-data; boundary=x"), body.to_owned())
        }
        Carried::Lines(lines) => {
            (request.header("content-type", "application/x-ndjson"), (*lines).to_owned())
        }
        Carried::Part => {
            let request = request.header("content-type", "application/offset+octet-stream");
            (request.header("upload-offset", "0"), "name".to_owned())
        }
        Carried::Upload(draft) => {
            let (name, draft) = (BASE64.encode("站点.csv"), BASE64.encode(draft.to_string()));
            let metadata = format!("filename {name},draft {draft}");
            let request = request.header("upload-length", "4").header("upload-metadata", metadata);
            (request, String::new())
        }
    };
    site.send(request.body(Body::from(body)).unwrap()).await
}

/// The operations that write, as the description of the API has them: their methods and the scopes that are good for
/// each.
pub(crate) fn described() -> BTreeMap<String, (String, Vec<TokenScope>)> {
    let document = serde_json::to_value(kaishu_server::api::document()).unwrap();
    let mut found = BTreeMap::new();
    for operations in document["paths"].as_object().unwrap().values() {
        for (method, operation) in operations.as_object().unwrap() {
            if !["post", "put", "patch", "delete"].contains(&method.as_str()) {
                continue;
            }
            let named = operation["security"].as_array().unwrap().iter();
            let scopes = named.flat_map(|it| it["token"].as_array().unwrap().clone());
            let scopes = scopes.map(|it| it.as_str().unwrap().parse().unwrap()).collect();
            let id = operation["operationId"].as_str().unwrap().to_owned();
            found.insert(id, (method.clone(), scopes));
        }
    }
    found
}

/// A program that writes says so to the description of the API, and is driven below.
#[tokio::test]
async fn every_operation_that_writes_is_driven() {
    let (_site, things) = site().await;
    let driven: BTreeSet<String> =
        sent(&things).into_iter().map(|it| it.operation.to_owned()).collect();
    let described: BTreeSet<String> = described().into_keys().collect();
    assert_eq!(described, driven, "name it in `sent`");
}

// Proves SEC-05 for programs: every operation that writes, with every role, held for the place of a thing and for
// another, and with every scope: what the table or the scope does not allow is refused as forbidden or as not there,
// changes nothing and leaves nothing in the log.
#[tokio::test]
async fn no_token_reaches_farther_than_the_table_and_its_scope() {
    let (site, things) = site().await;
    let portal = site.test_portal.portal();
    let described = described();
    let before = portal.verify_log().await.unwrap().n_entries;
    let version = portal.dataset(&OPEN.parse().unwrap()).await.unwrap().version;
    let mut n_refused = 0;
    for (n, role) in Role::ALL.iter().enumerate() {
        for (place, held) in placed(*role) {
            let login = format!("t{n}-{place}");
            let roles = [held.clone()];
            add(&site, &login, held).await;
            // Keys are made of grants, by whoever holds them: `keys` sends with those.
            for scope in TokenScope::ALL.iter().filter(|scope| **scope != TokenScope::Key) {
                let token = token_of(&site, &login, *scope).await;
                let kept = portal.verify_log().await.unwrap().n_entries;
                for it in sent(&things) {
                    let (method, scopes) = &described[it.operation];
                    let may = it.is_allowed(&roles);
                    if may && scopes.contains(scope) {
                        continue;
                    }
                    let answer = send(&site, &token, (method, &it.path), &it.carried).await;
                    let status = answer.status.as_u16();
                    let what = format!("{role} ({place}, {scope}): {method} {}", it.path);
                    assert!([403, 404].contains(&status), "{what} {status} {}", answer.text());
                    n_refused += 1;
                }
                let after = portal.verify_log().await.unwrap().n_entries;
                assert_eq!(after, kept, "{role} ({place}, {scope}) left something in the log");
            }
        }
    }
    assert!(n_refused > 1_000, "{n_refused} were refused");
    assert!(portal.verify_log().await.unwrap().n_entries > before);
    assert_eq!(portal.dataset(&OPEN.parse().unwrap()).await.unwrap().version, version);
}

/// The same requests are let in for who may send them, so that a refusal is no accident of the request.
#[tokio::test]
async fn the_operations_are_open_to_who_may_use_them() {
    let (site, things) = site().await;
    let described = described();
    for (n, it) in sent(&things).into_iter().enumerate() {
        let (method, scopes) = &described[it.operation];
        let able = Role::ALL.iter().flat_map(|role| placed(*role)).find(|(place, held)| {
            let may = it.is_allowed(std::slice::from_ref(held));
            *place == "own" && held.role != Role::CountyAuthority && may
        });
        let login = match able {
            Some((_, held)) => {
                let login = format!("w{n}");
                add(&site, &login, held).await;
                login
            }
            // What is somebody's own.
            None => it.owner.to_owned(),
        };
        let mut statuses = Vec::new();
        for scope in scopes {
            let token = token_of(&site, &login, *scope).await;
            let answer = send(&site, &token, (method, &it.path), &it.carried).await;
            statuses.push(answer.status.as_u16());
        }
        // An operation that takes two scopes takes one of them for each act. Records need an entry that changes by
        // records, sources hosts that are set up, verifying a grant, copies somebody who saved before, and a dispute is
        // not on one's own entry: `recording`, `in_place`, `verification`, `automating` and `automating_data` send these.
        let is_let_in = statuses.iter().any(|status| ![401, 403, 404].contains(status));
        let elsewhere =
            ["change_records", "add_draft_source", "restore_draft_copy", "open_dispute", "verify"];
        let is_elsewhere = elsewhere.contains(&it.operation);
        assert!(is_let_in || is_elsewhere, "{} {}: {statuses:?}", it.operation, it.path);
    }
}

/// Without a token nothing is written, and nothing of what writes is told.
#[tokio::test]
async fn nobody_writes_without_a_token() {
    let (site, things) = site().await;
    let portal = site.test_portal.portal();
    let before = portal.verify_log().await.unwrap().n_entries;
    let described = described();
    for it in sent(&things) {
        let method = &described[it.operation].0;
        let answer = send(&site, "kst_nothing", (method, &it.path), &it.carried).await;
        assert_eq!(answer.status, 401, "{method} {}", it.path);
    }
    assert_eq!(portal.verify_log().await.unwrap().n_entries, before);
}
