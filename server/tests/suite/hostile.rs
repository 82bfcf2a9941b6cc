//! Files that are wrong in every way, given to `kaishu import`: it says what is wrong and what would
//! be right, keeps every good record, and stays small.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::kill::kaishu;

const ONE: &str = r#"{"id":"one","title":"一"}"#;
const TWO: &str = r#"{"id":"two","title":"二"}"#;

/// Two good records as JSON lines with a line between them.
fn between(line: &[u8]) -> Vec<u8> {
    [ONE.as_bytes(), b"\n", line, b"\n", TWO.as_bytes(), b"\n"].concat()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The text `{"title":"空气"}` in GB18030.
const IN_GB18030: &[u8] = b"{\"id\":\"x\",\"title\":\"\xBF\xD5\xC6\xF8\"}";

const TURTLE: &str = "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n\
    <http://example.org/d> a dcat:Dataset ; ";

/// What an import must do with a file.
enum Expected {
    /// Take over so many records, and refuse one with these words.
    Takes(u64, &'static str),
    /// Take over nothing and say these words.
    Refuses(&'static str),
}

use Expected::{Refuses, Takes};

/// Runs an import with a bound on what it may keep in memory.
fn import(folder: &Path, kind: &str, path: &Path, max_mebibytes: u64) -> Output {
    let program = kaishu(folder);
    let mut command = Command::new("sh");
    command
        .current_dir(folder)
        .env_remove("KAISHU_DATA_DIR")
        .args(["-c", &format!("ulimit -d {}; exec \"$@\"", max_mebibytes * 1024), "sh"])
        .arg(program.get_program())
        .args(program.get_args())
        .args(["import", kind, "--source", "hostile", "--json"]);
    if kind == "jsonl" {
        std::fs::write(folder.join("m.toml"), "[fields]\nsource_id = \"id\"\ntitle = \"title\"\n")
            .unwrap();
        command.args(["--mapping", "m.toml"]);
    }
    command.arg(path).output().unwrap()
}

#[track_caller]
fn check(what: &str, output: &Output, expected: &Expected) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!error.contains("panicked") && output.status.code().is_some(), "{what}: {error}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let n_taken: u64 = ["created", "updated", "unchanged"]
        .iter()
        .map(|name| report[name].as_u64().unwrap_or_default())
        .sum();
    let (n_expected, words) = match expected {
        Takes(n_records, words) => (*n_records, words),
        Refuses(words) => (0, words),
    };
    let said = format!("{}{error}", report["rejected"]);
    assert!(said.contains(words), "{what}: {said}");
    assert_eq!((n_taken, output.status.success()), (n_expected, n_expected > 0), "{what}: {said}");
}

fn json_cases() -> Vec<(&'static str, Vec<u8>, Expected)> {
    let lines = |text: &str| text.as_bytes().to_vec();
    let document = format!("[{ONE},{TWO}]");
    let with_mark = [b"\xFF\xFE".as_slice(), &utf16(&document)].concat();
    let deep = "[".repeat(100_000);
    vec![
        ("empty.json", Vec::new(), Refuses("the file is empty")),
        ("blank.json", lines(" \n\n"), Refuses("the file is empty")),
        ("cut.json", lines(&document[..40]), Refuses("ends too early")),
        ("cut.jsonl", lines(&format!("{ONE}\n{}", &TWO[..12])), Takes(1, "line 2")),
        ("gb.json", IN_GB18030.to_vec(), Refuses("column 20 is not UTF-8 text (byte 0xBF)")),
        ("gb.jsonl", between(IN_GB18030), Takes(2, "save the file as UTF-8")),
        (
            "gb-marked.json",
            [b"\xEF\xBB\xBF", IN_GB18030].concat(),
            Refuses("save the file as UTF-8"),
        ),
        ("utf16.json", with_mark, Takes(2, "")),
        ("utf16-unmarked.json", utf16(&document), Refuses("UTF-16 without a byte order mark")),
        (
            "utf8-as-utf16.json",
            [b"\xFF\xFE", document.as_bytes()].concat(),
            Refuses("line 1, column"),
        ),
        ("deep.json", lines(&deep), Refuses("nested more than 128 levels deep")),
        ("deep.jsonl", between(deep.as_bytes()), Takes(2, "nested more than 128 levels deep")),
        (
            "twice.jsonl",
            between(ONE.as_bytes()),
            Takes(2, "identifier `one` is already used by line 1"),
        ),
        ("words.json", lines("<!DOCTYPE html><title>503</title>"), Refuses("not valid JSON")),
        ("number.json", lines("7"), Refuses("expected a CKAN package")),
        ("picture.png", b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0".to_vec(), Refuses("0x89")),
        ("zip.json", b"PK\x03\x04\x14\0\0\0\x08\0".to_vec(), Refuses("not valid JSON")),
        (
            "nothing.jsonl",
            lines("{}\n{\"id\":7}\n[]\n"),
            Refuses("`title` and all other fields are missing"),
        ),
    ]
}

#[test]
fn wrong_json_is_named_and_good_records_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, expected) in json_cases() {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let data = tempfile::tempdir().unwrap();
        check(name, &import(data.path(), "ckan", &path, 512), &expected);
    }
}

#[test]
fn wrong_rdf_and_yaml_are_named() {
    let xml = |encoding: &str, inside: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"{encoding}\"?><rdf:RDF \
             xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
             xmlns:d=\"http://www.w3.org/ns/dcat#\" xmlns:t=\"http://purl.org/dc/terms/\">{inside}</rdf:RDF>"
        )
        .into_bytes()
    };
    let titled = "<d:Dataset rdf:about=\"http://example.org/d\"><t:title>一</t:title></d:Dataset>";
    let mut in_gb = xml("GB18030", "<t:title>X</t:title>");
    let at = in_gb.iter().position(|byte| *byte == b'X').unwrap();
    in_gb.splice(at..=at, *b"\xBF\xD5");
    let nested =
        |n: usize, open: &str, close: &str| format!("{}{}", open.repeat(n), close.repeat(n));
    let cases: Vec<(&str, &str, Vec<u8>, Expected)> = vec![
        ("dcat", "empty.ttl", Vec::new(), Refuses("empty")),
        ("dcat", "none.ttl", b"@prefix a: <b:c> .".to_vec(), Refuses("describes no dataset")),
        ("dcat", "prefix.ttl", format!("{TURTLE} x:y 1 .").into_bytes(), Refuses("@prefix x:")),
        ("dcat", "cut.ttl", TURTLE.as_bytes().to_vec(), Refuses("line 2")),
        (
            "dcat",
            "deep.ttl",
            format!("{TURTLE} dcat:x {} .", nested(100_000, "[ dcat:x ", "1 ]")).into_bytes(),
            Refuses("line"),
        ),
        ("dcat", "good.rdf", xml("UTF-8", titled), Takes(1, "")),
        ("dcat", "gb.rdf", in_gb, Refuses("save the file as UTF-8")),
        (
            "dcat",
            "deep.rdf",
            xml("UTF-8", &nested(100_000, "<d:a><d:b>", "</d:b></d:a>")),
            Refuses("describes no dataset"),
        ),
        ("dcat", "cut.rdf", xml("UTF-8", titled)[..150].to_vec(), Refuses("not valid RDF/XML")),
        (
            "dcat",
            "deep.jsonld",
            format!("{{\"@id\":\"a:b\",\"a:c\":{}}}", nested(100_000, "[", "]")).into_bytes(),
            Refuses("deep"),
        ),
        ("dcat", "picture.png", b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR".to_vec(), Refuses("RDF")),
        ("jsonl", "deep.yaml", nested(100_000, "[", "]").into_bytes(), Refuses("not valid YAML")),
        ("jsonl", "cut.yaml", b"id: 1\ntitle: \"a".to_vec(), Refuses("not valid YAML")),
        ("jsonl", "gb.yaml", b"title: \xBF\xD5".to_vec(), Refuses("save the file as UTF-8")),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (kind, name, bytes, expected) in cases {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let data = tempfile::tempdir().unwrap();
        check(name, &import(data.path(), kind, &path, 1024), &expected);
    }
}

/// The limit of the shell is on what the program keeps; beyond it, it would be stopped.
#[test]
fn a_line_without_end_does_not_fill_the_memory() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!(r#"{{"id":"long","title":"{}"}}"#, "x".repeat(100 << 20));
    let path = folder.path().join("long.jsonl");
    let words = "longer than 8388608 bytes";
    for (what, bytes, max_mebibytes, expected) in [
        ("among lines", between(long.as_bytes()), 320, Takes(2, "line 2")),
        ("at the start", format!("{long}\n{ONE}\n{TWO}\n").into_bytes(), 512, Takes(2, "line 1")),
        ("alone", long.clone().into_bytes(), 512, Refuses("larger than 8388608 bytes")),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let data = tempfile::tempdir().unwrap();
        let output = import(data.path(), "ckan", &path, max_mebibytes);
        check(what, &output, &expected);
        if matches!(expected, Takes(..)) {
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert!(report["rejected"].to_string().contains(words), "{what}: {report}");
        }
    }
}

#[test]
fn what_is_no_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let mixed = folder.path().join("mixed");
    std::fs::create_dir(&mixed).unwrap();
    std::fs::write(mixed.join("a.json"), ONE).unwrap();
    std::fs::write(mixed.join("b.json"), "{broken").unwrap();
    for (path, expected) in [
        (folder.path().join("missing.json"), Refuses("there is no")),
        (empty.clone(), Refuses("holds no file")),
        (mixed, Takes(1, "b.json")),
    ] {
        let data = tempfile::tempdir().unwrap();
        check(&path.display().to_string(), &import(data.path(), "ckan", &path, 512), &expected);
    }
    let output = import(folder.path(), "csv-dir", &empty, 512);
    check("csv-dir", &output, &Refuses("catalogue.csv"));
}

/// A file with many wrong lines is reported without end, and nothing is lost.
#[test]
fn every_second_line_may_be_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::new();
    for number in 0..3_000 {
        writeln!(text, "{{\"id\":\"{number}\",\"title\":\"t\"}}\n{{\"id\":\"{number}\"").unwrap();
    }
    let path = folder.path().join("half.jsonl");
    std::fs::write(&path, text).unwrap();

    let output = import(folder.path(), "ckan", &path, 512);

    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["created"], 3_000);
    assert_eq!(report["rejected"].as_array().unwrap().len(), 3_000);
}
