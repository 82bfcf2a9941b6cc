//! What is done to accounts is in the log, each act once.

use chrono::TimeDelta;
use kaishu_portal::Portal;
use kaishu_portal::accounts::{Caller, Contract, NewStaff};
use kaishu_store::log::Logged;
use kaishu_testkit::portal::now;
use kaishu_types::Lang;
use kaishu_types::account::{AccountKind, Role, TokenScope};

use crate::browser::{
    Browser, PASSWORD, add, assert_goes_to, code_of, demo_with_post_box, entries, login, role,
    staff,
};
use crate::support::TestSite;

const ANOTHER: &str = "another horse battery";

/// The acts by their names, each with who did it.
fn told(entries: &[Logged]) -> Vec<(&str, &str)> {
    entries.iter().map(|it| (it.event.name.as_str(), it.event.by.login.as_str())).collect()
}

fn fact<'a>(entries: &'a [Logged], event: &str, name: &str) -> &'a str {
    let entry = entries.iter().rfind(|it| it.event.name == event).unwrap();
    &entry.event.body.facts[name]
}

#[track_caller]
fn assert_tells_none_of(entries: &[Logged], secrets: &[&str]) {
    for entry in entries {
        let text = serde_json::to_string(&entry.event).unwrap();
        for secret in secrets {
            assert!(!text.contains(secret), "{text} tells {secret}");
        }
    }
}

