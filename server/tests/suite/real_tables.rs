//! Tables that nobody here wrote, published through the whole portal.

#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use std::path::{Path, PathBuf};

use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;

use crate::support::TestSite;

/// Files of the shared data with their rows and columns.
const TABLES: &[(&str, u64, usize)] = &[
    ("country-codes.csv", 249, 56),
    ("nyc_flights13.csv.zip", 336_776, 19),
    ("vega/airports.csv", 3_376, 7),
    ("vega/birdstrikes.csv", 10_000, 14),
    ("vega/earthquakes.json", 1_707, 28),
    ("vega/movies.json", 3_201, 16),
    ("vega/seattle-weather.csv", 1_461, 6),
    ("vega/species.csv", 12_360, 6),
    ("vega/us-employment.csv", 120, 24),
    ("vega/zipcodes.csv", 42_049, 6),
    ("zh/UNSD-cn.csv", 249, 15),
    ("zh/areacity_level3_gbk.csv", 3_639, 8),
    ("zh/areacity_ok_data_level3.csv", 3_639, 8),
    ("zh/areacity_ok_data_level4.csv.zst", 43_118, 8),
    ("zh/china-division_streets.csv", 41_352, 5),
    ("zh/china-division_villages.csv.zst", 620_573, 6),
    ("zh/gb2260/198012.tsv", 3_106, 4),
    ("zh/gb2260/199912.tsv", 3_220, 4),
    ("zh/nCov_china_0216.csv", 9_060, 12),
    ("zh/nCov_china_0229.csv", 14_670, 12),
    ("zh/shenzhen_taxi_gps_sparsify.csv", 23_293, 5),
    ("zh/sz.json", 10, 4),
    ("zh/全国疫情数据分析.xlsx", 22_720, 14),
];

/// What some of them begin with: codes that must stay as they are, texts out of GB18030, Excel.
const FIRST: &[(&str, &str)] = &[
    ("vega/zipcodes.csv", r#"["00501","#),
    ("zh/UNSD-cn.csv", r#"["001","世界","002","非洲","#),
    ("zh/areacity_level3_gbk.csv", r#"["11","0",0,"北京","#),
    (
        "zh/china-division_villages.csv.zst",
        r#"["110101001001","多福巷社区居委会","110101001","11","#,
    ),
    ("zh/shenzhen_taxi_gps_sparsify.csv", r#"["128",23.730362,37.990046,"#),
    ("zh/全国疫情数据分析.xlsx", r#"["湖北省",549,31,24,"#),
];

fn bytes_of(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    match path.extension().is_some_and(|ending| ending == "zst") {
        true => zstd::decode_all(bytes.as_slice()).unwrap(),
        false => bytes,
    }
}

// Proves PUB-14, DL-01: every file is a table that can be read, and comes back byte for byte.
#[tokio::test]
async fn every_shared_table_is_published() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/tables");
    if !folder.is_dir() {
        println!("skipped: {} is not here", folder.display());
        return;
    }
    let code = |place: usize| format!("YX-T-{:04}", place + 1);
    let mut catalogue = Catalogue::default();
    for (place, (name, ..)) in TABLES.iter().enumerate() {
        let format = match name.trim_end_matches(".zst").rsplit('.').next().unwrap() {
            "tsv" => "csv",
            ending => ending,
        };
        let bytes = bytes_of(&folder.join(name));
        let file = format!("{place}.{format}");
        catalogue = catalogue.dataset(&code(place), name, "unconditional").file_called(
            &code(place),
            &file,
            format,
            &bytes,
        );
    }
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let report = site.test_portal.import(catalogue.folder()).await;
    assert_eq!(report.created, TABLES.len() as u64, "{report:?}");

    for (place, (name, n_rows, n_columns)) in TABLES.iter().enumerate() {
        let entry = site.get(&format!("/api/v1/datasets/{}", code(place))).await.json();
        let path = format!("/datasets/{}/resources/{}", code(place), entry["resources"][0]["id"]);
        let answer = site.get(&format!("/api/v1{path}/rows?limit=1")).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        let rows = answer.json();
        assert_eq!(rows["total"], *n_rows, "{name}");
        assert_eq!(rows["columns"].as_array().unwrap().len(), *n_columns, "{name}");
        if let Some((_, first)) = FIRST.iter().find(|(it, _)| it == name) {
            let found = rows["rows"][0].to_string();
            assert!(found.starts_with(first), "{name}: {found}");
        }
        let original = site.get(&format!("/api/v1{path}/original")).await;
        assert!(original.bytes == bytes_of(&folder.join(name)), "{name} comes back changed");
        for page in ["", "/quality"] {
            assert_eq!(site.get(&format!("{path}{page}")).await.status, 200, "{name}");
        }
    }
}
