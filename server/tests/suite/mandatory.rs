//! What a profile makes mandatory is on the page of every entry, each field in its own place.

use std::collections::BTreeMap;

use kaishu_domain::policy::{CatalogueField, PolicyProfile};
use kaishu_testkit::Setup;
use kaishu_types::Lang;
use kaishu_types::vocabulary::{Format, Frequency, ItemType, OpenClass, ShareClass};
use serde_json::Value;

use crate::support::{Answer, TestSite, all_items};

/// Where a page says something.
enum Place {
    /// An element.
    At(&'static str),
    /// A fact with this word.
    Fact(&'static str),
    /// A column of the table of data items, from 1.
    Column(usize),
    /// The list under this heading.
    List(&'static str),
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if !text.is_empty() => vec![text.trim().to_owned()],
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

fn modes(codes: &Value) -> Vec<String> {
    let word = |code: String| {
        let known = match code.as_str() {
            "download" | "file" => "下载",
            "api" => "接口",
            "query_verify" => "查询核验",
            "text" => "文本",
            "number" => "数字",
            "table" => "图表",
            _ => panic!("what is the word for {code}?"),
        };
        known.to_owned()
    };
    texts(codes).into_iter().map(word).collect()
}

/// The words of the vocabularies that an authority edits.
struct Terms(BTreeMap<(String, String), String>);

impl Terms {
    async fn of(site: &TestSite) -> Self {
        let mut found = BTreeMap::new();
        for vocabulary in ["theme", "classification"] {
            let terms = site.get(&format!("/api/v1/vocabularies/{vocabulary}")).await.json();
            for term in terms["items"].as_array().unwrap() {
                let code = term["code"].as_str().unwrap().to_owned();
                let label = term["label_zh"].as_str().unwrap().to_owned();
                found.insert((vocabulary.to_owned(), code), label);
            }
        }
        Self(found)
    }

    fn words(&self, vocabulary: &str, code: &Value) -> Vec<String> {
        let key = |code: String| (vocabulary.to_owned(), code);
        texts(code).into_iter().map(|code| self.0[&key(code)].clone()).collect()
    }
}

/// Where a mandatory field stands, and what must stand there: nothing where the entry has no value.
fn demanded(
    field: CatalogueField,
    entry: &Value,
    card: &Value,
    terms: &Terms,
) -> (Place, Vec<String>) {
    let items = |read: fn(&Value) -> String| -> Vec<String> {
        entry["items"].as_array().unwrap().iter().map(read).collect()
    };
    let labels = |item: &Value| item["label"].as_str().unwrap().to_owned();
    match field {
        CatalogueField::Title => (Place::At("main header h1"), texts(&entry["title"])),
        CatalogueField::Code => (Place::At("main header .num"), texts(&entry["code"])),
        CatalogueField::Summary => (Place::At("main header p"), texts(&entry["summary"])),
        CatalogueField::Domain => (Place::Fact("主题"), terms.words("theme", &entry["theme"])),
        CatalogueField::Classification => {
            (Place::Fact("分类"), terms.words("classification", &entry["classification"]))
        }
        CatalogueField::Source => (Place::Fact("数据来源"), texts(&entry["source"])),
        CatalogueField::MgmtResponsibility => {
            (Place::Fact("管理职责"), texts(&entry["mgmt_responsibility"]))
        }
        CatalogueField::ResponsibleParty | CatalogueField::Provider => {
            (Place::Fact("提供单位"), texts(&entry["organization"]["name"]))
        }
        CatalogueField::Collector => (Place::Fact("采集部门"), texts(&entry["collector"])),
        CatalogueField::Certifier => (Place::Fact("核准部门"), texts(&entry["certifier"])),
        CatalogueField::DataForm => (Place::Fact("数据形式"), modes(&entry["data_form"])),
        CatalogueField::Format => {
            let formats = card["formats"].as_array().unwrap();
            (Place::Fact("文件格式"), formats.iter().map(|it| word!(Format, it)).collect())
        }
        CatalogueField::Items | CatalogueField::Metadata | CatalogueField::ShareContent => {
            (Place::Column(1), items(labels))
        }
        CatalogueField::Attributes => {
            (Place::Column(3), items(|item| word!(ItemType, item["type"])))
        }
        CatalogueField::UpdateFrequency => {
            (Place::Fact("更新频率"), vec![word!(Frequency, entry["frequency"])])
        }
        CatalogueField::ShareClass => {
            (Place::Fact("共享属性"), vec![word!(ShareClass, entry["share"]["class"])])
        }
        CatalogueField::ShareConditions => {
            (Place::Fact("共享条件"), texts(&entry["share"]["conditions"]))
        }
        CatalogueField::ShareScope => (Place::Fact("共享范围"), texts(&entry["share"]["scope"])),
        CatalogueField::ShareMode => (Place::Fact("共享方式"), modes(&entry["share"]["modes"])),
        CatalogueField::OpenClass => {
            (Place::At("main header .ks-class"), vec![word!(OpenClass, entry["open"]["class"])])
        }
        CatalogueField::OpenConditions => {
            (Place::List("使用条件"), texts(&entry["open"]["conditions"]))
        }
        CatalogueField::UsageRequirements => {
            (Place::Fact("使用要求"), texts(&entry["usage_requirements"]))
        }
        CatalogueField::SecurityLevel => {
            (Place::Fact("安全级别"), vec![format!("{} 级", entry["security_level"])])
        }
    }
}

fn said(page: &Answer, place: &Place) -> String {
    let found = match place {
        Place::At(selector) => page.texts(selector),
        Place::Fact(word) => {
            let facts = page.texts("main dt").into_iter().zip(page.texts("main dd"));
            facts.filter(|(known, _)| known == word).map(|(_, text)| text).collect()
        }
        Place::Column(number) => page
            .texts(&format!("section[aria-labelledby='h-items'] tbody tr > :nth-child({number})")),
        Place::List(heading) => {
            let headings = page.texts("section[aria-labelledby='h-law'] h3");
            assert!(headings.iter().all(|it| it == heading), "{headings:?}");
            page.texts("section[aria-labelledby='h-law'] ul li")
        }
    };
    found.join("\n")
}

// Proves SRCH-03: what a profile makes mandatory is on the page of every entry that has it, under
// the word it has in the catalogue, and every field of every profile is seen at least once.
#[tokio::test]
async fn every_mandatory_field_of_every_profile_is_shown() {
    for policy in PolicyProfile::codes() {
        let site = TestSite::open(Setup { policy, with_demo: true }).await;
        let fields = site.test_portal.portal().policy().mandatory_fields();
        let terms = Terms::of(&site).await;
        let mut n_shown: BTreeMap<String, usize> = BTreeMap::new();
        for card in all_items(&site, "").await {
            let code = card["code"].as_str().unwrap();
            let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
            let page = site.get(&format!("/datasets/{code}")).await;
            for field in &fields {
                let (place, expected) = demanded(*field, &entry, &card, &terms);
                let said = said(&page, &place);
                for text in expected {
                    assert!(said.contains(&text), "{policy} {code} {field:?}: {text} in `{said}`");
                    *n_shown.entry(format!("{field:?}")).or_default() += 1;
                }
            }
        }
        for field in &fields {
            assert!(n_shown.contains_key(&format!("{field:?}")), "{policy} never shows {field:?}");
        }
    }
}

// Proves SRCH-03: beside the fields of the profile, the page says class, conditions, mode, last
// update, versions and licence, and leads to applying, correcting and objecting.
#[tokio::test]
async fn every_entry_says_its_terms_and_the_ways_on() {
    let site = TestSite::demo().await;
    let mut n_conditional = 0;
    for card in all_items(&site, "").await {
        let code = card["code"].as_str().unwrap();
        let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
        let page = site.get(&format!("/datasets/{code}")).await;
        for word in ["授权协议", "数据更新", "版本", "开放方式", "使用要求", "提供单位"]
        {
            assert!(!said(&page, &Place::Fact(word)).is_empty(), "{code} does not say {word}");
        }
        let conditions = said(&page, &Place::List("使用条件"));
        for condition in texts(&entry["open"]["conditions"]) {
            assert!(conditions.contains(&condition), "{code}: {condition}");
        }
        let versions = page.attributes("section[aria-labelledby='h-ver'] ol a", "href");
        assert_eq!(versions.len(), entry["versions"].as_array().unwrap().len(), "{code}");
        let links = page.attributes("main a", "href");
        let mut ways = vec!["correction", "objection"];
        if entry["open"]["class"] == "conditional" {
            ways.push("apply");
            n_conditional += 1;
        }
        for way in ways {
            let target = format!("/datasets/{code}/{way}");
            assert!(links.contains(&target), "{code} does not lead to {target}");
        }
    }
    assert!(n_conditional > 0);
}
