//! What a step of the review asks: the checklist, questions that add steps, experts, and what is open already.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::stream;
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::ExpertForm;
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::publishing::{Measuring, Opinions};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{
    LANG, ORGANIZATION, People, act, act_with, answers, at_browser, complete, people, person,
    review, whole_draft, with_session,
};
use kaishu_types::ErrorCode;
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::case::AnswerView;
use kaishu_types::draft::{ReviewCheck, TriggerQuestion};
use kaishu_types::vocabulary::ShareClass;

use crate::browser::Browser;
use crate::relaxing::send;
use crate::support::{Answer, TestSite};

async fn site(policy: &'static str) -> (TestSite, People) {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default().dataset("YX-T-0001", "旧数据", "unconditional");
    let other = catalogue.dataset("YX-U-0001", "企业年报", "unconditional");
    let other = other.item("YX-U-0001", "统一社会信用代码", "unconditional");
    site.test_portal.import(other.under("open-licence", "YX-U").folder()).await;
    let people = people(site.test_portal.portal()).await;
    (site, people)
}

/// A draft with these questions answered with yes, submitted.
async fn submitted(portal: &Portal, people: &People, triggers: &[TriggerQuestion]) -> i64 {
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    complete(portal, &people.officer, case, |document| {
        document.triggers.extend(triggers);
    })
    .await;
    act(portal, &people.officer, case, "submit").await.unwrap();
    case
}

/// The steps of a case, in the words of its page.
async fn steps(portal: &Portal, caller: &Caller, case: i64) -> Vec<String> {
    let view = portal.case_view(caller, case, LANG).await.unwrap();
    view.steps.into_iter().map(|step| step.label).collect()
}

fn with(name: &str, answer: &str) -> BTreeMap<String, String> {
    let mut answers = answers();
    answers.insert(name.to_owned(), answer.to_owned());
    answers
}

// Proves REV-03: each item of the checklist needs an answer, one that forbids stops the entry, and what was
// answered stays with the step. Anshan asks (30), and Aba under its own name of the step (37¶2(2)).
#[tokio::test]
async fn each_item_of_the_security_review_needs_an_answer() {
    for policy in ["anshan", "aba"] {
        let (site, people) = site(policy).await;
        let portal = site.test_portal.portal();
        let case = submitted(portal, &people, &[]).await;
        let pass =
            async |answers| act_with(portal, &people.reviewer, case, ("pass", answers)).await;
        for check in ReviewCheck::ALL {
            let mut unanswered = answers();
            unanswered.remove(&format!("check.{check}"));
            for wanted in [unanswered, with(&format!("check.{check}"), "perhaps")] {
                let refused = pass(wanted).await.unwrap_err();
                assert_eq!(refused.code(), ErrorCode::InvalidInput, "{policy}, {check}");
                assert!(refused.message(LANG).contains(check.label(LANG)), "{refused}");
            }
            let refused = pass(with(&format!("check.{check}"), "yes")).await.unwrap_err();
            assert!(refused.message(LANG).contains("不能通过"), "{policy}, {check}: {refused}");
        }
        pass(answers()).await.unwrap();
        let view = portal.case_view(&people.officer, case, LANG).await.unwrap();
        for check in ReviewCheck::ALL {
            let kept = view.facts.get(&format!("step.0.check.{check}"));
            assert_eq!(kept.map(String::as_str), Some("no"), "{policy}, {check}");
            let answered = (check.label(LANG), "否");
            let first = &view.steps[0].answers;
            let is_told = |it: &AnswerView| (it.question.as_str(), it.answer.as_str()) == answered;
            assert!(first.iter().any(is_told), "{policy}, {check}: {first:?}");
        }
        let passed = view.events.iter().find(|it| it.event.code == "pass").unwrap();
        assert_eq!(passed.answers, view.steps[0].answers, "{policy}");
        // Whoever sees the case reads it on its page, and nobody else.
        let page = page_of(&site, Role::Officer, ("reads", ORGANIZATION), case).await;
        page.assert_well_formed_page("/workbench/cases");
        let told = page.texts("#h-steps ~ ol li:first-child dl").concat();
        for check in ReviewCheck::ALL {
            assert!(told.contains(check.label(LANG)), "{policy}, {check}: {told}");
        }
        let hidden = page_of(&site, Role::Officer, ("elsewhere", "YX-U"), case).await;
        assert_eq!(hidden.status, 404);
    }
}

