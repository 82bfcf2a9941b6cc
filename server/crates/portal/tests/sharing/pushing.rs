//! Shared data that is sent in a cycle to the agency that it is shared with.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use kaishu_portal::Portal;
use kaishu_portal::webhooks::WebhookSettings;
use kaishu_testkit::people::LANG;
use kaishu_testkit::{Setup, TestPortal, now};
use kaishu_types::ErrorCode;
use kaishu_types::access::DeliveryMode;
use kaishu_types::sharing::{PushAsk, PushCycle, ShareDocument};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::{Everybody, act, catalogue, code, decide, event, everybody, whole};

const TABLE: &str = "name,kind,number,secret\n甲,一,007,x\n乙,二,008,y\n";

/// A program of the agency on this machine: what it was sent, and what it answers.
struct Receiver {
    url: String,
    heard: Arc<Mutex<Vec<Call>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
    task: JoinHandle<()>,
}

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

    fn lines(&self) -> Vec<&str> {
        self.body.lines().collect()
    }
}

impl Receiver {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/share", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(Mutex::new(VecDeque::new()));
        let (calls, says) = (Arc::clone(&heard), Arc::clone(&answers));
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(call) = read(&mut stream).await else { continue };
                calls.lock().unwrap().push(call);
                let status = says.lock().unwrap().pop_front().unwrap_or("204 No Content");
                let answer =
                    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { url, heard, answers, task }
    }

    fn heard(&self) -> Vec<Call> {
        self.heard.lock().unwrap().clone()
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

async fn site() -> TestPortal {
    let setup = Setup { policy: "aba", with_demo: false };
    let site = TestPortal::open_with(setup, |settings| settings.webhooks = in_house()).await;
    site.import(catalogue(TABLE).folder()).await;
    site
}

/// Sends what is due some time after the portal was opened; returns how many tables were taken.
async fn push_after(site: &TestPortal, time: TimeDelta) -> usize {
    let later = site.open_later(now() + time, |settings| settings.webhooks = in_house()).await;
    Box::pin(later.push_shares()).await.unwrap()
}

fn pushed(url: &str, cycle: PushCycle) -> ShareDocument {
    let push = Some(PushAsk { cycle, url: url.to_owned() });
    ShareDocument { mode: Some(DeliveryMode::Api), push, ..whole() }
}

async fn granted(portal: &Portal, people: &Everybody, document: &ShareDocument) -> i64 {
    let case = portal.request_share(&people.asks, &code(), document, LANG).await.unwrap();
    decide(portal, people, case).await;
    case
}

/// What a receiver computes to tell whether a call is from the portal.
fn signature(secret: &str, call: &Call) -> String {
    let mut key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    key.resize(64, 0);
    let pad = |with: u8| -> Vec<u8> { key.iter().map(|byte| byte ^ with).collect() };
    let (id, timestamp) = (call.header("webhook-id"), call.header("webhook-timestamp"));
    let inner = Sha256::new()
        .chain_update(pad(0x36))
        .chain_update(format!("{id}.{timestamp}.{}", call.body))
        .finalize();
    let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
    format!("v1,{}", STANDARD.encode(outer))
}

// Proves SHR-23: what a grant opens, and nothing else, is sent in its cycle to the address that the request names, signed;
// each delivery has a receipt and is listed to both sides. Before the grant and while it is suspended nothing is sent.
#[tokio::test]
async fn granted_data_is_sent_in_its_cycle_while_the_grant_is_in_force() {
    let site = site().await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let receiver = Receiver::open().await;
    let weekly = pushed(&receiver.url, PushCycle::Weekly);
    let case = portal.request_share(&people.asks, &code(), &weekly, LANG).await.unwrap();
    assert_eq!(push_after(&site, TimeDelta::zero()).await, 0, "nothing is granted yet");
    decide(portal, &people, case).await;
    assert_eq!(push_after(&site, TimeDelta::zero()).await, 1);
    assert_eq!(push_after(&site, TimeDelta::days(6)).await, 0, "one turn a week");

    let corrected = "name,kind,number,secret\n甲,一,007,x\n乙,二,009,y\n";
    site.import(catalogue(corrected).folder()).await;
    assert_eq!(push_after(&site, TimeDelta::days(7)).await, 1);
    let heard = receiver.heard();
    assert_eq!(heard[0].lines(), ["kind,number", "一,007", "二,008"]);
    assert_eq!(heard[1].lines(), ["kind,number", "一,007", "二,009"]);
    let versions: Vec<_> = heard.iter().map(|call| call.header("kaishu-version")).collect();
    assert_eq!(versions, ["1", "2"]);
    assert_ne!(heard[0].header("webhook-id"), heard[1].header("webhook-id"));

    let asking = portal.share_request(&people.asks, case, LANG).await.unwrap();
    let theirs = portal.share_request(&people.reviewer, case, LANG).await.unwrap();
    let (told, shown) = (asking.push.unwrap(), theirs.push.unwrap());
    let secret = told.secret.unwrap();
    assert_eq!(shown.secret, None, "the provider signs nothing");
    assert_eq!(told.sent, shown.sent);
    for (sent, call) in told.sent.iter().rev().zip(&heard) {
        assert_eq!(call.header("webhook-signature"), signature(&secret, call));
        let hash = kaishu_store::blobs::hex(&Sha256::digest(call.body.as_bytes()));
        assert_eq!((sent.sha256.as_str(), call.header("kaishu-sha256")), (&*hash, &*hash));
        assert_eq!(sent.receipt, call.header("kaishu-receipt"));
        assert_eq!((sent.status, sent.delivered_at.is_some()), (Some(204), true));
        assert!(theirs.uses.iter().any(|used| used.receipt.to_string() == sent.receipt));
    }
    assert_eq!(told.sent.len(), 2);

    act(portal, &people.head, case, event("suspend")).await.unwrap();
    assert_eq!(push_after(&site, TimeDelta::days(14)).await, 0, "not while it is suspended");
    act(portal, &people.head, case, event("restore")).await.unwrap();
    assert_eq!(push_after(&site, TimeDelta::days(14)).await, 1);
    let over = "2027-07-01T04:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap() - now();
    assert_eq!(push_after(&site, over).await, 0, "not after its last day");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of SHR-23: an address is refused as one of a webhook is; what fails is tried again, longer and longer, as the same
// message, and is shown; then both sides are told, and the next turn is sent.
#[tokio::test]
async fn what_cannot_be_sent_is_tried_again_and_told_to_both_sides() {
    let site = site().await;
    let portal = site.portal();
    let people = everybody(portal).await;
    for url in ["http://10.0.0.1/", "https://169.254.169.254/", "http://example.cn/", ""] {
        let inner = pushed(url, PushCycle::Daily);
        let refused = portal.request_share(&people.asks, &code(), &inner, LANG).await;
        assert_eq!(refused.err().map(|it| it.code()), Some(ErrorCode::InvalidInput), "{url}");
    }
    let receiver = Receiver::open().await;
    receiver.answers.lock().unwrap().extend(["500 Internal Server Error"; 8]);
    let case = granted(portal, &people, &pushed(&receiver.url, PushCycle::Daily)).await;
    let mut at = TimeDelta::zero();
    assert_eq!(push_after(&site, at).await, 0);
    assert_eq!(push_after(&site, at).await, 0, "not before its pause is over");
    assert_eq!(receiver.heard().len(), 1);
    for pause in [10, 60, 300, 1_800, 7_200, 18_000, 36_000] {
        for caller in [&people.asks, &people.reviewer] {
            let told = portal.inbox(caller, None, LANG).await.unwrap().notices;
            assert!(!told.iter().any(|it| it.text.contains("推送失败")), "too early: {pause}");
        }
        at += TimeDelta::seconds(pause);
        assert_eq!(push_after(&site, at).await, 0);
    }
    let heard = receiver.heard();
    assert_eq!(heard.len(), 8);
    let first = heard[0].header("webhook-id");
    assert!(heard.iter().all(|call| call.header("webhook-id") == first));
    for caller in [&people.asks, &people.reviewer] {
        let told = portal.inbox(caller, None, LANG).await.unwrap().notices;
        let told = told.iter().find(|it| it.text.contains("推送失败")).unwrap();
        assert_eq!(told.link.as_deref(), Some(&*format!("/share/requests/{case}")));
        let found = portal.share_request(caller, case, LANG).await.unwrap();
        let sent = found.push.unwrap().sent;
        assert_eq!((sent.len(), sent[0].n_attempts, sent[0].status), (1, 8, Some(500)));
        assert_eq!(sent[0].delivered_at, None);
    }
    assert_eq!(push_after(&site, TimeDelta::days(1)).await, 1, "the next turn");
}

// Part of SHR-23: on change, a version is sent once, and one in which only hidden columns changed is not sent.
#[tokio::test]
async fn what_changes_is_sent_once_and_hidden_changes_are_not() {
    let site = site().await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let receiver = Receiver::open().await;
    granted(portal, &people, &pushed(&receiver.url, PushCycle::OnChange)).await;
    assert_eq!(push_after(&site, TimeDelta::zero()).await, 1);
    assert_eq!(push_after(&site, TimeDelta::hours(1)).await, 0, "nothing changed");
    for (hours, table, n) in [
        (2, "name,kind,number,secret\n甲,一,007,z\n乙,二,008,z\n", 0),
        (3, "name,kind,number,secret\n甲,一,007,z\n乙,二,009,z\n", 1),
    ] {
        site.import(catalogue(table).folder()).await;
        assert_eq!(push_after(&site, TimeDelta::hours(hours)).await, n, "{table}");
    }
    assert_eq!(receiver.heard().len(), 2);
}
