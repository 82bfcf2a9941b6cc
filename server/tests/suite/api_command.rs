//! Operations of the HTTP API by the command line.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use kaishu_testkit::{Setup, TestPortal};
use serde_json::{Value, json};

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

/// A department's draft is begun, given a file and previewed at the command line, by its own token only.
#[tokio::test]
async fn the_workbench_is_used_at_the_command_line() {
    let test_portal = TestPortal::open(Setup { with_demo: true, ..Setup::default() }).await;
    // The commands add to the log that the portal began, under its secret.
    std::fs::write(test_portal.folder().join("secret"), "07".repeat(32)).unwrap();
    let run = |arguments: &[&str], input: &str| run(test_portal.folder(), arguments, input);
    let desk = tempfile::tempdir().unwrap();
    let kept = |name: &str, text: &str| -> String {
        let path = desk.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let token = |login: &str, organization: &str, scope: &str| -> String {
        let add = ["user", "add", login, "--role", "officer", "--org", organization];
        good(&run(&[&add[..], &["--password-stdin"]].concat(), "correct horse battery\n"));
        kept(login, &good(&run(&["token", "add", login, "--scope", scope], "")))
    };
    let officer = token("zhang.wei", "YX-FGW", "publish");
    let reader = token("li.na", "YX-FGW", "read");
    let stranger = token("wang.wu", "YX-JTJ", "publish");
    let ask = |token: &str, rest: &[&str]| -> Output {
        run(&[&["api"][..], rest, &["--token-file", token]].concat(), "")
    };
    let answer = |output: &Output| -> Value { serde_json::from_str(&good(output)).unwrap() };

    let new = json!({ "organization": "YX-FGW", "title": "重大项目" }).to_string();
    refused(&ask(&reader, &["post", "/drafts", "--json", &new]), "\"status\":403");
    refused(&run(&["api", "post", "/drafts", "--json", &new], ""), "\"status\":401");
    let begun = answer(&ask(&officer, &["post", "/drafts", "--json", &new]));
    let path = format!("/drafts/{}", begun["id"]);
    refused(&ask(&stranger, &["get", &path]), "\"status\":404");
    assert_eq!(answer(&ask(&reader, &["get", &path]))["code"], begun["code"]);

    let file = format!("file=@{}", kept("projects.csv", "name,year\n大桥,2026\n"));
    let files = format!("{path}/files");
    refused(&ask(&officer, &["post", &files, "--form", "file"]), "NAME=VALUE");
    refused(&ask(&officer, &["post", &files, "--form", "file=@/nowhere"]), "/nowhere");
    let added = answer(&ask(&officer, &["post", &files, "--form", &file]));
    assert_eq!(added["document"]["resources"][0]["file_name"], "projects.csv");
    assert_eq!(added["document"]["items"][1]["name"], "year");

    let mut items = added["document"]["items"].clone();
    items[1]["mask"] = json!("year");
    let saved = json!({ "revision": added["revision"], "items": items }).to_string();
    let saved = format!("@{}", kept("items.json", &saved));
    let items = format!("{path}/items");
    let now = answer(&ask(&officer, &["put", &items, "--json", &saved]));
    assert_eq!(now["document"]["items"][1]["mask"], "year");
    refused(&ask(&officer, &["put", &items, "--json", &saved]), "\"status\":409");

    let token = std::fs::read_to_string(&officer).unwrap();
    let quality = format!("{path}/quality");
    let quality = run(&["api", "get", &quality, "--token-file", "-"], &token);
    assert_eq!(answer(&quality)["tables"][0]["n_rows"], 1);
    refused(&ask(&officer, &["fetch", &path]), "get, post, put, patch, delete");
    refused(&ask(&officer, &["get", "drafts"]), "begins with `/`");
}
