//! The forms of the registers of exchange.

use kaishu_portal::Portal;
use kaishu_types::Lang;
use kaishu_types::exchange::{ExchangeAnswer, ExchangeRegister, ExchangeView};
use kaishu_types::organization::Named;
use kaishu_types::vocabulary::{OpenClass, RegionLevel, ShareClass};
use leptos::prelude::*;

use super::exchange::list_of;
use crate::ctx::Ctx;
use crate::ui::fields::{Choice, area, label, line, options, select};
use crate::ui::form::{Typed, once};
use crate::ui::heading::section_head;

/// Fills the form with what is recorded.
pub(super) fn as_typed(record: &ExchangeView) -> Typed {
    let fields = &record.fields;
    let day = |day: Option<chrono::NaiveDate>| day.map(|it| it.to_string()).unwrap_or_default();
    let code = |code: Option<&'static str>| code.unwrap_or_default();
    let addressee = record.addressee.as_ref().map(|it| it.code.clone()).unwrap_or_default();
    let dataset = record.entry.as_ref().map(ToString::to_string).unwrap_or_default();
    Typed::default()
        .with("title", record.title.clone())
        .with("scope", fields.scope.clone())
        .with("counterpart", fields.counterpart.clone())
        .with("plan", fields.plan.clone())
        .with("level", code(fields.level.map(RegionLevel::as_str)))
        .with("addressee", addressee)
        .with("began_on", day(fields.began_on))
        .with("asked_on", day(fields.asked_on))
        .with("arrived_on", day(fields.arrived_on))
        .with("closes_on", day(fields.closes_on))
        .with("closed_on", day(fields.closed_on))
        .with("share", code(fields.share.map(ShareClass::as_str)))
        .with("open", code(fields.open.map(OpenClass::as_str)))
        .with("answer", code(fields.answer.map(ExchangeAnswer::as_str)))
        .with("reason", fields.reason.clone())
        .with("dataset", dataset)
        .with("revision", record.revision.to_string())
}

/// Draws the form by which a record is kept.
pub(super) fn save_form(
    ctx: &Ctx,
    portal: &Portal,
    (register, known): (ExchangeRegister, Option<&ExchangeView>),
    typed: &Typed,
) -> AnyView {
    let lang = ctx.lang;
    let place = known.map_or_else(|| "new".to_owned(), |record| record.id.to_string());
    let path = ctx.href(&format!("{}/{place}", list_of(register)));
    let own = match known {
        Some(record) => vec![record.organization.clone()],
        None => portal.keeps_exchanges_for(&ctx.caller, register),
    };
    let organization = known.is_none().then(|| {
        let chosen = match (typed.value("organization"), own.as_slice()) {
            ("", [only]) => only.code.as_str(),
            (typed, _) => typed,
        };
        let label = label(typed, "organization", lang.pick("单位", "Agency"), "");
        select(&label, lang.pick("请选择", "Choose"), &choices(&own, lang), chosen)
    });
    let body = match register {
        ExchangeRegister::Channels => channel(lang, typed),
        ExchangeRegister::ReturnDemands => {
            let above = choices(&portal.may_return_to(&own), lang);
            demand(lang, &above, known, typed)
        }
        ExchangeRegister::UpwardRequests => upward(lang, typed),
        ExchangeRegister::Backflows => backflow(lang, typed),
    };
    view! {
        <form method="post" action=path novalidate=true>
            {once()}
            <input type="hidden" name="revision" value=typed.value("revision").to_owned()/>
            {organization}
            {body}
            <p class="mt-8">
                <button class="btn btn-primary" type="submit">{lang.pick("保存", "Save")}</button>
            </p>
        </form>
    }
    .into_any()
}

/// Draws the form by which a return demand is answered.
pub(super) fn answer_form(ctx: &Ctx, record: &ExchangeView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("{}/{}", list_of(record.register), record.id));
    let answer = label(typed, "answer", lang.pick("答复", "Answer"), "");
    let hint =
        lang.pick("同意的写明怎样返还，不同意的写明理由", "How it is returned, or why it is not");
    let reason = label(typed, "reason", lang.pick("说明", "Reason"), hint);
    view! {
        <section class="mt-12" aria-labelledby="h-answer">
            {section_head("h-answer", lang.pick("答复", "Answer"))}
            <form method="post" action=path novalidate=true>
                {once()}
                <input type="hidden" name="act" value="answer"/>
                <input type="hidden" name="revision" value=typed.value("revision").to_owned()/>
                {options(&answer, "radio", &answers(lang), |code| code == typed.value("answer"))}
                {area(&reason, 3, typed.value("reason"))}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{lang.pick("答复", "Answer")}</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}

fn choices(named: &[Named], lang: Lang) -> Vec<Choice> {
    named.iter().map(|it| (it.code.clone(), it.label(lang).to_owned())).collect()
}

fn answers(lang: Lang) -> Vec<Choice> {
    let all = ExchangeAnswer::ALL.iter();
    all.map(|it| (it.as_str().to_owned(), it.label(lang).to_owned())).collect()
}

