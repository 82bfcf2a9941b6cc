//! `kaishu audit`: the log of what was done, checked without the portal.

use std::process::ExitCode;

use anyhow::Context;
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::{AuditFilter, TrailAsked};
use kaishu_portal::cases::{Ended, Verified};
use kaishu_server::assets::Assets;
use kaishu_types::Lang;
use serde_json::json;

use super::{Common, open, print};

/// What can be done with the log.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read the whole log, and name the first entry that is not as it was written, and receipts that are not as they
    /// were sealed; exit code 1 if there is one
    Verify {
        /// Write JSON
        #[arg(long)]
        json: bool,
    },
    /// Begin the log anew after the secret of the portal was lost; what is there stays. Without --confirm it
    /// says what would be left behind, and the word
    BeginAnew {
        /// Why, as in the number of a report; it stays in the log
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Who decided it; it stays in the log
        #[arg(long, value_name = "NAME")]
        by: String,
        /// The word that the command names without it
        #[arg(long, value_name = "WORD", default_value = "")]
        confirm: String,
    },
    /// List the sealed last entry of each day: kept elsewhere, they prove what the log was
    Checkpoints,
    /// Follow a delivered copy to its source and its approval, or a dataset or case to its copies; JSON
    Trail {
        /// Number of a receipt, SHA-256 of a file, code of a dataset, number of a case
        #[arg(value_name = "OF")]
        of: String,
        /// Only copies before this place: `next` of the answer before
        #[arg(long, value_name = "PLACE")]
        before: Option<i64>,
    },
    /// List entries, the newest first; all that is given must hold
    Search(Searching),
}

/// What the log is searched by.
#[derive(Debug, Args)]
pub(crate) struct Searching {
    /// What it is about: the code of a dataset or an organization, a login
    #[arg(long, value_name = "CODE")]
    subject: Option<String>,
    /// The kind of the case or of the subject, as in `opening` or `dataset`
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// What happened, as in `publish`
    #[arg(long, value_name = "EVENT")]
    event: Option<String>,
    /// The login of who did it
    #[arg(long, value_name = "LOGIN")]
    account: Option<String>,
    /// The first day
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<NaiveDate>,
    /// The last day
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<NaiveDate>,
    /// Only entries before this one: the last of the list before
    #[arg(long, value_name = "SEQ")]
    before: Option<i64>,
    /// Most entries
    #[arg(long, value_name = "NUMBER", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=1000))]
    limit: u64,
    /// Write an entry a line as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) async fn run(common: &Common, command: Command) -> anyhow::Result<ExitCode> {
    let config = common.load(false, None)?;
    let portal = open(&config, &Assets::none()).await?;
    match command {
        Command::Verify { json } => verify(&portal, json).await,
        Command::BeginAnew { reason, by, confirm } => {
            let seq = portal.begin_log_anew(&confirm, (&reason, &by)).await?;
            print(&format!("the log begins anew with entry {seq}; keep its secret this time"))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Checkpoints => {
            for (day, seq, hash) in portal.log_checkpoints().await? {
                print(&format!("{day} {seq} {hash}"))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Trail { of, before } => trail(&portal, &of, before).await,
        Command::Search(searching) => search(&portal, searching).await,
    }
}

async fn verify(portal: &Portal, as_json: bool) -> anyhow::Result<ExitCode> {
    let Verified {
        n_entries,
        last_hash,
        faults,
        ended,
        has_cases,
        n_receipts,
        n_unsealed_receipts,
    } = portal.verify_log().await?;
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let exit = if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    if as_json {
        let part = |part: &Ended| {
            json!({
                "begun_at": part.begun_at,
                "known": part.known,
                "is_as_left": part.is_as_left(),
            })
        };
        let found = json!({
            "n_entries": n_entries,
            "last_hash": last_hash,
            "faults": faults,
            "ended": ended.iter().map(part).collect::<Vec<_>>(),
            "has_cases": has_cases,
            "n_receipts": n_receipts,
            "n_unsealed_receipts": n_unsealed_receipts,
        });
        print(&found.to_string())?;
        return Ok(exit);
    }
    print(&format!("{n_entries} entries are as they were written; the last one is {last_hash}"))?;
    for part in &ended {
        let known = if part.known.is_empty() { "it was whole" } else { &part.known };
        print(&format!(
            "begun anew with entry {} after the key was lost: the seals before it cannot be checked, only that the entries are bound to each other; {known} then",
            part.begun_at
        ))?;
    }
    if has_cases {
        print(&format!(
            "{n_receipts} receipts are as they were sealed; {n_unsealed_receipts} came since the last seal"
        ))?;
    } else {
        print(
            "cases and receipts were not compared with their entries, since the log is not whole",
        )?;
    }
    for fault in &faults {
        print(&format!("bad: {fault}"))?;
    }
    Ok(exit)
}

async fn trail(portal: &Portal, of: &str, before: Option<i64>) -> anyhow::Result<ExitCode> {
    let asked = TrailAsked::read(of).context(
        "give the number of a receipt, the SHA-256 of a file, the code of a dataset or the number of a case",
    )?;
    let found = portal.trail(&Caller::command(), &asked, before, Lang::En).await?;
    print(&serde_json::to_string_pretty(&found)?)?;
    Ok(ExitCode::SUCCESS)
}

async fn search(portal: &Portal, searching: Searching) -> anyhow::Result<ExitCode> {
    let Searching { subject, kind, event, account, from, to, before, limit, json } = searching;
    let filter = AuditFilter { subject, kind, event, account, from, to, before };
    let caller = Caller::command();
    for entry in portal.search_audit(&caller, &filter, limit, Lang::En).await? {
        if json {
            let line = json!({
                "seq": entry.seq,
                "at": entry.at,
                "kind": entry.kind.code,
                "event": entry.event.code,
                "subject": entry.subject,
                "case": entry.case,
                "login": entry.login,
                "name": entry.name,
                "acting": entry.acting,
                "reason": entry.reason,
                "facts": entry.facts,
                "hash": entry.hash,
            });
            print(&line.to_string())?;
        } else {
            let at = entry.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            let (kind, event) = (entry.kind.code, entry.event.code);
            // What people wrote may hold signs that steer a terminal.
            let (subject, login) = (entry.subject.escape_debug(), entry.login.escape_debug());
            print(&format!("{} {at} {kind} {event} {subject} {login}", entry.seq))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
