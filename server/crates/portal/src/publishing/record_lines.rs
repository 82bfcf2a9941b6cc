//! Changes of records as they are sent: lines of JSON, checked against the data items of an entry (PUB-12).

use std::collections::BTreeMap;

use kaishu_tables::{RecordChange, is_of_type};
use kaishu_types::dataset::{DataItemView, DatasetView};
use kaishu_types::{FieldError, Lang};
use serde::Deserialize;
use serde_json::Value;

use super::MAX_RECORDS;
use crate::{Error, Result};

/// So many faults of a batch are told.
const MAX_FAULTS: usize = 20;
/// Numbers above this are not read exactly from JSON.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// One line of a batch.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    op: Op,
    record: BTreeMap<String, Value>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Op {
    Upsert,
    Delete,
}

/// Reads a batch, and checks each record against the data items; all that is wrong is named at once.
pub(super) fn read(lines: &[u8], dataset: &DatasetView, lang: Lang) -> Result<Vec<RecordChange>> {
    let lines: Vec<&[u8]> =
        lines.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect();
    if lines.is_empty() || lines.len() > MAX_RECORDS {
        let message = lang.pick(
            format!("一批有 1 至 {MAX_RECORDS} 条记录，这一批有 {} 条", lines.len()),
            format!("a batch has 1 to {MAX_RECORDS} records, this one {}", lines.len()),
        );
        return Err(Error::field("records", message));
    }
    let key = &dataset.fields.record_key;
    let mut checking = Checking { items: &dataset.items, key, lang, faults: Vec::new() };
    let mut changes = Vec::with_capacity(lines.len());
    let mut seen: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for (place, line) in lines.into_iter().enumerate() {
        let change = checking.record(place, line);
        let key_of = |change: &RecordChange| -> Vec<String> {
            let value = |name| change.values().get(name).map_or("", |it: &String| it.trim());
            key.iter().map(|name| value(name).to_owned()).collect()
        };
        if let Some(before) = change.as_ref().and_then(|it| seen.insert(key_of(it), place)) {
            checking.fault(
                place,
                None,
                lang.pick(
                    format!("与第 {} 条记录的主键相同", before + 1),
                    format!("has the same key as record {}", before + 1),
                ),
            );
        }
        changes.extend(change);
    }
    match checking.faults.is_empty() {
        true => Ok(changes),
        false => {
            checking.faults.truncate(MAX_FAULTS);
            Err(Error::InvalidInput(checking.faults))
        }
    }
}

/// Checks records against the data items of an entry.
struct Checking<'a> {
    items: &'a [DataItemView],
    key: &'a [String],
    lang: Lang,
    faults: Vec<FieldError>,
}

impl Checking<'_> {
    /// Adds a fault of a record, by its place from 0, and of one of its data items.
    fn fault(&mut self, place: usize, item: Option<&str>, message: String) {
        let item = item.map(|item| format!(".{item}")).unwrap_or_default();
        self.faults.push(FieldError { field: format!("records[{}]{item}", place + 1), message });
    }

    fn record(&mut self, place: usize, line: &[u8]) -> Option<RecordChange> {
        let lang = self.lang;
        let Line { op, record } = match serde_json::from_slice(line) {
            Ok(line) => line,
            Err(error) => {
                let wanted = "{\"op\": \"upsert\" | \"delete\", \"record\": {…}}";
                self.fault(
                    place,
                    None,
                    lang.pick(
                        format!("不是 {wanted}：{error}"),
                        format!("is not {wanted}: {error}"),
                    ),
                );
                return None;
            }
        };
        let n_faults = self.faults.len();
        let (items, key) = (self.items, self.key);
        for name in record.keys().filter(|name| items.iter().all(|item| item.name != **name)) {
            let message = lang.pick("不是数据项的名称", "is no name of a data item");
            self.fault(place, Some(name), message.to_owned());
        }
        let mut values = BTreeMap::new();
        for item in items {
            let is_key = key.contains(&item.name);
            let Some(value) = record.get(&item.name) else {
                if is_key || op == Op::Upsert {
                    let message = lang.pick(
                        "缺少这个数据项；没有值的写 null",
                        "is missing; where there is no value, write null",
                    );
                    self.fault(place, Some(&item.name), message.to_owned());
                }
                continue;
            };
            match self.text(value, item, is_key) {
                Ok(text) => {
                    values.insert(item.name.clone(), text);
                }
                Err(message) => self.fault(place, Some(&item.name), message),
            }
        }
        (self.faults.len() == n_faults).then_some(match op {
            Op::Upsert => RecordChange::Upsert(values),
            Op::Delete => RecordChange::Delete(values),
        })
    }

    /// The text of a value as it stands in the table; says what is wrong with it.
    fn text(&self, value: &Value, item: &DataItemView, is_key: bool) -> Result<String, String> {
        let lang = self.lang;
        let text = match value {
            Value::Null => String::new(),
            Value::Bool(value) => value.to_string(),
            Value::String(text) => text.clone(),
            Value::Number(number)
                if number.is_f64() && number.as_f64().is_none_or(|it| it.abs() > MAX_EXACT) =>
            {
                let message = lang.pick(
                    "数字太长，会丢失精度；请写成文本",
                    "has more digits than a JSON number keeps; write it as text",
                );
                return Err(message.to_owned());
            }
            Value::Number(number) => number.to_string(),
            Value::Array(_) | Value::Object(_) => {
                let message = lang.pick(
                    "请写文本、数字、true、false 或者 null",
                    "is a text, a number, true, false or null",
                );
                return Err(message.to_owned());
            }
        };
        if is_key && text.trim().is_empty() {
            return Err(lang.pick("主键不能为空", "is of the key and has no value").to_owned());
        }
        if !is_of_type(&text, item.item_type) {
            let wanted = item.item_type.label(lang);
            return Err(lang.pick(
                format!("不是“{wanted}”类型的值"),
                format!("is no value of the type {wanted}"),
            ));
        }
        let longest = item.length.and_then(|n| usize::try_from(n).ok());
        match longest.filter(|longest| text.chars().count() > *longest) {
            Some(longest) => Err(lang.pick(
                format!("超过 {longest} 个字"),
                format!("has more than {longest} characters"),
            )),
            None => Ok(text),
        }
    }
}
