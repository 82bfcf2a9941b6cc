//! Profile and quality of the files of a draft, before anything of it is published (PUB-05).

use axum::extract::{Path, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::{DraftColumn, DraftTable};
use kaishu_types::Lang;
use kaishu_types::case::Worded;
use kaishu_types::rules::RuleView;
use kaishu_types::vocabulary::ItemType;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Plain;
use super::drafting::{known, number, private};
use super::problem::Problem;
use super::quality::{Dimension, ToMend, dimension, to_mend};
use crate::state::State;

/// Quality of the files of a draft.
#[derive(Serialize, ToSchema)]
pub(super) struct DraftQualityReply {
    /// The rule that names the dimensions, with its article.
    rule: RuleView,
    /// Its tables.
    tables: Vec<DraftTableItem>,
}

/// A table of a draft.
#[derive(Serialize, ToSchema)]
struct DraftTableItem {
    /// The file, and the sheet where it has several.
    name: String,
    /// Its rows.
    n_rows: u64,
    /// Whether a blocking rule does not hold: then it is neither submitted nor published.
    blocks: bool,
    /// Its columns.
    columns: Vec<DraftColumnItem>,
    /// The scores.
    dimensions: Vec<Dimension>,
    /// What to mend: what blocks first, then what gives most.
    fixes: Vec<ToMend>,
}

/// A column of a draft.
#[derive(Serialize, ToSchema)]
struct DraftColumnItem {
    /// Its heading.
    name: String,
    /// The type that the entry declares, or that its values have.
    #[serde(rename = "type")]
    item_type: ItemType,
    /// Rows with a value.
    n_values: u64,
    /// Rows without one.
    n_blank: u64,
    /// Different values.
    n_distinct: u64,
    /// The least value; null of texts, and where something personal was found.
    min: Option<String>,
    /// The greatest one.
    max: Option<String>,
    /// What looks personal in it.
    findings: Vec<Worded>,
}

/// Get the quality of the files of a draft
///
/// Measured by the rules that decide about its publication: profile, findings, scores, and what to mend first.
#[utoipa::path(
    get, path = "/api/v1/drafts/{id}/quality", tag = "publishing", operation_id = "get_draft_quality",
    security(("token" = ["read"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    responses(
        (status = 200, description = "Its quality", body = DraftQualityReply),
        (status = 400, description = "A file that cannot be read", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let measured = state.portal().draft_quality(&caller, number(id)?, asked.lang);
    let (tables, rule) = Box::pin(measured).await?;
    let tables = tables.into_iter().map(|it| table(it, asked.lang)).collect();
    Ok((private(), Json(DraftQualityReply { rule, tables })).into_response())
}

fn table(it: DraftTable, lang: Lang) -> DraftTableItem {
    let DraftTable { name, n_rows, columns, quality } = it;
    let blocks = quality.blocks().next().is_some();
    DraftTableItem {
        name,
        n_rows,
        blocks,
        columns: columns.into_iter().map(|it| column(it, lang)).collect(),
        dimensions: quality.dimensions.into_iter().map(|it| dimension(it, lang)).collect(),
        fixes: quality.fixes.into_iter().map(|it| to_mend(it, lang)).collect(),
    }
}

/// Of what looks personal no value is repeated.
fn column(it: DraftColumn, lang: Lang) -> DraftColumnItem {
    let DraftColumn { name, item_type, profile, findings } = it;
    let is_measured = !matches!(item_type, ItemType::Text) && findings.is_empty();
    let told = |value: Option<String>| value.filter(|_| is_measured);
    let (min, max) = (told(profile.min), told(profile.max));
    let findings = findings
        .into_iter()
        .map(|kind| Worded { code: kind.as_str().to_owned(), label: kind.label(lang).to_owned() });
    DraftColumnItem {
        name,
        item_type,
        n_values: profile.n_values,
        n_blank: profile.n_blank,
        n_distinct: profile.n_distinct,
        min,
        max,
        findings: findings.collect(),
    }
}
