//! An import whose process is killed.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use kaishu_store::datasets::{self, EntryWrite, Outcome};
use kaishu_store::imports::{self, ImportRun};
use kaishu_store::{Store, feed};

use crate::build::{imported, listed, places};
use crate::database::TestDb;

const CHILD_URL: &str = "KAISHU_STORE_KILL_CHILD";
const N_RECORDS: u64 = 4000;
const N_BATCH: u64 = 40;

/// Imports the rest, saying on stderr how far it got after each commit.
async fn import(store: &Store, run: &mut ImportRun) {
    while run.position < N_RECORDS {
        let end = (run.position + N_BATCH).min(N_RECORDS);
        let batch: Vec<EntryWrite> =
            (run.position..end).map(|n| imported(&n.to_string(), &format!("数据{n}"))).collect();
        let transaction = store.begin_catalogue().await.unwrap();
        let written =
            imports::apply_batch(&transaction, run, &batch, end, |verdicts, mut report| {
                for upserted in verdicts.iter().flatten() {
                    match upserted.outcome {
                        Outcome::Created => report.created += 1,
                        Outcome::Updated => report.updated += 1,
                        Outcome::Unchanged => report.unchanged += 1,
                    }
                }
                report
            });
        let (_, after) = written.await.unwrap();
        transaction.commit().await.unwrap();
        *run = after;
        eprintln!("reported {end}");
    }
}

/// Starts this very test in another process, and kills it after some reports.
fn run_and_kill(url: &str, test: &str) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD_URL, url)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut reported = 0;
    for _ in 0..5 {
        let line = lines.next().unwrap().unwrap();
        if let Some(position) = line.strip_prefix("reported ") {
            reported = position.parse().unwrap();
        }
    }
    // SIGKILL, in the middle of the next batch.
    child.kill().unwrap();
    child.wait().unwrap();
    for line in lines {
        if let Some(position) = line.unwrap().strip_prefix("reported ") {
            reported = position.parse().unwrap();
        }
    }
    reported
}

pub(crate) async fn a_kill_loses_nothing_that_was_reported(database: &TestDb) {
    if let Ok(url) = std::env::var(CHILD_URL) {
        let store = Store::connect(&url, 2).await.unwrap();
        let mut run = imports::find_resumable(&store, "other", "file").await.unwrap().unwrap();
        import(&store, &mut run).await;
        return;
    }
    let store = &database.store;
    places(store).await;
    imports::start(store, "other", "file").await.unwrap();
    let engine = if database.url.starts_with("sqlite") { "sqlite" } else { "postgres" };
    let test = format!("{engine}::a_kill_loses_nothing_that_was_reported");

    let url = database.url.clone();
    let reported = tokio::task::spawn_blocking(move || run_and_kill(&url, &test)).await.unwrap();

    assert!((N_BATCH..N_RECORDS).contains(&reported), "killed at {reported}, not in the middle");
    let mut run = imports::find_resumable(store, "other", "file").await.unwrap().unwrap();
    assert!(run.position >= reported, "{} of {reported} are left", run.position);
    assert_eq!(run.report.created, run.position);
    let kept = datasets::page_of_codes(store, 0, N_RECORDS * 2).await.unwrap().codes;
    assert_eq!(kept.len() as u64, run.position, "entries and position are one commit");
    assert_eq!(feed::since(store, 0, N_RECORDS * 2).await.unwrap().len(), kept.len());

    import(store, &mut run).await;

    assert_eq!((run.report.created, run.report.unchanged), (N_RECORDS, 0));
    let codes = datasets::page_of_codes(store, 0, N_RECORDS * 2).await.unwrap().codes;
    assert_eq!(codes.len() as u64, N_RECORDS);
    let documents = datasets::search_documents(store, &codes, listed).await.unwrap();
    assert!(documents.iter().all(|document| document.items.len() == 2), "no entry is half there");
    assert_eq!(documents.len() as u64, N_RECORDS);
}
