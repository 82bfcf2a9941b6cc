//! Drafts by program: what a department does in the workbench, with a token of the scope `publish` (CAT-02).

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Multipart, Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use futures::StreamExt;
use http::{HeaderName, StatusCode, header};
use kaishu_portal::Error;
use kaishu_portal::accounts::{Caller, log_in_first};
use kaishu_portal::publishing::{DraftView, NewSource, OpeningAct};
use kaishu_types::draft::DraftDocument;
use kaishu_types::{FieldError, Lang};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::Plain;
use super::attached::AttachedFile;
use super::problem::Problem;
use crate::state::State;

/// Longest entry, in bytes of JSON.
const MAX_ENTRY_BYTES: usize = 2 << 20;

/// An entry before it is published.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DraftReply {
    /// Number of the draft and of its review.
    id: i64,
    /// Code of the dataset that it becomes.
    code: String,
    /// How often it was saved; the next save names it.
    revision: u32,
    /// The entry: catalogue fields, data items, files, what was chosen.
    #[schema(value_type = Object)]
    document: DraftDocument,
    /// What is missing before it can be submitted.
    missing: Vec<Missing>,
    /// The written authorisation that is attached.
    authorisation: Option<AttachedFile>,
    /// The records by which it is opened further, the newest first.
    relaxations: Vec<AttachedFile>,
    /// Where its review is.
    state: String,
}

/// Something that is missing.
#[derive(Debug, Serialize, ToSchema)]
struct Missing {
    /// The field.
    field: String,
    /// What is wrong.
    message: String,
    /// The article that asks for it.
    article: String,
    /// Where to go on: the path of a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// The beginning of an entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDraft {
    /// Code of the provider.
    organization: String,
    /// What it is called.
    title: String,
}

/// An entry as it is saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedDraft {
    /// The revision that was read.
    revision: u32,
    /// The entry, as a reply gives it. Files, organization and region stay as they are.
    #[schema(value_type = Object)]
    document: DraftDocument,
    /// Whether what it said before stays as a copy, whoever wrote it: for who chose between two texts.
    #[serde(default)]
    keeps_copy: bool,
}

/// A file that stands at its provider.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftSource {
    /// The revision that was read.
    revision: u32,
    /// What people call it.
    title: String,
    /// Where it is: an address of a host that the portal is set up to ask.
    #[schema(example = "https://data.example.gov.cn/stops.csv")]
    url: String,
    /// `csv`, `tsv`, `xlsx`, `json`, `ndjson` or `geojson`.
    format: String,
    /// Why it cannot be delivered; public.
    reason: String,
}

/// A file of a draft.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the form for OpenAPI")]
pub(super) struct DraftFileForm {
    /// The revision that was read.
    revision: u32,
    /// The file, kept byte for byte; its columns become data items that are not there yet.
    #[schema(format = Binary, value_type = String)]
    file: String,
}

