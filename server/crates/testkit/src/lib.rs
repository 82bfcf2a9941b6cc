//! What tests share: a portal in a folder of its own, catalogues to fill it with, and a reader of
//! pages. It stops at the first surprise, as tests may.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

pub mod agreements;
pub mod catalogue;
pub mod granted;
pub mod granting;
pub mod page;
pub mod people;
pub mod portal;

pub use page::{PageFault, page_faults};
pub use portal::{Setup, TestPortal, now};
