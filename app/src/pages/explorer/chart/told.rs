//! What a chart says in words: its title, what it shows to those who do not see it, what it leaves out.

use kaishu_types::Lang;
use kaishu_types::table::{GroupKey, Period};
use leptos::prelude::*;

use super::choice::{Kind, Measure};
use super::draw::Told;
use super::figures::{Figure, Mark, Shape};
use super::plan::{Parts, Plan, column_of};
use super::scale::{said, said_bin};
use crate::ctx::Ctx;
use crate::pages::explorer::Shown;
use crate::pages::explorer::filters;
use crate::ui::numbers::thousands;

/// What people call a column, with its unit.
fn named(parts: &Parts, name: &str, lang: Lang) -> String {
    let Some(column) = parts.find(name) else { return name.to_owned() };
    match &column.unit {
        Some(unit) => match lang {
            Lang::Zh => format!("{}（{unit}）", column.label),
            Lang::En => format!("{} ({unit})", column.label),
        },
        None => column.label.clone(),
    }
}

/// Names what groups are made by.
pub(super) fn key_name(parts: &Parts, key: &GroupKey, lang: Lang) -> String {
    let name = named(parts, column_of(key), lang);
    let GroupKey::Period(period, _) = key else { return name };
    let (zh, en) = match period {
        Period::Year => ("逐年", "by year"),
        Period::Month => ("逐月", "by month"),
        Period::Day => ("逐日", "by day"),
    };
    match lang {
        Lang::Zh => format!("{name}（{zh}）"),
        Lang::En => format!("{name}, {en}"),
    }
}

/// Names the groups of a kind of chart: divisions are gathered from codes, and are none.
pub(super) fn group_name(parts: &Parts, kind: Kind, key: &GroupKey, lang: Lang) -> String {
    match kind {
        Kind::Divisions => lang.pick("行政区划", "division").to_owned(),
        _ => key_name(parts, key, lang),
    }
}

/// Names what is computed of groups.
pub(super) fn measure_name(parts: &Parts, measure: Measure, column: &str, lang: Lang) -> String {
    let found = parts.find(column);
    let of = found.map_or(column, |column| column.label.as_str());
    let unit =
        found.and_then(|column| column.unit.as_deref()).filter(|_| measure != Measure::Distinct);
    let (what, unit) = match (measure, lang) {
        (Measure::Count, Lang::Zh) => return "行数".to_owned(),
        (Measure::Count, Lang::En) => return "Number of rows".to_owned(),
        (_, Lang::Zh) => {
            (format!("{of}的{}", measure.label(lang)), unit.map(|unit| format!("（{unit}）")))
        }
        (_, Lang::En) => {
            (format!("{of}: {}", measure.label(lang)), unit.map(|unit| format!(" ({unit})")))
        }
    };
    format!("{what}{}", unit.unwrap_or_default())
}

/// Names both directions of a chart.
fn directions(parts: &Parts, plan: &Plan, lang: Lang) -> (String, String) {
    match plan {
        Plan::Groups { kind, key, measure, column } => {
            (group_name(parts, *kind, key, lang), measure_name(parts, *measure, column, lang))
        }
        Plan::Histogram { column } => {
            (named(parts, column, lang), lang.pick("行数", "Number of rows").to_owned())
        }
        Plan::Pairs { x, y, .. } => (named(parts, x, lang), named(parts, y, lang)),
    }
}

