//! Cases under random sequences of acts.

#![expect(clippy::unwrap_used, reason = "codes of tests are well formed")]

mod life;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use kaishu_domain::cases::{
    Act, Actor, Audience, CaseFile, Clock, Event, Guard, Input, Refusal, Standing, Step,
    StepResult, Verdict, World, decide, machine, possible,
};
use kaishu_domain::holders;
use kaishu_domain::permission::{Action, Subject, may_ever, role_for};
use kaishu_domain::policy::{Party, ReviewStepKind};
use kaishu_domain::{Calendar, PolicyProfile};
use kaishu_types::account::{Role, RoleGrant};
use kaishu_types::case::CaseKind;
use proptest::prelude::*;

static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| Calendar::load().unwrap());

/// The accounts of a test: each holds one role.
const PEOPLE: [(i64, Role); 6] = [
    (1, Role::Officer),
    (2, Role::Head),
    (3, Role::Reviewer),
    (4, Role::Authority),
    (5, Role::CyberspaceOffice),
    (6, Role::DataUser),
];

fn roles(role: Role) -> Vec<RoleGrant> {
    let organization = role.is_of_organization().then(|| "YX-JT".parse().unwrap());
    let region = role.is_of_region().then(|| "YX".parse().unwrap());
    vec![RoleGrant { role, organization, region }]
}

fn subject() -> Subject {
    Subject {
        is_own: false,
        organization: Some("YX-JT".parse().unwrap()),
        regions: vec!["YX".parse().unwrap()],
        ..Subject::default()
    }
}

fn may(role: Role) -> impl Fn(Action) -> bool {
    move |action| role_for(&roles(role), action, &subject()).is_some()
}

fn noon(day: u64) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-03-02T04:00:00Z".parse().unwrap();
    first + TimeDelta::days(i64::try_from(day).unwrap())
}

fn act(event: &str, person: (i64, Role), day: u64) -> Act {
    Act {
        event: event.to_owned(),
        by: Actor { account: Some(person.0), login: "a".into(), ..Actor::default() },
        at: noon(day),
        reason: "理由".to_owned(),
        ..Act::default()
    }
}

/// Whatever the portal would say of guards: everything holds but these.
fn try_act(
    kind: CaseKind,
    file: Option<&CaseFile>,
    act: &Act,
    unmet: &[Guard],
) -> Result<Event, Refusal> {
    let person = PEOPLE.iter().find(|person| Some(person.0) == act.by.account).unwrap();
    let roles = roles(person.1);
    let world = World {
        role: &|action| role_for(&roles, action, &subject()).cloned(),
        calendar: &CALENDAR,
        working_days: &|_| Some(10),
        extended: &|_| None,
        holds: &|guard| match unmet.contains(&guard) {
            true => Err("没有满足".to_owned()),
            false => Ok(()),
        },
    };
    decide(machine(kind), file, act, &world)
}

/// The steps that a profile demands, whatever triggers them.
fn steps_of(profile: &str) -> Vec<Step> {
    let profile = PolicyProfile::load(profile).unwrap();
    let steps = profile.rules.review.steps.value.iter();
    steps.filter(|it| it.by != Party::ExpertCommittee).map(|it| Step::new(it.step, it.by)).collect()
}

fn content(act: &mut Act, hash: &str) {
    act.facts = BTreeMap::from([("content".to_owned(), hash.to_owned())]);
}

#[derive(Debug, Clone)]
struct Try {
    event: &'static str,
    person: (i64, Role),
    days: u64,
    unmet: Option<Guard>,
    /// Whether it is turned into something that can happen, so that long ways are walked too.
    is_guided: bool,
}

impl Try {
    /// Takes the first person, counted from its own, for whom there is something to do.
    fn guided(mut self, file: Option<&CaseFile>) -> Self {
        let Some(file) = file.filter(|_| self.is_guided) else { return self };
        let mut people = PEOPLE.iter().cycle().skip(usize::try_from(self.person.0).unwrap());
        let found = people.by_ref().take(PEOPLE.len()).find_map(|person| {
            let found = possible(machine(file.kind), file, &may(person.1));
            let forward = found.iter().find(|it| ["submit", "pass", "publish"].contains(&it.event));
            forward.map(|transition| (transition.event, *person))
        });
        if let Some((event, person)) = found {
            (self.event, self.person) = (event, person);
        }
        self
    }
}

