//! What islands ask of the server.

use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse, Response};
use leptos::prelude::provide_context;

use crate::state::State;

/// `GET /_fn/…`
pub(crate) async fn call(Shared(state): Shared<State>, request: Request) -> Response {
    let portal = state.portal().clone();
    leptos_axum::handle_server_fns_with_context(move || provide_context(portal.clone()), request)
        .await
        .into_response()
}
