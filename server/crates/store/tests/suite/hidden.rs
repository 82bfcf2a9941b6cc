//! What the public may not know shows in no figure, no date and no version.

use kaishu_store::datasets::{self, EntryWrite, ResourceWrite};
use kaishu_store::organizations::{self, NewOrganization};
use kaishu_store::{Store, stats};
use kaishu_types::DatasetCode;
use kaishu_types::dataset::{DataItemView, VersionView};
use kaishu_types::search::SearchDocument;
use kaishu_types::vocabulary::{DatasetState, Format, OpenClass};
use sea_orm::ConnectionTrait;

use crate::build::{day, file, find, imported, item, listed, organization, places, time, write};
use crate::database::TestDb;

const OPEN: OpenClass = OpenClass::Unconditional;
const CONDITIONAL: OpenClass = OpenClass::Conditional;
const NONE: OpenClass = OpenClass::None;

/// An entry of a class with data items of these classes and one file of a format.
fn built(id: &str, class: OpenClass, items: &[OpenClass], format: Format) -> EntryWrite {
    let items: Vec<DataItemView> = items
        .iter()
        .enumerate()
        .map(|(index, class)| item(&format!("column_{index}"), *class))
        .collect();
    let mut entry = imported(id, "停车场");
    entry.fields.open.class = class;
    let resources = vec![ResourceWrite { format, ..file("停车场") }];
    EntryWrite { items, resources, ..entry }
}

async fn documents(database: &TestDb, codes: &[String]) -> Vec<SearchDocument> {
    let published = |state, _| state == DatasetState::Published;
    datasets::search_documents(&database.store, codes, published).await.unwrap()
}

/// Proves SRCH-04: a format that only a file with hidden items has is neither found nor counted;
/// conditional entries announce what they offer on application.
pub(crate) async fn formats_of_files_that_stay_back_are_not_told(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let entries = [
        built("hidden", OPEN, &[OPEN, NONE], Format::Xlsx),
        built("open", OPEN, &[OPEN], Format::Csv),
        built("without items", OPEN, &[], Format::Csv),
        built("conditional", CONDITIONAL, &[OPEN, CONDITIONAL, NONE], Format::Json),
    ];
    let mut codes = Vec::new();
    for entry in entries {
        codes.push(write(store, entry).await.0.to_string());
    }

    let told: Vec<Vec<Format>> =
        documents(database, &codes).await.into_iter().map(|it| it.card.formats).collect();
    let figures = stats::counts(store, listed, day("2026-11-21")).await.unwrap();

    assert_eq!(told, [vec![], vec![Format::Csv], vec![Format::Csv], vec![Format::Json]]);
    let counts: Vec<_> = figures.by_format.iter().map(|it| (it.value.as_str(), it.count)).collect();
    assert_eq!(counts, [("csv", 2), ("json", 1)]);
    assert_eq!((figures.n_resources, figures.n_items), (3, 4));
}

/// Proves SRCH-04 for a profile that lists entries of class none: the class of their data items says
/// nothing.
pub(crate) async fn an_entry_of_class_none_is_told_by_name_only(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let written = built("closed", NONE, &[OPEN, CONDITIONAL], Format::Csv);
    assert_ne!(written.published_at, written.updated_at);
    let code = write(store, written.clone()).await.0.to_string();

    let documents = documents(database, &[code]).await;
    let published = |state, _| state == DatasetState::Published;
    let figures = stats::counts(store, published, day("2026-11-21")).await.unwrap();

    let [SearchDocument { card, keywords, items, priority, .. }] = documents.as_slice() else {
        panic!("one entry is listed, not {}", documents.len());
    };
    assert_eq!((card.title.as_str(), card.open_class), ("停车场", NONE));
    assert_eq!((card.summary.as_str(), &card.summary_en, &card.source_id), ("", &None, &None));
    assert_eq!((card.n_items, card.n_open_items), (0, 0));
    assert_eq!((card.updated_at, card.next_due), (written.published_at, None));
    assert!(card.formats.is_empty() && items.is_empty());
    assert!(keywords.is_empty() && priority.is_empty());
    assert_eq!((figures.n_datasets, figures.n_items, figures.n_resources), (1, 0, 0));
    assert!(figures.by_format.is_empty());
}

