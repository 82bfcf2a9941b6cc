//! One entry of the catalogue and its parts.

use axum::extract::{Path, State as Shared};
use axum::response::Response;
use kaishu_types::DatasetCode;
use kaishu_types::dataset::DatasetView;

use super::asked::{self, Plain};
use super::listing::{Items, Resources, Versions};
use super::problem::Problem;
use super::reply;
use crate::state::State;

async fn find(state: &State, code: Path<String>) -> Result<DatasetView, Problem> {
    let code: DatasetCode = asked::code("dataset", code)?;
    Ok(state.portal().dataset(&code).await?)
}

/// The same with what each version rests on, as the pages of versions tell it (CAT-10).
async fn with_bases(state: &State, code: Path<String>) -> Result<DatasetView, Problem> {
    let mut dataset = find(state, code).await?;
    state.portal().name_bases(&mut dataset).await?;
    Ok(dataset)
}

/// Get a whole entry
///
/// With its data items, resources and versions, as far as the public may know of them.
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}", tag = "datasets", operation_id = "get_dataset",
    params(("code" = String, Path, description = "Catalogue code", example = "YX-FGW-0001")),
    responses(
        (status = 200, description = "The entry", body = DatasetView),
        (status = 404, description = "No such public dataset", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    let dataset = with_bases(&state, code).await?;
    reply::json(&asked.headers, asked.lang, &dataset)
}

/// List the data items of a dataset
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/items", tag = "datasets", operation_id = "list_items",
    params(("code" = String, Path, description = "Catalogue code", example = "YX-FGW-0001")),
    responses(
        (status = 200, description = "Its data items", body = Items),
        (status = 404, description = "No such public dataset", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn items(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    let items = find(&state, code).await?.items;
    reply::json(&asked.headers, asked.lang, &Items { items })
}

/// List the files and interfaces of a dataset
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/resources", tag = "datasets", operation_id = "list_resources",
    params(("code" = String, Path, description = "Catalogue code", example = "YX-FGW-0001")),
    responses(
        (status = 200, description = "Its resources in the version that serves now", body = Resources),
        (status = 404, description = "No such public dataset", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn resources(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    let items = find(&state, code).await?.resources;
    reply::json(&asked.headers, asked.lang, &Resources { items })
}

/// List the versions of a dataset
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/versions", tag = "datasets", operation_id = "list_versions",
    params(("code" = String, Path, description = "Catalogue code", example = "YX-FGW-0001")),
    responses(
        (status = 200, description = "Its versions, newest first", body = Versions),
        (status = 404, description = "No such public dataset", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn versions(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    let items = with_bases(&state, code).await?.versions;
    reply::json(&asked.headers, asked.lang, &Versions { items })
}
