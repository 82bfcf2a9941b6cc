//! What a clerk need not ask an applicant for: which documents can be had by sharing, from whom, for which matter, and
//! the article (SHR-21).

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::sharing::{Retrievable, RetrievableCard, RetrievableList};
use leptos::prelude::*;

use super::{ALL, REQUESTS, share_page};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::data::data;
use crate::ui::heading::section_head;
use crate::ui::law::rule_list;

/// Where documents are looked up.
pub(super) const PATH: &str = "/share/lookup";

/// `GET /share/lookup`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["q"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let words = asked.get("q").map(|words| words.trim().to_owned()).unwrap_or_default();
    let found = portal.retrievable(&ctx.caller, &words, ctx.lang).await;
    respond(&ctx, || Ok(page(&ctx, &portal, &found?, &words)))
}

fn page(ctx: &Ctx, portal: &Portal, found: &RetrievableList, words: &str) -> Page {
    let lang = ctx.lang;
    let policy = portal.policy_view();
    let list = (!words.is_empty()).then(|| list(ctx, found, words));
    let body = view! {
        <form method="get" action=ctx.href(PATH) role="search" class="ks-field max-w-[40rem]">
            <label for="q">{lang.pick("要申请人提供的材料", "What you would ask an applicant for")}</label>
            <p class="hint" id="q-h">{lang.pick("例如：结婚证、不动产权证、营业执照", "As in marriage certificate, business licence")}</p>
            <div class="flex gap-2">
                <input class="input w-full" id="q" name="q" type="search" value=words.to_owned() maxlength="200" autocomplete="off" aria-describedby="q-h"/>
                <button class="btn btn-primary" type="submit">{lang.pick("查询", "Look up")}</button>
            </div>
        </form>
        {list}
        <section class="mt-10 max-w-[52rem]" aria-labelledby="h-rule">
            {section_head("h-rule", lang.pick("依据", "By which rule"))}
            {rule_list(ctx, &policy, &["share_app.no_resubmission", "share_app.paper_effect"])}
        </section>
    };
    let title = lang.pick("免提交材料查询", "What need not be handed in");
    let lead = lang.pick(
        "受理申请以前先查一查：能通过共享取得的电子文件，由本单位自己取得。法律、法规另有规定的，按法律、法规办理。",
        "Look here before you ask an applicant: what can be had by sharing, your agency gets itself. Where a law demands otherwise, the law goes first.",
    );
    share_page(ctx, title, vec![(title.to_owned(), None)], lead, body.into_any())
}

fn list(ctx: &Ctx, found: &RetrievableList, words: &str) -> AnyView {
    let lang = ctx.lang;
    if found.cards.is_empty() {
        let none = lang.pick(
            "共享目录里没有找到。换个词再查；其他单位可能掌握、目录里没有的，可以提出申请。",
            "The share catalogue has nothing of it. Try other words; what another agency may have outside the catalogue can be asked for.",
        );
        return view! {
            <p class="mt-6 ks-mute">
                {none} " "
                <a class="ks-link" href=ctx.href("/share/outside")>{lang.pick("申请目录外的数据", "Ask for data outside the catalogue")}</a>
            </p>
        }
        .into_any();
    }
    let article = found.rule.as_ref().map(|rule| rule.article.as_str());
    let rows: Vec<_> = found.cards.iter().map(|card| row(ctx, card, article)).collect();
    let more = found.has_more.then(|| {
        let pair = [("q", words)];
        let query = kaishu_types::query::encode(&pair);
        view! {
            <p class="mt-4">
                <a class="ks-link" href=ctx.href(&format!("{ALL}?{query}"))>{lang.pick("还有更多，到共享目录查看", "There is more in the share catalogue")}</a>
            </p>
        }
    });
    view! {
        <ul class="mt-6 divide-y divide-[var(--line)] border-y border-[var(--line)]">{rows}</ul>
        {more}
    }
    .into_any()
}

fn row(ctx: &Ctx, found: &RetrievableCard, article: Option<&str>) -> AnyView {
    let lang = ctx.lang;
    let card = &found.card;
    let path = ctx.href(&format!("{ALL}/{}", card.code));
    let how = how(ctx, found.how, article.is_some());
    let article =
        article.map(|it| view! { " " <span class="ks-mute">{data(lang, it.to_owned())}</span> });
    let matters: Vec<_> = found.matters.iter().map(|matter| matter_link(ctx, matter)).collect();
    let matters = (!matters.is_empty()).then(|| {
        view! {
            <p class="mt-1 flex flex-wrap gap-x-4">
                <span>{lang.pick("本单位已经用于：", "Your agency has it for:")}</span>
                {matters}
            </p>
        }
    });
    view! {
        <li class="py-4">
            <p class="flex flex-wrap items-baseline gap-x-4 gap-y-1">
                <a class="ks-link font-semibold" href=path>{data(lang, card.title.clone())}</a>
                <b class="font-semibold">{card.class.label(lang)}</b>
                <span class="ks-mute">{data(lang, card.provider.label(lang))}" "<span class="num">{card.code.to_string()}</span></span>
            </p>
            <p class="mt-1">{how}{article}</p>
            {matters}
        </li>
    }
    .into_any()
}

fn matter_link(ctx: &Ctx, (case, matter): &(i64, String)) -> AnyView {
    let path = ctx.href(&format!("{REQUESTS}/{case}"));
    view! { <a class="ks-link" href=path>{data(ctx.lang, matter.clone())}</a> }.into_any()
}

/// How the agency of the reader comes by it, and what it may not ask; `is_ruled` where a rule says so.
fn how(ctx: &Ctx, how: Retrievable, is_ruled: bool) -> &'static str {
    let lang = ctx.lang;
    match (how, is_ruled) {
        (Retrievable::Own, true) => lang.pick(
            "本单位自己提供的数据，不得再要求申请人提供。",
            "Your own agency provides it: applicants may not be asked for it.",
        ),
        (Retrievable::Own, false) => {
            lang.pick("本单位自己提供的数据。", "Your own agency provides it.")
        }
        (Retrievable::Granted, true) => lang.pick(
            "本单位已经取得，所列事项直接使用，不得再要求申请人提供；用于别的事项，另外获取或者申请。",
            "Your agency has it already: for these matters applicants may not be asked for it. For another matter it is had anew.",
        ),
        (Retrievable::Granted, false) => {
            lang.pick("本单位已经取得，所列事项直接使用。", "Your agency has it already, for these matters.")
        }
        (Retrievable::AtOnce, true) => lang.pick(
            "不用审批，写明事项就能取得，不得再要求申请人提供。",
            "It is taken without approval, for a matter: applicants may not be asked for it.",
        ),
        (Retrievable::AtOnce, false) => lang.pick(
            "不用审批，写明事项就能取得。",
            "It is taken without approval, for a matter.",
        ),
        (Retrievable::OnRequest, true) => lang.pick(
            "可以申请共享；同意以后不得再要求申请人提供。",
            "It is had on request; once that is approved, applicants may not be asked for it.",
        ),
        (Retrievable::OnRequest, false) => {
            lang.pick("可以申请共享。", "It is had on request.")
        }
    }
}
