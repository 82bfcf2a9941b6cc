//! Nobody reaches farther than the table of permissions: every route of the workbench with every role, held for the
//! place that a thing belongs to and for another one (SEC-05, ORG-04, ZON-03).

use bytes::Bytes;
use futures::stream;
use http::Method;
use kaishu_domain::permission::{Action, Reach, Subject, role_for};
use kaishu_portal::Portal;
use kaishu_portal::accounts::{Caller, NewStaff};
use kaishu_portal::publishing::NewChange;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, act, complete, people};
use kaishu_testkit::{Setup, now};
use kaishu_types::account::{AccountKind, Role, RoleGrant};

use crate::browser::{Browser, PASSWORD, code_of};
use crate::support::TestSite;

const OPEN: &str = "YX-T-0001";
const HIDDEN: &str = "YX-T-0009";

/// What the routes are about: all of it belongs to YX-T in YX.
pub(crate) struct Things {
    pub(crate) draft: i64,
    pub(crate) review: i64,
    pub(crate) change: i64,
}

pub(crate) async fn site() -> (TestSite, Things) {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(OPEN, "公交站点", "unconditional")
        .item(OPEN, "name", "unconditional")
        .file(OPEN, "stops.csv", "name\n汽车站\n".as_bytes())
        .dataset(HIDDEN, "内部数据", "none")
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let officer = &people.officer;
    let draft = draft(portal, officer, "在编的目录").await;
    let review = self::draft(portal, officer, "在审的目录").await;
    act(portal, officer, review, "submit").await.unwrap();
    portal.make_preview(officer, draft, "7", LANG).await.unwrap();
    let change = NewChange {
        kind: "law_changed".to_owned(),
        happened_on: Some(portal.today()),
        evidence: "依据".to_owned(),
    };
    let code = OPEN.parse().unwrap();
    let change = portal.note_change(officer, &code, change, LANG).await.unwrap();
    (site, Things { draft, review, change })
}

async fn draft(portal: &Portal, officer: &Caller, title: &str) -> i64 {
    let case = portal.begin_draft(officer, "YX-T", title, LANG).await.unwrap();
    let bytes = stream::iter([Ok(Bytes::from_static("name\n汽车站\n".as_bytes()))]);
    let revision = portal.add_draft_file(officer, case, 1, "stops.csv", bytes, LANG).await.unwrap();
    portal.take_items_from_files(officer, case, revision, LANG).await.unwrap();
    complete(portal, officer, case, |_| {}).await;
    case
}

/// Makes an account with a role and logs it in, with a one-time code where its role must have one.
pub(crate) async fn browser<'a>(site: &'a TestSite, name: &str, held: RoleGrant) -> Browser<'a> {
    let is_staff = held.role.is_staff();
    let staff = NewStaff {
        login: name.parse().unwrap(),
        kind: AccountKind::Person,
        name: None,
        email: None,
        password: PASSWORD.to_owned(),
        contract: None,
        roles: vec![held],
    };
    let portal = site.test_portal.portal();
    portal.add_account(&Caller::command(), staff, LANG).await.unwrap();
    let mut browser = Browser::new(site);
    browser.log_in(name, PASSWORD).await;
    if is_staff {
        let page = browser.get("/me/security/code").await;
        let secret = page.texts("main code").concat();
        browser.post("/me/security/code", &[("code", &code_of(&secret, now()))]).await;
    }
    assert_eq!(browser.get("/me").await.status, 200, "{name}");
    browser
}

/// The places that a role is held for: the one of the things, and another.
pub(crate) fn placed(role: Role) -> Vec<(&'static str, RoleGrant)> {
    let grant = |organization: Option<&str>, region: Option<&str>| RoleGrant {
        role,
        organization: organization.map(|code| code.parse().unwrap()),
        region: region.map(|code| code.parse().unwrap()),
    };
    if role.is_of_organization() {
        return vec![("own", grant(Some("YX-T"), None)), ("other", grant(Some("YX-U"), None))];
    }
    let reaches = |action: &&Action| action.roles().contains(&(role, Reach::Region));
    if role.is_of_region() || Action::ALL.iter().any(|action| reaches(&action)) {
        // A county below sees nothing of what belongs to the prefecture.
        return vec![("own", grant(None, Some("YX"))), ("other", grant(None, Some("YX-QH")))];
    }
    vec![("own", grant(None, None))]
}

