//! A part of the rows at every door.

use std::collections::BTreeSet;

use kaishu_testkit::granting::application;
use kaishu_types::access::{ApplicationDocument, DeliveryMode};
use kaishu_types::row_scope::{RowCondition, RowOperator};

use super::{
    CODE, Held, N_ROWS, OPEN, all_doors, contents, day, drawn, frames, is_of_table, open_with,
    tells_row, value,
};

const ITEMS: [&str; 2] = ["kolaspen", "kolcedar"];
/// The rows that are granted.
const ROWS: [u64; 2] = [1, 3];

// Proves APP-09, DL-02, SEC-05 for rows: whoever is granted a part of the rows meets no value of any other at any door, is
// counted those rows only, and finds no other by asking for it.
#[tokio::test]
async fn rows_that_are_not_granted_leave_by_no_door() {
    let values = ROWS.iter().map(|row| value("kolaspen", *row)).collect();
    let column = "kolaspen".to_owned();
    let condition = RowCondition { column, operator: RowOperator::OneOf, values };
    let document = ApplicationDocument {
        rows: vec![condition],
        ..application(&ITEMS, DeliveryMode::Download)
    };
    let held = Held {
        items: BTreeSet::from(ITEMS),
        mode: DeliveryMode::Download,
        first_day: day("2026-11-21"),
        last_day: day("2027-06-30"),
        is_suspended: false,
    };
    let [_, other] = drawn(9);
    let granting = Box::pin(open_with([held, other], &document)).await;
    let outside: Vec<u64> = (0..=N_ROWS).filter(|row| !ROWS.contains(row)).collect();
    for asker in granting.askers.iter().filter(|asker| asker.grant == Some(0)) {
        let mut n_served = 0;
        for address in all_doors(&granting.placed).iter().filter(|it| asker.asks(it)) {
            let answer = asker.get(&granting.site, address).await;
            let what = format!("{} at {address}: {}", asker.name, answer.status);
            assert!(!answer.status.is_server_error(), "{what}");
            let mut text = contents(&answer.bytes);
            if address.ends_with(".parquet") {
                text.push_str(&frames(&answer.bytes));
            }
            // Beside what is granted, what is open to anyone is not there either where the row is not.
            let open = (is_of_table(address) && text.contains(ITEMS[0])).then_some(OPEN);
            for column in ITEMS.into_iter().chain(open) {
                for row in &outside {
                    assert!(!tells_row(&text, column, *row), "{what} tells of {column} in {row}");
                }
            }
            n_served += usize::from(ROWS.iter().all(|row| tells_row(&text, "kolaspen", *row)));
        }
        assert!(n_served > 4, "{} is served what is granted", asker.name);
        let rows = format!("/api/v1/datasets/{CODE}/resources/{}/rows", granting.placed.files[0]);
        let mut counted = Vec::new();
        for question in [
            "?limit=1".to_owned(),
            "?q=wa".to_owned(),
            "?sort=-kolcedar".to_owned(),
            format!("?filter=kolaspen+%3D+%27{}%27", value("kolaspen", 2)),
            format!("?filter={OPEN}+%3D+%27{}%27", value(OPEN, 4)),
        ] {
            let answer = asker.get(&granting.site, &format!("{rows}{question}")).await;
            counted.push(answer.json()["total"].as_u64().unwrap());
        }
        assert_eq!(counted, [2, 2, 2, 0, 0], "{}", asker.name);
    }
}
