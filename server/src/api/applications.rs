//! Applications for conditional data by program: written, submitted and decided as on the pages. Only signatures are
//! given on the page, in person.

use std::collections::BTreeSet;

use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, NaiveDate, Utc};
use http::{StatusCode, header};
use kaishu_portal::access::{
    ApplicationAct, ApplicationCard, ApplicationView, Document, Signature,
};
use kaishu_portal::accounts::Caller;
use kaishu_types::access::{ApplicationDocument, GrantScope};
use kaishu_types::case::CaseView;
use kaishu_types::row_scope::RowCondition;
use kaishu_types::{DatasetCode, FieldError, Lang};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::Plain;
use super::cases::idempotency_key;
use super::drafting::{body, known, private};
use super::grants::{GrantReply, number};
use super::problem::Problem;
use crate::state::State;

/// An application, as those who may see it read it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApplicationReply {
    /// Number of the application and of its case.
    id: i64,
    /// Its number in documents.
    number: String,
    /// Code of the dataset.
    dataset: String,
    /// How often it was saved; the next save names it.
    revision: u32,
    /// What is asked for.
    document: ApplicationDocument,
    /// What would be granted: what was asked, as far as deciders narrowed it.
    scope: GrantScope,
    /// What stands against submitting it; for whoever writes it.
    missing: Vec<FieldError>,
    /// Where it is: its state, steps, clocks and events, and what the owner of the token may do now.
    case: CaseView,
    /// What came of it.
    grant: Option<GrantReply>,
}

/// An application in the list of whoever applied.
#[derive(Debug, Serialize, ToSchema)]
struct ApplicationItem {
    /// Number of the application.
    id: i64,
    /// Code of the dataset.
    dataset: String,
    /// Its title.
    title: String,
    /// Where it is, in words.
    state: String,
    /// Whether it waits for whoever applied.
    waits_for_applicant: bool,
    /// The last day of the clock that ends first.
    due: Option<NaiveDate>,
    /// What came of it.
    grant: Option<GrantReply>,
}

/// What somebody applied for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApplicationList {
    /// The newest first.
    items: Vec<ApplicationItem>,
}

/// The beginning of an application.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewApplication {
    /// Code of a dataset that is open on conditions.
    #[schema(value_type = String, example = "YX-FGW-0217")]
    dataset: DatasetCode,
}

/// An application as it is saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedApplication {
    /// The revision that was read.
    revision: u32,
    /// What is asked for; what is left out is empty.
    document: ApplicationDocument,
}

/// What somebody does to an application.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewApplicationAct {
    /// The event: one of the `actions` of the case, as in `submit`, `approve`, `refuse`, `complain`, `revoke`.
    event: String,
    /// The `version` of the case that was read.
    version: u32,
    /// Why.
    #[serde(default)]
    reason: String,
    /// The published condition that a refusal rests on.
    #[serde(default)]
    condition: String,
    /// The data items that are granted, where fewer than were asked for.
    items: Option<BTreeSet<String>>,
    /// Conditions of rows that are granted besides those that were asked for: they leave fewer rows.
    #[serde(default)]
    rows: Vec<RowCondition>,
    /// The last day that is granted, where earlier than was asked for.
    last_day: Option<NaiveDate>,
    /// The number under which it is filed.
    #[serde(default)]
    filing: String,
}

/// A document of a grant.
#[derive(Debug, Serialize, ToSchema)]
struct AgreementReply {
    /// Its number in the register.
    id: i64,
    /// `commitment_letter` or `usage_agreement`.
    kind: String,
    /// The template that it was made of.
    template: String,
    /// The text that is signed.
    text: String,
    /// SHA-256 of the text, hex.
    sha256: String,
    /// When it was offered.
    offered_at: DateTime<Utc>,
    /// Who signed for the applicant.
    signed: Option<SignatureReply>,
    /// Who signed for the provider; nobody does under a commitment letter.
    countersigned: Option<SignatureReply>,
}

/// A signature.
#[derive(Debug, Serialize, ToSchema)]
struct SignatureReply {
    /// Who signed.
    name: String,
    /// When.
    at: DateTime<Utc>,
}

/// The documents of an application.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AgreementList {
    /// In the order in which they are signed; none before the last approval.
    items: Vec<AgreementReply>,
}

