//! From draft to publication, under every profile.

#![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]

use std::collections::BTreeSet;

use bytes::Bytes;
use futures::stream;
use kaishu_domain::PolicyProfile;
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::publishing::{NewVersion, OpeningAct};
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, ORGANIZATION, People, act, people, person, review};
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::ErrorCode;
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::draft::{Processing, Sensitivity};
use kaishu_types::vocabulary::DatasetState;

/// A portal with two agencies.
async fn portal(policy: &'static str) -> TestPortal {
    let site = TestPortal::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default().dataset("YX-T-0001", "旧数据", "unconditional");
    let other =
        catalogue.dataset("YX-U-0001", "别的", "unconditional").under("open-licence", "YX-U");
    site.import(other.folder()).await;
    site
}

/// A draft with everything that any profile asks for, and a file.
async fn whole_draft(portal: &Portal, people: &People) -> i64 {
    kaishu_testkit::people::whole_draft(portal, &people.officer, ORGANIZATION).await
}

// Proves REV-01, REV-02, CAT-06: under each profile an entry goes through its steps, each on the desk of
// whoever takes it, and nothing of it is public before the last.
#[tokio::test]
async fn every_profile_takes_a_draft_to_publication() {
    for policy in PolicyProfile::codes() {
        let site = portal(policy).await;
        let portal = site.portal();
        let people = people(portal).await;
        let n_before = portal.verify_log().await.unwrap().n_entries;
        let case = whole_draft(portal, &people).await;
        let code = portal.draft(&people.officer, case, LANG).await.unwrap().code;
        assert_eq!(code.to_string(), "YX-T-0002", "{policy}");

        let early = act(portal, &people.authority, case, "publish").await.unwrap_err();
        assert_eq!(early.code(), ErrorCode::Conflict, "{policy}");
        act(portal, &people.officer, case, "submit").await.unwrap();
        let n_steps = review(portal, &people, case).await;
        assert!(n_steps >= 2, "{policy}: {n_steps}");
        let shown = |portal: Portal| {
            let code = code.clone();
            async move { portal.dataset(&code).await.is_ok() }
        };
        assert!(!shown(portal.clone()).await, "{policy}: public before it was published");

        let by_officer = act(portal, &people.officer, case, "publish").await.unwrap_err();
        assert_eq!(by_officer.code(), ErrorCode::Forbidden, "{policy}");
        act(portal, &people.authority, case, "publish").await.unwrap();
        portal.catch_up(|_| ()).await.unwrap();
        assert!(shown(portal.clone()).await, "{policy}");
        let entry = portal.dataset(&code).await.unwrap();
        assert_eq!(entry.state, DatasetState::Published);
        let verified = portal.verify_log().await.unwrap();
        assert_eq!(verified.faults, [], "{policy}");
        // Create, submit and publish, and what was done to the data.
        assert_eq!(verified.n_entries, n_before + 4 + n_steps as u64, "{policy}");
    }
}

// Proves ORG-02: an agency without its head, or without a data officer, submits nothing; whoever tries is told which of
// the two is missing and where it is named, and only that.
#[tokio::test]
async fn nothing_is_submitted_without_head_and_officer() {
    let (officer, head) = ((Role::Officer, "officer"), (Role::Head, "head"));
    for ((role, name), missing, words, others) in
        [(officer, head, "第一责任人", "数据专员"), (head, officer, "数据专员", "第一责任人")]
    {
        let site = portal("aba").await;
        let portal = site.portal();
        let caller = person(portal, role, (name, ORGANIZATION), TokenScope::Publish).await;
        let case = kaishu_testkit::people::whole_draft(portal, &caller, ORGANIZATION).await;
        let refused = act(portal, &caller, case, "submit").await.unwrap_err();
        let said = refused.message(LANG);
        assert!(said.contains(words) && !said.contains(others), "{said}");
        let detail = refused.into_detail();
        assert_eq!(detail.rule.unwrap().id, "ORG-02", "{said}");
        assert_eq!(detail.remedy.unwrap().link, "/workbench/accounts");
        assert_eq!(portal.case_view(&caller, case, LANG).await.unwrap().state.code, "draft");
        // Who holds the role for another agency does not make up for it.
        person(portal, missing.0, ("elsewhere", "YX-U"), TokenScope::Publish).await;
        let refused = act(portal, &caller, case, "submit").await.unwrap_err();
        assert!(refused.message(LANG).contains(words), "{words}");
        person(portal, missing.0, (missing.1, ORGANIZATION), TokenScope::Publish).await;
        act(portal, &caller, case, "submit").await.unwrap();
        assert_eq!(portal.case_view(&caller, case, LANG).await.unwrap().state.code, "in_review");
    }
}

