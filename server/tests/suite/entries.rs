//! The pages of datasets say what the catalogue holds and the rules demand.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kaishu_domain::policy::{CatalogueField, Fees, PolicyProfile};
use kaishu_testkit::Setup;
use kaishu_types::Lang;
use kaishu_types::vocabulary::{DatasetState, Format, Frequency, ItemType, OpenClass, ShareClass};
use serde_json::Value;

use crate::support::{Answer, TestSite, all_items};

/// The day it is in every test.
const TODAY: &str = "2026-11-21";

/// Names of fields that would hold a price.
const PRICES: &[&str] = &["price", "fee", "fees", "cost", "charge", "payment", "amount", "tariff"];

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if !text.is_empty() => vec![text.clone()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The word of a code of a closed vocabulary.
macro_rules! word {
    ($vocabulary:ty, $value:expr) => {
        $value.as_str().unwrap().parse::<$vocabulary>().unwrap().label(Lang::Zh).to_owned()
    };
}

fn mode(code: String) -> String {
    let known = match code.as_str() {
        "download" | "file" => "下载",
        "api" => "接口",
        "query_verify" => "查询核验",
        "table_exchange" => "库表交换",
        "text" => "文本",
        "number" => "数字",
        "table" | "chart" => "图表",
        "image" => "图像",
        "document" => "文件",
        _ => return code,
    };
    known.to_owned()
}

/// What a page must show for a mandatory field: nothing where the entry has no value of it.
fn expected(
    field: CatalogueField,
    entry: &Value,
    themes: &BTreeMap<String, String>,
) -> Vec<String> {
    let items = |read: fn(&Value) -> String| -> Vec<String> {
        entry["items"].as_array().unwrap().iter().map(read).collect()
    };
    match field {
        CatalogueField::Title => texts(&entry["title"]),
        CatalogueField::Code => texts(&entry["code"]),
        CatalogueField::Summary => texts(&entry["summary"]),
        CatalogueField::Domain => vec![themes[entry["theme"].as_str().unwrap()].clone()],
        CatalogueField::Classification => texts(&entry["classification"]),
        CatalogueField::Source => texts(&entry["source"]),
        CatalogueField::MgmtResponsibility => texts(&entry["mgmt_responsibility"]),
        CatalogueField::ResponsibleParty | CatalogueField::Provider => {
            texts(&entry["organization"]["name"])
        }
        CatalogueField::Collector => texts(&entry["collector"]),
        CatalogueField::Certifier => texts(&entry["certifier"]),
        CatalogueField::DataForm => texts(&entry["data_form"]).into_iter().map(mode).collect(),
        CatalogueField::Format => {
            let resources = entry["resources"].as_array().unwrap();
            resources.iter().map(|it| word!(Format, it["format"])).collect()
        }
        CatalogueField::Items | CatalogueField::Metadata | CatalogueField::ShareContent => {
            items(|item| item["label"].as_str().unwrap().to_owned())
        }
        CatalogueField::Attributes => items(|item| word!(ItemType, item["type"])),
        CatalogueField::UpdateFrequency => vec![word!(Frequency, entry["frequency"])],
        CatalogueField::ShareClass => vec![word!(ShareClass, entry["share"]["class"])],
        CatalogueField::ShareConditions => texts(&entry["share"]["conditions"]),
        CatalogueField::ShareScope => texts(&entry["share"]["scope"]),
        CatalogueField::ShareMode => {
            texts(&entry["share"]["modes"]).into_iter().map(mode).collect()
        }
        CatalogueField::OpenClass => vec![word!(OpenClass, entry["open"]["class"])],
        CatalogueField::OpenConditions => texts(&entry["open"]["conditions"]),
        CatalogueField::UsageRequirements => texts(&entry["usage_requirements"]),
        CatalogueField::SecurityLevel => vec![format!("{} 级", entry["security_level"])],
    }
}

/// What the page says outside its frame, where the name of a theme would be found in any case.
fn said(page: &Answer) -> String {
    let summary = page.texts("main header");
    let facts = page.texts("main dd");
    let sections = page.texts("main section");
    [summary, facts, sections].concat().join("\n")
}

// Proves SRCH-03: what a profile makes mandatory is on the page of every entry that has it.
#[tokio::test]
async fn every_mandatory_field_of_every_profile_is_shown() {
    for policy in PolicyProfile::codes() {
        let site = TestSite::open(Setup { policy, with_demo: true }).await;
        let fields = site.test_portal.portal().policy().mandatory_fields();
        let terms = site.get("/api/v1/vocabularies/theme").await.json();
        let themes: BTreeMap<String, String> = terms["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|term| {
                [&term["code"], &term["label_zh"]].map(|it| it.as_str().unwrap().to_owned())
            })
            .map(|[code, label]| (code, label))
            .collect();
        let mut n_shown = BTreeMap::new();
        for item in all_items(&site, "").await {
            let code = item["code"].as_str().unwrap();
            let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
            let said = said(&site.get(&format!("/datasets/{code}")).await);
            for field in &fields {
                for text in expected(*field, &entry, &themes) {
                    assert!(said.contains(text.trim()), "{policy} {code} {field:?}: {text}");
                    *n_shown.entry(format!("{field:?}")).or_insert(0) += 1;
                }
            }
        }
        // Where nothing is opened no files are listed, so no entry has a format.
        let is_proven = |field: &CatalogueField| {
            *field == CatalogueField::Format || n_shown.contains_key(&format!("{field:?}"))
        };
        assert!(fields.iter().all(is_proven), "{policy}: {n_shown:?} of {fields:?}");
    }
}

