//! Data of other agencies that is in no catalogue: what is asked for, and the form by which it is (SHR-13).

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_domain::outside::OutsideDocument;
use kaishu_portal::Portal;
use kaishu_portal::sharing::OutsideRequests;
use kaishu_types::ErrorCode;
use kaishu_types::case::CaseCard;
use leptos::prelude::*;

use super::{ALL, share_page};
use crate::ctx::Ctx;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::{as_field, expired};
use crate::ui::data::data;
use crate::ui::dates::day_text;
use crate::ui::fields::{Choice, Label, area, label, line, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;

const PATH: &str = "/share/outside";

/// `GET /share/outside`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    draw(&ctx, &portal, Typed::default()).await
}

/// `POST /share/outside`
pub(crate) async fn ask(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let said = |name: &str| typed.value(name).trim().to_owned();
    let document = OutsideDocument {
        organization: said("organization"),
        provider: said("provider"),
        title: said("title"),
        items: said("items"),
        matter: said("matter"),
        basis: said("basis"),
        purpose: said("purpose"),
        scope: said("scope"),
        related_needs: said("related_needs"),
    };
    let asked = Box::pin(portal.request_outside(&ctx.caller, &document, ctx.lang)).await;
    match asked {
        Ok(case) => go(&ctx.href(&format!("/workbench/cases/{case}")), []),
        Err(error) if error.code() == ErrorCode::Forbidden => respond(&ctx, || Err(error.into())),
        Err(error) => match typed.refused(as_field(error, "title", ctx.lang)) {
            Ok(typed) => draw(&ctx, &portal, typed).await,
            Err(error) => respond(&ctx, || Err(error)),
        },
    }
}

async fn draw(ctx: &Ctx, portal: &Portal, typed: Typed) -> Response {
    let found = portal.outside_requests(&ctx.caller, ctx.lang).await;
    respond(ctx, || Ok(page(ctx, portal, &found?, &typed).refused(ctx.lang, &typed)))
}

fn page(ctx: &Ctx, portal: &Portal, found: &OutsideRequests, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let ask = (!found.agencies.is_empty()).then(|| {
        let rules = format!("{} · {}", found.approvers.article, found.reply.article);
        view! {
            <section class="mt-14 max-w-[40rem]" aria-labelledby="h-new">
                {section_head("h-new", lang.pick("申请目录外的数据", "Ask for data outside the catalogue"))}
                <p class="mt-2 ks-mute">
                    {lang.pick(
                        "请先在共享目录里查找。答复和共享申请一样办理：由同样的单位答复，期限也一样。",
                        "Search the share catalogue first. It is answered as a share request is: by the same, as soon.",
                    )}
                    " " <a class="ks-link" href=ctx.href(ALL)>{lang.pick("查找共享数据", "Search shared data")}</a>
                </p>
                <p class="mt-2 ks-mute">{rules}</p>
                <div class="mt-4">{summary(ctx, typed)}</div>
                {form(ctx, portal, found, typed)}
            </section>
        }
    });
    let body = view! {
        {list(ctx, "h-open", lang.pick("办理中", "Open"), &found.open)}
        {list(ctx, "h-closed", lang.pick("已经办结", "Ended"), &found.closed)}
        {ask}
    };
    let title = lang.pick("目录外的数据", "Outside the catalogue");
    let lead = lang.pick(
        "共享目录里没有、但其他单位可能掌握的数据，在这里申请。同意以后由提供单位编入目录，再按目录获取。",
        "What no catalogue has and another agency may: it is asked for here. Once it is agreed to, the provider enters it, and it is had by its entry.",
    );
    share_page(ctx, title, vec![(title.to_owned(), None)], lead, body.into_any())
}

fn list(ctx: &Ctx, id: &'static str, title: &'static str, cards: &[CaseCard]) -> AnyView {
    let lang = ctx.lang;
    let rows: Vec<_> = cards.iter().map(|card| row(ctx, card)).collect();
    let list = match rows.is_empty() {
        true => view! { <p class="mt-2 ks-mute">{lang.pick("没有申请。", "There is none.")}</p> }
            .into_any(),
        false => view! {
            <ul class="mt-2 divide-y divide-[var(--line)] border-y border-[var(--line)]">{rows}</ul>
        }
        .into_any(),
    };
    view! { <section class="mt-8" aria-labelledby=id>{section_head(id, title)} {list}</section> }
        .into_any()
}

