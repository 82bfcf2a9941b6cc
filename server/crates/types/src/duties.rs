//! Duties of whoever holds a grant: what a report on the use of data says (USE-01).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A report on the use of data, as the holder of a grant writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct UsageReportDocument {
    /// 使用情况: what the data was used for.
    pub uses: String,
    /// 成果: what came of it; none where nothing was said.
    pub results: String,
    /// 安全保障措施 that were taken.
    pub safeguards: String,
    /// Whether something happened to the data; none while nothing was said.
    pub had_incident: Option<bool>,
    /// 安全事件: what happened and what was done about it.
    pub incidents: String,
    /// The day on which the data was deleted; said in the last report only.
    pub deleted_on: Option<NaiveDate>,
    /// 删除情况: what was deleted how, and what is kept on which basis; said in the last report only.
    pub deletion: String,
}
