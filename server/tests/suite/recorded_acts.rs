//! What an act leaves in the log: exactly one entry in the name of who did it, or the entries that are named here.
//!
//! The acts are those that the tests of over-reach drive: each is done by somebody who may, or is named with the reason
//! why it is not. What is administered is done in `overreach_administration`.

use std::collections::BTreeSet;
use std::slice;

use kaishu_domain::permission::{Subject, role_for};
use kaishu_store::log::{self, Logged, Search};
use kaishu_testkit::people::answers;
use kaishu_types::account::{Role, RoleGrant};

use crate::overreach::{self, Things, browser, placed};
use crate::overreach_api::{self, Carried, described, send, token_of};
use crate::support::TestSite;

/// What an act leaves in the log.
#[derive(Clone, Copy)]
enum Left {
    /// One entry.
    One,
    /// These entries, the oldest first; one of them at least is in the name of who did it.
    Named(&'static [&'static str]),
    /// Nothing: what a draft says is nobody's but its writers' until it is submitted, and on record then.
    Nothing,
    /// It is not done here, and why.
    Elsewhere(&'static str),
}

use Left::{Elsewhere, Named, Nothing, One};

const SAME: &str = "the same act is done in the other table";
const TABLE: &str = "needs a table that was taken in and looked through";
const DRAFT: &str =
    "writes into a draft, as saving it does in the other table, or needs one of another kind";

/// The forms of the workbench: the turn in which each is done, on a portal of its own, and what it leaves.
const FORMS: &[(&str, usize, Left)] = &[
    ("/workbench/drafts/{draft}", 0, Nothing),
    ("/workbench/drafts/{draft}/previews", 3, One),
    ("/workbench/drafts/{draft}/previews/1/revoke", 3, One),
    ("/workbench/new", 0, One),
    ("/workbench/cases/{review}/act pass", 0, One),
    ("/workbench/cases/{change}/act dismiss", 0, One),
    ("/workbench/datasets/YX-T-0001/changes", 0, One),
    ("/workbench/datasets/YX-T-0009/changes", 0, One),
    ("/workbench/datasets/YX-T-0001/inspections", 0, One),
    // The offer, and that it was put before the other organization.
    ("/workbench/datasets/YX-T-0001/transfer", 0, Named(&["offer", "deliver"])),
    ("/workbench/drafts/{draft}/files/0/remove", 1, Nothing),
    ("/workbench/cases/{review}/act return", 1, One),
    // What first happens to a published dataset begins the case of its life.
    ("/workbench/datasets/YX-T-0001/act suspend", 1, Named(&["begin", "suspend"])),
    ("/workbench/datasets/YX-T-0001/revise", 1, One),
    ("/workbench/datasets/YX-T-0009/act withdraw", 1, Named(&["begin", "withdraw"])),
    ("/workbench/cases/{review}/act recall", 2, One),
    ("/workbench/datasets/YX-T-0001/act withdraw", 2, Named(&["begin", "withdraw"])),
    ("/workbench/datasets/YX-T-0009/revise", 2, One),
    ("/workbench/datasets/YX-T-0001/act ask_retire", 3, Named(&["begin", "ask_retire"])),
    ("/workbench/cases/{review}/act opine", 0, Elsewhere("needs an expert who was assigned")),
    ("/workbench/cases/{review}/act assign_experts", 0, Elsewhere("needs a step of experts")),
    ("/workbench/cases/{review}/act publish", 0, Elsewhere("needs every step of the review")),
    ("/workbench/datasets/YX-T-0001/quality", 0, Elsewhere(TABLE)),
    ("/workbench/datasets/YX-T-0001/decide", 0, Elsewhere(TABLE)),
    ("/workbench/datasets/YX-T-0001/anonymity", 0, Elsewhere(TABLE)),
    (
        "/workbench/datasets/YX-T-0001/inspections/1/close",
        0,
        Elsewhere("needs a version that came after the finding"),
    ),
];

/// Portals on which forms are done.
const TURNS: usize = 4;

