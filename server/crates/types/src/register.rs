//! The registers by which an authority sees whether agencies deliver: information systems, what is brought
//! together on the platform, and projects (PUB-08 to PUB-10, CAT-13).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::organization::Named;
use crate::vocabulary::{Frequency, vocabulary};

vocabulary! {
    /// How an information system is joined to the platform (PUB-09).
    Connection("connection") {
        /// 已对接.
        Connected = "connected", "已对接", "Connected";
        /// 逻辑集中、物理分散 (jiamusi 7).
        Distributed = "distributed", "逻辑集中、物理分散", "Logically central, physically distributed";
        /// 未对接.
        NotConnected = "not_connected", "未对接", "Not connected";
    }
}

vocabulary! {
    /// A part of what an agency delivers of an entry (PUB-08).
    DeliveryPart("delivery_part") {
        /// 现有数据.
        Current = "current", "现有数据", "Data there is now";
        /// 按更新频率的增量.
        Increments = "increments", "按更新频率报送增量", "Increments at the stated frequency";
        /// 历史全量数据 (anshan 17).
        History = "history", "历史全量数据", "Full history";
    }
}

vocabulary! {
    /// Whether an entry is to be delivered (PUB-08, PUB-10).
    DeliveryStanding("delivery_standing") {
        /// 应当归集.
        Due = "due", "应当归集", "To be delivered";
        /// 依法不归集.
        Refused = "refused", "依法不归集", "Refused by law";
        /// 免予另行报送 (guangdong 15).
        Exempt = "exempt", "免予另行报送", "Exempt";
    }
}

/// An information system of an agency as staff read it (PUB-09).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SystemView {
    /// Its number.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// The agency that runs or uses it.
    pub organization: Named,
    /// Where that agency belongs.
    pub region: Named,
    /// What it does.
    pub purpose: String,
    /// How it is joined to the platform.
    pub connection: Connection,
    /// Whether the regulation in force knows this way of joining.
    pub is_admitted: bool,
    /// Why it cannot be connected, or the law that says otherwise.
    pub reason: String,
    /// How and by what steps it is going to be connected.
    pub plan: String,
    /// The day by which it is.
    pub planned_on: Option<NaiveDate>,
    /// Whether that day has passed.
    pub is_plan_late: bool,
    /// The system of an upper unit that this agency uses in place of one of its own (guangdong 15).
    pub uses: Option<UsedSystem>,
    /// How many entries need not be delivered again because of that.
    pub n_exempt: u64,
    /// The day since which it is not in use any more.
    pub ended_on: Option<NaiveDate>,
    /// How often the record was saved; the next save names it.
    pub revision: i32,
}

/// A system that another agency uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsedSystem {
    /// Its number.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// Who built it.
    pub organization: Named,
}

/// What is required and what was delivered of an entry (PUB-08).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ObligationView {
    /// Code of the dataset.
    pub dataset: String,
    /// Its title.
    pub title: String,
    /// Its provider.
    pub organization: Named,
    /// How often its data changes.
    pub frequency: Frequency,
    /// When data last came.
    pub updated_at: DateTime<Utc>,
    /// The version that is there.
    pub version: u32,
    /// Whether it is to be delivered.
    pub standing: DeliveryStanding,
    /// What the regulation in force demands, part by part; nothing is outstanding of what is refused or exempt.
    pub parts: Vec<DeliveredPart>,
    /// The first day of which the agency holds data, where it said so.
    pub held_since: Option<NaiveDate>,
    /// The law behind a refusal, or the system behind an exemption.
    pub basis: String,
    /// Why, in the agency's words.
    pub reason: String,
    /// How often the record was saved; what is done next names it.
    pub revision: i32,
}

impl ObligationView {
    /// Whether something is left to deliver.
    pub fn is_outstanding(&self) -> bool {
        self.parts.iter().any(|part| part.is_outstanding)
    }
}

/// A part of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveredPart {
    /// Which.
    pub part: DeliveryPart,
    /// What is required, in words.
    pub required: String,
    /// What was delivered, in words.
    pub delivered: String,
    /// Whether something of it is missing.
    pub is_outstanding: bool,
}
