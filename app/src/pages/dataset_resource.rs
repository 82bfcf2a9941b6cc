//! One file or interface of a dataset: its facts and its columns (DL-10).

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::entries::DatasetPage;
use kaishu_portal::tables::file_before;
use kaishu_types::dataset::ResourceView;
use kaishu_types::vocabulary::ResourceKind;
use kaishu_types::{DatasetCode, ErrorCode, Lang};
use leptos::prelude::*;

use super::dataset;
use super::explorer::{self, NoTable};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Keep, Page, Section, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::data::{data, foreign};
use crate::ui::dates::{day_of, full_day};
use crate::ui::heading::{Rank, page_head, rail_head};
use crate::ui::icon::icon;
use crate::ui::links::{download_path, safe_url};
use crate::ui::meta::{fact, hash, meta, text_fact};
use crate::ui::numbers::{extent, size};

/// `GET /datasets/{code}/resources/{id}`
pub(crate) async fn show(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Path((code, id)): Path<(String, String)>,
) -> Response {
    let drawn = Box::pin(draw(&ctx, &portal, &code, &id)).await;
    drawn.unwrap_or_else(|error| respond(&ctx, || Err(error)))
}

/// The table of the file; where there is none, what there is to say of the file.
async fn draw(ctx: &Ctx, portal: &Portal, code: &str, id: &str) -> Result<Response, AppError> {
    let (found, resource) = find(ctx, portal, code, id).await?;
    let why_not = match explorer::show(ctx, portal, &found, &resource).await? {
        Ok(response) => return Ok(response),
        Err(why_not) => why_not,
    };
    ctx.without_parameters()?;
    Ok(respond(ctx, || Ok(page(ctx, &found, &resource, &why_not))))
}

/// Finds a resource with its dataset as the last version that has it said it.
pub(super) async fn find(
    ctx: &Ctx,
    portal: &Portal,
    code: &str,
    id: &str,
) -> Result<(DatasetPage, ResourceView), AppError> {
    let found = dataset::find(ctx, portal, code).await?;
    let dataset = &found.dataset;
    let id = parse_id(ctx, &dataset.code, id)?;
    let of_versions = dataset.versions.iter().flat_map(|version| &version.resources);
    let resource = dataset.resources.iter().chain(of_versions).find(|it| it.id == id).cloned();
    let resource = resource.ok_or_else(|| unknown(ctx, &dataset.code, &id.to_string()))?;
    // What only older versions have is shown as the last of them said it.
    let mut versions = dataset.versions.iter();
    let last = versions.find(|version| version.resources.iter().any(|it| it.id == id));
    match last.filter(|last| last.number != dataset.version) {
        Some(last) => {
            Ok((portal.version_page(&ctx.caller, &dataset.code, last.number).await?.said, resource))
        }
        None => Ok((found, resource)),
    }
}

/// Reads the number of a resource out of an address.
pub(crate) fn parse_id(ctx: &Ctx, code: &DatasetCode, id: &str) -> Result<i64, AppError> {
    id.parse().map_err(|_| unknown(ctx, code, id))
}

/// The error of a number that no public resource of a dataset has.
pub(crate) fn unknown(ctx: &Ctx, code: &DatasetCode, id: &str) -> AppError {
    let id: String = id.chars().take(20).collect();
    let (message, remedy) = match ctx.lang {
        Lang::Zh => (
            format!("数据集 {code} 没有编号为 {id} 的文件。可能已经由新版本替换。"),
            "查看数据集的文件",
        ),
        Lang::En => (
            format!("Dataset {code} has no file {id}. A newer version may have replaced it."),
            "See the files of the dataset",
        ),
    };
    AppError::new(ErrorCode::NotFound, message).with_remedy(remedy, format!("/datasets/{code}"))
}

fn page(ctx: &Ctx, found: &DatasetPage, resource: &ResourceView, why_not: &NoTable) -> Page {
    let words = ctx.words;
    let dataset = &found.dataset;
    let title = resource.title.clone();
    let dataset_title = dataset.title(ctx.lang).to_owned();
    let dataset_path = format!("/datasets/{}", dataset.code);
    // A dataset of one file often gives it its own name, which is not said three times.
    let is_alike = title == dataset_title;
    let place = if is_alike { words.file.to_owned() } else { title.clone() };
    let of = if is_alike {
        words.to_the_dataset.into_any()
    } else {
        data(ctx.lang, dataset_title.as_str())
    };
    let of = view! { <a class="ks-link" href=ctx.href(&dataset_path)>{of}</a> };
    let description = resource
        .description
        .clone()
        .map(|text| view! { <p class="mb-6 max-w-[40em] whitespace-pre-line" lang=foreign(ctx.lang, &text)>{text.clone()}</p> });
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![
                (words.datasets.to_owned(), Some("/datasets".to_owned())),
                (dataset_title, Some(dataset_path)),
                (place, None),
            ])}
            {page_head(&title, of)}
            <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
                <div class="min-w-0">
                    {description}
                    {ways(ctx, found, resource)}
                    {no_table(ctx, found, resource, why_not)}
                    {dataset::items::section(ctx, found)}
                </div>
                {rail(ctx, found, resource)}
            </div>
        </main>
    };
    let mut page = Page::new(title, body).section(Section::Datasets);
    // The page of the dataset is the one to find.
    page.listed = false;
    if resource.in_place.is_some() {
        page.keep = Keep::Never;
    }
    if let NoTable::Preparing(_) = why_not {
        page.keep = Keep::Never;
        page.refresh = Some("5".to_owned());
    }
    page
}

