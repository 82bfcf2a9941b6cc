//! The OpenAPI description of one table: its own columns, and no value of them (DL-10).

use axum::extract::{Path, State as Shared};
use axum::response::Response;
use http::{HeaderValue, header};
use kaishu_portal::tables::{OpenTable, has_place};
use kaishu_types::Lang;
use kaishu_types::table::TableColumn;
use kaishu_types::table::address::{DEFAULT_LIMIT, MAX_LIMIT};
use kaishu_types::table::write::column_name;
use kaishu_types::vocabulary::ItemType;
use serde_json::{Value, json};

use super::asked::Asked;
use super::original::names;
use super::problem::Problem;
use super::reply;
use super::rows::open;
use crate::state::State;

/// Get the OpenAPI description of a table
///
/// Rows and exports of one file, with the columns that the asker may have: their types, labels and units.
/// It holds no values.
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/resources/{id}/openapi.json", tag = "datasets", operation_id = "describe_table",
    security((), ("token" = ["read"])),
    params(
        ("code" = String, Path, description = "Catalogue code", example = "YX-FGW-0001"),
        ("id" = i64, Path, description = "Number of the resource", example = 1),
        ("table" = Option<u32>, Query, description = "Which table of the file, from 1"),
        ("version" = Option<u32>, Query, description = "The version of the dataset whose words for columns are used")
    ),
    responses(
        (status = 200, description = "An OpenAPI 3.1 document", content_type = "application/json"),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "A rule demands a login", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such public file, or no table in it", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The table is being taken in", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The dataset serves no data now", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    Path((code, id)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.only(&["table", "version"])?;
    let request = kaishu_types::table::address::read(&asked.query, &[], asked.lang)
        .map_err(Problem::fields)?;
    let (code, id) = names(&code, &id)?;
    let portal = state.portal();
    let (number, version) = (request.table, request.version);
    let wanted = portal.table_state(&asked.caller, &code, id, number, version, asked.lang).await?;
    let table = open(wanted, asked.lang)?;
    let server = portal.site().base_url.clone();
    let mut response =
        reply::json(&asked.headers, asked.lang, &document(&table, &server, asked.lang))?;
    // Who may have which columns may change, and differ.
    let keep = HeaderValue::from_static("private, max-age=0, must-revalidate");
    response.headers_mut().insert(header::CACHE_CONTROL, keep);
    Ok(response)
}

fn document(table: &OpenTable, server: &str, lang: Lang) -> Value {
    let columns = table.governed.columns();
    let base = format!("/api/v1/datasets/{}/resources/{}", table.dataset(), table.resource.id);
    let sheet = table.names.get(table.number - 1).filter(|_| table.names.len() > 1);
    let title = match sheet {
        Some(sheet) => format!("{}: {sheet}", table.resource.title),
        None => table.resource.title.clone(),
    };
    let rows = json!({ "get": {
        "operationId": "list_rows",
        "summary": "Rows or groups of the table",
        "parameters": parameters(table, &columns, true),
        "responses": {
            "200": { "description": "Rows", "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/Rows" }
            } } },
            "400": problem("A parameter is wrong"),
            "404": problem("No such public file"),
            "410": problem("The dataset serves no data now"),
            "503": problem("The answer takes more time or memory than one may have")
        }
    } });
    let export = json!({ "get": {
        "operationId": "export_rows",
        "summary": "The whole answer as a file",
        "parameters": export_parameters(table, &columns),
        "responses": {
            "200": { "description": "The file", "content": {
                "application/json": { "schema": {
                    "type": "array", "items": { "$ref": "#/components/schemas/Row" }
                } },
                "application/octet-stream": {}
            } },
            "400": problem("A parameter is wrong, or the format cannot hold the answer"),
            "404": problem("No such public file"),
            "410": problem("The dataset serves no data now")
        }
    } });
    json!({
        "openapi": "3.1.0",
        "info": { "title": title, "version": table.resource.version.to_string() },
        "servers": [{ "url": server }],
        "paths": { format!("{base}/rows"): rows, format!("{base}/export.{{format}}"): export },
        "components": { "schemas": schemas(&columns, lang) }
    })
}

fn problem(description: &str) -> Value {
    json!({ "description": description, "content": { "application/problem+json": {} } })
}

fn parameter(name: &str, description: &str, schema: Value) -> Value {
    json!({
        "name": name, "in": "query", "required": false, "description": description, "schema": schema
    })
}

