//! Receipts, usage, statistics and imports.

use kaishu_domain::cases::{Actor, Body, Event};
use kaishu_store::datasets::{self, EntryWrite, Outcome};
use kaishu_store::log::{self, Entry, Fault, SealKey};
use kaishu_store::receipts::{self, Under};
use kaishu_store::usage::{self, Used};
use kaishu_store::{Store, StoreError, imports, stats};
use kaishu_types::import::{MergeReport, Rejection};
use kaishu_types::organization::Named;
use kaishu_types::receipt::{ReceiptView, Retrieved};
use kaishu_types::stats::{Count, GroupStats};
use kaishu_types::vocabulary::{DatasetState, Frequency, OpenClass};
use kaishu_types::{DatasetCode, ReceiptCode};
use sea_orm::ConnectionTrait;

use crate::build::{code, day, entry, find, imported, listed, places, time, write};
use crate::database::TestDb;

/// Proves the keeping of DL-04.
pub(crate) async fn receipts_are_kept(database: &TestDb) {
    let store = &database.store;
    let receipt = |number| ReceiptView {
        code: number,
        dataset: code("YX-FGW-0001"),
        dataset_title: "停车场".to_owned(),
        version: 3,
        kind: Retrieved::Original,
        question: None,
        resource_id: Some(77),
        resource_title: "泊位".to_owned(),
        file_name: "泊位.csv".to_owned(),
        size_bytes: Some(5_000_000_000),
        sha256: Some("ab".repeat(32)),
        sm3: Some("cd".repeat(32)),
        provider: Named { code: "YX-FGW".to_owned(), name: "发改委".to_owned(), name_en: None },
        licence: "open".to_owned(),
        licence_accepted: true,
        retrieved_at: time("2026-11-21T16:30:00.5Z"),
        attribution: "来源：发改委，获取日期：2026-11-22".to_owned(),
    };

    let day = day("2026-11-22");
    let first = receipts::create(store, day, &Under::default(), receipt).await.unwrap();
    let second = receipts::create(store, day, &Under::default(), receipt).await.unwrap();

    let text = first.code.as_str();
    assert!(text.starts_with("R-20261122-") && text.len() == 23, "{text}");
    assert_ne!(first.code, second.code);
    let found = receipts::find(store, &first.code).await.unwrap().unwrap();
    assert_eq!(found, first);
    assert_eq!(found, receipt(first.code.clone()));
    let unknown = "R-20261122-000000000000".parse().unwrap();
    assert_eq!(receipts::find(store, &unknown).await.unwrap(), None);

    // What is sent while it is made is known at its end, once.
    let answer = |number| ReceiptView {
        kind: Retrieved::Export,
        question: Some("filter=a+%3E+1".to_owned()),
        size_bytes: None,
        sha256: None,
        sm3: None,
        ..receipt(number)
    };
    let given = receipts::create(store, day, &Under::default(), answer).await.unwrap();
    assert_eq!(receipts::find(store, &given.code).await.unwrap(), Some(given.clone()));
    receipts::complete(store, &given.code, 9, "ef").await.unwrap();
    receipts::complete(store, &given.code, 10, "00").await.unwrap();
    receipts::complete(store, &first.code, 10, "00").await.unwrap();
    let found = receipts::find(store, &given.code).await.unwrap().unwrap();
    assert_eq!((found.size_bytes, found.sha256.as_deref()), (Some(9), Some("ef")));
    assert_eq!(receipts::find(store, &first.code).await.unwrap(), Some(first));
}

/// Seals what is not sealed yet; whether there was anything.
async fn seal(store: &Store) -> bool {
    let Some(batch) = log::unsealed_receipts(store).await.unwrap() else { return false };
    let body = Body { facts: batch.facts(), ..Body::default() };
    let at = time("2026-11-22T04:00:00Z");
    let event = Event { name: log::SEALED.to_owned(), by: Actor::system(), at, body };
    let key = batch.key();
    let entry = Entry {
        case: None,
        kind: log::RECEIPT,
        subject: log::RECEIPT,
        event: &event,
        idempotency_key: Some(&key),
    };
    let append = async || {
        let transaction = store.begin().await.unwrap();
        log::append(&transaction, &seal_key(), &entry).await?;
        transaction.commit().await
    };
    append().await.unwrap();
    let again = append().await;
    assert!(matches!(again, Err(StoreError::Conflict { .. })), "of two nodes one seals");
    true
}

fn seal_key() -> SealKey {
    SealKey::new([7; 32])
}

