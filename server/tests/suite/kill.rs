//! `kaishu import` is killed at moments of all kinds, and nothing it reported is lost.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const N_RECORDS: usize = 12_000;

/// The program with a data folder inside `folder`.
pub(crate) fn kaishu(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kaishu"));
    command
        .current_dir(folder)
        .env_remove("KAISHU_DATA_DIR")
        .arg("--data-dir")
        .arg(folder.join("data"));
    command
}

/// Packages as CKAN lists them, one a line; every hundredth is broken.
fn write_packages(path: &Path, n_records: usize) {
    let mut text = String::new();
    for number in 0..n_records {
        if number % 100 == 99 {
            text.push_str("{broken\n");
            continue;
        }
        writeln!(
            text,
            "{{\"id\":\"id-{number}\",\"name\":\"name-{number}\",\"title\":\"数据{number}\",\"notes\":\"说明 {number}\",\"organization\":{{\"id\":\"o\",\"name\":\"o\",\"title\":\"某局\"}},\"resources\":[{{\"id\":\"r-{number}\",\"name\":\"文件\",\"url\":\"https://example.org/{number}.csv\",\"format\":\"CSV\"}}]}}"
        )
        .unwrap();
    }
    std::fs::write(path, text).unwrap();
}

fn import(folder: &Path) -> Command {
    let mut command = kaishu(folder);
    command
        .args(["import", "ckan", "--source", "other", "--json"])
        .arg(folder.join("packages.jsonl"));
    command
}

fn finish(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Reads reports of progress until there were so many, and returns the last.
fn reported(child: &mut Child, n_reports: usize) -> u64 {
    let mut last = 0;
    let mut seen = 0;
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    while seen < n_reports {
        let Some(Ok(line)) = lines.next() else { return last };
        let Some(rest) = line.strip_prefix("import: ") else { continue };
        if let Some(number) = rest.split(" records").next().and_then(|it| it.parse().ok()) {
            last = number;
            seen += 1;
        }
    }
    child.kill().unwrap();
    // What was reported before the kill reached it counts as well.
    for line in lines.map_while(Result::ok) {
        if let Some(rest) = line.strip_prefix("import: ")
            && let Some(number) = rest.split(" records").next().and_then(|it| it.parse().ok())
        {
            last = number;
        }
    }
    last
}

fn entries(folder: &Path) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("sqlite://{}", folder.join("data/kaishu.sqlite").display());
        let store = kaishu_store::Store::connect(&url, 1).await.unwrap();
        let mut found = Vec::new();
        let mut next = Some(0);
        while let Some(from) = next {
            let page = kaishu_store::datasets::page_of_codes(&store, from, 1_000).await.unwrap();
            let listed = |_, _| true;
            let documents = kaishu_store::datasets::search_documents(&store, &page.codes, listed)
                .await
                .unwrap();
            found.extend(documents.into_iter().map(|it| {
                format!("{:?} {} {}", it.card.source_id, it.card.title, it.card.summary)
            }));
            next = page.next_after_id;
        }
        found.sort();
        found
    })
}

fn health(folder: &Path) -> serde_json::Value {
    serde_json::from_slice(&finish(kaishu(folder).args(["doctor", "--json"])).stdout).unwrap()
}

#[test]
fn what_an_import_reported_survives_its_kill() {
    let quiet = tempfile::tempdir().unwrap();
    write_packages(&quiet.path().join("packages.jsonl"), N_RECORDS);
    let undisturbed = finish(&mut import(quiet.path())).stdout;

    let killed = tempfile::tempdir().unwrap();
    write_packages(&killed.path().join("packages.jsonl"), N_RECORDS);
    let mut before = 0;
    // After the first reports, in the middle of a batch, and while it goes on after a kill.
    for n_reports in [1, 3, 2, 4] {
        let mut child =
            import(killed.path()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let reported = reported(&mut child, n_reports);
        let ended = child.wait().unwrap();
        assert_eq!(ended.signal(), Some(9), "the kill came before the end: {ended}");
        assert!(reported >= before, "{reported} after {before}");
        before = reported;
        let n_stored = entries(killed.path()).len() as u64;
        // Of a hundred records one is broken.
        assert!(
            n_stored >= reported - reported.div_ceil(100),
            "{n_stored} stored of {reported} reported"
        );
    }
    let output = finish(&mut import(killed.path()));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected: serde_json::Value = serde_json::from_slice(&undisturbed).unwrap();
    assert_eq!(report, expected, "the report speaks of the whole import");
    let names: BTreeSet<&str> = report.as_object().unwrap().keys().map(String::as_str).collect();
    let parts = ["created", "updated", "unchanged", "rejected", "notes", "unmapped"];
    assert_eq!(names, BTreeSet::from(parts));
    assert_eq!(report["rejected"].as_array().unwrap().len(), N_RECORDS / 100);
    assert_eq!(entries(killed.path()), entries(quiet.path()));
    for folder in [&quiet, &killed] {
        let findings = health(folder.path());
        let index = findings["findings"]
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["check"] == "index")
            .unwrap()
            .clone();
        assert_eq!(index["verdict"], "good", "{index}");
    }
    // A second time nothing is new.
    let again: serde_json::Value =
        serde_json::from_slice(&finish(&mut import(quiet.path())).stdout).unwrap();
    assert_eq!((&again["created"], &again["unchanged"]), (&0.into(), &expected["created"]));
}

#[test]
fn wrong_commands_fail_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let cases: &[(&[&str], &str)] = &[
        (&["import", "ckan", "nowhere.json"], "there is no nowhere.json"),
        (&["import", "jsonl", "."], "--mapping"),
        (&["import", "csv-dir", "kaishu.toml"], "is no folder"),
        (&["doctor", "--config", "none.toml"], "none.toml"),
        (&["doctor", "--config", "kaishu.toml"], "colour"),
    ];
    std::fs::write(folder.path().join("kaishu.toml"), "colour = 'red'\n").unwrap();
    for (arguments, named) in cases {
        let mut command = kaishu(folder.path());
        if !arguments.contains(&"--config") {
            std::fs::write(folder.path().join("good.toml"), "").unwrap();
            command.args(["--config", "good.toml"]);
        }
        let output = command.args(*arguments).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        assert!(output.stdout.is_empty());
        assert!(error.contains(named), "{arguments:?}: {error}");
    }
}

#[test]
fn a_port_in_use_is_named_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = kaishu(folder.path()).args(["serve", "--listen", &address]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(error.contains(&address) && error.contains("--listen"), "{error}");
}

#[test]
fn a_server_is_ready_answers_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = kaishu(folder.path())
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = loop {
        let line = lines.next().unwrap().unwrap();
        if let Some(address) = line.strip_prefix("Kaishu is at http://") {
            break address.to_owned();
        }
    };
    let ask = |path: &str| {
        use std::io::Write;
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(ask("/healthz").starts_with("HTTP/1.1 200"));
    let is_ready = (0..600).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        ask("/readyz").starts_with("HTTP/1.1 200")
    });
    assert!(is_ready);
    assert!(ask("/datasets").contains("<h1"));
    let stopped = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    assert!(child.wait().unwrap().success(), "it ends in good order");
}
