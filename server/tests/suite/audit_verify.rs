//! `kaishu audit verify` on logs that somebody changed in the file of the database, behind the portal.

use std::process::{Command, Output};

use chrono::TimeDelta;
use kaishu_testkit::{Setup, TestPortal, now};
use kaishu_types::account::Role;
use sea_orm::{ConnectionTrait, Database};
use serde_json::{Value, json};

use crate::browser::add;

/// A portal whose log has an entry for each of these accounts.
async fn logged(names: &[&str]) -> TestPortal {
    let test_portal = TestPortal::open(Setup::default()).await;
    // The command reads the log under the secret that the portal sealed it with.
    std::fs::write(test_portal.folder().join("secret"), "07".repeat(32)).unwrap();
    for name in names {
        add(test_portal.portal(), name, &[Role::DataUser]).await;
    }
    test_portal
}

/// Does something in the file of the database that the portal never would.
async fn tamper(test_portal: &TestPortal, statements: &[&str]) {
    let file = test_portal.folder().join("kaishu.sqlite");
    let door = Database::connect(format!("sqlite://{}", file.display())).await.unwrap();
    for sql in statements {
        door.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    door.close().await.unwrap();
}

fn audit(test_portal: &TestPortal, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kaishu"));
    command.arg("audit").args(arguments).arg("--data-dir").arg(test_portal.folder());
    command.output().unwrap()
}

/// The exit code of `verify`, how many entries it found whole, and what it found bad.
fn verify(test_portal: &TestPortal) -> (Option<i32>, u64, Vec<String>) {
    let output = audit(test_portal, &["verify"]);
    let said = String::from_utf8(output.stdout).unwrap();
    let n_whole = said.split(" entries are as they were written").next().unwrap();
    let n_whole = n_whole.parse().unwrap_or_else(|_| {
        panic!("no number of entries in {said} {}", String::from_utf8_lossy(&output.stderr))
    });
    let bad = said.lines().filter_map(|line| line.strip_prefix("bad: ")).map(str::to_owned);
    (output.status.code(), n_whole, bad.collect())
}

/// What somebody does to a log of five entries, how many are whole before the first that is not, and how that one is
/// named.
const TAMPERED: [(&[&str], u64, &str); 15] = [
    // Changed: a byte of what happened, a column beside it, and the oldest and the newest entry, too.
    (&["UPDATE case_event SET body = body || ' ' WHERE seq = 3"], 2, "entry 3 was changed"),
    (&["UPDATE case_event SET subject = 'li.na' WHERE seq = 4"], 3, "entry 4 was changed"),
    (&["UPDATE case_event SET account_id = 5 WHERE seq = 2"], 1, "entry 2 was changed"),
    (&["UPDATE case_event SET event = 'log_in' WHERE seq = 1"], 0, "entry 1 was changed"),
    (&["UPDATE case_event SET body = body || ' ' WHERE seq = 5"], 4, "entry 5 was changed"),
    // Deleted: a hole, the beginning, and a hole that was closed by moving the later ones.
    (&["DELETE FROM case_event WHERE seq = 3"], 2, "entries 3 to 3 are missing"),
    (&["DELETE FROM case_event WHERE seq <= 2"], 0, "entries 1 to 2 are missing"),
    (
        &[
            "DELETE FROM case_event WHERE seq = 3",
            "UPDATE case_event SET seq = -seq WHERE seq > 3",
            "UPDATE case_event SET seq = -seq - 1 WHERE seq < 0",
        ],
        2,
        "entry 3 is not bound to entry 2",
    ),
    // Swapped: whole entries, and only whom they are about.
    (
        &[
            "UPDATE case_event SET seq = -2 WHERE seq = 2",
            "UPDATE case_event SET seq = 2 WHERE seq = 3",
            "UPDATE case_event SET seq = 3 WHERE seq = -2",
        ],
        1,
        "entry 2 is not bound to entry 1",
    ),
    (
        &["UPDATE case_event SET subject = (SELECT subject FROM whole_event WHERE \
           whole_event.seq = 5 - case_event.seq) WHERE seq IN (2, 3)"],
        1,
        "entry 2 was changed",
    ),
    // Inserted: a copy in the middle that is bound to the one before, and one after the end.
    (
        &[
            "UPDATE case_event SET seq = -seq - 1 WHERE seq >= 3",
            "UPDATE case_event SET seq = -seq WHERE seq < 0",
            "INSERT INTO case_event (seq, kind, subject, event, account_id, at, body, previous, hash) \
             SELECT 3, kind, subject, event, account_id, at, body, hash, hash FROM case_event WHERE seq = 2",
        ],
        2,
        "entry 3 was changed",
    ),
    (
        &[
            "INSERT INTO case_event (seq, kind, subject, event, account_id, at, body, previous, hash) \
           SELECT 6, kind, subject, event, account_id, at, body, hash, hash FROM case_event WHERE seq = 5",
        ],
        5,
        "entry 6 was changed",
    ),
    // Cut: the tail; the tail with an end that somebody without the key wrote; the tail with its end.
    (&["DELETE FROM case_event WHERE seq >= 4"], 3, "entries 4 to 5 are missing"),
    (
        &[
            "DELETE FROM case_event WHERE seq >= 4",
            "UPDATE log_head SET seq = 3, hash = (SELECT hash FROM case_event WHERE seq = 3)",
        ],
        3,
        "the seal of the last entry is not this portal's",
    ),
    (
        &["DELETE FROM case_event WHERE seq >= 4", "DELETE FROM log_head"],
        3,
        "entry 1 and later were not sealed",
    ),
];

/// Puts the log back as it was.
const AS_IT_WAS: [&str; 4] = [
    "DELETE FROM case_event",
    "INSERT INTO case_event SELECT * FROM whole_event",
    "DELETE FROM log_head",
    "INSERT INTO log_head SELECT * FROM whole_head",
];

/// Part of SEC-01: a whole log passes; of one that was changed, thinned out, reordered, added to or cut, the command names
/// the first entry that is not as it was written, says nothing of those after it, and exits with 1.
#[tokio::test]
async fn the_first_broken_entry_is_named() {
    let names = ["zhang.wei", "li.na", "wang.wu", "zhao.liu", "sun.qi"];
    let test_portal = logged(&names).await;
    let keep = [
        "CREATE TABLE whole_event AS SELECT * FROM case_event",
        "CREATE TABLE whole_head AS SELECT * FROM log_head",
    ];
    tamper(&test_portal, &keep).await;
    assert_eq!(verify(&test_portal), (Some(0), 5, Vec::new()));
    for (statements, n_whole, fault) in TAMPERED {
        tamper(&test_portal, statements).await;
        let expected = (Some(1), n_whole, vec![fault.to_owned()]);
        assert_eq!(verify(&test_portal), expected, "{statements:?}");
        tamper(&test_portal, &AS_IT_WAS).await;
    }
    assert_eq!(verify(&test_portal), (Some(0), 5, Vec::new()), "it was put back each time");

    // Of two that are broken only the first is named; programs read the same.
    let both = [
        "UPDATE case_event SET subject = 'li.na' WHERE seq = 4",
        "DELETE FROM case_event WHERE seq = 2",
    ];
    tamper(&test_portal, &both).await;
    let output = audit(&test_portal, &["verify", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["faults"], json!(["entries 2 to 2 are missing"]));
    assert_eq!(found["n_entries"], 1);
}

/// Part of SEC-01: entries that bear the right hashes and were never sealed are found, too.
#[tokio::test]
async fn entries_after_the_seal_are_found() {
    let test_portal = logged(&["zhang.wei", "li.na"]).await;
    tamper(&test_portal, &["CREATE TABLE old_head AS SELECT * FROM log_head"]).await;
    add(test_portal.portal(), "wang.wu", &[Role::DataUser]).await;
    assert_eq!(verify(&test_portal), (Some(0), 3, Vec::new()));
    let old_end = ["DELETE FROM log_head", "INSERT INTO log_head SELECT * FROM old_head"];
    tamper(&test_portal, &old_end).await;
    let fault = "entry 3 and later were not sealed".to_owned();
    assert_eq!(verify(&test_portal), (Some(1), 3, vec![fault]));
}

/// Part of SEC-01, and where it ends: whoever cuts the tail and puts back the end that the portal itself had sealed there
/// is found by the checkpoint of a later day. Without that one the log passes, by design: only checkpoints that were kept
/// elsewhere tell.
#[tokio::test]
async fn a_tail_cut_to_an_end_that_was_sealed_is_told_by_checkpoints() {
    let test_portal = logged(&["zhang.wei", "li.na"]).await;
    tamper(&test_portal, &["CREATE TABLE old_head AS SELECT * FROM log_head"]).await;
    add(test_portal.portal(), "wang.wu", &[Role::DataUser]).await;
    let tomorrow = test_portal.open_at(now() + TimeDelta::days(1)).await;
    add(&tomorrow, "zhao.liu", &[Role::DataUser]).await;
    assert_eq!(verify(&test_portal), (Some(0), 4, Vec::new()));
    let checkpoints = || String::from_utf8(audit(&test_portal, &["checkpoints"]).stdout).unwrap();
    let kept_elsewhere = checkpoints();
    assert!(kept_elsewhere.starts_with("2026-11-21 3 "), "{kept_elsewhere}");

    let cut = [
        "DELETE FROM case_event WHERE seq > 2",
        "DELETE FROM log_head",
        "INSERT INTO log_head SELECT * FROM old_head",
    ];
    tamper(&test_portal, &cut).await;
    let fault = "the seal of 2026-11-21 does not fit the log".to_owned();
    assert_eq!(verify(&test_portal), (Some(1), 2, vec![fault]));

    tamper(&test_portal, &["DELETE FROM log_checkpoint"]).await;
    assert_eq!(verify(&test_portal), (Some(0), 2, Vec::new()), "it cannot be seen from inside");
    assert_ne!(checkpoints(), kept_elsewhere, "what was kept elsewhere tells");
}
