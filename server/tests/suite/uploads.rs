//! Files that come part by part.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use chrono::TimeDelta;
use futures::{StreamExt, stream};
use http::{Method, Request};
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_server::assets::Assets;
use kaishu_server::{Limits, State, router};
use kaishu_testkit::now;
use kaishu_testkit::page_faults;
use kaishu_testkit::people::{LANG, person, with_session};
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::vocabulary::DatasetState;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use crate::drafting::{ask, site, token};
use crate::publishing;
use crate::support::{Answer, TestSite};

const PART: (&str, &str) = ("content-type", "application/offset+octet-stream");

/// Somebody who sends a file.
struct Sender<'a> {
    site: &'a TestSite,
    token: String,
}

impl Sender<'_> {
    async fn send(&self, method: &str, path: &str, more: &[(&str, &str)], body: Body) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:3000")
            .header("authorization", format!("Bearer {}", self.token))
            .header("accept-language", "zh");
        if more.iter().all(|(name, _)| *name != "tus-resumable") {
            request = request.header("tus-resumable", "1.0.0");
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        self.site.send(request.body(body).unwrap()).await
    }

    /// Begins to send a file, and returns its address.
    async fn begin(&self, size: usize, metadata: &[(&str, &str)]) -> String {
        let answer = self.try_begin(&size.to_string(), metadata).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.header("upload-offset"), "0");
        answer.header("location").to_owned()
    }

    async fn try_begin(&self, size: &str, metadata: &[(&str, &str)]) -> Answer {
        let pairs = metadata.iter().map(|(name, value)| format!("{name} {}", BASE64.encode(value)));
        let metadata = pairs.collect::<Vec<_>>().join(",");
        let headers = [("upload-length", size), ("upload-metadata", metadata.as_str())];
        self.send("POST", "/api/v1/uploads", &headers, Body::empty()).await
    }

    async fn add(&self, path: &str, offset: usize, body: impl Into<Body>) -> Answer {
        let offset = offset.to_string();
        self.send("PATCH", path, &[PART, ("upload-offset", &offset)], body.into()).await
    }

    async fn offset(&self, path: &str) -> usize {
        let answer = self.send("HEAD", path, &[], Body::empty()).await;
        assert_eq!(answer.status, 200);
        answer.header("upload-offset").parse().unwrap()
    }

    async fn finish(&self, path: &str, body: &Value) -> Answer {
        let json = [("content-type", "application/json")];
        let body = Body::from(body.to_string());
        self.send("POST", &format!("{path}/finish"), &json, body).await
    }
}

async fn officer(site: &TestSite) -> Sender<'_> {
    Sender { site, token: token(site, "officer", TokenScope::Publish).await }
}

async fn draft(sender: &Sender<'_>) -> String {
    let begun = json!({ "organization": "YX-T", "title": "公交站点" });
    let answer = ask(sender.site, &sender.token, Method::POST, "", &begun).await;
    answer.json()["id"].to_string()
}

/// A table whose bytes do not repeat.
fn csv(n_bytes: usize) -> Vec<u8> {
    let mut text = b"name,n\n".to_vec();
    let mut n = 1u32;
    while text.len() < n_bytes {
        n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.extend_from_slice(format!("站{n},{}\n", n >> 7).as_bytes());
    }
    text
}

fn problem(answer: &Answer, status: u16, part: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert!(answer.text().contains(part), "{} says nothing of `{part}`", answer.text());
}

