//! The data of a chart for the code that draws charts that answer to the pointer.

use serde_json::json;

use super::choice::Kind;
use super::figures::{Figure, Shape};
use super::plan::{Parts, Plan};
use super::scale::{said, said_bin};
use super::table::label;
use crate::ctx::Ctx;

/// Writes what `style/charts.js` reads.
pub(super) fn data(ctx: &Ctx, parts: &Parts, plan: &Plan, figure: &Figure) -> String {
    let value = match &figure.shape {
        Shape::Marks { marks, is_in_order, .. } => {
            let kind = match (plan.kind(), is_in_order) {
                (Kind::Line, _) => "line",
                (Kind::Pie, _) => "pie",
                (_, true) => "columns",
                (_, false) => "ranked",
            };
            let no_value = ctx.words.null_value;
            let labels: Vec<&str> =
                marks.iter().map(|mark| mark.label.as_deref().unwrap_or(no_value)).collect();
            let greatest = marks.iter().filter_map(|mark| mark.value).fold(0.0, f64::max);
            json!({
                "kind": kind,
                "labels": labels,
                "values": marks.iter().map(|mark| mark.value).collect::<Vec<_>>(),
                "texts": marks.iter().map(|mark| said(&mark.text)).collect::<Vec<_>>(),
                "places": marks.iter().map(|mark| mark.place).collect::<Vec<_>>(),
                "top": if kind == "ranked" { json!(greatest) } else { json!(null) },
            })
        }
        Shape::Bins(bins) => {
            let range = |bin| {
                let (from, to) = said_bin(bins, bin);
                format!("{from}–{to}")
            };
            json!({
                "kind": "histogram",
                "labels": bins.iter().map(range).collect::<Vec<_>>(),
                "values": bins.iter().map(|bin| bin.count).collect::<Vec<_>>(),
                "texts": bins.iter().map(|bin| said(&bin.count.to_string())).collect::<Vec<_>>(),
            })
        }
        Shape::Dots { dots, .. } => {
            let names = match plan {
                Plan::Pairs { x, y, .. } => [label(parts, x), label(parts, y)],
                _ => Default::default(),
            };
            json!({ "kind": plan.kind().code(), "dots": dots, "names": names })
        }
        Shape::Nothing => json!({}),
    };
    value.to_string()
}
