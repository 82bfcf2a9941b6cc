//! Oversight: what is overdue and who is urged, sectors, their guidance and incidents, risks, priority topics (SUP-02,
//! ORG-07, ORG-11, CLS-11).
//!
//! Whoever supervises sees; only the authority urges, and only who leads a sector posts guidance to it. Each
//! act is an entry of the log, told to whom it concerns.

mod incidents;
mod inspections;
mod overdue;
mod priorities;
mod risks;
mod sectors;

pub use incidents::{Incident, IncidentKind};
pub use inspections::OverdueInspection;
pub use overdue::{OverdueBoard, OverdueCase, OverdueDataset, Urged};
pub use risks::{RiskBoard, RiskEntry, StoppedDataset};
pub use sectors::{Guidance, SectorRow};

pub(crate) use priorities::offer as offer_topics;
