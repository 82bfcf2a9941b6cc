//! What becomes of a dataset after it was published: suspension and the end, revisions, changes.

#![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]

use std::collections::BTreeSet;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use chrono::{Days, TimeDelta};
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::publishing::{LifeAct, NewChange, NewVersion, OwnFilter};
use kaishu_portal::sweeping::{CONDEMNED_FOR, Sweep};
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, People, act, complete, people, review};
use kaishu_testkit::{Setup, TestPortal, now};
use kaishu_types::DatasetCode;
use kaishu_types::ErrorCode;
use kaishu_types::case::CaseKind;
use kaishu_types::draft::{ChangeBasis, DraftDocument, Processing};
use kaishu_types::vocabulary::{DatasetState, OpenClass};

const CODE: &str = "YX-T-0001";

async fn site() -> TestPortal {
    let site = TestPortal::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "公交站点", "unconditional")
        .item(CODE, "name", "unconditional")
        .file(CODE, "stops.csv", "name\n汽车站\n".as_bytes())
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.import(catalogue.folder()).await;
    site
}

fn code() -> DatasetCode {
    CODE.parse().unwrap()
}

/// Counts the files whose path ends with a key.
fn n_files(folder: &Path, key: &str) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let count = |path: PathBuf| match path.is_dir() {
        true => n_files(&path, key),
        false => usize::from(path.ends_with(key)),
    };
    entries.map(count).sum()
}

async fn live(
    portal: &Portal,
    caller: &Caller,
    event: &str,
    reason: &str,
) -> kaishu_portal::Result<()> {
    let version = portal.own_dataset(caller, &code(), LANG).await.map_or(0, |found| found.version);
    let done = LifeAct { event: event.to_owned(), version, reason: reason.to_owned() };
    portal.act_on_life(caller, &code(), done, LANG).await
}

async fn state(portal: &Portal) -> DatasetState {
    portal.dataset(&code()).await.unwrap().state
}

// Proves SRCH-08 and the part of section 5.1 after publication: suspended by the provider or whoever watches,
// restored, withdrawn; each with its reason, which is public, and each an entry of the log.
#[tokio::test]
async fn a_dataset_is_suspended_restored_and_withdrawn() {
    let site = site().await;
    let portal = site.portal();
    let People { head, authority, cyberspace, stranger, .. } = people(portal).await;

    let without_reason = live(portal, &head, "suspend", "  ").await.unwrap_err();
    assert_eq!(without_reason.code(), ErrorCode::InvalidInput);
    let by_stranger = live(portal, &stranger, "suspend", "有风险").await.unwrap_err();
    assert_eq!(by_stranger.code(), ErrorCode::Forbidden);
    let by_visitor = live(portal, &Caller::visitor(), "suspend", "有风险").await.unwrap_err();
    assert_eq!(by_visitor.code(), ErrorCode::Unauthenticated);
    assert_eq!(state(portal).await, DatasetState::Published);

    live(portal, &cyberspace, "suspend", "发现安全风险").await.unwrap();
    let entry = portal.dataset(&code()).await.unwrap();
    assert_eq!(entry.state, DatasetState::Suspended);
    assert_eq!(entry.state_reason.as_deref(), Some("发现安全风险"));
    // Who only watches suspends; restoring is up to the provider and the authority.
    let by_watchdog = live(portal, &cyberspace, "restore", "没有问题").await.unwrap_err();
    assert_eq!(by_watchdog.code(), ErrorCode::Forbidden);
    let twice = live(portal, &head, "suspend", "再来一次").await.unwrap_err();
    assert_eq!(twice.code(), ErrorCode::Conflict);
    live(portal, &head, "restore", "风险已经消除").await.unwrap();
    assert_eq!(state(portal).await, DatasetState::Published);

    // What the authority suspended, the authority restores.
    live(portal, &authority, "suspend", "责令核查").await.unwrap();
    let by_provider = live(portal, &head, "restore", "核查完毕").await.unwrap_err();
    assert_eq!(by_provider.code(), ErrorCode::InvalidInput);
    live(portal, &authority, "restore", "核查属实，可以恢复").await.unwrap();
    assert_eq!(state(portal).await, DatasetState::Published);

    live(portal, &authority, "withdraw", "权利人申诉成立").await.unwrap();
    assert_eq!(state(portal).await, DatasetState::Withdrawn);
    let found = portal.own_dataset(&head, &code(), LANG).await.unwrap();
    let events: Vec<_> = found.actions.iter().map(|it| it.event.code.as_str()).collect();
    assert_eq!(events, ["ask_retire", "ask_destroy"]);
    let list = portal.own_datasets(&head, OwnFilter::NotOpen, ("", None), LANG).await.unwrap();
    assert_eq!(list.rows.len(), 1);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
    let life = kaishu_store::cases::of_subject(site.store(), CODE, CaseKind::Life).await.unwrap();
    assert_eq!(life[0].file.n_events, 6, "beginning, two suspended and restored, withdraw");
}

