//! Where the data of an entry comes from, and by what right (CAT-14, CAT-15, CAT-20).

use serde::{Deserialize, Serialize};

use crate::vocabulary::vocabulary;

vocabulary! {
    /// How an agency comes by data (CAT-14, guangdong 12).
    Acquisition("acquisition") {
        /// 依照法律、法规规定采集.
        Statutory = "statutory", "依照法律、法规采集", "Collected as a law or regulation says";
        /// 通过业务系统、监测、测量、录音、录像等方式产生.
        Produced = "produced", "履行职责中产生（业务系统、监测、测量、记录）", "Produced in the course of duty (systems, monitoring, recording)";
        /// 通过协商等合法方式获取.
        Negotiated = "negotiated", "向公民、法人和其他组织协商获取", "Obtained by agreement from persons or organizations";
    }
}

impl Acquisition {
    /// Whether the data is taken from others, so that duty and necessity have to be stated (anshan 15).
    pub fn is_collection(self) -> bool {
        matches!(self, Self::Statutory | Self::Negotiated)
    }
}

/// Where the data comes from, and by what right.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Provenance {
    /// 获取方式.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acquisition: Option<Acquisition>,
    /// 法定职责: the duty with the article that gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duty: Option<String>,
    /// 必要性: why the data is needed, and no more than it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub necessity: Option<String>,
    /// 国家、省级系统: the system of a higher level that holds the data, where one does (CAT-15).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upper_system: Option<String>,
    /// 回流: whether that system gives the data back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flows_back: bool,
    /// 来源目录: codes of the entries that a topic dataset is assembled from (CAT-20).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

impl Provenance {
    /// Whether nothing is stated.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
