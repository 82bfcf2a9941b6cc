//! Reads JSON documents and JSON lines, and picks text out of values.

use std::io::{BufRead, Cursor, Read};

use kaishu_types::import::Rejection;
use serde_json::Value;

use crate::text::{self, shorten};
use crate::{ImportError, Limits};

/// A value of a file.
pub(crate) enum Piece {
    /// The one value of the whole file.
    Document(Value),
    /// A line of JSON lines.
    Line {
        /// Its number, from 1.
        number: u64,
        /// The value.
        value: Value,
    },
    /// A line that is not JSON.
    Bad(Rejection),
}

type Sink<'a> = dyn FnMut(Piece) -> Result<(), ImportError> + 'a;

/// Hands over the values of a file: one for a document, one for each line of JSON lines.
pub(crate) fn read(
    reader: &mut dyn BufRead,
    limits: &Limits,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    let mut mark = Vec::new();
    Read::take(&mut *reader, 3).read_to_end(&mut mark)?;
    if mark.starts_with(b"\xFF\xFE") || mark.starts_with(b"\xFE\xFF") {
        let mut bytes = mark;
        read_bounded(reader, limits, &mut bytes)?;
        let decoded = text::decode(&bytes)?.into_owned();
        return Lines::new(&mut Cursor::new(decoded.into_bytes()), limits).run(sink);
    }
    if mark.contains(&0) {
        return Err(ImportError::Encoding {
            place: "the file".to_owned(),
            detail: "it looks like UTF-16 without a byte order mark".to_owned(),
        });
    }
    if mark == text::UTF8_MARK {
        mark.clear();
    }
    Lines::new(&mut Cursor::new(mark).chain(reader), limits).run(sink)
}

fn read_bounded(
    reader: &mut dyn BufRead,
    limits: &Limits,
    bytes: &mut Vec<u8>,
) -> Result<(), ImportError> {
    let room = limits.document_bytes.saturating_sub(bytes.len() as u64);
    let n_read = reader.take(room.saturating_add(1)).read_to_end(bytes)?;
    if n_read as u64 > room {
        return Err(ImportError::TooLarge { limit: limits.document_bytes });
    }
    Ok(())
}

/// Why a text is not JSON.
struct Broken {
    /// Whether more text could make it right.
    is_cut_short: bool,
    error: ImportError,
}

fn parse(bytes: &[u8]) -> Result<Value, Broken> {
    let decoded = text::decode(bytes).map_err(|error| Broken { is_cut_short: false, error })?;
    serde_json::from_str(&decoded).map_err(|error| Broken {
        is_cut_short: error.is_eof(),
        error: ImportError::Syntax {
            place: format!("line {}, column {}", error.line(), error.column()),
            message: json_message(&error),
        },
    })
}

fn json_message(error: &serde_json::Error) -> String {
    let whole = error.to_string();
    let message = whole.split(" at line ").next().unwrap_or(&whole);
    match message {
        "recursion limit exceeded" => "is nested more than 128 levels deep".to_owned(),
        _ if error.is_eof() => {
            format!("not valid JSON: it ends too early ({message}); complete it or fetch it again")
        }
        _ => format!("not valid JSON: {message}"),
    }
}

struct Lines<'a> {
    reader: &'a mut dyn BufRead,
    limits: &'a Limits,
    number: u64,
}

enum Line {
    End,
    Text(Vec<u8>),
    TooLong,
}

impl<'a> Lines<'a> {
    fn new(reader: &'a mut dyn BufRead, limits: &'a Limits) -> Self {
        Self { reader, limits, number: 0 }
    }

    /// Reads a line of at most `limit` bytes; a longer one is passed over without keeping it.
    fn next(&mut self, limit: u64) -> Result<Line, ImportError> {
        let mut bytes = Vec::new();
        let n_read = self.reader.take(limit.saturating_add(1)).read_until(b'\n', &mut bytes)?;
        if n_read == 0 {
            return Ok(Line::End);
        }
        self.number += 1;
        if bytes.last() == Some(&b'\n') || n_read as u64 <= limit {
            return Ok(Line::Text(bytes));
        }
        self.reader.skip_until(b'\n')?;
        Ok(Line::TooLong)
    }

    /// Decides between a document and JSON lines by the first two lines that hold anything.
    fn run(mut self, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let mut head = Vec::new();
        let first = loop {
            match self.next(self.limits.document_bytes)? {
                Line::End => return Err(ImportError::Shape("the file is empty".to_owned())),
                Line::TooLong => {
                    sink(Piece::Bad(self.too_long()))?;
                    return self.run_lines(sink);
                }
                Line::Text(line) if is_blank(&line) => head.extend(line),
                Line::Text(line) => break line,
            }
        };
        let first_number = self.number;
        let n_first = first.len();
        let broken = match parse(first.trim_ascii_end()) {
            Ok(value) => {
                drop((head, first));
                return self.one_or_more(first_number, n_first, value, sink);
            }
            Err(broken) => broken,
        };
        head.extend(first);
        let Some(second) = self.second(&mut head)? else {
            return sink(Piece::Document(parse(&head).map_err(|broken| broken.error)?));
        };
        let second_number = self.number;
        let second_is_json = parse(&second).is_ok();
        if broken.is_cut_short {
            return self.document_or_lines(head, second, second_is_json, broken, sink);
        }
        if !second_is_json {
            let error = parse(&head).err().map(|broken| broken.error);
            return Err(error.unwrap_or_else(|| ImportError::Shape("not JSON".to_owned())));
        }
        sink(Piece::Bad(rejected(first_number, &broken)))?;
        self.line(second_number, &second, sink)?;
        self.run_lines(sink)
    }

