//! The public is asked before something is opened: notice, comments, summary.

use std::collections::BTreeMap;

use chrono::{Days, Months, NaiveDate};
use kaishu_portal::accounts::Caller;
use kaishu_portal::consultations::NewComment;
use kaishu_portal::publishing::OpeningAct;
use kaishu_portal::{Error, Portal};
use kaishu_store::log::Search;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{
    LANG, ORGANIZATION, People, act, answers, complete, people, whole_draft, with_session,
};
use kaishu_types::ErrorCode;
use kaishu_types::account::Role;
use kaishu_types::draft::TriggerQuestion;

use crate::browser::Browser;
use crate::support::TestSite;

/// The day of all tests, and the last day of the consultations in them.
const TODAY: &str = "2026-11-21";
const LAST: &str = "2026-11-28";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A portal whose rules let the public be heard, with an agency, and an entry in the step that asks.
pub(crate) async fn asked_about() -> (TestSite, People, i64) {
    let site = TestSite::open(Setup { policy: "yulin", with_demo: false }).await;
    let catalogue = Catalogue::default().dataset("YX-T-0001", "旧数据", "unconditional");
    let other = catalogue.dataset("YX-U-0001", "别的", "unconditional");
    site.test_portal.import(other.under("open-licence", "YX-U").folder()).await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    complete(portal, &people.officer, case, |document| {
        document.triggers.insert(TriggerQuestion::PublicInterest);
        document.fields.open.conditions = vec!["只在本机使用".to_owned()];
    })
    .await;
    act(portal, &people.officer, case, "submit").await.unwrap();
    // The grading assessment comes before.
    act(portal, &people.reviewer, case, "pass").await.unwrap();
    (site, people, case)
}

pub(crate) async fn ask(
    portal: &Portal,
    caller: &Caller,
    case: i64,
    fields: &[(&str, &str)],
) -> Result<(), Error> {
    let mut answers: BTreeMap<String, String> = answers();
    answers.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let version = portal.case_view(caller, case, LANG).await?.version;
    let done = OpeningAct {
        event: "consult".to_owned(),
        version,
        reason: "对公交站点开放有什么意见？".to_owned(),
        idempotency_key: None,
        answers,
    };
    portal.act_on_opening(caller, case, done, LANG).await
}

pub(crate) const NOTICE: [(&str, &str); 2] = [("mode", "comments"), ("last_day", LAST)];

// Proves REV-06: notice, mode, at least seven days, comments, summary; the step closes only with the summary,
// and not before the time is over.
#[tokio::test]
async fn the_public_is_heard_before_the_step_closes() {
    let (site, people, case) = asked_about().await;
    let portal = site.test_portal.portal();
    let early = act(portal, &people.reviewer, case, "pass").await.unwrap_err();
    assert!(early.message(LANG).contains("还没有发布听取意见的公告"), "{early}");
    for fields in [
        [("mode", "comments"), ("last_day", "2026-11-27")],
        [("mode", "comments"), ("last_day", "2027-11-28")],
        [("mode", "comments"), ("last_day", "soon")],
        [("mode", "shouting"), ("last_day", LAST)],
    ] {
        let refused = ask(portal, &people.reviewer, case, &fields).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidInput, "{fields:?}");
    }
    // Whoever submitted asks nobody, and another's step is not the authority's.
    for other in [&people.officer, &people.authority] {
        let refused = ask(portal, other, case, &NOTICE).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Forbidden);
    }
    let summary = act(portal, &people.reviewer, case, "summarise").await.unwrap_err();
    assert!(summary.message(LANG).contains("还没有发布听取意见的公告"), "{summary}");

    ask(portal, &people.reviewer, case, &NOTICE).await.unwrap();
    let twice = ask(portal, &people.reviewer, case, &NOTICE).await.unwrap_err();
    assert!(twice.message(LANG).contains("已经发布过"), "{twice}");
    for event in ["pass", "summarise"] {
        assert!(act(portal, &people.reviewer, case, event).await.is_err(), "{event}");
    }
    let view = portal.case_view(&people.officer, case, LANG).await.unwrap();
    assert_eq!(view.clocks.last().unwrap().standing, "暂停计时");

    // On the last day comments are taken; the day after, the reviewers are told once, on however many nodes.
    let noon = |day: NaiveDate| day.and_hms_opt(4, 0, 0).unwrap().and_utc();
    let last = site.test_portal.open_at(noon(day(LAST))).await;
    assert_eq!(last.look_at_clocks().await.unwrap(), 0);
    let after = site.test_portal.open_at(noon(day(LAST) + Days::new(1))).await;
    let another = site.test_portal.open_at(noon(day(LAST) + Days::new(1))).await;
    let told = (after.look_at_clocks().await.unwrap(), another.look_at_clocks().await.unwrap());
    assert_eq!(told, (1, 0));
    let unsummed = act(&after, &people.reviewer, case, "pass").await.unwrap_err();
    assert!(unsummed.message(LANG).contains("公布意见采纳情况以后"), "{unsummed}");
    let unread = after.inbox(&people.reviewer, None, LANG).await.unwrap();
    assert!(unread.notices.iter().any(|notice| notice.text.contains("听取意见期满")));

    act(&after, &people.reviewer, case, "summarise").await.unwrap();
    act(&after, &people.reviewer, case, "pass").await.unwrap();
    let events = after.case_view(&people.officer, case, LANG).await.unwrap().events;
    let names: Vec<_> = events.iter().map(|event| event.event.code.as_str()).collect();
    let expected =
        ["create", "submit", "pass", "consult", "consultation_over", "summarise", "pass"];
    assert_eq!(names, expected);
    let shown = after.consultation(1, LANG).await.unwrap();
    assert_eq!(shown.kept.summary.as_deref(), Some("理由充分"));
    assert_eq!(after.verify_log().await.unwrap().faults, []);
}

