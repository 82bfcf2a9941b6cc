//! `kaishu token`

use std::process::ExitCode;

use clap::{Args, Subcommand};
use kaishu_portal::accounts::Caller;
use kaishu_server::assets::Assets;
use kaishu_types::Lang;
use kaishu_types::account::{Login, TokenScope};

use super::Common;

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a token and print it; it is never shown again
    Add(Adding),
}

/// A token to make.
#[derive(Debug, Args)]
pub(crate) struct Adding {
    /// Whose token it is: it reaches no farther than this account
    login: Login,
    /// What it is good for: read, publish, decide or apply
    #[arg(long)]
    scope: TokenScope,
    /// What it is for
    #[arg(long, value_name = "NAME", default_value = "command line")]
    name: String,
    /// Days it is good for, 366 at most
    #[arg(long, value_name = "N", default_value_t = 90)]
    days: u32,
}

/// Makes a token: it alone goes to stdout.
pub(super) async fn add(common: &Common, adding: Adding) -> anyhow::Result<ExitCode> {
    let config = common.load(false, None)?;
    let portal = super::open(&config, &Assets::none()).await?;
    let Adding { login, scope, name, days } = adding;
    let wanted = (name.as_str(), scope, days);
    let token = portal.make_token_for(&Caller::command(), &login, wanted, Lang::En).await?;
    eprintln!("the token of {login} for `{scope}` is good for {days} days and shown this once");
    super::print(&token)?;
    Ok(ExitCode::SUCCESS)
}
