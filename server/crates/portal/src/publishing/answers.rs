//! What was answered, found and attached in a step, as those read it who may see the case (REV-02, REV-03, REV-07,
//! REV-09, CAT-07). Answers are facts of events; here they get their words.

use kaishu_domain::cases::Event;
use kaishu_types::Lang;
use kaishu_types::case::AnswerView;
use kaishu_types::draft::{ChangeBasis, ReviewCheck, TriggerQuestion};

/// An answer with the step that it belongs to, from 0; none of what concerns the whole review.
pub(crate) type Answered = (Option<usize>, AnswerView);

/// Lists what was answered with an event of a review, in the order in which it is asked.
pub(crate) fn answers_of(case: i64, event: &Event, lang: Lang) -> Vec<Answered> {
    let mut found: Vec<(usize, Answered)> = Vec::new();
    for (name, value) in event.body.facts.iter().filter(|(_, value)| !value.is_empty()) {
        let (step, name) = place_of(name);
        if let Some((rank, question, answer)) = worded(name, value, lang) {
            let number = name.strip_prefix(ATTACHMENT);
            let link = number.map(|id| format!("/workbench/cases/{case}/attachments/{id}"));
            found.push((rank, (step, AnswerView { question, answer, link })));
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, answered)| answered).collect()
}

/// How the fact begins that names a file that came with a step; its number follows.
pub(super) const ATTACHMENT: &str = "attachment.";

/// Splits the name of a fact as in `step.0.check.trade_secret` or `opinion.1.17` into step and rest.
fn place_of(name: &str) -> (Option<usize>, &str) {
    let split = |rest: &str| rest.split('.').next().and_then(|step| step.parse::<usize>().ok());
    if let Some(rest) = name.strip_prefix("step.") {
        let inner = rest.split_once('.').map_or(rest, |(_, inner)| inner);
        return (split(rest), inner);
    }
    match name.strip_prefix("opinion.") {
        Some(rest) => (split(rest), "opinion"),
        None => (None, name),
    }
}

/// Where an answer stands among others, its question and its answer; none of what is no answer.
fn worded(name: &str, value: &str, lang: Lang) -> Option<(usize, String, String)> {
    let yes_no = || match value {
        "yes" => lang.pick("是", "yes").to_owned(),
        _ => lang.pick("否", "no").to_owned(),
    };
    let said = |rank: usize, zh: &str, en: &str, answer: String| {
        Some((rank, lang.pick(zh, en).to_owned(), answer))
    };
    if let Some(code) = name.strip_prefix("check.") {
        let (rank, check) = (0..).zip(ReviewCheck::ALL).find(|(_, it)| it.as_str() == code)?;
        return Some((rank, check.label(lang).to_owned(), yes_no()));
    }
    if let Some(code) = name.strip_prefix("trigger.") {
        let question = TriggerQuestion::ALL.iter().find(|it| it.as_str() == code)?;
        return Some((10, question.label(lang).to_owned(), yes_no()));
    }
    if name.starts_with("risk.") {
        return said(25, "重新识别风险", "Risk of re-identification", value.to_owned());
    }
    if name.starts_with(ATTACHMENT) {
        return said(90, "附件", "Attachment", value.to_owned());
    }
    let one_of = |known: &[(&str, &'static str, &'static str)]| {
        let found = known.iter().find(|(code, _, _)| *code == value);
        found.map_or_else(|| value.to_owned(), |(_, zh, en)| lang.pick(*zh, *en).to_owned())
    };
    match name {
        "change_basis" => {
            let basis = value.parse::<ChangeBasis>().ok()?;
            said(15, "变更情形", "What the change follows", basis.label(lang).to_owned())
        }
        "change_reference" => said(16, "变更依据", "Basis of the change", value.to_owned()),
        "answered" => said(17, "随本次修订办结的事项", "Duties it answers", value.to_owned()),
        "alike" => said(20, "相似的目录", "Similar entries", value.to_owned()),
        "duplicate" => {
            let known = [
                ("none", "不重复", "no duplicate"),
                ("collected_by", "重复，由一个部门采集", "a duplicate: one department collects"),
            ];
            said(21, "查重认定", "Finding on duplicates", one_of(&known))
        }
        "collector" => said(22, "由哪个部门采集", "Which one collects", value.to_owned()),
        "sharing" => said(
            24,
            "有相同标识项的已开放数据集",
            "Opened datasets that share identifying items",
            value.to_owned(),
        ),
        "mosaic" => {
            let known = [("acceptable", "可以接受", "acceptable")];
            said(26, "汇聚风险认定", "Finding on putting data together", one_of(&known))
        }
        "mosaic_note" => said(27, "汇聚风险说明", "Note on that", value.to_owned()),
        "opinion" => {
            let known = [("agree", "同意", "for it"), ("disagree", "不同意", "against it")];
            said(30, "专家意见", "Opinion", one_of(&known))
        }
        "experts_named" => said(31, "指派专家", "Experts assigned", value.to_owned()),
        _ => None,
    }
}
