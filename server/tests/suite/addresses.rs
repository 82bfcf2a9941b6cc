//! Addresses that are wrong get a clear 4xx, as a page or as JSON, and never a 5xx.

use std::time::Duration;

use axum::body::Body;
use futures::StreamExt;
use http::{Method, Request};
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_testkit::Setup;

use crate::support::TestSite;

/// What is asked of a page and of the API, which parameter or word must be named, and the status. What
/// is wrong in a request is a parameter; what is not there is named by its words.
const FAULTS: &[(&str, &str, u16)] = &[
    // Unknown and contradictory parameters.
    ("/datasets?colour=red", "colour", 400),
    ("/datasets?sort=updated&sort=title", "sort", 400),
    ("/datasets?open=all", "open", 400),
    ("/datasets?updated=yesterday", "updated", 400),
    ("/datasets?exact=maybe", "exact", 400),
    ("/datasets?sort=best", "sort", 400),
    ("/datasets?format=exe", "format", 400),
    // Codes that do not exist.
    ("/datasets?theme=nothing", "theme", 400),
    ("/datasets?org=NOBODY", "org", 400),
    ("/datasets?region=NOWHERE", "region", 400),
    // Bytes that are no text.
    ("/datasets?q=%FF%FE", "q", 400),
    ("/datasets?%FF=1", "?", 400),
    // Things that are not there.
    ("/datasets/NO-SUCH-DATASET", "NO-SUCH-DATASET", 404),
];

/// Faults of addresses that only the API has.
const API_FAULTS: &[(&str, &str, u16)] = &[
    ("/datasets?per_page=0", "per_page", 400),
    ("/datasets?per_page=101", "per_page", 400),
    ("/datasets?per_page=many", "per_page", 400),
    ("/datasets?page=2", "page", 400),
    ("/datasets?cursor=forged", "cursor", 400),
    ("/datasets?cursor=%F0%9F%92%A9", "cursor", 400),
    ("/datasets?cursor=a&cursor=b", "cursor", 400),
    ("/datasets/..%2F..%2Fetc%2Fpasswd", "dataset", 404),
    ("/datasets/YX-FGW-0001?full=1", "full", 400),
    ("/datasets/YX-FGW-0001/items?x=1", "x", 400),
    ("/datasets/NO-SUCH/resources", "NO-SUCH", 404),
    ("/datasets/NO-SUCH/versions", "NO-SUCH", 404),
    ("/datasets/NO-SUCH/resources/1/original", "NO-SUCH", 404),
    ("/datasets/NO-SUCH/resources/-1/original", "resource", 404),
    ("/datasets/NO-SUCH/resources/99999999999999999999/original", "resource", 404),
    ("/organizations?page=1", "page", 400),
    ("/organizations/NOBODY", "NOBODY", 404),
    ("/organizations/%20", "organization", 404),
    ("/regions/NOWHERE", "NOWHERE", 404),
    ("/vocabularies/nothing", "nothing", 404),
    ("/suggestions", "q", 400),
    ("/suggestions?q=a&q=b", "q", 400),
    ("/suggestions?q=a&limit=9", "limit", 400),
    ("/receipts/R-00000000-00000000", "receipt", 404),
    ("/receipts/..", "receipt", 404),
    ("/rules/nowhere", "nowhere", 404),
    ("/stats?day=1", "day", 400),
    ("/nothing", "reference", 404),
];

#[tokio::test]
async fn wrong_addresses_are_named_on_pages_and_in_the_api() {
    let site = TestSite::demo().await;
    for (path, named, status) in FAULTS {
        let page = site.get(path).await;
        assert_eq!(page.status.as_u16(), *status, "{path}");
        page.assert_well_formed_page(path);
        page.assert_names(*status, named);
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        let english = site.get(&format!("/en{path}")).await;
        assert_eq!(english.status.as_u16(), *status, "/en{path}");
        english.assert_well_formed_page(path);
        english.assert_names(*status, named);
        let english = [("accept-language", "en")];
        let answer = site.get_with(&format!("/api/v1{path}"), &english).await;
        answer.assert_problem_about(*status, named);
    }
    for (path, named, status) in API_FAULTS {
        let english = [("accept-language", "en")];
        let answer = site.get_with(&format!("/api/v1{path}"), &english).await;
        answer.assert_problem_about(*status, named);
    }
}

