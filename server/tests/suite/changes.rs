//! Differences of rows between versions of a file.

use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use serde_json::{Value, json};

use crate::support::TestSite;

const OPEN: &str = "YX-T-0001";
const MIXED: &str = "YX-T-0002";

/// Two versions of two files.
async fn site() -> TestSite {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let versions = [
        ("id,name,n\n1,甲,10\n2,乙,20\n3,丙,30\n", "a,secret\n1,x\n2,y\n"),
        ("id,name,n,new\n1,甲,10,p\n3,丙,31,q\n4,丁,40,r\n", "a,secret\n1,z\n2,y\n"),
    ];
    for (open, mixed) in versions {
        let folder = Catalogue::default()
            .dataset(OPEN, "企业", "unconditional")
            .file(OPEN, "firms.csv", open.as_bytes())
            .dataset(MIXED, "名册", "conditional")
            .item(MIXED, "a", "unconditional")
            .item(MIXED, "secret", "conditional")
            .file(MIXED, "people.csv", mixed.as_bytes())
            .folder();
        site.test_portal.import(folder).await;
        site.test_portal.portal().take_in_files(|_| ()).await.unwrap();
    }
    site
}

/// Numbers of the file of each version, newest first.
async fn files(site: &TestSite, code: &str) -> Vec<i64> {
    let versions = site.get(&format!("/api/v1/datasets/{code}/versions")).await.json();
    let file = |version: &Value| version["resources"][0]["id"].as_i64();
    versions["items"].as_array().unwrap().iter().filter_map(file).collect()
}

// Proves CAT-10, DL-10: what differs between two versions, row by row.
#[tokio::test]
async fn versions_are_compared_row_by_row() {
    let site = site().await;
    let files = files(&site, OPEN).await;
    let [new, old] = files[..] else { panic!("{files:?}") };
    let path = format!("/datasets/{OPEN}/resources/{new}/changes");

    let diff = site.get(&format!("/api/v1{path}")).await.json();
    assert_eq!(diff["from"], old);
    assert_eq!(diff["key"], json!(["id"]));
    let counts = ["n_same", "n_changed", "n_added", "n_removed"].map(|name| diff[name].clone());
    assert_eq!(counts, [json!(1), json!(1), json!(1), json!(1)]);
    assert_eq!(
        diff["rows"],
        json!([
            {"kind": "changed", "before": ["3", "丙", "30"], "after": ["3", "丙", "31"]},
            {"kind": "added", "before": null, "after": ["4", "丁", "40"]},
            {"kind": "removed", "before": ["2", "乙", "20"], "after": null},
        ])
    );
    assert_eq!(diff["column_changes"], json!([{"kind": "added", "column": "new"}]));
    assert_eq!(diff["is_breaking"], false);

    let whole = site.get(&format!("/api/v1{path}?key=*&kind=removed&limit=1")).await.json();
    assert_eq!((&whole["n_removed"], &whole["next"]), (&json!(2), &json!(1)));
    // Back from the new version to the old, a column is gone.
    let back = format!("/api/v1/datasets/{OPEN}/resources/{old}/changes?from={new}");
    assert_eq!(site.get(&back).await.json()["is_breaking"], true);

    for lang in ["", "/en"] {
        let page = site.get(&format!("{lang}{path}")).await;
        assert_eq!(page.status, 200);
        let text = page.text();
        assert!(text.contains("<del") && text.contains("<ins"), "{text}");
        let version = site.get(&format!("{lang}/datasets/{OPEN}/versions/2")).await;
        assert!(version.text().contains(&format!("{lang}{path}?from={old}")));
    }
}

#[tokio::test]
async fn what_cannot_be_compared_is_refused() {
    let site = site().await;
    let files = files(&site, OPEN).await;
    let [new, old] = files[..] else { panic!("{files:?}") };
    let path = format!("/datasets/{OPEN}/resources/{new}/changes");
    site.get(&format!("/api/v1{path}?key=nothing")).await.assert_problem(400, "nothing");
    site.get(&format!("/api/v1{path}?kind=x")).await.assert_problem_of(400, "kind");
    assert_eq!(site.get(&format!("{path}?key=nothing")).await.status, 400);
    assert_eq!(site.get(&format!("/api/v1{path}?from=999")).await.status, 404);
    assert_eq!(site.get(&format!("{path}?from=999")).await.status, 404);
    // The first version has none before it.
    let first = format!("/datasets/{OPEN}/resources/{old}/changes");
    assert_eq!(site.get(&format!("/api/v1{first}")).await.status, 404);
    assert_eq!(site.get(&first).await.status, 404);
}

// Proves SEC-05: a version that was not open as a whole is compared with nothing.
#[tokio::test]
async fn closed_versions_are_compared_with_nothing() {
    let site = site().await;
    let entry = site.get(&format!("/api/v1/datasets/{MIXED}")).await.json();
    let id = entry["resources"][0]["id"].as_i64().unwrap();
    for other in 0..12 {
        let path = format!("/datasets/{MIXED}/resources/{id}/changes?from={other}");
        let answer = site.get(&format!("/api/v1{path}")).await;
        let is_itself = other == id;
        assert_eq!(answer.status == 200, is_itself, "{other}");
        assert!(!answer.text().contains("secret"), "{other}");
    }
    let key = format!("/api/v1/datasets/{MIXED}/resources/{id}/changes?from={id}&key=");
    let secret = site.get(&format!("{key}secret")).await;
    let nothing = site.get(&format!("{key}nothing")).await;
    assert_eq!(secret.status, 400);
    assert_eq!(nothing.status, 400);
    assert_eq!(secret.text().replace("secret", "nothing"), nothing.text());
}
