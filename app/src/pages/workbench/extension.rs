//! More time for a case: asked for by whom it waits for, decided by who is responsible for them (SUP-01).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::publishing::OpeningAct;
use kaishu_types::case::{AskedExtension, CaseView, ExtensionView};
use leptos::prelude::*;

use super::case::{as_field, page, shown, stays};
use super::expired;
use crate::ctx::Ctx;
use crate::page::respond;
use crate::pages::account::go;
use crate::ui::dates::{day_text, full_time};
use crate::ui::fields::{Label, area};
use crate::ui::form::Typed;
use crate::ui::heading::section_head;

/// The field of the reason: the form of the step has one of its own.
const REASON: &str = "extension_reason";

/// `POST /workbench/cases/{id}/extension`
pub(crate) async fn act(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let shown = match shown(&ctx, &portal, &id).await {
        Ok(shown) => shown,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let id = shown.case.id;
    let event = match typed.value("event") {
        event @ ("extend" | "refuse_extension") => event,
        _ => "ask_extension",
    };
    let done = OpeningAct {
        event: event.to_owned(),
        version: typed.value("version").parse().unwrap_or_default(),
        reason: typed.value(REASON).to_owned(),
        idempotency_key: Some(typed.value("key").to_owned()).filter(|key| !key.is_empty()),
        ..OpeningAct::default()
    };
    match portal.act_on_case(&ctx.caller, id, done, ctx.lang).await {
        Ok(_) => go(&ctx.href(&format!("/workbench/cases/{id}")), []),
        Err(error) if stays(&error) => respond(&ctx, || {
            let error = renamed(as_field(error, REASON, ctx.lang));
            Ok(page(&ctx, &shown, &typed.refused(error)?))
        }),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

/// What is wrong with the reason is said beside the reason of this form.
fn renamed(error: kaishu_portal::Error) -> kaishu_portal::Error {
    match error {
        kaishu_portal::Error::InvalidInput(mut faults) => {
            for fault in faults.iter_mut().filter(|fault| fault.field == "reason") {
                fault.field = REASON.to_owned();
            }
            kaishu_portal::Error::InvalidInput(faults)
        }
        other => other,
    }
}

/// Draws what the reader may ask for, or what was asked for and waits.
pub(super) fn section(ctx: &Ctx, case: &CaseView, typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    let extension = case.extension.as_ref()?;
    let buttons = match (extension.may_ask, extension.may_decide) {
        (true, _) => vec![("", "ask_extension", lang.pick("申请延期", "Ask for more time"))],
        (_, true) => vec![
            ("event", "extend", lang.pick("同意延期", "Give more time")),
            ("event", "refuse_extension", lang.pick("不同意延期", "Give no more time")),
        ],
        _ => Vec::new(),
    };
    let form = (!buttons.is_empty()).then(|| form(ctx, case, buttons, typed));
    let asked = extension.asked.as_ref().map(|asked| request(ctx, asked));
    let waits = (extension.asked.is_some() && !extension.may_decide).then(|| {
        let text =
            lang.pick("等待批准；原来的期限继续计算。", "It waits for consent; the time runs on.");
        view! { <p class="mt-2 ks-mute">{text}</p> }
    });
    let view = view! {
        <section aria-labelledby="h-extension" class="mb-10 max-w-[40rem]">
            {section_head("h-extension", lang.pick("延长期限", "More time"))}
            <p class="mt-2">{longer(ctx, extension)}</p>
            <p class="mt-1 text-[.9375rem] ks-mute">{extension.rule.article.clone()}</p>
            {asked}
            {waits}
            {form}
        </section>
    };
    Some(view.into_any())
}

/// Says from which day to which.
fn longer(ctx: &Ctx, it: &ExtensionView) -> String {
    let lang = ctx.lang;
    let (days, in_all) = (it.working_days, it.extended_working_days);
    let now = day_text(lang, it.last_day);
    let until = match it.extended_last_day {
        Some(day) => lang.pick(
            format!("，到 {}", day_text(lang, day)),
            format!(", until {}", day_text(lang, day)),
        ),
        None => String::new(),
    };
    lang.pick(
        format!("现在是 {days} 个工作日，到 {now}。情况复杂的，到期以前可以申请延长一次：合计 {in_all} 个工作日{until}。"),
        format!("There are {days} working days, until {now}. For what is complex more time is asked for once, before the last day is over: {in_all} working days in all{until}."),
    )
}

fn request(ctx: &Ctx, asked: &AskedExtension) -> AnyView {
    let acting = asked.acting.clone().map(|acting| format!("（{acting}）"));
    view! {
        <div class="mt-3 border-l-2 border-[var(--line)] pl-4">
            <p class="text-[.9375rem]">
                {asked.by.clone()}{acting} " " <span class="ks-mute">{full_time(ctx.lang, asked.at)}</span>
            </p>
            <p class="mt-1 whitespace-pre-line">{asked.reason.clone()}</p>
        </div>
    }
    .into_any()
}

fn form(
    ctx: &Ctx,
    case: &CaseView,
    buttons: Vec<(&'static str, &'static str, &'static str)>,
    typed: &Typed,
) -> AnyView {
    let lang = ctx.lang;
    let label = Label {
        name: REASON.to_owned(),
        text: lang.pick("理由", "Reason").to_owned(),
        hint: None,
        faults: typed.faults(REASON),
        ..Label::default()
    };
    let buttons: Vec<_> = buttons
        .into_iter()
        .map(|(name, event, word)| {
            let name = (!name.is_empty()).then_some(name);
            view! { <button class="btn btn-outline" type="submit" name=name value=event>{word}</button> }
        })
        .collect();
    view! {
        <form method="post" action=ctx.href(&format!("/workbench/cases/{}/extension", case.id))>
            <input type="hidden" name="version" value=case.version.to_string()/>
            <input type="hidden" name="key" value=format!("time-{}-{}", case.id, case.version)/>
            {area(&label, 3, typed.value(REASON))}
            <p class="mt-4 flex flex-wrap gap-3">{buttons}</p>
        </form>
    }
    .into_any()
}
