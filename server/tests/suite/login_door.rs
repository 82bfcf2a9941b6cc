//! Where a profile opens data to those who are logged in, every door asks who it is, and no cache remembers
//! the answer for anybody else.

use http::Method;
use kaishu_portal::accounts::Caller;
use kaishu_testkit::Setup;
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::{DatasetCode, Lang};

use crate::browser::{Browser, PASSWORD, add, assert_goes_to, login};
use crate::support::{Answer, TestSite};

/// A demonstration under a profile, with a table that is open there and somebody with an account.
struct Stage {
    site: TestSite,
    code: String,
    id: i64,
}

impl Stage {
    async fn set(policy: &'static str) -> Self {
        let site = TestSite::open(Setup { policy, with_demo: true }).await;
        add(site.test_portal.portal(), "li.na", &[Role::DataUser]).await;
        let found = site.get("/api/v1/datasets?open=unconditional&format=csv").await.json();
        let code = found["items"][0]["code"].as_str().unwrap().to_owned();
        let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
        let files = entry["resources"].as_array().unwrap();
        let id = files.iter().find(|it| it["format"] == "csv").unwrap()["id"].as_i64().unwrap();
        Self { site, code, id }
    }

    /// What programs ask for.
    fn of_the_api(&self) -> Vec<String> {
        let dataset = format!("/api/v1/datasets/{}", self.code);
        let file = format!("{dataset}/resources/{}", self.id);
        let of_file = [
            "original",
            "rows",
            "rows?limit=1&explain=1",
            "export.csv",
            "export.json",
            "openapi.json",
            "quality",
        ];
        let mut paths: Vec<_> = of_file.iter().map(|it| format!("{file}/{it}")).collect();
        paths.push(format!("{dataset}/export.zip"));
        paths.push(format!("{dataset}/quality-issues"));
        paths
    }

    /// What people open.
    fn pages(&self) -> Vec<String> {
        let dataset = format!("/datasets/{}", self.code);
        let file = format!("{dataset}/resources/{}", self.id);
        let of_file = ["", "?limit=10", "/download", "/quality"];
        let mut paths: Vec<_> = of_file.iter().map(|it| format!("{file}{it}")).collect();
        paths.push(format!("{dataset}/quality"));
        paths
    }

    async fn token(&self) -> String {
        let wanted = ("nightly", TokenScope::Read, 30);
        let portal = self.site.test_portal.portal();
        let (command, owner) = (Caller::command(), login("li.na"));
        portal.make_token_for(&command, &owner, wanted, Lang::En).await.unwrap()
    }

    async fn ask_with(&self, path: &str, token: &str) -> Answer {
        let value = format!("Bearer {token}");
        self.site.get_with(path, &[("authorization", &value)]).await
    }
}

/// What a shared cache may keep of an answer is nothing.
#[track_caller]
fn assert_kept_apart(answer: &Answer, path: &str) {
    let cache = answer.header("cache-control");
    assert!(cache.starts_with("private") || cache.contains("no-store"), "{path}: {cache}");
}

/// Proves DL-01 for the profile that demands a login: no door gives a visitor open data, and each names the
/// article and leads to the login, which leads back.
#[tokio::test]
async fn a_visitor_is_led_to_the_login_by_every_door() {
    let stage = Stage::set("jiamusi").await;
    for path in stage.of_the_api() {
        for method in [Method::GET, Method::HEAD] {
            let answer = stage.site.ask(method.clone(), &path, &[], "").await;
            assert_eq!(answer.status, 401, "{method} {path}");
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{path}");
            assert_kept_apart(&answer, &path);
            assert!(!answer.has("x-receipt"), "{path}");
        }
        let answer = stage.site.get(&path).await;
        answer.assert_problem(401, "login.unconditional");
        assert_eq!(answer.json()["remedy"]["link"], "/login");
        assert!(answer.json()["rule"]["article"].as_str().unwrap().contains("佳木斯"), "{path}");
    }
    for prefix in ["", "/en"] {
        for path in stage.pages() {
            let path = format!("{prefix}{path}");
            let answer = stage.site.get(&path).await;
            assert_eq!(answer.status, 401, "{path}");
            answer.assert_well_formed_page(&path);
            assert_kept_apart(&answer, &path);
            let law = answer.attributes("main a[href$='/rules/jiamusi#a17']", "href");
            assert_eq!(law.len(), 1, "{path}");
            let links = answer.attributes("main a[href*='/login']", "href");
            assert_eq!(links.len(), 1, "{path}: {links:?}");

            // Through the login and back to what was asked for.
            let mut browser = Browser::new(&stage.site);
            let form = browser.get(&links[0]).await;
            let next = form.attributes("main input[name=next]", "value").concat();
            let fields = [("login", "li.na"), ("password", PASSWORD), ("next", next.as_str())];
            assert_goes_to(&browser.post(&format!("{prefix}/login"), &fields).await, &path);
            assert_eq!(browser.get(&path).await.status, 200, "{path}");
        }
    }
}

