//! Spelling.
use crate::Result;
use crate::snapshot::Snapshot;
pub(crate) fn correct(_: &Snapshot, _: &str) -> Result<Option<String>> {
    Ok(None)
}
