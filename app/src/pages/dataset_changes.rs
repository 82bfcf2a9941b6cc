//! What a file has that differs from the same file of another version (CAT-10, DL-10).

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use kaishu_portal::entries::DatasetPage;
use kaishu_portal::tables::{Compared, Comparison};
use kaishu_portal::{Error, Portal};
use kaishu_types::ErrorCode;
use kaishu_types::dataset::ResourceView;
use kaishu_types::table::address::{self, ChangesRequest};
use kaishu_types::table::{Cell, ChangeKind, ColumnChange, RowChange, TableColumn};
use kaishu_types::vocabulary::ItemType;
use leptos::prelude::*;

use super::dataset_resource;
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Keep, Page, Section, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::heading::{page_head, section_head};
use crate::ui::numbers::thousands;

/// A value is shown with so many characters.
const SHOWN: usize = 160;

/// What the page shows.
struct Shown {
    found: DatasetPage,
    resource: ResourceView,
    request: ChangesRequest,
    /// What differs, or why it cannot be said.
    compared: Result<Box<Comparison>, String>,
}

/// `GET /datasets/{code}/resources/{id}/changes`
pub(crate) async fn show(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Path((code, id)): Path<(String, String)>,
) -> Response {
    let found = find(&ctx, &portal, &code, &id).await;
    respond(&ctx, || Ok(page(&ctx, &found?)))
}

async fn find(ctx: &Ctx, portal: &Portal, code: &str, id: &str) -> Result<Shown, AppError> {
    let request = address::read_changes(&ctx.query, ctx.lang).map_err(AppError::fields)?;
    let (found, resource) = dataset_resource::find(ctx, portal, code, id).await?;
    let code = &found.dataset.code;
    let nothing = || {
        let message = ctx.lang.pick(
            "没有可以比较的表格：以前的版本没有这个文件，或者它现在没有表格。",
            "There is nothing to compare with: no version before has this file, or it has no table now.",
        );
        let path = format!("/datasets/{code}/resources/{}", resource.id);
        AppError::new(ErrorCode::NotFound, message)
            .with_remedy(ctx.lang.pick("查看这个文件", "See the file"), path)
    };
    let compared = match portal.compare(&ctx.caller, code, resource.id, &request, ctx.lang).await {
        Ok(Compared::Tables(found)) => Ok(found),
        Ok(Compared::NoTable(_)) | Err(Error::NotFound { .. }) => return Err(nothing()),
        Err(error) if error.code() == ErrorCode::InvalidInput => Err(error.message(ctx.lang)),
        Err(error) => return Err(error.into()),
    };
    Ok(Shown { found, resource, request, compared })
}

fn page(ctx: &Ctx, shown: &Shown) -> Page {
    let Shown { found, resource, compared, .. } = shown;
    let words = ctx.words;
    let dataset = &found.dataset;
    let path = format!("/datasets/{}", dataset.code);
    let file = format!("{path}/resources/{}", resource.id);
    let title = format!("{}{}{}", words.row_changes, ctx.lang.pick("：", ": "), resource.title);
    let lead = match compared {
        Ok(found) => {
            let (old, new) = (found.old.resource.version, found.new.resource.version);
            words.between_versions(&words.version_number(old), &words.version_number(new))
        }
        Err(_) => words.compares_two_versions.to_owned(),
    };
    let parts = match compared {
        Ok(compared) => view! {
            {columns(ctx, &compared.diff.column_changes)}
            {form(ctx, shown, Some(compared))}
            {rows(ctx, shown, compared)}
        }
        .into_any(),
        Err(fault) => view! {
            <div class="my-4 border-l-4 border-[var(--color-error)] pl-4 py-1" role="alert">
                <p class="font-semibold">{words.not_compared}</p>
                <p class="mt-1">{fault.clone()}</p>
            </div>
            {form(ctx, shown, None)}
        }
        .into_any(),
    };
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![
                (words.datasets.to_owned(), Some("/datasets".to_owned())),
                (dataset.title(ctx.lang).to_owned(), Some(path)),
                (words.table.to_owned(), Some(file)),
                (words.row_changes.to_owned(), None),
            ])}
            {page_head(&title, lead)}
            {parts}
        </main>
    };
    let mut page = Page::new(title, body).section(Section::Datasets);
    page.is_wide = true;
    page.listed = false;
    page.keep = Keep::Never;
    if shown.compared.is_err() {
        page.status = StatusCode::BAD_REQUEST;
    }
    page
}

