//! Templates of agreements: the blanks that a template may have (AGR-02, AGR-04).

use crate::vocabulary::vocabulary;

vocabulary! {
    /// A blank of a template, written as its code in braces, as in `{dataset}`; filled in when terms are offered.
    Blank("template_blank") {
        /// 双方当事人, a line for each.
        Parties = "parties", "双方当事人", "Parties";
        /// 数据提供单位.
        Provider = "provider", "数据提供单位", "Provider";
        /// 申请人, with the credit code of an organization.
        Applicant = "applicant", "申请人", "Applicant";
        /// 编号 of the application.
        Number = "number", "申请编号", "Number of the application";
        /// 依据的办法.
        Regulation = "regulation", "依据的办法", "Regulation";
        /// 数据名称和编码.
        Dataset = "dataset", "数据", "Dataset";
        /// 获准的数据项.
        Items = "items", "数据项", "Data items";
        /// 用途, its kind and its words.
        Purpose = "purpose", "用途", "Purpose";
        /// 使用方式.
        Mode = "mode", "使用方式", "Mode of use";
        /// 使用期限.
        Period = "period", "使用期限", "Period";
        /// 目录公布的开放条件.
        Conditions = "conditions", "开放条件", "Conditions";
        /// 使用要求.
        Requirements = "requirements", "使用要求", "Requirements on use";
        /// 安全责任: level, safeguards, who answers for whom.
        Security = "security", "安全责任", "Security duties";
        /// 安全级别, 1 to 4.
        Level = "level", "安全级别", "Security level";
        /// 提供单位要求的安全保障措施.
        Measures = "measures", "要求的安全保障措施", "Safeguards demanded";
        /// 申请人采取的安全保障措施.
        Safeguards = "safeguards", "采取的安全保障措施", "Safeguards taken";
        /// 不得向第三方提供.
        NoTransfer = "no_transfer", "不得转让", "No transfer";
        /// 注明来源和获取日期.
        Attribution = "attribution", "注明来源", "Attribution";
        /// 使用情况报告间隔.
        ReportInterval = "report_interval", "使用情况报告", "Usage reports";
        /// 违约后果.
        Consequences = "consequences", "违约后果", "Consequences of a breach";
        /// 权限的中止和关闭.
        Closing = "closing", "关闭权限", "Closing of access";
    }
}
