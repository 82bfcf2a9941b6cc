//! Levels and places: one portal for all of them.

use std::collections::BTreeMap;

use kaishu_testkit::Setup;
use serde_json::Value;

use crate::support::{TestSite, all_items};

fn codes(items: &[Value]) -> Vec<String> {
    items.iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect()
}

async fn entry(site: &TestSite, code: &str) -> Value {
    site.get(&format!("/api/v1/datasets/{code}")).await.json()
}

/// The regions below one, and itself.
async fn with_those_below(site: &TestSite, top: &str) -> Vec<String> {
    let regions = site.get("/api/v1/regions").await.json();
    let mut found = vec![top.to_owned()];
    // Upper ones come first.
    for region in regions["items"].as_array().unwrap() {
        let parent = region["parent"]["code"].as_str().unwrap_or_default();
        if found.iter().any(|code| code == parent) {
            found.push(region["code"].as_str().unwrap().to_owned());
        }
    }
    found
}

// Proves ZON-01: every entry has a level, and one can browse by level and by place.
// Proves CAT-12: a region has its own entries and those of all levels below it, and a level has its
// own and no others.
#[tokio::test]
async fn datasets_are_found_by_level_and_by_place() {
    let site = TestSite::demo().await;
    let mut by_level: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut by_region: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for code in codes(&all_items(&site, "").await) {
        let entry = entry(&site, &code).await;
        by_level.entry(entry["level"].as_str().unwrap().to_owned()).or_default().push(code.clone());
        let region = entry["region"]["code"].as_str().unwrap().to_owned();
        by_region.entry(region).or_default().push(code);
    }
    for level in ["prefecture", "county", "township", "village"] {
        let mut expected = by_level[level].clone();
        expected.sort();
        let mut found = codes(&all_items(&site, &format!("level={level}")).await);
        found.sort();
        assert_eq!(found, expected, "{level}");
        let page = site.get(&format!("/datasets?level={level}&sort=title")).await;
        let links = page.attributes("main a[href^='/datasets/']", "href");
        let shown: Vec<&String> =
            expected.iter().filter(|code| links.contains(&format!("/datasets/{code}"))).collect();
        assert_eq!(shown.len(), expected.len().min(20), "the first page of {level}");
        assert!(links.iter().all(|link| expected.iter().any(|code| link.ends_with(code.as_str()))));
    }
    for region in ["YX-LC", "YX-LC-MXX", "YX-YS-HQJ"] {
        let below = with_those_below(&site, region).await;
        let mut expected: Vec<String> =
            below.iter().filter_map(|code| by_region.get(code)).flatten().cloned().collect();
        expected.sort();
        let mut found = codes(&all_items(&site, &format!("region={region}")).await);
        found.sort();
        assert_eq!(found, expected, "{region}");
        let page = site.get(&format!("/datasets?region={region}")).await;
        let links = page.attributes("main a[href^='/datasets/']", "href");
        assert!(links.iter().all(|link| expected.iter().any(|code| link.ends_with(code.as_str()))));
    }
    assert!(with_those_below(&site, "YX-LC").await.len() > 2);
}

