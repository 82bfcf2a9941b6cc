//! Records of JSON: lists of objects, lists of lists, lines, features of GeoJSON.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;
use std::path::Path;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use super::budget::Budget;
use super::layout::unique_names;
use super::spool::SpoolWriter;
use super::{Layout, MAX_COLUMNS, MAX_ROW_BYTES, Origin, Row, TableSource};
use crate::TableError;

/// Lists in one object.
const MOST_LISTS: usize = 100;

/// Takes the tables out of JSON text: each list of records is one. `folder` is for work under way.
pub(crate) fn read(text: impl Read, folder: &Path) -> Result<Vec<TableSource>, TableError> {
    let budget = Budget::default();
    let mut reader = serde_json::Deserializer::from_reader(budget.reader(text));
    let mut tables = Tables { folder, open: Vec::new(), fault: None, budget };
    let read = (&mut Top { tables: &mut tables }).deserialize(&mut reader);
    if let Err(error) = read.and_then(|()| reader.end()) {
        return Err(tables.fault.take().unwrap_or_else(|| broken(error)));
    }
    tables.finish()
}

/// Takes records that follow each other without a list around them, one a line.
pub(crate) fn read_lines(text: impl Read, folder: &Path) -> Result<Vec<TableSource>, TableError> {
    let budget = Budget::default();
    let reader = serde_json::Deserializer::from_reader(budget.reader(text));
    let mut tables = Tables { folder, open: Vec::new(), fault: None, budget };
    let mut table = tables.begin("")?;
    for record in reader.into_iter::<Box<RawValue>>() {
        table.push(&record.map_err(broken)?)?;
        tables.budget.renew();
    }
    tables.open.push(table);
    tables.finish()
}

/// Whether a text is a record a line: its first line is one, and there is more.
pub(crate) fn is_lines(head: &str) -> bool {
    let Some((first, rest)) = head.trim_start().split_once('\n') else { return false };
    first.starts_with('{')
        && rest.trim_start().starts_with('{')
        && serde_json::from_str::<IgnoredAny>(first).is_ok()
}

fn broken(error: serde_json::Error) -> TableError {
    if error.io_error_kind() == Some(std::io::ErrorKind::FileTooLarge) {
        return TableError::Unreadable(format!(
            "the record at line {} column {} has more than {} MiB",
            error.line(),
            error.column(),
            MAX_ROW_BYTES >> 20
        ));
    }
    if error.is_io() {
        return TableError::from_csv(std::io::Error::from(error).into(), "the file");
    }
    TableError::Unreadable(format!("the file is no JSON: {error}"))
}

/// The tables that were found.
struct Tables<'a> {
    folder: &'a Path,
    open: Vec<Table>,
    budget: Budget,
    /// What went wrong outside of the JSON.
    fault: Option<TableError>,
}

/// A list of records on its way to disk.
struct Table {
    name: String,
    writer: SpoolWriter,
    columns: Vec<String>,
    places: HashMap<String, usize>,
    has_objects: bool,
}

impl Tables<'_> {
    fn begin(&mut self, name: &str) -> Result<Table, TableError> {
        if self.open.len() >= MOST_LISTS {
            return Err(TableError::Unreadable(format!(
                "the JSON has more than {MOST_LISTS} lists; each is a table of its own"
            )));
        }
        Ok(Table {
            name: name.to_owned(),
            writer: SpoolWriter::new(self.folder)?,
            columns: Vec::new(),
            places: HashMap::new(),
            has_objects: false,
        })
    }

    fn finish(self) -> Result<Vec<TableSource>, TableError> {
        let mut sources = Vec::new();
        // Beside lists of objects, lists of numbers are about those: `bbox` in GeoJSON.
        let has_objects = self.open.iter().any(|table| table.has_objects);
        for table in self.open.into_iter().filter(|table| table.has_objects == has_objects) {
            // Records may be there and say nothing: `[{}, {}]`.
            let is_empty = table.writer.n_rows == 0 || table.columns.is_empty();
            let path = table.writer.finish()?;
            if is_empty {
                continue;
            }
            let columns = unique_names(table.columns.iter().map(String::as_str));
            let layout = Layout { columns, ..Layout::default() };
            sources.push(TableSource { name: table.name, path, origin: Origin::Rows, layout });
        }
        if let [only] = sources.as_mut_slice() {
            only.name.clear();
        }
        if sources.is_empty() {
            return Err(TableError::Unreadable(
                "there is no list of records in the JSON".to_owned(),
            ));
        }
        Ok(sources)
    }
}

