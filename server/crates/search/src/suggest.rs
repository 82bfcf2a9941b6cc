//! Suggestions while typing.
use crate::Result;
use crate::snapshot::Snapshot;
use kaishu_types::search::Suggestion;
pub(crate) fn suggest(_: &Snapshot, _: &str, _: usize) -> Result<Vec<Suggestion>> {
    Ok(Vec::new())
}
