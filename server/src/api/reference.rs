//! `/api/reference`: the description of the API as a plain page, drawn from the OpenAPI document.
//! It needs no script and no other host.

use std::sync::LazyLock;

use axum::extract::{Request, State as Shared};
use axum::response::Response;
use serde_json::{Map, Value};

use super::problem::KINDS;
use crate::state::State;

/// `GET /api/reference`
pub(super) async fn show(Shared(state): Shared<State>, request: Request) -> Response {
    static BODY: LazyLock<String> = LazyLock::new(body);
    let (parts, _) = request.into_parts();
    app::english_page(state.portal(), &parts, "HTTP API", &BODY)
}

fn body() -> String {
    let document = serde_json::to_value(super::document()).unwrap_or_default();
    let mut page = Writer(String::new());
    page.paragraph(text(&document["info"]["description"]));
    page.raw("<p class=\"mt-3\">For programs: <a class=\"ks-link\" href=\"/api/openapi.json\">/api/openapi.json</a> (OpenAPI 3.1).</p>");
    page.raw("<div class=\"grid lg:grid-cols-[17rem_minmax(0,1fr)] gap-x-16 gap-y-8 mt-10\">");
    let operations = operations(&document);
    page.contents(&operations);
    page.raw("<div class=\"min-w-0\">");
    for operation in &operations {
        page.operation(operation);
    }
    page.problems();
    page.schemas(&document["components"]["schemas"]);
    page.raw("</div></div>");
    page.0
}

/// One method of one address.
struct Operation<'a> {
    method: String,
    path: &'a str,
    facts: &'a Value,
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, facts) in methods.as_object().into_iter().flatten() {
            found.push(Operation { method: method.to_uppercase(), path, facts });
        }
    }
    found
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Writes a sentence; what stands between backticks becomes code.
fn prose(text: &str) -> String {
    let parts: Vec<String> = escape(text)
        .split('`')
        .enumerate()
        .map(
            |(place, part)| {
                if place % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() }
            },
        )
        .collect();
    parts.concat()
}

/// The scopes of tokens, any of which an operation needs; none where it answers without one.
fn scopes(security: &Value) -> Vec<&str> {
    let ways = security.as_array().map(Vec::as_slice).unwrap_or_default();
    if ways.iter().any(|way| way.as_object().is_none_or(serde_json::Map::is_empty)) {
        return Vec::new();
    }
    ways.iter().filter_map(|way| way["token"][0].as_str()).collect()
}

