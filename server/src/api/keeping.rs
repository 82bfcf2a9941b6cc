//! What is published, looked after by program: its life, revisions, changes it has to follow, transfers.

use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::NaiveDate;
use http::{StatusCode, header};
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::{LifeAct, NewChange};
use kaishu_types::case::{ActionView, CaseCard, CaseView};
use kaishu_types::vocabulary::DatasetState;
use kaishu_types::{DatasetCode, Lang};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::{self, Plain};
use super::cases::opened;
use super::drafting::{DraftReply, body, known, private, reply};
use super::problem::Problem;
use crate::state::State;

/// A published dataset, and what can be done to it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Standing {
    /// Its code.
    code: String,
    /// Where it is in its life.
    #[schema(value_type = String)]
    state: DatasetState,
    /// How many events its life has; what is done next names it.
    version: u32,
    /// What the owner of the token may do now.
    actions: Vec<ActionView>,
    /// Number of the draft of its revision, where one is being written.
    revision: Option<i64>,
    /// The day by which its data must change again.
    next_due: Option<NaiveDate>,
    /// Its cases: reviews, changes, disputes, transfers; the newest first.
    cases: Vec<CaseCard>,
    /// The offer to another organization that waits for its answer.
    transfer: Option<Offered>,
}

/// What somebody does to a published dataset.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewLifeAct {
    /// The event: one of `actions`, as in `suspend`.
    event: String,
    /// The `version` that was read.
    version: u32,
    /// Why; public as the reason of the state.
    #[serde(default)]
    reason: String,
}

/// A change that an entry has to follow.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NotedChange {
    /// What kind of change it is: one of the profile's `catalogue.triggers`, as in `law_changed`.
    kind: String,
    /// The day it happened.
    happened_on: NaiveDate,
    /// What changed, and what shows it.
    evidence: String,
}

/// An offer of a dataset to another organization.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTransfer {
    /// Code of the organization that is to take it over.
    to: String,
    /// Why.
    reason: String,
}

/// Why an offer is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TransferReason {
    /// Why.
    reason: String,
}

/// An offer that waits for its answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Offered {
    /// Number of the case, which is the other organization's to read and to answer.
    case: i64,
    /// Code of the organization that was asked.
    to: String,
}

/// Read how a published dataset stands
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/standing", tag = "publishing", operation_id = "read_standing",
    security(("token" = ["read"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    responses(
        (status = 200, description = "How it stands", body = Standing),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No dataset that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn standing(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let code = asked::code("dataset", code)?;
    let caller = known(caller, asked.lang)?;
    stands(&state, &caller, &code, asked.lang).await
}

/// Act on a published dataset
///
/// Suspend, restore, withdraw, ask to retire or to destroy, agree. It counts from the next request on.
#[utoipa::path(
    post, path = "/api/v1/datasets/{code}/standing", tag = "publishing", operation_id = "act_on_dataset",
    security(("token" = ["decide"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    request_body = NewLifeAct,
    responses(
        (status = 200, description = "How it stands now", body = Standing),
        (status = 400, description = "No reason", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not reach so far", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No dataset that the token reaches", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Something else happened since, or a rule stands against it", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn act(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let code = asked::code("dataset", code)?;
    let caller = known(caller, asked.lang)?;
    let NewLifeAct { event, version, reason } = body(request, &state).await?;
    let done = LifeAct { event, version, reason };
    Box::pin(state.portal().act_on_life(&caller, &code, done, asked.lang)).await?;
    stands(&state, &caller, &code, asked.lang).await
}

/// Begin a revision
///
/// A draft with the published entry in it; the entry serves until the revision passed its review.
#[utoipa::path(
    post, path = "/api/v1/datasets/{code}/revisions", tag = "publishing", operation_id = "begin_revision",
    security(("token" = ["publish"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    responses(
        (status = 201, description = "The draft", body = DraftReply),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not edit it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such dataset", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Another revision is being written", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn revise(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let code: DatasetCode = asked::code("dataset", code)?;
    let caller = known(caller, asked.lang)?;
    let draft = state.portal().begin_revision(&caller, &code, asked.lang).await?;
    let begun = reply(&state, &caller, draft, asked.lang).await?;
    let place = [(header::LOCATION, format!("/api/v1/drafts/{draft}"))];
    Ok((StatusCode::CREATED, place, private(), Json(begun)).into_response())
}

/// Note a change that the entry has to follow
#[utoipa::path(
    post, path = "/api/v1/datasets/{code}/change-events", tag = "publishing", operation_id = "note_change",
    security(("token" = ["publish"]), ("token" = ["decide"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    request_body = NotedChange,
    responses(
        (status = 201, description = "The case of the duty to update the entry", body = CaseView),
        (status = 400, description = "A kind that the rules do not know, or a day in the future", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not reach so far", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such dataset", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn note_change(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let code: DatasetCode = asked::code("dataset", code)?;
    let caller = known(caller, asked.lang)?;
    let NotedChange { kind, happened_on, evidence } = body(request, &state).await?;
    let change = NewChange { kind, happened_on: Some(happened_on), evidence };
    let case = state.portal().note_change(&caller, &code, change, asked.lang).await?;
    opened(&state, &caller, case, asked.lang).await
}

/// Offer a dataset to another organization
///
/// Until the other one takes it over, nothing changes.
#[utoipa::path(
    post, path = "/api/v1/datasets/{code}/transfers", tag = "publishing", operation_id = "offer_transfer",
    security(("token" = ["decide"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    request_body = NewTransfer,
    responses(
        (status = 201, description = "The offer", body = Offered),
        (status = 400, description = "No other organization, or no reason", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not reach so far", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such dataset", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Something else is under way", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn transfer(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let code: DatasetCode = asked::code("dataset", code)?;
    let caller = known(caller, asked.lang)?;
    let NewTransfer { to, reason } = body(request, &state).await?;
    let offer = (to.as_str(), reason.as_str());
    let case = state.portal().offer_transfer(&caller, &code, offer, asked.lang).await?;
    let offered = Offered { case, to };
    Ok((StatusCode::CREATED, private(), Json(offered)).into_response())
}

/// Take back the offer of a dataset
///
/// As long as the other organization has not answered.
#[utoipa::path(
    post, path = "/api/v1/datasets/{code}/transfers/withdraw", tag = "publishing", operation_id = "withdraw_transfer",
    security(("token" = ["decide"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    request_body = TransferReason,
    responses(
        (status = 200, description = "How the dataset stands now", body = Standing),
        (status = 400, description = "No reason", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not reach so far", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such dataset", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "No offer waits", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn withdraw_transfer(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let code: DatasetCode = asked::code("dataset", code)?;
    let caller = known(caller, asked.lang)?;
    let TransferReason { reason } = body(request, &state).await?;
    state.portal().withdraw_transfer(&caller, &code, &reason, asked.lang).await?;
    stands(&state, &caller, &code, asked.lang).await
}

async fn stands(
    state: &State,
    caller: &Caller,
    code: &DatasetCode,
    lang: Lang,
) -> Result<Response, Problem> {
    let own = Box::pin(state.portal().own_dataset(caller, code, lang)).await?;
    let offer = own.transfer.filter(|_| own.may_transfer);
    let standing = Standing {
        next_due: own.dataset.next_due,
        cases: own.cases,
        transfer: offer.map(|it| Offered { case: it.case, to: it.to }),
        code: code.to_string(),
        state: own.dataset.state,
        version: own.version,
        actions: own.actions,
        revision: own.revision,
    };
    Ok((private(), Json(standing)).into_response())
}
