//! Data of two providers that differs on the same item: the disputes, and one of them (SHR-12).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_domain::sources::{names_basis, says_result};
use kaishu_portal::sharing::{SourceForm, SourcePage, SourceStep, SourceStepView, SourceView};
use kaishu_portal::{Error, Portal};
use kaishu_types::sources::{SourceAct, SourceStanding};
use kaishu_types::{ErrorCode, Lang};
use leptos::prelude::*;

use super::case::as_field;
use super::source_notes::result_words;
use super::{bench_page, expired};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::ui::data::data;
use crate::ui::dates::full_day;
use crate::ui::fields::{Choice, area, label, line, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;
use crate::ui::icon::icon;
use crate::ui::law::rule_list;
use crate::ui::meta::{fact, meta, text_fact};

pub(super) const BENCH: &str = "/workbench/sources";

/// The rule of who finds out which source counts.
const RULES: [&str; 1] = ["catalogue.source_dispute"];

/// The title of the list, and what it is for.
pub(crate) fn words(lang: Lang) -> (&'static str, &'static str) {
    lang.pick(
        (
            "数据不一致",
            "不同单位提供的同一类数据不一致的，先由提供单位协商，再由主管部门协调，按规则报请决定。确定以前，两项目录都注明；确定以后，注明以哪一项为准。",
        ),
        (
            "Data that differs",
            "Where two providers' data differs, they talk first, then the data authority mediates, and who is above decides as the rule says. Both entries say so until it is closed, and which of them counts afterwards.",
        ),
    )
}

/// `GET /workbench/sources`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["after", "done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let after = asked.get("after").and_then(|after| after.parse().ok());
    let found = portal.source_disputes(&ctx.caller, after, ctx.lang).await;
    respond(&ctx, || {
        let (title, lead) = words(ctx.lang);
        let body = view! {
            {asked.contains_key("done").then(|| saved(ctx.lang))}
            {list(&ctx, &portal, &found?, BENCH)}
        };
        Ok(bench_page(&ctx, title, vec![(title.to_owned(), None)], lead, body.into_any()))
    })
}

