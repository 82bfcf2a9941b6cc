//! Two portals that differ in nothing but what nobody may see answer every question alike.

use std::fmt::Write as _;

use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::TestSite;

const CODE: &str = "YX-T-0001";
const N_ROWS: usize = 7;
const FORMATS: &[&str] = &["csv", "xlsx", "json", "ndjson", "xml", "parquet", "geojson"];

/// What becomes of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Open,
    Conditional,
    None,
    /// Open by its class, with personal data in it that nobody has decided about.
    Held,
    Redacted,
    Dropped,
    /// All but the first character is hidden.
    Partial,
    Year,
}

const FATES: &[Fate] = &[
    Fate::Open,
    Fate::Conditional,
    Fate::None,
    Fate::Held,
    Fate::Redacted,
    Fate::Dropped,
    Fate::Partial,
    Fate::Year,
];

/// A cell: what everyone may see of it, and what differs between the two portals.
fn cell(fate: Fate, row: usize, column: usize, seed: usize, world: usize) -> String {
    // Another order, another number of blanks, other lengths: all that could tell.
    let hidden = (row * 7 + column * 3 + seed * 5 + world * 11) % 13;
    let secret = ["chixiao", "qiongyu"][world];
    match fate {
        Fate::Open => ["春", "夏", "秋", "冬", ""][(row + column + seed) % 5].to_owned(),
        Fate::Conditional | Fate::None | Fate::Dropped => match hidden % 4 {
            0 => String::new(),
            1 => format!("{secret}{hidden}"),
            2 => secret.repeat(1 + hidden % 3),
            _ => hidden.to_string(),
        },
        Fate::Redacted => format!("{secret}{hidden}"),
        Fate::Held => format!("1{}{:08}", 38 - world, hidden * 1_234_567),
        Fate::Partial => format!("{}{secret}", ["甲", "乙"][(row + seed) % 2]),
        Fate::Year => format!("20{:02}-{:02}-{:02}", row % 5, 1 + hidden % 12, 1 + world),
    }
}

fn file(fates: &[Fate], seed: usize, world: usize) -> String {
    // No row is empty: it would be refused.
    let mut text = "id".to_owned();
    for place in 0..fates.len() {
        write!(text, ",col{place}").unwrap();
    }
    text.push('\n');
    for row in 0..N_ROWS {
        write!(text, "{row}").unwrap();
        for (column, fate) in fates.iter().enumerate() {
            write!(text, ",{}", cell(*fate, row, column, seed, world)).unwrap();
        }
        text.push('\n');
    }
    text
}

async fn site(fates: &[Fate], seed: usize, world: usize) -> TestSite {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let is_conditional = fates.contains(&Fate::Conditional);
    let class = if is_conditional { "conditional" } else { "unconditional" };
    let mut catalogue =
        Catalogue::default().dataset(CODE, "四季", class).item(CODE, "id", "unconditional");
    for (place, fate) in fates.iter().enumerate() {
        let name = format!("col{place}");
        catalogue = match fate {
            Fate::Open | Fate::Held => catalogue.item(CODE, &name, "unconditional"),
            Fate::Conditional => catalogue.item(CODE, &name, "conditional"),
            Fate::None => catalogue.item(CODE, &name, "none"),
            Fate::Redacted => catalogue.masked_item(CODE, &name, "redact"),
            Fate::Dropped => catalogue.masked_item(CODE, &name, "drop"),
            Fate::Partial => catalogue.masked_item(CODE, &name, "partial:1:0"),
            Fate::Year => catalogue.masked_item(CODE, &name, "year"),
        };
    }
    let bytes = file(fates, seed, world);
    let folder = catalogue.file(CODE, "seasons.csv", bytes.as_bytes()).folder();
    let report = site.test_portal.import(folder).await;
    assert_eq!(report.created, 1, "{report:?}");
    site
}

/// Questions that name every column, seen or not, and search for what is hidden.
fn questions(n_columns: usize) -> Vec<String> {
    let mut all = vec![
        String::new(),
        "limit=2".to_owned(),
        "q=chixiao".to_owned(),
        "q=qiongyu".to_owned(),
        "q=1".to_owned(),
        "distinct=1".to_owned(),
        "aggregate=count()".to_owned(),
        "explain=1".to_owned(),
        "table=2".to_owned(),
        "version=2".to_owned(),
    ];
    for place in 0..n_columns {
        let name = format!("col{place}");
        for question in [
            "select=NAME",
            "sort=NAME&limit=3",
            "sort=-NAME&limit=3",
            "filter=NAME+IS+NULL",
            "filter=NAME+LIKE+%27%25chi%25%27",
            "filter=NAME+%3E+%27c%27",
            "filter=NOT+NAME+%3D+%27x%27",
            "group_by=NAME",
            "group_by=col0&aggregate=max(NAME),min(NAME),count_distinct(NAME)",
            "distinct=1&select=NAME",
            "col=NAME",
            "chart=bar&x=NAME&agg=count",
            "chart=line&x=col0&y=NAME&agg=max",
            "chart=histogram&x=NAME",
            "chart=scatter&x=NAME&y=col1",
        ] {
            all.push(question.replace("NAME", &name));
        }
    }
    all
}

