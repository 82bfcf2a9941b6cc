//! Share requests under random sequences of acts, and what they must say, under every profile.

#![expect(clippy::unwrap_used, reason = "codes of tests are well formed")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_domain::cases::{
    Act, Actor, CaseFile, Event, Guard, Refusal, Verdict, World, decide, machine, sided,
};
use kaishu_domain::entry::check;
use kaishu_domain::permission::{Subject, role_for};
use kaishu_domain::policy::RefusalContent;
use kaishu_domain::sharing::{self, Refusing, check_refusal};
use kaishu_domain::{Calendar, PolicyProfile};
use kaishu_types::account::{Role, RoleGrant};
use kaishu_types::case::CaseKind;
use kaishu_types::draft::DraftDocument;
use kaishu_types::sharing::ShareDocument;
use kaishu_types::vocabulary::ShareClass;
use proptest::prelude::*;

static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| Calendar::load().unwrap());

/// The provider is YX-T, the agency that asks YX-U; YX-V has nothing to do with it.
const PEOPLE: [(i64, Role, &str); 9] = [
    (1, Role::Officer, "YX-U"),
    (2, Role::Reviewer, "YX-T"),
    (3, Role::Head, "YX-T"),
    (4, Role::Authority, "YX"),
    (5, Role::Head, "YX-U"),
    (6, Role::Reviewer, "YX-U"),
    (7, Role::Officer, "YX-V"),
    (8, Role::Head, "YX-V"),
    (9, Role::DataUser, ""),
];

const ASKING: [i64; 2] = [1, 5];

const EVENTS: [&str; 24] = [
    "consent",
    "deliver",
    "receive",
    "not_received",
    "doubt",
    "doubt_corrected",
    "doubt_sound",
    "return",
    "resubmit",
    "approve",
    "refuse",
    "withdraw",
    "accept",
    "escalate",
    "settle_grant",
    "settle_refuse",
    "pass_up",
    "decide_grant",
    "decide_refuse",
    "suspend",
    "restore",
    "revoke",
    "give_back",
    "expire",
];

fn held((_, role, place): (i64, Role, &str)) -> [RoleGrant; 1] {
    let organization = role.is_of_organization().then(|| place.parse().unwrap());
    let region = role.is_of_region().then(|| place.parse().unwrap());
    [RoleGrant { role, organization, region }]
}

fn noon(day: i64) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-03-02T04:00:00Z".parse().unwrap();
    first + TimeDelta::days(day)
}

/// Somebody tries something; what cannot be told from the case holds or does not, as it is said.
fn take(
    profile: &PolicyProfile,
    file: Option<&CaseFile>,
    (event, person): (&str, Option<(i64, Role, &str)>),
    (day, holds): (i64, bool),
) -> Result<Event, Refusal> {
    let by = match person {
        None => Actor::system(),
        Some((account, ..)) => {
            Actor { account: Some(account), login: "a".into(), ..Actor::default() }
        }
    };
    let steps = ["submit", "resubmit"].contains(&event).then(|| sharing::steps(profile));
    let mut facts = BTreeMap::from([("content".to_owned(), "1".to_owned())]);
    facts.insert("party".to_owned(), "YX-U".to_owned());
    if event == "return" {
        facts.insert("returned".to_owned(), "1".to_owned());
    }
    let act = Act {
        event: event.to_owned(),
        by,
        at: noon(day),
        reason: "理由".to_owned(),
        steps,
        facts,
        ..Act::default()
    };
    let roles: Vec<RoleGrant> = person.map(|person| held(person).to_vec()).unwrap_or_default();
    let subject = Subject {
        organization: Some("YX-T".parse().unwrap()),
        regions: vec!["YX".parse().unwrap()],
        party: Some("YX-U".parse().unwrap()),
        ..Subject::default()
    };
    let world = World {
        role: &|action| role_for(&roles, action, &sided(&subject, action)).cloned(),
        calendar: &CALENDAR,
        working_days: &|rule| {
            (rule == "share_app.reply_wd").then(|| profile.rules.share_app.reply_wd.value.get())
        },
        extended: &|_| None,
        holds: &|guard: Guard| if holds { Ok(()) } else { Err(guard.as_str().to_owned()) },
    };
    decide(machine(CaseKind::ShareRequest), file, &act, &world)
}

fn submitted(profile: &PolicyProfile) -> CaseFile {
    let event = take(profile, None, ("submit", Some(PEOPLE[0])), (0, true)).unwrap();
    CaseFile::open(CaseKind::ShareRequest, &event).unwrap()
}

