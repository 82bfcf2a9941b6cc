//! What becomes of grants when their dataset changes: who holds one is told, and what is not allowed any more ends
//! (section 5.1, CLS-06, SRCH-08).

use std::collections::BTreeSet;

use kaishu_types::dataset::{DataItemView, EntryFields};
use kaishu_types::vocabulary::{DatasetState, OpenClass, ShareClass};

use crate::sharing::is_taken_directly;
use crate::visibility::{classes, shown_class};

/// The dataset was suspended: an event of the case of a grant, as those below.
pub const SUSPENDED: &str = "dataset_suspended";
/// The dataset is open again.
pub const REOPENED: &str = "dataset_reopened";
/// Items, class or conditions of the entry changed.
pub const CHANGED: &str = "dataset_changed";
/// Some of the items are not given out any more.
pub const NARROWED: &str = "narrow_with_dataset";
/// What was approved and is no grant yet lapses: less is given out than was decided on.
pub const LAPSED: &str = "lapse_with_dataset";
/// Nothing of it is given out any more.
pub const ENDED: &str = "end_with_dataset";

/// Names what a state that a dataset comes to does to its grants.
pub fn event_of(state: DatasetState) -> &'static str {
    match state {
        DatasetState::Suspended => SUSPENDED,
        // There is no way back without a review anew; whoever held a grant applies anew.
        DatasetState::Withdrawn | DatasetState::Retired | DatasetState::Destroyed => ENDED,
        DatasetState::Draft
        | DatasetState::InReview
        | DatasetState::Approved
        | DatasetState::Published => REOPENED,
    }
}

/// What an entry leaves of a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// All of it.
    Whole,
    /// These data items.
    Items(BTreeSet<String>),
    /// Nothing.
    Nothing,
}

impl Left {
    /// Returns the event of the case of a grant.
    pub fn event(&self) -> &'static str {
        match self {
            Self::Whole => CHANGED,
            Self::Items(_) => NARROWED,
            Self::Nothing => ENDED,
        }
    }
}

/// Says what an entry leaves of a grant to somebody of the public: never what is of class none (CLS-06).
pub fn left_open(fields: &EntryFields, items: &[DataItemView], granted: &BTreeSet<String>) -> Left {
    if shown_class(fields.open.class, classes(items)) == OpenClass::None {
        return Left::Nothing;
    }
    let closed = items.iter().filter(|item| item.open_class == OpenClass::None);
    without(granted, closed)
}

/// Says what an entry leaves of a grant to an agency. One without items was taken without approval: it goes on while
/// something is taken so.
pub fn left_shared(
    fields: &EntryFields,
    items: &[DataItemView],
    granted: &BTreeSet<String>,
) -> Left {
    if fields.share.class == ShareClass::None
        || (granted.is_empty() && !is_taken_directly(fields, items))
    {
        return Left::Nothing;
    }
    let closed = items.iter().filter(|item| item.share_class == ShareClass::None);
    without(granted, closed)
}

fn without<'a>(granted: &BTreeSet<String>, closed: impl Iterator<Item = &'a DataItemView>) -> Left {
    let closed: BTreeSet<&str> = closed.map(|item| item.name.as_str()).collect();
    let left: BTreeSet<String> =
        granted.iter().filter(|name| !closed.contains(name.as_str())).cloned().collect();
    match left.len() {
        n if n == granted.len() => Left::Whole,
        0 => Left::Nothing,
        _ => Left::Items(left),
    }
}