fn addresses(path: &str, n_columns: usize) -> Vec<String> {
    let mut all = vec![
        "/datasets".to_owned(),
        "/datasets?q=chixiao".to_owned(),
        format!("/datasets/{CODE}"),
        format!("/en/datasets/{CODE}"),
        format!("/datasets/{CODE}.jsonld"),
        format!("/datasets/{CODE}.json"),
        format!("/datasets/{CODE}/versions/1"),
        format!("/api/v1/datasets/{CODE}"),
        format!("/api/v1/datasets/{CODE}/items"),
        format!("/api/v1/datasets/{CODE}/resources"),
        format!("/api/v1/datasets/{CODE}/versions"),
        "/api/v1/datasets".to_owned(),
        "/api/v1/datasets?q=qiongyu".to_owned(),
        "/stats".to_owned(),
        format!("{path}/download"),
        format!("/api/v1{path}/original"),
        format!("/api/v1{path}/openapi.json"),
        format!("/api/v1{path}/quality"),
        format!("/api/v1/datasets/{CODE}/quality-issues"),
        format!("/datasets/{CODE}/quality"),
        format!("{path}/quality"),
        format!("/api/v1{path}/changes"),
        format!("{path}/changes"),
    ];
    for question in questions(n_columns) {
        let question = if question.is_empty() { question } else { format!("?{question}") };
        all.push(format!("{path}{question}"));
        all.push(format!("/api/v1{path}/rows{question}"));
        all.push(format!("/api/v1{path}/export.csv{question}"));
    }
    for format in FORMATS {
        all.push(format!("/api/v1{path}/export.{format}"));
        all.push(format!("/api/v1{path}/export.{format}?sort=col1"));
    }
    for encoding in ["utf-8-bom", "gb18030"] {
        all.push(format!("/api/v1{path}/export.csv?encoding={encoding}"));
    }
    all
}

/// Takes out of an answer what is sealed: cursors and marks of stored files. Checksums stay.
fn unsealed(bytes: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(bytes) else { return bytes.to_vec() };
    let is_of_token = |sign: char| sign.is_ascii_alphanumeric() || "-_".contains(sign);
    let is_sealed = |token: &str| {
        token.len() >= 30 && token.bytes().any(|byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let mut kept = String::with_capacity(text.len());
    for piece in text.split_inclusive(|sign| !is_of_token(sign)) {
        let token = piece.trim_end_matches(|sign| !is_of_token(sign));
        kept += if is_sealed(token) { "sealed" } else { token };
        kept += &piece[token.len()..];
    }
    kept.into_bytes()
}

/// What two answers begin to differ with.
fn difference(one: &[u8], other: &[u8]) -> String {
    let place = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let from = place.saturating_sub(60);
    let part = |bytes: &[u8]| {
        String::from_utf8_lossy(&bytes[from.min(bytes.len())..(place + 80).min(bytes.len())])
            .into_owned()
    };
    format!("byte {place}: …{}… and …{}…", part(one), part(other))
}

async fn compare(fates: &[Fate], seed: usize) -> usize {
    let (one, other) = (site(fates, seed, 0).await, site(fates, seed, 1).await);
    let entry = one.get(&format!("/api/v1/datasets/{CODE}")).await.json();
    let id = entry["resources"][0]["id"].as_i64().unwrap_or(1);
    let path = format!("/datasets/{CODE}/resources/{id}");
    let addresses = addresses(&path, fates.len());
    for address in &addresses {
        let (a, b) = (one.get(address).await, other.get(address).await);
        assert_eq!(a.status, b.status, "{address} of {fates:?}, seed {seed}");
        let (seen, expected) = (unsealed(&a.bytes), unsealed(&b.bytes));
        assert!(
            seen == expected,
            "{address} of {fates:?}, seed {seed}: {}",
            difference(&seen, &expected)
        );
        for header in ["content-length", "repr-digest", "content-type", "content-disposition"] {
            let is_sealed = a.bytes != seen;
            if !is_sealed || header.starts_with("content-t") {
                assert_eq!(a.header(header), b.header(header), "{header} of {address}");
            }
        }
    }
    addresses.len()
}

// Proves DL-02, SEC-05: what nobody may see changes nothing that anybody sees, in any address and format.
#[test]
fn what_is_hidden_changes_no_answer() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 12, ..Config::default() });
    let fates = prop::collection::vec(prop::sample::select(FATES), 2..6);
    runner
        .run(&(fates, 0_usize..1000), |(fates, seed)| {
            // Something has to be hidden.
            prop_assume!(fates.iter().any(|fate| *fate != Fate::Open));
            let n_addresses = runtime.block_on(compare(&fates, seed));
            prop_assert!(n_addresses > 50);
            Ok(())
        })
        .unwrap();
}

// What is open does differ: the comparison can fail.
#[tokio::test]
async fn what_is_open_is_seen() {
    let fates = [Fate::Open, Fate::Conditional];
    let (one, other) = (site(&fates, 0, 0).await, site(&fates, 1, 0).await);
    let entry = one.get(&format!("/api/v1/datasets/{CODE}")).await.json();
    let rows = format!("/api/v1/datasets/{CODE}/resources/{}/rows", entry["resources"][0]["id"]);
    assert_ne!(one.get(&rows).await.bytes, other.get(&rows).await.bytes);
}
