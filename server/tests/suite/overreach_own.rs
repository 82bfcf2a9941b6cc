//! The same for what is one's own: shown and changed by nobody else, whatever their role.

use std::collections::BTreeSet;

use kaishu_domain::permission::{Action, Subject, role_for};
use kaishu_portal::accounts::Caller;
use kaishu_testkit::people::{LANG, account, at_browser};
use kaishu_types::account::{Role, TokenScope};

use crate::browser::Browser;
use crate::overreach::{self, browser, placed};
use crate::overreach_administration::{is_of, routes};
use crate::overreach_api::{CONDITIONAL, Carried, send, token_of};
use crate::support::TestSite;

/// The routes of what is one's own, as they are written.
const ROUTERS: [&str; 2] = [
    include_str!("../../../app/src/pages/access/mod.rs"),
    include_str!("../../../app/src/pages/account/mod.rs"),
];

/// Pages of what is one's own: everybody who is logged in sees theirs.
const OWN: &[&str] = &[
    "/me",
    "/me/agreement",
    "/me/inbox",
    "/me/security",
    "/me/security/code",
    "/me/tokens",
    "/me/applications",
];

/// Forms on what is somebody else's; `{…}` stands for its number.
const OTHERS: &[&str] = &[
    "/me/security/sessions/{session}/end",
    "/me/tokens/{token}/rotate",
    "/me/tokens/{token}/revoke",
    "/applications/{application}",
    "/applications/{application}/act",
    "/applications/{application}/evidence",
    "/applications/{application}/question",
    "/applications/{application}/violation",
    "/applications/{application}/materials",
    "/applications/{application}/message",
    "/applications/{application}/renew",
];

/// Pages of what is somebody else's.
const HIDDEN: &[&str] = &[
    "/applications/{application}",
    "/applications/{application}/documents/1",
    "/applications/{application}/violation",
    "/applications/{application}/materials",
    "/applications/{application}/materials/1",
];

/// Routes that are not driven here, and why.
const ELSEWHERE: &[&str] = &[
    // For who is not logged in: `accounts`, `login_door` and `sign_on` send these.
    "GET /login",
    "POST /login",
    "GET /login/code",
    "POST /login/code",
    "GET /login/provider",
    "GET /login/provider/return",
    "GET /login/provider/join",
    "POST /login/provider/join",
    "POST /logout",
    "GET /register",
    "POST /register",
    "GET /register/sent",
    "GET /confirm/{token}",
    "POST /confirm/{token}",
    "GET /forgot",
    "POST /forgot",
    "GET /forgot/sent",
    "GET /reset/{token}",
    "POST /reset/{token}",
    // Name nothing but the own account: `accounts` and `account_access` send these.
    "POST /me/agreement",
    "POST /me/inbox",
    "POST /me/security/password",
    "POST /me/security/identities/end",
    "POST /me/security/sessions/end-others",
    "POST /me/security/code",
    "POST /me/security/code/end",
    "POST /me/tokens",
    // A form with a file: `overreach_administration` sends it with every role.
    "POST /applications/{id}/materials/{part}",
    // Public: says what is asked for.
    "GET /datasets/{code}/apply",
    // Need a grant that is in force: `verification`, `duties` and `duty_pages` send these.
    "GET /datasets/{code}/verify",
    "POST /datasets/{code}/verify",
    "GET /usage-reports/{id}",
    "POST /usage-reports/{id}",
    "GET /violations/{id}",
    "POST /violations/{id}",
    "POST /violations/{id}/evidence",
];

/// What belongs to somebody who applies for data.
pub(crate) struct Own {
    session: i64,
    token: i64,
    pub(crate) application: i64,
}

impl Own {
    fn path(&self, pattern: &str) -> String {
        let Self { session, token, application } = self;
        pattern
            .replace("{session}", &session.to_string())
            .replace("{token}", &token.to_string())
            .replace("{application}", &application.to_string())
    }
}

pub(crate) async fn somebody(site: &TestSite) -> (Caller, Own) {
    let portal = site.test_portal.portal();
    let catalogue = kaishu_testkit::catalogue::Catalogue::default()
        .dataset(CONDITIONAL, "需要申请的数据", "conditional")
        .item(CONDITIONAL, "name", "conditional");
    site.test_portal.import(catalogue.folder()).await;
    let applicant = at_browser(portal, Role::DataUser, ("applies", "YX")).await;
    let code = CONDITIONAL.parse().unwrap();
    let application = portal.begin_application(&applicant, &code, LANG).await.unwrap();
    token_of(site, "applies", TokenScope::Read).await;
    let session = portal.sessions(&applicant, LANG).await.unwrap()[0].id;
    let token = portal.tokens(&applicant, LANG).await.unwrap()[0].id;
    (applicant, Own { session, token, application })
}

