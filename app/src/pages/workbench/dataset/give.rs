//! The form by which a dataset is offered to another organization.

use kaishu_portal::Portal;
use kaishu_portal::publishing::OwnView;
use leptos::prelude::*;

use super::draw::{label, path};
use crate::ctx::Ctx;
use crate::ui::fields::{Choice, area, select};
use crate::ui::form::Typed;
use crate::ui::heading::section_head;

pub(super) fn form(ctx: &Ctx, portal: &Portal, found: &OwnView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let directory = portal.directory();
    let others = directory
        .organizations
        .iter()
        .filter(|it| it.named.code != found.dataset.organization.code);
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
