//! Logging in with the identity of another system.

use http::Method;
use kaishu_portal::Portal;
use kaishu_portal::accounts::{Caller, OidcSettings};
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_testkit::portal::now;
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::Lang;
use kaishu_types::account::Role;
use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD, add, assert_goes_to, code_of, entries, login};
use crate::identity_provider::{Asked, IdentityProvider, Signed};
use crate::support::{Answer, TestSite};

pub(crate) async fn open(change: impl FnOnce(&mut OidcSettings)) -> (TestSite, IdentityProvider) {
    let provider = IdentityProvider::open().await;
    let mut settings = provider.settings();
    change(&mut settings);
    let setup = Setup { with_demo: true, ..Setup::default() };
    let test_portal = TestPortal::open_with(setup, |all| {
        all.oidc = Some(settings);
        all.site.base_url = "http://127.0.0.1:3000".to_owned();
    })
    .await;
    (TestSite::of(test_portal, Assets::none(), Limits::default()), provider)
}

/// Begins a login, as the button of the login page does.
async fn begin(browser: &mut Browser<'_>, prefix: &str, next: &str) -> Asked {
    let next = kaishu_types::query::encode(&[("next", next)]);
    let page = browser.get(&format!("{prefix}/login?{next}")).await;
    let ways = page.attributes("main a[href*='/login/provider']", "href");
    assert_eq!(ways.len(), 1, "{ways:?}");
    let sent = browser.get(&ways[0]).await;
    assert_eq!(sent.status, 303);
    assert_eq!(sent.header("cache-control"), "no-store");
    let asked = Asked::of(sent.header("location"));
    assert_eq!(asked.value("response_type"), "code");
    assert_eq!(asked.value("code_challenge_method"), "S256");
    assert_eq!(asked.value("redirect_uri"), "http://127.0.0.1:3000/login/provider/return");
    asked
}

async fn come_back(browser: &mut Browser<'_>, code: &str, state: &str) -> Answer {
    browser.get(&format!("/login/provider/return?code={code}&state={state}&session_state=x")).await
}

/// Logs somebody in with claims of a well signed token.
pub(crate) async fn sign_on(
    browser: &mut Browser<'_>,
    provider: &IdentityProvider,
    next: &str,
    claims: Value,
) -> Answer {
    let asked = begin(browser, "", next).await;
    let code = provider.grant(&asked, claims, Signed::Well);
    come_back(browser, &code, asked.value("state")).await
}

fn li_na() -> Value {
    json!({
        "sub": "4711",
        "name": "李娜",
        "preferred_username": "Li.Na",
        "email": "li.na@example.cn",
        "email_verified": true,
    })
}

#[track_caller]
fn assert_refused(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 401, "{what}: {}", answer.text());
    answer.assert_well_formed_page(what);
    assert_eq!(answer.attributes("main a.btn-primary", "href"), ["/login"], "{what}");
}

