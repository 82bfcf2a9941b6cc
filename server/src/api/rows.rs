//! Questions to the tables of files (DL-02, DL-10).

use axum::body::Body;
use axum::extract::{Path, State as Shared};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use kaishu_portal::Error;
use kaishu_portal::tables::{Answer, OpenTable, Page, TableState, rule, why_stopped, write_json};
use kaishu_types::Lang;
use kaishu_types::table::TableColumn;
use kaishu_types::table::address::{self, TableRequest};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::asked::Asked;
use super::original::{name_proof, names};
use super::problem::Problem;
use super::reply;
use crate::negotiation::matches_etag;
use crate::state::State;

/// Rows or groups of a table.
#[derive(Serialize, ToSchema)]
pub(super) struct Rows {
    /// The columns, in the order of the values.
    columns: Vec<TableColumn>,
    /// The rows; each value as it is written in the file, numbers as numbers.
    rows: Vec<Vec<serde_json::Value>>,
    /// Rows or groups of the whole answer.
    total: u64,
    /// Where the next rows begin: pass it as `cursor`; null after the last.
    next: Option<String>,
}

/// What questions to a table may cost.
#[derive(Serialize, ToSchema)]
pub(super) struct Explained {
    /// The question, as it was understood.
    question: Vec<(String, String)>,
    /// Rows of the table that the asker may have; null where they have to be counted.
    n_rows: Option<u64>,
    /// Columns that the asker may have.
    n_columns: usize,
    /// The bounds.
    limits: Limits,
}

/// Bounds of an answer.
#[derive(Serialize, ToSchema)]
pub(super) struct Limits {
    /// Most rows of one answer; `cursor` goes on without end.
    rows_per_answer: usize,
    /// Most seconds that an answer may take.
    seconds: u64,
    /// Most bytes of memory of all answers under way.
    memory_bytes: usize,
    /// Most characters of a filter.
    filter_characters: usize,
    /// Most parts of a filter.
    filter_parts: usize,
}

/// Ask the table of a file
///
/// Rows in the order of the file or another, or groups. `filter` is CQL2 text (OGC 21-065): names of
/// columns with anything but letters, digits and `_` stand between double quotes, texts between single
/// ones. The same address gives the same bytes for as long as the file is there. What a client asks of a
/// table within ten minutes is one retrieval, whose receipt is named in `X-Receipt`.
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/resources/{id}/rows", tag = "datasets", operation_id = "list_rows",
    security((), ("token" = ["read"])),
    params(
        ("code" = String, Path, description = "Catalogue code", example = "YX-FGW-0001"),
        ("id" = i64, Path, description = "Number of the resource", example = 1),
        ("table" = Option<u32>, Query, description = "Which table of the file, from 1"),
        ("filter" = Option<String>, Query, description = "Which rows", example = "amount > 100 AND (name LIKE '%县' OR level IN (1, 2))"),
        ("q" = Option<String>, Query, description = "Rows in which some column has this text"),
        ("select" = Option<String>, Query, description = "Columns, with commas between"),
        ("sort" = Option<String>, Query, description = "Columns to order by, with commas between; a minus puts the greatest first", example = "-amount"),
        ("distinct" = Option<bool>, Query, description = "`1` gives equal rows once"),
        ("group_by" = Option<String>, Query, description = "Columns, `year(c)`, `month(c)`, `day(c)`, `bin(c,width)`", example = "year(founded)"),
        ("aggregate" = Option<String>, Query, description = "`count()`, `count(c)`, `count_distinct(c)`, `sum(c)`, `avg(c)`, `min(c)`, `max(c)`, `quantile(c,0.5)`", example = "count(),avg(amount)"),
        ("limit" = Option<u32>, Query, description = "Most rows of the answer, 1 to 10,000", example = 50),
        ("cursor" = Option<String>, Query, description = "`next` of the answer before"),
        ("version" = Option<u32>, Query, description = "The version of the dataset whose words for columns are used"),
        ("explain" = Option<bool>, Query, description = "`1` gives the bounds in place of rows")
    ),
    responses(
        (status = 200, description = "Rows", body = Rows),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "A rule demands a login", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such public file, or no table in it", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The table is being taken in", body = Problem, content_type = "application/problem+json"),
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
    let request = address::read(&asked.query, &[], asked.lang).map_err(Problem::fields)?;
    let (code, id) = names(&code, &id)?;
    let portal = state.portal();
    let (number, version) = (request.table, request.version);
    let wanted = portal.table_state(&asked.caller, &code, id, number, version, asked.lang).await?;
    let table = open(wanted, asked.lang)?;
    if request.explain {
        return reply::json(&asked.headers, asked.lang, &explain(&state, &table, &request));
    }
    let page = Page { limit: request.limit, cursor: request.cursor.clone() };
    let answer = portal.ask(&table, &request.query, &page).await?;
    let mut response = respond(&asked.headers, &answer);
    if method == Method::GET && response.status() == StatusCode::OK {
        let receipt = portal.issue_answer_receipt(&table, None, "", asked.client).await?;
        name_proof(response.headers_mut(), &receipt.code, table.is_shared());
    }
    Ok(response)
}

