//! A site to ask, and what it answered.

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{HeaderMap, Method, Request, StatusCode};
use kaishu_server::assets::Assets;
use kaishu_server::{Limits, State, router};
use kaishu_testkit::{Setup, TestPortal, page_faults};
use scraper::Html;
use serde_json::Value;
use tower::ServiceExt;

/// A portal behind its router.
pub(crate) struct TestSite {
    pub(crate) test_portal: TestPortal,
    router: Router,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl TestSite {
    pub(crate) async fn empty() -> Self {
        Self::open(Setup::default()).await
    }

    pub(crate) async fn demo() -> Self {
        Self::open(Setup { with_demo: true, ..Setup::default() }).await
    }

    pub(crate) async fn open(setup: Setup) -> Self {
        Self::open_with(setup, Assets::none(), Limits::default()).await
    }

    pub(crate) async fn open_with(setup: Setup, assets: Assets, limits: Limits) -> Self {
        Self::of(TestPortal::open(setup).await, assets, limits)
    }

    pub(crate) fn of(test_portal: TestPortal, assets: Assets, limits: Limits) -> Self {
        let state = State::new(test_portal.portal().clone(), assets, limits);
        state.set_warm();
        Self { test_portal, router: router(state) }
    }

    /// The same portal behind another router.
    pub(crate) fn behind(self, router: Router) -> Self {
        Self { router, ..self }
    }

    /// The same site after its process was started anew.
    pub(crate) async fn restarted(self) -> Self {
        let portal = self.test_portal.open_again().await;
        let state = State::new(portal, Assets::none(), Limits::default());
        Self { router: router(state), ..self }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(Method::GET, path, headers, "").await
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request =
            Request::builder().method(method).uri(path).header("host", "127.0.0.1:3000");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }
}

/// The answers of a list of the API, one cursor after the other.
pub(crate) async fn all_items(site: &TestSite, query: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut next = String::new();
    loop {
        let answer = site.get(&format!("/api/v1/datasets?{query}&per_page=100{next}")).await.json();
        items.extend(answer["items"].as_array().unwrap().iter().cloned());
        match answer["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return items,
        }
    }
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// The texts of the elements that a selector finds.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let selector = scraper::Selector::parse(selector).unwrap();
        let page = Html::parse_document(self.text());
        page.select(&selector).map(|it| it.text().collect::<String>().trim().to_owned()).collect()
    }

    /// The attribute of the elements that a selector finds.
    pub(crate) fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let selector = scraper::Selector::parse(selector).unwrap();
        let page = Html::parse_document(self.text());
        page.select(&selector).filter_map(|it| it.attr(name).map(str::to_owned)).collect()
    }

    #[track_caller]
    pub(crate) fn assert_well_formed_page(&self, path: &str) {
        assert!(self.header("content-type").starts_with("text/html"), "{path} is no page");
        assert_eq!(page_faults(self.text()), Vec::<String>::new(), "{path}");
    }

    /// The page of an error names the parameter that is wrong, or what is not there.
    #[track_caller]
    pub(crate) fn assert_names(&self, status: u16, named: &str) {
        assert_eq!(self.status.as_u16(), status);
        if status == 400 {
            let fields = self.texts("main ul code");
            assert!(fields.iter().any(|field| field == named), "{fields:?} is not `{named}`");
        } else {
            let said = self.texts("main [role=alert]").concat();
            assert!(said.contains(named), "{said} does not name `{named}`");
        }
    }

    /// A problem of a request names the parameter, any other one what is not there.
    #[track_caller]
    pub(crate) fn assert_problem_about(&self, status: u16, named: &str) {
        if status == 400 {
            return self.assert_problem_of(status, named);
        }
        self.assert_problem(status, named);
        let detail = self.json()["detail"].as_str().unwrap().to_owned();
        let remedy = self.json()["remedy"].to_string();
        assert!(detail.contains(named) || remedy.contains(named), "{detail} names no `{named}`");
    }

    /// A problem names the parameter that is wrong.
    #[track_caller]
    pub(crate) fn assert_problem_of(&self, status: u16, field: &str) {
        self.assert_problem(status, field);
        let problem = self.json();
        let faults = problem["fields"].as_array().unwrap();
        assert!(faults.iter().any(|fault| fault["field"] == field), "{problem} names no `{field}`");
    }

    /// A problem says what is wrong, with the status it came with.
    #[track_caller]
    pub(crate) fn assert_problem(&self, status: u16, part: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        for field in ["type", "title"] {
            assert!(!problem[field].as_str().unwrap().is_empty(), "{problem}");
        }
        assert!(problem.to_string().contains(part), "{problem} says nothing of `{part}`");
    }
}
