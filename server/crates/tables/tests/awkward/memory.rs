//! What a process takes at most while it reads files that claim to be large.

use std::io::{Read, Write};
use std::path::Path;

use crate::corpus::read;
use crate::made::{gzipped, ods, xlsx};

/// A child process reads a file and says how much memory it took at most.
const FILE: &str = "KAISHU_HOSTILE_FILE";

#[test]
fn a_file_is_read_on_request() {
    let Ok(path) = std::env::var(FILE) else { return };
    match read(Path::new(&path)) {
        Ok(tables) => println!("rows={}", tables[0].rows.len()),
        Err(reason) => println!("reason={reason}"),
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    println!("peak={}", peak.trim().trim_end_matches(" kB"));
}

/// Reads a file in another process: what it says, and its peak of memory in MiB.
fn in_a_child(path: &Path) -> (String, u64) {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "memory::a_file_is_read_on_request", "--nocapture"])
        .env(FILE, path)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let find = |name: &str| {
        text.lines().find_map(|line| line.split_once(name)).map(|(_, rest)| rest.to_owned())
    };
    let said = find("rows=").or_else(|| find("reason=")).unwrap_or(text.clone());
    (said, find("peak=").unwrap_or_else(|| panic!("{text}")).parse::<u64>().unwrap() >> 10)
}

/// What a file may take beyond what reading a small one does, in MiB.
const MOST_MIB: u64 = 256;

#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_grow_with_what_a_file_claims() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("small.csv"), "a,b\n1,2\n").unwrap();
    let (said, small) = in_a_child(&at("small.csv"));
    assert_eq!(said, "1");

    let mut endless = std::io::BufWriter::new(std::fs::File::create(at("endless.csv")).unwrap());
    endless.write_all(b"a,b\n1,\"").unwrap();
    std::io::copy(&mut std::io::repeat(b'x').take(256 << 20), &mut endless).unwrap();
    endless.flush().unwrap();
    let mut wide = "c,".repeat(50 << 20);
    wide.truncate(64 << 20);
    std::fs::write(at("wide.csv"), wide).unwrap();
    std::fs::write(at("bomb.csv.gz"), gzipped(&vec![b'1'; 80 << 20])).unwrap();
    let row = r#"<table:table-row><table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row>"#;
    std::fs::write(at("wide.ods"), ods(&row.repeat(10_000))).unwrap();
    let claims = xlsx("A1:XFD1048576", r#"<row r="1"><c r="A1"><v>7</v></c></row>"#);
    std::fs::write(at("claims.xlsx"), claims).unwrap();
    std::fs::write(at("deep.json"), "[".repeat(64 << 20)).unwrap();
    for (name, expected) in [
        ("endless.csv", "the row that begins in line 2 has more than 16 MiB"),
        ("wide.csv", "line 1 has more than 4096 values"),
        ("bomb.csv.gz", "the archive unpacks to more than"),
        ("wide.ods", "line 1 has more than 4096 values"),
        ("claims.xlsx", "0"),
        ("deep.json", "the record at line 1"),
    ] {
        let (said, peak) = in_a_child(&at(name));
        assert!(said.starts_with(expected), "{name}: {said}");
        assert!(peak < small + MOST_MIB, "{name}: {peak} MiB, and {small} MiB for a small file");
        println!("{name}: {} MiB more than a small file", peak.saturating_sub(small));
    }
}
