//! What agencies deliver to the platform: what is required of an entry, what came, what is missing (PUB-08), by
//! which law a delivery can be refused, and whose system exempts whom (PUB-10).

use chrono::NaiveDate;
use kaishu_types::Lang;
use kaishu_types::register::{DeliveredPart, DeliveryPart};
use kaishu_types::vocabulary::Frequency;

use crate::policy::PolicyProfile;

/// What is known of the data of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// Whether it is of a base register, whose data is taken in at each change (PUB-12).
    pub is_base: bool,
    /// How often it changes.
    pub frequency: Frequency,
    /// Files and interfaces that are there now.
    pub n_resources: u64,
    /// The version that is there.
    pub version: u32,
    /// The day on which data last came.
    pub updated_on: NaiveDate,
    /// The day by which it must come again.
    pub next_due: Option<NaiveDate>,
    /// The first day the data speaks of, where the entry says so.
    pub covers_from: Option<NaiveDate>,
    /// The first day of which the agency holds data, where it said so.
    pub held_since: Option<NaiveDate>,
}

/// Compares what a profile demands of an entry with what came, part by part, in the order of the profile.
pub fn parts(
    profile: &PolicyProfile,
    delivered: &Delivered,
    today: NaiveDate,
    lang: Lang,
) -> Vec<DeliveredPart> {
    let part = |part: &DeliveryPart| match part {
        DeliveryPart::Current => current(delivered, lang),
        DeliveryPart::Increments => increments(delivered, today, lang),
        DeliveryPart::History => history(delivered, lang),
    };
    profile.rules.aggregation.parts.value.iter().map(part).collect()
}

fn current(delivered: &Delivered, lang: Lang) -> DeliveredPart {
    let n = delivered.n_resources;
    DeliveredPart {
        part: DeliveryPart::Current,
        required: lang.pick("目录列明的数据", "the data of the entry").to_owned(),
        delivered: match n {
            0 => lang.pick("没有文件或者接口", "no file and no interface").to_owned(),
            _ => lang.pick(
                format!("{n} 个文件或者接口，第 {} 版", delivered.version),
                format!("files and interfaces: {n}, version {}", delivered.version),
            ),
        },
        is_outstanding: n == 0,
    }
}

/// Counts the updates that did not come: one when the day has passed, one more for each whole cycle after it.
pub fn n_missed(frequency: Frequency, next_due: Option<NaiveDate>, today: NaiveDate) -> u64 {
    let (Some(due), Some(period)) = (next_due, frequency.period_days()) else { return 0 };
    let days = u64::try_from((today - due).num_days()).unwrap_or_default();
    if days == 0 { 0 } else { 1 + (days - 1) / u64::from(period.max(1)) }
}

fn increments(delivered: &Delivered, today: NaiveDate, lang: Lang) -> DeliveredPart {
    let n = n_missed(delivered.frequency, delivered.next_due, today);
    let last = delivered.updated_on;
    let rhythm = delivered.frequency.label(lang);
    let required = match delivered.next_due {
        None if delivered.is_base => lang
            .pick("基础数据库，一有变更即归集", "a base register: taken in at each change")
            .to_owned(),
        Some(due) => {
            lang.pick(format!("{rhythm}，应于 {due} 前更新"), format!("{rhythm}, due {due}"))
        }
        None => {
            lang.pick(format!("{rhythm}，没有固定期限"), format!("{rhythm}, without a due day"))
        }
    };
    DeliveredPart {
        part: DeliveryPart::Increments,
        required,
        delivered: match n {
            0 if delivered.is_base => lang.pick(
                format!("最近一次变更 {last} 归集"),
                format!("last change came in on {last}"),
            ),
            0 => lang.pick(format!("最近 {last}"), format!("last on {last}")),
            _ => lang.pick(
                format!("最近 {last}，缺 {n} 期"),
                format!("last on {last}; updates missed: {n}"),
            ),
        },
        is_outstanding: n > 0,
    }
}

fn history(delivered: &Delivered, lang: Lang) -> DeliveredPart {
    let Delivered { covers_from, held_since, .. } = *delivered;
    let is_covered =
        held_since.zip(covers_from).is_some_and(|(held_since, covers)| covers <= held_since);
    DeliveredPart {
        part: DeliveryPart::History,
        required: match held_since {
            Some(day) => {
                lang.pick(format!("自 {day} 起的全部数据"), format!("all data since {day}"))
            }
            None => lang
                .pick("还没有写明从哪一天起持有数据", "it was not said since when data is held")
                .to_owned(),
        },
        delivered: match covers_from {
            Some(day) => lang.pick(format!("覆盖自 {day} 起"), format!("covers {day} onwards")),
            None => lang
                .pick("目录没有写明时间范围", "the entry does not say what time it covers")
                .to_owned(),
        },
        is_outstanding: !is_covered,
    }
}

/// Whether a norm of a level lets an agency refuse a delivery under a profile (aba 18).
pub fn may_refuse_by(profile: &PolicyProfile, level: &str) -> bool {
    profile.rules.aggregation.refusal.value.iter().any(|norm| norm.as_str() == level)
}

/// Whether one unit is above another: in the chain of organizations, or by the regions they belong to.
///
/// `above` lists what is above the lower unit, the nearest first; `regions` the region of the lower unit, then
/// those above it.
pub fn is_upper_unit(
    (upper, upper_region): (&str, &str),
    above: &[String],
    regions: &[String],
) -> bool {
    let is_in_chain = above.iter().any(|code| code == upper);
    is_in_chain || regions.iter().skip(1).any(|code| code == upper_region)
}