fn any_try() -> impl Strategy<Value = Try> {
    let events =
        ["create", "submit", "recall", "pass", "pass", "return", "publish", "discard", "suspend"];
    let guards = [Guard::EntryComplete, Guard::ResourceMounted, Guard::HeadAndOfficerNamed];
    let unmet = prop::option::weighted(0.1, prop::sample::select(guards.to_vec()));
    let people = prop::sample::select(PEOPLE.to_vec());
    (prop::sample::select(events.to_vec()), people, 0..4_u64, unmet, prop::bool::weighted(0.7))
        .prop_map(|(event, person, days, unmet, is_guided)| Try {
            event,
            person,
            days,
            unmet,
            is_guided,
        })
}

/// Whether the log shows every step of the last submission passed by somebody else than who submitted.
fn was_reviewed(events: &[Event]) -> bool {
    let Some(submitted) = events.iter().rposition(|event| event.name == "submit") else {
        return false;
    };
    let steps = events[submitted].body.steps.as_ref().unwrap();
    let passed: Vec<_> = events[submitted..].iter().filter(|it| it.name == "pass").collect();
    passed.len() == steps.len()
        && passed.iter().enumerate().all(|(place, event)| {
            event.body.step == Some(u32::try_from(place).unwrap())
                && event.body.verdict == Some(Verdict::Passed)
                && event.by.account != events[submitted].by.account
        })
        && !events[submitted..].iter().any(|it| it.name == "return" || it.name == "recall")
}

proptest! {
    // Proves REV-01: whatever is tried in whatever order, nothing is published that did not pass every
    // step of its profile; and a case that is read again is the case that it was.
    #[test]
    fn nothing_is_published_without_every_step(
        profile in prop::sample::select(PolicyProfile::codes().collect::<Vec<_>>()),
        tries in prop::collection::vec(any_try(), 1..60),
    ) {
        let steps = steps_of(profile);
        let mut file: Option<CaseFile> = None;
        let mut events: Vec<Event> = Vec::new();
        let mut day = 0;
        for one in tries {
            let one = one.guided(file.as_ref());
            day += one.days;
            let mut act = act(one.event, one.person, day);
            if one.event == "submit" {
                act.steps = Some(steps.clone());
            }
            if ["submit", "publish"].contains(&one.event) {
                content(&mut act, "5f");
            }
            let unmet: Vec<Guard> = one.unmet.into_iter().collect();
            let Ok(event) = try_act(CaseKind::Opening, file.as_ref(), &act, &unmet) else {
                continue;
            };
            match &mut file {
                Some(file) => file.apply(&event).unwrap(),
                None => file = Some(CaseFile::open(CaseKind::Opening, &event).unwrap()),
            }
            events.push(event);
            let state = &file.as_ref().unwrap().state;
            if state == "approved" || state == "published" {
                prop_assert!(was_reviewed(&events), "{events:#?}");
            }
        }
        let Some(file) = file else { return Ok(()) };
        let mut again = CaseFile::open(CaseKind::Opening, &events[0]).unwrap();
        for event in &events[1..] {
            // As they are stored and read.
            let text = serde_json::to_string(event).unwrap();
            again.apply(&serde_json::from_str(&text).unwrap()).unwrap();
        }
        prop_assert_eq!(&again, &file);
        // A step that waits has a clock; nothing else has.
        let n_open = file.open_clocks().count();
        prop_assert_eq!(n_open, usize::from(file.state == "in_review"));
    }

    // Part of SUP-01: standing still never shortens a deadline, nor does a longer time.
    #[test]
    fn a_pause_never_shortens_a_deadline(
        working_days in 1..30_u32,
        changes in prop::collection::vec((0..3_u8, 0..12_u64), 0..8),
    ) {
        let mut day = NaiveDate::from_ymd_opt(2025, 9, 1).unwrap();
        let mut clock = Clock::start("review.reply_wd", day, working_days, &CALENDAR).unwrap();
        let unpaused = clock.last_day;
        for (change, days) in changes {
            day = day + Days::new(days);
            let before = clock.last_day;
            match change {
                0 => clock.pause(day),
                1 => clock.resume(day, &CALENDAR).unwrap(),
                _ => clock.extend(working_days + 2, &CALENDAR).unwrap(),
            }
            prop_assert!(clock.last_day >= before);
            prop_assert!(clock.last_day >= unpaused);
        }
        clock.end(day);
        let ended = clock.clone();
        clock.recount(&CALENDAR).unwrap();
        clock.pause(day);
        prop_assert_eq!(clock, ended);
    }
}