/// A list with commas between.
fn listed(name: &str, description: &str, values: Vec<String>) -> Value {
    json!({
        "name": name, "in": "query", "required": false, "description": description,
        "style": "form", "explode": false,
        "schema": { "type": "array", "items": { "type": "string", "enum": values } }
    })
}

fn parameters(table: &OpenTable, columns: &[TableColumn], is_paged: bool) -> Vec<Value> {
    let names: Vec<String> = columns.iter().map(|column| column_name(&column.name)).collect();
    let both = names.iter().flat_map(|name| [name.clone(), format!("-{name}")]).collect();
    let text = || json!({ "type": "string" });
    let mut parameters = vec![
        parameter("filter", "Which rows: CQL2 text (OGC 21-065)", text()),
        parameter("q", "Rows in which some column has this text", text()),
        listed("select", "Columns", names),
        listed("sort", "Columns to order by; a minus puts the greatest first", both),
        parameter("distinct", "`1` gives equal rows once", json!({ "enum": ["0", "1"] })),
        parameter(
            "group_by",
            "Columns, `year(c)`, `month(c)`, `day(c)`, `bin(c,width)`, with commas between",
            text(),
        ),
        parameter(
            "aggregate",
            "`count()`, `count(c)`, `count_distinct(c)`, `sum(c)`, `avg(c)`, `min(c)`, `max(c)`, `quantile(c,0.5)`",
            text(),
        ),
    ];
    if table.names.len() > 1 {
        let schema = json!({ "const": table.number });
        parameters.push(json!({
            "name": "table", "in": "query", "required": table.number > 1,
            "description": "Which table of the file", "schema": schema
        }));
    }
    if is_paged {
        let limit = json!({
            "type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT
        });
        parameters.push(parameter("limit", "Most rows of the answer", limit));
        parameters.push(parameter("cursor", "`next` of the answer before", text()));
    }
    parameters
}

fn export_parameters(table: &OpenTable, columns: &[TableColumn]) -> Vec<Value> {
    let mut formats = vec!["csv", "xlsx", "json", "ndjson", "xml", "parquet"];
    formats.extend(has_place(columns).then_some("geojson"));
    let mut parameters = vec![json!({
        "name": "format", "in": "path", "required": true, "schema": { "enum": formats }
    })];
    parameters.extend(self::parameters(table, columns, false));
    let encodings = json!({ "enum": ["utf-8", "utf-8-bom", "gb18030"] });
    parameters.push(parameter("encoding", "CSV only", encodings));
    parameters
}

fn schemas(columns: &[TableColumn], lang: Lang) -> Value {
    let values: Vec<Value> = columns.iter().map(|column| value(column, lang)).collect();
    let properties: serde_json::Map<String, Value> =
        columns.iter().map(|it| it.name.clone()).zip(values.iter().cloned()).collect();
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    json!({
        "Row": { "type": "object", "properties": properties, "required": names },
        "Rows": {
            "type": "object",
            "required": ["columns", "rows", "total", "next"],
            "properties": {
                "columns": {
                    "type": "array",
                    "description": "The columns of the answer, in the order of the values",
                    "items": {
                        "type": "object",
                        "required": ["name", "label", "type"],
                        "properties": {
                            "name": { "type": "string" },
                            "label": { "type": "string" },
                            "type": { "type": "string" },
                            "unit": { "type": "string" },
                            "mask": { "type": "string" }
                        }
                    }
                },
                "rows": {
                    "type": "array",
                    "description": "Rows in the order of `columns`; all columns where `select`, `group_by` and `aggregate` are left out",
                    "items": { "type": "array", "prefixItems": values }
                },
                "total": { "type": "integer", "minimum": 0 },
                "next": { "type": ["string", "null"] }
            }
        }
    })
}

/// The schema of the values of a column. Values stand as they are written in the file, so what a column
/// of numbers holds beside numbers is text.
fn value(column: &TableColumn, lang: Lang) -> Value {
    let types = match column.item_type {
        ItemType::Integer | ItemType::Decimal => json!(["number", "string", "null"]),
        _ => json!(["string", "null"]),
    };
    let mut said = vec![column.item_type.label(lang).to_owned()];
    said.extend(column.unit.clone());
    said.extend(column.mask.as_ref().map(|mask| format!("mask {mask}")));
    json!({ "title": column.label, "type": types, "description": said.join(" · ") })
}