/// Proves that a file of several megabytes comes whole through breaks and a restart of the server.
#[tokio::test]
async fn an_upload_goes_on_after_a_break_and_a_restart() {
    let site = site().await;
    let sender = officer(&site).await;
    let case = draft(&sender).await;
    let bytes = csv(20 << 20);
    let hash = kaishu_store::blobs::hex(&Sha256::digest(&bytes));
    let metadata = [("filename", "站点.csv"), ("draft", case.as_str()), ("sha256", hash.as_str())];
    let path = sender.begin(bytes.len(), &metadata).await;

    // The line is cut in the middle: what came until then is here.
    let sent = 11 << 20;
    let chunks: Vec<_> =
        bytes[..sent].chunks(100_000).map(|it| Ok(Bytes::copy_from_slice(it))).collect();
    let cut = stream::iter(chunks).chain(stream::iter([Err(std::io::Error::other("cut"))]));
    problem(&sender.add(&path, 0, Body::from_stream(cut)).await, 400, "请从断开的地方继续");
    assert_eq!(sender.offset(&path).await, sent);
    problem(&sender.finish(&path, &json!({ "revision": 1 })).await, 409, "文件还没有传完");

    let token = sender.token.clone();
    let site = site.restarted().await;
    let sender = Sender { site: &site, token };
    assert_eq!(sender.offset(&path).await, sent, "nothing of it was in memory only");
    let answer = sender.add(&path, sent, bytes[sent..].to_vec()).await;
    assert_eq!((answer.status.as_u16(), answer.header("tus-resumable")), (204, "1.0.0"));
    assert_eq!(answer.header("upload-offset"), bytes.len().to_string());

    // Somebody saved the draft: what came stays, and is asked for again.
    problem(&sender.finish(&path, &json!({ "revision": 7 })).await, 409, "");
    let wanted = json!({ "revision": 1, "take_items": true });
    let answer = sender.finish(&path, &wanted).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["result"]), (200, &json!(2)));
    assert_eq!(sender.finish(&path, &wanted).await.json()["result"], 2, "once");

    let draft = ask(&site, &sender.token, Method::GET, &format!("/{case}"), &Value::Null).await;
    let document = &draft.json()["document"];
    assert_eq!(document["resources"].as_array().unwrap().len(), 1);
    assert_eq!(document["items"].as_array().unwrap().len(), 2);
    let file = &document["resources"][0];
    assert_eq!(
        (file["file_name"].as_str(), file["sha256"].as_str()),
        (Some("站点.csv"), Some(hash.as_str()))
    );
    let kept = site.test_portal.folder().join("blobs").join(file["blob_key"].as_str().unwrap());
    assert!(std::fs::read(kept).unwrap() == bytes, "the bytes are those that were sent");
    let left = std::fs::read_dir(site.test_portal.folder().join("blobs/uploads")).unwrap();
    assert_eq!(left.count(), 0, "its parts are gone");
}

/// Whatever is wrong is told, and nothing that came is lost by it.
#[tokio::test]
async fn what_is_wrong_with_a_part_is_told() {
    let site = site().await;
    let sender = officer(&site).await;
    let case = draft(&sender).await;
    let path = sender.begin(6, &[("filename", "a.csv"), ("draft", &case)]).await;
    assert_eq!(sender.add(&path, 0, "ab").await.status, 204);

    problem(&sender.add(&path, 0, "ab").await, 409, "上传已经到第 2 字节");
    problem(&sender.add(&path, 4, "ef").await, 409, "上传已经到第 2 字节");
    problem(&sender.add(&path, 2, "cdefg").await, 413, "6 字节");
    let endless = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[7; 4096])));
    problem(&sender.add(&path, 2, Body::from_stream(endless)).await, 413, "6 字节");
    let headers = [PART, ("upload-offset", "2"), ("tus-resumable", "0.2.2")];
    problem(&sender.send("PATCH", &path, &headers, Body::from("cd")).await, 412, "1.0.0");
    let headers = [("content-type", "text/csv"), ("upload-offset", "2")];
    problem(
        &sender.send("PATCH", &path, &headers, Body::from("cd")).await,
        415,
        "offset+octet-stream",
    );
    for offset in ["", "-1", "x", "99999999999999999999999"] {
        let headers = [PART, ("upload-offset", offset)];
        problem(
            &sender.send("PATCH", &path, &headers, Body::from("cd")).await,
            400,
            "upload-offset",
        );
    }

    // A part that is not what its sender sent is not kept, nor is half of it.
    let of = |algorithm: &str, hash: &[u8]| format!("{algorithm} {}", BASE64.encode(hash));
    let add = async |checksum: &str, body: Body| {
        let headers = [PART, ("upload-offset", "2"), ("upload-checksum", checksum)];
        sender.send("PATCH", &path, &headers, body).await
    };
    let right = of("sha256", &Sha256::digest(b"cd"));
    problem(&add(&right, Body::from("cx")).await, 460, "校验值");
    problem(&add("md5 AA==", Body::from("cd")).await, 400, "upload-checksum");
    problem(&add("sha256 ?", Body::from("cd")).await, 400, "upload-checksum");
    let cut = stream::iter([Ok(Bytes::from_static(b"c")), Err(std::io::Error::other("cut"))]);
    problem(&add(&right, Body::from_stream(cut)).await, 400, "");
    assert_eq!(sender.offset(&path).await, 2);
    assert_eq!(add(&right, Body::from("cd")).await.status, 204);
    let described = sender.send("OPTIONS", "/api/v1/uploads", &[], Body::empty()).await;
    assert_eq!((described.status.as_u16(), described.header("tus-version")), (204, "1.0.0"));
    assert_eq!(described.header("tus-max-size"), (2u64 << 30).to_string());

    assert_eq!(sender.send("DELETE", &path, &[], Body::empty()).await.status, 204);
    problem(&sender.send("GET", &path, &[], Body::empty()).await, 404, "上传");
    let left = std::fs::read_dir(site.test_portal.folder().join("blobs/uploads")).unwrap();
    assert_eq!(left.count(), 0);
}

