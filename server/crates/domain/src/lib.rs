//! The rules of Kaishu as pure functions over values: policy profiles with their articles, the
//! texts of the regulations, working days, validators of official codes, and what is visible to
//! whom. Nothing here does I/O, reads a clock or waits.

pub mod aggregation;
pub mod application;
pub mod attachment;
pub mod base_register;
pub mod basis_of_change;
pub mod calendar;
pub mod cases;
pub mod catalogued;
pub mod comparing;
pub mod divisions;
pub mod doubt;
pub mod duties;
pub mod entry;
pub mod exchange;
pub mod free_sharing;
pub mod grading;
pub mod guide;
pub mod holders;
pub mod in_place;
pub mod look;
pub mod material;
pub mod offline;
pub mod outside;
pub mod permission;
pub mod personal;
pub mod policy;
pub mod processing;
pub mod provenance;
pub mod quality;
pub mod regulation;
pub mod relaxing;
pub mod release;
pub mod results;
pub mod row_scope;
mod share_ties;
pub mod sharing;
pub mod sources;
pub mod templates;
pub mod terms;
pub mod updating;
pub mod validate;
pub mod verification;
pub mod visibility;
pub mod webhooks;

pub use calendar::{Calendar, Deadline};
pub use policy::PolicyProfile;
pub use regulation::{article_text, regulation, regulations};
