//! Counts of earlier searches.
#[derive(Default)]
/// Counts of earlier searches in one snapshot.
pub(crate) struct CountCache;
