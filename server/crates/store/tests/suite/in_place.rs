//! What was fetched of files that stand at their provider.

use std::collections::BTreeSet;

use kaishu_store::condemned;
use kaishu_store::datasets;
use kaishu_store::in_place::{self, Copy};
use kaishu_store::tables::{self, TableRow};
use kaishu_types::DatasetCode;

use crate::build::{entry, file, places, time, write};
use crate::database::TestDb;

fn table(key: &str) -> TableRow {
    TableRow {
        name: String::new(),
        blob_key: key.to_owned(),
        size_bytes: 7,
        n_rows: 1,
        facts: "{}".to_owned(),
    }
}

fn keys(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|key| (*key).to_owned()).collect()
}

// Part of PUB-11: what was fetched is kept with its tables, is replaced with them, holds its bytes and goes with them.
pub(crate) async fn a_copy_takes_the_place_of_the_one_before_and_goes(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let code: DatasetCode = "YX-FGW-0001".parse().unwrap();
    let mut open = entry("停车场");
    open.code = Some(code.clone());
    let mut away = file("停车场");
    away.url = Some("https://data.example.cn/a.csv".to_owned());
    away.in_place = Some("不具备对接条件".to_owned());
    away.blob_key = None;
    open.resources = vec![file("别的"), away];
    write(store, open).await;
    let found = datasets::find(store, &code).await.unwrap().unwrap();
    let (here, id) = (found.resources[0].id, found.resources[1].id);
    assert_eq!(found.resources[1].in_place.as_deref(), Some("不具备对接条件"));
    assert_eq!(in_place::source(store, &code, here).await.unwrap(), None);
    let other: DatasetCode = "YX-FGW-0002".parse().unwrap();
    assert_eq!(in_place::source(store, &other, id).await.unwrap(), None);
    let source = in_place::source(store, &code, id).await.unwrap().unwrap();
    assert!(source.is_current && source.url == "https://data.example.cn/a.csv");

    let copy = Copy {
        resource: id,
        dataset: code.clone(),
        url: source.url,
        etag: Some("\"v1\"".to_owned()),
        last_modified: None,
        blob_key: "sha256/aa/one".to_owned(),
        size_bytes: 5_000_000_000,
        sha256: "aa".repeat(32),
        sm3: "bb".repeat(32),
        fetched_at: time("2026-11-21T04:00:00Z"),
        asked_at: time("2026-11-21T04:00:00Z"),
    };
    assert_eq!(in_place::put(store, &copy, vec![table("table-1")]).await.unwrap(), keys(&[]));
    assert_eq!(in_place::copy(store, id).await.unwrap(), Some(copy.clone()));
    let all = ["sha256/aa/one".to_owned(), "table-1".to_owned(), "nothing".to_owned()];
    let used = condemned::used(store, &all).await.unwrap();
    assert_eq!(used, keys(&["sha256/aa/one", "table-1"]));

    let next = Copy { blob_key: "sha256/aa/two".to_owned(), etag: None, ..copy };
    let before = in_place::put(store, &next, vec![table("table-2")]).await.unwrap();
    assert_eq!(before, keys(&["sha256/aa/one", "table-1"]));
    let kept = tables::of_resources(store, &[id]).await.unwrap();
    assert_eq!(kept.iter().map(|it| it.blob_key.as_str()).collect::<Vec<_>>(), ["table-2"]);

    let later = time("2026-11-21T05:00:00Z");
    in_place::confirm(store, id, later).await.unwrap();
    let times = in_place::times(store, &code).await.unwrap();
    assert_eq!(times[&id], (time("2026-11-21T04:00:00Z"), later));
    assert_eq!(in_place::run_out(store, later).await.unwrap(), []);
    let out = in_place::run_out(store, time("2026-11-21T05:00:01Z")).await.unwrap();
    assert_eq!(out, [(id, code.clone())]);
    let gone = in_place::remove(store, id, &code).await.unwrap();
    assert_eq!(gone, keys(&["sha256/aa/two", "table-2"]));
    assert_eq!(in_place::copy(store, id).await.unwrap(), None);
    assert!(tables::of_resources(store, &[id]).await.unwrap().is_empty());
}
