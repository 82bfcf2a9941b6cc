//! Verification: a question whether something is so, answered in one word (DL-07).

use serde::{Deserialize, Serialize};

use crate::table::Literal;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What is answered: never a row, never a value that was not sent.
    VerifyAnswer("verify_answer") {
        /// A record has this key and the compared values.
        Match = "match", "相符", "Match";
        /// Records have this key, none of them the compared values.
        NoMatch = "no_match", "不相符", "No match";
        /// No record has this key.
        NotHeld = "not_held", "没有这条记录", "No such record";
    }
}

/// Whether records are so: items that find them, items that are compared, and the values of both.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct VerifyQuestion {
    /// Which table of the file, from 1.
    pub table: usize,
    /// The items that find a record: one at least.
    pub key: Vec<String>,
    /// The items that are compared; none asks whether there is such a record.
    pub compare: Vec<String>,
    /// The values of each record that is asked about: those of `key`, then those of `compare`.
    pub tuples: Vec<Vec<Literal>>,
}
