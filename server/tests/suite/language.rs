//! Every text is in the language it says it is in.

use scraper::{ElementRef, Html, Node};

use crate::support::{Answer, TestSite};

fn is_han(char: char) -> bool {
    ('\u{4E00}'..='\u{9FFF}').contains(&char)
}

/// The language that an element has of itself or by what it stands in.
fn language(element: ElementRef<'_>) -> &str {
    let own_and_above =
        std::iter::once(element).chain(element.ancestors().filter_map(ElementRef::wrap));
    own_and_above.filter_map(|it| it.attr("lang")).next().unwrap_or_default()
}

/// Texts with 汉字 that a page takes for something else than Chinese or Japanese.
fn unmarked(page: &Answer) -> Vec<String> {
    let page = Html::parse_document(page.text());
    let texts = page.tree.nodes().filter_map(|node| match node.value() {
        Node::Text(text) if text.contains(is_han) => Some((node.parent()?, text.to_string())),
        _ => None,
    });
    texts
        .filter_map(|(parent, text)| Some((ElementRef::wrap(parent)?, text)))
        .filter(|(parent, _)| !matches!(parent.value().name(), "script" | "title" | "code"))
        .filter(|(parent, _)| !matches!(language(*parent), "zh-CN" | "ja"))
        .map(|(parent, text)| {
            format!("{}: {text}", parent.html().chars().take(80).collect::<String>())
        })
        .collect()
}

#[tokio::test]
async fn chinese_on_english_pages_is_marked_as_chinese() {
    let site = TestSite::demo().await;
    let receipt = {
        let found = site.get("/api/v1/datasets?open=unconditional&format=csv").await.json();
        let code = found["items"][0]["code"].as_str().unwrap().to_owned();
        let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
        let id = entry["resources"][0]["id"].as_i64().unwrap();
        let file = site.get(&format!("/api/v1/datasets/{code}/resources/{id}/original")).await;
        file.header("x-receipt").to_owned()
    };
    let mut paths: Vec<String> = [
        "",
        "/datasets",
        "/datasets?q=%E7%A9%BA%E6%B0%94",
        "/datasets?q=%E8%B5%A4%E9%9C%84%E6%97%A0%E6%AD%A4%E7%89%A9",
        "/datasets?all=org",
        "/datasets?region=YX-LC&priority=livelihood",
        "/organizations",
        "/organizations/YX-FGW",
        "/organizations/YX-SJJ",
        "/regions",
        "/regions/YX",
        "/regions/YX-LC",
        "/topics",
        "/consultations",
        "/topics/livelihood",
        "/stats",
        "/stats/applications",
        "/stats/grants",
        "/rules",
        "/rules/aba",
        "/help",
        "/developers",
        "/accessibility",
        "/login",
        "/demands",
        "/showcases",
        "/datasets/YX-GONE-0001",
        "/verify",
    ]
    .map(str::to_owned)
    .to_vec();
    paths.push(format!("/verify/{receipt}"));
    for open in ["unconditional", "conditional"] {
        let found = site.get(&format!("/api/v1/datasets?open={open}&per_page=25")).await.json();
        for item in found["items"].as_array().unwrap() {
            let code = item["code"].as_str().unwrap();
            let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
            paths.push(format!("/datasets/{code}"));
            paths.push(format!("/datasets/{code}/versions/1"));
            paths.push(format!("/datasets/{code}/apply"));
            for resource in entry["resources"].as_array().unwrap() {
                let id = &resource["id"];
                paths.push(format!("/datasets/{code}/resources/{id}"));
                paths.push(format!("/datasets/{code}/resources/{id}/download"));
            }
        }
    }
    for path in paths {
        let page = site.get(&format!("/en{path}")).await;
        assert_eq!(unmarked(&page), Vec::<String>::new(), "{path}");
    }
}

#[tokio::test]
async fn codes_get_words_in_the_language_of_the_page() {
    let site = TestSite::demo().await;
    let facts = async |path: &str| -> Vec<(String, String)> {
        let page = site.get(path).await;
        page.texts("main dt").into_iter().zip(page.texts("main dd")).collect()
    };
    let chinese = facts("/datasets/YX-BY-JYJ-0001").await;
    let english = facts("/en/datasets/YX-BY-JYJ-0001").await;
    let entry = site.get("/api/v1/datasets/YX-BY-JYJ-0001").await.json();
    let (classification, industry) =
        (entry["classification"].as_str().unwrap(), entry["industry"].as_str().unwrap());
    assert_eq!((classification, industry), ("07-Y", "P"));
    for (word, text) in [("分类", "07-Y 教育文化（业务）"), ("行业", "教育（P）")] {
        assert!(chinese.contains(&(word.to_owned(), text.to_owned())), "{chinese:?}");
    }
    let expected = [
        ("Classification", "07-Y Education and culture (business)"),
        ("Industry", "Education (P)"),
    ];
    for (word, text) in expected {
        assert!(english.contains(&(word.to_owned(), text.to_owned())), "{english:?}");
    }
}