// Proves REV-06 at the door: the public page shows what the notice says and nothing else of the draft; anybody
// comments with scripts off; what was written stays where it is refused; reviewers read it, others do not.
#[tokio::test]
async fn anybody_reads_the_notice_and_answers_it() {
    let (site, people, case) = asked_about().await;
    let portal = site.test_portal.portal();
    let empty = site.get("/en/consultations").await;
    assert!(empty.text().contains("Nothing is open for comments now."));
    ask(portal, &people.reviewer, case, &NOTICE).await.unwrap();

    for path in ["/consultations", "/consultations/1", "/en/consultations/1"] {
        let page = site.get(path).await;
        page.assert_well_formed_page(path);
        assert!(page.text().contains("公交站点"), "{path}");
        for secret in ["YX-T-0002", "stops", "汽车站", "公交调度系统", "只在本机使用", "市交通局"]
        {
            assert!(!page.text().contains(secret), "{path} tells `{secret}`");
        }
    }
    assert_eq!(site.get("/datasets/YX-T-0002").await.status, 404);
    for path in ["/consultations/2", "/consultations/x", "/consultations/-1"] {
        assert_eq!(site.get(path).await.status, 404, "{path}");
    }

    let mut visitor = Browser::at(&site, [192, 0, 2, 1]);
    let path = "/consultations/1";
    let without = [("body", " "), ("name", "周边住户"), ("contact", "139")];
    let refused = visitor.post(path, &without).await;
    assert_eq!(refused.status, 400);
    refused.assert_well_formed_page(path);
    assert_eq!(refused.attributes("main input[name=name]", "value"), ["周边住户"]);
    let long = "字".repeat(2_001);
    assert_eq!(visitor.post(path, &[("body", &long)]).await.status, 400);
    let by_program = [("body", "买药"), ("website", "https://spam.example")];
    assert_eq!(visitor.post(path, &by_program).await.status, 303);
    let fields =
        [("body", "<b>夜班站点</b>也要开放"), ("name", "周边住户"), ("contact", "139 0000")];
    let sent = visitor.post(path, &fields).await;
    assert_eq!(
        (sent.status.as_u16(), sent.header("location")),
        (303, "/consultations/1?done=sent")
    );
    assert!(visitor.get("/consultations/1?done=sent").await.text().contains("意见已经收到"));
    // A client that sends too many waits, and nothing of the last one is lost.
    for _ in 0..9 {
        assert_eq!(visitor.post(path, &[("body", "还有一点")]).await.status, 303);
    }
    let stopped = visitor.post(path, &[("body", "最后一条")]).await;
    assert_eq!(stopped.status, 429);
    assert!(stopped.has("retry-after") && stopped.text().contains("最后一条"));
    let mut neighbour = Browser::at(&site, [192, 0, 2, 2]);
    assert_eq!(neighbour.post(path, &[("body", "同意")]).await.status, 303);

    let read = portal.comments(&people.reviewer, 1, 0, LANG).await.unwrap();
    assert_eq!((read.rows.len(), read.consultation.n_comments), (11, 11));
    assert_eq!(read.rows[0].kept.name.as_deref(), Some("周边住户"));
    assert_eq!(read.rows[0].contact.as_deref(), Some("139 0000"));
    assert!(!read.rows[0].kept.contact.as_ref().unwrap().contains("139"), "kept in the clear");
    let by_officer = portal.comments(&people.officer, 1, 0, LANG).await.unwrap();
    assert_eq!(by_officer.rows[0].contact, None, "the contact is for the reviewers");
    for outsider in [&people.stranger, &Caller::visitor()] {
        let hidden = portal.comments(outsider, 1, 0, LANG).await.unwrap_err();
        assert_eq!(hidden.code(), ErrorCode::NotFound);
    }
    let token = with_session(portal, Role::Reviewer, ("second", ORGANIZATION)).await;
    let cookie = format!("{}={token}", app::cookie_name(&portal.site()));
    for path in ["/workbench/consultations/1".to_owned(), format!("/workbench/cases/{case}")] {
        let page = site.get_with(&path, &[("cookie", &cookie)]).await;
        assert_eq!(page.status, 200, "{path}");
        page.assert_well_formed_page(&path);
        assert!(page.text().contains("/consultations/1"), "{path}");
        assert!(!page.text().contains("<b>夜班"), "{path}");
    }
    // The log knows that it was written and what by its hash, and neither text nor contact.
    let asked = Search { kind: Some("consultation".to_owned()), ..Search::default() };
    let logged = kaishu_store::log::search(site.test_portal.store(), &asked, 50).await.unwrap();
    assert_eq!(logged.len(), 11);
    assert!(logged.iter().all(|it| it.event.body.facts.contains_key("keyed_hash")));
    assert!(logged.iter().all(|it| it.event.by.login == "visitor"));
    let text = format!("{logged:?}");
    assert!(!text.contains("夜班") && !text.contains("139 0000") && !text.contains("周边住户"));
}