// Proves SEC-05 for what is one's own: with every role, in every place, the own pages are shown, and nothing of
// somebody else is shown or changed: no session, no token, no application that is being written. Copies are traced by
// those of the table alone.
#[tokio::test]
async fn nobody_reaches_what_is_somebody_elses() {
    let (site, _) = overreach::site().await;
    let portal = site.test_portal.portal();
    let (applicant, own) = somebody(&site).await;
    for (n, role) in Role::ALL.iter().enumerate() {
        for (place, held) in placed(*role) {
            let login = format!("o{n}-{place}");
            let mut browser = browser(&site, &login, held.clone()).await;
            let before = portal.verify_log().await.unwrap().n_entries;
            for path in OWN {
                // Whoever need not have codes may set them up; whoever has them is led to where they stand.
                let status = browser.get(path).await.status.as_u16();
                assert!([200, 303].contains(&status), "{role} ({place}): {path} {status}");
            }
            for pattern in HIDDEN {
                let shown = browser.get(&own.path(pattern)).await;
                assert_eq!(shown.status, 404, "{role} ({place}): {pattern}");
            }
            for pattern in OTHERS {
                let fields = [
                    ("event", "withdraw"),
                    ("version", "1"),
                    ("revision", "1"),
                    ("act", "save"),
                    ("message", "我也说一句"),
                ];
                let status = browser.post(&own.path(pattern), &fields).await.status;
                assert!(status.is_client_error(), "{role} ({place}): {pattern} {status}");
            }
            if *role != Role::DataUser {
                let apply = format!("/datasets/{CONDITIONAL}/apply");
                let status = browser.post(&apply, &[]).await.status;
                assert!(status.is_client_error(), "{role} ({place}): {apply} {status}");
            }
            assert_eq!(portal.verify_log().await.unwrap().n_entries, before, "{role} ({place})");
            let traces = role_for(
                std::slice::from_ref(&held),
                Action::TraceCopies,
                &Subject { regions: held.region.iter().cloned().collect(), ..Subject::default() },
            );
            let token = token_of(&site, &login, TokenScope::Read).await;
            let trail = ("get", "/api/v1/trail?of=YX-T-0001");
            let status = send(&site, &token, trail, &Carried::Nothing).await.status.as_u16();
            // A dataset of another place is not there for who may trace elsewhere.
            let expected = if traces.is_some() { [200, 404] } else { [403, 403] };
            assert!(expected.contains(&status), "{role} ({place}): the trail {status}");
        }
    }
    assert_eq!(portal.sessions(&applicant, LANG).await.unwrap().len(), 1);
    assert!(portal.tokens(&applicant, LANG).await.unwrap()[0].revoked_at.is_none());
    assert!(portal.application(&applicant, own.application, LANG).await.is_ok());
}

/// A route that is added to what is one's own is driven with every role, or named above.
#[test]
fn every_own_route_is_driven_with_every_role() {
    let access = ROUTERS[0].replace("at(MINE)", "at(\"/me/applications\")");
    let all: Vec<String> =
        [access.as_str(), ROUTERS[1]].iter().flat_map(|text| routes("", text)).collect();
    assert!(all.len() > 25, "{all:?}");
    let mut left: BTreeSet<&str> = ELSEWHERE.iter().copied().collect();
    for route in &all {
        let (method, pattern) = route.split_once(' ').unwrap();
        let driven: &[&str] = match method {
            "GET" => HIDDEN,
            _ => &["/datasets/{code}/apply"],
        };
        let more = if method == "GET" { OWN } else { OTHERS };
        let is_driven = driven.iter().chain(more).any(|path| is_of(path, pattern));
        assert!(
            is_driven || left.remove(route.as_str()),
            "{route} is not driven with every role: name it in `OWN` or `OTHERS`"
        );
    }
    assert!(left.is_empty(), "no such routes: {left:?}");
}

/// Who is not logged in sees nothing of it, and is led to the login.
#[tokio::test]
async fn what_is_ones_own_is_for_who_is_logged_in() {
    let (site, _) = overreach::site().await;
    let (_, own) = somebody(&site).await;
    account(site.test_portal.portal(), Role::DataUser, ("another", "YX")).await;
    for path in OWN.iter().chain(HIDDEN) {
        let answer = site.get(&own.path(path)).await;
        assert_eq!(answer.status, 303, "{path}");
        assert!(answer.header("location").contains("/login"), "{path}");
    }
    for pattern in OTHERS {
        let answer = Browser::new(&site).post(&own.path(pattern), &[]).await;
        let is_led = answer.status == 303 && answer.header("location").contains("/login");
        assert!(is_led || answer.status == 401, "{pattern} {}", answer.status);
    }
}
