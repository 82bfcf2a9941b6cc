//! `kaishu tables`

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use kaishu_portal::Portal;
use kaishu_portal::processing::Processed;
use kaishu_portal::tables::{
    By, Decided, Decision, FileReport, JobState, Proposal, Release, Subject, Verdict, Waiting,
};
use kaishu_server::assets::Assets;
use kaishu_types::table::Mask;
use kaishu_types::vocabulary::ItemType;
use kaishu_types::{DatasetCode, Lang};
use serde_json::json;

use super::Common;

/// What can be done with the tables of a dataset.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the files of a dataset, their columns and what was found in them
    Report(OfDataset),
    /// Decide what becomes of a column, or of a file that cannot be looked into
    Decide(Deciding),
    /// List the columns and files that wait for a person to decide
    Waiting,
    /// Show what was decided, by whom and why
    Decisions(OfDataset),
    /// Count the rows that combinations of released values have in common (k-anonymity)
    Anonymity(Measuring),
    /// Show what was done to the data of a dataset before it left, and by whom
    Processing(OfDataset),
    /// Take a file in again
    Retry(OfFile),
    /// Stop taking a file in
    Cancel(OfFile),
}

/// A dataset.
#[derive(Debug, Args)]
pub(crate) struct OfDataset {
    /// Code of the dataset
    code: DatasetCode,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A file.
#[derive(Debug, Args)]
pub(crate) struct OfFile {
    /// Code of the dataset
    code: DatasetCode,
    /// Number of the file
    id: i64,
}

/// A decision.
#[derive(Debug, Args)]
pub(crate) struct Deciding {
    /// Code of the dataset
    code: DatasetCode,
    /// The column
    #[arg(long, value_name = "NAME", required_unless_present = "file")]
    column: Option<String>,
    /// The file, where it cannot be looked into
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["column", "mask"])]
    file: Option<i64>,
    #[command(flatten)]
    verdict: Wanted,
    /// Why; it stays in the record
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who decides; it stays in the record
    #[arg(long, value_name = "NAME")]
    by: String,
}

/// What is to become of it.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Wanted {
    /// Release it through a mask: drop, redact, partial:3:4, hash, year, month, range:10, region:4
    #[arg(long, value_name = "RULE")]
    mask: Option<Mask>,
    /// Do not release it
    #[arg(long)]
    restrict: bool,
    /// Release it as it is
    #[arg(long)]
    release: bool,
}

/// What is measured.
#[derive(Debug, Args)]
pub(crate) struct Measuring {
    /// Code of the dataset
    code: DatasetCode,
    /// Number of the file
    id: i64,
    /// The columns that together may tell who somebody is, with commas between
    #[arg(long, value_name = "NAMES", value_delimiter = ',', required = true)]
    columns: Vec<String>,
    /// Which table of the file, from 1
    #[arg(long, default_value_t = 1)]
    table: usize,
    /// The fewest rows that a combination may have
    #[arg(short, default_value_t = 5)]
    k: u64,
    /// Who measures; it stays in the record with what it came to
    #[arg(long, value_name = "NAME")]
    by: String,
}