/// Which data, in a line and in more words.
fn data_fields(lang: Lang, typed: &Typed) -> AnyView {
    let title = label(typed, "title", lang.pick("数据名称", "Name of the data"), "");
    let hint = lang.pick("哪些数据项、哪些地区和时间", "Which items, places and times");
    let scope = label(typed, "scope", lang.pick("范围", "Scope"), hint);
    view! { {line(&title, "text", typed.value("title"))}{area(&scope, 3, typed.value("scope"))} }
        .into_any()
}

fn day(typed: &Typed, name: &str, text: &str, hint: &str) -> AnyView {
    line(&label(typed, name, text, hint), "date", typed.value(name))
}

fn text(typed: &Typed, name: &str, word: &str, hint: &str) -> AnyView {
    line(&label(typed, name, word, hint), "text", typed.value(name))
}

fn entry(lang: Lang, typed: &Typed) -> AnyView {
    let hint = lang.pick(
        "编目、发布以后填写目录的代码",
        "The code of the entry, once it is compiled and published",
    );
    text(typed, "dataset", lang.pick("编成的目录", "Entry it became"), hint)
}

fn channel(lang: Lang, typed: &Typed) -> AnyView {
    let plan = label(typed, "plan", lang.pick("整合计划", "How it is going to be integrated"), "");
    let before = lang.pick("规则施行以前", "Before the rules took effect");
    view! {
        {data_fields(lang, typed)}
        {text(typed, "counterpart", lang.pick("通道对方", "Who is at the other end"), "")}
        {day(typed, "began_on", lang.pick("开通日期", "Began on"), before)}
        {area(&plan, 3, typed.value("plan"))}
        {day(typed, "closes_on", lang.pick("计划关闭日期", "Closes on"), "")}
        {day(typed, "closed_on", lang.pick("实际关闭日期", "Closed on"), lang.pick("仍在使用的留空", "Empty while it is in use"))}
    }
    .into_any()
}

fn demand(lang: Lang, above: &[Choice], known: Option<&ExchangeView>, typed: &Typed) -> AnyView {
    let levels: Vec<Choice> = RegionLevel::ALL
        .iter()
        .map(|it| (it.as_str().to_owned(), it.label(lang).to_owned()))
        .collect();
    let level = label(typed, "level", lang.pick("返还到哪一级", "To which level"), "");
    let addressee = label(typed, "addressee", lang.pick("向谁提出", "To whom it is put"), "");
    let authority = lang.pick("上级主管部门", "The authority above");
    let link = known.is_some().then(|| entry(lang, typed));
    view! {
        {data_fields(lang, typed)}
        {select(&level, lang.pick("请选择", "Choose"), &levels, typed.value("level"))}
        {select(&addressee, authority, above, typed.value("addressee"))}
        {link}
    }
    .into_any()
}

fn upward(lang: Lang, typed: &Typed) -> AnyView {
    let answer = label(typed, "answer", lang.pick("上级答复", "Answer from above"), "");
    let reason = label(typed, "reason", lang.pick("答复说明", "What was said"), "");
    view! {
        {data_fields(lang, typed)}
        {text(typed, "counterpart", lang.pick("受理的省级部门", "To which body of the province"), "")}
        {day(typed, "asked_on", lang.pick("申请日期", "Asked on"), "")}
        {select(&answer, lang.pick("还没有答复", "No answer yet"), &answers(lang), typed.value("answer"))}
        {area(&reason, 3, typed.value("reason"))}
        {day(typed, "arrived_on", lang.pick("分发到本地节点的日期", "Distributed to the local node on"), "")}
        {entry(lang, typed)}
    }
    .into_any()
}

fn backflow(lang: Lang, typed: &Typed) -> AnyView {
    let classes = |all: Vec<(&'static str, &'static str)>| -> Vec<Choice> {
        all.into_iter().map(|(code, word)| (code.to_owned(), word.to_owned())).collect()
    };
    let shares = classes(ShareClass::ALL.iter().map(|it| (it.as_str(), it.label(lang))).collect());
    let opens = classes(OpenClass::ALL.iter().map(|it| (it.as_str(), it.label(lang))).collect());
    let hint = lang.pick("数据到达以后填写", "Once data arrived");
    let share = label(typed, "share", lang.pick("共享类型", "Share class"), hint);
    let open = label(typed, "open", lang.pick("开放类型", "Open class"), hint);
    let none = lang.pick("还没有到达", "Has not arrived");
    view! {
        {data_fields(lang, typed)}
        {text(typed, "counterpart", lang.pick("上报到的部门、平台或者系统", "Where it was delivered to"), "")}
        {day(typed, "began_on", lang.pick("上报日期", "Delivered on"), "")}
        {day(typed, "asked_on", lang.pick("申请回流的日期", "Asked back on"), "")}
        {day(typed, "arrived_on", lang.pick("到达日期", "Arrived on"), "")}
        {select(&share, none, &shares, typed.value("share"))}
        {select(&open, none, &opens, typed.value("open"))}
        {entry(lang, typed)}
    }
    .into_any()
}
