//! The code that reaches the browser. Each island is plain HTML until it wakes.

pub mod autosave;
pub mod chart_button;
pub mod copy_link;
pub mod live_part;
pub mod live_rows;
pub mod search_box;
pub mod upload_file;

mod browser;
