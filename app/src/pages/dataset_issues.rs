//! The quality issues of a dataset over its versions: who mends them until when, and which version did
//! (PUB-06).

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_domain::quality::Severity;
use kaishu_portal::Portal;
use kaishu_portal::entries::DatasetPage;
use kaishu_portal::monitoring::Inspection;
use kaishu_portal::publishing::Reconciliation;
use kaishu_portal::tables::{IssuePlace, QualityIssue, QualityIssues};
use kaishu_types::dataset::DatasetView;
use leptos::prelude::*;

use super::dataset;
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Keep, Page, Section, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::dates::{day_of, full_day};
use crate::ui::differences::differences_list;
use crate::ui::heading::page_head;
use crate::ui::icon::icon;
use crate::ui::meta::{fact, meta};
use crate::ui::numbers::thousands;

/// So many issues are on the page; all of them are in the API.
const SHOWN: usize = 200;

/// What the page shows.
struct Shown {
    found: DatasetPage,
    issues: QualityIssues,
}

/// `GET /datasets/{code}/quality`
pub(crate) async fn show(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Path(code): Path<String>,
) -> Response {
    let found = find(&ctx, &portal, &code).await;
    respond(&ctx, || Ok(page(&ctx, &found?)))
}

async fn find(ctx: &Ctx, portal: &Portal, code: &str) -> Result<Shown, AppError> {
    ctx.without_parameters()?;
    let found = dataset::find(ctx, portal, code).await?;
    let issues = portal.quality_issues(&ctx.caller, &found.dataset.code, ctx.lang).await?;
    Ok(Shown { found, issues })
}

fn page(ctx: &Ctx, shown: &Shown) -> Page {
    let words = ctx.words;
    let dataset = &shown.found.dataset;
    let path = format!("/datasets/{}", dataset.code);
    let title = words.quality_issues;
    let heading = format!("{title}{}{}", ctx.lang.pick("：", ": "), dataset.title(ctx.lang));
    let api = format!("/api/v1{path}/quality-issues");
    let lead = view! {
        {words.how_issues_are_found}
        {ctx.gap()}
        <a class="ks-link" rel="nofollow" href=api>{words.api_address}</a>
    };
    let owner = shown.issues.owner.label(ctx.lang).to_owned();
    let due = dataset
        .next_due
        .map_or_else(|| words.no_update_cycle.into_any(), |day| full_day(ctx.lang, day));
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![
                (words.datasets.to_owned(), Some("/datasets".to_owned())),
                (dataset.title(ctx.lang).to_owned(), Some(path.clone())),
                (title.to_owned(), None),
            ])}
            {page_head(&heading, lead)}
            {meta(vec![
                fact(words.who_mends, data(ctx.lang, owner)),
                fact(words.next_update_due, due),
            ])}
            {list(ctx, dataset, &shown.issues.issues)}
            {inconsistent(ctx, &shown.issues.inconsistent)}
            {inspected(ctx, dataset, &shown.issues.inspected)}
        </main>
    };
    let mut page = Page::new(heading, body).section(Section::Datasets);
    page.listed = false;
    // What is open may change with the next request.
    page.keep = Keep::Never;
    page
}

fn list(ctx: &Ctx, dataset: &DatasetView, issues: &[QualityIssue]) -> AnyView {
    let words = ctx.words;
    if issues.is_empty() {
        return view! { <p class="mt-8 max-w-[46em]">{words.no_issues}</p> }.into_any();
    }
    let rows: Vec<_> = issues.iter().take(SHOWN).map(|it| row(ctx, dataset, it)).collect();
    let n_more = issues.len().saturating_sub(SHOWN);
    let more = (n_more > 0).then(|| {
        view! { <p class="mt-3 ks-mute">{words.more_issues(&thousands(n_more as u64))}</p> }
    });
    view! {
        <table class="ks-table ks-stack mt-8">
            <caption class="sr-only">{words.quality_issues}</caption>
            <thead>
                <tr>
                    <th scope="col">{words.what_is_wrong}</th>
                    <th scope="col">{words.where_it_is}</th>
                    <th scope="col">{words.first_found}</th>
                    <th scope="col">{words.state_of_issue}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {more}
    }
    .into_any()
}

