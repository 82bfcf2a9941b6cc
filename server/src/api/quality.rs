//! Quality of the table of a file (PUB-05).

use axum::extract::{Path, State as Shared};
use axum::response::Response;
use kaishu_domain::quality::{DimensionScore, Fix, Measure, Quality, Reason};
use kaishu_portal::tables::TableQuality;
use kaishu_types::Lang;
use kaishu_types::rules::RuleView;
use kaishu_types::table::address;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Asked;
use super::original::names;
use super::problem::Problem;
use super::reply;
use super::rows::open;
use crate::state::State;

/// Quality of a table.
#[derive(Serialize, ToSchema)]
pub(super) struct QualityReply {
    /// Whether quality was measured; it was not of tables taken in by an older version of the portal.
    is_measured: bool,
    /// The rule that names the dimensions, with its article.
    rule: RuleView,
    /// The scores.
    dimensions: Vec<Dimension>,
    /// What to mend: what blocks a new version first, then what gives most.
    fixes: Vec<ToMend>,
}

/// The score of a dimension.
#[derive(Serialize, ToSchema)]
pub(super) struct Dimension {
    /// Its code, as in `accuracy`.
    code: &'static str,
    /// Its name.
    label: &'static str,
    /// 0 to 100: the mean of the shares below, in which a blocking rule counts three times, cut to a
    /// tenth. Null where no rule measures it.
    score: Option<f64>,
    /// The rules behind it, the worst first.
    reasons: Vec<Behind>,
}

/// A rule behind a score.
#[derive(Serialize, ToSchema)]
struct Behind {
    /// Its code, as in `date.order`.
    rule: &'static str,
    /// `blocking` or `advisory`.
    severity: &'static str,
    /// What it checks.
    checks: &'static str,
    /// On how many columns, or sets of columns, it was checked.
    n_measures: usize,
    /// Cells, rows or columns that were checked.
    n_checked: u64,
    /// How many of them it does not hold for.
    n_failed: u64,
    /// The mean of the parts that hold, 0 to 1.
    share: f64,
}

/// Something to mend.
#[derive(Serialize, ToSchema)]
pub(super) struct ToMend {
    /// The rule that does not hold.
    rule: &'static str,
    /// `blocking` or `advisory`.
    severity: &'static str,
    /// The dimension that gains.
    dimension: &'static str,
    /// Points that its score gains.
    points: f64,
    /// What would satisfy the rule.
    remedy: &'static str,
    /// Where it does not hold, the worst first.
    places: Vec<Place>,
}

/// Columns on which a rule does not hold.
#[derive(Serialize, ToSchema)]
struct Place {
    /// Their names; none for whole rows and the whole table.
    columns: Vec<String>,
    /// What was checked.
    n_checked: u64,
    /// How much of it the rule does not hold for.
    n_failed: u64,
    /// Whether only the first rows of a very long table were compared.
    is_partial: bool,
    /// The first rows it does not hold for.
    rows: Vec<WrongRow>,
}

/// A row that a rule does not hold for.
#[derive(Serialize, ToSchema)]
struct WrongRow {
    /// The row of the table, from 1.
    row: u64,
    /// What is wrong, as in `check_character`.
    fault: &'static str,
    /// The same in words.
    message: &'static str,
    /// The value; null where it is or may be personal, and where none is to be told.
    value: Option<String>,
}

/// Get the quality of a table
///
/// Scores by the dimensions that the regulation in force names, the rules behind them, and what to
/// mend first. Columns that the asker may not have count for nothing.
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/resources/{id}/quality", tag = "datasets", operation_id = "get_quality",
    security((), ("token" = ["read"])),
    params(
        ("code" = String, Path, description = "Catalogue code", example = "YX-FGW-0001"),
        ("id" = i64, Path, description = "Number of the resource", example = 1),
        ("table" = Option<u32>, Query, description = "Which table of the file, from 1")
    ),
    responses(
        (status = 200, description = "Its quality", body = QualityReply),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "A rule demands a login", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such public file, or no table in it", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The table is being taken in", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The dataset serves no data now", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    Path((code, id)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Problem> {
    let number = address::read_table(&asked.query, asked.lang).map_err(Problem::fields)?;
    let (code, id) = names(&code, &id)?;
    let portal = state.portal();
    let wanted = portal.look_at_table(&asked.caller, &code, (id, number), asked.lang).await?;
    let table = open(wanted, asked.lang)?;
    let reply = reply_of(portal.table_quality(&table), asked.lang);
    reply::json(&asked.headers, asked.lang, &reply)
}

fn reply_of(found: TableQuality, lang: Lang) -> QualityReply {
    let is_measured = found.quality.is_some();
    let Quality { dimensions, fixes } = found.quality.unwrap_or_default();
    QualityReply {
        is_measured,
        rule: found.rule,
        dimensions: dimensions.into_iter().map(|it| dimension(it, lang)).collect(),
        fixes: fixes.into_iter().map(|it| to_mend(it, lang)).collect(),
    }
}

/// A score as it is answered.
pub(super) fn dimension(score: DimensionScore, lang: Lang) -> Dimension {
    let shown = score.shown();
    let behind = |reason: Reason| Behind {
        rule: reason.rule.as_str(),
        severity: reason.rule.severity().as_str(),
        checks: reason.rule.checks(lang),
        n_measures: reason.n_measures,
        n_checked: reason.n_checked,
        n_failed: reason.n_failed,
        share: reason.share,
    };
    Dimension {
        code: score.dimension.as_str(),
        label: score.dimension.label(lang),
        score: shown,
        reasons: score.reasons.into_iter().map(behind).collect(),
    }
}

/// Something to mend as it is answered.
pub(super) fn to_mend(fix: Fix, lang: Lang) -> ToMend {
    ToMend {
        rule: fix.rule.as_str(),
        severity: fix.rule.severity().as_str(),
        dimension: fix.dimension.as_str(),
        points: fix.points,
        remedy: fix.rule.remedy(lang),
        places: fix.measures.into_iter().map(|it| place(it, lang)).collect(),
    }
}

fn place(measure: Measure, lang: Lang) -> Place {
    let rows = measure.rows.into_iter().map(|row| WrongRow {
        row: row.row,
        fault: row.fault.as_str(),
        message: row.fault.words(lang),
        value: row.value,
    });
    Place {
        columns: measure.columns,
        n_checked: measure.n_checked,
        n_failed: measure.n_failed,
        is_partial: measure.is_partial,
        rows: rows.collect(),
    }
}
