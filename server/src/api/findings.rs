//! What looks personal in the files of a dataset, answered by program: masked, restricted or released with a reason
//! (SEC-21, PUB-02).

use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use kaishu_portal::Error;
use kaishu_portal::accounts::Caller;
use kaishu_portal::processing::Processed;
use kaishu_portal::publishing::OwnView;
use kaishu_portal::tables::{Anonymity, By, FileReport, Release, TableReport, Verdict};
use kaishu_types::case::Worded;
use kaishu_types::{DatasetCode, Lang};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::{self, Plain};
use super::drafting::{body, known, private};
use super::problem::Problem;
use crate::state::State;

/// The k that can be asked for.
const K: std::ops::RangeInclusive<u64> = 2..=1_000;

/// What was found in the files of a dataset, and what becomes of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FindingsReply {
    /// Code of the dataset.
    code: String,
    /// Whether the owner of the token decides about what was found.
    may_decide: bool,
    /// Its files that tables are made of, those of older versions too.
    files: Vec<FindingFile>,
    /// What was done to the data, decisions among it; the newest first.
    processing: Vec<ProcessedItem>,
}

/// A file.
#[derive(Debug, Serialize, ToSchema)]
struct FindingFile {
    /// Its number.
    id: i64,
    /// What people call it.
    title: String,
    /// The version that it belongs to.
    version: u32,
    /// Its tables.
    tables: Vec<FindingTable>,
}

/// A table of a file.
#[derive(Debug, Serialize, ToSchema)]
struct FindingTable {
    /// Which table of the file, from 1.
    table: usize,
    /// The sheet, or the file in the archive; empty where the file is one table.
    name: String,
    /// Its rows.
    n_rows: u64,
    /// Its columns.
    columns: Vec<FindingColumn>,
}

/// A column.
#[derive(Debug, Serialize, ToSchema)]
struct FindingColumn {
    /// Its heading.
    name: String,
    /// What was found in it, each kind with its words.
    findings: Vec<Worded>,
    /// What becomes of it: `open`, `masked`, `restricted`, or `held` until somebody decides.
    release: &'static str,
    /// The mask through which it leaves, as in `partial:3:4`.
    mask: Option<String>,
}

/// Something that was done to the data.
#[derive(Debug, Serialize, ToSchema)]
struct ProcessedItem {
    /// When.
    at: DateTime<Utc>,
    /// Who did it.
    by: String,
    /// What, in words.
    text: String,
    /// Why; empty where nobody said so.
    reason: String,
}

/// What somebody decides about a column.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDecision {
    /// The heading of the column.
    column: String,
    /// `release` as it is, `restrict`, or a mask: `drop`, `redact`, `partial:3:4`, `hash`, `year`, `month`,
    /// `range:10`, `region:4`.
    #[schema(example = "partial:3:4")]
    verdict: String,
    /// Why; it stays on record.
    reason: String,
}

/// What is measured.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMeasure {
    /// Number of the file.
    file: i64,
    /// Which table of it, from 1.
    #[serde(default = "first")]
    table: usize,
    /// The columns that together may tell who somebody is.
    columns: Vec<String>,
    /// The fewest rows that a combination should have: 2 to 1,000.
    #[serde(default = "five")]
    k: u64,
}

fn first() -> usize {
    1
}

fn five() -> u64 {
    5
}

/// What a measure came to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MeasureReply {
    /// The fewest rows that a combination has; 0 of a table without rows.
    k: u64,
    /// Different combinations.
    n_groups: u64,
    /// Combinations that fewer rows have than was asked for.
    n_small_groups: u64,
    /// The rows in them.
    n_rows_in_small_groups: u64,
}

