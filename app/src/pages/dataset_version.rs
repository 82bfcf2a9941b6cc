//! One version of a dataset: note, date, what changed, its files (DL-10, PUB-14).

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::entries::VersionPage;
use kaishu_portal::{Error, Portal};
use kaishu_types::dataset::ResourceView;
use kaishu_types::vocabulary::{DatasetState, ResourceKind};
use kaishu_types::{DatasetCode, ErrorCode, Lang};
use leptos::prelude::*;

use super::dataset;
use super::dataset_resource::download_path;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, Section, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::dates::{day_of, full_day, full_time};
use crate::ui::heading::{Rank, page_head, rail_head, section_head};
use crate::ui::meta::{fact, meta};
use crate::ui::numbers::{size, thousands};

/// `GET /datasets/{code}/versions/{n}`
pub(crate) async fn show(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path((code, number)): Path<(String, String)>,
) -> Response {
    let found = find(&ctx, &portal, &code, &number).await;
    let needs_login = portal.needs_login();
    respond(&ctx, || Ok(page(&ctx, &portal, &found?, needs_login)))
}

async fn find(
    ctx: &Ctx,
    portal: &Portal,
    code: &str,
    number: &str,
) -> Result<VersionPage, AppError> {
    let parsed = dataset::parse_code(ctx, code)?;
    // Versions count from 1: what is no number names a version that no dataset has.
    let wanted = number.parse().unwrap_or(0);
    portal.version_page(&parsed, wanted).await.map_err(|error| match error {
        Error::NotFound { what: "version", .. } => unknown(ctx, &parsed, number),
        error => AppError::or_unknown(error, || dataset::unknown(ctx, code)),
    })
}

fn unknown(ctx: &Ctx, code: &DatasetCode, number: &str) -> AppError {
    let number: String = number.chars().take(20).collect();
    let (message, remedy) = match ctx.lang {
        Lang::Zh => (format!("数据集 {code} 没有第 {number} 版。"), "查看全部版本"),
        Lang::En => (format!("Dataset {code} has no version {number}."), "See all versions"),
    };
    AppError::new(ErrorCode::NotFound, message)
        .with_remedy(remedy, format!("/datasets/{code}#h-ver"))
}

fn page(ctx: &Ctx, portal: &Portal, found: &VersionPage, needs_login: bool) -> Page {
    let words = ctx.words;
    let dataset = &found.dataset;
    let version = &found.version;
    let dataset_title = dataset.title(ctx.lang).to_owned();
    let number = words.version_number(version.number);
    let title = match ctx.lang {
        Lang::Zh => format!("{dataset_title}（{number}）"),
        Lang::En => format!("{dataset_title}, {}", number.to_lowercase()),
    };
    let path = format!("/datasets/{}", dataset.code);
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![
                (words.datasets.to_owned(), Some("/datasets".to_owned())),
                (dataset_title, Some(path.clone())),
                (number, None),
            ])}
            {page_head(&title, data(ctx.lang, version.note.as_str()))}
            {older_note(ctx, found, &path)}
            <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
                <div class="min-w-0">{files(ctx, found, needs_login)}</div>
                {rail(ctx, portal, found, &path)}
            </div>
        </main>
    };
    let mut page = Page::new(title, body).section(Section::Datasets);
    page.listed = false;
    page
}

/// Leads on from an old version to the one that serves now.
fn older_note(ctx: &Ctx, found: &VersionPage, path: &str) -> Option<AnyView> {
    let dataset = &found.dataset;
    if found.version.number >= dataset.version {
        return None;
    }
    let words = ctx.words;
    Some(
        view! {
            <div class="ks-note mb-8">
                <p>
                    {words.older_version}
                    {ctx.gap()}
                    <a class="ks-link" href=ctx.href(path)>{words.version_number(dataset.version)}</a>
                </p>
            </div>
        }
        .into_any(),
    )
}

