//! The pages of datasets say what the catalogue holds and the rules demand.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kaishu_domain::policy::{Fees, PolicyProfile};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_types::Lang;
use kaishu_types::vocabulary::{DatasetState, ItemType, OpenClass, ShareClass};
use serde_json::Value;

use crate::support::{Answer, TestSite, all_items};

/// The day it is in every test.
const TODAY: &str = "2026-11-21";

/// Names of fields that would hold a price.
const PRICES: &[&str] = &["price", "fee", "fees", "cost", "charge", "payment", "amount", "tariff"];

/// The word of a code of a closed vocabulary.
macro_rules! word {
    ($vocabulary:ty, $value:expr) => {
        $value.as_str().unwrap().parse::<$vocabulary>().unwrap().label(Lang::Zh).to_owned()
    };
}

/// A dataset with items of every kind, one of them hidden.
fn mixed() -> Catalogue {
    Catalogue::default()
        .dataset("YX-T-0001", "混合的清单", "unconditional")
        .item("YX-T-0001", "a", "unconditional")
        .sensitive_item("YX-T-0001", "b", "conditional")
        .item("YX-T-0001", "chixiao", "none")
}

// Proves CAT-18 as far as the catalogue goes; requests for items are not built.
#[tokio::test]
async fn data_items_are_shown_with_meaning_type_unit_sensitivity_and_classes() {
    let site = TestSite::demo().await;
    let mut seen = BTreeMap::new();
    for item in all_items(&site, "").await {
        let code = item["code"].as_str().unwrap();
        let answer = site.get(&format!("/api/v1/datasets/{code}/items")).await.json();
        let items = answer["items"].as_array().unwrap();
        assert_eq!(item["n_items"], items.len());
        let page = site.get(&format!("/datasets/{code}")).await;
        let column = |number: usize| {
            page.texts(&format!(
                "section[aria-labelledby='h-items'] tbody tr > :nth-child({number})"
            ))
        };
        let columns: Vec<Vec<String>> = (1..=6).map(column).collect();
        assert!(columns.iter().all(|column| column.len() == items.len()), "{code}");
        for (place, item) in items.iter().enumerate() {
            let sensitive = if item["sensitive"].as_bool().unwrap() { "含" } else { "不含" };
            let open = word!(OpenClass, item["open_class"]);
            let share = word!(ShareClass, item["share_class"]);
            let kind = word!(ItemType, item["type"]);
            let label = item["label"].as_str().unwrap().to_owned();
            let meaning = item["description"].as_str().unwrap_or_default().trim().to_owned();
            assert!(columns[0][place].starts_with(&label), "{code}: {label}");
            assert_eq!(columns[1][place], meaning, "{code}: {label}");
            assert!(columns[2][place].starts_with(&kind), "{code}: {label}");
            if item["unit"] == "元" {
                assert_eq!(columns[2][place], format!("{kind} 元"));
                *seen.entry("元".to_owned()).or_insert(0) += 1;
            }
            assert_eq!(columns[3][place], sensitive, "{code}: {label}");
            assert_eq!(columns[4][place], open, "{code}: {label}");
            assert_eq!(columns[5][place], share, "{code}: {label}");
            for word in [sensitive.to_owned(), open, share] {
                *seen.entry(word).or_insert(0) += 1;
            }
        }
    }
    for word in ["无条件开放", "有条件开放", "无条件共享", "有条件共享", "不含", "元"]
    {
        assert!(seen.contains_key(word), "no item of the demonstration shows {word}: {seen:?}");
    }
}

