//! What the authority watches over: how data is graded, what its share class is tied to, what is disputed.

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
