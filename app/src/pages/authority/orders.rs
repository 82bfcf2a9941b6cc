//! Issues orders to put something right, by themselves or from what was urged in vain (SUP-05).

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::supervision::OrderForm;
use kaishu_types::ErrorCode;
use kaishu_types::organization::Named;
use leptos::prelude::*;

use super::authority_page;
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::case::as_field;
use crate::pages::workbench::expired;
use crate::ui::fields::{Choice, area, label, line, select};
use crate::ui::form::{Typed, once, summary};

const FORM: &str = "/authority/orders";

/// `GET /authority/orders`: the form, which `about` begins with what is overdue and was urged.
pub(crate) async fn begin(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["about"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let agencies = portal.may_order(&ctx.caller, ctx.lang);
    let mut typed = Typed::default();
    if let Some(about) = asked.get("about").filter(|_| agencies.is_ok()) {
        typed = match portal.order_draft(&ctx.caller, about, ctx.lang).await {
            Ok(draft) => typed
                .with("about", about.as_str())
                .with("organization", draft.organization)
                .with("facts", draft.facts),
            Err(error) => return respond(&ctx, || Err(error.into())),
        };
    }
    respond(&ctx, || Ok(page(&ctx, &portal, &agencies?, &typed)))
}

/// `POST /authority/orders`
pub(crate) async fn issue(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let form = OrderForm {
        about: typed.value("about"),
        organization: typed.value("organization"),
        issuer: typed.value("issuer"),
        facts: typed.value("facts"),
        due: typed.value("due"),
    };
    let done = portal.issue_order(&ctx.caller, &form, ctx.lang).await;
    let error = match done {
        Ok(_) => return go(&format!("{}?done=issued", ctx.href("/workbench/orders")), []),
        Err(error) => error,
    };
    let agencies = portal.may_order(&ctx.caller, ctx.lang);
    respond(&ctx, || {
        let agencies = agencies?;
        // Whoever issues orders elsewhere learns beside the field that it is not there.
        let is_refusal = error.code() == ErrorCode::Forbidden;
        let error = if is_refusal { as_field(error, "organization", ctx.lang) } else { error };
        let typed = typed.refused(error)?;
        Ok(page(&ctx, &portal, &agencies, &typed).refused(ctx.lang, &typed))
    })
}

fn page(ctx: &Ctx, portal: &Portal, agencies: &[Named], typed: &Typed) -> Page {
    let lang = ctx.lang;
    let rule = &portal.policy().rules.rectify.issuer;
    let agencies: Vec<Choice> =
        agencies.iter().map(|it| (it.code.clone(), it.label(lang).to_owned())).collect();
    let issuers: Vec<Choice> =
        (rule.value.iter()).map(|it| (it.as_str().to_owned(), it.label(lang).to_owned())).collect();
    let issuer = match (typed.value("issuer"), issuers.as_slice()) {
        ("", [(only, _)]) => only.as_str(),
        (chosen, _) => chosen,
    };
    let choose = lang.pick("请选择", "Choose");
    let agency = label(typed, "organization", lang.pick("被责令的单位", "Agency"), "");
    let named = label(
        typed,
        "issuer",
        lang.pick("以谁的名义责令", "In whose name"),
        &lang.pick(
            format!("依据：{}", rule.ground.words(lang)),
            format!("By: {}", rule.ground.words(lang)),
        ),
    );
    let facts = label(
        typed,
        "facts",
        lang.pick("事实", "Facts"),
        lang.pick("写明问题是什么、怎样才算改正", "Say what is wrong, and what would be right"),
    );
    let due = label(typed, "due", lang.pick("整改期限", "Last day to put it right"), "");
    let about = typed.value("about").to_owned();
    let body = view! {
        {summary(ctx, typed)}
        <form method="post" action=ctx.href(FORM) class="max-w-[40rem]" novalidate=true>
            {once()}
            <input type="hidden" id="about" name="about" value=about/>
            {select(&agency, choose, &agencies, typed.value("organization"))}
            {select(&named, choose, &issuers, issuer)}
            {area(&facts, 5, typed.value("facts"))}
            {line(&due, "date", typed.value("due"))}
            <p class="mt-8">
                <button class="btn btn-primary" type="submit">{lang.pick("下达并通知单位", "Issue it and tell the agency")}</button>
            </p>
        </form>
    };
    let title = lang.pick("责令改正", "Issue an order");
    let above =
        lang.pick(("督办", "/authority/supervision"), ("Supervision", "/authority/supervision"));
    let lead = lang.pick(
        "现行办法规定了由谁责令改正。这里登记以其名义下达的通知：单位、事实、期限；逾期未整改的，由本级人民政府责令的报上级主管部门，其他的报本级人民政府。",
        "The rules in force say who orders correction. An order in their name is recorded here: the agency, the facts, \
         the day. What is not put right in time is escalated to the government, and what that ordered to its superior.",
    );
    authority_page(ctx, title, Some(above), lead, body.into_any())
}
