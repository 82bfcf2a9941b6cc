//! A death in the middle of a transition: nothing half, nothing twice.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use kaishu_store::Store;
use kaishu_store::cases::{self, Posted, Recipients};
use kaishu_store::log;
use kaishu_types::account::Role;
use sea_orm::ConnectionTrait;

use crate::build::time;
use crate::cases::{account, grant_telling, key, open};
use crate::database::TestDb;

const CHILD_URL: &str = "KAISHU_STORE_WALK_CHILD";
/// How often somebody dies, each time a little later in what is done.
const N_DEATHS: usize = 5;
/// Steps that are reported before a death.
const N_STEPS: usize = 12;

/// Whom each event is told: three accounts, one of them named twice.
fn told(officer: i64) -> [Recipients; 3] {
    [
        Recipients::OfOrganization(vec![Role::Officer, Role::Head], "YX-JT".to_owned()),
        Recipients::OfRegions(vec![Role::Authority], vec!["YX".to_owned()]),
        Recipients::Account(officer),
    ]
}

/// Walks cases from their filing to their end until somebody kills it, saying what was done after each step.
async fn walk_for_ever(store: &Store, officer: i64) {
    let tells = told(officer);
    for n in 0..100_000 {
        let (case, _) = open(store, &tells, Some(&format!("{}-{n}", std::process::id()))).await;
        eprintln!("reported {case} 1");
        let filed = cases::find(store, case).await.unwrap().unwrap();
        grant_telling(store, &filed, &tells).await;
        eprintln!("reported {case} 2");
    }
}

/// Starts a process that walks cases, kills it after some steps, and returns what it had reported by then.
fn killed(test: &str, url: &str) -> BTreeMap<i64, u32> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD_URL, url)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut reported = BTreeMap::new();
    let mut n_steps = 0;
    while n_steps < N_STEPS {
        let line = lines.next().unwrap().unwrap();
        if let Some((case, n)) = line.strip_prefix("reported ").and_then(|it| it.split_once(' ')) {
            reported.insert(case.parse().unwrap(), n.parse().unwrap());
            n_steps += 1;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    reported
}

// Part of SEC-01 and SUP-02 under faults: whoever is killed in the middle of a transition leaves each event whole, with
// everybody told once and a mail each, or not at all; what was reported is there, and the log is consistent.
pub(crate) async fn a_kill_in_a_transition_leaves_nothing_half(database: &TestDb) {
    if let Ok(url) = std::env::var(CHILD_URL) {
        let store = Store::connect(&url, 2).await.unwrap();
        let officer = kaishu_store::accounts::find(&store, &"officer".parse().unwrap()).await;
        walk_for_ever(&store, officer.unwrap().unwrap().id).await;
        return;
    }
    let store = &database.store;
    let officer = account(store, "officer", Role::Officer).await;
    let head = account(store, "head", Role::Head).await;
    let authority = account(store, "authority", Role::Authority).await;
    account(store, "expert", Role::Expert).await;
    let engine = if database.url.starts_with("sqlite") { "sqlite" } else { "postgres" };
    let mut reported = BTreeMap::new();
    for _ in 0..N_DEATHS {
        let test = format!("{engine}::a_kill_in_a_transition_leaves_nothing_half");
        let url = database.url.clone();
        let known = tokio::task::spawn_blocking(move || killed(&test, &url)).await.unwrap();
        reported.extend(known);
    }

    let verified = log::verify(store, &key()).await.unwrap();
    assert_eq!((verified.faults.as_slice(), verified.has_cases), ([].as_slice(), true));
    // Every event belongs to a case, in its order; what was reported is among them.
    let all = log::search(store, &log::Search::default(), 100_000).await.unwrap();
    assert_eq!(all.len() as u64, verified.n_entries);
    let events: Vec<i64> = all.iter().map(|it| it.seq).collect();
    let ids: BTreeSet<i64> = all.iter().map(|it| it.case.unwrap().0).collect();
    assert!(ids.len() >= N_DEATHS && events.len() >= N_DEATHS * N_STEPS, "{events:?}");
    assert!(reported.keys().all(|id| ids.contains(id)), "a case was reported and is lost");
    for id in ids {
        let case = cases::find(store, id).await.unwrap().unwrap();
        let of_case = log::of_case(store, id).await.unwrap();
        let names: Vec<_> = of_case.iter().map(|it| it.event.name.as_str()).collect();
        assert_eq!(names, ["file", "grant"][..names.len()], "case {id}");
        assert_eq!(u32::try_from(names.len()), Ok(case.file.n_events), "case {id}");
        let known = reported.get(&id).copied().unwrap_or_default();
        assert!(case.file.n_events >= known, "an event of case {id} was reported and is lost");
    }

    // Everybody whom it concerns was told of each event once, and nobody else.
    for account in [officer, head, authority] {
        let mut told: Vec<i64> = cases::inbox(store, account, None, 100_000)
            .await
            .unwrap()
            .iter()
            .map(|it| it.seq)
            .collect();
        told.sort_unstable();
        let mut wanted = events.clone();
        wanted.sort_unstable();
        assert_eq!(told, wanted, "account {account}");
    }
    // One mail for each of them, which nobody gets twice.
    let later = time("2026-03-03T00:00:00Z");
    let mut mails: BTreeMap<(i64, i64), u32> = BTreeMap::new();
    while let Some(mail) = cases::take_mail(store, later).await.unwrap() {
        *mails.entry((mail.account, mail.seq)).or_default() += 1;
        cases::post_mail(store, mail.id, Posted::Sent).await.unwrap();
    }
    assert_eq!(mails.len(), 3 * events.len());
    assert!(mails.values().all(|n| *n == 1), "{mails:?}");
    let left = "UPDATE notification SET mail_after = at";
    database.back_door().await.execute_unprepared(left).await.unwrap();
    assert_eq!(cases::take_mail(store, later).await.unwrap(), None);
}
