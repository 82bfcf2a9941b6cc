//! Disputes on the class of a published entry, from the grounds to the revision.

use kaishu_portal::Portal;
use kaishu_portal::accounts::{Caller, NewStaff};
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::publishing::{DisputeAct, NewDispute};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, act, at_browser, complete, with_session};
use kaishu_types::account::{AccountKind, Role, RoleGrant, TokenScope};
use kaishu_types::case::CaseKind;
use kaishu_types::draft::DraftDocument;
use kaishu_types::vocabulary::ShareClass;
use kaishu_types::{DatasetCode, ErrorCode};

use crate::browser::Browser;
use crate::support::TestSite;

const CODE: &str = "YX-T-0001";

async fn filled(policy: &'static str) -> TestSite {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "企业用电", "unconditional")
        .item(CODE, "name", "unconditional")
        .file(CODE, "power.csv", "name\n一厂\n".as_bytes())
        .dataset("YX-T-0002", "不开放的", "none")
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U")
        .organization("YX-W", "别的局");
    site.test_portal.import(catalogue.folder()).await;
    site
}

/// Those who have to do with a dispute.
struct Sides {
    provider: Caller,
    claimant: Caller,
    authority: Caller,
}

async fn sides(portal: &Portal) -> Sides {
    // An entry is submitted only where the provider has a head, too.
    at_browser(portal, Role::Head, ("heads", "YX-T")).await;
    Sides {
        provider: at_browser(portal, Role::Officer, ("provides", "YX-T")).await,
        claimant: at_browser(portal, Role::Officer, ("claims", "YX-U")).await,
        authority: at_browser(portal, Role::Authority, ("settles", "YX")).await,
    }
}

const WANTED: NewDispute<'static> =
    NewDispute { class: "share", wanted: "conditional", grounds: "含企业信息", claimant: "" };

fn code(text: &str) -> DatasetCode {
    text.parse().unwrap()
}

async fn open(portal: &Portal, caller: &Caller) -> i64 {
    portal.open_dispute(caller, &code(CODE), &WANTED, LANG).await.unwrap()
}

/// Does something to a dispute; says which error comes of it.
async fn go(portal: &Portal, caller: &Caller, id: i64, event: &str) -> Result<(), ErrorCode> {
    let done = DisputeAct { event, reason: "理由", ..DisputeAct::default() };
    go_with(portal, caller, id, done).await
}

async fn go_with(
    portal: &Portal,
    caller: &Caller,
    id: i64,
    done: DisputeAct<'_>,
) -> Result<(), ErrorCode> {
    let view = portal.case_view(caller, id, LANG).await.map_err(|error| error.code())?;
    let done = DisputeAct { version: view.version, ..done };
    portal.act_on_dispute(caller, id, &done, LANG).await.map_err(|error| error.code())
}

async fn state(portal: &Portal, caller: &Caller, id: i64) -> String {
    portal.case_view(caller, id, LANG).await.unwrap().state.code
}

async fn class(portal: &Portal, caller: &Caller) -> ShareClass {
    portal.own_dataset(caller, &code(CODE), LANG).await.unwrap().dataset.fields.share.class
}

fn conditional(document: &mut DraftDocument) {
    document.version_note = "改为有条件共享".to_owned();
    document.fields.share.class = ShareClass::Conditional;
    document.fields.share.conditions = vec!["限履行职责使用".to_owned()];
    document.fields.extras.insert("share_reason".to_owned(), "含企业信息".to_owned());
}

