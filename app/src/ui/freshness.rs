//! Whether a dataset keeps its update promise: icon, words and date (SRCH-07).

use chrono::{DateTime, Utc};
use kaishu_types::dataset::Freshness;
use leptos::prelude::*;

use super::dates::{day_of, short_day};
use super::icon::icon;
use crate::ctx::Ctx;

/// Draws the freshness of a dataset.
pub(crate) fn freshness(ctx: &Ctx, fresh: Freshness, updated_at: DateTime<Utc>) -> AnyView {
    let words = ctx.words;
    let updated = short_day(ctx, day_of(updated_at));
    match fresh {
        Freshness::OnTime => {
            view! { <span class="ks-mark is-ok">{icon("check")}{words.on_time}" · "{updated}</span> }
                .into_any()
        }
        Freshness::DueSoon { due } => {
            let due = short_day(ctx, due);
            view! { <span class="ks-mark is-soon">{icon("soon")}{words.due_soon}" · "{words.due_on}" "{due}</span> }
                .into_any()
        }
        Freshness::Overdue { due, days } => {
            let due = short_day(ctx, due);
            view! { <span class="ks-mark is-late">{icon("late")}{words.overdue_days(days)}" · "{words.due_on}" "{due}</span> }
                .into_any()
        }
        Freshness::NoCycle => {
            view! { <span class="ks-mark">{words.no_cycle}" "{updated}</span> }.into_any()
        }
    }
}
