//! The registers for staff: information systems and what agencies deliver (PUB-08, PUB-09).

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use kaishu_portal::accounts::Caller;
use kaishu_portal::registers::ObligationFilter;
use kaishu_types::register::{ObligationView, SystemView};
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Asked;
use super::drafting::{known, private};
use super::problem::Problem;
use crate::state::State;

/// A part of the register of systems.
#[derive(Serialize, ToSchema)]
pub(super) struct SystemsReply {
    /// The systems, the oldest record first.
    items: Vec<SystemView>,
    /// Pass it as `after` to go on; null at the end.
    next: Option<i64>,
}

/// A part of what is to be delivered.
#[derive(Serialize, ToSchema)]
pub(super) struct ObligationsReply {
    /// The entries, in the order in which they came into the catalogue.
    items: Vec<ObligationView>,
    /// Pass it as `after` to go on; null at the end.
    next: Option<i64>,
}

/// List information systems
///
/// The register of the agencies that the token sees: its own, or those of its region.
#[utoipa::path(
    get, path = "/api/v1/systems", tag = "publishing", operation_id = "list_systems",
    security(("token" = ["read"])),
    params(("after" = Option<i64>, Query, description = "Where the list goes on")),
    responses(
        (status = 200, description = "A part of the register", body = SystemsReply),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token sees no register", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn systems(
    Shared(state): Shared<State>,
    asked: Asked,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let parameters = asked.only(&["after"])?;
    let caller = known(caller, asked.lang)?;
    let after = place(&parameters, &asked)?;
    let found = state.portal().systems(&caller, after, asked.lang).await?;
    let reply = SystemsReply { items: found.rows, next: found.next };
    Ok((private(), Json(reply)).into_response())
}

/// List what is to be delivered
///
/// Required and delivered, entry by entry; without `show=all` only what is outstanding.
#[utoipa::path(
    get, path = "/api/v1/deliveries", tag = "publishing", operation_id = "list_deliveries",
    security(("token" = ["read"])),
    params(
        ("organization" = Option<String>, Query, description = "Only those of this organization"),
        ("show" = Option<String>, Query, description = "`all` also lists what is complete"),
        ("after" = Option<i64>, Query, description = "Where the list goes on")
    ),
    responses(
        (status = 200, description = "A part of the list", body = ObligationsReply),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token sees no register", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No organization that the token sees", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn deliveries(
    Shared(state): Shared<State>,
    asked: Asked,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let parameters = asked.only(&["organization", "show", "after"])?;
    let caller = known(caller, asked.lang)?;
    let filter = ObligationFilter {
        organization: parameters.get("organization").cloned(),
        is_all: match parameters.get("show").map(String::as_str) {
            None => false,
            Some("all") => true,
            Some(_) => {
                let message = asked.lang.pick("只能是 all", "only `all` is known");
                return Err(kaishu_portal::Error::field("show", message).into());
            }
        },
        after: place(&parameters, &asked)?,
    };
    let found = state.portal().obligations(&caller, &filter, asked.lang).await?;
    let reply = ObligationsReply { items: found.rows, next: found.next };
    Ok((private(), Json(reply)).into_response())
}

/// Reads where a list goes on.
fn place(
    parameters: &std::collections::BTreeMap<String, String>,
    asked: &Asked,
) -> Result<Option<i64>, Problem> {
    let Some(text) = parameters.get("after") else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        let message = asked.lang.pick("不是列表里的位置", "is no place in the list");
        kaishu_portal::Error::field("after", message).into()
    })
}