// The items of CAT-18 as the public sees them; requests for items are not built.
#[tokio::test]
async fn data_items_are_shown_with_their_classes() {
    let site = TestSite::demo().await;
    let mut classes = BTreeMap::new();
    for item in all_items(&site, "open=conditional").await {
        let code = item["code"].as_str().unwrap();
        let answer = site.get(&format!("/api/v1/datasets/{code}/items")).await.json();
        let items = answer["items"].as_array().unwrap();
        assert_eq!(item["n_items"], items.len());
        let page = site.get(&format!("/datasets/{code}")).await;
        let rows = page.texts("section[aria-labelledby='h-items'] tbody tr");
        assert_eq!(rows.len(), items.len(), "{code}");
        for (row, item) in rows.iter().zip(items) {
            let open = word!(OpenClass, item["open_class"]);
            let kind = word!(ItemType, item["type"]);
            for text in [item["label"].as_str().unwrap(), &open, &kind] {
                assert!(row.contains(text), "{code}: `{row}` does not say {text}");
            }
            assert!(row.contains(item["description"].as_str().unwrap_or_default()));
            item["share_class"].as_str().unwrap().parse::<ShareClass>().unwrap();
            assert!(item["sensitive"].is_boolean());
            *classes.entry(open).or_insert(0) += 1;
        }
    }
    assert!(classes.len() > 1, "items of one dataset have classes of their own: {classes:?}");
}

fn days_overdue(item: &Value) -> i64 {
    let today: NaiveDate = TODAY.parse().unwrap();
    let due = item["next_due"].as_str().and_then(|due| due.parse::<NaiveDate>().ok());
    due.map_or(0, |due| (today - due).num_days().max(0))
}

// The freshness part of SRCH-07; ratings and corrections are not built.
#[tokio::test]
async fn freshness_is_shown_and_orders() {
    let site = TestSite::demo().await;
    let items = all_items(&site, "sort=overdue").await;
    let days: Vec<i64> = items.iter().map(days_overdue).collect();
    assert!(days.is_sorted_by(|one, other| one >= other), "{days:?}");
    let n_overdue = days.iter().filter(|days| **days > 0).count();
    assert!(n_overdue > 0 && n_overdue < items.len());
    for (item, days) in items.iter().zip(&days) {
        let code = item["code"].as_str().unwrap();
        let page = site.get(&format!("/datasets/{code}")).await;
        let late = page.texts("main header .ks-mark.is-late");
        assert_eq!(late.is_empty(), *days == 0, "{code} is {days} days late");
        if let Some(text) = late.first() {
            assert!(text.contains(&days.to_string()), "{code}: {text}");
        }
    }
    let page = site.get("/datasets?sort=overdue").await;
    assert!(!page.texts("main .is-late").is_empty(), "the list says it, too");
}

