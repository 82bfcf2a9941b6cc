//! The documents that are signed before conditional data is obtained: their texts, filled in (AGR-01 to AGR-07).

use std::fmt::Write as _;

use chrono::{Months, NaiveDate};
use kaishu_types::Lang;
use kaishu_types::access::{ApplicationDocument, DeliveryMode, GrantScope, UsePurpose};
use kaishu_types::agreement::Blank;
use kaishu_types::text::without_direction;

use crate::policy::{AgreementDocument, PolicyProfile};
use crate::templates;

/// The version of the built-in texts, where neither the provider nor its authority has a template (AGR-02).
pub const TEMPLATE: &str = "standard-1";

/// A licence has no second party by name.
const LICENCE_ATTRIBUTION: &str = "使用数据形成的成果注明数据来源和获取日期。";

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
    /// Which rows of them, in words; empty for all.
    pub rows: String,
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

/// Writes a document from a template, as it is shown, hashed and signed.
pub fn text(
    document: AgreementDocument,
    template: &str,
    profile: &PolicyProfile,
    blanks: &Blanks<'_>,
) -> String {
    templates::filled(document, template, |blank| value((document, blank), profile, blanks))
}

/// Writes a document as an example: what a template looks like when it is filled in.
pub fn example(
    document: AgreementDocument,
    template: &str,
    profile: &PolicyProfile,
    (provider, today): (&str, NaiveDate),
) -> String {
    let mut asked = ApplicationDocument {
        purpose: Some(UsePurpose::Research),
        purpose_text: "分析示例行业的变化趋势".to_owned(),
        safeguards: "内网保存、专人管理".to_owned(),
        ..ApplicationDocument::default()
    };
    "示例数据使用单位".clone_into(&mut asked.applicant.name);
    let scope = GrantScope {
        mode: Some(DeliveryMode::Download),
        first_day: Some(today),
        last_day: today.checked_add_months(Months::new(12)),
        ..GrantScope::default()
    };
    let blanks = Blanks {
        number: "SQ-示例-000001",
        dataset: ("示例-0001", "示例数据集"),
        provider,
        document: &asked,
        scope: &scope,
        items: vec!["数据项甲".to_owned(), "数据项乙".to_owned()],
        rows: String::new(),
        security_level: 2,
        measures: "加密保存，登记访问",
        conditions: &["有数据安全保障能力".to_owned()],
        usage_requirements: "注明来源",
    };
    text(document, template, profile, &blanks)
}

/// Writes the licence of a provider's open data from its template.
pub fn licence(template: &str, profile: &PolicyProfile, provider: &str) -> String {
    templates::filled(AgreementDocument::OpenLicence, template, |blank| match blank {
        Blank::Provider => provider.to_owned(),
        Blank::Attribution => LICENCE_ATTRIBUTION.to_owned(),
        // It has no other blank.
        _ => profile.header.title.clone(),
    })
}

/// What stands for a blank.
fn value(
    (written, blank): (AgreementDocument, Blank),
    profile: &PolicyProfile,
    blanks: &Blanks<'_>,
) -> String {
    let document = blanks.document;
    match blank {
        Blank::Parties => format!(
            "甲方（数据提供单位）：{}\n乙方（数据使用人）：{}",
            blanks.provider,
            applicant(blanks)
        ),
        Blank::Provider => blanks.provider.to_owned(),
        Blank::Applicant => applicant(blanks),
        Blank::Number => blanks.number.to_owned(),
        Blank::Regulation => profile.header.title.clone(),
        Blank::Dataset => format!("{}（{}）", blanks.dataset.1, blanks.dataset.0),
        Blank::Items if !blanks.rows.is_empty() => {
            let items = or_none(&blanks.items.join("、"));
            format!("{items}（只限符合以下条件的数据行：{}）", line(&blanks.rows))
        }
        Blank::Items => or_none(&blanks.items.join("、")),
        Blank::Purpose => {
            let purpose = document.purpose.map_or("其他", |it| it.label(Lang::Zh));
            format!("{purpose}。“{}”", line(&document.purpose_text))
        }
        Blank::Mode => {
            blanks.scope.mode.map_or("在线查看和下载", |it| it.label(Lang::Zh)).to_owned()
        }
        Blank::Period => format!(
            "自{}起，至{}止",
            day(blanks.scope.first_day, "权限生效之日"),
            day(blanks.scope.last_day, "权限生效满一年之日")
        ),
        Blank::Conditions => or_none(&blanks.conditions.join("；")),
        Blank::Requirements => or_none(blanks.usage_requirements),
        Blank::Security => format!(
            "数据安全级别为第 {} 级，乙方采取{}等措施保障数据安全，对其人员的使用行为负责。",
            blanks.security_level,
            or_none(&document.safeguards)
        ),
        Blank::Level => blanks.security_level.to_string(),
        Blank::Measures => or_none(blanks.measures),
        Blank::Safeguards => or_none(&document.safeguards),
        Blank::NoTransfer => {
            "乙方不得转让、转借、出租或者以任何方式向第三方提供数据。".to_owned()
        }
        Blank::Attribution if written == AgreementDocument::OpenLicence => {
            LICENCE_ATTRIBUTION.to_owned()
        }
        Blank::Attribution => "乙方在成果中注明数据来源和获取日期。".to_owned(),
        Blank::ReportInterval => {
            let months = profile.rules.usage_report.interval.value.get();
            format!("乙方每 {months} 个月及使用结束时向甲方报告使用情况。")
        }
        Blank::Consequences => "乙方违反本协议或者法律、法规的，甲方或者数据主管部门可以中止或者关闭使用权限，并要求改正；构成违法的，依法处理。".to_owned(),
        Blank::Closing => "目录中止开放、撤回，或者使用期限届满、乙方交回权限的，使用权限同时中止或者关闭；乙方删除数据并出具说明。".to_owned(),
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