// Proves CAT-02: what is missing is told, all of it, and then nothing is submitted.
#[tokio::test]
async fn nothing_is_submitted_half() {
    let site = portal("aba").await;
    let portal = site.portal();
    let people = people(portal).await;
    let officer = people.officer;
    let case = portal.begin_draft(&officer, ORGANIZATION, "公交站点", LANG).await.unwrap();
    let refused = act(portal, &officer, case, "submit").await.unwrap_err();
    let draft = portal.draft(&officer, case, LANG).await.unwrap();
    assert!(draft.faults.len() > 3);
    for fault in &draft.faults {
        assert!(refused.message(LANG).contains(&fault.message), "{}", fault.message);
        assert!(!fault.article.is_empty());
    }
    assert_eq!(portal.case_view(&officer, case, LANG).await.unwrap().state.code, "draft");
}

// Proves REV-10: a returned entry can be changed and submitted again, and its history stays.
#[tokio::test]
async fn what_is_returned_comes_back() {
    let site = portal("default").await;
    let portal = site.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people).await;
    act(portal, &people.officer, case, "submit").await.unwrap();
    // Under review nobody edits it.
    let draft = portal.draft(&people.officer, case, LANG).await.unwrap();
    assert!(!draft.is_editable);
    let edited = portal
        .save_draft(&people.officer, case, draft.revision, draft.document.clone(), LANG)
        .await
        .unwrap_err();
    assert_eq!(edited.code(), ErrorCode::Conflict);

    act(portal, &people.reviewer, case, "return").await.unwrap();
    let told = portal.case_view(&people.officer, case, LANG).await.unwrap();
    assert_eq!(told.state.code, "draft");
    assert_eq!(told.steps[0].verdict.as_deref(), Some("returned"));
    let mut document = draft.document;
    document.version_note = "补充说明".to_owned();
    portal.save_draft(&people.officer, case, draft.revision, document, LANG).await.unwrap();
    act(portal, &people.officer, case, "submit").await.unwrap();
    review(portal, &people, case).await;
    let events = portal.case_view(&people.officer, case, LANG).await.unwrap().events;
    let names: Vec<_> = events.iter().map(|event| event.event.code.as_str()).collect();
    assert_eq!(names, ["create", "submit", "return", "submit", "pass", "pass"]);
}

// Proves SEC-05: another agency sees nothing of a draft and does nothing to it; nor does a visitor.
#[tokio::test]
async fn a_draft_is_its_agencys() {
    let site = portal("default").await;
    let portal = site.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people).await;
    let draft = portal.draft(&people.officer, case, LANG).await.unwrap();
    for outsider in [&people.stranger, &Caller::visitor()] {
        let seen = portal.draft(outsider, case, LANG).await.unwrap_err();
        assert_eq!(seen.code(), ErrorCode::NotFound);
        let seen = portal.case_view(outsider, case, LANG).await.unwrap_err();
        assert_eq!(seen.code(), ErrorCode::NotFound);
        let document = draft.document.clone();
        let saved = portal.save_draft(outsider, case, draft.revision, document, LANG).await;
        assert_eq!(saved.unwrap_err().code(), ErrorCode::NotFound);
        let desk = portal.desk(outsider, DeskFilter::Open, &[], LANG).await.unwrap();
        assert!(desk.is_empty());
        let begun = portal.begin_draft(outsider, ORGANIZATION, "新", LANG).await.unwrap_err();
        let expected = match outsider.is_logged_in() {
            true => ErrorCode::Forbidden,
            false => ErrorCode::Unauthenticated,
        };
        assert_eq!(begun.code(), expected);
    }
    // The head sees it; a reviewer reads and may not write.
    assert!(portal.draft(&people.head, case, LANG).await.is_ok());
    assert!(!portal.draft(&people.reviewer, case, LANG).await.unwrap().is_editable);
}