async fn assert_sound(portal: &Portal) {
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

/// Part of SEC-01: what the owner of an account does to it is in the log, each act once, with neither
/// password nor token, code or address.
#[tokio::test]
async fn what_somebody_does_to_the_own_account_is_in_the_log() {
    let (site, post_box) = demo_with_post_box().await;
    let mut browser = Browser::new(&site);
    let fields = [
        ("kind", "person"),
        ("name", "李娜"),
        ("login", "li.na"),
        ("email", "li.na@example.cn"),
        ("password", PASSWORD),
    ];
    assert_goes_to(&browser.post("/register", &fields).await, "/register/sent");
    let link = post_box.last().await.link("/confirm/");
    assert_goes_to(&browser.post(&link, &[]).await, "/login?done=confirmed");
    browser.log_in("li.na", PASSWORD).await;
    for _ in 0..2 {
        Browser::new(&site).log_in("li.na", PASSWORD).await;
    }
    let page = browser.get("/me/security").await;
    let ends = page.attributes("main form[action$='/end']", "action");
    assert_goes_to(&browser.post(&ends[0], &[]).await, "/me/security?done=session");
    let others = browser.post("/me/security/sessions/end-others", &[]).await;
    assert_goes_to(&others, "/me/security?done=sessions");
    let page = browser.get("/me/security?done=sessions").await;
    page.assert_well_formed_page("/me/security");
    assert!(page.attributes("main form[action*='/sessions/']", "action").is_empty());
    let fields = [("current", PASSWORD), ("password", ANOTHER)];
    browser.post("/me/security/password", &fields).await;
    let fields = [("name", "nightly"), ("scope", "read"), ("days", "30")];
    browser.post("/me/tokens", &fields).await;
    let token = browser.get("/me/tokens").await.texts("#token").concat();
    let page = browser.get("/me/tokens").await;
    let revoke = page.attributes("main form[action$=revoke]", "action").concat();
    assert_goes_to(&browser.post(&revoke, &[]).await, "/me/tokens?done=revoked");
    let secret = browser.get("/me/security/code").await.texts("main code").concat();
    let code = code_of(&secret, now());
    browser.post("/me/security/code", &[("code", &code), ("current", ANOTHER)]).await;
    let mut other = Browser::new(&site);
    assert_goes_to(&other.log_in("li.na", ANOTHER).await, "/login/code");
    let next = code_of(&secret, now() + TimeDelta::seconds(30));
    assert_goes_to(&other.post("/login/code", &[("code", &next)]).await, "/me");
    browser.post("/me/security/code/end", &[("code_password", ANOTHER)]).await;

    let entries = entries(&site.test_portal, "li.na").await;
    let expected = [
        "registered",
        "confirmed",
        "logged_in",
        "logged_in",
        "logged_in",
        "session_ended",
        "sessions_ended",
        "password_changed",
        "token_made",
        "token_ended",
        "codes_set_up",
        // Of a login with a code only the end is one.
        "logged_in",
        "codes_given_up",
    ];
    assert_eq!(told(&entries), expected.map(|event| (event, "li.na")));
    assert_eq!(fact(&entries, "token_made", "name"), "nightly");
    assert_eq!(fact(&entries, "token_made", "scope"), "read");
    assert_eq!(fact(&entries, "token_made", "days"), "30");
    assert_eq!(fact(&entries, "token_ended", "name"), "nightly");
    let secret = secret.replace(' ', "");
    let secrets = [PASSWORD, ANOTHER, &token, &secret, &code, &next, "li.na@"];
    assert_tells_none_of(&entries, &secrets);

    add(site.test_portal.portal(), "wang.wu", &[Role::DataUser]).await;
    browser.post("/forgot", &[("login", "wang.wu")]).await;
    let reset = post_box.last().await.link("/reset/");
    let done = browser.post(&reset, &[("password", ANOTHER)]).await;
    assert_goes_to(&done, "/login?done=reset");
    let entries = crate::browser::entries(&site.test_portal, "wang.wu").await;
    assert_eq!(told(&entries), [("made", "command"), ("password_reset", "wang.wu")]);
    assert_tells_none_of(&entries, &[ANOTHER, "wang.wu@", &reset["/reset/".len()..]]);
    assert_sound(site.test_portal.portal()).await;
}

/// Part of SEC-01: what others do to an account is in the log, with who did it and which roles were given and
/// taken; so is what the portal does by itself.
#[tokio::test]
async fn what_others_do_to_an_account_is_in_the_log() {
    let site = TestSite::demo().await;
    let (test_portal, portal) = (&site.test_portal, site.test_portal.portal());
    let (command, name) = (Caller::command(), login("zhang.wei"));
    add(portal, "zhang.wei", &[Role::Officer]).await;
    let change = (vec![role(Role::Reviewer)], vec![Role::Officer]);
    portal.change_roles(&command, &name, change, Lang::En).await.unwrap();
    portal.forget_second_factor(&command, &name, Lang::En).await.unwrap();
    let wanted = ("nightly", TokenScope::Publish, 30);
    let token = portal.make_token_for(&command, &name, wanted, Lang::En).await.unwrap();
    portal.set_enabled(&command, &name, false, Lang::En).await.unwrap();
    portal.set_enabled(&command, &name, true, Lang::En).await.unwrap();
    let contract = Contract {
        security_review: "AQ-2026-7".to_owned(),
        contract: "HT-2026-19".to_owned(),
        ends_at: now() + TimeDelta::days(30),
    };
    let firm = NewStaff {
        kind: AccountKind::Contractor,
        contract: Some(contract),
        ..staff("firm", &[Role::DataUser])
    };
    portal.add_account(&command, firm, Lang::En).await.unwrap();
    let registration = kaishu_portal::accounts::Registration {
        kind: "person".to_owned(),
        login: "never".to_owned(),
        name: "王五".to_owned(),
        email: "wang.wu@example.cn".to_owned(),
        password: PASSWORD.to_owned(),
        terms: String::new(),
    };
    portal.register(&registration, None, Lang::Zh).await.unwrap();
    let later = test_portal.open_at(now() + TimeDelta::days(30)).await;
    for _ in 0..2 {
        later.sweep_accounts().await.unwrap();
    }

    let zhang = entries(test_portal, "zhang.wei").await;
    let expected =
        ["made", "roles_changed", "codes_forgotten", "token_made", "disabled", "enabled"];
    assert_eq!(told(&zhang), expected.map(|event| (event, "command")));
    assert_eq!(fact(&zhang, "made", "roles"), "officer YX-FGW");
    assert_eq!(fact(&zhang, "roles_changed", "given"), "reviewer YX-FGW");
    assert_eq!(fact(&zhang, "roles_changed", "taken"), "officer YX-FGW");
    assert_tells_none_of(&zhang, &[PASSWORD, &token, "zhang.wei@"]);
    let firm = entries(test_portal, "firm").await;
    assert_eq!(told(&firm), [("made", "command"), ("contract_ended", "system")]);
    assert_eq!(fact(&firm, "made", "contract"), "HT-2026-19");
    let never = entries(test_portal, "never").await;
    assert_eq!(told(&never), [("registered", "never"), ("forgotten", "system")]);
    assert_sound(portal).await;
}

/// Part of SEC-01: of wrong passwords the one is in the log that suspends the login; what is refused leaves
/// nothing else behind.
#[tokio::test]
async fn a_suspended_login_is_in_the_log_once() {
    let site = TestSite::empty().await;
    add(site.test_portal.portal(), "li.na", &[Role::DataUser]).await;
    let mut browser = Browser::new(&site);
    for _ in 0..7 {
        assert_eq!(browser.log_in("li.na", "wrong password").await.status, 400);
    }

    let entries = entries(&site.test_portal, "li.na").await;
    assert_eq!(told(&entries), [("made", "command"), ("locked", "system")]);
    assert_eq!(fact(&entries, "locked", "until"), "2026-11-21T04:15:00+00:00");
    assert_tells_none_of(&entries, &["wrong password"]);

    // The fifth attempt may be the right one: then nothing is suspended.
    add(site.test_portal.portal(), "wang.wu", &[Role::DataUser]).await;
    for _ in 0..4 {
        browser.log_in("wang.wu", "wrong password").await;
    }
    assert_goes_to(&browser.log_in("wang.wu", PASSWORD).await, "/me");
    let entries = crate::browser::entries(&site.test_portal, "wang.wu").await;
    assert_eq!(told(&entries), [("made", "command"), ("logged_in", "wang.wu")]);
    assert_sound(site.test_portal.portal()).await;
}
