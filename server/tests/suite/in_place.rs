//! Data that stands at its provider and is served from there (PUB-11).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use http::Method;
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::AuditFilter;
use kaishu_portal::in_place::InPlaceSettings;
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_store::datasets;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::LANG;
use kaishu_testkit::{Setup, TestPortal, now};
use kaishu_types::account::TokenScope;
use kaishu_types::vocabulary::DatasetState;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::publishing::token;
use crate::recording::rewrite;
use crate::support::{Answer, TestSite};

const CODE: &str = "YX-T-0001";
const STOPS: &str = "code,name\n007,汽车站\n008,火车站\n";
const WHY: &str = "业务系统在专网内，不具备对接条件";

/// The system of a provider, on this machine.
struct Source {
    origin: String,
    says: Arc<Mutex<Says>>,
    task: JoinHandle<()>,
}

/// What it says next, and what it was asked.
#[derive(Default)]
struct Says {
    answer: Vec<u8>,
    etag: String,
    asked: Vec<String>,
    is_silent: bool,
}

impl Source {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let says = Arc::new(Mutex::new(Says::default()));
        let shared = Arc::clone(&says);
        let task = tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                match answer(&mut stream, &shared).await {
                    Some(bytes) => stream.write_all(&bytes).await.unwrap(),
                    // Whoever waits for a word goes on waiting.
                    None => held.push(stream),
                }
            }
        });
        let source = Self { origin, says, task };
        source.gives(STOPS, "v1");
        source
    }

    fn gives(&self, body: &str, etag: &str) {
        self.says.lock().unwrap().etag = format!("\"{etag}\"");
        // What it calls its bytes is not believed.
        self.answers(&format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\netag: \"{etag}\"\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ));
    }

    fn answers(&self, answer: &str) {
        self.says.lock().unwrap().answer = answer.as_bytes().to_vec();
    }

    fn n_asked(&self) -> usize {
        self.says.lock().unwrap().asked.len()
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(stream: &mut TcpStream, says: &Mutex<Says>) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let mut says = says.lock().unwrap();
    let is_same = !says.etag.is_empty() && head.contains(&format!("if-none-match: {}", says.etag));
    says.asked.push(head);
    match (says.is_silent, is_same) {
        (true, _) => None,
        (false, true) => Some(b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec()),
        (false, false) => Some(says.answer.clone()),
    }
}

fn settings(hosts: &[&str], fresh_for: TimeDelta) -> InPlaceSettings {
    InPlaceSettings {
        hosts: hosts.iter().map(|it| format!("YX-T {it}")).collect(),
        fresh_for,
        max_bytes: 4_096,
        seconds: 2,
        pause: Duration::ZERO,
        ..InPlaceSettings::default()
    }
}

fn catalogue() -> Catalogue {
    Catalogue::default()
        .dataset(CODE, "站点", "unconditional")
        .typed_item(CODE, "code", "code", "unconditional")
        .item(CODE, "name", "unconditional")
        .file(CODE, "stops.csv", STOPS.as_bytes())
}

/// A portal with an entry whose only file stands at a source.
async fn site(source: &Source, in_place: InPlaceSettings, catalogue: Catalogue) -> TestSite {
    let setup = Setup { policy: "jiamusi", with_demo: false };
    let portal = TestPortal::open_with(setup, |settings| settings.in_place = in_place).await;
    let site = TestSite::of(portal, Assets::none(), Limits::default());
    site.test_portal.import(catalogue.folder()).await;
    moved(&site, &format!("{}/stops.csv", source.origin)).await;
    site
}

/// Lets the file of the entry stand at an address.
async fn moved(site: &TestSite, url: &str) {
    rewrite(site, CODE, |entry| {
        let file = &mut entry.resources[0];
        file.url = Some(url.to_owned());
        file.in_place = Some(WHY.to_owned());
        file.blob_key = None;
        file.size_bytes = None;
        file.sha256 = None;
        file.sm3 = None;
        file.n_rows = None;
        file.n_columns = None;
    })
    .await;
}

/// Asks for a part of the file: `original`, `rows`, `export.csv`.
async fn ask(site: &TestSite, token: &str, part: &str) -> Answer {
    let code = CODE.parse().unwrap();
    let found = datasets::find(site.test_portal.store(), &code).await.unwrap().unwrap();
    let path = format!("/api/v1/datasets/{CODE}/resources/{}/{part}", found.resources[0].id);
    let bearer = format!("Bearer {token}");
    site.get_with(&path, &[("authorization", bearer.as_str())]).await
}

async fn reader(site: &TestSite) -> String {
    token(site, "reader", "YX-U", TokenScope::Read).await
}

/// How many tables are kept of the file.
async fn n_kept(site: &TestSite) -> usize {
    let code = CODE.parse().unwrap();
    site.test_portal.portal().fetched(&code).await.unwrap().len()
}

// Proves PUB-11: a file that stands at its provider is served by the portal with the checks, receipt and log of a
// stored one, through the same view; the provider is asked whether it changed, what is here goes by itself, and the
// entry says where the data stands.
#[tokio::test]
async fn data_is_served_from_its_provider_as_stored_data_is() {
    let source = Source::open().await;
    let site = site(&source, settings(&[&source.origin], TimeDelta::zero()), catalogue()).await;
    let token = reader(&site).await;
    assert_eq!(source.n_asked(), 0, "nobody asked for it yet");
    let page = site.get(&format!("/datasets/{CODE}")).await;
    let notes = page.texts("[data-in-place]").concat();
    assert!(notes.contains(WHY) && !page.text().contains(&source.origin), "{notes}");
    assert_eq!(source.n_asked(), 0, "a page of an entry asks for nothing");

    let taken = ask(&site, &token, "original").await;
    assert_eq!((taken.status.as_u16(), taken.text()), (200, STOPS));
    assert!(taken.header("content-type").starts_with("text/csv"));
    let receipt = site.get(&format!("/api/v1/receipts/{}", taken.header("x-receipt"))).await.json();
    assert_eq!(taken.header("etag"), format!("\"sha256-{}\"", receipt["sha256"].as_str().unwrap()));
    let rows = ask(&site, &token, "rows").await;
    assert_eq!(rows.status, 200, "{}", rows.text());
    assert!(rows.text().contains("火车站") && rows.text().contains("007"), "{}", rows.text());
    let asked = source.says.lock().unwrap().asked.clone();
    assert!(!asked[0].contains("if-none-match") && asked[1].contains("if-none-match: \"v1\""));

    // What changed is taken in, with a receipt of its own, and without a version.
    source.gives("code,name\n009,码头\n", "v2");
    let taken = ask(&site, &token, "original").await;
    assert_eq!(taken.text(), "code,name\n009,码头\n");
    let second = site.get(&format!("/api/v1/receipts/{}", taken.header("x-receipt"))).await.json();
    assert_ne!(second["sha256"], receipt["sha256"]);
    assert_eq!(second["version"], receipt["version"]);
    let rows = ask(&site, &token, "rows").await;
    assert!(rows.text().contains("码头") && !rows.text().contains("火车站"), "{}", rows.text());
    let notes = site.get(&format!("/datasets/{CODE}")).await.texts("[data-in-place]").concat();
    assert!(notes.contains("最近一次读取"), "{notes}");

    let portal = site.test_portal.portal();
    let event = Some("fetched_in_place".to_owned());
    let filter = AuditFilter { event, ..AuditFilter::default() };
    let log = portal.search_audit(&Caller::command(), &filter, 10, LANG).await.unwrap();
    assert_eq!(log.len(), 2, "{log:?}");

    // Nothing is kept of what nobody asks for.
    assert_eq!(n_kept(&site).await, 1);
    let later = site.test_portal.open_at(now() + TimeDelta::hours(2)).await;
    later.sweep_when_due("node").await.unwrap();
    assert_eq!(n_kept(&site).await, 0);

    // A suspension counts from the next request on.
    let code = CODE.parse().unwrap();
    let store = site.test_portal.store();
    datasets::set_state(store, &code, DatasetState::Suspended, Some("核查"), now()).await.unwrap();
    let n_asked = source.n_asked();
    for part in ["original", "rows", "export.csv"] {
        let refused = ask(&site, &token, part).await;
        assert_eq!(refused.status, 410, "{part}: {}", refused.text());
    }
    assert_eq!(source.n_asked(), n_asked, "nobody is asked for what is not served");
}

// Part of PUB-11: a closed item never leaves, a masked one leaves masked, what looks personal waits: as of stored data.
#[tokio::test]
async fn what_is_closed_masked_or_personal_does_not_leave() {
    let source = Source::open().await;
    source.gives("code,name,owner\n007,汽车站,李四\n", "v1");
    let closed = catalogue().item(CODE, "owner", "conditional");
    let site = site(&source, settings(&[&source.origin], TimeDelta::zero()), closed).await;
    let token = reader(&site).await;
    let original = ask(&site, &token, "original").await;
    assert!(!original.status.is_success(), "{}", original.text());
    for part in ["rows", "export.csv"] {
        let open = ask(&site, &token, part).await;
        assert_eq!(open.status, 200, "{part}: {}", open.text());
        assert!(open.text().contains("汽车站") && !open.text().contains("李四"), "{part}");
    }
    rewrite(&site, CODE, |entry| {
        entry.items[2].open_class = kaishu_types::vocabulary::OpenClass::Unconditional;
        entry.items[2].mask = Some("partial:1:0".parse().unwrap());
        entry.items[2].sensitive = true;
    })
    .await;
    assert_eq!(ask(&site, &token, "original").await.status, 403);
    let rows = ask(&site, &token, "rows").await;
    assert!(rows.text().contains("汽车站") && !rows.text().contains("李四"), "{}", rows.text());

    let source = Source::open().await;
    let site =
        self::site(&source, settings(&[&source.origin], TimeDelta::zero()), catalogue()).await;
    let token = reader(&site).await;
    assert_eq!(ask(&site, &token, "original").await.status, 200);
    source.gives("code,name\n007,13812345678\n008,13912345678\n", "v2");
    for part in ["original", "rows", "export.csv"] {
        let held = ask(&site, &token, part).await;
        assert!(!held.text().contains("13812345678"), "{part}: {}", held.text());
    }
}

// Part of PUB-11: what a source does wrong serves nothing, says in plain words what and whom to turn to, and leaves the
// page of the entry standing.
#[tokio::test]
async fn a_source_that_does_wrong_serves_nothing() {
    let source = Source::open().await;
    let other = Source::open().await;
    let site = site(&source, settings(&[&source.origin], TimeDelta::zero()), catalogue()).await;
    let token = reader(&site).await;
    let head = |length: usize| format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
    let elsewhere = format!(
        "HTTP/1.1 302 Found\r\nlocation: {}/stops.csv\r\ncontent-length: 0\r\n\r\n",
        other.origin
    );
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_owned();
    let endless = chunked + &format!("1000\r\n{}\r\n", "a,".repeat(0x800)).repeat(3);
    for (what, answer) in [
        ("转到了别处", elsewhere),
        ("断开", head(STOPS.len() + 9) + STOPS),
        ("超过上限", head(1 << 30)),
        ("超过上限", endless),
        ("拒绝", "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n".to_owned()),
        ("断开", "what is this".to_owned()),
        ("与目录不符", head(17) + "<html>no</html>\r\n"),
        ("与目录不符", head(14) + "code,secret\n1,"),
        ("与目录不符", head(4) + "PK\u{3}\u{4}"),
        ("与目录不符", head(0)),
    ] {
        source.says.lock().unwrap().etag.clear();
        source.answers(&answer);
        for part in ["original", "rows"] {
            let failed = ask(&site, &token, part).await;
            assert_eq!(failed.status, 502, "{what}: {}", failed.text());
            let problem = failed.text();
            assert!(problem.contains("source_failed"), "{problem}");
            assert!(problem.contains(what) && problem.contains("测试局"), "{what}: {problem}");
            assert!(!problem.contains(&source.origin), "{problem}");
        }
    }
    assert_eq!(other.n_asked(), 0, "nobody is led to another host");
    source.says.lock().unwrap().is_silent = true;
    assert_eq!(ask(&site, &token, "original").await.status, 504);
    source.says.lock().unwrap().is_silent = false;
    assert_eq!(site.get(&format!("/datasets/{CODE}")).await.status, 200);
    source.gives(STOPS, "v9");
    assert_eq!(ask(&site, &token, "original").await.text(), STOPS);

    // Nobody listens there any more.
    drop(source);
    assert_eq!(ask(&site, &token, "rows").await.status, 502);
}

// Part of PUB-11: only hosts that the operator named are asked, none where none is named, and no name leads into a
// network of the house.
#[tokio::test]
async fn only_named_hosts_are_asked() {
    let source = Source::open().await;
    let port = source.origin.rsplit(':').next().unwrap().to_owned();
    let local = format!("http://localhost:{port}");
    let hosts = [source.origin.as_str(), local.as_str()];
    let site = site(&source, settings(&hosts, TimeDelta::minutes(10)), catalogue()).await;
    let token = reader(&site).await;
    for _ in 0..3 {
        assert_eq!(ask(&site, &token, "original").await.status, 200);
    }
    assert_eq!(source.n_asked(), 1, "what was just fetched counts");
    for url in [
        format!("{local}/stops.csv"),
        "https://127.0.0.1/stops.csv".to_owned(),
        format!("http://a:b@127.0.0.1:{port}/stops.csv"),
        "file:///etc/passwd".to_owned(),
        String::new(),
    ] {
        moved(&site, &url).await;
        assert_eq!(ask(&site, &token, "original").await.status, 502, "{url}");
    }
    assert_eq!(source.n_asked(), 1);

    let bare = self::site(&source, settings(&[], TimeDelta::zero()), catalogue()).await;
    let token = reader(&bare).await;
    assert_eq!(ask(&bare, &token, "original").await.status, 502);
    assert_eq!(source.n_asked(), 1);
}

/// Names a source in a draft of YX-T.
async fn name(site: &TestSite, token: &str, id: &str, body: &serde_json::Value) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let path = format!("/api/v1/drafts/{id}/sources");
    site.ask(Method::POST, &path, &headers, &body.to_string()).await
}

