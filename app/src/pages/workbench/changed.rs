//! Parts of an entry with what they said and what they say.

use kaishu_portal::publishing::{PartChange, Resubmitted};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::dates::minute_text;
use crate::ui::heading::section_head;

/// Says what changed since an entry was submitted before (REV-10).
pub(super) fn resubmitted(ctx: &Ctx, found: &Resubmitted) -> AnyView {
    let lang = ctx.lang;
    let title = lang.pick("与上次提交相比，修改了", "Changed since it was submitted before");
    let at = minute_text(lang, found.saved_at);
    let by = lang.pick(
        format!("上次提交的内容由{}于 {at} 保存。", found.saved_by),
        format!("What was submitted before was saved by {} at {at}.", found.saved_by),
    );
    let changes = match found.changes.is_empty() {
        true => {
            let same = lang.pick("没有修改。", "Nothing was changed.");
            view! { <p class="mt-2">{same}</p> }.into_any()
        }
        false => {
            let words = (lang.pick("上次提交", "Before"), lang.pick("现在", "Now"));
            table(ctx, &found.changes, words)
        }
    };
    view! {
        <section aria-labelledby="h-resubmitted" class="mb-10">
            {section_head("h-resubmitted", title)}
            <p class="mt-2 ks-mute">{by}</p>
            {changes}
        </section>
    }
    .into_any()
}

/// Draws parts with two values, under the words for the two.
pub(super) fn table(ctx: &Ctx, changes: &[PartChange], (was, is): (&str, &str)) -> AnyView {
    let lang = ctx.lang;
    let value = |value: &Option<String>| {
        let none = || lang.pick("（空）", "(empty)").to_owned();
        value.clone().unwrap_or_else(none)
    };
    let rows: Vec<_> = changes
        .iter()
        .map(|change| {
            view! {
                <tr>
                    <th scope="row" class="text-left align-top">{change.label.clone()}</th>
                    <td class="align-top whitespace-pre-line">{value(&change.before)}</td>
                    <td class="align-top whitespace-pre-line">{value(&change.after)}</td>
                </tr>
            }
        })
        .collect();
    let caption = lang.pick("修改的内容", "What was changed");
    view! {
        <div class="ks-frame mt-3" tabindex="0" role="region" aria-label=caption>
            <table class="ks-table is-dense">
                <caption class="sr-only">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">{lang.pick("内容", "Part")}</th>
                        <th scope="col">{was.to_owned()}</th>
                        <th scope="col">{is.to_owned()}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
