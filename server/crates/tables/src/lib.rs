//! Reads tables of text: finds their encoding and delimiter, gives their rows with line numbers,
//! and summarises them over the whole file. It guesses nothing from a sample but the delimiter.

mod column;
mod decode;
mod error;
mod rows;
mod shape;
mod summary;

pub use crate::error::TableError;
pub use crate::rows::{Row, read_rows};
pub use crate::shape::{TextShape, sniff};
pub use crate::summary::{Column, TableSummary, summarise, summarise_file};
