//! The experts who are asked about an entry: the authority chooses among the committee (REV-07, ORG-10).

use kaishu_portal::publishing::{Assignable, MIN_OPINIONS};
use kaishu_types::case::CaseView;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::form::Typed;
use crate::ui::heading::section_head;

/// Draws the committee as a form: who may be assigned, and why others may not.
pub(super) fn section(
    ctx: &Ctx,
    case: &CaseView,
    experts: &[Assignable],
    typed: &Typed,
) -> AnyView {
    let lang = ctx.lang;
    let is_sent = typed.value("event") == "assign_experts";
    let rows: Vec<_> = experts
        .iter()
        .map(|expert| {
            let name = format!("expert.{}", expert.login);
            let is_on = match is_sent {
                true => !typed.value(&name).is_empty(),
                false => expert.is_assigned,
            };
            let about = format!("{} · {}", expert.affiliation, expert.field);
            let barred = expert.barred.clone().map(|why| {
                view! { <span class="block text-sm">{why}</span> }
            });
            view! {
                <label class="ks-opt !py-2">
                    <input type="checkbox" class="checkbox" name=name value="yes" checked=is_on disabled=expert.barred.is_some()/>
                    <span>
                        {expert.name.clone()} <span class="block text-sm ks-mute">{about}</span> {barred}
                    </span>
                </label>
            }
        })
        .collect();
    let none = experts.is_empty().then(|| {
        let path = ctx.href("/authority/experts");
        view! {
            <p class="mt-2">
                {lang.pick("本地区还没有聘任专家。", "No expert is appointed for this region. ")}
                <a class="ks-link" href=path>{lang.pick("聘任专家", "Appoint experts")}</a>
            </p>
        }
    });
    let action = ctx.href(&format!("/workbench/cases/{}/act", case.id));
    let hint = lang.pick(
        format!("{MIN_OPINIONS} 位以上，单数，与提供单位没有利益冲突。只有指派的专家能看到这件事、提交意见。"),
        format!(
            "{MIN_OPINIONS} or more, an odd number, none with a conflict of interest. Only they see the case and \
             give opinions."
        ),
    );
    view! {
        <section aria-labelledby="h-experts" class="mb-10">
            {section_head("h-experts", lang.pick("指派专家", "Assign experts"))}
            <p class="ks-mute text-[.9375rem]">{hint}</p>
            {none}
            <form method="post" action=action class="max-w-[40rem] mt-3">
                <input type="hidden" name="version" value=case.version.to_string()/>
                <input type="hidden" name="key" value=format!("experts-{}-{}", case.id, case.version)/>
                <fieldset class="ks-field">
                    <legend class="sr-only">{lang.pick("专家委员", "Experts")}</legend>
                    <div class="grid">{rows}</div>
                </fieldset>
                <p class="mt-4">
                    <button class="btn btn-outline" type="submit" name="event" value="assign_experts">
                        {lang.pick("指派", "Assign them")}
                    </button>
                </p>
            </form>
        </section>
    }
    .into_any()
}
