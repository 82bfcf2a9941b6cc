//! A safe look at conditional data before an application (SRCH-03).

use axum::extract::{Path, State as Shared};
use axum::response::Response;
use kaishu_types::look::{MadeUp, SafeTable};
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::{self, Plain};
use super::problem::Problem;
use super::reply;
use crate::state::State;

/// What can be seen of conditional data before an application.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LookReply {
    /// Always true: the rows of `sample` are made up.
    synthetic: bool,
    /// Rows that are made up of what the data items declare.
    sample: MadeUp,
    /// The least count that is shown of figures.
    least_count: u64,
    /// Figures of the tables; none where the provider shows none.
    tables: Vec<SafeTable>,
}

/// Look at conditional data
///
/// Before an application: sample rows that are made up of the names, types and lengths of the data items, of no real
/// value; and figures without small counts and extremes, where the provider shows them.
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/look", tag = "access", operation_id = "look_at_dataset",
    params(("code" = String, Path, description = "Catalogue code", example = "YX-FGW-0001")),
    responses(
        (status = 200, description = "What can be seen", body = LookReply),
        (status = 404, description = "No such public dataset, or none that is open on conditions", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    let code = asked::code("dataset", code)?;
    let look = Box::pin(state.portal().look_at(&code)).await?;
    let reply = LookReply {
        synthetic: true,
        sample: look.sample,
        least_count: look.least,
        tables: look.tables,
    };
    reply::json(&asked.headers, asked.lang, &reply)
}
