//! The memory of Kaishu: the catalogue, its change feed, accounts, receipts, usage and the bytes of
//! files.
//!
//! Everything is a function over a [`Store`] (SQLite or PostgreSQL) or a method of
//! [`Blobs`](blobs::Blobs). Answers are views of `kaishu-types`; no table leaves this crate. Nobody
//! is authorised here, and nothing is hidden: what the public may see is decided by the caller,
//! with two exceptions: [`datasets::search_documents`] and [`stats::counts`] leave out what is not open.

mod convert;
mod entity;
mod error;
mod listing;
mod migration;
mod store;

pub mod accounts;
pub mod agreements;
pub mod applications;
pub mod approvals;
pub mod attachments;
pub mod authorisations;
pub mod batches;
pub mod blobs;
pub mod cases;
pub mod compilers;
pub mod condemned;
pub mod consultations;
pub mod datasets;
pub mod decisions;
pub mod delegations;
pub mod deliveries;
pub mod drafts;
pub mod duties;
pub mod exchange;
pub mod experts;
pub mod feed;
pub mod filings;
pub mod grading;
pub mod grants;
pub mod guide;
pub mod guide_drafts;
pub mod imports;
pub mod in_place;
pub mod inspections;
pub mod jobs;
pub mod log;
pub mod looks;
pub mod materials;
pub mod messages;
pub mod monitoring;
pub mod orders;
pub mod organizations;
pub mod papers;
pub mod policies;
pub mod previews;
pub mod receipts;
pub mod reconciliations;
pub mod regions;
pub mod requests;
pub mod results;
pub mod sectors;
pub mod share_pushes;
pub mod share_verifications;
pub mod shares;
pub mod sources;
pub mod stats;
pub mod systems;
pub mod tables;
pub mod templates;
pub mod uploads;
pub mod usage;
pub mod verifications;
pub mod vocabulary;
pub mod webhooks;

pub use error::{Result, Source, StoreError};
pub use listing::Listed;
pub use store::{Reads, Store, Transaction};