/// Pages that somebody sees who may do one of these.
pub(crate) fn pages(things: &Things) -> Vec<(String, Vec<Action>)> {
    let see = || vec![Action::SeeDrafts];
    vec![
        (format!("/workbench/drafts/{}", things.draft), see()),
        (format!("/workbench/cases/{}", things.draft), see()),
        (format!("/workbench/drafts/{}/quality", things.draft), see()),
        (format!("/workbench/drafts/{}/copies", things.draft), see()),
        (format!("/workbench/drafts/{}/interfaces", things.draft), see()),
        (format!("/workbench/drafts/{}/previews", things.draft), vec![Action::EditDatasets]),
        (format!("/workbench/datasets/{OPEN}/quality"), see()),
        (format!("/workbench/datasets/{OPEN}/inspections"), see()),
        (format!("/workbench/cases/{}", things.review), see()),
        (format!("/en/workbench/cases/{}", things.change), see()),
        (format!("/workbench/datasets/{HIDDEN}"), see()),
        (format!("/workbench/datasets/{OPEN}"), vec![Action::SeeDrafts, Action::SuspendDatasets]),
    ]
}

/// A form: where it goes, its fields, and what somebody must be allowed to do to send it.
pub(crate) type Sent = (String, Vec<(&'static str, &'static str)>, Action);

/// The forms of the workbench.
pub(crate) fn forms(things: &Things) -> Vec<Sent> {
    let case = |id: i64| format!("/workbench/cases/{id}/act");
    let of = |code: &str, rest: &str| format!("/workbench/datasets/{code}/{rest}");
    let step = |event| vec![("event", event), ("version", "2"), ("reason", "理由")];
    let life = |event| vec![("event", event), ("version", "0"), ("reason", "理由")];
    let draft = format!("/workbench/drafts/{}", things.draft);
    let change = vec![("kind", "law_changed"), ("happened_on", "2026-11-20"), ("evidence", "依据")];
    let column = vec![("column", "name"), ("verdict", "restrict"), ("why", "理由")];
    let k = vec![("table", "1-1"), ("quasi", "name"), ("k", "2")];
    let fault = vec![("finding", "缺行"), ("due", "2026-12-31")];
    let new = vec![("organization", "YX-T"), ("title", "新的目录")];
    vec![
        (draft.clone(), vec![("revision", "4"), ("title", "改过")], Action::EditDatasets),
        (format!("{draft}/previews"), vec![("days", "7")], Action::EditDatasets),
        (format!("{draft}/previews/1/revoke"), Vec::new(), Action::EditDatasets),
        (of(OPEN, "quality"), vec![("rows", "1")], Action::EditDatasets),
        (format!("{draft}/files/0/remove"), vec![("revision", "4")], Action::EditDatasets),
        ("/workbench/new".to_owned(), new, Action::EditDatasets),
        (case(things.review), step("pass"), Action::ReviewForProvider),
        (case(things.review), step("return"), Action::ReviewForProvider),
        (case(things.review), step("recall"), Action::SubmitDatasets),
        (case(things.review), step("opine"), Action::GiveOpinion),
        (case(things.review), step("publish"), Action::PublishDatasets),
        (case(things.change), step("dismiss"), Action::PublishDatasets),
        (of(OPEN, "act"), life("suspend"), Action::SuspendDatasets),
        (of(OPEN, "act"), life("withdraw"), Action::WithdrawDatasets),
        (of(OPEN, "act"), life("ask_retire"), Action::WithdrawDatasets),
        (of(HIDDEN, "act"), life("withdraw"), Action::WithdrawDatasets),
        (of(OPEN, "revise"), Vec::new(), Action::EditDatasets),
        (of(HIDDEN, "revise"), Vec::new(), Action::EditDatasets),
        (of(OPEN, "changes"), change.clone(), Action::NoteChanges),
        (of(HIDDEN, "changes"), change, Action::NoteChanges),
        (of(OPEN, "transfer"), vec![("to", "YX-U"), ("why", "划转")], Action::TransferDatasets),
        (of(OPEN, "decide"), column, Action::DecideFindings),
        (of(OPEN, "anonymity"), k, Action::DecideFindings),
        (case(things.review), step("assign_experts"), Action::AssignExperts),
        (of(OPEN, "inspections"), fault, Action::InspectQuality),
        (of(OPEN, "inspections/1/close"), vec![("version", "2")], Action::InspectQuality),
    ]
}

