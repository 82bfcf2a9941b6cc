//! What a file has that differs from another version of it (CAT-10, DL-10), and what is new since a version: the feed
//! of a grant (DL-09).

use axum::extract::{Path, State as Shared};
use axum::response::Response;
use http::{HeaderValue, Method, StatusCode, header};
use kaishu_portal::tables::{Compared, Comparison};
use kaishu_types::table::TableDiff;
use kaishu_types::table::address;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Asked;
use super::original::{name_proof, names};
use super::problem::Problem;
use super::reply;
use super::rows::open;
use crate::state::State;

/// What differs between two tables.
#[derive(Serialize, ToSchema)]
pub(super) struct Changes {
    /// Number of the file that was compared with; not told with `since`.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<i64>,
    /// With `since`: what to pass as `since` the next time, once all parts of this answer are taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_since: Option<u32>,
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
///
/// With `since` it is a feed of open data, and under a grant of what that opens, for as long as it is in force.
/// `since=0` gives no rows and says where to begin: take all rows once, then ask with `since` set to the `next_since` of
/// the answer before. Further parts of one answer are at `offset`; where `next_since` differs between them, a version
/// came in between: begin again at `offset=0`. Any number that the file had goes on to name what stands there now. Each
/// retrieval has a receipt, named in `X-Receipt`; with `If-None-Match` the answer is 304 while nothing is new.
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/resources/{id}/changes", tag = "datasets", operation_id = "list_changes",
    security((), ("token" = ["read"])),
    params(
        ("code" = String, Path, description = "Catalogue code", example = "YX-FGW-0001"),
        ("id" = i64, Path, description = "Number of the resource", example = 1),
        ("from" = Option<i64>, Query, description = "Number of the resource to compare with; the same file of the version before where none is named"),
        ("since" = Option<u32>, Query, description = "Version of the dataset to compare with: `next_since` of the answer before, 0 to begin; not together with `from`"),
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
        (status = 403, description = "With `since`: there is no grant, or it has not begun, is suspended or over", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such public file, no table in it, or none to compare with", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "A table is being taken in", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The dataset serves no data now", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The answer takes more time or memory than one may have", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(
    Shared(state): Shared<State>,
    Path((code, id)): Path<(String, String)>,
    method: Method,
    asked: Asked,
) -> Result<Response, Problem> {
    let request = address::read_changes(&asked.query, asked.lang).map_err(Problem::fields)?;
    let (code, id) = names(&code, &id)?;
    let portal = state.portal();
    let found = match portal.compare(&asked.caller, &code, id, &request, asked.lang).await? {
        Compared::Tables(found) => found,
        Compared::NoTable(state) => {
            // Whatever it is, it is no open table: this says why.
            open(state, asked.lang)?;
            return Err(Problem::from(kaishu_portal::Error::not_found("table", id.to_string())));
        }
    };
    let Comparison { old, new, diff, next_since } = *found;
    let reply = Changes {
        // Which file it was would tell of versions with nothing new to see.
        from: next_since.is_none().then_some(old.resource.id),
        next_since,
        is_breaking: diff.is_breaking(),
        messages: diff.column_changes.iter().map(|it| it.words(asked.lang)).collect(),
        diff,
    };
    let mut response = reply::json(&asked.headers, asked.lang, &reply)?;
    // Part of it may be what a grant opens.
    let private = HeaderValue::from_static("private, max-age=0, must-revalidate");
    response.headers_mut().insert(header::CACHE_CONTROL, private);
    if next_since.is_some() && method == Method::GET && response.status() == StatusCode::OK {
        let receipt = portal.issue_answer_receipt(&new, None, "", asked.client).await?;
        name_proof(response.headers_mut(), &receipt.code, new.is_shared());
    }
    Ok(response)
}