/// List your applications
///
/// What the owner of the token applied for, the newest first: 100 at most. Whoever decides finds what waits at
/// `/api/v1/cases?kind=application`.
#[utoipa::path(
    get, path = "/api/v1/applications", tag = "access", operation_id = "list_applications",
    security(("token" = ["read"])),
    responses(
        (status = 200, description = "The applications", body = ApplicationList),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(
    Shared(state): Shared<State>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let portal = state.portal();
    let item = |card: ApplicationCard| ApplicationItem {
        id: card.case,
        dataset: card.code.to_string(),
        title: card.title,
        state: card.state,
        waits_for_applicant: card.is_mine,
        due: card.due,
        grant: card.grant.map(|grant| GrantReply::of(grant, portal.today())),
    };
    let cards = portal.own_applications(&caller, asked.lang).await?;
    let items = cards.into_iter().map(item).collect();
    Ok((private(), Json(ApplicationList { items })).into_response())
}

/// Begin an application
///
/// For a dataset that is open on conditions. It is kept while it is incomplete, and nobody else sees it before it is
/// submitted. Where one for this dataset is being written already, that one is answered: sent twice it is begun once.
#[utoipa::path(
    post, path = "/api/v1/applications", tag = "access", operation_id = "begin_application",
    security(("token" = ["apply"])),
    request_body = NewApplication,
    responses(
        (status = 201, description = "The application", body = ApplicationReply),
        (status = 400, description = "No dataset, or fields that are not known", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not apply for data", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such dataset", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The dataset is not served now", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many applications at once or on a day", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn begin(
    Shared(state): Shared<State>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let NewApplication { dataset } = body(request, &state).await?;
    let case = state.portal().begin_application(&caller, &dataset, asked.lang).await?;
    let reply = reply(&state, &caller, case, asked.lang).await?;
    let place = [(header::LOCATION, format!("/api/v1/applications/{case}"))];
    Ok((StatusCode::CREATED, place, private(), Json(reply)).into_response())
}

/// Read an application
///
/// Whoever wrote it reads it as it is, the others as it was submitted.
#[utoipa::path(
    get, path = "/api/v1/applications/{id}", tag = "access", operation_id = "read_application",
    security(("token" = ["read"])),
    params(("id" = i64, Path, description = "Number of the application")),
    responses(
        (status = 200, description = "The application", body = ApplicationReply),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No application that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let reply = reply(&state, &caller, number("application", &id)?, asked.lang).await?;
    Ok((private(), Json(reply)).into_response())
}

/// Save an application
///
/// It is saved as a whole. Where somebody saved it since the revision that is named, nothing changes.
#[utoipa::path(
    put, path = "/api/v1/applications/{id}", tag = "access", operation_id = "save_application",
    security(("token" = ["apply"])),
    params(("id" = i64, Path, description = "Number of the application")),
    request_body = SavedApplication,
    responses(
        (status = 200, description = "The application as it is now", body = ApplicationReply),
        (status = 400, description = "No application, or one that is too long", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not write it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No application that the token reaches", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It was saved since, or is being decided", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn save(
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let case = number("application", &id)?;
    let SavedApplication { revision, document } = body(request, &state).await?;
    let portal = state.portal();
    portal.save_application(&caller, (case, revision), &document, asked.lang).await?;
    let reply = reply(&state, &caller, case, asked.lang).await?;
    Ok((private(), Json(reply)).into_response())
}

/// Act on an application
///
/// Submit, return, resubmit, approve, refuse, complain, withdraw, file, suspend, restore, revoke, give back: whatever
/// its case lists in `actions`. Signing is not among them: whoever signs does so on the page of the application, logged
/// in and with a one-time code. Where something happened since the version that is named, nothing changes. What is sent
/// again with the same `Idempotency-Key` is done once, and answered as it is now.
#[utoipa::path(
    post, path = "/api/v1/applications/{id}/acts", tag = "access", operation_id = "act_on_application",
    security(("token" = ["apply"]), ("token" = ["decide"])),
    params(
        ("id" = i64, Path, description = "Number of the application"),
        ("Idempotency-Key" = Option<String>, Header, description = "What makes a repeated request one")
    ),
    request_body = NewApplicationAct,
    responses(
        (status = 200, description = "The application as it is now", body = ApplicationReply),
        (status = 400, description = "Something is missing: all of it is listed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not reach so far, or it is a signature", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No application that the token reaches", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Something else happened since, or a rule stands against it", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn act(
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let case = number("application", &id)?;
    let idempotency_key = idempotency_key(request.headers())?;
    let NewApplicationAct { event, version, reason, condition, items, rows, last_day, filing } =
        body(request, &state).await?;
    let done = ApplicationAct {
        event,
        version,
        reason,
        condition,
        items,
        rows,
        last_day,
        filing,
        idempotency_key,
        ..ApplicationAct::default()
    };
    let portal = state.portal();
    Box::pin(portal.act_on_application(&caller, case, done, asked.lang)).await?;
    let reply = reply(&state, &caller, case, asked.lang).await?;
    Ok((private(), Json(reply)).into_response())
}

/// Read the documents of an application
///
/// What is signed, to the byte, with its hashes and signatures.
#[utoipa::path(
    get, path = "/api/v1/applications/{id}/documents", tag = "access", operation_id = "list_agreements",
    security(("token" = ["read"])),
    params(("id" = i64, Path, description = "Number of the application")),
    responses(
        (status = 200, description = "The documents", body = AgreementList),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No application that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn documents(
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let case = number("application", &id)?;
    let found = Box::pin(state.portal().application(&caller, case, asked.lang)).await?;
    let signature = |it: Signature| SignatureReply { name: it.name, at: it.at };
    let item = |it: Document| AgreementReply {
        id: it.id,
        kind: it.kind,
        template: it.template,
        text: it.text,
        sha256: it.sha256,
        offered_at: it.offered_at,
        signed: it.signed.map(signature),
        countersigned: it.countersigned.map(signature),
    };
    let items = found.documents.into_iter().map(item).collect();
    Ok((private(), Json(AgreementList { items })).into_response())
}

async fn reply(
    state: &State,
    caller: &Caller,
    id: i64,
    lang: Lang,
) -> Result<ApplicationReply, Problem> {
    let portal = state.portal();
    let found = Box::pin(portal.application(caller, id, lang)).await?;
    let ApplicationView { number, case, code, document, scope, revision, missing, grant, .. } =
        found;
    Ok(ApplicationReply {
        id,
        number,
        dataset: code.to_string(),
        revision,
        document,
        scope,
        missing,
        case,
        grant: grant.map(|grant| GrantReply::of(grant, portal.today())),
    })
}
