//! Cases: what is decided in steps, each step an event that stays as it was written.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// What kind of decision a case is about.
    CaseKind("case_kind") {
        /// 开放审查: an entry or a revision of it on its way to publication (REV-01).
        Opening = "opening", "开放审查", "Opening review";
        /// 发布后管理: suspension, withdrawal and the end of a published dataset (section 5.1).
        Life = "life", "发布后管理", "Life after publication";
        /// 账号申请 (yulin 21).
        AccountRequest = "account_request", "账号申请", "Account request";
    }
}
