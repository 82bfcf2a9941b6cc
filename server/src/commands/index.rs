//! `kaishu index rebuild`

use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use kaishu_server::assets::Assets;

use super::Common;

/// What can be done with the index.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a new index beside the old one and swap it in; searches go on meanwhile
    Rebuild,
}

/// Writes a new index.
pub(super) async fn rebuild(common: &Common) -> anyhow::Result<ExitCode> {
    let config = common.load(false, None)?;
    let portal = super::open(&config, &Assets::none()).await?;
    let n_datasets = portal
        .rebuild_index(|n_datasets| eprintln!("index: {n_datasets} datasets"))
        .await
        .context("the index could not be rebuilt; the old one stands")?;
    super::catch_up(&portal).await?;
    super::print(&format!("{n_datasets} datasets are in the new index"))?;
    Ok(ExitCode::SUCCESS)
}