// Proves CLS-09: of an entry that holds a state secret nothing is kept but that somebody tried.
#[tokio::test]
async fn a_state_secret_is_not_kept() {
    let site = portal("aba").await;
    let portal = site.portal();
    let people = people(portal).await;
    let n_before = portal.verify_log().await.unwrap().n_entries;
    let case = whole_draft(portal, &people).await;
    let before = portal.draft(&people.officer, case, LANG).await.unwrap();
    let mut document = before.document.clone();
    document.fields.summary = "不该出现的内容".to_owned();
    document.sensitivity.insert(Sensitivity::StateSecret);
    let refused = portal
        .save_draft(&people.officer, case, before.revision, document, LANG)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), ErrorCode::InvalidInput);
    let after = portal.draft(&people.officer, case, LANG).await.unwrap();
    assert_eq!((after.revision, after.document), (before.revision, before.document));
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
    let verified = portal.verify_log().await.unwrap();
    assert_eq!(verified.n_entries, n_before + 2, "the beginning and the attempt");
}

/// Two editors at once: the second is told, and nothing of the first is lost.
#[tokio::test]
async fn two_editors_do_not_overwrite_each_other() {
    let site = portal("default").await;
    let portal = site.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people).await;
    let read = portal.draft(&people.officer, case, LANG).await.unwrap();
    let mut mine = read.document.clone();
    mine.fields.summary = "先保存的".to_owned();
    portal.save_draft(&people.officer, case, read.revision, mine, LANG).await.unwrap();
    let mut theirs = read.document;
    theirs.fields.summary = "后保存的".to_owned();
    let late = portal.save_draft(&people.officer, case, read.revision, theirs, LANG).await;
    assert_eq!(late.unwrap_err().code(), ErrorCode::Conflict);
    let kept = portal.draft(&people.officer, case, LANG).await.unwrap();
    assert_eq!(kept.document.fields.summary, "先保存的");
}

/// A decision that is sent twice is one; one on an old state is refused.
#[tokio::test]
async fn a_decision_sent_twice_is_one() {
    let site = portal("default").await;
    let portal = site.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people).await;
    let version = portal.case_view(&people.officer, case, LANG).await.unwrap().version;
    let done = |key: Option<&str>| OpeningAct {
        event: "submit".to_owned(),
        version,
        reason: String::new(),
        idempotency_key: key.map(str::to_owned),
        ..OpeningAct::default()
    };
    for _ in 0..2 {
        portal.act_on_opening(&people.officer, case, done(Some("k1")), LANG).await.unwrap();
    }
    let old = portal.act_on_opening(&people.officer, case, done(None), LANG).await.unwrap_err();
    assert_eq!(old.code(), ErrorCode::Conflict);
    assert_eq!(portal.case_view(&people.officer, case, LANG).await.unwrap().version, 2);
}

/// What somebody was told of the time of a review, the oldest first.
async fn told_of_time(portal: &Portal, caller: &Caller) -> Vec<String> {
    let inbox = portal.inbox(caller, None, LANG).await.unwrap();
    let texts = inbox.notices.into_iter().rev().map(|notice| notice.text);
    let about_time = ["到期提醒", "今天到期", "已经超期"];
    texts.filter(|text| about_time.iter().any(|word| text.ends_with(word))).collect()
}

/// Whoever may take the step was told this, the authority that, and nobody else anything.
async fn assert_told(portal: &Portal, people: &People, [step, authority]: [&[&str]; 2]) {
    let nothing: &[&str] = &[];
    for (caller, expected) in [
        (&people.reviewer, step),
        (&people.head, step),
        (&people.authority, authority),
        (&people.officer, nothing),
        (&people.cyberspace, nothing),
        (&people.stranger, nothing),
    ] {
        assert_eq!(told_of_time(portal, caller).await, expected, "{:?}", caller.login());
    }
}

