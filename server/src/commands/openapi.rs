//! `kaishu openapi`

use std::process::ExitCode;

use anyhow::Context;

/// Prints the description of the HTTP API.
pub(super) fn run() -> anyhow::Result<ExitCode> {
    let document = kaishu_server::api::document();
    let text = document.to_pretty_json().context("the description could not be written")?;
    super::print(&text)?;
    Ok(ExitCode::SUCCESS)
}
