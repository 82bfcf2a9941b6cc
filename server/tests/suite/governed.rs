//! Two portals that differ in nothing but what nobody may see answer every question alike.

use std::fmt::Write as _;
use std::io::{Cursor, Read};

use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_types::ReceiptCode;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sha2::{Digest, Sha256};

use crate::support::{Answer, TestSite};

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
    Month,
    /// Of a number the ten is shown.
    Range,
    /// Of a code the first four digits are shown.
    Region,
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
    Fate::Month,
    Fate::Range,
    Fate::Region,
];

/// What becomes of a column in the first version and in the second.
type Fates = [Fate; 2];

/// The file of one version in one of the two portals.
#[derive(Debug, Clone, Copy)]
struct File {
    seed: usize,
    /// 0 or 1
    world: usize,
    /// 0 or 1
    version: usize,
}

/// A cell: what everyone may see of it, and what differs between the two portals. In the second version
/// the hidden values are the same as before in one portal, and others in the other one.
fn cell(fate: Fate, row: usize, column: usize, file: File) -> String {
    let File { seed, world, version } = file;
    // Another order, another number of blanks, other lengths: all that could tell.
    let hidden = (row * 7 + column * 3 + seed * 5 + world * (11 + version * 3)) % 13;
    let secret = ["chixiao", "qiongyu"][world];
    match fate {
        Fate::Open => {
            let changed = if row.is_multiple_of(3) { version } else { 0 };
            ["春", "夏", "秋", "冬", ""][(row + column + seed + changed) % 5].to_owned()
        }
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
        // The way of writing and the type differ, too.
        Fate::Month => match world {
            0 => format!("2019-{:02}-{:02}", 1 + row, 1 + hidden),
            _ => format!("2019年{}月{}日", 1 + row, 1 + hidden),
        },
        Fate::Range => match world {
            0 => format!("{}", 10 + row % 3 * 10 + hidden % 10),
            _ => format!("{}.5", 10 + row % 3 * 10 + hidden % 10),
        },
        Fate::Region => format!("{}{:02}", ["5101", "5132"][row % 2], 1 + hidden + world * 20),
    }
}

fn bytes(columns: &[Fates], file: File) -> String {
    // No row is empty: it would be refused.
    let mut text = "id".to_owned();
    for place in 0..columns.len() {
        write!(text, ",col{place}").unwrap();
    }
    text.push('\n');
    // The second version begins with another row: one is removed, and one is added.
    for row in file.version..file.version + N_ROWS {
        write!(text, "{row}").unwrap();
        for (column, fates) in columns.iter().enumerate() {
            write!(text, ",{}", cell(fates[file.version], row, column, file)).unwrap();
        }
        text.push('\n');
    }
    text
}

fn catalogue(columns: &[Fates], file: File) -> Catalogue {
    let fates = columns.iter().map(|fates| fates[file.version]);
    let is_conditional = fates.clone().any(|fate| fate == Fate::Conditional);
    let class = if is_conditional { "conditional" } else { "unconditional" };
    let mut catalogue =
        Catalogue::default().dataset(CODE, "四季", class).item(CODE, "id", "unconditional");
    for (place, fate) in fates.enumerate() {
        let name = format!("col{place}");
        catalogue = match fate {
            Fate::Open | Fate::Held => catalogue.item(CODE, &name, "unconditional"),
            Fate::Conditional => catalogue.item(CODE, &name, "conditional"),
            Fate::None => catalogue.item(CODE, &name, "none"),
            Fate::Redacted => catalogue.masked_item(CODE, &name, "redact"),
            Fate::Dropped => catalogue.masked_item(CODE, &name, "drop"),
            Fate::Partial => catalogue.masked_item(CODE, &name, "partial:1:0"),
            Fate::Year => catalogue.masked_item(CODE, &name, "year"),
            Fate::Month => catalogue.masked_item(CODE, &name, "month"),
            Fate::Range => catalogue.masked_item(CODE, &name, "range:10"),
            Fate::Region => catalogue.masked_item(CODE, &name, "region:4"),
        };
    }
    catalogue.file(CODE, "seasons.csv", bytes(columns, file).as_bytes())
}