// Proves SRCH-08.
#[tokio::test]
async fn a_dataset_that_serves_no_more_keeps_its_page_and_gives_nothing() {
    for (state, name) in
        [(DatasetState::Suspended, "suspended"), (DatasetState::Withdrawn, "withdrawn")]
    {
        let site = TestSite::demo().await;
        let found = site.get("/api/v1/datasets?open=unconditional&format=csv").await.json();
        let code = found["items"][0]["code"].as_str().unwrap().to_owned();
        let before = site.get(&format!("/api/v1/datasets/{code}")).await.json();
        let id = before["resources"][0]["id"].as_i64().unwrap();
        let to_data = "a[href$='/original'], a[href$='/download']";
        let path = format!("/datasets/{code}");
        assert!(!site.get(&path).await.attributes(to_data, "href").is_empty());

        site.test_portal.set_state(&code, state, "正在核对数据").await;

        for lang in ["", "/en"] {
            let page = site.get(&format!("{lang}{path}")).await;
            assert_eq!(page.status, 200);
            page.assert_well_formed_page(&code);
            let note = &page.texts("main [role='status']")[0];
            assert!(note.contains("正在核对数据"), "{note}");
            let days = page.attributes("main [role='status'] time", "datetime");
            assert_eq!(days, [TODAY], "the day it began");
            assert_eq!(page.attributes(to_data, "href"), Vec::<String>::new());
        }
        let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
        assert_eq!(entry["state"], name);
        assert!(entry["state_since"].as_str().unwrap().starts_with(TODAY));
        assert_eq!(entry["resources"], serde_json::json!([]));
        let file = site.get(&format!("/api/v1/datasets/{code}/resources/{id}/original")).await;
        file.assert_problem(410, "正在核对数据");
        assert!(file.json()["remedy"]["link"].as_str().unwrap().contains(&code));
        let listed = site.get(&format!("/api/v1/datasets?q={code}")).await.json();
        assert!(listed["items"].as_array().unwrap().iter().all(|it| it["code"] != code.as_str()));
    }
}

fn names(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                found.push(name.to_lowercase());
                names(value, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| names(value, found)),
        _ => {}
    }
}

#[track_caller]
fn assert_no_price(value: &Value, place: &str) {
    let mut found = Vec::new();
    names(value, &mut found);
    let priced: Vec<&String> =
        found.iter().filter(|name| name.split('_').any(|part| PRICES.contains(&part))).collect();
    assert!(priced.is_empty(), "{place} has {priced:?}");
}

// Proves DL-05: nothing open has a place for a price, and no profile charges for plain opening.
#[tokio::test]
async fn open_data_has_no_price_anywhere() {
    for policy in PolicyProfile::codes() {
        let fees = PolicyProfile::load(policy).unwrap().rules.general.fees.value;
        let expected = match policy {
            // Article 34 lets conditional, industrial use be explored where law allows it.
            "aba" => Fees::PaidUseMayBeExplored,
            // Proceeds are those of licensed operation, not of opening.
            "jiamusi" => Fees::FreeWithOperationProceeds,
            _ => Fees::Free,
        };
        assert_eq!(fees, expected, "{policy}");
    }
    assert_no_price(&serde_json::to_value(kaishu_server::api::document()).unwrap(), "the API");
    let site = TestSite::demo().await;
    for item in all_items(&site, "").await {
        let code = item["code"].as_str().unwrap();
        assert_no_price(&item, code);
        assert_no_price(&site.get(&format!("/api/v1/datasets/{code}")).await.json(), code);
        let page = site.get(&format!("/datasets/{code}")).await;
        for name in page.texts("dt, th") {
            let is_price = ["价格", "收费", "费用", "单价", "售价"].contains(&name.as_str());
            assert!(!is_price, "the page of {code} has a field {name}");
        }
        assert!(page.attributes("form, input[name*='price']", "name").is_empty());
        let data = &page.texts("script[type='application/ld+json']")[0];
        assert_no_price(&serde_json::from_str(data).unwrap(), code);
    }
}

// The figures of SHOW-07 that are counted; those of applications are not built.
#[tokio::test]
async fn the_page_of_figures_says_what_the_api_says() {
    let site = TestSite::demo().await;
    let figures = site.get("/api/v1/stats").await.json();
    let page = site.get("/stats").await;
    let number = |text: &String| text.replace(',', "").parse::<u64>().unwrap();
    let shown: Vec<u64> = page.texts("dl.ks-figures dd").iter().map(number).collect();
    let names = [
        "n_datasets",
        "n_items",
        "n_resources",
        "n_organizations",
        "n_views",
        "n_downloads",
        "n_overdue",
    ];
    let expected: Vec<u64> = names.iter().map(|name| figures[name].as_u64().unwrap()).collect();
    assert_eq!(shown, expected);
    let rows = page.texts(".ks-chart tbody tr");
    for by in ["by_class", "by_theme", "by_format", "by_region", "by_frequency"] {
        let counts = figures[by].as_array().unwrap();
        assert!(!counts.is_empty());
        for count in counts {
            let row = format!("{}{}", count["label"].as_str().unwrap(), count["count"]);
            assert!(rows.contains(&row), "{by}: no row {row} in {rows:?}");
        }
    }
    assert_eq!(figures["n_datasets"], site.get("/api/v1/datasets").await.json()["total"]);
}
