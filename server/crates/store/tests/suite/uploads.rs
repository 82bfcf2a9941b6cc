//! Uploads and condemned bytes in the database.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_store::StoreError;
use kaishu_store::condemned;
use kaishu_store::uploads::{self, Upload, UploadPart, UploadTarget};

use crate::accounts::{create, new as new_account};
use crate::database::TestDb;

pub(crate) async fn parts_go_on_where_the_upload_is(database: &TestDb) {
    let store = &database.store;
    let account = create(database, &new_account("zhang.wei")).await.unwrap();
    let expires_at = "2026-11-22T04:00:00Z".parse().unwrap();
    let new = Upload {
        id: "a".repeat(32),
        account,
        target: UploadTarget::Dataset("YX-T-0001".parse().unwrap()),
        file_name: "站点.csv".to_owned(),
        size_bytes: 10,
        sha256: None,
        received: 0,
        result: None,
        expires_at,
    };
    let begun = expires_at - TimeDelta::hours(24);
    assert!(uploads::begin(store, &new, begun, 1).await.unwrap());
    let second = Upload { id: "b".repeat(32), ..new.clone() };
    assert!(!uploads::begin(store, &second, begun, 1).await.unwrap(), "one at a time");
    assert_eq!(uploads::find(store, &new.id).await.unwrap(), Some(new.clone()));
    assert_eq!(uploads::find(store, "b\0").await.unwrap(), None);

    let part = |start, end| UploadPart { start, end, key: format!("uploads/a-{start}") };
    uploads::add_parts(store, &new.id, &[part(0, 4)], expires_at).await.unwrap();
    // Two senders began at the same place.
    let late = uploads::add_parts(store, &new.id, &[part(0, 6)], expires_at).await.unwrap_err();
    assert!(matches!(late, StoreError::Conflict { .. }), "{late}");
    let later = expires_at + TimeDelta::hours(1);
    uploads::add_parts(store, &new.id, &[part(4, 7), part(7, 10)], later).await.unwrap();
    let found = uploads::find(store, &new.id).await.unwrap().unwrap();
    assert_eq!((found.received, found.expires_at), (10, later));
    let parts = uploads::parts(store, &new.id).await.unwrap();
    assert_eq!(parts, [part(0, 4), part(4, 7), part(7, 10)]);

    assert_eq!(uploads::n_open(store, account, expires_at).await.unwrap(), 1);
    let transaction = store.begin().await.unwrap();
    uploads::finish(&transaction, &new.id, 2).await.unwrap();
    transaction.commit().await.unwrap();
    let transaction = store.begin().await.unwrap();
    assert!(uploads::finish(&transaction, &new.id, 3).await.is_err(), "it became something");
    drop(transaction);
    assert_eq!(uploads::n_open(store, account, expires_at).await.unwrap(), 0);
    assert_eq!(uploads::expired(store, expires_at, 9).await.unwrap(), Vec::<String>::new());
    assert_eq!(uploads::expired(store, later, 9).await.unwrap(), std::slice::from_ref(&new.id));
    uploads::remove(store, &new.id).await.unwrap();
    assert_eq!(uploads::find(store, &new.id).await.unwrap(), None);
    assert_eq!(uploads::parts(store, &new.id).await.unwrap(), []);
}

pub(crate) async fn one_sender_goes_on_and_what_ran_out_goes(database: &TestDb) {
    let store = &database.store;
    let account = create(database, &new_account("zhang.wei")).await.unwrap();
    let noon: DateTime<Utc> = "2026-11-22T04:00:00Z".parse().unwrap();
    let at = |seconds| noon + TimeDelta::seconds(seconds);
    let new = Upload {
        id: "a".repeat(32),
        account,
        target: UploadTarget::Draft(17),
        file_name: "站点.csv".to_owned(),
        size_bytes: 10,
        sha256: None,
        received: 0,
        result: None,
        expires_at: at(100),
    };
    uploads::begin(store, &new, noon, 9).await.unwrap();
    let id = new.id.as_str();

    assert!(uploads::take_lease(store, id, at(0), at(60)).await.unwrap());
    assert!(!uploads::take_lease(store, id, at(59), at(119)).await.unwrap());
    assert!(uploads::renew_lease(store, id, at(60), at(80)).await.unwrap());
    assert!(!uploads::take_lease(store, id, at(60), at(120)).await.unwrap());
    uploads::end_lease(store, id, at(60)).await.unwrap();
    assert!(!uploads::take_lease(store, id, at(60), at(120)).await.unwrap(), "it is another one");
    assert!(uploads::take_lease(store, id, at(80), at(140)).await.unwrap(), "nobody is there");
    assert!(!uploads::renew_lease(store, id, at(80), at(150)).await.unwrap());
    uploads::end_lease(store, id, at(140)).await.unwrap();
    assert!(uploads::take_lease(store, id, at(81), at(141)).await.unwrap());

    let part = UploadPart { start: 0, end: 4, key: "uploads/a-0".to_owned() };
    assert_eq!(uploads::expired(store, at(100), 9).await.unwrap(), [id]);
    // Somebody goes on with it since it was listed.
    uploads::add_parts(store, id, std::slice::from_ref(&part), at(200)).await.unwrap();
    assert_eq!(uploads::remove_expired(store, id, at(100)).await.unwrap(), None);
    uploads::keep(store, id, at(199), at(300)).await.unwrap();
    assert_eq!(uploads::remove_expired(store, id, at(200)).await.unwrap(), None);
    assert!(uploads::keep(store, id, at(300), at(400)).await.is_err(), "it ran out");
    assert_eq!(uploads::remove_expired(store, id, at(300)).await.unwrap(), Some(vec![part]));
    assert_eq!(uploads::find(store, id).await.unwrap(), None);
}

pub(crate) async fn condemned_bytes_are_listed_from_their_last_condemnation(database: &TestDb) {
    let store = &database.store;
    let noon: DateTime<Utc> = "2026-11-22T04:00:00Z".parse().unwrap();
    let at = |hour| noon + TimeDelta::hours(hour);
    let keys = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<BTreeSet<_>>();
    let add = async |names: &[&str], hour| {
        let transaction = store.begin().await.unwrap();
        let new = condemned::add(&transaction, &keys(names), at(hour)).await.unwrap();
        transaction.commit().await.unwrap();
        new
    };
    assert_eq!(add(&["a", "b"], 0).await, keys(&["a", "b"]));
    assert_eq!(add(&["a", "c"], 1).await, keys(&["c"]));
    condemned::postpone(store, "c", at(2)).await.unwrap();
    let listed = condemned::list(store).await.unwrap();
    let listed: Vec<_> = listed.into_iter().map(|it| (it.key, it.at)).collect();
    let expected = [("b", at(0)), ("a", at(1)), ("c", at(2))].map(|(key, at)| (key.to_owned(), at));
    assert_eq!(listed, expected);
    // Of two that read the same one has it.
    assert!(condemned::claim(store, "b", at(0), at(3)).await.unwrap());
    assert!(!condemned::claim(store, "b", at(0), at(3)).await.unwrap());
    assert!(!condemned::claim(store, "d", at(0), at(3)).await.unwrap());
    assert_eq!(condemned::list(store).await.unwrap().last().unwrap().at, at(3));
    condemned::remove(store, "a").await.unwrap();
    assert_eq!(condemned::list(store).await.unwrap().len(), 2);
    assert!(condemned::used(store, &["a".to_owned()]).await.unwrap().is_empty());
    assert!(condemned::drafted(store).await.unwrap().is_empty());
    assert!(!condemned::is_used(store, "a").await.unwrap());
}
