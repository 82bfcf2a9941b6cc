//! A request for data outside the catalogue, on the page of its case: what is asked for, and on what a refusal rests
//! (SHR-13).

use kaishu_domain::policy::NormLevel;
use kaishu_types::case::{CaseKind, CaseView};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::fields::{Choice, label, line, select};
use crate::ui::form::Typed;
use crate::ui::heading::section_head;
use crate::ui::meta::{meta, text_fact};

/// Draws what is asked for, and what came of it.
pub(super) fn asked(ctx: &Ctx, case: &CaseView) -> Option<AnyView> {
    if case.kind != CaseKind::OutsideRequest {
        return None;
    }
    let lang = ctx.lang;
    let said = |name: &str| case.facts.get(name).map(String::as_str);
    let facts = [
        text_fact(lang.pick("数据项", "Data items"), said("items")),
        text_fact(lang.pick("申请单位", "Agency that asks"), said("asking")),
        text_fact(lang.pick("业务事项", "Business matter"), said("matter")),
        text_fact(lang.pick("使用依据", "Basis"), said("basis")),
        text_fact(lang.pick("用途", "Purpose"), said("purpose")),
        text_fact(lang.pick("使用范围", "Scope of use"), said("scope")),
        text_fact(lang.pick("相关需求", "Related needs"), said("related_needs")),
        text_fact(lang.pick("不同意的依据", "What the refusal rests on"), said("norm")),
        text_fact(lang.pick("依据条款", "Its article"), said("norm.article")),
        text_fact(lang.pick("参加调解的部门", "Took part in the mediation"), said("participants")),
        text_fact(lang.pick("决定文件", "Document of the decision"), said("document")),
    ];
    let entry = said("entry").map(|code| {
        let path = ctx.href(&format!("/share/{code}"));
        let word = lang.pick("已编入共享目录：", "In the share catalogue as: ");
        let code = code.to_owned();
        view! { <p class="mt-3">{word}<a class="ks-link num" href=path>{code}</a></p> }
    });
    let next = (case.state.code == "agreed").then(|| {
        let text = lang.pick(
            "提供单位编制目录并发布、列入共享目录以后，这件事办结；申请单位再按目录获取或者申请数据。",
            "This ends once the provider has published an entry that is shared; the data is then taken or asked for by that entry.",
        );
        view! { <p class="mt-3 ks-mute max-w-[40em]">{text}</p> }
    });
    Some(
        view! {
            <section aria-labelledby="h-asked" class="mb-10">
                {section_head("h-asked", lang.pick("申请内容", "What is asked for"))}
                {meta(facts.into_iter().flatten().collect())}
                {entry}
                {next}
            </section>
        }
        .into_any(),
    )
}

/// Draws what a refusal rests on (SHR-05): what is in no catalogue publishes no conditions.
pub(super) fn refusing(ctx: &Ctx, case: &CaseView, typed: &Typed) -> Option<AnyView> {
    let refuses = case.actions.iter().any(|action| action.event.code == "refuse");
    if case.kind != CaseKind::OutsideRequest || !refuses {
        return None;
    }
    let lang = ctx.lang;
    let levels: Vec<Choice> = [
        NormLevel::Law,
        NormLevel::AdministrativeRegulation,
        NormLevel::LocalRegulation,
        NormLevel::Rule,
    ]
    .iter()
    .map(|it| (it.as_str().to_owned(), it.label(lang).to_owned()))
    .collect();
    let level = label(
        typed,
        "level",
        lang.pick("不同意的依据", "The norm a refusal rests on"),
        lang.pick(
            "内部规定不能作为依据；没有这项数据的，不用填写",
            "An internal rule does not count; where there is no such data, none is needed",
        ),
    );
    let norm = label(typed, "norm", lang.pick("依据名称", "Its title"), "");
    let article = label(typed, "article", lang.pick("依据条款", "Its article"), "");
    let none = lang.pick("同意的不用选", "Not needed to agree");
    Some(
        view! {
            {select(&level, none, &levels, typed.value("level"))}
            {line(&norm, "text", typed.value("norm"))}
            {line(&article, "text", typed.value("article"))}
        }
        .into_any(),
    )
}

/// Whether something is offered now: mediation only where the answer is late.
pub(super) fn is_asked(case: &CaseView, event: &str) -> bool {
    let is_late = case.clocks.iter().any(|clock| clock.is_open && clock.is_overdue);
    case.kind != CaseKind::OutsideRequest || event != "escalate" || is_late
}

/// Draws what the authority says of a mediation, or of a decision from above (SHR-15).
pub(super) fn mediating(ctx: &Ctx, case: &CaseView, typed: &Typed) -> Option<AnyView> {
    if case.kind != CaseKind::OutsideRequest {
        return None;
    }
    let lang = ctx.lang;
    let has = |event: &str| case.actions.iter().any(|action| action.event.code == event);
    let (name, text, hint) = match (has("pass_up"), has("decide_grant")) {
        (true, _) => (
            "participants",
            lang.pick("参加调解的部门", "Departments that took part"),
            lang.pick("法制、保密、监督等部门", "Legal, secrecy, supervision"),
        ),
        (_, true) => (
            "document",
            lang.pick("决定文件", "Document of the decision"),
            lang.pick("名称、文号和日期", "Its name, number and day"),
        ),
        _ => return None,
    };
    Some(line(&label(typed, name, text, hint), "text", typed.value(name)).into_any())
}