/// Columns that differ, with what they break.
fn columns(ctx: &Ctx, changes: &[ColumnChange]) -> AnyView {
    let words = ctx.words;
    if changes.is_empty() {
        return view! { <p class="ks-note is-ok">{words.columns_are_the_same}</p> }.into_any();
    }
    let is_breaking = changes.iter().any(ColumnChange::is_breaking);
    let (class, title) = match is_breaking {
        true => ("ks-note is-warn", words.breaking_change),
        false => ("ks-note is-ok", words.compatible_change),
    };
    let lines: Vec<_> =
        changes.iter().map(|change| view! { <li>{change.words(ctx.lang)}</li> }).collect();
    view! {
        <div class=class>
            <p class="font-semibold">{title}</p>
            <ul class="mt-1 list-disc ps-5">{lines}</ul>
        </div>
    }
    .into_any()
}

/// By what rows are told, and which of them are shown.
fn form(ctx: &Ctx, shown: &Shown, compared: Option<&Comparison>) -> AnyView {
    let Shown { found, resource, request, .. } = shown;
    let words = ctx.words;
    let action =
        ctx.href(&format!("/datasets/{}/resources/{}/changes", found.dataset.code, resource.id));
    let base = ChangesRequest { key: None, kind: None, offset: 0, ..request.clone() };
    let kept: Vec<_> = address::write_changes(&base)
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect();
    let key = compared.map(|it| it.diff.key.as_slice()).unwrap_or_default();
    let columns = compared.map(|it| it.diff.columns.as_slice()).unwrap_or_default();
    // Several columns together stay as they were asked for.
    let together = (key.len() > 1).then(|| {
        let names: Vec<String> =
            key.iter().map(|name| kaishu_types::table::write::column_name(name)).collect();
        view! { <option value=names.join(",") selected=true>{key.join(ctx.lang.pick("、", ", "))}</option> }
    });
    let options: Vec<_> = columns
        .iter()
        .map(|column| {
            let value = kaishu_types::table::write::column_name(&column.name);
            let is_chosen = key == [column.name.clone()];
            view! { <option value=value selected=is_chosen>{column.label.clone()}</option> }
        })
        .collect();
    let kinds: Vec<_> = ChangeKind::ALL
        .iter()
        .map(|kind| {
            let is_chosen = request.kind == Some(*kind);
            view! { <option value=kind.as_str() selected=is_chosen>{kind.label(ctx.lang)}</option> }
        })
        .collect();
    let is_whole = key.is_empty();
    view! {
        <form method="get" action=action class="flex flex-wrap items-end gap-x-4 gap-y-3 mt-6">
            {kept}
            <div>
                <label for="c-key" class="block text-sm">{words.rows_told_by}</label>
                <select id="c-key" name="key" class="select !h-9 text-sm">
                    <option value="*" selected=is_whole>{words.whole_rows}</option>
                    {together}
                    {options}
                </select>
            </div>
            <div>
                <label for="c-kind" class="block text-sm">{words.kind_of_change}</label>
                <select id="c-kind" name="kind" class="select !h-9 text-sm">
                    <option value="">{words.all_changes}</option>
                    {kinds}
                </select>
            </div>
            <button class="btn btn-sm btn-outline !min-h-9" type="submit">{words.compare}</button>
        </form>
    }
    .into_any()
}

