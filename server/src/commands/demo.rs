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
struct Embedded;

/// Files by their paths.
type Files = BTreeMap<String, Bytes>;

/// The day for which the dates of the demonstration were written.
const WRITTEN_FOR: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day of 2026");

/// Loads the demonstration and says what was done.
pub(super) async fn run(common: &Common) -> anyhow::Result<ExitCode> {
    let config = common.load(true, None)?;
    let portal = super::open(&config, &Assets::none()).await?;
    let report = load(&portal).await?;
    super::take_in_files(&portal).await?;
    super::print(&super::import::in_words(&report))?;
    Ok(if report.rejected.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// An entry of which there is an earlier version; where it is there already, that one is, too.
const EARLIER_ENTRY: &str = "YX-ZFB-0007";

/// The folder of what some entries said before.
const EARLIER: &str = "earlier/";

/// The tables that both parts of the demonstration refer to.
const SHARED: [&str; 3] = ["organizations.csv", "regions.csv", "terms.csv"];

/// Loads the demonstration into a portal and brings the index up to it. Its dates are moved to
/// today, so that as many entries as ever are on time, late and new; tables stay as they are.
pub(super) async fn load(portal: &Portal) -> anyhow::Result<MergeReport> {
    let (earlier, files): (Files, Files) =
        files().into_iter().partition(|(path, _)| path.starts_with(EARLIER));
    if portal.dataset(&EARLIER_ENTRY.parse()?).await.is_err() {
        let shared = SHARED.iter().filter_map(|name| files.get_key_value(*name));
        let mut folder: Files = shared.map(|(path, bytes)| (path.clone(), bytes.clone())).collect();
        folder.extend(earlier.into_iter().map(|(path, bytes)| (path.replace(EARLIER, ""), bytes)));
        import(portal, folder).await?;
    }
    let report = import(portal, files).await?;
    super::catch_up(portal).await?;
    Ok(report)
}

async fn import(portal: &Portal, files: Files) -> anyhow::Result<MergeReport> {
    let input = Input::CsvDir(Folder::Memory(Arc::new(files)));
    let days_moved = (portal.today() - WRITTEN_FOR).num_days();
    let options = Options { days_moved, ..Options::default() };
    portal
        .import(input, options, |_| ())
        .await
        .context("the demonstration catalogue could not be loaded")
}

fn files() -> Files {
    Embedded::iter()
        // Judgements for measuring search; they are not part of the catalogue.
        .filter(|path| path != "golden.tsv")
        .filter_map(|path| {
            let file = Embedded::get(&path)?;
            Some((path.into_owned(), Bytes::from(file.data.into_owned())))
        })
        .collect()
}
