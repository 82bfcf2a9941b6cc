//! Asking a source: what it says is believed in nothing, and it has bounds for everything.

use std::path::Path;
use std::time::Duration;

use reqwest::header::{
    ACCEPT_ENCODING, ETAG, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use reqwest::{Client, StatusCode, Url};
use tokio::io::AsyncWriteExt;

use super::address::Allowed;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// Longest mark of an answer that is kept, in bytes.
const MAX_MARK_BYTES: usize = 500;

/// By what a source knows what it gave last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

/// What a source answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// The same as before.
    Same,
    /// Bytes, which are in the file now.
    New(Marks),
}

/// Why a source gave nothing that is of use. What is in it is for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// It did not answer in time.
    Slow,
    /// It cannot be reached, or broke off.
    Broken(String),
    /// It answered that it does not give it, or that it is elsewhere.
    Status(u16),
    /// It gave more bytes than are taken.
    TooLong,
    /// What it gave is not what the entry describes.
    Unsuited(String),
}

/// Asks a source for what it has, and writes it to `target`.
///
/// # Errors
///
/// Says why there is nothing; then nothing of use is at `target`.
pub(super) async fn ask(
    allowed: &Allowed,
    url: &Url,
    (seconds, max_bytes): (u64, u64),
    known: &Marks,
    target: &Path,
) -> Result<Given, Fault> {
    let within = Duration::from_secs(seconds.max(1));
    let asked = ask_once(allowed, url, (within, max_bytes), known, target);
    // The bound of the client counts from the request; names are resolved before.
    tokio::time::timeout(within, asked).await.unwrap_or(Err(Fault::Slow))
}

async fn ask_once(
    allowed: &Allowed,
    url: &Url,
    (within, max_bytes): (Duration, u64),
    known: &Marks,
    target: &Path,
) -> Result<Given, Fault> {
    let addresses = allowed.resolve(url).await.map_err(Fault::Broken)?;
    let mut client = Client::builder()
        // Neither an answer nor a variable of the machine leads to another one.
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT)
        .timeout(within);
    if let (Some(addresses), Some(host)) = (&addresses, url.host_str()) {
        client = client.resolve_to_addrs(host, addresses);
    }
    let client = client.build().map_err(|error| fault(&error))?;
    // What is hashed and looked through are the bytes themselves.
    let mut request = client.get(url.clone()).header(ACCEPT_ENCODING, "identity");
    let marks = [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.last_modified)];
    for (name, mark) in marks {
        if let Some(mark) = mark {
            request = request.header(name, mark);
        }
    }
    let mut answer = request.send().await.map_err(|error| fault(&error))?;
    let is_known = known.etag.is_some() || known.last_modified.is_some();
    match answer.status() {
        StatusCode::NOT_MODIFIED if is_known => return Ok(Given::Same),
        StatusCode::OK => {}
        other => return Err(Fault::Status(other.as_u16())),
    }
    let said = answer.content_length();
    if said.is_some_and(|said| said > max_bytes) {
        return Err(Fault::TooLong);
    }
    let mark = |name: HeaderName| {
        let mark = answer.headers().get(name)?.to_str().ok()?;
        (mark.len() <= MAX_MARK_BYTES).then(|| mark.to_owned())
    };
    let marks = Marks { etag: mark(ETAG), last_modified: mark(LAST_MODIFIED) };
    let written = |error: std::io::Error| Fault::Broken(format!("cannot be written: {error}"));
    let mut file = tokio::fs::File::create(target).await.map_err(written)?;
    let mut n_bytes = 0u64;
    while let Some(chunk) = answer.chunk().await.map_err(|error| fault(&error))? {
        n_bytes += chunk.len() as u64;
        if n_bytes > max_bytes {
            return Err(Fault::TooLong);
        }
        file.write_all(&chunk).await.map_err(written)?;
    }
    file.flush().await.map_err(written)?;
    match said {
        Some(said) if said != n_bytes => {
            Err(Fault::Broken(format!("{n_bytes} bytes came of {said}")))
        }
        _ => Ok(Given::New(marks)),
    }
}

fn fault(error: &reqwest::Error) -> Fault {
    if error.is_timeout() {
        return Fault::Slow;
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    Fault::Broken(text)
}
