//! The HTTP API: its description, its answers, and that counts are results.

use std::collections::BTreeSet;
use std::path::Path;

use kaishu_testkit::catalogue::Catalogue;
use serde_json::{Value, json};

use crate::support::TestSite;

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/openapi.json");

/// `UPDATE_SNAPSHOTS=1` writes the file anew; a change of it is a change of the API.
#[test]
fn the_description_is_the_one_that_was_agreed() {
    let document = kaishu_server::api::document().to_pretty_json().unwrap();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(SNAPSHOT, format!("{document}\n")).unwrap();
    }
    let agreed = std::fs::read_to_string(Path::new(SNAPSHOT)).unwrap();
    let lines = document.lines().zip(agreed.lines()).enumerate();
    let differing = lines.into_iter().find(|(_, (now, before))| now != before);
    assert!(differing.is_none(), "line {differing:?}; UPDATE_SNAPSHOTS=1 writes it anew");
    assert_eq!(document.lines().count(), agreed.lines().count());
    assert!(document.contains("\"openapi\": \"3.1.0\""));
}

/// Whether a text has a word as a whole part of an address.
fn is_named(text: &str, word: &str) -> bool {
    let word = format!("/{word}");
    let mut ends = text.match_indices(&word).map(|(at, _)| &text[at + word.len()..]);
    ends.any(|rest| rest.starts_with(['`', '/', '?']))
}

/// The guide to automation names each operation of the workbench by the last word of its address.
#[test]
fn the_guide_names_what_departments_do_by_program() {
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/guides/automation.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let (table, _) = guide.split_once("# The workbench by program").unwrap();
    let described: Value = serde_json::to_value(kaishu_server::api::document()).unwrap();
    let mut n_named = 0;
    for (path, methods) in described["paths"].as_object().unwrap() {
        let is_of_workbench = methods.as_object().unwrap().values().any(|operation| {
            ["publishing", "cases", "supervision"].map(Value::from).contains(&operation["tags"][0])
        });
        if !is_of_workbench {
            continue;
        }
        let word = path.split('/').rfind(|part| !part.starts_with('{')).unwrap();
        assert!(is_named(table, word), "{path} is not named in guides/automation.md");
        n_named += 1;
    }
    assert!(n_named > 40, "{n_named}");
}

