//! What somebody gains who found a browser open, or tries addresses: nothing that lasts, and nothing that is told.

use chrono::TimeDelta;
use kaishu_testkit::portal::now;
use kaishu_types::account::Role;

use crate::browser::{Browser, PASSWORD, add, assert_goes_to, code_of, with_post_box, with_token};
use crate::support::TestSite;

const ANOTHER: &str = "quite another horse";

/// The codes of somebody are replaced by their owner only: whoever found the browser open sees no secret that is in
/// use, and sets none up without the password or a code.
#[tokio::test]
async fn a_stolen_session_takes_over_no_codes() {
    let site = TestSite::demo().await;
    add(site.test_portal.portal(), "li.na", &[Role::DataUser]).await;
    let mut browser = Browser::new(&site);
    browser.log_in("li.na", PASSWORD).await;
    let path = "/me/security/code";
    let first = browser.get(path).await.texts("main code").concat();
    let code = code_of(&first, now());
    for wrong in ["", "not the password", "000000"] {
        let refused = browser.post(path, &[("code", &code), ("current", wrong)]).await;
        assert_eq!(refused.status, 400, "{wrong}");
    }
    let done = browser.post(path, &[("code", &code), ("current", PASSWORD)]).await;
    assert_goes_to(&done, "/me/security?done=code");

    let second = browser.get(path).await.texts("main code").concat();
    assert_ne!(second, first, "the secret that is in use is shown no more");
    let new = code_of(&second, now());
    let later = code_of(&first, now() + TimeDelta::seconds(30));
    for wrong in ["", "000000", new.as_str(), code.as_str()] {
        let refused = browser.post(path, &[("code", &new), ("current", wrong)]).await;
        assert_eq!(refused.status, 400, "{wrong}");
    }
    let moved = browser.post(path, &[("code", &new), ("current", &later)]).await;
    assert_goes_to(&moved, "/me/security?done=code");
}

/// Another password ends the tokens, too: they may have been made by whoever was in.
#[tokio::test]
async fn another_password_ends_tokens() {
    let site = TestSite::demo().await;
    add(site.test_portal.portal(), "li.na", &[Role::DataUser]).await;
    let mut browser = Browser::new(&site);
    browser.log_in("li.na", PASSWORD).await;
    browser.post("/me/tokens", &[("name", "nightly"), ("scope", "read"), ("days", "30")]).await;
    let token = browser.get("/me/tokens").await.texts("#token").concat();
    assert_eq!(with_token(&site, &token).await.status, 200);
    let fields = [("current", PASSWORD), ("password", ANOTHER)];
    assert_goes_to(
        &browser.post("/me/security/password", &fields).await,
        "/me/security?done=password",
    );
    assert_eq!(with_token(&site, &token).await.status, 401);
    assert!(browser.is_in().await);
}

/// Whether an address has an account is told to its owner alone: neither registering with it nor logging in afterwards
/// differs, and an address is written to once, whatever logins are tried with it.
#[tokio::test]
async fn registering_tells_nobody_who_has_an_account() {
    let (site, post_box) = with_post_box().await;
    add(site.test_portal.portal(), "li.na", &[Role::DataUser]).await;
    let mut browser = Browser::new(&site);
    let mut answers = Vec::new();
    for (login, email) in [("probe1", "li.na@example.cn"), ("probe2", "nobody@example.cn")] {
        let typed = [
            ("kind", "person"),
            ("login", login),
            ("name", "王五"),
            ("email", email),
            ("password", PASSWORD),
        ];
        assert_goes_to(&browser.post("/register", &typed).await, "/register/sent");
        let twice = browser.post("/register", &typed).await;
        let refused = browser.log_in(login, PASSWORD).await;
        let shown = (twice.status, refused.status, refused.texts("[role=alert]").concat());
        answers.push((shown, twice.texts("[role=alert]").concat().replace(login, "…")));
    }
    assert_eq!(answers[0], answers[1]);
    assert!(answers[0].0.2.contains("邮箱"), "{answers:?}");
    let letters = [post_box.last().await, post_box.last().await];
    let to_owner = letters.iter().find(|it| it.to.contains("li.na@")).unwrap();
    assert!(!to_owner.body.contains("/confirm/"), "{}", to_owner.body);
    assert!(letters.iter().any(|it| it.to.contains("nobody@") && it.body.contains("/confirm/")));
    add(site.test_portal.portal(), "wang.wu", &[Role::DataUser]).await;
    browser.post("/forgot", &[("login", "wang.wu")]).await;
    assert!(post_box.last().await.to.contains("wang.wu@"), "one to each address, and no more");
}

/// One network registers so many accounts in an hour; another one goes on.
#[tokio::test]
async fn a_network_registers_no_flood_of_accounts() {
    let site = TestSite::demo().await;
    let register = async |browser: &mut Browser<'_>, n: usize| {
        let (login, email) = (format!("flood{n}"), format!("flood{n}@example.cn"));
        let typed = [
            ("kind", "person"),
            ("login", login.as_str()),
            ("name", "王五"),
            ("email", email.as_str()),
            ("password", PASSWORD),
        ];
        browser.post("/register", &typed).await.status.as_u16()
    };
    let mut flood = Browser::at(&site, [192, 0, 2, 1]);
    for n in 0..30 {
        assert_eq!(register(&mut flood, n).await, 303, "{n}");
    }
    assert_eq!(register(&mut flood, 30).await, 429);
    let mut other = Browser::at(&site, [192, 0, 2, 9]);
    assert_eq!(register(&mut other, 31).await, 303);
}