// The landing page, list and figures of ZON-02; its authority is named, its workplace is not built.
#[tokio::test]
async fn the_zone_of_a_county_has_its_authority_its_list_and_its_figures() {
    let site = TestSite::demo().await;
    let regions = site.get("/api/v1/regions").await.json();
    let counties: Vec<&Value> = regions["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|region| region["level"] == "county")
        .collect();
    assert!(counties.len() > 3);
    for county in counties {
        let code = county["code"].as_str().unwrap();
        let page = site.get(&format!("/regions/{code}")).await;
        assert_eq!(page.status, 200);
        page.assert_well_formed_page(code);
        let name = county["name"].as_str().unwrap();
        assert!(page.texts("h1")[0].contains(name), "{code}");
        let authority = county["authority"]["code"].as_str().unwrap();
        let links = page.attributes("aside a", "href");
        assert!(links.contains(&format!("/organizations/{authority}")), "{code}: {links:?}");

        let found = site.get(&format!("/api/v1/datasets?region={code}")).await.json();
        let total = found["total"].as_u64().unwrap();
        assert_eq!(county["n_datasets"], total, "{code}");
        let mut expected = vec![total];
        for class in ["unconditional", "conditional"] {
            let options = found["facets"]["open"].as_array().unwrap();
            let option = options.iter().find(|option| option["value"] == class);
            expected.push(option.map_or(0, |option| option["count"].as_u64().unwrap()));
        }
        let figures = page.texts("dl.ks-figures dd");
        let figures: Vec<u64> = figures.iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(figures[..3], expected, "{code}");

        let own = codes(&all_items(&site, &format!("region={code}")).await);
        let listed = page.attributes("main a[href^='/datasets/']", "href");
        assert_eq!(listed.is_empty(), own.is_empty(), "{code}");
        assert!(listed.iter().all(|link| own.iter().any(|it| link.ends_with(it.as_str()))));
    }
}

// Proves ZON-04: one portal serves the data of every level, each in its place.
#[tokio::test]
async fn one_portal_serves_all_levels() {
    let site = TestSite::demo().await;
    let answer = site.get("/api/v1/datasets").await.json();
    let levels = answer["facets"]["level"].as_array().unwrap();
    let count = |level: &Value| level["count"].as_u64().unwrap();
    assert_eq!(levels.iter().map(count).sum::<u64>(), answer["total"].as_u64().unwrap());
    assert_eq!(levels.len(), 4, "{levels:?}");
    for level in levels {
        let level = level["value"].as_str().unwrap();
        let query = format!("level={level}&open=unconditional&format=csv");
        let item = &all_items(&site, &query).await[0];
        let code = item["code"].as_str().unwrap();
        let region = item["region"]["code"].as_str().unwrap();
        assert_eq!(site.get(&format!("/regions/{region}")).await.status, 200, "{region}");
        let id = entry(&site, code).await["resources"][0]["id"].clone();
        let file = site.get(&format!("/api/v1/datasets/{code}/resources/{id}/original")).await;
        assert_eq!(file.status, 200, "a file of {level}");
    }
}

// Proves SRCH-06, CLS-11: each priority topic has a landing page that is fed by the tags, quotes the article
// of the profile, and is found from the home page, the list of topics and the sitemap.
#[tokio::test]
async fn priority_topics_have_landing_pages() {
    for (policy, article) in [("aba", "/rules/aba#a29"), ("yulin", "/rules/yulin#a12")] {
        let site = TestSite::open(Setup { policy, with_demo: true }).await;
        let home = site.get("/").await.attributes("main a[href^='/topics/']", "href");
        let list = site.get("/topics").await;
        assert_eq!(list.attributes(".ks-law a", "href"), [article]);
        let listed = list.attributes("main a[href^='/topics/']", "href");
        let sitemap = site.get("/sitemap/pages.xml").await;
        assert!(home.len() > 3, "{home:?}");
        for path in home {
            assert!(listed.contains(&path), "{path}");
            assert!(sitemap.text().contains(&format!("{path}</loc>")), "{path}");
            let code = path.strip_prefix("/topics/").unwrap();
            let tagged = site.get(&format!("/api/v1/datasets?priority={code}&sort=updated")).await;
            let tagged = tagged.json();
            for prefix in ["", "/en"] {
                let page = site.get(&format!("{prefix}{path}")).await;
                assert_eq!(page.status, 200, "{prefix}{path}");
                page.assert_well_formed_page(&path);
                let lead = page.texts("main header div").concat();
                assert!(lead.contains(&format!("{} ", tagged["total"])), "{path}: {lead}");
                let cited = page.attributes(".ks-law a", "href");
                assert_eq!(cited, [format!("{prefix}{article}")], "{path}");
                let all = format!("{prefix}/datasets?priority={code}");
                assert!(page.attributes("main a", "href").contains(&all), "{path}");
                let shown = page.attributes("main table a", "href");
                let newest = tagged["items"][0]["code"].as_str().unwrap();
                assert_eq!(shown[0], format!("{prefix}/datasets/{newest}"), "{path}");
            }
        }
        let unknown = site.get("/topics/nothing").await;
        assert_eq!(unknown.status, 404);
        assert!(unknown.attributes("main a", "href").contains(&"/topics".to_owned()));
    }
}

// Proves CAT-16: the open catalogue, and the list of one agency, are files: what is open or conditional and passed
// its review, and nothing else.
#[tokio::test]
async fn the_open_catalogue_is_a_file() {
    let site = TestSite::open(Setup { policy: "aba", with_demo: true }).await;
    let list = |query: &'static str| {
        let site = &site;
        async move {
            let answer = site.get(&format!("/api/v1/catalogue.csv{query}")).await;
            assert_eq!(answer.status, 200, "{query}");
            let text = answer.text();
            assert!(text.starts_with("\u{FEFF}目录编码,名称,"), "{query}");
            let codes = text.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned());
            codes.collect::<Vec<_>>()
        }
    };
    let all = list("").await;
    let found = |query: &'static str| {
        let site = &site;
        async move {
            site.get(&format!("/api/v1/datasets?{query}")).await.json()["total"].as_u64().unwrap()
        }
    };
    let n_open = found("open=unconditional").await + found("open=conditional").await;
    assert_eq!(all.len() as u64, n_open);
    assert!(all.is_sorted() && n_open > 50);
    let own = list("?org=YX-JTJ").await;
    assert_eq!(own.len() as u64, found("org=YX-JTJ").await);
    assert!(own.iter().all(|code| code.starts_with("YX-JTJ-") && all.contains(code)));
    let county = list("?region=YX-BY").await;
    assert!(!county.is_empty() && county.len() < all.len());
    assert!(county.iter().all(|code| all.contains(code)));
    for query in ["?org=YX-NONE", "?region=YX-NONE"] {
        assert_eq!(site.get(&format!("/api/v1/catalogue.csv{query}")).await.status, 404);
    }
    assert_eq!(site.get("/api/v1/catalogue.csv?page=2").await.status, 400);
}
