//! Which rows are asked for and granted: a few conditions, each of a column, an operator and its values.

use kaishu_domain::row_scope;
use kaishu_portal::access::ApplicationView;
use kaishu_types::Lang;
use kaishu_types::row_scope::{RowCondition, RowOperator};
use leptos::prelude::*;

use crate::ui::fields::{Choice, label, line, select};
use crate::ui::form::Typed;

/// Conditions that a form has room for; by program there are more.
const LINES: usize = 3;

/// Reads the conditions of a form. What was written without a column is kept, so that it is told and not left out.
pub(super) fn read(pairs: &[(String, String)], name: &str) -> Vec<RowCondition> {
    let text = |wanted: String| {
        let found = pairs.iter().rev().find(|(it, _)| *it == wanted);
        found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let mut conditions = Vec::new();
    for place in 0..row_scope::MOST_CONDITIONS {
        let column = text(column_name(name, place));
        let written = text(format!("{name}_values_{place}"));
        if column.is_empty() && written.is_empty() {
            continue;
        }
        let operator =
            text(format!("{name}_operator_{place}")).parse().unwrap_or(RowOperator::Equals);
        let values = match operator {
            RowOperator::Equals | RowOperator::OnOrAfter => vec![written],
            RowOperator::OneOf | RowOperator::Between => {
                let parts = written.split(['、', '，', ',']).map(str::trim);
                parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
            }
        };
        conditions.push(RowCondition { column, operator, values });
    }
    conditions
}

/// The first column is called like the part of the form, which the summary of what is wrong leads to.
fn column_name(name: &str, place: usize) -> String {
    if place == 0 { name.to_owned() } else { format!("{name}_{place}") }
}

/// Draws the conditions: those that there are, and room for others.
pub(super) fn fields(
    lang: Lang,
    (name, title, hint): (&str, &str, &str),
    columns: &[Choice],
    conditions: &[RowCondition],
    typed: &Typed,
) -> Option<AnyView> {
    if columns.is_empty() && conditions.is_empty() {
        return None;
    }
    let operators: Vec<Choice> = RowOperator::ALL
        .iter()
        .map(|it| (it.as_str().to_owned(), it.label(lang).to_owned()))
        .collect();
    let n_lines = conditions.len().max(LINES);
    let lines: Vec<_> = (0..n_lines)
        .map(|place| {
            let condition = conditions.get(place);
            let first = column_name(name, place);
            let second = format!("{name}_operator_{place}");
            let third = format!("{name}_values_{place}");
            // What is not kept anywhere else is shown again as it was typed.
            let (chosen, operator, values) = match condition {
                Some(it) => (it.column.as_str(), it.operator, it.values.join("、")),
                None => (
                    typed.value(&first),
                    typed.value(&second).parse().unwrap_or(RowOperator::Equals),
                    typed.value(&third).to_owned(),
                ),
            };
            let number = place + 1;
            let column = label(
                typed,
                &first,
                &lang.pick(format!("条件 {number}：数据项"), format!("Condition {number}: item")),
                "",
            );
            let by = label(typed, &second, lang.pick("比较", "Operator"), "");
            let text = label(typed, &third, lang.pick("取值", "Values"), "");
            let none = lang.pick("不限定", "No condition");
            view! {
                <div class="grid gap-x-4 sm:grid-cols-3">
                    {select(&column, none, columns, chosen)}
                    {select(&by, lang.pick("请选择", "Choose"), &operators, operator.as_str())}
                    {line(&text, "text", &values)}
                </div>
            }
        })
        .collect();
    let view = view! {
        <fieldset class="ks-field">
            <legend>{title.to_owned()}</legend>
            <p class="hint">{hint.to_owned()}</p>
            {lines}
        </fieldset>
    };
    Some(view.into_any())
}

/// The items by which rows can be limited, whatever of what is offered is ticked.
pub(super) fn choices(found: &ApplicationView) -> Vec<Choice> {
    let Some(dataset) = &found.dataset else { return Vec::new() };
    let known = row_scope::columns(&found.offered, (&found.offered, dataset.items.as_slice()));
    known.map(|item| (item.name.clone(), item.label.clone())).collect()
}

/// Says which rows, in words; none where it is all of them.
pub(super) fn words(
    found: &ApplicationView,
    conditions: &[RowCondition],
    lang: Lang,
) -> Option<String> {
    let items = found.dataset.as_ref().map(|it| it.items.as_slice()).unwrap_or_default();
    let words = row_scope::words(conditions, items, lang);
    (!words.is_empty()).then_some(words)
}
