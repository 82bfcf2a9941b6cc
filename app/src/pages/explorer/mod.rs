//! The table of a file: rows, filters, columns, all in the address (SRCH-03, DL-02).

mod address;
mod chart;
mod column;
mod condition;
mod downloads;
mod faults;
mod filters;
mod rows;

use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use kaishu_portal::Portal;
use kaishu_portal::entries::DatasetPage;
use kaishu_portal::tables::{Answer, OpenTable, Page as Part, TableState, why_stopped};
use kaishu_types::ErrorCode;
use kaishu_types::dataset::ResourceView;
use leptos::prelude::*;

use self::address::View;
use self::chart::Chart;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::islands::copy_link::CopyLink;
use crate::page::{Keep, Page, Section, respond};
use crate::ui::class_mark::{MarkSize, class_mark};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::icon::icon;
use crate::ui::links::download_path;
use crate::ui::numbers::thousands;

/// What the page shows of a table.
struct Shown<'a> {
    ctx: &'a Ctx,
    found: &'a DatasetPage,
    resource: &'a ResourceView,
    table: &'a OpenTable,
    view: &'a View,
    answer: Result<Answer, String>,
    chart: Chart,
}

impl Shown<'_> {
    /// Whether the table has no row at all, so that there is nothing to filter and nothing to draw.
    fn is_bare(&self) -> bool {
        let query = &self.view.request.query;
        let is_asked = query.filter.is_some() || query.contains.is_some();
        !is_asked && self.answer.as_ref().is_ok_and(|answer| answer.total == 0)
    }
}

/// Why there is no table to see of a file.
pub(super) enum NoTable {
    /// It is being taken in, so far in percent.
    Preparing(u8),
    /// It cannot be taken in.
    Failed(String),
    /// Nothing of it may leave before a person has decided; this is why.
    Stopped(String),
    /// No table is made of such files.
    Unsuited,
}

/// Shows the table of a file, or says why there is none.
pub(super) async fn show(
    ctx: &Ctx,
    portal: &Portal,
    found: &DatasetPage,
    resource: &ResourceView,
) -> Result<Result<Response, NoTable>, AppError> {
    let path = format!("/datasets/{}/resources/{}", found.dataset.code, resource.id);
    let view = match address::read(ctx, &path)? {
        address::Asked::View(view) => view,
        address::Asked::Elsewhere(address) => {
            return Ok(Ok(Redirect::to(&ctx.href(&address)).into_response()));
        }
    };
    let code = &found.dataset.code;
    let request = &view.request;
    let (id, number, version) = (resource.id, request.table, request.version);
    let state = portal.table_state(&ctx.caller, code, id, number, version, ctx.lang).await?;
    let table = match state {
        TableState::Open(table) => table,
        TableState::Preparing(percent) => return Ok(Err(NoTable::Preparing(percent))),
        TableState::Failed(reason) => return Ok(Err(NoTable::Failed(reason))),
        TableState::NoTable => return Ok(Err(NoTable::Unsuited)),
        TableState::Stopped(columns) => {
            return Ok(Err(NoTable::Stopped(why_stopped(&columns, ctx.lang))));
        }
    };
    let part = Part { limit: request.limit, cursor: request.cursor.clone() };
    let answer = match portal.ask(&table, &request.query, &part).await {
        Ok(answer) => Ok(answer),
        Err(error) if error.code() == ErrorCode::InvalidInput => Err(error.message(ctx.lang)),
        Err(error) => return Err(error.into()),
    };
    let chart = Chart::of(ctx, portal, &table, &view).await?;
    let shown = Shown { ctx, found, resource, table: &table, view: &view, answer, chart };
    Ok(Ok(respond(ctx, || Ok(page(&shown)))))
}