/// Returns the name of a schema that is referred to.
fn referred(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// Writes a type in a few words, with links to the schemas it names.
fn type_of(schema: &Value) -> String {
    if let Some(name) = referred(schema) {
        let name = escape(name);
        return format!("<a class=\"ks-link\" href=\"#schema-{name}\">{name}</a>");
    }
    for many in ["oneOf", "anyOf", "allOf"] {
        if let Some(parts) = schema[many].as_array() {
            let parts: Vec<String> = parts.iter().map(type_of).collect();
            return parts.join(if many == "allOf" { " and " } else { " or " });
        }
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(|it| escape(&it.to_string())).collect();
        return values.join(" · ");
    }
    let name = match &schema["type"] {
        Value::Array(names) => names.iter().map(text).collect::<Vec<_>>().join(" or "),
        name => text(name).to_owned(),
    };
    if name.contains("array") && !schema["items"].is_null() {
        return format!("list of {}", type_of(&schema["items"]));
    }
    if let Some(values) = schema.get("additionalProperties") {
        return format!("map to {}", type_of(values));
    }
    match schema["format"].as_str() {
        Some(format) => format!("{} ({})", escape(&name), escape(format)),
        None if name.is_empty() => "any".to_owned(),
        None => escape(&name),
    }
}

struct Writer(String);

impl Writer {
    /// Adds markup of ours.
    fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    fn paragraph(&mut self, text: &str) {
        if !text.is_empty() {
            self.raw(&format!("<p class=\"mt-3 max-w-[54rem]\">{}</p>", prose(text)));
        }
    }

    fn contents(&mut self, operations: &[Operation<'_>]) {
        self.raw("<nav class=\"ks-toc self-start\" aria-label=\"Addresses\"><ol>");
        for Operation { facts, .. } in operations {
            let id = escape(text(&facts["operationId"]));
            let summary = escape(text(&facts["summary"]));
            self.raw(&format!("<li><a href=\"#{id}\">{summary}</a></li>"));
        }
        self.raw("<li><a href=\"#problems\">Errors</a></li>");
        self.raw("<li><a href=\"#schemas\">Schemas</a></li></ol></nav>");
    }

    fn operation(&mut self, operation: &Operation<'_>) {
        let Operation { method, path, facts } = operation;
        let id = escape(text(&facts["operationId"]));
        let path_text = escape(path);
        let scopes = scopes(&facts["security"]);
        // An address without a code of some catalogue answers here as it stands, where it asks for no token.
        let is_whole = method == "GET" && !path.contains('{') && scopes.is_empty();
        let address = if is_whole {
            format!("<a class=\"ks-link\" href=\"{path_text}\">{path_text}</a>")
        } else {
            path_text
        };
        self.raw(&format!("<section class=\"ks-part\" id=\"{id}\">"));
        self.raw(&format!("<h2 class=\"text-xl\">{}</h2>", escape(text(&facts["summary"]))));
        self.raw(&format!("<p class=\"ks-code mt-3\">{method} {address}</p>"));
        if !scopes.is_empty() {
            self.paragraph(&format!("Needs a token of scope `{}`.", scopes.join("` or `")));
        }
        self.paragraph(text(&facts["description"]));
        let parameters = facts["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        self.parameters(parameters);
        self.responses(&facts["responses"]);
        self.example(path, parameters);
        self.raw("</section>");
    }

    fn parameters(&mut self, parameters: &[Value]) {
        if parameters.is_empty() {
            return;
        }
        self.head("Parameters", &["Name", "In", "Type", "Meaning"]);
        for parameter in parameters {
            let needed = if parameter["required"] == Value::Bool(true) { " (needed)" } else { "" };
            self.row(&[
                format!("<code>{}</code>{needed}", escape(text(&parameter["name"]))),
                escape(text(&parameter["in"])),
                type_of(&parameter["schema"]),
                prose(text(&parameter["description"])),
            ]);
        }
        self.raw("</tbody></table></div>");
    }

    fn responses(&mut self, responses: &Value) {
        self.head("Answers", &["Status", "Body", "Meaning"]);
        for (status, facts) in responses.as_object().into_iter().flatten() {
            let body = facts["content"].as_object().and_then(|kinds| kinds.iter().next());
            let body = body.map_or_else(
                || "none".to_owned(),
                |(kind, facts)| {
                    let schema = &facts["schema"];
                    let kind = format!("<code>{}</code>", escape(kind));
                    if schema.is_null() { kind } else { format!("{kind} {}", type_of(schema)) }
                },
            );
            self.row(&[escape(status), body, prose(text(&facts["description"]))]);
        }
        self.raw("</tbody></table></div>");
    }

    fn example(&mut self, path: &str, parameters: &[Value]) {
        let mut address = path.to_owned();
        let mut query = Vec::new();
        for parameter in parameters {
            let name = text(&parameter["name"]);
            let example = match &parameter["example"] {
                Value::Null => continue,
                Value::String(example) => example.clone(),
                other => other.to_string(),
            };
            match text(&parameter["in"]) {
                "path" => address = address.replace(&format!("{{{name}}}"), &example),
                "query" => query.push(format!("{name}={example}")),
                _ => {}
            }
        }
        if !query.is_empty() {
            address = format!("{address}?{}", query.join("&"));
        }
        let address = escape(&address);
        self.raw("<h3 class=\"mt-6 text-base\">Example</h3>");
        self.raw(&format!("<p class=\"ks-code mt-2\">GET {address}</p>"));
    }

    fn problems(&mut self) {
        self.raw("<section class=\"ks-part\" id=\"problems\"><h2 class=\"text-xl\">Errors</h2>");
        self.head("Kinds of problems", &["Type", "Status", "Title"]);
        for (code, title, _) in KINDS {
            let name = code.as_str();
            self.row(&[
                format!("<code id=\"problem-{name}\">{name}</code>"),
                code.http_status().to_string(),
                escape(title),
            ]);
        }
        let others = [
            ("method_not_allowed", 405, "The address does not take this method"),
            ("precondition_failed", 412, "Another version of the protocol"),
            ("unsupported_media_type", 415, "The body is of another type"),
            ("range_not_satisfiable", 416, "The range begins behind the end of the file"),
        ];
        for (name, status, title) in others {
            self.row(&[
                format!("<code id=\"problem-{name}\">{name}</code>"),
                status.to_string(),
                title.to_owned(),
            ]);
        }
        self.raw("</tbody></table></div></section>");
    }

    fn schemas(&mut self, schemas: &Value) {
        self.raw("<section class=\"ks-part\" id=\"schemas\"><h2 class=\"text-xl\">Schemas</h2>");
        for (name, schema) in schemas.as_object().into_iter().flatten() {
            let name = escape(name);
            self.raw(&format!("<h3 class=\"mt-8 font-semibold\" id=\"schema-{name}\">{name}</h3>"));
            self.paragraph(text(&schema["description"]));
            let mut fields = Vec::new();
            collect_fields(schema, &mut fields);
            if fields.is_empty() {
                self.raw(&format!("<p class=\"mt-2\">{}</p>", type_of(schema)));
                continue;
            }
            self.head(&format!("Fields of {name}"), &["Field", "Type", "Meaning"]);
            for (field, facts) in fields {
                self.row(&[
                    format!("<code>{}</code>", escape(field)),
                    type_of(facts),
                    prose(text(&facts["description"])),
                ]);
            }
            self.raw("</tbody></table></div>");
        }
        self.raw("</section>");
    }

    fn head(&mut self, caption: &str, columns: &[&str]) {
        self.raw(&format!(
            "<h3 class=\"mt-6 mb-2 text-base\">{0}</h3>\
             <div class=\"ks-frame\" role=\"group\" aria-label=\"{0}\" tabindex=\"0\">\
             <table class=\"ks-table\"><caption class=\"sr-only\">{0}</caption><thead><tr>",
            escape(caption)
        ));
        for column in columns {
            self.raw(&format!("<th scope=\"col\">{column}</th>"));
        }
        self.raw("</tr></thead><tbody>");
    }

    fn row(&mut self, cells: &[String]) {
        self.raw("<tr>");
        for cell in cells {
            self.raw(&format!("<td>{cell}</td>"));
        }
        self.raw("</tr>");
    }
}

/// Gathers the fields of a schema and of those it is put together from.
fn collect_fields<'a>(schema: &'a Value, fields: &mut Vec<(&'a str, &'a Value)>) {
    let properties: Option<&Map<String, Value>> = schema["properties"].as_object();
    fields.extend(properties.into_iter().flatten().map(|(name, facts)| (name.as_str(), facts)));
    for part in schema["allOf"].as_array().into_iter().flatten() {
        collect_fields(part, fields);
    }
}