/// A ZIP archive of files with their texts.
fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

// Part of REV-11: what nobody looked into is no refresh: neither the first file of an entry, of whatever kind, nor a
// document that is packed beside the right table.
#[tokio::test]
async fn new_data_brings_nothing_that_nobody_looked_into() {
    const ZIPPED: &str = "YX-T-0002";
    const EMPTY: &str = "YX-T-0003";
    let site = TestPortal::open(Setup { policy: "aba", with_demo: false }).await;
    let stops = ("stops.csv", "name\n汽车站\n");
    let catalogue = Catalogue::default()
        .dataset(ZIPPED, "打包的站点", "unconditional")
        .item(ZIPPED, "name", "unconditional")
        .file_called(ZIPPED, "stops.zip", "zip", &zipped(&[stops]))
        .dataset(EMPTY, "没有文件", "unconditional");
    let report = site.import(catalogue.folder()).await;
    assert_eq!(report.created, 2, "{report:?}");
    let portal = site.portal();
    let officer = people(portal).await.officer;
    let publish = async |dataset: &str, file_name: &str, bytes: Vec<u8>| {
        let processing = BTreeSet::from([Processing::Clean]);
        let new = NewVersion { file_name, note: "更新", processing, record: "", upload: None };
        let bytes = futures::stream::iter([Ok(Bytes::from(bytes))]);
        let code = dataset.parse().unwrap();
        portal.publish_version(&officer, &code, new, bytes, LANG).await
    };
    for (dataset, name, bytes, named) in [
        (EMPTY, "名单.pdf", b"%PDF-1.7 110101199003070011".to_vec(), "没有文件"),
        (EMPTY, "stops.csv", stops.1.as_bytes().to_vec(), "没有文件"),
        (ZIPPED, "stops.zip", zipped(&[stops, ("名单.pdf", "110101199003070011")]), "名单.pdf"),
    ] {
        let refused = publish(dataset, name, bytes).await.unwrap_err();
        assert!(refused.message(LANG).contains(named), "{}", refused.message(LANG));
        assert_eq!(refused.into_detail().rule.unwrap().id, "REV-11", "{dataset} {name}");
    }
    publish(ZIPPED, "stops.zip", zipped(&[("stops.csv", "name\n火车站\n")])).await.unwrap();
}

