//! Tests of the public interface, in one program so that it is linked once.
#![expect(clippy::unwrap_used, reason = "tests")]

mod closed;
mod common;
mod corpus;
mod facets;
mod hostile;
mod writing;
