//! The same for what agencies share: every route of it with every role, held for the provider's place and for the
//! agency that asks.

use std::collections::BTreeSet;

use kaishu_domain::cases::sided;
use kaishu_domain::permission::{Action, Subject, may_ever, role_for};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, at_browser};
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::{Role, RoleGrant};
use kaishu_types::sharing::{ShareDocument, VerifyAsk};

use crate::browser::Browser;
use crate::overreach::{browser, placed};
use crate::overreach_administration::{is_of, routes};
use crate::support::TestSite;

/// The routes as they are written.
const ROUTER: &str = include_str!("../../../app/src/pages/sharing/mod.rs");

/// Data of YX-T in YX that is not open, shared at once and on conditions.
const CODE: &str = "YX-T-0001";

/// A portal with a request of YX-U, and one to verify a value after it; returns the case of the first.
async fn site() -> (TestSite, i64) {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "户籍核对", "none")
        .shared("conditional", "用于履行法定职责")
        .shared_item(CODE, "name", ("none", "unconditional"))
        .shared_item(CODE, "number", ("none", "conditional"))
        .file(CODE, "people.csv", "name,number\n甲某,007\n".as_bytes());
    site.test_portal.import(catalogue.folder()).await;
    let portal = site.test_portal.portal();
    let asks = at_browser(portal, Role::Officer, ("asks", "YX-U")).await;
    let document = ShareDocument {
        organization: "YX-U".to_owned(),
        matter: "低保资格复核".to_owned(),
        basis: "社会救助暂行办法第十三条".to_owned(),
        purpose: "核对家庭成员".to_owned(),
        scope: "救助科".to_owned(),
        items: ["number".to_owned()].into(),
        mode: Some(DeliveryMode::Download),
        related_needs: "无".to_owned(),
        first_day: None,
        last_day: Some("2027-06-30".parse().unwrap()),
        accounts: ["asks".to_owned()].into(),
        push: None,
    };
    let code = CODE.parse().unwrap();
    let case = Box::pin(portal.request_share(&asks, &code, &document, LANG)).await.unwrap();
    let asked = VerifyAsk {
        organization: "YX-U".to_owned(),
        provider: "YX-T".to_owned(),
        dataset: None,
        data: "户籍登记".to_owned(),
        matter: "低保资格复核".to_owned(),
        basis: "社会救助暂行办法第十三条".to_owned(),
        values: vec!["甲某，户主".to_owned()],
    };
    let verify = Box::pin(portal.ask_verification(&asks, &asked, LANG)).await.unwrap();
    assert_eq!(verify, case + 1);
    (site, case)
}

/// Whether a role may do something with the request: the agency that asks on its side, all others on theirs.
fn may(held: &RoleGrant, action: Action) -> bool {
    let between = Subject {
        organization: Some("YX-T".parse().unwrap()),
        party: Some("YX-U".parse().unwrap()),
        regions: vec!["YX".parse().unwrap()],
        ..Subject::default()
    };
    role_for(std::slice::from_ref(held), action, &sided(&between, action)).is_some()
}

/// Whether a role may know who took what of the data.
fn answers_for_it(held: &RoleGrant) -> bool {
    let provided = Subject {
        organization: Some("YX-T".parse().unwrap()),
        regions: vec!["YX".parse().unwrap()],
        ..Subject::default()
    };
    role_for(std::slice::from_ref(held), Action::SeeShares, &provided).is_some()
}

/// The pages, with what whoever holds a role is answered.
fn pages(case: i64, held: &RoleGrant) -> [(String, u16); 13] {
    let is_agency = may_ever(std::slice::from_ref(held), Action::SeeShares);
    let catalogue = if is_agency { 200 } else { 403 };
    let uses = if answers_for_it(held) || !is_agency { catalogue } else { 404 };
    let no_certificate = if is_agency { 404 } else { 403 };
    let request = if may(held, Action::SeeShares) { 200 } else { 404 };
    [
        ("/share".to_owned(), catalogue),
        ("/share/requests".to_owned(), catalogue),
        ("/share/outside".to_owned(), catalogue),
        ("/share/lookup".to_owned(), catalogue),
        ("/share/certificates".to_owned(), catalogue),
        ("/share/certificates/R-20200101-000000000000".to_owned(), no_certificate),
        (format!("/share/{CODE}"), catalogue),
        (format!("/share/{CODE}/request"), catalogue),
        (format!("/share/{CODE}/uses"), uses),
        (format!("/share/requests/{case}"), request),
        ("/share/verifications".to_owned(), catalogue),
        ("/share/verifications/new".to_owned(), catalogue),
        (format!("/share/verifications/{}", case + 1), request),
    ]
}

/// A form: where it goes, its fields, and what somebody must be allowed to do to send it.
type Sent = (String, Vec<(&'static str, &'static str)>, Action);