#[tokio::test]
async fn pages_without_parameters_refuse_them_and_lead_to_themselves() {
    let site = TestSite::demo().await;
    for (path, named) in [
        ("/?q=abc", "q"),
        ("/datasets/YX-FGW-0001?x=1", "x"),
        ("/datasets/YX-FGW-0001/versions/1?x=1", "x"),
        ("/datasets/YX-FGW-0001/apply?x=1", "x"),
        ("/organizations?page=2", "page"),
        ("/organizations/YX-FGW?page=2", "page"),
        ("/regions?x=1", "x"),
        ("/regions/YX?utm_source=mail", "utm_source"),
        ("/topics?x=1", "x"),
        ("/topics/livelihood?x=1", "x"),
        ("/stats?day=1", "day"),
        ("/rules?x=1", "x"),
        ("/rules/aba?x=1", "x"),
        ("/help?x=1", "x"),
        ("/login?x=1", "x"),
        ("/register?x=1", "x"),
        ("/verify/R-20200101-000000000000?x=1", "x"),
        ("/developers?x=%FF", "x"),
        ("/api/reference?x=1", "x"),
    ] {
        for prefix in ["", "/en"] {
            let at = format!("{prefix}{path}").replace("/en/?", "/en?");
            let page = site.get(&at).await;
            assert_eq!(page.status, 400, "{at}");
            page.assert_well_formed_page(path);
            assert_eq!(page.texts("main ul code"), [named], "{at}");
            assert_eq!(page.header("cache-control"), "no-store", "{at}");
            let way_on = page.attributes("main a.btn-primary", "href");
            assert_eq!(way_on, [at.split('?').next().unwrap()], "{at}");
        }
    }
    site.get("/api/openapi.json?x=1").await.assert_problem_of(400, "x");
}

#[tokio::test]
async fn long_queries_are_refused_with_the_limit() {
    let site = TestSite::demo().await;
    let path = format!("/datasets?q={}", "a".repeat(10_000));
    let page = site.get(&path).await;
    assert_eq!(page.status, 400);
    assert!(page.text().contains("1000"), "the limit is named");
    site.get(&format!("/api/v1{path}")).await.assert_problem(400, "1000");
    let suggestions = format!("/api/v1/suggestions?q={}", "a".repeat(10_000));
    let refused = site.get(&suggestions).await;
    refused.assert_problem_of(400, "q");
    refused.assert_problem(400, "100 个字");
    // One value however often it is said, and too many values.
    let many = format!("/datasets?{}", "open=conditional&".repeat(900));
    let once = site.get("/datasets?open=conditional").await;
    assert_eq!(once.status, 200);
    assert_eq!(site.get(&many).await.texts("h1"), once.texts("h1"));
    let different: String = (0..101).map(|number| format!("org=X{number}&")).collect();
    let page = site.get(&format!("/datasets?{different}")).await;
    page.assert_names(400, "org");
    assert!(page.texts("main").concat().contains("100"), "the limit is named");
}

#[tokio::test]
async fn pages_behind_the_end_lead_to_the_last() {
    let site = TestSite::demo().await;
    for page in ["1000000000", "18446744073709551615"] {
        let answer = site.get(&format!("/datasets?page={page}")).await;
        assert_eq!(answer.status, 404, "page {page}");
        answer.assert_well_formed_page(page);
        assert!(answer.texts("main").concat().contains(page), "page {page} is named");
        let last = answer.attributes("main a.btn-primary", "href")[0].clone();
        let shown = site.get(&last).await;
        assert_eq!(shown.status, 200, "{last}");
        assert!(!shown.texts("#results article").is_empty(), "{last}");
        let number: usize = last.strip_prefix("/datasets?page=").unwrap().parse().unwrap();
        let beyond = site.get(&format!("/datasets?page={}", number + 1)).await;
        assert_eq!(beyond.status, 404, "{last} is the last page");
    }
    let too_large = site.get("/datasets?page=99999999999999999999999").await;
    assert_eq!(too_large.status, 400);
    assert_eq!(site.get("/datasets?page=0").await.status, 400);
    assert_eq!(site.get("/datasets?page=-1").await.status, 400);
}

