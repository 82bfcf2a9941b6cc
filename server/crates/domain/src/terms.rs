//! The documents that are signed before conditional data is obtained: their texts, filled in (AGR-01 to AGR-07).

use std::fmt::Write as _;

use chrono::NaiveDate;
use kaishu_types::Lang;
use kaishu_types::access::{ApplicationDocument, GrantScope};
use kaishu_types::text::without_direction;

use crate::policy::{AgreementDocument, PolicyProfile};

/// The version of the built-in templates: a changed one makes a new offer (AGR-02).
pub const TEMPLATE: &str = "standard-1";

/// What the blanks of a template are filled with.
#[derive(Debug, Clone)]
pub struct Blanks<'a> {
    /// The number of the application.
    pub number: &'a str,
    /// Code and title of the dataset.
    pub dataset: (&'a str, &'a str),
    /// Name of the provider.
    pub provider: &'a str,
    /// What was applied for.
    pub document: &'a ApplicationDocument,
    /// What was approved.
    pub scope: &'a GrantScope,
    /// Labels of the data items, in the order of the entry.
    pub items: Vec<String>,
    /// The security level, 1 to 4.
    pub security_level: u8,
    /// The safeguards that the entry demands.
    pub measures: &'a str,
    /// The conditions that the entry publishes.
    pub conditions: &'a [String],
    /// What the entry demands of those who use it.
    pub usage_requirements: &'a str,
}

/// Lists what is signed for each grant: what the profile demands, without the terms of the platform, which are
/// accepted once, and the licence, which comes with each download.
pub fn documents(profile: &PolicyProfile) -> Vec<AgreementDocument> {
    let docs = profile.rules.agreement.docs.value.iter().copied();
    let is_signed = |it: &AgreementDocument| {
        matches!(it, AgreementDocument::CommitmentLetter | AgreementDocument::UsageAgreement)
    };
    let mut signed: Vec<_> = docs.filter(is_signed).collect();
    // The commitment is signed first, by the applicant alone (AGR-07).
    signed.sort_by_key(|it| *it != AgreementDocument::CommitmentLetter);
    signed
}

/// Writes a document, as it is shown, hashed and signed.
pub fn text(document: AgreementDocument, profile: &PolicyProfile, blanks: &Blanks<'_>) -> String {
    match document {
        AgreementDocument::CommitmentLetter => commitment(profile, blanks),
        _ => agreement(profile, blanks),
    }
}

fn day(day: Option<NaiveDate>, open: &str) -> String {
    day.map_or_else(|| open.to_owned(), |day| day.format("%Y年%-m月%-d日").to_string())
}

fn applicant(blanks: &Blanks<'_>) -> String {
    let applicant = &blanks.document.applicant;
    let mut name = line(&applicant.name);
    if !applicant.credit_code.trim().is_empty() {
        let _ =
            write!(name, "（统一社会信用代码 {}）", line(&applicant.credit_code).to_uppercase());
    }
    name
}

fn head(title: &str, profile: &PolicyProfile, blanks: &Blanks<'_>) -> String {
    let (code, dataset) = blanks.dataset;
    format!(
        "{title}\n\n编号：{}\n依据：{}\n数据：{dataset}（{code}）\n",
        blanks.number, profile.header.title
    )
}

/// 安全承诺书: by the applicant alone, with the security level and the measures (AGR-07, aba 32).
fn commitment(profile: &PolicyProfile, blanks: &Blanks<'_>) -> String {
    let mut text = head("数据安全承诺书", profile, blanks);
    let _ = writeln!(text, "承诺人：{}\n数据提供单位：{}\n", applicant(blanks), blanks.provider);
    let _ = writeln!(text, "一、承诺人知悉本数据的安全级别为第 {} 级。", blanks.security_level);
    let _ = writeln!(text, "二、提供单位要求的安全保障措施：{}。", or_none(blanks.measures));
    let _ =
        writeln!(text, "三、承诺人采取的安全保障措施：{}。", or_none(&blanks.document.safeguards));
    text.push_str(
        "四、承诺人只在申请的用途内使用数据，不向他人提供，不用于识别特定个人。\n\
         五、发现数据泄露、丢失或者被滥用的，承诺人立即停止使用，并在当日告知提供单位和数据主管部门。\n\
         六、使用期限届满、权限被收回或者交回时，承诺人删除数据及其副本，并出具说明。\n",
    );
    text
}

/// 使用协议: everything that AGR-04 lists, whatever the profile.
fn agreement(profile: &PolicyProfile, blanks: &Blanks<'_>) -> String {
    let mut text = head("公共数据使用协议", profile, blanks);
    let _ = writeln!(
        text,
        "甲方（数据提供单位）：{}\n乙方（数据使用人）：{}\n",
        blanks.provider,
        applicant(blanks)
    );
    let purpose = blanks.document.purpose.map_or("其他", |it| it.label(Lang::Zh));
    let mode = blanks.scope.mode.map_or("在线查看和下载", |it| it.label(Lang::Zh));
    let _ = writeln!(text, "第一条　数据项：{}。", or_none(&blanks.items.join("、")));
    let _ = writeln!(text, "第二条　用途：{purpose}。“{}”", line(&blanks.document.purpose_text));
    let _ = writeln!(text, "第三条　使用方式：{mode}。");
    let _ = writeln!(
        text,
        "第四条　使用期限：自{}起，至{}止。",
        day(blanks.scope.first_day, "权限生效之日"),
        day(blanks.scope.last_day, "权限生效满一年之日")
    );
    let conditions = blanks.conditions.join("；");
    let _ = writeln!(text, "第五条　乙方满足目录公布的开放条件：{}。", or_none(&conditions));
    let _ = writeln!(text, "第六条　使用要求：{}。", or_none(blanks.usage_requirements));
    let _ = writeln!(
        text,
        "第七条　安全责任：数据安全级别为第 {} 级，乙方采取{}等措施保障数据安全，对其人员的使用行为负责。",
        blanks.security_level,
        or_none(&blanks.document.safeguards)
    );
    let months = profile.rules.usage_report.interval.value.get();
    let _ = write!(
        text,
        "第八条　乙方不得转让、转借、出租或者以任何方式向第三方提供数据。\n\
         第九条　乙方在成果中注明数据来源和获取日期。\n\
         第十条　乙方每 {months} 个月及使用结束时向甲方报告使用情况。\n\
         第十一条　乙方违反本协议或者法律、法规的，甲方或者数据主管部门可以中止或者关闭使用权限，并要求改正；构成违法的，依法处理。\n\
         第十二条　目录中止开放、撤回，或者使用期限届满、乙方交回权限的，使用权限同时中止或者关闭；乙方删除数据并出具说明。\n\
         第十三条　本协议由双方在平台上签署，签署的文本、摘要、签署人和时间由平台保存；双方均可下载和核验。\n",
    );
    text
}

/// What somebody wrote, in one line, so that it brings no article of its own and turns no text around.
fn line(text: &str) -> String {
    let plain = without_direction(text);
    let words: Vec<&str> =
        plain.split(|sign: char| sign.is_whitespace() || sign.is_control()).collect();
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn or_none(text: &str) -> String {
    match line(text).trim_end_matches('。') {
        "" => "无".to_owned(),
        text => text.to_owned(),
    }
}
