//! CKAN: replies of `package_search`, `package_show` and `current_package_list_with_resources`,
//! bare packages, lists of packages, and JSON lines of any of these.

mod fields;
mod package;
mod resource;

use std::io::BufRead;

use kaishu_types::import::Rejection;
use serde_json::{Map, Value};

pub(crate) use self::resource::file_name;
use crate::json::{self, Piece};
use crate::text::shorten;
use crate::{Import, ImportError, Limits, Outcome, Seen, guard};

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
    let mut seen = Seen::default();
    json::read(reader, limits, &mut |piece| {
        let (value, place) = match piece {
            Piece::Bad(rejection) => {
                sink(Err(rejection));
                return Ok(());
            }
            Piece::Document(value) => (value, String::new()),
            Piece::Line { number, value } => (value, format!("line {number}")),
        };
        let is_document = place.is_empty();
        match unfold(value) {
            Ok(found) => {
                for (index, package) in found.packages.into_iter().enumerate() {
                    let place = item_place(&place, index, found.is_list);
                    let outcome = one(package, &place, found.site.as_deref(), limits)
                        .and_then(|record| seen.check(record, &place));
                    sink(outcome);
                }
                Ok(())
            }
            Err(message) if is_document => Err(ImportError::Shape(message)),
            Err(reason) => {
                sink(Err(Rejection { record: place, reason }));
                Ok(())
            }
        }
    })
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

fn one(package: Value, place: &str, site: Option<&str>, limits: &Limits) -> Outcome {
    let name = package
        .get("id")
        .or_else(|| package.get("name"))
        .and_then(json::scalar)
        .map_or_else(|| place.to_owned(), |id| format!("{id} ({place})"));
    json::check_weight(&package, limits)
        .and_then(|()| package::record(package, site))
        .and_then(guard::foreign)
        .map_err(|reason| Rejection { record: name, reason })
}

pub(crate) fn item_place(outer: &str, index: usize, is_list: bool) -> String {
    match (outer.is_empty(), is_list) {
        (true, true) => format!("item {}", index + 1),
        (true, false) => "the file".to_owned(),
        (false, true) => format!("{outer}, item {}", index + 1),
        (false, false) => outer.to_owned(),
    }
}

struct Found {
    packages: Vec<Value>,
    is_list: bool,
    site: Option<String>,
}

/// Takes the envelope of a reply off.
fn unfold(value: Value) -> Result<Found, String> {
    match value {
        Value::Array(packages) => listed(packages, None),
        Value::Object(reply) if reply.contains_key("success") || is_envelope(&reply) => {
            unfold_reply(reply)
        }
        Value::Object(mut map) if is_list_of_packages(&map) => {
            let results = map.remove("results").unwrap_or_default();
            unfold(results)
        }
        Value::Object(package) => {
            Ok(Found { packages: vec![Value::Object(package)], is_list: false, site: None })
        }
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

fn listed(packages: Vec<Value>, site: Option<String>) -> Result<Found, String> {
    if !packages.is_empty() && packages.iter().all(Value::is_string) {
        return Err("holds names only; ask CKAN for `package_search` or \
                    `current_package_list_with_resources`, which give whole packages"
            .to_owned());
    }
    Ok(Found { packages, is_list: true, site })
}
