//! Which rows may be asked for.

#![expect(clippy::unwrap_used, reason = "what a test writes is well formed")]

use std::collections::BTreeSet;
use std::slice::from_ref;

use kaishu_domain::row_scope::{MOST_CONDITIONS, columns, fault, words};
use kaishu_types::Lang;
use kaishu_types::access::GrantScope;
use kaishu_types::dataset::DataItemView;
use kaishu_types::row_scope::{RowCondition, RowOperator};
use serde_json::json;

fn item(name: &str, kind: &str, class: &str) -> DataItemView {
    let item = json!({
        "name": name, "label": format!("{name}栏"), "type": kind,
        "open_class": class, "share_class": "none", "sensitive": name == "person",
    });
    serde_json::from_value(item).unwrap()
}

/// What the public knows of: a closed column is not among it.
fn items() -> Vec<DataItemView> {
    vec![
        item("area", "text", "conditional"),
        item("power", "integer", "conditional"),
        item("since", "date", "conditional"),
        item("at", "datetime", "conditional"),
        item("person", "text", "conditional"),
        item("place", "geometry", "conditional"),
        item("price", "decimal", "conditional"),
        item("name", "text", "unconditional"),
    ]
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn condition(column: &str, operator: RowOperator, values: &[&str]) -> RowCondition {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    RowCondition { column: column.to_owned(), operator, values }
}

fn stands_against(conditions: &[RowCondition]) -> Option<String> {
    let items = items();
    let offered = set(&["area", "power", "since", "at", "person", "place", "price"]);
    let asked = set(&["area", "power", "since", "at", "person", "place"]);
    fault(conditions, &asked, (&offered, items.as_slice())).map(|(zh, _)| zh)
}

// Proves APP-09 for rows: they are limited by what the applicant sees and nothing else, and what is hidden is answered like
// what is nowhere.
#[test]
fn rows_are_limited_by_what_the_applicant_sees() {
    for column in ["area", "name"] {
        assert_eq!(stands_against(&[condition(column, RowOperator::Equals, &["甲"])]), None);
    }
    // Hidden or nowhere, not asked for, personal, without values that can be compared.
    for column in ["salary", "price", "person", "place", ""] {
        let told = stands_against(&[condition(column, RowOperator::Equals, &["1"])]).unwrap();
        assert!(told.contains(&format!("不能按“{column}”限定数据行")), "{told}");
    }
    let items = items();
    let (offered, asked) = (set(&["area", "person", "price"]), set(&["area", "person"]));
    let names: Vec<&str> =
        columns(&asked, (&offered, items.as_slice())).map(|item| item.name.as_str()).collect();
    assert_eq!(names, ["area", "name"]);
    // Where everything is offered on conditions, what is not asked for is not seen, whatever its own class.
    let all = set(&["area", "person", "price", "name"]);
    let names: Vec<&str> =
        columns(&asked, (&all, items.as_slice())).map(|item| item.name.as_str()).collect();
    assert_eq!(names, ["area"]);
}

// Part of APP-09: conditions are of a small vocabulary, each with values that its column has.
#[test]
fn conditions_take_the_values_of_their_columns() {
    use RowOperator::{Between, Equals, OnOrAfter, OneOf};
    let right: [(&str, RowOperator, &[&str]); 6] = [
        ("area", OneOf, &["甲", "乙"]),
        ("power", Equals, &["-12.5"]),
        ("power", Between, &["1", "9"]),
        ("since", Between, &["2026-01-31", "2026-01-31"]),
        ("since", OnOrAfter, &["2026-01-31"]),
        ("at", OnOrAfter, &["2026-01-31"]),
    ];
    for (column, operator, values) in right {
        assert_eq!(stands_against(&[condition(column, operator, values)]), None, "{column}");
    }
    let wrong: [(&str, RowOperator, &[&str]); 12] = [
        ("area", Between, &["甲", "乙"]),
        ("area", OnOrAfter, &["2026-01-31"]),
        ("at", Equals, &["2026-01-31"]),
        ("power", OnOrAfter, &["1"]),
        ("power", Equals, &["many"]),
        ("power", Equals, &["NaN"]),
        ("power", Between, &["9", "1"]),
        ("since", OnOrAfter, &["31.01.2026"]),
        ("area", Equals, &["甲", "乙"]),
        ("area", OneOf, &[]),
        ("area", Equals, &[" "]),
        ("area", Equals, &["甲\n第二条"]),
    ];
    for (column, operator, values) in wrong {
        let told = stands_against(&[condition(column, operator, values)]);
        assert!(told.is_some(), "{column} {operator} {values:?}");
    }
    let many = vec![condition("area", Equals, &["甲"]); MOST_CONDITIONS + 1];
    assert!(stands_against(&many).unwrap().contains("最多"));
}

// Part of APP-09: what is granted keeps each condition that was asked for, and may have others.
#[test]
fn a_part_of_the_rows_is_granted_as_a_part_of_that() {
    let area = condition("area", RowOperator::Equals, &["甲"]);
    let power = condition("power", RowOperator::Between, &["1", "9"]);
    let scope = |rows: &[RowCondition]| GrantScope { rows: rows.to_vec(), ..GrantScope::default() };
    let asked = scope(from_ref(&area));
    assert!(scope(from_ref(&area)).is_within(&asked));
    assert!(scope(&[area.clone(), power.clone()]).is_within(&asked));
    assert!(!scope(&[]).is_within(&asked));
    assert!(!scope(from_ref(&power)).is_within(&asked));
    let other = condition("area", RowOperator::OneOf, &["甲", "乙"]);
    assert!(!scope(from_ref(&other)).is_within(&asked));
    assert_eq!(
        words(&[area, power], &items(), Lang::Zh),
        "area栏等于“甲”，并且power栏在“1”至“9”之间（含两端）"
    );
}