// Proves DL-04 in part: whoever takes a file reads the line of attribution in the language of the page.
#[tokio::test]
async fn the_attribution_line_is_in_the_language_of_the_page() {
    let site = TestSite::demo().await;
    let found = site.get("/api/v1/datasets?open=unconditional&format=csv").await.json();
    let code = found["items"][0]["code"].as_str().unwrap().to_owned();
    let title_en = found["items"][0]["title_en"].as_str().unwrap().to_owned();
    let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
    let id = entry["resources"][0]["id"].as_i64().unwrap();
    let english = site.get(&format!("/en/datasets/{code}/resources/{id}/download")).await;
    let line = &english.texts("p.select-all")[0];
    assert!(line.starts_with("Source: ") && line.contains(&title_en), "{line}");
    assert!(line.ends_with("retrieved on 2026-11-21."), "{line}");
    let verify = english.attributes("main a[href^='/en/verify/']", "href")[0].clone();
    assert_eq!(&site.get(&verify).await.texts("p.select-all")[0], line);
    let chinese = site.get(verify.strip_prefix("/en").unwrap()).await;
    assert!(chinese.texts("p.select-all")[0].starts_with("来源："));
}

#[tokio::test]
async fn problems_are_told_in_the_language_that_was_asked_for() {
    let site = TestSite::demo().await;
    let found = site.get("/api/v1/datasets?open=unconditional&format=csv").await.json();
    let code = found["items"][0]["code"].as_str().unwrap().to_owned();
    let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
    let file = format!("/api/v1/datasets/{code}/resources/{}", entry["resources"][0]["id"]);
    let foreign = format!("{file}/original?receipt=R-20200101-00000000");
    let too_long = format!("/api/v1/suggestions?q={}", "a".repeat(101));
    let cases = [
        (foreign.as_str(), "不是这个文件的回执", "is no receipt of this file"),
        (too_long.as_str(), "最多补全 100 个字", "at most 100 are completed"),
        ("/api/v1/datasets/YX-GONE-0001", "没有这个数据集：YX-GONE-0001", "there is no dataset"),
        ("/api/v1/regions/NOWHERE", "没有这个地区", "there is no region"),
        ("/api/v1/vocabularies/none", "没有这个词表", "there is no vocabulary"),
        (
            "/api/v1/datasets/YX-GONE-0001/resources/7/original",
            "没有这个文件",
            "there is no resource",
        ),
        ("/api/v1/datasets?cursor=x", "从头开始", "begin again"),
        ("/api/v1/suggestions", "没有写", "is missing"),
        ("/api/v1/datasets?colour=red", "不是", "not"),
    ];
    for (path, chinese, english) in cases {
        for (wanted, tag, part) in [("zh", "zh-CN", chinese), ("en", "en", english)] {
            let answer = site.get_with(path, &[("accept-language", wanted)]).await;
            assert!(answer.status.is_client_error(), "{path}");
            let problem = answer.json();
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.contains(part), "{path}: {detail}");
            let is_chinese = problem["title"].as_str().unwrap().contains(is_han);
            assert_eq!(is_chinese, wanted == "zh", "{problem}");
            if wanted == "en" {
                assert!(!detail.contains(is_han), "{path}: {detail}");
            }
            assert_eq!(answer.header("content-language"), tag, "{path}");
            assert!(answer.header("vary").contains("accept-language"), "{path}");
        }
    }
}

#[tokio::test]
async fn addresses_that_cannot_be_read_get_a_page_that_helps() {
    let site = TestSite::empty().await;
    for (path, lang) in [
        ("/verify?receipt=a&receipt=b", "zh-CN"),
        ("/en/verify?receipt=a&receipt=b", "en"),
        ("/verify?receipt=%FF", "zh-CN"),
        ("/datasets/%FF", "zh-CN"),
        ("/en/datasets/%FF", "en"),
        ("/topics/%FF", "zh-CN"),
        ("/en/organizations/%FF", "en"),
        ("/datasets/x/resources/%FF", "zh-CN"),
    ] {
        let page = site.get(path).await;
        assert_eq!(page.status, 400, "{path}");
        page.assert_well_formed_page(path);
        assert_eq!(page.attributes("html", "lang"), [lang], "{path}");
        let said = page.texts("main").concat();
        assert_eq!(said.contains(is_han), lang == "zh-CN", "{path}: {said}");
        for word in ["deserialize", "Invalid", "Failed"] {
            assert!(!said.contains(word), "{path}: {said}");
        }
    }
    let form =
        [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    let page = site.ask(http::Method::POST, "/appearance", &form, "colour=red").await;
    assert_eq!(page.status, 400);
    page.assert_well_formed_page("/appearance");
    assert!(!page.text().contains("theme`"), "{}", page.text());
}
