//! Data that is handed over where online delivery is truly hard: what the provider writes, and what both sides read.

use kaishu_portal::sharing::ShareView;
use leptos::prelude::*;

use super::{certificates, request};
use crate::ctx::Ctx;
use crate::ui::data::data;
use crate::ui::fields::{Choice, label, line, options};
use crate::ui::form::Typed;
use crate::ui::heading::section_head;
use crate::ui::meta::{fact, meta, text_fact};

/// What is handed over, and on what (SHR-10).
pub(super) fn fields(ctx: &Ctx, found: &ShareView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let medium = label(
        typed,
        "medium",
        lang.pick("线下交付的介质", "If handed over: on what"),
        lang.pick(
            "确实难以在线提供的才登记，理由写明为什么；如光盘、移动硬盘、纸质材料",
            "Only where online delivery is truly hard; the reason says why. A disc, a drive, paper",
        ),
    );
    let items = label(
        typed,
        "granted",
        lang.pick("线下交付的数据项", "Items handed over"),
        lang.pick("使用单位确认收到以后有回执", "There is a receipt once the agency confirms it"),
    );
    let open = request::items(found).iter().filter(|it| found.deliverable.contains(&it.name));
    let choices: Vec<Choice> = open.map(|it| (it.name.clone(), it.label.clone())).collect();
    view! {
        <input type="hidden" name="narrow" value="1"/>
        {line(&medium, "text", typed.value("medium"))}
        {(!choices.is_empty()).then(|| options(&items, "checkbox", &choices, |_| false))}
    }
    .into_any()
}

/// The last delivery, with what the agency said to it.
pub(super) fn told(ctx: &Ctx, found: &ShareView) -> Option<AnyView> {
    let lang = ctx.lang;
    let delivery = found.delivery.as_ref()?;
    let standing = match (delivery.is_waiting, &delivery.receipt) {
        (true, _) => lang.pick("等待使用单位确认", "waits for the agency to confirm it"),
        (false, Some(_)) => lang.pick("使用单位已确认收到", "received, says the agency"),
        (false, None) => lang.pick("使用单位表示没有收到", "not received, says the agency"),
    };
    let items = request::labels(found, |name| delivery.items.contains(name));
    let mut facts = vec![
        fact(lang.pick("状态", "State"), standing),
        fact(lang.pick("介质", "Medium"), data(lang, delivery.medium.clone())),
    ];
    facts.extend(text_fact(lang.pick("数据项", "Data items"), Some(&items)));
    facts.extend(delivery.receipt.as_deref().map(|number| {
        let path = certificates::address(ctx, number);
        let link = view! { <a class="ks-link num" href=path>{number.to_owned()}</a> };
        fact(lang.pick("来源证明", "Certificate"), link)
    }));
    let view = view! {
        <section aria-labelledby="h-delivery" class="mb-10">
            {section_head("h-delivery", lang.pick("线下交付", "Offline delivery"))}
            {meta(facts)}
        </section>
    };
    Some(view.into_any())
}
