//! Accounts by the command line.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use kaishu_testkit::{Setup, TestPortal};
use serde_json::Value;

fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kaishu"))
        .args(arguments)
        .arg("--data-dir")
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses its arguments reads nothing.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    child.wait_with_output().unwrap()
}

#[track_caller]
fn good(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn refused(output: &Output, part: &str) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "it was not refused");
    assert!(said.contains(part), "{said} says nothing of {part}");
    assert!(output.stdout.is_empty(), "a refusal writes no result");
}

#[tokio::test]
async fn accounts_are_looked_after_by_command() {
    let test_portal = TestPortal::open(Setup { with_demo: true, ..Setup::default() }).await;
    // The commands add to the log that the portal began, under its secret.
    std::fs::write(test_portal.folder().join("secret"), "07".repeat(32)).unwrap();
    let run = |arguments: &[&str], input: &str| run(test_portal.folder(), arguments, input);
    let password = "correct horse battery\n";

    let add = ["user", "add", "zhang.wei", "--role", "officer", "--password-stdin"];
    refused(&run(&add, password), "name it with --org");
    refused(&run(&[&add[..], &["--org", "YX-NONE"]].concat(), password), "YX-FGW");
    refused(&run(&[&add[..], &["--org", "YX-FGW"]].concat(), "short\n"), "10 characters");
    refused(&run(&[&add[..], &["--org", "YX-FGW"]].concat(), ""), "no password");
    let made = good(&run(&[&add[..], &["--org", "YX-FGW", "--name", "张伟"]].concat(), password));
    assert!(made.contains("one-time codes"), "{made}");
    refused(&run(&[&add[..], &["--org", "YX-FGW"]].concat(), password), "already");

    let listed =
        || -> Value { serde_json::from_str(&good(&run(&["user", "list", "--json"], ""))).unwrap() };
    let account = &listed()[0];
    assert_eq!((&account["login"], &account["name"]), (&"zhang.wei".into(), &"张伟".into()));
    assert_eq!(account["roles"][0]["organization"], "YX-FGW");
    assert!(!account.to_string().contains("argon2"), "no password leaves");

    let token =
        good(&run(&["token", "add", "zhang.wei", "--scope", "publish", "--days", "30"], ""));
    assert!(token.starts_with("kst_") && token.trim().len() == 47, "{token}");
    refused(&run(&["token", "add", "nobody", "--scope", "read"], ""), "nobody");
    refused(&run(&["token", "add", "zhang.wei", "--scope", "all"], ""), "publish");
    refused(&run(&["token", "add", "zhang.wei", "--scope", "read", "--days", "999"], ""), "366");

    refused(&run(&["user", "role", "zhang.wei", "--add", "audit_admin"], ""), "audit_admin");
    good(&run(&["user", "role", "zhang.wei", "--add", "reviewer", "--org", "YX-FGW"], ""));
    good(&run(&["user", "role", "zhang.wei", "--remove", "officer"], ""));
    assert_eq!(listed()[0]["roles"].as_array().unwrap().len(), 1);
    assert_eq!(listed()[0]["roles"][0]["role"], "reviewer");
    refused(&run(&["user", "role", "zhang.wei", "--remove", "officer"], ""), "reviewer");
    good(&run(&["user", "disable", "zhang.wei"], ""));
    assert_eq!(listed()[0]["state"], "disabled");
    refused(&run(&["token", "add", "zhang.wei", "--scope", "read"], ""), "enable");
    good(&run(&["user", "enable", "zhang.wei"], ""));
    good(&run(&["user", "forget-codes", "zhang.wei"], ""));
    assert!(
        good(&run(&["user", "list"], "")).contains("zhang.wei (张伟), active: reviewer of YX-FGW")
    );

    let contractor =
        ["user", "add", "firm", "--role", "data_user", "--kind", "contractor", "--password-stdin"];
    refused(&run(&contractor, password), "security review");
    let contract = ["--security-review", "AQ-7", "--contract", "HT-19", "--until", "2099-12-31"];
    refused(&run(&[&contractor[..], &contract[..4]].concat(), password), "--until");
    good(&run(&[&contractor[..], &contract[..]].concat(), password));
}

/// What people read is the table that the program asks.
#[test]
fn the_table_of_permissions_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let table = good(&run(folder.path(), &["doctor", "--permissions"], ""));
    assert_eq!(
        table.trim_end(),
        kaishu_domain::permission::table(kaishu_types::Lang::En).trim_end()
    );
    assert!(table.contains("dataset.edit") && table.contains("of their organization"));
    assert_eq!(folder.path().read_dir().unwrap().count(), 0, "it needs no portal");
}

/// Part of SEC-01: after the secret of the portal is lost the log is begun anew by command, with a word that the
/// command names first, and its parts are verified as far as they can be.
#[tokio::test]
async fn a_log_whose_secret_is_lost_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], input: &str| run(folder.path(), arguments, input);
    let password = "correct horse battery\n";
    let add = |name: &str| {
        run(&["user", "add", name, "--role", "data_user", "--password-stdin"], password)
    };
    let begin = ["audit", "begin-anew", "--reason", "信安函〔2026〕9号", "--by", "张伟"];
    good(&add("li.na"));
    refused(&run(&[&begin[..], &["--confirm", "begin-anew-1"]].concat(), ""), "goes on by itself");

    std::fs::remove_file(folder.path().join("secret")).unwrap();
    refused(&add("wang.wu"), "audit verify");
    let broken = run(&["audit", "verify"], "");
    assert!(!broken.status.success());
    refused(&run(&begin, ""), "begin-anew-1");
    refused(&run(&begin, ""), "the seal of the last entry is not this portal's");
    refused(&run(&[&begin[..], &["--confirm", "yes"]].concat(), ""), "begin-anew-1");
    let done = good(&run(&[&begin[..], &["--confirm", "begin-anew-1"]].concat(), ""));
    assert!(done.contains("entry 2"), "{done}");

    good(&add("wang.wu"));
    let said = good(&run(&["audit", "verify"], ""));
    assert!(said.contains("3 entries") && said.contains("begun anew with entry 2"), "{said}");
    let found: Value =
        serde_json::from_str(&good(&run(&["audit", "verify", "--json"], ""))).unwrap();
    assert_eq!(found["ended"][0]["begun_at"], 2);
    assert_eq!(found["faults"], serde_json::json!([]));
    let search = ["audit", "search", "--kind", "log", "--json"];
    let entry: Value = serde_json::from_str(&good(&run(&search, ""))).unwrap();
    assert_eq!((&entry["event"], &entry["facts"]["last"]), (&"begun_anew".into(), &"1".into()));
    assert_eq!(entry["facts"]["broken_seals"], "1");
    assert_eq!((&entry["reason"], &entry["name"]), (&"信安函〔2026〕9号".into(), &"张伟".into()));
    refused(&run(&[&begin[..], &["--confirm", "begin-anew-3"]].concat(), ""), "goes on by itself");
}
