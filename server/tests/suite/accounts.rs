//! Accounts through the front door: registering, logging in, second factors, tokens, and what ends them.

use axum::body::Body;
use chrono::TimeDelta;
use http::{Method, Request};
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_testkit::portal::now;
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::Lang;
use kaishu_types::account::Role;

use crate::browser::{Browser, PASSWORD, add, assert_goes_to, code_of, with_post_box};
use crate::support::{Answer, TestSite};

/// Registers, confirms by the link of the mail, logs in, and comes out on the own page: each step a form, no
/// script, over a server for mail.
#[tokio::test]
async fn somebody_registers_confirms_and_logs_in() {
    let (site, post_box) = with_post_box().await;
    let mut browser = Browser::new(&site);
    browser.get("/register").await.assert_well_formed_page("/register");
    let fields = [
        ("kind", "person"),
        ("name", "李娜"),
        ("login", "li.na"),
        ("email", "li.na@example.cn"),
        ("password", PASSWORD),
    ];

    assert_goes_to(&browser.post("/register", &fields).await, "/register/sent");
    browser.get("/register/sent").await.assert_well_formed_page("/register/sent");
    let early = browser.log_in("li.na", PASSWORD).await;
    assert_eq!(early.status, 400);
    assert!(early.text().contains("邮箱还没有确认"), "{}", early.text());

    let letter = post_box.last().await;
    assert!(letter.to.contains("li.na@example.cn"), "{letter:?}");
    let link = letter.link("/confirm/");
    let page = browser.get(&link).await;
    page.assert_well_formed_page(&link);
    assert!(page.text().contains("li.na"));
    assert!(!browser.is_in().await, "opening a link changes nothing: programs do that too");
    assert_goes_to(&browser.post(&link, &[]).await, "/login?done=confirmed");
    assert_eq!(browser.post(&link, &[]).await.status, 404, "a link works once");

    let wanted = [("login", "li.na"), ("password", PASSWORD), ("next", "/datasets?q=a%26b")];
    assert_goes_to(&browser.post("/login", &wanted).await, "/datasets?q=a%26b");
    let me = browser.get("/me").await;
    me.assert_well_formed_page("/me");
    let text = me.texts("main").concat();
    for said in ["li.na", "李娜", "li.na@example.cn", "数据使用者"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_eq!(me.header("cache-control"), "no-store");
    assert!(me.texts("header").concat().contains("李娜"));
    for path in ["/me/security", "/me/tokens", "/en/me", "/en/me/security", "/en/me/tokens"] {
        browser.get(path).await.assert_well_formed_page(path);
    }

    assert_goes_to(&browser.post("/logout", &[]).await, "/login?done=out");
    assert!(!browser.is_in().await);
}

#[tokio::test]
async fn the_cookie_is_only_for_this_site_and_new_at_each_login() {
    let site = TestSite::empty().await;
    add(site.test_portal.portal(), "li.na", &[Role::DataUser]).await;
    let mut browser = Browser::new(&site);

    let first = browser.log_in("li.na", PASSWORD).await;
    let set = first.header("set-cookie").to_owned();
    let before = browser.cookie();
    assert!(set.starts_with("kaishu="), "{set}");
    for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(browser.is_in().await);

    browser.log_in("li.na", PASSWORD).await;
    assert_ne!(browser.cookie(), before);
    assert!(browser.is_in().await);
    let old = site.get_with("/me", &[("cookie", &before)]).await;
    assert_eq!(old.status, 303, "the session before has ended");
    let forged =
        site.get_with("/me", &[("cookie", "kaishu=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]);
    assert_eq!(forged.await.header("location"), "/login?next=/me");
}

#[tokio::test]
async fn who_asks_learns_nothing_of_other_accounts() {
    let (site, post_box) = with_post_box().await;
    add(site.test_portal.portal(), "li.na", &[Role::DataUser]).await;
    let mut browser = Browser::new(&site);
    let said = |answer: &Answer| {
        let said = answer.texts("main [role=alert]").concat();
        assert!(!said.is_empty());
        (answer.status, said)
    };

    let known = said(&browser.log_in("li.na", "wrong password").await);
    for (name, password) in
        [("nobody", PASSWORD), ("", ""), ("x y", "z"), ("nobody@example.cn", PASSWORD)]
    {
        assert_eq!(said(&browser.log_in(name, password).await), known, "{name}");
    }
    for name in ["li.na", "nobody", "li.na@example.cn", "nobody@example.cn"] {
        let answer = browser.post("/forgot", &[("login", name)]).await;
        assert_goes_to(&answer, "/forgot/sent");
    }
    assert!(post_box.last().await.to.contains("li.na@example.cn"));
    // An address that has an account: its owner is told, and who registers reads what everybody does.
    let mut read = Vec::new();
    for (login, email) in [("firm", "LI.NA@example.cn"), ("other", "firm@example.cn")] {
        let fields = [
            ("kind", "organization"),
            ("name", "某公司"),
            ("login", login),
            ("email", email),
            ("password", PASSWORD),
        ];
        assert_goes_to(&browser.post("/register", &fields).await, "/register/sent");
        read.push(said(&browser.log_in(login, PASSWORD).await));
    }
    assert_eq!(read[0], read[1]);
    assert_ne!(read[0], known, "the address waits to be confirmed");
}

#[tokio::test]
async fn five_wrong_passwords_suspend_the_login_for_everybody_alike() {
    let site = TestSite::empty().await;
    let portal = site.test_portal.portal();
    add(portal, "li.na", &[Role::DataUser]).await;
    let mut browser = Browser::new(&site);
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(browser.log_in("li.na", "wrong password").await);
    }

    answers.push(browser.log_in("li.na", PASSWORD).await);

    for answer in &answers {
        assert_eq!(answer.status, 400);
        assert_eq!(answer.texts("main [role=alert]"), answers[0].texts("main [role=alert]"));
    }
    let later = site.test_portal.open_at(now() + TimeDelta::minutes(15)).await;
    let browser = kaishu_portal::accounts::Browser::default();
    later.log_in("li.na", PASSWORD, &browser, Lang::Zh).await.unwrap();
    let now = site.test_portal.portal().log_in("li.na", PASSWORD, &browser, Lang::Zh).await;
    now.unwrap();
}

#[tokio::test]
async fn staff_set_one_time_codes_up_before_anything_else() {
    let site = TestSite::demo().await;
    add(site.test_portal.portal(), "zhang.wei", &[Role::Officer]).await;
    let mut browser = Browser::new(&site);

    assert_goes_to(&browser.log_in("zhang.wei", PASSWORD).await, "/me/security/code");
    for path in ["/me", "/me/security", "/me/tokens"] {
        assert_goes_to(&browser.get(path).await, "/me/security/code");
    }
    let refused =
        browser.post("/me/tokens", &[("name", "x"), ("scope", "read"), ("days", "1")]).await;
    assert_goes_to(&refused, "/me/security/code");
    let page = browser.get("/me/security/code").await;
    page.assert_well_formed_page("/me/security/code");
    assert_eq!(page.header("cache-control"), "no-store");
    let secret = page.texts("main code").concat();
    let uri = page.attributes("main a[href^=otpauth]", "href").concat();
    assert!(uri.starts_with("otpauth://totp/"), "{uri}");
    assert!(uri.contains(&format!("secret={}", secret.replace(' ', ""))), "{uri}");
    assert_eq!(page.texts("main [role=img] svg").len(), 1);

    let wrong = browser.post("/me/security/code", &[("code", "000000")]).await;
    assert_eq!(wrong.status, 400);
    assert_eq!(wrong.texts("main code").concat(), secret, "the secret stays for the session");
    let before = browser.cookie();
    let code = code_of(&secret, now());
    let typed = format!(" {} {}", &code[..3], &code[3..]);
    assert_goes_to(
        &browser.post("/me/security/code", &[("code", &typed)]).await,
        "/me/security?done=code",
    );
    assert_ne!(browser.cookie(), before, "the cookie is another one");
    assert!(browser.is_in().await);

    // From now on each login asks for a code, and each code works once.
    let mut other = Browser::new(&site);
    assert_goes_to(&other.log_in("zhang.wei", PASSWORD).await, "/login/code");
    assert_goes_to(&other.get("/me").await, "/login/code");
    other.get("/login/code").await.assert_well_formed_page("/login/code");
    let used = other.post("/login/code", &[("code", &code)]).await;
    assert_eq!(used.status, 400, "the code that set it up was used");
    let next = code_of(&secret, now() + TimeDelta::seconds(30));
    assert_goes_to(
        &other.post("/login/code", &[("code", &next), ("next", "//evil.cn")]).await,
        "/me",
    );
    assert!(other.is_in().await);
    let mut third = Browser::new(&site);
    third.log_in("zhang.wei", PASSWORD).await;
    assert_eq!(third.post("/login/code", &[("code", &next)]).await.status, 400);
    let given_up = other.post("/me/security/code/end", &[("code_password", PASSWORD)]).await;
    assert_eq!(given_up.status, 403, "staff cannot give codes up");
}

/// Who knows the password cannot try codes without end: attempts are counted over all sessions.
#[tokio::test]
async fn codes_cannot_be_guessed() {
    let site = TestSite::empty().await;
    add(site.test_portal.portal(), "li.na", &[Role::DataUser]).await;
    let mut owner = Browser::new(&site);
    owner.log_in("li.na", PASSWORD).await;
    let page = owner.get("/me/security/code").await;
    let secret = page.texts("main code").concat();
    let code = code_of(&secret, now());
    owner.post("/me/security/code", &[("code", &code), ("current", PASSWORD)]).await;
    assert!(owner.is_in().await);

    let right = code_of(&secret, now() + TimeDelta::seconds(30));
    let mut n_tries = 0;
    for _ in 0..4 {
        let mut thief = Browser::new(&site);
        if thief.log_in("li.na", PASSWORD).await.status != 303 {
            break;
        }
        thief.post("/login/code", &[("code", "123456")]).await;
        n_tries += 1;
    }
    assert!(n_tries < 4, "{n_tries} codes were tried");
    let mut thief = Browser::new(&site);
    thief.log_in("li.na", PASSWORD).await;
    thief.post("/login/code", &[("code", &right)]).await;
    assert!(!thief.is_in().await);
    assert!(owner.is_in().await, "who is logged in stays so");
    let given_up = owner.post("/me/security/code/end", &[("code_password", PASSWORD)]).await;
    assert_eq!(given_up.status, 400, "while it is suspended, no password is taken");
}

#[tokio::test]
async fn nobody_is_shown_the_page_of_another() {
    let site = TestSite::demo().await;
    for name in ["li.na", "wang.wu"] {
        add(site.test_portal.portal(), name, &[Role::DataUser]).await;
    }
    let mut li = Browser::new(&site);
    li.log_in("li.na", PASSWORD).await;
    let mut wang = Browser::new(&site);
    wang.log_in("wang.wu", PASSWORD).await;
    for path in ["/", "/datasets", "/en/datasets"] {
        for _ in 0..2 {
            let of_li = li.get(path).await;
            let header = of_li.texts("header").concat();
            assert!(header.contains("li.na 的名字") && !header.contains("wang.wu"), "{path}");
            let cache = of_li.header("cache-control");
            assert!(cache.starts_with("private") || cache == "no-store", "{path}: {cache}");
            let vary = of_li.headers.get_all("vary").iter().map(|it| it.to_str().unwrap());
            let vary = vary.collect::<Vec<_>>().join(", ").to_ascii_lowercase();
            assert!(vary.contains("cookie"), "{vary}");
            let of_nobody = site.get(path).await;
            assert!(!of_nobody.text().contains("的名字"), "{path}");
            assert!(of_nobody.header("cache-control").starts_with("public"));
            assert!(wang.get(path).await.texts("header").concat().contains("wang.wu 的名字"));
        }
        // Cookies of others, and one of ours that is of no session, defeat no kept page.
        let kept = site.get(path).await;
        for cookie in ["_ga=1", "kaishu=x", "kaishu=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let answer = site.get_with(path, &[("cookie", cookie)]).await;
            assert_eq!(answer.header("etag"), kept.header("etag"), "{path} with {cookie}");
            assert!(answer.header("cache-control").starts_with("public"));
        }
    }
}

#[tokio::test]
async fn a_login_leads_to_places_of_this_site_only() {
    let site = TestSite::empty().await;
    add(site.test_portal.portal(), "li.na", &[Role::DataUser]).await;
    for next in ["//evil.cn", "https://evil.cn", "/\\evil.cn", "/%0d%0a", "/logout", "javascript:1"]
    {
        let mut browser = Browser::new(&site);
        let page = browser.get(&format!("/login?next={next}")).await;
        let fields = page.attributes("main input[name=next]", "value");
        assert!(fields.is_empty() || next == "/%0d%0a", "{next}: {fields:?}");
        let fields = [("login", "li.na"), ("password", PASSWORD), ("next", next)];
        let answer = browser.post("/login", &fields).await;
        let expected = if next == "/%0d%0a" { next } else { "/me" };
        assert_goes_to(&answer, expected);
    }
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let site = TestSite::empty().await;
    add(site.test_portal.portal(), "li.na", &[Role::DataUser]).await;
    let mut browser = Browser::new(&site);
    browser.log_in("li.na", PASSWORD).await;
    let cookie = browser.cookie();
    for path in ["/login", "/logout", "/me/tokens", "/me/security/password", "/register"] {
        for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.cn")] {
            let request = Request::builder()
                .method(Method::POST)
                .uri(path)
                .header("host", "127.0.0.1:3000")
                .header("cookie", &cookie)
                .header("content-type", "application/x-www-form-urlencoded")
                .header(name, value)
                .body(Body::from("name=x&scope=read&days=1"))
                .unwrap();
            let answer = site.send(request).await;
            assert_eq!(answer.status, 403, "{path} with {name}");
        }
    }
    assert!(browser.is_in().await);
    assert!(browser.get("/me/tokens").await.text().contains("还没有令牌"));
}

#[tokio::test]
async fn what_was_typed_stays_and_what_is_wrong_stands_beside_it() {
    let site = TestSite::empty().await;
    let mut browser = Browser::new(&site);
    let fields = [
        ("kind", "organization"),
        ("name", "<某公司> & \"Co\""),
        ("login", "9 9"),
        ("email", "no address"),
        ("password", "kurzpw1"),
    ];

    let page = browser.post("/register", &fields).await;

    assert_eq!(page.status, 400);
    page.assert_well_formed_page("/register");
    assert!(page.texts("title").concat().starts_with("有 3 处需要更正"));
    assert_eq!(page.attributes("main .ks-error a", "href"), ["#login", "#email", "#password"]);
    assert_eq!(page.attributes("main .ks-error[role=alert]", "tabindex"), ["-1"]);
    assert!(page.texts("main .ks-error[autofocus]").len() == 1, "the focus goes to the summary");
    assert_eq!(page.attributes("main input[name=name]", "value"), ["<某公司> & \"Co\""]);
    assert_eq!(page.attributes("main input[name=login]", "value"), ["9 9"]);
    assert_eq!(page.attributes("main input[name=password]", "value"), Vec::<String>::new());
    assert!(!page.text().contains("kurzpw1"), "a password is never sent back");
    assert_eq!(
        page.attributes("main input[aria-invalid=true]", "name"),
        ["login", "email", "password"]
    );
    assert_eq!(page.attributes("main input[name=kind][checked]", "value"), ["organization"]);
    let fields: Vec<_> = ["name", "login", "email", "password"]
        .iter()
        .flat_map(|name| page.attributes(&format!("main input[name={name}]"), "autocomplete"))
        .collect();
    assert_eq!(fields, ["name", "username", "email", "new-password"]);
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_and_all_access_ends() {
    let (site, post_box) = with_post_box().await;
    let portal = site.test_portal.portal();
    add(portal, "li.na", &[Role::DataUser]).await;
    let mut thief = Browser::new(&site);
    thief.log_in("li.na", PASSWORD).await;
    assert!(thief.is_in().await);
    let mut owner = Browser::new(&site);

    owner.post("/forgot", &[("login", "li.na")]).await;
    let link = post_box.last().await.link("/reset/");
    owner.get(&link).await.assert_well_formed_page(&link);
    assert_eq!(owner.post(&link, &[("password", "password123")]).await.status, 400);
    let done = owner.post(&link, &[("password", "another horse battery")]).await;

    assert_goes_to(&done, "/login?done=reset");
    assert!(!thief.is_in().await);
    assert_eq!(owner.post(&link, &[("password", "a third horse battery")]).await.status, 404);
    assert_eq!(owner.get(&link).await.status, 404);
    assert_eq!(thief.log_in("li.na", PASSWORD).await.status, 400);
    owner.log_in("li.na", "another horse battery").await;
    assert!(owner.is_in().await);
}

#[tokio::test]
async fn another_password_ends_the_sessions_elsewhere() {
    let site = TestSite::empty().await;
    add(site.test_portal.portal(), "li.na", &[Role::DataUser]).await;
    let (mut here, mut there, mut third) =
        (Browser::new(&site), Browser::new(&site), Browser::new(&site));
    for browser in [&mut here, &mut there, &mut third] {
        browser.log_in("li.na", PASSWORD).await;
    }
    let page = here.get("/me/security").await;
    assert!(page.text().contains("Firefox · Linux"), "{}", page.text());
    let ends = page.attributes("main form[action$=end]", "action");
    assert_eq!(ends.len(), 2);
    assert_goes_to(&here.post(&ends[0], &[]).await, "/me/security?done=session");
    let (there_in, third_in) = (there.is_in().await, third.is_in().await);
    assert!(there_in != third_in, "one of them is out");

    let fields = [("current", "wrong"), ("password", "another horse battery")];
    assert_eq!(here.post("/me/security/password", &fields).await.status, 400);
    let fields = [("current", PASSWORD), ("password", "another horse battery")];
    assert_goes_to(
        &here.post("/me/security/password", &fields).await,
        "/me/security?done=password",
    );

    assert!(here.is_in().await);
    assert!(!there.is_in().await && !third.is_in().await);
}

#[tokio::test]
async fn sessions_end_by_themselves() {
    let test_portal = TestPortal::open(Setup::default()).await;
    let portal = test_portal.portal();
    add(portal, "li.na", &[Role::DataUser]).await;
    let browser = kaishu_portal::accounts::Browser::default();
    let begun = portal.log_in("li.na", PASSWORD, &browser, Lang::Zh).await.unwrap();
    let is_in_after = async |span: TimeDelta| {
        let later = test_portal.open_at(now() + span).await;
        later.caller_of_session(&begun.token).await.unwrap().is_logged_in()
    };
    assert!(is_in_after(TimeDelta::hours(23)).await);
    assert!(is_in_after(TimeDelta::hours(46)).await, "who uses it keeps it");
    assert!(!is_in_after(TimeDelta::hours(71)).await, "unused for a day");
    let long = async |hours| is_in_after(TimeDelta::hours(hours)).await;
    let mut is_in = true;
    for hours in (68..24 * 8).step_by(20) {
        is_in = long(hours).await;
        assert!(is_in || hours > 24 * 6, "who uses it keeps it for days: {hours}");
    }
    assert!(!is_in, "none is longer than a week");
}

#[tokio::test]
async fn a_site_over_https_gives_a_cookie_of_this_host() {
    let test_portal = TestPortal::open_with(Setup::default(), |settings| {
        settings.site.base_url = "https://data.example.cn".to_owned();
    })
    .await;
    add(test_portal.portal(), "li.na", &[Role::DataUser]).await;
    let site = TestSite::of(test_portal, Assets::none(), Limits::default());
    let mut browser = Browser::new(&site);

    let answer = browser.log_in("li.na", PASSWORD).await;

    let set = answer.header("set-cookie");
    assert!(set.starts_with("__Host-kaishu="), "{set}");
    assert!(set.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{set}");
    assert!(browser.is_in().await);
}