// Proves CLS-16 between agencies (aba 24¶5), and a part of ORG-03: consultation with the record of both sides, the
// authority, the government of the level; each step is an event, the class is what it was until the decision is carried
// out by a revision, and nobody who belongs to a side settles it.
#[tokio::test]
async fn agencies_consult_then_the_authority_then_the_government() {
    let site = filled("aba").await;
    let portal = site.test_portal.portal();
    let people = sides(portal).await;
    let id = open(portal, &people.claimant).await;
    let twice = portal.open_dispute(&people.authority, &code(CODE), &WANTED, LANG).await;
    assert_eq!(twice.unwrap_err().code(), ErrorCode::Conflict);
    // Both sides have it on their desk, and nobody else.
    let third = at_browser(portal, Role::Officer, ("third", "YX-W")).await;
    for (caller, n_mine, n_open) in [
        (&people.provider, 1, 1),
        (&people.claimant, 1, 1),
        (&people.authority, 0, 1),
        (&third, 0, 0),
    ] {
        for (filter, n) in [(DeskFilter::Mine, n_mine), (DeskFilter::Open, n_open)] {
            let found = portal.desk(caller, filter, &[CaseKind::Dispute], LANG).await.unwrap();
            assert_eq!(found.len(), n, "{:?} {filter:?}", caller.login());
        }
    }
    assert_eq!(go(portal, &third, id, "speak").await, Err(ErrorCode::NotFound));

    go(portal, &people.claimant, id, "speak").await.unwrap();
    let unheard = go(portal, &people.claimant, id, "to_authority").await;
    assert_eq!(unheard, Err(ErrorCode::InvalidInput), "the provider was not heard");
    assert_eq!(go(portal, &people.provider, id, "withdraw").await, Err(ErrorCode::Forbidden));
    assert_eq!(go(portal, &people.claimant, id, "concede").await, Err(ErrorCode::Forbidden));
    assert_eq!(go(portal, &people.authority, id, "speak").await, Err(ErrorCode::Forbidden));
    go(portal, &people.provider, id, "speak").await.unwrap();
    let over = go(portal, &people.claimant, id, "to_government").await;
    assert_eq!(over, Err(ErrorCode::InvalidInput), "past the authority");
    go(portal, &people.provider, id, "to_authority").await.unwrap();

    // A revision that takes the decision ahead is not submitted.
    let revision = portal.begin_revision(&people.provider, &code(CODE), LANG).await.unwrap();
    complete(portal, &people.provider, revision, conditional).await;
    let ahead = act(portal, &people.provider, revision, "submit").await.unwrap_err();
    assert_eq!(ahead.code(), ErrorCode::Conflict);
    assert!(ahead.into_detail().rule.unwrap().article.contains("第二十四条"));

    // Whoever belongs to a side settles nothing, whatever else they are.
    let both = of_both(portal).await;
    assert_eq!(go(portal, &both, id, "settle_change").await, Err(ErrorCode::Forbidden));
    assert_eq!(go(portal, &people.claimant, id, "settle_change").await, Err(ErrorCode::Forbidden));
    go(portal, &people.authority, id, "to_government").await.unwrap();
    let bare = go(portal, &people.authority, id, "rule_change").await;
    assert_eq!(bare, Err(ErrorCode::InvalidInput), "without the document");
    let ruling = DisputeAct {
        event: "rule_change",
        reason: "会议决定",
        document: "州政府专题会议纪要〔2026〕3号",
        decided_on: "2026-11-20",
        ..DisputeAct::default()
    };
    let tomorrow = DisputeAct { decided_on: "2026-11-22", ..ruling.clone() };
    let early = go_with(portal, &people.authority, id, tomorrow).await;
    assert_eq!(early, Err(ErrorCode::InvalidInput), "decided tomorrow");
    go_with(portal, &people.authority, id, ruling).await.unwrap();
    assert_eq!(state(portal, &people.provider, id).await, "revising");
    assert_eq!(class(portal, &people.provider).await, ShareClass::Unconditional);

    // Asking for it is not doing it: what is taken back leaves the decision to be carried out.
    for event in ["submit", "recall", "submit"] {
        act(portal, &people.provider, revision, event).await.unwrap();
        assert_eq!(state(portal, &people.provider, id).await, "revising");
    }
    assert_eq!(
        class(portal, &people.provider).await,
        ShareClass::Unconditional,
        "not reviewed yet"
    );
    let reviewer = at_browser(portal, Role::Reviewer, ("reviews", "YX-T")).await;
    act(portal, &reviewer, revision, "pass").await.unwrap();
    act(portal, &people.authority, revision, "pass").await.unwrap();
    act(portal, &people.authority, revision, "publish").await.unwrap();
    assert_eq!(state(portal, &people.provider, id).await, "changed");
    assert_eq!(class(portal, &people.provider).await, ShareClass::Conditional);
    let view = portal.case_view(&people.claimant, id, LANG).await.unwrap();
    let events: Vec<&str> = view.events.iter().map(|it| it.event.code.as_str()).collect();
    let expected =
        ["dispute", "speak", "speak", "to_authority", "to_government", "rule_change", "report"];
    assert_eq!(events, expected);
    assert!(view.facts["document"].contains("3号"));
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

/// Somebody of the authority who is an officer of the agency that disputes, too.
async fn of_both(portal: &Portal) -> Caller {
    let grant = |role, organization: Option<&str>, region: Option<&str>| RoleGrant {
        role,
        organization: organization.map(|code| code.parse().unwrap()),
        region: region.map(|code| code.parse().unwrap()),
    };
    let staff = NewStaff {
        login: "both".parse().unwrap(),
        kind: AccountKind::Person,
        name: Some("两边任职".to_owned()),
        email: None,
        password: "correct horse battery".to_owned(),
        contract: None,
        roles: vec![
            grant(Role::Authority, None, Some("YX")),
            grant(Role::Officer, Some("YX-U"), None),
        ],
    };
    let command = Caller::command();
    portal.add_account(&command, staff, LANG).await.unwrap();
    let (login, asked) = ("both".parse().unwrap(), ("test", TokenScope::Decide, 1));
    let token = portal.make_token_for(&command, &login, asked, LANG).await.unwrap();
    portal.caller_of_token(&token, LANG).await.unwrap()
}

// Proves CLS-16 where the authority is a side, under a profile that ends with the leading group and one that ends with
// the government: the authority never decides, and what is kept stays.
#[tokio::test]
async fn with_the_authority_somebody_above_decides() {
    for (policy, up, elsewhere) in [
        ("jiamusi", "to_leading_group", "to_government"),
        ("default", "to_government", "to_leading_group"),
    ] {
        let site = filled(policy).await;
        let portal = site.test_portal.portal();
        let people = sides(portal).await;
        let id = open(portal, &people.authority).await;
        assert_eq!(state(portal, &people.provider, id).await, "consulting_authority");
        assert!(go(portal, &people.authority, id, "settle_change").await.is_err(), "{policy}");
        go(portal, &people.authority, id, "speak").await.unwrap();
        go(portal, &people.provider, id, "speak").await.unwrap();
        assert!(go(portal, &people.authority, id, elsewhere).await.is_err(), "{policy}");
        assert!(go(portal, &people.authority, id, "to_authority").await.is_err(), "{policy}");
        go(portal, &people.authority, id, up).await.unwrap();
        let ruling = DisputeAct {
            event: "rule_keep",
            reason: "维持",
            document: "会议纪要〔2026〕9号",
            decided_on: "2026-11-20",
            ..DisputeAct::default()
        };
        let by_provider = go_with(portal, &people.provider, id, ruling.clone()).await;
        assert_eq!(by_provider, Err(ErrorCode::Forbidden), "{policy}");
        go_with(portal, &people.authority, id, ruling).await.unwrap();
        assert_eq!(state(portal, &people.provider, id).await, "kept", "{policy}");
        assert_eq!(class(portal, &people.provider).await, ShareClass::Unconditional);
        assert_eq!(portal.verify_log().await.unwrap().faults, []);
    }
}

// Part of CLS-16: who may not dispute an entry, or what cannot be disputed, leaves nothing behind; agreement ends a
// dispute at once.
#[tokio::test]
async fn who_is_not_entitled_disputes_nothing() {
    let site = filled("aba").await;
    let portal = site.test_portal.portal();
    let people = sides(portal).await;
    let before = portal.verify_log().await.unwrap().n_entries;
    let reviewer = at_browser(portal, Role::Reviewer, ("reviews", "YX-U")).await;
    let watchdog = at_browser(portal, Role::PublicSecurity, ("watches", "YX")).await;
    let elsewhere = at_browser(portal, Role::CountyAuthority, ("county", "YX-QH")).await;
    let visitor = Caller::visitor();
    let n_logins = portal.verify_log().await.unwrap().n_entries;
    assert!(n_logins > before);
    for (caller, expected) in [
        (&people.provider, ErrorCode::Forbidden),
        (&reviewer, ErrorCode::Forbidden),
        (&watchdog, ErrorCode::Forbidden),
        (&elsewhere, ErrorCode::Forbidden),
        (&visitor, ErrorCode::Unauthenticated),
    ] {
        let refused = portal.open_dispute(caller, &code(CODE), &WANTED, LANG).await.unwrap_err();
        assert_eq!(refused.code(), expected, "{:?}", caller.login());
    }
    let wrong = [
        NewDispute { wanted: "unconditional", ..WANTED },
        NewDispute { wanted: "", ..WANTED },
        NewDispute { class: "other", ..WANTED },
        NewDispute { grounds: " ", ..WANTED },
    ];
    for new in wrong {
        let refused = portal.open_dispute(&people.claimant, &code(CODE), &new, LANG).await;
        assert_eq!(refused.unwrap_err().code(), ErrorCode::InvalidInput, "{new:?}");
    }
    // For an organization that is not theirs; of an entry that they may not know of.
    let for_another = NewDispute { claimant: "YX-W", ..WANTED };
    let refused = portal.open_dispute(&people.claimant, &code(CODE), &for_another, LANG).await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::Forbidden);
    let hidden = portal.open_dispute(&people.claimant, &code("YX-T-0002"), &WANTED, LANG).await;
    assert_eq!(hidden.unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(portal.verify_log().await.unwrap().n_entries, n_logins);

    let id = open(portal, &people.claimant).await;
    go(portal, &people.claimant, id, "withdraw").await.unwrap();
    assert_eq!(state(portal, &people.claimant, id).await, "withdrawn");
    let id = open(portal, &people.claimant).await;
    go(portal, &people.provider, id, "concede").await.unwrap();
    let view = portal.case_view(&people.provider, id, LANG).await.unwrap();
    assert_eq!(
        (view.state.code.as_str(), view.facts["decided"].as_str()),
        ("revising", "conditional")
    );
}

// Part of CLS-16 at the door: the grounds are written with a form, what is wrong is said beside it, and the case shows
// the chain with its article.
#[tokio::test]
async fn a_dispute_is_opened_and_argued_with_forms() {
    let site = filled("aba").await;
    let portal = site.test_portal.portal();
    let token = with_session(portal, Role::Officer, ("claims", "YX-U")).await;
    let mut claimant = Browser::with_session(&site, &token);
    let token = with_session(portal, Role::Officer, ("provides", "YX-T")).await;
    let mut provider = Browser::with_session(&site, &token);
    let staff = provider.get(&format!("/workbench/datasets/{CODE}")).await;
    assert!(staff.text().contains(&format!("/workbench/disputes?code={CODE}")));

    let path = format!("/workbench/disputes?code={CODE}");
    let page = claimant.get(&path).await;
    page.assert_well_formed_page(&path);
    assert!(page.text().contains("第二十四条第五款"));
    let mut fields = vec![("code", CODE), ("class", "share"), ("wanted", "conditional")];
    let bare = claimant.post("/workbench/disputes", &fields).await;
    assert_eq!(bare.status, 400);
    bare.assert_well_formed_page("/workbench/disputes");
    fields.push(("grounds", "含企业信息"));
    let opened = claimant.post("/workbench/disputes", &fields).await;
    assert_eq!(opened.status, 303, "{}", opened.text());
    let case = opened.header("location").to_owned();
    let page = claimant.get(&case).await;
    page.assert_well_formed_page(&case);
    for text in ["双方协商 → 数据主管部门协商 → 本级人民政府决定", "含企业信息", "试验局"]
    {
        assert!(page.text().contains(text), "{text}");
    }
    let buttons = page.attributes("main button[name=event]", "value");
    assert_eq!(buttons, ["speak", "concede", "withdraw", "to_authority"]);
    let version = page.attributes("main input[name=version]", "value").concat();
    let spoken = [("version", version.as_str()), ("event", "speak"), ("reason", "应当有条件共享")];
    assert_eq!(claimant.post(&format!("{case}/act"), &spoken).await.status, 303);
    assert!(provider.get(&case).await.text().contains("应当有条件共享"));
    let list = provider.get("/workbench/disputes").await;
    list.assert_well_formed_page("/workbench/disputes");
    assert!(list.text().contains("企业用电"));
    let unknown = claimant.get("/workbench/disputes?code=YX-T-0099").await;
    assert_eq!(unknown.status, 404);
}
