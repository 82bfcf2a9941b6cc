//! Tables: their columns, what the values of a column have in common, and questions to them.

pub mod address;
pub mod parse;
pub mod write;

mod diff;
mod mask;
mod profile;
mod query;
mod slice;

pub use diff::{ChangeKind, ColumnChange, RowChange, TableDiff};
pub use mask::{Mask, UnknownMask};
pub use profile::{Bin, ColumnProfile, Lengths, NumberFacts, ValueCount};
pub use query::{
    Aggregate, Filter, GroupKey, Grouping, Literal, Operator, Period, Sort, TableQuery,
};
pub use slice::{Cell, Key, Position, TableColumn, TableSlice};
