//! Pages are whole, well formed and say the truth, whatever the catalogue holds.

use http::Method;
use kaishu_testkit::catalogue::Catalogue;

use crate::support::TestSite;

/// Pages that are there without any dataset.
const PAGES: &[&str] = &[
    "/",
    "/datasets",
    "/organizations",
    "/regions",
    "/topics",
    "/consultations",
    "/stats",
    "/stats/applications",
    "/stats/grants",
    "/rules",
    "/rules/aba",
    "/demands",
    "/showcases",
    "/login",
    "/verify",
    "/help",
    "/accessibility",
    "/developers",
];

#[tokio::test]
async fn every_page_is_well_formed_in_both_languages() {
    let site = TestSite::demo().await;
    let mut paths: Vec<String> = PAGES.iter().map(|path| (*path).to_owned()).collect();
    paths.push("/datasets?q=%E7%A9%BA%E6%B0%94&open=conditional".to_owned());
    paths.push("/datasets?q=nothingatall".to_owned());
    paths.push("/organizations/YX-FGW".to_owned());
    paths.push("/regions/YX".to_owned());
    let cards = site.get("/api/v1/datasets?per_page=30").await.json();
    for item in cards["items"].as_array().unwrap() {
        let code = item["code"].as_str().unwrap();
        paths.push(format!("/datasets/{code}"));
        paths.push(format!("/datasets/{code}/versions/1"));
        paths.push(format!("/datasets/{code}/apply"));
    }
    assert!(paths.len() > 30);
    for path in paths {
        let english = if path == "/" { "/en".to_owned() } else { format!("/en{path}") };
        for (path, lang) in [(path, "zh-CN"), (english, "en")] {
            let page = site.get(&path).await;
            assert_eq!(page.status, 200, "{path}");
            page.assert_well_formed_page(&path);
            assert_eq!(page.attributes("html", "lang"), [lang], "{path}");
            assert_eq!(page.header("content-language"), lang);
            for name in [
                "content-security-policy",
                "x-content-type-options",
                "referrer-policy",
                "permissions-policy",
            ] {
                assert!(page.has(name), "{path} has no {name}");
            }
        }
    }
}

#[tokio::test]
async fn pages_of_an_empty_catalogue_are_well_formed() {
    let site = TestSite::empty().await;
    for path in PAGES {
        let page = site.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        page.assert_well_formed_page(path);
    }
    assert_eq!(site.get("/api/v1/datasets").await.json()["total"], 0);
}

#[tokio::test]
async fn titles_that_are_markup_stay_text() {
    let site = TestSite::empty().await;
    let hostile = "</title><script>alert(1)</script>";
    let quoted = "\" onmouseover=\"alert(2)";
    let folder = Catalogue::default()
        .dataset("YX-T-0001", hostile, "unconditional")
        .dataset("YX-T-0002", quoted, "unconditional")
        .dataset("YX-T-0003", "</script><!-- {{7*7}} ${x} \u{202E}&amp;", "unconditional")
        .file("YX-T-0001", "<img src=x onerror=alert(3)>.csv", b"a\n1\n")
        .folder();
    let report = site.test_portal.import(folder).await;
    assert_eq!(report.created, 3, "{report:?}");
    let paths = [
        "/",
        "/datasets",
        "/datasets?q=alert",
        "/datasets?q=%3C%2Ftitle%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/datasets/YX-T-0001",
        "/datasets/YX-T-0002",
        "/datasets/YX-T-0003",
        "/en/datasets/YX-T-0001",
    ];
    for path in paths {
        let page = site.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        page.assert_well_formed_page(path);
        assert!(!page.text().contains("<script>alert"), "{path}");
        assert!(page.attributes("[onmouseover]", "onmouseover").is_empty(), "{path}");
        assert!(page.attributes("[onerror]", "onerror").is_empty(), "{path}");
    }
    let page = site.get("/datasets/YX-T-0001").await;
    assert_eq!(page.texts("h1"), [hostile]);
    assert!(page.texts("title")[0].starts_with(hostile));
}

#[tokio::test]
async fn the_choice_of_colours_is_kept_for_the_reader_alone() {
    let site = TestSite::demo().await;
    let form =
        [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    let chosen =
        site.ask(Method::POST, "/appearance", &form, "theme=dark&back=%2Fdatasets%3Fq%3Da").await;
    assert_eq!(chosen.status, 303);
    assert_eq!(chosen.header("location"), "/datasets?q=a");
    assert!(chosen.header("set-cookie").starts_with("theme=dark"));

    let dark = site.get_with("/datasets", &[("cookie", "theme=dark")]).await;
    let own = site.get("/datasets").await;
    assert!(dark.text().contains("kaishu-dark"));
    assert_eq!(own.attributes("html[data-theme]", "data-theme"), Vec::<String>::new());

    let elsewhere =
        site.ask(Method::POST, "/appearance", &form, "theme=dark&back=%2F%2Fevil.example").await;
    assert_eq!(elsewhere.header("location"), "/");
}
