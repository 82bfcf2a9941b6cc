//! Which rows somebody may ask for: conditions over columns that they see anyway, so that what is left out and what is
//! there tells nothing of any other (APP-09, DL-02).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use kaishu_types::Lang;
use kaishu_types::dataset::DataItemView;
use kaishu_types::row_scope::{RowCondition, RowOperator};
use kaishu_types::vocabulary::{ItemType, OpenClass};

/// Most conditions (*proposed*).
pub const MOST_CONDITIONS: usize = 5;
/// Most values of a choice (*proposed*).
const MOST_VALUES: usize = 30;
/// Longest value, in characters.
const LONGEST: usize = 100;

/// What stands against conditions, in Chinese and in English.
pub type Fault = (String, String);

/// The data items that rows can be limited by, where these are asked for of those that are offered: what is asked for and
/// what is open to anyone; nothing that is personal or masked, for that would be told by it.
pub fn columns<'a>(
    asked: &'a BTreeSet<String>,
    (offered, items): (&'a BTreeSet<String>, &'a [DataItemView]),
) -> impl Iterator<Item = &'a DataItemView> {
    items.iter().filter(move |item| {
        let is_open = item.open_class == OpenClass::Unconditional && !offered.contains(&item.name);
        let is_seen = asked.contains(&item.name) || is_open;
        let is_plain = !item.sensitive && item.mask.is_none();
        is_seen && is_plain && item.item_type != ItemType::Geometry
    })
}

/// Finds what stands against conditions of rows, under which some data items are asked for of those that are offered and
/// all that the public knows of. What is hidden from it and what is nowhere are the same.
pub fn fault(
    conditions: &[RowCondition],
    asked: &BTreeSet<String>,
    entry: (&BTreeSet<String>, &[DataItemView]),
) -> Option<Fault> {
    if conditions.len() > MOST_CONDITIONS {
        return Some((
            format!("限定数据行的条件最多 {MOST_CONDITIONS} 个"),
            format!("{MOST_CONDITIONS} conditions of rows at most"),
        ));
    }
    conditions.iter().find_map(|condition| {
        let mut known = columns(asked, entry);
        match known.find(|item| item.name == condition.column) {
            Some(item) => of_values(condition, item),
            None => Some(unseen(&condition.column)),
        }
    })
}

fn unseen(column: &str) -> Fault {
    let column: String = column.chars().take(LONGEST).collect();
    (
        format!(
            "不能按“{column}”限定数据行：只能用目录公布、您申请了或者无条件开放的数据项，含个人信息或者脱敏的不能用"
        ),
        format!(
            "rows cannot be limited by \"{column}\": only by items that the entry shows, and that you ask for or anyone may \
             have; not by personal or masked ones"
        ),
    )
}

/// What stands against the values of a condition.
fn of_values(condition: &RowCondition, item: &DataItemView) -> Option<Fault> {
    let label = &item.label;
    let (operator, values) = (condition.operator, condition.values.as_slice());
    let takes = match operator {
        RowOperator::Equals | RowOperator::OneOf => item.item_type != ItemType::Datetime,
        RowOperator::Between => {
            matches!(item.item_type, ItemType::Integer | ItemType::Decimal | ItemType::Date)
        }
        RowOperator::OnOrAfter => matches!(item.item_type, ItemType::Date | ItemType::Datetime),
    };
    if !takes {
        let (zh, en) = (item.item_type.label(Lang::Zh), item.item_type.label(Lang::En));
        return Some((
            format!("“{label}”是{zh}，不能用“{}”限定", operator.label(Lang::Zh)),
            format!("\"{label}\" ({en}) cannot be limited by \"{}\"", operator.label(Lang::En)),
        ));
    }
    let is_number_right = match operator {
        RowOperator::Equals | RowOperator::OnOrAfter => values.len() == 1,
        RowOperator::Between => values.len() == 2,
        RowOperator::OneOf => (1..=MOST_VALUES).contains(&values.len()),
    };
    if !is_number_right {
        return Some((
            format!(
                "“{label}”的取值个数不对：等于、不早于填 1 个，在两者之间填 2 个，其中之一最多 {MOST_VALUES} 个"
            ),
            format!("\"{label}\": one value, two for a range, {MOST_VALUES} at most for a choice"),
        ));
    }
    let is_upside_down = match (operator, values) {
        (RowOperator::Between, [from, to]) => is_after(from, to, item.item_type),
        _ => false,
    };
    if is_upside_down || values.iter().any(|value| !is_value(value, item.item_type)) {
        return Some((
            format!(
                "“{label}”的取值不对：数值写数字，日期写成 2026-01-31，范围从小到大，每个不超过 {LONGEST} 字"
            ),
            format!(
                "\"{label}\": numbers in digits, dates as in 2026-01-31, ranges from the least, {LONGEST} characters at most"
            ),
        ));
    }
    None
}

fn is_value(value: &str, item_type: ItemType) -> bool {
    let is_text = !value.trim().is_empty()
        && value.chars().count() <= LONGEST
        && !value.chars().any(char::is_control);
    let is_typed = match item_type {
        ItemType::Integer | ItemType::Decimal => number(value).is_some(),
        ItemType::Date | ItemType::Datetime => value.parse::<NaiveDate>().is_ok(),
        ItemType::Boolean => matches!(value, "true" | "false" | "是" | "否"),
        ItemType::Text | ItemType::Code | ItemType::Geometry => true,
    };
    is_text && is_typed
}

fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

fn is_after(from: &str, to: &str, item_type: ItemType) -> bool {
    match item_type {
        ItemType::Date => from.parse::<NaiveDate>().ok() > to.parse::<NaiveDate>().ok(),
        _ => number(from).zip(number(to)).is_some_and(|(from, to)| from > to),
    }
}

/// Says in words which rows meet all conditions; empty for all rows.
pub fn words(conditions: &[RowCondition], items: &[DataItemView], lang: Lang) -> String {
    let one = |condition: &RowCondition| {
        let item = items.iter().find(|item| item.name == condition.column);
        let label = item.map_or(condition.column.as_str(), |item| item.label.as_str());
        condition.words(label, lang)
    };
    let parts: Vec<String> = conditions.iter().map(one).collect();
    parts.join(lang.pick("，并且", ", and "))
}
