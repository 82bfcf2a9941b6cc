//! Measures the store at size: `cargo run --release -p kaishu-store --example measure -- 200000`.

#![expect(clippy::unwrap_used, reason = "a measurement may stop at anything unexpected")]

use std::time::Instant;

use kaishu_store::datasets::{self, EntryWrite, Origin, ResourceWrite};
use kaishu_store::organizations::{self, NewOrganization};
use kaishu_store::regions::{self, NewRegion};
use kaishu_store::{Store, stats};
use kaishu_types::dataset::{DataItemView, EntryFields};
use kaishu_types::vocabulary::{DatasetState, OpenClass, OrganizationKind, RegionLevel};

fn listed(state: DatasetState, class: OpenClass) -> bool {
    state == DatasetState::Published && class != OpenClass::None
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

fn entry(n: u64, fields: &EntryFields, item: &DataItemView, file: &ResourceWrite) -> EntryWrite {
    let mut fields = fields.clone();
    fields.title = format!("第{n}号公共数据目录：城市运行与民生服务");
    EntryWrite {
        code: None,
        organization: format!("ORG-{}", n % 100),
        region: "YX".to_owned(),
        state: DatasetState::Published,
        state_reason: None,
        fields,
        items: vec![item.clone(); 5],
        resources: vec![file.clone(); 3],
        published_at: "2025-01-02T03:04:05Z".parse().unwrap(),
        updated_at: "2026-01-02T03:04:05Z".parse().unwrap(),
        origin: Some(Origin { source: "s".to_owned(), source_id: format!("id-{n}"), url: None }),
        is_dated: true,
        version_note: String::new(),
        author: None,
    }
}

async fn places(store: &Store) {
    let region = NewRegion {
        code: "YX".parse().unwrap(),
        name: "云溪州".to_owned(),
        name_en: None,
        level: RegionLevel::Prefecture,
        parent: None,
        description: None,
        authority: None,
        position: 0,
    };
    regions::upsert(store, &[region]).await.unwrap();
    let organizations: Vec<NewOrganization> = (0..100)
        .map(|n| NewOrganization {
            code: format!("ORG-{n}").parse().unwrap(),
            name: format!("第{n}局"),
            name_en: None,
            kind: OrganizationKind::StateOrgan,
            level: RegionLevel::Prefecture,
            region: "YX".parse().unwrap(),
            parent: None,
            description: None,
            responsible_head: None,
            contact: None,
            homepage: None,
            is_imported: false,
        })
        .collect();
    organizations::upsert(store, &organizations).await.unwrap();
}

async fn upsert_all(store: &Store, n_datasets: u64) {
    let fields: EntryFields = serde_json::from_str(FIELDS).unwrap();
    let item: DataItemView = serde_json::from_str(ITEM).unwrap();
    let file = ResourceWrite {
        title: "数据文件".to_owned(),
        description: None,
        kind: kaishu_types::vocabulary::ResourceKind::Link,
        format: kaishu_types::vocabulary::Format::Csv,
        media_type: Some("text/csv".to_owned()),
        url: Some("https://example.org/data/file.csv".to_owned()),
        in_place: None,
        file_name: None,
        size_bytes: Some(1234),
        sha256: None,
        sm3: None,
        encoding: None,
        n_rows: None,
        n_columns: None,
        updated_at: "2026-01-02T03:04:05Z".parse().unwrap(),
        source_id: None,
        blob_key: None,
    };
    for start in (0..n_datasets).step_by(500) {
        let end = (start + 500).min(n_datasets);
        let batch: Vec<EntryWrite> =
            (start..end).map(|n| entry(n, &fields, &item, &file)).collect();
        let verdicts = datasets::upsert_batch(store, &batch).await.unwrap();
        assert!(verdicts.iter().all(Result::is_ok));
    }
}

const ITEM: &str = r#"{"name": "station_name", "label": "站点名称", "type": "text", "length": 50,
    "description": "监测站点的名称", "open_class": "unconditional",
    "share_class": "unconditional"}"#;

const FIELDS: &str = r#"{"title": "", "summary": "收录全州各县市区上报的城市运行与民生服务数据，每月更新。",
    "keywords": ["城市", "民生", "服务"], "theme": "traffic", "kind": "business",
    "frequency": "monthly", "licence": "open", "security_level": 1,
    "open": {"class": "unconditional"}, "share": {"class": "unconditional"}}"#;

#[tokio::main]
async fn main() {
    let n_datasets: u64 =
        std::env::args().nth(1).map_or(20_000, |text| text.parse().expect("a number of datasets"));
    let folder = tempfile::tempdir().unwrap();
    let url = std::env::var("KAISHU_MEASURE_URL")
        .unwrap_or_else(|_| format!("sqlite://{}/kaishu.sqlite", folder.path().display()));
    let store = Store::connect(&url, 4).await.unwrap();
    store.migrate().await.unwrap();
    places(&store).await;

    let start = Instant::now();
    upsert_all(&store, n_datasets).await;
    eprintln!("{n_datasets} new: {:?}, {} KiB", start.elapsed(), resident_kib());
    let start = Instant::now();
    upsert_all(&store, n_datasets).await;
    eprintln!("{n_datasets} unchanged: {:?}, {} KiB", start.elapsed(), resident_kib());

    let start = Instant::now();
    let mut after = Some(0);
    let mut n_documents = 0;
    while let Some(after_id) = after {
        let page = datasets::page_of_codes(&store, after_id, 1000).await.unwrap();
        n_documents += datasets::search_documents(&store, &page.codes, listed).await.unwrap().len();
        after = page.next_after_id;
    }
    eprintln!("{n_documents} documents: {:?}, {} KiB", start.elapsed(), resident_kib());

    let start = Instant::now();
    for n in 0..4000 {
        let code = format!("ORG-{}-{:04}", n % 100, 1 + n / 100).parse().unwrap();
        datasets::find(&store, &code).await.unwrap().unwrap();
    }
    eprintln!("find, one after the other: {:?} each", start.elapsed() / 4000);
    let start = Instant::now();
    let day = "2026-11-21".parse().unwrap();
    let figures = stats::counts(&store, listed, day).await.unwrap();
    eprintln!("statistics of {}: {:?}", figures.n_datasets, start.elapsed());
}
