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
use kaishu_types::ReceiptCode;
use kaishu_types::table::{TableColumn, TableQuery};
use tokio::runtime::Handle;
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

/// What the mark of a copy is called where a format has a place for it.
const MARK: &str = "receipt";

/// An answer that is about to be written as a file: the question is sound, and the format can hold its answer.
pub struct Export {
    format: ExportFormat,
    columns: Vec<TableColumn>,
    rows: SendableRecordBatchStream,
    runtime: Handle,
}

impl Engine {
    /// Writes the whole answer of a question as a file, as anyone may have it: without a mark. Memory does not grow
    /// with the answer.
    ///
    /// # Errors
    ///
    /// As [`Self::begin_export`].
    pub async fn export(
        &self,
        governed: &Governed,
        query: &TableQuery,
        format: ExportFormat,
    ) -> Result<Chunks, TableError> {
        Ok(self.begin_export(governed, query, format).await?.write(None))
    }

    /// Begins the same, and writes nothing yet: a copy that is to be marked gets its receipt only when nothing is
    /// against it.
    ///
    /// # Errors
    ///
    /// As [`Self::page`]; and where the format cannot hold the answer.
    pub async fn begin_export(
        &self,
        governed: &Governed,
        query: &TableQuery,
        format: ExportFormat,
    ) -> Result<Export, TableError> {
        let with_types = format == ExportFormat::Parquet;
        let (columns, rows) = self.all_rows(governed, query, with_types).await?;
        if format == ExportFormat::Geojson {
            geojson::Place::of(&columns)?;
        }
        Ok(Export { format, columns, rows, runtime: self.handle()? })
    }
}

impl Export {
    /// Writes the file. The mark stands where the readers of the format look for no value: in the properties of a
    /// workbook, in the metadata of Parquet, in an instruction of XML and a member beside the features of GeoJSON. CSV
    /// and JSON have no such place.
    pub fn write(self, mark: Option<ReceiptCode>) -> Chunks {
        let (sender, chunks) = mpsc::channel(WAITING);
        tokio::task::spawn_blocking(move || {
            let pipe = Pipe::new(sender.clone());
            // Chunks that merely end are a whole file, so a panic must be an error.
            let write = || self.write_all(mark.as_ref(), pipe);
            let stopped = |_| Err(TableError::Unreadable("the writer stopped".to_owned()));
            if let Err(error) = catch_unwind(AssertUnwindSafe(write)).unwrap_or_else(stopped) {
                // Whoever asked may have gone away; then nobody wants to know.
                drop(sender.blocking_send(Err(error)));
            }
        });
        chunks
    }

    fn write_all(mut self, mark: Option<&ReceiptCode>, pipe: Pipe) -> Result<(), TableError> {
        let mut writer = self.writer(mark, pipe)?;
        while let Some(batch) = self.runtime.block_on(self.rows.next()) {
            writer.write(&batch?)?;
        }
        writer.finish()
    }

    fn writer(
        &self,
        mark: Option<&ReceiptCode>,
        pipe: Pipe,
    ) -> Result<Box<dyn RowWriter>, TableError> {
        let columns = self.columns.as_slice();
        let writer: Box<dyn RowWriter> = match self.format {
            ExportFormat::Csv => Box::new(csv::Csv::new(pipe, columns, csv::Flavour::Plain)?),
            ExportFormat::CsvBom => Box::new(csv::Csv::new(pipe, columns, csv::Flavour::Bom)?),
            ExportFormat::CsvGb18030 => {
                Box::new(csv::Csv::new(pipe, columns, csv::Flavour::Gb18030)?)
            }
            ExportFormat::Xlsx => Box::new(xlsx::Xlsx::new(pipe, columns, mark)?),
            ExportFormat::Json => Box::new(json::Json::new(pipe, columns, json::Frame::List)?),
            ExportFormat::Ndjson => Box::new(json::Json::new(pipe, columns, json::Frame::Lines)?),
            ExportFormat::Xml => Box::new(xml::Xml::new(pipe, columns, mark)?),
            ExportFormat::Parquet => {
                let schema = self.rows.schema();
                Box::new(parquet::Parquet::new(pipe, columns, &schema, mark)?)
            }
            ExportFormat::Geojson => Box::new(geojson::Geojson::new(pipe, columns, mark)?),
        };
        Ok(writer)
    }
}

/// Writes a chunk that a writer filled, and empties it.
fn drain(out: &mut Vec<u8>, pipe: &mut Pipe) -> Result<(), TableError> {
    pipe.write_all(out)?;
    out.clear();
    Ok(())
}