/// The first login makes an account that uses data; the next one opens the same, whatever the person is
/// called by then; and the log says how.
#[tokio::test]
async fn an_identity_opens_one_account_from_the_first_login_on() {
    let (site, provider) = open(|_| {}).await;
    let mut browser = Browser::new(&site);
    let back = sign_on(&mut browser, &provider, "/datasets?q=%E5%AD%A6", li_na()).await;
    assert_goes_to(&back, "/datasets?q=%E5%AD%A6");
    let me = browser.get("/me").await;
    assert!(me.text().contains("李娜") && me.text().contains("li.na@example.cn"));
    let issuers =
        browser.get("/me/security").await.texts("section[aria-labelledby=h-identities] li");
    assert_eq!(issuers, [provider.issuer.as_str()]);

    let renamed = json!({ "sub": "4711", "name": "李娜娜", "email": "other@example.cn" });
    let mut phone = Browser::new(&site);
    assert_goes_to(&sign_on(&mut phone, &provider, "", renamed).await, "/me");
    assert!(phone.get("/me").await.text().contains("li.na@example.cn"));
    let logged: Vec<String> =
        entries(&site.test_portal, "li.na").await.iter().map(|it| it.event.name.clone()).collect();
    assert_eq!(logged, ["registered", "identity_joined", "logged_in", "logged_in"]);

    // Another subject is another person, even of the same name.
    let mut other = Browser::new(&site);
    let second =
        json!({ "sub": "4712", "preferred_username": "li.na", "email": "li.na@example.org" });
    assert_goes_to(&sign_on(&mut other, &provider, "", second).await, "/me");
    assert!(other.get("/me").await.text().contains("li.na-2"));
    let portal = site.test_portal.portal();
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

/// An address that nobody confirmed is not kept, and joins nothing.
#[tokio::test]
async fn an_address_counts_only_where_it_is_confirmed() {
    let (site, provider) = open(|_| {}).await;
    let portal = site.test_portal.portal();
    add(portal, "wang.wu", &[Role::DataUser]).await;
    for (sub, verified) in [("1", json!(false)), ("2", Value::Null)] {
        let mut browser = Browser::new(&site);
        let claims =
            json!({ "sub": sub, "email": "wang.wu@example.cn", "email_verified": verified });
        assert_goes_to(&sign_on(&mut browser, &provider, "", claims).await, "/me");
        let me = browser.get("/me").await;
        assert!(!me.text().contains("wang.wu@example.cn"), "an address that nobody confirmed");
    }
    // Where the token is silent, the provider is asked: about this subject and no other.
    provider.tells(json!({ "sub": "3", "email": "sun@example.cn", "email_verified": true }));
    let mut browser = Browser::new(&site);
    assert_goes_to(&sign_on(&mut browser, &provider, "", json!({ "sub": "3" })).await, "/me");
    assert!(browser.get("/me").await.text().contains("sun@example.cn"));
    let answer = sign_on(&mut Browser::new(&site), &provider, "", json!({ "sub": "4" })).await;
    assert_refused(&answer, "told of another subject");
}

/// An address with an account joins the two by the password of the account, and never by itself.
#[tokio::test]
async fn an_account_is_joined_by_its_password() {
    let (site, provider) = open(|_| {}).await;
    let portal = site.test_portal.portal();
    add(portal, "li.na", &[Role::DataUser]).await;
    let mut browser = Browser::new(&site);
    let back = sign_on(&mut browser, &provider, "/stats", li_na()).await;
    assert_goes_to(&back, "/login/provider/join");
    assert!(!browser.is_in().await, "an address alone opens nothing");
    let page = browser.get("/login/provider/join").await;
    page.assert_well_formed_page("/login/provider/join");
    assert!(page.text().contains("li.na@example.cn"));
    let wrong = browser.post("/login/provider/join", &[("password", "summer of 2026")]).await;
    assert_eq!(wrong.status, 400);
    wrong.assert_well_formed_page("/login/provider/join");
    assert!(!browser.is_in().await);
    // A page of another browser has nothing to join.
    let mut other = Browser::new(&site);
    assert_refused(&other.get("/login/provider/join").await, "no claim");
    assert_refused(
        &other.post("/login/provider/join", &[("password", PASSWORD)]).await,
        "no claim",
    );

    let done = browser.post("/login/provider/join", &[("password", PASSWORD)]).await;
    assert_goes_to(&done, "/stats");
    assert!(browser.is_in().await);
    let mut again = Browser::new(&site);
    assert_goes_to(&sign_on(&mut again, &provider, "", li_na()).await, "/me");

    // And ended again, by the password only.
    let wrong = again.post("/me/security/identities/end", &[("identity_password", "wrong")]).await;
    assert_eq!(wrong.status, 400);
    let done = again.post("/me/security/identities/end", &[("identity_password", PASSWORD)]).await;
    assert_goes_to(&done, "/me/security?done=identities");
    assert!(!browser.is_in().await, "other sessions end with it");
    let back = sign_on(&mut Browser::new(&site), &provider, "", li_na()).await;
    assert_goes_to(&back, "/login/provider/join");
    let logged = entries(&site.test_portal, "li.na").await;
    let logged: Vec<&str> = logged.iter().map(|it| it.event.name.as_str()).collect();
    assert_eq!(logged, ["made", "identity_joined", "logged_in", "logged_in", "identity_ended"]);
}

/// Whoever tries passwords by way of the provider is stopped as at the login.
#[tokio::test]
async fn guesses_at_the_password_of_an_account_count() {
    let (site, provider) = open(|_| {}).await;
    add(site.test_portal.portal(), "li.na", &[Role::DataUser]).await;
    let mut thief = Browser::new(&site);
    sign_on(&mut thief, &provider, "", li_na()).await;
    for n in 0..5 {
        let guess = format!("guess number {n}");
        assert_eq!(thief.post("/login/provider/join", &[("password", &guess)]).await.status, 400);
    }
    let right = thief.post("/login/provider/join", &[("password", PASSWORD)]).await;
    assert_eq!(right.status, 400, "the account is locked by now");
    assert!(!thief.is_in().await);
}

async fn staff(site: &TestSite) -> String {
    add(site.test_portal.portal(), "zhang.wei", &[Role::Officer]).await;
    let mut browser = Browser::new(site);
    browser.log_in("zhang.wei", PASSWORD).await;
    let secret = browser.get("/me/security/code").await.texts("main code").concat();
    let code = code_of(&secret, now());
    browser.post("/me/security/code", &[("code", &code)]).await;
    secret
}

fn zhang_wei(methods: &[&str]) -> Value {
    json!({
        "sub": "zw",
        "email": "zhang.wei@example.cn",
        "email_verified": true,
        "amr": methods,
    })
}

/// Staff give a one-time code here, too: to join, and at each login. A second factor of the provider is
/// believed only where the setting says so.
#[tokio::test]
async fn staff_give_a_second_factor() {
    for trusts in [false, true] {
        let (site, provider) = open(|settings| settings.trusts_second_factor = trusts).await;
        let secret = staff(&site).await;
        let mut browser = Browser::new(&site);
        sign_on(&mut browser, &provider, "", zhang_wei(&["pwd"])).await;
        let code = code_of(&secret, now() + chrono::TimeDelta::seconds(30));
        let join = "/login/provider/join";
        for wrong in ["", "000000"] {
            let answer = browser.post(join, &[("password", PASSWORD), ("code", wrong)]).await;
            assert_eq!(answer.status, 400, "the password alone joins nothing");
        }
        assert!(!browser.is_in().await);
        let done = browser.post(join, &[("password", PASSWORD), ("code", &code)]).await;
        assert_goes_to(&done, "/me");

        let mut weak = Browser::new(&site);
        let back = sign_on(&mut weak, &provider, "/workbench", zhang_wei(&["pwd"])).await;
        assert_goes_to(&back, "/login/code?next=/workbench");
        assert!(!weak.is_in().await);
        let mut strong = Browser::new(&site);
        let back = sign_on(&mut strong, &provider, "/workbench", zhang_wei(&["pwd", "otp"])).await;
        assert_goes_to(&back, if trusts { "/workbench" } else { "/login/code?next=/workbench" });
        assert_eq!(strong.is_in().await, trusts);
    }
}

/// Whose account is disabled or locked stays out, and learns what to do.
#[tokio::test]
async fn who_may_not_log_in_may_not_by_another_way() {
    let (site, provider) = open(|_| {}).await;
    let portal = site.test_portal.portal();
    add(portal, "li.na", &[Role::DataUser]).await;
    let mut browser = Browser::new(&site);
    sign_on(&mut browser, &provider, "", li_na()).await;
    browser.post("/login/provider/join", &[("password", PASSWORD)]).await;
    let mut thief = Browser::new(&site);
    for _ in 0..5 {
        thief.log_in("li.na", "summer of 2026").await;
    }
    let locked = sign_on(&mut Browser::new(&site), &provider, "", li_na()).await;
    assert_refused(&locked, "locked");
    let set = async |portal: &Portal, is_enabled| {
        let (command, name) = (Caller::command(), login("li.na"));
        portal.set_enabled(&command, &name, is_enabled, Lang::En).await.unwrap();
    };
    set(portal, false).await;
    let disabled = sign_on(&mut Browser::new(&site), &provider, "", li_na()).await;
    assert_refused(&disabled, "disabled");
    set(portal, true).await;
    assert_goes_to(&sign_on(&mut browser, &provider, "", li_na()).await, "/me");
}

/// Part of ORG-06: an account that was disabled before any identity was joined to it does not come back as another
/// one.
#[tokio::test]
async fn a_disabled_account_does_not_come_back_as_another() {
    let (site, provider) = open(|_| {}).await;
    let portal = site.test_portal.portal();
    add(portal, "li.na", &[Role::DataUser]).await;
    let mut browser = Browser::new(&site);
    let asked = sign_on(&mut browser, &provider, "", li_na()).await;
    assert_goes_to(&asked, "/login/provider/join");
    let command = Caller::command();
    let n_before = portal.accounts(&command, Lang::En).await.unwrap().len();
    portal.set_enabled(&command, &login("li.na"), false, Lang::En).await.unwrap();
    let late = browser.post("/login/provider/join", &[("password", PASSWORD)]).await;
    assert_refused(&late, "disabled meanwhile");
    let back = sign_on(&mut Browser::new(&site), &provider, "", li_na()).await;
    assert_refused(&back, "disabled");
    assert!(back.text().contains("已经停用"), "{}", back.text());
    assert_eq!(portal.accounts(&command, Lang::En).await.unwrap().len(), n_before);
}

/// Proofs that are refused count as logins that failed do, and what did not begin here does not.
#[tokio::test]
async fn refused_proofs_count_as_tries() {
    let (site, provider) = open(|_| {}).await;
    let mut browser = Browser::at(&site, [192, 0, 2, 1]);
    for _ in 0..40 {
        assert_refused(&come_back(&mut browser, "code", "state").await, "not begun here");
    }
    for _ in 0..30 {
        let asked = begin(&mut browser, "", "").await;
        let code = provider.grant(&asked, li_na(), Signed::Not);
        assert_refused(&come_back(&mut browser, &code, asked.value("state")).await, "refused");
    }
    assert_eq!(sign_on(&mut browser, &provider, "", li_na()).await.status, 429);
    let mut neighbour = Browser::at(&site, [192, 0, 2, 2]);
    assert_goes_to(&sign_on(&mut neighbour, &provider, "", li_na()).await, "/me");
}

/// A name that the log gives to whoever has no account is no login: it is numbered.
#[tokio::test]
async fn a_reserved_name_is_no_login() {
    let (site, provider) = open(|_| {}).await;
    let claims = json!({ "sub": "1", "preferred_username": "system", "email": "s@example.org" });
    sign_on(&mut Browser::new(&site), &provider, "", claims).await;
    let known = site.test_portal.portal().accounts(&Caller::command(), Lang::En).await.unwrap();
    let known: Vec<&str> = known.iter().map(|it| it.login.as_str()).collect();
    assert!(known.contains(&"system-2") && !known.contains(&"system"), "{known:?}");
}

/// Nothing is believed that the provider did not sign for this portal, this browser and this moment.
#[tokio::test]
async fn a_token_that_is_not_right_in_every_respect_lets_nobody_in() {
    let (site, provider) = open(|_| {}).await;
    let at = |seconds: i64| now().timestamp() + seconds;
    let cases = [
        ("signed by another key", json!({}), Signed::ByAnother),
        ("not signed", json!({}), Signed::Not),
        ("signed with the public key", json!({}), Signed::WithThePublicKey),
        ("for another login", json!({ "nonce": "another" }), Signed::Well),
        ("for no login", json!({ "nonce": null }), Signed::Well),
        ("for another portal", json!({ "aud": "another" }), Signed::Well),
        ("for another portal, too", json!({ "aud": ["kaishu", "another"] }), Signed::Well),
        ("by another issuer", json!({ "iss": "https://id.example.cn" }), Signed::Well),
        ("expired", json!({ "exp": at(0), "iat": at(-60) }), Signed::Well),
        (
            "about another access token",
            json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }),
            Signed::Well,
        ),
    ];
    for (what, claims, signed) in cases {
        let mut browser = Browser::new(&site);
        let asked = begin(&mut browser, "", "").await;
        let mut all = li_na();
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        let code = provider.grant(&asked, all, signed);
        let answer = come_back(&mut browser, &code, asked.value("state")).await;
        assert_refused(&answer, what);
        assert!(!browser.is_in().await, "{what}");
    }
    assert!(entries(&site.test_portal, "li.na").await.is_empty(), "no account was made");
    // A key that is replaced is asked for again.
    let mut browser = Browser::new(&site);
    provider.replace_key();
    assert_goes_to(&sign_on(&mut browser, &provider, "", li_na()).await, "/me");
}