fn rows(ctx: &Ctx, shown: &Shown, compared: &Comparison) -> AnyView {
    let words = ctx.words;
    let diff = &compared.diff;
    let counts = words.counts_of_changes(
        &thousands(diff.n_changed),
        &thousands(diff.n_added),
        &thousands(diff.n_removed),
        &thousands(diff.n_same),
    );
    let heads: Vec<_> = diff
        .columns
        .iter()
        .map(|column| {
            let class = is_number(column).then_some("r");
            view! { <th scope="col" class=class>{data(ctx.lang, column.label.clone())}</th> }
        })
        .collect();
    let lines: Vec<_> = diff.rows.iter().map(|it| row(ctx, it, &diff.columns)).collect();
    let is_empty = diff.rows.is_empty();
    let page = |offset: Option<usize>, rel: &'static str, text: &'static str| {
        offset.map(|offset| {
            let request = ChangesRequest { offset, ..shown.request.clone() };
            let query = address::query_string(&address::write_changes(&request));
            let (code, id) = (&shown.found.dataset.code, shown.resource.id);
            let target = ctx.href(&format!("/datasets/{code}/resources/{id}/changes?{query}"));
            view! { <a class="btn btn-outline" rel=rel href=target>{text}</a> }
        })
    };
    let next = page(diff.next.and_then(|it| usize::try_from(it).ok()), "next", words.next_rows);
    let offset = shown.request.offset;
    let before = (offset > 0).then(|| offset.saturating_sub(shown.request.limit));
    let before = page(before, "prev", words.rows_before);
    view! {
        <section aria-labelledby="h-rows" class="mt-8 border-t-2 border-[var(--color-base-content)] pt-4">
            {section_head("h-rows", words.rows_that_differ)}
            <p class="mt-1 num" role="status">{counts}</p>
            {is_empty.then(|| view! { <p class="mt-3">{words.no_row_differs}</p> })}
            {(!is_empty).then(|| view! {
                <div class="ks-frame mt-3" tabindex="0" role="region" aria-label=words.rows_that_differ>
                    <table class="ks-table is-dense">
                        <caption class="sr-only">{words.rows_that_differ}</caption>
                        <thead><tr><th scope="col">{words.change_word}</th>{heads}</tr></thead>
                        <tbody>{lines}</tbody>
                    </table>
                </div>
            })}
            <nav class="flex flex-wrap gap-3 mt-4" aria-label=words.pages>{before}{next}</nav>
        </section>
    }
    .into_any()
}

/// A row: what became of it in a word, and its cells; in a changed one both values of each cell that
/// differs.
fn row(ctx: &Ctx, change: &RowChange, columns: &[TableColumn]) -> AnyView {
    let cell = |cells: &Option<Vec<Cell>>, place: usize| {
        cells.as_ref().and_then(|cells| cells.get(place).cloned().flatten()).unwrap_or_default()
    };
    let cells: Vec<_> = columns
        .iter()
        .enumerate()
        .map(|(place, column)| {
            let class = is_number(column).then_some("r");
            let (before, after) = (cell(&change.before, place), cell(&change.after, place));
            let content = match change.kind {
                ChangeKind::Added => inserted(ctx, &after),
                ChangeKind::Removed => deleted(ctx, &before),
                ChangeKind::Changed if before == after => plain(ctx, &after),
                ChangeKind::Changed => view! {
                    {deleted(ctx, &before)}
                    <span aria-hidden="true" class="ks-mute">" → "</span>
                    {inserted(ctx, &after)}
                }
                .into_any(),
            };
            view! { <td class=class>{content}</td> }
        })
        .collect();
    let (sign, class) = match change.kind {
        ChangeKind::Changed => ("~ ", "ks-mark is-soon"),
        ChangeKind::Added => ("+ ", "ks-mark is-ok"),
        ChangeKind::Removed => ("− ", "ks-mark is-late"),
    };
    view! {
        <tr>
            <th scope="row" class="!font-normal"><span class=class><b aria-hidden="true" class="num">{sign}</b>{change.kind.label(ctx.lang)}</span></th>
            {cells}
        </tr>
    }
    .into_any()
}

fn inserted(ctx: &Ctx, text: &str) -> AnyView {
    view! { <ins class="text-[var(--color-success)] underline">{plain(ctx, text)}</ins> }.into_any()
}

fn deleted(ctx: &Ctx, text: &str) -> AnyView {
    view! { <del class="text-[var(--color-error)] line-through">{plain(ctx, text)}</del> }
        .into_any()
}

fn plain(ctx: &Ctx, text: &str) -> AnyView {
    if text.trim().is_empty() {
        return view! { <span class="ks-mute">{ctx.words.null_value}</span> }.into_any();
    }
    let shown = match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    };
    data(ctx.lang, shown)
}

fn is_number(column: &TableColumn) -> bool {
    matches!(column.item_type, ItemType::Integer | ItemType::Decimal)
}
