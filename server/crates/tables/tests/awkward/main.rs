//! Whatever people upload ends in a table that is right, or in a reason.

#![expect(clippy::unwrap_used, reason = "a file that does not read must fail the test")]
#![expect(clippy::print_stdout, reason = "a skipped test says so, and so does a child process")]

mod collections;
mod corpus;
mod hostile;
mod lossless;
mod made;
mod memory;
mod workbooks;
