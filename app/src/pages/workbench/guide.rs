//! The compiling guide as whoever compiles reads it (CAT-03).

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::administration::{Demand, GuideField, GuideView};
use kaishu_types::{ErrorCode, Lang};
use leptos::prelude::*;

use super::bench_page;
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::data::data;
use crate::ui::dates::full_day;

/// `GET /workbench/guide`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = found(&ctx, &portal).await;
    respond(&ctx, || Ok(page(&ctx, &found?)))
}

async fn found(ctx: &Ctx, portal: &Portal) -> Result<GuideView, AppError> {
    let asked = ctx.only(&["version"])?;
    let number = match asked.get("version") {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| no_such(ctx, text))?),
    };
    let found = portal.guide(&ctx.caller, number, ctx.lang).await;
    found.map_err(|error| match (error.code(), asked.get("version")) {
        (ErrorCode::NotFound, Some(text)) => no_such(ctx, text),
        _ => error.into(),
    })
}

/// The error of a version that there is not.
fn no_such(ctx: &Ctx, text: &str) -> AppError {
    let names = ctx.lang.pick(("版本", "现行编制规范"), ("version", "guide in force"));
    AppError::unknown(ctx.lang, text, names.0, names.1, "/workbench/guide")
}

fn page(ctx: &Ctx, guide: &GuideView) -> Page {
    let lang = ctx.lang;
    let rows: Vec<_> = guide.fields.iter().map(|it| row(lang, it)).collect();
    let version = guide.version.as_ref().map(|it| {
        let number = it.number;
        let named = lang.pick(format!("第 {number} 版"), format!("Version {number}"));
        let link = it.link.clone().map(|link| {
            let word = lang.pick("查看文件", "See the document");
            view! { <p><a class="ks-link inline-block py-1" rel="noreferrer" href=link>{word}</a></p> }
        });
        view! {
            <p><b class="font-semibold">{named}</b>" · "{full_day(lang, it.published_on)}</p>
            <p class="mt-1">{data(lang, it.note.as_str())}</p>
            {link}
        }
    });
    let stands = match (&guide.version, guide.is_in_force) {
        (None, _) => Some(lang.pick(
            "还没有发布编制规范，目录按现行办法的要求检查。",
            "No guide is published yet: entries are checked against the rules in force.",
        )),
        (Some(_), true) => None,
        (Some(_), false) => {
            Some(lang.pick("这不是现行的一版。", "This is not the version in force."))
        }
    };
    let stands = stands.map(|text| {
        let newest = guide.version.is_some().then(|| {
            let word = lang.pick("查看现行编制规范", "Read the guide in force");
            view! { {ctx.gap()}<a class="ks-link" href=ctx.href("/workbench/guide")>{word}</a> }
        });
        view! { <div class="ks-note is-warn mb-8 max-w-[54rem]"><p>{text}{newest}</p></div> }
    });
    let body = view! {
        {stands}
        {version}
        <ul class="mt-6 max-w-[44rem] divide-y divide-[var(--line)] border-t border-[var(--line-2)]">{rows}</ul>
    };
    let title = lang.pick("目录编制规范", "Compiling guide").to_owned();
    let lead = lang.pick(
        "编制目录时每一项是否必填、怎样填写。提交审查时按现行的一版检查。",
        "Which fields of an entry are mandatory, and how each is filled in. What is submitted is checked by the version in force.",
    );
    let places = vec![(title.clone(), None)];
    bench_page(ctx, &title, places, lead, body.into_any())
}

fn row(lang: Lang, it: &GuideField) -> AnyView {
    let demand = match it.demand {
        Demand::Profile => lang.pick("必填（办法规定）", "mandatory (regulation)"),
        Demand::Guide => lang.pick("必填（编制规范）", "mandatory (guide)"),
        Demand::Nobody => lang.pick("选填", "optional"),
    };
    let note = it.note.as_ref().map(|note| {
        // Where nobody wrote it in English, the Chinese one is better than none.
        let text = match (lang, note.en.is_empty()) {
            (Lang::En, false) => &note.en,
            _ => &note.zh,
        };
        view! { <p class="mt-1">{data(lang, text.as_str())}</p> }
    });
    view! {
        <li class="py-3">
            <p><b class="font-semibold">{it.field.label(lang)}</b>" · "<span class="ks-mute">{demand}</span></p>
            {note}
        </li>
    }
    .into_any()
}