/// Runs a command.
pub(super) async fn run(common: &Common, command: Command) -> anyhow::Result<ExitCode> {
    let config = common.load(false, None)?;
    let portal = super::open(&config, &Assets::none()).await?;
    match command {
        Command::Report(of) => report(&portal, &of).await,
        Command::Waiting => waiting(&portal).await,
        Command::Decide(deciding) => decide(&portal, deciding).await,
        Command::Decisions(of) => decisions(&portal, &of).await,
        Command::Processing(of) => processing(&portal, &of).await,
        Command::Anonymity(measuring) => anonymity(&portal, measuring).await,
        Command::Retry(OfFile { code, id }) => {
            if !portal.take_in_again(&code, id).await? {
                bail!("file {id} is being taken in now");
            }
            super::take_in_files(&portal).await?;
            super::catch_up(&portal).await?;
            report(&portal, &OfDataset { code, json: false }).await
        }
        Command::Cancel(OfFile { code, id }) => {
            if !portal.stop_taking_in(&code, id).await? {
                bail!("file {id} is not being taken in");
            }
            super::print(&format!("file {id} is stopped; what it had before serves on"))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn report(portal: &Portal, of: &OfDataset) -> anyhow::Result<ExitCode> {
    let reports = portal.file_reports(&of.code).await?;
    let text = if of.json {
        let reports: Vec<_> = reports.iter().map(as_json).collect();
        serde_json::to_string(&reports).context("the report could not be written")?
    } else {
        reports.iter().map(in_words).collect::<Vec<_>>().join("\n")
    };
    super::print(text.trim_end())?;
    Ok(ExitCode::SUCCESS)
}

async fn waiting(portal: &Portal) -> anyhow::Result<ExitCode> {
    let waiting = portal.waiting().await?;
    let lines = waiting.iter().map(|Waiting { dataset, file, subject }| match subject {
        Some(column) => {
            let kinds: Vec<&str> = column.kinds.iter().map(|it| it.label(Lang::En)).collect();
            let kinds =
                if kinds.is_empty() { "flagged as sensitive".to_owned() } else { kinds.join(", ") };
            format!("{dataset} file {file}, column {}: {kinds}", column.name)
        }
        None => format!("{dataset} file {file}: cannot be looked into"),
    });
    let lines: Vec<String> = lines.collect();
    super::print(&if lines.is_empty() { "nothing waits".to_owned() } else { lines.join("\n") })?;
    Ok(ExitCode::SUCCESS)
}

async fn decide(portal: &Portal, deciding: Deciding) -> anyhow::Result<ExitCode> {
    let Deciding { code, column, file, verdict, reason, by } = deciding;
    let by = By::Command(&by);
    let decided = match (file, column) {
        (Some(id), _) => portal.decide_file(&code, id, verdict.release, &reason, by).await?,
        (None, Some(column)) => {
            let verdict = match verdict {
                Wanted { mask: Some(mask), .. } => Verdict::Mask(mask),
                Wanted { restrict: true, .. } => Verdict::Restrict,
                Wanted { .. } => Verdict::Release,
            };
            portal.decide_column(&code, &column, verdict, &reason, by).await?
        }
        (None, None) => bail!("name a column with --column, or a file with --file"),
    };
    super::catch_up(portal).await?;
    super::print(&line(&decided))?;
    Ok(ExitCode::SUCCESS)
}

async fn decisions(portal: &Portal, of: &OfDataset) -> anyhow::Result<ExitCode> {
    let decided = portal.decisions(&of.code).await?;
    let text = if of.json {
        let decided: Vec<_> = decided.iter().map(decision_as_json).collect();
        serde_json::to_string(&decided).context("the decisions could not be written")?
    } else if decided.is_empty() {
        "nothing was decided".to_owned()
    } else {
        decided.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    super::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

async fn processing(portal: &Portal, of: &OfDataset) -> anyhow::Result<ExitCode> {
    let done = portal.processing(&of.code, Lang::En).await?;
    let as_json = |it: &Processed| {
        let Processed { seq, at, by, text, reason } = it;
        json!({ "seq": seq, "at": at, "by": by, "text": text, "reason": reason })
    };
    let line = |it: &Processed| {
        let at = it.at.format("%Y-%m-%dT%H:%M:%SZ");
        let why = if it.reason.is_empty() { String::new() } else { format!("; {}", it.reason) };
        format!("{at} {} ({}{why})", it.text, it.by)
    };
    let text = if of.json {
        let done: Vec<_> = done.iter().map(as_json).collect();
        serde_json::to_string(&done).context("the record could not be written")?
    } else if done.is_empty() {
        "nothing is recorded".to_owned()
    } else {
        done.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    super::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

async fn anonymity(portal: &Portal, measuring: Measuring) -> anyhow::Result<ExitCode> {
    let Measuring { code, id, columns, table, k, by } = measuring;
    let by = By::Command(&by);
    let found = portal.anonymity(&code, (id, table), &columns, k, by).await?;
    super::print(&format!(
        "k = {}: of {} combinations of {}, {} are shared by fewer than {k} rows ({} rows)",
        found.k,
        found.n_groups,
        columns.join(", "),
        found.n_small_groups,
        found.n_rows_in_small_groups,
    ))?;
    Ok(if found.n_small_groups == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Writes what becomes of a column.
fn release(release: &Release) -> String {
    match release {
        Release::Open => "open".to_owned(),
        Release::Masked(mask) => format!("masked {mask}"),
        Release::Restricted => "restricted".to_owned(),
        Release::Held => "held".to_owned(),
    }
}

fn state(state: Option<JobState>) -> &'static str {
    match state {
        None | Some(JobState::Waiting) => "waiting",
        Some(JobState::Running) => "being taken in",
        Some(JobState::Done) => "done",
        Some(JobState::Failed) => "failed",
        Some(JobState::Cancelled) => "cancelled",
    }
}

fn in_words(report: &FileReport) -> String {
    let FileReport { resource, note, tables, .. } = report;
    let note = note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
    let mut text =
        format!("file {} {} ({}{note})\n", resource.id, resource.title, state(report.state));
    for table in tables {
        let name = if table.name.is_empty() { "table" } else { &table.name };
        text += &format!("  {name}: {} rows\n", table.n_rows);
        for fault in &table.faults {
            let rows: Vec<u64> = fault.rows.iter().map(|row| row.row).collect();
            text += &format!(
                "    {:?}: {} of {} do not hold: {} {}, first in rows {rows:?}\n",
                fault.rule.severity(),
                fault.n_failed,
                fault.n_checked,
                fault.rule.checks(Lang::En),
                fault.columns.join(", "),
            );
        }
        for (column, becomes) in &table.columns {
            let name = &column.stored.name;
            text += &format!("    {name}: {}, {}", column.stored.item_type, release(becomes));
            for finding in &column.findings {
                let named = if finding.is_named { ", by its heading" } else { "" };
                let label = finding.kind.label(Lang::En);
                text += &format!("; {label} in {} rows {:?}{named}", finding.n_rows, finding.rows);
            }
            if let Some(proposed) = proposed(&column.proposal, column.stored.item_type) {
                text += &proposed;
            }
            if column.n_misfits > 0 {
                let first: Vec<u64> = column.misfits.iter().map(|misfit| misfit.row).collect();
                text += &format!(
                    "; {} values are no {}, first in rows {first:?}",
                    column.n_misfits, column.stored.item_type
                );
            }
            text.push('\n');
        }
    }
    text
}

/// Says what the values of a column look like, where it is of another type.
fn proposed(proposal: &Proposal, item_type: ItemType) -> Option<String> {
    if proposal.item_type != item_type {
        return Some(format!("; its values are of type {}", proposal.item_type));
    }
    let nearly = proposal.nearly?;
    let rows: Vec<u64> = proposal.misfits.iter().map(|misfit| misfit.row).collect();
    Some(format!("; all but {} values are of type {nearly}, not rows {rows:?}", proposal.n_misfits))
}

fn as_json(report: &FileReport) -> serde_json::Value {
    let tables: Vec<_> = report
        .tables
        .iter()
        .map(|table| {
            let columns: Vec<_> = table
                .columns
                .iter()
                .map(|(column, becomes)| {
                    json!({
                        "name": column.stored.name,
                        "type": column.stored.item_type,
                        "release": release(becomes),
                        "findings": column.findings,
                        "proposed": column.proposal.item_type,
                        "nearly": column.proposal.nearly,
                        "n_misfits": column.n_misfits,
                        "misfits": column.misfits.iter().map(|it| it.row).collect::<Vec<_>>(),
                    })
                })
                .collect();
            json!({
                "name": table.name,
                "n_rows": table.n_rows,
                "faults": table.faults,
                "columns": columns,
            })
        })
        .collect();
    json!({
        "id": report.resource.id,
        "title": report.resource.title,
        "state": state(report.state),
        "note": report.note,
        "tables": tables,
    })
}

fn decision(decision: &Decision) -> String {
    match decision {
        Decision::Mask(mask) => format!("mask {mask}"),
        Decision::Restrict => "restrict".to_owned(),
        Decision::Justify(kinds) if kinds.is_empty() => "release".to_owned(),
        Decision::Justify(kinds) => {
            let kinds: Vec<&str> = kinds.iter().map(|kind| kind.label(Lang::En)).collect();
            format!("release although {}", kinds.join(", "))
        }
    }
}

fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Column(name) => format!("column {name}"),
        Subject::File(id) => format!("file {id}"),
    }
}

fn line(decided: &Decided) -> String {
    format!(
        "{} {}: {} ({}; {})",
        decided.at.format("%Y-%m-%dT%H:%M:%SZ"),
        subject(&decided.subject),
        decision(&decided.decision),
        decided.by,
        decided.reason,
    )
}

fn decision_as_json(decided: &Decided) -> serde_json::Value {
    json!({
        "subject": subject(&decided.subject),
        "decision": decision(&decided.decision),
        "reason": decided.reason,
        "by": decided.by,
        "at": decided.at,
    })
}
