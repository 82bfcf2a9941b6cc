//! A safe look at conditional data before an application, and who decides what it shows (SRCH-03).

use std::collections::BTreeSet;

use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use kaishu_portal::accounts::Caller;
use kaishu_portal::look::FiguresWanted;
use kaishu_types::look::{MadeUp, SafeTable};
use kaishu_types::{DatasetCode, Lang};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::{self, Plain};
use super::drafting::{body, known, private};
use super::problem::Problem;
use super::reply;
use crate::state::State;

/// What can be seen of conditional data before an application.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LookReply {
    /// Always true: the rows of `sample` are made up.
    synthetic: bool,
    /// Rows that are made up of what the data items declare.
    sample: MadeUp,
    /// The least count that is shown of figures.
    least_count: u64,
    /// Figures of the tables; none where the provider shows none.
    tables: Vec<SafeTable>,
}

/// What whoever decides about the figures sees.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FiguresReply {
    /// Code of the dataset.
    code: String,
    /// What was decided; null where no figures are shown.
    released: Option<ReleasedFigures>,
    /// The least count that is shown of figures.
    least_count: u64,
    /// The figures of all columns that could be shown now, as everybody would see them.
    tables: Vec<SafeTable>,
}

/// That figures are shown to everybody.
#[derive(Debug, Serialize, ToSchema)]
struct ReleasedFigures {
    /// Names of the columns; what came later is not among them.
    columns: Vec<String>,
    /// Why that tells of nobody.
    reason: String,
    /// Who decided.
    by: String,
    /// When.
    at: DateTime<Utc>,
}

/// Whether figures are shown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FiguresDecision {
    /// Whether everybody sees the figures; `false` shows none any more.
    show: bool,
    /// Names of the columns whose figures were read before; no other is shown. All that there are now where it is not
    /// given.
    #[serde(default)]
    columns: Option<BTreeSet<String>>,
    /// Why; it stays on record.
    reason: String,
}

/// Look at conditional data
///
/// Before an application: sample rows that are made up of the names, types and lengths of the data items, of no real
/// value; and figures without small counts and extremes, where the provider shows them.
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/look", tag = "access", operation_id = "look_at_dataset",
    params(("code" = String, Path, description = "Catalogue code", example = "YX-FGW-0001")),
    responses(
        (status = 200, description = "What can be seen", body = LookReply),
        (status = 404, description = "No such public dataset, or none that is open on conditions", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    let code = asked::code("dataset", code)?;
    let look = Box::pin(state.portal().look_at(&code)).await?;
    let reply = LookReply {
        synthetic: true,
        sample: look.sample,
        least_count: look.least,
        tables: look.tables,
    };
    reply::json(&asked.headers, asked.lang, &reply)
}

/// Read the figures that could be shown
///
/// As everybody would see them before an application, for whoever decides about it: read them before they are shown.
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/look/figures", tag = "publishing", operation_id = "read_figures",
    security(("token" = ["publish"]), ("token" = ["decide"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    responses(
        (status = 200, description = "The figures, and what was decided", body = FiguresReply),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not decide about the data", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such public dataset, or none that is open on conditions", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn desk(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let code = asked::code("dataset", code)?;
    let caller = known(caller, asked.lang)?;
    figures(&state, &caller, &code, asked.lang).await
}

/// Show figures of conditional data, or show them no more
///
/// Of the columns that are named and there now; what comes into the data later is not among them. The last decision counts, and
/// each stays on record.
#[utoipa::path(
    post, path = "/api/v1/datasets/{code}/look", tag = "publishing", operation_id = "decide_figures",
    security(("token" = ["publish"]), ("token" = ["decide"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    request_body = FiguresDecision,
    responses(
        (status = 200, description = "The figures, and what is decided now", body = FiguresReply),
        (status = 400, description = "No reason, or a longer one than is kept", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not decide about the data", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such public dataset, or none that is open on conditions", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "There are no figures to show, or to show no more", body = Problem, content_type = "application/problem+json")
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
    let FiguresDecision { show, columns, reason } = body(request, &state).await?;
    let wanted = FiguresWanted { is_shown: show, seen: columns.as_ref(), reason: &reason };
    Box::pin(state.portal().show_figures(&caller, &code, wanted, asked.lang)).await?;
    figures(&state, &caller, &code, asked.lang).await
}

async fn figures(
    state: &State,
    caller: &Caller,
    code: &DatasetCode,
    lang: Lang,
) -> Result<Response, Problem> {
    let desk = Box::pin(state.portal().look_desk(caller, code, lang)).await?;
    let released = desk.released.map(|it| ReleasedFigures {
        columns: it.columns.into_iter().collect(),
        reason: it.reason,
        by: it.by,
        at: it.at,
    });
    let reply = FiguresReply {
        code: code.to_string(),
        released,
        least_count: desk.least,
        tables: desk.tables,
    };
    Ok((private(), Json(reply)).into_response())
}
