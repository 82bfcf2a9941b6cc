//! Files that come with a draft or with a step of its review: authorisations, records, what reviewers attach
//! (PUB-16, CLS-10, REV-02). Never public.

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt};
use http::StatusCode;
use kaishu_portal::Error;
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::{Attachment, Authorisation};
use kaishu_types::Lang;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Plain;
use super::cases;
use super::drafting::{known, number, private};
use super::problem::Problem;
use crate::state::State;

/// A file that is attached.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the form for OpenAPI")]
pub(super) struct AttachedForm {
    /// The file: a scan or a document of 20 MB at most.
    #[schema(format = Binary, value_type = String)]
    file: String,
}

/// Files that wait for a step.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WaitingFiles {
    /// The files.
    items: Vec<AttachedFile>,
}

/// A file that is attached.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AttachedFile {
    /// Its number, where it is taken by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    /// Its name.
    file_name: String,
    /// Its size in bytes.
    size_bytes: u64,
    /// SHA-256 of its bytes, hex.
    sha256: String,
    /// The name of who attached it.
    attached_by: String,
    /// When.
    attached_at: DateTime<Utc>,
}

impl From<Attachment> for AttachedFile {
    fn from(kept: Attachment) -> Self {
        Self {
            id: Some(kept.id),
            file_name: kept.file_name,
            size_bytes: kept.size_bytes,
            sha256: kept.sha256,
            attached_by: kept.attached_by,
            attached_at: kept.attached_at,
        }
    }
}

impl From<Authorisation> for AttachedFile {
    fn from(kept: Authorisation) -> Self {
        Self {
            id: None,
            file_name: kept.file_name,
            size_bytes: kept.size_bytes,
            sha256: kept.sha256,
            attached_by: kept.attached_by,
            attached_at: kept.attached_at,
        }
    }
}

/// Attach the written authorisation of a draft
///
/// Where the rules ask for one. The one before stays on record; the newest counts.
#[utoipa::path(
    post, path = "/api/v1/drafts/{id}/authorisation", tag = "publishing", operation_id = "attach_authorisation",
    security(("token" = ["publish"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    request_body(content = AttachedForm, content_type = "multipart/form-data"),
    responses(
        (status = 204, description = "It is attached; the draft has a new revision"),
        (status = 400, description = "No file, an empty one, or more than 20 MB", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not edit it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The rules ask for none, or it is under review", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn authorise(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let draft = number(id)?;
    let portal = state.portal();
    portal.draft(&caller, draft, asked.lang).await?;
    let mut form = form_of(request, &state).await?;
    let (name, bytes) = file_of(&mut form, asked.lang).await?;
    Box::pin(portal.attach_authorisation(&caller, draft, &name, bytes, asked.lang)).await?;
    Ok((StatusCode::NO_CONTENT, private()).into_response())
}

/// Take the written authorisation of a draft
#[utoipa::path(
    get, path = "/api/v1/drafts/{id}/authorisation", tag = "publishing", operation_id = "take_authorisation",
    security(("token" = ["read"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches, or none is attached", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn take_authorisation(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let (kept, read) = state.portal().read_authorisation(&caller, number(id)?).await?;
    Ok(app::as_file(&kept.file_name, read.size_bytes, read.bytes))
}

/// Attach the record by which a draft is opened further
///
/// The record of desensitising or declassifying, or the rights holder's consent. What is there already stays on record.
#[utoipa::path(
    post, path = "/api/v1/drafts/{id}/relaxation", tag = "publishing", operation_id = "attach_relaxation",
    security(("token" = ["publish"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    request_body(content = AttachedForm, content_type = "multipart/form-data"),
    responses(
        (status = 204, description = "It is attached; the draft has a new revision"),
        (status = 400, description = "No file, an empty one, more than 20 MB, or not what its name says", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not edit it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is under review, or too many are attached", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn relax(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let draft = number(id)?;
    let portal = state.portal();
    portal.draft(&caller, draft, asked.lang).await?;
    let mut form = form_of(request, &state).await?;
    let (name, bytes) = file_of(&mut form, asked.lang).await?;
    Box::pin(portal.attach_relaxation(&caller, draft, &name, bytes, asked.lang)).await?;
    Ok((StatusCode::NO_CONTENT, private()).into_response())
}

/// Attach a file to the step of a review that is on
///
/// It waits until the owner of the token takes the step, and comes with it where its number is among the `answers`
/// (`{"attach": "12 13"}`). Until then nobody else sees it.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/attachments", tag = "cases", operation_id = "attach_to_step",
    security(("token" = ["decide"])),
    params(("id" = i64, Path, description = "Number of the case")),
    request_body(content = AttachedForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The files that wait for the step", body = WaitingFiles),
        (status = 400, description = "No file, an empty one, more than 20 MB, or not what its name says", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No step is the token's now", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No case that the token reaches", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Too many are attached", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn attach(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let case = cases::number(id)?;
    let portal = state.portal();
    portal.case_view(&caller, case, asked.lang).await?;
    let mut form = form_of(request, &state).await?;
    let (name, bytes) = file_of(&mut form, asked.lang).await?;
    Box::pin(portal.attach_to_step(&caller, case, &name, bytes, asked.lang)).await?;
    let waiting = portal.waiting_attachments(&caller, case).await?.unwrap_or_default();
    let items = waiting.into_iter().map(AttachedFile::from).collect();
    Ok((StatusCode::CREATED, private(), Json(WaitingFiles { items })).into_response())
}

/// Take a file that is attached to a case
#[utoipa::path(
    get, path = "/api/v1/cases/{id}/attachments/{number}", tag = "cases", operation_id = "take_attachment",
    security(("token" = ["read"])),
    params(
        ("id" = i64, Path, description = "Number of the case"),
        ("number" = i64, Path, description = "Number of the file")
    ),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No case that the token reaches, or no such file", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn take(
    Shared(state): Shared<State>,
    Path((id, file)): Path<(String, String)>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let case = cases::number(Path(id))?;
    let shown: String = file.chars().take(80).collect();
    let file = file.parse().map_err(|_| Error::not_found("resource", shown))?;
    let (kept, read) = state.portal().read_attachment(&caller, case, file).await?;
    Ok(app::as_file(&kept.file_name, read.size_bytes, read.bytes))
}

async fn form_of(request: Request, state: &State) -> Result<Multipart, Problem> {
    Multipart::from_request(request, state)
        .await
        .map_err(|rejection| Error::field("file", rejection.body_text()).into())
}

/// Finds the file of a form: its name and its bytes as they come.
async fn file_of<'a>(
    form: &'a mut Multipart,
    lang: Lang,
) -> Result<(String, impl Stream<Item = std::io::Result<Bytes>> + Send + use<'a>), Problem> {
    let broken = |error: MultipartError| Problem::from(Error::field("file", error.body_text()));
    match form.next_field().await.map_err(broken)? {
        Some(field) if field.name() == Some("file") => {
            Ok((field.file_name().unwrap_or_default().to_owned(), bytes_of(field)))
        }
        _ => Err(Error::field("file", lang.pick("请附上文件", "attach the file")).into()),
    }
}

fn bytes_of(field: Field<'_>) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    field.map(|chunk| chunk.map_err(std::io::Error::other))
}
