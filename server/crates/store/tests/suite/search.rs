//! What search is told, and the feed it follows.

use kaishu_store::datasets::{self, EntryWrite, ResourceWrite};
use kaishu_store::feed;
use kaishu_types::vocabulary::{DatasetState, Format, OpenClass};

use crate::build::{code, entry, file, imported, listed, places, time, write};
use crate::database::TestDb;

/// Proves SRCH-04: what is not open cannot be found.
pub(crate) async fn documents_hold_only_what_is_public(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let mut open = EntryWrite {
        organization: "YX-LC-JTJ".to_owned(),
        region: "YX-LC".to_owned(),
        ..imported("s-1", "停车场")
    };
    open.resources.push(ResourceWrite { format: Format::Xlsx, ..file("年报") });
    let mut closed = entry("不予开放");
    closed.fields.open.class = OpenClass::None;
    let draft = EntryWrite { state: DatasetState::Draft, ..entry("草稿") };
    let mut codes = Vec::new();
    for entry in [open, closed, draft] {
        codes.push(write(store, entry).await.0.to_string());
    }
    codes.push("NO-SUCH-1".to_owned());

    let documents = datasets::search_documents(store, &codes, listed).await.unwrap();

    let [document] = documents.as_slice() else {
        panic!("one of the four is public, not {}", documents.len());
    };
    assert_eq!(document.card.code.as_str(), codes[0]);
    assert_eq!(document.card.organization.name, "机构YX-LC-JTJ");
    assert_eq!(document.regions, ["YX-LC", "YX"]);
    let items: Vec<_> = document.items.iter().map(|item| item.name.as_str()).collect();
    assert_eq!(items, ["name", "address"]);
    assert_eq!((document.card.n_items, document.card.n_open_items), (2, 1));
    assert_eq!(document.card.formats, [Format::Csv, Format::Xlsx]);
    // The stricter of its own class and that of its items.
    assert_eq!(document.card.open_class, OpenClass::Conditional);
    assert_eq!(document.card.source_id.as_deref(), Some("s-1"));
    assert_eq!(document.keywords, ["停车", "泊位"]);
    assert_eq!(document.priority, ["livelihood"]);
    let none = datasets::search_documents(store, &codes, |_, _| false).await.unwrap();
    assert!(none.is_empty(), "a rule that lists nothing lists nothing");
}

pub(crate) async fn pages_of_codes_reach_every_dataset(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let batch: Vec<_> = (0..25).map(|n| imported(&n.to_string(), "甲")).collect();
    datasets::upsert_batch(store, &batch).await.unwrap();

    let mut codes = Vec::new();
    let mut next = Some(0);
    while let Some(after_id) = next {
        let page = datasets::page_of_codes(store, after_id, 10).await.unwrap();
        assert!(page.codes.len() <= 10);
        codes.extend(page.codes);
        next = page.next_after_id;
    }

    codes.sort();
    codes.dedup();
    assert_eq!(codes.len(), 25);
    let documents = datasets::search_documents(store, &codes, listed).await.unwrap();
    assert_eq!(documents.len(), 25);
}

pub(crate) async fn the_feed_follows_the_commits(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    assert_eq!(feed::head(store).await.unwrap(), 0);
    let (first, _) = write(store, imported("a", "甲")).await;
    let (second, _) = write(store, imported("b", "乙")).await;
    write(store, imported("a", "甲二")).await;
    let at = time("2026-05-01T00:00:00Z");
    datasets::set_state(store, &second, DatasetState::Retired, None, at).await.unwrap();

    let changes = feed::since(store, 0, 100).await.unwrap();

    let codes: Vec<_> = changes.iter().map(|change| &change.dataset_code).collect();
    assert_eq!(codes, [&first, &second, &first, &second]);
    assert!(changes.is_sorted_by(|a, b| a.seq < b.seq));
    assert_eq!(feed::head(store).await.unwrap(), changes[3].seq);
    let rest = feed::since(store, changes[1].seq, 1).await.unwrap();
    assert_eq!(rest, changes[2..3]);
}

pub(crate) async fn writers_at_the_same_time_leave_a_complete_feed(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let mut writers = Vec::new();
    for writer in 0..4 {
        let store = store.clone();
        writers.push(tokio::spawn(async move {
            for n in 0..10 {
                write(&store, imported(&format!("{writer}-{n}"), "甲")).await;
            }
        }));
    }

    let mut seen = Vec::new();
    let mut last = 0;
    while seen.len() < 40 {
        let changes = feed::since(store, last, 100).await.unwrap();
        last = changes.last().map_or(last, |change| change.seq);
        seen.extend(changes);
        tokio::task::yield_now().await;
        let running = writers.iter().any(|writer| !writer.is_finished());
        assert!(running || last < feed::head(store).await.unwrap() || seen.len() == 40);
    }
    for writer in writers {
        writer.await.unwrap();
    }

    let all = feed::since(store, 0, 100).await.unwrap();
    assert_eq!(seen, all, "a follower saw every change, in order");
    let mut codes: Vec<_> = all.iter().map(|change| change.dataset_code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), 40);
    assert_eq!(codes[39], code("YX-FGW-0040").as_str());
}
