//! What the authority administers, and the log by region.

use kaishu_domain::cases::{Actor, Body, CaseFile, Event};
use kaishu_store::cases::{self, CaseSubject, Happening};
use kaishu_store::datasets::EntryWrite;
use kaishu_store::log::{self, Entry, SealKey, Search};
use kaishu_store::{StoreError, guide, guide_drafts, organizations, vocabulary};
use kaishu_types::case::CaseKind;
use kaishu_types::vocabulary::Term;

use crate::build::{self, day, entry, listed, organization, time};
use crate::database::TestDb;

fn key() -> SealKey {
    SealKey::new([7; 32])
}

fn event(name: &str, to: &str) -> Event {
    Event {
        name: name.to_owned(),
        by: Actor::system(),
        at: time("2026-03-02T04:00:00Z"),
        body: Body { to: to.to_owned(), ..Body::default() },
    }
}

// Proves ORG-11 in the store: a page of the log within regions is cut by the database. Cases, datasets and
// organizations know their region; what knows none belongs to none.
pub(crate) async fn the_log_is_searched_within_regions(database: &TestDb) {
    let store = &database.store;
    build::places(store).await;
    let county = EntryWrite { region: "YX-LC".to_owned(), ..entry("县") };
    let (wide, _) = build::write(store, entry("州")).await;
    let (narrow, _) = build::write(store, county).await;
    let acts = [
        ("dataset", wide.as_str()),
        ("dataset", narrow.as_str()),
        ("organization", "YX-LC-JTJ"),
        ("delegation", "YX-FGW"),
        ("import", "YX-LC-JTJ"),
        ("dataset", "YX-NO-0001"),
        ("account", "li.na"),
    ];
    for (kind, subject) in acts {
        let done = event("version", "");
        let entry = Entry { case: None, kind, subject, event: &done, idempotency_key: None };
        let transaction = store.begin().await.unwrap();
        log::append(&transaction, &key(), &entry).await.unwrap();
        transaction.commit().await.unwrap();
    }
    for region in [Some("YX-LC"), Some("YX"), None] {
        let about = CaseSubject {
            subject: wide.to_string(),
            title: "州".to_owned(),
            organization: None,
            region: region.map(str::to_owned),
            policy: "default".to_owned(),
            policy_revision: 1,
        };
        let opened = event("file", "filed");
        let file = CaseFile::open(CaseKind::AccountRequest, &opened).unwrap();
        let happening =
            Happening { event: &opened, file: &file, idempotency_key: None, tells: &[] };
        let transaction = store.begin().await.unwrap();
        cases::open(&transaction, &key(), &about, &happening).await.unwrap();
        transaction.commit().await.unwrap();
    }
    let found = async |regions: Option<&[&str]>, before: Option<i64>, limit: u64| {
        let regions = regions.map(|it| it.iter().map(|code| (*code).to_owned()).collect());
        let search = Search { regions, before, ..Search::default() };
        let found = log::search(store, &search, limit).await.unwrap();
        found.iter().map(|it| it.seq).collect::<Vec<_>>()
    };
    assert_eq!(found(None, None, 20).await, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(found(Some(&["YX-LC"]), None, 20).await, [8, 3, 2]);
    assert_eq!(found(Some(&["YX"]), None, 20).await, [9, 4, 1]);
    // Pages are full as long as there is something.
    assert_eq!(found(Some(&["YX", "YX-LC"]), None, 4).await, [9, 8, 4, 3]);
    assert_eq!(found(Some(&["YX", "YX-LC"]), Some(3), 4).await, [2, 1]);
    assert_eq!(found(Some(&[]), None, 20).await, [] as [i64; 0]);
}

// Part of ORG-01: a record that somebody changed meanwhile, by hand or by an import, is not overwritten.
pub(crate) async fn a_record_is_saved_over_the_one_that_was_read(database: &TestDb) {
    let store = &database.store;
    build::places(store).await;
    let code = "YX-FGW".parse().unwrap();
    let save = async |revision: Option<i32>, sector: Option<&str>| {
        let transaction = store.begin().await.unwrap();
        let record = organization("YX-FGW", "YX-LC");
        organizations::save(&transaction, &record, sector, revision).await?;
        transaction.commit().await
    };
    let is_conflict = |saved: Result<(), StoreError>| {
        assert!(matches!(saved, Err(StoreError::Conflict { .. })), "{saved:?}");
    };
    is_conflict(save(None, None).await);
    save(Some(1), Some("供水")).await.unwrap();
    is_conflict(save(Some(1), None).await);
    let found = organizations::find_record(store, &code, listed).await.unwrap().unwrap();
    assert_eq!((found.sector.as_deref(), found.revision), (Some("供水"), 2));
    assert_eq!(found.view.region.code, "YX-LC");
    organizations::upsert(store, &[organization("YX-FGW", "YX")]).await.unwrap();
    is_conflict(save(Some(2), None).await);
    let found = organizations::find_record(store, &code, listed).await.unwrap().unwrap();
    // An import knows no sector, so it takes none away.
    assert_eq!((found.sector.as_deref(), found.revision), (Some("供水"), 3));
}

pub(crate) async fn terms_and_guides_are_kept_in_order(database: &TestDb) {
    let store = &database.store;
    let term = |code: &str| Term {
        vocabulary: "theme".to_owned(),
        code: code.to_owned(),
        label_zh: "词".to_owned(),
        label_en: "Word".to_owned(),
        uri: None,
        position: 0,
    };
    let transaction = store.begin().await.unwrap();
    for code in ["b", "a"] {
        vocabulary::add(&transaction, &term(code)).await.unwrap();
    }
    let twice = vocabulary::add(&transaction, &term("a")).await;
    assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
    let now = time("2026-03-02T04:00:00Z");
    assert!(vocabulary::retire(&transaction, "theme", "b", Some(now)).await.unwrap());
    assert!(!vocabulary::retire(&transaction, "theme", "c", Some(now)).await.unwrap());
    for number in 1..=2 {
        let content = format!("{{\"n\":{number}}}");
        let day = day("2026-03-02");
        let version = guide::publish(&transaction, ("新版", None), content, day).await.unwrap();
        assert_eq!(version.number, number);
    }
    transaction.commit().await.unwrap();
    let codes: Vec<String> =
        vocabulary::list(store).await.unwrap().into_iter().map(|it| it.code).collect();
    assert_eq!(codes, ["b", "a"]);
    let retired = vocabulary::retired(store).await.unwrap();
    assert_eq!(retired, [("theme".to_owned(), "b".to_owned())]);
    // What an import writes anew stays retired.
    vocabulary::upsert(store, &[term("b")]).await.unwrap();
    assert_eq!(vocabulary::retired(store).await.unwrap().len(), 1);
    assert_eq!(guide::current(store).await.unwrap(), 2);
    assert_eq!(guide::list(store).await.unwrap()[1].content, "{\"n\":1}");
}

// Part of CAT-03: the next version is saved over what was read, and by nobody over what somebody else saved or published.
pub(crate) async fn the_next_guide_is_saved_over_what_was_read(database: &TestDb) {
    let store = &database.store;
    let now = time("2026-03-02T04:00:00Z");
    let save = async |content: &str, known: u32| {
        let transaction = store.begin().await.unwrap();
        let is_saved =
            guide_drafts::save(&transaction, content, known, ("张伟", now)).await.unwrap();
        transaction.commit().await.unwrap();
        is_saved
    };
    let end = async |known: u32| {
        let transaction = store.begin().await.unwrap();
        let is_ended = guide_drafts::end(&transaction, known).await.unwrap();
        transaction.commit().await.unwrap();
        is_ended
    };
    assert_eq!(guide_drafts::find(store).await.unwrap(), None);
    assert!(!save("{}", 1).await && !end(0).await, "there is none");
    assert!(save("{\"n\":1}", 0).await);
    assert!(!save("{}", 0).await, "somebody began it");
    assert!(save("{\"n\":2}", 1).await);
    assert!(!save("{}", 1).await && !end(1).await, "somebody saved");
    let found = guide_drafts::find(store).await.unwrap().unwrap();
    assert_eq!((found.content.as_str(), found.revision), ("{\"n\":2}", 2));
    assert_eq!((found.is_open, found.changed_by.as_str(), found.changed_at), (true, "张伟", now));
    assert!(end(2).await);
    assert!(!end(3).await, "it is published");
    assert!(!save("{}", 2).await, "somebody published");
    assert!(!guide_drafts::find(store).await.unwrap().unwrap().is_open);
    assert!(save("{\"n\":3}", 3).await);
    assert!(guide_drafts::find(store).await.unwrap().unwrap().is_open);
    assert_eq!(guide::find(store, None).await.unwrap(), None);
    for number in 1..=2 {
        let transaction = store.begin().await.unwrap();
        let content = format!("{{\"n\":{number}}}");
        let day = day("2026-03-02");
        guide::publish(&transaction, ("新版", None), content, day).await.unwrap();
        transaction.commit().await.unwrap();
    }
    let number =
        async |version| guide::find(store, version).await.unwrap().map(|version| version.number);
    assert_eq!(number(None).await, Some(2));
    assert_eq!(number(Some(1)).await, Some(1));
    assert_eq!(number(Some(3)).await, None);
}
