//! Versions, and how to cite (DL-10, PUB-14).

use kaishu_portal::entries::DatasetPage;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::data::data;
use crate::ui::dates::{day_of, full_day};

/// Draws the versions, newest first.
pub(crate) fn section(ctx: &Ctx, found: &DatasetPage) -> AnyView {
    let words = ctx.words;
    let dataset = &found.dataset;
    let rows: Vec<_> = dataset
        .versions
        .iter()
        .map(|version| {
            let target = format!("/datasets/{}/versions/{}", dataset.code, version.number);
            let changed = (!version.changed_fields.is_empty()).then(|| {
                let changed = words.fields(&version.changed_fields);
                view! { <span class="ks-mute">{ctx.gap()}{words.version_changed}{changed}</span> }
            });
            view! {
                <li class="grid sm:grid-cols-[9rem_1fr] gap-x-4 py-3 border-t border-[var(--line)]">
                    <span class="num">{full_day(ctx.lang, day_of(version.published_at))}</span>
                    <span>
                        <a class="ks-link" href=ctx.href(&target)>{words.version_number(version.number)}</a>
                        {ctx.lang.pick("　", " — ")}
                        {data(ctx.lang, version.note.as_str())}
                        {changed}
                        {version.author.as_deref().map(|author| submitted_by(ctx, author))}
                    </span>
                </li>
            }
        })
        .collect();
    let issues = (!dataset.resources.is_empty()).then(|| {
        let target = ctx.href(&format!("/datasets/{}/quality", dataset.code));
        view! {
            <p class="mt-3"><a class="ks-link" rel="nofollow" href=target>{words.issues_of_all_versions}</a></p>
        }
    });
    view! {
        <section aria-labelledby="h-ver" class="mt-12">
            <h2 id="h-ver" class="text-xl">{words.versions}</h2>
            <ol class="mt-3" reversed>{rows}</ol>
            {issues}
        </section>
    }
    .into_any()
}

/// Names who submitted a version (CAT-10).
fn submitted_by(ctx: &Ctx, author: &str) -> AnyView {
    let word = ctx.lang.pick("提交人：", "Submitted by ");
    view! { <span class="block text-sm ks-mute">{word}{data(ctx.lang, author)}</span> }.into_any()
}

/// Draws the line that attributes the data, for today.
pub(crate) fn citation(ctx: &Ctx, found: &DatasetPage) -> AnyView {
    let words = ctx.words;
    let rule = found.attribution_rule.as_ref().map(|rule| {
        view! {
            <a class="ks-art ml-2" href=ctx.href(&rule.link)>{rule.name(ctx.lang)}</a>
        }
    });
    view! {
        <section aria-labelledby="h-cite" class="mt-12">
            <h2 id="h-cite" class="text-xl">{words.citation}</h2>
            <p class="mt-2 ks-mute">{words.citation_text}{rule}</p>
            <p class="mt-3 border-y border-[var(--line)] py-3 select-all">{data(ctx.lang, found.citation.pick(ctx.lang))}</p>
            <p class="mt-2 text-sm ks-mute">{words.citation_receipt}</p>
        </section>
    }
    .into_any()
}
