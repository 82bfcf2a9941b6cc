//! What happens around every request, one layer a file.

mod address;
mod body_limit;
mod cors;
mod errors;
mod log;
mod once;
mod pages;
mod panics;
mod request_id;
mod security;
mod sessions;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use http::{Extensions, HeaderMap, StatusCode, Version, header};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};

use crate::state::State;

/// Puts all layers around the routes, the innermost first.
pub(crate) fn around(routes: Router<State>, state: &State) -> Router<State> {
    routes
        .layer(from_fn_with_state(state.clone(), once::keep))
        .layer(from_fn_with_state(state.clone(), sessions::find_token))
        .layer(from_fn_with_state(state.clone(), body_limit::guard))
        .layer(from_fn_with_state(state.clone(), address::guard))
        .layer(from_fn_with_state(state.clone(), errors::dress))
        .layer(compression())
        .layer(from_fn(cors::open))
        .layer(from_fn_with_state(state.clone(), pages::keep))
        .layer(from_fn_with_state(state.clone(), sessions::find))
        .layer(from_fn(panics::catch))
        .layer(from_fn(security::protect))
        .layer(from_fn(log::write))
        .layer(from_fn(request_id::give))
}

/// Quick rather than small: what many read is kept packed by the page cache.
fn compression() -> CompressionLayer<impl Predicate> {
    fn is_no_download(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
        // A file leaves as the bytes it is: its hash and its ranges speak of those.
        !headers.contains_key(header::ACCEPT_RANGES)
    }
    CompressionLayer::new()
        .quality(CompressionLevel::Precise(5))
        .compress_when(DefaultPredicate::new().and(is_no_download))
}