// Part of SUP-02, SUP-01: before the last day a reminder to whoever may take the step, on it another one, after it a notice
// to the authority too, and to nobody else; each once, on however many nodes and after a restart.
#[tokio::test]
async fn clocks_remind_and_tell_once() {
    let site = portal("aba").await;
    let portal = site.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people).await;
    act(portal, &people.officer, case, "submit").await.unwrap();
    assert_eq!(portal.look_at_clocks().await.unwrap(), 0, "there is time");
    let clock = portal.case_view(&people.officer, case, LANG).await.unwrap().clocks.remove(0);
    assert_eq!(clock.working_days, 10);
    let noon = |day: chrono::NaiveDate| day.and_hms_opt(4, 0, 0).unwrap().and_utc();

    let names = async || {
        let events = portal.case_view(&people.officer, case, LANG).await.unwrap().events;
        events.into_iter().map(|event| event.event.code).collect::<Vec<_>>()
    };
    let [soon, today, over] = ["开放审查：到期提醒", "开放审查：今天到期", "开放审查：已经超期"];
    assert_told(portal, &people, [&[], &[]]).await;
    // The last day is a Friday.
    let day_before = site.open_at(noon(clock.last_day - chrono::Days::new(1))).await;
    assert_eq!(day_before.look_at_clocks().await.unwrap(), 1);
    assert_eq!(day_before.look_at_clocks().await.unwrap(), 0);
    assert_eq!(names().await, ["create", "submit", "remind"]);
    assert_told(portal, &people, [&[soon], &[]]).await;
    let last_day = site.open_at(noon(clock.last_day)).await;
    let another = site.open_at(noon(clock.last_day)).await;
    assert_eq!(last_day.look_at_clocks().await.unwrap(), 1);
    assert_eq!(another.look_at_clocks().await.unwrap(), 0);
    assert_eq!(names().await, ["create", "submit", "remind", "due_today"]);
    assert_told(portal, &people, [&[soon, today], &[]]).await;

    let late = site.open_at(noon(clock.last_day + chrono::Days::new(1))).await;
    assert_eq!(late.look_at_clocks().await.unwrap(), 1);
    assert_eq!(late.look_at_clocks().await.unwrap(), 0);
    assert_eq!(names().await, ["create", "submit", "remind", "due_today", "overdue"]);
    assert_told(portal, &people, [&[soon, today, over], &[over]]).await;
    let card = late.desk(&people.reviewer, DeskFilter::Mine, &[], LANG).await.unwrap().remove(0);
    assert!(card.is_overdue, "{card:?}");
    // Overdue is a flag: the step can still be taken.
    act(&late, &people.reviewer, case, "pass").await.unwrap();
}

/// The bytes of a file as they come.
fn csv(text: &'static str) -> impl futures::Stream<Item = std::io::Result<Bytes>> + Send {
    stream::iter([Ok(Bytes::from_static(text.as_bytes()))])
}

// Proves PUB-02, PUB-14, and a part of REV-11: new data of the same structure is a new version at once; other columns are
// reviewed first.
#[tokio::test]
async fn new_data_is_a_version_and_new_columns_are_a_review() {
    let site = portal("aba").await;
    let portal = site.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people).await;
    let code = portal.draft(&people.officer, case, LANG).await.unwrap().code;
    let new = || NewVersion {
        file_name: "stops.csv",
        note: "十一月",
        processing: BTreeSet::from([Processing::Clean]),
        record: "",
        upload: None,
    };
    let early = portal
        .publish_version(&people.officer, &code, new(), csv("name,n\n火车站,008\n"), LANG)
        .await
        .unwrap_err();
    assert_eq!(early.code(), ErrorCode::NotFound, "a draft is no dataset");

    act(portal, &people.officer, case, "submit").await.unwrap();
    review(portal, &people, case).await;
    act(portal, &people.authority, case, "publish").await.unwrap();
    let version = portal
        .publish_version(&people.officer, &code, new(), csv("name,n\n火车站,008\n"), LANG)
        .await
        .unwrap();
    assert_eq!(version, 2);
    let entry = portal.dataset(&code).await.unwrap();
    assert_eq!((entry.version, entry.versions[0].note.as_str()), (2, "十一月"));
    assert_eq!(entry.resources.len(), 1);

    let refused = portal
        .publish_version(&people.officer, &code, new(), csv("name,n,phone\na,1,2\n"), LANG)
        .await
        .unwrap_err();
    assert!(refused.message(LANG).contains("phone"), "{}", refused.message(LANG));
    for (caller, expected) in [
        (&people.stranger, ErrorCode::Forbidden),
        (&people.authority, ErrorCode::Forbidden),
        (&Caller::visitor(), ErrorCode::Unauthenticated),
    ] {
        let refused =
            portal.publish_version(caller, &code, new(), csv("name,n\n"), LANG).await.unwrap_err();
        assert_eq!(refused.code(), expected);
    }
    assert_eq!(portal.dataset(&code).await.unwrap().version, 2);
    // Who did what to the data of each upload is on record.
    let done = portal.processing(&code, LANG).await.unwrap();
    let done: Vec<(&str, &str)> =
        done.iter().map(|it| (it.text.as_str(), it.by.as_str())).collect();
    let officer = "officer 的名字";
    assert_eq!(done, [("清洗", officer), ("整理、格式转换", officer)]);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}
