//! Webhooks by program: registered, read with what each was told, enabled and taken away.

use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use http::{StatusCode, header};
use kaishu_portal::accounts::Caller;
use kaishu_portal::webhooks::{Told, Webhook, WebhookForm, WebhookState, number_of_message};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::Plain;
use super::drafting::{body, known, private};
use super::grants::number;
use super::problem::Problem;
use crate::state::State;

/// A webhook to be registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWebhook {
    /// Where it is called: over https, at a public address.
    #[schema(example = "https://example.cn/kaishu")]
    url: String,
    /// The families of events that it is told: `application.*`, `decision.*`, `grant.*`, `usage_report.*`.
    #[schema(example = json!(["decision.*", "grant.*"]))]
    events: Vec<String>,
    /// Code of the organization whose it is; the owner of the token where it is left out.
    organization: Option<String>,
}

/// A webhook that was registered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Registered {
    /// Its number.
    id: i64,
    /// What its calls are signed with. It is shown this once.
    secret: String,
}

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookReply {
    /// Its number.
    id: i64,
    /// Where it is called.
    url: String,
    /// The families of events that it is told.
    events: Vec<String>,
    /// Code of the organization whose it is; null where it is one's own.
    organization: Option<String>,
    /// Whether it is called; not where it failed too long.
    enabled: bool,
    /// Calls that failed since the last that did not.
    failures: u32,
    /// When it was registered.
    registered_at: DateTime<Utc>,
}

/// Webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookList {
    /// The newest first.
    items: Vec<WebhookReply>,
}

/// An event that a webhook was told, or is to be told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeliveryReply {
    /// The number of the message: the same for each try, so that a receiver can leave out what it has.
    id: String,
    /// The event.
    #[schema(example = "grant.activated")]
    event: String,
    /// How often it was tried.
    attempts: u32,
    /// The status of the last answer; null where none came.
    status: Option<u16>,
    /// What was wrong the last time.
    fault: Option<String>,
    /// When it came about.
    created_at: DateTime<Utc>,
    /// When it was delivered; null where it waits.
    delivered_at: Option<DateTime<Utc>>,
}

/// A webhook with what it was told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookDeliveries {
    /// The webhook.
    webhook: WebhookReply,
    /// What it was and is to be told, the newest first: 100 at most.
    deliveries: Vec<DeliveryReply>,
}

fn reply(webhook: Webhook) -> WebhookReply {
    WebhookReply {
        enabled: webhook.state == WebhookState::Active,
        id: webhook.id,
        url: webhook.url,
        events: webhook.events.iter().map(|family| format!("{family}.*")).collect(),
        organization: webhook.organization,
        failures: webhook.n_failures,
        registered_at: webhook.made_at,
    }
}

fn delivery(told: Told) -> DeliveryReply {
    DeliveryReply {
        id: number_of_message(&told),
        event: told.event,
        attempts: told.n_attempts,
        status: told.status,
        fault: told.note,
        created_at: told.created_at,
        delivered_at: told.delivered_at,
    }
}

/// List webhooks
///
/// Those of the owner of the token, and those of the organizations that they act for.
#[utoipa::path(
    get, path = "/api/v1/webhooks", tag = "access", operation_id = "list_webhooks",
    security(("token" = ["read"])),
    responses(
        (status = 200, description = "The webhooks", body = WebhookList),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token sees no applications", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(
    Shared(state): Shared<State>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let found = state.portal().webhooks(&caller, asked.lang).await?;
    let items = found.into_iter().map(reply).collect();
    Ok((private(), Json(WebhookList { items })).into_response())
}

/// Register a webhook
///
/// From now on it is called when something happens to the applications of the owner of the token, or to those for data of
/// the organization: events in their order, each signed as Standard Webhooks has it (`webhook-id`, `webhook-timestamp`,
/// `webhook-signature`). What fails is tried again. One's own takes a token of the scope `apply`, one of an organization
/// a token of the scope `decide`.
#[utoipa::path(
    post, path = "/api/v1/webhooks", tag = "access", operation_id = "register_webhook",
    security(("token" = ["apply"]), ("token" = ["decide"])),
    request_body = NewWebhook,
    responses(
        (status = 201, description = "It is registered", body = Registered, headers(
            ("Location" = String, description = "The webhook")
        )),
        (status = 400, description = "No event, or an address that is not called", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not reach so far", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "There are too many", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn register(
    Shared(state): Shared<State>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let NewWebhook { url, events, organization } = body(request, &state).await?;
    let form = WebhookForm { url, events, organization: organization.unwrap_or_default() };
    let (id, secret) = state.portal().register_webhook(&caller, &form, asked.lang).await?;
    let place = [(header::LOCATION, format!("/api/v1/webhooks/{id}"))];
    let registered = Json(Registered { id, secret });
    Ok((StatusCode::CREATED, private(), place, registered).into_response())
}

/// Read a webhook
///
/// With what it was told and what waits for it.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}", tag = "access", operation_id = "read_webhook",
    security(("token" = ["read"])),
    params(("id" = i64, Path, description = "Number of the webhook")),
    responses(
        (status = 200, description = "The webhook", body = WebhookDeliveries),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No webhook that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let found = state.portal().webhook(&caller, number("webhook", &id)?, asked.lang).await?;
    let deliveries = found.told.into_iter().map(delivery).collect();
    let reply = WebhookDeliveries { webhook: reply(found.webhook), deliveries };
    Ok((private(), Json(reply)).into_response())
}

/// Take a webhook away
///
/// It is called no more, and what waits for it is forgotten.
#[utoipa::path(
    delete, path = "/api/v1/webhooks/{id}", tag = "access", operation_id = "end_webhook",
    security(("token" = ["apply"]), ("token" = ["decide"])),
    params(("id" = i64, Path, description = "Number of the webhook")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not reach so far", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No webhook that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn end(
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    state.portal().end_webhook(&caller, number("webhook", &id)?, asked.lang).await?;
    Ok((StatusCode::NO_CONTENT, private()).into_response())
}

/// Enable a webhook
///
/// One that was disabled is called again, beginning with what waits.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/enable", tag = "access", operation_id = "enable_webhook",
    security(("token" = ["apply"]), ("token" = ["decide"])),
    params(("id" = i64, Path, description = "Number of the webhook")),
    responses(
        (status = 204, description = "It is called again"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not reach so far", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No webhook that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn enable(
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    state.portal().enable_webhook(&caller, number("webhook", &id)?, asked.lang).await?;
    Ok((StatusCode::NO_CONTENT, private()).into_response())
}