// Proves SEC-17 and a part of SEC-13: data is retired where the authority agrees, destroyed after its time and by
// the authority only; its bytes go, its record and the certificate stay.
#[tokio::test]
async fn data_is_destroyed_after_its_time_and_its_record_stays() {
    let site = site().await;
    let portal = site.portal();
    let People { head, authority, .. } = people(portal).await;
    let resource = portal.dataset(&code()).await.unwrap().resources[0].id;

    live(portal, &head, "ask_retire", "系统停用").await.unwrap();
    assert_eq!(
        state(portal).await,
        DatasetState::Published,
        "it serves until the authority agrees"
    );
    let by_officer = live(portal, &head, "retire", "同意").await.unwrap_err();
    assert_eq!(by_officer.code(), ErrorCode::Forbidden);
    live(portal, &authority, "keep", "还有人使用").await.unwrap();
    live(portal, &head, "ask_retire", "系统停用，已有新系统").await.unwrap();
    live(portal, &authority, "retire", "同意").await.unwrap();
    assert_eq!(state(portal).await, DatasetState::Retired);

    live(portal, &head, "ask_destroy", "保存期满").await.unwrap();
    let early = live(portal, &authority, "destroy", "同意").await.unwrap_err();
    assert!(early.message(LANG).contains("3 年"), "{}", early.message(LANG));
    let store = site.store();
    let key = kaishu_store::datasets::blob_key(store, &code(), resource).await.unwrap().unwrap();
    assert_eq!(n_files(site.folder(), &key), 1);
    let portal = &site.open_at(now() + TimeDelta::days(3 * 366)).await;
    live(portal, &authority, "destroy", "同意").await.unwrap();
    assert_eq!(kaishu_store::datasets::blob_key(store, &code(), resource).await.unwrap(), None);
    assert_eq!(n_files(site.folder(), &key), 0, "no door reads the bytes");
    let hash = key.rsplit('/').next().unwrap();
    assert_eq!(n_files(site.folder(), &format!("condemned/{hash}")), 1);
    let later = now() + TimeDelta::days(3 * 366) + CONDEMNED_FOR;
    site.open_at(later).await.sweep(Sweep::default()).await.unwrap();
    assert_eq!(n_files(site.folder(), hash), 0, "the bytes are gone");
    let cases = kaishu_store::cases::of_subject(store, CODE, CaseKind::Life).await.unwrap();
    assert_eq!(cases[0].file.state, "destroyed");
    assert_eq!(cases[0].file.facts["n_destroyed"], "1");
    assert_eq!(cases[0].file.facts["destroyed"].len(), 64, "SHA-256 of the file");
    assert!(live(portal, &authority, "suspend", "太晚").await.is_err());
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Proves CAT-10, and a part of REV-11: the old entry serves until its revision passed the review; what a withdrawn
// dataset's revision brings opens it again.
#[tokio::test]
async fn a_revision_is_reviewed_while_the_old_entry_serves() {
    let site = site().await;
    let portal = site.portal();
    let people = people(portal).await;
    let officer = &people.officer;
    let refused = portal.begin_revision(&people.stranger, &code(), LANG).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    live(portal, &people.head, "withdraw", "数据有误").await.unwrap();

    let case = portal.begin_revision(officer, &code(), LANG).await.unwrap();
    let again = portal.begin_revision(officer, &code(), LANG).await.unwrap_err();
    assert_eq!(again.code(), ErrorCode::Conflict);
    assert_eq!(portal.draft_changes(officer, case).await.unwrap().unwrap(), Vec::<String>::new());
    complete(portal, officer, case, |document| {
        document.fields.summary = "全市公交站点，已经更正".to_owned();
        document.version_note = "更正数据".to_owned();
    })
    .await;
    let changes = portal.draft_changes(officer, case).await.unwrap().unwrap();
    assert!(changes.contains(&"summary".to_owned()), "{changes:?}");
    assert!(!changes.contains(&"resources".to_owned()), "{changes:?}");

    act(portal, officer, case, "submit").await.unwrap();
    assert_eq!(state(portal).await, DatasetState::Withdrawn);
    review(portal, &people, case).await;
    act(portal, &people.authority, case, "publish").await.unwrap();
    let entry = portal.dataset(&code()).await.unwrap();
    assert_eq!((entry.state, entry.version), (DatasetState::Published, 2));
    assert_eq!(entry.versions[0].note, "更正数据");
    let page = portal.version_page(&Caller::visitor(), &code(), 2).await.unwrap();
    let basis = page.basis.unwrap();
    assert_eq!((basis.kind, basis.reference.as_str()), (ChangeBasis::Corrected, "更正通知第一号"));
    let first = portal.version_page(&Caller::visitor(), &code(), 1).await.unwrap();
    assert_eq!(first.basis, None);
    let own = portal.own_dataset(&people.head, &code(), LANG).await.unwrap();
    assert!(own.actions.iter().any(|it| it.event.code == "suspend"), "it lives again");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Proves CAT-08, CAT-09: a change that is noted opens a duty from the day it happened; the revision that says what
// changed and its submission close it.
#[tokio::test]
async fn a_change_is_followed_by_a_revision_in_time() {
    let site = site().await;
    let portal = site.portal();
    let people = people(portal).await;
    let (officer, authority) = (&people.officer, &people.authority);
    let today = portal.today();
    let change = |kind: &str, days: u64| NewChange {
        kind: kind.to_owned(),
        happened_on: today.checked_sub_days(Days::new(days)),
        evidence: "机构改革方案第三条".to_owned(),
    };
    let unknown = portal.note_change(officer, &code(), change("whim", 3), LANG).await.unwrap_err();
    assert_eq!(unknown.code(), ErrorCode::InvalidInput);
    let future =
        NewChange { happened_on: today.checked_add_days(Days::new(1)), ..change("law_changed", 0) };
    assert!(portal.note_change(officer, &code(), future, LANG).await.is_err());
    let known = change("function_changed", 3);
    let noted = portal.note_change(authority, &code(), known, LANG).await.unwrap();
    let shown = portal.case_view(officer, noted, LANG).await.unwrap();
    assert_eq!(shown.state.code, "due");
    let clock = &shown.clocks[0];
    assert_eq!((clock.rule.id.as_str(), clock.working_days), ("catalogue.update_wd", 10));
    let calendar = kaishu_domain::Calendar::load().unwrap();
    let since = today.checked_sub_days(Days::new(3)).unwrap();
    assert_eq!(clock.last_day, calendar.add_working_days(since, 10).unwrap().last_day);

    let case = portal.begin_revision(officer, &code(), LANG).await.unwrap();
    let silent = |document: &mut DraftDocument| document.change_basis = None;
    complete(portal, officer, case, silent).await;
    let still = portal.case_view(officer, noted, LANG).await.unwrap();
    assert_eq!(still.state.code, "due", "nothing says on what it rests yet");
    assert!(act(portal, officer, case, "submit").await.is_err(), "without the basis");
    let draft = portal.draft(officer, case, LANG).await.unwrap();
    let faults: Vec<_> = draft.faults.iter().map(|fault| fault.field).collect();
    assert_eq!((faults, draft.is_revision), (vec!["change_basis"], true));
    assert!(draft.faults[0].article.contains("第十六条"), "{}", draft.faults[0].article);
    complete(portal, officer, case, |document| {
        document.change_basis = Some(ChangeBasis::FunctionChanged);
        document.change_reference = "机构改革方案第三条".to_owned();
    })
    .await;
    let revised = portal.case_view(officer, noted, LANG).await.unwrap();
    assert_eq!(revised.state.code, "revised");
    assert!(revised.clocks.iter().any(|it| it.rule.id == "catalogue.report_wd" && it.is_open));
    act(portal, officer, case, "submit").await.unwrap();
    let reported = portal.case_view(officer, noted, LANG).await.unwrap();
    assert_eq!((reported.state.code.as_str(), reported.is_open), ("reported", false));
    assert!(reported.clocks.iter().all(|clock| !clock.is_open));
    let facts = portal.case_view(officer, case, LANG).await.unwrap().facts;
    assert_eq!(facts["answered"], noted.to_string(), "the review names the change");

    // What is taken back is to be reported again, what is given up to be followed again, each in the time it had; what
    // has ended stays so, and goes on in a case of its own.
    let standing = async || {
        let open = portal.desk(officer, DeskFilter::Open, &[CaseKind::Change], LANG).await.unwrap();
        assert!(open.len() < 2, "{open:?}");
        let open = open.into_iter().next()?;
        let shown = portal.case_view(officer, open.id, LANG).await.unwrap();
        let counts = shown.clocks.into_iter().find(|clock| clock.is_open).unwrap();
        Some((shown.state.code, counts.rule.id, counts.last_day))
    };
    let reported_by = revised.clocks.iter().find(|it| it.is_open).unwrap().last_day;
    let report = ("revised".to_owned(), "catalogue.report_wd".to_owned(), reported_by);
    for _ in 0..2 {
        act(portal, officer, case, "recall").await.unwrap();
        assert_eq!(standing().await, Some(report.clone()));
        act(portal, officer, case, "submit").await.unwrap();
        assert_eq!(standing().await, None);
    }
    act(portal, officer, case, "recall").await.unwrap();
    act(portal, officer, case, "discard").await.unwrap();
    let update = ("due".to_owned(), "catalogue.update_wd".to_owned(), clock.last_day);
    assert_eq!(standing().await, Some(update));
    let first = portal.case_view(officer, noted, LANG).await.unwrap();
    assert_eq!((first.state.code.as_str(), first.is_open), ("reported", false));

    // A wrong note is dismissed by the authority, not by who should follow it.
    let wrong = portal.note_change(officer, &code(), change("other", 0), LANG).await.unwrap();
    let dismiss = || ("dismiss".to_owned(), 1, "登记有误".to_owned());
    assert!(portal.act_on_change(officer, wrong, dismiss(), LANG).await.is_err());
    portal.act_on_change(authority, wrong, dismiss(), LANG).await.unwrap();
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

/// A class that is not open hides nothing from those who look after it, and all from others.
#[tokio::test]
async fn strangers_learn_nothing_of_what_is_hidden() {
    let site = TestPortal::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default().dataset(CODE, "内部数据", OpenClass::None.as_str());
    site.import(
        catalogue
            .dataset("YX-U-0001", "别的", "unconditional")
            .under("open-licence", "YX-U")
            .folder(),
    )
    .await;
    let portal = site.portal();
    let people = people(portal).await;
    for caller in [&people.stranger, &Caller::visitor()] {
        let seen = portal.own_dataset(caller, &code(), LANG).await.unwrap_err();
        assert_eq!(seen.code(), ErrorCode::NotFound);
        let done = LifeAct { event: "suspend".to_owned(), version: 0, reason: "x".to_owned() };
        let acted = portal.act_on_life(caller, &code(), done, LANG).await.unwrap_err();
        assert_eq!(acted.code(), ErrorCode::NotFound);
        let revised = portal.begin_revision(caller, &code(), LANG).await.unwrap_err();
        assert_eq!(revised.code(), ErrorCode::NotFound);
    }
    assert!(portal.own_dataset(&people.officer, &code(), LANG).await.is_ok());
}
