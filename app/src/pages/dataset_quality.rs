//! Quality of the table of a file: scores, why they are so, and what to mend first (PUB-05).

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_domain::quality::{DimensionScore, FaultyRow, Fix, Measure, Quality, Reason, Severity};
use kaishu_portal::Portal;
use kaishu_portal::entries::DatasetPage;
use kaishu_portal::tables::{OpenTable, TableQuality, TableState};
use kaishu_types::ErrorCode;
use kaishu_types::dataset::ResourceView;
use kaishu_types::rules::PolicyView;
use kaishu_types::table::address;
use leptos::prelude::*;

use super::dataset_resource;
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Keep, Page, Section, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::heading::{page_head, section_head};
use crate::ui::icon::icon;
use crate::ui::law::ground;
use crate::ui::numbers::thousands;

/// So many columns of one fault are shown with their rows.
const SHOWN: usize = 12;

/// The outcome of a rule stands before the rule.
const RULE: &str = "grid md:grid-cols-[15rem_minmax(0,1fr)] gap-x-4 items-baseline";

/// What the page shows.
struct Shown {
    found: DatasetPage,
    resource: ResourceView,
    table: Box<OpenTable>,
    quality: TableQuality,
    policy: PolicyView,
}

/// `GET /datasets/{code}/resources/{id}/quality`
pub(crate) async fn show(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Path((code, id)): Path<(String, String)>,
) -> Response {
    let found = find(&ctx, &portal, &code, &id).await;
    respond(&ctx, || Ok(page(&ctx, &found?)))
}

async fn find(ctx: &Ctx, portal: &Portal, code: &str, id: &str) -> Result<Shown, AppError> {
    let number = address::read_table(&ctx.query, ctx.lang).map_err(AppError::fields)?;
    let (found, resource) = dataset_resource::find(ctx, portal, code, id).await?;
    let code = &found.dataset.code;
    let state = portal.look_at_table(&ctx.caller, code, (resource.id, number), ctx.lang).await?;
    let TableState::Open(table) = state else {
        let message = ctx.lang.pick(
            "这个文件现在没有可以检查质量的表格。",
            "There is no table of this file now whose quality could be checked.",
        );
        let path = format!("/datasets/{code}/resources/{}", resource.id);
        return Err(AppError::new(ErrorCode::NotFound, message)
            .with_remedy(ctx.lang.pick("查看这个文件", "See the file"), path));
    };
    let quality = portal.table_quality(&table);
    Ok(Shown { policy: portal.policy_view(), found, resource, table, quality })
}

fn page(ctx: &Ctx, shown: &Shown) -> Page {
    let Shown { found, resource, table, quality, .. } = shown;
    let words = ctx.words;
    let dataset = &found.dataset;
    let path = format!("/datasets/{}", dataset.code);
    let file = format!("{path}/resources/{}", resource.id);
    let sheet = table.names.get(table.number - 1).filter(|name| !name.is_empty());
    let of =
        sheet.map_or_else(|| resource.title.clone(), |name| format!("{} · {name}", resource.title));
    let title = format!("{}{}{of}", words.data_quality, ctx.lang.pick("：", ": "));
    let lead = view! { <a class="ks-link" href=ctx.href(&file)>{words.to_the_table}</a> };
    let parts = match &quality.quality {
        Some(quality) => {
            view! { {scores(ctx, shown, quality)}{fixes(ctx, &path, quality)} }.into_any()
        }
        None => view! { <p>{words.quality_not_measured}</p> }.into_any(),
    };
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![
                (words.datasets.to_owned(), Some("/datasets".to_owned())),
                (dataset.title(ctx.lang).to_owned(), Some(path)),
                (words.table.to_owned(), Some(file)),
                (words.data_quality.to_owned(), None),
            ])}
            {page_head(&title, lead)}
            {parts}
        </main>
    };
    let mut page = Page::new(title, body).section(Section::Datasets);
    page.listed = false;
    // What is open may change with the next request.
    page.keep = Keep::Never;
    page
}