/// A portal with both versions, and the numbers of their files; of one that is not listed, the number
/// that it has in a portal with nothing else in it.
async fn site(columns: &[Fates], seed: usize, world: usize) -> (TestSite, [i64; 2]) {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let mut files = [1, 2];
    for (version, file) in files.iter_mut().enumerate() {
        let folder = catalogue(columns, File { seed, world, version }).folder();
        let report = site.test_portal.import(folder).await;
        assert_eq!(report.created + report.updated, 1, "{report:?}");
        let entry = site.get(&format!("/api/v1/datasets/{CODE}")).await.json();
        *file = entry["resources"][0]["id"].as_i64().unwrap_or(*file);
    }
    (site, files)
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
        "version=1".to_owned(),
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

/// Addresses of the whole dataset.
fn of_dataset() -> Vec<String> {
    let mut all = vec![
        "/datasets".to_owned(),
        "/datasets?q=chixiao".to_owned(),
        "/api/v1/datasets".to_owned(),
        "/api/v1/datasets?q=qiongyu".to_owned(),
        "/stats".to_owned(),
        "/stats/applications".to_owned(),
        "/stats/grants".to_owned(),
        "/api/v1/stats/grants".to_owned(),
    ];
    let paths =
        ["", ".jsonld", ".json", "/quality", "/versions/1", "/versions/2", "/versions/3", "/apply"];
    all.extend(paths.iter().map(|path| format!("/datasets/{CODE}{path}")));
    all.extend(["", "/versions/2"].iter().map(|path| format!("/en/datasets/{CODE}{path}")));
    let paths =
        ["", "/items", "/resources", "/versions", "/quality-issues", "/look", "/export.zip"];
    all.extend(paths.iter().map(|path| format!("/api/v1/datasets/{CODE}{path}")));
    all
}

/// Addresses of a file; of another one it is compared with.
fn of_file([path, other]: [&str; 2], n_columns: usize, every: usize) -> Vec<String> {
    let mut all = Vec::new();
    for page in ["/download", "/quality", "/changes"] {
        all.push(format!("{path}{page}"));
    }
    for answer in ["original", "openapi.json", "quality", "changes"] {
        all.push(format!("/api/v1{path}/{answer}"));
    }
    let from = other.rsplit('/').next().unwrap();
    all.push(format!("{path}/changes?from={from}"));
    let keys = (0..n_columns).map(|place| format!("&key=col{place}"));
    let asked = ["", "&key=id", "&key=*", "&kind=changed"].map(str::to_owned);
    for asked in asked.into_iter().chain(keys) {
        all.push(format!("/api/v1{path}/changes?from={from}{asked}"));
    }
    for question in questions(n_columns).into_iter().step_by(every) {
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

/// All addresses; of the file of the first version, which mostly is no longer there, fewer questions.
fn addresses([first, then]: [i64; 2], n_columns: usize) -> Vec<String> {
    let [first, then] = [first, then].map(|id| format!("/datasets/{CODE}/resources/{id}"));
    let mut all = of_dataset();
    all.extend(of_file([&then, &first], n_columns, 1));
    all.extend(of_file([&first, &then], n_columns, 4));
    all
}

/// The files of an archive with all that is said of them. The list has the number of a receipt in it, so
/// that its packed bytes differ.
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut all = Vec::new();
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).unwrap();
        let name = file.name().unwrap().into_owned();
        let packed = (name != "manifest.json").then(|| file.compressed_size());
        let (size, packing, moment) = (file.size(), file.compression(), file.last_modified());
        all.extend(format!("\n{name} {size} {packed:?} {packing:?} {moment:?}\n").into_bytes());
        file.read_to_end(&mut all).unwrap();
    }
    all
}

