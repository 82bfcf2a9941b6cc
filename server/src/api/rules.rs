//! The rules in force and the texts they rest on.

use axum::extract::{Path, State as Shared};
use axum::response::Response;
use kaishu_types::rules::{PolicyView, RegulationView};

use super::asked::Plain;
use super::problem::Problem;
use super::reply;
use crate::state::State;

/// Get the policy profile in force
///
/// Every value comes with the article it rests on, or says that it is a proposal.
#[utoipa::path(
    get, path = "/api/v1/rules", tag = "rules", operation_id = "get_rules",
    responses((status = 200, description = "The profile", body = PolicyView))
)]
pub(super) async fn policy(
    Shared(state): Shared<State>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    reply::json(&asked.headers, asked.lang, &state.portal().policy_view())
}

/// Get the text of a regulation
#[utoipa::path(
    get, path = "/api/v1/rules/{regulation}", tag = "rules", operation_id = "get_regulation",
    params(("regulation" = String, Path, description = "Code of the regulation", example = "aba")),
    responses(
        (status = 200, description = "Its chapters and articles", body = RegulationView),
        (status = 404, description = "No such regulation", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn regulation(
    Shared(state): Shared<State>,
    Path(code): Path<String>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    let regulation = state.portal().regulation(&code)?;
    reply::json(&asked.headers, asked.lang, &regulation)
}
