//! `kaishu sweep`

use std::process::ExitCode;

use clap::Args;
use kaishu_portal::sweeping::{CONDEMNED_FOR, Sweep, Swept};
use kaishu_server::assets::Assets;

use super::Common;

/// How it is swept.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Say what would go, and take nothing away
    #[arg(long)]
    dry_run: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// Sweeps once, as servers do by themselves every day. Where one of them does now, it says so and does nothing.
pub(super) async fn run(common: &Common, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let config = common.load(false, None)?;
    let portal = super::open(&config, &Assets::none()).await?;
    let how = Sweep { is_dry: arguments.dry_run, ..Sweep::default() };
    let swept = portal.sweep(how).await?;
    if arguments.json {
        super::print(&serde_json::to_string_pretty(&swept)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let Swept { uploads, condemned, kept, gone, n_parts } = swept;
    for (word, keys) in
        [("upload", uploads), ("condemned", condemned), ("kept", kept), ("gone", gone)]
    {
        for key in keys {
            super::print(&format!("{word}\t{key}"))?;
        }
    }
    eprintln!("{n_parts} parts of uploads belong to none");
    let minutes = CONDEMNED_FOR.num_minutes();
    if arguments.dry_run {
        eprintln!("nothing was taken away: this is what a sweep would do");
    } else {
        eprintln!(
            "what is condemned goes after {minutes} minutes, unless something needs it by then"
        );
    }
    Ok(ExitCode::SUCCESS)
}
