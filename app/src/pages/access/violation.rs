//! The page of a violation under a grant, on which it goes on to its end (USE-03 to USE-05, USE-08).

use axum::Form;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kaishu_portal::Portal;
use kaishu_portal::access::{ViolationAct, ViolationView};
use kaishu_types::ErrorCode;
use kaishu_types::case::ActionView;
use leptos::prelude::*;

use super::own_page;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::{as_field, case_events, clocks, expired};
use crate::ui::data::data;
use crate::ui::dates::{day_text, full_time};
use crate::ui::fields::{area, label, line};
use crate::ui::form::{Typed, summary};
use crate::ui::heading::{Rank, rail_head, section_head};
use crate::ui::law::rule_list;
use crate::ui::meta::{fact, meta, text_fact};

/// The rules that govern it.
pub(super) const RULES: [&str; 5] = [
    "violation.closure",
    "violation.types",
    "violation.statement_wd",
    "violation.correct_wd",
    "appeal.filing_wd",
];

/// `GET /violations/{id}`
pub(crate) async fn show(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = find(&ctx, &portal, &id).await;
    respond(&ctx, || Ok(page(&ctx, &portal, &found?, &Typed::default())))
}

/// `POST /violations/{id}`
pub(crate) async fn act(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let found = match find(&ctx, &portal, &id).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let typed = Typed::of(pairs);
    let text = |name: &str| typed.value(name).to_owned();
    let done = ViolationAct {
        event: text("event"),
        version: text("version").parse().unwrap_or_default(),
        reason: text("reason"),
        body: text("body"),
        idempotency_key: Some(text("key")).filter(|key| !key.is_empty()),
    };
    match portal.act_on_violation(&ctx.caller, found.case.id, done, ctx.lang).await {
        Ok(()) => go(&ctx.href(&format!("/violations/{}", found.case.id)), []),
        Err(error) if error.code() == ErrorCode::NotFound => respond(&ctx, || Err(error.into())),
        Err(error) => respond(&ctx, || {
            let typed = typed.refused(as_field(error, "reason", ctx.lang))?;
            Ok(page(&ctx, &portal, &found, &typed))
        }),
    }
}

