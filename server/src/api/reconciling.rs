//! Comparing what the portal holds with what the provider says that it holds (PUB-13).

use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use http::{StatusCode, header};
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::{Reconciliation, SampleRow, Stated};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::{self, Plain};
use super::drafting::{body, known};
use super::problem::Problem;
use crate::state::State;

/// What a provider states of a table.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StatedBody {
    /// The version; the one that serves where it is left out.
    version: Option<u32>,
    /// The number of the file; the only one where it is left out.
    resource: Option<i64>,
    /// Which table of the file, from 1.
    table: Option<u32>,
    /// Rows of the table, without its header.
    rows: Option<u64>,
    /// SHA-256 of the file, hex.
    sha256: Option<String>,
    /// Up to 20 rows that the table must hold: values by the names of their columns.
    #[serde(default)]
    #[schema(value_type = Vec<std::collections::BTreeMap<String, String>>)]
    sample: Vec<SampleRow>,
}

/// What came of a comparison.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ComparisonReply {
    /// Its number.
    id: i64,
    /// The dataset.
    dataset: String,
    /// The version that was compared.
    version: u32,
    /// The number of the file.
    resource: i64,
    /// Which table of it, from 1.
    table: u32,
    /// When.
    compared_at: DateTime<Utc>,
    /// Whether the portal holds what was stated.
    consistent: bool,
    /// Rows of the table on the portal; null where none were stated.
    rows_found: Option<u64>,
    /// SHA-256 of the file on the portal; null where none was stated.
    sha256_found: Option<String>,
    /// Places in the sample of the rows that the portal does not hold, from 1.
    missing: Vec<u32>,
}

/// Comparisons, as they were kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ComparisonList {
    /// The comparisons, the newest first.
    items: Vec<ComparisonReply>,
}

/// List what stands inconsistent with its source
///
/// Files whose last comparison was not consistent: of datasets that the token edits, which takes the scope `publish`,
/// and of those that it supervises; none for others.
#[utoipa::path(
    get, path = "/api/v1/comparisons", tag = "publishing", operation_id = "list_inconsistencies",
    security(("token" = ["read"])),
    responses(
        (status = 200, description = "The comparisons that were not consistent", body = ComparisonList),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn inconsistent(
    Shared(state): Shared<State>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    Ok(listed(state.portal().inconsistencies(&caller).await?))
}

/// List the comparisons of a dataset
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/comparisons", tag = "publishing", operation_id = "list_comparisons",
    security(("token" = ["read"])),
    params(("code" = String, Path, description = "Catalogue code", example = "YX-FGW-0001")),
    responses(
        (status = 200, description = "The comparisons", body = ComparisonList),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No dataset that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let code = asked::code("dataset", code)?;
    Ok(listed(state.portal().reconciliations(&caller, &code).await?))
}

fn listed(all: Vec<Reconciliation>) -> Response {
    let items = all.into_iter().map(reply).collect();
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (headers, Json(ComparisonList { items })).into_response()
}

/// Compare a version with its source
///
/// The provider states rows, hash or some rows of a table, one of them at least. What differs is kept with its
/// date, stands on the desks of the provider and the authority until a later comparison is consistent, and is
/// among the quality issues of the dataset where anyone may have the file. Values of the sample are not kept.
#[utoipa::path(
    post, path = "/api/v1/datasets/{code}/comparisons", tag = "publishing", operation_id = "compare_with_source",
    security(("token" = ["publish"])),
    params(("code" = String, Path, description = "Catalogue code", example = "YX-FGW-0001")),
    request_body = StatedBody,
    responses(
        (status = 201, description = "What came of it", body = ComparisonReply),
        (status = 400, description = "Nothing is stated, or something that cannot be compared", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not edit the dataset", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such dataset, version, file or table that the token reaches", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The file is still being taken in", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn compare(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let code = asked::code("dataset", code)?;
    let StatedBody { version, resource, table, rows, sha256, sample } =
        body(request, &state).await?;
    let stated = Stated { version, resource, table, rows, sha256, sample };
    let kept = Box::pin(state.portal().reconcile(&caller, &code, &stated, asked.lang)).await?;
    let headers = [(header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, headers, Json(reply(kept))).into_response())
}

fn reply(kept: Reconciliation) -> ComparisonReply {
    ComparisonReply {
        consistent: kept.is_consistent(),
        id: kept.id,
        dataset: kept.dataset.to_string(),
        version: kept.version,
        resource: kept.resource,
        table: kept.table,
        compared_at: kept.stated_at,
        rows_found: kept.rows.map(|(_, found)| found),
        sha256_found: kept.sha256.map(|(_, found)| found),
        missing: kept.missing,
    }
}
