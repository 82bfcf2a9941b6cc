//! What went wrong with the data of the organizations that somebody looks after (ORG-07).

use kaishu_portal::supervision::{Incident, IncidentKind};
use leptos::prelude::*;

use super::table;
use crate::ctx::Ctx;
use crate::ui::data::data;
use crate::ui::dates::full_time;
use crate::ui::heading::section_head;
use crate::ui::icon::icon;

/// Draws the incidents: what goes on first, then the newest.
pub(super) fn section(ctx: &Ctx, incidents: &[Incident]) -> AnyView {
    let lang = ctx.lang;
    let rows: Vec<_> = incidents.iter().map(|it| row(ctx, it)).collect();
    let list = match rows.is_empty() {
        true => {
            let none = lang.pick("没有事件。", "There is no incident.");
            view! { <p class="py-4 ks-mute">{none}</p> }.into_any()
        }
        false => {
            let head = lang.pick(
                ["数据集", "提供单位", "种类", "情况", "时间"],
                ["Dataset", "Provider", "Kind", "What happened", "When"],
            );
            let caption = lang.pick("事件，正在处理的在前", "Incidents, what goes on first");
            table(caption, &head, rows)
        }
    };
    view! {
        <section aria-labelledby="h-incidents" class="mt-12">
            {section_head("h-incidents", lang.pick("事件", "Incidents"))}
            <p class="ks-mute text-[.9375rem]">{
                lang.pick(
                    "中止开放、安全风险的检出和处置、检查发现的问题，以及授权使用中的违规；不显示使用者是谁。",
                    "What is suspended, risks that were found and decided, faults that inspections found, and violations under grants; whose they are is not shown.",
                )
            }</p>
            {list}
        </section>
    }
    .into_any()
}

fn row(ctx: &Ctx, it: &Incident) -> AnyView {
    let lang = ctx.lang;
    let kind = match it.kind {
        IncidentKind::Suspended => lang.pick("中止开放", "Suspension"),
        IncidentKind::Violation => lang.pick("违规使用", "Violation"),
        IncidentKind::Event => lang.pick("记录", "Record"),
    };
    let going_on = it.is_open.then(|| {
        let text = lang.pick("正在处理", "Goes on");
        view! { <span class="ks-mark is-soon !text-[.8125rem]">{icon("soon")}{text}</span> }
    });
    let organization = it.organization.as_ref().map(|named| data(lang, named.label(lang)));
    let reason = (!it.reason.is_empty()).then(|| data(lang, it.reason.as_str()));
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                {data(lang, it.title.as_str())}
                <span class="block text-sm ks-mute font-normal num">{it.code.clone()}</span>
            </th>
            <td data-l=lang.pick("提供单位", "Provider")>{organization}</td>
            <td class="nw" data-l=lang.pick("种类", "Kind")>{kind}</td>
            <td class="!whitespace-normal" data-l=lang.pick("情况", "What happened")>
                <span>{it.what.clone()} " " {going_on} <span class="block ks-mute">{reason}</span></span>
            </td>
            <td class="nw" data-l=lang.pick("时间", "When")>{full_time(lang, it.at)}</td>
        </tr>
    }
    .into_any()
}
