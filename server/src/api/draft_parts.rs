//! Parts of a draft by themselves: its data items with their masks, its interfaces, a file that is read or goes.

use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use kaishu_portal::Error;
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::NewInterface;
use kaishu_types::Lang;
use kaishu_types::dataset::DataItemView;
use serde::Deserialize;
use utoipa::ToSchema;

use super::asked::{Asked, Plain};
use super::copies::ReadRevision;
use super::drafting::{DraftReply, body, known, number, private, reply};
use super::problem::Problem;
use crate::state::State;

/// The data items of a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedItems {
    /// The revision that was read.
    revision: u32,
    /// All data items, in their order, each with its type, classes and mask.
    items: Vec<DataItemView>,
}

/// An API that a provider serves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftInterface {
    /// The revision that was read.
    revision: u32,
    /// What people call it.
    title: String,
    /// Where it is called.
    #[schema(example = "https://api.example.gov.cn/stops")]
    url: String,
    /// How it is called, and where its manual is.
    #[serde(default)]
    description: String,
}

/// Save the data items of a draft
///
/// The schema of the data by itself; everything else of the draft stays. What stands against it is in `missing`. The masking rule of an item is its `mask`:
/// `drop`, `redact`, `partial:3:4`, `hash`, `year`, `month`, `range:10` or `region:4`.
#[utoipa::path(
    put, path = "/api/v1/drafts/{id}/items", tag = "publishing", operation_id = "save_draft_items",
    security(("token" = ["publish"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    request_body = SavedItems,
    responses(
        (status = 200, description = "The draft as it is now", body = DraftReply),
        (status = 400, description = "An item that is none", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not edit it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Somebody saved it since, or it is under review", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn save_items(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let case = number(id)?;
    let SavedItems { revision, items } = body(request, &state).await?;
    let portal = state.portal();
    let mut document = portal.draft(&caller, case, asked.lang).await?.document;
    document.items = items;
    portal.save_draft(&caller, case, revision, document, asked.lang).await?;
    answer(&state, &caller, case, asked.lang).await
}

/// Take the columns of the files of a draft as data items
///
/// Columns that are no items yet are added with the types that their values have. Asked again, it adds nothing.
#[utoipa::path(
    post, path = "/api/v1/drafts/{id}/items/from-files", tag = "publishing", operation_id = "take_draft_items",
    security(("token" = ["publish"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    request_body = ReadRevision,
    responses(
        (status = 200, description = "The draft as it is now", body = DraftReply),
        (status = 400, description = "A file that cannot be read", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not edit it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Somebody saved it since, or it is under review", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn take_items(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let case = number(id)?;
    let ReadRevision { revision } = body(request, &state).await?;
    let portal = state.portal();
    Box::pin(portal.take_items_from_files(&caller, case, revision, asked.lang)).await?;
    answer(&state, &caller, case, asked.lang).await
}

/// Add an interface to a draft
///
/// The address of an API in the place of a file. Nothing is fetched from it.
#[utoipa::path(
    post, path = "/api/v1/drafts/{id}/interfaces", tag = "publishing", operation_id = "add_draft_interface",
    security(("token" = ["publish"])),
    params(("id" = i64, Path, description = "Number of the draft")),
    request_body = DraftInterface,
    responses(
        (status = 200, description = "The draft as it is now", body = DraftReply),
        (status = 400, description = "An address that is none, or one that is there already", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The rules open no data, or the token does not edit it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Somebody saved it since, or it is under review", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn add_interface(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let case = number(id)?;
    let DraftInterface { revision, title, url, description } = body(request, &state).await?;
    let new = NewInterface { title: &title, url: &url, description: &description };
    let place = (case, revision);
    state.portal().add_draft_interface(&caller, place, new, asked.lang).await?;
    answer(&state, &caller, case, asked.lang).await
}

/// Take a file out of a draft
///
/// A file, a source or an interface, by its place among the `resources` of the entry, from 0.
#[utoipa::path(
    delete, path = "/api/v1/drafts/{id}/files/{place}", tag = "publishing", operation_id = "remove_draft_file",
    security(("token" = ["publish"])),
    params(
        ("id" = i64, Path, description = "Number of the draft"),
        ("place" = usize, Path, description = "Its place, from 0"),
        ("revision" = u32, Query, description = "The revision that was read")
    ),
    responses(
        (status = 200, description = "The draft as it is now", body = DraftReply),
        (status = 400, description = "No revision", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not edit it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches, or no such file", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Somebody saved it since, or it is under review", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn remove_file(
    Shared(state): Shared<State>,
    Path((id, place)): Path<(String, String)>,
    asked: Asked,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let said = asked.only(&["revision"])?;
    let case = number(Path(id))?;
    let revision = said.get("revision").and_then(|text| text.parse().ok());
    let revision = revision.ok_or_else(|| {
        Error::field(
            "revision",
            asked.lang.pick("写读到的修订号", "name the revision that was read"),
        )
    })?;
    let place = place_of(&place)?;
    state.portal().remove_draft_file(&caller, case, revision, place, asked.lang).await?;
    answer(&state, &caller, case, asked.lang).await
}

/// Take a file of a draft
///
/// The bytes as they were uploaded, for whoever writes the entry, and for whoever decides on it as long as the step is
/// theirs. Each time is on record.
#[utoipa::path(
    get, path = "/api/v1/drafts/{id}/files/{place}", tag = "publishing", operation_id = "take_draft_file",
    security(("token" = ["publish"]), ("token" = ["decide"])),
    params(
        ("id" = i64, Path, description = "Number of the draft"),
        ("place" = usize, Path, description = "Its place, from 0")
    ),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token neither edits the draft nor takes the step that is on", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No draft that the token reaches, or no bytes at this place", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn take_file(
    Shared(state): Shared<State>,
    Path((id, place)): Path<(String, String)>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let file = (number(Path(id))?, place_of(&place)?);
    let (name, read) = state.portal().read_draft_file(&caller, file, asked.lang).await?;
    Ok(app::as_file(&name, read.size_bytes, read.bytes))
}

/// Reads the place of a file out of a path.
fn place_of(text: &str) -> Result<usize, Problem> {
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(80).collect();
        Error::not_found("resource", shown).into()
    })
}

async fn answer(
    state: &State,
    caller: &Caller,
    case: i64,
    lang: Lang,
) -> Result<Response, Problem> {
    let reply = reply(state, caller, case, lang).await?;
    Ok((private(), Json(reply)).into_response())
}