/// Says why there is no table to look at, and where the one of the version before still is.
fn no_table(
    ctx: &Ctx,
    found: &DatasetPage,
    resource: &ResourceView,
    why_not: &NoTable,
) -> Option<AnyView> {
    let words = ctx.words;
    let is_missed = matches!(why_not, NoTable::Preparing(_) | NoTable::Failed(_));
    let before = is_missed.then(|| file_before(&found.dataset, resource.id)).flatten();
    let before = before.map(|(version, file)| {
        let path = format!("/datasets/{}/resources/{}", found.dataset.code, file.id);
        view! {
            <p class="mt-2">
                <a class="ks-link" href=ctx.href(&path)>{words.table_of_version(version)}</a>
            </p>
        }
    });
    let text = match why_not {
        _ if resource.kind != ResourceKind::File => return None,
        NoTable::Preparing(percent) => words.table_preparing(*percent),
        NoTable::Failed(reason) => words.table_failed(reason),
        NoTable::Stopped(why) => why.clone(),
        NoTable::Unsuited => words.no_table_of_format.to_owned(),
    };
    Some(
        view! {
            <section aria-labelledby="h-table" class="mt-10">
                <h2 id="h-table" class="text-xl">{words.table}</h2>
                <p class="mt-2 max-w-[40em]" role="status">{text}</p>
                {before}
            </section>
        }
        .into_any(),
    )
}

fn ways(ctx: &Ctx, found: &DatasetPage, resource: &ResourceView) -> AnyView {
    let words = ctx.words;
    let code = &found.dataset.code;
    let is_there = resource.kind == ResourceKind::File && found.may_download;
    let can_take = found.can_take(resource);
    let kept_back = found.kept_back.get(&resource.id);
    let action = if found.waits_for_login(resource) {
        view! {
            <p>{words.login_needed}</p>
            <p class="mt-4">{dataset::obtain::log_in_to_take(ctx, found, resource)}</p>
        }
        .into_any()
    } else if let Some(release) = kept_back.filter(|_| is_there) {
        view! { <p class="max-w-[40em]">{words.kept_back(release)}</p> }.into_any()
    } else if can_take {
        let bytes = resource
            .size_bytes
            .map(|bytes| view! { <span class="font-normal num">"("{size(bytes)}")"</span> });
        let target = ctx.href(&download_path(code, resource));
        view! {
            <a class="btn btn-primary" rel="nofollow" href=target>
                {icon("download")}{words.download}" "{resource.format.label(ctx.lang)}" "{bytes}
            </a>
        }
        .into_any()
    } else if let Some(url) = resource.url.as_deref().and_then(safe_url) {
        view! {
            <a class="btn btn-primary" rel="external nofollow noopener" href=url>{words.open_link}</a>
        }
        .into_any()
    } else {
        view! { <p>{words.no_file}</p> }.into_any()
    };
    view! {
        <section aria-labelledby="h-get" class="border-t-2 border-[var(--color-base-content)] pt-5">
            <h2 id="h-get" class="text-xl">{words.get_data}</h2>
            <div class="mt-3">{action}</div>
            {dataset::in_place::note(ctx, found, resource)}
        </section>
    }
    .into_any()
}

/// The facts of a file: what it is, of which version, under which licence, with its checksums.
pub(super) fn rail(ctx: &Ctx, found: &DatasetPage, resource: &ResourceView) -> AnyView {
    let words = ctx.words;
    let mut facts = vec![
        fact(words.type_, resource.kind.label(ctx.lang)),
        fact(words.format, resource.format.label(ctx.lang)),
    ];
    facts.extend(text_fact(words.file_name, resource.file_name.as_deref()));
    facts.extend(text_fact(words.size, resource.size_bytes.map(size).as_deref()));
    facts.extend(text_fact(words.amount, extent(words, resource).as_deref()));
    facts.extend(text_fact(words.encoding, resource.encoding.as_deref()));
    let version_path = format!("/datasets/{}/versions/{}", found.dataset.code, resource.version);
    facts.push(fact(
        words.version,
        view! { <a class="ks-link" href=ctx.href(&version_path)>{words.version_number(resource.version)}</a> },
    ));
    facts.push(fact(words.updated, full_day(ctx.lang, day_of(resource.updated_at))));
    let licence = found.terms.label("licence", &found.dataset.fields.licence, ctx.lang);
    facts.push(fact(words.licence, data(ctx.lang, licence)));
    let sums: Vec<AnyView> = [("SHA-256", &resource.sha256), ("SM3", &resource.sm3)]
        .into_iter()
        .filter_map(|(word, sum)| Some(fact(word, hash(sum.as_deref()?))))
        .collect();
    let sums = (!sums.is_empty()).then(|| {
        view! {
            {rail_head(words.checksum, Rank::Next)}
            {meta(sums)}
        }
    });
    view! {
        <aside aria-label=words.facts class="text-[.9375rem]">
            {rail_head(words.facts, Rank::First)}
            {meta(facts)}
            {sums}
        </aside>
    }
    .into_any()
}
