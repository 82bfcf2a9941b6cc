//! `kaishu audit`: the log of what was done, checked without the portal.

use std::process::ExitCode;

use clap::Subcommand;
use kaishu_server::assets::Assets;
use serde_json::json;

use super::{Common, open, print};

/// What can be done with the log.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read the whole log, and name the first entry that is not as it was written; exit code 1 if there is one
    Verify {
        /// Write JSON
        #[arg(long)]
        json: bool,
    },
    /// List the sealed last entry of each day: kept elsewhere, they prove what the log was
    Checkpoints,
}

/// Runs the command.
pub(crate) async fn run(common: &Common, command: Command) -> anyhow::Result<ExitCode> {
    let config = common.load(false, None)?;
    let portal = open(&config, &Assets::none()).await?;
    match command {
        Command::Verify { json } => {
            let verified = portal.verify_log().await?;
            let faults: Vec<String> = verified.faults.iter().map(ToString::to_string).collect();
            if json {
                let found = json!({
                    "n_entries": verified.n_entries,
                    "last_hash": verified.last_hash,
                    "faults": faults,
                });
                print(&found.to_string())?;
            } else {
                print(&format!(
                    "{} entries are as they were written; the last one is {}",
                    verified.n_entries, verified.last_hash
                ))?;
                for fault in &faults {
                    print(&format!("bad: {fault}"))?;
                }
            }
            Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Command::Checkpoints => {
            for (day, seq, hash) in portal.log_checkpoints().await? {
                print(&format!("{day} {seq} {hash}"))?;
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}
