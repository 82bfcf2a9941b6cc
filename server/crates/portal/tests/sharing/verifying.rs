//! Values that a provider verifies for an agency that may not have its data.

use chrono::TimeDelta;
use kaishu_portal::publishing::OpeningAct;
use kaishu_portal::sharing::VerifyAct;
use kaishu_store::log::{Search, search};
use kaishu_store::share_verifications;
use kaishu_testkit::people::LANG;
use kaishu_types::ErrorCode;
use kaishu_types::sharing::{VerifyAnswer, VerifyAsk};

use super::{columns, everybody, names, site};

const VALUE: &str = "甲某某，身份证号 513200199001010018，户主";

pub(super) fn whole() -> VerifyAsk {
    VerifyAsk {
        organization: "YX-U".to_owned(),
        provider: "YX-T".to_owned(),
        dataset: None,
        data: "户籍登记".to_owned(),
        matter: "低保资格复核".to_owned(),
        basis: "社会救助暂行办法第十三条".to_owned(),
        values: vec![VALUE.to_owned(), "乙某某，未婚".to_owned(), "丙某某，已迁出".to_owned()],
    }
}

pub(super) fn answered(answers: &[Option<VerifyAnswer>]) -> VerifyAct {
    VerifyAct {
        event: "answer_verification".to_owned(),
        version: 1,
        reason: String::new(),
        answers: answers.to_vec(),
    }
}

pub(super) const ALL: [Option<VerifyAnswer>; 3] =
    [Some(VerifyAnswer::Match), Some(VerifyAnswer::NoMatch), Some(VerifyAnswer::NotHeld)];

// Proves SHR-09: values of data that is not shared go to the provider, who answers each with a match, no match, or
// nothing held; nothing is opened by it, the two sides alone read it, and the log holds no value.
#[tokio::test]
async fn a_provider_answers_and_nothing_of_the_data_leaves() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let own = VerifyAsk { provider: "YX-U".to_owned(), ..whole() };
    let nothing = VerifyAsk { values: vec![" ".to_owned()], ..whole() };
    let nobody = VerifyAsk { provider: "YX-X".to_owned(), ..whole() };
    for asked in [&own, &nothing, &nobody] {
        let refused = portal.ask_verification(&people.asks, asked, LANG).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidInput, "{asked:?}");
    }
    for caller in [&people.third, &people.uses, &people.user] {
        let refused = portal.ask_verification(caller, &whole(), LANG).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Forbidden, "only officer and head of the agency");
    }
    let case = portal.ask_verification(&people.asks, &whole(), LANG).await.unwrap();
    let told = portal.inbox(&people.reviewer, None, LANG).await.unwrap();
    assert!(told.notices[0].text.contains("核实、比对"), "{}", told.notices[0].text);
    let third = portal.verification(&people.third, case, LANG).await;
    assert_eq!(third.err().map(|it| it.code()), Some(ErrorCode::NotFound));
    for (caller, refusal) in [
        (&people.asks, ErrorCode::Forbidden),
        (&people.authority, ErrorCode::Forbidden),
        (&people.third, ErrorCode::NotFound),
    ] {
        let refused = portal.act_on_verification(caller, case, answered(&ALL), LANG).await;
        assert_eq!(refused.unwrap_err().code(), refusal, "the provider answers");
    }
    for incomplete in [&ALL[..2], &[ALL[0], None, ALL[2]], &[]] {
        let done = answered(incomplete);
        let refused = portal.act_on_verification(&people.reviewer, case, done, LANG).await;
        assert_eq!(refused.unwrap_err().code(), ErrorCode::InvalidInput, "each is answered");
    }
    portal.act_on_verification(&people.reviewer, case, answered(&ALL), LANG).await.unwrap();
    for caller in [&people.asks, &people.head] {
        let found = portal.verification(caller, case, LANG).await.unwrap();
        assert_eq!(found.case.state.code, "verify_answered");
        assert_eq!(found.asked.values, whole().values);
        let answers: Vec<_> = found.answers.into_iter().map(Some).collect();
        assert_eq!(answers, ALL);
    }
    let above = portal.verification(&people.authority, case, LANG).await.unwrap();
    assert_eq!((above.asked.values.len(), above.answers.len(), above.n_values), (0, 0, 3));
    assert!(columns(&site, portal, &people.asks).await.is_empty(), "nothing is opened");
    let again = portal.act_on_verification(&people.reviewer, case, answered(&ALL), LANG).await;
    assert_eq!(again.unwrap_err().code(), ErrorCode::Conflict, "once");
    let log = format!("{:?}", search(site.store(), &Search::default(), 200).await.unwrap());
    assert!(log.contains("ask_verification"));
    assert!(!log.contains("甲某某") && !log.contains("no_match"), "values stay out of the log");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of SHR-09: data that is shared on conditions is verified for who does not meet them, by its own provider; of what
