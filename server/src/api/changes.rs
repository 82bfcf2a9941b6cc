//! What a file has that differs from another version of it (CAT-10, DL-10).

use axum::extract::{Path, State as Shared};
use axum::response::Response;
use kaishu_portal::tables::Compared;
use kaishu_types::table::TableDiff;
use kaishu_types::table::address;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Asked;
use super::original::names;
use super::problem::Problem;
use super::reply;
use super::rows::open;
use crate::state::State;

/// What differs between two tables.
#[derive(Serialize, ToSchema)]
pub(super) struct Changes {
    /// Number of the file that was compared with.
    from: i64,
    /// Whether a program that reads the old table by names and types may no longer work.
    is_breaking: bool,
    /// What became of each column that differs, in words, with why it breaks programs or does not.
    messages: Vec<String>,
    /// The differences.
    #[serde(flatten)]
    diff: TableDiff,
}

/// Compare a table with another version of it
///
/// Rows that were added, removed or changed, and columns that differ. Only columns that the asker may
/// have in both are compared. The text of values is compared as it is written.
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/resources/{id}/changes", tag = "datasets", operation_id = "list_changes",
    security((), ("token" = ["read"])),
    params(
        ("code" = String, Path, description = "Catalogue code", example = "YX-FGW-0001"),
        ("id" = i64, Path, description = "Number of the resource", example = 1),
        ("from" = Option<i64>, Query, description = "Number of the resource to compare with; the same file of the version before where none is named"),
        ("table" = Option<u32>, Query, description = "Which table of the file, from 1"),
        ("key" = Option<String>, Query, description = "Columns that tell rows apart, with commas between; `*` compares whole rows. Without it an identifier is guessed by its heading"),
        ("kind" = Option<String>, Query, description = "`changed`, `added` or `removed` rows only"),
        ("limit" = Option<u32>, Query, description = "Most rows, 1 to 1,000"),
        ("offset" = Option<u64>, Query, description = "`next` of the answer before")
    ),
    responses(
        (status = 200, description = "What differs", body = Changes),
        (status = 400, description = "A parameter is wrong, or rows cannot be told by the key", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "A rule demands a login", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such public file, no table in it, or none to compare with", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "A table is being taken in", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The dataset serves no data now", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The answer takes more time or memory than one may have", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(
    Shared(state): Shared<State>,
    Path((code, id)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Problem> {
    let request = address::read_changes(&asked.query, asked.lang).map_err(Problem::fields)?;
    let (code, id) = names(&code, &id)?;
    let found = match state.portal().compare(&asked.caller, &code, id, &request, asked.lang).await?
    {
        Compared::Tables(found) => found,
        Compared::NoTable(state) => {
            // Whatever it is, it is no open table: this says why.
            open(state, asked.lang)?;
            return Err(Problem::from(kaishu_portal::Error::not_found("table", id.to_string())));
        }
    };
    let reply = Changes {
        from: found.old.resource.id,
        is_breaking: found.diff.is_breaking(),
        messages: found.diff.column_changes.iter().map(|it| it.words(asked.lang)).collect(),
        diff: found.diff,
    };
    reply::json(&asked.headers, asked.lang, &reply)
}
