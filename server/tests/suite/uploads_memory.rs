//! What a process takes at most while somebody sends a large file.

#![expect(clippy::print_stdout, reason = "the child says its peak to the test that started it")]

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use http::{Method, Request};
use kaishu_types::account::TokenScope;
use serde_json::json;

use crate::drafting::{ask, site, token};

/// A child process takes a file of so many MiB and says how much memory it took at most.
const SIZE: &str = "KAISHU_TEST_UPLOAD_MIB";
/// What a file may take beyond what a small one does, in MiB.
const MOST_MIB: u64 = 96;

#[tokio::test]
async fn a_file_is_taken_on_request() {
    let Ok(size) = std::env::var(SIZE) else { return };
    let n_chunks = size.parse::<u64>().unwrap() * 4;
    let site = site().await;
    let token = token(&site, "officer", TokenScope::Publish).await;
    let begun = json!({ "organization": "YX-T", "title": "影像" });
    let case = ask(&site, &token, Method::POST, "", &begun).await.json()["id"].to_string();
    let send = async |method: Method, path: &str, headers: &[(&str, &str)], body: Body| {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request.header("host", "127.0.0.1:3000").header("tus-resumable", "1.0.0");
        site.send(request.body(body).unwrap()).await
    };
    let metadata = {
        use base64::Engine as _;
        let encoded = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        format!("filename {},draft {}", encoded("x.bin"), encoded(&case))
    };
    let length = (n_chunks << 18).to_string();
    let headers = [("upload-length", length.as_str()), ("upload-metadata", metadata.as_str())];
    let begun = send(Method::POST, "/api/v1/uploads", &headers, Body::empty()).await;
    let path = begun.header("location").to_owned();
    let chunks =
        (0..n_chunks).map(|n| Ok::<_, std::io::Error>(Bytes::from(vec![n as u8; 1 << 18])));
    let headers = [("content-type", "application/offset+octet-stream"), ("upload-offset", "0")];
    let body = Body::from_stream(stream::iter(chunks));
    assert_eq!(send(Method::PATCH, &path, &headers, body).await.status, 204);
    let headers = [("content-type", "application/json")];
    let body = Body::from(r#"{"revision":1}"#);
    let finished = send(Method::POST, &format!("{path}/finish"), &headers, body).await;
    assert_eq!(finished.status, 200, "{}", finished.text());
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    println!("peak={}", peak.trim().trim_end_matches(" kB"));
}

/// The peak of memory of another process that takes a file, in MiB.
fn in_a_child(mib: &str) -> u64 {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "uploads_memory::a_file_is_taken_on_request", "--nocapture"])
        .env(SIZE, mib)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let peak = text.lines().find_map(|line| line.split_once("peak=")).map(|(_, rest)| rest);
    peak.unwrap_or_else(|| panic!("{text}")).parse::<u64>().unwrap() >> 10
}

#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_grow_with_the_file() {
    let (small, large) = (in_a_child("16"), in_a_child("256"));
    assert!(large < small + MOST_MIB, "{large} MiB, and {small} MiB for a small file");
    println!("256 MiB take {} MiB more than 16 MiB", large.saturating_sub(small));
}
