//! The data items with their classes (CAT-18).

use kaishu_portal::entries::DatasetPage;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::class_mark::{MarkSize, class_mark};

/// Draws the table of data items.
pub(crate) fn section(ctx: &Ctx, found: &DatasetPage) -> Option<AnyView> {
    let words = ctx.words;
    let items = &found.dataset.items;
    if items.is_empty() {
        return None;
    }
    let rows: Vec<_> = items
        .iter()
        .map(|item| {
            let mut type_text = item.item_type.label(ctx.lang).to_owned();
            let detail = match (&item.unit, item.length) {
                (Some(unit), _) => Some(unit.clone()),
                (None, Some(length)) => Some(length.to_string()),
                (None, None) => None,
            };
            if let Some(detail) = detail {
                type_text.push_str(&match ctx.lang {
                    kaishu_types::Lang::Zh => format!("（{detail}）"),
                    kaishu_types::Lang::En => format!(" ({detail})"),
                });
            }
            let name = (item.name != item.label).then(|| {
                view! { <br/><span class="font-mono text-[.8125rem] font-normal ks-mute">{item.name.clone()}</span> }
            });
            view! {
                <tr>
                    <th scope="row" class="!whitespace-normal">{item.label.clone()}{name}</th>
                    <td class="nw">{type_text}</td>
                    <td class="nw">{class_mark(ctx.lang, item.open_class, MarkSize::Normal)}</td>
                    <td>{item.description.clone()}</td>
                </tr>
            }
        })
        .collect();
    Some(
        view! {
            <section aria-labelledby="h-items" class="mt-10">
                <h2 id="h-items" class="text-xl">{words.items}</h2>
                <p class="mt-1 mb-4 ks-mute">{words.items_text}</p>
                <div
                    class="ks-frame max-md:!overflow-visible"
                    tabindex="0"
                    role="region"
                    aria-label=words.items_region
                >
                    <table class="ks-table ks-stack is-brief md:min-w-[38rem]">
                        <caption class="sr-only">{words.n_items(items.len())}</caption>
                        <thead>
                            <tr>
                                <th scope="col">{words.name}</th>
                                <th scope="col">{words.type_}</th>
                                <th scope="col">{words.open_class}</th>
                                <th scope="col">{words.note}</th>
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
