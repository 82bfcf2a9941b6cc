//! Data that changes record by record, as that of base registers (PUB-12).

use axum::Extension;
use axum::extract::{Path, State as Shared};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{StatusCode, header};
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::{NewRecords, TakenRecords};
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Asked;
use super::drafting::known;
use super::original::names;
use super::problem::Problem;
use super::publishing::read_processing;
use crate::state::State;

/// What became of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BatchReply {
    /// Code of the dataset.
    code: String,
    /// The version that it became; the one that was there where nothing changed.
    version: u32,
    /// Records that were new.
    inserted: u64,
    /// Records that got other values.
    updated: u64,
    /// Records that were already as they were to be.
    unchanged: u64,
    /// Records that went.
    deleted: u64,
    /// Rows of the table after it.
    rows: u64,
    /// When it was taken in.
    taken_at: DateTime<Utc>,
    /// Whether it had been taken in before.
    repeated: bool,
}

/// Change records of a table
///
/// For data that changes record by record, as that of base registers: 1 to 1,000 lines of JSON, each
/// `{"op": "upsert", "record": {…}}` with all data items, or `{"op": "delete", "record": {…}}` with those of the
/// record key that the entry declares. All of them become one new version, or none; what is wrong is named by
/// record and data item (`records[3].name`). Values are texts, numbers, booleans or null; decimals keep their last
/// zeros as texts only. The number of the file may be one that it had in an earlier version. A batch that is sent
/// again by its `Idempotency-Key` is done once. What was done to the records before is said with each batch.
#[utoipa::path(
    post, path = "/api/v1/datasets/{code}/resources/{id}/records", tag = "publishing", operation_id = "change_records",
    security(("token" = ["publish"])),
    params(
        ("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217"),
        ("id" = i64, Path, description = "Number of the file", example = 1),
        ("processing" = String, Query, description = "What was done to the records before: `sort`, `clean`, `desensitise`, `convert`, with commas between; `none` where nothing was", example = "none"),
        ("record" = Option<String>, Query, description = "For sensitive data that is neither desensitised nor masked: the record or the consent by which it leaves"),
        ("Idempotency-Key" = String, Header, description = "What the sender calls the batch: 1 to 100 visible ASCII characters")
    ),
    request_body(content = String, content_type = "application/x-ndjson"),
    responses(
        (status = 201, description = "The changes are public", body = BatchReply),
        (status = 200, description = "Nothing changed, or the batch was taken in before", body = BatchReply),
        (status = 400, description = "Records that are wrong, a file that takes none, or nothing that says what was done to them", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not reach this dataset", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such dataset or file", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Another batch came by this key, or the dataset changed meanwhile", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More bytes than a request may have", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "The batch before is being taken in; `Retry-After` says when to send it again", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn change(
    Shared(state): Shared<State>,
    Path((code, id)): Path<(String, String)>,
    asked: Asked,
    caller: Option<Extension<Caller>>,
    lines: Bytes,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let (code, id) = names(&code, &id)?;
    let key = asked.headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    let said = asked.only(&["processing", "record"])?;
    let said = |name: &str| said.get(name).map(String::as_str).unwrap_or_default();
    let processing = read_processing(said("processing"))?;
    let new = NewRecords {
        key: key.unwrap_or_default().trim(),
        lines: &lines,
        processing: &processing,
        record: said("record"),
    };
    let taken =
        Box::pin(state.portal().publish_records(&caller, (&code, id), new, asked.lang)).await?;
    let TakenRecords { batch, is_repeated } = taken;
    let has_changed = batch.n_inserted + batch.n_updated + batch.n_deleted > 0;
    let status = match has_changed && !is_repeated {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    let reply = BatchReply {
        code: code.to_string(),
        version: batch.version,
        inserted: batch.n_inserted,
        updated: batch.n_updated,
        unchanged: batch.n_same,
        deleted: batch.n_deleted,
        rows: batch.n_rows,
        taken_at: batch.taken_at,
        repeated: is_repeated,
    };
    let headers = [(header::CACHE_CONTROL, "no-store")];
    Ok((status, headers, axum::Json(reply)).into_response())
}
