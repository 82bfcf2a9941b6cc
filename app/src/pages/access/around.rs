//! What happens around a decision, on the page of an application: messages of both sides, opinions of experts, the record
//! of a transfer abroad, earlier decisions, the renewal (APP-07, APP-11 to APP-13).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::access::{ApplicationView, MAX_MESSAGE_CHARS, Precedent};
use kaishu_types::ErrorCode;
use leptos::prelude::*;

use super::application;
use crate::ctx::Ctx;
use crate::page::respond;
use crate::pages::account::go;
use crate::pages::workbench::{as_field, expired};
use crate::ui::data::data;
use crate::ui::dates::day_text;
use crate::ui::fields::{Choice, area, label, line, options};
use crate::ui::form::{Typed, once};
use crate::ui::heading::section_head;
use crate::ui::meta::{meta, text_fact};

/// `POST /applications/{id}/message`
pub(crate) async fn write(
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
    let text = (typed.value("message"), key);
    let case = found.case.id;
    match portal.write_message(&ctx.caller, case, text, ctx.lang).await {
        Ok(()) => go(&ctx.href(&format!("/applications/{case}#h-events")), []),
        Err(error) if error.code() == ErrorCode::NotFound => respond(&ctx, || Err(error.into())),
        Err(error) => respond(&ctx, || {
            let typed = typed.refused(as_field(error, "message", ctx.lang))?;
            Ok(application::page(&ctx, &found, &typed))
        }),
    }
}