/// Takes out of an answer what is sealed or drawn at random: cursors, marks of stored files, numbers of
/// receipts. Checksums stay.
pub(crate) fn unsealed(bytes: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(bytes) else { return bytes.to_vec() };
    let is_of_token = |sign: char| sign.is_ascii_alphanumeric() || "-_".contains(sign);
    let is_sealed = |token: &str| {
        let is_checksum = token.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let is_receipt = || token.starts_with("R-") && token.parse::<ReceiptCode>().is_ok();
        (token.len() >= 30 && !is_checksum) || is_receipt()
    };
    let mut kept = String::with_capacity(text.len());
    for piece in text.split_inclusive(|sign| !is_of_token(sign)) {
        let token = piece.trim_end_matches(|sign| !is_of_token(sign));
        kept += if is_sealed(token) { "sealed" } else { token };
        kept += &piece[token.len()..];
    }
    kept.into_bytes()
}

/// An answer without what differs in any two portals, and without some words.
fn told(answer: &Answer, struck: &[String]) -> Vec<u8> {
    let told = match answer.header("content-type") {
        "application/zip" => unsealed(&unpacked(&answer.bytes)),
        _ => unsealed(&answer.bytes),
    };
    match String::from_utf8(told) {
        Ok(text) => struck.iter().fold(text, |text, word| text.replace(word, "struck")).into(),
        Err(error) => error.into_bytes(),
    }
}

/// What a receipt says of an archive that names this very receipt: checksum and size.
fn sums(archive: &Answer) -> Vec<String> {
    let sum = Sha256::digest(&archive.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let n = u32::try_from(archive.bytes.len()).unwrap();
    let shown = format!("{},{:03} ", n / 1000, n % 1000);
    let short = format!("{:.1} kB", f64::from(n) / 1000.0);
    vec![sum, format!("\"size_bytes\":{n}"), shown, short]
}

/// What two answers begin to differ with.
pub(crate) fn difference(one: &[u8], other: &[u8]) -> String {
    let place = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let from = place.saturating_sub(60);
    let part = |bytes: &[u8]| {
        String::from_utf8_lossy(&bytes[from.min(bytes.len())..(place + 80).min(bytes.len())])
            .into_owned()
    };
    format!("byte {place}: …{}… and …{}…", part(one), part(other))
}

/// Asks two portals the same, and strikes out some words of each answer.
async fn ask_both(
    sites: [&TestSite; 2],
    addresses: [&str; 2],
    struck: [&[String]; 2],
    what: &str,
) -> [Answer; 2] {
    let answers = [sites[0].get(addresses[0]).await, sites[1].get(addresses[1]).await];
    let [a, b] = &answers;
    assert_eq!(a.status, b.status, "{what}");
    let (seen, expected) = (told(a, struck[0]), told(b, struck[1]));
    assert!(seen == expected, "{what}: {}", difference(&seen, &expected));
    for header in ["content-length", "repr-digest", "content-type", "content-disposition"] {
        let is_sealed = a.bytes != seen;
        if !is_sealed || header.starts_with("content-t") || header.starts_with("content-d") {
            assert_eq!(a.header(header), b.header(header), "{header} of {what}");
        }
    }
    answers
}

/// Compares all answers of two portals, and the receipts of those that have one. Returns how many answers
/// there were of each kind: all, receipts, archives, differences.
async fn compare(columns: &[Fates], seed: usize) -> [usize; 4] {
    let (one, files) = site(columns, seed, 0).await;
    let (other, other_files) = site(columns, seed, 1).await;
    assert_eq!(files, other_files, "{columns:?}, seed {seed}");
    let sites = [&one, &other];
    let mut n = [0; 4];
    for address in addresses(files, columns.len()) {
        let what = format!("{address} of {columns:?}, seed {seed}");
        let answers = ask_both(sites, [&address; 2], [&[]; 2], &what).await;
        let is_there = answers[0].status == 200;
        n[0] += 1;
        n[2] += usize::from(is_there && address.ends_with("/export.zip"));
        n[3] += usize::from(is_there && address.contains("/changes?from="));
        let [a, b] = answers.each_ref().map(|answer| answer.header("x-receipt"));
        assert_eq!(a.is_empty(), b.is_empty(), "{what}");
        if a.is_empty() {
            continue;
        }
        n[1] += 1;
        // Pages of receipts are asked for where nothing but the format was asked.
        let doors = ["/api/v1/receipts", "/verify", "/en/verify"];
        let is_archive = address.ends_with("/export.zip");
        let struck = answers.each_ref().map(|it| if is_archive { sums(it) } else { Vec::new() });
        for door in doors.iter().take(if address.contains('?') { 1 } else { 3 }) {
            let [a, b] = [a, b].map(|number| format!("{door}/{number}"));
            let struck = struck.each_ref().map(Vec::as_slice);
            let what = format!("{door} of {what}");
            let receipts = ask_both(sites, [&a, &b], struck, &what).await;
            assert_eq!(receipts[0].status, 200, "{what}");
        }
    }
    n
}

/// Columns with the same fate in both versions, or another one in the second.
fn columns() -> impl Strategy<Value = Vec<Fates>> {
    let fate = || prop::sample::select(FATES);
    let fates = (fate(), prop::option::of(fate()));
    let fates = fates.prop_map(|(first, then)| [first, then.unwrap_or(first)]);
    prop::collection::vec(fates, 2..6)
}

// Proves DL-02, SEC-05: what nobody may see changes nothing that anybody sees, in any address and format,
// nor in archives, receipts and the differences of versions.
#[test]
fn what_is_hidden_changes_no_answer() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 8, ..Config::default() });
    runner
        .run(&(columns(), 0_usize..1000), |(columns, seed)| {
            // Something has to be hidden.
            prop_assume!(columns.iter().flatten().any(|fate| *fate != Fate::Open));
            let [n_answers, ..] = runtime.block_on(compare(&columns, seed));
            prop_assert!(n_answers > 100);
            Ok(())
        })
        .unwrap();
}

