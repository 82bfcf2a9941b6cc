//! The rules in force and the calendar that working days are counted by (ORG-12); nothing is changed here.

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::administration::CalendarYear;
use leptos::prelude::*;

use super::{authority_page, expiry_warning};
use crate::ctx::Ctx;
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::dates::full_day;
use crate::ui::heading::section_head;
use crate::ui::meta::{fact, meta, text_fact};

/// `GET /authority/profile`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    respond(&ctx, || Ok(page(&ctx, &portal)))
}

fn page(ctx: &Ctx, portal: &Portal) -> Page {
    let lang = ctx.lang;
    let header = &portal.policy().header;
    let none = lang.pick("没有规定", "None given");
    let day = |day: Option<chrono::NaiveDate>| match day {
        Some(day) => full_day(lang, day),
        None => none.into_any(),
    };
    let proposed = lang.pick(&header.dates_proposed, &header.dates_proposed_en);
    let mut facts = vec![
        fact(lang.pick("办法", "Regulation"), lang.pick(&header.title, &header.title_en).clone()),
        fact(lang.pick("规则集", "Profile"), format!("{} · {}", header.code, header.revision)),
        fact(lang.pick("状态", "State"), header.status.label(lang)),
    ];
    facts.extend(text_fact(lang.pick("文号", "Document"), header.document.as_deref()));
    facts.extend(text_fact(lang.pick("解释机关", "Interpreted by"), header.interpreter.as_deref()));
    facts.push(fact(lang.pick("施行日期", "In force from"), day(header.effective)));
    facts.push(fact(lang.pick("有效期至", "Until"), day(header.expires)));
    facts.extend(text_fact(lang.pick("日期说明", "On the dates"), proposed.as_deref()));
    facts
        .extend(text_fact(lang.pick("依据的规则集", "Over the profile"), header.parent.as_deref()));
    let years: Vec<_> = portal.calendar_years().iter().map(|it| year(ctx, it)).collect();
    let body = view! {
        {expiry_warning(ctx, portal)}
        <section aria-labelledby="h-rules" class="max-w-[54rem]">
            {section_head("h-rules", lang.pick("现行规则", "Rules in force"))}
            {meta(facts)}
            <p class="mt-4">
                <a class="ks-link inline-block py-2" href=ctx.href("/rules")>
                    {lang.pick("逐条查看规则和依据", "See every rule with its article")}
                </a>
            </p>
        </section>
        <section aria-labelledby="h-years" class="mt-14 max-w-[54rem]">
            {section_head("h-years", lang.pick("工作日历", "Working-day calendar"))}
            <ul class="mt-2 divide-y divide-[var(--line)] border-t border-[var(--line-2)]">{years}</ul>
        </section>
    };
    let title = lang.pick("现行规则和日历", "Rules and calendar");
    let lead = lang.pick(
        "只供查看。规则随平台版本更新；放假安排随平台版本更新，或者由运维人员用日历文件提前加入。",
        "For reading: rules come with a version of the portal; holidays, too, or before it by a calendar file of whoever runs it.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

fn year(ctx: &Ctx, it: &CalendarYear) -> AnyView {
    let lang = ctx.lang;
    let links: Vec<_> = it
        .links
        .iter()
        .enumerate()
        .map(|(place, link)| {
            let word = lang.pick(format!("公布网页 {}", place + 1), format!("source {}", place + 1));
            view! { <a class="ks-link inline-block py-1 mr-3" rel="noreferrer" href=link.clone()>{word}</a> }
        })
        .collect();
    let text = it.notice.clone().unwrap_or_else(|| {
        let provisional = lang.pick(
            "放假安排尚未公布，暂按周一至周五和固定节日计算，公布后重新计算未到期的期限",
            "No notice yet: counted provisionally by weekdays and fixed holidays, and anew once it is there",
        );
        provisional.to_owned()
    });
    view! {
        <li class="py-3">
            <p><b class="font-semibold num">{it.year}</b>" "{text}</p>
            <p class="text-sm">{links}</p>
        </li>
    }
    .into_any()
}
