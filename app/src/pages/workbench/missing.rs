//! Resources that are open without an entry: the list of what is still to be entered, and how one is
//! registered (CAT-17).

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_domain::permission::Action;
use kaishu_portal::Portal;
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::publishing::NewMissing;
use kaishu_types::ErrorCode;
use kaishu_types::case::{CaseCard, CaseKind, CaseView};
use leptos::prelude::*;

use super::case::as_field;
use super::{bench_page, desk, expired};
use crate::ctx::Ctx;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::ui::data::data;
use crate::ui::fields::{Choice, Label, area, label, line, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;
use crate::ui::links::safe_url;

const LIST: &str = "/workbench/missing";

/// `GET /workbench/missing`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    draw(&ctx, &portal, Typed::default()).await
}

/// `POST /workbench/missing`
pub(crate) async fn register(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let new = NewMissing {
        title: typed.value("title"),
        organization: typed.value("organization"),
        address: typed.value("address"),
        reason: typed.value("reason"),
    };
    match portal.register_missing(&ctx.caller, new, ctx.lang).await {
        Ok(case) => go(&ctx.href(&format!("/workbench/cases/{case}")), []),
        Err(error) => {
            let is_refusal = error.code() == ErrorCode::Forbidden;
            let may_see = ctx.caller.may_ever(Action::ReportMissing);
            let error = if is_refusal && may_see {
                as_field(error, "organization", ctx.lang)
            } else {
                error
            };
            match typed.refused(error) {
                Ok(typed) => draw(&ctx, &portal, typed).await,
                Err(error) => respond(&ctx, || Err(error)),
            }
        }
    }
}

async fn draw(ctx: &Ctx, portal: &Portal, typed: Typed) -> Response {
    let open = match ctx.caller.may_ever(Action::ReportMissing) {
        true => {
            let kinds = [CaseKind::MissingEntry];
            portal.desk(&ctx.caller, DeskFilter::Open, &kinds, ctx.lang).await
        }
        false => Err(portal.may_not_report(&ctx.caller, ctx.lang)),
    };
    respond(ctx, || Ok(page(ctx, portal, &open?, &typed).refused(ctx.lang, &typed)))
}

fn page(ctx: &Ctx, portal: &Portal, open: &[CaseCard], typed: &Typed) -> Page {
    let lang = ctx.lang;
    let rows: Vec<_> = open.iter().map(|case| desk::row(ctx, case)).collect();
    let list = match rows.is_empty() {
        true => {
            let none = lang.pick("没有待编入目录的资源。", "Nothing is to be entered.");
            view! { <p class="py-4 ks-mute">{none}</p> }.into_any()
        }
        false => desk::table(ctx, rows),
    };
    let (rule, is_on) = portal.missing_rule(lang);
    let part = match is_on {
        true => view! {
            <p class="mb-6 ks-mute">{rule.article}</p>
            {list}
            <section class="mt-14 max-w-[36rem]" aria-labelledby="h-new">
                {section_head("h-new", lang.pick("登记目录外开放的资源", "Register a resource"))}
                <div class="mt-4">{summary(ctx, typed)}</div>
                {form(ctx, portal, typed)}
            </section>
        }
        .into_any(),
        false => {
            let text = lang.pick(
                "现行规则没有补编任务。已经开放而没有编入目录的资源，由提供单位自行编入。",
                "The rules in force know no such task; providers enter what they open by themselves.",
            );
            view! { {summary(ctx, typed)} <div class="ks-note is-warn mb-8"><p>{text}</p></div> {list} }
                .into_any()
        }
    };
    let title = lang.pick("目录外开放的资源", "Open without an entry");
    let lead = lang.pick(
        "已经向社会开放、但没有编入目录的资源，在这里登记为提供单位的任务。编入目录之前一直列在这里，超期的标明超期。",
        "What is open to the public without an entry of the catalogue becomes a task of its provider. It stays here until there is an entry, and is marked when its time is over.",
    );
    bench_page(ctx, title, vec![(title.to_owned(), None)], lead, part)
}

fn form(ctx: &Ctx, portal: &Portal, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let directory = portal.directory();
    let offered = portal.reports_missing_of(&ctx.caller);
    let providers: Vec<Choice> = directory
        .organizations
        .iter()
        .filter(|it| offered.contains(&it.named.code))
        .map(|it| (it.named.code.clone(), it.named.label(lang).to_owned()))
        .collect();
    let label = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let title = label("title", lang.pick("资源名称", "Name of the resource"), "");
    let provider = label("organization", lang.pick("提供单位", "Provider"), "");
    let address = label(
        "address",
        lang.pick("网址", "Address"),
        lang.pick("资源在哪里开放，例如 https://…", "Where it is open, as in https://…"),
    );
    let reason = label(
        "reason",
        lang.pick("发现的情况", "What was found"),
        lang.pick(
            "写明什么时候发现、开放了哪些数据",
            "When it was found, and which data is open there",
        ),
    );
    view! {
        <form method="post" action=ctx.href(LIST) novalidate=true>
            {once()}
            {line(&title, "text", typed.value("title"))}
            {select(&provider, lang.pick("请选择", "Choose"), &providers, typed.value("organization"))}
            {line(&address, "url", typed.value("address"))}
            {area(&reason, 3, typed.value("reason"))}
            <p class="mt-8">
                <button class="btn btn-primary" type="submit">{lang.pick("登记", "Register")}</button>
            </p>
        </form>
    }
    .into_any()
}

/// Draws where a resource was found, and the entry it was put into.
pub(super) fn found(ctx: &Ctx, case: &CaseView) -> Option<AnyView> {
    let lang = ctx.lang;
    let address = case.facts.get("address").filter(|_| case.kind == CaseKind::MissingEntry)?;
    let link = match safe_url(address) {
        Some(url) => {
            view! { <a class="ks-link break-all" href=url rel="noopener nofollow">{address.clone()}</a> }
                .into_any()
        }
        None => data(lang, address.as_str()).into_any(),
    };
    let entry = case.facts.get("entry").map(|code| {
        let path = ctx.href(&format!("/datasets/{code}"));
        let word = lang.pick("已编入：", "Entered as: ");
        view! { <p class="mt-2">{word}<a class="ks-link num" href=path>{code.clone()}</a></p> }
    });
    Some(
        view! {
            <section aria-labelledby="h-found" class="mb-10">
                {section_head("h-found", lang.pick("在哪里开放", "Where it is open"))}
                <p class="mt-2">{link}</p>
                {entry}
            </section>
        }
        .into_any(),
    )
}

/// Draws the field for the code of an entry that is there already.
pub(super) fn entry_field(ctx: &Ctx, case: &CaseView, typed: &Typed) -> Option<AnyView> {
    let names = case.actions.iter().any(|action| action.event.code == "name");
    let is_asked = matches!(case.kind, CaseKind::MissingEntry | CaseKind::OutsideRequest);
    if !is_asked || !names {
        return None;
    }
    let lang = ctx.lang;
    let label = Label {
        name: "entry".to_owned(),
        text: lang.pick("已有目录的编码", "Code of the entry that is there").to_owned(),
        hint: Some(
            lang.pick(
                "“指明已有的目录”时填写，例如 YX-JT-0001",
                "To name the entry that is there, as YX-JT-0001",
            )
            .to_owned(),
        ),
        faults: typed.faults("entry"),
        ..Label::default()
    };
    Some(line(&label, "text", typed.value("entry")))
}
