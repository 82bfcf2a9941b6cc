//! The page of a dataset: what one can have now, what one can ask for, and why (SRCH-03).

mod facts;
pub(super) mod in_place;
pub(super) mod items;
pub(super) mod look;
pub(super) mod obtain;
pub(super) mod preview;
pub(super) mod terms;
mod versions;

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::entries::DatasetPage;
use kaishu_types::vocabulary::DatasetState;
use kaishu_types::{DatasetCode, ErrorCode, Lang};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Keep, Page, Section, respond};
use crate::ui::class_mark::{MarkSize, class_mark};
use crate::ui::crumbs::crumbs;
use crate::ui::data::{data, foreign};
use crate::ui::dates::{day_of, full_day};
use crate::ui::freshness::freshness;

/// `GET /datasets/{code}`
pub(crate) async fn show(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(code): Path<String>,
) -> Response {
    let found = find(&ctx, &portal, &code).await;
    respond(&ctx, || Ok(page(&ctx, &found?)))
}

/// Finds the page of a dataset, or says that there is none.
pub(crate) async fn find(ctx: &Ctx, portal: &Portal, code: &str) -> Result<DatasetPage, AppError> {
    let found = portal.dataset_page(&ctx.caller, &parse_code(ctx, code)?).await;
    found.map_err(|error| AppError::or_unknown(error, || unknown(ctx, code)))
}

/// Reads the code of a dataset out of an address.
pub(crate) fn parse_code(ctx: &Ctx, code: &str) -> Result<DatasetCode, AppError> {
    code.parse().map_err(|_| unknown(ctx, code))
}

/// The error of a code that no public dataset has.
pub(crate) fn unknown(ctx: &Ctx, code: &str) -> AppError {
    let code: String = code.chars().take(80).collect();
    let (message, remedy) = match ctx.lang {
        Lang::Zh => {
            (format!("没有编号为 {code} 的数据集。可能编号有误，或者从未公开。"), "按编号查找")
        }
        Lang::En => (
            format!("There is no dataset {code}. The code may be wrong, or it was never public."),
            "Search for the code",
        ),
    };
    let request = kaishu_types::search::SearchRequest { q: code, ..Default::default() };
    AppError::new(ErrorCode::NotFound, message)
        .with_remedy(remedy, format!("/datasets?{}", request.to_query()))
}

fn page(ctx: &Ctx, found: &DatasetPage) -> Page {
    let words = ctx.words;
    let dataset = &found.dataset;
    let title = dataset.title(ctx.lang).to_owned();
    let summary = dataset.summary(ctx.lang).to_owned();
    let provider = dataset.organization.label(ctx.lang).to_owned();
    let provider_path = format!("/organizations/{}", dataset.organization.code);
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![
                (words.datasets.to_owned(), Some("/datasets".to_owned())),
                (provider, Some(provider_path)),
                (dataset.code.to_string(), None),
            ])}
            {state_note(ctx, found)}
            {head(ctx, found)}
            {chinese_note(ctx, found)}
            <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
                <div class="min-w-0">
                    {obtain::section(ctx, found)}
                    {items::section(ctx, found)}
                    {look::section(ctx, found)}
                    {look::results(ctx, found)}
                    {terms::section(ctx, found)}
                    {obtain::resources(ctx, found)}
                    {versions::section(ctx, found)}
                    {versions::citation(ctx, found)}
                </div>
                {facts::rail(ctx, found)}
            </div>
            {obtain::foot(ctx, found)}
        </main>
    };
    let mut page = Page::new(title, body).section(Section::Datasets).description(summary);
    page.json_ld = Some(found.json_ld.clone());
    if dataset.resources.iter().any(|it| it.in_place.is_some()) {
        // When it was last fetched changes without a change of the catalogue.
        page.keep = Keep::Never;
    }
    page.listed = dataset.state == DatasetState::Published;
    page
}

/// Draws what it is, whose, and which class.
fn head(ctx: &Ctx, found: &DatasetPage) -> AnyView {
    let dataset = &found.dataset;
    let title = dataset.title(ctx.lang).to_owned();
    let summary = dataset.summary(ctx.lang).to_owned();
    let size = if title.chars().count() > 40 {
        "text-[1.375rem] md:text-[1.625rem] leading-[1.4]"
    } else {
        "text-[1.75rem] md:text-[2.375rem] leading-[1.3]"
    };
    let provider = dataset.organization.label(ctx.lang).to_owned();
    let provider_path = format!("/organizations/{}", dataset.organization.code);
    view! {
        <header class="pt-3 pb-8 max-w-[54rem]">
            <h1 class=size lang=foreign(ctx.lang, &title)>{title.clone()}</h1>
            <p class="mt-3 text-lg whitespace-pre-line" lang=foreign(ctx.lang, &summary)>{summary.clone()}</p>
            <div class="ks-inline mt-4 !text-[.9375rem]">
                {class_mark(ctx.lang, dataset.fields.open.class, MarkSize::Large)}
                <a class="ks-link" href=ctx.href(&provider_path)>{data(ctx.lang, provider)}</a>
                {freshness(ctx, dataset.freshness(ctx.today), dataset.updated_at)}
                <span class="num">{ctx.words.code}" "{dataset.code.to_string()}</span>
            </div>
        </header>
    }
    .into_any()
}

/// Says to who reads in English that the entry speaks Chinese.
fn chinese_note(ctx: &Ctx, found: &DatasetPage) -> Option<AnyView> {
    let is_foreign = |text: &str| foreign(ctx.lang, text) == Some(Lang::Zh.tag());
    let items = &found.dataset.items;
    if ctx.lang == Lang::Zh || !items.iter().any(|item| is_foreign(&item.label)) {
        return None;
    }
    Some(
        view! { <p class="ks-note mb-8 max-w-[54rem] text-[.9375rem]">{ctx.words.data_in_chinese}</p> }
            .into_any(),
    )
}

/// Says what happened to a dataset that serves no data any more (SRCH-08).
fn state_note(ctx: &Ctx, found: &DatasetPage) -> Option<AnyView> {
    let words = ctx.words;
    let dataset = &found.dataset;
    let title = match dataset.state {
        DatasetState::Suspended => words.suspended_title,
        DatasetState::Withdrawn => words.withdrawn_title,
        DatasetState::Retired => words.retired_title,
        DatasetState::Destroyed => words.destroyed_title,
        _ => return None,
    };
    Some(
        view! {
            <div class="ks-note is-warn mt-4" role="status">
                <p class="font-semibold">{title}</p>
                <p>
                    {words.since}{ctx.gap()}{full_day(ctx.lang, day_of(dataset.state_since))}
                    {ctx.lang.pick("。", ". ")}
                    {words.no_data_now}
                </p>
                {dataset.state_reason.clone().map(|text| view! { <p>{data(ctx.lang, text)}</p> })}
            </div>
        }
        .into_any(),
    )
}