fn forms(case: i64) -> Vec<Sent> {
    let asked = || {
        vec![
            ("organization", "YX-U"),
            ("matter", "临时救助"),
            ("basis", "社会救助暂行办法第十三条"),
            ("items", "number"),
            ("mode", "download"),
            ("accounts", "asks"),
        ]
    };
    let act = |event, action| {
        let fields = vec![
            ("event", event),
            ("version", "1"),
            ("reason", "理由"),
            ("contact", "数据科 0837-0000000"),
            ("level", "law"),
            ("norm", "某法"),
            ("article", "第三条"),
        ];
        (format!("/share/requests/{case}/act"), fields, action)
    };
    let outside = vec![
        ("organization", "YX-U"),
        ("provider", "YX-T"),
        ("title", "婚姻登记"),
        ("items", "姓名"),
        ("matter", "临时救助"),
        ("basis", "社会救助暂行办法第十三条"),
        ("purpose", "核对"),
        ("scope", "救助科"),
        ("related_needs", "每日"),
    ];
    let mut all = vec![
        ("/share/outside".to_owned(), outside, Action::RequestShares),
        (format!("/share/{CODE}/take"), asked(), Action::RequestShares),
        (format!("/share/{CODE}/request"), asked(), Action::RequestShares),
        (format!("/share/requests/{case}"), asked(), Action::RequestShares),
        (format!("/share/requests/{case}/work"), Vec::new(), Action::RequestShares),
        act("withdraw", Action::RequestShares),
        act("give_back", Action::RequestShares),
        act("escalate", Action::RequestShares),
        act("settle_grant", Action::MediateShares),
        act("suspend", Action::SuspendGrants),
        act("consent", Action::DecideForProvider),
        act("deliver", Action::DecideForProvider),
        act("receive", Action::RequestShares),
        act("not_received", Action::RequestShares),
        act("doubt", Action::RequestShares),
        act("doubt_corrected", Action::DecideForProvider),
        act("doubt_sound", Action::DecideForProvider),
    ];
    let verify = |event, action| {
        let fields = vec![("event", event), ("version", "1"), ("answer-0", "match")];
        (format!("/share/verifications/{}/act", case + 1), fields, action)
    };
    all.push(verify("answer_verification", Action::DecideForProvider));
    all.push(verify("withdraw", Action::RequestShares));
    let mut asked_to_verify = asked();
    asked_to_verify.extend([("provider", "YX-T"), ("data", "户籍登记"), ("values", "甲某")]);
    all.push(("/share/verifications/new".to_owned(), asked_to_verify, Action::RequestShares));
    all.extend(["return", "approve", "refuse"].map(|it| act(it, Action::DecideForProvider)));
    all
}

// Proves SEC-05 for what agencies share: with every role, in the provider's place and in that of the agency that asks,
// what the table does not allow shows nothing and changes nothing.
#[tokio::test]
async fn no_role_reaches_farther_into_what_is_shared() {
    let (site, case) = site().await;
    let portal = site.test_portal.portal();
    let (mut n_shown, mut n_refused) = (0, 0);
    for (n, role) in Role::ALL.iter().enumerate() {
        for (place, held) in placed(*role) {
            let mut browser = browser(&site, &format!("s{n}-{place}"), held.clone()).await;
            let before = portal.verify_log().await.unwrap().n_entries;
            for (path, expected) in pages(case, &held) {
                let status = browser.get(&path).await.status;
                assert_eq!(status, expected, "{role} ({place}): {path}");
                n_shown += usize::from(expected == 200);
            }
            for (path, fields, action) in forms(case) {
                if may(&held, action) {
                    continue;
                }
                let status = browser.post(&path, &fields).await.status;
                assert!(status.is_client_error(), "{role} ({place}): {path} {fields:?} {status}");
                n_refused += 1;
            }
            let after = portal.verify_log().await.unwrap();
            assert_eq!(after.faults, []);
            assert_eq!(after.n_entries, before, "{role} ({place}) left something in the log");
        }
    }
    assert!(n_shown > 20 && n_refused > 150, "{n_shown} pages shown, {n_refused} forms refused");
}

/// Who is not logged in is led to the login.
#[tokio::test]
async fn visitors_of_what_is_shared_are_led_to_the_login() {
    let (site, case) = site().await;
    let nobody = RoleGrant { role: Role::DataUser, organization: None, region: None };
    for (path, _) in pages(case, &nobody) {
        let answer = site.get(&path).await;
        assert_eq!(answer.status, 303, "{path}");
        assert!(answer.header("location").contains("/login"), "{path}");
    }
    for (path, fields, _) in forms(case) {
        let answer = Browser::new(&site).post(&path, &fields).await;
        let is_led = answer.status == 303 && answer.header("location").contains("/login");
        assert!(is_led || answer.status == 401, "{path} {}", answer.status);
    }
}

/// A route that is added to what is shared is driven with every role.
#[test]
fn every_route_of_sharing_is_driven_with_every_role() {
    let text = ROUTER
        .replace("at(ALL)", "at(\"/share\")")
        .replace("at(REQUESTS)", "at(\"/share/requests\")");
    let nobody = RoleGrant { role: Role::DataUser, organization: None, region: None };
    let shown: BTreeSet<String> = pages(1, &nobody).into_iter().map(|(path, _)| path).collect();
    let sent: BTreeSet<String> = forms(1).into_iter().map(|(path, ..)| path).collect();
    let all = routes("", &text);
    assert!(all.len() > 8, "{all:?}");
    for route in all {
        let (method, pattern) = route.split_once(' ').unwrap();
        let driven = if method == "GET" { &shown } else { &sent };
        assert!(driven.iter().any(|path| is_of(path, pattern)), "{route} is not driven");
    }
}
