//! The guidance that the department of the sector posted to the reader's organizations (ORG-07).

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::supervision::Guidance;
use leptos::prelude::*;

use super::bench_page;
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::data::data;
use crate::ui::dates::full_time;
use crate::ui::heading::section_head;

/// Entries on the desk; the page has all of them.
pub(super) const ON_DESK: u64 = 3;
/// Entries on the page.
const ROWS: u64 = 200;

/// `GET /workbench/guidance`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    if let Err(error) = ctx.only(&[]) {
        return respond(&ctx, || Err(error));
    }
    let found = portal.own_guidance(&ctx.caller, ROWS, ctx.lang).await;
    respond(&ctx, || Ok(page(&ctx, &found?)))
}

fn page(ctx: &Ctx, all: &[Guidance]) -> Page {
    let lang = ctx.lang;
    let none = all.is_empty().then(|| {
        let none = lang.pick("没有指导意见。", "There is no guidance.");
        view! { <p class="py-4 ks-mute">{none}</p> }
    });
    let body = view! { {none} {list(ctx, all)} };
    let title = lang.pick("行业指导意见", "Guidance");
    let lead = lang.pick(
        "行业主管部门发给本单位的指导意见，最新的在前。",
        "What the department of the sector posted to your organization, the newest first.",
    );
    bench_page(ctx, title, vec![(title.to_owned(), None)], lead, body.into_any())
}

/// Draws the newest guidance on the desk, with the way to all of it; nothing where there is none.
pub(super) fn on_desk(ctx: &Ctx, newest: &[Guidance]) -> Option<AnyView> {
    if newest.is_empty() {
        return None;
    }
    let lang = ctx.lang;
    let path = ctx.href("/workbench/guidance");
    let view = view! {
        <section aria-labelledby="h-guidance" class="mb-10 max-w-[54rem]">
            {section_head("h-guidance", lang.pick("行业主管部门的指导意见", "Guidance of the sector"))}
            {list(ctx, newest)}
            <p><a class="ks-link inline-block py-2" href=path>{lang.pick("全部指导意见", "All guidance")}</a></p>
        </section>
    };
    Some(view.into_any())
}

fn list(ctx: &Ctx, all: &[Guidance]) -> AnyView {
    let lang = ctx.lang;
    let rows: Vec<_> = all
        .iter()
        .map(|it| {
            view! {
                <li class="py-3">
                    <div class="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
                        <span class="text-[.9375rem]">{it.by.clone()}</span>
                        <span class="text-sm ks-mute">{full_time(lang, it.at)}</span>
                    </div>
                    <p class="mt-1 whitespace-pre-line">{data(lang, it.text.as_str())}</p>
                    <p class="text-sm ks-mute">{data(lang, it.organization.label(lang))}</p>
                </li>
            }
        })
        .collect();
    view! { <ol class="mt-2 divide-y divide-[var(--line)] max-w-[44rem]">{rows}</ol> }.into_any()
}