    /// A whole value on the first line is the document, or the first of JSON lines.
    fn one_or_more(
        mut self,
        number: u64,
        n_bytes: usize,
        value: Value,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        loop {
            match self.next(self.limits.record_bytes)? {
                Line::End => return sink(Piece::Document(value)),
                Line::Text(line) if is_blank(&line) => {}
                Line::TooLong => {
                    self.one(number, n_bytes, value, sink)?;
                    sink(Piece::Bad(self.too_long()))?;
                    return self.run_lines(sink);
                }
                Line::Text(line) => {
                    self.one(number, n_bytes, value, sink)?;
                    self.line(self.number, &line, sink)?;
                    return self.run_lines(sink);
                }
            }
        }
    }

    /// Returns the next line that holds anything.
    fn second(&mut self, head: &mut Vec<u8>) -> Result<Option<Vec<u8>>, ImportError> {
        loop {
            match self.next(self.limits.document_bytes)? {
                Line::End => return Ok(None),
                Line::TooLong => {
                    return Err(ImportError::TooLarge { limit: self.limits.document_bytes });
                }
                Line::Text(line) if is_blank(&line) => head.extend(line),
                Line::Text(line) => return Ok(Some(line)),
            }
        }
    }

    /// A first line that is cut short opens a document, or is a broken line before good ones.
    fn document_or_lines(
        self,
        mut head: Vec<u8>,
        second: Vec<u8>,
        second_is_json: bool,
        first_error: Broken,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        let second_start = head.len();
        let second_number = self.number;
        head.extend(&second);
        let whole = read_bounded(self.reader, self.limits, &mut head)
            .and_then(|()| parse(&head).map_err(|broken| broken.error));
        match whole {
            Ok(value) => sink(Piece::Document(value)),
            Err(error) if !second_is_json => Err(error),
            Err(_) => {
                sink(Piece::Bad(rejected(second_number - 1, &first_error)))?;
                let rest = head.split_off(second_start);
                let mut chained = Cursor::new(rest).chain(self.reader);
                let mut lines = Lines::new(&mut chained, self.limits);
                lines.number = second_number - 1;
                lines.run_lines(sink)
            }
        }
    }

    fn run_lines(&mut self, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        loop {
            match self.next(self.limits.record_bytes)? {
                Line::End => return Ok(()),
                Line::TooLong => sink(Piece::Bad(self.too_long()))?,
                Line::Text(line) if is_blank(&line) => {}
                Line::Text(line) => self.line(self.number, &line, sink)?,
            }
        }
    }

    fn line(&self, number: u64, line: &[u8], sink: &mut Sink<'_>) -> Result<(), ImportError> {
        match parse(line.trim_ascii_end()) {
            Ok(value) => self.one(number, line.len(), value, sink),
            Err(broken) => sink(Piece::Bad(rejected(number, &broken))),
        }
    }

    fn one(
        &self,
        number: u64,
        n_bytes: usize,
        value: Value,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        if n_bytes as u64 > self.limits.record_bytes {
            return sink(Piece::Bad(too_long(number, self.limits)));
        }
        sink(Piece::Line { number, value })
    }

    fn too_long(&self) -> Rejection {
        too_long(self.number, self.limits)
    }
}

fn too_long(number: u64, limits: &Limits) -> Rejection {
    Rejection {
        record: format!("line {number}"),
        reason: format!("is longer than {} bytes, the most a record may have", limits.record_bytes),
    }
}

fn rejected(number: u64, broken: &Broken) -> Rejection {
    let reason = match &broken.error {
        // Inside a line the line number is always 1, which would mislead.
        ImportError::Syntax { place, message } => {
            let column = place.rsplit("column ").next().unwrap_or_default();
            format!("column {column}: {message}")
        }
        ImportError::Encoding { place, detail } => {
            let column = place.rsplit("column ").next().unwrap_or_default();
            format!("column {column} is not UTF-8 text ({detail}); save the file as UTF-8")
        }
        other => other.to_string(),
    };
    Rejection { record: format!("line {number}"), reason }
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// Measures a value roughly as the bytes of its JSON.
pub(crate) fn weigh(value: &Value) -> u64 {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 4,
        Value::String(text) => text.len() as u64 + 3,
        Value::Array(values) => values.iter().map(weigh).sum::<u64>() + 2,
        Value::Object(map) => {
            map.iter().map(|(key, value)| key.len() as u64 + 4 + weigh(value)).sum::<u64>() + 2
        }
    }
}

/// Refuses a record of a document that is over the limit.
pub(crate) fn check_weight(value: &Value, limits: &Limits) -> Result<(), String> {
    if weigh(value) > limits.record_bytes {
        return Err(format!(
            "is larger than {} bytes, the most a record may have",
            limits.record_bytes
        ));
    }
    Ok(())
}

/// Returns a text, number or truth value as text; nothing for what is empty.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text::non_empty(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Returns the texts of a value: itself, or each of a list.
pub(crate) fn scalars(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().flat_map(scalars).collect(),
        other => scalar(other).into_iter().collect(),
    }
}

/// Returns anything as text for the fields that no column holds.
pub(crate) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Array(values) if values.is_empty() => None,
        Value::Object(map) if map.is_empty() => None,
        Value::Array(values)
            if values.iter().all(|value| !value.is_array() && !value.is_object()) =>
        {
            text::non_empty(&scalars(value).join("; "))
        }
        Value::Array(_) | Value::Object(_) => Some(value.to_string()),
        other => scalar(other),
    }
}

/// Returns a text on one line.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Names the kind of a value for a message.
pub(crate) fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a truth value".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::String(text) => format!("the text `{}`", shorten(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