fn page(shown: &Shown<'_>) -> Page {
    let Shown { ctx, found, resource, .. } = shown;
    let words = ctx.words;
    let dataset = &found.dataset;
    let dataset_title = dataset.title(ctx.lang).to_owned();
    let title = resource.title.clone();
    let dataset_path = format!("/datasets/{}", dataset.code);
    let is_alike = title == dataset_title;
    let place = if is_alike { words.table.to_owned() } else { title.clone() };
    let has_rows = !shown.is_bare();
    // A chart that was asked for says itself that there is nothing to draw.
    let has_charts = has_rows || shown.view.chart.is_some();
    let body = view! {
        <main id="main" class="ks-wrap text-[.9375rem]">
            {crumbs(ctx, vec![
                (words.datasets.to_owned(), Some("/datasets".to_owned())),
                (dataset_title.clone(), Some(dataset_path)),
                (place, None),
            ])}
            {head(shown, &title)}
            {tables(shown)}
            {has_rows.then(|| filters::form(shown))}
            {faults::section(shown)}
            {stopped(shown)}
            <div class="grid lg:grid-cols-[minmax(0,1fr)_21rem] gap-x-8 gap-y-8">
                <div class="min-w-0">{rows::section(shown)}</div>
                {has_rows.then(|| column::aside(shown))}
            </div>
            {has_charts.then(|| chart::section(shown))}
            <div class="mt-12 max-w-[52rem]">{super::dataset_resource::rail(ctx, found, resource)}</div>
        </main>
    };
    let title = if is_alike { format!("{title}：{}", words.table) } else { title };
    let mut page = Page::new(title, body).section(Section::Datasets);
    page.is_wide = true;
    // Whoever filters does not want to be found, and what is open may change with the next request.
    page.listed = ctx.query.is_empty();
    page.keep = Keep::Never;
    if shown.answer.is_err() || shown.chart.is_refused() || shown.view.draft.is_some() {
        page.status = StatusCode::BAD_REQUEST;
    }
    page
}

fn head(shown: &Shown<'_>, title: &str) -> AnyView {
    let Shown { ctx, found, resource, table, .. } = shown;
    let words = ctx.words;
    let dataset = &found.dataset;
    let n_columns = table.governed.columns().len();
    let extent = table.governed.n_rows().map(|n_rows| {
        let text = format!("{} {} × {n_columns} {}", thousands(n_rows), words.rows, words.columns);
        view! { <span class="num">{text}</span> }
    });
    let file = (table.may_take_file && found.is_free()).then(|| {
        let target = ctx.href(&download_path(&dataset.code, resource));
        view! {
            <a class="btn btn-sm btn-outline" rel="nofollow" href=target>
                {icon("download")}{words.original_file}" "{resource.format.label(ctx.lang)}
            </a>
        }
    });
    // Of a table without rows the file is all there is to take.
    let has_ways = file.is_none() || !shown.is_bare();
    let base = format!("/api/v1/datasets/{}/resources/{}", dataset.code, resource.id);
    let api = format!("{base}/rows{}", shown.view.question());
    let description = match table.number {
        1 => format!("{base}/openapi.json"),
        number => format!("{base}/openapi.json?table={number}"),
    };
    let quality = format!(
        "/datasets/{}/resources/{}/quality?table={}",
        dataset.code, resource.id, table.number
    );
    let quality = ctx.href(&quality);
    view! {
        <div class="flex flex-wrap items-end justify-between gap-x-8 gap-y-3 pb-4">
            <div>
                <h1 class="text-2xl">{data(ctx.lang, title.to_owned())}</h1>
                <p class="ks-inline mt-1">
                    {class_mark(ctx.lang, dataset.fields.open.class, MarkSize::Normal)}
                    <span>{data(ctx.lang, dataset.organization.label(ctx.lang).to_owned())}</span>
                    {extent}
                    <a class="ks-link" href=api rel="nofollow">{words.api_address}</a>
                    <a class="ks-link" href=description rel="nofollow">{words.api_description}</a>
                    <a class="ks-link" rel="nofollow" href=quality>{words.data_quality}</a>
                </p>
            </div>
            <div class="flex flex-wrap gap-2">
                <CopyLink
                    label=words.copy_link.to_owned()
                    version=table.dataset_version()
                    copied=words.link_copied.to_owned()
                    refused=words.link_not_copied.to_owned()
                />
                {file}
                {has_ways.then(|| downloads::section(shown))}
            </div>
        </div>
    }
    .into_any()
}

/// The tables of a workbook or an archive.
fn tables(shown: &Shown<'_>) -> Option<AnyView> {
    let Shown { ctx, table, view, .. } = shown;
    if table.names.len() < 2 {
        return None;
    }
    let entries: Vec<_> = table
        .names
        .iter()
        .enumerate()
        .map(|(place, name)| {
            let number = place + 1;
            let current = (number == table.number).then_some("page");
            let target = ctx.href(&view.of_table(number));
            view! { <li><a class="ks-tab" href=target aria-current=current>{data(ctx.lang, name.clone())}</a></li> }
        })
        .collect();
    Some(
        view! {
            <nav aria-label=ctx.words.tables_of_file><ul class="ks-tabs">{entries}</ul></nav>
        }
        .into_any(),
    )
}

/// Says which columns are not there, or are masked, because of what was found in them (SEC-21).
fn stopped(shown: &Shown<'_>) -> Option<AnyView> {
    let Shown { ctx, table, .. } = shown;
    let text = why_stopped(&table.stopped, ctx.lang);
    (!text.is_empty()).then(|| view! { <p class="ks-note my-4">{text}</p> }.into_any())
}