/// The page of a case, as somebody sees it in a browser.
async fn page_of(site: &TestSite, role: Role, place: (&str, &str), case: i64) -> Answer {
    let session = with_session(site.test_portal.portal(), role, place).await;
    Browser::with_session(site, &session).get(&format!("/workbench/cases/{case}")).await
}

// Proves REV-05 (yulin 15¶2): each question that the provider answers with yes adds its step; a reviewer turns a no
// into a yes, which nobody turns back, not even by a return and another submission. Other regulations add nothing.
#[tokio::test]
async fn a_question_adds_its_step_and_a_yes_stays() {
    let (site, people) = site("yulin").await;
    let portal = site.test_portal.portal();
    let plain = submitted(portal, &people, &[]).await;
    let without = steps(portal, &people.officer, plain).await;
    for (question, step) in [
        (TriggerQuestion::LegalIssue, "合法性审查"),
        (TriggerQuestion::SpecialisedIssue, "专家论证"),
        (TriggerQuestion::SecretOrPrivacy, "专家委员会审查"),
        (TriggerQuestion::PublicInterest, "听取意见"),
    ] {
        let case = submitted(portal, &people, &[question]).await;
        let shown = steps(portal, &people.officer, case).await;
        assert_eq!(shown.len(), without.len() + 1, "{question}: {shown:?}");
        let is_there = |steps: &[String]| steps.iter().any(|it| it.contains(step));
        assert!(is_there(&shown) && !is_there(&without), "{question}: {shown:?}");
    }

    let add = async |answer: &str| {
        act_with(portal, &people.reviewer, plain, ("add_steps", with("add", answer))).await
    };
    assert!(add("nothing_known").await.is_err());
    add("legal_issue").await.unwrap();
    let added = steps(portal, &people.officer, plain).await;
    assert_eq!(added.len(), without.len() + 1);
    assert!(add("legal_issue").await.is_err(), "it is there already");
    act(portal, &people.reviewer, plain, "return").await.unwrap();
    complete(portal, &people.officer, plain, |document| document.triggers.clear()).await;
    act(portal, &people.officer, plain, "submit").await.unwrap();
    let again = steps(portal, &people.officer, plain).await;
    assert!(again.iter().any(|it| it.contains("合法性审查")), "{again:?}");
    assert_eq!(again.len(), added.len());

    let (site, people) = site_without_questions().await;
    let portal = site.test_portal.portal();
    let none = submitted(portal, &people, &[]).await;
    let all = submitted(portal, &people, TriggerQuestion::ALL).await;
    let count = async |case| steps(portal, &people.officer, case).await.len();
    assert_eq!(count(none).await, count(all).await);
}

/// A portal whose regulation knows no questions.
async fn site_without_questions() -> (TestSite, People) {
    site("jiamusi").await
}

