//! What a draft said before: beside what somebody wrote at the same time, and the way back to it (CAT-10, REV-10).

use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use kaishu_portal::Error;
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::{DraftCopy, OldDraft, PartChange};
use kaishu_types::draft::DraftDocument;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::Plain;
use super::drafting::{DraftReply, body, known, number, private, reply};
use super::problem::Problem;
use crate::state::State;

/// What a draft said before, without the texts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CopyList {
    /// The copies, the newest first.
    items: Vec<CopyItem>,
}

/// A copy of a draft.
#[derive(Debug, Serialize, ToSchema)]
struct CopyItem {
    /// The revision it was saved as.
    revision: u32,
    /// Who saved it.
    saved_by: String,
    /// When.
    saved_at: DateTime<Utc>,
    /// Whether it was submitted so.
    is_submitted: bool,
}

/// What a draft said at a revision.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CopyReply {
    /// The copy.
    #[serde(flatten)]
    copy: CopyItem,
    /// The entry as it was.
    #[schema(value_type = Object)]
    document: DraftDocument,
    /// What is different now.
    changes: Vec<PartDifference>,
}

/// A part of an entry in two texts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PartDifference {
    /// The part, as in `title` or `open.conditions`.
    part: String,
    /// What people call it.
    label: String,
    /// What the first text says; null where it says nothing.
    before: Option<String>,
    /// What the second says.
    after: Option<String>,
    /// Whether only the first text changed it since both were one.
    only_before_changed: bool,
}

/// What somebody wrote who read a draft at a revision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenDraft {
    /// The revision that was read.
    revision: u32,
    /// The entry as it was written.
    #[schema(value_type = Object)]
    document: DraftDocument,
}

/// What is stored beside what was written.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConflictReply {
    /// The revision that is stored now; the next save names it.
    revision: u32,
    /// Who saved it.
    saved_by: String,
    /// When.
    saved_at: DateTime<Utc>,
    /// What differs: as it is stored before, as it was written after.
    changes: Vec<PartDifference>,
}

/// The revision of a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadRevision {
    /// The revision that was read.
    pub(super) revision: u32,
}

/// List what a draft said before
///
/// What was submitted each time, and what was there before somebody else changed it.
#[utoipa::path(
    get, path = "/api/v1/drafts/{id}/copies", tag = "publishing", operation_id = "list_draft_copies",
    security(("token" = ["read"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    responses(
        (status = 200, description = "The copies", body = CopyList),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let copies = state.portal().old_drafts(&caller, number(id)?).await?;
    let items = copies.into_iter().map(item).collect();
    Ok((private(), Json(CopyList { items })).into_response())
}

/// Read what a draft said at a revision
#[utoipa::path(
    get, path = "/api/v1/drafts/{id}/copies/{revision}", tag = "publishing", operation_id = "read_draft_copy",
    security(("token" = ["read"])),
    params(
        ("id" = i64, Path, description = "Number of the draft"),
        ("revision" = u32, Path, description = "The revision")
    ),
    responses(
        (status = 200, description = "What it said, and what is different now", body = CopyReply),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches, or no copy of that revision", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    Path((id, revision)): Path<(String, String)>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let place = (number(Path(id))?, read_revision(&revision)?);
    let found = state.portal().old_draft(&caller, place, asked.lang).await?;
    let OldDraft { copy, document, changes } = found;
    let changes = changes.into_iter().map(difference).collect();
    Ok((private(), Json(CopyReply { copy: item(copy), document, changes })).into_response())
}

/// Put back what a draft said at a revision
///
/// What it says now stays as a copy.
#[utoipa::path(
    post, path = "/api/v1/drafts/{id}/copies/{revision}/restore", tag = "publishing", operation_id = "restore_draft_copy",
    security(("token" = ["publish"])),
    params(
        ("id" = i64, Path, description = "Number of the draft"),
        ("revision" = u32, Path, description = "The revision of the copy")
    ),
    request_body = ReadRevision,
    responses(
        (status = 200, description = "The draft as it is now", body = DraftReply),
        (status = 400, description = "No revision", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not edit it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches, or no copy of that revision", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Somebody saved it since, or it is under review", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn restore(
    Shared(state): Shared<State>,
    Path((id, old)): Path<(String, String)>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let (case, old) = (number(Path(id))?, read_revision(&old)?);
    let ReadRevision { revision } = body(request, &state).await?;
    state.portal().restore_draft(&caller, (case, revision), old, asked.lang).await?;
    let reply = reply(&state, &caller, case, asked.lang).await?;
    Ok((private(), Json(reply)).into_response())
}

/// Compare what is stored of a draft with what was written
///
/// For who was refused because somebody saved it since: what differs part by part, and which of it the other one
/// changed. Nothing is changed by asking; then the entry is saved under the revision that is answered, with
/// `keeps_copy` where the text of the other one is replaced.
#[utoipa::path(
    post, path = "/api/v1/drafts/{id}/conflicts", tag = "publishing", operation_id = "compare_draft",
    security(("token" = ["read"]), ("token" = ["publish"]), ("token" = ["decide"]), ("token" = ["apply"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    request_body = WrittenDraft,
    responses(
        (status = 200, description = "What differs", body = ConflictReply),
        (status = 400, description = "No entry", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn compare(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let case = number(id)?;
    let WrittenDraft { revision, mut document } = body(request, &state).await?;
    let portal = state.portal();
    let stored = portal.draft(&caller, case, asked.lang).await?;
    // Files come another way: what a save leaves as it is differs in nothing.
    document.organization = stored.document.organization;
    document.region = stored.document.region;
    document.resources = stored.document.resources;
    let place = (case, revision);
    let changes = portal.draft_conflict(&caller, place, &document, asked.lang).await?;
    let changes = changes.into_iter().map(difference).collect();
    let reply = ConflictReply {
        revision: stored.revision,
        saved_by: stored.updated_by,
        saved_at: stored.updated_at,
        changes,
    };
    Ok((private(), Json(reply)).into_response())
}

fn read_revision(text: &str) -> Result<u32, Error> {
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(80).collect();
        Error::not_found("version", shown)
    })
}

fn item(copy: DraftCopy) -> CopyItem {
    let DraftCopy { revision, saved_by, saved_at, is_submitted } = copy;
    CopyItem { revision, saved_by, saved_at, is_submitted }
}

/// A difference as it is answered.
pub(super) fn difference(change: PartChange) -> PartDifference {
    let PartChange { part, label, before, after, only_before_changed } = change;
    PartDifference { part, label, before, after, only_before_changed }
}