fn delivered(number: ReceiptCode, is_whole: bool) -> ReceiptView {
    ReceiptView {
        code: number,
        dataset: code("YX-FGW-0001"),
        dataset_title: "停车场".to_owned(),
        version: 3,
        kind: Retrieved::Export,
        question: None,
        resource_id: Some(77),
        resource_title: "泊位".to_owned(),
        file_name: "泊位.csv".to_owned(),
        size_bytes: is_whole.then_some(12),
        sha256: is_whole.then(|| "ab".repeat(32)),
        sm3: None,
        provider: Named { code: "YX-FGW".to_owned(), name: "发改委".to_owned(), name_en: None },
        licence: "open".to_owned(),
        licence_accepted: true,
        retrieved_at: time("2026-11-21T16:30:00.5Z"),
        attribution: "来源：发改委".to_owned(),
    }
}

// Proves SEC-01 for use and export: every delivery leaves a receipt that the log seals, and a receipt that is changed,
// removed or added afterwards is found; what is known at the end of a delivery only is sealed then.
pub(crate) async fn what_is_done_to_receipts_is_found(database: &TestDb) {
    let store = &database.store;
    let create = async |is_whole: bool| {
        let receipt = |number| delivered(number, is_whole);
        receipts::create(store, day("2026-11-22"), &Under::default(), receipt).await.unwrap().code
    };
    let verify = async || log::verify(store, &seal_key()).await.unwrap();
    assert!(!seal(store).await, "there is nothing to seal");
    create(true).await;
    let open = create(false).await;
    create(true).await;
    assert!(seal(store).await);
    assert!(!seal(store).await, "it is sealed already");
    // A delivery that ends after its receipt was sealed.
    receipts::complete(store, &open, 9, "ef").await.unwrap();
    create(true).await;
    let found = verify().await;
    let counts = (found.n_receipts, found.n_unsealed_receipts, found.faults.as_slice());
    assert_eq!(counts, (3, 1, [].as_slice()));
    assert!(seal(store).await);
    let found = verify().await;
    let counts = (found.n_receipts, found.n_unsealed_receipts, found.faults.as_slice());
    assert_eq!(counts, (4, 0, [].as_slice()));

    let back_door = database.back_door().await;
    let change = async |sql: &str| {
        back_door.execute_unprepared(sql).await.unwrap();
    };
    let first = |found| Fault::Receipts { seq: 1, first: 1, last: 3, sealed: 3, found };
    let text = "provider_name = '发改委'";
    for (sql, undo) in [
        ("provider_name = '别的'", text),
        ("grant_case = 7", "grant_case = NULL"),
        ("question = 'a'", "question = NULL"),
        ("account_id = 7", "account_id = NULL"),
        ("organization = 'YX-B'", "organization = NULL"),
        ("version = 2", "version = 3"),
    ] {
        change(&format!("UPDATE retrieval_receipt SET {sql} WHERE id = 1")).await;
        assert_eq!(verify().await.faults, [first(3)], "{sql}");
        change(&format!("UPDATE retrieval_receipt SET {undo} WHERE id = 1")).await;
        assert_eq!(verify().await.faults, [], "{undo}");
    }
    // The end of a delivery is neither changed nor forgotten nor made up.
    for sql in [
        "UPDATE retrieval_receipt SET size_bytes = 10 WHERE id = 2",
        "UPDATE receipt_completion SET sha256 = '00'",
    ] {
        change(sql).await;
        assert!(verify().await.faults.contains(&first(3)), "{sql}");
        change("UPDATE retrieval_receipt SET size_bytes = 9 WHERE id = 2").await;
        change("UPDATE receipt_completion SET sha256 = 'ef'").await;
        assert_eq!(verify().await.faults, []);
    }
    let made_up = "INSERT INTO receipt_completion (code, size_bytes, sha256) SELECT code, size_bytes, sha256 FROM retrieval_receipt WHERE id = 3";
    change(made_up).await;
    assert_eq!(verify().await.faults, [first(3)]);
    change("DELETE FROM receipt_completion WHERE id > 1").await;

    // Removed, and put back; added where none was.
    change("CREATE TABLE aside AS SELECT * FROM retrieval_receipt WHERE id = 3").await;
    change("DELETE FROM retrieval_receipt WHERE id = 3").await;
    let found = verify().await.faults;
    assert_eq!(found, [first(2)]);
    assert!(found[0].to_string().contains("1 are missing"), "{}", found[0]);
    change("INSERT INTO retrieval_receipt SELECT * FROM aside").await;
    assert_eq!(verify().await.faults, []);
    change("UPDATE aside SET id = 0, code = 'R-20261122-000000000001'").await;
    change("INSERT INTO retrieval_receipt SELECT * FROM aside").await;
    let found = verify().await.faults;
    assert_eq!(found, [first(4)]);
    assert!(found[0].to_string().contains("1 were added"), "{}", found[0]);
    change("DELETE FROM retrieval_receipt WHERE id = 0").await;
    // The entry itself is one of the log.
    change(
        "UPDATE case_event SET body = replace(body, '\"n\":\"3\"', '\"n\":\"2\"') WHERE seq = 1",
    )
    .await;
    assert_eq!(verify().await.faults, [Fault::Changed { seq: 1 }]);
    change("DROP TABLE aside").await;
    // What is sealed next hangs on the last entry alone: the others are not read for it.
    change("UPDATE case_event SET body = '{' WHERE seq = 1").await;
    create(true).await;
    assert!(log::unsealed_receipts(store).await.unwrap().is_some());
    change("UPDATE case_event SET body = '{' WHERE seq = 2").await;
    assert!(matches!(log::unsealed_receipts(store).await, Err(StoreError::Corrupt { .. })));
}

