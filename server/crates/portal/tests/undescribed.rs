//! Files that hold more than the catalogue describes, as an attacker or a careless clerk would make
//! them: a file leaves only where all that is in it was described and is open.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use kaishu_portal::accounts::Caller;
use kaishu_portal::importing::Folder;
use kaishu_testkit::{Setup, TestPortal, catalogue::Catalogue};
use kaishu_types::{DatasetCode, Lang};

const CODE: &str = "YX-T-0001";

/// An open dataset with the items `name`, `area` and `geometry`, and a file.
fn described(name: &str, bytes: &[u8]) -> Catalogue {
    Catalogue::default()
        .dataset(CODE, "登记", "unconditional")
        .item(CODE, "name", "unconditional")
        .item(CODE, "area", "unconditional")
        .item(CODE, "geometry", "unconditional")
        .file(CODE, name, bytes)
}

async fn may_leave(site: &TestPortal) -> bool {
    let code: DatasetCode = CODE.parse().unwrap();
    let Some(entry) = kaishu_store::datasets::find(site.store(), &code).await.unwrap() else {
        return false;
    };
    let Some(file) = entry.resources.first() else { return false };
    site.portal().open_download(&Caller::visitor(), &code, file.id, Lang::Zh).await.is_ok()
}

fn utf16(text: &str) -> Vec<u8> {
    let units = text.encode_utf16().flat_map(u16::to_le_bytes);
    [0xFF, 0xFE].into_iter().chain(units).collect()
}