/// Proves DL-01 for the profile that demands a login: whoever is logged in takes open data by every door,
/// with a browser as with a token, and gets a receipt that names nobody.
#[tokio::test]
async fn who_is_logged_in_takes_open_data_by_every_door() {
    let stage = Stage::set("jiamusi").await;
    let mut browser = Browser::new(&stage.site);
    browser.log_in("li.na", PASSWORD).await;
    let token = stage.token().await;
    for path in stage.of_the_api() {
        let by_browser = browser.get(&path).await;
        let by_token = stage.ask_with(&path, &token).await;
        for answer in [&by_browser, &by_token] {
            assert_eq!(answer.status, 200, "{path}");
            assert_kept_apart(answer, &path);
            let vary = answer.headers.get_all("vary").iter().map(|it| it.to_str().unwrap());
            let vary = vary.collect::<Vec<_>>().join(", ").to_ascii_lowercase();
            assert!(vary.contains("cookie") || vary.contains("authorization"), "{path}: {vary}");
        }
        if let Some(number) = by_browser.headers.get("x-receipt") {
            let number = number.to_str().unwrap();
            let receipt = stage.site.get(&format!("/api/v1/receipts/{number}")).await;
            assert_eq!(receipt.status, 200);
            assert!(!receipt.text().contains("li.na"), "{}", receipt.text());
        }
        // What somebody has already is told to nobody else.
        let etag = by_token.header("etag").to_owned();
        if !etag.is_empty() {
            let known = stage.site.get_with(&path, &[("if-none-match", &etag)]).await;
            assert_eq!(known.status, 401, "{path}");
        }
    }
    for path in stage.pages() {
        let page = browser.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        page.assert_well_formed_page(&path);
        assert_kept_apart(&page, &path);
    }
    let table = browser.get(&stage.pages()[0]).await;
    let exports = table.attributes("main a[href*='/export.csv']", "href");
    assert_eq!(browser.get(&exports[0]).await.status, 200, "the links of the page work");
}

/// Pages that were drawn for somebody reach no visitor, and those of visitors hide no way from others.
#[tokio::test]
async fn kept_pages_know_nobody() {
    let stage = Stage::set("jiamusi").await;
    let mut browser = Browser::new(&stage.site);
    browser.log_in("li.na", PASSWORD).await;
    let dataset = format!("/datasets/{}", stage.code);
    let to_file = "main a[href$='/download'].btn-primary";
    let is_to_login = |page: &Answer| {
        let links = page.attributes(to_file, "href");
        assert!(!links.is_empty());
        links.iter().all(|link| link.starts_with("/login?next="))
    };
    for _ in 0..2 {
        for path in [dataset.clone(), format!("{dataset}/versions/1")] {
            let of_visitor = stage.site.get(&path).await;
            assert!(of_visitor.header("cache-control").starts_with("public"), "{path}");
            let links = of_visitor.attributes("main a[href^='/login?next=']", "href");
            assert_eq!(links.len(), 1, "{path}");
            let own = browser.get(&path).await;
            assert_kept_apart(&own, &path);
            assert!(own.attributes("main a[href^='/login?next=']", "href").is_empty(), "{path}");
        }
        assert!(is_to_login(&stage.site.get(&dataset).await));
        assert!(!is_to_login(&browser.get(&dataset).await));
        for path in stage.pages() {
            assert_eq!(stage.site.get(&path).await.status, 401, "{path}");
            assert_eq!(browser.get(&path).await.status, 200, "{path}");
        }
    }
}

/// Who gave the password and not yet the code is a visitor, and so is whose account ended; also for what is
/// on its way.
#[tokio::test]
async fn half_a_login_opens_nothing_and_an_ended_account_neither() {
    let stage = Stage::set("jiamusi").await;
    let portal = stage.site.test_portal.portal();
    add(portal, "zhang.wei", &[Role::Officer]).await;
    let mut half = Browser::new(&stage.site);
    assert_goes_to(&half.log_in("zhang.wei", PASSWORD).await, "/me/security/code");
    let mut browser = Browser::new(&stage.site);
    browser.log_in("li.na", PASSWORD).await;
    let token = stage.token().await;
    let code: DatasetCode = stage.code.parse().unwrap();
    let caller = portal.caller_of_token(&token, Lang::Zh).await.unwrap();
    let download = portal.open_download(&caller, &code, stage.id, Lang::Zh).await.unwrap();
    let read = portal.read_download(&download, None).await.unwrap();
    let chunks = portal.while_open(&download, read.bytes);

    portal.set_enabled(&Caller::command(), &login("li.na"), false, Lang::En).await.unwrap();

    for path in stage.of_the_api() {
        for answer in [half.get(&path).await, browser.get(&path).await] {
            assert_eq!(answer.status, 401, "{path}");
        }
        assert_eq!(stage.ask_with(&path, &token).await.status, 401, "{path}");
    }
    // The right to have it is looked at once a second.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let mut chunks = Box::pin(chunks);
    let first = futures::StreamExt::next(&mut chunks).await.unwrap();
    assert!(first.is_err(), "what is on its way ends, too");
}

/// Where no login is demanded, nobody is asked, and what the API answers to a session is kept for nobody else.
#[tokio::test]
async fn elsewhere_nobody_is_asked() {
    let stage = Stage::set("yulin").await;
    let mut browser = Browser::new(&stage.site);
    browser.log_in("li.na", PASSWORD).await;
    for path in stage.of_the_api() {
        let of_visitor = stage.site.get(&path).await;
        assert_eq!(of_visitor.status, 200, "{path}");
        let own = browser.get(&path).await;
        assert_eq!(own.status, 200, "{path}");
        let (cache, vary) = (own.header("cache-control"), own.headers.get_all("vary"));
        assert!(cache.starts_with("private") || cache.contains("no-store"), "{path}: {cache}");
        assert!(vary.iter().any(|it| it.to_str().unwrap().contains("Cookie")), "{path}");
    }
    for path in stage.pages() {
        assert_eq!(stage.site.get(&path).await.status, 200, "{path}");
    }
}