proptest! {
    // Proves SHR-03: under each profile, whoever tries what in which order, nothing conditional is in force before
    // everybody whom the profile names has approved, each side by another person and none of the agency that asks, or
    // a mediation ended so; and what ended stays ended.
    #[test]
    fn no_sequence_reaches_shared_data_past_a_decision(
        code in prop::sample::select(PolicyProfile::codes().collect::<Vec<_>>()),
        tries in prop::collection::vec(
            (
                prop::sample::select(EVENTS.to_vec()),
                prop::option::weighted(0.9, prop::sample::select(PEOPLE.to_vec())),
                0..3_i64,
                prop::bool::weighted(0.9),
            ),
            0..80,
        ),
    ) {
        let profile = PolicyProfile::load(code).unwrap();
        let mut file = submitted(&profile);
        let (mut day, mut is_settled) = (0, false);
        for (event, person, days, holds) in tries {
            day += days;
            let taken = take(&profile, Some(&file), (event, person), (day, holds));
            let Ok(taken) = taken else { continue };
            let account = person.map(|it| it.0);
            prop_assert!(account.is_none_or(|it| it < 6), "{event} by a stranger");
            prop_assert!(file.closed_at.is_none(), "{event} after the end");
            let is_of_asking = account.is_some_and(|it| ASKING.contains(&it));
            let is_asked = [
                "resubmit",
                "withdraw",
                "accept",
                "escalate",
                "give_back",
                "receive",
                "not_received",
                "doubt",
            ]
            .contains(&event);
            prop_assert_eq!(is_of_asking, is_asked, "{}: each on its own side", event);
            file.apply(&taken).unwrap();
            if ["settle_grant", "decide_grant"].contains(&event) {
                prop_assert_eq!(account, Some(4), "the authority records it");
                is_settled = true;
            }
            if file.state == "active" && !is_settled {
                let approvers = profile.rules.share_app.approvers.value.len();
                let mut deciders: Vec<_> = file
                    .steps
                    .iter()
                    .map(|step| step.result.as_ref().map(|it| (it.verdict, it.by.account)))
                    .collect();
                prop_assert!(deciders.iter().all(|it| it.is_some_and(|it| it.0 == Verdict::Passed)));
                deciders.sort_by_key(|it| it.and_then(|it| it.1));
                deciders.dedup();
                prop_assert_eq!(deciders.len(), approvers, "each side by another person");
            }
        }
    }
}

// Proves SHR-04: the time to answer is that of the profile, runs from the day on which the platform receives the
// request, for everybody who answers, stands while the request is completed, and ends with the last decision.
#[test]
fn the_time_to_answer_is_that_of_the_profile() {
    for (code, last_day) in [
        ("jiamusi", "2026-03-09"),
        ("aba", "2026-03-11"),
        ("guangdong", "2026-03-16"),
        ("anshan", "2026-03-16"),
        ("yulin", "2026-03-16"),
        ("default", "2026-03-16"),
    ] {
        let profile = PolicyProfile::load(code).unwrap();
        let mut file = submitted(&profile);
        assert_eq!(file.clocks[0].last_day.to_string(), last_day, "{code}");
        let decider = if file.steps.len() == 2 { PEOPLE[3] } else { PEOPLE[1] };
        let go = |file: &mut CaseFile, event, person, day| {
            let taken = take(&profile, Some(file), (event, Some(person)), (day, true)).unwrap();
            file.apply(&taken).unwrap();
        };
        go(&mut file, "return", decider, 1);
        assert!(file.clocks[0].paused_on.is_some(), "{code}");
        go(&mut file, "resubmit", PEOPLE[4], 7);
        assert!(file.clocks[0].paused_on.is_none(), "{code}");
        let again = take(&profile, Some(&file), ("return", Some(decider)), (7, true));
        assert!(again.is_err(), "{code}: returned once");
        if file.steps.len() == 2 {
            let early = take(&profile, Some(&file), ("approve", Some(PEOPLE[1])), (8, true));
            assert!(early.is_err(), "{code}: through the authority to the provider");
            go(&mut file, "approve", PEOPLE[3], 8);
            assert_eq!(file.state, "in_review", "{code}");
        }
        go(&mut file, "approve", PEOPLE[1], 9);
        assert_eq!((file.state.as_str(), file.clocks[0].is_open()), ("active", false), "{code}");
    }
}

