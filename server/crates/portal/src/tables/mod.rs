//! Tables of files: taken in as durable jobs, and asked through what the asker may have.

mod admission;
mod asking;
mod bundling;
mod comparing;
mod cursor;
mod deciding;
mod exporting;
mod following;
mod gate;
mod ingesting;
mod issues;
mod looking;
mod opening;
mod quality;

pub use asking::{Answer, Page};
pub use bundling::Bundle;
pub use comparing::{Compared, Comparison, file_before};
pub use deciding::{By, FileReport, TableReport, Verdict, Waiting};
pub use gate::{FileRelease, StoppedColumn, rule, why_stopped};
pub use ingesting::IngestProgress;
pub use issues::{IssuePlace, QualityIssue, QualityIssues};
pub use kaishu_domain::quality::Measure;
pub use kaishu_domain::release::{Decision, Release};
pub use kaishu_store::decisions::{Decided, Subject};
pub use kaishu_store::jobs::JobState;
pub use kaishu_store::tables::INGEST;
pub use kaishu_tables::{
    Anonymity, Bounds, ExportFormat, Proposal, coordinates, has_place, write_json, write_text,
};
pub use opening::{OpenTable, TableState};
pub use quality::TableQuality;

pub(crate) use admission::Admission;
pub(crate) use cursor::{Seal, derived};
pub(crate) use exporting::LOOKED_AT;
pub(crate) use gate::{Described, item_of, kept_back};
pub(crate) use ingesting::{expected_of, node, unbounded};
pub(crate) use opening::{Counts, Loaded};
