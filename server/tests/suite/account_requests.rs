//! Requests of agencies for accounts, from the form to what they bring about.

use kaishu_portal::accounts::{Caller, NewStaff};
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_store::log::Search;
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::Lang;
use kaishu_types::account::{AccountState, Role, RoleGrant, TokenScope};

use crate::browser::{
    Browser, PASSWORD, add, assert_goes_to, demo_with_post_box, entries, login, staff, with_token,
};
use crate::support::{Answer, TestSite};

/// What an officer fills in for somebody new.
const NEWCOMER: [(&str, &str); 7] = [
    ("wish", "make"),
    ("organization", "YX-FGW"),
    ("login", "wang.min"),
    ("name", "王敏"),
    ("email", "wang.min@example.cn"),
    ("roles", "officer"),
    ("reason", "接替李娜"),
];

/// Files a request, and returns the path of its case.
async fn file(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> String {
    let filed = browser.post("/workbench/accounts/new", fields).await;
    assert_eq!(filed.status, 303, "{}", filed.text());
    let path = filed.header("location").to_owned();
    assert!(path.starts_with("/workbench/cases/"), "{path}");
    path
}

/// Decides with the form of the page of a case.
async fn decide(browser: &mut Browser<'_>, path: &str, event: &str, reason: &str) -> Answer {
    let page = browser.get(path).await;
    page.assert_well_formed_page(path);
    let hidden =
        |name: &str| page.attributes(&format!("main input[name={name}]"), "value").concat();
    let (version, key) = (hidden("version"), hidden("key"));
    let fields = [
        ("version", version.as_str()),
        ("key", key.as_str()),
        ("event", event),
        ("reason", reason),
    ];
    browser.post(&format!("{path}/act"), &fields).await
}

/// An agency with an officer, and the authority that decides.
async fn people(site: &TestSite) -> (Browser<'_>, Browser<'_>) {
    let portal = site.test_portal.portal();
    add(portal, "li.na", &[Role::Officer]).await;
    add(portal, "zhou.jie", &[Role::Authority]).await;
    (Browser::of_staff(site, "li.na").await, Browser::of_staff(site, "zhou.jie").await)
}

/// Proves ORG-06, making: the agency asks, the authority has the days of the rule, granting makes the account
/// and invites its owner, who sets a password and logs in. No log knows the address.
#[tokio::test]
async fn an_agency_gets_an_account_for_a_newcomer() {
    let (site, post_box) = demo_with_post_box().await;
    let (mut officer, mut authority) = people(&site).await;
    for path in ["/workbench/accounts", "/workbench/accounts/new?wish=make"] {
        for prefix in ["", "/en"] {
            let path = format!("{prefix}{path}");
            officer.get(&path).await.assert_well_formed_page(&path);
        }
    }
    assert!(officer.get("/workbench/accounts").await.text().contains("li.na"));

    let path = file(&mut officer, &NEWCOMER).await;
    let again = officer.post("/workbench/accounts/new", &NEWCOMER).await;
    assert_eq!(again.status, 400, "the same is asked for already");
    let own = officer.get(&path).await;
    assert!(own.attributes("main button[name=event]", "value").is_empty());
    assert!(officer.get("/workbench/accounts").await.text().contains("还有 5 个工作日"));

    let desk = authority.get("/workbench").await;
    let waiting = desk.attributes("main table a[href^='/workbench/cases/']", "href");
    assert_eq!(waiting, std::slice::from_ref(&path));
    let page = authority.get(&path).await;
    for said in ["王敏", "wang.min", "数据专员", "接替李娜", "还有 5 个工作日", "第二十一条"]
    {
        assert!(page.text().contains(said), "{said}");
    }
    assert_eq!(page.attributes("main button[name=event]", "value"), ["grant", "refuse"]);
    assert_goes_to(&decide(&mut authority, &path, "grant", "").await, &path);
    // Sent twice, it is one decision.
    let fields = [("version", "1"), ("key", "case-1-1"), ("event", "grant"), ("reason", "")];
    assert_eq!(authority.post(&format!("{path}/act"), &fields).await.status, 303);

    let letter = post_box.last().await;
    assert!(letter.to.contains("wang.min@example.cn"), "{letter:?}");
    let link = letter.link("/reset/");
    let mut newcomer = Browser::new(&site);
    newcomer.get(&link).await.assert_well_formed_page(&link);
    let set = newcomer.post(&link, &[("password", PASSWORD)]).await;
    assert_goes_to(&set, "/login?done=reset");
    assert_goes_to(&newcomer.log_in("wang.min", PASSWORD).await, "/me/security/code");
    let portal = site.test_portal.portal();
    let known = portal.accounts(&Caller::command(), Lang::Zh).await.unwrap();
    let known = known.into_iter().find(|it| it.login.as_str() == "wang.min").unwrap();
    let officer_role = RoleGrant {
        role: Role::Officer,
        organization: Some("YX-FGW".parse().unwrap()),
        region: None,
    };
    assert_eq!(known.roles, [officer_role]);

    let own = entries(&site.test_portal, "wang.min").await;
    assert_eq!((own[0].event.name.as_str(), own[0].event.by.login.as_str()), ("made", "zhou.jie"));
    assert_eq!(own[0].event.body.facts["case"], path.rsplit('/').next().unwrap());
    let store = site.test_portal.store();
    let log = kaishu_store::log::search(store, &Search::default(), 1000).await.unwrap();
    for entry in &log {
        let text = serde_json::to_string(&entry.event).unwrap();
        assert!(!text.contains("wang.min@"), "{text}");
    }
    let case: i64 = path.rsplit('/').next().unwrap().parse().unwrap();
    assert_eq!(kaishu_store::accounts::find_request(store, case).await.unwrap(), None);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

/// Proves ORG-06, cancelling: with the decision all sessions and tokens of the account end; whoever works for
/// others, too, loses the roles for this agency only.
#[tokio::test]
async fn a_cancelled_account_is_out_at_once() {
    let site = TestSite::demo().await;
    let (mut officer, mut authority) = people(&site).await;
    let portal = site.test_portal.portal();
    add(portal, "wang.min", &[Role::Reviewer]).await;
    let of_both = ["YX-FGW", "YX-JTJ"].map(|code| RoleGrant {
        role: Role::Reviewer,
        organization: Some(code.parse().unwrap()),
        region: None,
    });
    let both = NewStaff { roles: of_both.to_vec(), ..staff("chen.yu", &[]) };
    portal.add_account(&Caller::command(), both, Lang::En).await.unwrap();
    for (name, is_disabled) in [("wang.min", true), ("chen.yu", false)] {
        let mut browser = Browser::of_staff(&site, name).await;
        let wanted = ("nightly", TokenScope::Read, 30);
        let owner = login(name);
        let token =
            portal.make_token_for(&Caller::command(), &owner, wanted, Lang::En).await.unwrap();
        assert!(browser.is_in().await);
        let links = officer.get("/workbench/accounts").await;
        let link = format!("/workbench/accounts/new?wish=cancel&organization=YX-FGW&login={name}");
        assert!(links.attributes("main a", "href").contains(&link));
        let form = officer.get(&link).await;
        assert_eq!(form.attributes("main input[name=login]", "value"), [name]);
        assert_eq!(form.attributes("main input[name=wish][checked]", "value"), ["cancel"]);

        let fields = [
            ("wish", "cancel"),
            ("organization", "YX-FGW"),
            ("login", name),
            ("reason", "调离本单位"),
        ];
        let path = file(&mut officer, &fields).await;
        assert!(browser.is_in().await, "asking alone ends nothing");
        assert_goes_to(&decide(&mut authority, &path, "grant", "已核实").await, &path);

        assert!(!browser.is_in().await);
        with_token(&site, &token).await.assert_problem(401, "/me/tokens");
        let known = portal.accounts(&Caller::command(), Lang::Zh).await.unwrap();
        let known = known.into_iter().find(|it| it.login == owner).unwrap();
        assert_eq!(known.state == AccountState::Disabled, is_disabled, "{name}");
        if !is_disabled {
            assert_eq!(known.roles, [of_both[1].clone()]);
        }
    }
}

/// Proves ORG-06, changing and refusing: the roles for the agency become those that were asked for; what is
/// refused changes nothing, and says why.
#[tokio::test]
async fn roles_change_with_the_decision_and_not_before() {
    let site = TestSite::demo().await;
    let (mut officer, mut authority) = people(&site).await;
    let portal = site.test_portal.portal();
    add(portal, "wang.min", &[Role::Reviewer]).await;
    let roles = async || {
        let known = portal.accounts(&Caller::command(), Lang::Zh).await.unwrap();
        let known = known.into_iter().find(|it| it.login.as_str() == "wang.min").unwrap();
        known.roles.into_iter().map(|held| held.role).collect::<Vec<_>>()
    };
    let link = "/workbench/accounts/new?wish=change&organization=YX-FGW&login=wang.min";
    let form = officer.get(link).await;
    assert_eq!(form.attributes("main input[name=roles][checked]", "value"), ["reviewer"]);
    let fields = [
        ("wish", "change"),
        ("organization", "YX-FGW"),
        ("login", "wang.min"),
        ("roles", "officer"),
        ("roles", "head"),
        ("reason", "升任"),
    ];

    let path = file(&mut officer, &fields).await;
    let silent = decide(&mut authority, &path, "refuse", " ").await;
    assert_eq!(silent.status, 400, "a refusal says why");
    assert_goes_to(&decide(&mut authority, &path, "refuse", "没有任命文件").await, &path);
    assert_eq!(roles().await, [Role::Reviewer]);
    assert!(officer.get(&path).await.text().contains("没有任命文件"));

    let path = file(&mut officer, &fields).await;
    assert_goes_to(&decide(&mut authority, &path, "grant", "").await, &path);
    assert_eq!(roles().await, [Role::Officer, Role::Head]);
    let own = entries(&site.test_portal, "wang.min").await;
    let last = own.last().unwrap();
    assert_eq!(last.event.name, "roles_changed");
    assert_eq!(last.event.body.facts["given"], "officer YX-FGW; head YX-FGW");
    assert_eq!(last.event.body.facts["taken"], "reviewer YX-FGW");
}

/// Part of ORG-03: nobody decides what they or their own agency ask for; part of SEC-05: others neither ask
/// nor learn whose accounts there are.
#[tokio::test]
async fn only_others_decide_and_only_the_agency_asks() {
    let site = TestSite::demo().await;
    let (mut officer, mut authority) = people(&site).await;
    let portal = site.test_portal.portal();
    add(portal, "of.both", &[Role::Officer, Role::Authority]).await;
    add(portal, "user", &[Role::DataUser]).await;
    add(portal, "elsewhere", &[]).await;
    let path = file(&mut officer, &NEWCOMER).await;

    let fields = [("version", "1"), ("key", "x"), ("event", "grant"), ("reason", "")];
    let act = format!("{path}/act");
    assert_eq!(officer.post(&act, &fields).await.status, 400);
    let mut of_both = Browser::of_staff(&site, "of.both").await;
    let refused = of_both.post(&act, &fields).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("由另一位同事办理"), "{}", refused.text());
    assert!(authority.get(&path).await.text().contains("已提出"), "nothing was decided");

    let mut user = Browser::new(&site);
    for path in ["/workbench/accounts", "/workbench/accounts/new"] {
        let login = format!("/login?next={path}");
        assert_goes_to(&user.get(path).await, &login);
    }
    user.log_in("user", PASSWORD).await;
    for path in ["/workbench/accounts", "/workbench/accounts/new"] {
        assert_eq!(user.get(path).await.status, 403, "{path}");
        assert_eq!(authority.get(path).await.status, 403, "{path}");
    }
    assert_eq!(user.post("/workbench/accounts/new", &NEWCOMER).await.status, 403);
    assert_eq!(user.get(&path).await.status, 404);

    let ask = |wish: &'static str, organization: &'static str, login: &'static str| {
        [
            ("wish", wish),
            ("organization", organization),
            ("login", login),
            ("name", "王敏"),
            ("email", "x@example.cn"),
            ("roles", "officer"),
            ("reason", "试"),
        ]
    };
    let mut said = Vec::new();
    for name in ["elsewhere", "nobody"] {
        let answer = officer.post("/workbench/accounts/new", &ask("cancel", "YX-FGW", name)).await;
        assert_eq!(answer.status, 400, "{name}");
        said.push(answer.texts("main [role=alert]").concat());
    }
    assert_eq!(said[0], said[1], "whose accounts there are elsewhere is not told");
    for (fields, fault) in [
        (ask("make", "YX-JTJ", "new.one"), "#organization"),
        (ask("make", "YX-FGW", "li.na"), "#login"),
        (ask("destroy", "YX-FGW", "new.one"), "#wish"),
    ] {
        let answer = officer.post("/workbench/accounts/new", &fields).await;
        assert_eq!(answer.status, 400);
        answer.assert_well_formed_page("/workbench/accounts/new");
        assert_eq!(answer.attributes("main .ks-error a", "href"), [fault]);
    }
    let mut admin = ask("make", "YX-FGW", "new.one");
    admin[5] = ("roles", "security_admin");
    let answer = officer.post("/workbench/accounts/new", &admin).await;
    assert_eq!(answer.attributes("main .ks-error a", "href"), ["#roles"]);
    let nothing = officer.post("/workbench/accounts/new", &[("organization", "YX-FGW")]).await;
    let faults = nothing.attributes("main .ks-error a", "href");
    assert_eq!(faults, ["#wish", "#reason", "#login", "#roles", "#name", "#email"]);
}

/// Where no mail is set up the invitation would reach nobody: the authority learns it before anything is done.
#[tokio::test]
async fn without_mail_no_account_is_made_that_nobody_can_enter() {
    let setup = Setup { with_demo: true, ..Setup::default() };
    let test_portal =
        TestPortal::open_with(setup, |settings| settings.site.demonstration = false).await;
    let site = TestSite::of(test_portal, Assets::none(), Limits::default());
    let (mut officer, mut authority) = people(&site).await;
    let path = file(&mut officer, &NEWCOMER).await;

    let refused = decide(&mut authority, &path, "grant", "同意").await;

    assert_eq!(refused.status, 400);
    refused.assert_well_formed_page(&path);
    assert!(refused.text().contains("没有设置邮件"), "{}", refused.text());
    assert!(refused.texts("main textarea").concat().contains("同意"), "what was typed stays");
    assert!(entries(&site.test_portal, "wang.min").await.is_empty());
}
