//! What an agency keeps in the registers by program: its systems, what it says of its deliveries, and what
//! is open without an entry (PUB-08 to PUB-10, CAT-17).

use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::NaiveDate;
use http::{StatusCode, header};
use kaishu_portal::Error;
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::NewMissing;
use kaishu_portal::registers::{DeliveryForm, SystemForm};
use kaishu_types::DatasetCode;
use kaishu_types::case::CaseView;
use kaishu_types::register::{ObligationView, SystemView};
use serde::Deserialize;
use utoipa::ToSchema;

use super::asked::{self, Plain};
use super::cases::opened;
use super::drafting::{body, known, private};
use super::problem::Problem;
use crate::state::State;

/// The record of an information system.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SystemRecord {
    /// Code of the agency; of a system that is there already it stays.
    #[serde(default)]
    organization: String,
    /// What it is called.
    name: String,
    /// What it does.
    purpose: String,
    /// How it is joined to the platform: `connected`, `distributed` or `not_connected`.
    connection: String,
    /// Why it cannot be connected.
    #[serde(default)]
    reason: String,
    /// How it is going to be connected.
    #[serde(default)]
    plan: String,
    /// The day by which it is.
    planned_on: Option<NaiveDate>,
    /// Number of the system of an upper unit that is used in its place.
    uses: Option<i64>,
    /// The day since which it is not in use.
    ended_on: Option<NaiveDate>,
    /// The revision that was read; left out for a new one.
    #[serde(default)]
    revision: i32,
}

/// What an agency says of the delivery of an entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeliveryRecord {
    /// `hold`: since when data is held. `refuse`: a law forbids it. `exempt`: the system of an upper unit delivers it.
    /// `restore`: it is to be delivered after all.
    act: String,
    /// The `revision` that was read.
    revision: i32,
    /// For `hold`: the first day of which data is held.
    held_since: Option<NaiveDate>,
    /// For `refuse`: title of the law.
    #[serde(default)]
    basis_title: String,
    /// For `refuse`: its article.
    #[serde(default)]
    basis_article: String,
    /// For `refuse`: its level, as in `law`.
    #[serde(default)]
    basis_level: String,
    /// For `exempt`: number of the system of the own agency that uses one of an upper unit.
    system: Option<i64>,
    /// Why.
    #[serde(default)]
    reason: String,
}

/// A resource that is open without an entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MissingRecord {
    /// What it is called where it was found.
    title: String,
    /// Code of the organization that opened it.
    organization: String,
    /// Where it was found.
    #[schema(example = "https://jt.example.cn/bus")]
    address: String,
    /// What was found.
    reason: String,
}

/// Read the record of a system
#[utoipa::path(
    get, path = "/api/v1/systems/{id}", tag = "publishing", operation_id = "read_system",
    security(("token" = ["read"])),
    params(("id" = i64, Path, description = "Number of the system")),
    responses(
        (status = 200, description = "The record", body = SystemView),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No system that the token sees", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn system(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let found = state.portal().system(&caller, number("system", id)?).await?;
    Ok((private(), Json(found)).into_response())
}