fn files(ctx: &Ctx, found: &VersionPage, needs_login: bool) -> AnyView {
    let words = ctx.words;
    let can_take = found.may_download && !needs_login;
    let rows: Vec<_> = found
        .version
        .resources
        .iter()
        .map(|resource| row(ctx, &found.dataset.code, resource, can_take))
        .collect();
    let waits = found.may_download && needs_login && !rows.is_empty();
    let login = waits.then(|| view! { <p class="mt-3">{words.login_needed_today}</p> });
    let list = if rows.is_empty() {
        let text = if found.dataset.state == DatasetState::Published {
            words.no_file
        } else {
            words.no_data_now
        };
        view! { <p class="mt-3">{text}</p> }.into_any()
    } else {
        view! { <ul class="mt-3 border-b border-[var(--line)]">{rows}</ul> }.into_any()
    };
    view! {
        <section aria-labelledby="h-files" class="border-t-2 border-[var(--color-base-content)] pt-4">
            {section_head("h-files", words.files_of_version)}
            {login}
            {list}
        </section>
    }
    .into_any()
}

fn row(ctx: &Ctx, code: &DatasetCode, resource: &ResourceView, can_take: bool) -> AnyView {
    let words = ctx.words;
    let page = ctx.href(&format!("/datasets/{code}/resources/{}", resource.id));
    let mut facts = vec![resource.format.label(ctx.lang).to_owned()];
    facts.extend(resource.size_bytes.map(size));
    if let (Some(n_rows), Some(n_columns)) = (resource.n_rows, resource.n_columns) {
        facts.push(format!("{} {} × {n_columns} {}", thousands(n_rows), words.rows, words.columns));
    }
    let link = (resource.kind == ResourceKind::File && can_take).then(|| {
        let target = ctx.href(&download_path(code, resource));
        view! { <a class="ks-link" rel="nofollow" href=target>{words.download}</a> }
    });
    let sums = resource.sha256.clone().zip(resource.sm3.clone()).map(|(sha256, sm3)| {
        view! {
            <p class="mt-1 text-sm ks-mute">
                "SHA-256 "<span class="ks-hash">{sha256}</span><br/>
                "SM3 "<span class="ks-hash">{sm3}</span>
            </p>
        }
    });
    view! {
        <li class="py-3 border-t border-[var(--line)]">
            <div class="flex flex-wrap justify-between gap-x-6 gap-y-1">
                <h3 class="text-base"><a class="ks-plain" href=page>{data(ctx.lang, resource.title.as_str())}</a></h3>
                {link}
            </div>
            <p class="text-sm ks-mute num">{facts.join(" · ")}</p>
            {sums}
        </li>
    }
    .into_any()
}

fn rail(ctx: &Ctx, portal: &Portal, found: &VersionPage, path: &str) -> AnyView {
    let words = ctx.words;
    let dataset = &found.dataset;
    let version = &found.version;
    let licence = portal.directory().label("licence", &dataset.fields.licence, ctx.lang);
    let mut facts = vec![
        fact(words.version, words.version_number(version.number)),
        fact(words.published_on, full_time(ctx.lang, version.published_at)),
        fact(words.provider, data(ctx.lang, dataset.organization.label(ctx.lang))),
        fact(words.licence, data(ctx.lang, licence)),
        fact(words.code, dataset.code.to_string()),
    ];
    if !version.changed_fields.is_empty() {
        let fields: Vec<&str> =
            version.changed_fields.iter().map(|field| words.field(field)).collect();
        facts.push(fact(words.changed_fields, fields.join(words.separator)));
    }
    let others: Vec<_> = dataset
        .versions
        .iter()
        .filter(|other| other.number != version.number)
        .map(|other| {
            let target = ctx.href(&format!("{path}/versions/{}", other.number));
            view! {
                <li class="flex justify-between gap-4 py-1.5 border-t border-[var(--line)] first:border-t-0">
                    <a class="ks-link" href=target>{words.version_number(other.number)}</a>
                    <span class="num text-sm ks-mute">{full_day(ctx.lang, day_of(other.published_at))}</span>
                </li>
            }
        })
        .collect();
    let others = (!others.is_empty()).then(|| {
        view! {
            {rail_head(words.other_versions, Rank::Next)}
            <ul class="mt-1">{others}</ul>
        }
    });
    view! {
        <aside aria-label=words.facts class="text-[.9375rem]">
            {rail_head(words.facts, Rank::First)}
            {meta(facts)}
            {others}
        </aside>
    }
    .into_any()
}
