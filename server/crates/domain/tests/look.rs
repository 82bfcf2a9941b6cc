//! The look before an application: what is made up is no data, and figures tell of no few rows.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::hash::{DefaultHasher, Hash, Hasher};

use kaishu_domain::look::{make_up, safe_column, safe_count};
use kaishu_types::dataset::DataItemView;
use kaishu_types::look::SafeCount;
use kaishu_types::table::{ColumnProfile, NumberFacts, ValueCount};
use kaishu_types::vocabulary::{ItemType, OpenClass, ShareClass};
use proptest::prelude::*;

fn item(name: &str, item_type: ItemType, length: Option<u32>) -> DataItemView {
    DataItemView {
        name: name.to_owned(),
        label: name.to_owned(),
        item_type,
        unit: None,
        length,
        description: None,
        open_class: OpenClass::Conditional,
        share_class: ShareClass::Unconditional,
        sensitive: false,
        mask: None,
        release_reason: None,
    }
}

fn draw(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    ("a secret of the portal", text).hash(&mut hasher);
    hasher.finish()
}

/// A value as data of a type may be written, made-up looking ones among them.
fn written(item_type: ItemType) -> BoxedStrategy<String> {
    match item_type {
        ItemType::Integer => (0_u32..10_000).prop_map(|n| n.to_string()).boxed(),
        ItemType::Decimal => {
            (0_u32..100_000).prop_map(|n| format!("{}.{:02}", n / 100, n % 100)).boxed()
        }
        ItemType::Boolean => {
            prop_oneof!["是", "否", "true", "0", "是（示例）", "否（示例）"].boxed()
        }
        ItemType::Date | ItemType::Datetime => {
            "(19|20|29)[0-9]{2}-0[1-9]-[0-2][0-9](T0[0-9]:[0-5]0:00)?".boxed()
        }
        ItemType::Geometry => "(示例 )?POINT \\(0\\.[0-9]{3} 0\\.[0-9]{3}\\)".boxed(),
        ItemType::Text | ItemType::Code => "(示例)?[0-9a-f]{0,8}".boxed(),
    }
}

fn table() -> impl Strategy<Value = (Vec<DataItemView>, Vec<Vec<String>>)> {
    let types = proptest::sample::select(ItemType::ALL);
    let declared = (types, proptest::option::of(1_u32..12));
    proptest::collection::vec(declared, 1..5).prop_flat_map(|declared| {
        let items: Vec<DataItemView> = declared
            .iter()
            .enumerate()
            .map(|(n, (kind, length))| item(&format!("c{n}"), *kind, *length))
            .collect();
        let row: Vec<_> = declared.iter().map(|(kind, _)| written(*kind)).collect();
        (Just(items), proptest::collection::vec(row, 0..200))
    })
}

proptest! {
    // Part of SRCH-03: whatever the data is, no row that is made up is a row of it; every row says that it is made up;
    // and no value is longer than was declared, but for the mark itself.
    #[test]
    fn no_row_that_is_made_up_is_a_row_of_the_data((items, rows) in table()) {
        let made = make_up(&items, &draw).unwrap();
        prop_assert_eq!(made.columns.len(), items.len());
        prop_assert!(made.rows.len() >= 3);
        for row in &made.rows {
            prop_assert!(!rows.contains(row), "{:?}", row);
            prop_assert!(row.iter().any(|value| value.contains("示例")), "{:?}", row);
            for (value, item) in row.iter().zip(&items) {
                if matches!(item.item_type, ItemType::Boolean | ItemType::Geometry) {
                    prop_assert!(value.contains("示例"), "{}", value);
                }
            }
            for (value, item) in row.iter().zip(&items).skip(1) {
                if let (ItemType::Text | ItemType::Code, Some(length)) = (item.item_type, item.length) {
                    prop_assert!(value.chars().count() <= length as usize, "{}", value);
                }
            }
        }
        // What is made up depends on what is declared, and on nothing else.
        prop_assert_eq!(make_up(&items, &draw).unwrap(), made);
    }

    // Part of SRCH-03: a count below the least one is only said to be so, and from what is shown nobody tells two
    // tables apart that differ in fewer rows than that.
    #[test]
    fn small_counts_are_not_told(n in 0_u64..100_000, least in 1_u64..1000) {
        match safe_count(n, least) {
            SafeCount::FewerThan(bound) => {
                prop_assert!(n < least);
                prop_assert_eq!(bound, least);
            }
            SafeCount::AtLeast(shown) => {
                prop_assert!(shown >= least && shown <= n && n - shown < least);
                prop_assert_eq!(shown % least, 0);
            }
        }
    }
}