/// Record a system
///
/// A request that is sent twice makes two records: ask for the register first.
#[utoipa::path(
    post, path = "/api/v1/systems", tag = "publishing", operation_id = "add_system",
    security(("token" = ["publish"])),
    request_body = SystemRecord,
    responses(
        (status = 201, description = "The record", body = SystemView),
        (status = 400, description = "Something is missing, or a rule asks for more", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token keeps no records of this agency", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn add_system(
    Shared(state): Shared<State>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let record: SystemRecord = body(request, &state).await?;
    let portal = state.portal();
    let texts = SystemTexts::of(&record);
    let form = texts.form(&record);
    let id = Box::pin(portal.save_system(&caller, None, &form, asked.lang)).await?;
    let found = portal.system(&caller, id).await?;
    let place = [(header::LOCATION, format!("/api/v1/systems/{id}"))];
    Ok((StatusCode::CREATED, place, private(), Json(found)).into_response())
}

/// Save the record of a system
#[utoipa::path(
    put, path = "/api/v1/systems/{id}", tag = "publishing", operation_id = "save_system",
    security(("token" = ["publish"])),
    params(("id" = i64, Path, description = "Number of the system")),
    request_body = SystemRecord,
    responses(
        (status = 200, description = "The record as it is now", body = SystemView),
        (status = 400, description = "Something is missing, or a rule asks for more", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token keeps no records of this agency", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No system that the token sees", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Somebody saved it since", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn save_system(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let id = number("system", id)?;
    let record: SystemRecord = body(request, &state).await?;
    let portal = state.portal();
    let texts = SystemTexts::of(&record);
    let form = texts.form(&record);
    Box::pin(portal.save_system(&caller, Some(id), &form, asked.lang)).await?;
    let found = portal.system(&caller, id).await?;
    Ok((private(), Json(found)).into_response())
}

/// Days and numbers of a record as the form of the workbench has them.
struct SystemTexts {
    planned_on: String,
    uses: String,
    ended_on: String,
}

impl SystemTexts {
    fn of(record: &SystemRecord) -> Self {
        Self {
            planned_on: text_of(record.planned_on),
            uses: text_of(record.uses),
            ended_on: text_of(record.ended_on),
        }
    }

    fn form<'a>(&'a self, record: &'a SystemRecord) -> SystemForm<'a> {
        SystemForm {
            organization: &record.organization,
            name: &record.name,
            purpose: &record.purpose,
            connection: &record.connection,
            reason: &record.reason,
            plan: &record.plan,
            planned_on: &self.planned_on,
            uses: &self.uses,
            ended_on: &self.ended_on,
            revision: record.revision,
        }
    }
}

/// Read what is required and delivered of an entry
#[utoipa::path(
    get, path = "/api/v1/deliveries/{code}", tag = "publishing", operation_id = "read_delivery",
    security(("token" = ["read"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    responses(
        (status = 200, description = "What is required and delivered", body = ObligationView),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No entry whose records the token sees", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn delivery(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let code = asked::code("dataset", code)?;
    let caller = known(caller, asked.lang)?;
    let found = state.portal().obligation(&caller, &code, asked.lang).await?;
    Ok((private(), Json(found)).into_response())
}

/// Say something of the delivery of an entry
///
/// Since when data is held, that a law forbids it, that the system of an upper unit delivers it, or that it is to be
/// delivered after all.
#[utoipa::path(
    post, path = "/api/v1/deliveries/{code}", tag = "publishing", operation_id = "say_of_delivery",
    security(("token" = ["publish"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    request_body = DeliveryRecord,
    responses(
        (status = 200, description = "What is required and delivered now", body = ObligationView),
        (status = 400, description = "Something is missing, or no law is cited", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token keeps no records of this agency", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No entry whose records the token sees, or no such act", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Somebody said something since", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn say(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let code: DatasetCode = asked::code("dataset", code)?;
    let caller = known(caller, asked.lang)?;
    let record: DeliveryRecord = body(request, &state).await?;
    let (held_since, system) = (text_of(record.held_since), text_of(record.system));
    let form = DeliveryForm {
        act: &record.act,
        revision: record.revision,
        held_since: &held_since,
        basis_title: &record.basis_title,
        basis_article: &record.basis_article,
        basis_level: &record.basis_level,
        system: &system,
        reason: &record.reason,
    };
    let portal = state.portal();
    Box::pin(portal.say_of_delivery(&caller, &code, &form, asked.lang)).await?;
    let found = portal.obligation(&caller, &code, asked.lang).await?;
    Ok((private(), Json(found)).into_response())
}

/// Register what is open without an entry
///
/// It becomes a task of its provider. An address that is registered already is refused until it is entered.
#[utoipa::path(
    post, path = "/api/v1/missing-entries", tag = "publishing", operation_id = "register_missing",
    security(("token" = ["publish"]), ("token" = ["decide"])),
    request_body = MissingRecord,
    responses(
        (status = 201, description = "The case of the task", body = CaseView),
        (status = 400, description = "Something is missing, or the address is registered already", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The rules know no such task, or the token does not reach the provider", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn register_missing(
    Shared(state): Shared<State>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let record: MissingRecord = body(request, &state).await?;
    let new = NewMissing {
        title: &record.title,
        organization: &record.organization,
        address: &record.address,
        reason: &record.reason,
    };
    let case = Box::pin(state.portal().register_missing(&caller, new, asked.lang)).await?;
    opened(&state, &caller, case, asked.lang).await
}

/// A day or a number as it is written; nothing where there is none.
fn text_of<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn number(what: &'static str, Path(text): Path<String>) -> Result<i64, Error> {
    let shown: String = text.chars().take(80).collect();
    text.parse().map_err(|_| Error::not_found(what, shown))
}
