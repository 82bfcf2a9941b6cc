//! What an account may do and until when: roles, tokens, contracts.

use chrono::TimeDelta;
use kaishu_portal::Error;
use kaishu_portal::accounts::{Caller, Contract, NewStaff};
use kaishu_testkit::portal::now;
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::account::{AccountKind, AccountState, Login, Role, TokenScope};
use kaishu_types::{ErrorCode, Lang};

use crate::browser::{
    Browser, PASSWORD, add, assert_goes_to, code_of, login, role, staff, with_token,
};
use crate::support::TestSite;

/// Part of ORG-06, as far as access goes: a change of roles and a disabled account end sessions and tokens with
/// the next request.
#[tokio::test]
async fn other_roles_and_a_disabled_account_end_sessions_and_tokens_at_once() {
    let site = TestSite::demo().await;
    let portal = site.test_portal.portal();
    let caller = Caller::command();
    add(portal, "li.na", &[Role::DataUser]).await;
    add(portal, "other", &[Role::DataUser]).await;
    let mut other = Browser::new(&site);
    other.log_in("other", PASSWORD).await;
    for by_roles in [true, false] {
        let mut browser = Browser::new(&site);
        browser.log_in("li.na", PASSWORD).await;
        let wanted = ("nightly", TokenScope::Read, 30);
        let token =
            portal.make_token_for(&caller, &login("li.na"), wanted, Lang::En).await.unwrap();
        assert!(browser.is_in().await);
        assert_eq!(with_token(&site, &token).await.status, 200);

        if by_roles {
            let change = (vec![role(Role::Reviewer)], vec![]);
            portal.change_roles(&caller, &login("li.na"), change, Lang::En).await.unwrap();
            let change = (vec![], vec![Role::Reviewer]);
            portal.change_roles(&caller, &login("li.na"), change, Lang::En).await.unwrap();
        } else {
            portal.set_enabled(&caller, &login("li.na"), false, Lang::En).await.unwrap();
        }

        assert!(!browser.is_in().await);
        with_token(&site, &token).await.assert_problem(401, "/me/tokens");
        assert!(other.is_in().await, "nobody else is logged out");
    }
    let mut browser = Browser::new(&site);
    let disabled = browser.log_in("li.na", PASSWORD).await;
    assert!(disabled.text().contains("已经停用"), "{}", disabled.text());
    assert!(browser.log_in("li.na", "wrong").await.text().contains("登录名或者密码不对"));
}

#[tokio::test]
async fn a_token_is_shown_once_and_ends() {
    let site = TestSite::demo().await;
    add(site.test_portal.portal(), "li.na", &[Role::DataUser]).await;
    let mut browser = Browser::new(&site);
    browser.log_in("li.na", PASSWORD).await;
    let wrong =
        browser.post("/me/tokens", &[("name", "<b>"), ("scope", "decide"), ("days", "367")]).await;
    assert_eq!(wrong.status, 400);
    assert_eq!(wrong.attributes("main .ks-error a", "href"), ["#scope", "#days"]);
    assert_eq!(wrong.attributes("main input[name=name]", "value"), ["<b>"]);
    wrong.assert_well_formed_page("/me/tokens");

    let fields = [("name", "nightly"), ("scope", "read"), ("days", "30")];
    let made = browser.post("/me/tokens", &fields).await;
    assert_goes_to(&made, "/me/tokens");
    assert!(!made.header("set-cookie").contains("kst_"), "no token stands in a header");
    let page = browser.get("/me/tokens").await;
    let token = page.texts("#token").concat();
    assert!(token.starts_with("kst_") && token.len() == 47, "{token}");
    let again = browser.get("/me/tokens").await;
    assert!(again.texts("#token").is_empty(), "it is shown once");
    assert!(again.text().contains("nightly") && !again.text().contains(&token));

    assert_eq!(with_token(&site, &token).await.status, 200);
    let revoke = again.attributes("main form[action$=revoke]", "action").concat();
    let mut other = Browser::new(&site);
    add(site.test_portal.portal(), "other", &[Role::DataUser]).await;
    other.log_in("other", PASSWORD).await;
    assert_eq!(other.post(&revoke, &[]).await.status, 404, "nobody takes another's token back");
    assert_eq!(with_token(&site, &token).await.status, 200);
    assert_goes_to(&browser.post(&revoke, &[]).await, "/me/tokens?done=revoked");
    let refused = with_token(&site, &token).await;
    refused.assert_problem(401, "/me/tokens");
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
}

#[tokio::test]
async fn a_wrong_or_expired_token_is_told_and_cookies_mean_nothing_to_the_list_of_the_api() {
    let site = TestSite::demo().await;
    let test_portal = &site.test_portal;
    let portal = test_portal.portal();
    add(portal, "li.na", &[Role::DataUser]).await;
    let wanted = ("nightly", TokenScope::Read, 30);
    let token =
        portal.make_token_for(&Caller::command(), &login("li.na"), wanted, Lang::En).await.unwrap();

    for wrong in ["x", "kst_", &token[..46], &token.replace("kst_", "kst-")] {
        with_token(&site, wrong).await.assert_problem(401, "/me/tokens");
    }
    let caller = portal.caller_of_token(&token, Lang::Zh).await.unwrap();
    assert_eq!(caller.login().map(Login::as_str), Some("li.na"));
    let later = test_portal.open_at(now() + TimeDelta::days(30)).await;
    let refused = later.caller_of_token(&token, Lang::Zh).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Unauthenticated);
    for days in [0, 367] {
        let wanted = ("x", TokenScope::Read, days);
        let (caller, owner) = (Caller::command(), login("li.na"));
        let refused = portal.make_token_for(&caller, &owner, wanted, Lang::En).await;
        assert_eq!(refused.unwrap_err().code(), ErrorCode::InvalidInput);
    }

    let mut browser = Browser::new(&site);
    browser.log_in("li.na", PASSWORD).await;
    let with_cookie = browser.get("/api/v1/datasets").await;
    let without = site.get("/api/v1/datasets").await;
    assert_eq!(with_cookie.bytes, without.bytes);
    assert_eq!(with_cookie.header("cache-control"), without.header("cache-control"));
}