/// Begin an entry
///
/// Nothing of it is public before it passed its review.
#[utoipa::path(
    post, path = "/api/v1/drafts", tag = "publishing", operation_id = "begin_draft",
    security(("token" = ["publish"])),
    request_body = NewDraft,
    responses(
        (status = 201, description = "The draft", body = DraftReply),
        (status = 400, description = "No title, or fields that are not known", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not reach this organization", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such organization", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn begin(
    Shared(state): Shared<State>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let NewDraft { organization, title } = body(request, &state).await?;
    let case = state.portal().begin_draft(&caller, &organization, &title, asked.lang).await?;
    let reply = reply(&state, &caller, case, asked.lang).await?;
    let place = [(header::LOCATION, format!("/api/v1/drafts/{case}"))];
    Ok((StatusCode::CREATED, place, private(), Json(reply)).into_response())
}

/// Read a draft, with what is missing
#[utoipa::path(
    get, path = "/api/v1/drafts/{id}", tag = "publishing", operation_id = "read_draft",
    security(("token" = ["read"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    responses(
        (status = 200, description = "The draft", body = DraftReply),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn read(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let reply = reply(&state, &caller, number(id)?, asked.lang).await?;
    Ok((private(), Json(reply)).into_response())
}

/// Save a draft
///
/// It is saved as a whole. Where somebody saved it since the revision that is named, nothing changes; what differs is
/// asked at `/api/v1/drafts/{id}/conflicts`.
#[utoipa::path(
    put, path = "/api/v1/drafts/{id}", tag = "publishing", operation_id = "save_draft",
    security(("token" = ["publish"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    request_body = SavedDraft,
    responses(
        (status = 200, description = "The draft as it is now", body = DraftReply),
        (status = 400, description = "No entry", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not edit it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Somebody saved it since, or it is under review", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn save(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let case = number(id)?;
    let SavedDraft { revision, mut document, keeps_copy } = body(request, &state).await?;
    let portal = state.portal();
    // Bytes come by the form for files only: no text names those of somebody else.
    document.resources = portal.draft(&caller, case, asked.lang).await?.document.resources;
    match keeps_copy {
        true => portal.replace_draft(&caller, (case, revision), document, asked.lang).await?,
        false => portal.save_draft(&caller, case, revision, document, asked.lang).await?,
    };
    let reply = reply(&state, &caller, case, asked.lang).await?;
    Ok((private(), Json(reply)).into_response())
}

/// Add a file that stands at its provider to a draft
///
/// Where the rules admit it, an address in the place of bytes. The portal asks there when somebody wants the data,
/// with the checks, receipts and logs of stored data. It is fetched once now, so that its columns become data items.
#[utoipa::path(
    post, path = "/api/v1/drafts/{id}/sources", tag = "publishing", operation_id = "add_draft_source",
    security(("token" = ["publish"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    request_body = DraftSource,
    responses(
        (status = 200, description = "The draft as it is now", body = DraftReply),
        (status = 400, description = "An address that the portal does not ask, no reason, or no table", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The rules do not admit it, or the token does not edit the draft", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Somebody saved it since, or it is under review", body = Problem, content_type = "application/problem+json"),
        (status = 502, description = "The address gives nothing that can be served", body = Problem, content_type = "application/problem+json"),
        (status = 504, description = "The address does not answer in time", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn add_source(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let case = number(id)?;
    let DraftSource { revision, title, url, format, reason } = body(request, &state).await?;
    let new = NewSource { title: &title, url: &url, format: &format, reason: &reason };
    let portal = state.portal();
    Box::pin(portal.add_draft_source(&caller, (case, revision), new, asked.lang)).await?;
    let reply = reply(&state, &caller, case, asked.lang).await?;
    Ok((private(), Json(reply)).into_response())
}

/// Add a file to a draft
///
/// Its columns become data items, with the types that their values have. Fields of the form come in this
/// order: `revision`, then `file`.
#[utoipa::path(
    post, path = "/api/v1/drafts/{id}/files", tag = "publishing", operation_id = "add_draft_file",
    security(("token" = ["publish"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    request_body(content = DraftFileForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "The draft as it is now", body = DraftReply),
        (status = 400, description = "No file, or one that cannot be read", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not edit it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Somebody saved it since, or it is under review", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn add_file(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let case = number(id)?;
    let portal = state.portal();
    let mut revision = portal.draft(&caller, case, asked.lang).await?.revision;
    let mut form = Multipart::from_request(request, &state)
        .await
        .map_err(|rejection| Problem::from(Error::field("file", rejection.body_text())))?;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("revision") => {
                let text = app::short_text(field).await.map_err(broken)?;
                revision =
                    text.trim().parse().map_err(|_| Error::field("revision", "is no number"))?;
            }
            Some("file") => {
                let name = field.file_name().unwrap_or_default().to_owned();
                let bytes = field.map(|chunk| chunk.map_err(std::io::Error::other));
                let added =
                    portal.add_draft_file(&caller, case, revision, &name, bytes, asked.lang);
                let revision = added.await?;
                portal.take_items_from_files(&caller, case, revision, asked.lang).await?;
                let reply = reply(&state, &caller, case, asked.lang).await?;
                return Ok((private(), Json(reply)).into_response());
            }
            _ => {}
        }
    }
    Err(Error::field("file", asked.lang.pick("请附上文件", "attach the file")).into())
}

/// Submit a draft to its review
#[utoipa::path(
    post, path = "/api/v1/drafts/{id}/submit", tag = "publishing", operation_id = "submit_draft",
    security(("token" = ["publish"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    responses(
        (status = 200, description = "The draft, which is under review now", body = DraftReply),
        (status = 400, description = "Something is missing: all of it is listed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not submit it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is under review already", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn submit(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let case = number(id)?;
    let portal = state.portal();
    let draft = portal.draft(&caller, case, asked.lang).await?;
    if draft.is_editable && !draft.faults.is_empty() {
        let faults = draft.faults.into_iter().map(|fault| FieldError {
            field: fault.field.to_owned(),
            message: format!("{} ({})", fault.message, fault.article),
        });
        return Err(Error::InvalidInput(faults.collect()).into());
    }
    let version = portal.case_view(&caller, case, asked.lang).await?.version;
    let done = OpeningAct { event: "submit".to_owned(), version, ..OpeningAct::default() };
    portal.act_on_opening(&caller, case, done, asked.lang).await?;
    let reply = reply(&state, &caller, case, asked.lang).await?;
    Ok((private(), Json(reply)).into_response())
}

/// Who asks; nobody who is not logged in.
pub(super) fn known(caller: Option<Extension<Caller>>, lang: Lang) -> Result<Caller, Problem> {
    let caller = caller.map(|Extension(caller)| caller).unwrap_or_default();
    match caller.is_logged_in() {
        true => Ok(caller),
        false => Err(log_in_first(lang).into()),
    }
}

/// Reads the number of a draft out of a path.
pub(super) fn number(Path(text): Path<String>) -> Result<i64, Problem> {
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(80).collect();
        Error::not_found("draft", shown).into()
    })
}

/// Reads a body of JSON.
pub(super) async fn body<T: serde::de::DeserializeOwned>(
    request: Request,
    state: &State,
) -> Result<T, Problem> {
    let limited = request
        .map(|body| axum::body::Body::new(http_body_util::Limited::new(body, MAX_ENTRY_BYTES)));
    let read: Result<Json<T>, JsonRejection> = Json::from_request(limited, state).await;
    read.map(|Json(body)| body)
        .map_err(|rejection| Error::field("body", rejection.body_text()).into())
}

/// A draft as it is answered.
pub(super) async fn reply(
    state: &State,
    caller: &Caller,
    case: i64,
    lang: Lang,
) -> Result<DraftReply, Problem> {
    let portal = state.portal();
    let shown = portal.case_view(caller, case, lang).await?;
    let DraftView { code, document, revision, faults, authorisation, relaxations, .. } =
        portal.draft(caller, case, lang).await?;
    let missing = faults.into_iter().map(|fault| Missing {
        field: fault.field.to_owned(),
        message: fault.message,
        article: fault.article,
        link: fault.link,
    });
    Ok(DraftReply {
        id: case,
        code: code.to_string(),
        revision,
        document,
        missing: missing.collect(),
        authorisation: authorisation.map(AttachedFile::from),
        relaxations: relaxations.into_iter().map(AttachedFile::from).collect(),
        state: shown.state.code,
    })
}

/// What is nobody else's is kept nowhere on the way.
pub(super) fn private() -> [(HeaderName, &'static str); 1] {
    [(header::CACHE_CONTROL, "no-store")]
}

fn broken(error: axum::extract::multipart::MultipartError) -> Problem {
    Error::field("file", error.body_text()).into()
}
