//! What the tests of this folder share: datasets with defaults and a filled index.

use chrono::{DateTime, Days, NaiveDate};
use kaishu_search::{Change, Index, Page, SearchResult};
use kaishu_types::dataset::DatasetCard;
use kaishu_types::organization::Named;
use kaishu_types::search::{SearchDocument, SearchRequest};
use kaishu_types::vocabulary::{DatasetState, Format, Frequency, OpenClass, RegionLevel};

/// The least memory a writer takes.
pub(crate) const MEMORY_BYTES: usize = 15_000_000;

/// The day of all tests.
pub(crate) fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
}

/// A code with a name.
pub(crate) fn named(code: &str, name: &str) -> Named {
    Named { code: code.to_owned(), name: name.to_owned(), name_en: None }
}

/// A dataset that says only what a test is about.
pub(crate) fn dataset(code: &str, title: &str) -> SearchDocument {
    let updated = today().checked_sub_days(Days::new(3)).unwrap().and_hms_opt(4, 0, 0).unwrap();
    SearchDocument {
        card: DatasetCard {
            code: code.parse().unwrap(),
            title: title.to_owned(),
            title_en: None,
            summary: String::new(),
            summary_en: None,
            organization: named("YX-SJJ", "云溪州数据局"),
            region: named("YX", "云溪州"),
            theme: "transport".to_owned(),
            open_class: OpenClass::Unconditional,
            formats: vec![Format::Csv],
            frequency: Frequency::Daily,
            updated_at: DateTime::from_naive_utc_and_offset(updated, chrono::Utc),
            next_due: None,
            n_items: 0,
            n_open_items: 0,
            state: DatasetState::Published,
            source_id: None,
        },
        keywords: Vec::new(),
        items: Vec::new(),
        regions: vec!["YX".to_owned()],
        level: RegionLevel::Prefecture,
        priority: Vec::new(),
        n_downloads: 0,
    }
}

/// An index in memory with datasets.
pub(crate) fn index_of(documents: Vec<SearchDocument>) -> Index {
    let index = Index::in_ram().unwrap();
    let mut writer = index.writer(MEMORY_BYTES).unwrap();
    writer.apply(&puts(documents), 1).unwrap();
    index
}

/// Datasets as changes.
pub(crate) fn puts(documents: Vec<SearchDocument>) -> Vec<Change> {
    documents.into_iter().map(|document| Change::Put(Box::new(document))).collect()
}

/// A request for words.
pub(crate) fn words(text: &str) -> SearchRequest {
    SearchRequest { q: text.to_owned(), ..SearchRequest::default() }
}

/// The first results of a request.
pub(crate) fn search(index: &Index, request: &SearchRequest) -> SearchResult {
    index.search(request, &Page::Offset { offset: 0, limit: 100 }, today()).unwrap()
}

/// The codes of results.
pub(crate) fn codes(result: &SearchResult) -> Vec<String> {
    result.hits.iter().map(|hit| hit.card.code.to_string()).collect()
}
