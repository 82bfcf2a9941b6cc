//! How far an exchange is, and which channels are new.

#![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]

use chrono::NaiveDate;
use kaishu_domain::PolicyProfile;
use kaishu_domain::exchange::{status, was_there_before};
use kaishu_types::exchange::{ExchangeAnswer, ExchangeFields, ExchangeRegister, ExchangeStatus};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(register: ExchangeRegister, fields: &ExchangeFields, has_entry: bool) -> ExchangeStatus {
    status(register, fields, has_entry, day("2026-11-21"))
}

// Part of SHR-16, SHR-17, SHR-18, SHR-20: what is recorded says how far it is, and the furthest counts.
#[test]
fn the_status_follows_from_what_is_recorded() {
    let mut fields = ExchangeFields { closes_on: Some(day("2026-11-21")), ..Default::default() };
    assert_eq!(at(ExchangeRegister::Channels, &fields, false), ExchangeStatus::InUse);
    fields.closes_on = Some(day("2026-11-20"));
    assert_eq!(at(ExchangeRegister::Channels, &fields, false), ExchangeStatus::Late);
    fields.closed_on = Some(day("2026-11-21"));
    assert_eq!(at(ExchangeRegister::Channels, &fields, false), ExchangeStatus::Closed);

    let mut fields = ExchangeFields::default();
    assert_eq!(at(ExchangeRegister::ReturnDemands, &fields, false), ExchangeStatus::Open);
    assert_eq!(at(ExchangeRegister::Backflows, &fields, false), ExchangeStatus::Delivered);
    fields.asked_on = Some(day("2026-11-01"));
    assert_eq!(at(ExchangeRegister::UpwardRequests, &fields, false), ExchangeStatus::Asked);
    fields.answer = Some(ExchangeAnswer::Declined);
    assert_eq!(at(ExchangeRegister::UpwardRequests, &fields, false), ExchangeStatus::Declined);
    fields.answer = Some(ExchangeAnswer::Granted);
    assert_eq!(at(ExchangeRegister::ReturnDemands, &fields, false), ExchangeStatus::Granted);
    fields.arrived_on = Some(day("2026-11-20"));
    assert_eq!(at(ExchangeRegister::Backflows, &fields, false), ExchangeStatus::Arrived);
    assert_eq!(at(ExchangeRegister::Backflows, &fields, true), ExchangeStatus::Catalogued);
}

// Part of SHR-16: the day on which the rules took effect divides old channels from new ones, and no profile lets new
// ones in; where the text says so, its article stands with it.
#[test]
fn what_began_under_the_rules_is_new() {
    let effective = PolicyProfile::load("guangdong").unwrap().header.effective;
    let today = day("2026-11-21");
    assert!(was_there_before(day("2018-12-31"), effective, today));
    assert!(!was_there_before(day("2019-01-01"), effective, today));
    assert!(was_there_before(today, None, today));
    assert!(!was_there_before(day("2026-11-22"), None, today));
    for code in PolicyProfile::codes() {
        let profile = PolicyProfile::load(code).unwrap();
        assert!(!profile.rules.aggregation.new_channels.value, "{code}");
    }
}