/// Who may not add the file may not begin, go on, or see that it is there.
#[tokio::test]
async fn an_upload_is_for_whoever_began_it() {
    let site = site().await;
    let sender = officer(&site).await;
    let case = draft(&sender).await;
    let whole = [("filename", "a.csv"), ("draft", case.as_str())];
    let path = sender.begin(4, &whole).await;

    for (size, metadata, status, part) in [
        ("x", whole.as_slice(), 400, "upload-length"),
        ("4", &whole[..1], 400, "upload-metadata"),
        ("4", &whole[1..], 400, "file"),
        ("4", &[("filename", "a"), ("draft", "x")][..], 400, "upload-metadata"),
        ("4", &[("filename", "a"), ("draft", case.as_str()), ("sha256", "x")][..], 400, "sha256"),
        ("4", &[("filename", "a"), ("draft", "999")][..], 404, "999"),
        ("4", &[("filename", "a"), ("dataset", "YX-T-9999")][..], 404, "YX-T-9999"),
        ("9999999999", &whole, 413, "2147483648"),
    ] {
        problem(&sender.try_begin(size, metadata).await, status, part);
    }
    let other = Sender { site: &site, token: token(&site, "other", TokenScope::Publish).await };
    problem(&other.try_begin("4", &whole).await, 404, "");
    problem(&other.try_begin("4", &[("filename", "a"), ("dataset", "YX-T-0001")]).await, 403, "");
    let colleague = Sender { site: &site, token: token(&site, "head", TokenScope::Decide).await };
    let reader = Sender { site: &site, token: token(&site, "officer", TokenScope::Read).await };
    problem(&reader.try_begin("4", &whole).await, 403, "");
    for (stranger, status) in [(&other, 404), (&colleague, 404), (&reader, 403)] {
        problem(&stranger.add(&path, 0, "abcd").await, status, "");
        problem(&stranger.finish(&path, &json!({ "revision": 1 })).await, status, "");
        problem(&stranger.send("DELETE", &path, &[], Body::empty()).await, status, "");
    }
    let nobody = Sender { site: &site, token: "no-token".to_owned() };
    problem(&nobody.add(&path, 0, "abcd").await, 401, "");
    assert_eq!(sender.offset(&path).await, 0);

    for _ in 0..19 {
        sender.begin(4, &whole).await;
    }
    problem(&sender.try_begin("4", &whole).await, 409, "20");
}