/// Takes a case to its first step.
fn submitted(steps: &[Step]) -> CaseFile {
    let created = try_act(CaseKind::Opening, None, &act("create", PEOPLE[0], 0), &[]).unwrap();
    let mut file = CaseFile::open(CaseKind::Opening, &created).unwrap();
    let mut submit = act("submit", PEOPLE[0], 0);
    submit.steps = Some(steps.to_vec());
    content(&mut submit, "5f");
    file.apply(&try_act(CaseKind::Opening, Some(&file), &submit, &[]).unwrap()).unwrap();
    file
}

// Proves REV-02: the way of every profile leads to publication, step by step in its order.
#[test]
fn every_profile_leads_to_publication() {
    for profile in PolicyProfile::codes() {
        let steps = steps_of(profile);
        let mut file = submitted(&steps);
        for _ in &steps {
            let waiting = file.current_step().unwrap().1.action();
            let person = PEOPLE[1..].iter().find(|it| may_ever(&roles(it.1), waiting)).unwrap();
            let passed = act("pass", *person, 1);
            file.apply(&try_act(CaseKind::Opening, Some(&file), &passed, &[]).unwrap()).unwrap();
        }
        assert_eq!(file.state, "approved", "{profile}");
        let mut publish = act("publish", PEOPLE[3], 2);
        content(&mut publish, "5f");
        file.apply(&try_act(CaseKind::Opening, Some(&file), &publish, &[]).unwrap()).unwrap();
        assert_eq!(file.state, "published", "{profile}");
        let order: Vec<_> = file.steps.iter().map(|step| step.kind).collect();
        assert_eq!(order, steps.iter().map(|step| step.kind).collect::<Vec<_>>());
    }
}

// Proves REV-02: a step is its party's, in order, and not that of who submitted.
#[test]
fn a_step_is_its_partys() {
    let steps = [
        Step::new(ReviewStepKind::SecuritySecrecy, Party::Provider),
        Step::new(ReviewStepKind::CatalogueCheck, Party::Authority),
    ];
    let mut file = submitted(&steps);
    let pass = |file: &CaseFile, person| {
        try_act(CaseKind::Opening, Some(file), &act("pass", person, 1), &[])
    };
    assert!(matches!(pass(&file, PEOPLE[3]), Err(Refusal::NotAllowed { needs: Some(_) })));
    let by_reviewer = pass(&file, PEOPLE[2]).unwrap();
    assert_eq!(by_reviewer.by.role, Some(Role::Reviewer));
    file.apply(&by_reviewer).unwrap();
    assert_eq!(file.state, "in_review");
    assert!(pass(&file, PEOPLE[2]).is_err(), "the authority's turn");
    file.apply(&pass(&file, PEOPLE[3]).unwrap()).unwrap();
    assert_eq!(file.state, "approved");
    assert!(pass(&file, PEOPLE[3]).is_err(), "nothing is left");

    // A head who submitted may not review for the agency.
    let mut file = submitted(&steps);
    file.submitter = Some(2);
    let refused = pass(&file, PEOPLE[1]).unwrap_err();
    assert!(matches!(refused, Refusal::Unmet { guard: Guard::NotTheSubmitter, .. }));
    // Nor may one who only wrote it.
    file.submitter = Some(1);
    file.facts.insert("authors".to_owned(), "12,2".to_owned());
    assert!(pass(&file, PEOPLE[1]).is_err());
    file.facts.insert("authors".to_owned(), "12,21".to_owned());
    assert!(pass(&file, PEOPLE[1]).is_ok());
}

// Proves REV-10: a return needs a reason, goes back to draft and keeps what was said.
#[test]
fn a_return_says_why() {
    let steps = steps_of("anshan");
    let mut file = submitted(&steps);
    let mut back = act("return", PEOPLE[2], 1);
    back.reason = "  ".to_owned();
    let refused = try_act(CaseKind::Opening, Some(&file), &back, &[]).unwrap_err();
    assert!(matches!(refused, Refusal::Missing { .. }));
    back.reason = "缺少开放依据".to_owned();
    file.apply(&try_act(CaseKind::Opening, Some(&file), &back, &[]).unwrap()).unwrap();
    assert_eq!(file.state, "draft");
    let result = file.steps[0].result.as_ref().unwrap();
    assert_eq!((result.verdict, result.opinion.as_str()), (Verdict::Returned, "缺少开放依据"));
    assert_eq!(file.open_clocks().count(), 0);
}

