//! Requests that come twice.

use kaishu_store::requests::{self, Answer, Request};

use crate::build::time;
use crate::database::TestDb;

/// One of a key is done; what it was answered with stays until it is old, and what did nothing is forgotten at once.
pub(crate) async fn a_request_is_kept_once_by_its_key(database: &TestDb) {
    let store = &database.store;
    let text = |text: &str| text.to_owned();
    let new = |account: i64| Request {
        account,
        key: text("4711"),
        request: text("POST /api/v1/drafts"),
        sha256: text("ab"),
        held: text("cd"),
    };
    let (first, now) = (time("2026-03-02T04:00:00Z"), time("2026-03-03T04:00:00Z"));
    let begin = async |account: i64, now, after| {
        requests::begin(store, &new(account), (now, after)).await.unwrap()
    };
    assert_eq!(begin(1, first, first).await, None);
    let waits = begin(1, now, first).await.unwrap();
    assert_eq!((waits.request, waits.answer), (new(1), None));
    assert_eq!(begin(2, now, first).await, None, "the key of somebody else is another one");

    requests::release(store, 1, "4711").await.unwrap();
    assert_eq!(begin(1, first, first).await, None);
    let answer = Answer { status: 201, location: text("/api/v1/drafts/7"), body: text("{}") };
    requests::finish(store, 1, "4711", &answer).await.unwrap();
    requests::release(store, 1, "4711").await.unwrap();
    assert_eq!(begin(1, now, first).await.unwrap().answer, Some(answer), "what was done stays");

    assert_eq!(requests::of_account(store, 1, first).await.unwrap(), (1, Some(first)));
    assert_eq!(requests::of_account(store, 1, now).await.unwrap(), (0, None), "by age");
    assert_eq!(requests::of_account(store, 3, first).await.unwrap(), (0, None));

    assert_eq!(begin(1, now, now).await, None, "what is old does not count");
    assert_eq!(requests::forget(store, now).await.unwrap(), 0);
    let later = time("2026-03-04T04:00:00Z");
    assert_eq!(requests::forget(store, later).await.unwrap(), 2);
}

/// A request that is noted with what it does is forgotten with it, and known once that is kept.
pub(crate) async fn a_request_is_noted_with_what_it_does(database: &TestDb) {
    let (store, now) = (&database.store, time("2026-03-02T04:00:00Z"));
    let new = Request {
        account: 0,
        key: "form-4711".to_owned(),
        request: "comment 1".to_owned(),
        sha256: String::new(),
        held: String::new(),
    };
    let given_up = store.begin().await.unwrap();
    assert!(requests::note(&given_up, &new, now).await.unwrap());
    drop(given_up);
    for is_first in [true, false] {
        let transaction = store.begin().await.unwrap();
        assert_eq!(requests::note(&transaction, &new, now).await.unwrap(), is_first);
        transaction.commit().await.unwrap();
    }
    let kept = requests::find(store, 0, "form-4711").await.unwrap().unwrap();
    assert_eq!(kept.answer.unwrap().status, 303);
}
