//! What authorities report about opening, for programs (CLS-11).

use axum::Json;
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use http::header;
use kaishu_portal::accounts::log_in_first;
use kaishu_types::oversight::PriorityReport;

use super::asked::Asked;
use super::problem::Problem;
use crate::state::State;

/// Count the entries of priority topics
///
/// For each topic that is to be opened first how many entries carry its tag, and how they are open: those of the
/// regions and organizations that the owner of the token supervises.
#[utoipa::path(
    get, path = "/api/v1/priority-topics", tag = "supervision", operation_id = "count_priority_topics",
    security(("token" = ["read"])),
    responses(
        (status = 200, description = "The topics", body = PriorityReport),
        (status = 400, description = "A parameter that is not known", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The owner of the token supervises nothing", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn topics(
    Shared(state): Shared<State>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.only(&[])?;
    if !asked.caller.is_logged_in() {
        return Err(log_in_first(asked.lang).into());
    }
    let report = state.portal().priority_report(&asked.caller, asked.lang).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(report)).into_response())
}
