//! Answers of tables as files (DL-02, DL-08).

use axum::body::Body;
use axum::extract::{Path, State as Shared};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use kaishu_portal::Error;
use kaishu_portal::downloads::not_in_advance;
use kaishu_portal::tables::{ExportFormat, OpenTable};
use kaishu_types::table::TableQuery;
use kaishu_types::table::address;
use kaishu_types::text::marked_name;

use super::asked::Asked;
use super::original::{name_file, name_proof, names};
use super::problem::Problem;
use super::rows::open;
use crate::negotiation::matches_etag;
use crate::state::State;

/// Take the answer of a table as a file
///
/// The whole answer, with the same parameters as `rows`: what is filtered is what is in the file. The
/// file is streamed; where it breaks off it was not written to its end, and its connection fails. Values
/// stand as they were written; every file has a receipt (`X-Receipt`), which has its size and SHA-256 once
/// it was sent to its end; CSV for spreadsheets (`encoding`) guards what would run as a formula. What is
/// taken under a grant bears the number of its receipt: in the name of the file, and in the metadata of XLSX,
/// XML, Parquet and GeoJSON. It changes no value; such a copy is its own and has no `ETag`.
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/resources/{id}/{file}", tag = "datasets", operation_id = "export_rows",
    security((), ("token" = ["read"])),
    params(
        ("code" = String, Path, description = "Catalogue code", example = "YX-FGW-0001"),
        ("id" = i64, Path, description = "Number of the resource", example = 1),
        ("file" = String, Path, description = "`export.csv`, `export.xlsx`, `export.json`, `export.ndjson`, `export.xml`, `export.parquet`, `export.geojson`", example = "export.csv"),
        ("table" = Option<u32>, Query, description = "Which table of the file, from 1"),
        ("filter" = Option<String>, Query, description = "Which rows"),
        ("q" = Option<String>, Query, description = "Rows in which some column has this text"),
        ("select" = Option<String>, Query, description = "Columns, with commas between"),
        ("sort" = Option<String>, Query, description = "Columns to order by"),
        ("distinct" = Option<bool>, Query, description = "`1` gives equal rows once"),
        ("group_by" = Option<String>, Query, description = "What groups are made by"),
        ("aggregate" = Option<String>, Query, description = "What is computed of each group"),
        ("version" = Option<u32>, Query, description = "The version of the dataset whose words are used"),
        ("encoding" = Option<String>, Query, description = "CSV only: `utf-8`, `utf-8-bom` or `gb18030`; the last two are for spreadsheets")
    ),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream"),
        (status = 400, description = "A parameter is wrong, or the format cannot hold the answer", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "A rule demands a login", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such public file, or no table in it", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The table is being taken in", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The dataset serves no data now", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The request is made in advance, or takes more time or memory than one may have", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn take(
    Shared(state): Shared<State>,
    Path((code, id, file)): Path<(String, String, String)>,
    method: Method,
    asked: Asked,
) -> Result<Response, Problem> {
    let format =
        file.strip_prefix("export.").and_then(|ending| ending.parse::<ExportFormat>().ok());
    let format = format.ok_or_else(|| {
        let shown: String = file.chars().take(40).collect();
        Problem::from(Error::not_found("export", shown))
    })?;
    let request =
        address::read_whole(&asked.query, &["encoding"], asked.lang).map_err(Problem::fields)?;
    let format = encoded(format, &asked)?;
    let (code, id) = names(&code, &id)?;
    let portal = state.portal();
    let (number, version) = (request.table, request.version);
    let wanted = portal.table_state(&asked.caller, &code, id, number, version, asked.lang).await?;
    let table = open(wanted, asked.lang)?;
    let mut headers = facts(&table, &request.query, format);
    // A copy that bears a mark is like no other one.
    if !table.is_marked() {
        let tag = portal.export_fingerprint(&table, &request.query, format)?;
        if let Ok(etag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
            let is_known = matches_etag(&asked.headers, &etag);
            headers.insert(header::ETAG, etag);
            if is_known {
                return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
            }
        }
    }
    if method == Method::GET && app::is_prefetch(&asked.headers) {
        return Err(not_in_advance(asked.lang).into());
    }
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        let question = address::query_string(&address::write(&request));
        let (query, client) = (&request.query, asked.client);
        let export = portal.export(&table, query, format, &question, client, asked.lang);
        let (receipt, chunks) = export.await?;
        name_proof(&mut headers, &receipt.code, table.is_shared());
        if table.is_marked() {
            let plain = marked_name(&plain_name(&table, format), receipt.code.as_str());
            name_file(&mut headers, &plain, &receipt.file_name);
        }
        Body::from_stream(chunks.map(|chunk| chunk.map_err(std::io::Error::other)))
    };
    let mut response = Response::new(body);
    *response.headers_mut() = headers;
    Ok(response)
}

/// Reads the encoding of a CSV file.
fn encoded(format: ExportFormat, asked: &Asked) -> Result<ExportFormat, Problem> {
    let pairs = kaishu_types::query::decode(&asked.query, asked.lang).map_err(Problem::fields)?;
    let encoding = pairs.iter().find(|(name, value)| name == "encoding" && !value.is_empty());
    let Some((_, encoding)) = encoding else { return Ok(format) };
    match (format, encoding.to_ascii_lowercase().as_str()) {
        (ExportFormat::Csv, "utf-8") => Ok(ExportFormat::Csv),
        (ExportFormat::Csv, "utf-8-bom") => Ok(ExportFormat::CsvBom),
        (ExportFormat::Csv, "gb18030") => Ok(ExportFormat::CsvGb18030),
        _ => Err(Problem::from(Error::field(
            "encoding",
            asked.lang.pick(
                "只用于 CSV，可用的是 utf-8、utf-8-bom、gb18030",
                "is for CSV only, and is utf-8, utf-8-bom or gb18030",
            ),
        ))),
    }
}

fn facts(table: &OpenTable, query: &TableQuery, format: ExportFormat) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    name_file(&mut headers, &plain_name(table, format), &table.file_name(query, format));
    headers
}

/// The name of the file for those who read no other letters.
fn plain_name(table: &OpenTable, format: ExportFormat) -> String {
    format!("{}-{}.{}", table.dataset(), table.resource.id, format.ending())
}
