//! What is not open leaves by no door.

use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::{Setup, TestPortal};
use serde_json::json;

use crate::support::TestSite;

const CONDITIONAL: &str = "YX-T-0001";
const CLOSED: &str = "YX-T-0002";
const MIXED: &str = "YX-T-0003";
const CLOSED_TITLE: &str = "赤霄核验底册";
const CLOSED_KEYWORD: &str = "关键词YX-T-0002";
const CLOSED_ITEM: &str = "chixiao_number";
const OPEN_ITEM_OF_CLOSED: &str = "zidian_column";
const MIXED_HIDDEN_ITEM: &str = "xuanyuan_column";
const SECRET: &str = "secret-value-4711";

async fn site(policy: &'static str) -> TestSite {
    filled(TestSite::open(Setup { policy, with_demo: false }).await).await
}

async fn filled(site: TestSite) -> TestSite {
    let bytes = format!("a,b\n{SECRET},1\n");
    let folder = Catalogue::default()
        .dataset(CONDITIONAL, "有条件的清单", "conditional")
        .item(CONDITIONAL, "a", "conditional")
        .item(CONDITIONAL, "b", "conditional")
        .file(CONDITIONAL, "conditional-file.csv", bytes.as_bytes())
        .dataset(CLOSED, CLOSED_TITLE, "none")
        .item(CLOSED, CLOSED_ITEM, "none")
        // What its items say of themselves opens nothing.
        .item(CLOSED, OPEN_ITEM_OF_CLOSED, "unconditional")
        .item(CLOSED, "a", "unconditional")
        .item(CLOSED, "b", "conditional")
        .file(CLOSED, "closed-file.csv", bytes.as_bytes())
        .dataset(MIXED, "混合的清单", "unconditional")
        .item(MIXED, "a", "unconditional")
        .item(MIXED, "b", "unconditional")
        .item(MIXED, MIXED_HIDDEN_ITEM, "none")
        .file(MIXED, "mixed-file.csv", bytes.as_bytes())
        .folder();
    let report = site.test_portal.import(folder).await;
    assert_eq!(report.created, 3, "{report:?}");
    site
}

const POLICIES: &[&str] = &["default", "anshan", "guangdong", "aba", "yulin", "jiamusi"];

// Proves DL-02: no file that holds a column that is not open leaves without a grant.
#[tokio::test]
async fn no_address_gives_bytes_that_are_not_open() {
    for policy in POLICIES {
        let site = site(policy).await;
        for code in [CONDITIONAL, CLOSED, MIXED] {
            for id in 0..12 {
                let path = format!("/api/v1/datasets/{code}/resources/{id}/original");
                for headers in [&[][..], &[("range", "bytes=0-3")], &[("if-range", "\"x\"")]] {
                    let answer = site.get_with(&path, headers).await;
                    assert!(answer.status.is_client_error(), "{policy} {path}: {}", answer.status);
                    assert!(
                        !answer.has("x-receipt") && !answer.has("repr-digest"),
                        "{policy} {path}"
                    );
                    assert!(!answer.text().contains(SECRET));
                }
            }
        }
    }
}

#[tokio::test]
async fn a_refusal_names_the_rule_and_the_way() {
    let site = site("aba").await;
    let mut refusals = 0;
    for id in 0..12 {
        let answer =
            site.get(&format!("/api/v1/datasets/{CONDITIONAL}/resources/{id}/original")).await;
        if answer.status == 403 {
            let problem = answer.json();
            assert!(!problem["rule"]["article"].as_str().unwrap().is_empty());
            assert_eq!(problem["remedy"]["link"], format!("/datasets/{CONDITIONAL}/apply"));
            refusals += 1;
        }
    }
    assert_eq!(refusals, 12, "every number is refused alike, whether a file has it or not");
}

