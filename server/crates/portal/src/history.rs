//! Which versions of an entry the public sees, and what it is told of them (SRCH-04, DL-10).

use std::collections::HashMap;

use kaishu_types::dataset::{DatasetView, ResourceView, VersionView};

/// The name of the files among the changed fields.
const RESOURCES: &str = "resources";

/// Returns the numbers of the resources that stay back for a version that was not wholly open. What
/// the current version has and opens may be taken whatever an older one said.
pub(crate) fn closed_resources(versions: &[VersionView]) -> Vec<i64> {
    let ids = |version: &VersionView| ids(&version.resources);
    let open_now = versions.first().filter(|newest| newest.is_wholly_open).map(ids);
    let open_now = open_now.unwrap_or_default();
    let mut closed: Vec<i64> =
        versions.iter().filter(|version| !version.is_wholly_open).flat_map(ids).collect();
    closed.retain(|id| !open_now.contains(id));
    closed
}

/// Leaves out the versions that the public may not know of, and those in which nothing differs that
/// it may know of. The resources of each version must be the public ones already.
pub(crate) fn keep_public(dataset: &mut DatasetView) {
    let mut kept: Vec<VersionView> = Vec::with_capacity(dataset.versions.len());
    let mut follows_hidden = false;
    for mut version in std::mem::take(&mut dataset.versions).into_iter().rev() {
        if !version.is_public {
            follows_hidden = true;
            continue;
        }
        if is_news(kept.last(), &mut version, follows_hidden) {
            kept.push(version);
        }
        follows_hidden = false;
    }
    if let Some(newest) = kept.last() {
        dataset.version = newest.number;
    }
    let mut first_shown: HashMap<i64, u32> = HashMap::new();
    for version in &kept {
        for resource in &version.resources {
            first_shown.entry(resource.id).or_insert(version.number);
        }
    }
    let of_versions = kept.iter_mut().flat_map(|version| &mut version.resources);
    for resource in dataset.resources.iter_mut().chain(of_versions) {
        let shown = first_shown.get(&resource.id).copied().unwrap_or(resource.version);
        // One that came earlier came with a version that is not shown.
        resource.version = resource.version.max(shown);
    }
    kept.reverse();
    dataset.versions = kept;
}

/// Takes out of a version's list of changes what the public may not know, and says whether anything
/// is left to be told.
fn is_news(before: Option<&VersionView>, version: &mut VersionView, follows_hidden: bool) -> bool {
    let changed = &mut version.changed_fields;
    // It may name entries that nobody knows of (CAT-20).
    changed.retain(|name| name != "provenance" && name != "record_key");
    let named_resources = changed.iter().any(|name| name == RESOURCES);
    let Some(before) = before else {
        changed.clear();
        return true;
    };
    if follows_hidden {
        // It says what differs from a version that is not shown.
        changed.clear();
    } else if !version.changes_public_items {
        changed.retain(|name| name != "items");
    }
    let differs = ids(&before.resources) != ids(&version.resources);
    if !differs {
        changed.retain(|name| name != RESOURCES);
    }
    let has_others = changed.iter().any(|name| name != RESOURCES);
    // Files that are the same and only stay back from here on are no news either.
    let only_stay_back = version.resources.is_empty() && !named_resources;
    let has_note = !version.note.is_empty() && version.note != before.note;
    if !has_others && !has_note && !follows_hidden && (!differs || only_stay_back) {
        return false;
    }
    if differs && !changed.iter().any(|name| name == RESOURCES) {
        changed.push(RESOURCES.to_owned());
    }
    true
}

fn ids(resources: &[ResourceView]) -> Vec<i64> {
    resources.iter().map(|resource| resource.id).collect()
}
