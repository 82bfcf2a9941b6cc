//! The page of a report on use, or of a question about it (USE-01, USE-06).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::access::{UsageReportAct, UsageReportView};
use kaishu_types::ErrorCode;
use kaishu_types::case::ActionView;
use kaishu_types::duties::UsageReportDocument;
use leptos::prelude::*;

use super::own_page;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::{as_field, case_events, clocks, expired};
use crate::ui::data::data;
use crate::ui::dates::day_text;
use crate::ui::fields::{area, label, line, options};
use crate::ui::form::{Typed, summary};
use crate::ui::heading::{Rank, rail_head, section_head};
use crate::ui::law::rule_list;
use crate::ui::meta::{fact, meta, text_fact};

/// The rules that govern it.
const RULES: [&str; 2] = ["usage_report.interval", "usage_report.reply_wd"];

/// `GET /usage-reports/{id}`
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

/// `POST /usage-reports/{id}`
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
    let done = UsageReportAct {
        event: text("event"),
        version: text("version").parse().unwrap_or_default(),
        reason: text("reason"),
        report: read(&typed),
        idempotency_key: Some(text("key")).filter(|key| !key.is_empty()),
    };
    let field = if done.event == "file" { "uses" } else { "reason" };
    match portal.act_on_usage_report(&ctx.caller, found.case.id, done, ctx.lang).await {
        Ok(()) => go(&ctx.href(&format!("/usage-reports/{}", found.case.id)), []),
        Err(error) if error.code() == ErrorCode::NotFound => respond(&ctx, || Err(error.into())),
        Err(error) => respond(&ctx, || {
            let typed = typed.refused(as_field(error, field, ctx.lang))?;
            Ok(page(&ctx, &portal, &found, &typed))
        }),
    }
}

async fn find(ctx: &Ctx, portal: &Portal, id: &str) -> Result<UsageReportView, AppError> {
    let unknown = || {
        let (one, all) = ctx.lang.pick(("报告", "申请"), ("report", "applications"));
        AppError::unknown(ctx.lang, id, one, all, super::MINE)
    };
    let number = id.parse().map_err(|_| unknown())?;
    let found = portal.usage_report(&ctx.caller, number, ctx.lang).await;
    found.map_err(|error| AppError::or_unknown(error, unknown))
}

/// Reads what was typed; what is no value is left out, and said to be missing.
fn read(typed: &Typed) -> UsageReportDocument {
    let text = |name: &str| typed.value(name).trim().to_owned();
    UsageReportDocument {
        uses: text("uses"),
        results: text("results"),
        safeguards: text("safeguards"),
        had_incident: match typed.value("had_incident") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        incidents: text("incidents"),
        deleted_on: typed.value("deleted_on").trim().parse().ok(),
        deletion: text("deletion"),
    }
}

fn page(ctx: &Ctx, portal: &Portal, found: &UsageReportView, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let title = title(ctx, found);
    let has = |code: &str| found.case.actions.iter().any(|it| it.event.code == code);
    let form = has("file").then(|| form(ctx, found, typed));
    let body = view! {
        <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
            <div>
                {summary(ctx, typed)}
                {asked(ctx, found)}
                {form}
                {reported(ctx, found)}
                {acts(ctx, found, typed)}
                <section aria-labelledby="h-events" class="mt-12">
                    {section_head("h-events", lang.pick("办理记录", "What happened"))}
                    {case_events(ctx, &found.case)}
                </section>
            </div>
            {rail(ctx, portal, found)}
        </div>
    };
    let application = format!("/applications/{}", found.application);
    let places = vec![
        (lang.pick("我的申请", "My applications").to_owned(), Some(super::MINE.to_owned())),
        (found.case.title.clone(), Some(application)),
        (title.clone(), None),
    ];
    let lead = format!("{} · {}", found.case.title, found.case.state.label);
    own_page(ctx, &title, places, lead, body.into_any()).refused(lang, typed)
}

fn title(ctx: &Ctx, found: &UsageReportView) -> String {
    let words = match (found.span.is_some(), found.is_last) {
        (false, _) => ctx.lang.pick("使用情况询问", "Question on use"),
        (true, true) => ctx.lang.pick("使用结束报告", "Last report on use"),
        (true, false) => ctx.lang.pick("使用情况报告", "Report on use"),
    };
    words.to_owned()
}

/// The question that waits for an answer.
fn asked(ctx: &Ctx, found: &UsageReportView) -> Option<AnyView> {
    let is_question = |code: &str| matches!(code, "ask" | "question");
    let asked = found.case.events.iter().rev().find(|it| is_question(&it.event.code))?;
    if found.case.state.code != "questioned" {
        return None;
    }
    let word = ctx.lang.pick("提供单位询问：", "You are asked: ");
    let text = asked.reason.clone();
    let view = view! {
        <div class="ks-note is-warn mb-8">
            <p><b class="font-semibold">{word}</b><span class="whitespace-pre-line">{text}</span></p>
        </div>
    };
    Some(view.into_any())
}