impl Table {
    /// Writes a record; a new name is a new column.
    fn push(&mut self, record: &RawValue) -> Result<(), TableError> {
        let mut values: Vec<Option<String>> = vec![None; self.columns.len()];
        let text = record.get().trim_start();
        if text.starts_with('{') {
            self.has_objects = true;
            let fields: Fields = serde_json::from_str(text).map_err(broken)?;
            let is_feature =
                fields.0.iter().any(|(name, value)| name == "type" && value.get() == "\"Feature\"");
            for (name, value) in fields.0 {
                if is_feature && name == "type" {
                    continue;
                }
                if is_feature && name == "properties" && value.get().starts_with('{') {
                    let inner: Fields = serde_json::from_str(value.get()).map_err(broken)?;
                    for (name, value) in inner.0 {
                        self.put(&mut values, name, &value)?;
                    }
                    continue;
                }
                self.put(&mut values, name, &value)?;
            }
        } else if text.starts_with('[') {
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(broken)?;
            for (place, value) in items.into_iter().enumerate() {
                self.put(&mut values, format!("column_{}", place + 1), value)?;
            }
        } else {
            self.put(&mut values, "value".to_owned(), record)?;
        }
        let mut row = Row::at(self.writer.n_rows + 1);
        for value in values {
            match value {
                Some(value) => row.push(&value),
                None => row.push_missing(),
            }
        }
        self.writer.push(&row)
    }

    fn put(
        &mut self,
        values: &mut Vec<Option<String>>,
        name: String,
        value: &RawValue,
    ) -> Result<(), TableError> {
        let place = match self.places.get(&name) {
            Some(place) => *place,
            None => {
                let place = self.columns.len();
                if place >= MAX_COLUMNS {
                    return Err(TableError::TooManyColumns { line: self.writer.n_rows + 1 });
                }
                self.columns.push(name.clone());
                self.places.insert(name, place);
                place
            }
        };
        if values.len() <= place {
            values.resize(place + 1, None);
        }
        if let Some(target) = values.get_mut(place) {
            *target = text_of(value)?;
        }
        Ok(())
    }
}

/// A text stands for itself, a number as it is written, what has parts as JSON.
fn text_of(value: &RawValue) -> Result<Option<String>, TableError> {
    let text = value.get();
    if text == "null" {
        return Ok(None);
    }
    if text.starts_with('"') {
        return serde_json::from_str(text).map(Some).map_err(broken);
    }
    Ok(Some(text.to_owned()))
}

/// The fields of an object in their order.
struct Fields(Vec<(String, Box<RawValue>)>);

impl<'de> serde::Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Fields;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Read)
    }
}

/// What stands at the top.
struct Top<'a, 'b> {
    tables: &'a mut Tables<'b>,
}

impl Top<'_, '_> {
    fn keep<T, E: serde::de::Error>(&mut self, made: Result<T, TableError>) -> Result<T, E> {
        made.map_err(|fault| {
            let error = E::custom(&fault);
            self.tables.fault = Some(fault);
            error
        })
    }

    /// Reads a list whose records are a table.
    fn list<'de, A: SeqAccess<'de>>(&mut self, name: &str, mut list: A) -> Result<(), A::Error> {
        let begun = self.tables.begin(name);
        let mut table = self.keep(begun)?;
        while let Some(record) = list.next_element::<Box<RawValue>>()? {
            let pushed = table.push(&record);
            self.keep(pushed)?;
            self.tables.budget.renew();
        }
        self.tables.open.push(table);
        Ok(())
    }

    /// Writes a record that is in no list.
    fn record<E: serde::de::Error>(&mut self, record: &RawValue) -> Result<(), E> {
        let begun = self.tables.begin("");
        let mut table = self.keep(begun)?;
        let pushed = table.push(record);
        self.keep(pushed)?;
        self.tables.open.push(table);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &mut Top<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Top<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of records, or an object with such lists")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        self.list("", list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut rest: Vec<(String, Box<RawValue>)> = Vec::new();
        let mut has_lists = false;
        while let Some(name) = map.next_key::<String>()? {
            let member = Member { top: &mut *self, name: &name };
            match map.next_value_seed(member)? {
                None => has_lists = true,
                Some(value) if !has_lists => rest.push((name, value)),
                Some(_) => {}
            }
        }
        if has_lists {
            return Ok(());
        }
        let mut text = String::from("{");
        for (place, (name, value)) in rest.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            crate::json::write_text(&mut text, name);
            text.push(':');
            text.push_str(value.get());
        }
        text.push('}');
        let record = RawValue::from_string(text).map_err(A::Error::custom)?;
        self.record(&record)
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        Err(E::custom("a text alone is no table"))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Err(E::custom("null is no table"))
    }
}

