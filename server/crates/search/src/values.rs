//! The values of facets in a segment, as numbers: what filters and counts work on.

use kaishu_types::search::Facet;
use rustc_hash::FxHashMap;

use crate::profile::Profile;

/// What datasets are filtered by, apart from the time of the last update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Axis {
    /// A facet that is shown with counts.
    Facet(Facet),
    /// The priority topic.
    Priority,
}

/// All axes; the place of an axis is its bit in a mask.
pub(crate) const AXES: [Axis; 8] = [
    Axis::Facet(Facet::Open),
    Axis::Facet(Facet::Org),
    Axis::Facet(Facet::Theme),
    Axis::Facet(Facet::Region),
    Axis::Facet(Facet::Level),
    Axis::Facet(Facet::Format),
    Axis::Facet(Facet::Frequency),
    Axis::Priority,
];

/// The values of one axis over the profiles of a segment.
#[derive(Debug, Default)]
pub(crate) struct ValueColumn {
    /// The distinct values.
    pub(crate) values: Vec<String>,
    /// Where the values of each profile end in `ids`.
    ends: Vec<u32>,
    ids: Vec<u32>,
}

impl ValueColumn {
    /// Numbers the values of an axis.
    pub(crate) fn read(axis: Axis, profiles: &[Profile]) -> Self {
        let mut column = Self::default();
        let mut known: FxHashMap<String, u32> = FxHashMap::default();
        for profile in profiles {
            for value in values_of(axis, profile).into_iter().filter(|value| !value.is_empty()) {
                let next = known.len() as u32;
                let id = *known.entry(value).or_insert_with_key(|value| {
                    column.values.push(value.clone());
                    next
                });
                column.ids.push(id);
            }
            column.ends.push(column.ids.len() as u32);
        }
        column
    }

    /// Returns the values of a profile.
    pub(crate) fn ids(&self, profile: u32) -> &[u32] {
        let place = profile as usize;
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let end = self.ends.get(place).copied().unwrap_or(0);
        self.ids.get(start.unwrap_or(0) as usize..end as usize).unwrap_or_default()
    }
}

fn values_of(axis: Axis, profile: &Profile) -> Vec<String> {
    let Profile { theme, org, regions, level, open, formats, frequency, priority } = profile;
    match axis {
        Axis::Facet(Facet::Open) => vec![open.as_str().to_owned()],
        Axis::Facet(Facet::Org) => vec![org.clone()],
        Axis::Facet(Facet::Theme) => vec![theme.clone()],
        Axis::Facet(Facet::Region) => regions.clone(),
        Axis::Facet(Facet::Level) => vec![level.as_str().to_owned()],
        Axis::Facet(Facet::Format) => {
            formats.iter().map(|format| format.as_str().to_owned()).collect()
        }
        Axis::Facet(Facet::Frequency) => vec![frequency.as_str().to_owned()],
        // Depends on the day of the search, so it is no part of a profile.
        Axis::Facet(Facet::Updated) => Vec::new(),
        Axis::Priority => priority.clone(),
    }
}