// Proves DL-02, SEC-05: the masks that make values wider hide the rest of them by every door.
#[tokio::test]
async fn masks_and_versions_are_compared_by_every_door() {
    for then in [Fate::Open, Fate::Year, Fate::Conditional] {
        let columns = [[Fate::Open, then], [Fate::Month; 2], [Fate::Range; 2], [Fate::Region; 2]];
        let [_, n_receipts, n_archives, n_differences] = Box::pin(compare(&columns, 0)).await;
        assert!(n_receipts > 50, "{n_receipts} receipts, {then:?}");
        assert_eq!(n_archives, 1, "{then:?}");
        // Of a dataset that is no longer open as a whole, no older file is shown.
        assert_eq!(n_differences > 4, then != Fate::Conditional, "{n_differences}, {then:?}");
    }
}

// What is open does differ: the comparison can fail.
#[tokio::test]
async fn what_is_open_is_seen() {
    let columns = [[Fate::Open; 2], [Fate::Conditional; 2]];
    let (one, [_, file]) = site(&columns, 0, 0).await;
    let (other, _) = site(&columns, 1, 0).await;
    let path = format!("/api/v1/datasets/{CODE}");
    for door in ["rows", "export.csv"].map(|it| format!("resources/{file}/{it}")) {
        let [a, b] =
            [one.get(&format!("{path}/{door}")).await, other.get(&format!("{path}/{door}")).await];
        assert_ne!(told(&a, &[]), told(&b, &[]), "{door}");
        let receipt = |it: &Answer| format!("/api/v1/receipts/{}", it.header("x-receipt"));
        let receipts = [one.get(&receipt(&a)).await, other.get(&receipt(&b)).await];
        let [a, b] = receipts.each_ref().map(|it| told(it, &[]));
        // Rows of a session have no checksum.
        assert_eq!(a == b, door.ends_with("rows"), "{door}");
    }
    let archive = format!("{path}/export.zip");
    let [a, b] = [one.get(&archive).await, other.get(&archive).await];
    assert_ne!(told(&a, &[]), told(&b, &[]));
}
