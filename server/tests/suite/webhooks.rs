//! Webhooks: what happens to applications is told in its order, signed, once, and by no way into the house.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use http::Method;
use kaishu_portal::Portal;
use kaishu_portal::access::ApplicationAct;
use kaishu_portal::webhooks::{WebhookForm, WebhookSettings, WebhookState};
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::granted::{CODE, Everybody, everybody, granted};
use kaishu_testkit::people::LANG;
use kaishu_testkit::{Setup, TestPortal, now};
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::TokenScope;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::browser::Browser;
use crate::support::TestSite;

const PATH: &str = "/me/webhooks";

/// A receiver on this machine: what it was called with, and what it answers.
struct Receiver {
    url: String,
    heard: Arc<Mutex<Vec<Call>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
    task: JoinHandle<()>,
}

/// A call as it came.
#[derive(Debug, Clone)]
struct Call {
    head: String,
    body: String,
}

impl Call {
    fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_default()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn event(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }
}

impl Receiver {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/kaishu", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(Mutex::new(VecDeque::new()));
        let (calls, says) = (Arc::clone(&heard), Arc::clone(&answers));
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(call) = read(&mut stream).await else { continue };
                calls.lock().unwrap().push(call);
                let status = says.lock().unwrap().pop_front().unwrap_or("204 No Content");
                let answer = format!(
                    "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\nlocation: http://127.0.0.1:1/\r\n\r\n"
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { url, heard, answers, task }
    }

    fn answers(&self, statuses: &[&'static str]) {
        self.answers.lock().unwrap().extend(statuses.iter().copied());
    }

    fn heard(&self) -> Vec<Call> {
        self.heard.lock().unwrap().clone()
    }

    fn events(&self) -> Vec<String> {
        self.heard().iter().map(Call::event).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read(stream: &mut TcpStream) -> Option<Call> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.unwrap_or("0").parse().unwrap()];
    stream.read_exact(&mut body).await.ok()?;
    Some(Call { head, body: String::from_utf8(body).unwrap() })
}

/// The networks of this machine may be called, as only an operator can say.
fn in_house() -> WebhookSettings {
    let networks = vec![(IpAddr::from([127, 0, 0, 0]), 8)];
    WebhookSettings { networks, seconds: 5, ..WebhookSettings::default() }
}

/// A site with a table to apply for, and everybody whom a grant concerns.
async fn site() -> (TestSite, Everybody) {
    let setup = Setup { policy: "aba", with_demo: false };
    let portal = TestPortal::open_with(setup, |settings| settings.webhooks = in_house()).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "用电", "conditional")
        .on_conditions("有安全保障能力", "download;api")
        .item(CODE, "name", "unconditional")
        .item(CODE, "power", "conditional")
        .file(CODE, "power.csv", "name,power\n一厂,10\n".as_bytes());
    portal.import(catalogue.folder()).await;
    let people = everybody(portal.portal()).await;
    (TestSite::of(portal, Assets::none(), Limits::default()), people)
}

fn form(url: &str, events: &[&str], organization: &str) -> WebhookForm {
    WebhookForm {
        url: url.to_owned(),
        events: events.iter().map(|it| (*it).to_owned()).collect(),
        organization: organization.to_owned(),
    }
}

/// What a receiver computes to tell whether a call is from the portal.
fn signature(secret: &str, id: &str, timestamp: &str, body: &str) -> String {
    let mut key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    key.resize(64, 0);
    let pad = |with: u8| -> Vec<u8> { key.iter().map(|byte| byte ^ with).collect() };
    let inner = Sha256::new()
        .chain_update(pad(0x36))
        .chain_update(format!("{id}.{timestamp}.{body}"))
        .finalize();
    let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
    format!("v1,{}", STANDARD.encode(outer))
}

async fn give_back(portal: &Portal, people: &Everybody, case: i64) {
    let holder = &people.holder.0;
    let version = portal.application(holder, case, LANG).await.unwrap().case.version;
    let done =
        ApplicationAct { event: "give_back".to_owned(), version, ..ApplicationAct::default() };
    portal.act_on_application(holder, case, done, LANG).await.unwrap();
}