/// Proves DL-02 for files: none leaves with values that nobody gave a class.
#[tokio::test]
async fn what_no_item_describes_does_not_leave() {
    let rows = "甲,1\n乙,2\n";
    let title = "登记表（内部）,\n";
    let in_gb: &[u8] = b"name,\xCA\xD6\xBB\xFA\n\xBC\xD7,1\n\xD2\xD2,2\n\xB1\xFB,3\n";
    let header_in_gb =
        [b"name,\xCA\xD6\xBB\xFA\n".as_slice(), "甲乙丙丁,13800000000\n".repeat(9).as_bytes()]
            .concat();
    let cases: Vec<(&str, &str, Vec<u8>, &str)> = vec![
        ("a column more", "a.csv", b"name,area,phone\na,1,2\n".to_vec(), "phone"),
        ("a column without a name", "a.csv", b"name,area,\na,1,2\n".to_vec(), "column_3"),
        ("a name twice", "a.csv", b"name,area,name\na,1,2\n".to_vec(), "two columns"),
        ("values beyond the header", "a.csv", b"name,area\na,1\nb,2,138\n".to_vec(), "row 2"),
        (
            "another table below",
            "a.csv",
            format!("name,area\n{rows}\nname,phone\n甲,138\n").into_bytes(),
            "empty line",
        ),
        (
            "another table below an empty row",
            "a.csv",
            format!("name,area\n{rows},\n姓名,电话\n甲,138\n").into_bytes(),
            "empty line",
        ),
        ("a title first", "a.csv", format!("{title}name,area\n{rows}").into_bytes(), "登记表"),
        (
            "a title that an item is called",
            "a.csv",
            b"name\nname,area,phone\na,1,2\n".to_vec(),
            "phone",
        ),
        ("another encoding", "a.csv", in_gb.to_vec(), "手机"),
        ("a header in another encoding", "a.csv", header_in_gb, "a.csv"),
        ("UTF-16", "a.csv", utf16("name,手机\n甲,1\n"), "手机"),
        ("another delimiter", "a.csv", b"name^area^phone\na^1^2\n".to_vec(), "name^area^phone"),
        ("nothing", "a.csv", Vec::new(), "items_checked"),
        ("bytes", "a.csv", vec![0xFF, 0x00, 0x81, 0xFE, 0xFD, b'\n', 0x80], "a.csv"),
        ("a table called a text", "a.txt", b"name,area,phone\n".to_vec(), "phone"),
        ("an item twice", "a.csv", "name,area,name标签\n甲,1,138\n".into(), "are both the item"),
        ("a member of JSON", "a.json", br#"[{"name":"a","phone":1}]"#.to_vec(), "phone"),
        ("an item twice in JSON", "a.json", r#"[{"name":1},{"name标签":2}]"#.into(), "both"),
    ];
    for (what, name, bytes, said) in cases {
        let site = TestPortal::open(Setup::default()).await;
        let report = site.import(described(name, &bytes).folder()).await;

        let reasons: Vec<_> = report.rejected.iter().map(|it| it.reason.as_str()).collect();
        assert!(matches!(*reasons, [reason] if reason.contains(said)), "{what}: {reasons:?}");
        assert!(!may_leave(&site).await, "{what}");
    }
    for (name, text) in
        [("a.csv", "name,area\n甲,1\n"), ("a.csv", "area标签;name\n1;\"甲\n\n乙\"\n\n")]
    {
        let site = TestPortal::open(Setup::default()).await;
        let report = site.import(described(name, text.as_bytes()).folder()).await;
        assert_eq!(report.rejected, []);
        assert!(may_leave(&site).await, "{text}");
    }
}

/// Proves DL-02 for JSON, where values stand in more places than columns.
#[tokio::test]
async fn what_stands_beside_and_inside_the_fields_does_not_leave() {
    let feature = |rest: &str| {
        let feature = format!(r#"{{"type":"Feature","properties":{{"name":"a"}}{rest}}}"#);
        format!(r#"{{"type":"FeatureCollection","features":[{feature}]}}"#)
    };
    let collection = |rest: &str| format!(r#"{{"type":"FeatureCollection","features":[]{rest}}}"#);
    let cases = [
        ("a.json", r#"[{"name":{"phone":138}}]"#.to_owned(), "`items_checked`"),
        ("a.json", r#"[{"name":["138"]}]"#.to_owned(), "`items_checked`"),
        ("a.json", r#"[{"name":{"phone":138},"name":"a"}]"#.to_owned(), "`name` stands twice"),
        ("a.json", r#"[{"name":{"a":1},"phone":138}]"#.to_owned(), "describe: phone"),
        ("a.geojson", collection(r#","crs":{"phone":138}"#), "`crs`"),
        ("a.geojson", collection(r#","name":{"phone":138}"#), "`name`"),
        ("a.geojson", collection(r#","bbox":["138"]"#), "`bbox`"),
        ("a.geojson", collection(r#","area":"138""#), "the properties: area"),
        ("a.geojson", feature(r#","id":{"phone":138}"#), "`id`"),
        ("a.geojson", feature(r#","bbox":{"phone":138}"#), "`bbox`"),
        ("a.geojson", feature(r#","area":"138""#), "the properties: area"),
        (
            "a.geojson",
            feature(r#","geometry":{"type":"Point","coordinates":[1,2],"owner_phone":138}"#),
            "`owner_phone`",
        ),
        ("a.geojson", feature(r#","geometry":{"type":"Point","coordinates":["138"]}"#), "geometry"),
    ];
    let mut served = Vec::new();
    for (name, text, said) in cases {
        let site = TestPortal::open(Setup::default()).await;
        let report = site.import(described(name, text.as_bytes()).folder()).await;

        let reasons: Vec<_> = report.rejected.iter().map(|it| it.reason.clone()).collect();
        let is_said = matches!(&*reasons, [reason] if reason.contains(said));
        if !is_said || may_leave(&site).await {
            served.push(format!("{text}: {reasons:?}"));
        }
    }
    assert!(served.is_empty(), "{}", served.join("\n"));

    let whole = r#","id":"7","bbox":[1,2,1,2],"geometry":{"type":"Point","coordinates":[1,2]}"#;
    let site = TestPortal::open(Setup::default()).await;
    let report = site.import(described("a.geojson", feature(whole).as_bytes()).folder()).await;
    assert_eq!(report.rejected, []);
    assert!(may_leave(&site).await);
}

/// A version that could be compared goes on being served when the next cannot.
#[tokio::test]
async fn a_refused_file_does_not_take_the_one_before_away() {
    let site = TestPortal::open(Setup::default()).await;
    site.import(described("a.csv", b"name,area\na,1\n").folder()).await;
    let report = site.import(described("a.csv", b"name,area\na,1,2\n").folder()).await;

    assert_eq!(report.rejected.len(), 1);
    assert!(may_leave(&site).await);
}

/// Somebody who looked through a file may say so; nobody may say so of a column that is there. What no
/// table can be made of waits for another person, who looks for personal data (SEC-21).
#[tokio::test]
async fn who_looked_through_a_file_answers_for_it() {
    for (name, bytes, is_taken, leaves) in [
        ("a.csv", b"name,area\na,1\n\nb,2\n".as_slice(), true, true),
        ("a.csv", b"", true, false),
        ("a.csv", b"name,area,phone\na,1,2\n", false, false),
        ("a.csv", b"name,area\na,1,2\n", false, false),
        ("a.json", br#"[{"name":{"first":"a"}}]"#, true, true),
        ("a.json", br#"[{"name":{"first":"a"},"phone":1}]"#, false, false),
        ("a.geojson", br#"{"features":[],"bbox":"all"}"#, true, false),
        ("a.geojson", br#"{"features":[],"area":1}"#, false, false),
    ] {
        let site = TestPortal::open(Setup::default()).await;
        let Folder::Memory(files) = described(name, bytes).folder() else { panic!() };
        let mut files = (*files).clone();
        let resources =
            format!("dataset,title,path,kind,items_checked\n{CODE},a,tables/{name},file,true\n");
        files.insert("resources.csv".to_owned(), resources.into());
        let report = site.import(Folder::Memory(files.into())).await;

        let found = (report.created == 1, may_leave(&site).await);
        assert_eq!(found, (is_taken, leaves), "{name} {:?}", report.rejected);
    }
}

/// Where no item is described, the bytes are taken as they are and the report says what they lack.
#[tokio::test]
async fn a_table_that_cannot_be_read_is_noted() {
    let site = TestPortal::open(Setup::default()).await;
    let catalogue =
        Catalogue::default().dataset(CODE, "登记", "unconditional").file(CODE, "a.csv", b"");
    let report = site.import(catalogue.folder()).await;

    assert_eq!((report.created, report.rejected.len()), (1, 0));
    assert!(
        matches!(&*report.notes, [note] if note.record == CODE
        && note.text.contains("could not be read as a table") && note.text.contains("items not checked")),
        "{:?}",
        report.notes
    );
    // Nobody could look into it, so it waits for a person.
    assert!(!may_leave(&site).await);
}
