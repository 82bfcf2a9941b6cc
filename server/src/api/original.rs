//! The uploaded bytes of a file, byte for byte (DL-01, DL-04).

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State as Shared};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use kaishu_portal::downloads::{Download, file_name, not_in_advance};
use kaishu_portal::{Error, Portal};
use kaishu_types::vocabulary::Format;
use kaishu_types::{DatasetCode, Lang, ReceiptCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::asked::Asked;
use super::problem::Problem;
use super::range::Wanted;
use crate::negotiation::matches_etag;
use crate::state::State;

/// How much is read from the disk at once.
const READ_BYTES: u64 = 512 << 10;

/// Reads under way for one client: one is sent while the next is read.
const READS_AHEAD: usize = 2;

/// What a browser only ever saves.
const OCTETS: &str = "application/octet-stream";

/// Characters that stand for themselves in `filename*` (RFC 8187).
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Download a file
///
/// The bytes as they were uploaded, whole or in ranges, with their hashes. Every retrieval
/// gets a receipt, whose number is in `X-Receipt`. Requests of one client for one file within ten
/// minutes are one retrieval; to go on with a broken download later, pass the number as `receipt`.
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/resources/{id}/original", tag = "datasets", operation_id = "get_original",
    security((), ("token" = ["read"])),
    params(
        ("code" = String, Path, description = "Catalogue code", example = "YX-FGW-0001"),
        ("id" = i64, Path, description = "Number of the resource", example = 1),
        ("receipt" = Option<String>, Query, description = "Receipt of the same retrieval; no new one is issued"),
        ("Range" = Option<String>, Header, description = "One range of bytes", example = "bytes=0-1023")
    ),
    responses(
        (status = 200, description = "The bytes", content_type = "application/octet-stream", headers(
            ("ETag" = String, description = "`\"sha256-…\"`"),
            ("Repr-Digest" = String, description = "SHA-256 of the whole file (RFC 9530)"),
            ("X-Checksum-SM3" = String, description = "SM3 of the whole file, hex"),
            ("X-Receipt" = String, description = "Number of the receipt"),
            ("Link" = String, description = "The page of the receipt, `rel=\"describedby\"`")
        )),
        (status = 206, description = "The range"),
        (status = 304, description = "The client has the bytes already"),
        (status = 401, description = "A rule demands a login", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "A grant is needed", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such public file", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The dataset serves no data now", body = Problem, content_type = "application/problem+json"),
        (status = 416, description = "The range begins behind the end", body = Problem, content_type = "application/problem+json"),
        (status = 502, description = "The file stands at its provider, which gives nothing that can be served", body = Problem, content_type = "application/problem+json"),
        (status = 504, description = "The file stands at its provider, which does not answer in time", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The request is made in advance (`Sec-Purpose: prefetch`); ask again when the file is wanted", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn take(
    Shared(state): Shared<State>,
    Path((code, id)): Path<(String, String)>,
    method: Method,
    asked: Asked,
) -> Result<Response, Problem> {
    let values = asked.only(&["receipt"])?;
    let (code, id) = names(&code, &id)?;
    let portal = state.portal();
    let download = portal.open_download(&asked.caller, &code, id, asked.lang).await?;
    let has_receipt = match values.get("receipt") {
        Some(receipt) => check_receipt(portal, receipt, &code, id, asked.lang).await?,
        None => false,
    };
    let headers = facts(&code, &download);
    let etag = headers.get(header::ETAG).cloned();
    if etag.as_ref().is_some_and(|etag| matches_etag(&asked.headers, etag)) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let size = download.size_bytes;
    let wanted = if range_applies(&asked.headers, etag.as_ref()) {
        Wanted::read(text(&asked.headers, header::RANGE), size)
    } else {
        Wanted::Whole
    };
    let (status, range) = match wanted {
        Wanted::Whole => (StatusCode::OK, 0..size),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Unsatisfiable => return Ok(unsatisfiable(size)),
    };
    let is_new = method == Method::GET && !has_receipt;
    if is_new && app::is_prefetch(&asked.headers) {
        return Err(not_in_advance(asked.lang).into());
    }
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        body(portal, &download, range.clone()).await?
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    if status == StatusCode::PARTIAL_CONTENT {
        let part = format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1));
        insert(headers, header::CONTENT_RANGE, &part);
    }
    if is_new {
        let receipt = portal.issue_receipt(&download, asked.client).await?;
        name_receipt(headers, &receipt.code);
    }
    Ok(response)
}

