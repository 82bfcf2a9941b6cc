//! Datasets that go to another organization, and several that change alike.

#![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]

use kaishu_portal::accounts::Caller;
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::publishing::{BulkEdit, LifeAct};
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, complete, people, person};
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::case::CaseKind;
use kaishu_types::vocabulary::Frequency;
use kaishu_types::{DatasetCode, ErrorCode};

const CODE: &str = "YX-T-0001";
const OTHER: &str = "YX-T-0002";
const FOREIGN: &str = "YX-U-0001";

async fn site() -> TestPortal {
    let site = TestPortal::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "公交站点", "unconditional")
        .item(CODE, "name", "unconditional")
        .file(CODE, "stops.csv", "name\n汽车站\n".as_bytes())
        .dataset(OTHER, "公交线路", "unconditional")
        .item(OTHER, "name", "unconditional")
        .file(OTHER, "lines.csv", "name\n1路\n".as_bytes())
        .dataset(FOREIGN, "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.import(catalogue.folder()).await;
    site
}

fn code(text: &str) -> DatasetCode {
    text.parse().unwrap()
}

/// Nothing changes before the other one takes it over; then it is theirs, with all that is open about it.
#[tokio::test]
async fn a_dataset_is_taken_over_with_what_is_open_about_it() {
    let site = site().await;
    let portal = site.portal();
    let people = people(portal).await;
    let (officer, head, stranger) = (&people.officer, &people.head, &people.stranger);
    let code = code(CODE);
    // Something happened to it before: that goes along.
    for (event, version) in [("suspend", 0), ("restore", 2)] {
        let done = LifeAct { event: event.to_owned(), version, reason: "核实".to_owned() };
        portal.act_on_life(head, &code, done, LANG).await.unwrap();
    }
    let offer = |to: &'static str| (to, "职能划转文件第三条");
    let refused = portal.offer_transfer(officer, &code, offer("YX-U"), LANG).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden, "an officer does not give away");
    for to in ["YX-T", "YX-X", ""] {
        let wrong = portal.offer_transfer(head, &code, offer(to), LANG).await.unwrap_err();
        assert_eq!(wrong.code(), ErrorCode::InvalidInput, "{to}");
    }
    let case = portal.offer_transfer(head, &code, offer("YX-U"), LANG).await.unwrap();
    let twice = portal.offer_transfer(head, &code, offer("YX-U"), LANG).await.unwrap_err();
    assert_eq!(twice.code(), ErrorCode::Conflict);
    assert_eq!(portal.dataset(&code).await.unwrap().organization.code, "YX-T");

    // It stands on the desk of the one that is asked, and of nobody else who could answer.
    let desk = |caller: Caller| async move {
        portal.desk(&caller, DeskFilter::Mine, &[CaseKind::Transfer], LANG).await.unwrap()
    };
    assert_eq!(desk(stranger.clone()).await.len(), 1);
    assert!(desk(officer.clone()).await.is_empty());
    let version = portal.case_view(stranger, case, LANG).await.unwrap().version;
    let take = |version| ("take".to_owned(), version, "同意接收".to_owned());
    assert!(portal.act_on_transfer(officer, case, take(version), LANG).await.is_err());
    let late = portal.act_on_transfer(stranger, case, take(1), LANG).await.unwrap_err();
    assert_eq!(late.code(), ErrorCode::Conflict);
    portal.act_on_transfer(stranger, case, take(version), LANG).await.unwrap();

    let moved = portal.dataset(&code).await.unwrap();
    assert_eq!(moved.organization.code, "YX-U");
    assert_eq!((moved.code.as_str(), moved.version), (CODE, 2));
    assert_eq!(moved.resources.len(), 1);
    let own = portal.own_dataset(stranger, &code, LANG).await.unwrap();
    assert!(own.may_edit && own.cases.iter().any(|it| it.kind == CaseKind::Life));
    assert!(!portal.own_dataset(&people.authority, &code, LANG).await.unwrap().cases.is_empty());
    let gone = portal.begin_revision(officer, &code, LANG).await.unwrap_err();
    assert_eq!(gone.code(), ErrorCode::Forbidden);
    let done =
        LifeAct { event: "suspend".to_owned(), version: own.version, reason: "核实".to_owned() };
    portal.act_on_life(&people.authority, &code, done, LANG).await.unwrap();
    assert!(portal.begin_revision(stranger, &code, LANG).await.is_ok());
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

