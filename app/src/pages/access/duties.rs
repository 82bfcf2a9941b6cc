//! What is owed under a grant, on the page of its application: reports, questions, violations, and what was taken
//! (USE-01, USE-06).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::access::{ApplicationView, DutyCard, GrantDuties, Use};
use kaishu_types::case::CaseKind;
use kaishu_types::receipt::Retrieved;
use kaishu_types::{ErrorCode, Lang};
use leptos::prelude::*;

use super::application;
use crate::ctx::Ctx;
use crate::page::respond;
use crate::pages::account::go;
use crate::pages::workbench::{as_field, expired};
use crate::ui::data::data;
use crate::ui::dates::{day_of, day_text, full_time};
use crate::ui::fields::{Label, area};
use crate::ui::form::Typed;
use crate::ui::heading::section_head;
use crate::ui::meta::{fact, meta};
use crate::ui::numbers::size;

/// `POST /applications/{id}/question`
pub(crate) async fn ask(
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
    let key = Some(typed.value("key")).filter(|key| !key.is_empty());
    let question = (typed.value("question"), key);
    match portal.ask_about_use(&ctx.caller, found.case.id, question, ctx.lang).await {
        Ok(case) => go(&ctx.href(&format!("/usage-reports/{case}")), []),
        Err(error) if error.code() == ErrorCode::NotFound => respond(&ctx, || Err(error.into())),
        Err(error) => respond(&ctx, || {
            let error = match error {
                kaishu_portal::Error::InvalidInput(faults) => {
                    let faults = faults.into_iter();
                    let named = faults
                        .map(|it| kaishu_types::FieldError { field: "question".to_owned(), ..it });
                    kaishu_portal::Error::InvalidInput(named.collect())
                }
                other => as_field(other, "question", ctx.lang),
            };
            Ok(application::page(&ctx, &found, &typed.refused(error)?))
        }),
    }
}

/// Draws what is owed and what was taken.
pub(super) fn draw(ctx: &Ctx, found: &ApplicationView, typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    let duties = found.duties.as_ref()?;
    let rows: Vec<_> = duties.cards.iter().map(|card| row(ctx, card)).collect();
    let none = rows.is_empty().then(|| {
        let text = lang.pick("还没有到报告的时候。", "No report is due yet.");
        view! { <p class="mt-3 ks-mute">{text}</p> }
    });
    let list = (!rows.is_empty()).then(|| {
        view! { <ul class="mt-3 divide-y divide-[var(--line)] border-y border-[var(--line)]">{rows}</ul> }
    });
    let rule = &duties.interval.article;
    let rule = (!rule.is_empty()).then(|| {
        let text = lang.pick(
            "使用者定期报告使用情况，使用结束时报告数据删除情况。",
            "Whoever uses the data reports on it regularly, and at the end on its deletion.",
        );
        view! { <p class="mt-2 text-sm ks-mute">{text}{rule.clone()}</p> }
    });
    let violation = duties.may_open_violation.then(|| {
        let path = ctx.href(&format!("/applications/{}/violation", found.case.id));
        let word = lang.pick("登记违规使用", "Open a violation");
        view! { <p class="mt-6"><a class="btn btn-outline" href=path>{word}</a></p> }
    });
    let view = view! {
        <section aria-labelledby="h-duties" class="mb-10">
            {section_head("h-duties", lang.pick("使用情况", "Use"))}
            {taken(lang, &duties.taken)}
            {rule}
            {none}
            {list}
            {results(ctx, found, duties)}
            {question(ctx, found, duties, typed)}
            {violation}
        </section>
    };
    Some(view.into_any())
}

/// What came of it, as the holder registered it (USE-06).
fn results(ctx: &Ctx, found: &ApplicationView, duties: &GrantDuties) -> AnyView {
    let lang = ctx.lang;
    let rows: Vec<_> =
        duties.results.iter().map(|it| crate::pages::results::result(ctx, it, None)).collect();
    let rows = (!rows.is_empty()).then(|| {
        view! { <ul class="divide-y divide-[var(--line)] border-y border-[var(--line)]">{rows}</ul> }
    });
    let register = found.is_own.then(|| {
        let path = ctx.href(&format!("/me/results?grant={}", found.case.id));
        let word = lang.pick("登记成果", "Register a result");
        view! { <p class="mt-3"><a class="ks-link" href=path>{word}</a></p> }
    });
    let none = (duties.results.is_empty() && !found.is_own)
        .then(|| lang.pick("还没有登记成果。", "No result is registered yet."));
    view! {
        <h3 class="mt-6 text-base">{lang.pick("成果", "Results")}</h3>
        {rows}
        <p class="ks-mute">{none}</p>
        {register}
    }
    .into_any()
}

/// What was taken under the grant: how often, how much, when last, in which way.
fn taken(lang: Lang, taken: &Use) -> AnyView {
    let n: u64 = taken.retrievals.iter().map(|(_, n)| n).sum();
    let ways: Vec<String> =
        taken.retrievals.iter().map(|(kind, n)| format!("{} {n}", way(lang, *kind))).collect();
    let last = match taken.last_at {
        Some(at) => full_time(lang, at),
        None => lang.pick("还没有", "never").into_any(),
    };
    let mut facts = vec![
        fact(lang.pick("获取次数", "Retrievals"), n.to_string()),
        fact(lang.pick("最近一次", "Last"), last),
    ];
    if !ways.is_empty() {
        let ways = ways.join(lang.pick("，", ", "));
        facts.push(fact(lang.pick("获取方式", "In which way"), ways));
    }
    if taken.size_bytes > 0 {
        facts.push(fact(lang.pick("文件大小合计", "Size of files in all"), size(taken.size_bytes)));
    }
    meta(facts)
}

