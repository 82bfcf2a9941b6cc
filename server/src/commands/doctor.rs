//! `kaishu doctor`: is everything in place?

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use chrono::{Datelike, NaiveDate, TimeDelta};
use clap::Args;
use kaishu_domain::policy::Expiry;
use kaishu_portal::Portal;
use kaishu_portal::accounts::{Caller, MailHealth};
use kaishu_server::assets::Assets;
use kaishu_types::Lang;
use serde::Serialize;

use super::Common;

/// Datasets whose files are looked for.
const N_DATASETS: u64 = 10_000;

/// Faults of one kind that are written out.
const N_SHOWN: usize = 5;

/// How the findings are written.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
    /// Print who may do what, and look at nothing
    #[arg(long, conflicts_with = "json")]
    permissions: bool,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    Good,
    Warning,
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    check: &'static str,
    pub(super) verdict: Verdict,
    pub(super) text: String,
}

#[derive(Debug, Default, Serialize)]
struct Findings {
    findings: Vec<Finding>,
}

impl Findings {
    fn add(&mut self, check: &'static str, verdict: Verdict, text: impl Into<String>) {
        self.findings.push(Finding { check, verdict, text: text.into() });
    }

    fn is_bad(&self) -> bool {
        self.findings.iter().any(|it| it.verdict == Verdict::Bad)
    }
}

