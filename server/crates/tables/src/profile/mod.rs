//! What the values of a column have in common, found in one pass over all of them.

mod column;
mod frequent;
mod numbers;
mod sensitive;
mod types;
mod written;

pub(crate) use self::column::{ColumnScan, Found};
pub(crate) use self::frequent::bytes_of_each;
pub use self::sensitive::Finding;
pub use self::types::{Misfit, Proposal};
pub(crate) use self::types::{TypeFinder, cut};