/// Proves SRCH-04: of a provider that an import found nothing is told while all it has is closed.
pub(crate) async fn an_imported_provider_is_told_with_what_is_not_closed(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let found = NewOrganization { is_imported: true, ..organization("YX-FOUND", "YX") };
    organizations::upsert(store, &[found]).await.unwrap();
    let code = "YX-FOUND".parse().unwrap();
    let is_told = async || {
        let alone = organizations::find(store, &code, listed).await.unwrap().is_some();
        let all = organizations::list(store, listed).await.unwrap();
        assert_eq!(all.iter().any(|it| it.named.code == "YX-FOUND"), alone);
        alone
    };
    let of_found = |class| EntryWrite {
        organization: "YX-FOUND".to_owned(),
        ..built("a", class, &[OPEN], Format::Csv)
    };

    assert!(!is_told().await);
    write(store, of_found(NONE)).await;
    assert!(!is_told().await);
    let (dataset, _) = write(store, of_found(CONDITIONAL)).await;
    assert!(is_told().await);
    let day = time("2026-11-21T00:00:00Z");
    datasets::set_state(store, &dataset, DatasetState::Withdrawn, None, day).await.unwrap();
    assert!(is_told().await, "the page of what was withdrawn names it");
    write(store, of_found(NONE)).await;
    assert!(!is_told().await);
    organizations::upsert(store, &[organization("YX-FOUND", "YX")]).await.unwrap();
    assert!(is_told().await, "somebody described it");
}

/// Writes an entry of four versions: of class none, open, with a hidden data item, wholly open.
async fn four_versions(store: &Store) -> DatasetCode {
    places(store).await;
    write(store, built("a", NONE, &[OPEN], Format::Csv)).await;
    write(store, built("a", OPEN, &[OPEN], Format::Csv)).await;
    write(store, built("a", OPEN, &[OPEN, NONE], Format::Csv)).await;
    write(store, built("a", OPEN, &[OPEN, OPEN], Format::Csv)).await.0
}

pub(crate) async fn versions_know_what_was_public(database: &TestDb) {
    let store = &database.store;
    let code = four_versions(store).await;

    let found = find(store, &code).await;

    let facts =
        |it: &VersionView| (it.number, it.is_public, it.is_wholly_open, it.changes_public_items);
    let expected = [
        (4, true, true, true),
        (3, true, false, false),
        (2, true, true, false),
        (1, false, false, false),
    ];
    assert_eq!(found.versions.iter().map(facts).collect::<Vec<_>>(), expected);
    for version in found.versions {
        let alone = datasets::version(store, &code, version.number).await.unwrap().unwrap();
        assert_eq!(alone.version, version);
    }
}

/// A database from before the columns that say so.
pub(crate) async fn versions_from_before_know_it_too(database: &TestDb) {
    let store = &database.store;
    let code = four_versions(store).await;
    let older = "ALTER TABLE dataset_version DROP COLUMN is_public;
        ALTER TABLE dataset_version DROP COLUMN is_wholly_open;
        ALTER TABLE dataset_version DROP COLUMN changes_public_items;
        DELETE FROM seaql_migrations WHERE version LIKE '%_version_facts'";
    database.back_door().await.execute_unprepared(older).await.unwrap();

    store.migrate().await.unwrap();

    let found = find(store, &code).await;
    let facts = |it: &VersionView| (it.number, it.is_public, it.is_wholly_open);
    let expected = [(4, true, true), (3, true, false), (2, true, true), (1, false, false)];
    assert_eq!(found.versions.iter().map(facts).collect::<Vec<_>>(), expected);
}

/// Proves SRCH-04: an import without dates tells by none that a hidden data item changed.
pub(crate) async fn a_hidden_change_moves_no_date(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let undated = |at: &str, items: &[OpenClass]| {
        let at = time(at);
        let mut entry = built("a", CONDITIONAL, items, Format::Csv);
        entry.resources.iter_mut().for_each(|resource| resource.updated_at = at);
        EntryWrite { published_at: at, updated_at: at, is_dated: false, ..entry }
    };
    let (code, _) = write(store, undated("2026-05-01T00:00:00Z", &[OPEN, NONE])).await;
    let before = find(store, &code).await;

    write(store, undated("2026-06-01T00:00:00Z", &[OPEN, NONE, NONE])).await;

    let after = find(store, &code).await;
    assert_eq!((after.version, after.items.len()), (2, 3));
    assert_eq!(after.updated_at, before.updated_at);
    assert_eq!(after.next_due, before.next_due);
    assert_eq!(after.origin, before.origin);
    assert_eq!(after.versions[0].published_at, before.versions[0].published_at);
    assert_eq!(after.versions[0].changed_fields, ["items", "resources"]);

    write(store, undated("2026-07-01T00:00:00Z", &[OPEN, OPEN, NONE])).await;

    assert_eq!(find(store, &code).await.updated_at, time("2026-07-01T00:00:00Z"));
}
