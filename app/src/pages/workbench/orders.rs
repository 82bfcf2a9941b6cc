//! Orders to put something right: what they say, what the agency answers, whether that is accepted (SUP-05).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::supervision::{OrderBoard, OrderView};
use kaishu_types::ErrorCode;
use leptos::prelude::*;

use super::{bench_page, expired};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::ui::dates::full_day;
use crate::ui::fields::{area, label, line, options};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;
use crate::ui::icon::icon;

const LIST: &str = "/workbench/orders";

/// `GET /workbench/orders`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let done = asked.get("done").map(|done| match done.as_str() {
        "answered" => ctx.lang.pick("整改情况已经报告。", "The answer is sent."),
        "verified" => ctx.lang.pick("核验结果已经记录。", "The verdict is recorded."),
        _ => ctx.lang.pick("责令改正通知已经下达。", "The order is issued."),
    });
    let board = portal.orders(&ctx.caller, ctx.lang).await;
    respond(&ctx, || Ok(page(&ctx, &board?, done)))
}

/// `GET /workbench/orders/{id}`
pub(crate) async fn open(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = find(&ctx, &portal, &id).await;
    respond(&ctx, || Ok(order_page(&ctx, &found?, &Typed::default())))
}

/// `POST /workbench/orders/{id}/answer`: the agency says what it put right.
pub(crate) async fn answer(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let number = id.parse().unwrap_or_default();
    let said = (round(&typed), typed.value("answer"));
    let done = portal.answer_order(&ctx.caller, number, said, ctx.lang).await;
    came(&ctx, &portal, (&id, typed, "answered"), done).await
}

/// `POST /workbench/orders/{id}/verify`: the authority accepts the answer or sends it back.
pub(crate) async fn verify(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let number = id.parse().unwrap_or_default();
    let verdict = (round(&typed), typed.value("verdict"));
    let why = (typed.value("reason"), typed.value("due"));
    let done = portal.verify_order(&ctx.caller, number, verdict, why, ctx.lang).await;
    came(&ctx, &portal, (&id, typed, "verified"), done).await
}

/// How often the answer had been sent back when the page was read; what is no number was never read.
fn round(typed: &Typed) -> u32 {
    typed.value("round").parse().unwrap_or(u32::MAX)
}

async fn came(
    ctx: &Ctx,
    portal: &Portal,
    (id, typed, word): (&str, Typed, &str),
    done: Result<(), kaishu_portal::Error>,
) -> Response {
    match done {
        Ok(()) => go(&format!("{}?done={word}", ctx.href(LIST)), []),
        Err(error) if error.code() == ErrorCode::InvalidInput => {
            let found = find(ctx, portal, id).await;
            respond(ctx, || {
                let typed = typed.refused(error)?;
                Ok(order_page(ctx, &found?, &typed).refused(ctx.lang, &typed))
            })
        }
        Err(error) => respond(ctx, || Err(AppError::or_unknown(error, || unknown(ctx, id)))),
    }
}

fn unknown(ctx: &Ctx, id: &str) -> AppError {
    let names = ctx.lang.pick(("责令改正通知", "责令改正通知"), ("order", "orders"));
    AppError::unknown(ctx.lang, id, names.0, names.1, LIST)
}

async fn find(ctx: &Ctx, portal: &Portal, id: &str) -> Result<OrderView, AppError> {
    let number: i64 = id.parse().map_err(|_| unknown(ctx, id))?;
    let found = portal.order(&ctx.caller, number).await;
    found.map_err(|error| AppError::or_unknown(error, || unknown(ctx, id)))
}