#[tokio::test]
async fn every_described_address_answers_as_described() {
    let site = TestSite::demo().await;
    let served = site.get("/api/openapi.json").await.json();
    let described: Value = serde_json::to_value(kaishu_server::api::document()).unwrap();
    assert_eq!(served, described);

    let found = site.get("/api/v1/datasets?open=unconditional&format=csv").await.json();
    let code = found["items"][0]["code"].as_str().unwrap();
    let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
    let id = entry["resources"][0]["id"].to_string();
    let file = site.get(&format!("/api/v1/datasets/{code}/resources/{id}/original")).await;
    let receipt = file.header("x-receipt").to_owned();
    let organization = entry["organization"]["code"].as_str().unwrap();

    let paths = described["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 94);
    // What needs a token is asked with one, in `drafting`, `uploads`, `cases_api` and `applications_api`.
    let is_public = |methods: &Value| {
        let ways = methods["get"]["security"].as_array();
        methods["get"].is_object() && ways.is_none_or(|ways| ways.contains(&json!({})))
    };
    for (path, methods) in paths.iter().filter(|(_, methods)| is_public(methods)) {
        let code = if path.contains("/organizations/") {
            organization
        } else if path.contains("/regions/") {
            "YX"
        } else if path.contains("/receipts/") {
            &receipt
        } else {
            code
        };
        let address = path
            .replace("{code}", code)
            .replace("{id}", &id)
            .replace("{file}", "export.json")
            .replace("{name}", "theme")
            .replace("{regulation}", "aba");
        let address =
            if path.ends_with("/suggestions") { format!("{address}?q=a") } else { address };
        let answer = site.get(&address).await;
        if path.ends_with("/changes") || path.ends_with("/look") {
            // There is one version only, and what is open is looked at itself.
            assert_eq!(answer.status, 404, "{address}");
            assert_eq!(answer.json()["status"], 404);
            continue;
        }
        assert_eq!(answer.status, 200, "{address}");
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{address}");
        assert!(methods["get"]["operationId"].is_string(), "{path}");
        if path.ends_with("/{file}") {
            assert!(answer.json().is_array(), "{address}");
        } else if path.ends_with("/catalogue.csv") {
            assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        } else if path.ends_with("/export.zip") {
            assert_eq!(answer.header("content-type"), "application/zip");
        } else if !path.ends_with("/original") {
            assert_eq!(answer.header("content-type"), "application/json", "{address}");
            assert!(answer.json().is_object(), "{address}");
            let etag = answer.header("etag").to_owned();
            let again = site.get_with(&address, &[("if-none-match", &etag)]).await;
            assert_eq!(again.status, 304, "{address}");
            assert!(again.bytes.is_empty());
        }
    }
}

#[tokio::test]
async fn the_reference_works_without_scripts_and_other_hosts() {
    let site = TestSite::demo().await;
    let page = site.get("/api/reference").await;
    assert_eq!(page.status, 200);
    page.assert_well_formed_page("/api/reference");
    let document = kaishu_server::api::document();
    for path in document.paths.paths.keys() {
        assert!(page.text().contains(path.as_str()), "{path} is not in the reference");
    }
    let ids: BTreeSet<String> = page.attributes("[id]", "id").into_iter().collect();
    for link in page.attributes("a[href^='#']", "href") {
        assert!(ids.contains(&link[1..]), "{link} leads nowhere");
    }
    for source in page.attributes("[src]", "src") {
        assert!(source.starts_with("/boot.js"), "{source}");
    }
    // Examples name the codes of some other catalogue, so only addresses without one are links.
    let links = page.attributes("main a[href^='/api/v1/']", "href");
    assert!(links.len() > 3, "{links:?}");
    for link in links.iter().filter(|link| !link.ends_with("/suggestions")) {
        assert_eq!(site.get(link).await.status, 200, "{link}");
    }
    for link in page.attributes("link:not([rel=alternate])", "href") {
        assert!(link.starts_with('/'), "{link}");
    }
}

// Proves SRCH-01: facets count what choosing them gives, one cursor after the other gives all of it.
#[tokio::test]
async fn counts_are_results() {
    let site = TestSite::demo().await;
    let everything = site.get("/api/v1/datasets").await.json()["total"].as_u64().unwrap();
    // A word; a class, a region and a level; the name of a data item.
    for start in [
        "",
        "q=%E5%AD%A6%E6%A0%A1",
        "open=conditional",
        "region=YX-BY",
        "level=county",
        "item=%E7%BB%8F%E5%BA%A6",
    ] {
        let begin = site.get(&format!("/api/v1/datasets?{start}&per_page=100")).await.json();
        let facets = begin["facets"].as_object().unwrap();
        assert_eq!(facets.len(), 8);
        for (facet, options) in facets {
            let is_chosen = start.starts_with(&format!("{facet}="));
            let options = options.as_array().unwrap();
            assert!(!options.is_empty(), "{start}: no value of {facet}");
            if ["theme", "org", "level", "open", "frequency"].contains(&facet.as_str()) {
                let sum: u64 = options.iter().map(|it| it["count"].as_u64().unwrap()).sum();
                let whole = if is_chosen { everything } else { begin["total"].as_u64().unwrap() };
                assert_eq!(sum, whole, "{start}: every dataset has one {facet}");
            }
            for option in options {
                let value = option["value"].as_str().unwrap();
                assert!(!option["label"].as_str().unwrap().is_empty());
                let base = if is_chosen { "" } else { start };
                let answer =
                    site.get(&format!("/api/v1/datasets?{base}&{facet}={value}")).await.json();
                assert_eq!(answer["total"], option["count"], "{start} {facet}={value}");
            }
        }
    }
}

#[tokio::test]
async fn tags_change_with_what_is_told_and_nothing_else() {
    let site = TestSite::demo().await;
    let path = "/api/v1/datasets";
    let tag = site.get(path).await.header("etag").to_owned();
    let hidden = Catalogue::default().dataset("YX-T-0001", "不予开放的", "none").folder();
    assert_eq!(site.test_portal.import(hidden).await.created, 1);
    assert_eq!(site.get(path).await.header("etag"), tag);
    let told = Catalogue::default().dataset("YX-T-0002", "新来的", "unconditional").folder();
    assert_eq!(site.test_portal.import(told).await.created, 1);
    assert_ne!(site.get(path).await.header("etag"), tag);
}

#[tokio::test]
async fn cursors_lead_through_everything_once() {
    let site = TestSite::demo().await;
    for sort in ["relevance", "updated", "downloads", "overdue", "title"] {
        let mut codes = Vec::new();
        let mut next = String::new();
        let mut total = 0;
        loop {
            let answer =
                site.get(&format!("/api/v1/datasets?sort={sort}&per_page=17{next}")).await.json();
            total = answer["total"].as_u64().unwrap().max(total);
            codes.extend(
                answer["items"].as_array().unwrap().iter().map(|it| it["code"].to_string()),
            );
            match answer["next"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        let distinct: BTreeSet<&String> = codes.iter().collect();
        assert_eq!(codes.len() as u64, total, "{sort}");
        assert_eq!(distinct.len(), codes.len(), "{sort}");
    }
}

#[tokio::test]
async fn words_come_in_the_language_of_the_client() {
    let site = TestSite::demo().await;
    let label = |answer: Value| answer["facets"]["open"][0]["label"].as_str().unwrap().to_owned();
    let english = site.get_with("/api/v1/datasets", &[("accept-language", "en")]).await;
    assert_eq!(english.header("content-language"), "en");
    assert!(english.header("vary").to_ascii_lowercase().contains("accept-language"));
    assert_eq!(label(english.json()), "Open");
    assert_eq!(label(site.get("/api/v1/datasets").await.json()), "无条件开放");
}

#[tokio::test]
async fn scripts_of_other_sites_may_read_and_nothing_else() {
    let site = TestSite::demo().await;
    let headers = [
        ("origin", "https://example.org"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "if-none-match"),
    ];
    let preflight = site.ask(http::Method::OPTIONS, "/api/v1/datasets", &headers, "").await;
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), "*");
    assert_eq!(preflight.header("access-control-allow-methods"), "GET, HEAD");
    assert!(!preflight.has("access-control-allow-credentials"));
}

#[tokio::test]
async fn robots_find_every_public_dataset_in_the_sitemap() {
    let site = TestSite::demo().await;
    let index = site.get("/sitemap.xml").await;
    assert!(index.header("content-type").starts_with("application/xml"));
    let locations = |text: &str| -> Vec<String> {
        text.split("<loc>")
            .skip(1)
            .map(|rest| rest.split("</loc>").next().unwrap().to_owned())
            .collect()
    };
    let mut pages = Vec::new();
    for part in locations(index.text()) {
        let path = part.strip_prefix("http://127.0.0.1:3000").unwrap();
        pages.extend(locations(site.get(path).await.text()));
    }
    let total = site.get("/api/v1/datasets").await.json()["total"].as_u64().unwrap();
    let datasets = pages.iter().filter(|page| page.contains("3000/datasets/")).count();
    assert_eq!(datasets as u64, total);
    for beyond in ["x", "1", "7", "197", "18446744073709551615", "-1", "922337203685478"] {
        let path = format!("/sitemap/{beyond}.xml");
        assert_eq!(site.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(site.get("/healthz").await.text(), "ok\n");
    assert_eq!(site.get("/readyz").await.text(), "ok\n");
}
