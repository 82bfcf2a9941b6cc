//! What stands around a draft: what it changes, and entries of others that are alike (CAT-07, REV-10).

use axum::extract::{Path, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::{AlikeEntry, Resubmitted};
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Plain;
use super::copies::{PartDifference, difference};
use super::drafting::{known, number, private};
use super::problem::Problem;
use crate::state::State;

/// Entries of other agencies that are alike.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlikeList {
    /// The entries.
    items: Vec<AlikeItem>,
}

/// An entry of another agency with a similar title, or the same items.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlikeItem {
    /// Its code.
    code: String,
    /// Its title.
    title: String,
    /// Its provider.
    organization: String,
    /// Labels of the items both have.
    shared: Vec<String>,
}

impl From<AlikeEntry> for AlikeItem {
    fn from(found: AlikeEntry) -> Self {
        let AlikeEntry { code, title, organization, shared } = found;
        Self { code: code.to_string(), title, organization, shared }
    }
}

/// What a draft changes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DraftChangesReply {
    /// Fields that are not as they are published now; null where nothing is published.
    published: Option<Vec<String>>,
    /// What changed since it was submitted before; null where it was submitted once at most.
    submitted: Option<SinceSubmission>,
}

/// What changed since a draft was submitted before.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SinceSubmission {
    /// Who saved what was submitted before.
    saved_by: String,
    /// When.
    saved_at: DateTime<Utc>,
    /// The parts with their old and new values.
    changes: Vec<PartDifference>,
}

impl From<Resubmitted> for SinceSubmission {
    fn from(found: Resubmitted) -> Self {
        let Resubmitted { saved_by, saved_at, changes } = found;
        Self { saved_by, saved_at, changes: changes.into_iter().map(difference).collect() }
    }
}

/// List entries of other agencies that are like a draft
///
/// What is in the catalogue already is not collected again: ask before it is submitted.
#[utoipa::path(
    get, path = "/api/v1/drafts/{id}/alike", tag = "publishing", operation_id = "list_alike",
    security(("token" = ["read"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    responses(
        (status = 200, description = "The entries", body = AlikeList),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn alike(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let found = Box::pin(state.portal().draft_alike(&caller, number(id)?, asked.lang)).await?;
    let items = found.into_iter().map(AlikeItem::from).collect();
    Ok((private(), Json(AlikeList { items })).into_response())
}

/// Read what a draft changes
///
/// Of what is published now, and since it was submitted before.
#[utoipa::path(
    get, path = "/api/v1/drafts/{id}/changes", tag = "publishing", operation_id = "read_draft_changes",
    security(("token" = ["read"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    responses(
        (status = 200, description = "What it changes", body = DraftChangesReply),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn changes(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let draft = number(id)?;
    let portal = state.portal();
    let published = portal.draft_changes(&caller, draft).await?;
    let submitted = portal.resubmitted(&caller, draft, asked.lang).await?;
    let submitted = submitted.map(SinceSubmission::from);
    Ok((private(), Json(DraftChangesReply { published, submitted })).into_response())
}