/// List what was found in a dataset
///
/// Column by column what looks personal, and what becomes of it. What is `held` keeps its file from leaving until
/// somebody has decided. No value is repeated.
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/findings", tag = "publishing", operation_id = "list_findings",
    security(("token" = ["read"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    responses(
        (status = 200, description = "What was found", body = FindingsReply),
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
    found(&state, &caller, &code, asked.lang).await
}

/// Decide what becomes of a column
///
/// Of all files of the dataset in which it is. A release is of what is found in it now: what a later file brings stops
/// it again. The last decision counts, so a request that is sent twice changes nothing but the record.
#[utoipa::path(
    post, path = "/api/v1/datasets/{code}/findings/decisions", tag = "publishing", operation_id = "decide_finding",
    security(("token" = ["publish"]), ("token" = ["decide"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    request_body = NewDecision,
    responses(
        (status = 200, description = "What was found, and what becomes of it now", body = FindingsReply),
        (status = 400, description = "No verdict, or no reason", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not reach so far", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such dataset or column that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn decide(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let code: DatasetCode = asked::code("dataset", code)?;
    let caller = known(caller, asked.lang)?;
    let NewDecision { column, verdict, reason } = body(request, &state).await?;
    let verdict = read_verdict(&verdict)?;
    let portal = state.portal();
    let by = By::Caller(&caller, asked.lang);
    Box::pin(portal.decide_column(&code, &column, verdict, &reason, by)).await?;
    found(&state, &caller, &code, asked.lang).await
}

fn read_verdict(text: &str) -> Result<Verdict, Error> {
    match text {
        "release" => Ok(Verdict::Release),
        "restrict" => Ok(Verdict::Restrict),
        mask => mask.parse().map(Verdict::Mask).map_err(|error| {
            Error::field("verdict", format!("release, restrict, or a mask: {error}"))
        }),
    }
}

/// Measure how far columns tell persons apart
///
/// k-anonymity of the columns as they are released. What it comes to stays on record with the data.
#[utoipa::path(
    post, path = "/api/v1/datasets/{code}/anonymity", tag = "publishing", operation_id = "measure_anonymity",
    security(("token" = ["publish"]), ("token" = ["decide"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    request_body = NewMeasure,
    responses(
        (status = 200, description = "What it came to", body = MeasureReply),
        (status = 400, description = "No columns, columns that are not released, or another k", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not reach so far", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such dataset, file or table that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn measure(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let code: DatasetCode = asked::code("dataset", code)?;
    let caller = known(caller, asked.lang)?;
    let NewMeasure { file, table, columns, k } = body(request, &state).await?;
    let lang = asked.lang;
    if columns.is_empty() {
        let message = lang.pick("请至少选择一列", "choose one column at least");
        return Err(Error::field("columns", message).into());
    }
    if !K.contains(&k) {
        return Err(Error::field("k", lang.pick("写 2 至 1000", "is 2 to 1,000")).into());
    }
    let by = By::Caller(&caller, lang);
    let measured =
        Box::pin(state.portal().anonymity(&code, (file, table), &columns, k, by)).await?;
    let Anonymity { k, n_groups, n_small_groups, n_rows_in_small_groups } = measured;
    let reply = MeasureReply { k, n_groups, n_small_groups, n_rows_in_small_groups };
    Ok((private(), Json(reply)).into_response())
}

async fn found(
    state: &State,
    caller: &Caller,
    code: &DatasetCode,
    lang: Lang,
) -> Result<Response, Problem> {
    let own = Box::pin(state.portal().own_dataset(caller, code, lang)).await?;
    let OwnView { may_decide, files, processing, .. } = own;
    let reply = FindingsReply {
        code: code.to_string(),
        may_decide,
        files: files.into_iter().map(|it| finding_file(it, lang)).collect(),
        processing: processing.into_iter().map(processed).collect(),
    };
    Ok((private(), Json(reply)).into_response())
}

fn finding_file(report: FileReport, lang: Lang) -> FindingFile {
    let FileReport { resource, tables, .. } = report;
    let tables = tables.into_iter().zip(1..);
    FindingFile {
        id: resource.id,
        title: resource.title,
        version: resource.version,
        tables: tables.map(|(it, place)| finding_table(it, place, lang)).collect(),
    }
}

fn finding_table(report: TableReport, table: usize, lang: Lang) -> FindingTable {
    let columns = report.columns.into_iter().map(|(column, release)| {
        let kinds = column.findings.iter().map(|it| it.kind);
        let worded = kinds.map(|kind| Worded {
            code: kind.as_str().to_owned(),
            label: kind.label(lang).to_owned(),
        });
        let (release, mask) = match release {
            Release::Open => ("open", None),
            Release::Masked(mask) => ("masked", Some(mask.to_string())),
            Release::Restricted => ("restricted", None),
            Release::Held => ("held", None),
        };
        FindingColumn { findings: worded.collect(), name: column.stored.name, release, mask }
    });
    FindingTable { table, columns: columns.collect(), name: report.name, n_rows: report.n_rows }
}

fn processed(it: Processed) -> ProcessedItem {
    let Processed { at, by, text, reason, .. } = it;
    ProcessedItem { at, by, text, reason }
}
