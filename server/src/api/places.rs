//! Organizations and regions.

use axum::extract::{Path, State as Shared};
use axum::response::Response;
use kaishu_portal::Error;
use kaishu_types::organization::{OrganizationView, RegionView};
use kaishu_types::{OrganizationCode, RegionCode};

use super::asked::{self, Plain};
use super::listing::{Organizations, Regions};
use super::problem::Problem;
use super::reply;
use crate::state::State;

/// List the organizations
#[utoipa::path(
    get, path = "/api/v1/organizations", tag = "directory", operation_id = "list_organizations",
    responses((status = 200, description = "All organizations", body = Organizations))
)]
pub(super) async fn organizations(
    Shared(state): Shared<State>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    let items = state.portal().directory().organizations.clone();
    let answer = Organizations { total: items.len(), items };
    reply::json(&asked.headers, asked.lang, &answer)
}

/// Get an organization
#[utoipa::path(
    get, path = "/api/v1/organizations/{code}", tag = "directory", operation_id = "get_organization",
    params(("code" = String, Path, description = "Code of the organization", example = "YX-FGW")),
    responses(
        (status = 200, description = "The organization", body = OrganizationView),
        (status = 404, description = "No such organization", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn organization(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    let code: OrganizationCode = asked::code("organization", code)?;
    let directory = state.portal().directory();
    let organization = directory
        .organization(code.as_str())
        .ok_or_else(|| Error::not_found("organization", code.as_str()))?;
    reply::json(&asked.headers, asked.lang, organization)
}

/// List the regions
#[utoipa::path(
    get, path = "/api/v1/regions", tag = "directory", operation_id = "list_regions",
    responses((status = 200, description = "All regions, upper ones first", body = Regions))
)]
pub(super) async fn regions(
    Shared(state): Shared<State>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    let items = state.portal().directory().regions.clone();
    let answer = Regions { total: items.len(), items };
    reply::json(&asked.headers, asked.lang, &answer)
}

/// Get a region
#[utoipa::path(
    get, path = "/api/v1/regions/{code}", tag = "directory", operation_id = "get_region",
    params(("code" = String, Path, description = "Code of the region", example = "YX")),
    responses(
        (status = 200, description = "The region", body = RegionView),
        (status = 404, description = "No such region", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn region(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    let code: RegionCode = asked::code("region", code)?;
    let directory = state.portal().directory();
    let region =
        directory.region(code.as_str()).ok_or_else(|| Error::not_found("region", code.as_str()))?;
    reply::json(&asked.headers, asked.lang, region)
}
