//! How entries are bound to each other: canonical JSON, SM3, and a seal that only the portal can make.

use chrono::NaiveDate;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sm3::{Digest, Sm3};

use crate::{Result, StoreError};

/// What the first entry is bound to.
pub(crate) const BEGINNING: &str =
    "0000000000000000000000000000000000000000000000000000000000000000";

/// The key of seals: without it nobody can cut the log off and seal the rest.
#[derive(Clone)]
pub struct SealKey([u8; 32]);

impl SealKey {
    /// Makes a key of 32 secret bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Seals the place and the hash of an entry, HMAC-SM3 in hex. What the seal is for is part of it: the
    /// seal of a day is none of the end.
    pub(crate) fn seal(&self, purpose: &Purpose, seq: i64, hash: &str) -> Result<String> {
        let mut mac = Hmac::<Sm3>::new_from_slice(&self.0)
            .map_err(|_| StoreError::invalid("the key of the log cannot be used"))?;
        let purpose = match purpose {
            Purpose::Head => "head".to_owned(),
            Purpose::Day(day) => format!("day {day}"),
        };
        mac.update(format!("{purpose} {seq} {hash}").as_bytes());
        Ok(hex(&mac.finalize().into_bytes()))
    }
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SealKey(…)")
    }
}

/// What a seal is for.
pub(crate) enum Purpose {
    /// The last entry.
    Head,
    /// The last entry of a day.
    Day(NaiveDate),
}

/// What an entry says besides its event.
pub(crate) struct Envelope<'a> {
    pub(crate) seq: i64,
    pub(crate) case: Option<(i64, i32)>,
    pub(crate) kind: &'a str,
    /// What makes a repeated request one.
    pub(crate) key: Option<&'a str>,
    pub(crate) subject: &'a str,
    /// The event, canonical JSON.
    pub(crate) body: &'a str,
    pub(crate) previous: &'a str,
}

impl Envelope<'_> {
    /// Returns the SM3 hash of the entry, in hex.
    pub(crate) fn hash(&self) -> String {
        let Self { seq, case, kind, key, subject, body, previous } = self;
        let key = key.map(|key| format!("\"key\":{},", quoted(key))).unwrap_or_default();
        // The names in their order: case, event, key, kind, n, previous, seq, subject.
        let (case, n) = match case {
            Some((id, n)) => (format!("\"case\":{id},"), format!("\"n\":{n},")),
            None => (String::new(), String::new()),
        };
        let text = format!(
            "{{{case}\"event\":{body},{key}\"kind\":{},{n}\"previous\":{},\"seq\":{seq},\"subject\":{}}}",
            quoted(kind),
            quoted(previous),
            quoted(subject)
        );
        hex(&Sm3::digest(text.as_bytes()))
    }
}

/// Writes JSON as RFC 8785 demands: names in the order of their UTF-16 units, no space.
///
/// Entries hold no fractions: how these are written is the hard part of the standard, and nothing here
/// needs them.
///
/// # Errors
///
/// Fails at a number that is no whole one.
pub(crate) fn canonical(value: &Value) -> Result<String> {
    let mut text = String::new();
    write(value, &mut text)?;
    Ok(text)
}

fn write(value: &Value, text: &mut String) -> Result<()> {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) if number.is_i64() || number.is_u64() => {
            text.push_str(&number.to_string());
        }
        Value::Number(number) => {
            return Err(StoreError::invalid(format!("`{number}` is no whole number")));
        }
        Value::String(value) => text.push_str(&quoted(value)),
        Value::Array(values) => {
            text.push('[');
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write(value, text)?;
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            text.push('{');
            for (place, (name, value)) in members.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                text.push_str(&quoted(name));
                text.push(':');
                write(value, text)?;
            }
            text.push('}');
        }
    }
    Ok(())
}

/// Writes a string as RFC 8785 and `JSON.stringify` do.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a value of a test is well formed")]
    use super::*;

    /// The examples of RFC 8785 that hold no fraction: sections 3.2.2.2 and 3.2.3.
    #[test]
    fn json_is_written_as_the_standard_says() {
        let text = r#"{"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#;
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(
            canonical(&value).unwrap(),
            r#"{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        );
        let text = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#;
        let value: Value = serde_json::from_str(text).unwrap();
        let written = canonical(&value).unwrap();
        let places: Vec<_> = ["Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"]
            .iter()
            .map(|word| written.find(word).unwrap())
            .collect();
        assert!(places.is_sorted(), "{written}");
        assert!(canonical(&serde_json::json!({"n": 1.5})).is_err());
        assert_eq!(canonical(&serde_json::json!({"n": -7})).unwrap(), r#"{"n":-7}"#);
    }

    #[test]
    fn a_hash_depends_on_everything() {
        let entry = || Envelope {
            seq: 7,
            case: Some((3, 2)),
            kind: "opening",
            key: None,
            subject: "YX-JT-0001",
            body: r#"{"name":"pass"}"#,
            previous: BEGINNING,
        };
        let all = [
            entry(),
            Envelope { seq: 8, ..entry() },
            Envelope { case: Some((3, 3)), ..entry() },
            Envelope { case: None, ..entry() },
            Envelope { kind: "life", ..entry() },
            Envelope { key: Some("k"), ..entry() },
            Envelope { subject: "YX-JT-0002", ..entry() },
            Envelope { body: r#"{"name":"return"}"#, ..entry() },
            Envelope { previous: "", ..entry() },
        ];
        let hashes: std::collections::BTreeSet<String> = all.iter().map(Envelope::hash).collect();
        assert_eq!(hashes.len(), all.len());
    }
}