fn page(ctx: &Ctx, board: &OrderBoard, done: Option<&'static str>) -> Page {
    let lang = ctx.lang;
    let done = done.map(|text| {
        view! { <div class="ks-note is-ok mb-8" role="status"><p>{text}</p></div> }
    });
    let list = |all: &[OrderView]| -> AnyView {
        if all.is_empty() {
            let none = lang.pick("没有责令改正通知。", "There is no order.");
            return view! { <p class="py-4 ks-mute">{none}</p> }.into_any();
        }
        let rows: Vec<_> = all.iter().map(|it| row(ctx, it)).collect();
        view! { <ul class="mt-2 divide-y divide-[var(--line)]">{rows}</ul> }.into_any()
    };
    let body = view! {
        {done}
        <section aria-labelledby="h-open">
            {section_head("h-open", lang.pick("正在整改", "Open orders"))}
            {list(&board.open)}
        </section>
        <section aria-labelledby="h-closed" class="mt-12">
            {section_head("h-closed", lang.pick("已经核验通过", "Closed orders"))}
            {list(&board.closed)}
        </section>
    };
    let title = title(ctx);
    let lead = lang.pick(
        "写明以谁的名义、依据哪一条、什么事实、什么期限。单位在期限内报告整改情况，由主管部门核验；退回的重新定期限，逾期未报告的上报。",
        "Each says in whose name it is, by which article, about which facts, until when. The agency answers in time and \
         the authority verifies; what is sent back gets a new day, what is not answered in time is escalated.",
    );
    bench_page(ctx, title, vec![(title.to_owned(), None)], lead, body.into_any())
}

fn title(ctx: &Ctx) -> &'static str {
    ctx.lang.pick("责令改正通知", "Rectification orders")
}

fn number(ctx: &Ctx, it: &OrderView) -> String {
    let id = it.order.id;
    ctx.lang.pick(format!("责令改正通知第 {id} 号"), format!("Rectification order No. {id}"))
}

/// Draws where an order stands, and its last day.
fn standing(ctx: &Ctx, it: &OrderView) -> AnyView {
    let lang = ctx.lang;
    let order = &it.order;
    let (class, sign, text) = match (&order.verified, &order.answer) {
        (Some(_), _) => ("ks-mark is-ok", "check", lang.pick("核验通过", "accepted")),
        (None, Some(_)) => ("ks-mark is-soon", "soon", lang.pick("等待核验", "to be verified")),
        (None, None) if it.is_overdue => {
            ("ks-mark is-late", "late", lang.pick("逾期未整改", "overdue"))
        }
        (None, None) => ("ks-mark is-soon", "soon", lang.pick("待整改", "to be put right")),
    };
    view! {
        <p class="mt-1">
            <span class=class>{icon(sign)}{text}</span> " "
            {lang.pick("整改期限：", "Until ")} {full_day(lang, order.due)}
        </p>
    }
    .into_any()
}

fn row(ctx: &Ctx, it: &OrderView) -> AnyView {
    let path = ctx.href(&format!("{LIST}/{}", it.order.id));
    view! {
        <li class="py-4">
            <p>
                <a class="ks-link" href=path>{number(ctx, it)}</a> " · "
                {it.organization.label(ctx.lang).to_owned()}
            </p>
            <p class="whitespace-pre-line">{it.order.facts.clone()}</p>
            {standing(ctx, it)}
        </li>
    }
    .into_any()
}

fn order_page(ctx: &Ctx, it: &OrderView, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let order = &it.order;
    let body = view! {
        {summary(ctx, typed)}
        <section aria-labelledby="h-order">
            {section_head("h-order", lang.pick("事实", "Facts"))}
            <p class="mt-2 whitespace-pre-line">{order.facts.clone()}</p>
            {standing(ctx, it)}
            <p class="text-[.9375rem] ks-mute">
                {lang.pick("责令机关：", "In the name of: ")} {order.issuer.label(lang)} " · "
                {lang.pick("依据：", "By: ")} {order.article.clone()}
            </p>
            <p class="text-[.9375rem] ks-mute">
                {lang.pick("下达：", "Issued: ")} {full_day(lang, order.issued_on)} " · "
                {order.issued_by.clone()}
            </p>
            {history(ctx, it)}
        </section>
        {it.may_answer.then(|| answer_form(ctx, it, typed))}
        {it.may_verify.then(|| verify_form(ctx, it, typed))}
    };
    let number = number(ctx, it);
    let places = vec![(title(ctx).to_owned(), Some(LIST.to_owned())), (number.clone(), None)];
    let lead = it.organization.label(lang).to_owned();
    bench_page(ctx, &number, places, lead, body.into_any())
}