/// Two send the same file at the same time: the first goes on, the other waits.
#[tokio::test]
async fn of_two_senders_at_once_one_goes_on() {
    let site = site().await;
    let sender = officer(&site).await;
    let case = draft(&sender).await;
    let path = sender.begin(4, &[("filename", "a.csv"), ("draft", &case)]).await;
    let (tap, rest) = futures::channel::mpsc::unbounded::<std::io::Result<Bytes>>();
    let (begun, is_begun) = futures::channel::oneshot::channel();
    // Nobody asks for its bytes before it is its turn.
    let first = stream::once(async move {
        begun.send(()).unwrap();
        Ok(Bytes::from_static(b"ab"))
    });
    let slow = sender.add(&path, 0, Body::from_stream(first.chain(rest)));
    let quick = async {
        is_begun.await.unwrap();
        let answer = sender.add(&path, 0, "xxxx").await;
        drop(tap);
        answer
    };
    let (slow, quick) = futures::join!(slow, quick);
    assert_eq!(slow.status, 204, "{}", slow.text());
    problem(&quick, 423, "正在从别处传送");
    assert_eq!(sender.add(&path, 2, "cd").await.status, 204, "it is anybody's turn again");
    let answer = sender.finish(&path, &json!({ "revision": 1 })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let draft = ask(&site, &sender.token, Method::GET, &format!("/{case}"), &Value::Null).await;
    let hash = kaishu_store::blobs::hex(&Sha256::digest(b"abcd"));
    assert_eq!(draft.json()["document"]["resources"][0]["sha256"], hash);
    let left = std::fs::read_dir(site.test_portal.folder().join("blobs/uploads")).unwrap();
    assert_eq!(left.count(), 0);
}

/// The server stopped after the file was in the draft: it is there once, and its columns are taken the next
/// time.
#[tokio::test]
async fn what_was_left_to_do_is_done_the_next_time() {
    let site = site().await;
    let sender = officer(&site).await;
    let case = draft(&sender).await;
    let text = "name,n\nx,7\n";
    let path = sender.begin(text.len(), &[("filename", "a.csv"), ("draft", &case)]).await;
    assert_eq!(sender.add(&path, 0, text).await.status, 204);
    let (portal, store) = (site.test_portal.portal(), site.test_portal.store());
    let editor = person(portal, Role::Officer, ("editor", "YX-T"), TokenScope::Publish).await;
    let (number, bytes) = (case.parse().unwrap(), stream::iter([Ok(Bytes::from(text))]));
    portal.add_draft_file(&editor, number, 1, "a.csv", bytes, LANG).await.unwrap();
    let transaction = store.begin().await.unwrap();
    let id = path.rsplit('/').next().unwrap();
    kaishu_store::uploads::finish(&transaction, id, 2).await.unwrap();
    transaction.commit().await.unwrap();

    for _ in 0..2 {
        let answer = sender.finish(&path, &json!({ "revision": 1, "take_items": true })).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["result"]), (200, &json!(2)));
        let draft = ask(&site, &sender.token, Method::GET, &format!("/{case}"), &Value::Null).await;
        let document = &draft.json()["document"];
        assert_eq!(document["resources"].as_array().unwrap().len(), 1);
        assert_eq!(document["items"].as_array().unwrap().len(), 2);
    }
    let left = std::fs::read_dir(site.test_portal.folder().join("blobs/uploads")).unwrap();
    assert_eq!(left.count(), 0);
}

/// A file that is not what was announced is not kept.
#[tokio::test]
async fn another_file_than_was_announced_is_not_kept() {
    let site = site().await;
    let sender = officer(&site).await;
    let case = draft(&sender).await;
    let hash = "0".repeat(64);
    let path = sender.begin(4, &[("filename", "a"), ("draft", &case), ("sha256", &hash)]).await;
    assert_eq!(sender.add(&path, 0, "abcd").await.status, 204);
    problem(&sender.finish(&path, &json!({ "revision": 1 })).await, 400, "SHA-256");
    problem(&sender.send("GET", &path, &[], Body::empty()).await, 404, "");
    let draft = ask(&site, &sender.token, Method::GET, &format!("/{case}"), &Value::Null).await;
    assert_eq!(draft.json()["document"]["resources"], json!([]));
    let wrong = kaishu_store::blobs::hex(&Sha256::digest(b"abcd"));
    let blob = site.test_portal.folder().join(format!("blobs/sha256/{}/{wrong}", &wrong[..2]));
    assert!(!blob.exists());
}

/// New data of a dataset; what the structure does not allow is refused, and can be given up.
#[tokio::test]
async fn an_upload_becomes_one_version() {
    let site = publishing::site().await;
    let token = publishing::token(&site, "officer", "YX-T", TokenScope::Publish).await;
    let sender = Sender { site: &site, token };
    let code = "YX-T-0001";
    let portal = site.test_portal.portal();
    let before = portal.dataset(&code.parse().unwrap()).await.unwrap();
    let name = before.resources[0].file_name.clone().unwrap();
    let header = before.items.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(",");
    let row = before.items.iter().map(|_| "7").collect::<Vec<_>>().join(",");
    let send = async |text: &str| {
        let path = sender.begin(text.len(), &[("filename", &name), ("dataset", code)]).await;
        assert_eq!(sender.add(&path, 0, text.to_owned()).await.status, 204);
        path
    };

    let other = send(&format!("{header},phone\n{row},1\n")).await;
    problem(&sender.finish(&other, &json!({ "processing": "none" })).await, 400, "phone");
    assert!(sender.offset(&other).await > 0, "what came is still here");
    problem(&sender.finish(&other, &json!({ "processing": "wash" })).await, 400, "processing");
    problem(&sender.finish(&other, &json!({ "note": "x" })).await, 400, "未作处理");

    let path = send(&format!("{header}\n{row}\n")).await;
    let wanted = json!({ "note": "十一月", "processing": "clean" });
    let answer = sender.finish(&path, &wanted).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["result"]),
        (200, &json!(2)),
        "{}",
        answer.text()
    );
    assert_eq!(sender.finish(&path, &wanted).await.json()["result"], 2);
    let after = portal.dataset(&code.parse().unwrap()).await.unwrap();
    assert_eq!((after.version, after.versions[0].note.as_str()), (2, "十一月"));

    // Who may no longer publish does not go on.
    let late = send(&format!("{header}\n{row}1\n")).await;
    let begun = sender.begin(4, &[("filename", &name), ("dataset", code)]).await;
    site.test_portal.set_state(code, DatasetState::Suspended, "核实").await;
    problem(&sender.add(&begun, 0, "abcd").await, 409, "不是已发布状态");
    problem(&sender.finish(&late, &json!({})).await, 409, "不是已发布状态");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

