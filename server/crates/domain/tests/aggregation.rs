//! What agencies deliver, under rules that demand it and rules that do not.

#![expect(clippy::unwrap_used, reason = "days of tests are well formed")]

use chrono::NaiveDate;
use kaishu_domain::PolicyProfile;
use kaishu_domain::aggregation::{Delivered, is_upper_unit, may_refuse_by, n_missed, parts};
use kaishu_types::Lang;
use kaishu_types::register::DeliveryPart;
use kaishu_types::vocabulary::Frequency;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn profile(code: &str) -> PolicyProfile {
    PolicyProfile::load(code).unwrap()
}

fn monthly() -> Delivered {
    Delivered {
        is_base: false,
        frequency: Frequency::Monthly,
        n_resources: 1,
        version: 3,
        updated_on: day("2026-10-01"),
        next_due: Some(day("2026-11-01")),
        covers_from: Some(day("2020-01-01")),
        held_since: Some(day("2020-01-01")),
    }
}

fn outstanding(code: &str, delivered: &Delivered, today: &str) -> Vec<DeliveryPart> {
    let parts = parts(&profile(code), delivered, day(today), Lang::Zh);
    parts.into_iter().filter(|part| part.is_outstanding).map(|part| part.part).collect()
}

// Part of PUB-08: history is demanded where the regulation demands it, data and increments everywhere.
#[test]
fn what_is_missing_is_what_the_rules_demand() {
    assert_eq!(outstanding("anshan", &monthly(), "2026-11-01"), []);
    let late = monthly();
    assert_eq!(outstanding("aba", &late, "2026-11-02"), [DeliveryPart::Increments]);
    let bare = Delivered { n_resources: 0, ..monthly() };
    assert_eq!(outstanding("jiamusi", &bare, "2026-11-01"), [DeliveryPart::Current]);
    let recent = Delivered { covers_from: Some(day("2024-01-01")), ..monthly() };
    let unsaid = Delivered { held_since: None, ..monthly() };
    let uncovered = Delivered { covers_from: None, ..monthly() };
    for short in [recent, unsaid, uncovered] {
        assert_eq!(outstanding("anshan", &short, "2026-11-01"), [DeliveryPart::History]);
        assert_eq!(outstanding("aba", &short, "2026-11-01"), []);
    }
}

// Part of PUB-12: of a base register the last change is told, and no cycle is waited for.
#[test]
fn a_base_register_tells_of_its_last_change() {
    let base =
        Delivered { is_base: true, frequency: Frequency::Realtime, next_due: None, ..monthly() };
    let parts = parts(&profile("aba"), &base, day("2026-12-01"), Lang::Zh);
    let part = parts.iter().find(|it| it.part == DeliveryPart::Increments).unwrap();
    assert!(!part.is_outstanding && part.required.contains("一有变更即归集"), "{part:?}");
    assert!(part.delivered.contains("最近一次变更 2026-10-01"), "{part:?}");
}

#[test]
fn updates_that_did_not_come_are_counted() {
    let due = Some(day("2026-11-01"));
    let missed = |frequency, today| n_missed(frequency, due, day(today));
    assert_eq!(missed(Frequency::Weekly, "2026-11-01"), 0);
    assert_eq!(missed(Frequency::Weekly, "2026-11-02"), 1);
    assert_eq!(missed(Frequency::Weekly, "2026-11-08"), 1);
    assert_eq!(missed(Frequency::Weekly, "2026-11-09"), 2);
    assert_eq!(missed(Frequency::Daily, "2026-11-04"), 3);
    assert_eq!(missed(Frequency::Irregular, "2027-11-04"), 0);
    assert_eq!(n_missed(Frequency::Weekly, None, day("2027-01-01")), 0);
}

// Part of PUB-08: only a law or regulation lets somebody refuse; a rule or a policy does not.
#[test]
fn only_a_law_lets_an_agency_refuse() {
    for code in PolicyProfile::codes() {
        let profile = profile(code);
        for level in ["law", "administrative_regulation", "local_regulation"] {
            assert!(may_refuse_by(&profile, level), "{code}: {level}");
        }
        for level in ["rule", "provincial_policy", "other", ""] {
            assert!(!may_refuse_by(&profile, level), "{code}: {level}");
        }
    }
}

// Part of PUB-10: a unit is above another in its chain, or in a region above; never beside it.
#[test]
fn an_upper_unit_is_above() {
    let above = ["P-JT".to_owned()];
    let regions = ["P-C".to_owned(), "P".to_owned()];
    assert!(is_upper_unit(("P-JT", "P-C"), &above, &regions));
    assert!(is_upper_unit(("P-SW", "P"), &above, &regions));
    assert!(!is_upper_unit(("P-C-SW", "P-C"), &above, &regions));
    assert!(!is_upper_unit(("Q-JT", "Q"), &above, &regions));
    assert!(!is_upper_unit(("Q-JT", "Q"), &[], &[]));
}

// Part of PUB-09, PUB-10, CAT-13: what each regulation says of systems and projects, in its own words.
#[test]
fn each_regulation_has_its_own_demands() {
    let raw = |code: &str, key: &str| {
        let groups = profile(code).view().groups;
        let rules = groups.into_iter().flat_map(|group| group.rules);
        rules.into_iter().find(|rule| rule.key == key).unwrap().raw
    };
    assert_eq!(raw("jiamusi", "aggregation.connection"), "connected,distributed");
    assert_eq!(raw("aba", "aggregation.connection"), "connected");
    assert_eq!(raw("guangdong", "aggregation.upper_system"), "true");
    assert_eq!(raw("aba", "aggregation.upper_system"), "false");
    assert_eq!(raw("guangdong", "project.before"), "catalogue");
    assert_eq!(raw("aba", "project.before"), "catalogue,initial_review");
    assert_eq!(raw("jiamusi", "project.before"), "security_plan");
    assert_eq!(raw("anshan", "project.before"), "voluntary");
    let text = include_str!("../policies/anshan.toml");
    let text = text.replace(
        "before = { value = [\"voluntary\"]",
        "before = { value = [\"voluntary\", \"catalogue\"]",
    );
    let error = PolicyProfile::parse("anshan.toml", &text).unwrap_err();
    assert_eq!(error.problems()[0].key, "project.before");
}
