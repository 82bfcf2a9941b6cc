//! A browser that holds its cookies, and accounts for it to log in with.

use std::net::IpAddr;

use axum::body::Body;
use http::{Method, Request};
use kaishu_portal::Portal;
use kaishu_portal::accounts::{Caller, NewStaff};
use kaishu_portal::retrieval::Client;
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_store::log::{Logged, Search};
use kaishu_testkit::portal::now;
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::Lang;
use kaishu_types::account::{AccountKind, Login, Role, RoleGrant};

use crate::post_box::PostBox;
use crate::support::{Answer, TestSite};

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) fn login(text: &str) -> Login {
    text.parse().unwrap()
}

pub(crate) fn role(role: Role) -> RoleGrant {
    let organization = role.is_of_organization().then(|| "YX-FGW".parse().unwrap());
    RoleGrant { role, organization, region: None }
}

pub(crate) fn staff(name: &str, roles: &[Role]) -> NewStaff {
    NewStaff {
        login: login(name),
        kind: AccountKind::Person,
        name: Some(format!("{name} 的名字")),
        email: Some(format!("{name}@example.cn")),
        password: PASSWORD.to_owned(),
        contract: None,
        roles: roles.iter().copied().map(role).collect(),
    }
}

/// Makes an account that can be used.
pub(crate) async fn add(portal: &Portal, name: &str, roles: &[Role]) {
    portal.add_account(&Caller::command(), staff(name, roles), Lang::En).await.unwrap();
}

/// A portal that sends its mail to where it can be read.
pub(crate) async fn with_post_box() -> (TestSite, PostBox) {
    let post_box = PostBox::open().await;
    let test_portal = TestPortal::open_with(Setup::default(), |settings| {
        settings.mail.url = Some(post_box.url());
        settings.mail.from = Some("数据 <data@example.cn>".to_owned());
    })
    .await;
    (TestSite::of(test_portal, Assets::none(), Limits::default()), post_box)
}

/// A demonstration that sends its mail to where it can be read.
pub(crate) async fn demo_with_post_box() -> (TestSite, PostBox) {
    let post_box = PostBox::open().await;
    let setup = Setup { with_demo: true, ..Setup::default() };
    let test_portal = TestPortal::open_with(setup, |settings| {
        settings.mail.url = Some(post_box.url());
        settings.mail.from = Some("数据 <data@example.cn>".to_owned());
    })
    .await;
    (TestSite::of(test_portal, Assets::none(), Limits::default()), post_box)
}

/// A browser: it holds the cookies that it was given.
pub(crate) struct Browser<'a> {
    site: &'a TestSite,
    cookies: Vec<(String, String)>,
    client: Option<Client>,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(site: &'a TestSite) -> Self {
        Self { site, cookies: Vec::new(), client: None }
    }

    /// A browser at an address.
    pub(crate) fn at(site: &'a TestSite, address: [u8; 4]) -> Self {
        Self { client: Some(Client::from(IpAddr::from(address))), ..Self::new(site) }
    }

    /// A browser that holds a session already.
    pub(crate) fn with_session(site: &'a TestSite, token: &str) -> Self {
        let name = app::cookie_name(&site.test_portal.portal().site()).to_owned();
        Self { cookies: vec![(name, token.to_owned())], ..Self::new(site) }
    }

    pub(crate) fn cookie(&self) -> String {
        let pairs: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], "").await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from("same-origin", path, fields).await
    }

    /// Sends a form as a browser does for a page of this site or, `cross-site`, of another one.
    pub(crate) async fn post_from(
        &mut self,
        site: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", site),
            ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"),
        ];
        self.ask(Method::POST, path, &headers, &body).await
    }

    pub(crate) async fn ask(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:3000")
            .header("cookie", self.cookie());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body.to_owned())).unwrap();
        if let Some(client) = self.client {
            request.extensions_mut().insert(client);
        }
        let answer = self.site.send(request).await;
        self.keep(&answer);
        answer
    }

    fn keep(&mut self, answer: &Answer) {
        for set in answer.headers.get_all("set-cookie") {
            let set = set.to_str().unwrap();
            let (pair, rest) = set.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !rest.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    pub(crate) async fn log_in(&mut self, name: &str, password: &str) -> Answer {
        self.post("/login", &[("login", name), ("password", password)]).await
    }

    /// A browser in which somebody of the staff is logged in, with codes set up.
    pub(crate) async fn of_staff(site: &'a TestSite, name: &str) -> Self {
        let mut browser = Self::new(site);
        assert_goes_to(&browser.log_in(name, PASSWORD).await, "/me/security/code");
        let secret = browser.get("/me/security/code").await.texts("main code").concat();
        let code = code_of(&secret, now());
        let done = browser.post("/me/security/code", &[("code", &code)]).await;
        assert_goes_to(&done, "/me/security?done=code");
        browser
    }

    /// Whether the own account is shown.
    pub(crate) async fn is_in(&mut self) -> bool {
        self.get("/me").await.status == 200
    }
}

#[track_caller]
pub(crate) fn assert_goes_to(answer: &Answer, path: &str) {
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(answer.header("location"), path);
}

/// The one-time code of a secret as a page shows it, at a time.
pub(crate) fn code_of(secret: &str, at: chrono::DateTime<chrono::Utc>) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(at.timestamp()).unwrap()).to_string()
}

pub(crate) async fn with_token(site: &TestSite, token: &str) -> Answer {
    let value = format!("Bearer {token}");
    site.get_with("/api/v1/datasets", &[("authorization", &value)]).await
}

/// What was done to an account, the oldest first.
pub(crate) async fn entries(test_portal: &TestPortal, name: &str) -> Vec<Logged> {
    let search = Search {
        kind: Some("account".to_owned()),
        subjects: vec![name.to_owned()],
        ..Search::default()
    };
    let mut found = kaishu_store::log::search(test_portal.store(), &search, 100).await.unwrap();
    found.reverse();
    found
}