#[tokio::test]
async fn characters_of_query_languages_are_words_like_any_other() {
    let site = TestSite::demo().await;
    let queries = [
        "title:\"x\"",
        "a AND OR NOT",
        "(((((",
        ")",
        "\"",
        "\"\"",
        "[1 TO *]",
        "{}",
        "*",
        "?",
        "a~9",
        "a^99999",
        "\\",
        "+-!",
        "'; DROP TABLE dataset; --",
        "<script>",
        "%",
        "&&",
        "||",
        "\u{202E}",
        "。。。",
        "，",
        " ",
        "𠀀𠀁",
        "🀄",
        "e\u{301}",
        "NEAR(",
        "/regex/",
        "field:*",
        "-----",
        "\t\r\n",
    ];
    for query in queries {
        let encoded: String =
            percent_encoding::utf8_percent_encode(query, percent_encoding::NON_ALPHANUMERIC)
                .to_string();
        let page = site.get(&format!("/datasets?q={encoded}")).await;
        assert_eq!(page.status, 200, "{query:?}");
        page.assert_well_formed_page(query);
        let answer = site.get(&format!("/api/v1/datasets?q={encoded}")).await;
        assert_eq!(answer.status, 200, "{query:?}");
        assert_eq!(
            site.get(&format!("/api/v1/suggestions?q={encoded}")).await.status,
            200,
            "{query:?}"
        );
    }
}

#[tokio::test]
async fn addresses_that_are_no_text_are_refused() {
    let site = TestSite::demo().await;
    for path in [
        "/%FF",
        "/datasets/%FF",
        "/datasets/%00",
        "/en/datasets/%C3%28",
        "/%0d%0aset-cookie:x",
        "/datasets?q=%00",
    ] {
        let page = site.get(path).await;
        assert_eq!(page.status, 400, "{path}");
        page.assert_well_formed_page(path);
    }
    site.get("/api/v1/datasets/%FF").await.assert_problem(400, "UTF-8");
    site.get("/api/v1/datasets?q=a%00b").await.assert_problem(400, "UTF-8");
}

#[tokio::test]
async fn unknown_addresses_are_told_as_the_client_prefers() {
    let site = TestSite::demo().await;
    for path in [
        "/nothing",
        "/en/nothing",
        "/datasets/A/B/C",
        "/pkg/none.css",
        "/../etc/passwd",
        "/.git/config",
    ] {
        let page = site.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        page.assert_well_formed_page(path);
        let json = site.get_with(path, &[("accept", "application/json")]).await;
        json.assert_problem(404, "not_found");
    }
    site.get("/api").await.assert_problem(404, "not_found");
}

#[tokio::test]
async fn errors_of_pages_are_told_as_the_client_prefers() {
    let site = TestSite::demo().await;
    for (path, status, named) in [
        ("/datasets?colour=red", 400, "colour"),
        ("/stats?colour=1", 400, "colour"),
        ("/datasets/YX-NONE-1", 404, "YX-NONE-1"),
        ("/verify/xx", 404, "not_found"),
        ("/en/datasets?page=99999", 404, "99999"),
    ] {
        let page = site.get(path).await;
        assert_eq!(page.status, status, "{path}");
        page.assert_well_formed_page(path);
        for kind in ["application/json", "application/problem+json"] {
            let json = site.get_with(path, &[("accept", kind)]).await;
            json.assert_problem(status, named);
        }
    }
}

#[tokio::test]
async fn wrong_methods_say_which_are_right() {
    let site = TestSite::demo().await;
    let same_site = [("sec-fetch-site", "same-origin")];
    let page = site.ask(Method::POST, "/datasets", &same_site, "").await;
    assert_eq!(page.status, 405);
    assert!(page.header("allow").contains("GET"));
    page.assert_well_formed_page("/datasets");
    let api = site.ask(Method::DELETE, "/api/v1/datasets", &[], "").await;
    api.assert_problem(405, "DELETE");
    assert!(api.header("allow").contains("GET"));
    assert_eq!(site.get("/appearance").await.status, 405);
}

