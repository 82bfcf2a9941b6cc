//! Oversight: what is overdue, who is urged and ordered to put it right, sectors, their guidance and incidents, risks,
//! priority topics (SUP-02, SUP-05, ORG-07, ORG-11, CLS-11).
//!
//! Whoever supervises sees; only the authority urges, and only who leads a sector posts guidance to it. Each
//! act is an entry of the log, told to whom it concerns.

mod incidents;
mod inspections;
mod ordering;
mod orders;
mod overdue;
mod priorities;
mod risks;
mod sectors;

pub use incidents::{Incident, IncidentKind};
pub use inspections::OverdueInspection;
pub use orders::{OrderBoard, OrderDraft, OrderForm, OrderView};
pub use overdue::{OverdueBoard, OverdueCase, OverdueDataset, Urged};
pub use risks::{RiskBoard, RiskEntry, StoppedDataset};
pub use sectors::{Guidance, SectorRow};

pub(crate) use priorities::offer as offer_topics;