// Proves SHR-02: each profile names what it demands; the matter, the basis, the items, the way and the accounts are
// said whatever the profile (SHR-07).
#[test]
fn every_profile_names_what_is_missing() {
    for code in PolicyProfile::codes() {
        let profile = PolicyProfile::load(code).unwrap();
        let mut fields = DraftDocument::new("YX-T", "YX", "用电").fields;
        fields.share.class = ShareClass::Conditional;
        let today = noon(0).date_naive();
        let asked = sharing::Asked { fields: &fields, items: &[], today };
        let faults = sharing::check(&profile, asked, &ShareDocument::default());
        let named: BTreeSet<&str> = faults.iter().map(|fault| fault.field).collect();
        assert_eq!(named.len(), faults.len(), "{code}: each once");
        for always in ["matter", "basis", "items", "mode", "accounts"] {
            assert!(named.contains(always), "{code}: {always}");
        }
        for (field, name) in [("purpose", "purpose"), ("scope", "scope")] {
            let demands = &profile.rules.share_app.fields.value;
            let is_demanded = demands.iter().any(|it| it.as_str() == field);
            assert_eq!(named.contains(name), is_demanded, "{code}: {field}");
        }
        let taking = sharing::check_taking(&profile, &ShareDocument::default());
        let named: BTreeSet<&str> = taking.iter().map(|fault| fault.field).collect();
        assert_eq!(named, BTreeSet::from(["matter", "mode", "accounts"]), "{code}");
    }
}

// Proves SHR-05: a refusal names an unmet condition where a reason is enough, else a norm of the demanded level; an
// internal rule never counts, and whoever meets the conditions is refused for a norm only.
#[test]
fn a_refusal_rests_on_what_the_profile_demands() {
    let conditions = ["用于履行法定职责".to_owned()];
    for code in PolicyProfile::codes() {
        let profile = PolicyProfile::load(code).unwrap();
        let demanded = &profile.rules.share_app.refusal.value;
        let may = |refusing: Refusing<'_>| check_refusal(&profile, &conditions, refusing).is_ok();
        let norm =
            |level| Refusing {
                level, title: "某法", article: "第三条", ..Refusing::default()
            };
        assert!(may(norm("law")), "{code}");
        assert!(may(norm("local_regulation")), "{code}");
        assert_eq!(
            may(norm("rule")),
            !demanded.contains(&RefusalContent::BasisLawRegulation),
            "{code}: a rule of a government"
        );
        for level in ["other", "national_policy", "provincial_policy", "内部规定", ""] {
            assert!(!may(norm(level)), "{code}: `{level}` is no norm that counts");
        }
        assert!(!may(Refusing { article: "", ..norm("law") }), "{code}: with its article");
        let unmet = Refusing { condition: "用于履行法定职责", ..Refusing::default() };
        let is_reason_enough = demanded.as_slice() == [RefusalContent::Reason];
        assert_eq!(may(unmet), is_reason_enough, "{code}");
        assert!(!may(Refusing { condition: "领导不同意", ..Refusing::default() }), "{code}");
        assert!(!may(Refusing::default()), "{code}: the conditions are met");
    }
}

// Proves SHR-14: under every profile an entry whose conditions or scope of sharing name a price is refused with the
// rule; free of charge it is not, and what is not shared has no such condition. A request has no field for a price.
#[test]
fn what_is_shared_has_no_price() {
    for code in PolicyProfile::codes() {
        let profile = PolicyProfile::load(code).unwrap();
        let priced = |class: ShareClass, condition: &str, scope: &str| -> Vec<&'static str> {
            let mut entry = DraftDocument::new("YX-T", "YX", "用电");
            entry.fields.share.class = class;
            entry.fields.share.conditions =
                vec!["用于履行法定职责".to_owned(), condition.to_owned()];
            entry.fields.share.scope = Some(scope.to_owned());
            let faults = check(&profile, &entry);
            let said = faults.iter().filter(|it| it.rule.0.id == "fees");
            assert!(said.clone().all(|it| it.zh.contains("无偿") && !it.rule.0.article.is_empty()));
            said.map(|it| it.field).collect()
        };
        let shared = ShareClass::Conditional;
        assert_eq!(priced(shared, "按次收费", "全州"), ["share_conditions"], "{code}");
        assert_eq!(priced(shared, "按季汇总", "付费后全州可用"), ["share_scope"], "{code}");
        assert!(priced(shared, "无偿共享，不收取费用", "全州").is_empty(), "{code}");
        assert!(priced(ShareClass::None, "按次收费", "全州").is_empty(), "{code}");
    }
    let request = serde_json::to_value(ShareDocument::default()).unwrap();
    let fields: BTreeSet<&str> = request.as_object().unwrap().keys().map(String::as_str).collect();
    let known = [
        "accounts",
        "basis",
        "first_day",
        "items",
        "last_day",
        "matter",
        "mode",
        "organization",
        "purpose",
        "related_needs",
        "scope",
    ];
    assert_eq!(fields, BTreeSet::from(known), "another field: is it a price?");
}
