//! Everything a person sees. Pages, components and words run on the server only; what stands in
//! `islands` and `server_fns` is also compiled for the browser.
//!
//! A page is an ordinary function: an axum handler asks the portal for a view, a Leptos `view!`
//! draws it, and [`Page`](page::Page) carries it with its status and cache policy to the shell. All
//! data is there before the first byte is written, so a status is always right and a page is always
//! whole.

#![expect(missing_docs, reason = "the island and server macros write items without comments")]

pub mod cell;
pub mod islands;
pub mod server_fns;

#[cfg(feature = "ssr")]
mod ctx;
#[cfg(feature = "ssr")]
mod error;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
mod prefetch;
#[cfg(feature = "ssr")]
mod session;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod ui;
#[cfg(feature = "ssr")]
mod words;

#[cfg(feature = "ssr")]
pub use error::{AppError, error_page};
#[cfg(feature = "ssr")]
pub use pages::router;
#[cfg(feature = "ssr")]
pub use pages::workbench::{as_file, short_text};
#[cfg(feature = "ssr")]
pub use prefetch::is_prefetch;
#[cfg(feature = "ssr")]
pub use session::{cookie_name, session_token};
#[cfg(feature = "ssr")]
pub use shell::english_page;
