//! The form by which a dataset is offered to another organization.

use kaishu_portal::Portal;
use kaishu_portal::publishing::{OpenTransfer, OwnView};
use leptos::prelude::*;

use super::draw::path;
use crate::ctx::Ctx;
use crate::ui::dates::{day_of, day_text};
use crate::ui::fields::{Choice, area, label, select};
use crate::ui::form::{Typed, once};
use crate::ui::heading::section_head;

pub(super) fn form(ctx: &Ctx, portal: &Portal, found: &OwnView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let directory = portal.directory();
    let others = directory
        .organizations
        .iter()
        .filter(|it| it.named.code != found.dataset.organization.code);
    if let Some(open) = &found.transfer {
        return waiting(ctx, portal, found, open, typed);
    }
    let others: Vec<Choice> =
        others.map(|it| (it.named.code.clone(), it.named.label(lang).to_owned())).collect();
    let to = label(typed, "to", lang.pick("接收单位", "Organization"), "");
    let why = label(
        typed,
        "why",
        lang.pick("移交理由", "Why"),
        lang.pick("例如职能划转的文件和条款", "As the document that moved the function"),
    );
    view! {
        <section aria-labelledby="h-give" class="mb-12 max-w-[44rem]">
            {section_head("h-give", lang.pick("移交给其他单位", "Give to another organization"))}
            <p class="ks-mute mt-2">
                {lang.pick(
                    "对方接收之前一切照旧。接收后，目录编码和网址不变，提供单位改为对方。",
                    "Until it is taken over nothing changes. Then it has another provider; code and address stay.",
                )}
            </p>
            <form class="mt-4" method="post" action=path(ctx, found, "transfer")>
                {once()}
                {select(&to, lang.pick("请选择", "Choose"), &others, typed.value("to"))}
                {area(&why, 2, typed.value("why"))}
                <p class="mt-6">
                    <button class="btn btn-outline" type="submit">{lang.pick("提出移交", "Offer it")}</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}

/// What waits for the answer of another organization, and the way to take it back.
fn waiting(
    ctx: &Ctx,
    portal: &Portal,
    found: &OwnView,
    open: &OpenTransfer,
    typed: &Typed,
) -> AnyView {
    let lang = ctx.lang;
    let directory = portal.directory();
    let to = directory.organization(&open.to);
    let to = to.map_or_else(|| open.to.clone(), |it| it.named.label(lang).to_owned());
    let day = day_text(lang, day_of(open.offered_at));
    let text = lang.pick(
        format!("{day}提出移交给{to}，等待对方接收。"),
        format!("Offered to {to} on {day}; it waits for their answer."),
    );
    let why = label(typed, "why", lang.pick("撤回理由", "Why it is taken back"), "");
    view! {
        <section aria-labelledby="h-give" class="mb-12 max-w-[44rem]">
            {section_head("h-give", lang.pick("移交给其他单位", "Give to another organization"))}
            <p class="mt-2">{text}</p>
            <form class="mt-4" method="post" action=path(ctx, found, "transfer")>
                <input type="hidden" name="withdraw" value="1"/>
                {area(&why, 2, typed.value("why"))}
                <p class="mt-6">
                    <button class="btn btn-outline" type="submit">{lang.pick("撤回移交", "Take it back")}</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}
