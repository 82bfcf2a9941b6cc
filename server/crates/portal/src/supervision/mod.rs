//! Oversight: what is overdue and who is urged, sectors and their guidance, risks (SUP-02, ORG-07, ORG-11).
//!
//! Whoever supervises sees; only the authority urges, and only who leads a sector posts guidance to it. Each
//! act is an entry of the log, told to whom it concerns.

mod overdue;
mod risks;
mod sectors;

pub use overdue::{OverdueBoard, OverdueCase, OverdueDataset};
pub use risks::{RiskBoard, RiskEntry, StoppedDataset};
pub use sectors::{Guidance, SectorRow};
