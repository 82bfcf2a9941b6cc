//! The rules of Kaishu as pure functions over values: policy profiles with their articles, the
//! texts of the regulations, working days, validators of official codes, and what is visible to
//! whom. Nothing here does I/O, reads a clock or waits.

pub mod aggregation;
pub mod application;
pub mod base_register;
pub mod calendar;
pub mod cases;
pub mod catalogued;
pub mod divisions;
pub mod entry;
pub mod grading;
pub mod in_place;
pub mod permission;
pub mod personal;
pub mod policy;
pub mod quality;
pub mod regulation;
pub mod release;
mod share_ties;
pub mod terms;
pub mod validate;
pub mod visibility;

pub use calendar::{Calendar, Deadline};
pub use policy::PolicyProfile;
pub use regulation::{article_text, regulation, regulations};