/// Names the receipt of a retrieval, and where it is verified.
pub(super) fn name_receipt(headers: &mut HeaderMap, code: &ReceiptCode) {
    insert(headers, HeaderName::from_static("x-receipt"), code.as_str());
    insert(headers, header::LINK, &format!("</verify/{code}>; rel=\"describedby\""));
}

/// Names the receipt of an answer; the page of what was had by sharing is the certificate, which agencies see and nobody
/// else (SHR-21).
pub(super) fn name_proof(headers: &mut HeaderMap, code: &ReceiptCode, is_shared: bool) {
    name_receipt(headers, code);
    if is_shared {
        let page = format!("</share/certificates/{code}>; rel=\"describedby\"");
        insert(headers, header::LINK, &page);
    }
}

pub(super) fn names(code: &str, id: &str) -> Result<(DatasetCode, i64), Problem> {
    let unknown = || {
        let shown: String = format!("{id} of {code}").chars().take(100).collect();
        Problem::from(Error::not_found("resource", shown))
    };
    let code: DatasetCode = code.parse().map_err(|_| unknown())?;
    let is_number = id.bytes().all(|byte| byte.is_ascii_digit());
    let id = id.parse::<i64>().ok().filter(|_| is_number).ok_or_else(unknown)?;
    Ok((code, id))
}

/// A receipt goes on with the retrieval of the same file only.
async fn check_receipt(
    portal: &Portal,
    text: &str,
    code: &DatasetCode,
    id: i64,
    lang: Lang,
) -> Result<bool, Problem> {
    let fault = || {
        Problem::from(Error::field(
            "receipt",
            lang.pick(
                "不是这个文件的回执；不写就得到新的回执",
                "is no receipt of this file; leave it out to get a new one",
            ),
        ))
    };
    let receipt: ReceiptCode = text.parse().map_err(|_| fault())?;
    let receipt = portal.receipt(&receipt).await.map_err(|error| match error.code() {
        kaishu_types::ErrorCode::NotFound => fault(),
        _ => error.into(),
    })?;
    if receipt.dataset == *code && receipt.resource_id == Some(id) {
        Ok(true)
    } else {
        Err(fault())
    }
}

/// The headers that speak of the whole file.
fn facts(code: &DatasetCode, download: &Download) -> HeaderMap {
    let resource = &download.resource;
    let mut headers = HeaderMap::new();
    insert(&mut headers, header::CONTENT_TYPE, &media_type(download));
    insert(&mut headers, header::CONTENT_DISPOSITION, &disposition(code, download));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Some(sha256) = &resource.sha256 {
        insert(&mut headers, header::ETAG, &format!("\"sha256-{sha256}\""));
        if let Some(bytes) = from_hex(sha256) {
            let digest = format!("sha-256=:{}:", STANDARD.encode(bytes));
            insert(&mut headers, HeaderName::from_static("repr-digest"), &digest);
        }
    }
    if let Some(sm3) = &resource.sm3 {
        insert(&mut headers, HeaderName::from_static("x-checksum-sm3"), sm3);
    }
    headers
}

/// Sets a header whose value is made of ours; one that cannot be a header is left out and logged.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => {
            headers.insert(name, value);
        }
        Err(error) => {
            tracing::error!(%name, value, %error, "a header of a download cannot be written")
        }
    }
}

