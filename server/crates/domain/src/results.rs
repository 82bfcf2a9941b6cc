//! What came of the use of data: products, services, reports and papers, which name their source (USE-02, USE-09).

use chrono::NaiveDate;
use kaishu_types::{FieldError, Lang};

use crate::entry::EntryFault;
use crate::policy::{AttributionField, PolicyProfile, Work};

/// Longest title, name and address, in characters.
const MAX_LINE: usize = 200;
/// Longest description and source, in characters.
const MAX_TEXT: usize = 1_000;

/// A result as its maker writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResultForm {
    /// What it is: a code of [`Work`].
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// What it does, or says.
    pub summary: String,
    /// Where it is; empty where it is nowhere on the web.
    pub url: String,
    /// 数据来源: where the data comes from, as the result itself says.
    pub source: String,
    /// 获取日期: the day on which the data was taken, as in `2026-11-21`.
    pub retrieved_on: String,
    /// The name under which it is shown; empty where it is not.
    pub shown_as: String,
    /// Whether everybody may see it, among the others of its maker.
    pub is_public: bool,
    /// Whether the page of the dataset leads to it.
    pub on_dataset: bool,
}

/// Finds what a result is by its code.
pub fn work(code: &str) -> Option<Work> {
    Work::ALL.iter().copied().find(|work| work.as_str() == code)
}

/// Lists everything that stands against registering a result; what the profile demands (`attribution.rule`) with its
/// article.
pub fn check(
    profile: &PolicyProfile,
    form: &ResultForm,
    today: NaiveDate,
    lang: Lang,
) -> Vec<FieldError> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, zh: &str, en: &str| {
        let message = lang.pick(zh, en).to_owned();
        faults.push(FieldError { field: field.to_owned(), message });
    };
    if work(&form.kind).is_none() {
        fault("kind", "请选择成果的类型", "Choose what it is.");
    }
    if form.title.trim().is_empty() {
        fault("title", "请填写成果名称", "Say what it is called.");
    }
    let is_web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    if !form.url.trim().is_empty() && !is_web(form.url.trim()) {
        fault(
            "url",
            "请填写以 https:// 或者 http:// 开头的地址，没有就留空",
            "Give an address that begins with https:// or http://, or none.",
        );
    }
    if form.is_public && form.shown_as.trim().is_empty() {
        fault("shown_as", "公开展示的，请填写署名", "Say under which name it is shown.");
    }
    if form.on_dataset && !form.is_public {
        fault(
            "on_dataset",
            "在数据集页面展示的成果，先要同意公开展示",
            "What the page of the dataset leads to is public.",
        );
    }
    let lines = [("title", &form.title), ("url", &form.url), ("shown_as", &form.shown_as)];
    for (field, text) in lines {
        if text.chars().count() > MAX_LINE {
            fault(field, "不超过 200 字", "200 characters at most");
        }
    }
    for (field, text) in [("summary", &form.summary), ("source", &form.source)] {
        if text.chars().count() > MAX_TEXT {
            fault(field, "不超过 1000 字", "1,000 characters at most");
        }
    }
    faults.extend(attribution(profile, form, today).iter().map(|it| it.shown(lang)));
    faults
}

/// What is missing of where the data comes from and when it was taken.
fn attribution(profile: &PolicyProfile, form: &ResultForm, today: NaiveDate) -> Vec<EntryFault> {
    let rule = &profile.rules.attribution.rule;
    let is_demanded = |field: AttributionField| {
        let on = &rule.value.on;
        rule.value.fields.contains(&field) && work(&form.kind).is_none_or(|it| on.contains(&it))
    };
    let fault = |field: &'static str, zh: &str, en: &str| {
        let text = (zh.to_owned(), en.to_owned());
        EntryFault::new(field, text, ("attribution.rule", rule))
    };
    let mut faults = Vec::new();
    if is_demanded(AttributionField::Source) && form.source.trim().is_empty() {
        faults.push(fault(
            "source",
            "成果应当注明数据来源",
            "A result names the source of its data",
        ));
    }
    match (form.retrieved_on.trim(), form.retrieved_on.trim().parse::<NaiveDate>()) {
        ("", _) if !is_demanded(AttributionField::RetrievedAt) => {}
        ("", _) => faults.push(fault(
            "retrieved_on",
            "成果应当注明数据的获取日期",
            "A result names the day on which its data was taken",
        )),
        (_, Ok(day)) if day <= today => {}
        _ => faults.push(fault(
            "retrieved_on",
            "获取日期写成 2026-11-21 这样，不晚于今天",
            "The day is written as 2026-11-21, and is not to come",
        )),
    }
    faults
}
