//! What the authority watches over: how data is graded, what its share class is tied to, what is disputed.

use serde::{Deserialize, Serialize};

use crate::RuleRef;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What data may be tied to, so that its share class is given (CLS-17).
    Tie("tie") {
        /// 行政许可.
        Licence = "licence", "行政许可", "Administrative licences";
        /// 跨部门并联审批.
        ParallelApproval = "parallel_approval", "跨部门并联审批", "Parallel approvals of several departments";
        /// 政府协同办公，信息内容敏感.
        OfficeWork = "office_work", "政府协同办公且内容敏感", "Sensitive coordination between offices";
        /// 都不涉及.
        Nothing = "nothing", "都不涉及", "None of these";
    }
}

/// Where an entry says what its data is tied to, among its extras.
pub const TIED_TO: &str = "tied_to";

vocabulary! {
    /// To which entries a grading rule applies (CLS-12).
    GradedBy("graded_by") {
        /// 所有目录.
        Always = "always", "所有目录", "Every entry";
        /// 有标为敏感的数据项.
        SensitiveItems = "sensitive_items", "有标为敏感的数据项", "Entries with sensitive items";
        /// 开放类型不是无条件开放.
        NotUnconditional = "not_unconditional", "不是无条件开放", "Entries that are not unconditional";
        /// 不予开放.
        NotOpen = "not_open", "不予开放", "Entries that are not open";
        /// 基础目录.
        BaseRegister = "base_register", "基础目录", "Entries of base registers";
    }
}

vocabulary! {
    /// Which class of an entry is disputed (CLS-16).
    DisputedClass("disputed_class") {
        /// 共享类型.
        Share = "share", "共享类型", "Share class";
        /// 开放类型.
        Open = "open", "开放类型", "Open class";
    }
}

/// How far the priority topics are open (CLS-11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriorityReport {
    /// How many of the topics have anything that is open, with conditions or without.
    pub n_open: u64,
    /// How many topics there are.
    pub n_topics: u64,
    /// The topics: those of the profile first, in its order.
    pub items: Vec<PriorityTopicView>,
    /// The rule of the list.
    pub rule: RuleRef,
}

/// A priority topic and the entries that carry its tag. Of an entry with two tags each topic counts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriorityTopicView {
    /// Its code in the vocabulary `priority`.
    pub code: String,
    /// What it is called.
    pub label: String,
    /// Whether the profile names it; the others were added by the authority or came with an import.
    pub is_of_profile: bool,
    /// Entries that are published and open without conditions.
    pub n_unconditional: u64,
    /// Entries that are published and open on conditions.
    pub n_conditional: u64,
    /// Entries that are not open by their class.
    pub n_none: u64,
    /// Entries that are suspended or withdrawn.
    pub n_stopped: u64,
}

impl PriorityTopicView {
    /// How many entries carry the tag.
    pub fn n_entries(&self) -> u64 {
        self.n_unconditional + self.n_conditional + self.n_none + self.n_stopped
    }

    /// Whether anything of it is open.
    pub fn is_open(&self) -> bool {
        self.n_unconditional + self.n_conditional > 0
    }
}
