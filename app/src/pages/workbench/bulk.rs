//! Several datasets changed alike: what changes, and what became of each.

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::publishing::{BulkEdit, BulkOutcome, MAX_BULK};
use kaishu_types::DatasetCode;
use kaishu_types::vocabulary::Frequency;
use leptos::prelude::*;

use super::{bench_page, expired};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::fields::{Choice, area, label, line, options, select};
use crate::ui::form::{Typed, summary};
use crate::ui::heading::section_head;

/// `GET /workbench/datasets/edit?code=…&code=…`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match kaishu_types::query::decode(&ctx.query, ctx.lang) {
        Ok(asked) => asked,
        Err(faults) => return respond(&ctx, || Err(AppError::fields(faults))),
    };
    let codes = codes(&asked);
    respond(&ctx, || Ok(page(&ctx, &portal, &codes, &Typed::default())))
}

/// `POST /workbench/datasets/edit`
pub(crate) async fn submit(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let codes = codes(&pairs);
    let typed = Typed::of(pairs);
    let some =
        |name: &str| Some(typed.value(name).trim().to_owned()).filter(|text| !text.is_empty());
    let keywords = typed.value("keywords").split(['、', ',', '，', ';', '；']).map(str::trim);
    let edit = BulkEdit {
        frequency: typed.value("frequency").parse().ok(),
        licence: some("licence"),
        theme: some("theme"),
        contact: some("contact"),
        usage_requirements: some("usage_requirements"),
        keywords: keywords.filter(|it| !it.is_empty()).map(str::to_owned).collect(),
        note: typed.value("note").trim().to_owned(),
        submits: !typed.value("submits").is_empty(),
    };
    let done = portal.edit_many(&ctx.caller, &codes, &edit, ctx.lang).await;
    respond(&ctx, || match done {
        Ok(outcomes) => Ok(outcome_page(&ctx, &outcomes, edit.submits)),
        Err(error) => Ok(page(&ctx, &portal, &codes, &typed.refused(error)?)),
    })
}

/// The datasets that were ticked, each once; what is no code is nobody's.
fn codes(pairs: &[(String, String)]) -> Vec<DatasetCode> {
    let mut codes: Vec<DatasetCode> = Vec::new();
    for (_, value) in pairs.iter().filter(|(name, _)| name == "code") {
        if let Ok(code) = value.parse()
            && !codes.contains(&code)
        {
            codes.push(code);
        }
    }
    codes
}

fn page(ctx: &Ctx, portal: &Portal, codes: &[DatasetCode], typed: &Typed) -> Page {
    let lang = ctx.lang;
    let body = match codes.is_empty() {
        true => {
            let none = lang.pick(
                "还没有选择数据集。请在列表里勾选，再点“批量修改”。",
                "Nothing is chosen. Tick some in the list, then change them.",
            );
            view! {
                <p class="py-8">{none}</p>
                <p><a class="btn btn-primary" href=ctx.href("/workbench/datasets")>{lang.pick("回到列表", "To the list")}</a></p>
            }
            .into_any()
        }
        false => view! { {summary(ctx, typed)} {form(ctx, portal, codes, typed)} }.into_any(),
    };
    let title = lang.pick("批量修改", "Change several");
    let lead = lang.pick(
        "每个数据集各有一份修订，原目录在修订发布之前照常提供。空着的不改。",
        "Each dataset gets a revision of its own; the old entry serves until that is published. What is left empty stays.",
    );
    bench_page(ctx, title, places(ctx, title), lead, body).refused(lang, typed)
}

fn places(ctx: &Ctx, title: &str) -> Vec<(String, Option<String>)> {
    let mine = ctx.lang.pick("我的数据集", "My datasets").to_owned();
    vec![(mine, Some("/workbench/datasets".to_owned())), (title.to_owned(), None)]
}