fn row(ctx: &Ctx, card: &CaseCard) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("/workbench/cases/{}", card.id));
    let due = card.due.map(|day| {
        lang.pick(format!("到 {}", day_text(lang, day)), format!("until {}", day_text(lang, day)))
    });
    let provider = card.organization.clone().map(|name| data(lang, name));
    view! {
        <li class="py-4 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
            <span>
                <a class="ks-link font-semibold" href=path>{data(lang, card.title.clone())}</a>
                " " <span class="ks-mute">{provider}</span>
            </span>
            <span class="flex flex-wrap gap-x-4"><b class="font-semibold">{card.state.label.clone()}</b>
                <span class="ks-mute">{due}</span>
            </span>
        </li>
    }
    .into_any()
}

/// The label of a field, which says where it may stay empty.
fn named(
    (ctx, found, typed): (&Ctx, &OutsideRequests, &Typed),
    name: &str,
    text: &str,
    hint: &str,
) -> Label {
    let optional = ctx.lang.pick("可以不填", "Optional");
    let is_demanded = found.demanded.contains(&name);
    label(typed, name, text, if is_demanded || !hint.is_empty() { hint } else { optional })
}

/// Who asks whom.
fn who(ctx: &Ctx, portal: &Portal, found: &OutsideRequests, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let none = lang.pick("请选择", "Choose");
    let asks: Vec<Choice> =
        found.agencies.iter().map(|it| (it.code.clone(), it.label(lang).to_owned())).collect();
    let agency = match asks.as_slice() {
        [(code, _)] => {
            view! { <input type="hidden" name="organization" value=code.clone()/> }.into_any()
        }
        _ => {
            let hint = lang.pick("以哪个单位的名义申请", "For which agency you ask");
            let text = lang.pick("申请单位", "Agency that asks");
            let agency = label(typed, "organization", text, hint);
            select(&agency, none, &asks, typed.value("organization"))
        }
    };
    let is_own = |code: &str| matches!(asks.as_slice(), [(own, _)] if own == code);
    let directory = portal.directory();
    let others: Vec<Choice> = directory
        .organizations
        .iter()
        .filter(|it| !is_own(&it.named.code))
        .map(|it| (it.named.code.clone(), it.named.label(lang).to_owned()))
        .collect();
    let provider = label(
        typed,
        "provider",
        lang.pick("向哪个单位申请", "Whom to ask"),
        lang.pick("可能掌握这项数据的单位", "The agency that may have the data"),
    );
    view! {
        {agency}
        {select(&provider, none, &others, typed.value("provider"))}
    }
    .into_any()
}

fn form(ctx: &Ctx, portal: &Portal, found: &OutsideRequests, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let named = |name: &str, text: &str, hint: &str| named((ctx, found, typed), name, text, hint);
    let title = named("title", lang.pick("数据名称", "Name of the data"), "");
    let items = named(
        "items",
        lang.pick("需要的数据项", "Data items needed"),
        lang.pick("逐项写明，例如姓名、登记日期", "One by one, as in name, day of registration"),
    );
    let matter = named("matter", lang.pick("业务事项", "Business matter"), "");
    let basis = named("basis", lang.pick("使用依据", "Basis"), "");
    let purpose = named("purpose", lang.pick("用途", "Purpose"), "");
    let scope = named("scope", lang.pick("使用范围", "Scope of use"), "");
    let needs = named("related_needs", lang.pick("相关需求", "Related needs"), "");
    view! {
        <form method="post" action=ctx.href(PATH) novalidate=true>
            {once()}
            {who(ctx, portal, found, typed)}
            {line(&title, "text", typed.value("title"))}
            {area(&items, 3, typed.value("items"))}
            {line(&matter, "text", typed.value("matter"))}
            {area(&basis, 2, typed.value("basis"))}
            {area(&purpose, 2, typed.value("purpose"))}
            {area(&scope, 2, typed.value("scope"))}
            {area(&needs, 2, typed.value("related_needs"))}
            <p class="mt-8"><button class="btn btn-primary" type="submit">{lang.pick("提交申请", "Submit the request")}</button></p>
        </form>
    }
    .into_any()
}
