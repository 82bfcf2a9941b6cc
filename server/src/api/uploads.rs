//! Files that come part by part and go on after a break: the tus protocol 1.0 (creation, checksum, expiration,
//! termination), and what becomes of the file at its end. Programs come with a token, the workbench with its
//! session.

mod headers;

use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use http::{StatusCode, header};
use kaishu_portal::accounts::{Caller, log_in_first};
use kaishu_portal::publishing::{Checksum, FinishedUpload, Upload};
use kaishu_types::Lang;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::Plain;
use super::drafting::body;
use super::problem::Problem;
use super::publishing::read_processing;
use crate::plain_page::language_of;
use crate::state::State;

/// A file on its way.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UploadReply {
    /// Its number.
    id: String,
    /// What it is for: `draft/17` or `dataset/YX-FGW-0001`.
    target: String,
    /// The name of the file.
    file_name: String,
    /// How many bytes it has.
    size_bytes: u64,
    /// How many are here.
    received: u64,
    /// The revision of the draft or the version of the dataset that it became.
    result: Option<u32>,
    /// When it is given up, unless more comes.
    expires_at: DateTime<Utc>,
}

/// What becomes of a file that is here.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FinishForm {
    /// For a draft: the revision that was read.
    revision: u32,
    /// For a draft: whether the columns of its files become data items.
    take_items: bool,
    /// For a dataset: what is new; public.
    note: String,
    /// For a dataset: what was done to the data before, as in `sort,clean`, or `none`.
    processing: String,
    /// For a dataset with sensitive data: the record of desensitising it, or the consent that covers it.
    record: String,
}

/// The routes for the workbench; the API has its own, with the same handlers.
pub(crate) fn of_browsers() -> Router<State> {
    let mut router = Router::new();
    for prefix in ["", "/en"] {
        let at = |path: &str| format!("{prefix}/workbench/uploads{path}");
        router = router
            .route(&at(""), post(begin).options(describe))
            .route(&at("/{id}"), get(show).head(offset).patch(add).delete(give_up))
            .route(&at("/{id}/finish"), post(finish));
    }
    router
}

/// Say what uploads can do
///
/// The version and the extensions of the tus protocol, and the longest file.
#[utoipa::path(
    options, path = "/api/v1/uploads", tag = "publishing", operation_id = "describe_uploads",
    responses((status = 204, description = "`Tus-Version`, `Tus-Extension`, `Tus-Checksum-Algorithm` and `Tus-Max-Size`"))
)]
pub(super) async fn describe(Shared(state): Shared<State>) -> Response {
    headers::described(state.limits().upload_bytes)
}