// Proves REV-07 (yulin 9, 15¶2(2)) and ORG-10 for the hearing: the authority assigns three experts or more, an odd
// number; they and no others see the case and give opinions; the hearing ends when each has given one, the last one
// of each counts, all stay on record and on the page, and so does the conclusion.
#[tokio::test]
async fn experts_are_assigned_and_each_is_heard() {
    let (site, people) = site("yulin").await;
    let portal = site.test_portal.portal();
    let keeper = at_browser(portal, Role::Authority, ("keeper", "YX")).await;
    let case = submitted(portal, &people, &[TriggerQuestion::SpecialisedIssue]).await;
    let mut experts = Vec::new();
    for name in ["one", "two", "three", "four"] {
        experts.push(person(portal, Role::Expert, (name, "YX"), TokenScope::Decide).await);
        portal.appoint_expert(&keeper, &professor(name), LANG).await.unwrap();
    }
    let assign = async |caller: &Caller, logins: &str| {
        act_with(portal, caller, case, ("assign_experts", with("experts", logins))).await
    };
    for few in ["", "one", "one two", "one one two", "one two three four", "one two nobody"] {
        assert!(assign(&people.authority, few).await.is_err(), "{few}");
    }
    assert!(assign(&people.reviewer, "one two three").await.is_err(), "it is the authority's");
    for expert in &experts {
        let hidden = portal.case_view(expert, case, LANG).await.unwrap_err();
        assert_eq!(hidden.code(), ErrorCode::NotFound, "nothing is assigned yet");
        assert!(portal.desk(expert, DeskFilter::Open, &[], LANG).await.unwrap().is_empty());
    }
    let listed = portal.assignable_experts(&people.authority, case, LANG).await.unwrap().unwrap();
    assert_eq!(listed.len(), 4);
    assert!(portal.assignable_experts(&people.reviewer, case, LANG).await.unwrap().is_none());
    let form = page_of(&site, Role::Authority, ("assigns", "YX"), case).await;
    assert_eq!(form.attributes("main input[name^='expert.']", "name").len(), 4);

    assign(&people.authority, "one two three").await.unwrap();
    let early = act(portal, &experts[0], case, "opine").await.unwrap_err();
    assert!(early.message(LANG).contains("不是专家审查环节"), "{early}");
    act(portal, &people.reviewer, case, "pass").await.unwrap();
    let stranger = portal.case_view(&experts[3], case, LANG).await.unwrap_err();
    assert_eq!(stranger.code(), ErrorCode::NotFound, "not assigned");
    for (n, expert) in experts[..3].iter().enumerate() {
        let desk = portal.desk(expert, DeskFilter::Mine, &[], LANG).await.unwrap();
        assert_eq!(desk.iter().map(|card| card.id).collect::<Vec<_>>(), [case]);
        let asked = portal.review_desk(expert, case, LANG).await.unwrap().unwrap();
        assert_eq!(asked.opinions, Some(Opinions { n_assigned: 3, n_given: n }));
        let refused = act(portal, &people.reviewer, case, "pass").await.unwrap_err();
        assert!(refused.message(LANG).contains(&format!("专家意见有 {n} 份")), "{refused}");
        for opinion in ["disagree", "agree"] {
            let said = ("opine", with("opinion", opinion));
            act_with(portal, expert, case, said).await.unwrap();
        }
    }
    act(portal, &people.reviewer, case, "pass").await.unwrap();
    let view = portal.case_view(&people.officer, case, LANG).await.unwrap();
    let opinions = view.facts.iter().filter(|(name, _)| name.starts_with("opinion.1."));
    let opinions: Vec<&str> = opinions.map(|(_, it)| it.as_str()).collect();
    assert_eq!(opinions, ["agree"; 3]);
    assert_eq!(view.steps[1].verdict.as_deref(), Some("passed"));
    assert_eq!(view.steps[1].opinion, "理由充分");
    let told = view.steps[1].answers.iter().map(|it| (it.question.as_str(), it.answer.as_str()));
    let told: Vec<_> = told.filter(|(question, _)| question.starts_with("专家意见")).collect();
    let expected = ["one", "two", "three"].map(|name| format!("专家意见 · {name} 的名字"));
    assert_eq!(told, expected.each_ref().map(|question| (question.as_str(), "同意")));
    let given = view.events.iter().filter(|it| it.event.code == "opine").count();
    assert_eq!(given, 6, "what an expert said before stays on record");
    let page = page_of(&site, Role::Officer, ("reads", ORGANIZATION), case).await;
    assert!(page.texts("#h-steps ~ ol").concat().contains("one 的名字"));
    let kept = view.events.iter().find(|it| it.event.code == "assign_experts").unwrap();
    assert!(kept.answers.iter().any(|it| it.answer.contains("two 的名字")), "{:?}", kept.answers);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of REV-07: opinions on what was submitted before count for nothing once it is submitted anew.
#[tokio::test]
async fn an_opinion_is_of_what_was_submitted() {
    let (site, people) = site("yulin").await;
    let portal = site.test_portal.portal();
    let keeper = at_browser(portal, Role::Authority, ("keeper", "YX")).await;
    let case = submitted(portal, &people, &[TriggerQuestion::SpecialisedIssue]).await;
    let mut experts = Vec::new();
    for name in ["one", "two", "three"] {
        experts.push(person(portal, Role::Expert, (name, "YX"), TokenScope::Decide).await);
        portal.appoint_expert(&keeper, &professor(name), LANG).await.unwrap();
    }
    let chosen = with("experts", "one two three");
    act_with(portal, &people.authority, case, ("assign_experts", chosen)).await.unwrap();
    for round in 0..2 {
        act(portal, &people.reviewer, case, "pass").await.unwrap();
        let refused = act(portal, &people.reviewer, case, "pass").await.unwrap_err();
        assert!(refused.message(LANG).contains("专家意见有 0 份"), "round {round}: {refused}");
        for expert in &experts {
            act(portal, expert, case, "opine").await.unwrap();
        }
        if round == 0 {
            act(portal, &people.reviewer, case, "return").await.unwrap();
            act(portal, &people.officer, case, "submit").await.unwrap();
        }
    }
    act(portal, &people.reviewer, case, "pass").await.unwrap();
}

fn professor(login: &str) -> ExpertForm<'_> {
    ExpertForm {
        login,
        affiliation_kind: "university",
        affiliation: "玉林师范学院",
        organization: "",
        field: "统计学",
    }
}

