//! Tables: taken in without loss, and asked through one door.
//!
//! [`ingest`] reads a file twice: once for types and profiles of its columns, over every row, and once
//! to write its text and typed values to Parquet. [`Governed`] is a stored table as one actor may have
//! it, and the [`Engine`] answers questions to nothing else: what a view leaves out cannot be named,
//! filtered, ordered or counted by, and what it masks is masked before anything is compared with it.

mod anonymity;
mod answer;
mod blocks;
mod cells;
mod decode;
mod diff;
mod engine;
mod error;
mod export;
mod first;
mod ingest;
mod json;
mod mask;
mod numbered;
mod parquet;
mod plan;
mod profile;
mod quality;
mod rows;
mod scan;
mod shape;
mod source;
mod summary;
mod upsert;
mod value;
mod view;

pub use crate::anonymity::Anonymity;
pub use crate::answer::{MAX_PAGE, Part};
pub use crate::blocks::{Progress, Ragged, RaggedRow};
pub use crate::diff::{DiffRequest, Keys};
pub use crate::engine::{Bounds, Engine};
pub use crate::error::TableError;
pub use crate::export::{
    Chunks, Export, ExportFormat, Pipe, coordinates, has_place, write_guarded_row,
};
pub use crate::ingest::{Ingested, IngestedColumn, ingest, ingest_expected};
pub use crate::json::{write_json, write_text};
pub use crate::profile::{Finding, Misfit, Proposal};
pub use crate::quality::Expected;
pub use crate::rows::{Row, read_rows};
pub use crate::scan::{Scan, ScannedColumn, scan};
pub use crate::shape::{TextShape, sniff};
pub use crate::source::{
    Dialect, Layout, MAX_COLUMNS, Origin, TableSource, inspect, passed_over, table_format,
};
pub use crate::summary::{Column, TableSummary, summarise, summarise_file};
pub use crate::upsert::{RecordChange, UpsertError, Upserted, is_of_type, upsert};
pub use crate::view::{Governed, StoredColumn, StoredTable, View, VisibleColumn};
