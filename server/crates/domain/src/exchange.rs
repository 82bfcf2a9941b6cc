//! How far an exchange is (SHR-16 to SHR-18, SHR-20), and what each register must say.

use chrono::NaiveDate;
use kaishu_types::exchange::{ExchangeAnswer, ExchangeFields, ExchangeRegister, ExchangeStatus};

use crate::permission::Action;

/// Says how far something is, from what is recorded of it.
pub fn status(
    register: ExchangeRegister,
    fields: &ExchangeFields,
    has_entry: bool,
    today: NaiveDate,
) -> ExchangeStatus {
    match register {
        ExchangeRegister::Channels if fields.closed_on.is_some() => ExchangeStatus::Closed,
        ExchangeRegister::Channels if fields.closes_on.is_some_and(|day| day < today) => {
            ExchangeStatus::Late
        }
        ExchangeRegister::Channels => ExchangeStatus::InUse,
        _ if has_entry => ExchangeStatus::Catalogued,
        _ if fields.arrived_on.is_some() => ExchangeStatus::Arrived,
        _ if fields.answer == Some(ExchangeAnswer::Declined) => ExchangeStatus::Declined,
        _ if fields.answer == Some(ExchangeAnswer::Granted) => ExchangeStatus::Granted,
        ExchangeRegister::ReturnDemands => ExchangeStatus::Open,
        _ if fields.asked_on.is_some() => ExchangeStatus::Asked,
        _ => ExchangeStatus::Delivered,
    }
}

/// Lists by which actions the records of a register are kept.
pub fn keeping(register: ExchangeRegister) -> &'static [Action] {
    match register {
        ExchangeRegister::Channels | ExchangeRegister::ReturnDemands => &[Action::KeepExchanges],
        ExchangeRegister::UpwardRequests => &[Action::RequestUpward],
        ExchangeRegister::Backflows => &[Action::KeepExchanges, Action::RequestUpward],
    }
}

/// Whether a channel that began on a day was there before the rules: what began on the day they took effect, or
/// later, is new. Where no day is known, only what has not begun yet is new.
pub fn was_there_before(
    began_on: NaiveDate,
    effective: Option<NaiveDate>,
    today: NaiveDate,
) -> bool {
    match effective {
        Some(effective) => began_on < effective,
        None => began_on <= today,
    }
}
