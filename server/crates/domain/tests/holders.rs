//! What an entry leaves of grants.

use std::collections::BTreeSet;

use kaishu_domain::holders::{self, Left, left_open, left_shared};
use kaishu_types::dataset::DataItemView;
use kaishu_types::draft::DraftDocument;
use kaishu_types::vocabulary::{DatasetState, ItemType, OpenClass, ShareClass};

fn item(name: &str, open_class: OpenClass, share_class: ShareClass) -> DataItemView {
    DataItemView {
        name: name.to_owned(),
        label: name.to_owned(),
        item_type: ItemType::Text,
        unit: None,
        length: None,
        description: None,
        open_class,
        share_class,
        sensitive: false,
        mask: None,
        release_reason: None,
    }
}

fn entry(open: OpenClass, share: ShareClass) -> DraftDocument {
    let mut entry = DraftDocument::new("YX-T", "YX", "用电");
    entry.fields.open.class = open;
    entry.fields.share.class = share;
    entry.items = ["power", "price"].map(|name| item(name, open, share)).to_vec();
    entry
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

// Part of CLS-06 and section 5.1: what is of class none is left to nobody, whatever was granted; what became wider, or
// is not described any more, takes nothing away.
#[test]
fn a_stricter_entry_leaves_what_is_still_open() {
    let granted = names(&["power", "price"]);
    let left = |entry: &DraftDocument| left_open(&entry.fields, &entry.items, &granted);
    let mut entry = entry(OpenClass::Conditional, ShareClass::None);
    assert_eq!(left(&entry), Left::Whole);
    entry.items[0].open_class = OpenClass::None;
    assert_eq!(left(&entry), Left::Items(names(&["price"])));
    entry.items[1].open_class = OpenClass::Unconditional;
    assert_eq!(left(&entry), Left::Items(names(&["price"])));
    entry.items.remove(1);
    entry.items.push(item("name", OpenClass::Unconditional, ShareClass::None));
    assert_eq!(left(&entry), Left::Items(names(&["price"])), "it may come back as it was");
    entry.fields.open.class = OpenClass::None;
    assert_eq!(left(&entry), Left::Nothing);
    entry.fields.open.class = OpenClass::Conditional;
    entry.items.iter_mut().for_each(|item| item.open_class = OpenClass::None);
    assert_eq!(left(&entry), Left::Nothing, "nothing of it is open");
}

// Part of section 5.1: the same for agencies, by share classes; what was taken without approval goes on while
// something is.
#[test]
fn a_stricter_entry_leaves_what_is_still_shared() {
    let left = |entry: &DraftDocument, granted: &[&str]| {
        left_shared(&entry.fields, &entry.items, &names(granted))
    };
    let open = entry(OpenClass::None, ShareClass::Unconditional);
    assert_eq!(left(&open, &[]), Left::Whole, "whether it is open to the public says nothing");
    let mut stricter = entry(OpenClass::Unconditional, ShareClass::Conditional);
    assert_eq!(left(&stricter, &[]), Left::Nothing);
    assert_eq!(left(&stricter, &["power", "price"]), Left::Whole);
    stricter.items[0].share_class = ShareClass::None;
    assert_eq!(left(&stricter, &["power", "price"]), Left::Items(names(&["price"])));
    assert_eq!(left(&stricter, &["power"]), Left::Nothing);
    stricter.fields.share.class = ShareClass::None;
    assert_eq!(left(&stricter, &["price"]), Left::Nothing);
}

// Part of SRCH-08 and section 5.1: what is suspended comes back, what is withdrawn or retired does not.
#[test]
fn states_end_grants_or_hold_them() {
    for (state, event) in [
        (DatasetState::Suspended, holders::SUSPENDED),
        (DatasetState::Published, holders::REOPENED),
        (DatasetState::Withdrawn, holders::ENDED),
        (DatasetState::Retired, holders::ENDED),
        (DatasetState::Destroyed, holders::ENDED),
    ] {
        assert_eq!(holders::event_of(state), event);
    }
}
