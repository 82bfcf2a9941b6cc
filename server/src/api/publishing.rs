//! What departments automate: new data of what they have published.

use std::collections::BTreeSet;

use axum::Extension;
use axum::extract::{FromRequest, Multipart, Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use http::{HeaderName, StatusCode, header};
use kaishu_portal::Error;
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::NewVersion;
use kaishu_types::DatasetCode;
use kaishu_types::draft::Processing;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::{self, Plain};
use super::problem::Problem;
use crate::state::State;

/// What was published.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Published {
    /// Code of the dataset.
    code: String,
    /// Number of the version.
    version: u32,
}

/// A file with a note.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the form for OpenAPI")]
pub(super) struct VersionForm {
    /// What is new; public.
    note: Option<String>,
    /// What was done to the data before: `sort`, `clean`, `desensitise`, `convert`, with commas between; `none` where
    /// nothing was.
    processing: String,
    /// For sensitive data that is neither desensitised nor masked: the record or the consent by which it leaves.
    record: Option<String>,
    /// The file. It takes the place of the one of its name, or of the only one.
    #[schema(format = Binary, value_type = String)]
    file: String,
}

/// Publish new data of a dataset
///
/// A refresh of the same structure: the columns are those of the data items. Anything else goes through its
/// review in the workbench. Fields of the form come in this order: `note`, `processing` and
/// `record`, then `file`.
#[utoipa::path(
    post, path = "/api/v1/datasets/{code}/versions", tag = "publishing", operation_id = "publish_version",
    security(("token" = ["publish"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    request_body(content = VersionForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The version is public", body = Published),
        (status = 400, description = "No file, columns that the entry does not know, or values for which a blocking rule of quality does not hold", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not reach this dataset", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such dataset", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn publish_version(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let code: DatasetCode = asked::code("dataset", code)?;
    let caller = caller.map(|Extension(caller)| caller).unwrap_or_default();
    if !caller.is_logged_in() {
        return Err(kaishu_portal::accounts::log_in_first(asked.lang).into());
    }
    let mut form = Multipart::from_request(request, &state)
        .await
        .map_err(|rejection| Problem::from(Error::field("file", rejection.body_text())))?;
    let mut note = String::new();
    let (mut processing, mut record) = (BTreeSet::new(), String::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("note") => note = app::short_text(field).await.map_err(broken)?,
            Some("processing") => {
                let text = app::short_text(field).await.map_err(broken)?;
                processing = read_processing(&text)?;
            }
            Some("record") => record = app::short_text(field).await.map_err(broken)?,
            Some("file") => {
                let file_name = field.file_name().unwrap_or_default().to_owned();
                let bytes = field.map(|chunk| chunk.map_err(std::io::Error::other));
                let new = NewVersion {
                    file_name: &file_name,
                    note: &note,
                    processing,
                    record: &record,
                    upload: None,
                };
                let portal = state.portal();
                let version =
                    portal.publish_version(&caller, &code, new, bytes, asked.lang).await?;
                return Ok(created(&code, version));
            }
            _ => {}
        }
    }
    let message = asked.lang.pick("请附上文件", "attach the file");
    Err(Error::field("file", message).into())
}

/// Reads kinds of processing with commas between (PUB-02).
pub(super) fn read_processing(text: &str) -> Result<BTreeSet<Processing>, Problem> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let read = words.map(|word| {
        word.parse::<Processing>().map_err(|_| {
            let known: Vec<&str> = Processing::ALL.iter().map(|it| it.as_str()).collect();
            let known = known.join(", ");
            Error::field("processing", format!("`{word}` is none of {known}")).into()
        })
    });
    read.collect()
}

fn created(code: &DatasetCode, version: u32) -> Response {
    let place = format!("/datasets/{code}/versions/{version}");
    let headers: [(HeaderName, String); 2] =
        [(header::LOCATION, place), (header::CACHE_CONTROL, "no-store".to_owned())];
    let body = axum::Json(Published { code: code.to_string(), version });
    (StatusCode::CREATED, headers, body).into_response()
}

fn broken(error: axum::extract::multipart::MultipartError) -> Problem {
    Error::field("file", error.body_text()).into()
}
