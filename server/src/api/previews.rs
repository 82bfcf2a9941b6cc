//! Links by which a draft is seen before it is public, made and taken back by program.

use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use http::StatusCode;
use kaishu_portal::Error;
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::{PreviewLink, Previews};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::Plain;
use super::drafting::{body, known, number, private};
use super::problem::Problem;
use crate::state::State;

/// The links of a draft.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PreviewList {
    /// Whether links are good and can be made: nothing was decided for good yet.
    is_open: bool,
    /// The links, the newest first.
    items: Vec<PreviewItem>,
}

/// A link that was made; where it leads was told once.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewItem {
    /// Its number.
    id: i64,
    /// Whether it leads somewhere now.
    is_good: bool,
    /// The name of who made it.
    made_by: String,
    /// When.
    made_at: DateTime<Utc>,
    /// Until when it is good.
    expires_at: DateTime<Utc>,
    /// When it was taken back.
    revoked_at: Option<DateTime<Utc>>,
    /// When somebody last opened it.
    last_opened_at: Option<DateTime<Utc>>,
}

/// A link to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPreview {
    /// For how many days it is good: 1 to 30.
    #[schema(example = 7)]
    days: u32,
}

/// Where a link leads; it is told once and kept nowhere.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadePreview {
    /// The address, for whoever is to see the draft. Whoever has it needs no login.
    url: String,
    /// The draft.
    draft: i64,
    /// For how many days it is good.
    days: u32,
}

/// List the previews of a draft
#[utoipa::path(
    get, path = "/api/v1/drafts/{id}/previews", tag = "publishing", operation_id = "list_previews",
    security(("token" = ["publish"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    responses(
        (status = 200, description = "The links", body = PreviewList),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token edits", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let portal = state.portal();
    let Previews { is_open, links, .. } = portal.previews(&caller, number(id)?, asked.lang).await?;
    let now = portal.now();
    let items = links.into_iter().map(|link| item(link, is_open, now)).collect();
    Ok((private(), Json(PreviewList { is_open, items })).into_response())
}

fn item(link: PreviewLink, is_open: bool, now: DateTime<Utc>) -> PreviewItem {
    PreviewItem {
        is_good: is_open && link.is_good(now),
        id: link.id,
        made_by: link.made_by,
        made_at: link.made_at,
        expires_at: link.expires_at,
        revoked_at: link.revoked_at,
        last_opened_at: link.last_opened_at,
    }
}

/// Make a preview of a draft
///
/// Whoever has the link sees the entry as the public would, until it runs out, is taken back, or the draft is decided
/// on. A request that is sent twice makes two links: take back the one that is not needed.
#[utoipa::path(
    post, path = "/api/v1/drafts/{id}/previews", tag = "publishing", operation_id = "make_preview",
    security(("token" = ["publish"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    request_body = NewPreview,
    responses(
        (status = 201, description = "The link, told this once", body = MadePreview),
        (status = 400, description = "Other days than 1 to 30", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not edit it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is decided on, has no public page, or too many links are good", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn make(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let draft = number(id)?;
    let NewPreview { days } = body(request, &state).await?;
    let portal = state.portal();
    let token = portal.make_preview(&caller, draft, &days.to_string(), asked.lang).await?;
    let url = format!("{}/preview/{token}", portal.site().base_url);
    Ok((StatusCode::CREATED, private(), Json(MadePreview { url, draft, days })).into_response())
}

/// Take a preview back
///
/// From the next request on the link leads nowhere.
#[utoipa::path(
    delete, path = "/api/v1/drafts/{id}/previews/{link}", tag = "publishing", operation_id = "revoke_preview",
    security(("token" = ["publish"])),
    params(
        ("id" = i64, Path, description = "Number of the draft"),
        ("link" = i64, Path, description = "Number of the link")
    ),
    responses(
        (status = 204, description = "It leads nowhere"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not edit the draft", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such link, or one that was taken back", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn revoke(
    Shared(state): Shared<State>,
    Path((id, link)): Path<(String, String)>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let draft = number(Path(id))?;
    let shown: String = link.chars().take(80).collect();
    let link = link.parse().map_err(|_| Error::not_found("preview", shown))?;
    state.portal().revoke_preview(&caller, draft, link, asked.lang).await?;
    Ok((StatusCode::NO_CONTENT, private()).into_response())
}