/// A table that can be asked, or why there is none.
pub(super) fn open(state: TableState, lang: Lang) -> Result<Box<OpenTable>, Problem> {
    match state {
        TableState::Open(table) => Ok(table),
        TableState::Preparing(percent) => Err(Problem::from(Error::Refused {
            code: kaishu_types::ErrorCode::Conflict,
            message: match lang {
                Lang::Zh => format!("表格正在处理，已完成 {percent}%。过一会儿再试。"),
                Lang::En => format!(
                    "The table is being taken in, {percent} % are done. Try again in a while."
                ),
            },
            rule: None,
            remedy: None,
        })),
        TableState::Failed(reason) => Err(no_table(
            lang,
            &format!("这个文件没有做成表格：{reason}"),
            &format!("No table could be made of this file: {reason}"),
        )),
        TableState::NoTable => Err(no_table(
            lang,
            "这种格式的文件不做成表格，只提供下载。",
            "No table is made of files of this format; they can be downloaded.",
        )),
        TableState::Stopped(columns) => Err(Problem::from(Error::Refused {
            code: kaishu_types::ErrorCode::Forbidden,
            message: why_stopped(&columns, lang),
            rule: Some(rule()),
            remedy: None,
        })),
    }
}

fn no_table(lang: Lang, zh: &str, en: &str) -> Problem {
    Problem::from(Error::Refused {
        code: kaishu_types::ErrorCode::NotFound,
        message: lang.pick(zh, en).to_owned(),
        rule: None,
        remedy: None,
    })
}

fn explain(state: &State, table: &OpenTable, request: &TableRequest) -> Explained {
    let bounds = state.portal().table_bounds();
    let question = address::write(&TableRequest { explain: false, ..request.clone() });
    Explained {
        question: question.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        n_rows: table.governed.n_rows(),
        n_columns: table.governed.columns().len(),
        limits: Limits {
            rows_per_answer: address::MAX_LIMIT,
            seconds: bounds.time.as_secs(),
            memory_bytes: bounds.memory,
            filter_characters: kaishu_types::table::parse::LONGEST,
            filter_parts: kaishu_types::table::parse::MOST_PARTS,
        },
    }
}

fn respond(asked: &HeaderMap, answer: &Answer) -> Response {
    let mut headers = HeaderMap::new();
    let value = HeaderValue::from_static;
    headers.insert(header::CONTENT_TYPE, value("application/json"));
    // A class may change at any time; whoever has the bytes asks whether they still stand.
    headers.insert(header::CACHE_CONTROL, value("private, max-age=0, must-revalidate"));
    let etag = format!("\"{}\"", answer.fingerprint);
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        let is_known = matches_etag(asked, &etag);
        headers.insert(header::ETAG, etag);
        if is_known {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
    }
    let body = write(answer);
    let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(&body)));
    if let Ok(digest) = HeaderValue::from_str(&digest) {
        headers.insert(HeaderName::from_static("repr-digest"), digest);
    }
    let mut response = Response::new(Body::from(body));
    *response.headers_mut() = headers;
    response
}

/// Written by hand: a number stays as it is written in the file.
fn write(answer: &Answer) -> String {
    let slice = &answer.slice;
    let columns = serde_json::to_string(&slice.columns).unwrap_or_else(|_| "[]".to_owned());
    let mut out = format!("{{\"columns\":{columns},\"rows\":[");
    for (n, row) in slice.rows.iter().enumerate() {
        out.push_str(if n == 0 { "[" } else { ",[" });
        for (place, (cell, column)) in row.iter().zip(&slice.columns).enumerate() {
            if place > 0 {
                out.push(',');
            }
            write_json(&mut out, cell, column.item_type);
        }
        out.push(']');
    }
    let next = serde_json::to_string(&answer.next).unwrap_or_else(|_| "null".to_owned());
    out.push_str(&format!("],\"total\":{},\"next\":{next}}}", answer.total));
    out
}