/// Looks at everything and says what is wrong and what would mend it.
pub(super) async fn run(common: &Common, arguments: Arguments) -> anyhow::Result<ExitCode> {
    if arguments.permissions {
        super::print(kaishu_domain::permission::table(Lang::En).trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    let config = common.load(false, None)?;
    let mut findings = Findings::default();
    if check_folder(&mut findings, &config.data_dir) {
        let opened = async {
            let settings = config.settings(Assets::none().version())?;
            Ok::<_, anyhow::Error>(Portal::open(settings).await?)
        };
        match opened.await {
            Ok(portal) => check_portal(&mut findings, &portal).await,
            Err(error) => {
                findings.add("portal", Verdict::Bad, format!("cannot be opened: {error:#}"));
            }
        }
    }
    if arguments.json {
        let text = serde_json::to_string(&findings).context("the findings could not be written")?;
        super::print(&text)?;
    } else {
        for Finding { check, verdict, text } in &findings.findings {
            let mark = match verdict {
                Verdict::Good => "good   ",
                Verdict::Warning => "warning",
                Verdict::Bad => "bad    ",
            };
            super::print(&format!("{mark} {check}: {text}"))?;
        }
    }
    Ok(if findings.is_bad() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Whether there is a data folder that can be written; nothing is made where there is none.
fn check_folder(findings: &mut Findings, folder: &Path) -> bool {
    if !folder.is_dir() {
        let text = format!(
            "{} does not exist; `kaishu serve` or `kaishu import` makes it, --data-dir names another",
            folder.display()
        );
        findings.add("data folder", Verdict::Bad, text);
        return false;
    }
    let probe = folder.join(".doctor");
    let written = std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe));
    match written {
        Ok(()) => findings.add("data folder", Verdict::Good, folder.display().to_string()),
        Err(error) => {
            let text =
                format!("{} cannot be written: {error}; correct its owner", folder.display());
            findings.add("data folder", Verdict::Bad, text);
        }
    }
    true
}

async fn check_portal(findings: &mut Findings, portal: &Portal) {
    match portal.ping().await {
        Ok(()) => findings.add("database", Verdict::Good, "answers, and its tables are up to date"),
        Err(error) => findings.add("database", Verdict::Bad, error.to_string()),
    }
    check_index(findings, portal).await;
    check_files(findings, portal).await;
    check_mail(findings, portal).await;
    check_policy(findings, portal);
    check_calendar(findings, portal);
}

/// Mail that waits for long, or was given up, is told to whoever runs the system.
async fn check_mail(findings: &mut Findings, portal: &Portal) {
    let health = match portal.mail_health(&Caller::command(), Lang::En).await {
        Ok(health) => health,
        Err(error) => return findings.add("mail", Verdict::Bad, error.to_string()),
    };
    let MailHealth { is_set, letters, notices, .. } = health;
    let n_waiting = letters.n_waiting + notices.n_waiting;
    let n_failed = letters.n_failed + notices.n_failed;
    let oldest = letters.oldest.into_iter().chain(notices.oldest).min();
    let since = oldest.map(|at| format!(", the oldest since {}", at.format("%Y-%m-%d %H:%M UTC")));
    let waiting = format!("{n_waiting} mails wait{}", since.unwrap_or_default());
    if !is_set {
        let text = format!("no server for mail is set, so none goes out; {waiting}");
        return findings.add("mail", Verdict::Good, text);
    }
    let is_late = oldest.is_some_and(|at| portal.now() - at > TimeDelta::hours(1));
    let (verdict, remedy) = match is_late || n_failed > 0 {
        true => (Verdict::Warning, "; look at the server of `mail.url` and at /authority/system"),
        false => (Verdict::Good, ""),
    };
    let text = format!("{waiting}; {n_failed} were given up within 30 days{remedy}");
    findings.add("mail", verdict, text);
}

async fn check_index(findings: &mut Findings, portal: &Portal) {
    let health = match portal.health().await {
        Ok(health) => health,
        Err(error) => return findings.add("index", Verdict::Bad, error.to_string()),
    };
    if health.index_position < health.feed_position {
        let text = format!(
            "stands at {} of {}; a running server follows by itself, `kaishu index rebuild` makes a new one",
            health.index_position, health.feed_position
        );
        findings.add("index", Verdict::Warning, text);
    } else if health.n_indexed == health.n_public {
        let text = format!("holds all {} public datasets", health.n_public);
        findings.add("index", Verdict::Good, text);
    } else {
        let text = format!(
            "holds {} datasets, and {} are public; run `kaishu index rebuild`",
            health.n_indexed, health.n_public
        );
        findings.add("index", Verdict::Bad, text);
    }
}

async fn check_files(findings: &mut Findings, portal: &Portal) {
    let check = match portal.check_files(N_DATASETS).await {
        Ok(check) => check,
        Err(error) => return findings.add("files", Verdict::Bad, error.to_string()),
    };
    let scope = if check.is_partial {
        format!(" of the first {N_DATASETS} datasets")
    } else {
        String::new()
    };
    add_resources(findings, &check.without_resource, &scope);
    add_formats(findings, &check.unreadable, &scope);
    if check.missing.is_empty() {
        let text = format!("{} files{scope} are there", check.n_checked);
        return findings.add("files", Verdict::Good, text);
    }
    let text = format!(
        "{} of {} files{scope} are missing or damaged; bring them back from a backup or import again: {}",
        check.missing.len(),
        check.n_checked,
        first_of(&check.missing)
    );
    findings.add("files", Verdict::Bad, text);
}

/// An entry that is open in any way is published together with a resource (PUB-01).
fn add_resources(findings: &mut Findings, without: &[String], scope: &str) {
    if without.is_empty() {
        let text = format!("every open or conditional entry{scope} has one");
        return findings.add("resources", Verdict::Good, text);
    }
    let text = format!(
        "{} open or conditional entries{scope} have no file, table or interface; mount one, or withdraw the entry: {}",
        without.len(),
        first_of(without)
    );
    findings.add("resources", Verdict::Warning, text);
}

/// Of every open entry there is a form that programs can read (PUB-03).
fn add_formats(findings: &mut Findings, unreadable: &[String], scope: &str) {
    if unreadable.is_empty() {
        let text = format!("every open or conditional entry{scope} has one that programs can read");
        return findings.add("formats", Verdict::Good, text);
    }
    let text = format!(
        "{} open or conditional entries{scope} have prose or pictures only; add a CSV, XLSX, JSON, XML or GeoJSON: {}",
        unreadable.len(),
        first_of(unreadable)
    );
    findings.add("formats", Verdict::Warning, text);
}

fn first_of(faults: &[String]) -> String {
    let shown: Vec<&str> = faults.iter().take(N_SHOWN).map(String::as_str).collect();
    let rest = if faults.len() > N_SHOWN { "; …" } else { "" };
    format!("{}{rest}", shown.join("; "))
}

fn check_policy(findings: &mut Findings, portal: &Portal) {
    let header = &portal.policy().header;
    let name = &header.name;
    match header.expiry(portal.today()) {
        Expiry::Expired => {
            let text = format!("{name} is not in force any more; choose the one that follows");
            findings.add("policy", Verdict::Warning, text);
        }
        Expiry::Soon { days_left } => {
            let text = format!("{name} ends in {days_left} days; prepare the one that follows");
            findings.add("policy", Verdict::Warning, text);
        }
        Expiry::None => findings.add("policy", Verdict::Good, format!("{name} ({})", header.code)),
    }
}

fn check_calendar(findings: &mut Findings, portal: &Portal) {
    findings.findings.push(calendar(portal));
}

/// Says how far working days are known today.
pub(super) fn calendar(portal: &Portal) -> Finding {
    let (verdict, text) = reach(portal.last_noticed_year(), portal.today());
    Finding { check: "calendar", verdict, text }
}

/// Judges the last year of the calendar. The notice of a year comes early in the November before.
fn reach(last_year: Option<i32>, today: NaiveDate) -> (Verdict, String) {
    let this_year = today.year();
    match last_year {
        Some(last) if last > this_year || (last == this_year && today.month() < 11) => {
            (Verdict::Good, format!("working days are known up to the end of {last}"))
        }
        Some(last) if last == this_year => {
            let text = format!(
                "working days are known up to the end of {last}; deadlines beyond it are provisional \
                 at best until the notice of {} is here, by `calendar_file` or with a newer version",
                last + 1
            );
            (Verdict::Warning, text)
        }
        last => {
            let last = last.map_or("no year".to_owned(), |last| last.to_string());
            let text = format!(
                "working days are known up to {last}, and it is {this_year}; bring the notice of \
                 {this_year}, by `calendar_file` or with a newer version"
            );
            (Verdict::Bad, text)
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[track_caller]
    fn check(today: (i32, u32, u32), expected: Verdict, part: &str) {
        let (year, month, day) = today;
        let today = NaiveDate::from_ymd_opt(year, month, day).unwrap();
        let (verdict, text) = reach(Some(2026), today);
        assert_eq!(verdict, expected, "{text}");
        assert!(text.contains(part), "{text}");
    }

    /// The calendar of SUP-01: nobody learns of a missing year from a deadline.
    #[test]
    fn a_missing_year_is_named_before_a_deadline_needs_it() {
        check((2025, 12, 31), Verdict::Good, "end of 2026");
        check((2026, 10, 31), Verdict::Good, "end of 2026");
        check((2026, 11, 1), Verdict::Warning, "the notice of 2027");
        check((2027, 1, 1), Verdict::Bad, "the notice of 2027");
        check((2028, 1, 1), Verdict::Bad, "it is 2028");
    }
}