/// The operations of the API, in the order in which they are done.
const OPERATIONS: &[(&str, Left)] = &[
    ("begin_draft", One),
    ("make_preview", One),
    ("revoke_preview", One),
    ("submit_draft", One),
    ("act_on_case pass", One),
    ("act_on_case dismiss", One),
    ("note_change", One),
    ("add_inspection", One),
    ("offer_transfer", Named(&["offer", "deliver"])),
    // What the other organization had before it is called back.
    ("withdraw_transfer", Named(&["recall", "withdraw"])),
    ("begin_revision", One),
    ("act_on_dataset suspend", Named(&["begin", "suspend"])),
    ("register_project", One),
    ("register_missing", One),
    ("begin_application", One),
    ("register_webhook", One),
    ("end_webhook", One),
    ("act_on_case submit", Elsewhere("`submit_draft` is the same act")),
    ("act_on_case return", Elsewhere(SAME)),
    ("act_on_case recall", Elsewhere(SAME)),
    ("act_on_dataset withdraw", Elsewhere(SAME)),
    ("say_of_delivery", Elsewhere("its form is done in `overreach_administration`")),
    ("add_system", Elsewhere("its form is done in `overreach_administration`")),
    ("save_system", Elsewhere("its form is done in `overreach_administration`")),
    ("close_inspection", Elsewhere("needs a version that came after the finding")),
    ("compare_with_source", Elsewhere(TABLE)),
    ("decide_finding", Elsewhere(TABLE)),
    ("decide_figures", Elsewhere(TABLE)),
    ("measure_anonymity", Elsewhere(TABLE)),
    ("change_records", Elsewhere("needs an entry that changes by records")),
    ("publish_version", Elsewhere("needs what was done to the data: `publishing` sends it")),
    (
        "revise_several",
        Elsewhere("needs a dataset without a revision; `begin_revision` is its act"),
    ),
    ("open_dispute", Elsewhere("is not on an entry of one's own")),
    ("attach_to_step", Elsewhere("needs a scan: `review_questions` sends it")),
    ("attach_authorisation", Elsewhere("needs a scan: `catalogued` sends it")),
    ("attach_relaxation", Elsewhere("needs a scan: `relaxing` sends it")),
    ("enable_webhook", Elsewhere("needs one that was switched off")),
    ("verify", Elsewhere("needs a grant: `verification` sends it")),
    ("act_on_application", Elsewhere("needs a whole application: `applications_api` sends it")),
    ("save_application", Elsewhere("writes into an application that nobody else sees yet")),
    ("save_draft", Elsewhere(SAME)),
    ("remove_draft_file", Elsewhere(SAME)),
    ("compare_draft", Elsewhere("changes nothing")),
    ("add_draft_file", Elsewhere(DRAFT)),
    ("add_draft_source", Elsewhere(DRAFT)),
    ("add_draft_interface", Elsewhere(DRAFT)),
    ("save_draft_items", Elsewhere(DRAFT)),
    ("take_draft_items", Elsewhere(DRAFT)),
    ("restore_draft_copy", Elsewhere(DRAFT)),
    ("begin_upload", Elsewhere(DRAFT)),
    ("send_part", Elsewhere(DRAFT)),
    ("finish_upload", Elsewhere(DRAFT)),
    ("give_up_upload", Elsewhere(DRAFT)),
];

/// The place of the last entry of the log.
pub(crate) async fn newest(site: &TestSite) -> i64 {
    let last = log::search(site.test_portal.store(), &Search::default(), 1).await.unwrap();
    last.first().map_or(0, |entry| entry.seq)
}

/// What came into the log after a place, the oldest first.
pub(crate) async fn since(site: &TestSite, place: i64) -> Vec<Logged> {
    let mut found = log::search(site.test_portal.store(), &Search::default(), 50).await.unwrap();
    found.retain(|entry| entry.seq > place);
    found.reverse();
    found
}

/// Entries as a failure names them.
pub(crate) fn told(entries: &[Logged]) -> String {
    let one = |it: &Logged| format!("{} {} by {}", it.kind, it.event.name, it.event.by.login);
    entries.iter().map(one).collect::<Vec<_>>().join(", ")
}

impl Left {
    /// Whether it is not done here; there is a reason for that.
    fn is_elsewhere(self) -> bool {
        match self {
            Elsewhere(why) => {
                assert!(!why.is_empty(), "say why it is not done here");
                true
            }
            One | Named(_) | Nothing => false,
        }
    }

    /// Says what is wrong with what somebody left.
    fn fault(self, login: &str, found: &[Logged]) -> Option<String> {
        let is_right = match self {
            One => found.len() == 1,
            Named(names) => found.iter().map(|it| it.event.name.as_str()).eq(names.iter().copied()),
            Nothing | Elsewhere(_) => found.is_empty(),
        };
        let is_theirs = found.is_empty() || found.iter().any(|it| it.event.by.login == login);
        (!is_right || !is_theirs).then(|| format!("left [{}]", told(found)))
    }
}

/// A role that may do something to what belongs to YX-T in YX, held for that place.
fn able(may: impl Fn(&RoleGrant) -> bool) -> RoleGrant {
    let own = Role::ALL.iter().filter_map(|role| placed(*role).into_iter().next());
    let mut held = own.map(|(_, held)| held);
    held.find(|held| held.role != Role::CountyAuthority && may(held)).unwrap()
}

/// A form as the table names it.
fn form_key(things: &Things, path: &str, fields: &[(&str, &str)]) -> String {
    let path = path
        .replace(&format!("/drafts/{}", things.draft), "/drafts/{draft}")
        .replace(&format!("/cases/{}/", things.review), "/cases/{review}/")
        .replace(&format!("/cases/{}/", things.change), "/cases/{change}/");
    match fields.iter().find(|(name, _)| *name == "event") {
        Some((_, event)) => format!("{path} {event}"),
        None => path,
    }
}