/// `POST /applications/{id}/renew`
pub(crate) async fn renew(
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
    match portal.renew(&ctx.caller, found.case.id, ctx.lang).await {
        Ok(case) => go(&ctx.href(&format!("/applications/{case}")), []),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

fn may(found: &ApplicationView, event: &str) -> bool {
    found.case.actions.iter().any(|action| action.event.code == event)
}

/// Draws the form of a message to the other side; what was written stands among what happened.
pub(super) fn talk(ctx: &Ctx, found: &ApplicationView, typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    if !may(found, "write") && !may(found, "answer") {
        return None;
    }
    let (title, to) = match found.is_own {
        true => lang.pick(
            ("联系审核单位", "给审核单位的留言"),
            ("Write to those who decide", "Message to those who decide"),
        ),
        false => lang.pick(
            ("联系申请人", "给申请人的留言"),
            ("Write to the applicant", "Message to the applicant"),
        ),
    };
    let hint = lang.pick(
        format!(
            "只有申请人和审核这份申请的人看得到，不超过 {MAX_MESSAGE_CHARS} 字；不影响办理期限"
        ),
        format!(
            "Only for the two sides, {MAX_MESSAGE_CHARS} characters at most; no deadline changes"
        ),
    );
    let message = label(typed, "message", to, &hint);
    let action = ctx.href(&format!("/applications/{}/message", found.case.id));
    let key = format!("message-{}-{}", found.case.id, found.case.version);
    let view = view! {
        <section aria-labelledby="h-talk" class="mt-12">
            {section_head("h-talk", title)}
            <form method="post" action=action class="max-w-[40rem]">
                <input type="hidden" name="key" value=key/>
                {area(&message, 3, typed.value("message"))}
                <p class="mt-4">
                    <button class="btn btn-outline" type="submit">{lang.pick("发送", "Send")}</button>
                </p>
            </form>
        </section>
    };
    Some(view.into_any())
}

/// The fields that every act on an application comes with.
fn act_fields(found: &ApplicationView) -> AnyView {
    let (id, version) = (found.case.id, found.case.version);
    view! {
        <input type="hidden" name="version" value=version.to_string()/>
        <input type="hidden" name="key" value=format!("case-{id}-{version}")/>
    }
    .into_any()
}

/// Draws the form by which experts are asked (APP-11).
pub(super) fn experts(ctx: &Ctx, found: &ApplicationView, typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    if !may(found, "ask_experts") || found.committee.is_empty() {
        return None;
    }
    let free = found.committee.iter().filter(|it| it.barred.is_none() && !it.is_assigned);
    let choices: Vec<Choice> = free
        .map(|it| (it.login.clone(), format!("{} · {} · {}", it.name, it.affiliation, it.field)))
        .collect();
    let asked: Vec<&str> =
        found.committee.iter().filter(|it| it.is_assigned).map(|it| it.name.as_str()).collect();
    let asked = (!asked.is_empty()).then(|| {
        let names = asked.join(lang.pick("、", ", "));
        view! { <p class="mt-2">{lang.pick("已征询：", "Asked: ")}{data(lang, names)}</p> }
    });
    let chosen = label(typed, "experts", lang.pick("征询哪些专家", "Whom to ask"), "");
    let question = label(
        typed,
        "question",
        lang.pick("请专家评估什么", "What to assess"),
        lang.pick("征询意见不停止计算办理期限", "The clock of the decision goes on"),
    );
    let form = (!choices.is_empty()).then(|| {
        let action = ctx.href(&format!("/applications/{}/act", found.case.id));
        view! {
            <form method="post" action=action class="max-w-[40rem]">
                {act_fields(found)}
                {options(&chosen, "checkbox", &choices, |_| false)}
                {area(&question, 3, typed.value("question"))}
                <p class="mt-4">
                    <button class="btn btn-outline" type="submit" name="event" value="ask_experts">
                        {lang.pick("征询专家意见", "Ask them")}
                    </button>
                </p>
            </form>
        }
    });
    let view = view! {
        <section aria-labelledby="h-experts" class="mb-10">
            {section_head("h-experts", lang.pick("使用风险的专家意见", "Opinion of experts on the risk"))}
            {asked}
            {form}
        </section>
    };
    Some(view.into_any())
}

/// Draws what was recorded of a transfer abroad, and the form that records it (APP-13, SEC-16).
pub(super) fn transfer(ctx: &Ctx, found: &ApplicationView, typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    if found.document.leaves_mainland != Some(true) || found.case.state.code == "draft" {
        return None;
    }
    let told = |name: &str| found.case.facts.get(name).map(String::as_str);
    let words = lang.pick(
        ["数据出境安全评估结果文号", "国家安全审查文号", "向网信部门报备的文号"],
        [
            "Result of the security assessment",
            "State security review",
            "Report to the cyberspace office",
        ],
    );
    let names = ["assessment", "review", "report"];
    let facts: Vec<AnyView> = words
        .iter()
        .zip(names)
        .filter_map(|(word, name)| text_fact(word, told(&format!("transfer.{name}"))))
        .collect();
    let none = facts.is_empty().then(|| {
        let text = lang.pick(
            "还没有登记出境手续；三项齐备以前不能同意。",
            "Nothing is recorded yet; it cannot be approved before all three are.",
        );
        view! { <p class="mt-2">{text}</p> }
    });
    let form = may(found, "record_transfer").then(|| {
        let action = ctx.href(&format!("/applications/{}/act", found.case.id));
        let fields: Vec<_> = words
            .iter()
            .zip(names)
            .map(|(word, name)| line(&label(typed, name, word, ""), "text", typed.value(name)))
            .collect();
        view! {
            <form method="post" action=action class="max-w-[40rem]">
                {act_fields(found)}
                {fields}
                <p class="mt-4">
                    <button class="btn btn-outline" type="submit" name="event" value="record_transfer">
                        {lang.pick("登记数据出境手续", "Record it")}
                    </button>
                </p>
            </form>
        }
    });
    let view = view! {
        <section aria-labelledby="h-transfer" class="mb-10">
            {section_head("h-transfer", lang.pick("向境外提供", "Transfer abroad"))}
            {none}
            {(!facts.is_empty()).then(|| meta(facts))}
            {form}
        </section>
    };
    Some(view.into_any())
}

/// Draws earlier decisions on the dataset, and warns of what would deviate from them (APP-07).
pub(super) fn precedents(ctx: &Ctx, found: &ApplicationView) -> Option<AnyView> {
    let lang = ctx.lang;
    if found.precedents.is_empty() {
        return None;
    }
    let rows: Vec<_> = found.precedents.iter().map(|it| precedent(ctx, found, it)).collect();
    let same = found.precedents.iter().filter(|it| it.is_same);
    let (n_approved, n_refused) = same.fold((0, 0), |(yes, no), it| match it.is_approved {
        true => (yes + 1, no),
        false => (yes, no + 1),
    });
    let warning = match (n_approved, n_refused) {
        (0, 0) => None,
        (n, 0) => Some(lang.pick(
            format!("同类情形以前的 {n} 份申请都同意了。不同意的，请写明这次有什么不同。"),
            format!(
                "All {n} in the same situation were approved. If you refuse, say what is different."
            ),
        )),
        (0, n) => Some(lang.pick(
            format!("同类情形以前的 {n} 份申请都没有同意。同意的，请写明这次有什么不同。"),
            format!(
                "All {n} in the same situation were refused. If you approve, say what is different."
            ),
        )),
        (yes, no) => Some(lang.pick(
            format!("同类情形以前的申请，同意 {yes} 份，不同意 {no} 份。"),
            format!("In the same situation {yes} were approved and {no} refused."),
        )),
    };
    let warning =
        warning.map(|text| view! { <div class="ks-note is-warn mt-3"><p>{text}</p></div> });
    let view = view! {
        <section aria-labelledby="h-precedents" class="mb-10">
            {section_head("h-precedents", lang.pick("这项数据以前的审核决定", "Earlier decisions on this data"))}
            {warning}
            <ul class="mt-3 divide-y divide-[var(--line)]">{rows}</ul>
        </section>
    };
    Some(view.into_any())
}

fn precedent(ctx: &Ctx, found: &ApplicationView, it: &Precedent) -> AnyView {
    let lang = ctx.lang;
    let separator = lang.pick("、", ", ");
    let items = application::labels(found, |name| it.items.contains(name)).join(separator);
    let situation: Vec<&str> =
        [it.kind.map(|it| it.label(lang)), it.purpose.map(|it| it.label(lang))]
            .into_iter()
            .flatten()
            .collect();
    let decided = match it.is_approved {
        true => lang.pick("同意", "approved"),
        false => lang.pick("不同意", "refused"),
    };
    let condition = it.condition.clone().map(|text| {
        let before = lang.pick("不满足的条件：", "Condition not met: ");
        view! { <p class="text-[.9375rem]">{before}{data(lang, text)}</p> }
    });
    let same = it.is_same.then(|| {
        view! { <span class="ks-mark is-soon">{lang.pick("同类情形", "same situation")}</span> }
    });
    let path = ctx.href(&format!("/applications/{}", it.case));
    view! {
        <li class="py-3">
            <p>
                <a class="ks-link" href=path>{it.number.clone()}</a> " · " {day_text(lang, it.day)} " · "
                <b class="font-semibold">{decided}</b> " " {same}
            </p>
            <p class="text-[.9375rem] ks-mute">{situation.join(separator)} " · " {data(lang, items)}</p>
            {condition}
        </li>
    }
    .into_any()
}

/// Draws what comes before the end of a grant: renew it, or give it back; and which grant an application renews
/// (APP-12).
pub(super) fn renewal(ctx: &Ctx, found: &ApplicationView) -> Option<AnyView> {
    let lang = ctx.lang;
    let to = |id: &str| ctx.href(&format!("/applications/{id}"));
    if let Some(id) = found.document.renews {
        let path = to(&id.to_string());
        let word = lang.pick("这份申请续期的权限", "The grant that this one renews");
        let view = view! { <p class="mb-8"><a class="ks-link" href=path>{word}</a></p> };
        return Some(view.into_any());
    }
    if let Some(id) = found.case.facts.get("renewed_by").filter(|_| found.is_own) {
        let path = to(id);
        let word = lang.pick("查看续期申请", "See the renewal");
        let view = view! { <p class="mb-8"><a class="ks-link" href=path>{word}</a></p> };
        return Some(view.into_any());
    }
    let grant = found.grant.as_ref().filter(|_| found.is_own && may(found, "renew"))?;
    let day = day_text(lang, grant.last_day);
    let soon = found.ends_soon.then(|| {
        let text = lang.pick(
            format!("使用权限到 {day} 为止。还要用的请续期，不再用的请在下面交回权限。"),
            format!("It ends on {day}. Renew it if you still need it; else give it back below."),
        );
        view! { <div class="ks-note is-warn mb-4"><p>{text}</p></div> }
    });
    let action = ctx.href(&format!("/applications/{}/renew", found.case.id));
    let class = if found.ends_soon { "btn btn-primary" } else { "btn btn-outline" };
    let view = view! {
        <section aria-label=lang.pick("续期", "Renewal") class="mb-10">
            {soon}
            <form method="post" action=action>
                {once()}
                <button class=class type="submit">{lang.pick("续期", "Renew")}</button>
                <span class="ms-3 ks-mute">{lang.pick("按原来的申请填好，改后提交", "Filled in from this one, to be checked and submitted")}</span>
            </form>
        </section>
    };
    Some(view.into_any())
}