fn way(lang: Lang, kind: Retrieved) -> &'static str {
    match kind {
        Retrieved::Original => lang.pick("下载原始文件", "original files"),
        Retrieved::Export => lang.pick("导出", "exports"),
        Retrieved::Rows => lang.pick("查询", "queries"),
        Retrieved::Bundle => lang.pick("打包下载", "archives"),
        Retrieved::Verified => lang.pick("核验", "verifications"),
        Retrieved::Offline => lang.pick("线下交付", "handed over"),
    }
}

/// What a report, a question or a violation is called in a list.
pub(super) fn name(lang: Lang, card: &DutyCard) -> String {
    match (card.kind, card.span) {
        (CaseKind::Violation, _) => lang.pick("违规处理", "Violation").to_owned(),
        (_, Some((from, to))) => {
            let (from, to) = (day_text(lang, from), day_text(lang, to));
            match card.is_last {
                true => lang.pick(
                    format!("使用结束报告（{from}至{to}）"),
                    format!("Last report on use ({from} to {to})"),
                ),
                false => lang.pick(
                    format!("使用情况报告（{from}至{to}）"),
                    format!("Report on use ({from} to {to})"),
                ),
            }
        }
        (_, None) => {
            let day = day_text(lang, day_of(card.opened_at));
            lang.pick(format!("使用情况询问（{day}）"), format!("Question on use ({day})"))
        }
    }
}

/// Where a report, a question or a violation has its page.
pub(super) fn path(card: &DutyCard) -> String {
    match card.kind {
        CaseKind::Violation => format!("/violations/{}", card.case),
        _ => format!("/usage-reports/{}", card.case),
    }
}

fn row(ctx: &Ctx, card: &DutyCard) -> AnyView {
    let lang = ctx.lang;
    view! {
        <li class="py-3 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
            <a class="ks-link" href=ctx.href(&path(card))>{name(lang, card)}</a>
            <span class="flex flex-wrap gap-x-4">{until(lang, card)}<b class="font-semibold">{card.state.clone()}</b></span>
        </li>
    }
    .into_any()
}

/// Until when it is to be done.
pub(super) fn until(lang: Lang, card: &DutyCard) -> Option<AnyView> {
    let due = card.due.filter(|_| card.is_open)?;
    let day = day_text(lang, due);
    let (class, text) = match card.is_overdue {
        true => (
            "ks-mark is-late",
            lang.pick(format!("{day}到期，已超期"), format!("was due on {day}")),
        ),
        false => ("ks-mute", lang.pick(format!("{day}到期"), format!("due on {day}"))),
    };
    Some(view! { <span class=class>{text}</span> }.into_any())
}

/// The form in which the provider asks the holder something.
fn question(
    ctx: &Ctx,
    found: &ApplicationView,
    duties: &GrantDuties,
    typed: &Typed,
) -> Option<AnyView> {
    if !duties.may_ask {
        return None;
    }
    let lang = ctx.lang;
    let label = Label {
        name: "question".to_owned(),
        text: lang.pick("向使用者询问", "Ask the holder").to_owned(),
        hint: Some(
            lang.pick(
                "使用者须在期限内答复，问答都留存",
                "It is answered in time, and both are kept",
            )
            .to_owned(),
        ),
        faults: typed.faults("question"),
        ..Label::default()
    };
    let action = ctx.href(&format!("/applications/{}/question", found.case.id));
    let view = view! {
        <form method="post" action=action class="mt-6 max-w-[40rem]">
            <input type="hidden" name="key" value=format!("ask-{}", duties.cards.len())/>
            {area(&label, 3, typed.value("question"))}
            <p class="mt-4"><button class="btn btn-outline" type="submit">{lang.pick("发出询问", "Ask")}</button></p>
        </form>
    };
    Some(view.into_any())
}

/// What waits for the reader under grants of their own, above the list of applications.
pub(super) fn tasks(ctx: &Ctx, cards: &[DutyCard]) -> Option<AnyView> {
    let lang = ctx.lang;
    let rows: Vec<_> = cards
        .iter()
        .filter(|card| card.is_holders || card.kind == CaseKind::Violation)
        .map(|card| {
            view! {
                <li class="py-3 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
                    <span>
                        <a class="ks-link font-semibold" href=ctx.href(&path(card))>{name(lang, card)}</a>
                        " " <span class="ks-mute">{data(lang, card.title.clone())}</span>
                    </span>
                    <span class="flex flex-wrap gap-x-4">{until(lang, card)}<b class="font-semibold">{card.state.clone()}</b></span>
                </li>
            }
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let view = view! {
        <section aria-labelledby="h-tasks" class="mb-10">
            {section_head("h-tasks", lang.pick("等您办理", "Waits for you"))}
            <ul class="divide-y divide-[var(--line)]">{rows}</ul>
        </section>
    };
    Some(view.into_any())
}
