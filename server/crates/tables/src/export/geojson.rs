//! GeoJSON (RFC 7946), where a table has shapes or coordinates.

use std::io::Write;

use datafusion::arrow::array::RecordBatch;
use kaishu_types::ReceiptCode;
use kaishu_types::table::{Cell, TableColumn};
use kaishu_types::vocabulary::ItemType;
use serde::de::IgnoredAny;

use super::json::{keys, write_object};
use super::pipe::Pipe;
use super::{MARK, RowWriter};
use crate::TableError;
use crate::cells::cell;

/// Where the place of a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a column of shapes.
    Shape(usize),
    /// In two columns, longitude and latitude.
    Point(usize, usize),
}

const LONGITUDE: &[&str] = &["lon", "lng", "long", "longitude", "经度", "x"];
const LATITUDE: &[&str] = &["lat", "latitude", "纬度", "y"];

/// Finds the columns of longitude and latitude: decimal numbers whose names say so.
pub fn coordinates(columns: &[TableColumn]) -> Option<(usize, usize)> {
    let number = |names: &[&str]| {
        columns.iter().position(|column| {
            let is_named = |text: &str| {
                let text = text.trim().to_lowercase();
                names.iter().any(|name| {
                    text == *name
                        || (name.len() > 2 && (text.ends_with(name) || text.starts_with(name)))
                })
            };
            column.item_type == ItemType::Decimal
                && (is_named(&column.name) || is_named(&column.label))
        })
    };
    number(LONGITUDE).zip(number(LATITUDE))
}

impl Place {
    /// Finds the place in the columns of an answer.
    pub(crate) fn of(columns: &[TableColumn]) -> Result<Self, TableError> {
        let shape = columns.iter().position(|column| column.item_type == ItemType::Geometry);
        let point = coordinates(columns);
        shape
            .map(Self::Shape)
            .or(point.map(|(longitude, latitude)| Self::Point(longitude, latitude)))
            .ok_or_else(|| {
                TableError::Limit(
                    "the table has no column of shapes and none of longitude and latitude"
                        .to_owned(),
                )
            })
    }

    /// Writes the geometry of a row; `null` where it has none.
    fn write(self, out: &mut String, batch: &RecordBatch, row: usize) {
        let at = |place: usize| -> Cell { cell(batch.columns().get(place)?, row) };
        match self {
            Self::Shape(place) => match at(place) {
                // What is no JSON would break the whole file.
                Some(text)
                    if text.trim_start().starts_with('{')
                        && serde_json::from_str::<IgnoredAny>(&text).is_ok() =>
                {
                    out.push_str(&text);
                }
                Some(text) => out.push_str(&point(&text).unwrap_or_else(|| "null".to_owned())),
                None => out.push_str("null"),
            },
            Self::Point(longitude, latitude) => {
                let number = |cell: Cell| cell?.trim().parse::<f64>().ok();
                let place = number(at(longitude)).zip(number(at(latitude)));
                let point = place.and_then(|(x, y)| write_point(x, y));
                out.push_str(&point.unwrap_or_else(|| "null".to_owned()));
            }
        }
    }
}

/// Reads `POINT (1 2)`; other well-known text stays among the properties.
fn point(text: &str) -> Option<String> {
    let upper = text.trim().to_ascii_uppercase();
    let inner = upper.strip_prefix("POINT")?.trim_start().strip_prefix('(')?.strip_suffix(')')?;
    let mut numbers = inner.split_whitespace().map(str::parse::<f64>);
    write_point(numbers.next()?.ok()?, numbers.next()?.ok()?)
}

/// JSON has no word for what is no number or has no end.
fn write_point(x: f64, y: f64) -> Option<String> {
    let is_place = x.is_finite() && y.is_finite();
    is_place.then(|| format!("{{\"type\":\"Point\",\"coordinates\":[{x},{y}]}}"))
}

pub(super) struct Geojson {
    pipe: Pipe,
    columns: Vec<(String, ItemType)>,
    place: Place,
    out: String,
    n_rows: u64,
}

impl Geojson {
    /// The mark is a foreign member, which readers pass over (RFC 7946, 6.1).
    pub(super) fn new(
        mut pipe: Pipe,
        columns: &[TableColumn],
        mark: Option<&ReceiptCode>,
    ) -> Result<Self, TableError> {
        let place = Place::of(columns)?;
        let mark = mark.map(|mark| format!("\"{MARK}\":\"{mark}\",")).unwrap_or_default();
        write!(pipe, "{{\"type\":\"FeatureCollection\",{mark}\"features\":[")?;
        Ok(Self { pipe, columns: keys(columns), place, out: String::new(), n_rows: 0 })
    }
}

impl RowWriter for Geojson {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        for row in 0..batch.num_rows() {
            self.out.push_str(if self.n_rows > 0 { ",\n" } else { "\n" });
            self.n_rows += 1;
            self.out.push_str("{\"type\":\"Feature\",\"geometry\":");
            self.place.write(&mut self.out, batch, row);
            self.out.push_str(",\"properties\":");
            write_object(&mut self.out, &self.columns, batch, row);
            self.out.push('}');
        }
        self.pipe.write_all(self.out.as_bytes())?;
        self.out.clear();
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), TableError> {
        self.pipe.write_all(b"\n]}\n")?;
        Ok(self.pipe.flush()?)
    }
}