/// The scores with the rules behind them.
fn scores(ctx: &Ctx, shown: &Shown, quality: &Quality) -> AnyView {
    let words = ctx.words;
    let rows: Vec<_> = quality.dimensions.iter().map(|score| dimension(ctx, score)).collect();
    let ground = ground(ctx, &shown.policy, &shown.quality.rule.ground);
    let api = format!(
        "/api/v1/datasets/{}/resources/{}/quality?table={}",
        shown.found.dataset.code, shown.resource.id, shown.table.number
    );
    view! {
        <section aria-labelledby="h-scores" class="border-t-2 border-[var(--color-base-content)] pt-4">
            {section_head("h-scores", words.scores_by_dimension)}
            <p class="mt-2 max-w-[46em]"><b class="font-medium me-3">{words.dimensions_named_by}</b>{ctx.gap()}{ground}</p>
            <p class="mt-1 max-w-[46em] text-sm ks-mute">
                {words.how_scores_are_made}
                {ctx.gap()}
                <a class="ks-link" rel="nofollow" href=api>{words.api_address}</a>
            </p>
            <table class="ks-table ks-stack mt-4">
                <caption class="sr-only">{words.scores_by_dimension}</caption>
                <thead>
                    <tr>
                        <th scope="col">{words.dimension}</th>
                        <th scope="col" class="r">{words.score}</th>
                        <th scope="col"><span class=RULE><span>{words.outcome}</span>" "<span>{words.rules_behind}</span></span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

/// Draws the score of a dimension as a row, with the rules behind it.
pub(crate) fn dimension(ctx: &Ctx, score: &DimensionScore) -> AnyView {
    let words = ctx.words;
    let value = match score.shown() {
        Some(value) => {
            let width = format!("{value:.1}");
            view! {
                <span class="text-xl font-semibold num">{tenth(value)}</span>
                <svg class="ks-bar block mt-1 md:w-28 md:ms-auto" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                    <rect width=width height="1"></rect>
                </svg>
            }
            .into_any()
        }
        None => view! { <span class="ks-mute text-sm">{words.not_measured}</span> }.into_any(),
    };
    let reasons: Vec<_> = score.reasons.iter().map(|reason| self::reason(ctx, reason)).collect();
    let reasons = if reasons.is_empty() {
        view! { <p class="ks-mute text-sm">{words.no_rule_measures_it}</p> }.into_any()
    } else {
        view! { <ul class="grid gap-1.5 text-[.9375rem]">{reasons}</ul> }.into_any()
    };
    let label = capital(score.dimension.label(ctx.lang));
    view! {
        <tr>
            <th scope="row" class="!font-semibold align-top">{label}</th>
            <td class="r align-top">{value}</td>
            <td class="align-top">{reasons}</td>
        </tr>
    }
    .into_any()
}

fn reason(ctx: &Ctx, reason: &Reason) -> AnyView {
    let words = ctx.words;
    let (sign, class, said) = match reason.n_failed {
        0 => ("check", "ks-mark is-ok", words.holds.to_owned()),
        n => {
            let class = match reason.rule.severity() {
                Severity::Blocking => "ks-mark is-late",
                Severity::Advisory => "ks-mark is-soon",
            };
            ("close", class, words.n_of_checked(&thousands(n), &thousands(reason.n_checked)))
        }
    };
    view! {
        <li class=RULE>
            <span><span class=class>{icon(sign)}{said}</span></span>
            <span class="min-w-0">{reason.rule.checks(ctx.lang)}</span>
        </li>
    }
    .into_any()
}

/// What to mend, the most useful first.
fn fixes(ctx: &Ctx, path: &str, quality: &Quality) -> AnyView {
    let words = ctx.words;
    let issues = ctx.href(&format!("{path}/quality"));
    let list = if quality.fixes.is_empty() {
        view! { <p class="mt-3">{words.nothing_to_mend}</p> }.into_any()
    } else {
        let fixes: Vec<_> = quality.fixes.iter().map(|fix| self::fix(ctx, fix)).collect();
        view! { <ol class="mt-3 border-b border-[var(--line)]">{fixes}</ol> }.into_any()
    };
    view! {
        <section aria-labelledby="h-fixes" class="mt-12 border-t border-[var(--line-2)] pt-4">
            {section_head("h-fixes", words.what_to_mend)}
            <p class="mt-2"><a class="ks-link" rel="nofollow" href=issues>{words.issues_of_all_versions}</a></p>
            {list}
        </section>
    }
    .into_any()
}

/// Draws a rule that does not hold, with where and what would satisfy it.
pub(crate) fn fix(ctx: &Ctx, fix: &Fix) -> AnyView {
    let words = ctx.words;
    let severity = fix.rule.severity();
    let blocks = (severity == Severity::Blocking).then(|| {
        view! { <span class="ks-mark is-late">{icon("close")}{words.blocks_a_version}</span> }
    });
    let gain = words.points_gained(fix.dimension.label(ctx.lang), &points(ctx, fix.points));
    let places: Vec<_> = fix.measures.iter().take(SHOWN).map(|it| place(ctx, it)).collect();
    let n_more = fix.measures.len().saturating_sub(SHOWN);
    let more = (n_more > 0).then(|| {
        view! { <li class="text-sm ks-mute">{words.more_columns(&thousands(n_more as u64))}</li> }
    });
    view! {
        <li class="py-4 border-t border-[var(--line)] grid lg:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)] gap-x-12 gap-y-3">
            <div class="min-w-0">
                <h3 class="text-base">{fix.rule.remedy(ctx.lang)}</h3>
                <p class="ks-inline mt-1">{blocks}<span class="num">{gain}</span></p>
                <p class="mt-1 text-sm ks-mute">{words.rule_word}{ctx.lang.pick("：", ": ")}{fix.rule.checks(ctx.lang)}</p>
            </div>
            <ul class="min-w-0 grid gap-2">{places}{more}</ul>
        </li>
    }
    .into_any()
}

fn place(ctx: &Ctx, measure: &Measure) -> AnyView {
    let words = ctx.words;
    let columns = match measure.columns.as_slice() {
        [] => words.whole_table.into_any(),
        columns => data(ctx.lang, columns.join(ctx.lang.pick("、", ", "))),
    };
    let n = words.n_of_checked(&thousands(measure.n_failed), &thousands(measure.n_checked));
    let is_single = measure.n_checked == 1;
    let n = (!is_single).then(|| view! { <span class="num text-sm ks-mute">{n}</span> });
    let partial = measure
        .is_partial
        .then(|| view! { <p class="text-sm ks-mute">{words.only_first_rows}</p> });
    view! {
        <li class="min-w-0">
            <p class="flex flex-wrap items-baseline justify-between gap-x-4"><b class="font-medium min-w-0">{columns}</b>{n}</p>
            {partial}
            {rows(ctx, &measure.rows)}
        </li>
    }
    .into_any()
}

/// The first rows of a fault, to be opened.
fn rows(ctx: &Ctx, rows: &[FaultyRow]) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    let words = ctx.words;
    let has_values = rows.iter().any(|row| row.value.is_some());
    let head = has_values.then(|| view! { <th scope="col">{words.value_word}</th> });
    let lines: Vec<_> = rows
        .iter()
        .map(|row| {
            let value = has_values.then(|| {
                let value = row.value.clone().unwrap_or_default();
                view! { <td class="whitespace-pre-wrap break-all">{data(ctx.lang, value)}</td> }
            });
            view! {
                <tr>
                    <th scope="row" class="r num !font-normal">{thousands(row.row)}</th>
                    <td>{row.fault.words(ctx.lang)}</td>
                    {value}
                </tr>
            }
        })
        .collect();
    Some(
        view! {
            <details class="mt-1">
                <summary class="text-sm">{words.rows_to_open(&thousands(rows.len() as u64), rows.len() == 1)}</summary>
                <div class="ks-frame mt-1" tabindex="0" role="region" aria-label=words.rows_with_faults>
                    <table class="ks-table is-dense">
                        <caption class="sr-only">{words.rows_with_faults}</caption>
                        <thead>
                            <tr>
                                <th scope="col" class="r">{words.row_number}</th>
                                <th scope="col">{words.what_is_wrong}</th>
                                {head}
                            </tr>
                        </thead>
                        <tbody>{lines}</tbody>
                    </table>
                </div>
            </details>
        }
        .into_any(),
    )
}

/// A number with one decimal where it has one.
fn tenth(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn points(ctx: &Ctx, value: f64) -> String {
    match value < 0.05 {
        true => ctx.lang.pick("不到 0.1", "less than 0.1").to_owned(),
        false => tenth(value),
    }
}

/// English labels of vocabularies are small; a row begins with a capital.
fn capital(label: &str) -> String {
    let mut signs = label.chars();
    match signs.next() {
        Some(first) => first.to_uppercase().chain(signs).collect(),
        None => String::new(),
    }
}
