//! Whether everybody sees figures of a conditional dataset before they apply (SRCH-03): shown to whoever decides, as
//! everybody would see them.

use std::collections::BTreeSet;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::look::{FiguresWanted, LookDesk};
use kaishu_types::{DatasetCode, ErrorCode};
use leptos::prelude::*;

use super::{bench_page, expired};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::dataset::look::figures;
use crate::ui::data::data;
use crate::ui::dates::{day_of, day_text};
use crate::ui::fields::{Label, area};
use crate::ui::form::{Typed, summary};
use crate::ui::heading::section_head;

/// `GET /workbench/datasets/{code}/look`
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

/// `POST /workbench/datasets/{code}/look`
pub(crate) async fn decide(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    // What came since the page was drawn was seen by nobody.
    let seen = pairs.iter().filter(|(name, _)| name == "column");
    let seen: BTreeSet<String> = seen.map(|(_, value)| value.clone()).collect();
    let typed = Typed::of(pairs);
    let desk = match find(&ctx, &portal, &code).await {
        Ok(desk) => desk,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let (code, is_shown) = (&desk.dataset.code, typed.value("act") == "show");
    let wanted = FiguresWanted { is_shown, seen: Some(&seen), reason: typed.value("reason") };
    match Box::pin(portal.show_figures(&ctx.caller, code, wanted, ctx.lang)).await {
        Ok(()) => go(&ctx.href(&format!("/workbench/datasets/{code}/look")), []),
        Err(error) if error.code() == ErrorCode::Conflict => {
            let typed = typed.noticed(error.message(ctx.lang));
            respond(&ctx, || Ok(page(&ctx, &desk, &typed).stopped(error.into())))
        }
        Err(error) => respond(&ctx, || {
            let typed = typed.refused(error)?;
            Ok(page(&ctx, &desk, &typed).refused(ctx.lang, &typed))
        }),
    }
}

async fn find(ctx: &Ctx, portal: &Portal, code: &str) -> Result<LookDesk, AppError> {
    let unknown = || {
        let (one, all) = ctx.lang.pick(("数据集", "我的数据集"), ("dataset", "my datasets"));
        AppError::unknown(ctx.lang, code, one, all, "/workbench/datasets")
    };
    let parsed: DatasetCode = code.parse().map_err(|_| unknown())?;
    let found = Box::pin(portal.look_desk(&ctx.caller, &parsed, ctx.lang)).await;
    found.map_err(|error| AppError::or_unknown(error, unknown))
}

fn page(ctx: &Ctx, desk: &LookDesk, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let title = lang.pick("申请前公布的统计", "Figures shown before an application");
    let shown = match desk.tables.is_empty() {
        true => {
            let none = lang.pick(
                "现在没有可以公布的统计：表格还没有接收完，或者各列都脱敏、限制、待处置。",
                "There are no figures: no table was taken in, or all columns are masked, restricted or held.",
            );
            view! { <p class="mt-3 ks-mute">{none}</p> }.into_any()
        }
        false => figures(ctx, &desk.tables, desk.least),
    };
    let body = view! {
        {summary(ctx, typed)}
        {standing(ctx, desk)}
        <section aria-labelledby="h-figures">
            {section_head("h-figures", lang.pick("公布后，所有人看到的内容", "What everybody would see"))}
            {shown}
        </section>
        {form(ctx, desk, typed)}
    };
    let lead = lang.pick(
        "有条件开放的数据，申请之前任何人只看得到数据项和合成的示例行。您确认不会泄露个人和秘密的，可以再公布下面的统计。",
        "Before an application everybody sees the data items and rows that are made up. Where these figures tell of no person and no secret, you can show them besides.",
    );
    let mine = lang.pick("我的数据集", "My datasets").to_owned();
    let dataset = &desk.dataset;
    let places = vec![
        (mine, Some("/workbench/datasets".to_owned())),
        (dataset.fields.title.clone(), Some(format!("/workbench/datasets/{}", dataset.code))),
        (title.to_owned(), None),
    ];
    bench_page(ctx, title, places, lead, body.into_any())
}

/// What was decided, by whom, when and why.
fn standing(ctx: &Ctx, desk: &LookDesk) -> Option<AnyView> {
    let lang = ctx.lang;
    let released = desk.released.as_ref()?;
    let day = day_text(lang, day_of(released.at));
    let n = released.columns.len();
    let text = lang.pick(
        format!("已经公布 {n} 列的统计：{}，{day}。以后新增的列不在其中。", released.by),
        format!("Figures of {n} columns are shown: {}, {day}. Columns that come later are not among them.", released.by),
    );
    let view = view! {
        <div class="ks-note mb-8 max-w-[44rem]" role="status">
            <p>{text}</p>
            <p>{data(lang, released.reason.clone())}</p>
        </div>
    };
    Some(view.into_any())
}

fn form(ctx: &Ctx, desk: &LookDesk, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let label = Label {
        name: "reason".to_owned(),
        text: lang.pick("理由", "Reason").to_owned(),
        hint: Some(
            lang.pick(
                "例如：各列都不涉及个人，统计不会推断出单个对象",
                "As in: no column is about persons, and nobody can be singled out by the figures",
            )
            .to_owned(),
        ),
        faults: typed.faults("reason"),
        ..Label::default()
    };
    let hide = desk.released.is_some().then(|| {
        let word = lang.pick("停止公布", "Show them no more");
        view! { <button class="btn btn-outline" type="submit" name="act" value="hide">{word}</button> }
    });
    let columns = desk.tables.iter().flat_map(|table| &table.columns);
    let names: BTreeSet<String> = columns.map(|it| it.column.name.clone()).collect();
    let seen =
        names.into_iter().map(|name| view! { <input type="hidden" name="column" value=name /> });
    let seen: Vec<_> = seen.collect();
    let show = (!desk.tables.is_empty()).then(|| {
        let word = lang.pick("公布这些统计", "Show these figures");
        view! { <button class="btn btn-primary" type="submit" name="act" value="show">{word}</button> }
    });
    let action = ctx.href(&format!("/workbench/datasets/{}/look", desk.dataset.code));
    view! {
        <form method="post" action=action class="mt-10 max-w-[40rem]">
            {seen}
            {area(&label, 2, typed.value("reason"))}
            <p class="mt-4 flex flex-wrap gap-3">{show}{hide}</p>
        </form>
    }
    .into_any()
}
