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

/// The values of all axes over the profiles of a segment.
#[derive(Debug, Default)]
pub(crate) struct ValueTable {
    /// The distinct values with the place of their axis; the place of a value is its id.
    pub(crate) values: Vec<(usize, String)>,
    /// For each profile where the ids of each axis end.
    ends: Vec<[u32; AXES.len()]>,
    ids: Vec<u32>,
}

impl ValueTable {
    /// Numbers the values of profiles.
    pub(crate) fn read(profiles: &[Profile]) -> Self {
        let mut table = Self::default();
        let mut known: FxHashMap<(usize, String), u32> = FxHashMap::default();
        for profile in profiles {
            let mut ends = [0; AXES.len()];
            for (place, (axis, end)) in AXES.iter().zip(&mut ends).enumerate() {
                for value in values_of(*axis, profile).into_iter().filter(|v| !v.is_empty()) {
                    let next = known.len() as u32;
                    let id = *known.entry((place, value)).or_insert_with_key(|value| {
                        table.values.push(value.clone());
                        next
                    });
                    table.ids.push(id);
                }
                *end = table.ids.len() as u32;
            }
            table.ends.push(ends);
        }
        table
    }

    /// Returns the values of a profile in one axis.
    pub(crate) fn ids(&self, profile: u32, axis: usize) -> &[u32] {
        let ends = self.ends.get(profile as usize);
        let start = match axis.checked_sub(1) {
            Some(before) => ends.and_then(|ends| ends.get(before)).copied(),
            None => Some(self.start(profile)),
        };
        self.between(start, ends.and_then(|ends| ends.get(axis)).copied())
    }

    /// Returns the values of a profile in all axes.
    pub(crate) fn all_ids(&self, profile: u32) -> &[u32] {
        let end = self.ends.get(profile as usize).and_then(|ends| ends.last()).copied();
        self.between(Some(self.start(profile)), end)
    }

    fn start(&self, profile: u32) -> u32 {
        let before = profile.checked_sub(1).and_then(|before| self.ends.get(before as usize));
        before.and_then(|ends| ends.last()).copied().unwrap_or(0)
    }

    fn between(&self, start: Option<u32>, end: Option<u32>) -> &[u32] {
        let range = start.unwrap_or(0) as usize..end.unwrap_or(0) as usize;
        self.ids.get(range).unwrap_or_default()
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