/// `POST /violations/{id}/evidence`
pub(crate) async fn take(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = match find(&ctx, &portal, &id).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    match portal.violation_evidence(&ctx.caller, found.case.id, ctx.lang).await {
        Ok(evidence) => {
            let name = format!("attachment; filename=\"{}\"", evidence.name);
            let headers = [
                (header::CONTENT_TYPE, "application/json".to_owned()),
                (header::CONTENT_DISPOSITION, name),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ];
            (headers, evidence.bytes).into_response()
        }
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

async fn find(ctx: &Ctx, portal: &Portal, id: &str) -> Result<ViolationView, AppError> {
    let unknown = || {
        let (one, all) = ctx.lang.pick(("事项", "申请"), ("case", "applications"));
        AppError::unknown(ctx.lang, id, one, all, super::MINE)
    };
    let number = id.parse().map_err(|_| unknown())?;
    let found = portal.violation(&ctx.caller, number, ctx.lang).await;
    found.map_err(|error| AppError::or_unknown(error, unknown))
}

/// The places above a violation.
pub(super) fn places(
    ctx: &Ctx,
    application: i64,
    title: &str,
    own: &str,
) -> Vec<(String, Option<String>)> {
    vec![
        (ctx.lang.pick("我的申请", "My applications").to_owned(), Some(super::MINE.to_owned())),
        (title.to_owned(), Some(format!("/applications/{application}"))),
        (own.to_owned(), None),
    ]
}

fn page(ctx: &Ctx, portal: &Portal, found: &ViolationView, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let body = view! {
        <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
            <div>
                {summary(ctx, typed)}
                {told(ctx, found)}
                {about(ctx, found)}
                {acts(ctx, found, typed)}
                {evidence(ctx, found)}
                <section aria-labelledby="h-events" class="mt-12">
                    {section_head("h-events", lang.pick("办理记录", "What happened"))}
                    {case_events(ctx, &found.case)}
                </section>
            </div>
            {rail(ctx, portal, found)}
        </div>
    };
    let title = lang.pick("违规处理", "Violation");
    let places = places(ctx, found.application, &found.case.title, title);
    let lead = format!("{} · {}", found.case.title, found.case.state.label);
    own_page(ctx, title, places, lead, body.into_any()).refused(lang, typed)
}

/// What the user is told while access is closed: why, until when to correct it, how to object (USE-04).
fn told(ctx: &Ctx, found: &ViolationView) -> Option<AnyView> {
    let lang = ctx.lang;
    let is_closed =
        matches!(found.case.state.code.as_str(), "confirmed" | "corrected" | "objected");
    if !is_closed || !found.is_own {
        return None;
    }
    let why = found.case.events.iter().rev().find(|it| it.event.code == "confirm");
    let why = why.map(|event| event.reason.clone()).unwrap_or_default();
    let correct = found.correct_until.map(|day| {
        let day = day_text(lang, day);
        lang.pick(
            format!("请在{day}以前改正，并在这一页报告改正情况；核实以后恢复权限。"),
            format!("Correct it by {day} and report it on this page; access comes back when the correction is verified."),
        )
    });
    let object = found.object_until.map(|day| {
        let day = day_text(lang, day);
        lang.pick(
            format!("不服认定的，可以在{day}以前申请复核，由数据主管部门的其他人员办理。"),
            format!(
                "To object, ask for a review by {day}; somebody else of the authority decides."
            ),
        )
    });
    let rule = found.closure.article.clone();
    let view = view! {
        <div class="ks-note is-warn mb-8">
            <p><b class="font-semibold">{lang.pick("您的使用权限已经关闭：", "Your access is closed: ")}</b>
                <span class="whitespace-pre-line">{why}</span></p>
            {correct.map(|text| view! { <p class="mt-2">{text}</p> })}
            {object.map(|text| view! { <p class="mt-2">{text}</p> })}
            <p class="mt-2 text-sm ks-mute">{rule}</p>
        </div>
    };
    Some(view.into_any())
}

fn about(ctx: &Ctx, found: &ViolationView) -> AnyView {
    let lang = ctx.lang;
    let receipts: Vec<_> = found
        .receipts
        .iter()
        .map(|code| {
            let path = ctx.href(&format!("/verify/{code}"));
            view! { <a class="ks-link num mr-3" href=path>{code.clone()}</a> }
        })
        .collect();
    let mut facts = vec![fact(lang.pick("违规情形", "What it is"), found.kind.clone())];
    if !receipts.is_empty() {
        facts.push(fact(lang.pick("涉及的回执", "Receipts"), receipts));
    }
    if let Some(at) = found.closed_at {
        facts.push(fact(lang.pick("权限关闭", "Access closed"), full_time(lang, at)));
    }
    if let Some(at) = found.reopened_at {
        facts.push(fact(lang.pick("权限恢复", "Access restored"), full_time(lang, at)));
    }
    facts.extend(text_fact(lang.pick("移送机关", "Handed over to"), found.handed_to.as_deref()));
    view! {
        <section aria-labelledby="h-about" class="mb-10">
            {section_head("h-about", lang.pick("事项", "What it is about"))}
            {meta(facts)}
        </section>
    }
    .into_any()
}

/// What the reader may do.
fn acts(ctx: &Ctx, found: &ViolationView, typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    let is_here = |action: &&ActionView| action.event.code != "export";
    let actions: Vec<&ActionView> = found.case.actions.iter().filter(is_here).collect();
    if actions.is_empty() {
        return None;
    }
    let buttons: Vec<_> = actions
        .iter()
        .map(|action| {
            let class = match action.event.code.as_str() {
                "correct" | "restore" | "state" => "btn btn-primary",
                _ => "btn btn-outline",
            };
            view! {
                <button class=class type="submit" name="event" value=action.event.code.clone()>
                    {action.event.label.clone()}
                </button>
            }
        })
        .collect();
    let text = match found.is_own {
        true => lang.pick("陈述、改正情况或者复核理由", "Statement, correction or why you object"),
        false => lang.pick("理由", "Why"),
    };
    let hint = match found.is_own {
        true => "",
        false => lang.pick(
            "使用者会读到；移送的，写明移送哪些材料",
            "The user reads it; to hand it over, say what is handed over",
        ),
    };
    let reason = label(typed, "reason", text, hint);
    let body = actions.iter().any(|it| it.event.code == "hand_over").then(|| {
        let body = label(
            typed,
            "body",
            lang.pick("移送给哪个机关", "Handed over to"),
            lang.pick(
                "移送的填写；平台只记录移送，不作处罚决定",
                "To hand it over; the portal records it and decides no penalty",
            ),
        );
        line(&body, "text", typed.value("body"))
    });
    let action = ctx.href(&format!("/violations/{}", found.case.id));
    let view = view! {
        <section aria-labelledby="h-act" class="mb-10">
            {section_head("h-act", if found.is_own { lang.pick("您可以", "You can") } else { lang.pick("办理", "Decide") })}
            <form method="post" action=action class="max-w-[40rem]">
                <input type="hidden" name="version" value=found.case.version.to_string()/>
                <input type="hidden" name="key" value=format!("violation-{}-{}", found.case.id, found.case.version)/>
                {area(&reason, 4, typed.value("reason"))}
                {body}
                <p class="mt-6 flex flex-wrap gap-3">{buttons}</p>
            </form>
        </section>
    };
    Some(view.into_any())
}

/// The way to the file for the competent body (USE-08).
fn evidence(ctx: &Ctx, found: &ViolationView) -> Option<AnyView> {
    let lang = ctx.lang;
    let action = found.case.actions.iter().find(|it| it.event.code == "export")?;
    let path = ctx.href(&format!("/violations/{}/evidence", found.case.id));
    let text = lang.pick(
        "一个 JSON 文件：办理记录和哈希、申请和签署的文本、权限、权限下的回执。导出会记入办理记录。",
        "A JSON file: what happened with its hashes, the application and what was signed, the grant and its receipts. That it was taken is recorded.",
    );
    let view = view! {
        <form method="post" action=path class="mb-10">
            <p class="ks-mute">{text}</p>
            <p class="mt-3"><button class="btn btn-outline" type="submit">{action.event.label.clone()}</button></p>
        </form>
    };
    Some(view.into_any())
}

fn rail(ctx: &Ctx, portal: &Portal, found: &ViolationView) -> AnyView {
    let lang = ctx.lang;
    let application = ctx.href(&format!("/applications/{}", found.application));
    let dataset = ctx.href(&format!("/datasets/{}", found.code));
    let facts = vec![
        fact(lang.pick("状态", "State"), found.case.state.label.clone()),
        fact(
            lang.pick("申请编号", "Application"),
            view! { <a class="ks-link" href=application>{found.number.clone()}</a> },
        ),
        fact(
            lang.pick("数据集", "Dataset"),
            view! { <a class="ks-link" href=dataset>{found.code.to_string()}</a> },
        ),
        fact(lang.pick("提供单位", "Provider"), data(lang, found.provider.label(lang))),
    ];
    view! {
        <aside class="text-[.9375rem] space-y-8" aria-label=lang.pick("事项信息", "About the case")>
            <div>
                {rail_head(lang.pick("事项", "Case"), Rank::First)}
                {meta(facts)}
                {clocks(lang, &found.case)}
            </div>
            <div>
                {rail_head(lang.pick("依据的规则", "The rules"), Rank::Next)}
                {rule_list(ctx, &portal.policy_view(), &RULES)}
            </div>
        </aside>
    }
    .into_any()
}
