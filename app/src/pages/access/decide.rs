//! What the reader may decide about an application.

use kaishu_portal::access::ApplicationView;
use kaishu_types::case::ActionView;
use leptos::prelude::*;

use super::rows;
use crate::ctx::Ctx;
use crate::ui::fields::{Choice, Label, area, label, line, options, select};
use crate::ui::form::Typed;
use crate::ui::heading::section_head;

/// What is done by forms of their own: writing and signing, and what goes on around the decision.
const ELSEWHERE: [&str; 9] = [
    "submit",
    "resubmit",
    "sign",
    "countersign",
    "write",
    "answer",
    "ask_experts",
    "record_transfer",
    "renew",
];

/// Says what is to be completed.
pub(super) fn returned(ctx: &Ctx, found: &ApplicationView) -> Option<AnyView> {
    if found.case.state.code != "incomplete" {
        return None;
    }
    let lang = ctx.lang;
    let why = found.case.events.iter().rev().find(|event| event.event.code == "return")?;
    let title = lang.pick("请补正：", "To be completed: ");
    let text = why.reason.clone();
    Some(
        view! {
            <div class="ks-note is-warn mb-8">
                <p><b class="font-semibold">{title}</b><span class="whitespace-pre-line">{text}</span></p>
            </div>
        }
        .into_any(),
    )
}

/// Draws what the reader may do, besides writing and signing.
pub(super) fn draw(ctx: &Ctx, found: &ApplicationView, typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    let case = &found.case;
    let is_here = |action: &&ActionView| !ELSEWHERE.contains(&action.event.code.as_str());
    let actions: Vec<&ActionView> = case.actions.iter().filter(is_here).collect();
    if actions.is_empty() {
        return None;
    }
    let has = |code: &str| actions.iter().any(|action| action.event.code == code);
    let buttons: Vec<_> = actions
        .iter()
        .map(|action| {
            let class = match action.event.code.as_str() {
                "approve" | "file" | "restore" | "reopen" => "btn btn-primary",
                _ => "btn btn-outline",
            };
            view! {
                <button class=class type="submit" name="event" value=action.event.code.clone()>
                    {action.event.label.clone()}
                </button>
            }
        })
        .collect();
    let needing: Vec<&str> =
        actions.iter().filter(|it| it.needs_reason).map(|it| it.event.label.as_str()).collect();
    let hint = (!needing.is_empty()).then(|| {
        let names = needing.join(lang.pick("、", ", "));
        lang.pick(format!("{names}时必须填写"), format!("must be given to: {names}"))
    });
    let reason = Label {
        name: "reason".to_owned(),
        text: lang.pick("意见或者理由", "Opinion or reason").to_owned(),
        hint,
        faults: typed.faults("reason"),
        ..Label::default()
    };
    let needs_text = !needing.is_empty() || has("approve");
    let action = ctx.href(&format!("/applications/{}/act", case.id));
    let view = view! {
        <section aria-labelledby="h-act" class="mb-10">
            {section_head("h-act", if found.is_own { lang.pick("您可以", "You can") } else { lang.pick("办理", "Decide") })}
            <form method="post" action=action class="max-w-[40rem]">
                <input type="hidden" name="version" value=case.version.to_string()/>
                <input type="hidden" name="key" value=format!("case-{}-{}", case.id, case.version)/>
                {has("approve").then(|| narrower(ctx, found, typed))}
                {has("refuse").then(|| condition(ctx, found, typed))}
                {has("file").then(|| filing(ctx, typed))}
                {needs_text.then(|| area(&reason, 3, typed.value("reason")))}
                <p class="mt-6 flex flex-wrap gap-3">{buttons}</p>
            </form>
        </section>
    };
    Some(view.into_any())
}

/// What is granted: all that was asked for, unless less is ticked (APP-09).
fn narrower(ctx: &Ctx, found: &ApplicationView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let items = found.dataset.iter().flat_map(|dataset| &dataset.items);
    let asked = items.filter(|item| found.scope.items.contains(&item.name));
    let choices: Vec<Choice> = asked.map(|it| (it.name.clone(), it.label.clone())).collect();
    let granted = label(
        typed,
        "granted",
        lang.pick("同意的数据项", "Items granted"),
        lang.pick(
            "少于申请的，申请人签署协议即为接受",
            "Fewer than asked for: the applicant accepts by signing",
        ),
    );
    let until = label(
        typed,
        "until",
        lang.pick("同意的结束日期", "Granted until"),
        lang.pick("不晚于申请的日期", "No later than asked for"),
    );
    let day = found.scope.last_day.map(|day| day.to_string()).unwrap_or_default();
    let limits = (
        "granted_rows",
        lang.pick("只同意一部分数据行（选填）", "Grant only a part of the rows (optional)"),
        lang.pick(
            "在申请的条件以外再加条件，同时满足；多个取值用顿号隔开，日期写成 2026-01-31",
            "Conditions besides those that were asked for; several values with commas, dates as in 2026-01-31",
        ),
    );
    let columns = rows::choices(found);
    let already = rows::words(found, &found.scope.rows, lang).map(|words| {
        let head = lang.pick("现在限定的数据行：", "Rows as limited now: ");
        view! { <p class="mt-4"><b class="font-semibold">{head}</b>{words}</p> }
    });
    view! {
        <input type="hidden" name="narrow" value="1"/>
        {options(&granted, "checkbox", &choices, |_| true)}
        {already}
        {rows::fields(lang, limits, &columns, &[], typed)}
        {line(&until, "date", &day)}
    }
    .into_any()
}

/// The conditions of which a refusal names one (APP-06, CLS-15).
fn condition(ctx: &Ctx, found: &ApplicationView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let published = found.dataset.iter().flat_map(|dataset| &dataset.fields.open.conditions);
    let choices: Vec<Choice> = published.map(|it| (it.clone(), it.clone())).collect();
    let condition = label(
        typed,
        "condition",
        lang.pick(
            "不同意的，不满足哪一项公布的条件",
            "If refused: which published condition is not met",
        ),
        lang.pick("只能从目录公布的条件中选择", "Only conditions that the entry publishes"),
    );
    let none = lang.pick("同意的不用选", "Not needed to approve");
    select(&condition, none, &choices, typed.value("condition"))
}

fn filing(ctx: &Ctx, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let number = label(typed, "filing", lang.pick("备案编号", "Filing number"), "");
    line(&number, "text", typed.value("filing"))
}