/// Does the forms of a turn. Returns the names of all forms there are, and what is wrong.
async fn done_in(turn: usize) -> (BTreeSet<String>, Vec<String>) {
    let (site, things) = overreach::site().await;
    let about = Subject {
        organization: Some("YX-T".parse().unwrap()),
        regions: vec!["YX".parse().unwrap()],
        ..Subject::default()
    };
    let (mut keys, mut wrong) = (BTreeSet::new(), Vec::new());
    let answers = answers();
    for (n, (path, fields, action)) in overreach::forms(&things).into_iter().enumerate() {
        let key = form_key(&things, &path, &fields);
        keys.insert(key.clone());
        let Some((_, at, left)) = FORMS.iter().find(|(named, ..)| *named == key) else { continue };
        if *at != turn || left.is_elsewhere() {
            continue;
        }
        let held = able(|held| role_for(slice::from_ref(held), action, &about).is_some());
        let login = format!("e{turn}-{n}");
        let mut browser = browser(&site, &login, held).await;
        // Whoever decides on a case has read it, and answers what its step asks.
        let page = path.strip_suffix("/act").filter(|it| it.starts_with("/workbench/cases/"));
        let version = match page {
            Some(page) => {
                let read = browser.get(page).await.attributes("main input[name=version]", "value");
                read.into_iter().next().unwrap_or_default()
            }
            None => "0".to_owned(),
        };
        let mut fields: Vec<(&str, &str)> = fields;
        if let Some(field) = fields.iter_mut().find(|(name, _)| *name == "version") {
            field.1 = &version;
        }
        if fields.contains(&("event", "pass")) {
            fields.extend(answers.iter().map(|(name, answer)| (name.as_str(), answer.as_str())));
        }
        let before = newest(&site).await;
        let answer = browser.post(&path, &fields).await;
        let found = since(&site, before).await;
        if answer.status != 303 {
            wrong.push(format!("{key} was not done: {} {}", answer.status, answer.text()));
        } else if let Some(fault) = left.fault(&login, &found) {
            wrong.push(format!("{key} {fault}"));
        }
    }
    assert_eq!(site.test_portal.portal().verify_log().await.unwrap().faults, []);
    (keys, wrong)
}

// Proves SEC-01 for the forms of the workbench that the test of over-reach drives: each that is done here leaves one
// entry in the name of who sent it, or those that are named, and a form that is in no row fails. Forms with a file, of
// cases of other kinds, and those named with `Elsewhere` are not covered.
#[tokio::test]
async fn each_form_of_the_workbench_leaves_its_entries() {
    let mut wrong = Vec::new();
    for turn in 0..TURNS {
        let (keys, found) = Box::pin(done_in(turn)).await;
        let named: BTreeSet<String> = FORMS.iter().map(|(key, ..)| (*key).to_owned()).collect();
        assert_eq!(keys, named, "name it in `FORMS`");
        wrong.extend(found);
    }
    assert_eq!(wrong, [""; 0]);
}

/// An operation as the table names it: with its event where it is one of several.
fn operation_key(it: &overreach_api::Sent) -> String {
    match &it.carried {
        Carried::Json(value) if it.operation.starts_with("act_on_") && it.action.is_some() => {
            format!("{} {}", it.operation, value["event"].as_str().unwrap_or_default())
        }
        _ => it.operation.to_owned(),
    }
}

// Proves SEC-01 for programs, as far as the table goes: each operation that is done here leaves one entry in the name of
// who owns the token, or those that are named; an operation of the description that is in no row fails.
#[tokio::test]
async fn each_operation_leaves_its_entries() {
    let (site, things) = overreach_api::site().await;
    let all = overreach_api::sent(&things);
    let described = described();
    let keys: BTreeSet<String> = all.iter().map(operation_key).collect();
    let named: BTreeSet<String> = OPERATIONS.iter().map(|(key, _)| (*key).to_owned()).collect();
    assert_eq!(keys, named, "name it in `OPERATIONS`");
    let mut wrong = Vec::new();
    for (n, (key, left)) in OPERATIONS.iter().enumerate() {
        if left.is_elsewhere() {
            continue;
        }
        let it = all.iter().find(|it| operation_key(it) == *key).unwrap();
        let (method, scopes) = &described[it.operation];
        let login = format!("v{n}");
        let held = able(|held| it.is_allowed(slice::from_ref(held)));
        overreach_api::add(&site, &login, held).await;
        let mut refusals = Vec::new();
        let mut is_done = false;
        // An operation that takes two scopes takes one of them for each act.
        for scope in scopes {
            let token = token_of(&site, &login, *scope).await;
            let before = newest(&site).await;
            let answer = send(&site, &token, (method, &it.path), &it.carried).await;
            let found = since(&site, before).await;
            is_done = answer.status.is_success();
            let expected = if is_done { *left } else { Nothing };
            wrong.extend(expected.fault(&login, &found).map(|fault| format!("{key} {fault}")));
            if is_done {
                break;
            }
            refusals.push(format!("{} {}", answer.status, answer.text()));
        }
        if !is_done {
            wrong.push(format!("{key} was not done: {}", refusals.join("; ")));
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert_eq!(site.test_portal.portal().verify_log().await.unwrap().faults, []);
}
