//! Answers from the pages kept ready: what is the same for every anonymous reader is drawn once.

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{Request, State as Shared};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use kaishu_portal::accounts::Caller;
use kaishu_types::DatasetCode;

use crate::negotiation::Encoding;
use crate::page_cache::{Kept, Key, Theme};
use crate::state::State;

/// Who asks for a page.
enum Reader {
    /// Nobody in particular, with a choice of colours at most. Cookies of others, as a neighbour on
    /// the same domain sets them, say nothing here.
    Anonymous(Option<Theme>),
    /// One that a login or the wanted form tells apart: the answer must not be kept.
    Known,
    /// One that asks for no page.
    Other,
}

/// Answers from the kept pages, or keeps what may be kept; counts the views of datasets.
pub(super) async fn keep(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let is_seen = request.method() == Method::GET && !app::is_prefetch(request.headers());
    let seen = if is_seen { dataset_of(request.uri().path()) } else { None };
    let response = answer(&state, request, next).await;
    let is_shown = matches!(response.status(), StatusCode::OK | StatusCode::NOT_MODIFIED);
    if let Some(code) = seen.filter(|_| is_shown) {
        state.portal().count_view(&code);
    }
    response
}

async fn answer(state: &State, request: Request, next: Next) -> Response {
    let theme = match reader(&request) {
        Reader::Anonymous(theme) => theme,
        Reader::Known => return for_one(next.run(request).await),
        Reader::Other => return next.run(request).await,
    };
    let encoding = Encoding::wanted(request.headers());
    let path_and_query = request.uri().path_and_query().map(ToString::to_string);
    let key = Key { address: path_and_query.unwrap_or_default(), theme, encoding };
    let revision = state.portal().revision();
    let (mut parts, body) = request.into_parts();
    let is_head = parts.method == Method::HEAD;
    let wanted = parts.headers.clone();
    if let Some(kept) = state.pages().find(&key, revision) {
        return kept.answer(&wanted, is_head);
    }
    // Everybody with this key gets what this request gets.
    parts.method = Method::GET;
    parts.headers.remove(header::IF_NONE_MATCH);
    parts.headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(name(encoding)));
    match theme {
        None => parts.headers.remove(header::COOKIE),
        Some(theme) => {
            parts.headers.insert(header::COOKIE, HeaderValue::from_static(cookie(theme)))
        }
    };
    let response = next.run(Request::from_parts(parts, body)).await;
    if !may_be_kept(&response) {
        return if is_head { without_body(response) } else { response };
    }
    let (head, body) = response.into_parts();
    let body = match to_bytes(body, usize::MAX).await {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(%error, "a page broke off while it was written");
            return failed();
        }
    };
    let kept = Kept::new(revision, head.headers, body);
    state.pages().keep(key, kept).answer(&wanted, is_head)
}

/// Tells who asks.
fn reader(request: &Request) -> Reader {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let path = request.uri().path();
    // A download leaves a receipt, so it must not look like another request; a login that comes back from
    // the provider of identities is told by its cookie.
    let is_page = ["/api/", "/_fn/", "/login/provider", "/en/login/provider"]
        .iter()
        .all(|start| !path.starts_with(start))
        && !path.ends_with("/download");
    let headers = request.headers();
    if !is_read || !is_page {
        return Reader::Other;
    }
    // Errors come as JSON to those who prefer it; pages never do.
    let prefers_json = crate::negotiation::prefers_json(path, headers);
    let is_logged_in = request.extensions().get::<Caller>().is_some();
    if is_logged_in || prefers_json || headers.contains_key(header::AUTHORIZATION) {
        return Reader::Known;
    }
    Reader::Anonymous(theme(headers))
}

/// Reads the choice of colours.
fn theme(headers: &HeaderMap) -> Option<Theme> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|pairs| pairs.to_str().ok());
    let mut pairs = pairs.flat_map(|pairs| pairs.split(';'));
    pairs.find_map(|pair| match pair.trim() {
        "theme=light" => Some(Theme::Light),
        "theme=dark" => Some(Theme::Dark),
        _ => None,
    })
}

/// Keeps a page that was drawn for one reader out of the caches of others.
fn for_one(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let starts = |name, part: &[u8]| {
        headers.get(name).is_some_and(|value| value.as_bytes().starts_with(part))
    };
    if starts(header::CONTENT_TYPE, b"text/html") && starts(header::CACHE_CONTROL, b"public") {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        headers.insert(header::VARY, HeaderValue::from_static("Cookie, Accept-Encoding"));
    }
    response
}

fn may_be_kept(response: &Response) -> bool {
    let headers = response.headers();
    response.status() == StatusCode::OK
        && !headers.contains_key(header::SET_COOKIE)
        && headers
            .get(header::CACHE_CONTROL)
            .is_some_and(|value| value.as_bytes().starts_with(b"public"))
}

fn dataset_of(path: &str) -> Option<DatasetCode> {
    let path = path.strip_prefix("/en").filter(|rest| rest.starts_with('/')).unwrap_or(path);
    path.strip_prefix("/datasets/")?.parse().ok()
}

fn name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Brotli => "br",
        Encoding::Gzip => "gzip",
        Encoding::Identity => "identity",
    }
}

fn cookie(theme: Theme) -> &'static str {
    match theme {
        Theme::Light => "theme=light",
        Theme::Dark => "theme=dark",
    }
}

/// Takes the body away and leaves its length, where it is known.
fn without_body(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    if let Some(n_bytes) = body.size_hint().exact() {
        head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(n_bytes));
    }
    Response::from_parts(head, Body::empty())
}

fn failed() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
