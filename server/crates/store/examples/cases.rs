//! Measures cases and their log: `cargo run --release -p kaishu-store --example cases -- 1000000`.
//!
//! The number is that of the entries whose chain is verified. An event that is kept is set against a bare
//! transaction that writes the same rows without hashing, sealing or looking at anything, in turns on the same
//! database. SQLite on the disk; PostgreSQL where `KAISHU_TEST_POSTGRES` names a server. Exit code 1 where a bound
//! does not hold; that of the chain is for 1,000,000 entries, and of another number nothing is said.

#![expect(clippy::unwrap_used, reason = "a measurement may stop at anything unexpected")]
#![expect(clippy::print_stdout, reason = "figures are what it is for")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use kaishu_domain::cases::{Actor, Body, CaseFile, Event};
use kaishu_store::Store;
use kaishu_store::cases::{self, Case, CaseSubject, Desk, Drawer, Happening};
use kaishu_store::log::{self, Entry, SealKey};
use kaishu_types::case::CaseKind;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement,
    TransactionOptions, TransactionTrait,
};

/// Events in a turn, and turns.
const TURN: usize = 250;
const TURNS: usize = 12;
/// Events of the case that is folded.
const N_FOLDED: usize = 500;
/// Open cases of the desk.
const N_CASES: u64 = 100_000;
/// Entries of the log that the bound of its verification is for.
const N_ENTRIES: usize = 1_000_000;

/// Events in a second, as a share of what a bare transaction does, at least.
const LEAST_RATIO: f64 = 0.5;
/// Milliseconds for a fold, at most.
const MOST_FOLD_MS: f64 = 5.0;
/// Milliseconds for a page of a desk, at most.
const MOST_PAGE_MS: f64 = 100.0;
/// Seconds for the verification of the log, at most.
const MOST_VERIFY_S: f64 = 20.0;

/// What was measured: a line each, with its bound.
#[derive(Default)]
struct Figures {
    n_missed: u32,
}

impl Figures {
    /// Says a figure, its bound, and whether that one holds.
    fn add(&mut self, figure: &str, bound: &str, holds: bool) {
        self.n_missed += u32::from(!holds);
        let verdict = if holds { "holds" } else { "missed" };
        println!("{figure} (bound {bound}: {verdict})");
    }
}

fn key() -> SealKey {
    SealKey::new([7; 32])
}

fn at(n: usize) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-03-02T04:00:00Z".parse().unwrap();
    first + chrono::TimeDelta::milliseconds(i64::try_from(n).unwrap())
}

fn event(name: &str, to: &str, n: usize) -> Event {
    let by = Actor { login: "system".to_owned(), name: "系统".to_owned(), ..Actor::default() };
    let reason = "按照办法第十二条的规定，核对了全部数据项".to_owned();
    let body = Body { to: to.to_owned(), reason, ..Body::default() };
    Event { name: name.to_owned(), by, at: at(n), body }
}

fn about() -> CaseSubject {
    CaseSubject {
        subject: "YX-JT-0001".to_owned(),
        title: "公交站点".to_owned(),
        organization: Some("YX-JT".to_owned()),
        region: Some("YX".to_owned()),
        policy: "default".to_owned(),
        policy_revision: 1,
    }
}

async fn open(store: &Store) -> Case {
    let event = event("file", "filed", 0);
    let file = CaseFile::open(CaseKind::AccountRequest, &event).unwrap();
    let happening = Happening { event: &event, file: &file, idempotency_key: None, tells: &[] };
    let transaction = store.begin().await.unwrap();
    let (id, _) = cases::open(&transaction, &key(), &about(), &happening).await.unwrap();
    transaction.commit().await.unwrap();
    Case { id, about: about(), file, due: None, waits_for: None, updated_at: event.at }
}

