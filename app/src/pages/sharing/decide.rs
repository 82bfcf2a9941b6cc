//! What the reader may do about a share request.

use kaishu_domain::doubt;
use kaishu_domain::policy::NormLevel;
use kaishu_portal::sharing::ShareView;
use kaishu_types::case::ActionView;
use leptos::prelude::*;

use super::{REQUESTS, delivery, request};
use crate::ctx::Ctx;
use crate::ui::fields::{Choice, area, label, line, options, select};
use crate::ui::form::Typed;
use crate::ui::heading::section_head;

/// Says what is to be completed.
pub(super) fn returned(ctx: &Ctx, found: &ShareView) -> Option<AnyView> {
    if found.case.state.code != "incomplete" {
        return None;
    }
    let why = found.case.events.iter().rev().find(|event| event.event.code == "return")?;
    let title = ctx.lang.pick("请补正：", "To be completed: ");
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

/// Says what is doubted, and that its provider has to answer (SHR-11).
pub(super) fn doubted(ctx: &Ctx, found: &ShareView) -> Option<AnyView> {
    let facts = &found.case.facts;
    if !doubt::waits(facts) {
        return None;
    }
    let why = found.case.events.iter().rev().find(|event| event.event.code == "doubt")?;
    let version = facts.get(doubt::VERSION).cloned().unwrap_or_default();
    let title = ctx.lang.pick(
        format!("对第 {version} 版数据有疑义，等待提供单位核实、答复："),
        format!("Version {version} is doubted; the provider verifies it and answers: "),
    );
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

/// Draws what the reader may do, besides writing.
pub(super) fn draw(ctx: &Ctx, found: &ShareView, typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    let case = &found.case;
    let actions: Vec<&ActionView> =
        case.actions.iter().filter(|action| action.event.code != "resubmit").collect();
    if actions.is_empty() {
        return None;
    }
    let has = |codes: &[&str]| actions.iter().any(|it| codes.contains(&it.event.code.as_str()));
    let buttons: Vec<_> = actions
        .iter()
        .map(|action| {
            let class = match action.event.code.as_str() {
                "approve" | "restore" | "settle_grant" | "decide_grant" | "receive" => {
                    "btn btn-primary"
                }
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
    let names = needing.join(lang.pick("、", ", "));
    let hint = match needing.is_empty() {
        true => String::new(),
        false => lang.pick(format!("{names}时必须填写"), format!("must be given to: {names}")),
    };
    let reason = label(typed, "reason", lang.pick("意见或者理由", "Opinion or reason"), &hint);
    let needs_text = !needing.is_empty() || has(&["approve"]);
    let is_granting = has(&["approve", "settle_grant", "decide_grant"]);
    let action = ctx.href(&format!("{REQUESTS}/{}/act", case.id));
    let head = match found.is_asking {
        true => lang.pick("您可以", "You can"),
        false => lang.pick("办理", "Decide"),
    };
    let view = view! {
        <section aria-labelledby="h-act" class="mb-10">
            {section_head("h-act", head)}
            <form method="post" action=action class="max-w-[40rem]">
                <input type="hidden" name="version" value=case.version.to_string()/>
                <input type="hidden" name="key" value=format!("share-{}-{}", case.id, case.version)/>
                {is_granting.then(|| granting(ctx, found, typed))}
                {has(&["refuse"]).then(|| refusing(ctx, found, typed))}
                {has(&["deliver"]).then(|| delivery::fields(ctx, found, typed))}
                {has(&["settle_grant", "settle_refuse", "pass_up"]).then(|| participants(ctx, typed))}
                {has(&["decide_grant", "decide_refuse"]).then(|| document(ctx, typed))}
                {needs_text.then(|| area(&reason, 3, typed.value("reason")))}
                <p class="mt-6 flex flex-wrap gap-3">{buttons}</p>
            </form>
        </section>
    };
    Some(view.into_any())
}

/// What is granted, and whom the agency that asks can turn to (SHR-06).
fn granting(ctx: &Ctx, found: &ShareView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let asked = request::items(found).iter().filter(|item| found.scope.items.contains(&item.name));
    let choices: Vec<Choice> = asked.map(|it| (it.name.clone(), it.label.clone())).collect();
    let granted = label(typed, "granted", lang.pick("同意的数据项", "Items granted"), "");
    let until = label(
        typed,
        "until",
        lang.pick("同意的结束日期", "Granted until"),
        lang.pick("不晚于申请的日期", "No later than asked for"),
    );
    let contact = label(
        typed,
        "contact",
        lang.pick("本单位联系人和联系方式", "Whom to ask at the provider"),
        lang.pick("由其指导使用、提供技术支持", "For guidance and technical support"),
    );
    let day = found.scope.last_day.map(|day| day.to_string()).unwrap_or_default();
    let named = match typed.value("contact") {
        "" => found.contact.as_str(),
        named => named,
    };
    view! {
        <input type="hidden" name="narrow" value="1"/>
        {options(&granted, "checkbox", &choices, |_| true)}
        {line(&until, "date", &day)}
        {line(&contact, "text", named)}
    }
    .into_any()
}

/// On what a refusal rests (SHR-05).
fn refusing(ctx: &Ctx, found: &ShareView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let published = found.entry.iter().flat_map(|(fields, _)| &fields.share.conditions);
    let conditions: Vec<Choice> = published.map(|it| (it.clone(), it.clone())).collect();
    let condition = label(
        typed,
        "condition",
        lang.pick("不同意的，不满足哪一项共享条件", "If refused: which condition is not met"),
        lang.pick(
            "条件都满足的，须有下面的依据才能不同意",
            "Where all are met, only a norm below lets it be refused",
        ),
    );
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
        lang.pick("内部规定不能作为依据", "An internal rule does not count"),
    );
    let norm = label(typed, "norm", lang.pick("依据名称", "Its title"), "");
    let article = label(typed, "article", lang.pick("依据条款", "Its article"), "");
    let none = lang.pick("同意的不用选", "Not needed to approve");
    view! {
        {select(&condition, none, &conditions, typed.value("condition"))}
        {select(&level, none, &levels, typed.value("level"))}
        {line(&norm, "text", typed.value("norm"))}
        {line(&article, "text", typed.value("article"))}
    }
    .into_any()
}

fn participants(ctx: &Ctx, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let participants = label(
        typed,
        "participants",
        lang.pick("参加调解的部门", "Departments that took part"),
        lang.pick("法制、保密、监督等部门", "Legal, secrecy, supervision"),
    );
    line(&participants, "text", typed.value("participants"))
}

fn document(ctx: &Ctx, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let document = label(
        typed,
        "document",
        lang.pick("决定文件", "Document of the decision"),
        lang.pick("名称、文号和日期", "Its name, number and day"),
    );
    line(&document, "text", typed.value("document"))
}
