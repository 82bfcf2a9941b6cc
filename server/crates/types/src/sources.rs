//! Data of two providers that differs on the same item: which of them counts is found in steps (SHR-12).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::DatasetCode;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// With whom a dispute between two sources is.
    SourceStanding("source_standing") {
        /// 提供单位协商 (guangdong 13, aba 26).
        Consultation = "consultation", "提供单位协商中", "The providers talk";
        /// 主管部门会同协调.
        Authority = "authority", "主管部门协调中", "The data authority mediates";
        /// 报同级政府决定 (aba 26).
        LocalGovernment = "local_government", "报同级政府决定", "With the government of the level";
        /// 领导小组协调 (jiamusi 5).
        LeadingGroup = "leading_group", "报领导小组协调", "With the leading group";
        /// 已确定.
        Closed = "closed", "已确定", "Decided";
    }
}

vocabulary! {
    /// What is done in a dispute between two sources.
    SourceAct("source_act") {
        /// 提出.
        Open = "open", "提出数据不一致", "Say that data differs";
        /// 提出意见.
        Propose = "propose", "提出协商意见", "Propose a result";
        /// 同意.
        Accept = "accept", "同意对方意见", "Accept what the other side proposes";
        /// 协商不成.
        Fail = "fail", "协商不成，报请协调", "The talks failed: ask for mediation";
        /// 协调一致.
        Settle = "settle", "记录协调结果", "Record what was settled";
        /// 报政府.
        Refer = "refer", "协调不成，报请决定", "Not settled: refer it above";
        /// 决定.
        Decide = "decide", "记录上级决定", "Record what was decided above";
    }
}

/// What counts from now on: one of the two entries, a value, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceResult {
    /// The entry whose data counts.
    #[serde(default)]
    pub source: Option<DatasetCode>,
    /// The value that counts.
    #[serde(default)]
    pub value: String,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEvent {
    /// What was done.
    pub act: SourceAct,
    /// Code of the agency for which it was done; empty for the data authority.
    pub by: String,
    /// The day.
    pub on: NaiveDate,
    /// What was proposed, settled or decided.
    #[serde(default)]
    pub result: Option<SourceResult>,
    /// Who took part in the mediation; the document of what was decided above.
    #[serde(default)]
    pub basis: String,
    /// What was said.
    #[serde(default)]
    pub reason: String,
}

/// What is recorded of a dispute between two sources.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFields {
    /// How they differ.
    pub difference: String,
    /// The steps, the first one first.
    #[serde(default)]
    pub events: Vec<SourceEvent>,
    /// What counts; none until it is closed.
    #[serde(default)]
    pub decided: Option<SourceResult>,
}

impl SourceFields {
    /// The proposal that waits for the other side: what was done last.
    pub fn proposal(&self) -> Option<&SourceEvent> {
        self.events.last().filter(|event| event.act == SourceAct::Propose)
    }
}
