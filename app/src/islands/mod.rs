//! The code that reaches the browser. Each island is plain HTML until it wakes.

pub mod search_box;
