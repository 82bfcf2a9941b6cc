//! Charts of the rows that are left: drawn by the server, each with its data beside it.

mod choice;
mod divisions;
mod draw;
mod figures;
mod form;
mod live;
mod map;
mod order;
mod plan;
mod scale;
mod table;
mod told;

use kaishu_portal::Portal;
use kaishu_portal::tables::OpenTable;
use kaishu_types::ErrorCode;
use kaishu_types::table::address::{self as table_address, TableRequest};
use leptos::prelude::*;

pub(super) use self::choice::Choice;

use self::choice::Kind;
use self::draw::Told;
use self::figures::{Figure, Shape};
use self::plan::{Parts, Plan};
use super::Shown;
use super::address::View;
use super::faults::in_labels;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::islands::chart_button::ChartButton;
use crate::ui::data::data;

/// What there is to draw of a table.
pub(super) struct Chart {
    parts: Parts,
    drawn: Option<Result<(Plan, Figure), String>>,
}

impl Chart {
    /// Asks for what the chart of an address shows.
    pub(super) async fn of(
        ctx: &Ctx,
        portal: &Portal,
        table: &OpenTable,
        view: &View,
    ) -> Result<Self, AppError> {
        let parts = Parts::of(table);
        let drawn = match &view.chart {
            None => None,
            Some(choice) => match parts.plan(choice, ctx.lang) {
                Err(fault) => Some(Err(fault)),
                Ok(plan) => {
                    let query = &view.request.query;
                    match figures::figure(portal, table, query, &plan, ctx.lang).await {
                        Ok(figure) => Some(figure.map(|figure| (plan, figure))),
                        Err(error) if error.code() == ErrorCode::InvalidInput => {
                            Some(Err(error.message(ctx.lang)))
                        }
                        Err(error) => return Err(error.into()),
                    }
                }
            },
        };
        Ok(Self { parts, drawn })
    }

    /// Whether the chart that was asked for cannot be made.
    pub(super) fn is_refused(&self) -> bool {
        matches!(self.drawn, Some(Err(_)))
    }
}

/// Draws the choice of charts, and the chart that was asked for.
pub(super) fn section(shown: &Shown<'_>) -> AnyView {
    let Shown { ctx, view, chart, answer, .. } = shown;
    // Where the conditions are refused there is nothing to draw of.
    if answer.is_err() {
        return ().into_any();
    }
    let words = ctx.words;
    let current = view.chart.as_ref().map(|choice| choice.kind);
    let offered = chart.parts.kinds();
    let form = current.filter(|kind| offered.contains(kind)).map(|kind| form::form(shown, kind));
    let kinds: Vec<_> = offered
        .into_iter()
        .map(|kind| {
            let target = view.changed(|view| view.chart = Some(Choice::of(kind)));
            let target = format!("{}#chart", ctx.href(&target));
            let current = (Some(kind) == current).then_some("true");
            view! { <li><a href=target rel="nofollow" aria-current=current>{kind.label(ctx.lang)}</a></li> }
        })
        .collect();
    let drawn = match &chart.drawn {
        None => view! { <p class="mt-3 ks-mute">{words.charts_lead}</p> }.into_any(),
        Some(Err(fault)) => refused(in_labels(fault, &chart.parts.columns, ctx.lang)),
        Some(Ok((plan, figure))) => drawn(shown, plan, figure),
    };
    view! {
        <section id="chart" aria-labelledby="h-chart" class="mt-14 border-t-2 border-[var(--color-base-content)] pt-4">
            <h2 id="h-chart" class="text-xl">{words.charts}</h2>
            <nav aria-label=words.kinds_of_charts class="mt-2"><ul class="ks-tabs">{kinds}</ul></nav>
            {form}
            {drawn}
        </section>
    }
    .into_any()
}

fn refused(fault: String) -> AnyView {
    view! {
        <p class="my-4 border-l-4 border-[var(--color-error)] pl-4 py-1" role="alert">{fault}</p>
    }
    .into_any()
}