fn used(dataset: &DatasetCode, text: &str, views: u64, downloads: u64) -> Used {
    Used { dataset: dataset.clone(), day: day(text), views, downloads }
}

pub(crate) async fn usage_of_an_unknown_dataset_does_not_hold_up_the_others(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    // More than one chunk of codes and of numbers.
    let entries: Vec<_> = (0..520).map(|n| imported(&format!("id {n}"), "甲")).collect();
    let verdicts = datasets::upsert_batch(store, &entries).await.unwrap();
    let codes: Vec<_> = verdicts.into_iter().map(|verdict| verdict.unwrap().code).collect();
    let mut all: Vec<_> =
        codes.iter().zip(1..).map(|(code, n)| used(code, "2026-05-01", n, 2 * n)).collect();
    all.insert(0, used(&"A-GONE".parse().unwrap(), "2026-05-01", 1, 1));
    all.push(used(&"ZZ-GONE".parse().unwrap(), "2026-05-01", 1, 1));

    usage::add(store, &all).await.unwrap();
    usage::add(store, &all[..1]).await.unwrap();

    for (n, code) in [(1, &codes[0]), (260, &codes[259]), (520, &codes[519])] {
        let counted = find(store, code).await;
        assert_eq!((counted.n_views, counted.n_downloads), (n, 2 * n));
    }
    let days = usage::by_day(store, listed, day("2026-05-01"), day("2026-05-31")).await.unwrap();
    let sums: Vec<_> = days.iter().map(|one| (one.views, one.downloads)).collect();
    assert_eq!(sums, [(520 * 521 / 2, 520 * 521)]);
}

pub(crate) async fn usage_adds_up(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let (first, _) = write(store, imported("a", "甲")).await;
    let (second, _) = write(store, imported("b", "乙")).await;
    let first_day = [used(&first, "2026-05-01", 3, 1), used(&second, "2026-05-01", 1, 0)];
    usage::add(store, &first_day).await.unwrap();

    let later = [
        used(&first, "2026-05-01", 2, 0),
        used(&second, "2026-05-02", 1, 4),
        used(&second, "2026-05-02", 1, 1),
    ];
    usage::add(store, &later).await.unwrap();
    usage::add(store, &[]).await.unwrap();

    let days = usage::by_day(store, listed, day("2026-05-01"), day("2026-05-31")).await.unwrap();
    let sums: Vec<_> =
        days.iter().map(|one| (one.day.to_string(), one.views, one.downloads)).collect();
    assert_eq!(sums, [("2026-05-01".to_owned(), 6, 1), ("2026-05-02".to_owned(), 2, 5)]);
    let counted = find(store, &first).await;
    assert_eq!((counted.n_views, counted.n_downloads), (5, 1));
    let top = usage::top_datasets(store, 5, day("2026-05-01")).await.unwrap();
    let top: Vec<_> = top.iter().map(|one| (&one.code, one.views, one.downloads)).collect();
    assert_eq!(top, [(&second, 3, 5), (&first, 5, 1)]);
    let recent = usage::top_datasets(store, 5, day("2026-05-02")).await.unwrap();
    assert_eq!(recent.len(), 1);
}

