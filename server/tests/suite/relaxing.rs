//! What is opened further than before, and the record by which it is (CLS-09, CLS-10).

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use http::{Method, Request};
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{
    LANG, ORGANIZATION, act, attach_record, complete, people, review, whole_draft, with_session,
};
use kaishu_types::account::Role;
use kaishu_types::draft::{DraftDocument, Sensitivity, TriggerQuestion};
use kaishu_types::vocabulary::OpenClass;

use crate::browser::Browser;
use crate::support::TestSite;

const RECORD: &str = "脱敏记录 2026-11";

async fn site() -> TestSite {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let catalogue = Catalogue::default().dataset("YX-T-0001", "旧数据", "unconditional");
    let other = catalogue.dataset("YX-U-0001", "企业年报", "unconditional");
    site.test_portal.import(other.under("open-licence", "YX-U").folder()).await;
    site
}

/// The fields with something against submitting a draft.
async fn faults(portal: &Portal, officer: &Caller, case: i64) -> Vec<&'static str> {
    let draft = portal.draft(officer, case, LANG).await.unwrap();
    draft.faults.iter().map(|fault| fault.field).collect()
}

/// Sends a file with a form.
pub(crate) async fn send(site: &TestSite, cookie: &str, path: &str, name: &str, text: &str) -> u16 {
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n--x--\r\n"
    );
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header("host", "127.0.0.1:3000")
        .header("cookie", cookie)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=x");
    site.send(request.body(Body::from(body)).unwrap()).await.status.as_u16()
}

fn sensitive(document: &mut DraftDocument) {
    document.sensitivity.insert(Sensitivity::PersonalPrivacy);
    document.triggers.insert(TriggerQuestion::LegalIssue);
    document.relaxed_by = RECORD.to_owned();
    document.items[1].open_class = OpenClass::None;
}

// Proves CLS-10 and CLS-09 in the portal: sensitive data is opened with the record in words and as a file; a revision
// still says what its content holds; an item that was not open needs another record, attached to that revision, and
// goes through a review of its own.
#[tokio::test]
async fn what_was_closed_is_opened_with_a_record_and_a_new_review() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let officer = &people.officer;
    let case = whole_draft(portal, officer, ORGANIZATION).await;
    complete(portal, officer, case, sensitive).await;
    assert_eq!(faults(portal, officer, case).await, ["relaxation"]);
    let refused = act(portal, officer, case, "submit").await.unwrap_err();
    assert!(refused.message(LANG).contains("附上处理记录"), "{refused}");
    for (name, bytes) in [("a.pdf", "no scan"), ("a.exe", "MZ"), ("a.pdf", "")] {
        let bytes = stream::iter([Ok(Bytes::from_static(bytes.as_bytes()))]);
        let attached = portal.attach_relaxation(officer, case, name, bytes, LANG).await;
        assert!(attached.is_err(), "{name}");
    }
    for stranger in [&people.stranger, &people.authority] {
        assert!(attach_record(portal, stranger, case).await.is_err());
    }
    attach_record(portal, officer, case).await.unwrap();
    act(portal, officer, case, "submit").await.unwrap();
    assert!(attach_record(portal, officer, case).await.is_err(), "it is under review");
    let draft = portal.draft(&people.reviewer, case, LANG).await.unwrap();
    let record = draft.relaxations[0].clone();
    let facts = portal.case_view(officer, case, LANG).await.unwrap().facts;
    assert_eq!(facts["relaxation"], record.sha256);
    review(portal, &people, case).await;
    act(portal, &people.authority, case, "publish").await.unwrap();

    let revision = portal.begin_revision(officer, &draft.code, LANG).await.unwrap();
    let carried = portal.draft(officer, revision, LANG).await.unwrap().document;
    assert_eq!(carried.sensitivity, draft.document.sensitivity);
    assert_eq!(carried.triggers, draft.document.triggers);
    assert_eq!(carried.relaxed_by, RECORD);
    complete(portal, officer, revision, |document| document.version_note = "说明".to_owned()).await;
    assert_eq!(faults(portal, officer, revision).await, [""; 0], "nothing is opened further");
    complete(portal, officer, revision, |document| {
        document.items[1].open_class = OpenClass::Unconditional;
    })
    .await;
    assert_eq!(faults(portal, officer, revision).await, ["relaxation"], "by the old record");
    complete(portal, officer, revision, |document| {
        document.relaxed_by = String::new();
        document.sensitivity.clear();
    })
    .await;
    assert_eq!(faults(portal, officer, revision).await, ["relaxed_by", "relaxation"]);
    let changed = portal.draft_changes(&people.reviewer, revision).await.unwrap().unwrap();
    assert_eq!(changed, ["sensitivity", "items"], "its reviewer is told");
    attach_record(portal, officer, revision).await.unwrap();
    assert!(act(portal, officer, revision, "submit").await.is_err(), "without words");
    complete(portal, officer, revision, |document| document.relaxed_by = "另一次处理".to_owned())
        .await;
    act(portal, officer, revision, "submit").await.unwrap();
    let serving = portal.dataset(&draft.code).await.unwrap();
    assert!(serving.items.iter().all(|item| item.name != "n"), "not before the review");
    assert!(review(portal, &people, revision).await >= 2);
    act(portal, &people.authority, revision, "publish").await.unwrap();
    let serving = portal.dataset(&draft.code).await.unwrap();
    assert!(serving.items.iter().any(|item| item.name == "n"));

    // What is attached is kept: nothing else refers to the bytes.
    let (_, read) = portal.read_attachment(officer, case, record.id).await.unwrap();
    assert_eq!(read.size_bytes, record.size_bytes);
    let used = kaishu_store::condemned::is_used(site.test_portal.store(), &record.blob_key).await;
    assert!(used.unwrap());
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of CLS-10: of a file that is too large no more is stored than what shows it, and of files that come at once no
// more are kept than of files that come one after the other.
#[tokio::test]
async fn what_is_attached_is_bounded() {
    const CHUNK: usize = 1 << 20;
    let site = site().await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let officer = &people.officer;
    let case = whole_draft(portal, officer, ORGANIZATION).await;
    complete(portal, officer, case, sensitive).await;
    let read = std::sync::atomic::AtomicUsize::new(0);
    let chunks = (0..64).map(|n| {
        read.store(n + 1, std::sync::atomic::Ordering::Relaxed);
        let chunk = if n == 0 { b"%PDF-1.7".to_vec() } else { vec![b' '; CHUNK] };
        Ok(Bytes::from(chunk))
    });
    let large = portal.attach_relaxation(officer, case, "a.pdf", stream::iter(chunks), LANG).await;
    let refused = large.unwrap_err();
    assert!(refused.message(LANG).contains("20 MB"), "{refused}");
    let n_read = read.into_inner();
    assert!(n_read <= 22, "{n_read} MB of 64 were read");

    attach_record(portal, officer, case).await.unwrap();
    act(portal, officer, case, "submit").await.unwrap();
    let mut step = None;
    for person in [&people.reviewer, &people.cyberspace, &people.authority] {
        if portal.waiting_attachments(person, case).await.is_ok_and(|it| it.is_some()) {
            step = Some(person);
        }
    }
    let step = step.unwrap();
    let attach = async || {
        let scan = stream::iter([Ok(Bytes::from_static(b"%PDF-1.7 note"))]);
        portal.attach_to_step(step, case, "note.pdf", scan, LANG).await
    };
    for _ in 0..49 {
        attach().await.unwrap();
    }
    let (one, other) = tokio::join!(attach(), attach());
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let kept = portal.waiting_attachments(step, case).await.unwrap().unwrap();
    assert_eq!(kept.len(), 50);
}

