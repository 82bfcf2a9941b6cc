//! Grants by program: what somebody may have, how and until when (DL-02, DL-03).

use std::collections::BTreeSet;

use axum::extract::{Path, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::NaiveDate;
use kaishu_portal::Error;
use kaishu_portal::access::Grant;
use kaishu_portal::accounts::Caller;
use kaishu_types::access::DeliveryMode;
use kaishu_types::row_scope::RowCondition;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Plain;
use super::drafting::{known, private};
use super::problem::Problem;
use crate::state::State;

/// What an application led to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GrantReply {
    /// Number of the grant and of its application.
    id: i64,
    /// Code of the dataset.
    dataset: String,
    /// Names of the data items.
    items: BTreeSet<String>,
    /// Conditions that all rows meet; none for all rows.
    rows: Vec<RowCondition>,
    /// How they are delivered.
    mode: DeliveryMode,
    /// The first day.
    first_day: NaiveDate,
    /// The last day.
    last_day: NaiveDate,
    /// Whether it opens something today.
    in_force: bool,
    /// The number under which it was filed.
    filing: String,
}

impl GrantReply {
    pub(super) fn of(grant: Grant, today: NaiveDate) -> Self {
        let in_force = grant.is_in_force(today);
        let Grant { case, dataset, items, rows, mode, first_day, last_day, filing, .. } = grant;
        let dataset = dataset.to_string();
        Self { id: case, dataset, items, rows, mode, first_day, last_day, in_force, filing }
    }
}

/// What somebody was granted.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GrantList {
    /// The newest first; those that ended are among them.
    items: Vec<GrantReply>,
}

/// List your grants
///
/// What the owner of the token was granted, the newest first: 100 at most.
#[utoipa::path(
    get, path = "/api/v1/grants", tag = "access", operation_id = "list_grants",
    security(("token" = ["read"])),
    responses(
        (status = 200, description = "The grants", body = GrantList),
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
    let grants = portal.own_grants(&caller, asked.lang).await?;
    let items = grants.into_iter().map(|it| GrantReply::of(it, portal.today())).collect();
    Ok((private(), Json(GrantList { items })).into_response())
}

/// Read a grant
///
/// For whoever holds it, the provider and the authority.
#[utoipa::path(
    get, path = "/api/v1/grants/{id}", tag = "access", operation_id = "read_grant",
    security(("token" = ["read"])),
    params(("id" = i64, Path, description = "Number of the grant")),
    responses(
        (status = 200, description = "The grant", body = GrantReply),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No grant that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let id = number("grant", &id)?;
    let portal = state.portal();
    let grant = portal.grant(&caller, id).await?;
    Ok((private(), Json(GrantReply::of(grant, portal.today()))).into_response())
}

/// Reads the number of something; what is none names nothing.
pub(super) fn number(what: &'static str, text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(80).collect();
        Error::not_found(what, shown).into()
    })
}