/// A member of the object at the top: a list of objects is a table, everything else is kept.
struct Member<'a, 'b, 'c> {
    top: &'a mut Top<'b, 'c>,
    name: &'a str,
}

impl<'de> DeserializeSeed<'de> for Member<'_, '_, '_> {
    type Value = Option<Box<RawValue>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Member<'_, '_, '_> {
    type Value = Option<Box<RawValue>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        self.top.list(self.name, list)?;
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let map = serde::de::value::MapAccessDeserializer::new(map);
        let value = <serde_json::Value as serde::Deserialize>::deserialize(map)?;
        raw(&value.to_string())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let mut out = String::new();
        crate::json::write_text(&mut out, text);
        raw(&out)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Self::Value, E> {
        raw(&number.to_string())
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Self::Value, E> {
        raw(&number.to_string())
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Self::Value, E> {
        raw(&number.to_string())
    }

    fn visit_bool<E: serde::de::Error>(self, is_it: bool) -> Result<Self::Value, E> {
        raw(if is_it { "true" } else { "false" })
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        raw("null")
    }
}

fn raw<E: serde::de::Error>(text: &str) -> Result<Option<Box<RawValue>>, E> {
    RawValue::from_string(text.to_owned()).map(Some).map_err(E::custom)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a text that does not read must fail the test")]
    use super::super::{Source, open};
    use super::*;

    fn shown(tables: Vec<TableSource>) -> Vec<String> {
        let show = |table: TableSource| {
            let mut source = open(&table.path, &table.origin, table.layout.columns.len()).unwrap();
            let mut row = Row::default();
            let mut text = format!("{}[{}]", table.name, table.layout.columns.join(","));
            while Source::read_row(source.as_mut(), &mut row).unwrap() {
                let values: Vec<&str> = row.iter().map(|value| value.unwrap_or("∅")).collect();
                text.push_str(&format!(" {}", values.join("|")));
            }
            text
        };
        tables.into_iter().map(show).collect()
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let tables = match is_lines(text) {
            true => read_lines(text.as_bytes(), folder.path()),
            false => read(text.as_bytes(), folder.path()),
        };
        assert_eq!(shown(tables.unwrap()), expected);
    }

    #[test]
    fn records_become_rows() {
        check(
            "[{\"a\":1.50,\"b\":null},{\"b\":\"007\",\"c\":[1, 2]}]",
            &["[a,b,c] 1.50|∅|∅ ∅|007|[1, 2]"],
        );
        check("[[1,\"x\"],[2]]", &["[column_1,column_2] 1|x 2|∅"]);
        check("[1,2]", &["[value] 1 2"]);
        check("[{\"\":1,\"column_1\":2}]", &["[column_1,column_1_2] 1|2"]);
        check("{\"a\":1,\"t\":[1]}\n{\"a\":{\"b\":2}}\n", &["[a,t] 1|[1] {\"b\":2}|∅"]);
        check("{\"n\":2,\"x\":[{\"a\":1}],\"y\":[{\"b\":2}]}", &["x[a] 1", "y[b] 2"]);
        check("{\"a\":1,\"b\":{\"c\":\"d\"}}", &["[a,b] 1|{\"c\":\"d\"}"]);
        check(
            "{\"type\":\"FeatureCollection\",\"bbox\":[1,2],\"features\":[{\"type\":\"Feature\",\"properties\":{\"name\":\"山\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,2]}}]}",
            &["[name,geometry] 山|{\"type\":\"Point\",\"coordinates\":[1,2]}"],
        );
    }

    #[test]
    fn what_is_no_json_says_where() {
        let folder = tempfile::tempdir().unwrap();
        for (text, expected) in [
            ("[{\"a\":1},", "the file is no JSON: EOF while parsing a value at line 1 column 9"),
            ("\"x\"", "the file is no JSON: a text alone is no table at line 1 column 3"),
            ("[]", "there is no list of records in the JSON"),
        ] {
            let error = read(text.as_bytes(), folder.path()).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
        for text in ["[]\n[]\n", "{}\n{}\n"] {
            let error = read_lines(text.as_bytes(), folder.path()).unwrap_err();
            assert_eq!(error.to_string(), "there is no list of records in the JSON");
        }
    }
}