// Proves REV-09 (yulin 34): whoever checks the catalogue sees which opened datasets share identifying items and how many
// rows those items tell apart, without asking for it, and finds the risk acceptable or returns the entry; what was
// found is on record. Under yulin that
// is not the provider, either.
#[tokio::test]
async fn datasets_that_share_identifying_items_are_weighed() {
    for policy in ["default", "yulin"] {
        let (site, people) = site(policy).await;
        let portal = site.test_portal.portal();
        portal.catch_up(|_| ()).await.unwrap();
        let case =
            portal.begin_draft(&people.officer, ORGANIZATION, "公交站点", LANG).await.unwrap();
        let rows = stream::iter([Ok(Bytes::from_static("name,n\n甲,1\n甲,2\n乙,3\n".as_bytes()))]);
        let officer = &people.officer;
        let revision =
            portal.add_draft_file(officer, case, 1, "stops.csv", rows, LANG).await.unwrap();
        portal.take_items_from_files(officer, case, revision, LANG).await.unwrap();
        complete(portal, officer, case, |document| {
            document.items[0].label = "统一社会信用代码".to_owned();
        })
        .await;
        act(portal, officer, case, "submit").await.unwrap();
        act(portal, &people.reviewer, case, "pass").await.unwrap();
        let place = if policy == "yulin" { 2 } else { 1 };
        if policy == "yulin" {
            let desk = portal.review_desk(&people.reviewer, case, LANG).await.unwrap().unwrap();
            assert!(desk.sharing.is_none() && desk.risk.is_none(), "the provider is not asked");
            act(portal, &people.reviewer, case, "pass").await.unwrap();
        }
        let last = &people.authority;
        let desk = portal.review_desk(last, case, LANG).await.unwrap().unwrap();
        let sharing = desk.sharing.unwrap();
        let found: Vec<_> =
            sharing.iter().map(|it| (it.code.as_str(), it.items.as_slice())).collect();
        assert_eq!(found, [("YX-U-0001", ["统一社会信用代码".to_owned()].as_slice())]);
        let Some(Measuring::Done(risks)) = &desk.risk else { panic!("{:?}", desk.risk) };
        assert_eq!(risks.len(), 1);
        assert_eq!(
            (risks[0].columns.as_slice(), risks[0].n_rows),
            (["name".to_owned()].as_slice(), 3)
        );
        assert_eq!(risks[0].found.n_rows_in_small_groups, 1);
        for verdict in ["", "unacceptable"] {
            let said = ("pass", with("mosaic", verdict));
            let refused = act_with(portal, last, case, said).await.unwrap_err();
            assert!(refused.message(LANG).contains("汇聚后的风险"), "{policy}: {refused}");
        }
        let page = page_of(&site, Role::Authority, ("at.desk", "YX"), case).await;
        page.assert_well_formed_page("/workbench/cases");
        let figures = "3 行中有 1 行（33.3%）是唯一的";
        assert!(page.texts("#risk").concat().contains(figures), "{policy}: {}", page.text());
        assert!(page.text().contains("只按本目录自己的文件测算"), "{policy}");
        assert!(page.attributes("main form a", "href").contains(&"/datasets/YX-U-0001".to_owned()));

        let mut said = answers();
        said.insert("mosaic_note".to_owned(), "只有登记代码相同".to_owned());
        act_with(portal, last, case, ("pass", said)).await.unwrap();
        let view = portal.case_view(&people.officer, case, LANG).await.unwrap();
        let kept = |name: &str| view.facts.get(&format!("step.{place}.{name}")).map(String::as_str);
        assert_eq!(kept("mosaic"), Some("acceptable"));
        assert_eq!(kept("sharing"), Some("YX-U-0001"));
        assert!(kept("risk.0").is_some_and(|it| it.contains(figures)), "{:?}", view.facts);
        // It is on record under the step, for those who see the case.
        let page = page_of(&site, Role::Officer, ("reads", ORGANIZATION), case).await;
        let told = page.texts("#h-steps ~ ol li dl").concat();
        for text in ["可以接受", "只有登记代码相同", "YX-U-0001", figures] {
            assert!(told.contains(text), "{policy}, {text}: {told}");
        }
    }
}

