//! JSON, as a list or a line each.

use std::io::Write;

use datafusion::arrow::array::RecordBatch;
use kaishu_types::table::TableColumn;
use kaishu_types::vocabulary::ItemType;

use super::RowWriter;
use super::pipe::Pipe;
use crate::TableError;
use crate::cells::cell;
use crate::json::{write_json, write_text};

/// What stands around the objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    List,
    Lines,
}

pub(super) struct Json {
    pipe: Pipe,
    frame: Frame,
    /// The names as they are written, with the type of their values.
    columns: Vec<(String, ItemType)>,
    out: String,
    n_rows: u64,
}

impl Json {
    pub(super) fn new(
        mut pipe: Pipe,
        columns: &[TableColumn],
        frame: Frame,
    ) -> Result<Self, TableError> {
        if frame == Frame::List {
            pipe.write_all(b"[")?;
        }
        Ok(Self { pipe, frame, columns: keys(columns), out: String::new(), n_rows: 0 })
    }
}

/// The names of columns, ready to be written.
pub(super) fn keys(columns: &[TableColumn]) -> Vec<(String, ItemType)> {
    let key = |column: &TableColumn| {
        let mut name = String::new();
        write_text(&mut name, &column.name);
        name.push(':');
        (name, column.item_type)
    };
    columns.iter().map(key).collect()
}

/// Writes a row as an object.
pub(super) fn write_object(
    out: &mut String,
    columns: &[(String, ItemType)],
    batch: &RecordBatch,
    row: usize,
) {
    out.push('{');
    for (place, ((name, item_type), column)) in columns.iter().zip(batch.columns()).enumerate() {
        if place > 0 {
            out.push(',');
        }
        out.push_str(name);
        write_json(out, &cell(column, row), *item_type);
    }
    out.push('}');
}

impl RowWriter for Json {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        for row in 0..batch.num_rows() {
            match self.frame {
                Frame::List if self.n_rows > 0 => self.out.push_str(",\n"),
                Frame::List => self.out.push('\n'),
                Frame::Lines => {}
            }
            self.n_rows += 1;
            write_object(&mut self.out, &self.columns, batch, row);
            if self.frame == Frame::Lines {
                self.out.push('\n');
            }
        }
        self.pipe.write_all(self.out.as_bytes())?;
        self.out.clear();
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), TableError> {
        if self.frame == Frame::List {
            self.pipe.write_all(b"\n]\n")?;
        }
        Ok(self.pipe.flush()?)
    }
}
