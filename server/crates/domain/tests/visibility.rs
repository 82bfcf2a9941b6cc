//! What the public sees, and whether it must log in: the rules behind SRCH-04, SRCH-08 and DL-01.
#![expect(clippy::unwrap_used, reason = "a missing fixture is a failed test")]

use kaishu_domain::policy::PolicyProfile;
use kaishu_domain::visibility::{
    classes, closes_silently, has_public_page, is_publicly_listed, is_wholly_open,
    login_required_for_unconditional, public_items, serves_data, shown_class,
};
use kaishu_types::dataset::DataItemView;
use kaishu_types::vocabulary::{DatasetState, ItemType, OpenClass, ShareClass};

fn item(name: &str, open_class: OpenClass) -> DataItemView {
    DataItemView {
        name: name.to_owned(),
        label: name.to_owned(),
        item_type: ItemType::Text,
        unit: None,
        length: None,
        description: None,
        open_class,
        share_class: ShareClass::Unconditional,
        sensitive: false,
        mask: None,
        release_reason: None,
    }
}

#[test]
fn only_published_entries_that_are_open_are_listed() {
    for state in DatasetState::ALL.iter().copied() {
        for class in OpenClass::ALL.iter().copied() {
            let published = state == DatasetState::Published;
            let open = class != OpenClass::None;
            assert_eq!(is_publicly_listed(state, class, false), published && open);
            assert_eq!(is_publicly_listed(state, class, true), published);
            assert_eq!(serves_data(state), published);
        }
    }
}

#[test]
fn an_entry_that_was_public_keeps_its_page() {
    let page = |state| has_public_page(state, OpenClass::Conditional, false);

    assert!(page(DatasetState::Published));
    assert!(page(DatasetState::Suspended));
    assert!(page(DatasetState::Withdrawn));
    assert!(page(DatasetState::Retired));
    assert!(page(DatasetState::Destroyed));
    assert!(!page(DatasetState::Draft));
    assert!(!page(DatasetState::InReview));
    assert!(!page(DatasetState::Approved));
    assert!(!has_public_page(DatasetState::Suspended, OpenClass::None, false));
}

#[test]
fn items_that_are_not_open_are_left_out() {
    use OpenClass::{Conditional, None, Unconditional};
    let items = [item("name", Unconditional), item("id", None), item("phone", Conditional)];

    let names: Vec<&str> = public_items(&items).map(|item| item.name.as_str()).collect();

    assert_eq!(names, ["name", "phone"]);
    assert!(classes(&items).eq([Unconditional, None, Conditional]));
}

#[test]
fn items_close_what_they_are_in_and_never_open_it() {
    use OpenClass::{Conditional, None, Unconditional};
    let cases: [(OpenClass, &[OpenClass], OpenClass, bool, bool); 9] = [
        // of the whole, of its items, shown, wholly open, closes silently
        (Unconditional, &[], Unconditional, true, false),
        (Unconditional, &[Unconditional], Unconditional, true, false),
        (Unconditional, &[Unconditional, None], Unconditional, false, true),
        (Unconditional, &[Unconditional, None, Conditional], Conditional, false, false),
        (Unconditional, &[None], None, false, false),
        (Conditional, &[], Conditional, false, false),
        (Conditional, &[Unconditional, None], Conditional, false, false),
        (None, &[], None, false, false),
        (None, &[Unconditional, Conditional], None, false, false),
    ];
    for (class, items, shown, wholly, silently) in cases {
        let classes = items.iter().copied();
        assert_eq!(shown_class(class, classes.clone()), shown, "{class} {items:?}");
        assert_eq!(is_wholly_open(class, classes.clone()), wholly, "{class} {items:?}");
        assert_eq!(closes_silently(class, classes), silently, "{class} {items:?}");
    }
}

#[test]
fn open_data_needs_a_login_only_where_the_regulation_says_so() {
    let needs_login =
        |profile: &str| login_required_for_unconditional(&PolicyProfile::load(profile).unwrap());
    assert!(needs_login("jiamusi"));
    for profile in ["default", "anshan", "guangdong", "aba", "yulin"] {
        assert!(!needs_login(profile), "{profile}");
    }
}
