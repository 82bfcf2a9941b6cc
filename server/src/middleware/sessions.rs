//! Who asks: pages by the cookie of a session, the API by a token. Cookies mean nothing to the API, except where it
//! serves what belongs to a dataset: pages link to it, so that reading it takes the session of a browser, too, of
//! whoever holds a grant or has to be logged in. Files of the site are the same for everybody.

use axum::extract::{Request, State as Shared};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, header};
use kaishu_portal::Error;
use kaishu_portal::accounts::Caller;

use crate::api::problem::Problem;
use crate::fallback::refuse;
use crate::plain_page::language_of;
use crate::state::State;

/// Files of the site that lie at its root.
const FILES: [&str; 7] = [".css", ".js", ".svg", ".png", ".ico", ".wasm", ".txt"];

/// Finds the session of a page and tells those behind whose it is. It stands around the kept pages: they
/// are for those without a session.
pub(super) async fn find(
    Shared(state): Shared<State>,
    mut request: Request,
    next: Next,
) -> Response {
    let (path, portal) = (request.uri().path(), state.portal());
    if (is_of_api(path) && !reads_data(&request)) || is_file(path) {
        return next.run(request).await;
    }
    let Some(token) = app::session_token(&portal.site(), request.headers()) else {
        return next.run(request).await;
    };
    match portal.caller_of_session(&token).await {
        Ok(caller) if caller.came().is_some() => {
            request.extensions_mut().insert(caller);
            let mut response = next.run(request).await;
            for_one(response.headers_mut(), "Cookie, Accept-Encoding");
            response
        }
        Ok(_) => next.run(request).await,
        Err(error) => refuse(portal, &request.into_parts().0, error),
    }
}

/// Finds the owner of the token that a program asks the API with.
pub(super) async fn find_token(
    Shared(state): Shared<State>,
    mut request: Request,
    next: Next,
) -> Response {
    if !is_of_api(request.uri().path()) {
        return next.run(request).await;
    }
    let Some(token) = bearer(request.headers()) else { return next.run(request).await };
    let lang = language_of(request.uri().path(), request.headers());
    match state.portal().caller_of_token(&token, lang).await {
        Ok(caller) => {
            request.extensions_mut().insert::<Caller>(caller);
            let mut response = next.run(request).await;
            for_one(response.headers_mut(), "Authorization, Accept-Encoding");
            response
        }
        Err(error) => refused(error),
    }
}

fn refused(error: Error) -> Response {
    let mut response = Problem::from(error).into_response();
    if response.status() == http::StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// Reads a token. Other ways to say who one is are those of a proxy in front, and mean nothing here.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

fn is_of_api(path: &str) -> bool {
    path.starts_with("/api/") && path != "/api/reference"
}

/// Whether a request reads what belongs to a dataset, and changes nothing.
fn reads_data(request: &Request) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD)
        && request.uri().path().starts_with("/api/v1/datasets/")
}

fn is_file(path: &str) -> bool {
    let is_at_root = path.rfind('/') == Some(0);
    path.starts_with("/pkg/") || (is_at_root && FILES.iter().any(|end| path.ends_with(end)))
}

/// Keeps what was made for one reader out of the caches of others.
fn for_one(headers: &mut HeaderMap, vary: &'static str) {
    let kept = headers.get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok());
    let is_kept_apart = |kept: &str| kept.starts_with("private") || kept.contains("no-store");
    if !kept.is_some_and(is_kept_apart) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    headers.append(header::VARY, HeaderValue::from_static(vary));
}
