//! What inspections and monitoring found in a dataset, for who looks after it or over it (PUB-06, PUB-07).

use std::collections::BTreeMap;

use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::NaiveDate;
use http::StatusCode;
use kaishu_portal::Error;
use kaishu_portal::accounts::Caller;
use kaishu_portal::monitoring::{Inspected, Inspection, QualityScore};
use kaishu_types::DatasetCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::{self, Plain};
use super::drafting::{body, known, private};
use super::problem::Problem;
use crate::state::State;

/// What inspections found in a dataset.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InspectionList {
    /// Whether the owner of the token inspects it.
    may_inspect: bool,
    /// What was found, the newest first.
    items: Vec<InspectionItem>,
}

/// Something that an inspection found.
#[derive(Debug, Serialize, ToSchema)]
struct InspectionItem {
    /// Its number.
    id: i64,
    /// What is wrong.
    finding: String,
    /// The version that was inspected.
    found_in: u32,
    /// When.
    found_on: NaiveDate,
    /// The last day to mend it.
    due: NaiveDate,
    /// The name of whoever inspected.
    inspected_by: String,
    /// The version that mended it; null while it is open.
    fixed_in: Option<u32>,
    /// When that was found.
    closed_on: Option<NaiveDate>,
}

/// Something that is wrong.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewInspection {
    /// What is wrong, and what would be right; listed publicly where the dataset is public.
    finding: String,
    /// The last day to mend it: within a year.
    due: NaiveDate,
}

/// What mended it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClosedInspection {
    /// The version that did.
    version: u32,
}

/// What monitoring found of a dataset over time.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MonitoringReply {
    /// The days on which it was looked at, the newest first.
    items: Vec<MonitoredDay>,
}

/// A day on which a dataset was looked at.
#[derive(Debug, Serialize, ToSchema)]
struct MonitoredDay {
    /// The day.
    day: NaiveDate,
    /// The version that served then.
    version: u32,
    /// 0 to 100, the mean of the dimensions; null where no rule measures anything.
    score: Option<f64>,
    /// The dimensions by their codes, 0 to 100.
    dimensions: BTreeMap<String, f64>,
    /// Tables that were measured.
    n_tables: u32,
}

/// List what inspections found in a dataset
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/inspections", tag = "publishing", operation_id = "list_inspections",
    security(("token" = ["read"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    responses(
        (status = 200, description = "What was found", body = InspectionList),
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
    let code = asked::code("dataset", code)?;
    let caller = known(caller, asked.lang)?;
    let inspected = state.portal().inspections(&caller, &code).await?;
    Ok((private(), Json(list_of(inspected))).into_response())
}

/// Record what an inspection found
///
/// Its provider is told, and mends it until the day that is set.
#[utoipa::path(
    post, path = "/api/v1/datasets/{code}/inspections", tag = "supervision", operation_id = "add_inspection",
    security(("token" = ["decide"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    request_body = NewInspection,
    responses(
        (status = 201, description = "What was found, with it", body = InspectionList),
        (status = 400, description = "No finding, or a day that is not within a year", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not inspect it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No dataset that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn add(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let code: DatasetCode = asked::code("dataset", code)?;
    let caller = known(caller, asked.lang)?;
    let NewInspection { finding, due } = body(request, &state).await?;
    let due = due.to_string();
    let portal = state.portal();
    Box::pin(portal.inspect(&caller, &code, (&finding, &due), asked.lang)).await?;
    let inspected = portal.inspections(&caller, &code).await?;
    Ok((StatusCode::CREATED, private(), Json(list_of(inspected))).into_response())
}

/// Say which version mended what an inspection found
#[utoipa::path(
    post, path = "/api/v1/datasets/{code}/inspections/{number}/close", tag = "supervision", operation_id = "close_inspection",
    security(("token" = ["decide"])),
    params(
        ("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217"),
        ("number" = i64, Path, description = "Number of the inspection")
    ),
    request_body = ClosedInspection,
    responses(
        (status = 200, description = "What was found", body = InspectionList),
        (status = 400, description = "No version that came after the one inspected", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not inspect it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such inspection of a dataset that the token reaches", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "That was said before", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn close(
    Shared(state): Shared<State>,
    Path((code, id)): Path<(String, String)>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let code: DatasetCode = asked::code("dataset", Path(code))?;
    let caller = known(caller, asked.lang)?;
    let shown: String = id.chars().take(80).collect();
    let id: i64 = id.parse().map_err(|_| Error::not_found("resource", shown))?;
    let ClosedInspection { version } = body(request, &state).await?;
    let version = version.to_string();
    let portal = state.portal();
    Box::pin(portal.close_inspection(&caller, &code, (id, &version), asked.lang)).await?;
    let inspected = portal.inspections(&caller, &code).await?;
    Ok((private(), Json(list_of(inspected))).into_response())
}

/// List what monitoring found of a dataset
///
/// Its quality over time, as it is looked at by itself in the period of the rules in force.
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/monitoring", tag = "publishing", operation_id = "list_monitoring",
    security(("token" = ["read"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    responses(
        (status = 200, description = "Its scores", body = MonitoringReply),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No dataset that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn monitoring(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let code = asked::code("dataset", code)?;
    let caller = known(caller, asked.lang)?;
    let (_, course) = state.portal().quality_course(&caller, &code).await?;
    let items = course.into_iter().map(monitored).collect();
    Ok((private(), Json(MonitoringReply { items })).into_response())
}

fn list_of(inspected: Inspected) -> InspectionList {
    let Inspected { found, may_inspect, .. } = inspected;
    InspectionList { may_inspect, items: found.into_iter().map(item).collect() }
}

fn item(it: Inspection) -> InspectionItem {
    InspectionItem {
        id: it.id,
        finding: it.finding,
        found_in: it.found_in,
        found_on: it.found_on,
        due: it.due,
        inspected_by: it.inspected_by,
        fixed_in: it.fixed_in,
        closed_on: it.closed_on,
    }
}

fn monitored(it: QualityScore) -> MonitoredDay {
    let tenths = |score: u32| f64::from(score) / 10.0;
    MonitoredDay {
        day: it.day,
        version: it.version,
        score: it.score.map(tenths),
        dimensions: it.dimensions.into_iter().map(|(code, score)| (code, tenths(score))).collect(),
        n_tables: it.n_tables,
    }
}
