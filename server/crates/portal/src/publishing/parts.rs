//! What differs between two texts of an entry, part by part, and one text made of two (CAT-10, REV-10).

use std::collections::{BTreeMap, BTreeSet};

use kaishu_types::draft::{Choice, DraftDocument};
use serde_json::{Map, Value};

use super::unreadable;
use crate::Result;

/// A part in which two texts of an entry differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference {
    /// The part: a field as in `title` and `open.conditions`, or a data item as in `items.name`.
    pub(super) part: String,
    /// What it is in the first text; null where it has none.
    pub(super) before: Value,
    /// What it is in the second.
    pub(super) after: Value,
}

/// Fields of an entry that have parts of their own.
const NESTED: [&str; 4] = ["open", "share", "provenance", "extras"];
/// What a draft says beside the fields of its entry.
const BESIDE: [&str; 9] = [
    "sensitivity",
    "relaxed_by",
    "processing",
    "triggers",
    "collection_law",
    "change_basis",
    "change_reference",
    "version_note",
    "resources",
];
const ITEMS: &str = "items.";

/// Lists the parts in which two texts of an entry differ. What is empty and what is not there are the same; so is
/// what is not chosen, whatever stands in its place.
///
/// # Errors
///
/// Fails where a text cannot be written as JSON.
pub(super) fn differences(
    before: &DraftDocument,
    after: &DraftDocument,
) -> Result<Vec<Difference>> {
    let (before, after) = (parts(before)?, parts(after)?);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let of = |parts: &BTreeMap<String, Value>, name: &str| {
        parts.get(name).cloned().unwrap_or(Value::Null)
    };
    let all = names.into_iter().map(|part| Difference {
        part: part.clone(),
        before: of(&before, part),
        after: of(&after, part),
    });
    Ok(all.filter(|it| it.before != it.after).collect())
}

/// Puts parts of one text into another. A part that is in neither changes nothing.
///
/// # Errors
///
/// Fails where a text cannot be written as JSON, or what comes of it is no entry.
pub fn take_parts(
    into: &DraftDocument,
    from: &DraftDocument,
    parts: &BTreeSet<String>,
) -> Result<DraftDocument> {
    let source = serde_json::to_value(from).map_err(unreadable)?;
    let mut target = serde_json::to_value(into).map_err(unreadable)?;
    for part in parts {
        match part.strip_prefix(ITEMS) {
            Some(name) => take_item(&mut target, &source, name),
            None => take_field(&mut target, &source, &place(part)),
        }
    }
    let mut document: DraftDocument = serde_json::from_value(target).map_err(unreadable)?;
    for (_, choice) in CHOSEN.iter().filter(|(part, _)| parts.contains(*part)) {
        match from.chosen.contains(choice) {
            true => document.chosen.insert(*choice),
            false => document.chosen.remove(choice),
        };
    }
    Ok(document)
}

/// The parts that count only once they are chosen (CLS-05).
const CHOSEN: [(&str, Choice); 5] = [
    ("open.class", Choice::OpenClass),
    ("share.class", Choice::ShareClass),
    ("frequency", Choice::Frequency),
    ("security_level", Choice::SecurityLevel),
    ("kind", Choice::Kind),
];

