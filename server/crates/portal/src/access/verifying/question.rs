//! What a question must be, and what its receipt says of it.

use std::collections::BTreeSet;

use kaishu_domain::verification::VerifyLimits;
use kaishu_types::table::Literal;
use kaishu_types::table::write::column_name;
use kaishu_types::verification::{VerifyAnswer, VerifyQuestion};
use kaishu_types::{FieldError, Lang};

/// Most items of a question.
const MAX_ITEMS: usize = 20;
/// Longest value, in characters.
const MAX_CHARS: usize = 1_000;

/// Lists what is wrong with a question.
pub(super) fn faults(
    question: &VerifyQuestion,
    limits: &VerifyLimits,
    lang: Lang,
) -> Vec<FieldError> {
    let VerifyQuestion { key, compare, tuples, .. } = question;
    let mut faults = Vec::new();
    let mut fault = |field: &str, zh: String, en: String| {
        let message = lang.pick(zh, en);
        faults.push(FieldError { field: field.to_owned(), message });
    };
    if key.is_empty() {
        let (zh, en) = ("至少要有一个查找依据", "name one item at least that finds a record");
        fault("key", zh.to_owned(), en.to_owned());
    }
    let n_items = key.len() + compare.len();
    let different: BTreeSet<&String> = key.iter().chain(compare).collect();
    if n_items > MAX_ITEMS || different.len() < n_items {
        fault(
            "compare",
            format!("每个数据项只用一次，一共不超过 {MAX_ITEMS} 个"),
            format!("each item once, {MAX_ITEMS} in all at most"),
        );
    }
    // More than that would never be let in.
    let most = limits.per_call.min(limits.per_minute).min(limits.per_day);
    if tuples.is_empty() || u32::try_from(tuples.len()).map_or(true, |n| n > most) {
        fault("tuples", format!("一次核验 1 至 {most} 条"), format!("1 to {most} tuples a call"));
        return faults;
    }
    for (place, tuple) in tuples.iter().enumerate() {
        if tuple.len() != n_items {
            fault(
                &format!("tuples[{place}]"),
                format!("应当有 {n_items} 个值：先是查找依据，再是核对的内容"),
                format!("has {n_items} values: those of `key`, then those of `compare`"),
            );
        }
        for (at, value) in tuple.iter().enumerate() {
            let text = written(value).trim();
            // Nothing is no value: it would find every record that has none.
            if text.is_empty() || text.chars().count() > MAX_CHARS {
                fault(
                    &format!("tuples[{place}][{at}]"),
                    format!("填一个值，不超过 {MAX_CHARS} 字"),
                    format!("one value, {MAX_CHARS} characters at most"),
                );
            }
        }
    }
    faults
}

fn written(value: &Literal) -> &str {
    match value {
        Literal::Number(text)
        | Literal::Text(text)
        | Literal::Date(text)
        | Literal::Timestamp(text) => text,
        Literal::Boolean(true) => "true",
        Literal::Boolean(false) => "false",
    }
}

/// What a receipt says of a call: which items and how many of each answer; none of the values.
pub(super) fn numbers(question: &VerifyQuestion, answers: &[VerifyAnswer]) -> String {
    let list =
        |names: &[String]| names.iter().map(|name| column_name(name)).collect::<Vec<_>>().join(",");
    let mut parts = vec![
        format!("key={}", list(&question.key)),
        format!("compare={}", list(&question.compare)),
        format!("n={}", answers.len()),
    ];
    for answer in VerifyAnswer::ALL {
        let n = answers.iter().filter(|it| *it == answer).count();
        parts.push(format!("{answer}={n}"));
    }
    parts.join("&")
}
