//! The commands, one file each. Results go to stdout, everything else to stderr.

mod api;
mod audit;
mod demo;
mod doctor;
mod import;
mod index;
mod openapi;
mod serve;
mod sweep;
mod tables;
mod token;
mod user;

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use kaishu_portal::Portal;
use kaishu_server::assets::Assets;
use kaishu_server::config::{Config, Overrides};
use tracing_subscriber::EnvFilter;

/// 开数 Kaishu: an open-data portal in which the catalogue and the access office are one system.
#[derive(Debug, Parser)]
#[command(name = "kaishu", version, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// The folder that holds everything: database, files, search index [default: data]
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// The settings file [default: kaishu.toml, where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the portal
    Serve(serve::Arguments),
    /// Take over the catalogue of another portal; a second time it is merged
    Import(import::Arguments),
    /// Load the demonstration catalogue
    Demo,
    /// Look after the search index
    #[command(subcommand)]
    Index(index::Command),
    /// Look after tables: what was found in them, what becomes of it
    #[command(subcommand)]
    Tables(tables::Command),
    /// Look after accounts and their roles
    #[command(subcommand)]
    User(user::Command),
    /// Look after tokens of the HTTP API
    #[command(subcommand)]
    Token(token::Command),
    /// Ask an operation of the HTTP API with a token, without a server
    Api(api::Arguments),
    /// Look after the log of what was done
    #[command(subcommand)]
    Audit(audit::Command),
    /// Take away bytes that nothing refers to
    Sweep(sweep::Arguments),
    /// Check that everything is in place
    Doctor(doctor::Arguments),
    /// Print the description of the HTTP API (OpenAPI 3.1, JSON)
    Openapi,
}

/// Runs a command.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { common, command } = arguments;
    match command {
        Command::Serve(arguments) => serve::run(&common, arguments).await,
        Command::Import(arguments) => import::run(&common, arguments).await,
        Command::Demo => demo::run(&common).await,
        Command::Index(index::Command::Rebuild) => index::rebuild(&common).await,
        Command::Tables(command) => tables::run(&common, command).await,
        Command::User(command) => user::run(&common, command).await,
        Command::Token(token::Command::Add(adding)) => token::add(&common, adding).await,
        Command::Api(arguments) => Box::pin(api::run(&common, arguments)).await,
        Command::Audit(command) => audit::run(&common, command).await,
        Command::Sweep(arguments) => sweep::run(&common, arguments).await,
        Command::Doctor(arguments) => doctor::run(&common, arguments).await,
        Command::Openapi => openapi::run(),
    }
}

impl Common {
    fn load(&self, demonstration: bool, listen: Option<SocketAddr>) -> anyhow::Result<Config> {
        let config = Config::load(&Overrides {
            file: self.config.clone(),
            data_dir: self.data_dir.clone(),
            listen,
            demonstration,
        })?;
        start_log(&config.log)?;
        Ok(config)
    }
}

fn start_log(filter: &str) -> anyhow::Result<()> {
    // One line for each request only where it is asked for.
    let mut filter = filter.to_owned();
    for quiet in ["access=off", "sea_orm_migration=warn"] {
        let part = quiet.split('=').next().unwrap_or_default();
        if !filter.contains(part) {
            filter = format!("{filter},{quiet}");
        }
    }
    let filter = EnvFilter::try_new(&filter)
        .with_context(|| format!("the setting `log` is no filter: `{filter}`"))?;
    let is_terminal = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(is_terminal)
        .init();
    Ok(())
}

/// Opens the portal of a configuration; the data folder is made if missing.
async fn open(config: &Config, assets: &Assets) -> anyhow::Result<Portal> {
    std::fs::create_dir_all(&config.data_dir).with_context(|| {
        format!(
            "the data folder {} cannot be made; choose another with --data-dir",
            config.data_dir.display()
        )
    })?;
    let settings = config.settings(assets.version())?;
    Portal::open(settings).await.with_context(|| {
        format!(
            "the portal in {} cannot be opened; `kaishu doctor` says more",
            config.data_dir.display()
        )
    })
}

/// Brings the index up to what was written. A server that runs on the same folder does it itself.
async fn catch_up(portal: &Portal) -> anyhow::Result<()> {
    match portal.catch_up(|done| eprintln!("index: {} datasets", done.n_changes)).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_index_locked() => {
            eprintln!("index: a running server writes it and takes this up within seconds");
            Ok(())
        }
        Err(error) => Err(error).context(
            "everything is stored, but the search index could not follow; `kaishu index rebuild` makes a new one",
        ),
    }
}

/// Makes tables of the files that were written. A server that runs on the same folder helps.
async fn take_in_files(portal: &Portal) -> anyhow::Result<()> {
    let done = portal
        .take_in_files(|done| {
            let n = done.done + done.failed;
            if n % 50 == 0 {
                eprintln!("tables: {n} files");
            }
        })
        .await
        .context("everything is stored; a server makes the tables of the files that are left")?;
    if done.done + done.failed > 0 {
        eprintln!("tables: {} files taken in, {} could not be", done.done, done.failed);
        let n_waiting = portal.waiting().await?.len();
        if n_waiting > 0 {
            eprintln!(
                "tables: {n_waiting} columns or files wait for a person to decide; see `kaishu tables waiting`"
            );
        }
    }
    if done.blocked > 0 {
        eprintln!(
            "tables: in {} of them blocking rules of quality do not hold; their pages say where",
            done.blocked
        );
    }
    Ok(())
}

/// Takes away what killed uploads left behind. Where that fails, the work goes on without it.
async fn sweep_left_over(portal: Portal) {
    if let Err(error) = portal.sweep_left_over().await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "files of killed uploads could not be taken away"
        );
    }
}

/// Writes a result.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").context("the result could not be written to stdout")
}
