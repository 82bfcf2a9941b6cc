//! The form that opens a violation under a grant (USE-03, USE-04).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::access::{ApplicationView, NewViolation};
use kaishu_types::ErrorCode;
use leptos::prelude::*;

use super::violation::{RULES, places};
use super::{application, own_page};
use crate::ctx::Ctx;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::{as_field, expired};
use crate::ui::fields::{area, label, line, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::{Rank, rail_head};
use crate::ui::law::rule_list;

/// `GET /applications/{id}/violation`
pub(crate) async fn ask(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = application::find(&ctx, &portal, &id).await;
    respond(&ctx, || Ok(opening(&ctx, &portal, &found?, &Typed::default())))
}

/// `POST /applications/{id}/violation`
pub(crate) async fn open(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let found = match application::find(&ctx, &portal, &id).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let typed = Typed::of(pairs);
    let text = |name: &str| typed.value(name).to_owned();
    let new = NewViolation {
        event: text("event"),
        kind: text("type"),
        evidence: text("reason"),
        receipts: text("receipts"),
    };
    match portal.open_violation(&ctx.caller, found.case.id, new, ctx.lang).await {
        Ok(case) => go(&ctx.href(&format!("/violations/{case}")), []),
        Err(error) if error.code() == ErrorCode::NotFound => respond(&ctx, || Err(error.into())),
        Err(error) => respond(&ctx, || {
            let typed = typed.refused(as_field(error, "reason", ctx.lang))?;
            Ok(opening(&ctx, &portal, &found, &typed))
        }),
    }
}

/// The form that opens one.
fn opening(ctx: &Ctx, portal: &Portal, found: &ApplicationView, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let may = found.duties.as_ref().is_some_and(|duties| duties.may_open_violation);
    let form = match may {
        true => opening_form(ctx, portal, found, typed),
        false => {
            let text = lang.pick(
                "现在不能登记：没有授予权限，已有一件正在办理，或者您的角色不办理这一项。",
                "Nothing can be opened now: nothing was granted, one is open already, or it is not up to your roles.",
            );
            view! { <div class="ks-note"><p>{text}</p></div> }.into_any()
        }
    };
    let body = view! {
        <div class="grid lg:grid-cols-[minmax(0,1fr)_24rem] gap-x-16 gap-y-12">
            <div>{summary(ctx, typed)}{form}</div>
            <div>
                {rail_head(lang.pick("依据的规则", "The rules"), Rank::First)}
                {rule_list(ctx, &portal.policy_view(), &RULES)}
            </div>
        </div>
    };
    let title = lang.pick("登记违规使用", "Open a violation");
    let places = places(ctx, found.case.id, &found.case.title, title);
    let lead = format!("{} · {}", found.case.title, found.number);
    own_page(ctx, title, places, lead, body.into_any()).refused(lang, typed)
}

fn opening_form(ctx: &Ctx, portal: &Portal, found: &ApplicationView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let kind = label(typed, "type", lang.pick("违规情形", "What it is"), "");
    let evidence = label(
        typed,
        "reason",
        lang.pick("事实和证据", "Facts and evidence"),
        lang.pick(
            "发现了什么、从哪里看出来；使用者会读到",
            "What was found, and where it shows; the user reads it",
        ),
    );
    let receipts = label(
        typed,
        "receipts",
        lang.pick("涉及的回执编号", "Receipts of the copies"),
        lang.pick("有的填写，用空格或者逗号隔开", "If there are any, by blanks or commas"),
    );
    let text = lang.pick(
        "登记以后先听取使用者意见，再认定。等待会造成损害的，可以直接认定并立即关闭权限；使用者仍然可以陈述申辩、申请复核。",
        "The user is heard first, then it is decided. Where waiting does harm it is confirmed and access closed at once; the user can still make a statement and object.",
    );
    let types = portal.violation_types(lang);
    let action = ctx.href(&format!("/applications/{}/violation", found.case.id));
    view! {
        <form method="post" action=action novalidate=true class="max-w-[40rem]">
            {once()}
            {select(&kind, lang.pick("请选择", "Choose"), &types, typed.value("type"))}
            {area(&evidence, 6, typed.value("reason"))}
            {line(&receipts, "text", typed.value("receipts"))}
            <p class="mt-6">{text}</p>
            <p class="mt-6 flex flex-wrap gap-3">
                <button class="btn btn-primary" type="submit" name="event" value="open">
                    {lang.pick("登记，听取意见", "Open and hear the user")}
                </button>
                <button class="btn btn-outline" type="submit" name="event" value="confirm">
                    {lang.pick("认定违规，立即关闭权限", "Confirm and close access at once")}
                </button>
            </p>
        </form>
    }
    .into_any()
}