/// The parts of an entry that are not empty.
fn parts(document: &DraftDocument) -> Result<BTreeMap<String, Value>> {
    let mut parts = BTreeMap::new();
    let mut keep = |name: String, value: &Value| {
        if !is_empty(value) {
            parts.insert(name, value.clone());
        }
    };
    if let Value::Object(fields) = serde_json::to_value(&document.fields).map_err(unreadable)? {
        for (name, value) in &fields {
            match value {
                Value::Object(inner) if NESTED.contains(&name.as_str()) => {
                    inner.iter().for_each(|(part, value)| keep(format!("{name}.{part}"), value));
                }
                _ => keep(name.clone(), value),
            }
        }
    }
    if let Value::Object(whole) = serde_json::to_value(document).map_err(unreadable)? {
        for name in BESIDE {
            whole.get(name).into_iter().for_each(|value| keep(name.to_owned(), value));
        }
    }
    for item in &document.items {
        keep(format!("{ITEMS}{}", item.name), &serde_json::to_value(item).map_err(unreadable)?);
    }
    for (part, choice) in CHOSEN {
        if !document.chosen.contains(&choice) {
            parts.remove(part);
        }
    }
    Ok(parts)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(all) => all.is_empty(),
        Value::Object(all) => all.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// Where a part stands in the JSON of a draft.
fn place(part: &str) -> Vec<&str> {
    if BESIDE.contains(&part) {
        return vec![part];
    }
    let (first, rest) = part.split_once('.').unwrap_or((part, ""));
    let mut place = vec!["fields", first];
    if !rest.is_empty() {
        place.push(rest);
    }
    place
}

fn take_field(target: &mut Value, source: &Value, place: &[&str]) {
    let Some((last, above)) = place.split_last() else { return };
    let mut inner = target;
    let mut from = Some(source);
    for name in above {
        from = from.and_then(|from| from.get(*name));
        let Value::Object(fields) = inner else { return };
        inner = fields.entry((*name).to_owned()).or_insert_with(|| Value::Object(Map::new()));
    }
    let Value::Object(fields) = inner else { return };
    match from.and_then(|from| from.get(*last)) {
        Some(value) => fields.insert((*last).to_owned(), value.clone()),
        None => fields.remove(*last),
    };
}

fn take_item(target: &mut Value, source: &Value, name: &str) {
    let is_named = |item: &Value| item.get("name").and_then(Value::as_str) == Some(name);
    let items = source.get("items").and_then(Value::as_array);
    let taken = items.and_then(|items| items.iter().find(|item| is_named(item)));
    let Some(Value::Array(items)) = target.get_mut("items") else { return };
    let place = items.iter().position(is_named);
    match (place, taken) {
        (Some(place), Some(taken)) => {
            if let Some(item) = items.get_mut(place) {
                item.clone_from(taken);
            }
        }
        (Some(place), None) => {
            items.remove(place);
        }
        (None, Some(taken)) => items.push(taken.clone()),
        (None, None) => {}
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]

    use kaishu_types::Lang;
    use kaishu_types::vocabulary::OpenClass;

    use super::super::told::{label, told};
    use super::*;

    fn entry() -> DraftDocument {
        let mut entry = DraftDocument::new("YX-JT", "YX", "公交站点");
        let item = |name: &str| {
            serde_json::from_value(serde_json::json!({
                "name": name, "label": name, "type": "text",
                "open_class": "unconditional", "share_class": "none",
            }))
        };
        entry.items = vec![item("a").unwrap(), item("b").unwrap()];
        entry
    }

    fn names(before: &DraftDocument, after: &DraftDocument) -> Vec<String> {
        differences(before, after).unwrap().into_iter().map(|it| it.part).collect()
    }

    #[test]
    fn only_what_differs_is_listed() {
        let before = entry();
        assert_eq!(names(&before, &before), [] as [String; 0]);
        let mut after = entry();
        after.fields.source = Some(String::new());
        after.fields.open.class = OpenClass::Conditional;
        assert_eq!(names(&before, &after), [] as [String; 0], "neither is chosen");
        after.chosen.insert(Choice::OpenClass);
        after.fields.open.conditions = vec!["实名".to_owned()];
        after.fields.extras.insert("share_reason".to_owned(), "理由".to_owned());
        after.items[1].description = Some("第二项".to_owned());
        after.items.remove(0);
        after.version_note = "改了".to_owned();
        let expected = [
            "extras.share_reason",
            "items.a",
            "items.b",
            "open.class",
            "open.conditions",
            "version_note",
        ];
        assert_eq!(names(&before, &after), expected);
        let found = differences(&before, &after).unwrap();
        let said = |part: &str| {
            let found = found.iter().find(|it| it.part == part).unwrap();
            let of = |value: &Value| told(part, value, Lang::Zh);
            (label(part, Lang::Zh), of(&found.before), of(&found.after))
        };
        let class = OpenClass::Conditional.label(Lang::Zh).to_owned();
        assert_eq!(said("open.class"), ("开放类型".to_owned(), None, Some(class)));
        assert!(said("items.b").2.unwrap().contains("第二项"));
        assert_eq!(said("items.a").2, None);
    }

    #[test]
    fn parts_are_taken_one_by_one() {
        let (mine, mut theirs) = (entry(), entry());
        theirs.fields.title = "站点".to_owned();
        theirs.fields.summary = "他们的摘要".to_owned();
        theirs.fields.open.class = OpenClass::Conditional;
        theirs.chosen.insert(Choice::OpenClass);
        theirs.fields.provenance.duty = Some("某条".to_owned());
        theirs.items[0].label = "甲".to_owned();
        theirs.items.remove(1);
        let wanted = ["summary", "open.class", "provenance.duty", "items.a", "items.b", "nothing"];
        let parts: BTreeSet<String> = wanted.iter().map(|it| (*it).to_owned()).collect();
        let made = take_parts(&mine, &theirs, &parts).unwrap();
        assert_eq!(
            names(&mine, &made),
            ["items.a", "items.b", "open.class", "provenance.duty", "summary"]
        );
        assert_eq!(names(&made, &theirs), ["title"]);
        let all: BTreeSet<String> = names(&mine, &theirs).into_iter().collect();
        assert_eq!(take_parts(&mine, &theirs, &all).unwrap(), theirs);
    }

    /// Every part has its word: nobody reads the name of a field in the program.
    #[test]
    fn every_part_has_a_label() {
        let whole = serde_json::to_value(entry().fields).unwrap();
        for (name, value) in whole.as_object().unwrap() {
            let names: Vec<String> = match value {
                Value::Object(inner) if NESTED.contains(&name.as_str()) => {
                    inner.keys().map(|part| format!("{name}.{part}")).collect()
                }
                _ => vec![name.clone()],
            };
            for name in names {
                assert_ne!(label(&name, Lang::Zh), name);
            }
        }
    }
}
