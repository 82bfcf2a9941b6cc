//! `kaishu demo`: the demonstration catalogue inside the program.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use chrono::NaiveDate;
use kaishu_portal::Portal;
use kaishu_portal::importing::{Folder, Input, Options};
use kaishu_server::assets::Assets;
use kaishu_types::import::MergeReport;
use rust_embed::RustEmbed;

use super::Common;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/demo"]
struct Files;

/// The day for which the dates of the demonstration were written.
const WRITTEN_FOR: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day of 2026");

/// Loads the demonstration and says what was done.
pub(super) async fn run(common: &Common) -> anyhow::Result<ExitCode> {
    let config = common.load(true, None)?;
    let portal = super::open(&config, &Assets::none()).await?;
    let report = load(&portal).await?;
    super::print(&super::import::in_words(&report))?;
    Ok(if report.rejected.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Loads the demonstration into a portal and brings the index up to it. Its dates are moved to
/// today, so that as many entries as ever are on time, late and new; tables stay as they are.
pub(super) async fn load(portal: &Portal) -> anyhow::Result<MergeReport> {
    let input = Input::CsvDir(Folder::Memory(Arc::new(files())));
    let days_moved = (portal.today() - WRITTEN_FOR).num_days();
    let options = Options { days_moved, ..Options::default() };
    let report = portal
        .import(input, options, |_| ())
        .await
        .context("the demonstration catalogue could not be loaded")?;
    super::catch_up(portal).await?;
    Ok(report)
}

fn files() -> BTreeMap<String, Bytes> {
    Files::iter()
        // Judgements for measuring search; they are not part of the catalogue.
        .filter(|path| path != "golden.tsv")
        .filter_map(|path| {
            let file = Files::get(&path)?;
            Some((path.into_owned(), Bytes::from(file.data.into_owned())))
        })
        .collect()
}