/// Says what a chart is called and what it shows.
pub(super) fn told(ctx: &Ctx, parts: &Parts, plan: &Plan, figure: &Figure) -> Told {
    let lang = ctx.lang;
    let (across, up) = directions(parts, plan, lang);
    let title = match (plan, lang) {
        (Plan::Groups { .. }, Lang::Zh) => format!("按“{across}”分组的{up}"),
        (Plan::Groups { .. }, Lang::En) => format!("{up}, by {across}"),
        (Plan::Histogram { .. }, Lang::Zh) => format!("“{across}”的分布"),
        (Plan::Histogram { .. }, Lang::En) => format!("How {across} is spread"),
        (Plan::Pairs { kind: Kind::Points, .. }, _) => {
            lang.pick("各行的位置", "Where the rows are").to_owned()
        }
        (Plan::Pairs { .. }, Lang::Zh) => format!("“{across}”与“{up}”"),
        (Plan::Pairs { .. }, Lang::En) => format!("{up} against {across}"),
    };
    let title = format!("{title}{}", part_drawn(&figure.shape, lang).unwrap_or_default());
    let text = match &figure.shape {
        Shape::Marks { marks, .. } => marks_text(ctx, plan.kind(), marks),
        Shape::Bins(bins) => {
            let Some(((first, last), most)) =
                bins.first().zip(bins.last()).zip(bins.iter().max_by_key(|bin| bin.count))
            else {
                return Told { title, text: String::new(), up };
            };
            let (n_bins, n) = (bins.len(), thousands(most.count));
            let (start, end) = (said_bin(bins, first).0, said_bin(bins, last).1);
            let (from, to) = said_bin(bins, most);
            match lang {
                Lang::Zh => format!(
                    "{n_bins} 段，从 {start} 到 {end}。最多的一段是 {from} 到 {to}，{n} 行。"
                ),
                Lang::En => format!(
                    "{n_bins} bins from {start} to {end}. Most rows, {n}, lie between {from} and {to}."
                ),
            }
        }
        Shape::Dots { dots, .. } => {
            let n = thousands(dots.len() as u64);
            match lang {
                Lang::Zh => format!("{n} 个点。数据在旁边的表里。"),
                Lang::En => format!("{n} dots. The table beside has the data."),
            }
        }
        Shape::Nothing => String::new(),
    };
    let up = match (plan.kind(), lang) {
        (Kind::Scatter, Lang::Zh) => format!("纵轴：{up}　横轴：{across}"),
        (Kind::Scatter, Lang::En) => format!("Up: {up} · across: {across}"),
        _ => up,
    };
    Told { title, text, up }
}

/// Says which rows are drawn where that is not all of them.
fn part_drawn(shape: &Shape, lang: Lang) -> Option<String> {
    let Shape::Dots { dots, n_rows, n_odd } = shape else { return None };
    let n = dots.len() as u64 + n_odd;
    let (n_drawn, all) = (thousands(n), thousands(*n_rows));
    (*n_rows > n).then(|| match lang {
        Lang::Zh => format!("（前 {n_drawn} 行，共 {all} 行）"),
        Lang::En => format!(" (the first {n_drawn} of {all} rows)"),
    })
}

fn marks_text(ctx: &Ctx, kind: Kind, marks: &[Mark]) -> String {
    let lang = ctx.lang;
    let with_value = || marks.iter().filter(|mark| mark.value.is_some());
    let order = |one: &&Mark, other: &&Mark| {
        one.value.unwrap_or(0.0).total_cmp(&other.value.unwrap_or(0.0))
    };
    let say = |mark: &Mark| {
        let label = mark.label.as_deref().unwrap_or(ctx.words.null_value);
        format!("{label} {}", said(&mark.text))
    };
    let n = marks.len();
    let all = match (kind, lang) {
        (Kind::Line, Lang::Zh) => format!("{n} 个点。"),
        (Kind::Line, Lang::En) => format!("{n} points."),
        (_, Lang::Zh) => format!("{n} 组。"),
        (_, Lang::En) => format!("{n} groups."),
    };
    match (with_value().max_by(order), with_value().min_by(order), lang) {
        (Some(most), Some(least), Lang::Zh) => {
            format!("{all}最大：{}；最小：{}。", say(most), say(least))
        }
        (Some(most), Some(least), Lang::En) => {
            format!("{all} Greatest: {}; least: {}.", say(most), say(least))
        }
        _ => all,
    }
}