/// What is not as the provider says that it holds it (PUB-13).
fn inconsistent(ctx: &Ctx, all: &[Reconciliation]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let lang = ctx.lang;
    let rows: Vec<_> = all
        .iter()
        .map(|it| {
            view! {
                <li class="py-3">
                    <b class="font-semibold">{data(lang, it.resource_title.as_str())}</b>
                    " "
                    <span class="ks-mute num">{ctx.words.version_number(it.version)}" · "{full_day(lang, day_of(it.stated_at))}</span>
                    <div>{differences_list(lang, it)}</div>
                </li>
            }
        })
        .collect();
    let title = lang.pick("与提供单位掌握的数据不一致", "Not as the provider holds it");
    Some(
        view! {
            <section class="mt-12" aria-labelledby="h-compared">
                <h2 id="h-compared" class="text-xl">{title}</h2>
                <ul class="mt-3 divide-y divide-[var(--line)]">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

/// What inspections found, with the day until which the provider mends it.
fn inspected(ctx: &Ctx, dataset: &DatasetView, all: &[Inspection]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let lang = ctx.lang;
    let version = |number: u32| {
        let target = ctx.href(&format!("/datasets/{}/versions/{number}", dataset.code));
        view! { <a class="ks-link" href=target>{ctx.words.version_number(number)}</a> }
    };
    let rows: Vec<_> = all
        .iter()
        .map(|it| {
            let state = match it.fixed_in {
                Some(number) => view! {
                    <span class="ks-mark is-ok">{icon("check")}{ctx.words.mended}</span> " " {version(number)}
                }
                .into_any(),
                None => {
                    let is_late = it.due < ctx.today;
                    let class = if is_late { "ks-mark is-late" } else { "ks-mark is-soon" };
                    let word = match is_late {
                        true => lang.pick("逾期未整改", "Overdue"),
                        false => ctx.words.not_mended,
                    };
                    view! {
                        <span class=class>{icon("close")}{word}</span>
                        " " {ctx.words.until}{lang.pick("：", " ")}{full_day(lang, it.due)}
                    }
                    .into_any()
                }
            };
            view! {
                <li class="py-3">
                    <p class="whitespace-pre-line">{data(lang, it.finding.as_str())}</p>
                    <p class="text-sm ks-mute">{version(it.found_in)} " · " {full_day(lang, it.found_on)}</p>
                    <p class="mt-1">{state}</p>
                </li>
            }
        })
        .collect();
    let title = lang.pick("检查发现的问题", "Found by inspections");
    Some(
        view! {
            <section class="mt-12" aria-labelledby="h-inspected">
                <h2 id="h-inspected" class="text-xl">{title}</h2>
                <ul class="mt-3 divide-y divide-[var(--line)]">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

fn row(ctx: &Ctx, dataset: &DatasetView, issue: &QualityIssue) -> AnyView {
    let words = ctx.words;
    let path = format!("/datasets/{}", dataset.code);
    let version = |number: u32| {
        let target = ctx.href(&format!("{path}/versions/{number}"));
        view! { <a class="ks-link" href=target>{words.version_number(number)}</a> }
    };
    let place = match &issue.place {
        Some(place) => self::place(ctx, dataset, place, &issue.columns),
        None => words.the_dataset.into_any(),
    };
    let state = match issue.fixed_in {
        Some(number) => view! {
            <span class="ks-mark is-ok">{icon("check")}{words.mended}</span>
            <br/>
            {version(number)}
        }
        .into_any(),
        None => {
            let class = match issue.rule.severity() {
                Severity::Blocking => "ks-mark is-late",
                Severity::Advisory => "ks-mark is-soon",
            };
            let due = issue.due.map(|day| {
                view! {
                    <br/>
                    <span class="text-sm">{words.until}{ctx.lang.pick("：", " ")}{full_day(ctx.lang, day)}</span>
                }
            });
            view! { <span class=class>{icon("close")}{words.not_mended}</span>{due} }.into_any()
        }
    };
    view! {
        <tr>
            <th scope="row" class="align-top !font-normal !whitespace-normal">
                <span class="font-medium">{issue.rule.remedy(ctx.lang)}</span>
                <span class="block mt-1 text-sm ks-mute">{words.rule_word}{ctx.lang.pick("：", ": ")}{issue.rule.checks(ctx.lang)}</span>
            </th>
            <td class="align-top">{place}</td>
            <td class="align-top">{version(issue.found_in)}<br/><span class="text-sm ks-mute">{full_day(ctx.lang, issue.found_on)}</span></td>
            <td class="align-top">{state}</td>
        </tr>
    }
    .into_any()
}

fn place(ctx: &Ctx, dataset: &DatasetView, place: &IssuePlace, columns: &[String]) -> AnyView {
    let words = ctx.words;
    let named = |name: &String| {
        let item = dataset.items.iter().find(|item| item.name == *name);
        match item
            .map(|item| item.label.as_str())
            .filter(|label| !label.is_empty() && label != name)
        {
            Some(label) => format!("{label} {name}"),
            None => name.clone(),
        }
    };
    let columns = match columns {
        [] => words.whole_table.into_any(),
        columns => {
            let columns: Vec<String> = columns.iter().map(named).collect();
            data(ctx.lang, columns.join(ctx.lang.pick("、", ", ")))
        }
    };
    let path = format!("/datasets/{}", dataset.code);
    let quality = format!("{path}/resources/{}/quality?table={}", place.resource, place.table);
    let name = match place.sheet.is_empty() {
        true => place.title.clone(),
        false => format!("{} · {}", place.title, place.sheet),
    };
    let n = words.n_of_checked(&thousands(place.n_failed), &thousands(place.n_checked));
    view! {
        <b class="font-medium">{columns}</b>
        <br/>
        <a class="ks-link" rel="nofollow" href=ctx.href(&quality)>{data(ctx.lang, name)}</a>
        <br/>
        <span class="num text-sm ks-mute">{n}</span>
    }
    .into_any()
}