/// A login belongs to the browser that began it, and comes back once.
#[tokio::test]
async fn a_login_is_bound_to_its_browser_and_used_once() {
    let (site, provider) = open(|_| {}).await;
    let mut browser = Browser::new(&site);
    let asked = begin(&mut browser, "", "").await;
    let code = provider.grant(&asked, li_na(), Signed::Well);
    let state = asked.value("state").to_owned();

    let mut victim = Browser::new(&site);
    assert_refused(&come_back(&mut victim, &code, &state).await, "a browser that began nothing");
    let others = begin(&mut victim, "", "").await;
    assert_refused(&come_back(&mut victim, &code, &state).await, "the state of another browser");
    let mixed = come_back(&mut victim, &code, others.value("state")).await;
    assert_refused(&mixed, "the cookie went with the refusal");
    let others = begin(&mut victim, "", "").await;
    let mixed = come_back(&mut victim, &code, others.value("state")).await;
    assert_refused(&mixed, "the code of another browser");

    let path = format!("/login/provider/return?code={code}&state={state}");
    let kept = browser.cookie();
    let asked = begin(&mut browser, "", "").await;
    let code = provider.grant(&asked, li_na(), Signed::Well);
    assert_goes_to(&come_back(&mut browser, &code, asked.value("state")).await, "/me");
    assert_refused(&browser.get(&path).await, "the cookie is gone");
    let twice = site.ask(Method::GET, &path, &[("cookie", &kept)], "").await;
    assert_refused(&twice, "a code that was used before");
    let forged = site.ask(Method::GET, &path, &[("cookie", "kaishu-sign-on=AAAA")], "").await;
    assert_refused(&forged, "a cookie that is none of ours");
    for cookie in browser.cookie().split("; ") {
        assert!(!cookie.starts_with("kaishu-sign-on="), "{cookie}");
    }
}