fn form(ctx: &Ctx, portal: &Portal, codes: &[DatasetCode], typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let directory = portal.directory();
    let terms = |vocabulary: &str| -> Vec<Choice> {
        let terms = directory.vocabulary(vocabulary).filter(|term| !directory.is_retired(term));
        terms.map(|term| (term.code.clone(), term.label(lang).to_owned())).collect()
    };
    let frequencies: Vec<Choice> =
        Frequency::ALL.iter().map(|it| (it.to_string(), it.label(lang).to_owned())).collect();
    let label = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let stays = lang.pick("不改", "Stays");
    let chosen: Vec<_> = codes
        .iter()
        .map(|code| {
            view! { <li class="num">{code.to_string()}<input type="hidden" name="code" value=code.to_string()/></li> }
        })
        .collect();
    let n_chosen = match lang {
        kaishu_types::Lang::Zh => format!("已选 {} 个数据集（最多 {MAX_BULK} 个）", codes.len()),
        kaishu_types::Lang::En => format!("{} datasets ({MAX_BULK} at most)", codes.len()),
    };
    let keywords = label(
        "keywords",
        lang.pick("增加关键词", "Keywords to add"),
        lang.pick("用顿号分开", "Separated by commas"),
    );
    let note = label("note", lang.pick("修改说明（公开）", "What is new (public)"), "");
    let submit =
        [("1".to_owned(), lang.pick("修改后直接提交审核", "Submit each to its review").to_owned())];
    view! {
        <form method="post" action=ctx.href("/workbench/datasets/edit") class="max-w-[44rem]">
            <section aria-labelledby="h-chosen" class="mb-10">
                {section_head("h-chosen", n_chosen)}
                <ul class="mt-3 flex flex-wrap gap-x-6 gap-y-1">{chosen}</ul>
            </section>
            {select(&label("frequency", lang.pick("更新频率", "Update frequency"), ""), stays, &frequencies, typed.value("frequency"))}
            {select(&label("theme", lang.pick("数据领域", "Theme"), ""), stays, &terms("theme"), typed.value("theme"))}
            {select(&label("licence", lang.pick("开放授权协议", "Licence"), ""), stays, &terms("licence"), typed.value("licence"))}
            {line(&label("contact", lang.pick("联系人（岗位和电话）", "Contact (post and telephone)"), ""), "text", typed.value("contact"))}
            {area(&label("usage_requirements", lang.pick("使用要求", "Usage requirements"), ""), 3, typed.value("usage_requirements"))}
            {line(&keywords, "text", typed.value("keywords"))}
            {line(&note, "text", typed.value("note"))}
            {options(&label("submits", lang.pick("提交", "Submit"), ""), "checkbox", &submit, |_| !typed.value("submits").is_empty())}
            <p class="mt-6">
                <button class="btn btn-primary" type="submit">{lang.pick("修改", "Change them")}</button>
            </p>
        </form>
    }
    .into_any()
}

fn outcome_page(ctx: &Ctx, outcomes: &[BulkOutcome], is_submitted: bool) -> Page {
    let lang = ctx.lang;
    let n_done = outcomes.iter().filter(|it| it.done.is_ok()).count();
    let rows: Vec<_> = outcomes.iter().map(|it| outcome(ctx, it, is_submitted)).collect();
    let body = view! {
        <ul class="ks-rows" role="list">{rows}</ul>
        <p class="mt-8">
            <a class="btn btn-outline" href=ctx.href("/workbench/datasets")>{lang.pick("回到列表", "To the list")}</a>
        </p>
    };
    let title = lang.pick("批量修改的结果", "What became of them");
    let lead = match lang {
        kaishu_types::Lang::Zh => {
            format!("{n_done} 个已修改，{} 个没有。", outcomes.len() - n_done)
        }
        kaishu_types::Lang::En => format!("{n_done} changed, {} not.", outcomes.len() - n_done),
    };
    bench_page(ctx, title, places(ctx, title), lead, body.into_any())
}

fn outcome(ctx: &Ctx, it: &BulkOutcome, is_submitted: bool) -> AnyView {
    let lang = ctx.lang;
    let became = match &it.done {
        Ok(case) => {
            let (page, word) = match is_submitted {
                true => ("cases", lang.pick("已提交审核", "Submitted")),
                false => ("drafts", lang.pick("已修改，打开修订", "Changed; open the revision")),
            };
            let path = ctx.href(&format!("/workbench/{page}/{case}"));
            view! { <a class="ks-link" href=path>{word}</a> }.into_any()
        }
        Err(error) => view! { <span class="ks-bad">{error.message(lang)}</span> }.into_any(),
    };
    view! { <li class="py-3"><span class="num mr-4">{it.code.to_string()}</span>{became}</li> }
        .into_any()
}
