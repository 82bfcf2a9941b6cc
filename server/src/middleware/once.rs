//! Requests that come twice are done once: those of programs by their `Idempotency-Key`, forms by the key that was drawn
//! into them. What was done is answered again as it was.
//!
//! It stands around all routes, so that whatever writes has it without a line of its own.

use std::error::Error as _;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{Request, State as Shared};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::LengthLimitError;
use kaishu_portal::accounts::Caller;
use kaishu_portal::requests::{Answer, Begun, Repeatable, sha256};
use tracing::Instrument;

use crate::fallback::refuse;
use crate::plain_page::language_of;
use crate::state::State;

/// How programs name a request.
const KEY: &str = "idempotency-key";
/// Says of an answer that it was given before.
const REPLAYED: &str = "idempotent-replayed";
/// The field of a form that names it.
const FIELD: &[u8] = b"once=";
/// Beginnings and ends of paths whose use cases keep the key with what they write.
const OWN: [(&str, &str); 3] = [
    ("/api/v1/cases/", "/acts"),
    ("/api/v1/applications/", "/acts"),
    ("/api/v1/datasets/", "/records"),
];
/// Ends of paths whose answer is of data: it is asked for anew each time, under the grant as it is then.
const ASKED_ANEW: [&str; 1] = ["/verify"];
/// Ends of paths whose answer bears a secret that is told once and kept nowhere: sent again it is answered without.
const TOLD_ONCE: [&str; 2] = ["/api/v1/webhooks", "/previews"];
/// Longest answer that is kept, in bytes.
const MAX_ANSWER_BYTES: u64 = 256 << 10;

/// A request that has a name.
struct Named {
    key: String,
    request: String,
    sha256: String,
}

/// Does a request that has a name once.
pub(super) async fn keep(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>().filter(|it| it.is_logged_in()).cloned();
    let Some(caller) = caller.filter(|_| changes(&request)) else { return next.run(request).await };
    let (request, named) = match Box::pin(named(&state, request)).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let Some(named) = named else { return next.run(request).await };
    // Who sends it again has left the first one: that one is done all the same.
    let doing = Box::pin(once(state, caller, named, request, next)).in_current_span();
    match tokio::spawn(doing).await {
        Ok(response) => response,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        },
    }
}

fn changes(request: &Request) -> bool {
    let writes = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let path = request.uri().path();
    let is_own = OWN.iter().any(|(start, end)| path.starts_with(start) && path.ends_with(end));
    let is_asked = ASKED_ANEW.iter().any(|end| path.ends_with(end));
    writes.contains(request.method()) && !is_own && !is_asked
}

/// Reads how a request is named; its body is read only where it is a text.
async fn named(state: &State, request: Request) -> Result<(Request, Option<Named>), Response> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let is_of_api = path.starts_with("/api/");
    let told = parts.headers.get(KEY).filter(|_| is_of_api).cloned();
    let kind =
        parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let is_form = !is_of_api && kind.starts_with(b"application/x-www-form-urlencoded");
    let is_text = is_form || kind.starts_with(b"application/json");
    if told.is_none() && !is_form {
        return Ok((Request::from_parts(parts, body), None));
    }
    let request = format!("{} {path}", parts.method);
    let (body, sha256) = match is_text {
        // Two senders of one file cut it in different places: of files the name says enough.
        false => (body, String::new()),
        true => {
            let bytes = to_bytes(body, state.limits().body_bytes).await.map_err(broken)?;
            if is_form && !bytes.split(|byte| *byte == b'&').any(|field| field.starts_with(FIELD)) {
                return Ok((Request::from_parts(parts, Body::from(bytes)), None));
            }
            let hash = sha256(&bytes);
            (Body::from(bytes), hash)
        }
    };
    let key = match &told {
        Some(key) => key.to_str().unwrap_or_default().trim().to_owned(),
        // Whoever goes back and writes something else sends another form.
        None => format!("form-{sha256}"),
    };
    Ok((Request::from_parts(parts, body), Some(Named { key, request, sha256 })))
}

async fn once(
    state: State,
    caller: Caller,
    named: Named,
    request: Request,
    next: Next,
) -> Response {
    let (portal, Named { key, request: what, sha256 }) = (state.portal(), &named);
    let (head, body) = request.into_parts();
    let lang = language_of(head.uri.path(), &head.headers);
    match portal.begin_request(&caller, Repeatable { key, request: what, sha256 }, lang).await {
        Ok(Begun::First) => {}
        Ok(Begun::Again(answer)) => return again(answer),
        Err(error) => return refuse(portal, &head, error),
    }
    // What is written over is read again; only what a request began is named by its answer.
    let is_short =
        head.method == Method::PUT || TOLD_ONCE.iter().any(|end| head.uri.path().ends_with(end));
    let response = next.run(Request::from_parts(head, body)).await;
    let (response, answer) = answered(response, !is_short).await;
    if let Err(error) = portal.end_request(&caller, key, answer.as_ref()).await {
        let error = &error as &dyn std::error::Error;
        tracing::error!(error, what, "the answer of a request could not be kept");
    }
    response
}

/// What is kept of an answer, perhaps without its body; nothing where nothing was done.
async fn answered(response: Response, with_body: bool) -> (Response, Option<Answer>) {
    let status = response.status();
    if !status.is_success() && !status.is_redirection() {
        return (response, None);
    }
    let text = |headers: &HeaderMap, name: HeaderName| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let location = text(response.headers(), header::LOCATION);
    let is_json = text(response.headers(), header::CONTENT_TYPE).starts_with("application/json");
    let is_kept = with_body
        && is_json
        && response.body().size_hint().exact().is_some_and(|it| it <= MAX_ANSWER_BYTES);
    let kept = |body: String| Some(Answer { status: status.as_u16(), location, body });
    if !is_kept {
        return (response, kept(String::new()));
    }
    let (head, body) = response.into_parts();
    match to_bytes(body, usize::MAX).await {
        Ok(bytes) => {
            let body = String::from_utf8_lossy(&bytes).into_owned();
            (Response::from_parts(head, Body::from(bytes)), kept(body))
        }
        Err(error) => {
            tracing::error!(%error, "an answer could not be read");
            (Response::from_parts(head, Body::empty()), kept(String::new()))
        }
    }
}

/// The same answer as before.
fn again(answer: Answer) -> Response {
    let Answer { status, location, body } = answer;
    let has_body = !body.is_empty();
    let mut response = Body::from(body).into_response();
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    if has_body {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Some(location) =
        HeaderValue::from_str(&location).ok().filter(|location| !location.is_empty())
    {
        headers.insert(header::LOCATION, location);
    }
    response
}

/// Why a body could not be read, as extractors say it.
fn broken(error: axum::Error) -> Response {
    let mut cause: Option<&dyn std::error::Error> = error.source();
    while let Some(found) = cause {
        if found.is::<LengthLimitError>() {
            let text = "the body has more bytes than the limit";
            return (StatusCode::PAYLOAD_TOO_LARGE, text).into_response();
        }
        cause = found.source();
    }
    (StatusCode::BAD_REQUEST, "the body broke off").into_response()
}
