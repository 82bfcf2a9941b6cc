//! The quality issues of a dataset (PUB-06).

use axum::extract::{Path, State as Shared};
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use kaishu_portal::monitoring::Inspection;
use kaishu_portal::publishing::Reconciliation;
use kaishu_portal::tables::{IssuePlace, QualityIssue, QualityIssues};
use kaishu_types::Lang;
use kaishu_types::organization::Named;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::{self, Plain};
use super::problem::Problem;
use super::reply;
use crate::state::State;

/// The quality issues of a dataset.
#[derive(Serialize, ToSchema)]
pub(super) struct IssuesReply {
    /// Who has to mend them.
    owner: Named,
    /// Those that are open, oldest first, and behind them those that were mended, newest first.
    issues: Vec<Issue>,
    /// Files that anyone may have whole and that are not what the provider says that it holds, the newest
    /// first (PUB-13).
    comparisons: Vec<ComparisonIssue>,
    /// What inspections of the authority found, the newest first.
    inspections: Vec<InspectionIssue>,
}

/// Something that an inspection found.
#[derive(Serialize, ToSchema)]
struct InspectionIssue {
    /// What found it: `inspection`.
    source: &'static str,
    /// What is wrong.
    finding: String,
    /// The version that was inspected.
    found_in: u32,
    /// When.
    found_on: NaiveDate,
    /// The last day that the authority set to mend it.
    due: NaiveDate,
    /// The version that mended it; null while it is open.
    fixed_in: Option<u32>,
}

/// A comparison with the source that came out inconsistent.
#[derive(Serialize, ToSchema)]
struct ComparisonIssue {
    /// What found it: `comparison`.
    source: &'static str,
    /// The number of the file.
    resource: i64,
    /// Its title.
    title: String,
    /// Which table of it, from 1.
    table: u32,
    /// The version that was compared.
    version: u32,
    /// When it was compared.
    compared_at: DateTime<Utc>,
    /// Rows that the provider states, and rows of the portal; null where none were stated.
    rows: Option<StatedRows>,
    /// Whether the hash that the provider states is that of the file; null where none was stated.
    same_sha256: Option<bool>,
    /// Rows of the sample.
    n_sample: u32,
    /// Places in the sample of the rows that the portal does not hold, from 1.
    missing: Vec<u32>,
}

/// How many rows there are.
#[derive(Serialize, ToSchema)]
struct StatedRows {
    /// As the provider states.
    stated: u64,
    /// On the portal.
    found: u64,
}

/// A rule that did not hold for a part of a dataset.
#[derive(Serialize, ToSchema)]
struct Issue {
    /// What found it: `rule`.
    source: &'static str,
    /// The rule, as in `date.order`.
    rule: &'static str,
    /// What it checks.
    checks: &'static str,
    /// What would satisfy it.
    remedy: &'static str,
    /// `blocking` or `advisory`.
    severity: &'static str,
    /// The columns; none for whole rows, the whole table and the dataset.
    columns: Vec<String>,
    /// Where it was last found; null where it is of the whole dataset.
    place: Option<Place>,
    /// The first version that has it.
    found_in: u32,
    /// The day from which it was there to be found.
    found_on: NaiveDate,
    /// The day until which the next update, that has to mend it, is due; null where it is mended and
    /// where the dataset is updated in no cycle.
    due: Option<NaiveDate>,
    /// The version in which the same was checked and held; null while the issue is open.
    fixed_in: Option<u32>,
}

/// Where an issue was found.
#[derive(Serialize, ToSchema)]
#[schema(as = IssuePlace)]
struct Place {
    /// The number of the file.
    resource: i64,
    /// Its title.
    title: String,
    /// Which table of it, from 1.
    table: usize,
    /// The name of the sheet; empty where the file is one table.
    sheet: String,
    /// Cells, rows or columns that were checked.
    n_checked: u64,
    /// How many of them the rule does not hold for.
    n_failed: u64,
}

/// List the quality issues of a dataset
///
/// What the rules of quality found in its versions, who has to mend it until when, and which version
/// did. Columns that the asker may not have count for nothing, and what can no longer be checked is left
/// out.
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/quality-issues", tag = "datasets", operation_id = "list_quality_issues",
    security((), ("token" = ["read"])),
    params(("code" = String, Path, description = "Catalogue code", example = "YX-FGW-0001")),
    responses(
        (status = 200, description = "Its issues", body = IssuesReply),
        (status = 401, description = "A rule demands a login", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The profile in force opens nothing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such public dataset", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The dataset serves no data now", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    let code = asked::code("dataset", code)?;
    let found = state.portal().quality_issues(&asked.caller, &code, asked.lang).await?;
    let QualityIssues { owner, issues, inconsistent, inspected } = found;
    let issues = issues.into_iter().map(|it| issue(it, asked.lang)).collect();
    let comparisons = inconsistent.into_iter().map(comparison).collect();
    let inspections = inspected.into_iter().map(inspection).collect();
    let reply = IssuesReply { owner, issues, comparisons, inspections };
    reply::json(&asked.headers, asked.lang, &reply)
}

fn inspection(found: Inspection) -> InspectionIssue {
    let Inspection { finding, found_in, found_on, due, fixed_in, .. } = found;
    InspectionIssue { source: "inspection", finding, found_in, found_on, due, fixed_in }
}

fn comparison(found: Reconciliation) -> ComparisonIssue {
    ComparisonIssue {
        source: "comparison",
        resource: found.resource,
        title: found.resource_title,
        table: found.table,
        version: found.version,
        compared_at: found.stated_at,
        rows: found.rows.map(|(stated, found)| StatedRows { stated, found }),
        same_sha256: found.sha256.map(|(stated, found)| stated == found),
        n_sample: found.n_sample,
        missing: found.missing,
    }
}

fn issue(found: QualityIssue, lang: Lang) -> Issue {
    let QualityIssue { rule, columns, place, found_in, found_on, fixed_in, due } = found;
    let place = place.map(|it| {
        let IssuePlace { resource, title, table, sheet, n_checked, n_failed } = it;
        Place { resource, title, table, sheet, n_checked, n_failed }
    });
    Issue {
        source: "rule",
        rule: rule.as_str(),
        checks: rule.checks(lang),
        remedy: rule.remedy(lang),
        severity: rule.severity().as_str(),
        columns,
        place,
        found_in,
        found_on,
        due,
        fixed_in,
    }
}