/// `GET /workbench/sources/new`
pub(crate) async fn begin(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["one"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    respond(&ctx, || {
        portal.permit_source_disputes(&ctx.caller, ctx.lang)?;
        let one = asked.get("one").cloned().unwrap_or_default();
        Ok(new_page(&ctx, &portal, &Typed::default().with("one", one)))
    })
}

/// `POST /workbench/sources/new`
pub(crate) async fn add(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let form = SourceForm {
        one: typed.value("one"),
        other: typed.value("other"),
        item: typed.value("item"),
        difference: typed.value("difference"),
    };
    let done = Box::pin(portal.open_source_dispute(&ctx.caller, &form, ctx.lang)).await;
    match done {
        Ok(id) => go(&ctx.href(&format!("{BENCH}/{id}")), []),
        Err(error) => refused(&ctx, typed, error, |typed| new_page(&ctx, &portal, typed)),
    }
}

/// `GET /workbench/sources/{id}`
pub(crate) async fn open(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = find(&ctx, &portal, &id).await;
    respond(&ctx, || Ok(one_page(&ctx, &portal, &found?, &Typed::default())))
}

/// `POST /workbench/sources/{id}`
pub(crate) async fn change(
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
    let step = SourceStep {
        act: typed.value("act"),
        source: typed.value("source"),
        value: typed.value("value"),
        basis: typed.value("basis"),
        reason: typed.value("reason"),
        revision: typed.value("revision").parse().unwrap_or_default(),
    };
    let done = Box::pin(portal.step_source_dispute(&ctx.caller, found.id, &step, ctx.lang)).await;
    match done {
        Ok(()) => go(&format!("{}?done=saved", ctx.href(BENCH)), []),
        Err(error) => refused(&ctx, typed, error, |typed| one_page(&ctx, &portal, &found, typed)),
    }
}

async fn find(ctx: &Ctx, portal: &Portal, id: &str) -> Result<SourceView, AppError> {
    let unknown = || {
        let (one, all) =
            ctx.lang.pick(("数据不一致事项", "数据不一致事项"), ("dispute", "disputes"));
        AppError::unknown(ctx.lang, id, one, all, BENCH)
    };
    let number = id.parse().map_err(|_| unknown())?;
    let found = portal.source_dispute(&ctx.caller, number, ctx.lang).await;
    found.map_err(|error| AppError::or_unknown(error, unknown))
}

/// Draws a form again with what is wrong.
fn refused(ctx: &Ctx, typed: Typed, error: Error, draw: impl FnOnce(&Typed) -> Page) -> Response {
    if error.code() == ErrorCode::Forbidden {
        return respond(ctx, || Err(error.into()));
    }
    match typed.refused(as_field(error, "reason", ctx.lang)) {
        Ok(typed) => respond(ctx, || Ok(draw(&typed))),
        Err(error) => respond(ctx, || Err(error)),
    }
}

fn saved(lang: Lang) -> AnyView {
    let text = lang.pick("已经记录。", "Recorded.");
    view! { <div class="ks-note is-ok mb-8" role="status"><p>{text}</p></div> }.into_any()
}

/// Draws the disputes, page by page.
pub(crate) fn list(ctx: &Ctx, portal: &Portal, found: &SourcePage, path: &str) -> AnyView {
    let lang = ctx.lang;
    let rows: Vec<_> = found.rows.iter().map(|it| row(ctx, it)).collect();
    let table = match rows.is_empty() {
        true => {
            let none = lang.pick("没有数据不一致的事项。", "No data differs.");
            view! { <p class="py-4 ks-mute">{none}</p> }.into_any()
        }
        false => table(lang, rows),
    };
    let may_add = portal.permit_source_disputes(&ctx.caller, lang).is_ok();
    let add = may_add.then(|| {
        let target = ctx.href(&format!("{BENCH}/new"));
        view! { <p class="mb-8"><a class="btn btn-primary" href=target>{begin_word(lang)}</a></p> }
    });
    let next = found.next.map(|next| {
        let target = format!("{}?after={next}", ctx.href(path));
        view! { <p class="mt-6"><a class="btn btn-outline" href=target>{lang.pick("下一页", "Next page")}</a></p> }
    });
    view! { {add}{table}{next} }.into_any()
}

fn begin_word(lang: Lang) -> &'static str {
    SourceAct::Open.label(lang)
}

fn table(lang: Lang, rows: Vec<AnyView>) -> AnyView {
    let caption = words(lang).0;
    let head = lang.pick(
        ["数据项", "目录和提供单位", "进展", "日期"],
        ["Item", "Entries and providers", "Status", "Day"],
    );
    let head: Vec<_> = head.iter().map(|word| view! { <th scope="col">{*word}</th> }).collect();
    view! {
        <div class="ks-frame max-md:!overflow-visible" tabindex="0" role="region" aria-label=caption>
            <table class="ks-table is-dense ks-stack md:min-w-[54rem]">
                <caption class="sr-only">{caption}</caption>
                <thead><tr>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(ctx: &Ctx, it: &SourceView) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("{BENCH}/{}", it.id));
    let sides: Vec<_> = it
        .sides
        .iter()
        .map(|(code, provider)| {
            let provider = data(lang, provider.label(lang));
            view! { <span class="block">{code.to_string()}" "{provider}</span> }
        })
        .collect();
    let day = it.steps.last().map(|step| full_day(lang, step.event.on));
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                <a class="ks-plain" href=path>{data(lang, it.item.clone())}</a>
            </th>
            <td data-l=lang.pick("目录和提供单位", "Entries and providers")>{sides}</td>
            <td data-l=lang.pick("进展", "Status")>{mark(lang, it.standing)}</td>
            <td class="num" data-l=lang.pick("日期", "Day")>{day}</td>
        </tr>
    }
    .into_any()
}

