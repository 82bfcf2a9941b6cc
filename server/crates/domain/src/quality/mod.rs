//! Quality of data (PUB-05): the rules that are checked by machine, what they find, and the scores
//! that follow. Nothing here reads a table; `kaishu_tables` measures.

mod fault;
mod heading;
mod meaning;
mod rule;
mod score;

pub use self::fault::Fault;
pub use self::heading::{is_key, names_datum, ordered_pair, paired_latitude};
pub use self::meaning::{Meaning, is_standard_date};
pub use self::rule::{Rule, Severity};
pub use self::score::{DimensionScore, FaultyRow, Fix, Measure, Quality, Reason, assess};