/// The events of an application that is granted, in their order.
const GRANTED: [&str; 5] = [
    "application.submitted",
    "decision.approved",
    "application.signed",
    "application.countersigned",
    "grant.activated",
];

// Applicant and agency are called with what happens to their applications, in its order and once each; every call is
// signed over number, time and body, and says nothing of what was written. Nobody is called for the cases of others.
#[tokio::test]
async fn what_happens_is_told_in_order_signed_and_once() {
    let (site, people) = site().await;
    let portal = site.test_portal.portal();
    let (own, theirs, others) =
        (Receiver::open().await, Receiver::open().await, Receiver::open().await);
    let all = ["application.*", "decision", "grant.*", "usage_report.*"];
    let (holder, officer) = (&people.holder.0, &people.officer);
    let (_, secret) =
        portal.register_webhook(holder, &form(&own.url, &all, ""), LANG).await.unwrap();
    let agency = form(&theirs.url, &["grant", "decision"], "YX-T");
    portal.register_webhook(officer, &agency, LANG).await.unwrap();
    let elsewhere = form(&others.url, &all, "YX-U");
    portal.register_webhook(&people.stranger, &elsewhere, LANG).await.unwrap();

    let case = Box::pin(granted(portal, &people, DeliveryMode::Download)).await;
    assert!(portal.deliver_webhooks().await.unwrap() >= 7);
    assert_eq!(portal.deliver_webhooks().await.unwrap(), 0);
    assert_eq!(own.events(), GRANTED);
    assert_eq!(theirs.events(), ["decision.approved", "grant.activated"]);
    assert_eq!(others.events(), Vec::<String>::new());

    let mut ids = Vec::new();
    for call in own.heard() {
        let (id, timestamp) = (call.header("webhook-id"), call.header("webhook-timestamp"));
        assert_eq!(timestamp, now().timestamp().to_string());
        let expected = signature(&secret, id, timestamp, &call.body);
        assert_eq!(call.header("webhook-signature"), expected);
        assert_eq!(call.header("content-type"), "application/json");
        let data = &call.json()["data"];
        assert_eq!(
            (&data["case"], &data["dataset"], &data["provider"]),
            (&json!(case), &json!(CODE), &json!("YX-T"))
        );
        for written in ["研究用电", "王敏", "课题"] {
            assert!(!call.body.contains(written), "{}", call.body);
        }
        ids.push(id.to_owned());
    }
    ids.dedup();
    assert_eq!(ids.len(), GRANTED.len());
    let asked = ("用在哪里？", None);
    let question = portal.ask_about_use(officer, case, asked, LANG).await.unwrap();
    portal.deliver_webhooks().await.unwrap();
    let told = own.heard().last().unwrap().json();
    assert_eq!(told["type"], "usage_report.questioned");
    assert_eq!(
        (&told["data"]["case"], &told["data"]["application"]),
        (&json!(question), &json!(case))
    );
    assert_eq!(theirs.heard().len(), 2, "it did not ask for these");
    give_back(portal, &people, case).await;
    portal.deliver_webhooks().await.unwrap();
    assert_eq!(own.events().last().unwrap(), "grant.given_back");
    assert_eq!(theirs.events().last().unwrap(), "grant.given_back");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// What fails is tried again with the same number and body after a longer and longer pause, what comes later waits behind
// it, and a redirect is a failure; a webhook that fails too long is disabled with a notice, and goes on from where it was
// when it is enabled.
#[tokio::test]
async fn what_fails_is_tried_again_in_order_until_it_is_disabled() {
    let (site, people) = site().await;
    let receiver = Receiver::open().await;
    let holder = &people.holder.0;
    let portal = site.test_portal.portal();
    let wanted = form(&receiver.url, &["application", "decision", "grant"], "");
    let (id, _) = portal.register_webhook(holder, &wanted, LANG).await.unwrap();
    let case = Box::pin(granted(portal, &people, DeliveryMode::Download)).await;

    receiver.answers(&["500 Internal Server Error", "302 Found"]);
    let mut at = now();
    assert_eq!(portal.deliver_webhooks().await.unwrap(), 0);
    assert_eq!(portal.deliver_webhooks().await.unwrap(), 0, "not before its pause is over");
    assert_eq!(receiver.heard().len(), 1);
    at += TimeDelta::seconds(11);
    let later = |at| site.test_portal.open_later(at, |settings| settings.webhooks = in_house());
    assert_eq!(later(at).await.deliver_webhooks().await.unwrap(), 0);
    at += TimeDelta::seconds(61);
    assert_eq!(later(at).await.deliver_webhooks().await.unwrap(), GRANTED.len());
    let heard = receiver.heard();
    let [first, second, third] = [&heard[0], &heard[1], &heard[2]];
    for again in [second, third] {
        assert_eq!(
            (&again.body, again.header("webhook-id")),
            (&first.body, first.header("webhook-id"))
        );
    }
    assert_eq!(receiver.events()[2..], GRANTED);
    let view = portal.webhook(holder, id, LANG).await.unwrap();
    assert_eq!(view.webhook.n_failures, 0);
    assert!(view.told.iter().all(|told| told.delivered_at.is_some()));

    // It fails for a day.
    give_back(portal, &people, case).await;
    receiver.answers(&["503 Service Unavailable"; 8]);
    for _ in 0..8 {
        at += TimeDelta::hours(11);
        assert_eq!(later(at).await.deliver_webhooks().await.unwrap(), 0);
    }
    let view = portal.webhook(holder, id, LANG).await.unwrap();
    assert_eq!(view.webhook.state, WebhookState::Disabled);
    let n_heard = receiver.heard().len();
    at += TimeDelta::hours(11);
    assert_eq!(later(at).await.deliver_webhooks().await.unwrap(), 0);
    assert_eq!(receiver.heard().len(), n_heard, "it is called no more");
    let mut browser = Browser::with_session(&site, &people.holder_session);
    let inbox = browser.get("/me/inbox").await;
    assert!(inbox.text().contains("推送多次失败"));
    let path = format!("{PATH}/{id}");
    let page = browser.get(&path).await;
    page.assert_well_formed_page(&path);
    assert!(page.text().contains("多次失败，已停用") && page.text().contains("503"));
    assert_eq!(browser.post(&path, &[("act", "enable")]).await.status, 303);
    assert_eq!(later(at).await.deliver_webhooks().await.unwrap(), 1);
    assert_eq!(receiver.events().last().unwrap(), "grant.given_back");
}

// No address of the house is called, whatever a form or a name says: not when it is registered, and not when it was
// registered before the operator took its network back.
#[tokio::test]
async fn nothing_of_the_house_is_called() {
    let (site, people) = site().await;
    let receiver = Receiver::open().await;
    let (portal, holder) = (site.test_portal.portal(), &people.holder.0);
    for url in [
        "http://10.0.0.1/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "http://example.cn/",
        "https://a:b@example.cn/",
    ] {
        let refused = portal.register_webhook(holder, &form(url, &["grant"], ""), LANG).await;
        assert_eq!(refused.unwrap_err().code(), kaishu_types::ErrorCode::InvalidInput, "{url}");
    }
    let wanted = form(&receiver.url, &["application"], "");
    let (id, _) = portal.register_webhook(holder, &wanted, LANG).await.unwrap();
    Box::pin(granted(portal, &people, DeliveryMode::Download)).await;
    let closed = site.test_portal.open_again().await;
    assert_eq!(closed.deliver_webhooks().await.unwrap(), 0);
    assert_eq!(receiver.heard().len(), 0);
    let view = portal.webhook(holder, id, LANG).await.unwrap();
    assert_eq!((view.webhook.n_failures, view.told.last().unwrap().n_attempts), (1, 1));
}

// By form and by program: the secret is shown once and kept encrypted; another one takes its place at once; nobody sees
// or changes what is somebody else's.
#[tokio::test]
async fn webhooks_are_kept_by_form_and_by_program() {
    let (site, people) = site().await;
    let portal = site.test_portal.portal();
    let receiver = Receiver::open().await;
    let mut browser = Browser::with_session(&site, &people.holder_session);
    browser.get(PATH).await.assert_well_formed_page(PATH);
    let wrong = browser.post(PATH, &[("url", "https://10.0.0.1/")]).await;
    assert_eq!(wrong.status, 400);
    assert_eq!(wrong.attributes("main input[name=url]", "value"), ["https://10.0.0.1/"]);
    let fields = [("url", receiver.url.as_str()), ("events", "grant"), ("events", "decision")];
    let made = browser.post(PATH, &fields).await;
    assert_eq!(made.status, 303);
    let path = made.header("location").to_owned();
    let secret = browser.get(&path).await.texts("#secret").concat();
    assert!(secret.starts_with("whsec_"), "{secret}");
    assert_eq!(browser.get(&path).await.texts("#secret"), Vec::<String>::new());
    assert_eq!(browser.post(&path, &[("act", "rotate")]).await.status, 303);
    let fresh = browser.get(&path).await.texts("#secret").concat();
    assert!(fresh.starts_with("whsec_") && fresh != secret);
    let id: i64 = path.rsplit('/').next().unwrap().parse().unwrap();
    let stored = kaishu_store::webhooks::find(site.test_portal.store(), id).await.unwrap().unwrap();
    assert!(!stored.secret.contains(fresh.trim_start_matches("whsec_")));
    assert_eq!(stored.events, ["decision", "grant"]);
    let mut officer = Browser::with_session(&site, &people.officer_session);
    assert_eq!(officer.get(&path).await.status, 404);
    assert!(officer.post(&path, &[("act", "end")]).await.status.is_client_error());
    // Nobody keeps the webhooks of an agency that they do not act for.
    let foreign = [("url", "https://example.cn/"), ("events", "grant"), ("organization", "YX-U")];
    assert_eq!(officer.post(PATH, &foreign).await.status, 403);

    let login = people.officer.login().unwrap().clone();
    let command = kaishu_portal::accounts::Caller::command();
    let mut tokens = Vec::new();
    for scope in [TokenScope::Decide, TokenScope::Read] {
        tokens.push(portal.make_token_for(&command, &login, ("t", scope, 1), LANG).await.unwrap());
    }
    let ask = async |token: &str, method: Method, path: &str, body: Value| {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        site.ask(method, path, &headers, &body).await
    };
    let api = "/api/v1/webhooks";
    let wanted = json!({ "url": "https://example.cn/kaishu", "events": ["grant.*"], "organization": "YX-T" });
    assert_eq!(ask(&tokens[1], Method::POST, api, wanted.clone()).await.status, 403);
    let made = ask(&tokens[0], Method::POST, api, wanted).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert!(made.json()["secret"].as_str().unwrap().starts_with("whsec_"));
    let place = made.header("location").to_owned();
    let listed = ask(&tokens[1], Method::GET, api, Value::Null).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["items"][0]["events"], json!(["grant.*"]));
    assert!(!listed.to_string().contains("whsec_"));
    let shown = ask(&tokens[1], Method::GET, &place, Value::Null).await.json();
    assert_eq!(shown["deliveries"], json!([]));
    let unknown = json!({ "url": "https://example.cn/", "events": ["everything"] });
    let refused = ask(&tokens[0], Method::POST, api, unknown).await;
    assert!([400, 403].contains(&refused.status.as_u16()), "{}", refused.status);
    assert_eq!(ask(&tokens[1], Method::DELETE, &place, Value::Null).await.status, 403);
    assert_eq!(
        ask(&tokens[0], Method::POST, &format!("{place}/enable"), Value::Null).await.status,
        204
    );
    assert_eq!(ask(&tokens[0], Method::DELETE, &place, Value::Null).await.status, 204);
    assert_eq!(ask(&tokens[0], Method::GET, &place, Value::Null).await.status, 404);
}
