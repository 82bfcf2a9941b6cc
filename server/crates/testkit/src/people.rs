//! The people of an agency and its authority, and what they do in a test.

use std::collections::{BTreeMap, BTreeSet};

use kaishu_portal::accounts::{Caller, NewStaff};
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::publishing::OpeningAct;
use kaishu_portal::{Error, Portal};
use kaishu_types::Lang;
use kaishu_types::account::{AccountKind, Role, RoleGrant, TokenScope};
use kaishu_types::draft::{Choice, DraftDocument, Processing, ReviewCheck};
use kaishu_types::vocabulary::{OpenClass, ShareClass};

/// The language of the tests.
pub const LANG: Lang = Lang::Zh;
/// The agency whose entries are published.
pub const ORGANIZATION: &str = "YX-T";

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

/// Makes an account and returns who comes with a token of it.
pub async fn person(portal: &Portal, role: Role, place: (&str, &str), scope: TokenScope) -> Caller {
    let (name, organization) = place;
    let organization = role.is_of_organization().then(|| organization.parse().unwrap());
    let region = role.is_of_region().then(|| "YX".parse().unwrap());
    let login = name.parse().unwrap();
    let staff = NewStaff {
        login,
        kind: AccountKind::Person,
        name: Some(format!("{name} 的名字")),
        email: Some(format!("{name}@example.cn")),
        password: "correct horse battery".to_owned(),
        contract: None,
        roles: vec![RoleGrant { role, organization, region }],
    };
    let command = Caller::command();
    portal.add_account(&command, staff, LANG).await.unwrap();
    let login = name.parse().unwrap();
    let token = portal.make_token_for(&command, &login, ("test", scope, 1), LANG).await.unwrap();
    portal.caller_of_token(&token, LANG).await.unwrap()
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
    let view = portal.case_view(caller, case, LANG).await?;
    let done = OpeningAct {
        event: event.to_owned(),
        version: view.version,
        reason: "理由充分".to_owned(),
        idempotency_key: None,
        answers: answers(),
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
    document.processing = BTreeSet::from([Processing::Sort, Processing::Convert]);
    document.chosen = Choice::ALL.iter().copied().collect();
    change(&mut document);
    portal.save_draft(officer, case, draft.revision, document, LANG).await.unwrap();
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
