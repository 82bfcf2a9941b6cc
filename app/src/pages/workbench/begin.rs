//! Beginning an entry: for whom, and what it is called.

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_domain::permission::Action;
use kaishu_portal::Portal;
use kaishu_portal::directory::Directory;
use leptos::prelude::*;

use super::{bench_page, expired};
use crate::ctx::Ctx;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::ui::fields::{Choice, label, line, select};
use crate::ui::form::{Typed, once, summary};

/// `GET /workbench/new`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    respond(&ctx, || Ok(page(&ctx, &portal.directory(), &Typed::default())))
}

/// `POST /workbench/new`
pub(crate) async fn submit(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let (organization, title) = (typed.value("organization"), typed.value("title"));
    match portal.begin_draft(&ctx.caller, organization, title, ctx.lang).await {
        Ok(case) => go(&ctx.href(&format!("/workbench/drafts/{case}")), []),
        Err(error) => respond(&ctx, || Ok(page(&ctx, &portal.directory(), &typed.refused(error)?))),
    }
}

fn page(ctx: &Ctx, directory: &Directory, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let held = ctx.caller.roles().iter();
    let held = held.filter(|held| Action::EditDatasets.roles().iter().any(|it| it.0 == held.role));
    let own: Vec<Choice> = held
        .filter_map(|held| directory.organization(held.organization.as_ref()?.as_str()))
        .map(|it| (it.named.code.clone(), it.named.label(lang).to_owned()))
        .collect();
    let chosen = match (typed.value("organization"), own.as_slice()) {
        ("", [(only, _)]) => only.clone(),
        (typed, _) => typed.to_owned(),
    };
    let label = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let title = label(
        "title",
        lang.pick("名称", "Title"),
        lang.pick(
            "写明是什么数据，不必重复单位名称。例如：城市公交站点",
            "Say what the data is; no need to repeat the organization",
        ),
    );
    let provider = label("organization", lang.pick("提供单位", "Provider"), "");
    let body = view! {
        <div class="max-w-[36rem]">
            {summary(ctx, typed)}
            <form method="post" action=ctx.href("/workbench/new") novalidate=true>
                {once()}
                {select(&provider, lang.pick("请选择", "Choose"), &own, &chosen)}
                {line(&title, "text", typed.value("title"))}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">
                        {lang.pick("开始编制", "Begin")}
                    </button>
                </p>
            </form>
        </div>
    };
    let title = lang.pick("新建目录", "New entry");
    let lead = lang.pick(
        "先起名称，编码由平台给出。内容随时保存，提交审查之前只有本单位和审查人能看到。",
        "Name it first; the platform gives the code. Until it is published, only your organization and its reviewers see it.",
    );
    bench_page(ctx, title, vec![(title.to_owned(), None)], lead, body.into_any())
        .refused(lang, typed)
}