// Proves SRCH-04: an entry of class none is absent, or listed by name only where the profile says so.
#[tokio::test]
async fn a_closed_dataset_is_nowhere() {
    let mut sites = Vec::new();
    for policy in POLICIES {
        sites.push((*policy, site(policy).await));
    }
    let listing = TestSite::of(TestPortal::listing_none().await, Assets::none(), Limits::default());
    sites.push(("a profile that lists them", filled(listing).await));
    for (policy, site) in sites {
        let is_listed = site.test_portal.portal().policy().rules.catalogue.list_none.value;
        let entry = site.get(&format!("/api/v1/datasets/{CLOSED}")).await;
        let page = site.get(&format!("/datasets/{CLOSED}")).await;
        if is_listed {
            let entry = entry.json();
            for part in ["items", "resources", "versions"] {
                assert_eq!(entry[part], serde_json::json!([]), "{policy} {part}");
            }
        } else {
            entry.assert_problem(404, CLOSED);
            assert_eq!(page.status, 404);
            // The same words as for a code that never was.
            let never = site.get("/datasets/YX-T-9999").await;
            assert_eq!(page.text().replace(CLOSED, "X"), never.text().replace("YX-T-9999", "X"));
            for part in ["items", "resources", "versions"] {
                site.get(&format!("/api/v1/datasets/{CLOSED}/{part}"))
                    .await
                    .assert_problem(404, CLOSED);
            }
        }
        for text in [entry_text(&site, CLOSED).await, page.text().to_owned()] {
            for hidden in [CLOSED_ITEM, OPEN_ITEM_OF_CLOSED, "closed-file", CLOSED_KEYWORD] {
                assert!(!text.contains(hidden), "{policy} {hidden}");
            }
        }
        let expected = if is_listed { 3 } else { 2 };
        check_lists(&site, policy, is_listed, expected).await;
    }
}

async fn entry_text(site: &TestSite, code: &str) -> String {
    site.get(&format!("/api/v1/datasets/{code}")).await.text().to_owned()
}

async fn check_lists(site: &TestSite, policy: &str, is_listed: bool, expected: u64) {
    let everything = site.get("/api/v1/datasets").await.json();
    assert_eq!(everything["total"], expected, "{policy}");
    let by_organization = &everything["facets"]["org"][0];
    assert_eq!(by_organization["count"], expected, "{policy}");
    let organization = site.get("/api/v1/organizations/YX-T").await.json();
    assert_eq!(organization["n_datasets"], expected, "{policy}");
    let region = site.get("/api/v1/regions/YX").await.json();
    assert_eq!(region["n_datasets"], expected, "{policy}");
    assert_eq!(site.get("/api/v1/stats").await.json()["n_datasets"], expected, "{policy}");
    let title = "%E8%B5%A4%E9%9C%84"; // 赤霄
    for path in [
        format!("/api/v1/datasets?q={title}"),
        format!("/api/v1/suggestions?q={title}"),
        "/api/v1/suggestions?q=chixiao".to_owned(),
        "/api/v1/datasets?sort=title".to_owned(),
        "/".to_owned(),
        "/datasets".to_owned(),
        "/sitemap/0.xml".to_owned(),
    ] {
        let answer = site.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        let text = answer.text();
        for hidden in [CLOSED_ITEM, OPEN_ITEM_OF_CLOSED, CLOSED_KEYWORD] {
            assert!(!text.contains(hidden), "{policy} {path} {hidden}");
        }
        if !is_listed {
            assert!(!text.contains(CLOSED_TITLE), "{policy} {path}");
            assert!(!text.contains(CLOSED), "{policy} {path}");
        }
    }
    for item in [CLOSED_ITEM, OPEN_ITEM_OF_CLOSED] {
        let by_item = site.get(&format!("/api/v1/datasets?item={item}")).await.json();
        assert_eq!(by_item["total"], 0, "{policy} {item}");
    }
    // Of the other two, the mixed one has a hidden item: only the conditional one tells its format.
    let figures = site.get("/api/v1/stats").await.json();
    assert_eq!((&figures["n_items"], &figures["n_resources"]), (&json!(4), &json!(1)), "{policy}");
    assert_eq!(everything["facets"]["format"][0]["count"], 1, "{policy}");
}

#[tokio::test]
async fn a_closed_column_of_an_open_dataset_is_nowhere() {
    let site = site("aba").await;
    for path in [
        format!("/datasets/{MIXED}"),
        format!("/en/datasets/{MIXED}"),
        format!("/api/v1/datasets/{MIXED}"),
        format!("/api/v1/datasets/{MIXED}/items"),
        format!("/api/v1/datasets/{MIXED}/versions"),
        "/api/v1/suggestions?q=xuanyuan".to_owned(),
        "/api/v1/datasets?q=%E6%B7%B7%E5%90%88".to_owned(),
    ] {
        let answer = site.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.text().contains(MIXED_HIDDEN_ITEM), "{path}");
        // Names and hashes of files that hold the column say something of it, too.
        assert!(!answer.text().contains("mixed-file"), "{path}");
    }
    let by_item = site.get(&format!("/api/v1/datasets?item={MIXED_HIDDEN_ITEM}")).await.json();
    assert_eq!(by_item["total"], 0);
}