// Proves SEC-05, ZON-03, and a part of ORG-04: every page and every form of the workbench with every role, held for the
// place and for another: what the table does not allow shows nothing and changes nothing.
#[tokio::test]
async fn no_role_reaches_farther_than_the_table() {
    let (site, things) = site().await;
    let portal = site.test_portal.portal();
    let about = Subject {
        is_own: false,
        organization: Some("YX-T".parse().unwrap()),
        regions: vec!["YX".parse().unwrap()],
        ..Subject::default()
    };
    let mut n_shown = 0;
    let mut n_refused = 0;
    for (n, role) in Role::ALL.iter().enumerate() {
        for (place, held) in placed(*role) {
            let name = format!("r{n}-{place}");
            let roles = [held.clone()];
            let may = |action: Action| role_for(&roles, action, &about).is_some();
            let mut browser = browser(&site, &name, held).await;
            let before = portal.verify_log().await.unwrap().n_entries;
            for (path, actions) in pages(&things) {
                let expected = if actions.iter().any(|action| may(*action)) { 200 } else { 404 };
                assert_eq!(browser.get(&path).await.status, expected, "{role} ({place}): {path}");
                n_shown += usize::from(expected == 200);
            }
            // A hidden dataset has no public page for anybody, whatever the role.
            assert_eq!(browser.get(&format!("/datasets/{HIDDEN}")).await.status, 404);
            for (path, fields, action) in forms(&things) {
                if may(action) {
                    continue;
                }
                let answer = browser.post(&path, &fields).await;
                assert!(answer.status != 303, "{role} ({place}): {path} led on");
                assert!(
                    answer.status.is_client_error(),
                    "{role} ({place}): {path} {}",
                    answer.status
                );
                n_refused += 1;
            }
            let after = portal.verify_log().await.unwrap();
            assert_eq!(after.faults, []);
            assert_eq!(after.n_entries, before, "{role} ({place}) left something in the log");
        }
    }
    assert!(n_shown > 40 && n_refused > 300, "{n_shown} pages shown, {n_refused} forms refused");
    assert_eq!(portal.dataset(&OPEN.parse().unwrap()).await.unwrap().version, 1);
}

/// Who is not logged in is led to the login, and what was typed comes back with the page that says so.
#[tokio::test]
async fn visitors_are_led_to_the_login() {
    let (site, things) = site().await;
    for (path, _) in pages(&things) {
        let answer = site.get(&path).await;
        assert_eq!(answer.status, 303, "{path}");
        assert!(answer.header("location").contains("/login"), "{path}");
    }
    for (path, fields, _) in forms(&things) {
        let answer = Browser::new(&site).post(&path, &fields).await;
        assert_eq!(answer.status, 401, "{path}");
        for (name, value) in fields {
            let kept = answer.attributes(&format!("input[name={name}]"), "value");
            assert!(kept.iter().any(|it| it == value), "{path}: `{name}` is lost");
        }
    }
    // A cookie of a browser is nothing to the API, and no token is no caller.
    let path = format!("/api/v1/datasets/{OPEN}/versions");
    assert_eq!(site.ask(Method::POST, &path, &[], "").await.status, 401);
}