// Part of REV-06 and SUP-02: whoever commented with an account is told of the summary by what the notice says, and
// led to its page; the log does not name them; and what they wrote is erased once its time is over.
#[tokio::test]
async fn whoever_commented_is_told_and_forgotten() {
    let (site, people, case) = asked_about().await;
    let portal = site.test_portal.portal();
    ask(portal, &people.reviewer, case, &NOTICE).await.unwrap();
    // The stranger is of another agency and may not see the review.
    let wrote =
        NewComment { body: "夜班站点也要开放", name: "周边住户", ..Default::default() };
    portal.comment(&people.stranger, 1, (wrote, None), LANG).await.unwrap();
    let asked = Search { kind: Some("consultation".to_owned()), ..Search::default() };
    let logged = kaishu_store::log::search(site.test_portal.store(), &asked, 50).await.unwrap();
    let by = &logged[0].event.by;
    assert_eq!((by.account, by.login.as_str(), by.name.as_str()), (None, "visitor", "访客"));

    let noon = |day: NaiveDate| day.and_hms_opt(4, 0, 0).unwrap().and_utc();
    let after = site.test_portal.open_at(noon(day(LAST) + Days::new(1))).await;
    act(&after, &people.reviewer, case, "summarise").await.unwrap();
    let told = after.inbox(&people.stranger, None, LANG).await.unwrap().notices;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].title, after.consultation(1, LANG).await.unwrap().kept.title);
    assert_eq!(told[0].link.as_deref(), Some("/consultations/1"));
    assert!(told[0].text.contains("意见采纳情况"), "{}", told[0].text);

    assert_eq!(after.sweep_comments().await.unwrap(), 0, "it is not over yet");
    let years = portal.policy().rules.retention.cases.value.get();
    let later = day(LAST).checked_add_months(Months::new(years * 12 + 1)).unwrap();
    let later = site.test_portal.open_at(noon(later)).await;
    assert_eq!(later.sweep_comments().await.unwrap(), 1);
    assert_eq!(later.sweep_comments().await.unwrap(), 0);
    assert_eq!(later.consultation(1, LANG).await.unwrap().n_comments, 1);
    let kept = kaishu_store::consultations::comments(site.test_portal.store(), 1, (0, 9)).await;
    let kept = kept.unwrap().remove(0);
    assert_eq!((kept.body.as_str(), kept.name, kept.account), ("", None, None));
    assert_eq!(later.verify_log().await.unwrap().faults, []);
}

// Part of REV-06: what was asked about another content does not count; the old notice says so and no more.
#[tokio::test]
async fn what_went_back_is_asked_about_anew() {
    let (site, people, case) = asked_about().await;
    let portal = site.test_portal.portal();
    ask(portal, &people.reviewer, case, &NOTICE).await.unwrap();
    act(portal, &people.reviewer, case, "return").await.unwrap();
    let page = site.get("/consultations/1").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("停止听取意见"));
    assert!(!page.text().contains("对公交站点开放有什么意见"));
    let mut visitor = Browser::at(&site, [192, 0, 2, 1]);
    let late = visitor.post("/consultations/1", &[("body", "还来得及吗")]).await;
    assert_eq!(late.status, 409);

    act(portal, &people.officer, case, "submit").await.unwrap();
    act(portal, &people.reviewer, case, "pass").await.unwrap();
    let unasked = act(portal, &people.reviewer, case, "pass").await.unwrap_err();
    assert!(unasked.message(LANG).contains("还没有发布听取意见的公告"), "{unasked}");
    ask(portal, &people.reviewer, case, &[("mode", "hearing"), ("last_day", "2026-12-01")])
        .await
        .unwrap();
    let (open, past) = portal.consultations(LANG).await.unwrap();
    assert_eq!((open[0].kept.id, past[0].kept.id, open.len(), past.len()), (2, 1, 1, 1));
    assert_eq!(open[0].kept.first_day, day(TODAY));
    let known = portal.consultations_of(&people.officer, case).await.unwrap();
    assert_eq!(known.len(), 2, "the history stays");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}