// Part of CLS-10 at the door: the record is attached with a form, and read by those who see the case.
#[tokio::test]
async fn a_record_is_attached_with_a_form() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    complete(portal, &people.officer, case, sensitive).await;
    let session = with_session(portal, Role::Officer, ("at.form", ORGANIZATION)).await;
    let mut browser = Browser::with_session(&site, &session);
    let path = format!("/workbench/drafts/{case}");
    let page = browser.get(&path).await;
    page.assert_well_formed_page(&path);
    assert!(page.text().contains("处理记录和同意书"));
    let form = format!("{path}/relaxation");
    let pdf = "%PDF-1.7 记录";
    assert_eq!(send(&site, &browser.cookie(), &form, "记录.pdf", "不是 PDF").await, 400);
    assert_eq!(send(&site, &browser.cookie(), &form, "记录.pdf", pdf).await, 303);
    let page = browser.get(&path).await;
    assert!(page.text().contains("记录.pdf"));
    let link = page.attributes("#relaxation ~ ul a", "href").remove(0);
    let read = browser.get(&link).await;
    assert_eq!((read.status.as_u16(), read.text()), (200, pdf));
    assert!(read.header("content-disposition").starts_with("attachment"));

    let session = with_session(portal, Role::Authority, ("reads", "YX")).await;
    assert_eq!(Browser::with_session(&site, &session).get(&link).await.status, 200);
    let session = with_session(portal, Role::Officer, ("elsewhere", "YX-U")).await;
    let mut stranger = Browser::with_session(&site, &session);
    assert_eq!(stranger.get(&link).await.status, 404);
    assert_eq!(send(&site, &stranger.cookie(), &form, "记录.pdf", pdf).await, 404);
    assert_eq!(site.get(&link).await.status, 303);
    let unknown = format!("/workbench/cases/{case}/attachments/nothing");
    assert_eq!(browser.get(&unknown).await.status, 404);
}
