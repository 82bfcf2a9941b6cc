//! The headers of the tus protocol 1.0.

use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use kaishu_portal::Error;
use kaishu_portal::publishing::{Checksum, NewUpload, Upload, UploadTarget};
use kaishu_types::Lang;

use crate::api::problem::Problem;

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const VERSION: HeaderName = HeaderName::from_static("tus-version");

/// The version of the protocol.
const SPOKEN: &str = "1.0.0";
/// The type of a part.
const PART: &str = "application/offset+octet-stream";
/// The status of a part that is not what its checksum says.
const MISMATCH: u16 = 460;

/// What can be done with uploads here.
pub(super) fn described(max_bytes: usize) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    mark(headers);
    insert(headers, VERSION, SPOKEN);
    let extensions = "creation,expiration,checksum,termination";
    insert(headers, HeaderName::from_static("tus-extension"), extensions);
    insert(headers, HeaderName::from_static("tus-checksum-algorithm"), "sha1,sha256");
    insert(headers, HeaderName::from_static("tus-max-size"), &max_bytes.to_string());
    response
}

/// Says in every answer which version is spoken.
pub(super) fn mark(headers: &mut HeaderMap) {
    insert(headers, RESUMABLE, SPOKEN);
    insert(headers, header::CACHE_CONTROL, "no-store");
}

/// Says how far an upload is.
pub(super) fn put(headers: &mut HeaderMap, upload: &Upload) {
    mark(headers);
    insert(headers, OFFSET, &upload.received.to_string());
    insert(headers, LENGTH, &upload.size_bytes.to_string());
    let expires = upload.expires_at.format("%a, %d %b %Y %H:%M:%S GMT");
    insert(headers, EXPIRES, &expires.to_string());
}

/// Sets a header; what is no value of one is left out.
pub(super) fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Checks that the client speaks this version.
pub(super) fn check_version(headers: &HeaderMap) -> Result<(), Problem> {
    match text(headers, &RESUMABLE) {
        Some(SPOKEN) => Ok(()),
        _ => Err(Problem::new(
            StatusCode::PRECONDITION_FAILED,
            "precondition_failed",
            "Another version of the protocol",
        )
        .with_detail("send `Tus-Resumable: 1.0.0`: it is the version that is spoken here")
        .in_chinese(
            "协议版本不符",
            Some("请发送 `Tus-Resumable: 1.0.0`，这里只支持这个版本".to_owned()),
        )),
    }
}

/// Reads what an upload is to be.
pub(super) fn new_upload(headers: &HeaderMap, lang: Lang) -> Result<NewUpload, Problem> {
    let size_bytes = number(headers, &LENGTH, lang)?;
    let mut target = None;
    let mut file_name = String::new();
    let mut sha256 = None;
    for pair in text(headers, &METADATA).unwrap_or_default().split(',') {
        let (name, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
        let value = BASE64.decode(value).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        match (name, value) {
            ("filename", Some(value)) => file_name = value,
            ("sha256", Some(value)) => sha256 = Some(value),
            ("draft", Some(value)) => target = value.parse().ok().map(UploadTarget::Draft),
            ("dataset", Some(value)) => target = value.parse().ok().map(UploadTarget::Dataset),
            ("filename" | "sha256" | "draft" | "dataset", None) => {
                return Err(fault(
                    &METADATA,
                    lang.pick("的值要用 base64 编码的 UTF-8 文字", "has values of UTF-8 in base64"),
                ));
            }
            // Clients send what they know; it does no harm.
            _ => {}
        }
    }
    let Some(target) = target else {
        let message = lang.pick(
            "要用 `draft`（编号）或者 `dataset`（代码）说明文件的用途",
            "says what the file is for: `draft` with its number or `dataset` with its code",
        );
        return Err(fault(&METADATA, message));
    };
    Ok(NewUpload { target, file_name, size_bytes, sha256 })
}

/// Reads where a part begins, and checks that it is one.
pub(super) fn offset(headers: &HeaderMap, lang: Lang) -> Result<u64, Problem> {
    if text(headers, &header::CONTENT_TYPE) != Some(PART) {
        let title = "The body is of another type";
        let problem =
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", title);
        let detail = format!("请用 `Content-Type: {PART}` 发送");
        let problem = problem.with_detail(format!("send it as `Content-Type: {PART}`"));
        return Err(problem.in_chinese("内容类型不对", Some(detail)));
    }
    number(headers, &OFFSET, lang)
}

/// Reads the checksum of a part, where there is one.
pub(super) fn checksum(headers: &HeaderMap, lang: Lang) -> Result<Option<Checksum>, Problem> {
    let Some(value) = text(headers, &CHECKSUM) else { return Ok(None) };
    let read = value
        .split_once(' ')
        .and_then(|(algorithm, hash)| Checksum::new(algorithm, BASE64.decode(hash.trim()).ok()?));
    let message = lang.pick(
        "写作 `sha256` 或者 `sha1`，空格，再加 base64 的校验值",
        "is `sha256` or `sha1`, a space, and the hash in base64",
    );
    read.map(Some).ok_or_else(|| fault(&CHECKSUM, message))
}

/// Gives a checksum that does not fit the status that clients know it by.
pub(super) fn mismatch(error: Error) -> Problem {
    let is_mismatch = matches!(&error, Error::InvalidInput(faults)
        if faults.iter().any(|fault| fault.field == "checksum"));
    let problem = Problem::from(error);
    match StatusCode::from_u16(MISMATCH) {
        Ok(status) if is_mismatch => problem.with_status(status),
        _ => problem,
    }
}

fn number(headers: &HeaderMap, name: &HeaderName, lang: Lang) -> Result<u64, Problem> {
    let read = text(headers, name).and_then(|text| text.trim().parse().ok());
    let message = lang.pick("要有，是从 0 起的整数", "is needed: a whole number from 0");
    read.ok_or_else(|| fault(name, message))
}

fn fault(name: &HeaderName, message: &str) -> Problem {
    Error::field(name.as_str(), message).into()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
