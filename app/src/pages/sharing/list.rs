//! The share catalogue, and what the agencies of the reader asked for.

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::sharing::{ShareCard, ShareCatalogue};
use leptos::prelude::*;

use super::{ALL, REQUESTS, VERIFICATIONS, certificates, lookup, request_list, share_page};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::data::data;

/// `GET /share`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["q", "before"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let words = asked.get("q").cloned().unwrap_or_default();
    let before = asked.get("before").and_then(|before| before.parse().ok());
    let found = portal.share_catalogue(&ctx.caller, (&words, before), ctx.lang).await;
    respond(&ctx, || Ok(page(&ctx, &found?, &words)))
}

/// `GET /share/requests`
pub(crate) async fn requests(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = portal.own_share_requests(&ctx.caller, ctx.lang).await;
    respond(&ctx, || {
        let lang = ctx.lang;
        let title = lang.pick("本单位的共享申请", "Requests of your agency");
        let lead = lang.pick(
            "每一份申请办到哪里、由谁办理、到哪天，都在它的页面上，双方看到的一样。",
            "Each has a page that shows where it is, who has it and until when: the same to both sides.",
        );
        let list = request_list(&ctx, &found?);
        Ok(share_page(&ctx, title, vec![(title.to_owned(), None)], lead, list))
    })
}

fn page(ctx: &Ctx, found: &ShareCatalogue, words: &str) -> Page {
    let lang = ctx.lang;
    let rows: Vec<_> = found.cards.iter().map(|card| row(ctx, card)).collect();
    let list = match rows.is_empty() {
        true => {
            let none = lang.pick(
                "没有找到可以共享的数据。换个词，或者清空后查看全部。",
                "Nothing that may be shared was found. Try other words, or none to see all.",
            );
            view! { <p class="ks-mute">{none}</p> }.into_any()
        }
        false => view! { <ul class="divide-y divide-[var(--line)] border-y border-[var(--line)]">{rows}</ul> }
            .into_any(),
    };
    let next = found.next.map(|next| {
        let word = lang.pick("下一页", "Next page");
        view! {
            <form method="get" action=ctx.href(ALL) class="mt-6">
                <input type="hidden" name="q" value=words.to_owned()/>
                <input type="hidden" name="before" value=next.to_string()/>
                <button class="btn btn-outline" type="submit">{word}</button>
            </form>
        }
    });
    let body = view! {
        <form method="get" action=ctx.href(ALL) role="search" class="ks-field max-w-[40rem]">
            <label for="q">{lang.pick("查找共享数据", "Search shared data")}</label>
            <div class="flex gap-2">
                <input class="input w-full" id="q" name="q" type="search" value=words.to_owned() maxlength="200" autocomplete="off"/>
                <button class="btn btn-primary" type="submit">{lang.pick("查找", "Search")}</button>
            </div>
        </form>
        <p class="my-6 flex flex-wrap gap-x-6 gap-y-2">
            <a class="ks-link" href=ctx.href(REQUESTS)>{lang.pick("本单位的共享申请", "Requests of your agency")}</a>
            <a class="ks-link" href=ctx.href(VERIFICATIONS)>{lang.pick("不能共享的，提出核实、比对", "What is not shared is verified")}</a>
            <a class="ks-link" href=ctx.href(lookup::PATH)>{lang.pick("免提交材料查询", "What need not be handed in")}</a>
            <a class="ks-link" href=ctx.href(certificates::PATH)>{lang.pick("核对来源证明", "Check a certificate")}</a>
        </p>
        {list}
        {next}
        <p class="mt-8">
            <a class="ks-link" href=ctx.href("/share/outside")>
                {lang.pick("目录里没有需要的数据？向可能掌握的单位申请", "Not in the catalogue? Ask the agency that may have it")}
            </a>
        </p>
    };
    let title = lang.pick("共享目录", "Share catalogue");
    let lead = lang.pick(
        "各单位可以共享的数据，只有单位账号看得到。无条件共享的直接获取，有条件共享的提出申请。",
        "What agencies may share with each other; only accounts of agencies see it. Some is taken at once, some is asked for.",
    );
    share_page(ctx, title, Vec::new(), lead, body.into_any())
}

fn row(ctx: &Ctx, card: &ShareCard) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("{ALL}/{}", card.code));
    let own = card.is_own.then(|| {
        view! { <span class="ks-mark">{lang.pick("本单位提供", "provided by your agency")}</span> }
    });
    view! {
        <li class="py-4">
            <p class="flex flex-wrap items-baseline gap-x-4 gap-y-1">
                <a class="ks-link font-semibold" href=path>{data(lang, card.title.clone())}</a>
                <b class="font-semibold">{card.class.label(lang)}</b>
                <span class="ks-mute">{data(lang, card.provider.label(lang))}" "<span class="num">{card.code.to_string()}</span></span>
                {own}
            </p>
            <p class="mt-1 ks-mute">{data(lang, card.summary.clone())}</p>
        </li>
    }
    .into_any()
}