// Proves CAT-18 as far as the catalogue goes: a dataset may be open in part, and says so; of an item
// that is not open nothing is said.
#[tokio::test]
async fn a_dataset_says_which_part_of_it_is_open_and_shared() {
    let site = TestSite::empty().await;
    site.test_portal.import(mixed().folder()).await;
    let page = site.get("/datasets/YX-T-0001").await;
    let text = &page.texts("section[aria-labelledby='h-items'] p")[0];
    assert_eq!(
        text,
        "这里的数据项部分无条件开放：1 项无条件开放，1 项有条件开放。机构之间部分共享：1 项无条件共享，1 项有条件共享。"
    );
    assert_eq!(
        page.texts("section[aria-labelledby='h-items'] tbody td:nth-child(4)"),
        ["不含", "含"]
    );
    let english = site.get("/en/datasets/YX-T-0001").await;
    assert_eq!(
        english.texts("section[aria-labelledby='h-items'] p")[0],
        "The items here are open in part: 1 open, 1 conditional. Agencies share them in part: 1 shared, 1 conditionally shared."
    );
    for page in [page, english] {
        assert!(!page.text().contains("chixiao"));
    }
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
    for (state, name, happened) in [
        (DatasetState::Suspended, "suspended", ["已中止开放", "is suspended"]),
        (DatasetState::Withdrawn, "withdrawn", ["已撤回", "was withdrawn"]),
        (DatasetState::Retired, "retired", ["已下线", "was retired"]),
        (DatasetState::Destroyed, "destroyed", ["数据已销毁", "was destroyed"]),
    ] {
        let site = TestSite::demo().await;
        let found = site.get("/api/v1/datasets?open=unconditional&format=csv").await.json();
        let code = found["items"][0]["code"].as_str().unwrap().to_owned();
        let before = site.get(&format!("/api/v1/datasets/{code}")).await.json();
        let id = before["resources"][0]["id"].as_i64().unwrap();
        let to_data = "a[href$='/original'], a[href$='/download']";
        let path = format!("/datasets/{code}");
        assert!(!site.get(&path).await.attributes(to_data, "href").is_empty());

        site.test_portal.set_state(&code, state, "正在核对数据").await;

        for (lang, happened) in ["", "/en"].into_iter().zip(happened) {
            let page = site.get(&format!("{lang}{path}")).await;
            assert_eq!(page.status, 200);
            page.assert_well_formed_page(&code);
            let note = &page.texts("main [role='status']")[0];
            assert!(note.contains("正在核对数据") && note.contains(happened), "{note}");
            let days = page.attributes("main [role='status'] time", "datetime");
            assert_eq!(days, [TODAY], "the day it began");
            assert_eq!(page.attributes(to_data, "href"), Vec::<String>::new());
        }
        let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
        assert_eq!(entry["state"], name);
        assert!(entry["state_since"].as_str().unwrap().starts_with(TODAY));
        assert_eq!(entry["resources"], serde_json::json!([]));
        for door in ["original", "rows"] {
            let door = format!("/api/v1/datasets/{code}/resources/{id}/{door}");
            let answer = site.get(&door).await;
            answer.assert_problem(410, "正在核对数据");
            assert!(answer.json()["remedy"]["link"].as_str().unwrap().contains(&code), "{door}");
        }
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

// Proves DL-05: what the pages say of charges is what the article of the profile says, and an
// article on sharing between agencies is not cited for the public.
#[tokio::test]
async fn pages_say_of_charges_what_the_articles_say() {
    let free = "不收费。";
    let explored = "现在不收费。法律法规允许时，用于产业、行业发展的可以探索有偿使用。";
    let proceeds = "申请使用不收费。授权运营的数据产品和服务另按收益分配办法。";
    let expected = [
        ("default", free, None),
        ("anshan", free, Some("/rules/anshan#a29")),
        ("guangdong", free, None),
        ("aba", explored, Some("/rules/aba#a34")),
        ("yulin", free, None),
        ("jiamusi", proceeds, Some("/rules/jiamusi#a19")),
    ];
    for (policy, sentence, article) in expected {
        let site = TestSite::open(Setup { policy, with_demo: false }).await;
        site.test_portal.import(mixed().folder()).await;
        for (path, part) in [("/datasets/YX-T-0001", "h-get"), ("/", "h-how")] {
            let page = site.get(path).await;
            let section = format!("section[aria-labelledby='{part}']");
            let texts = page.texts(&format!("{section} p"));
            assert!(texts.iter().any(|text| text.starts_with(sentence)), "{policy}: {texts:?}");
            let cited = page.attributes(&format!("{section} a.ks-art"), "href");
            let cited: Vec<&str> = cited.iter().map(String::as_str).collect();
            assert_eq!(cited, article.into_iter().collect::<Vec<_>>(), "{policy} {path}");
        }
    }
}

// Proves SHOW-07 but for the figures of applications, which are not built.
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
    for by in ["by_theme", "by_format", "by_frequency"] {
        let counts = figures[by].as_array().unwrap();
        assert!(!counts.is_empty());
        for count in counts {
            let row = format!("{}{}", count["label"].as_str().unwrap(), count["count"]);
            assert!(rows.contains(&row), "{by}: no row {row} in {rows:?}");
        }
    }
    for by in ["by_class", "by_region"] {
        let groups = figures[by].as_array().unwrap();
        assert!(groups.len() > 1, "{by}: {groups:?}");
        for group in groups {
            let label = group["label"].as_str().unwrap();
            let figures = ["count", "n_views", "n_downloads"].map(|name| group[name].to_string());
            let row = format!("{label}{}", figures.concat());
            assert!(rows.contains(&row), "{by}: no row {row} in {rows:?}");
        }
    }
    // Before any use, charts of it would be labels beside noughts: only the trend names them.
    assert_eq!(figures["n_views"], 0);
    assert_eq!(chart_headings(&page), [2, 1, 1]);
    let n_charts = page.texts(".ks-chart > h2").len();
    assert_eq!(n_charts, page.texts(".ks-chart details table").len(), "each chart has its table");
    assert_eq!(figures["n_datasets"], site.get("/api/v1/datasets").await.json()["total"]);
    assert_eq!(page.attributes("dl.ks-figures a[href*='overdue']", "href").len(), 1);
}

fn chart_headings(page: &Answer) -> [usize; 3] {
    let headings = page.texts(".ks-chart h3");
    ["数据集", "浏览", "下载"].map(|word| headings.iter().filter(|it| *it == word).count())
}

// Proves SHOW-07 but for the figures of applications: once there is use, it is drawn by class and by
// region, and the region that holds all others stands in the table alone.
#[tokio::test]
async fn use_is_drawn_once_there_is_any() {
    let site = TestSite::demo().await;
    let found =
        site.get("/api/v1/datasets?open=unconditional&format=csv&region=YX-LC").await.json();
    let code = found["items"][0]["code"].as_str().unwrap();
    let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
    let id = entry["resources"][0]["id"].as_i64().unwrap();
    assert_eq!(site.get(&format!("/datasets/{code}")).await.status, 200);
    let file = site.get(&format!("/api/v1/datasets/{code}/resources/{id}/original")).await;
    assert_eq!(file.status, 200);
    site.test_portal.portal().flush_usage().await.unwrap();

    let page = site.get("/stats").await;

    assert_eq!(chart_headings(&page), [2, 3, 3]);
    let regions = page.attributes(".ks-chart ol a[href^='/datasets?region=']", "href");
    assert!(!regions.is_empty());
    assert!(!regions.contains(&"/datasets?region=YX".to_owned()), "{regions:?}");
    let rows = page.texts(".ks-chart tbody th");
    assert!(rows.contains(&"云溪州".to_owned()), "{rows:?}");
}

// Proves SRCH-01: the name of a data item leads to all datasets that have it.
#[tokio::test]
async fn names_of_data_items_lead_to_what_has_them() {
    let site = TestSite::demo().await;
    for prefix in ["", "/en"] {
        let page = site.get(&format!("{prefix}/datasets/YX-FGW-0001")).await;
        let links = page.attributes("th a[href*='?item=']", "href");
        let entry = site.get("/api/v1/datasets/YX-FGW-0001").await.json();
        assert_eq!(links.len(), entry["items"].as_array().unwrap().len());
        for (link, item) in links.iter().zip(entry["items"].as_array().unwrap()) {
            let label = item["label"].as_str().unwrap();
            let list = site.get(link).await;
            assert_eq!(list.status, 200, "{link}");
            assert!(list.texts("#results ul a").concat().contains(label), "{label} is chosen");
            let query = link.strip_prefix(&format!("{prefix}/datasets?")).unwrap();
            let found = all_items(&site, query).await;
            assert!(found.iter().any(|it| it["code"] == "YX-FGW-0001"), "{label}");
            let everything = site.get("/api/v1/datasets").await.json();
            assert!((found.len() as u64) < everything["total"].as_u64().unwrap(), "{label}");
        }
    }
}
