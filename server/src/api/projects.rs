//! IT projects by program: registered, and read with what they plan and what is missing (CAT-13).

use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use kaishu_portal::accounts::Caller;
use kaishu_portal::registers::{Demand, PlannedEntry, ProjectForm, ProjectView, ReportPart};
use kaishu_types::RuleRef;
use kaishu_types::case::CaseView;
use kaishu_types::organization::Named;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::Plain;
use super::cases::{self, opened};
use super::drafting::{body, known, private};
use super::problem::Problem;
use crate::state::State;

/// An IT project.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectRecord {
    /// Code of the agency.
    organization: String,
    /// Its number with whoever approves projects; none twice in an agency.
    code: String,
    /// What it is called.
    name: String,
    /// Whether the government pays for it.
    #[serde(default)]
    is_funded: bool,
    /// Titles of the entries it plans.
    #[serde(default)]
    planned: Vec<String>,
    /// The data-security construction plan: title, number, where it is.
    #[serde(default)]
    security_plan: String,
}

/// A project as those who may see it read it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProjectReply {
    /// Its case: where it is, what happened, what the owner of the token may do.
    case: CaseView,
    /// The agency.
    organization: Named,
    /// Whether the government pays for it.
    is_funded: bool,
    /// The entries it plans.
    planned: Vec<PlannedItem>,
    /// The data-security construction plan.
    security_plan: String,
    /// Title and number of the report on the acceptance.
    report: String,
    /// Its parts, as the rules demand them.
    parts: Vec<ReportItem>,
    /// What is demanded before approval.
    before: ProjectDemand,
    /// What is demanded at the acceptance.
    acceptance: ProjectDemand,
}

/// An entry that a project plans.
#[derive(Debug, Serialize, ToSchema)]
struct PlannedItem {
    /// Its place in the list, from 1.
    place: usize,
    /// Its title.
    title: String,
    /// The entry of the catalogue that it became, where somebody named it.
    dataset: Option<String>,
    /// Whether that entry is published.
    is_delivered: bool,
}

/// A part of the report on an acceptance.
#[derive(Debug, Serialize, ToSchema)]
struct ReportItem {
    /// The name of the answer that fills it, as in `report.goals`.
    name: String,
    /// What it is on.
    label: &'static str,
    /// What was written.
    text: String,
}

/// What the rules demand.
#[derive(Debug, Serialize, ToSchema)]
struct ProjectDemand {
    /// What, in words.
    text: String,
    /// The rule.
    rule: RuleRef,
}

/// Read an IT project
///
/// What it plans, what of it is in the catalogue, and what the rules demand before approval and at the acceptance.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}", tag = "publishing", operation_id = "read_project",
    security(("token" = ["read"])),
    params(("id" = i64, Path, description = "Number of its case")),
    responses(
        (status = 200, description = "The project", body = ProjectReply),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No project that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let found = Box::pin(state.portal().project(&caller, cases::number(id)?, asked.lang)).await?;
    Ok((private(), Json(reply(found))).into_response())
}

/// Register an IT project
///
/// Its case is gone on with at `/api/v1/cases/{id}/acts`: `answers` hold what an act asks for, as in `{"planned":
/// "公交站点\n公交线路"}` for `plan`, `{"entry": "1", "dataset": "YX-JT-0001"}` for `link`, `{"report": "…",
/// "report.goals": "…"}` for `report`. Projects are listed at `/api/v1/cases?kind=project`.
#[utoipa::path(
    post, path = "/api/v1/projects", tag = "publishing", operation_id = "register_project",
    security(("token" = ["publish"])),
    request_body = ProjectRecord,
    responses(
        (status = 201, description = "The case of the project", body = CaseView),
        (status = 400, description = "Something is missing, or the agency has a project with this number", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token keeps no records of this agency", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn register(
    Shared(state): Shared<State>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let record: ProjectRecord = body(request, &state).await?;
    let planned = record.planned.join("\n");
    let form = ProjectForm {
        organization: &record.organization,
        code: &record.code,
        name: &record.name,
        is_funded: record.is_funded,
        planned: &planned,
        security_plan: &record.security_plan,
    };
    let case = Box::pin(state.portal().register_project(&caller, &form, asked.lang)).await?;
    opened(&state, &caller, case, asked.lang).await
}

fn reply(found: ProjectView) -> ProjectReply {
    let ProjectView {
        case,
        organization,
        is_funded,
        planned,
        security_plan,
        report,
        parts,
        before,
        acceptance,
    } = found;
    ProjectReply {
        case,
        organization,
        is_funded,
        planned: planned.into_iter().map(planned_item).collect(),
        security_plan,
        report,
        parts: parts.into_iter().map(report_item).collect(),
        before: demand(before),
        acceptance: demand(acceptance),
    }
}

fn planned_item(entry: PlannedEntry) -> PlannedItem {
    let PlannedEntry { place, title, dataset, is_delivered } = entry;
    PlannedItem { place, title, dataset, is_delivered }
}

fn report_item(part: ReportPart) -> ReportItem {
    let ReportPart { code, label, text } = part;
    ReportItem { name: format!("report.{code}"), label, text }
}

fn demand(demand: Demand) -> ProjectDemand {
    let Demand { text, rule } = demand;
    ProjectDemand { text, rule }
}
