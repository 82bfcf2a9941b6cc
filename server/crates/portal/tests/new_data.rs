//! New data of what is published: what is a refresh of the same structure, and what was done to it before.

#![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]

use std::collections::BTreeSet;

use bytes::Bytes;
use kaishu_portal::Error;
use kaishu_portal::publishing::NewVersion;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{
    LANG, ORGANIZATION, People, act, attach_record, complete, people, person, review, whole_draft,
};
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::DatasetCode;
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::draft::{Processing, Sensitivity};

const CODE: &str = "YX-T-0001";

/// A dataset with two tables of different columns and a document.
async fn site() -> (TestPortal, People) {
    let site = TestPortal::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "公交站点和线路", "unconditional")
        .item(CODE, "name", "unconditional")
        .item(CODE, "line", "unconditional")
        .item(CODE, "length", "unconditional")
        .file(CODE, "stops.csv", "name,line\n汽车站,1\n".as_bytes())
        .file(CODE, "lines.csv", "line,length\n1,12\n".as_bytes())
        .file_called(CODE, "manual.pdf", "pdf", b"%PDF-1.7 one");
    let report = site.import(catalogue.folder()).await;
    assert_eq!(report.created, 1, "{report:?}");
    let people = people(site.portal()).await;
    (site, people)
}

async fn publish(
    site: &TestPortal,
    people: &People,
    (file_name, bytes): (&str, &'static [u8]),
) -> Result<u32, Error> {
    let code = CODE.parse().unwrap();
    publish_done(site, people, (&code, file_name), (Processing::Clean, ""), bytes).await
}

async fn publish_done(
    site: &TestPortal,
    people: &People,
    (code, file_name): (&DatasetCode, &str),
    (done, record): (Processing, &str),
    bytes: &'static [u8],
) -> Result<u32, Error> {
    let processing = BTreeSet::from([done]);
    let new = NewVersion { file_name, note: "", processing, record, upload: None };
    let bytes = futures::stream::iter([Ok(Bytes::from_static(bytes))]);
    site.portal().publish_version(&people.officer, code, new, bytes, LANG).await
}

// Part of REV-11: each file is compared with the one whose place it takes, not with all data items of the entry; a
// document is renewed beside tables, and tables beside it. Read from what was taken in, and from the file before it was.
#[tokio::test]
async fn each_file_keeps_its_own_columns() {
    let (site, people) = site().await;
    for (place, (name, bytes)) in [
        ("stops.csv", "name,line\n火车站,2\n".as_bytes()),
        ("lines.csv", "line,length\n2,15\n".as_bytes()),
        ("manual.pdf", "%PDF-1.7 two".as_bytes()),
        // The table of this version is not taken in yet.
        ("lines.csv", "line,length\n3,9\n".as_bytes()),
    ]
    .into_iter()
    .enumerate()
    {
        let version = publish(&site, &people, (name, bytes)).await.unwrap();
        assert_eq!(version as usize, place + 2, "{name}");
    }
    let entry = site.portal().dataset(&CODE.parse().unwrap()).await.unwrap();
    assert_eq!(entry.resources.len(), 3);
}

// Part of REV-11: columns of the entry that another file has are new in this one, and are reviewed first.
#[tokio::test]
async fn the_columns_of_another_file_are_reviewed_first() {
    let (site, people) = site().await;
    for (name, bytes, named) in [
        ("lines.csv", "name,line\n火车站,2\n", "length、name"),
        ("lines.csv", "line,length,name\n2,15,火车站\n", "name"),
        ("lines.csv", "line\n2\n", "length"),
        ("lines.csv", "line,length,phone\n2,15,1\n", "phone"),
    ] {
        let refused = publish(&site, &people, (name, bytes.as_bytes())).await.unwrap_err();
        assert!(
            refused.message(LANG).contains(&format!("：{named}。")),
            "{}",
            refused.message(LANG)
        );
        assert_eq!(refused.into_detail().rule.unwrap().id, "REV-11");
    }
    let entry = site.portal().dataset(&CODE.parse().unwrap()).await.unwrap();
    assert_eq!(entry.version, 1);
}

// Proves PUB-02 for new data of a sensitive entry: it is desensitised or a record covers it, each time anew; both stay
// on record with who said so.
#[tokio::test]
async fn sensitive_data_is_covered_each_time() {
    let (site, people) = site().await;
    let portal = site.portal();
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    let code = portal.draft(&people.officer, case, LANG).await.unwrap().code;
    complete(portal, &people.officer, case, |document| {
        document.sensitivity.insert(Sensitivity::TradeSecret);
        document.relaxed_by = "权利人同意书〔2026〕1号".to_owned();
    })
    .await;
    attach_record(portal, &people.officer, case).await.unwrap();
    act(portal, &people.officer, case, "submit").await.unwrap();
    review(portal, &people, case).await;
    act(portal, &people.authority, case, "publish").await.unwrap();
    assert!(portal.own_dataset(&people.officer, &code, LANG).await.unwrap().needs_record);

    let place = (&code, "stops.csv");
    for done in [Processing::None, Processing::Clean] {
        let file = "name,n\n火车站,008\n".as_bytes();
        let refused = publish_done(&site, &people, place, (done, " "), file).await.unwrap_err();
        let detail = refused.into_detail();
        let rule = detail.rule.unwrap();
        assert_eq!(rule.id, "PUB-02");
        assert!(!rule.article.is_empty());
        assert!(detail.remedy.unwrap().link.ends_with(code.as_str()));
    }
    let record = "权利人同意书〔2026〕2号";
    for (n, said, file) in [
        (2, (Processing::Clean, record), "name,n\n火车站,008\n"),
        (3, (Processing::Desensitise, ""), "name,n\n客运站,009\n"),
    ] {
        let version = publish_done(&site, &people, place, said, file.as_bytes()).await.unwrap();
        assert_eq!(version, n);
    }
    let done = portal.processing(&code, LANG).await.unwrap();
    let done: Vec<_> = done.iter().map(|it| (it.text.as_str(), it.reason.as_str())).collect();
    let first = "权利人同意书〔2026〕1号";
    assert_eq!(done, [("脱敏", ""), ("清洗", record), ("整理、格式转换", first)]);
}

// Part of PUB-14: data that is served already makes no second version, until it is due: then it is renewed by the same.
#[tokio::test]
async fn the_same_data_is_the_same_version() {
    let (site, people) = site().await;
    let (name, bytes) = ("stops.csv", "name,line\n汽车站,1\n".as_bytes());
    for _ in 0..2 {
        assert_eq!(publish(&site, &people, (name, bytes)).await.unwrap(), 1);
    }
    let newer = "name,line\n火车站,1\n".as_bytes();
    for _ in 0..2 {
        assert_eq!(publish(&site, &people, (name, newer)).await.unwrap(), 2);
    }
    let code: DatasetCode = CODE.parse().unwrap();
    let due = site.portal().dataset(&code).await.unwrap().next_due.unwrap();
    let portal = site.open_at(due.and_hms_opt(4, 0, 0).unwrap().and_utc()).await;
    let publish = TokenScope::Publish;
    let officer = person(&portal, Role::Officer, ("later", ORGANIZATION), publish).await;
    for _ in 0..2 {
        let new = NewVersion {
            file_name: name,
            note: "",
            processing: BTreeSet::from([Processing::Clean]),
            record: "",
            upload: None,
        };
        let bytes = futures::stream::iter([Ok(Bytes::from_static(newer))]);
        let version = portal.publish_version(&officer, &code, new, bytes, LANG).await;
        assert_eq!(version.unwrap(), 3);
    }
}
