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
        /// 使用情况报告: what the holder of a grant reports or is asked (USE-01, USE-06).
        UsageReport = "usage_report", "使用情况报告", "Usage report";
        /// 违规处理: unlawful use under a grant, from the suspicion to the correction (USE-03).
        Violation = "violation", "违规处理", "Violation";
        /// 共享申请: from an agency's request for data of another one to the end of its grant (section 5.7).
        ShareRequest = "share_request", "共享申请", "Share request";
        /// 目录外数据申请: from an agency's request for data that is in no catalogue to the entry that came of it (SHR-13).
        OutsideRequest = "outside_request", "目录外数据申请", "Request for data outside the catalogue";
        /// 信息化项目: the entries it plans, what the authority says of it, its acceptance (CAT-13).
        Project = "project", "信息化项目", "IT project";
    }
}

impl CaseKind {
    /// Whether it is about what somebody owes under a grant: such a case is the holder's, whoever begins it.
    pub fn is_duty(self) -> bool {
        matches!(self, Self::UsageReport | Self::Violation)
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
    /// More time for the clock that runs: what the reader may ask for or decide on (SUP-01).
    #[serde(default)]
    pub extension: Option<ExtensionView>,
    /// How often the authority urged whoever it waits for (SUP-02).
    #[serde(default)]
    pub n_urged: u32,
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
    /// What was answered, found and attached in it since it was submitted last.
    #[serde(default)]
    pub answers: Vec<AnswerView>,
}

/// What was answered to a question of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerView {
    /// The question.
    pub question: String,
    /// The answer, in words.
    pub answer: String,
    /// Where the file is that the answer names: the path of a page.
    pub link: Option<String>,
}

/// A clock of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClockView {
    /// The rule it comes from, with its article.
    pub rule: RuleRef,
    /// How many working days there are.
    pub working_days: u32,
    /// How many there were before more were given (SUP-01).
    #[serde(default)]
    pub extended_from: Option<u32>,
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

/// More time for a clock of a case (SUP-01). Whoever may ask does the event `ask_extension`; whoever may decide does
/// `extend` or `refuse_extension`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExtensionView {
    /// The rule that allows it, with its article.
    pub rule: RuleRef,
    /// The key of the rule of the clock.
    pub clock: String,
    /// How many working days there are.
    pub working_days: u32,
    /// How many there would be in all.
    pub extended_working_days: u32,
    /// The last day, as things stand.
    pub last_day: NaiveDate,
    /// The last day with the time that was asked for; none where the calendar does not reach so far.
    pub extended_last_day: Option<NaiveDate>,
    /// Whether the reader may ask.
    pub may_ask: bool,
    /// What was asked for and waits.
    pub asked: Option<AskedExtension>,
    /// Whether the reader may decide on it.
    pub may_decide: bool,
}

/// A request for more time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AskedExtension {
    /// Who asked.
    pub by: String,
    /// As what and for whom.
    pub acting: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
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
    /// What was answered, found and attached with it.
    #[serde(default)]
    pub answers: Vec<AnswerView>,
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
    /// How often the authority urged whoever it waits for.
    #[serde(default)]
    pub n_urged: u32,
    /// When something last happened.
    pub updated_at: DateTime<Utc>,
}
