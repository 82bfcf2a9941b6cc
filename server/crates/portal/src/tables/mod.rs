//! Tables of files: taken in as durable jobs, and asked through what the asker may have.

mod asking;
mod cursor;
mod exporting;
mod ingesting;
mod opening;

pub use asking::{Answer, Page};
pub use ingesting::{INGEST, IngestProgress};
pub use kaishu_tables::{Bounds, ExportFormat, has_place, write_json, write_text};
pub use opening::{OpenTable, TableState};

pub(crate) use cursor::{Seal, derived};
pub(crate) use opening::Loaded;