// Part of REV-11: what is published is what was reviewed.
#[test]
fn what_is_published_is_what_was_reviewed() {
    let mut file = submitted(&steps_of("default"));
    for person in [PEOPLE[2], PEOPLE[3]] {
        let event = try_act(CaseKind::Opening, Some(&file), &act("pass", person, 1), &[]);
        file.apply(&event.unwrap()).unwrap();
    }
    let mut publish = act("publish", PEOPLE[3], 2);
    content(&mut publish, "60");
    let other = try_act(CaseKind::Opening, Some(&file), &publish, &[]);
    assert_eq!(other, Err(Refusal::OtherContent));
    content(&mut publish, "5f");
    assert!(try_act(CaseKind::Opening, Some(&file), &publish, &[]).is_ok());
    let officer = Act { by: act("publish", PEOPLE[0], 2).by, ..publish };
    assert!(try_act(CaseKind::Opening, Some(&file), &officer, &[]).is_err());
}

// Part of ORG-06: a request for an account is answered by the authority, in working days.
#[test]
fn a_request_for_an_account_has_a_clock() {
    let mut file = act("file", PEOPLE[0], 0);
    content(&mut file, "7a");
    let filed = try_act(CaseKind::AccountRequest, None, &file, &[]).unwrap();
    let case = CaseFile::open(CaseKind::AccountRequest, &filed).unwrap();
    let clock = case.open_clocks().next().unwrap();
    assert_eq!((clock.rule.as_str(), clock.working_days), ("account.reply_wd", 10));
    let late = clock.last_day + Days::new(1);
    assert!(matches!(clock.standing(late, &CALENDAR), Standing::Overdue { .. }));
    let events = |role| {
        let found = possible(machine(case.kind), &case, &may(role));
        found.iter().map(|it| it.event).collect::<Vec<_>>()
    };
    assert_eq!(events(Role::Authority), ["grant", "refuse"]);
    assert!(events(Role::Officer).is_empty());
}

/// The tables themselves: every state is there, can be reached, and is left or an end.
#[test]
fn the_tables_are_whole() {
    for kind in CaseKind::ALL {
        let machine = machine(*kind);
        assert_eq!(machine.kind, *kind);
        for transition in machine.transitions {
            for state in transition.from {
                let from = machine.state(state).unwrap();
                assert!(!from.is_end(), "{kind}: `{}` leaves an end", transition.event);
            }
        }
        for state in machine.states {
            let is_left = machine.transitions.iter().any(|it| it.from.contains(&state.code));
            assert!(state.is_end() != is_left, "{kind}: `{}`", state.code);
        }
    }
}

// Part of REV-05: a reviewer adds steps while the review is on; they come next, and the last one still ends it.
#[test]
fn added_steps_come_next() {
    let steps = [
        Step::new(ReviewStepKind::SecuritySecrecy, Party::Provider),
        Step::new(ReviewStepKind::CatalogueCheck, Party::Authority),
    ];
    let mut file = submitted(&steps);
    let submitter = file.submitter;
    let mut add = act("add_steps", PEOPLE[2], 1);
    let without = try_act(CaseKind::Opening, Some(&file), &add, &[]).unwrap_err();
    assert_eq!(without, Refusal::Missing { input: Input::AddedSteps });
    add.added_steps = vec![Step::new(ReviewStepKind::Legality, Party::Authority)];
    let by_officer = Act { by: act("add_steps", PEOPLE[0], 1).by, ..add.clone() };
    assert!(try_act(CaseKind::Opening, Some(&file), &by_officer, &[]).is_err());
    file.apply(&try_act(CaseKind::Opening, Some(&file), &add, &[]).unwrap()).unwrap();
    assert_eq!((file.state.as_str(), file.submitter), ("in_review", submitter));
    let kinds: Vec<_> = file.steps.iter().map(|step| step.kind).collect();
    assert_eq!(
        kinds,
        [ReviewStepKind::SecuritySecrecy, ReviewStepKind::Legality, ReviewStepKind::CatalogueCheck]
    );
    for person in [PEOPLE[2], PEOPLE[3], PEOPLE[3]] {
        let passed = try_act(CaseKind::Opening, Some(&file), &act("pass", person, 2), &[]);
        file.apply(&passed.unwrap()).unwrap();
    }
    assert_eq!(file.state, "approved");
}