fn mark(lang: Lang, standing: SourceStanding) -> AnyView {
    let (class, sign) = match standing {
        SourceStanding::Closed => ("ks-mark is-ok", "check"),
        _ => ("ks-mark is-soon", "soon"),
    };
    view! { <span class=class>{icon(sign)}{standing.label(lang)}</span> }.into_any()
}

fn new_page(ctx: &Ctx, portal: &Portal, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let hint = lang.pick("共享目录里的目录编码", "Its code in the share catalogue");
    let one = label(typed, "one", lang.pick("一项目录", "The one entry"), hint);
    let hint = lang.pick("由另一个单位提供", "Of another provider");
    let other = label(typed, "other", lang.pick("另一项目录", "The other entry"), hint);
    let hint = lang.pick("注明在两项目录的页面上", "It stands beside both entries");
    let item = label(typed, "item", lang.pick("不一致的数据项", "Item on which they differ"), hint);
    let hint = lang.pick(
        "双方提供单位和主管部门看得到；不要写入个人信息",
        "Both providers and the authority read it; no personal data here",
    );
    let difference = label(typed, "difference", lang.pick("怎样不一致", "How they differ"), hint);
    let path = ctx.href(&format!("{BENCH}/new"));
    let body = view! {
        <div class="max-w-[40rem]">
            {summary(ctx, typed)}
            <form method="post" action=path novalidate=true>
                {once()}
                {line(&one, "text", typed.value("one"))}
                {line(&other, "text", typed.value("other"))}
                {line(&item, "text", typed.value("item"))}
                {area(&difference, 4, typed.value("difference"))}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{begin_word(lang)}</button>
                </p>
            </form>
            {rules(ctx, portal)}
        </div>
    };
    let (list, lead) = words(lang);
    let places =
        vec![(list.to_owned(), Some(BENCH.to_owned())), (begin_word(lang).to_owned(), None)];
    bench_page(ctx, begin_word(lang), places, lead, body.into_any()).refused(lang, typed)
}

fn rules(ctx: &Ctx, portal: &Portal) -> AnyView {
    view! {
        <section class="mt-12" aria-labelledby="h-rules">
            {section_head("h-rules", ctx.lang.pick("适用规则", "Rules"))}
            {rule_list(ctx, &portal.policy_view(), &RULES)}
        </section>
    }
    .into_any()
}

fn one_page(ctx: &Ctx, portal: &Portal, found: &SourceView, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let steps: Vec<_> = found.steps.iter().map(|step| step_row(lang, step)).collect();
    let body = view! {
        <div class="max-w-[40rem]">
            {summary(ctx, typed)}
            {facts(ctx, found)}
            <section class="mt-12" aria-labelledby="h-steps">
                {section_head("h-steps", lang.pick("办理经过", "Steps"))}
                <ol class="mt-2 divide-y divide-[var(--line)]">{steps}</ol>
            </section>
            {step_form(ctx, found, typed)}
            {rules(ctx, portal)}
        </div>
    };
    let list = (words(lang).0.to_owned(), Some(BENCH.to_owned()));
    let places = vec![list, (found.item.clone(), None)];
    let lead = found.standing.label(lang);
    bench_page(ctx, &found.item, places, lead, body.into_any()).refused(lang, typed)
}

fn facts(ctx: &Ctx, found: &SourceView) -> AnyView {
    let lang = ctx.lang;
    let mut facts = vec![fact(lang.pick("进展", "Status"), mark(lang, found.standing))];
    for (code, provider) in &found.sides {
        let path = ctx.href(&format!("/share/{code}"));
        let entry = view! { <a href=path>{code.to_string()}</a> };
        let provider = data(lang, provider.label(lang));
        let text = view! { {entry}" "{provider} }.into_any();
        facts.push(fact(lang.pick("目录", "Entry"), text));
    }
    facts.extend(text_fact(lang.pick("怎样不一致", "How they differ"), Some(&found.difference)));
    let decided = found.decided.as_ref().map(|result| result_words(lang, result));
    facts.extend(text_fact(lang.pick("确定的结果", "What counts"), decided.as_deref()));
    view! { <section aria-label=lang.pick("事项", "The dispute")>{meta(facts)}</section> }
        .into_any()
}