/// Proves SHOW-07: datasets, views and downloads by class and by region, of what is listed only.
pub(crate) async fn statistics_count_what_is_listed(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let empty = stats::counts(store, listed, day("2026-11-21")).await.unwrap();
    assert_eq!(empty.n_datasets, 0);
    let open = || {
        let mut open = imported("a", "甲");
        open.items.retain(|item| item.open_class != OpenClass::None);
        open.items.iter_mut().for_each(|item| item.open_class = OpenClass::Unconditional);
        open
    };
    let (counted, _) = write(store, open()).await;
    let mut fixed = EntryWrite {
        organization: "YX-LC-JTJ".to_owned(),
        region: "YX-LC".to_owned(),
        ..imported("b", "乙")
    };
    fixed.fields.frequency = Frequency::Static;
    fixed.fields.open.class = OpenClass::Conditional;
    fixed.fields.theme = "health".to_owned();
    let (conditional, _) = write(store, fixed).await;
    let draft = EntryWrite { state: DatasetState::Draft, ..entry("草稿") };
    let (draft, _) = write(store, draft).await;
    let mut closed = imported("c", "不予开放");
    closed.fields.open.class = OpenClass::None;
    let (closed, _) = write(store, closed).await;
    // A superseded resource is counted no more.
    let mut changed = open();
    changed.resources.truncate(1);
    write(store, changed).await;
    let all_used = [
        used(&counted, "2026-05-01", 7, 2),
        used(&conditional, "2026-05-01", 1, 0),
        used(&draft, "2026-05-01", 100, 100),
        used(&closed, "2026-05-01", 1_000, 1_000),
        used(&closed, "2026-05-02", 1_000, 1_000),
    ];
    usage::add(store, &all_used).await.unwrap();

    let stats = stats::counts(store, listed, day("2026-11-21")).await.unwrap();

    assert_eq!((stats.n_datasets, stats.n_items, stats.n_resources), (2, 4, 3));
    assert_eq!((stats.n_organizations, stats.n_overdue), (2, 1));
    assert_eq!((stats.n_views, stats.n_downloads), (8, 2));
    let days = usage::by_day(store, listed, day("2026-05-01"), day("2026-05-31")).await.unwrap();
    let days: Vec<_> = days.iter().map(|it| (it.day, it.views, it.downloads)).collect();
    assert_eq!(days, [(day("2026-05-01"), 8, 2)]);
    let groups = |groups: &[GroupStats]| -> Vec<(String, u64, u64, u64)> {
        let figures = |it: &GroupStats| (it.value.clone(), it.count, it.n_views, it.n_downloads);
        groups.iter().map(figures).collect()
    };
    let group = |value: &str, views, downloads| (value.to_owned(), 1, views, downloads);
    let expected = [group("conditional", 1, 0), group("unconditional", 7, 2)];
    assert_eq!(groups(&stats.by_class), expected);
    assert_eq!(groups(&stats.by_region), [group("YX", 7, 2), group("YX-LC", 1, 0)]);
    let pairs = |counts: &[Count]| -> Vec<(String, u64)> {
        counts.iter().map(|count| (count.value.clone(), count.count)).collect()
    };
    let one = |value: &str| (value.to_owned(), 1);
    assert_eq!(pairs(&stats.by_theme), [one("health"), one("traffic")]);
    assert_eq!(pairs(&stats.by_frequency), [one("monthly"), one("static")]);
    assert_eq!(pairs(&stats.by_format), [("csv".to_owned(), 3)]);
    let provider = &stats.by_provider[0];
    assert_eq!(provider.organization.code, "YX-FGW");
    assert_eq!((provider.n_datasets, provider.n_overdue, provider.n_downloads), (1, 1, 2));
}

pub(crate) async fn an_import_goes_on_where_it_stopped(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let mut run = imports::start(store, "other", "sha256:1").await.unwrap();
    assert_eq!(run.position, 0);
    let rejection = Rejection { record: "line 3".to_owned(), reason: "bad\0text".to_owned() };
    let batch = [imported("a", "甲"), imported("b", "乙")];

    let transaction = store.begin_catalogue().await.unwrap();
    let written = imports::apply_batch(&transaction, &run, &batch, 2, |verdicts, mut report| {
        let created = verdicts.iter().flatten().filter(|one| one.outcome == Outcome::Created);
        report.created += created.count() as u64;
        report
    });
    run = written.await.unwrap().1;
    transaction.commit().await.unwrap();
    let report = MergeReport { rejected: vec![rejection.clone()], ..run.report.clone() };
    imports::progress(store, &mut run, 3, report).await.unwrap();

    let found = imports::find_resumable(store, "other", "sha256:1").await.unwrap().unwrap();
    assert_eq!(found, run);
    assert_eq!((found.position, found.report.created), (3, 2));
    assert_eq!(found.report.rejected, [rejection]);
    assert_eq!(imports::find_resumable(store, "other", "sha256:2").await.unwrap(), None);
    assert_eq!(datasets::page_of_codes(store, 0, 10).await.unwrap().codes.len(), 2);

    let transaction = store.begin().await.unwrap();
    imports::finish(&transaction, &run, &run.report).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(imports::find_resumable(store, "other", "sha256:1").await.unwrap(), None);
}