// Proves REV-02 for attachments: a file of a known kind comes with the step that whoever attached it takes, is kept by
// its hash with the event, and is read by those who see the case; until then nobody else sees it.
#[tokio::test]
async fn a_file_comes_with_a_step() {
    let (site, people) = site("default").await;
    let portal = site.test_portal.portal();
    let case = submitted(portal, &people, &[]).await;
    let session = with_session(portal, Role::Reviewer, ("at.form", ORGANIZATION)).await;
    let mut reviewer = Browser::with_session(&site, &session);
    let path = format!("/workbench/cases/{case}");
    let form = format!("{path}/attachments");
    for (name, text) in [("意见.pdf", "没有 PDF"), ("意见.html", "<p>"), ("意见.pdf", "")] {
        assert_eq!(send(&site, &reviewer.cookie(), &form, name, text).await, 400, "{name}");
    }
    let session = with_session(portal, Role::Officer, ("reads", ORGANIZATION)).await;
    let mut officer = Browser::with_session(&site, &session);
    let pdf = "%PDF-1.7 意见";
    assert_eq!(send(&site, &officer.cookie(), &form, "意见.pdf", pdf).await, 403, "not theirs");
    assert_eq!(send(&site, &reviewer.cookie(), &form, "意见.pdf", pdf).await, 303);
    assert_eq!(send(&site, &reviewer.cookie(), &form, "其他.txt", "不提交").await, 303);
    let page = reviewer.get(&path).await;
    page.assert_well_formed_page(&path);
    let ticks = page.attributes("main input[name^='attach.']", "name");
    assert_eq!(ticks.len(), 2);
    let number = ticks[0].trim_start_matches("attach.");
    let file = format!("{form}/{number}");
    assert_eq!(reviewer.get(&file).await.status, 200);
    assert_eq!(officer.get(&file).await.status, 404, "it waits for the step");

    // Nobody lets another's file come with a step, nor one that is not there.
    for asked in [number, "999"] {
        let refused =
            act_with(portal, &people.reviewer, case, ("pass", with("attach", asked))).await;
        assert_eq!(refused.unwrap_err().code(), ErrorCode::InvalidInput, "{asked}");
    }
    let version = page.attributes("main input[name=version]", "value").remove(0);
    let mut fields =
        vec![("version", version.as_str()), ("event", "pass"), (ticks[0].as_str(), "yes")];
    let checks: Vec<String> = ReviewCheck::ALL.iter().map(|it| format!("check.{it}")).collect();
    fields.extend(checks.iter().map(|check| (check.as_str(), "no")));
    let passed = reviewer.post(&format!("{path}/act"), &fields).await;
    assert_eq!(passed.status, 303, "{}", passed.text());

    let view = portal.case_view(&people.officer, case, LANG).await.unwrap();
    let kept = &view.facts[&format!("step.0.attachment.{number}")];
    let (attached, _) =
        portal.read_attachment(&people.officer, case, number.parse().unwrap()).await.unwrap();
    assert!(kept.contains("意见.pdf") && kept.contains(&attached.sha256), "{kept}");
    assert_eq!(attached.event_no, Some(view.version));
    assert!(!view.facts.values().any(|it| it.contains("其他.txt")));
    let page = officer.get(&path).await;
    assert!(page.attributes("#h-steps ~ ol li dl a", "href").contains(&file));
    let read = officer.get(&file).await;
    assert_eq!((read.status.as_u16(), read.text()), (200, pdf));
    assert!(read.header("content-disposition").starts_with("attachment"));
    let session = with_session(portal, Role::Officer, ("elsewhere", "YX-U")).await;
    assert_eq!(Browser::with_session(&site, &session).get(&file).await.status, 404);
    assert_eq!(site.get(&file).await.status, 303);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Proves REV-11 (derived from yulin 32, anshan 12¶3): whatever of an entry changes, its items, its class, its
// conditions or its level, is reviewed anew and named to the reviewer; until then the old entry serves.
#[tokio::test]
async fn a_change_of_the_entry_is_reviewed_anew() {
    let (site, people) = site("default").await;
    let portal = site.test_portal.portal();
    let case = submitted(portal, &people, &[]).await;
    let code = portal.draft(&people.officer, case, LANG).await.unwrap().code;
    review(portal, &people, case).await;
    act(portal, &people.authority, case, "publish").await.unwrap();
    let published = portal.dataset(&code).await.unwrap();
    for (n, part) in ["open", "share", "security_level", "items"].into_iter().enumerate() {
        let revision = portal.begin_revision(&people.officer, &code, LANG).await.unwrap();
        complete(portal, &people.officer, revision, |document| {
            document.version_note = "变更".to_owned();
            let fields = &mut document.fields;
            match part {
                "open" => fields.open.conditions = vec!["注明来源".to_owned()],
                "share" => fields.share.class = ShareClass::Conditional,
                "security_level" => fields.security_level = 2,
                _ => document.items[0].label = "站名".to_owned(),
            }
        })
        .await;
        let named = portal.draft_changes(&people.officer, revision).await.unwrap().unwrap();
        assert_eq!(named, [part], "revision {n}");
        for event in ["pass", "publish"] {
            let early = act(portal, &people.authority, revision, event).await;
            assert!(early.is_err(), "{part}: {event} without a review");
        }
        let serving = portal.dataset(&code).await.unwrap();
        assert_eq!((serving.version, &serving.items), (published.version, &published.items));
        if part != "items" {
            act(portal, &people.officer, revision, "discard").await.unwrap();
            continue;
        }
        act(portal, &people.officer, revision, "submit").await.unwrap();
        let n_steps = steps(portal, &people.officer, case).await.len();
        assert_eq!(review(portal, &people, revision).await, n_steps);
        act(portal, &people.authority, revision, "publish").await.unwrap();
        let serving = portal.dataset(&code).await.unwrap();
        assert_eq!((serving.version, serving.items[0].label.as_str()), (2, "站名"));
    }
}
