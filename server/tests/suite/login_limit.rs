//! Who fails to log in too often waits, whatever account is tried.

use std::num::NonZeroU32;

use chrono::TimeDelta;
use kaishu_portal::accounts::LoginLimit;
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_testkit::portal::now;
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::account::Role;

use crate::browser::{Browser, PASSWORD, add, assert_goes_to, code_of};
use crate::support::TestSite;

/// A site at a time at which one client may fail to log in three times.
async fn strict() -> TestSite {
    let test_portal = TestPortal::open_with(Setup::default(), |settings| {
        let failures = NonZeroU32::new(3).unwrap();
        settings.login_limit = LoginLimit { failures, span: TimeDelta::minutes(15) };
    })
    .await;
    TestSite::of(test_portal, Assets::none(), Limits::default())
}

/// A guesser who takes another account each time locks none of them, and waits nevertheless.
#[tokio::test]
async fn a_client_that_fails_often_is_told_when_to_try_again() {
    let site = strict().await;
    let portal = site.test_portal.portal();
    for name in ["li.na", "wang.wu"] {
        add(portal, name, &[Role::DataUser]).await;
    }
    let mut guesser = Browser::at(&site, [192, 0, 2, 1]);
    for name in ["li.na", "nobody", "wang.wu@example.cn"] {
        assert_eq!(guesser.log_in(name, "summer of 2026").await.status, 400, "{name}");
    }

    for prefix in ["", "/en"] {
        let fields = [("login", "li.na"), ("password", PASSWORD), ("next", "/datasets")];
        let answer = guesser.post(&format!("{prefix}/login"), &fields).await;
        assert_eq!(answer.status, 429);
        assert_eq!(answer.header("retry-after"), "901");
        assert_eq!(answer.header("cache-control"), "no-store");
        answer.assert_well_formed_page("/login");
        let said = answer.texts("main [role=alert]").concat();
        assert!(said.contains("12:15"), "{said}");
        assert_eq!(answer.attributes("main input[name=login]", "value"), ["li.na"]);
        assert_eq!(answer.attributes("main input[name=next]", "value"), ["/datasets"]);
    }
    let headers = [
        ("accept", "application/json"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
    ];
    let answer = guesser.ask(http::Method::POST, "/login", &headers, "login=a&password=b").await;
    answer.assert_problem(429, "12:15");
    assert_eq!(answer.header("retry-after"), "901");

    let mut neighbour = Browser::at(&site, [192, 0, 2, 2]);
    assert_goes_to(&neighbour.log_in("li.na", PASSWORD).await, "/me");
    let mut of_no_client = Browser::new(&site);
    assert_goes_to(&of_no_client.log_in("wang.wu", PASSWORD).await, "/me");
}

/// Codes count as passwords do, and logins that succeed count for nothing.
#[tokio::test]
async fn wrong_codes_of_a_client_count_and_right_logins_do_not() {
    let site = strict().await;
    add(site.test_portal.portal(), "li.na", &[Role::DataUser]).await;
    let mut owner = Browser::at(&site, [192, 0, 2, 1]);
    for _ in 0..5 {
        assert_goes_to(&owner.log_in("li.na", PASSWORD).await, "/me");
    }
    let secret = owner.get("/me/security/code").await.texts("main code").concat();
    let fields = [("code", code_of(&secret, now())), ("current", PASSWORD.to_owned())];
    owner
        .post("/me/security/code", &fields.each_ref().map(|(name, value)| (*name, value.as_str())))
        .await;

    let mut thief = Browser::at(&site, [192, 0, 2, 9]);
    assert_goes_to(&thief.log_in("li.na", PASSWORD).await, "/login/code");
    for _ in 0..3 {
        assert_eq!(thief.post("/login/code", &[("code", "000000")]).await.status, 400);
    }
    let refused = thief.post("/login/code", &[("code", "000000")]).await;
    assert_eq!(refused.status, 429);
    refused.assert_well_formed_page("/login/code");
    assert!(refused.texts("main [role=alert]").concat().contains("12:15"));
    assert!(!thief.is_in().await);
}