/// Says what a chart leaves out, and why it is drawn as it is.
pub(super) fn notes(ctx: &Ctx, plan: &Plan, figure: &Figure) -> Vec<String> {
    let lang = ctx.lang;
    let mut notes = Vec::new();
    match &figure.shape {
        Shape::Marks { marks, n_groups, is_in_order } if plan.kind() != Kind::Pie => {
            let (all, n) = (thousands(*n_groups), thousands(marks.len() as u64));
            if *n_groups > marks.len() as u64 && plan.kind() != Kind::Line {
                notes.push(match (lang, is_in_order) {
                    (Lang::Zh, false) => format!("共 {all} 组，图中是最大的 {n} 组。"),
                    (Lang::Zh, true) => format!("共 {all} 组，图中是前 {n} 组。"),
                    (Lang::En, false) => format!("The {n} greatest of {all} groups."),
                    (Lang::En, true) => format!("The first {n} of {all} groups."),
                });
            } else if *n_groups > marks.len() as u64 {
                notes.push(match lang {
                    Lang::Zh => format!("共 {all} 组，图中是有横轴值的前 {n} 组。"),
                    Lang::En => {
                        format!("The first {n} of {all} groups that have a place on the line.")
                    }
                });
            }
        }
        Shape::Dots { dots, n_rows, n_odd } => {
            let (all, n) = (thousands(*n_rows), thousands(dots.len() as u64));
            notes.push(match (lang, *n_rows > dots.len() as u64 + n_odd) {
                (Lang::Zh, true) => format!("有这两个值的共 {all} 行，图中按表的顺序画了前 {n} 行。"),
                (Lang::Zh, false) => format!("有这两个值的共 {all} 行，图中画了 {n} 行。"),
                (Lang::En, true) => {
                    format!("{all} rows have both values; drawn are the first {n}, in the order of the table.")
                }
                (Lang::En, false) => format!("{all} rows have both values; drawn are {n}."),
            });
            if *n_odd > 0 {
                let n = thousands(*n_odd);
                notes.push(match lang {
                    Lang::Zh => format!("另有 {n} 行的值不是数，或者不在经纬度的范围内。"),
                    Lang::En => {
                        format!("{n} more rows hold no numbers there, or none that are degrees.")
                    }
                });
            }
        }
        _ => {}
    }
    match plan.kind() {
        Kind::Points => notes.push(
            lang.pick(
                "图上只有经纬网，没有底图：平台不从站外取地图，也不画没有审定的边界。",
                "A grid of degrees without a map below: the portal fetches none from elsewhere and draws no borders that are not approved.",
            )
            .to_owned(),
        ),
        Kind::Divisions => notes.push(
            lang.pick(
                "平台没有区划的边界数据，所以按数值排列，不画成地图。名称取自本平台的地区目录和省级代码表，都没有的写代码。",
                "The portal has no borders of divisions, so they are ranked, not mapped. Names come from its list of regions and the codes of provinces; where neither has one, the code stands.",
            )
            .to_owned(),
        ),
        _ => {}
    }
    notes
}

/// Says which rows a chart is made of.
pub(super) fn conditions(shown: &Shown<'_>) -> Option<AnyView> {
    let Shown { ctx, table, view, .. } = shown;
    let columns = table.governed.columns();
    let mut parts: Vec<String> =
        view.conditions().iter().map(|it| filters::in_words(ctx, it, &columns)).collect();
    if let Some(text) = &view.request.query.contains {
        parts.push(ctx.lang.pick(format!("含“{text}”"), format!("has “{text}”")));
    }
    if parts.is_empty() {
        return None;
    }
    let text = match ctx.lang {
        Lang::Zh => format!("只用符合条件的行：{}", parts.join("；")),
        Lang::En => format!("Of the rows where {}", parts.join("; ")),
    };
    Some(view! { <p class="mt-1 text-sm ks-mute">{text}</p> }.into_any())
}
