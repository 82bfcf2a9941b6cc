//! CKAN: replies of `package_search`, `package_show` and `current_package_list_with_resources`,
//! bare packages, lists of packages, and JSON lines of any of these.

mod fields;
mod package;
mod resource;

use std::io::BufRead;

use kaishu_types::import::ImportRecord;
use serde_json::{Map, Value};

use crate::records::{self, Format, Found};
use crate::text::shorten;
use crate::{Import, ImportError, Limits, Outcome, json};

/// Reads packages from a reader, one by one where the file is JSON lines.
///
/// # Errors
///
/// Fails when the file as a whole cannot be read: it is no JSON, or holds no packages.
pub fn read(
    reader: &mut dyn BufRead,
    limits: &Limits,
    sink: &mut dyn FnMut(Outcome),
) -> Result<(), ImportError> {
    records::read(&Ckan, reader, limits, sink)
}

/// Reads packages from bytes, with the usual limits.
///
/// # Errors
///
/// As [`read`].
pub fn parse(mut bytes: &[u8]) -> Result<Import, ImportError> {
    let mut import = Import::default();
    read(&mut bytes, &Limits::default(), &mut |outcome| import.push(outcome))?;
    Ok(import)
}

struct Ckan;

impl Format for Ckan {
    fn unfold(&self, value: Value, _is_document: bool) -> Result<Found, String> {
        unfold(value)
    }

    fn name(&self, package: &Value) -> Option<String> {
        package.get("id").or_else(|| package.get("name")).and_then(json::scalar)
    }

    fn record(&self, package: Value, site: Option<&str>) -> Result<ImportRecord, String> {
        package::record(package, site)
    }
}

/// Takes the envelope of a reply off.
fn unfold(value: Value) -> Result<Found, String> {
    match value {
        Value::Array(packages) => listed(packages),
        Value::Object(reply) if reply.contains_key("success") || is_envelope(&reply) => {
            unfold_reply(reply)
        }
        Value::Object(mut map) if is_list_of_packages(&map) => {
            let results = map.remove("results").unwrap_or_default();
            unfold(results)
        }
        Value::Object(package) => Ok(Found::single(Value::Object(package))),
        other => Err(format!(
            "holds {}, expected a CKAN package, a list of packages or a reply of the action API",
            json::kind(&other)
        )),
    }
}

fn is_envelope(map: &Map<String, Value>) -> bool {
    map.contains_key("result") && !map.contains_key("name")
}

fn is_list_of_packages(map: &Map<String, Value>) -> bool {
    map.get("results").is_some_and(Value::is_array) && !map.contains_key("name")
}

fn unfold_reply(mut reply: Map<String, Value>) -> Result<Found, String> {
    let site = reply
        .get("help")
        .and_then(Value::as_str)
        .and_then(|help| help.split_once("/api/"))
        .map(|(site, _)| site.to_owned());
    if reply.get("success") == Some(&Value::Bool(false)) {
        let message = reply
            .get("error")
            .and_then(|error| error.get("message").or(Some(error)))
            .and_then(json::plain)
            .unwrap_or_else(|| "no reason is given".to_owned());
        return Err(format!("is a CKAN reply that reports a failure: {}", shorten(&message)));
    }
    let result = reply.remove("result").ok_or("is a CKAN reply without `result`")?;
    let mut found = unfold(result)?;
    found.site = site;
    Ok(found)
}

fn listed(packages: Vec<Value>) -> Result<Found, String> {
    if !packages.is_empty() && packages.iter().all(Value::is_string) {
        return Err("holds names only; ask CKAN for `package_search` or \
                    `current_package_list_with_resources`, which give whole packages"
            .to_owned());
    }
    Ok(Found::list(packages))
}