fn step_row(lang: Lang, step: &SourceStepView) -> AnyView {
    let event = &step.event;
    let authority = lang.pick("数据主管部门", "The data authority");
    let by = step.by.as_ref().map_or(authority, |by| by.label(lang)).to_owned();
    let result = event.result.as_ref().map(|result| result_words(lang, result));
    let texts = [result.unwrap_or_default(), event.basis.clone(), event.reason.clone()];
    let texts: Vec<_> = texts
        .into_iter()
        .filter(|text| !text.is_empty())
        .map(|text| view! { <p class="whitespace-pre-line">{data(lang, text)}</p> })
        .collect();
    view! {
        <li class="py-3">
            <div class="flex flex-wrap items-baseline justify-between gap-x-6">
                <span class="font-semibold">{event.act.label(lang)}</span>
                <span class="text-sm ks-mute">{data(lang, by)}" "{full_day(lang, event.on)}</span>
            </div>
            {texts}
        </li>
    }
    .into_any()
}

/// The form of what the reader may do now: one for all of it, each with a button.
fn step_form(ctx: &Ctx, found: &SourceView, typed: &Typed) -> Option<AnyView> {
    if found.acts.is_empty() {
        return None;
    }
    let lang = ctx.lang;
    let entries: Vec<Choice> = found
        .sides
        .iter()
        .map(|(code, provider)| (code.to_string(), format!("{code} {}", provider.label(lang))))
        .collect();
    let result = found.acts.iter().any(|act| says_result(*act)).then(|| {
        let source = label(typed, "source", lang.pick("以哪一项为准", "Which entry counts"), "");
        let hint = lang.pick("两项都不对的必填", "Required where neither is right");
        let value = label(typed, "value", lang.pick("以什么值为准", "Which value counts"), hint);
        let none = lang.pick("两项都不作为准", "Neither of them");
        view! {
            {select(&source, none, &entries, typed.value("source"))}
            {area(&value, 2, typed.value("value"))}
        }
    });
    let basis = found.acts.iter().any(|act| names_basis(*act)).then(|| {
        let word = match found.standing {
            SourceStanding::Authority => lang.pick("参加协调的单位", "Who took part"),
            _ => lang.pick("决定的文件名称、文号", "Document of the decision"),
        };
        line(&label(typed, "basis", word, ""), "text", typed.value("basis"))
    });
    let hint = lang.pick("同意对方意见的可以不写", "May be empty where you accept a proposal");
    let hint = if found.acts.contains(&SourceAct::Accept) { hint } else { "" };
    let reason = label(typed, "reason", lang.pick("理由和核实情况", "Why"), hint);
    let buttons: Vec<_> = found
        .acts
        .iter()
        .map(|act| {
            view! {
                <button class="btn btn-outline" type="submit" name="act" value=act.as_str()>
                    {act.label(lang)}
                </button>
            }
        })
        .collect();
    let path = ctx.href(&format!("{BENCH}/{}", found.id));
    let drawn = view! {
        <section class="mt-12" aria-labelledby="h-act">
            {section_head("h-act", lang.pick("办理", "Next step"))}
            <form method="post" action=path novalidate=true>
                {once()}
                <input type="hidden" name="revision" value=found.revision.to_string()/>
                {result}
                {basis}
                {area(&reason, 3, typed.value("reason"))}
                <p class="mt-8 flex flex-wrap gap-3">{buttons}</p>
            </form>
        </section>
    };
    Some(drawn.into_any())
}