/// Draws what came of an order: that it was escalated, sent back, answered, accepted.
fn history(ctx: &Ctx, it: &OrderView) -> AnyView {
    let lang = ctx.lang;
    let order = &it.order;
    let escalated = order.escalated.map(|(to, on)| {
        let to = to.label(lang);
        let text =
            lang.pick(format!("逾期，已上报{to}："), format!("Overdue, escalated to the {to}: "));
        view! { <p class="text-[.9375rem]">{text}{full_day(lang, on)}</p> }
    });
    let returned = (order.n_returned > 0).then(|| {
        let n = order.n_returned;
        let text =
            lang.pick(format!("退回 {n} 次，最近一次："), format!("Sent back ({n}), last: "));
        view! { <p class="text-[.9375rem] whitespace-pre-line">{text}{order.returned.clone()}</p> }
    });
    let answer = order.answer.clone().map(|(answer, on)| {
        let text = lang.pick("整改情况：", "Answer: ");
        view! {
            <p class="mt-1 whitespace-pre-line">{text}{answer} " " {full_day(lang, on)}</p>
        }
    });
    let verified = order.verified.clone().map(|(by, on)| {
        let text = lang.pick("核验：", "Accepted: ");
        view! { <p class="text-[.9375rem] ks-mute">{text}{by} " · " {full_day(lang, on)}</p> }
    });
    view! { <div>{escalated}{returned}{answer}{verified}</div> }.into_any()
}

fn answer_form(ctx: &Ctx, it: &OrderView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let action = ctx.href(&format!("{LIST}/{}/answer", it.order.id));
    let answer = label(
        typed,
        "answer",
        lang.pick("整改情况", "What was put right"),
        lang.pick(
            "写明做了什么、什么时候完成、在哪里可以看到",
            "Say what was done, when, and where it can be seen",
        ),
    );
    view! {
        <form method="post" action=action class="max-w-[40rem] mt-12">
            {once()}
            <input type="hidden" name="round" value=it.order.n_returned.to_string()/>
            {area(&answer, 3, typed.value("answer"))}
            <p class="mt-3">
                <button class="btn btn-primary" type="submit">{lang.pick("报告整改情况", "Send the answer")}</button>
            </p>
        </form>
    }
    .into_any()
}

fn verify_form(ctx: &Ctx, it: &OrderView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let action = ctx.href(&format!("{LIST}/{}/verify", it.order.id));
    let verdict = label(typed, "verdict", lang.pick("核验结果", "Verdict"), "");
    let reason = label(
        typed,
        "reason",
        lang.pick("意见", "Reason"),
        lang.pick("退回的必须填写", "It must be given where the answer is sent back"),
    );
    let due = label(
        typed,
        "due",
        lang.pick("新的整改期限", "New last day"),
        lang.pick("退回的必须填写", "It must be given where the answer is sent back"),
    );
    let choices = [
        ("accept".to_owned(), lang.pick("通过", "Accept").to_owned()),
        ("return".to_owned(), lang.pick("退回，重新整改", "Send back").to_owned()),
    ];
    let chosen = typed.value("verdict");
    view! {
        <form method="post" action=action class="max-w-[40rem] mt-12">
            {once()}
            <input type="hidden" name="round" value=it.order.n_returned.to_string()/>
            {options(&verdict, "radio", &choices, |code| code == chosen)}
            {area(&reason, 3, typed.value("reason"))}
            {line(&due, "date", typed.value("due"))}
            <p class="mt-3">
                <button class="btn btn-primary" type="submit">{lang.pick("记录核验结果", "Record the verdict")}</button>
            </p>
        </form>
    }
    .into_any()
}
