//! YAML files, one record each.

use std::borrow::Cow;

use kaishu_types::import::Rejection;
use serde_json::Value;

use super::Mapping;
use crate::{Limits, Outcome, json, records, text};

/// Lines of quoted texts that are indented for a file before it is given up.
const MAX_INDENTED: usize = 500;

/// Reads one YAML document as one record; `file_name` says which one in a rejection, and its
/// stem is the field `$file` of the record.
///
/// # Errors
///
/// The rejection names the file, the line and what is wrong.
pub fn parse_yaml_record(bytes: &[u8], file_name: &str, mapping: &Mapping) -> Outcome {
    let limits = Limits::default();
    let reject = |reason: String| Rejection { record: file_name.to_owned(), reason };
    if bytes.len() as u64 > limits.record_bytes {
        return Err(reject(format!(
            "is larger than {} bytes, the most a record may have",
            limits.record_bytes
        )));
    }
    let decoded = text::decode(bytes).map_err(|error| reject(error.to_string()))?;
    let mut value = parse(&decoded).map_err(&reject)?;
    let Value::Object(map) = &mut value else {
        return Err(reject(format!("is {}, expected fields", json::kind(&value))));
    };
    let stem = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    map.insert("$file".to_owned(), Value::String(stem.to_owned()));
    records::one(mapping, value, file_name, None, &limits)
}

/// Reads a document. YAML wants the lines of a quoted text indented, but libyaml, which most files
/// were written for, does not; such a line is indented, which does not change what it says.
fn parse(text: &str) -> Result<Value, String> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..MAX_INDENTED {
        let error = match serde_saphyr::from_str(&text) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let message = error.to_string();
        let indented = error
            .location()
            .filter(|_| is_of_indentation(&message))
            .and_then(|place| indent(&text, place.line()));
        match indented {
            Some(indented) => text = Cow::Owned(indented),
            None => return Err(format!("not valid YAML: {}", first_line(&message))),
        }
    }
    Err(format!(
        "not valid YAML: more than {MAX_INDENTED} lines of its quoted texts are not indented; \
         indent them"
    ))
}

fn is_of_indentation(message: &str) -> bool {
    const OF_QUOTED_TEXTS: &[&str] =
        &["invalid indentation in multiline quoted scalar", "tab cannot be used as indentation"];
    OF_QUOTED_TEXTS.iter().any(|part| message.contains(part))
}

/// Indents a line deeper than any mapping around it; `None` where that was done before.
fn indent(text: &str, line: u64) -> Option<String> {
    const INDENTATION: &str = "                                                                ";
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    let mut lines: Vec<&str> = text.split('\n').collect();
    let wrong = lines.get_mut(index)?;
    if wrong.starts_with(INDENTATION) {
        return None;
    }
    let indented = format!("{INDENTATION}{}", wrong.trim_start());
    *wrong = &indented;
    Some(lines.join("\n"))
}

/// Keeps the first line: the ones after it are a drawing of the place.
fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or(message).trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn quoted_texts_need_no_indentation() {
        let text = "Name: a\nDescription: \"one\n\n\ttwo\nthree\"\nList:\n  - Title: 'x\n  y'\n";

        let expected =
            json!({"Name": "a", "Description": "one\ntwo three", "List": [{"Title": "x y"}]});
        assert_eq!(parse(text), Ok(expected));
    }

    #[test]
    fn other_faults_are_named_with_their_line() {
        let error = parse("a: 1\n\tb: 2\n").err().unwrap_or_default();
        assert!(error.starts_with("not valid YAML: line 1"), "{error}");
        let error = parse("a: \"x\n").err().unwrap_or_default();
        assert!(error.starts_with("not valid YAML: line "), "{error}");
    }
}