#[tokio::test]
async fn what_is_declined_or_changed_meanwhile_stays_where_it_is() {
    let site = site().await;
    let portal = site.portal();
    let people = people(portal).await;
    let (head, stranger) = (&people.head, &people.stranger);
    let code = code(CODE);
    let offer = ("YX-U", "职能划转");
    let case = portal.offer_transfer(head, &code, offer, LANG).await.unwrap();
    let answer = |event: &str| (event.to_owned(), 2, "不属于本单位职能".to_owned());
    // A revision that was begun meanwhile is in the way.
    let revision = portal.begin_revision(&people.officer, &code, LANG).await.unwrap();
    let busy = portal.act_on_transfer(stranger, case, answer("take"), LANG).await.unwrap_err();
    assert_eq!(busy.code(), ErrorCode::Conflict);
    portal.act_on_transfer(stranger, case, answer("decline"), LANG).await.unwrap();
    assert_eq!(portal.dataset(&code).await.unwrap().organization.code, "YX-T");
    let refused = portal.offer_transfer(head, &code, offer, LANG).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Conflict, "the revision is still open: {revision}");
    // An offer is taken back by whoever may make it; then nobody can take it.
    let other: DatasetCode = OTHER.parse().unwrap();
    let offered = portal.offer_transfer(head, &other, offer, LANG).await.unwrap();
    assert!(portal.withdraw_transfer(stranger, &other, "x", LANG).await.is_err());
    portal.withdraw_transfer(head, &other, "提错了", LANG).await.unwrap();
    assert!(portal.act_on_transfer(stranger, offered, answer("take"), LANG).await.is_err());
    assert!(portal.own_dataset(head, &other, LANG).await.unwrap().transfer.is_none());
    // Whoever offered does not take over, whatever they are besides.
    let both = person(portal, Role::Head, ("both", "YX-U"), TokenScope::Decide).await;
    let refused = portal.offer_transfer(&both, &other, ("YX-U", "划转"), LANG).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

/// Each gets a revision of its own; what stands against one does not stop the others.
#[tokio::test]
async fn several_datasets_change_alike() {
    let site = site().await;
    let portal = site.portal();
    let people = people(portal).await;
    let officer = &people.officer;
    let codes = [CODE, OTHER, FOREIGN, "YX-T-0404"].map(code);
    let edit = BulkEdit {
        frequency: Some(Frequency::Monthly),
        contact: Some("数据科 0000-0000".to_owned()),
        keywords: vec!["出行".to_owned()],
        note: "统一联系方式".to_owned(),
        ..BulkEdit::default()
    };
    for wrong in [
        BulkEdit { note: " ".to_owned(), ..edit.clone() },
        BulkEdit { note: "说明".to_owned(), ..BulkEdit::default() },
        BulkEdit { theme: Some("没有".to_owned()), ..edit.clone() },
    ] {
        let refused = portal.edit_many(officer, &codes, &wrong, LANG).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidInput);
    }
    assert!(portal.edit_many(officer, &[], &edit, LANG).await.is_err());
    let outcomes = portal.edit_many(officer, &codes, &edit, LANG).await.unwrap();
    let first = *outcomes[0].done.as_ref().unwrap();
    assert!(outcomes[1].done.is_ok());
    assert_eq!(outcomes[2].done.as_ref().unwrap_err().code(), ErrorCode::Forbidden);
    assert_eq!(outcomes[3].done.as_ref().unwrap_err().code(), ErrorCode::NotFound);
    let draft = portal.draft(officer, first, LANG).await.unwrap().document;
    assert_eq!(draft.fields.frequency, Frequency::Monthly);
    assert_eq!(draft.fields.contact.as_deref(), Some("数据科 0000-0000"));
    assert!(draft.fields.keywords.contains(&"出行".to_owned()));
    assert_eq!(portal.dataset(&code(CODE)).await.unwrap().fields.contact, None);

    // A revision that is open is somebody's work: it is neither changed nor submitted from here.
    complete(portal, officer, first, |_| {}).await;
    let again = BulkEdit { submits: true, ..edit };
    let outcomes = portal.edit_many(officer, &codes[..2], &again, LANG).await.unwrap();
    for outcome in &outcomes {
        assert_eq!(outcome.done.as_ref().unwrap_err().code(), ErrorCode::Conflict);
    }
    let open = portal.case_view(officer, first, LANG).await.unwrap();
    assert_eq!(open.state.code, "draft");
}