/// Begin an upload
///
/// `Upload-Length` says how many bytes the file has, `Upload-Metadata` its `filename` and what it is for, `draft`
/// (a number) or `dataset` (a code), and perhaps its `sha256` in hex: each with its value in base64.
#[utoipa::path(
    post, path = "/api/v1/uploads", tag = "publishing", operation_id = "begin_upload",
    params(
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Length" = u64, Header, description = "Bytes of the file"),
        ("Upload-Metadata" = String, Header, description = "As in `filename c3RvcHMuY3N2,draft MTc=`")
    ),
    security(("token" = ["publish"])),
    responses(
        (status = 201, description = "Its address is in `Location`", body = UploadReply),
        (status = 400, description = "A header is missing or cannot be read", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not reach what it is for", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such draft or dataset", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It takes no file now, or too many uploads are under way", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "Another version of the protocol", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The file is longer than `Tus-Max-Size`", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn begin(
    Shared(state): Shared<State>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let lang = spoken(&request);
    let caller = known(caller, lang)?;
    headers::check_version(&asked.headers)?;
    let new = headers::new_upload(&asked.headers, lang)?;
    let most = state.limits().upload_bytes as u64;
    let upload = state.portal().begin_upload(&caller, new, most, lang).await?;
    let place = format!("{}/{}", request.uri().path(), upload.id);
    let mut response = (StatusCode::CREATED, Json(reply(&upload))).into_response();
    headers::put(response.headers_mut(), &upload);
    headers::insert(response.headers_mut(), header::LOCATION, &place);
    Ok(response)
}

/// Read how far an upload is, as JSON
#[utoipa::path(
    get, path = "/api/v1/uploads/{id}", tag = "publishing", operation_id = "read_upload",
    params(("id" = String, Path, description = "Number of the upload")),
    security(("token" = ["publish"])),
    responses(
        (status = 200, description = "The upload", body = UploadReply),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No upload of the caller", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "It ran out", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(_): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let lang = spoken(&request);
    let upload = state.portal().upload(&known(caller, lang)?, &id, lang).await?;
    Ok(told(&upload))
}

/// Ask where an upload goes on
#[utoipa::path(
    head, path = "/api/v1/uploads/{id}", tag = "publishing", operation_id = "offset_of_upload",
    params(
        ("id" = String, Path, description = "Number of the upload"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`")
    ),
    security(("token" = ["publish"])),
    responses(
        (status = 200, description = "`Upload-Offset`, `Upload-Length` and `Upload-Expires`"),
        (status = 401, description = "No token, or one that counts no more"),
        (status = 404, description = "No upload of the caller"),
        (status = 410, description = "It ran out"),
        (status = 412, description = "Another version of the protocol")
    )
)]
pub(super) async fn offset(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let lang = spoken(&request);
    headers::check_version(&asked.headers)?;
    let upload = state.portal().upload(&known(caller, lang)?, &id, lang).await?;
    let mut response = StatusCode::OK.into_response();
    headers::put(response.headers_mut(), &upload);
    Ok(response)
}

/// Send more of a file
///
/// From `Upload-Offset` on, as much as one likes. After a break the upload says where it goes on. With
/// `Upload-Checksum` (`sha256` or `sha1`, then base64) a part is kept only where it is what was sent.
#[utoipa::path(
    patch, path = "/api/v1/uploads/{id}", tag = "publishing", operation_id = "send_part",
    params(
        ("id" = String, Path, description = "Number of the upload"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Offset" = u64, Header, description = "Where the part begins"),
        ("Upload-Checksum" = Option<String>, Header, description = "As in `sha256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=`")
    ),
    request_body(content = String, content_type = "application/offset+octet-stream"),
    security(("token" = ["publish"])),
    responses(
        (status = 204, description = "`Upload-Offset` says where it goes on"),
        (status = 400, description = "A header cannot be read, or the request broke off", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token no longer reaches what it is for", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No upload of the caller", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The upload is elsewhere: another offset, or another sender", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "It ran out", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "Another version of the protocol", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than the file has", body = Problem, content_type = "application/problem+json"),
        (status = 423, description = "Somebody else sends more of it now", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not `application/offset+octet-stream`", body = Problem, content_type = "application/problem+json"),
        (status = 460, description = "The part is not what its checksum says", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "There is no room left", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn add(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let lang = spoken(&request);
    let caller = known(caller, lang)?;
    headers::check_version(&asked.headers)?;
    let from = headers::offset(&asked.headers, lang)?;
    let checksum: Option<Checksum> = headers::checksum(&asked.headers, lang)?;
    let bytes = request.into_body().into_data_stream().map_err(std::io::Error::other);
    let portal = state.portal();
    let added = portal.add_to_upload(&caller, (&id, from), checksum, bytes, lang).await;
    let upload = added.map_err(headers::mismatch)?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    headers::put(response.headers_mut(), &upload);
    Ok(response)
}

/// Give an upload up
#[utoipa::path(
    delete, path = "/api/v1/uploads/{id}", tag = "publishing", operation_id = "give_up_upload",
    params(
        ("id" = String, Path, description = "Number of the upload"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`")
    ),
    security(("token" = ["publish"])),
    responses(
        (status = 204, description = "What came of it is gone"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No upload of the caller", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn give_up(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let lang = spoken(&request);
    headers::check_version(&asked.headers)?;
    state.portal().give_up_upload(&known(caller, lang)?, &id, lang).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    headers::mark(response.headers_mut());
    Ok(response)
}

/// Finish an upload
///
/// All bytes are here: they become a file of the draft, or a new version of the dataset. Where that is refused,
/// they stay, and it can be asked again; where it was done, a second time only says what it became.
#[utoipa::path(
    post, path = "/api/v1/uploads/{id}/finish", tag = "publishing", operation_id = "finish_upload",
    params(("id" = String, Path, description = "Number of the upload")),
    request_body = FinishForm,
    security(("token" = ["publish"])),
    responses(
        (status = 200, description = "The upload, with what it became", body = UploadReply),
        (status = 400, description = "Another SHA-256 than was said, or columns that the entry does not know", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not reach what it is for", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No upload of the caller", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Bytes are missing, or somebody saved the draft since", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "It ran out", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn finish(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(_): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let lang = spoken(&request);
    let caller = known(caller, lang)?;
    let FinishForm { revision, take_items, note, processing, record } =
        body(request, &state).await?;
    let wanted = FinishedUpload {
        revision,
        takes_items: take_items,
        note,
        processing: read_processing(&processing)?,
        record,
    };
    let upload = state.portal().finish_upload(&caller, &id, wanted, lang).await?;
    Ok(told(&upload))
}

fn told(upload: &Upload) -> Response {
    let mut response = Json(reply(upload)).into_response();
    headers::put(response.headers_mut(), upload);
    response
}

fn reply(upload: &Upload) -> UploadReply {
    UploadReply {
        id: upload.id.clone(),
        target: upload.target.to_string(),
        file_name: upload.file_name.clone(),
        size_bytes: upload.size_bytes,
        received: upload.received,
        result: upload.result,
        expires_at: upload.expires_at,
    }
}

fn known(caller: Option<Extension<Caller>>, lang: Lang) -> Result<Caller, Problem> {
    let caller = caller.map(|Extension(caller)| caller).unwrap_or_default();
    match caller.is_logged_in() {
        true => Ok(caller),
        false => Err(log_in_first(lang).into()),
    }
}

/// The language of an answer: that of the page where the request came from one.
fn spoken(request: &Request) -> Lang {
    language_of(request.uri().path(), request.headers())
}