fn drawn(shown: &Shown<'_>, plan: &Plan, figure: &Figure) -> AnyView {
    let Shown { ctx, chart, .. } = shown;
    let words = ctx.words;
    let told = told::told(ctx, &chart.parts, plan, figure);
    let Some(picture) = picture(ctx, &told, plan, figure) else {
        return view! { <p class="my-6" role="status">{words.nothing_to_draw}</p> }.into_any();
    };
    let notes: Vec<_> = told::notes(ctx, plan, figure)
        .into_iter()
        .map(|note| view! { <p class="mt-2 text-sm ks-mute">{note}</p> })
        .collect();
    let whole = whole(shown, figure);
    view! {
        <figure class="mt-5" aria-labelledby="h-figure" data-chart=live::data(ctx, &chart.parts, plan, figure)>
            <figcaption class="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
                <div>
                    <h3 id="h-figure" class="text-lg">{data(ctx.lang, told.title.clone())}</h3>
                    {told::conditions(shown)}
                </div>
                <ChartButton
                    show=words.live_chart.to_owned()
                    back=words.drawn_chart.to_owned()
                    script=format!("/pkg/charts.js?v={}", ctx.site.asset_version)
                />
            </figcaption>
            <div class="grid lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)] gap-x-12 gap-y-8 mt-4">
                <div class="min-w-0">
                    <div class="ks-still">{picture}</div>
                    <div class="ks-live" role="img" aria-label=format!("{}. {}", told.title, told.text)></div>
                    {notes}
                </div>
                <div class="min-w-0">
                    {table::beside(ctx, &chart.parts, plan, figure)}
                    <p class="mt-3 text-sm"><a class="ks-link" rel="nofollow" href=whole>{words.data_of_chart}</a></p>
                </div>
            </div>
        </figure>
    }
    .into_any()
}

fn picture(ctx: &Ctx, told: &Told, plan: &Plan, figure: &Figure) -> Option<AnyView> {
    let no_value = ctx.words.null_value;
    Some(match (&figure.shape, plan.kind()) {
        (Shape::Nothing, _) => return None,
        (Shape::Marks { marks, .. }, Kind::Line) => draw::line(ctx.lang, told, marks, no_value),
        (Shape::Marks { marks, .. }, Kind::Pie) => pie(ctx, told, marks),
        (Shape::Marks { marks, is_in_order: true, .. }, _) => {
            draw::columns(ctx.lang, told, marks, no_value)
        }
        (Shape::Marks { marks, .. }, _) => draw::ranked(told, marks, no_value),
        (Shape::Bins(bins), _) => draw::histogram(ctx.lang, told, bins),
        (Shape::Dots { dots, .. }, Kind::Points) => map::places(ctx, told, dots),
        (Shape::Dots { dots, .. }, _) => draw::scatter(ctx.lang, told, dots),
    })
}

/// A pie with the names of its slices, which have its numbers.
fn pie(ctx: &Ctx, told: &Told, marks: &[figures::Mark]) -> AnyView {
    let names: Vec<_> = marks
        .iter()
        .enumerate()
        .map(|(place, mark)| {
            let class = format!("slice s{}", place % 8);
            let name = mark.label.clone().unwrap_or_else(|| ctx.words.null_value.to_owned());
            view! {
                <li>
                    <svg viewBox="0 0 10 10" aria-hidden="true" focusable="false"><rect class=class width="10" height="10"></rect></svg>
                    <span class="num">{place + 1}</span>
                    <span>{data(ctx.lang, name)}</span>
                </li>
            }
        })
        .collect();
    view! {
        <div class="ks-pie-box">
            {draw::pie(told, marks)}
            <ol class="ks-legend" aria-hidden="true">{names}</ol>
        </div>
    }
    .into_any()
}

/// Where all the data of a chart can be taken.
fn whole(shown: &Shown<'_>, figure: &Figure) -> String {
    let request = TableRequest {
        table: shown.table.number,
        query: figure.question.clone(),
        ..TableRequest::default()
    };
    format!(
        "/api/v1/datasets/{}/resources/{}/export.csv?{}",
        shown.found.dataset.code,
        shown.resource.id,
        table_address::query_string(&table_address::write(&request))
    )
}
