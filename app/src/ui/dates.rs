//! Dates as people write them, always in a `time` element.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use kaishu_types::Lang;
pub(crate) use kaishu_types::china::day_in_china as day_of;
use kaishu_types::china::time_in_china;
use leptos::prelude::*;

use crate::ctx::Ctx;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Draws a day; the year is left out when it is this year.
pub(crate) fn short_day(ctx: &Ctx, day: NaiveDate) -> AnyView {
    let text = if day.year() == ctx.today.year() {
        match ctx.lang {
            Lang::Zh => format!("{}月{}日", day.month(), day.day()),
            Lang::En => format!("{} {}", day.day(), month(day)),
        }
    } else {
        day_text(ctx.lang, day)
    };
    time_element(day.to_string(), text)
}

/// Draws a day with its year.
pub(crate) fn full_day(lang: Lang, day: NaiveDate) -> AnyView {
    time_element(day.to_string(), day_text(lang, day))
}

/// Says day and minute on the clocks in China, for a sentence.
pub(crate) fn minute_text(lang: Lang, instant: DateTime<Utc>) -> String {
    let there = time_in_china(instant);
    format!("{} {}", day_text(lang, there.date_naive()), there.format("%H:%M"))
}

/// Draws an instant to the second, with the zone.
pub(crate) fn full_time(lang: Lang, instant: DateTime<Utc>) -> AnyView {
    let there = time_in_china(instant);
    let text = format!("{} {}", day_text(lang, there.date_naive()), there.format("%H:%M:%S"));
    let machine = instant.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let zone = lang.pick("（北京时间）", "(UTC+8)");
    let gap = lang.pick("", " ");
    view! { {time_element(machine, text)}{gap}<wbr/><span class="whitespace-nowrap">{zone}</span> }
        .into_any()
}

/// Writes a day with its year.
pub(crate) fn day_text(lang: Lang, day: NaiveDate) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        Lang::En => format!("{} {} {}", day.day(), month(day), day.year()),
    }
}

fn month(day: NaiveDate) -> &'static str {
    MONTHS.get(day.month0() as usize).copied().unwrap_or_default()
}

fn time_element(machine: String, text: String) -> AnyView {
    view! { <time datetime=machine>{text}</time> }.into_any()
}