/// Proves SEC-19: of the three administrators nobody is two, nor one and anything that decides; the refusal
/// names the article.
#[tokio::test]
async fn nobody_is_two_administrators() {
    let test_portal = TestPortal::open(Setup { with_demo: true, ..Setup::default() }).await;
    let (portal, caller) = (test_portal.portal(), Caller::command());
    let admins = [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];
    for (place, one) in admins.iter().enumerate() {
        for other in Role::ALL.iter().filter(|other| *other != one && **other != Role::DataUser) {
            let new = staff(&format!("both{place}.{}", other.as_str()), &[*one, *other]);
            let refused = portal.add_account(&caller, new, Lang::Zh).await.unwrap_err();
            let Error::Refused { code, rule, .. } = refused else { panic!("{refused}") };
            assert_eq!(code, ErrorCode::Conflict);
            let rule = rule.unwrap();
            assert_eq!(rule.id, "SEC-19");
            let link = kaishu_domain::regulation::Citation::new(&rule.article).link();
            assert_eq!(link.as_deref(), Some("/rules/guangdong#a28"));
        }
        let name = format!("admin{place}");
        add(portal, &name, &[*one, Role::DataUser]).await;
        for other in admins.iter().filter(|other| *other != one) {
            let change = (vec![role(*other)], vec![]);
            let refused = portal.change_roles(&caller, &login(&name), change, Lang::En).await;
            assert_eq!(refused.unwrap_err().code(), ErrorCode::Conflict);
        }
    }
    // Who gives roles makes no accounts, and the other way round; nobody gives roles to oneself.
    let browser = kaishu_portal::accounts::Browser::default();
    for (name, makes, gives) in
        [("admin0", true, false), ("admin1", false, true), ("admin2", false, false)]
    {
        let begun = portal.log_in(name, PASSWORD, &browser, Lang::En).await.unwrap();
        let half = portal.caller_of_session(&begun.token).await.unwrap();
        let offered = portal.offer_second_factor(&half, Lang::En).await.unwrap();
        let code = code_of(&offered.secret, now());
        let token = portal.set_up_second_factor(&half, (&code, ""), Lang::En).await.unwrap();
        let admin = portal.caller_of_session(&token).await.unwrap();
        let new = staff(&format!("by.{name}"), &[Role::DataUser]);
        assert_eq!(portal.add_account(&admin, new, Lang::En).await.is_ok(), makes, "{name}");
        assert!(portal.add_account(&half, staff("x.y", &[]), Lang::En).await.is_err());
        let change = (vec![role(Role::Reviewer)], vec![]);
        let given = portal.change_roles(&admin, &login("by.admin0"), change, Lang::En).await;
        assert_eq!(given.is_ok(), gives, "{name}");
        let change = (vec![], vec![Role::DataUser]);
        let own = portal.change_roles(&admin, &login(name), change, Lang::En).await;
        assert_eq!(own.unwrap_err().code(), ErrorCode::Forbidden);
    }
}

/// Proves ORG-08: a contractor's account needs review, contract and end, and ends with the contract.
#[tokio::test]
async fn a_contractor_works_until_the_contract_ends() {
    let test_portal = TestPortal::open(Setup::default()).await;
    let (portal, caller) = (test_portal.portal(), Caller::command());
    let whole = Contract {
        security_review: "AQ-2026-7".to_owned(),
        contract: "HT-2026-19".to_owned(),
        ends_at: now() + TimeDelta::days(30),
    };
    let contractor = |contract: Option<Contract>| NewStaff {
        kind: AccountKind::Contractor,
        contract,
        ..staff("firm", &[Role::DataUser])
    };
    for part in [
        None,
        Some(Contract { security_review: " ".to_owned(), ..whole.clone() }),
        Some(Contract { contract: String::new(), ..whole.clone() }),
        Some(Contract { ends_at: now(), ..whole.clone() }),
    ] {
        let refused = portal.add_account(&caller, contractor(part), Lang::Zh).await.unwrap_err();
        let Error::Refused { rule: Some(rule), .. } = refused else { panic!("{refused}") };
        assert_eq!(rule.id, "ORG-08");
        assert!(kaishu_domain::regulation::Citation::new(&rule.article).link().is_some());
    }
    portal.add_account(&caller, contractor(Some(whole.clone())), Lang::Zh).await.unwrap();
    let browser = kaishu_portal::accounts::Browser::default();
    let begun = portal.log_in("firm", PASSWORD, &browser, Lang::Zh).await.unwrap();

    let after = test_portal.open_at(whole.ends_at).await;
    assert!(!after.caller_of_session(&begun.token).await.unwrap().is_logged_in());
    assert!(after.log_in("firm", PASSWORD, &browser, Lang::Zh).await.is_err());
    after.sweep_accounts().await.unwrap();
    let known = after.accounts(&caller, Lang::Zh).await.unwrap();
    assert_eq!(known[0].state, AccountState::Disabled);
    let enabled = after.set_enabled(&caller, &login("firm"), true, Lang::Zh).await;
    assert_eq!(enabled.unwrap_err().code(), ErrorCode::Conflict);
}