#[test]
fn other_items_and_other_secrets_make_other_rows() {
    let items = [item("名称", ItemType::Text, None)];
    let made = make_up(&items, &draw).unwrap();
    assert_ne!(make_up(&items, &|text| draw(text) + 1).unwrap(), made);
    assert_eq!(make_up(&[], &draw), None);
    let mut masked = item("a", ItemType::Text, None);
    masked.mask = Some("drop".parse().unwrap());
    assert_eq!(make_up(&[masked], &draw), None, "what is left out is not made up either");
}

fn profile(values: &[(&str, u64)]) -> ColumnProfile {
    let top = values
        .iter()
        .map(|(value, count)| ValueCount { value: (*value).to_owned(), count: *count });
    ColumnProfile {
        n_values: values.iter().map(|(_, count)| count).sum(),
        n_distinct: values.len() as u64,
        is_exact: true,
        top: top.collect(),
        min: Some("最小".to_owned()),
        max: Some("最大".to_owned()),
        ..ColumnProfile::default()
    }
}

// Part of SRCH-03, SEC-21: frequent values are shown of columns that speak of nobody, and only those that many have.
#[test]
fn values_are_shown_that_many_rows_have_and_that_speak_of_nobody() {
    let values = profile(&[("居民", 57), ("商业", 41), ("特殊", 3)]);
    let shown = |item: &DataItemView, is_found| safe_column(item, &values, is_found, 10);
    let plain = item("kind", ItemType::Text, None);
    let top = shown(&plain, false).top;
    let found: Vec<_> = top.iter().map(|it| (it.value.as_str(), it.count)).collect();
    assert_eq!(found, [("居民", SafeCount::AtLeast(50)), ("商业", SafeCount::AtLeast(40))]);
    assert_eq!(shown(&plain, false).distinct, SafeCount::FewerThan(10));
    // Something was found in it, it is declared sensitive, or its name says whom it is about.
    assert_eq!(shown(&plain, true).top, []);
    assert_eq!(shown(&DataItemView { sensitive: true, ..plain.clone() }, false).top, []);
    for name in ["姓名", "企业名称", "手机号", "full_name"] {
        assert_eq!(shown(&item(name, ItemType::Text, None), false).top, [], "{name}");
    }
    // Numbers and days are of single rows.
    assert_eq!(shown(&item("n", ItemType::Integer, None), false).top, []);
    let rare: Vec<(&str, u64)> = vec![("甲", 90), ("乙", 1), ("丙", 1), ("丁", 1)];
    let many = profile(&[rare.as_slice(), &[("戊", 1); 8]].concat());
    assert_eq!(safe_column(&plain, &many, false, 10).top, [], "nearly all values are rare");
}

// Part of SRCH-03: extremes are of single rows and are never shown; quartiles only where many rows stand behind each.
#[test]
fn numbers_show_quartiles_of_many_rows_and_no_extremes() {
    let numbers = NumberFacts {
        mean: 5.0,
        deviation: 1.0,
        quantiles: [1.0, 1234.5, 2345.6, 0.003_456, 99_999.0],
        histogram: Vec::new(),
    };
    let of = |n_values, n_distinct| ColumnProfile {
        n_values,
        n_distinct,
        numbers: Some(numbers.clone()),
        min: Some("1".to_owned()),
        max: Some("99999".to_owned()),
        ..ColumnProfile::default()
    };
    let shown = |profile: &ColumnProfile| {
        safe_column(&item("n", ItemType::Decimal, None), profile, false, 10)
    };
    assert_eq!(shown(&of(400, 400)).quartiles, Some([1200.0, 2300.0, 0.0035]));
    assert_eq!(shown(&of(39, 39)).quartiles, None);
    assert_eq!(shown(&of(400, 3)).quartiles, None, "a few values are read off");
    let told = serde_json::to_string(&shown(&of(400, 400))).unwrap();
    assert!(!told.contains("99999"), "{told}");
}
