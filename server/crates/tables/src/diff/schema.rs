//! Columns that came, went, or are others than they were.

use kaishu_types::table::{ColumnChange, ColumnProfile, TableColumn};
use kaishu_types::vocabulary::ItemType;

use crate::view::Governed;

/// Lists what differs between the columns that two views show.
pub(super) fn changes(old: &Governed, new: &Governed) -> Vec<ColumnChange> {
    let (before, after) = (old.columns(), new.columns());
    let has = |columns: &[TableColumn], name: &str| columns.iter().any(|it| it.name == name);
    let mut came: Vec<usize> = (0..after.len())
        .filter(|place| after.get(*place).is_some_and(|it| !has(&before, &it.name)))
        .collect();
    let mut changes = Vec::new();
    for (place, column) in before.iter().enumerate() {
        if let Some(now) = after.iter().find(|it| it.name == column.name) {
            if now.item_type != column.item_type {
                changes.push(ColumnChange::Retyped {
                    column: column.name.clone(),
                    from: column.item_type,
                    to: now.item_type,
                });
            }
            continue;
        }
        let is_same = |candidate: &usize| {
            let item_type = after.get(*candidate).map(|it| it.item_type);
            item_type == Some(column.item_type)
                && old
                    .profile(place)
                    .zip(new.profile(*candidate))
                    .is_some_and(|(a, b)| holds_the_same(column.item_type, a, b))
        };
        match came.iter().position(is_same) {
            Some(found) => {
                let to = after.get(came.remove(found)).map(|it| it.name.clone());
                let to = to.unwrap_or_default();
                changes.push(ColumnChange::Renamed { column: column.name.clone(), to });
            }
            None => changes.push(ColumnChange::Removed { column: column.name.clone() }),
        }
    }
    let new_ones = came.into_iter().filter_map(|place| after.get(place));
    changes.extend(new_ones.map(|it| ColumnChange::Added { column: it.name.clone() }));
    changes
}

/// Whether two columns hold the same, as far as their profiles tell. Two words for yes and no are alike
/// in many columns and tell nothing.
fn holds_the_same(item_type: ItemType, a: &ColumnProfile, b: &ColumnProfile) -> bool {
    item_type != ItemType::Boolean
        && a.n_distinct > 2
        && a.n_distinct == b.n_distinct
        && a.n_values == b.n_values
        && a.min == b.min
        && a.max == b.max
        && a.top == b.top
}