/// Names the kind of the bytes by their format: a publisher's word could make a page or a script of
/// them.
fn media_type(download: &Download) -> String {
    let resource = &download.resource;
    let kind = match resource.format {
        Format::Csv => "text/csv",
        Format::Tsv => "text/tab-separated-values",
        Format::Txt => "text/plain",
        Format::Json => "application/json",
        Format::Ndjson => "application/x-ndjson",
        Format::Geojson => "application/geo+json",
        Format::Xml => "application/xml",
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Format::Xls => "application/vnd.ms-excel",
        Format::Ods => "application/vnd.oasis.opendocument.spreadsheet",
        Format::Parquet => "application/vnd.apache.parquet",
        Format::Pdf => "application/pdf",
        Format::Zip => "application/zip",
        Format::Image => match resource.media_type.as_deref() {
            Some("image/png") => "image/png",
            Some("image/jpeg") => "image/jpeg",
            _ => OCTETS,
        },
        _ => OCTETS,
    };
    let is_name = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    match resource.encoding.as_deref().filter(|it| is_name(it)) {
        Some(encoding) if kind.starts_with("text/") => format!("{kind}; charset={encoding}"),
        _ => kind.to_owned(),
    }
}

/// Names the file (RFC 6266): the name itself where it is plain ASCII, and otherwise the code for old
/// clients with the name in UTF-8 beside it.
fn disposition(code: &DatasetCode, download: &Download) -> String {
    let resource = &download.resource;
    let plain = format!("{code}-{}.{}", resource.id, resource.format.as_str());
    attachment(&plain, &file_name(download))
}

/// Says under which name what is sent is saved; `plain` is for programs that know ASCII only.
pub(super) fn name_file(headers: &mut HeaderMap, plain: &str, name: &str) {
    insert(headers, header::CONTENT_DISPOSITION, &attachment(plain, name));
}

fn attachment(plain: &str, name: &str) -> String {
    let is_plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b' '));
    if is_plain {
        return format!("attachment; filename=\"{name}\"");
    }
    let encoded = utf8_percent_encode(name, ATTRIBUTE);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// Whether a range may be taken: without `If-Range`, or where it names these very bytes.
fn range_applies(asked: &HeaderMap, etag: Option<&HeaderValue>) -> bool {
    match asked.get(header::IF_RANGE) {
        None => true,
        // Weak tags and dates never prove that the bytes are the same.
        Some(wanted) => Some(wanted) == etag,
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn unsatisfiable(size: u64) -> Response {
    let mut response = Problem::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "range_not_satisfiable",
        "The range begins behind the end of the file",
    )
    .with_detail(format!("the file has {size} bytes; begin before that"))
    .in_chinese("范围从文件末尾以后开始", Some(format!("文件有 {size} 字节，范围要从这以前开始")))
    .into_response();
    insert(response.headers_mut(), header::CONTENT_RANGE, &format!("bytes */{size}"));
    response
}

async fn body(portal: &Portal, download: &Download, range: Range<u64>) -> Result<Body, Problem> {
    if range.is_empty() {
        return Ok(Body::empty());
    }
    let Some(path) = download.local_path.clone() else {
        let read = portal.read_download(download, Some(range)).await?;
        return Ok(Body::from_stream(portal.while_open(download, read.bytes)));
    };
    let shown = path.display().to_string();
    let opened = tokio::task::spawn_blocking(move || File::open(path)).await;
    let file = opened
        .map_err(io::Error::other)
        .and_then(|file| file)
        .map_err(|source| Error::Io { path: shown, source })?;
    let chunks = Box::pin(chunks(file, range));
    Ok(Body::from_stream(portal.while_open(download, chunks)))
}

/// Reads a part of a file in large pieces, one ahead, so that memory stays flat and no thread waits
/// for a slow client.
fn chunks(file: File, range: Range<u64>) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let file = Arc::new(file);
    let starts = stream::unfold(range.start, move |start| async move {
        (start < range.end)
            .then(|| (start..(start + READ_BYTES).min(range.end), start + READ_BYTES))
    });
    starts
        .map(move |part| {
            let file = Arc::clone(&file);
            async move {
                tokio::task::spawn_blocking(move || {
                    let n_bytes =
                        usize::try_from(part.end - part.start).map_err(io::Error::other)?;
                    let mut buffer = vec![0; n_bytes];
                    file.read_exact_at(&mut buffer, part.start)?;
                    Ok(Bytes::from(buffer))
                })
                .await
                .map_err(io::Error::other)?
            }
        })
        .buffered(READS_AHEAD)
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    text.as_bytes().chunks(2).map(digits).collect()
}
