//! Shared data that is sent in a cycle: where to, and what came of it, as both sides read it (SHR-23).

use kaishu_portal::sharing::{PushSent, ShareView};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::data::data;
use crate::ui::dates::full_time;
use crate::ui::heading::section_head;
use crate::ui::meta::{fact, meta, text_fact};

/// How the data is sent, with each delivery.
pub(super) fn told(ctx: &Ctx, found: &ShareView) -> Option<AnyView> {
    let lang = ctx.lang;
    let push = found.push.as_ref()?;
    let mut facts = vec![
        fact(lang.pick("推送周期", "How often"), push.asked.cycle.label(lang)),
        fact(lang.pick("接收地址", "Where to"), push.asked.url.clone()),
    ];
    facts.extend(text_fact(lang.pick("签名密钥", "Secret of signatures"), push.secret.as_deref()));
    let view = view! {
        <section aria-labelledby="h-push" class="mb-10">
            {section_head("h-push", lang.pick("定期推送", "Sent in a cycle"))}
            {meta(facts)}
            <div class="mt-4">{table(ctx, &push.sent)}</div>
        </section>
    };
    Some(view.into_any())
}

fn table(ctx: &Ctx, sent: &[PushSent]) -> AnyView {
    let lang = ctx.lang;
    if sent.is_empty() {
        let none = lang.pick("还没有推送过。", "Nothing was sent yet.");
        return view! { <p class="ks-mute">{none}</p> }.into_any();
    }
    let rows: Vec<_> = sent.iter().map(|it| row(ctx, it)).collect();
    view! {
        <div class="overflow-x-auto">
            <table class="table">
                <thead><tr>
                    <th scope="col">{lang.pick("时间", "Time")}</th>
                    <th scope="col">{lang.pick("内容", "What")}</th>
                    <th scope="col">{lang.pick("版本", "Version")}</th>
                    <th scope="col">{lang.pick("接收情况", "Answer")}</th>
                    <th scope="col">{lang.pick("回执", "Receipt")}</th>
                    <th scope="col">"SHA-256"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(ctx: &Ctx, sent: &PushSent) -> AnyView {
    let lang = ctx.lang;
    let outcome = match (sent.delivered_at, &sent.note) {
        (Some(_), _) => lang.pick("已接收", "taken").into_any(),
        (None, Some(note)) => {
            let note = note.clone();
            view! {
                <span class="ks-mark is-late">{lang.pick("没有接收", "not taken")}</span>" "
                <span lang="en">{note}</span>
            }
            .into_any()
        }
        (None, None) => lang.pick("正在推送", "on its way").into_any(),
    };
    view! {
        <tr>
            <td>{full_time(lang, sent.tried_at)}</td>
            <td>{data(lang, sent.title.clone())}</td>
            <td class="num">{sent.version.to_string()}</td>
            <td>{outcome}</td>
            <td class="num">{sent.receipt.clone()}</td>
            <td class="num break-all">{sent.sha256.clone()}</td>
        </tr>
    }
    .into_any()
}