// is not in the share catalogue no code is confirmed. A program answers through the acts of all cases, and whoever
// asked takes it back while it waits.
#[tokio::test]
async fn conditional_data_is_verified_by_its_provider() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    for code in [super::KEPT, "YX-T-0999"] {
        let asked = VerifyAsk { dataset: Some(code.parse().unwrap()), ..whole() };
        let refused = portal.ask_verification(&people.asks, &asked, LANG).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::NotFound, "{code}");
    }
    let asked = VerifyAsk { dataset: Some(super::code()), ..whole() };
    let elsewhere = VerifyAsk { provider: "YX-V".to_owned(), ..asked.clone() };
    let refused = portal.ask_verification(&people.asks, &elsewhere, LANG).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::InvalidInput, "values go to whom the sender chose");
    let asked = VerifyAsk { provider: String::new(), ..asked };
    let case = portal.ask_verification(&people.asks, &asked, LANG).await.unwrap();
    let found = portal.verification(&people.reviewer, case, LANG).await.unwrap();
    assert_eq!(found.provider.code, "YX-T", "whoever holds it answers");
    let done = OpeningAct {
        event: "answer_verification".to_owned(),
        version: 1,
        answers: [("answers".to_owned(), "match, not_held,match".to_owned())].into(),
        ..OpeningAct::default()
    };
    portal.act_on_case(&people.reviewer, case, done, LANG).await.unwrap();
    let found = portal.verification(&people.asks, case, LANG).await.unwrap();
    let codes: Vec<_> = found.answers.iter().map(|it| it.as_str()).collect();
    assert_eq!(codes, ["match", "not_held", "match"]);
    let other = portal.ask_verification(&people.asks, &whole(), LANG).await.unwrap();
    let back = VerifyAct { event: "withdraw".to_owned(), version: 1, ..VerifyAct::default() };
    portal.act_on_verification(&people.asks, other, back, LANG).await.unwrap();
    let late = portal.act_on_verification(&people.head, other, answered(&ALL), LANG).await;
    assert_eq!(late.unwrap_err().code(), ErrorCode::Conflict);
    let own = portal.own_verifications(&people.asks, LANG).await.unwrap();
    assert_eq!(own.iter().map(|card| card.case).collect::<Vec<_>>(), [other, case]);
    assert!(portal.own_verifications(&people.third, LANG).await.unwrap().is_empty());
    assert_eq!(names(&[]), columns(&site, portal, &people.uses).await);
}

// Part of SHR-09: when their time is over values and answers are erased, of what was answered and of what was taken back;
// what waits stays, and so do how many there were and the whole log.
#[tokio::test]
async fn what_was_verified_is_erased_in_time() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let mut cases = Vec::new();
    for _ in 0..3 {
        cases.push(portal.ask_verification(&people.asks, &whole(), LANG).await.unwrap());
    }
    let [done, back, waiting] = cases[..] else { panic!("{cases:?}") };
    portal.act_on_verification(&people.reviewer, done, answered(&ALL), LANG).await.unwrap();
    let withdrawn = VerifyAct { event: "withdraw".to_owned(), version: 1, ..VerifyAct::default() };
    portal.act_on_verification(&people.asks, back, withdrawn, LANG).await.unwrap();

    let early = site.open_at(portal.now() + TimeDelta::days(180)).await;
    early.sweep_when_due("a").await.unwrap();
    let found = early.verification(&people.asks, done, LANG).await.unwrap();
    assert_eq!((found.asked.values, found.erased_on), (whole().values, None));
    assert_eq!(found.answers.len(), 3);

    let due = site.open_at(portal.now() + TimeDelta::days(181)).await;
    due.sweep_when_due("a").await.unwrap();
    for case in [done, back] {
        let stored = share_verifications::find(site.store(), case).await.unwrap().unwrap();
        assert!(!stored.asked.contains("甲某某"), "{}", stored.asked);
        assert_eq!((stored.answers, stored.erased_at), (None, Some(due.now())));
        for caller in [&people.asks, &people.head] {
            let found = due.verification(caller, case, LANG).await.unwrap();
            assert_eq!((found.asked.values.len(), found.answers.len(), found.n_values), (0, 0, 3));
            assert_eq!(found.erased_on, Some(due.today()));
            assert_eq!((found.asked.data, found.asked.matter), (whole().data, whole().matter));
        }
    }
    let found = due.verification(&people.head, waiting, LANG).await.unwrap();
    assert_eq!((found.asked.values, found.erased_on), (whole().values, None));
    let log = format!("{:?}", search(site.store(), &Search::default(), 200).await.unwrap());
    assert!(log.contains("answer_verification") && log.contains("verification.values"), "{log}");
    assert_eq!(due.verify_log().await.unwrap().faults, []);
    assert_eq!(due.erase_verified().await.unwrap(), 0, "once");
}
