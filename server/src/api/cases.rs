//! Cases by program: what waits, what happened, and what is decided, with a token of the scope that the act needs.

use std::collections::BTreeMap;

use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::{HeaderMap, StatusCode, header};
use kaishu_portal::Error;
use kaishu_portal::accounts::Caller;
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::publishing::OpeningAct;
use kaishu_types::Lang;
use kaishu_types::case::{CaseCard, CaseKind, CaseView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::{Asked, Plain};
use super::drafting::{body, known, private};
use super::problem::Problem;
use crate::state::State;

/// Longest key of a request.
const MAX_KEY_BYTES: usize = 100;

/// A page of a desk.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CaseList {
    /// The cases: what is due first before the others, of ended ones the newest.
    items: Vec<CaseCard>,
    /// Pass it as `cursor` for the next page; null on the last.
    next: Option<String>,
}

/// What somebody does to a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAct {
    /// The event: one of the `actions` of the case, as in `pass`.
    event: String,
    /// The `version` of the case that was read.
    version: u32,
    /// Why.
    #[serde(default)]
    reason: String,
    /// Answers to the questions of the step, as in `{"check.state_secret": "no", "duplicate": "none"}`.
    #[serde(default)]
    answers: BTreeMap<String, String>,
}

/// List cases
///
/// What waits for the owner of the token, what is open, or what has ended, as far as their roles reach.
#[utoipa::path(
    get, path = "/api/v1/cases", tag = "cases", operation_id = "list_cases",
    security(("token" = ["read"])),
    params(
        ("show" = Option<String>, Query, description = "`mine` (the default), `open` or `closed`"),
        ("kind" = Option<String>, Query, description = "Only cases of this kind", example = "opening"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before")
    ),
    responses(
        (status = 200, description = "A page of cases", body = CaseList),
        (status = 400, description = "A parameter that is not known", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(
    Shared(state): Shared<State>,
    asked: Asked,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let said = asked.only(&["show", "kind", "cursor"])?;
    let filter = match said.get("show").map_or("mine", String::as_str) {
        "mine" => DeskFilter::Mine,
        "open" => DeskFilter::Open,
        "closed" => DeskFilter::Closed,
        _ => return Err(Error::field("show", "mine, open, closed").into()),
    };
    let kind = said.get("kind").map(|kind| kind.parse::<CaseKind>()).transpose();
    let kinds: Vec<CaseKind> = kind
        .map_err(|error| Problem::from(Error::field("kind", error.to_string())))?
        .into_iter()
        .collect();
    let after = said.get("cursor").map(String::as_str);
    let page = state.portal().desk_page(&caller, filter, &kinds, after, asked.lang).await?;
    let list = CaseList { items: page.cards, next: page.next };
    Ok((private(), Json(list)).into_response())
}

/// Read a case
///
/// Its steps, clocks and events, and what the owner of the token may do now.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}", tag = "cases", operation_id = "read_case",
    security(("token" = ["read"])),
    params(("id" = i64, Path, description = "Number of the case")),
    responses(
        (status = 200, description = "The case", body = CaseView),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No case that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    shown(&state, &caller, number(id)?, asked.lang).await
}

/// Act on a case
///
/// Submit, pass, return, publish, take over: whatever the case lists in `actions`; ask for more time and decide on it,
/// where its `extension` says so (`ask_extension`, `extend`, `refuse_extension`). Where something happened since the
/// version that is named, nothing changes. A step of a review that is sent again with the same `Idempotency-Key` is done
/// once, and answered as it was the first time.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/acts", tag = "cases", operation_id = "act_on_case",
    security(("token" = ["publish"]), ("token" = ["decide"])),
    params(
        ("id" = i64, Path, description = "Number of the case"),
        ("Idempotency-Key" = Option<String>, Header, description = "What makes a repeated request one")
    ),
    request_body = NewAct,
    responses(
        (status = 200, description = "The case as it is now", body = CaseView),
        (status = 400, description = "Something is missing: all of it is listed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not reach so far", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No case that the token reaches", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Something else happened since, or a rule stands against it", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn act(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let case = number(id)?;
    let idempotency_key = idempotency_key(request.headers())?;
    let NewAct { event, version, reason, answers } = body(request, &state).await?;
    let done = OpeningAct { event, version, reason, idempotency_key, answers };
    state.portal().act_on_case(&caller, case, done, asked.lang).await?;
    shown(&state, &caller, case, asked.lang).await
}

async fn shown(state: &State, caller: &Caller, case: i64, lang: Lang) -> Result<Response, Problem> {
    let view = state.portal().case_view(caller, case, lang).await?;
    Ok((private(), Json(view)).into_response())
}

/// A case that was just opened.
pub(super) async fn opened(
    state: &State,
    caller: &Caller,
    case: i64,
    lang: Lang,
) -> Result<Response, Problem> {
    let view = state.portal().case_view(caller, case, lang).await?;
    let place = [(header::LOCATION, format!("/api/v1/cases/{case}"))];
    Ok((StatusCode::CREATED, place, private(), Json(view)).into_response())
}

/// Reads the number of a case out of a path.
pub(super) fn number(Path(text): Path<String>) -> Result<i64, Problem> {
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(80).collect();
        Error::not_found("case", shown).into()
    })
}

/// Reads what makes a repeated request one.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    match key.to_str().map(str::trim) {
        Ok("") => Ok(None),
        Ok(key) if key.len() <= MAX_KEY_BYTES => Ok(Some(key.to_owned())),
        _ => Err(Error::field("Idempotency-Key", "100 ASCII characters at most").into()),
    }
}
