//! Inspections of a dataset: what the authority finds wrong, until when it is mended, which version did (PUB-06).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::monitoring::{Inspected, Inspection};
use kaishu_types::{DatasetCode, ErrorCode};
use leptos::prelude::*;

use super::{bench_page, expired};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::ui::dates::{day_of, day_text, full_day};
use crate::ui::fields::{Label, area, line};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;
use crate::ui::icon::icon;
use crate::ui::numbers::times;

/// `GET /workbench/datasets/{code}/inspections`
pub(crate) async fn show(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = find(&ctx, &portal, &code).await;
    respond(&ctx, || Ok(page(&ctx, &found?, &Typed::default())))
}

/// `POST /workbench/datasets/{code}/inspections`: keeps what was found.
pub(crate) async fn add(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let shown = match find(&ctx, &portal, &code).await {
        Ok(shown) => shown,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let written = (typed.value("finding"), typed.value("due"));
    let kept = portal.inspect(&ctx.caller, &shown.dataset.code, written, ctx.lang).await;
    answer(&ctx, &shown, typed, kept.map(|_| ()))
}

/// `POST /workbench/datasets/{code}/inspections/{number}/close`: says which version mended it.
pub(crate) async fn close(
    ctx: Ctx,
    Path((code, number)): Path<(String, String)>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let shown = match find(&ctx, &portal, &code).await {
        Ok(shown) => shown,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let named = (number.parse().unwrap_or_default(), typed.value("version"));
    let closed = portal.close_inspection(&ctx.caller, &shown.dataset.code, named, ctx.lang).await;
    answer(&ctx, &shown, typed, closed)
}

fn answer(
    ctx: &Ctx,
    shown: &Inspected,
    typed: Typed,
    done: Result<(), kaishu_portal::Error>,
) -> Response {
    match done {
        Ok(()) => {
            go(&ctx.href(&format!("/workbench/datasets/{}/inspections", shown.dataset.code)), [])
        }
        Err(error) if error.code() == ErrorCode::InvalidInput => respond(ctx, || {
            let typed = typed.refused(error)?;
            Ok(page(ctx, shown, &typed).refused(ctx.lang, &typed))
        }),
        Err(error) => respond(ctx, || Err(error.into())),
    }
}

async fn find(ctx: &Ctx, portal: &Portal, code: &str) -> Result<Inspected, AppError> {
    let unknown = || {
        let (one, all) = ctx.lang.pick(("数据集", "我的数据集"), ("dataset", "my datasets"));
        AppError::unknown(ctx.lang, code, one, all, "/workbench/datasets")
    };
    let parsed: DatasetCode = code.parse().map_err(|_| unknown())?;
    let found = portal.inspections(&ctx.caller, &parsed).await;
    found.map_err(|error| AppError::or_unknown(error, unknown))
}

fn page(ctx: &Ctx, shown: &Inspected, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let dataset = &shown.dataset;
    let rows: Vec<_> = shown.found.iter().map(|it| row(ctx, shown, it, typed)).collect();
    let none = rows.is_empty().then(|| {
        let text = lang.pick("还没有检查发现问题。", "No inspection found anything yet.");
        view! { <p class="mt-2">{text}</p> }
    });
    let body = view! {
        {summary(ctx, typed)}
        <section aria-labelledby="h-found">
            {section_head("h-found", lang.pick("检查发现的问题", "Found by inspections"))}
            {none}
            <ul class="mt-2 divide-y divide-[var(--line)]">{rows}</ul>
        </section>
        {shown.may_inspect.then(|| form(ctx, shown, typed))}
    };
    let title = lang.pick("质量检查", "Inspections");
    let mine = lang.pick("我的数据集", "My datasets").to_owned();
    let places = vec![
        (mine, Some("/workbench/datasets".to_owned())),
        (dataset.fields.title.clone(), Some(format!("/workbench/datasets/{}", dataset.code))),
        (title.to_owned(), None),
    ];
    bench_page(ctx, title, places, dataset.code.to_string(), body.into_any())
}

fn row(ctx: &Ctx, shown: &Inspected, found: &Inspection, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let (class, sign, text) = match found.fixed_in {
        Some(version) => (
            "ks-mark is-ok",
            "check",
            lang.pick(format!("第 {version} 版已整改"), format!("mended in version {version}")),
        ),
        None if found.due < ctx.today => {
            ("ks-mark is-late", "late", lang.pick("逾期未整改", "overdue").to_owned())
        }
        None => ("ks-mark is-soon", "soon", lang.pick("待整改", "to be mended").to_owned()),
    };
    let close = (shown.may_inspect && found.fixed_in.is_none()).then(|| {
        let code = &shown.dataset.code;
        let action =
            ctx.href(&format!("/workbench/datasets/{code}/inspections/{}/close", found.id));
        let label = Label {
            name: "version".to_owned(),
            text: lang.pick("改正问题的版本", "The version that mended it").to_owned(),
            hint: None,
            faults: typed.faults("version"),
            ..Label::default()
        };
        view! {
            <form method="post" action=action class="max-w-[24rem] mt-3">
                {line(&label, "text", typed.value("version"))}
                <p class="mt-3">
                    <button class="btn btn-outline" type="submit">{lang.pick("确认已整改", "It is mended")}</button>
                </p>
            </form>
        }
    });
    let urged = shown.urged.get(&found.id).map(|urged| {
        let last = day_text(lang, day_of(urged.at));
        let often = lang.pick(
            format!("主管部门催办 {} 次，最近 {last}：", urged.n),
            format!("Urged {}, last on {last}: ", times(urged.n)),
        );
        view! { <p class="text-[.9375rem]">{often}{urged.notice.clone()}</p> }
    });
    view! {
        <li class="py-3">
            <p class="whitespace-pre-line">{found.finding.clone()}</p>
            <p class="text-[.9375rem] ks-mute">
                {lang.pick("检查的版本：", "Version inspected: ")} {found.found_in} " · "
                {full_day(lang, found.found_on)} " · " {found.inspected_by.clone()}
            </p>
            <p class="mt-1">
                <span class=class>{icon(sign)}{text}</span> " "
                {lang.pick("整改期限：", "Until ")} {full_day(lang, found.due)}
            </p>
            {urged}
            {close}
        </li>
    }
    .into_any()
}

fn form(ctx: &Ctx, shown: &Inspected, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let action = ctx.href(&format!("/workbench/datasets/{}/inspections", shown.dataset.code));
    let finding = Label {
        name: "finding".to_owned(),
        text: lang.pick("发现的问题", "What is wrong").to_owned(),
        hint: Some(
            lang.pick(
                "写明问题在哪里、怎样才算改正。已公开的数据集，问题会列在公开的质量问题清单中，不要写入未公开的内容。",
                "Say where it is and what would be right. It is listed publicly where the dataset is public: write \
                 nothing that is not.",
            )
            .to_owned(),
        ),
        faults: typed.faults("finding"),
        ..Label::default()
    };
    let due = Label {
        name: "due".to_owned(),
        text: lang.pick("整改期限", "Last day to mend it").to_owned(),
        hint: None,
        faults: typed.faults("due"),
        ..Label::default()
    };
    view! {
        <section aria-labelledby="h-inspect" class="mt-14">
            {section_head("h-inspect", lang.pick("登记检查发现的问题", "Record what an inspection found"))}
            <form method="post" action=action class="max-w-[40rem]">
                {once()}
                {area(&finding, 4, typed.value("finding"))}
                {line(&due, "date", typed.value("due"))}
                <p class="mt-6">
                    <button class="btn btn-primary" type="submit">{lang.pick("登记并通知提供单位", "Record it and tell the provider")}</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}
