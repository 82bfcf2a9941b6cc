//! Answers as files: what is filtered is what is taken away.

mod csv;
mod geojson;
mod json;
mod parquet;
mod pipe;
mod xlsx;
mod xml;

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str::FromStr;

use bytes::Bytes;
use datafusion::arrow::array::RecordBatch;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;
use kaishu_types::table::{TableColumn, TableQuery};
use tokio::sync::mpsc;

pub use self::csv::write_guarded_row;
pub use self::pipe::Pipe;
use crate::TableError;
use crate::engine::Engine;
use crate::view::Governed;

pub use self::geojson::coordinates;

/// A kind of file that answers are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// CSV (RFC 4180) in UTF-8: values as they are.
    Csv,
    /// CSV in UTF-8 with a byte order mark, for spreadsheets: what one would run as a formula is
    /// preceded by an apostrophe.
    CsvBom,
    /// CSV in GB18030, for spreadsheets of Chinese systems.
    CsvGb18030,
    /// An Excel workbook.
    Xlsx,
    /// A list of objects.
    Json,
    /// An object a line.
    Ndjson,
    /// XML.
    Xml,
    /// Parquet, each typed column beside its text.
    Parquet,
    /// GeoJSON, where there are coordinates.
    Geojson,
}

impl ExportFormat {
    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv | Self::CsvBom | Self::CsvGb18030 => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Xml => "xml",
            Self::Parquet => "parquet",
            Self::Geojson => "geojson",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv | Self::CsvBom => "text/csv; charset=utf-8; header=present",
            Self::CsvGb18030 => "text/csv; charset=gb18030; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
            Self::Xml => "application/xml",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Geojson => "application/geo+json",
        }
    }
}

impl FromStr for ExportFormat {
    type Err = ();

    fn from_str(ending: &str) -> Result<Self, ()> {
        match ending {
            "csv" => Ok(Self::Csv),
            "xlsx" => Ok(Self::Xlsx),
            "json" => Ok(Self::Json),
            "ndjson" => Ok(Self::Ndjson),
            "xml" => Ok(Self::Xml),
            "parquet" => Ok(Self::Parquet),
            "geojson" => Ok(Self::Geojson),
            _ => Err(()),
        }
    }
}

/// Whether columns say where their rows are, so that GeoJSON can be made of them.
pub fn has_place(columns: &[TableColumn]) -> bool {
    geojson::Place::of(columns).is_ok()
}

/// Writes rows to a file.
trait RowWriter {
    /// Writes some rows.
    fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError>;

    /// Writes what stands at the end.
    fn finish(self: Box<Self>) -> Result<(), TableError>;
}

/// Chunks of a file on their way out; an error ends them.
pub type Chunks = mpsc::Receiver<Result<Bytes, TableError>>;

/// Chunks that wait to be sent: whoever reads slowly slows the export down.
const WAITING: usize = 8;

impl Engine {
    /// Writes the whole answer of a question as a file. Memory does not grow with the answer.
    ///
    /// # Errors
    ///
    /// As [`Self::page`]; and where the format cannot hold the answer.
    pub async fn export(
        &self,
        governed: &Governed,
        query: &TableQuery,
        format: ExportFormat,
    ) -> Result<Chunks, TableError> {
        let with_types = format == ExportFormat::Parquet;
        let (columns, rows) = self.all_rows(governed, query, with_types).await?;
        if format == ExportFormat::Geojson {
            geojson::Place::of(&columns)?;
        }
        let (sender, chunks) = mpsc::channel(WAITING);
        let runtime = self.handle()?;
        tokio::task::spawn_blocking(move || {
            let pipe = Pipe::new(sender.clone());
            // Chunks that merely end are a whole file, so a panic must be an error.
            let write = || write_all(format, &columns, rows, pipe, &runtime);
            let stopped = |_| Err(TableError::Unreadable("the writer stopped".to_owned()));
            if let Err(error) = catch_unwind(AssertUnwindSafe(write)).unwrap_or_else(stopped) {
                // Whoever asked may have gone away; then nobody wants to know.
                drop(sender.blocking_send(Err(error)));
            }
        });
        Ok(chunks)
    }
}

fn write_all(
    format: ExportFormat,
    columns: &[TableColumn],
    mut rows: SendableRecordBatchStream,
    pipe: Pipe,
    runtime: &tokio::runtime::Handle,
) -> Result<(), TableError> {
    let schema = rows.schema();
    let mut writer: Box<dyn RowWriter> = match format {
        ExportFormat::Csv => Box::new(csv::Csv::new(pipe, columns, csv::Flavour::Plain)?),
        ExportFormat::CsvBom => Box::new(csv::Csv::new(pipe, columns, csv::Flavour::Bom)?),
        ExportFormat::CsvGb18030 => Box::new(csv::Csv::new(pipe, columns, csv::Flavour::Gb18030)?),
        ExportFormat::Xlsx => Box::new(xlsx::Xlsx::new(pipe, columns)?),
        ExportFormat::Json => Box::new(json::Json::new(pipe, columns, json::Frame::List)?),
        ExportFormat::Ndjson => Box::new(json::Json::new(pipe, columns, json::Frame::Lines)?),
        ExportFormat::Xml => Box::new(xml::Xml::new(pipe, columns)?),
        ExportFormat::Parquet => Box::new(parquet::Parquet::new(pipe, columns, &schema)?),
        ExportFormat::Geojson => Box::new(geojson::Geojson::new(pipe, columns)?),
    };
    while let Some(batch) = runtime.block_on(rows.next()) {
        writer.write(&batch?)?;
    }
    writer.finish()
}

/// Writes a chunk that a writer filled, and empties it.
fn drain(out: &mut Vec<u8>, pipe: &mut Pipe) -> Result<(), TableError> {
    pipe.write_all(out)?;
    out.clear();
    Ok(())
}