fn form(ctx: &Ctx, found: &UsageReportView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let uses = label(
        typed,
        "uses",
        lang.pick("使用情况", "What the data was used for"),
        lang.pick(
            "用在哪里、怎样使用、用到哪些数据项；没有使用的，写明没有使用",
            "Where and how, which items; if it was not used, say so",
        ),
    );
    let results = label(
        typed,
        "results",
        lang.pick("成果", "Results"),
        lang.pick(
            "产品、服务、报告、论文的名称和发布位置；没有的不填",
            "Names of products, services, reports, papers, and where they are; none: leave it out",
        ),
    );
    let safeguards = label(typed, "safeguards", lang.pick("安全保障措施", "Safeguards"), "");
    let incident = label(
        typed,
        "had_incident",
        lang.pick("是否发生安全事件", "Did anything happen to the data"),
        "",
    );
    let choices = [
        ("no".to_owned(), lang.pick("没有发生", "No").to_owned()),
        ("yes".to_owned(), lang.pick("发生过", "Yes").to_owned()),
    ];
    let chosen = typed.value("had_incident").to_owned();
    let incidents = label(
        typed,
        "incidents",
        lang.pick("安全事件和处置情况", "What happened and what was done"),
        lang.pick("发生过的填写", "If anything happened"),
    );
    let end = found.is_last.then(|| {
        let day = label(typed, "deleted_on", lang.pick("删除数据的日期", "Deleted on"), "");
        let how = label(
            typed,
            "deletion",
            lang.pick("删除情况", "Statement of deletion"),
            lang.pick(
                "删除了什么、怎样删除；依法留存的，写明留存什么、依据是什么",
                "What was deleted and how; what is kept, on which basis",
            ),
        );
        view! {
            {line(&day, "date", typed.value("deleted_on"))}
            {area(&how, 3, typed.value("deletion"))}
        }
    });
    let action = ctx.href(&format!("/usage-reports/{}", found.case.id));
    view! {
        <form method="post" action=action novalidate=true class="max-w-[40rem]">
            <input type="hidden" name="version" value=found.case.version.to_string()/>
            <input type="hidden" name="key" value=format!("report-{}-{}", found.case.id, found.case.version)/>
            {area(&uses, 5, typed.value("uses"))}
            {area(&results, 3, typed.value("results"))}
            {area(&safeguards, 3, typed.value("safeguards"))}
            {options(&incident, "radio", &choices, |it| it == chosen)}
            {area(&incidents, 3, typed.value("incidents"))}
            {end}
            <p class="mt-8">
                <button class="btn btn-primary" type="submit" name="event" value="file">
                    {lang.pick("提交报告", "File the report")}
                </button>
            </p>
        </form>
    }
    .into_any()
}

/// What was reported.
fn reported(ctx: &Ctx, found: &UsageReportView) -> Option<AnyView> {
    let lang = ctx.lang;
    let document = found.document.as_ref()?;
    let incident = match document.had_incident {
        Some(true) => document.incidents.as_str(),
        _ => lang.pick("没有发生", "none"),
    };
    let results = match document.results.as_str() {
        "" => lang.pick("没有", "none"),
        results => results,
    };
    let deleted = document.deleted_on.map(|day| day_text(lang, day));
    let mut facts = Vec::new();
    facts.extend(text_fact(lang.pick("使用情况", "Used for"), Some(&document.uses)));
    facts.extend(text_fact(lang.pick("成果", "Results"), Some(results)));
    facts.extend(text_fact(lang.pick("安全保障措施", "Safeguards"), Some(&document.safeguards)));
    facts.extend(text_fact(lang.pick("安全事件", "Incidents"), Some(incident)));
    facts.extend(text_fact(lang.pick("删除数据的日期", "Deleted on"), deleted.as_deref()));
    facts.extend(text_fact(lang.pick("删除情况", "Deletion"), Some(&document.deletion)));
    let view = view! {
        <section aria-labelledby="h-reported" class="mb-10 whitespace-pre-line">
            {section_head("h-reported", lang.pick("报告内容", "What was reported"))}
            {meta(facts)}
        </section>
    };
    Some(view.into_any())
}

/// What the reader may do besides filing.
fn acts(ctx: &Ctx, found: &UsageReportView, typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    let is_here = |action: &&ActionView| action.event.code != "file";
    let actions: Vec<&ActionView> = found.case.actions.iter().filter(is_here).collect();
    if actions.is_empty() {
        return None;
    }
    let buttons: Vec<_> = actions
        .iter()
        .map(|action| {
            let class = match action.event.code.as_str() {
                "answer" | "accept" => "btn btn-primary",
                _ => "btn btn-outline",
            };
            view! {
                <button class=class type="submit" name="event" value=action.event.code.clone()>
                    {action.event.label.clone()}
                </button>
            }
        })
        .collect();
    let reason = label(
        typed,
        "reason",
        match found.is_own {
            true => lang.pick("答复", "Answer"),
            false => lang.pick("追问或者理由", "Question or reason"),
        },
        "",
    );
    let action = ctx.href(&format!("/usage-reports/{}", found.case.id));
    let view = view! {
        <section aria-labelledby="h-act" class="mb-10">
            {section_head("h-act", lang.pick("办理", "What you can do"))}
            <form method="post" action=action class="max-w-[40rem]">
                <input type="hidden" name="version" value=found.case.version.to_string()/>
                <input type="hidden" name="key" value=format!("report-{}-{}", found.case.id, found.case.version)/>
                {area(&reason, 3, typed.value("reason"))}
                <p class="mt-6 flex flex-wrap gap-3">{buttons}</p>
            </form>
        </section>
    };
    Some(view.into_any())
}

fn rail(ctx: &Ctx, portal: &Portal, found: &UsageReportView) -> AnyView {
    let lang = ctx.lang;
    let application = ctx.href(&format!("/applications/{}", found.application));
    let dataset = ctx.href(&format!("/datasets/{}", found.code));
    let mut facts = vec![
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
    if let Some((from, to)) = found.span {
        let days = format!("{} — {}", day_text(lang, from), day_text(lang, to));
        facts.push(fact(lang.pick("报告期间", "About"), days));
    }
    view! {
        <aside class="text-[.9375rem] space-y-8" aria-label=lang.pick("报告信息", "About the report")>
            <div>
                {rail_head(lang.pick("报告", "Report"), Rank::First)}
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
