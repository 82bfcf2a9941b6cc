//! What the public sees, and whether it must log in: the rules behind SRCH-04, SRCH-08 and DL-01.
#![expect(clippy::unwrap_used, reason = "a missing fixture is a failed test")]

use kaishu_domain::policy::PolicyProfile;
use kaishu_domain::visibility::{
    has_public_page, is_publicly_listed, login_required_for_unconditional, public_items,
    serves_data, shown_class,
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
fn a_suspended_or_withdrawn_entry_keeps_its_page() {
    let page = |state| has_public_page(state, OpenClass::Conditional, false);

    assert!(page(DatasetState::Published));
    assert!(page(DatasetState::Suspended));
    assert!(page(DatasetState::Withdrawn));
    assert!(page(DatasetState::Retired));
    assert!(!page(DatasetState::Draft));
    assert!(!page(DatasetState::InReview));
    assert!(!page(DatasetState::Approved));
    assert!(!has_public_page(DatasetState::Suspended, OpenClass::None, false));
}

#[test]
fn items_that_are_not_open_are_left_out() {
    use OpenClass::{Conditional, None, Unconditional};
    let items = [item("name", Unconditional), item("id", None), item("phone", Conditional)];

    let shown = public_items(&items);

    let names: Vec<&str> = shown.iter().map(|item| item.name.as_str()).collect();
    assert_eq!(names, ["name", "phone"]);
    assert_eq!(shown_class(Unconditional, &items), Conditional);
    assert_eq!(shown_class(Unconditional, &items[..2]), Unconditional);
    assert_eq!(shown_class(Conditional, &items[..2]), Conditional);
    assert_eq!(shown_class(Unconditional, &items[1..2]), None);
    assert_eq!(shown_class(None, &items), None);
    assert_eq!(shown_class(Conditional, &[]), Conditional);
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