#[tokio::test]
async fn requests_of_other_sites_change_nothing() {
    let site = TestSite::demo().await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    let foreign = site
        .ask(
            Method::POST,
            "/appearance",
            &[form, ("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
            "theme=dark",
        )
        .await;
    assert_eq!(foreign.status, 403);
    assert!(!foreign.has("set-cookie"));
    foreign.assert_well_formed_page("/appearance");
}

#[tokio::test]
async fn bodies_over_the_limit_are_refused() {
    let site = TestSite::demo().await;
    let form = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
        ("content-length", "2000000"),
    ];
    let answer = site.ask(Method::POST, "/appearance", &form, &"x".repeat(2_000_000)).await;
    assert_eq!(answer.status, 413);
    answer.assert_well_formed_page("/appearance");
    let wrong = [("content-type", "application/json"), ("sec-fetch-site", "same-origin")];
    let answer = site.ask(Method::POST, "/appearance", &wrong, "{}").await;
    assert!(answer.status.is_client_error());
    answer.assert_well_formed_page("/appearance");
}

#[tokio::test]
async fn a_slash_at_the_end_leads_to_the_address_without() {
    let site = TestSite::demo().await;
    let answer = site.get("/datasets/?q=a").await;
    assert_eq!(answer.status, 308);
    assert_eq!(answer.header("location"), "/datasets?q=a");
    assert_eq!(site.get("/en/").await.header("location"), "/en");
    // Never to another host.
    for path in [
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "/\\/evil.example/",
        "/datasets\\/",
        "/en/\\evil.example/",
    ] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.has("location"));
    }
}

#[tokio::test]
async fn calls_of_islands_fail_in_our_words() {
    let site = TestSite::demo().await;
    for path in ["/_fn/catalogue/suggest", "/_fn/catalogue/suggest?text="] {
        let nothing = site.get(path).await;
        assert_eq!((nothing.status.as_u16(), nothing.text()), (200, "[]"), "{path}");
    }
    let found = site.get("/_fn/catalogue/suggest?text=%E5%AD%A6%E6%A0%A1").await;
    assert!(!found.json().as_array().unwrap().is_empty());
    let twice = "/_fn/catalogue/suggest?text=a&text=b";
    site.get(twice).await.assert_problem(400, "text");
    for path in ["/_fn/nothing", "/_fn/catalogue/suggest/more", "/_fn/%3Cb%3E"] {
        let answer = site.get(path).await;
        answer.assert_problem(404, "not_found");
        assert!(!answer.text().contains("leptos") && !answer.text().contains("axum"), "{path}");
    }
    // Nobody is led to a page that the request itself named.
    let headers = [("accept", "text/html"), ("referer", "https://evil.example/")];
    let answer = site.get_with(twice, &headers).await;
    answer.assert_problem(400, "text");
    assert!(!answer.has("location"));
}

#[tokio::test]
async fn bodies_that_do_not_come_are_not_waited_for() {
    let limits = Limits { body_time: Duration::from_millis(20), ..Limits::default() };
    let site = TestSite::open_with(Setup::default(), Assets::none(), limits).await;
    let begun = futures::stream::iter([Ok::<_, std::io::Error>("theme=")]);
    let request = Request::builder()
        .method(Method::POST)
        .uri("/appearance")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from_stream(begun.chain(futures::stream::pending())))
        .unwrap();
    let answer = site.send(request).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
    assert!(!answer.has("set-cookie"));
}

#[tokio::test]
async fn head_answers_like_get_without_a_body() {
    let site = TestSite::demo().await;
    for path in [
        "/",
        "/datasets",
        "/nothing",
        "/api/v1/datasets",
        "/api/v1/stats",
        "/healthz",
        "/sitemap.xml",
    ] {
        let get = site.get(path).await;
        let head = site.ask(Method::HEAD, path, &[], "").await;
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        assert!(head.bytes.is_empty(), "{path}");
        if head.has("content-length") {
            assert_eq!(head.header("content-length"), get.bytes.len().to_string(), "{path}");
        }
    }
}