async fn at(portal: Portal, sender: &Sender<'_>, path: &str) -> u16 {
    let state = State::new(portal, Assets::none(), Limits::default());
    let request = Request::builder()
        .uri(path)
        .header("host", "127.0.0.1:3000")
        .header("authorization", format!("Bearer {}", sender.token));
    let answer = router(state).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    answer.status().as_u16()
}

/// An upload that nobody goes on with runs out, and the sweep takes what came of it.
#[tokio::test]
async fn an_upload_runs_out() {
    let site = site().await;
    let command = Caller::command();
    let (login, wanted) = ("officer".parse().unwrap(), ("t", TokenScope::Publish, 30));
    let portal = site.test_portal.portal();
    let token = portal.make_token_for(&command, &login, wanted, LANG).await.unwrap();
    let sender = Sender { site: &site, token };
    let case = draft(&sender).await;
    let path = sender.begin(4, &[("filename", "a.csv"), ("draft", &case)]).await;
    assert_eq!(sender.add(&path, 0, "ab").await.status, 204);
    let parts = site.test_portal.folder().join("blobs/uploads");
    let n_parts = || std::fs::read_dir(&parts).unwrap().count();
    let (day, second) = (TimeDelta::hours(24), TimeDelta::seconds(1));

    let before = site.test_portal.open_at(now() + day - second).await;
    assert_eq!(before.sweep(Default::default()).await.unwrap().uploads, Vec::<String>::new());
    assert_eq!(at(before, &sender, &path).await, 200);
    let after = site.test_portal.open_at(now() + day).await;
    assert_eq!(at(after.clone(), &sender, &path).await, 410);
    assert_eq!(n_parts(), 1);
    assert_eq!(after.sweep(Default::default()).await.unwrap().uploads.len(), 1);
    assert_eq!(n_parts(), 0);
    assert_eq!(at(after, &sender, &path).await, 404);
}

/// The workbench sends with its session, from its own pages only.
#[tokio::test]
async fn the_workbench_uploads_with_its_session() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let session = with_session(portal, Role::Officer, ("browser", "YX-T")).await;
    let cookie = format!("{}={session}", app::cookie_name(&portal.site()));
    let sender = officer(&site).await;
    let case = draft(&sender).await;
    let metadata = format!("filename {},draft {}", BASE64.encode("a.csv"), BASE64.encode(&case));
    let begin = async |more: &[(&str, &str)]| {
        let mut headers = vec![("upload-length", "4"), ("upload-metadata", metadata.as_str())];
        headers.extend([("tus-resumable", "1.0.0"), ("origin", "http://127.0.0.1:3000")]);
        headers.extend(more);
        site.ask(Method::POST, "/en/workbench/uploads", &headers, "").await
    };
    problem(&begin(&[]).await, 401, "");
    let foreign = begin(&[("cookie", &cookie), ("sec-fetch-site", "cross-site")]).await;
    assert_eq!(foreign.status, 403);
    let answer = begin(&[("cookie", &cookie), ("sec-fetch-site", "same-origin")]).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let path = answer.header("location").to_owned();
    assert!(path.starts_with("/en/workbench/uploads/"), "{path}");

    let headers =
        [("cookie", cookie.as_str()), ("tus-resumable", "1.0.0"), PART, ("upload-offset", "0")];
    let answer = site.ask(Method::PATCH, &path, &headers, "a\n1\n").await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    let headers = [("cookie", cookie.as_str()), ("content-type", "application/json")];
    let answer =
        site.ask(Method::POST, &format!("{path}/finish"), &headers, r#"{"revision":1}"#).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["result"]), (200, &json!(2)));

    let page = site.get_with(&format!("/workbench/drafts/{case}"), &[("cookie", &cookie)]).await;
    assert_eq!(page_faults(page.text()), Vec::<String>::new());
    assert!(page.text().contains("a.csv"));
}
