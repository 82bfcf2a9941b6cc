//! What a step of the review asks: the checklist, questions that add steps, experts, and what is open already.

use std::collections::BTreeMap;

use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::ExpertForm;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{
    LANG, ORGANIZATION, People, act, act_with, answers, at_browser, complete, people, person,
    review, whole_draft,
};
use kaishu_types::ErrorCode;
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::draft::{ReviewCheck, TriggerQuestion};
use kaishu_types::vocabulary::ShareClass;

use crate::support::TestSite;

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
        }
    }
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

// Proves REV-07 (yulin 9, 15¶2(2)): the hearing ends with three opinions at least, an odd number of them; each
// stays on record, the last one of each expert counts, and so does the conclusion.
#[tokio::test]
async fn experts_are_three_or_more_and_an_odd_number() {
    let (site, people) = site("yulin").await;
    let portal = site.test_portal.portal();
    let keeper = at_browser(portal, Role::Authority, ("keeper", "YX")).await;
    let case = submitted(portal, &people, &[TriggerQuestion::SpecialisedIssue]).await;
    let mut experts = Vec::new();
    for name in ["one", "two", "three", "four", "five"] {
        experts.push(person(portal, Role::Expert, (name, "YX"), TokenScope::Decide).await);
        portal.appoint_expert(&keeper, &professor(name), LANG).await.unwrap();
    }
    let early = act(portal, &experts[0], case, "opine").await.unwrap_err();
    assert!(early.message(LANG).contains("不是专家审查环节"), "{early}");
    act(portal, &people.reviewer, case, "pass").await.unwrap();

    for (n, expert) in experts.iter().enumerate() {
        let is_enough = n >= 3 && n % 2 == 1;
        let conclude = act(portal, &people.reviewer, case, "pass").await;
        assert!(!is_enough || conclude.is_ok(), "{n} opinions");
        if conclude.is_ok() {
            assert_eq!(n, 3);
            break;
        }
        let refused = conclude.unwrap_err();
        assert!(refused.message(LANG).contains(&format!("专家意见有 {n} 份")), "{refused}");
        for opinion in ["disagree", "agree"] {
            let said = ("opine", with("opinion", opinion));
            act_with(portal, expert, case, said).await.unwrap();
        }
    }
    let view = portal.case_view(&people.officer, case, LANG).await.unwrap();
    let opinions = view.facts.iter().filter(|(name, _)| name.starts_with("opinion.1."));
    let opinions: Vec<&str> = opinions.map(|(_, it)| it.as_str()).collect();
    assert_eq!(opinions, ["agree"; 3]);
    assert_eq!(view.steps[1].verdict.as_deref(), Some("passed"));
    assert_eq!(view.steps[1].opinion, "理由充分");
    let given = view.events.iter().filter(|it| it.event.code == "opine").count();
    assert_eq!(given, 6, "what an expert said before stays on record");
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

// Proves REV-09 (yulin 34): whoever takes the last step sees which opened datasets share identifying items, and
// finds the risk acceptable or returns the entry; what was found is on record. Where a regulation leaves the review
// to the provider, the provider is asked.
#[tokio::test]
async fn datasets_that_share_identifying_items_are_weighed() {
    for policy in ["default", "yulin"] {
        let (site, people) = site(policy).await;
        let portal = site.test_portal.portal();
        portal.catch_up(|_| ()).await.unwrap();
        let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
        complete(portal, &people.officer, case, |document| {
            document.items[0].label = "统一社会信用代码".to_owned();
        })
        .await;
        act(portal, &people.officer, case, "submit").await.unwrap();
        act(portal, &people.reviewer, case, "pass").await.unwrap();
        let last = if policy == "yulin" { &people.reviewer } else { &people.authority };
        let desk = portal.review_desk(last, case, LANG).await.unwrap().unwrap();
        let sharing = desk.sharing.unwrap();
        let found: Vec<_> =
            sharing.iter().map(|it| (it.code.as_str(), it.items.as_slice())).collect();
        assert_eq!(found, [("YX-U-0001", ["统一社会信用代码".to_owned()].as_slice())]);
        for verdict in ["", "unacceptable"] {
            let said = ("pass", with("mosaic", verdict));
            let refused = act_with(portal, last, case, said).await.unwrap_err();
            assert!(refused.message(LANG).contains("汇聚后的风险"), "{policy}: {refused}");
        }
        act(portal, last, case, "pass").await.unwrap();
        let facts = portal.case_view(&people.officer, case, LANG).await.unwrap().facts;
        let kept = |name: &str| facts.get(name).map(String::as_str);
        assert_eq!(kept("step.1.mosaic"), Some("acceptable"));
        assert_eq!(kept("step.1.sharing"), Some("YX-U-0001"));
    }
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
