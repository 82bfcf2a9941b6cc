//! What the public sees and may take: the rules behind SRCH-04, SRCH-08 and DL-01.
#![expect(clippy::unwrap_used, reason = "a missing fixture is a failed test")]

use kaishu_domain::policy::PolicyProfile;
use kaishu_domain::visibility::{
    Visitor, has_public_page, is_publicly_listed, login_required_for_unconditional,
    may_download_without_grant, public_items, serves_data, shown_class,
};
use kaishu_types::dataset::DataItemView;
use kaishu_types::vocabulary::{DatasetState, ItemType, OpenClass, ShareClass};
use kaishu_types::{DatasetCode, ErrorCode, Lang};

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
    assert_eq!(shown_class(Conditional, &items[..2]), Unconditional);
    assert_eq!(shown_class(Unconditional, &items[1..2]), None);
    assert_eq!(shown_class(None, &items), None);
    assert_eq!(shown_class(Conditional, &[]), Conditional);
}

#[track_caller]
fn check(
    profile: &str,
    class: OpenClass,
    visitor: Visitor,
    expected: Option<(ErrorCode, &str, &str)>,
) {
    let profile = PolicyProfile::load(profile).unwrap();
    let dataset: DatasetCode = "YX-FGW-0217".parse().unwrap();

    let refusal = may_download_without_grant(&profile, class, visitor, &dataset, Lang::En).err();

    let found = refusal.as_ref().map(|r| (r.code, r.rule.id.as_str(), r.remedy.link.as_str()));
    assert_eq!(found, expected);
}

#[test]
fn open_data_needs_a_login_only_where_the_regulation_says_so() {
    let login = (ErrorCode::Unauthenticated, "login.unconditional", "/en/login");
    check("yulin", OpenClass::Unconditional, Visitor::Anonymous, None);
    check("jiamusi", OpenClass::Unconditional, Visitor::Anonymous, Some(login));
    check("jiamusi", OpenClass::Unconditional, Visitor::LoggedIn, None);
    assert!(login_required_for_unconditional(&PolicyProfile::load("jiamusi").unwrap()));
}

#[test]
fn other_data_is_refused_with_a_way_on() {
    let apply = (ErrorCode::Forbidden, "open_app.approvers", "/en/datasets/YX-FGW-0217/apply");
    let demand = (ErrorCode::NotFound, "catalogue.list_none", "/en/demands");
    check("aba", OpenClass::Conditional, Visitor::LoggedIn, Some(apply));
    check("aba", OpenClass::None, Visitor::LoggedIn, Some(demand));
}

#[test]
fn a_refusal_names_the_article() {
    let profile = PolicyProfile::load("jiamusi").unwrap();
    let dataset: DatasetCode = "A-1".parse().unwrap();
    let class = OpenClass::Unconditional;

    let refusal =
        may_download_without_grant(&profile, class, Visitor::Anonymous, &dataset, Lang::Zh)
            .unwrap_err();

    assert_eq!(refusal.rule.article, "佳木斯市公共数据管理办法（试行）第十七条");
    assert_eq!(refusal.remedy.link, "/login");
}
