//! Cases: what is decided in steps, each step an event that stays as it was written.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::RuleRef;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What kind of decision a case is about.
    CaseKind("case_kind") {
        /// 开放审查: an entry or a revision of it on its way to publication (REV-01).
        Opening = "opening", "开放审查", "Opening review";
        /// 发布后管理: suspension, withdrawal and the end of a published dataset (section 5.1).
        Life = "life", "发布后管理", "Life after publication";
        /// 目录变更: a change that an entry has to follow (CAT-08).
        Change = "change", "目录变更", "Change of an entry";
        /// 移交: a dataset that another organization takes over.
        Transfer = "transfer", "移交", "Transfer";
        /// 定期评估: whether what is not unconditional stays in its class (CLS-13).
        Reassessment = "reassessment", "开放类型评估", "Re-assessment of a class";
        /// 类型争议: whether a published entry stays in its class (CLS-16).
        Dispute = "dispute", "类型争议", "Dispute on a class";
        /// 补编目录: what is open without an entry (CAT-17).
        MissingEntry = "missing_entry", "补编目录", "Missing entry";
        /// 账号申请 (yulin 21).
        AccountRequest = "account_request", "账号申请", "Account request";
        /// 开放申请: from the application to the end of the grant (section 5.2).
        Application = "application", "开放申请", "Application for data";
        /// 信息化项目: the entries it plans, what the authority says of it, its acceptance (CAT-13).
        Project = "project", "信息化项目", "IT project";
    }
}

/// A case as those who may see it read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseView {
    /// Its number.
    pub id: i64,
    /// What kind of case it is.
    pub kind: CaseKind,
    /// What it is about: the code of a dataset, a login.
    pub subject: String,
    /// What people call it.
    pub title: String,
    /// Code of the organization it belongs to.
    pub organization: Option<String>,
    /// Where it is: code and words.
    pub state: Worded,
    /// Whether something is left to do.
    pub is_open: bool,
    /// How many events there are; what is done next names it, so that nobody decides on an old state.
    pub version: u32,
    /// Its steps, in their order.
    pub steps: Vec<StepView>,
    /// Its clocks.
    pub clocks: Vec<ClockView>,
    /// What happened, the oldest first.
    pub events: Vec<EventView>,
    /// What the reader may do now.
    pub actions: Vec<ActionView>,
    /// Hashes, numbers, answers.
    pub facts: BTreeMap<String, String>,
}

/// A code and the words for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Worded {
    /// The code.
    pub code: String,
    /// The words.
    pub label: String,
}

/// A step of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepView {
    /// What is done, and who does it.
    pub label: String,
    /// Whether it is the one that is on.
    pub is_current: bool,
    /// `passed`, `returned`, or none while it waits.
    pub verdict: Option<String>,
    /// What is thought of it.
    pub opinion: String,
    /// Who decided.
    pub by: Option<String>,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// A clock of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClockView {
    /// The rule it comes from, with its article.
    pub rule: RuleRef,
    /// How many working days there are.
    pub working_days: u32,
    /// The last day, as things stand.
    pub last_day: NaiveDate,
    /// Whether that day was counted without the notice of its year.
    pub is_provisional: bool,
    /// How it stands, in words.
    pub standing: String,
    /// Whether the last day has passed and nobody has ended it.
    pub is_overdue: bool,
    /// Whether somebody still has to do it.
    pub is_open: bool,
}

/// Something that happened to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventView {
    /// Its place in the log.
    pub seq: i64,
    /// What happened: code and words.
    pub event: Worded,
    /// Who did it.
    pub by: String,
    /// As what and for whom.
    pub acting: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// The hash of the entry, SM3 in hex.
    pub hash: String,
}

/// Something the reader may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionView {
    /// The event: code and words.
    pub event: Worded,
    /// Whether a reason must come with it.
    pub needs_reason: bool,
}

/// A case in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseCard {
    /// Its number.
    pub id: i64,
    /// What kind of case it is.
    pub kind: CaseKind,
    /// What it is about.
    pub subject: String,
    /// What people call it.
    pub title: String,
    /// Name of the organization it belongs to.
    pub organization: Option<String>,
    /// Where it is: code and words.
    pub state: Worded,
    /// What is to be done, in words.
    pub waits_for: Option<String>,
    /// The last day to do it.
    pub due: Option<NaiveDate>,
    /// How much time is left, in words.
    pub standing: Option<String>,
    /// Whether that day has passed.
    pub is_overdue: bool,
    /// When something last happened.
    pub updated_at: DateTime<Utc>,
}