// Part of PUB-11: an address in the place of a file, with the reason, under rules that admit it only.
#[tokio::test]
async fn a_publisher_names_where_the_data_stands() {
    let source = Source::open().await;
    let in_place = settings(&[&source.origin], TimeDelta::zero());
    let body = |url: &str, reason: &str| json!({ "revision": 1, "title": "站点", "url": url, "format": "csv", "reason": reason });
    let url = format!("{}/stops.csv", source.origin);
    for policy in ["jiamusi", "aba", "default"] {
        let setup = Setup { policy, with_demo: false };
        let allowed = in_place.clone();
        let portal = TestPortal::open_with(setup, |settings| settings.in_place = allowed).await;
        let site = TestSite::of(portal, Assets::none(), Limits::default());
        site.test_portal.import(catalogue().folder()).await;
        let token = token(&site, "names", "YX-T", TokenScope::Publish).await;
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let begun = json!({ "organization": "YX-T", "title": "公交站点" }).to_string();
        let draft = site.ask(Method::POST, "/api/v1/drafts", &headers, &begun).await.json();
        let id = draft["id"].to_string();
        if policy != "jiamusi" {
            let refused = name(&site, &token, &id, &body(&url, WHY)).await;
            assert_eq!(refused.status, 403, "{}", refused.text());
            assert_eq!(refused.json()["rule"]["id"], "aggregation.connection");
            continue;
        }
        for (wrong, field) in [
            (body(&url, " "), "reason"),
            (body("https://elsewhere.example.cn/a.csv", WHY), "url"),
            (
                json!({ "revision": 1, "title": "", "url": url, "format": "csv", "reason": WHY }),
                "title",
            ),
            (
                json!({ "revision": 1, "title": "a", "url": url, "format": "zip", "reason": WHY }),
                "format",
            ),
        ] {
            let refused = name(&site, &token, &id, &wrong).await;
            assert_eq!(refused.json()["fields"][0]["field"], field, "{}", refused.text());
        }
        assert_eq!(source.n_asked(), 0);
        let named = name(&site, &token, &id, &body(&url, WHY)).await;
        assert_eq!(named.status, 200, "{}", named.text());
        let document = &named.json()["document"];
        assert_eq!(document["resources"][0]["in_place"], WHY);
        assert_eq!(document["items"].as_array().unwrap().len(), 2);
        assert_eq!(source.n_asked(), 1);
        let stranger = crate::publishing::token(&site, "other", "YX-U", TokenScope::Publish).await;
        let refused = name(&site, &stranger, &id, &body(&url, WHY)).await;
        assert!(matches!(refused.status.as_u16(), 403 | 404), "{}", refused.text());
        assert_eq!(source.n_asked(), 1);
    }
}