// Proves DL-01 for the profile that demands a login: open data is named, and the way to it is clear.
#[tokio::test]
async fn where_a_login_is_demanded_the_article_says_so() {
    let site = TestSite::open(Setup { policy: "jiamusi", with_demo: true }).await;
    let found = site.get("/api/v1/datasets?open=unconditional&format=csv").await.json();
    let code = found["items"][0]["code"].as_str().unwrap();
    let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
    let id = &entry["resources"][0]["id"];
    let answer = site.get(&format!("/api/v1/datasets/{code}/resources/{id}/original")).await;
    answer.assert_problem(401, "login.unconditional");
    let problem = answer.json();
    assert!(problem["rule"]["article"].as_str().unwrap().contains("佳木斯"));
    assert_eq!(problem["remedy"]["link"], "/login");
    let page = site.get(&format!("/datasets/{code}")).await;
    page.assert_well_formed_page(code);
    assert!(page.text().contains("登录"), "the page says that a login is needed");
    assert!(page.text().contains("第"), "the page quotes the article");
    let file = format!("/datasets/{code}/resources/{id}");
    for (prefix, sentence, article) in [
        ("", "登录后直接取得，不需要申请", "第十七条"),
        ("/en", "taken after logging in", "Article 17"),
    ] {
        // What waits for a login is said; links lead to the login and on, and none to a refusal.
        for path in
            [format!("/datasets/{code}"), file.clone(), format!("/datasets/{code}/versions/1")]
        {
            let page = site.get(&format!("{prefix}{path}")).await;
            assert!(page.text().contains(sentence), "{prefix}{path}");
            let to_data = "main a[href^='/api/'], main a[href^='/datasets/'][href$='/download'], main a[href^='/en/datasets/'][href$='/download']";
            assert_eq!(page.attributes(to_data, "href"), Vec::<String>::new(), "{prefix}{path}");
            let next = if path == file { file.clone() } else { format!("{file}/download") };
            let login = format!("{prefix}/login?next={prefix}{next}");
            let found = page.attributes("main a[href*='/login']", "href");
            assert_eq!(found, [login], "{prefix}{path}");
        }
        for path in ["/help", "/developers"] {
            assert!(site.get(&format!("{prefix}{path}")).await.text().contains(sentence), "{path}");
        }
        let refusal = site.get(&format!("{prefix}{file}/download")).await;
        assert_eq!(refusal.status, 401);
        refusal.assert_well_formed_page(code);
        assert!(refusal.text().contains(sentence), "{prefix}");
        let cited = refusal.texts("main a[href$='/rules/jiamusi#a17']").concat();
        assert!(cited.contains(article), "{cited}");
        let back = refusal.attributes("main p a", "href");
        assert!(back.contains(&format!("{prefix}/datasets/{code}")), "{back:?}");
    }
}

// Proves SRCH-03 for what comes on application: nothing on the page of the entry reads as if it could
// be had now, and a refusal leads to its article and back.
#[tokio::test]
async fn what_comes_on_application_says_so() {
    let site = site("aba").await;
    let page = site.get(&format!("/datasets/{CONDITIONAL}")).await;
    let way = format!("/datasets/{CONDITIONAL}/apply");
    assert_eq!(page.attributes(&format!("main a[href='{way}']"), "href").len(), 1);
    let before = site.get(&way).await;
    assert_eq!(before.status, 200);
    assert!(before.text().contains("最晚") && before.text().contains("登录后填写申请"));
    let facts: Vec<_> = page.texts("main dt").into_iter().zip(page.texts("main dd")).collect();
    assert!(facts.contains(&("文件格式".to_owned(), "申请后提供：CSV".to_owned())), "{facts:?}");
    let list = site.get("/datasets?open=conditional").await;
    let shown = list.texts("main .ks-row .ks-inline").concat();
    assert!(shown.contains("申请后提供："), "{shown}");
    let refusal = site.get(&format!("/en/datasets/{CONDITIONAL}/resources/1/download")).await;
    assert_eq!(refusal.status, 403);
    let cited = refusal.texts("main a[href*='/rules/aba#a']");
    assert_eq!(cited.len(), 1, "{cited:?}");
    assert!(cited[0].contains("Article ") && !cited[0].contains('第'), "{cited:?}");
    let ways = refusal.attributes("main p a", "href");
    assert!(ways.contains(&format!("/en/datasets/{CONDITIONAL}")), "{ways:?}");
}
