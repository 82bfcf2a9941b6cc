//! What the public sees of the catalogue and may take without asking (SRCH-04, SRCH-08, DL-01).

use kaishu_types::dataset::DataItemView;
use kaishu_types::vocabulary::{DatasetState, OpenClass};
use kaishu_types::{DatasetCode, ErrorCode, Lang, Remedy, RuleRef};

use crate::policy::PolicyProfile;

/// Why something is refused, by which rule, and what would help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What kind of refusal it is.
    pub code: ErrorCode,
    /// The rule behind it.
    pub rule: RuleRef,
    /// What the caller can do.
    pub remedy: Remedy,
}

/// Whether an entry is found by search, lists and feeds (SRCH-02, SRCH-04).
///
/// With `list_none` (the rule `catalogue.list_none`) entries that are not open are listed too.
pub fn is_publicly_listed(state: DatasetState, class: OpenClass, list_none: bool) -> bool {
    state == DatasetState::Published && is_shown(class, list_none)
}

/// Whether an entry has a page at its address; suspended and withdrawn ones keep it (SRCH-08).
pub fn has_public_page(state: DatasetState, class: OpenClass, list_none: bool) -> bool {
    let was_public = matches!(
        state,
        DatasetState::Published
            | DatasetState::Suspended
            | DatasetState::Withdrawn
            | DatasetState::Retired
            | DatasetState::Destroyed
    );
    was_public && is_shown(class, list_none)
}

/// Whether an entry in this state serves data at all (SRCH-08).
pub fn serves_data(state: DatasetState) -> bool {
    state == DatasetState::Published
}

fn is_shown(class: OpenClass, list_none: bool) -> bool {
    class != OpenClass::None || list_none
}

/// Returns the data items that the public may know of, in order (SRCH-04).
pub fn public_items(items: &[DataItemView]) -> Vec<DataItemView> {
    items.iter().filter(|item| item.open_class != OpenClass::None).cloned().collect()
}

/// Returns the class a dataset is shown with: the strictest of its public items.
///
/// A dataset that is itself not open stays so; one without items keeps its own class; one with
/// items of which none is public is not open.
pub fn shown_class(class: OpenClass, items: &[DataItemView]) -> OpenClass {
    if class == OpenClass::None || items.is_empty() {
        return class;
    }
    items
        .iter()
        .map(|item| item.open_class)
        .filter(|item_class| *item_class != OpenClass::None)
        .max_by_key(|item_class| strictness(*item_class))
        .unwrap_or(OpenClass::None)
}

fn strictness(class: OpenClass) -> u8 {
    match class {
        OpenClass::Unconditional => 0,
        OpenClass::Conditional => 1,
        OpenClass::None => 2,
    }
}

/// Whether open data needs a login (the rule `login.unconditional`).
pub fn login_required_for_unconditional(profile: &PolicyProfile) -> bool {
    profile.rules.login.unconditional.value
}

/// Who asks for data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visitor {
    /// Nobody is logged in.
    Anonymous,
    /// Somebody is.
    LoggedIn,
}

/// Decides whether data of a class may be taken without a grant (DL-01, DL-02).
///
/// Data that is not open is refused as if it were not there: an edge answers as it does for an
/// unknown code, without the rule.
pub fn may_download_without_grant(
    profile: &PolicyProfile,
    class: OpenClass,
    visitor: Visitor,
    dataset: &DatasetCode,
    lang: Lang,
) -> Result<(), Refusal> {
    let prefix = lang.prefix();
    match class {
        OpenClass::Unconditional => {
            if visitor == Visitor::LoggedIn || !login_required_for_unconditional(profile) {
                return Ok(());
            }
            Err(Refusal {
                code: ErrorCode::Unauthenticated,
                rule: profile.rules.login.unconditional.reference("login.unconditional", lang),
                remedy: Remedy {
                    text: lang
                        .pick(
                            "请登录后获取；无需申请。",
                            "Log in and take it; no application is needed.",
                        )
                        .to_owned(),
                    link: format!("{prefix}/login"),
                },
            })
        }
        OpenClass::Conditional => Err(Refusal {
            code: ErrorCode::Forbidden,
            rule: profile.rules.open_app.approvers.reference("open_app.approvers", lang),
            remedy: Remedy {
                text: lang
                    .pick(
                        "该数据为有条件开放，请在线提出申请。",
                        "This data is open on conditions: apply for it online.",
                    )
                    .to_owned(),
                link: format!("{prefix}/datasets/{dataset}/apply"),
            },
        }),
        OpenClass::None => Err(Refusal {
            code: ErrorCode::NotFound,
            rule: profile.rules.catalogue.list_none.reference("catalogue.list_none", lang),
            remedy: Remedy {
                text: lang
                    .pick(
                        "没有可以公开获取的数据，可提出数据需求。",
                        "There is no public data here; a demand can be made for what is missing.",
                    )
                    .to_owned(),
                link: format!("{prefix}/demands"),
            },
        }),
    }
}
