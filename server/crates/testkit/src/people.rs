//! The people of an agency and its authority, and what they do in a test.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use futures::stream;
use kaishu_portal::accounts::{Browser, Caller, NewStaff};
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::publishing::OpeningAct;
use kaishu_portal::{Error, Portal};
use kaishu_types::Lang;
use kaishu_types::account::{AccountKind, Role, RoleGrant, TokenScope};
use kaishu_types::dataset::Acquisition;
use kaishu_types::draft::{ChangeBasis, Choice, DraftDocument, Processing, ReviewCheck};
use kaishu_types::vocabulary::{OpenClass, ShareClass};

use crate::portal::now;

/// The language of the tests.
pub const LANG: Lang = Lang::Zh;
/// The agency whose entries are published.
pub const ORGANIZATION: &str = "YX-T";
const PASSWORD: &str = "correct horse battery";

/// The people of an agency and its authority.
pub struct People {
    /// The data officer of the agency.
    pub officer: Caller,
    /// Its responsible head.
    pub head: Caller,
    /// Its reviewer.
    pub reviewer: Caller,
    /// Somebody of the data authority.
    pub authority: Caller,
    /// Somebody of the cyberspace office.
    pub cyberspace: Caller,
    /// The data officer of another agency, `YX-U`.
    pub stranger: Caller,
}

/// Makes an account; `place` is the organization or the region that the role is held for.
pub async fn account(portal: &Portal, role: Role, (name, place): (&str, &str)) {
    let is_of_region = role.is_of_region() || role == Role::Auditor;
    let staff = NewStaff {
        login: name.parse().unwrap(),
        kind: AccountKind::Person,
        name: Some(format!("{name} 的名字")),
        email: Some(format!("{name}@example.cn")),
        password: PASSWORD.to_owned(),
        contract: None,
        roles: vec![RoleGrant {
            role,
            organization: role.is_of_organization().then(|| place.parse().unwrap()),
            region: is_of_region.then(|| place.parse().unwrap()),
        }],
    };
    portal.add_account(&Caller::command(), staff, LANG).await.unwrap();
}

/// Makes an account, in the region of the prefecture where its role is held for one, and returns who comes
/// with a token of it.
pub async fn person(portal: &Portal, role: Role, place: (&str, &str), scope: TokenScope) -> Caller {
    let (name, organization) = place;
    let place = if role.is_of_organization() { organization } else { "YX" };
    account(portal, role, (name, place)).await;
    let (command, login) = (Caller::command(), name.parse().unwrap());
    let token = portal.make_token_for(&command, &login, ("test", scope, 1), LANG).await.unwrap();
    portal.caller_of_token(&token, LANG).await.unwrap()
}

/// Makes an account and returns what its browser holds once it is logged in, one-time code and all.
pub async fn with_session(portal: &Portal, role: Role, place: (&str, &str)) -> String {
    account(portal, role, place).await;
    enrolled(portal, place.0).await.0
}

/// Logs in and sets one-time codes up: what the browser holds, and what makes the codes.
async fn enrolled(portal: &Portal, login: &str) -> (String, totp_rs::Totp) {
    let browser = Browser { user_agent: None, client: None };
    let begun = portal.log_in(login, PASSWORD, &browser, LANG).await.unwrap();
    let half = portal.caller_of_session(&begun.token).await.unwrap();
    let offered = portal.offer_second_factor(&half, LANG).await.unwrap();
    let secret = totp_rs::Secret::try_from_base32(offered.secret.replace(' ', "")).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let code = totp.generate(u64::try_from(now().timestamp()).unwrap()).to_string();
    let token = portal.set_up_second_factor(&half, (&code, PASSWORD), LANG).await.unwrap();
    (token, totp)
}

/// Makes an account and returns who is logged in with a browser, and the next one-time code: the one that set
/// codes up is used.
pub async fn signer(portal: &Portal, role: Role, place: (&str, &str)) -> (Caller, String) {
    let (token, next) = signing_session(portal, role, place).await;
    (portal.caller_of_session(&token).await.unwrap(), next)
}

/// The same, with what the browser holds.
pub async fn signing_session(portal: &Portal, role: Role, place: (&str, &str)) -> (String, String) {
    account(portal, role, place).await;
    let (token, totp) = enrolled(portal, place.0).await;
    let next = totp.generate(u64::try_from(now().timestamp()).unwrap() + 30).to_string();
    (token, next)
}

/// Makes an account and returns who is logged in with a browser.
pub async fn at_browser(portal: &Portal, role: Role, place: (&str, &str)) -> Caller {
    let token = with_session(portal, role, place).await;
    portal.caller_of_session(&token).await.unwrap()
}

