//! XML: a row each, its values by the names of their columns.

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use datafusion::arrow::array::RecordBatch;
use kaishu_types::ReceiptCode;
use kaishu_types::table::TableColumn;

use super::pipe::Pipe;
use super::{MARK, RowWriter};
use crate::TableError;
use crate::cells::cell;

pub(super) struct Xml {
    pipe: Pipe,
    names: Vec<String>,
    out: String,
}

impl Xml {
    /// The mark is a processing instruction, which readers pass over.
    pub(super) fn new(
        mut pipe: Pipe,
        columns: &[TableColumn],
        mark: Option<&ReceiptCode>,
    ) -> Result<Self, TableError> {
        let mark = mark.map(|mark| format!("<?{MARK} {mark}?>\n")).unwrap_or_default();
        write!(pipe, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{mark}<table>\n")?;
        let names = columns.iter().map(|column| escaped(&column.name)).collect();
        Ok(Self { pipe, names, out: String::new() })
    }
}

impl RowWriter for Xml {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        for row in 0..batch.num_rows() {
            self.out.push_str("<row>");
            for (name, column) in self.names.iter().zip(batch.columns()) {
                // A value that is not there has no element.
                let Some(text) = cell(column, row) else { continue };
                let (kind, text) = if text.chars().all(may_stand) {
                    ("", escaped(&text))
                } else {
                    (" encoding=\"base64\"", STANDARD.encode(&text))
                };
                self.out.push_str(&format!("<value column=\"{name}\"{kind}>{text}</value>"));
            }
            self.out.push_str("</row>\n");
        }
        self.pipe.write_all(self.out.as_bytes())?;
        self.out.clear();
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), TableError> {
        self.pipe.write_all(b"</table>\n")?;
        Ok(self.pipe.flush()?)
    }
}

/// Whether a character may stand in XML 1.0 and comes out as it went in.
fn may_stand(sign: char) -> bool {
    !matches!(sign, '\0'..='\u{8}' | '\u{B}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            sign if may_stand(sign) => out.push(sign),
            _ => out.push('\u{FFFD}'),
        }
    }
    out
}