// Part of REV-04: a step that comes with its result is taken already; the others are still whose they are.
#[test]
fn a_covered_step_is_taken_already() {
    let mut steps = [
        Step::new(ReviewStepKind::SecuritySecrecy, Party::Provider),
        Step::new(ReviewStepKind::CyberspaceReview, Party::CyberspaceOffice),
        Step::new(ReviewStepKind::CatalogueCheck, Party::Authority),
    ];
    steps[1].result = Some(StepResult {
        verdict: Verdict::Passed,
        opinion: "常设同意".to_owned(),
        by: Actor::system(),
        at: noon(0),
    });
    let mut file = submitted(&steps);
    assert!(file.has_passed(ReviewStepKind::CyberspaceReview));
    assert!(!file.has_passed(ReviewStepKind::CatalogueCheck));
    for (person, state) in [(PEOPLE[2], "in_review"), (PEOPLE[3], "approved")] {
        let others = try_act(CaseKind::Opening, Some(&file), &act("pass", PEOPLE[4], 1), &[]);
        assert!(others.is_err(), "nothing is left to the cyberspace office");
        let passed = try_act(CaseKind::Opening, Some(&file), &act("pass", person, 1), &[]);
        file.apply(&passed.unwrap()).unwrap();
        assert_eq!(file.state, state);
    }
}

// Part of REV-06, REV-08, REV-04: what does not hold stands against the act, and the time of the step waits while
// the public is asked.
#[test]
fn the_step_waits_while_the_public_is_asked() {
    let steps = [Step::new(ReviewStepKind::PublicConsultation, Party::Provider)];
    let mut file = submitted(&steps);
    let mut ask = act("consult", PEOPLE[2], 1);
    for guard in [Guard::ConsultationStep, Guard::OpenToThePublic] {
        let refused = try_act(CaseKind::Opening, Some(&file), &ask, &[guard]).unwrap_err();
        assert!(matches!(refused, Refusal::Unmet { guard: unmet, .. } if unmet == guard));
    }
    ask.reason = String::new();
    let silent = try_act(CaseKind::Opening, Some(&file), &ask, &[]).unwrap_err();
    assert_eq!(silent, Refusal::Missing { input: Input::Reason });
    ask.reason = "公告".to_owned();
    file.apply(&try_act(CaseKind::Opening, Some(&file), &ask, &[]).unwrap()).unwrap();
    assert!(file.open_clocks().all(|clock| clock.paused_on.is_some()));
    assert_eq!(file.open_clocks().count(), 1);

    let sum = act("summarise", PEOPLE[2], 9);
    let early = try_act(CaseKind::Opening, Some(&file), &sum, &[Guard::ConsultationOver]);
    assert!(early.is_err());
    file.apply(&try_act(CaseKind::Opening, Some(&file), &sum, &[]).unwrap()).unwrap();
    assert!(file.open_clocks().all(|clock| clock.paused_on.is_none()));
    let pass = act("pass", PEOPLE[2], 9);
    file.apply(&try_act(CaseKind::Opening, Some(&file), &pass, &[]).unwrap()).unwrap();
    assert_eq!(file.open_clocks().count(), 0);
    let mut publish = act("publish", PEOPLE[3], 10);
    content(&mut publish, "5f");
    for guard in [Guard::Filed, Guard::ApprovalHolds] {
        let refused = try_act(CaseKind::Opening, Some(&file), &publish, &[guard]).unwrap_err();
        assert!(matches!(refused, Refusal::Unmet { guard: unmet, .. } if unmet == guard));
    }
}

// Part of CAT-08: the time to update an entry counts from the day of the change, which is never in the future.
#[test]
fn a_change_counts_from_its_day() {
    let day = |day: u64| Some(noon(day).date_naive());
    let mut note = act("note", PEOPLE[0], 10);
    for (zero, expected) in [(day(3), day(3)), (None, day(10)), (day(20), day(10))] {
        note.day_zero = zero;
        let noted = try_act(CaseKind::Change, None, &note, &[]).unwrap();
        let case = CaseFile::open(CaseKind::Change, &noted).unwrap();
        assert_eq!(case.open_clocks().next().map(|clock| clock.day_zero), expected);
    }
}
