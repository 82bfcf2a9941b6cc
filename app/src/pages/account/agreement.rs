//! The terms of the platform: read and accepted at the registration, and again when they change (AGR-03).

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::access::{PlatformTerms, TemplateVersion};
use kaishu_types::ErrorCode;
use leptos::prelude::*;

use super::{Part, flash, go, own_page, to_login};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::workbench::expired;
use crate::ui::dates::full_time;
use crate::ui::form::{Typed, summary};
use crate::ui::heading::section_head;
use crate::ui::law::rule_list;
use crate::ui::meta::{fact, hash, meta};

const PATH: &str = "/me/agreement";

/// `GET /me/agreement`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let done = asked.get("done").map(|_| {
        ctx.lang.pick(
            "已经接受，记录在案。获准的数据可以继续使用。",
            "Accepted and on record. You can use what you were granted.",
        )
    });
    let terms = portal.own_platform_terms(&ctx.caller, ctx.lang).await;
    respond(&ctx, || Ok(page(&ctx, &portal, terms?.as_ref(), &Typed::default(), done)))
}

/// `POST /me/agreement`
pub(crate) async fn accept(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let number = typed.value("terms").parse().unwrap_or_default();
    match portal.accept_platform_terms(&ctx.caller, number, ctx.lang).await {
        Ok(()) => go(&format!("{}?done=accepted", ctx.href(PATH)), []),
        Err(error) if error.code() == ErrorCode::Conflict => {
            let typed = typed.noticed(error.message(ctx.lang));
            let terms = portal.own_platform_terms(&ctx.caller, ctx.lang).await;
            respond(&ctx, || {
                Ok(page(&ctx, &portal, terms?.as_ref(), &typed, None).stopped(error.into()))
            })
        }
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

fn page(
    ctx: &Ctx,
    portal: &Portal,
    terms: Option<&PlatformTerms>,
    typed: &Typed,
    done: Option<&'static str>,
) -> Page {
    let lang = ctx.lang;
    let title = lang.pick("平台协议", "Terms of the platform");
    let body = match terms {
        None => {
            let none = lang.pick(
                "现在没有需要接受的平台协议。",
                "There are no terms of the platform to accept.",
            );
            view! { <p class="ks-mute">{none}</p> }.into_any()
        }
        Some(terms) => view! {
            <div class="max-w-[44rem]">
                {text(ctx, &terms.version)}
                {meta(vec![
                    fact(lang.pick("版本", "Version"), terms.version.number.to_string()),
                    fact(lang.pick("发布", "Published"), full_time(lang, terms.version.published_at)),
                    fact("SHA-256", hash(&terms.version.sha256)),
                    fact(lang.pick("接受", "Accepted"), standing(ctx, terms)),
                ])}
                {button(ctx, terms)}
                {rule_list(ctx, &portal.policy_view(), &["agreement.docs"])}
            </div>
        }
        .into_any(),
    };
    let body = view! { {flash(done)} {summary(ctx, typed)} {body} };
    let lead = lang.pick(
        "使用获准的数据以前须接受；有新版本时再接受一次。查阅和下载无条件开放的数据不需要。",
        "Accepted before what was granted is used, and again when there is a new version. Open data needs none of it.",
    );
    own_page(ctx, Part::Overview, title, lead, body.into_any())
}

fn standing(ctx: &Ctx, terms: &PlatformTerms) -> AnyView {
    let lang = ctx.lang;
    match &terms.accepted {
        Some(accepted) => {
            let number = accepted.number;
            let text = lang.pick(format!("第 {number} 版，"), format!("version {number}, "));
            view! { {text}{full_time(lang, accepted.at)} }.into_any()
        }
        None => lang.pick("还没有接受", "not yet").into_any(),
    }
}

fn button(ctx: &Ctx, terms: &PlatformTerms) -> Option<AnyView> {
    if terms.is_accepted() {
        return None;
    }
    let lang = ctx.lang;
    let form = view! {
        <form method="post" action=ctx.href(PATH) class="mt-6 mb-8">
            <button class="btn btn-primary" type="submit" name="terms" value=terms.version.number.to_string()>
                {lang.pick("我已阅读并接受", "I have read and accept them")}
            </button>
        </form>
    };
    Some(form.into_any())
}

fn text(ctx: &Ctx, version: &TemplateVersion) -> AnyView {
    view! {
        <div
            lang="zh"
            class="border border-[var(--line-2)] p-4 max-h-[28rem] overflow-auto whitespace-pre-wrap text-[.9375rem]"
            tabindex="0"
            role="region"
            aria-label=ctx.lang.pick("平台协议", "Terms of the platform")
        >
            {version.text.clone()}
        </div>
    }
    .into_any()
}

/// Draws the terms in the form of the registration, with the box that accepts them.
pub(super) fn accepting(ctx: &Ctx, typed: &Typed, version: &TemplateVersion) -> AnyView {
    let lang = ctx.lang;
    let number = version.number.to_string();
    let is_ticked = typed.value("terms") == number;
    let faults = typed.faults("terms");
    let class = if faults.is_empty() { "ks-field" } else { "ks-field is-bad" };
    let faults: Vec<_> = faults
        .into_iter()
        .map(|fault| view! { <p class="ks-bad"><span>{fault}</span></p> })
        .collect();
    view! {
        <fieldset class=class>
            <legend>{lang.pick("平台协议", "Terms of the platform")}</legend>
            {text(ctx, version)}
            {faults}
            <label class="ks-opt !py-2.5">
                <input type="checkbox" class="checkbox" id="terms" name="terms" value=number checked=is_ticked/>
                <span>{lang.pick("我已阅读并接受", "I have read and accept them")}</span>
            </label>
        </fieldset>
    }
    .into_any()
}

/// Draws on the page of the account whether the terms are accepted.
pub(super) fn section(ctx: &Ctx, terms: &PlatformTerms) -> AnyView {
    let lang = ctx.lang;
    let word = match terms.is_accepted() {
        true => lang.pick("查看平台协议", "See the terms"),
        false => lang.pick("阅读并接受平台协议", "Read and accept the terms"),
    };
    view! {
        <section class="mt-12" aria-labelledby="h-terms">
            {section_head("h-terms", lang.pick("平台协议", "Terms of the platform"))}
            <p class="mt-3">{lang.pick("接受：", "Accepted: ")}{standing(ctx, terms)}</p>
            <p class="mt-1"><a class="ks-link" href=ctx.href(PATH)>{word}</a></p>
        </section>
    }
    .into_any()
}