/// What the provider itself refuses, or does not answer, is said plainly, in the language of the login.
#[tokio::test]
async fn a_provider_that_lets_nobody_in_leads_back_to_the_login() {
    let (site, provider) = open(|_| {}).await;
    for (prefix, said) in [("", "取消"), ("/en", "cancelled")] {
        let mut browser = Browser::new(&site);
        let asked = begin(&mut browser, prefix, "").await;
        let state = asked.value("state");
        let path = format!("/login/provider/return?error=access_denied&state={state}");
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, 401);
        answer.assert_well_formed_page(&path);
        assert!(answer.text().contains(said));
        let way = answer.attributes("main a.btn-primary", "href");
        assert_eq!(way, [format!("{prefix}/login")]);
    }
    let mut browser = Browser::new(&site);
    let asked = begin(&mut browser, "", "").await;
    let code = provider.grant(&asked, li_na(), Signed::Well);
    let state = asked.value("state");
    let path = format!("/login/provider/return?code={code}&state={state}&iss=https://evil.cn");
    assert_refused(&browser.get(&path).await, "another issuer says so");
    let asked = begin(&mut browser, "", "").await;
    provider.close();
    let answer = come_back(&mut browser, "code", asked.value("state")).await;
    assert_eq!(answer.status, 503);
    answer.assert_well_formed_page("/login/provider/return");
    // Passwords work as before.
    add(site.test_portal.portal(), "wang.wu", &[Role::DataUser]).await;
    assert_goes_to(&browser.log_in("wang.wu", PASSWORD).await, "/me");
}

/// Only places of this site are gone to afterwards, and without a provider there is no way to one.
#[tokio::test]
async fn nobody_is_led_away_from_this_site() {
    let (site, provider) = open(|_| {}).await;
    let mut browser = Browser::new(&site);
    let sent = browser.get("/login/provider?next=//evil.cn").await;
    let asked = Asked::of(sent.header("location"));
    let code = provider.grant(&asked, li_na(), Signed::Well);
    assert_goes_to(&come_back(&mut browser, &code, asked.value("state")).await, "/me");

    let site = TestSite::empty().await;
    let page = site.get("/login").await;
    assert!(page.attributes("a[href*='/login/provider']", "href").is_empty());
    for path in ["/login/provider", "/login/provider/return?code=a&state=b", "/login/provider/join"]
    {
        assert_eq!(site.get(path).await.status, 404, "{path}");
    }
}