/// Makes the accounts of all of them.
pub async fn people(portal: &Portal) -> People {
    let own = |name: &'static str| (name, ORGANIZATION);
    let (publish, decide) = (TokenScope::Publish, TokenScope::Decide);
    People {
        officer: person(portal, Role::Officer, own("officer"), publish).await,
        head: person(portal, Role::Head, own("head"), decide).await,
        reviewer: person(portal, Role::Reviewer, own("reviewer"), decide).await,
        authority: person(portal, Role::Authority, own("authority"), decide).await,
        cyberspace: person(portal, Role::CyberspaceOffice, own("cyber"), decide).await,
        stranger: person(portal, Role::Officer, ("stranger", "YX-U"), publish).await,
    }
}

/// What a reviewer answers who finds nothing.
pub fn answers() -> BTreeMap<String, String> {
    let mut answers = BTreeMap::new();
    for check in ReviewCheck::ALL {
        answers.insert(format!("check.{check}"), "no".to_owned());
    }
    for (name, answer) in [("duplicate", "none"), ("mosaic", "acceptable"), ("opinion", "agree")] {
        answers.insert(name.to_owned(), answer.to_owned());
    }
    answers
}

/// Takes a step in the review of an entry, with a reason and answers that find nothing.
pub async fn act(portal: &Portal, caller: &Caller, case: i64, event: &str) -> Result<(), Error> {
    act_with(portal, caller, case, (event, answers())).await
}

/// Takes a step in the review of an entry, with a reason and these answers.
pub async fn act_with(
    portal: &Portal,
    caller: &Caller,
    case: i64,
    (event, answers): (&str, BTreeMap<String, String>),
) -> Result<(), Error> {
    let view = portal.case_view(caller, case, LANG).await?;
    let done = OpeningAct {
        event: event.to_owned(),
        version: view.version,
        reason: "理由充分".to_owned(),
        idempotency_key: None,
        answers,
    };
    portal.act_on_opening(caller, case, done, LANG).await
}

/// Fills in whatever any profile asks for, and what a test wants.
pub async fn complete(
    portal: &Portal,
    officer: &Caller,
    case: i64,
    change: impl FnOnce(&mut DraftDocument),
) {
    let draft = portal.draft(officer, case, LANG).await.unwrap();
    let mut document = draft.document;
    let some = |text: &str| Some(text.to_owned());
    let fields = &mut document.fields;
    fields.summary = "全市公交站点".to_owned();
    fields.theme = "transport".to_owned();
    fields.licence = "open-licence".to_owned();
    fields.classification = some("A01");
    fields.source = some("系统产生");
    fields.provenance.acquisition = Some(Acquisition::Produced);
    fields.source_system = some("公交调度系统");
    fields.mgmt_responsibility = some("市交通局");
    fields.collector = some("市交通局");
    fields.certifier = some("市交通局");
    fields.usage_requirements = some("注明来源");
    fields.data_form = vec!["chart_table".to_owned()];
    fields.security_level = 1;
    fields.open.class = OpenClass::Unconditional;
    fields.share.class = ShareClass::Unconditional;
    fields.share.scope = some("全部");
    fields.share.modes = vec!["file".to_owned()];
    if draft.is_revision {
        document.change_basis = Some(ChangeBasis::Corrected);
        document.change_reference = "更正通知第一号".to_owned();
    }
    document.processing = BTreeSet::from([Processing::Sort, Processing::Convert]);
    document.chosen = Choice::ALL.iter().copied().collect();
    change(&mut document);
    portal.save_draft(officer, case, draft.revision, document, LANG).await.unwrap();
}

/// Writes a draft with everything that any profile asks for, and a file.
pub async fn whole_draft(portal: &Portal, officer: &Caller, organization: &str) -> i64 {
    let case = portal.begin_draft(officer, organization, "公交站点", LANG).await.unwrap();
    let csv = stream::iter([Ok(Bytes::from_static("name,n\n汽车站,007\n".as_bytes()))]);
    let revision = portal.add_draft_file(officer, case, 1, "stops.csv", csv, LANG).await.unwrap();
    let (_, n_items) = portal.take_items_from_files(officer, case, revision, LANG).await.unwrap();
    assert_eq!(n_items, 2);
    complete(portal, officer, case, |_| {}).await;
    case
}

/// Attaches the record by which an entry is opened further.
pub async fn attach_record(portal: &Portal, officer: &Caller, case: i64) -> Result<(), Error> {
    let scan = stream::iter([Ok(Bytes::from_static(b"%PDF-1.7 record"))]);
    portal.attach_relaxation(officer, case, "record.pdf", scan, LANG).await
}

/// Takes every step of the review; returns how many there were.
pub async fn review(portal: &Portal, people: &People, case: i64) -> usize {
    let steps = portal.case_view(&people.officer, case, LANG).await.unwrap().steps;
    for _ in &steps {
        let mut taken = false;
        for person in [&people.reviewer, &people.cyberspace, &people.authority] {
            let waits = portal.desk(person, DeskFilter::Mine, &[], LANG).await.unwrap();
            if waits.iter().any(|card| card.id == case) {
                act(portal, person, case, "pass").await.unwrap();
                taken = true;
                break;
            }
        }
        assert!(taken, "a step that is on nobody's desk");
    }
    steps.len()
}
