//! What supervisors ask: does the process live, and may it get requests.

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use crate::state::State;

const NO_STORE: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz() -> Response {
    (NO_STORE, "ok\n").into_response()
}

/// `GET /readyz`: dictionaries and index are loaded, and the database answers.
pub(crate) async fn readyz(Shared(state): Shared<State>) -> Response {
    if !state.is_warm() {
        return (StatusCode::SERVICE_UNAVAILABLE, NO_STORE, "the search index is being loaded\n")
            .into_response();
    }
    match state.portal().ping().await {
        Ok(()) => (NO_STORE, "ok\n").into_response(),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the database does not answer"
            );
            (StatusCode::SERVICE_UNAVAILABLE, NO_STORE, "the database does not answer\n")
                .into_response()
        }
    }
}
