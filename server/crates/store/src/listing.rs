//! Which datasets the public finds, or may look at, as a condition of a query.

use kaishu_types::vocabulary::{DatasetState, OpenClass};
use sea_orm::Condition;

use crate::entity::dataset;

/// The rule that says whether a dataset in a state and of a class is listed, or has a page.
pub type Listed = fn(DatasetState, OpenClass) -> bool;

/// Writes the rule as a condition over `dataset`.
pub(crate) fn condition(listed: Listed) -> Condition {
    let mut condition = Condition::any();
    for state in DatasetState::ALL {
        let classes: Vec<&str> = OpenClass::ALL
            .iter()
            .filter(|class| listed(*state, **class))
            .map(|class| class.as_str())
            .collect();
        if !classes.is_empty() {
            condition = condition.add(
                Condition::all()
                    .add(dataset::COLUMN.state.eq(state.as_str()))
                    .add(dataset::COLUMN.open_class.is_in(classes)),
            );
        }
    }
    if condition.is_empty() {
        // An empty "any" would be no restriction at all.
        return Condition::all().add(dataset::COLUMN.id.is_null());
    }
    condition
}
