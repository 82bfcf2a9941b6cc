//! Receipts of retrievals, and the figures of the portal.

use axum::extract::{Path, State as Shared};
use axum::response::Response;
use kaishu_types::ReceiptCode;
use kaishu_types::receipt::ReceiptView;
use kaishu_types::stats::{GrantCounts, PortalStats};

use super::asked::{self, Plain};
use super::problem::Problem;
use super::reply;
use crate::state::State;

/// Verify a receipt
#[utoipa::path(
    get, path = "/api/v1/receipts/{code}", tag = "receipts", operation_id = "get_receipt",
    params(("code" = String, Path, description = "Number of the receipt, from the header X-Receipt of a download", example = "R-20261121-7F3A22C0")),
    responses(
        (status = 200, description = "What was retrieved, and when", body = ReceiptView),
        (status = 404, description = "No such receipt", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    let code: ReceiptCode = asked::code("receipt", code)?;
    let portal = state.portal();
    let receipt = portal.receipt_in(portal.receipt(&code).await?, asked.lang).await?;
    reply::json(&asked.headers, asked.lang, &receipt)
}

/// Get the figures of the portal
#[utoipa::path(
    get, path = "/api/v1/stats", tag = "statistics", operation_id = "get_stats",
    responses((status = 200, description = "Counts, a minute old at most", body = PortalStats))
)]
pub(super) async fn statistics(
    Shared(state): Shared<State>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    let figures = state.portal().labelled_figures(asked.lang).await?;
    reply::json(&asked.headers, asked.lang, &figures)
}

/// Count the grants of conditional data
///
/// Each grant is counted in one row at most, and no row has fewer than three: what is too few is counted with what is
/// like it, or left out. A count of one or two is null. Who holds a grant is not told, and what agencies share with each
/// other is not counted.
#[utoipa::path(
    get, path = "/api/v1/stats/grants", tag = "statistics", operation_id = "count_grants",
    responses((status = 200, description = "Counts, a minute old at most", body = GrantCounts))
)]
pub(super) async fn grants(
    Shared(state): Shared<State>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    let counts = state.portal().grant_counts().await?;
    reply::json(&asked.headers, asked.lang, &*counts)
}
