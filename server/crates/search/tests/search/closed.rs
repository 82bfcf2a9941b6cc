//! What left the catalogue, or was closed, is told by nothing that search says.

use crate::common::{MEMORY_BYTES, codes, dataset, index_of, puts, search, words};
use kaishu_search::Index;
use kaishu_types::search::{ItemName, SearchDocument};

fn parking(items: &[&str]) -> SearchDocument {
    let mut document = dataset("YX-1", "停车场");
    let item = |name: &&str| ItemName { name: (*name).to_owned(), label: (*name).to_owned() };
    document.items = items.iter().map(item).collect();
    document
}

/// An index in which a data item was told and is not any more; other entries keep its segment.
fn closed() -> Index {
    let others = (2..40).map(|n| dataset(&format!("YX-{n}"), "停车场名录")).collect::<Vec<_>>();
    let index = index_of([vec![parking(&["zidian", "weidu"])], others].concat());
    let mut writer = index.writer(MEMORY_BYTES).unwrap();
    writer.apply(&puts(vec![parking(&["weidu"])]), 2).unwrap();
    index
}

/// Proves SRCH-04: the name of a data item that was closed is a word that nobody knows.
#[test]
fn a_word_that_was_closed_is_unknown() {
    let index = closed();

    assert_eq!(codes(&search(&index, &words("weidu"))), ["YX-1"]);
    let found = search(&index, &words("zidian"));
    let never = search(&index, &words("zidiam"));
    assert_eq!((found.total, &found.hits), (never.total, &never.hits));
    assert_eq!(found.unknown, ["zidian"]);
    assert_eq!(never.unknown, ["zidiam"]);
}

/// Proves SRCH-04
#[test]
fn no_spelling_proposes_a_word_that_was_closed() {
    let index = closed();

    assert_eq!(index.spelling("停车场 weidv").unwrap().as_deref(), Some("停车场 weidu"));
    assert_eq!(index.spelling("停车场 zidiam").unwrap(), None);
}

/// A receipt and a citation name a dataset by its code.
#[test]
fn a_code_finds_its_dataset() {
    let index = closed();
    for text in ["YX-7", "yx-7", " \"YX-7\" "] {
        let found = search(&index, &words(text));
        assert_eq!(codes(&found), ["YX-7"], "{text}");
        assert!(!found.partial && found.unknown.is_empty(), "{text}");
    }
}
