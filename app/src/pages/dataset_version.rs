//! One version of a dataset: note, date, what changed, its files (DL-10, PUB-14).

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::directory::Directory;
use kaishu_portal::entries::VersionPage;
use kaishu_portal::{Error, Portal};
use kaishu_types::dataset::ResourceView;
use kaishu_types::vocabulary::{CatalogueKind, DatasetState, Frequency, OpenClass, ShareClass};
use kaishu_types::{DatasetCode, ErrorCode, Lang};
use leptos::prelude::*;
use serde_json::Value;

use super::dataset::{self, items, obtain};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, Section, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::dates::{day_of, full_day, full_time};
use crate::ui::heading::{Rank, page_head, rail_head, section_head};
use crate::ui::links::download_path;
use crate::ui::meta::{fact, meta};
use crate::ui::numbers::{extent, size};

/// `GET /datasets/{code}/versions/{n}`
pub(crate) async fn show(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path((code, number)): Path<(String, String)>,
) -> Response {
    let found = find(&ctx, &portal, &code, &number).await;
    respond(&ctx, || Ok(page(&ctx, &found?)))
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
    portal.version_page(&ctx.caller, &parsed, wanted).await.map_err(|error| match error {
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

fn page(ctx: &Ctx, found: &VersionPage) -> Page {
    let words = ctx.words;
    let dataset = &found.said.dataset;
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
                <div class="min-w-0">
                    {files(ctx, found)}
                    {changes(ctx, found)}
                    {items::section(ctx, &found.said)}
                </div>
                {rail(ctx, found, &path)}
            </div>
        </main>
    };
    let mut page = Page::new(title, body).section(Section::Datasets);
    page.listed = false;
    page
}

/// Leads on from an old version to the one that serves now.
fn older_note(ctx: &Ctx, found: &VersionPage, path: &str) -> Option<AnyView> {
    if found.version.number >= found.current {
        return None;
    }
    let words = ctx.words;
    Some(
        view! {
            <div class="ks-note mb-8">
                <p>
                    {words.older_version}
                    {ctx.gap()}
                    <a class="ks-link" href=ctx.href(path)>{words.version_number(found.current)}</a>
                </p>
            </div>
        }
        .into_any(),
    )
}

fn files(ctx: &Ctx, found: &VersionPage) -> AnyView {
    let words = ctx.words;
    let rows: Vec<_> = found
        .version
        .resources
        .iter()
        .map(|resource| row(ctx, found, resource, found.said.can_take(resource)))
        .collect();
    let mut files = found.version.resources.iter();
    let waiting = files.find(|resource| found.said.waits_for_login(resource));
    let login = waiting.map(|file| {
        view! {
            <p class="mt-3">{words.login_needed}</p>
            <p class="mt-4">{obtain::log_in_to_take(ctx, &found.said, file)}</p>
        }
    });
    let list = if rows.is_empty() {
        let text = if found.said.dataset.state == DatasetState::Published {
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

fn row(ctx: &Ctx, found: &VersionPage, resource: &ResourceView, can_take: bool) -> AnyView {
    let words = ctx.words;
    let dataset = &found.said.dataset;
    let code = &dataset.code;
    // A file that came with this version is compared with the same of the version before.
    let came = resource.version == found.version.number;
    let before = came.then(|| kaishu_portal::tables::file_before(dataset, resource.id)).flatten();
    let changes = before.filter(|_| resource.n_rows.is_some()).map(|(_, old)| {
        let target = format!("/datasets/{code}/resources/{}/changes?from={}", resource.id, old.id);
        let target = ctx.href(&target);
        view! { <p class="mt-1"><a class="ks-link" rel="nofollow" href=target>{words.rows_changed_since}</a></p> }
    });
    let page = ctx.href(&format!("/datasets/{code}/resources/{}", resource.id));
    let mut facts = vec![resource.format.label(ctx.lang).to_owned()];
    facts.extend(resource.size_bytes.map(size));
    facts.extend(extent(words, resource));
    let link = can_take.then(|| {
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
            {changes}
            {sums}
        </li>
    }
    .into_any()
}

/// Shows what the version says differently from the one before (CAT-10).
fn changes(ctx: &Ctx, found: &VersionPage) -> Option<AnyView> {
    if found.changes.is_empty() {
        return None;
    }
    let words = ctx.words;
    let rows: Vec<_> = found
        .changes
        .iter()
        .map(|change| {
            let text = |value| field_text(ctx, &found.said.terms, &change.field, value);
            let [mut before, mut after] = [text(&change.before), text(&change.after)];
            if before == after {
                // The class is the same; what differs is among the terms.
                let terms = |value: &Value| {
                    let mut terms = value.clone();
                    terms.as_object_mut().map(|terms| terms.remove("class"));
                    field_text(ctx, &found.said.terms, &change.field, &terms)
                };
                [before, after] = [terms(&change.before), terms(&change.after)];
            }
            let is_english = change.field.ends_with("_en");
            let english = is_english.then(|| ctx.lang.pick("（英文）", " (English)"));
            view! {
                <tr>
                    <th scope="row" class="!whitespace-normal md:min-w-[8.5em]">{words.field(&change.field).to_owned()}{english}</th>
                    <td data-l=words.said_before>{data(ctx.lang, before)}</td>
                    <td data-l=words.said_now>{data(ctx.lang, after)}</td>
                </tr>
            }
        })
        .collect();
    Some(
        view! {
            <section aria-labelledby="h-changes" class="mt-12">
                {section_head("h-changes", words.what_changed)}
                <table class="ks-table ks-stack is-brief mt-3">
                    <caption class="sr-only">{words.what_changed}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{words.field_word}</th>
                            <th scope="col">{words.said_before}</th>
                            <th scope="col">{words.said_now}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
        .into_any(),
    )
}

/// Writes the value of a catalogue field in words.
fn field_text(ctx: &Ctx, terms: &Directory, field: &str, value: &Value) -> String {
    match value {
        Value::Null => ctx.words.nothing_written.to_owned(),
        Value::String(code) => word(ctx.lang, terms, field, code),
        Value::Array(values) if values.is_empty() => ctx.words.nothing_written.to_owned(),
        Value::Array(values) => {
            let parts: Vec<String> =
                values.iter().map(|value| field_text(ctx, terms, field, value)).collect();
            parts.join(ctx.words.separator)
        }
        // Of terms the class; of other fields what an import called them.
        Value::Object(parts) => match parts.get("class") {
            Some(class) => field_text(ctx, terms, field, class),
            None => {
                let parts = parts.iter();
                let parts: Vec<String> = parts
                    .map(|(name, value)| format!("{name} {}", field_text(ctx, terms, name, value)))
                    .collect();
                parts.join(ctx.words.separator)
            }
        },
        other => other.to_string(),
    }
}

/// Returns the word for a code, or the text itself.
fn word(lang: Lang, terms: &Directory, field: &str, code: &str) -> String {
    let known = match field {
        "frequency" => code.parse().map(|it: Frequency| it.label(lang)).ok(),
        "kind" => code.parse().map(|it: CatalogueKind| it.label(lang)).ok(),
        "open" => code.parse().map(|it: OpenClass| it.label(lang)).ok(),
        "share" => code.parse().map(|it: ShareClass| it.label(lang)).ok(),
        _ => None,
    };
    known.map_or_else(|| terms.label(field, code, lang), str::to_owned)
}

fn rail(ctx: &Ctx, found: &VersionPage, path: &str) -> AnyView {
    let words = ctx.words;
    let dataset = &found.said.dataset;
    let version = &found.version;
    let licence = found.said.terms.label("licence", &dataset.fields.licence, ctx.lang);
    let mut facts = vec![
        fact(words.version, words.version_number(version.number)),
        fact(words.published_on, full_time(ctx.lang, version.published_at)),
        fact(words.provider, data(ctx.lang, dataset.organization.label(ctx.lang))),
        fact(words.licence, data(ctx.lang, licence)),
        fact(words.code, dataset.code.to_string()),
    ];
    facts.extend(
        version
            .author
            .as_deref()
            .map(|author| fact(ctx.lang.pick("提交人", "Submitted by"), data(ctx.lang, author))),
    );
    facts.extend(found.basis.as_ref().map(|basis| {
        let kind = basis.kind.label(ctx.lang);
        let colon = ctx.lang.pick("：", ": ");
        let said = view! { {kind}{colon}{data(ctx.lang, basis.reference.as_str())} };
        fact(ctx.lang.pick("变更依据", "Basis of the change"), said)
    }));
    if !version.changed_fields.is_empty() {
        facts.push(fact(words.changed_fields, words.fields(&version.changed_fields)));
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