/// Keeps events of a case, each in a transaction of its own.
async fn kept(store: &Store, case: &mut Case) -> Duration {
    let began = Instant::now();
    for _ in 0..TURN {
        let event = event("remind", &case.file.state, usize::try_from(case.file.n_events).unwrap());
        let mut file = case.file.clone();
        file.apply(&event).unwrap();
        let happening = Happening { event: &event, file: &file, idempotency_key: None, tells: &[] };
        let transaction = store.begin().await.unwrap();
        cases::add(&transaction, &key(), case, &happening).await.unwrap();
        transaction.commit().await.unwrap();
        case.file = file;
    }
    began.elapsed()
}

/// A statement with its places as the database wants them.
fn marks(backend: DbBackend, sql: &str) -> String {
    match backend {
        DbBackend::Postgres => sql.to_owned(),
        _ => (1..=12).rev().fold(sql.to_owned(), |sql, n| sql.replace(&format!("${n}"), "?")),
    }
}

/// Writes the same rows into tables of the same shape, with nothing around it.
async fn bare(connection: &DatabaseConnection, n: &mut i64) -> Duration {
    let backend = connection.get_database_backend();
    let update = marks(
        backend,
        "UPDATE bare_file SET state = $1, is_open = $2, version = $3, file = $4, updated_at = $5 WHERE id = 1",
    );
    let insert = marks(
        backend,
        "INSERT INTO bare_event (seq, case_id, n, kind, subject, event, at, body, previous, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    );
    let head =
        marks(backend, "UPDATE bare_head SET seq = $1, hash = $2, mac = $3, at = $4 WHERE id = 1");
    let hash = "0".repeat(64);
    let began = Instant::now();
    for _ in 0..TURN {
        *n += 1;
        let event = event("remind", "filed", usize::try_from(*n).unwrap());
        let body = serde_json::to_string(&event).unwrap();
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = connection.begin_with_options(options).await.unwrap();
        let statements = [
            (
                &update,
                vec![
                    "filed".into(),
                    true.into(),
                    (*n).into(),
                    body.clone().into(),
                    event.at.into(),
                ],
            ),
            (
                &insert,
                vec![
                    (*n).into(),
                    1_i64.into(),
                    (*n).into(),
                    "account_request".into(),
                    "YX-JT-0001".into(),
                    "remind".into(),
                    event.at.into(),
                    body.into(),
                    hash.clone().into(),
                    hash.clone().into(),
                ],
            ),
            (&head, vec![(*n).into(), hash.clone().into(), hash.clone().into(), event.at.into()]),
        ];
        for (sql, values) in statements {
            let statement = Statement::from_sql_and_values(backend, sql.as_str(), values);
            transaction.execute_raw(statement).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }
    began.elapsed()
}

const BARE_TABLES: [&str; 5] = [
    "CREATE TABLE bare_file (id BIGINT PRIMARY KEY, state TEXT, is_open BOOLEAN, version BIGINT, file TEXT, updated_at TIMESTAMPTZ)",
    "CREATE TABLE bare_event (seq BIGINT PRIMARY KEY, case_id BIGINT, n BIGINT, kind TEXT, subject TEXT, event TEXT, at TIMESTAMPTZ, body TEXT, previous TEXT, hash TEXT, UNIQUE (case_id, n))",
    "CREATE INDEX bare_event_subject ON bare_event (subject, seq)",
    "CREATE TABLE bare_head (id INTEGER PRIMARY KEY, seq BIGINT, hash TEXT, mac TEXT, at TIMESTAMPTZ)",
    "INSERT INTO bare_head VALUES (1, 0, '', '', CURRENT_TIMESTAMP)",
];

async fn appending(figures: &mut Figures, name: &str, url: &str) {
    let store = Store::connect(url, 4).await.unwrap();
    store.migrate().await.unwrap();
    // The pragmas of the store are those of the database file, so both write as durably.
    let connection = Database::connect(ConnectOptions::new(url)).await.unwrap();
    if connection.get_database_backend() == DbBackend::Sqlite {
        connection.execute_unprepared("PRAGMA synchronous = NORMAL").await.unwrap();
    }
    for sql in BARE_TABLES {
        connection.execute_unprepared(sql).await.unwrap();
    }
    let row = "INSERT INTO bare_file VALUES (1, 'filed', TRUE, 0, '', CURRENT_TIMESTAMP)";
    connection.execute_unprepared(row).await.unwrap();
    let mut case = open(&store).await;
    let (mut n, mut ours, mut theirs) = (0, Duration::ZERO, Duration::ZERO);
    for turn in 0..=TURNS {
        let (one, other) = (kept(&store, &mut case).await, bare(&connection, &mut n).await);
        // The first turn warms both.
        if turn > 0 {
            (ours, theirs) = (ours + one, theirs + other);
        }
    }
    let rate = |time: Duration| (TURN * TURNS) as f64 / time.as_secs_f64();
    let ratio = rate(ours) / rate(theirs);
    let figure = format!(
        "append, {name}: {:.0} events/s, bare transaction {:.0}/s, ratio {ratio:.2}",
        rate(ours),
        rate(theirs),
    );
    figures.add(&figure, &format!("≥ {LEAST_RATIO}"), ratio >= LEAST_RATIO);
}

fn folding(figures: &mut Figures) {
    let mut events = vec![event("file", "filed", 0)];
    events.extend((1..N_FOLDED).map(|n| event("remind", "filed", n)));
    let texts: Vec<String> = events.iter().map(|it| serde_json::to_string(it).unwrap()).collect();
    let began = Instant::now();
    let mut read = texts.iter().map(|text| serde_json::from_str::<Event>(text).unwrap());
    let mut file = CaseFile::open(CaseKind::AccountRequest, &read.next().unwrap()).unwrap();
    for event in read {
        file.apply(&event).unwrap();
    }
    let time = began.elapsed();
    assert_eq!(file.n_events as usize, N_FOLDED);
    let figure = format!("fold of {N_FOLDED} events, read from their text: {:.2} ms", ms(time));
    figures.add(&figure, &format!("≤ {MOST_FOLD_MS} ms"), ms(time) <= MOST_FOLD_MS);
}

/// Opens so many cases that the desk is measured among: one by its event, the others as copies of its row.
async fn fill(store: &Store, url: &str) {
    let case = open(store).await;
    let file = serde_json::to_string(&case.file).unwrap();
    let connection = Database::connect(ConnectOptions::new(url)).await.unwrap();
    let backend = connection.get_database_backend();
    let due = match backend {
        DbBackend::Postgres => "DATE '2026-03-02' + i % 400",
        _ => "date('2026-03-02', '+' || (i % 400) || ' days')",
    };
    let rows = format!(
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {N_CASES}) \
         INSERT INTO case_file (id, kind, subject, title, organization, region, policy, policy_revision, state, \
         is_open, version, waits_for, due, file, opened_at, updated_at) \
         SELECT i, 'account_request', 'YX-' || i, '事项' || i, 'YX-' || (i % 40), 'YX', 'default', 1, 'filed', TRUE, 1, \
         'account.decide', {due}, $1, $2, $3 FROM n"
    );
    let values = [file.into(), case.updated_at.into(), case.updated_at.into()];
    let statement = Statement::from_sql_and_values(backend, marks(backend, &rows), values);
    connection.execute_raw(statement).await.unwrap();
    if backend == DbBackend::Postgres {
        // Its autovacuum does so by itself within a minute or two of so many new rows.
        connection.execute_unprepared("ANALYZE case_file").await.unwrap();
    }
}

async fn desks(figures: &mut Figures, name: &str, url: &str) {
    let store = Store::connect(url, 4).await.unwrap();
    store.migrate().await.unwrap();
    fill(&store, url).await;
    let desk = |regions: &[&str], organizations: &[&str]| Desk {
        drawers: vec![Drawer {
            parties: Vec::new(),
            waits_for: vec!["account.decide".to_owned()],
            regions: regions.iter().map(|it| (*it).to_owned()).collect(),
            organizations: organizations.iter().map(|it| (*it).to_owned()).collect(),
            ..Drawer::default()
        }],
        ..Desk::default()
    };
    for (whose, mut desk) in
        [("region", desk(&["YX"], &[])), ("organization", desk(&[], &["YX-7"]))]
    {
        let mut times = Vec::new();
        for _ in 0..40 {
            let began = Instant::now();
            let page = cases::desk(&store, &desk, 50).await.unwrap();
            times.push(began.elapsed());
            assert_eq!(page.len(), 50);
            desk.after = page.last().map(|case| (case.due, case.id));
        }
        times.sort_unstable();
        let slowest = ms(times[times.len() - 1]);
        let figure = format!(
            "desk of a {whose} among {N_CASES} open cases, {name}, 40 pages of 50: median {:.1} ms, slowest {slowest:.1} ms",
            ms(times[times.len() / 2]),
        );
        figures.add(&figure, &format!("slowest ≤ {MOST_PAGE_MS} ms"), slowest <= MOST_PAGE_MS);
    }
}

async fn verifying(figures: &mut Figures, url: &str, n_entries: usize) {
    let store = Store::connect(url, 4).await.unwrap();
    store.migrate().await.unwrap();
    let mut n = 0;
    while n < n_entries {
        let transaction = store.begin().await.unwrap();
        for _ in 0..20_000.min(n_entries - n) {
            n += 1;
            let event = event("version", "", n);
            let (kind, subject) = ("dataset", "YX-JT-0001");
            let entry = Entry { case: None, kind, subject, event: &event, idempotency_key: None };
            log::append(&transaction, &key(), &entry).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }
    let began = Instant::now();
    let verified = log::verify(&store, &key()).await.unwrap();
    let time = began.elapsed();
    assert!(verified.faults.is_empty());
    assert_eq!(verified.n_entries as usize, n_entries);
    let seconds = time.as_secs_f64();
    let figure = format!("verify of {n_entries} entries: {seconds:.1} s");
    if n_entries == N_ENTRIES {
        figures.add(&figure, &format!("≤ {MOST_VERIFY_S} s"), seconds <= MOST_VERIFY_S);
    } else {
        println!("{figure} (the bound is for {N_ENTRIES})");
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Makes an empty database on a server of PostgreSQL.
async fn database(server: &str, what: &str) -> String {
    let name = format!("cases_{what}_{}", std::process::id());
    let admin = Database::connect(ConnectOptions::new(server)).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    let (head, _) = server.rsplit_once('/').unwrap();
    format!("{head}/{name}")
}

#[tokio::main]
async fn main() -> ExitCode {
    let n_entries = std::env::args().nth(1).and_then(|it| it.parse().ok()).unwrap_or(N_ENTRIES);
    let mut figures = Figures::default();
    let folder = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("sqlite://{}/{name}.sqlite", folder.path().display());
    folding(&mut figures);
    appending(&mut figures, "SQLite", &url("append")).await;
    desks(&mut figures, "SQLite", &url("desk")).await;
    match std::env::var("KAISHU_TEST_POSTGRES") {
        Ok(server) => {
            appending(&mut figures, "PostgreSQL", &database(&server, "append").await).await;
            desks(&mut figures, "PostgreSQL", &database(&server, "desk").await).await;
        }
        Err(_) => println!("KAISHU_TEST_POSTGRES is not set: nothing was measured on PostgreSQL"),
    }
    verifying(&mut figures, &url("verify"), n_entries).await;
    match figures.n_missed {
        0 => ExitCode::SUCCESS,
        n_missed => {
            eprintln!("error: bounds that do not hold: {n_missed}; each is marked above");
            ExitCode::FAILURE
        }
    }
}
