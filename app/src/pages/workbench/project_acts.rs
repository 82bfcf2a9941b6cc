//! What can be done to an IT project now, each with its own form (CAT-13).

use kaishu_portal::registers::ProjectView;
use kaishu_types::case::ActionView;
use leptos::prelude::*;

use super::projects::{LIST, plan_fields};
use crate::ctx::Ctx;
use crate::ui::fields::{Choice, area, label, line, select};
use crate::ui::form::Typed;
use crate::ui::heading::section_head;

/// Acts that come with more than a reason.
const OWN_FORM: [&str; 3] = ["plan", "link", "report"];

/// Draws what the reader may do; nothing where that is nothing.
pub(super) fn acts(ctx: &Ctx, found: &ProjectView, typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    let actions = &found.case.actions;
    let plain: Vec<&ActionView> =
        actions.iter().filter(|it| !OWN_FORM.contains(&it.event.code.as_str())).collect();
    let own: Vec<_> = actions
        .iter()
        .filter_map(|it| {
            let fields = match it.event.code.as_str() {
                "plan" => plan_fields(lang, &planned_before(found, typed)),
                "link" => link_fields(ctx, found, typed),
                "report" => report_fields(ctx, found, typed),
                _ => return None,
            };
            Some(own_form(ctx, found, it, fields))
        })
        .collect();
    if actions.is_empty() {
        return None;
    }
    let decision = (!plain.is_empty()).then(|| decision(ctx, found, &plain, typed));
    Some(view! { {own} {decision} }.into_any())
}

/// What stands there now, where nothing was typed yet.
fn planned_before(found: &ProjectView, typed: &Typed) -> Typed {
    if typed.value("event") == "plan" {
        return typed.clone();
    }
    let titles: Vec<&str> = found.planned.iter().map(|it| it.title.as_str()).collect();
    typed
        .clone()
        .with("planned", titles.join("\n"))
        .with("security_plan", found.security_plan.clone())
}

fn link_fields(ctx: &Ctx, found: &ProjectView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let entries: Vec<Choice> =
        found.planned.iter().map(|it| (it.place.to_string(), it.title.clone())).collect();
    let entry = label(typed, "entry", lang.pick("预编的一项", "Planned entry"), "");
    let dataset = label(
        typed,
        "dataset",
        lang.pick("平台目录编码", "Code in the catalogue"),
        lang.pick("本单位已经发布的目录", "A published entry of your agency"),
    );
    view! {
        {select(&entry, lang.pick("请选择", "Choose"), &entries, typed.value("entry"))}
        {line(&dataset, "text", typed.value("dataset"))}
    }
    .into_any()
}

fn report_fields(ctx: &Ctx, found: &ProjectView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let typed_or = |name: &str, known: &str| match typed.value(name) {
        "" => known.to_owned(),
        typed => typed.to_owned(),
    };
    let parts: Vec<_> = found
        .parts
        .iter()
        .map(|part| {
            let name = format!("report.{}", part.code);
            let field = label(typed, &name, part.label, "");
            area(&field, 3, &typed_or(&name, &part.text))
        })
        .collect();
    let report = label(
        typed,
        "report",
        lang.pick("验收报告名称和文号", "Title and number of the report"),
        "",
    );
    view! {
        {line(&report, "text", &typed_or("report", &found.report))}
        {parts}
    }
    .into_any()
}

/// Draws a form of an act that comes with more than a reason.
fn own_form(ctx: &Ctx, found: &ProjectView, action: &ActionView, fields: AnyView) -> AnyView {
    let target = ctx.href(&format!("{LIST}/{}/act", found.case.id));
    let code = action.event.code.clone();
    let title = action.event.label.clone();
    let id = format!("h-{code}");
    view! {
        <section class="mb-12" aria-labelledby=id.clone()>
            <h2 class="text-xl" id=id.clone()>{title.clone()}</h2>
            <form method="post" action=target class="mt-4 max-w-[40rem]" novalidate=true>
                <input type="hidden" name="version" value=found.case.version.to_string()/>
                <input type="hidden" name="event" value=code/>
                {fields}
                <p class="mt-6"><button class="btn btn-outline" type="submit">{title}</button></p>
            </form>
        </section>
    }
    .into_any()
}

/// Draws the acts that need a reason at most.
fn decision(ctx: &Ctx, found: &ProjectView, plain: &[&ActionView], typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let buttons: Vec<_> = plain
        .iter()
        .map(|action| {
            let class = if action.needs_reason { "btn btn-outline" } else { "btn btn-primary" };
            view! {
                <button class=class type="submit" name="event" value=action.event.code.clone()>
                    {action.event.label.clone()}
                </button>
            }
        })
        .collect();
    let needing: Vec<&str> =
        plain.iter().filter(|it| it.needs_reason).map(|it| it.event.label.as_str()).collect();
    let names = needing.join(lang.pick("、", ", "));
    let hint = match needing.is_empty() {
        true => String::new(),
        false => lang.pick(
            format!("{names}时必须填写；立项和验收写明文件名称和文号"),
            format!("must be given to: {names}; of an approval or acceptance, the document"),
        ),
    };
    let reason = label(
        typed,
        "reason",
        lang.pick("意见、理由或者文件", "Opinion, reason or document"),
        &hint,
    );
    let target = ctx.href(&format!("{LIST}/{}/act", found.case.id));
    view! {
        <section class="mb-12" aria-labelledby="h-act">
            {section_head("h-act", lang.pick("办理", "Decide"))}
            <form method="post" action=target class="mt-4 max-w-[40rem]">
                <input type="hidden" name="version" value=found.case.version.to_string()/>
                {area(&reason, 3, typed.value("reason"))}
                <p class="mt-6 flex flex-wrap gap-3">{buttons}</p>
            </form>
        </section>
    }
    .into_any()
}
