//! What others met who applied before (SRCH-03, APP-07).

use kaishu_portal::access::{Experience, Given};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::data::data;
use crate::ui::heading::section_head;
use crate::ui::numbers::thousands;

/// Draws it; that nothing was decided yet is said as well.
pub(super) fn section(ctx: &Ctx, experience: &Experience) -> AnyView {
    let lang = ctx.lang;
    let (days, n) = (experience.median_days, experience.n_counted as u64);
    let took = match days {
        None if n > 0 => lang
            .pick(
                "提供单位审核过的开放申请不到三件，不公布用了多久。",
                "The provider has decided on fewer than three applications; how long they took is not told.",
            )
            .to_owned(),
        None => lang
            .pick("提供单位还没有审核过开放申请。", "The provider has decided on no application yet.")
            .to_owned(),
        Some(days) => lang.pick(
            format!(
                "提供单位最近审核的 {} 件申请，从提交到决定的中位数是 {days} 个工作日，补正的时间算在内。",
                thousands(n)
            ),
            format!(
                "Of the last {} applications that the provider decided on, the median took {days} working days, time to complete them with it.",
                thousands(n)
            ),
        ),
    };
    let few = (n > 0).then(|| {
        let text = lang.pick(
            "同类申请人、同一用途不到三件的，不列出。",
            "Kinds of applicants and purposes with fewer than three decisions are not listed.",
        );
        view! { <p class="mt-2 ks-mute">{text}</p> }
    });
    let table = (!experience.decided.is_empty()).then(|| table(ctx, &experience.decided));
    view! {
        <section aria-labelledby="h-others" class="mb-10">
            {section_head("h-others", lang.pick("以前的申请", "Earlier applications"))}
            <p class="mt-2">{took}</p>
            {table}
            {few}
        </section>
    }
    .into_any()
}

fn table(ctx: &Ctx, decided: &[Given]) -> AnyView {
    let lang = ctx.lang;
    let rows: Vec<_> = decided
        .iter()
        .map(|one| {
            let items: Vec<&str> = one.items.iter().map(String::as_str).collect();
            let items = match items.is_empty() {
                true => "—".to_owned(),
                false => items.join(lang.pick("、", ", ")),
            };
            view! {
                <tr>
                    <th scope="row" class="!font-normal !whitespace-normal">
                        {one.kind.label(lang)}{lang.pick("，", ", ")}{one.purpose.label(lang)}
                    </th>
                    <td class="r">{thousands(u64::from(one.n_approved))}</td>
                    <td class="r">{thousands(u64::from(one.n_refused))}</td>
                    <td class="!whitespace-normal">{data(lang, items)}</td>
                </tr>
            }
        })
        .collect();
    let caption = lang.pick("这项数据以前的申请", "Earlier applications for this data");
    let heads = lang.pick(
        ["申请人和用途", "同意", "不同意", "获准的数据项"],
        ["Applicant and purpose", "Approved", "Refused", "Items granted"],
    );
    let heads: Vec<_> = heads
        .into_iter()
        .enumerate()
        .map(|(place, head)| {
            let class = matches!(place, 1 | 2).then_some("r");
            view! { <th scope="col" class=class>{head}</th> }
        })
        .collect();
    view! {
        <div class="ks-frame mt-4" tabindex="0" role="region" aria-label=caption>
            <table class="ks-table">
                <caption class="sr-only">{caption}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
