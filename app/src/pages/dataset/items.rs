//! The data items with meaning, type, unit, sensitivity and classes (CAT-18).

use kaishu_portal::entries::DatasetPage;
use kaishu_types::Lang;
use kaishu_types::dataset::DataItemView;
use kaishu_types::search::SearchRequest;
use kaishu_types::vocabulary::{OpenClass, ShareClass};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::class_mark::{MarkSize, class_mark};
use crate::ui::data::{data, foreign};
use crate::ui::links::address;
use crate::words::units::unit;

/// Draws the table of data items. Items that the public may not know of are not among them.
pub(crate) fn section(ctx: &Ctx, found: &DatasetPage) -> Option<AnyView> {
    let words = ctx.words;
    let items = &found.dataset.items;
    if items.is_empty() {
        return None;
    }
    let rows: Vec<_> = items.iter().map(|item| row(ctx, item)).collect();
    Some(
        view! {
            <section aria-labelledby="h-items" class="mt-10">
                <h2 id="h-items" class="text-xl">{words.items}</h2>
                <p class="mt-1">{extent(ctx, items)}</p>
                <p class="mt-1 mb-4 ks-mute">{words.items_text}</p>
                <div
                    class="ks-frame max-md:!overflow-visible"
                    tabindex="0"
                    role="region"
                    aria-label=words.items_region
                >
                    <table class="ks-table ks-stack is-brief md:min-w-[46rem]">
                        <caption class="sr-only">{words.n_items(items.len())}</caption>
                        <thead>
                            <tr>
                                <th scope="col">{words.name}</th>
                                <th scope="col">{words.meaning}</th>
                                <th scope="col">{words.type_and_unit}</th>
                                <th scope="col">{words.sensitive}</th>
                                <th scope="col">{words.open_class}</th>
                                <th scope="col">{words.share_class}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        }
        .into_any(),
    )
}

fn row(ctx: &Ctx, item: &DataItemView) -> AnyView {
    let words = ctx.words;
    let lang = ctx.lang;
    let label_lang = foreign(lang, &item.label);
    let name = (item.name != item.label).then(|| {
        let name_lang = foreign(lang, &item.name);
        view! {
            <br/>
            <span class="font-mono text-[.8125rem] font-normal ks-mute" lang=name_lang>{item.name.clone()}</span>
        }
    });
    let label = match others(ctx, &item.label) {
        Some(path) => view! {
            <a class="ks-link" href=path lang=label_lang>{item.label.clone()}</a>
        }
        .into_any(),
        None => view! { <span lang=label_lang>{item.label.clone()}</span> }.into_any(),
    };
    let meaning = item.description.clone().map(|text| data(lang, text));
    let mask = item.mask.as_ref().map(|mask| {
        view! { <span class="block text-sm ks-mute">{words.mask(mask)}</span> }
    });
    let reason = item.release_reason.clone().map(|reason| {
        view! { <span class="block text-sm ks-mute">{words.release_reason}{data(lang, reason)}</span> }
    });
    let sensitive = if item.sensitive { words.is_sensitive } else { words.is_not_sensitive };
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal">
                {label}
                {name}
            </th>
            <td class="min-w-[10em] max-md:basis-full">{meaning}{mask}{reason}</td>
            <td>{type_text(ctx, item)}</td>
            <td class="nw" data-l=words.sensitive>{sensitive}</td>
            <td class="nw">{class_mark(lang, item.open_class, MarkSize::Normal)}</td>
            <td class="nw">{item.share_class.label(lang)}</td>
        </tr>
    }
    .into_any()
}

/// Returns the address of all datasets with an item of this name, where the name can be looked for.
fn others(ctx: &Ctx, label: &str) -> Option<String> {
    let is_name = label.chars().any(char::is_alphanumeric)
        && label.chars().count() <= kaishu_types::query::MAX_PART_CHARS;
    let request = SearchRequest { item: Some(label.to_owned()), ..SearchRequest::default() };
    is_name.then(|| ctx.href(&address(&request, 1)))
}

/// Names the type of an item with its unit and greatest length.
fn type_text(ctx: &Ctx, item: &DataItemView) -> AnyView {
    let lang = ctx.lang;
    let mut details = Vec::new();
    if let Some(written) = item.unit.as_deref().filter(|unit| !unit.trim().is_empty()) {
        details.push(data(lang, unit(lang, written)));
    }
    if let Some(length) = item.length {
        let text = ctx.words.at_most_characters(length);
        details.push(view! { <span class="whitespace-nowrap">{text}</span> }.into_any());
    }
    let details: Vec<_> = details
        .into_iter()
        .map(|detail| view! { " "<br class="max-md:hidden"/><span class="text-sm ks-mute">{detail}</span> })
        .collect();
    view! { {item.item_type.label(lang)}{details} }.into_any()
}

/// Says which part of the items is open, and which part agencies share.
fn extent(ctx: &Ctx, items: &[DataItemView]) -> String {
    let lang = ctx.lang;
    let open = OpenClass::ALL.iter().map(|class| {
        let n_items = items.iter().filter(|item| item.open_class == *class).count();
        (class.label(lang), n_items)
    });
    let share = ShareClass::ALL.iter().map(|class| {
        let n_items = items.iter().filter(|item| item.share_class == *class).count();
        (class.label(lang), n_items)
    });
    let open = parts(lang, open);
    let share = parts(lang, share);
    let words = ctx.words;
    format!("{}{}{}", words.open_extent(&open), lang.pick("", " "), words.share_extent(&share))
}

/// Counts by word, without the words that no item has.
fn parts(lang: Lang, counts: impl Iterator<Item = (&'static str, usize)>) -> Vec<(usize, String)> {
    let shown = |word: &str| lang.pick(word.to_owned(), word.to_lowercase());
    counts.filter(|(_, n)| *n > 0).map(|(word, n)| (n, shown(word))).collect()
}
