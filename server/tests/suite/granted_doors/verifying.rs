//! The door that is asked with values: whether something is so.

use chrono::NaiveDate;
use http::Method;
use kaishu_types::access::DeliveryMode;
use serde_json::json;

use super::{ABSENT, Asker, CODE, Granting, Held, columns, struck, value};
use crate::support::Answer;

fn verifies(held: &Held, today: NaiveDate) -> bool {
    let is_now = (held.first_day..=held.last_day).contains(&today);
    is_now && !held.is_suspended && held.mode == DeliveryMode::QueryVerify
}

/// Asks whether there is a row with the value of a column that it has.
async fn verify(granting: &Granting, asker: &Asker, column: &str) -> Answer {
    let path = format!("/api/v1/datasets/{CODE}/resources/{}/verify", granting.placed.files[0]);
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(asker.header.as_ref().map(|(name, value)| (*name, value.as_str())));
    let body = json!({ "key": [column], "tuples": [[value(column, 1)]] }).to_string();
    granting.site.ask(Method::POST, &path, &headers, &body).await
}

/// Every program asks about every column: it is answered about those of a grant for this and those open to anyone, and
/// about all others like about one that is nowhere. Returns how many answers about granted columns there were.
pub(super) async fn verify_all(granting: &Granting, today: NaiveDate, seed: u64) -> usize {
    let mut n_granted = 0;
    for asker in granting.askers.iter().filter(|asker| asker.is_program) {
        let grant = asker.grant.map(|place| &granting.held[place]);
        let grant = grant.filter(|held| verifies(held, today));
        let absent = verify(granting, asker, ABSENT).await;
        assert_eq!(absent.status, 403, "seed {seed}: {}", asker.name);
        for column in columns() {
            let answer = verify(granting, asker, column).await;
            let what = format!("seed {seed}: {} about {column}: {}", asker.name, answer.text());
            let is_granted = grant.is_some_and(|held| held.items.contains(column));
            if is_granted || (grant.is_some() && column == super::OPEN) {
                assert_eq!(answer.status, 200, "{what}");
                assert_eq!(answer.json()["answers"], json!(["match"]), "{what}");
                n_granted += usize::from(is_granted);
            } else {
                assert_eq!(answer.status, 403, "{what}");
                assert_eq!(struck(&answer, column), struck(&absent, column), "{what}");
            }
        }
    }
    n_granted
}
