//! `kaishu serve`

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::Args;
use kaishu_portal::Portal;
use kaishu_server::assets::Assets;
use kaishu_server::connections::{self, Bounds};
use kaishu_server::{Limits, State, router};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::doctor::{self, Verdict};
use super::{Common, demo};

/// How often counted views and downloads are written.
const FLUSH_PAUSE: Duration = Duration::from_secs(30);

/// How often accounts and sessions that ran out are ended; they are of no use before that, either.
const SWEEP_PAUSE: Duration = Duration::from_secs(10 * 60);

/// How it is served.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Address and port to listen on [default: 127.0.0.1:3000]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Serve the demonstration catalogue; it is loaded where the catalogue is empty
    #[arg(long)]
    demo: bool,
}

/// Serves until it is told to stop.
pub(super) async fn run(common: &Common, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let config = common.load(arguments.demo, arguments.listen)?;
    let assets = Assets::find(config.site_dir.as_deref())?;
    let listener = bind(config.listen).await?;
    let portal = super::open(&config, &assets).await?;
    if arguments.demo && portal.figures().await?.n_datasets == 0 {
        eprintln!("loading the demonstration catalogue");
        let report = demo::load(&portal).await?;
        tracing::info!(
            created = report.created,
            rejected = report.rejected.len(),
            "demonstration loaded"
        );
    }
    let calendar = doctor::calendar(&portal);
    if calendar.verdict != Verdict::Good {
        tracing::warn!("{}", calendar.text);
    }
    let limits = Limits {
        body_bytes: config.max_body_bytes,
        upload_bytes: config.max_upload_bytes,
        page_cache_bytes: config.page_cache_bytes,
        ..Limits::default()
    };
    let state = State::new(portal.clone(), assets, limits);
    let app = router(state.clone());
    let address = listener.local_addr().context("the listener has no address")?;
    eprintln!("Kaishu is at http://{address}");

    tokio::spawn(warm(state));
    tokio::spawn(portal.clone().follow_feed());
    tokio::spawn(portal.clone().follow_files());
    tokio::spawn(portal.clone().follow_clocks());
    tokio::spawn(portal.clone().follow_notices());
    tokio::spawn(portal.clone().follow_receipts());
    tokio::spawn(portal.clone().follow_webhooks());
    tokio::spawn(portal.clone().follow_share_pushes());
    tokio::spawn(flush_usage(portal.clone()));
    tokio::spawn(super::sweep_left_over(portal.clone()));
    tokio::spawn(portal.clone().follow_sweeps());
    tokio::spawn(portal.clone().follow_quality());
    tokio::spawn(sweep_accounts(portal.clone()));
    let max_open = usize::try_from(config.max_open_connections.get()).unwrap_or(usize::MAX);
    let bounds = Bounds { max_open, proxies: config.trusted_proxies, ..Bounds::default() };
    connections::serve(listener, app, bounds, stop_signal()).await;
    portal.flush_usage().await.context("the last views and downloads could not be counted")?;
    portal.seal_receipts().await.context("the last receipts could not be sealed")?;
    Ok(ExitCode::SUCCESS)
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "another program listens on {address}; stop it, or choose another port with --listen"
        ),
        ErrorKind::PermissionDenied => anyhow!(
            "this account may not listen on {address}; choose a port from 1024 with --listen"
        ),
        ErrorKind::AddrNotAvailable => {
            anyhow!("{address} is no address of this machine; choose another with --listen")
        }
        _ => anyhow!("cannot listen on {address}: {error}"),
    })
}

async fn stop_signal() {
    let mut terminate = match signal(SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => {
            tracing::error!(%error, "SIGTERM cannot be waited for");
            return std::future::pending().await;
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => {
            if let Err(error) = interrupted {
                tracing::error!(%error, "Ctrl-C cannot be waited for");
            }
        }
    }
    eprintln!("stopping");
}

async fn warm(state: State) {
    if let Err(error) = state.portal().warm().await {
        tracing::error!(error = &error as &dyn std::error::Error, "the index could not be warmed");
    }
    state.set_warm();
}

/// Ends what ran out: contracts, sessions, links; and what was written on consultations long ago.
async fn sweep_accounts(portal: Portal) {
    loop {
        if let Err(error) = portal.sweep_accounts().await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "accounts and sessions that ran out could not be ended yet"
            );
        }
        if let Err(error) = portal.sweep_comments().await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "comments whose time is over could not be erased yet"
            );
        }
        tokio::time::sleep(SWEEP_PAUSE).await;
    }
}

async fn flush_usage(portal: Portal) {
    loop {
        tokio::time::sleep(FLUSH_PAUSE).await;
        if let Err(error) = portal.flush_usage().await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "views and downloads could not be written yet"
            );
        }
    }
}
