//! The registers of exchange: channels beside the platform, return demands, upward requests, backflows (SHR-16 to SHR-18,
//! SHR-20).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::registers::{ExchangeForm, ExchangePage};
use kaishu_portal::sharing::RequestCard;
use kaishu_portal::{Error, Portal};
use kaishu_types::exchange::{ExchangeRegister, ExchangeStatus, ExchangeView};
use kaishu_types::{ErrorCode, Lang};
use leptos::prelude::*;

use super::case::as_field;
use super::exchange_form::{answer_form, as_typed, save_form};
use super::{bench_page, expired};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::ui::data::data;
use crate::ui::dates::full_day;
use crate::ui::form::{Typed, summary};
use crate::ui::heading::section_head;
use crate::ui::icon::icon;
use crate::ui::meta::{fact, meta, text_fact};

const BENCH: &str = "/workbench/exchange";

/// The address of a register.
pub(super) fn list_of(register: ExchangeRegister) -> String {
    format!("{BENCH}/{register}")
}

/// Reads the register that an address names.
pub(crate) fn register_of(ctx: &Ctx, code: &str) -> Result<ExchangeRegister, AppError> {
    let (one, all) = ctx.lang.pick(("登记簿", "登记簿"), ("register", "registers"));
    code.parse().map_err(|_| AppError::unknown(ctx.lang, code, one, all, "/workbench"))
}

/// `GET /workbench/exchange/{register}`
pub(crate) async fn show(
    Asked(ctx): Asked,
    Path(register): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["after", "done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let register = match register_of(&ctx, &register) {
        Ok(register) => register,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let after = asked.get("after").and_then(|after| after.parse().ok());
    let found = portal.exchanges(&ctx.caller, register, after, ctx.lang).await;
    respond(&ctx, || {
        let (title, lead) = (register.label(ctx.lang), lead(register, ctx.lang));
        let body = view! {
            {asked.contains_key("done").then(|| saved(ctx.lang))}
            {list(&ctx, &portal, (register, &found?), &list_of(register))}
        };
        Ok(bench_page(&ctx, title, vec![(title.to_owned(), None)], lead, body.into_any()))
    })
}

/// What a register is for.
pub(crate) fn lead(register: ExchangeRegister, lang: Lang) -> &'static str {
    match register {
        ExchangeRegister::Channels => lang.pick(
            "共享交换都通过平台进行。这里只登记规则施行以前已有的通道，写明整合计划和关闭日期；不再新建。",
            "All exchange runs through the platform. Only channels that were there before the rules are recorded, with the plan to integrate them and the day they close; none is added.",
        ),
        ExchangeRegister::ReturnDemands => lang.pick(
            "需要上级返还的数据：范围和返还到哪一级。由本单位登记，上级单位或者上级主管部门答复；返还以后关联目录。",
            "Data that is to be returned from above: how far, and to which level. The agency records it, the one above or its authority answers; what was returned is linked to its entry.",
        ),
        ExchangeRegister::UpwardRequests => lang.pick(
            "主管部门向省级主管部门申请数据：是否同意，何时分发到本地节点，各单位随后在本地的申请。",
            "What the authority requests from the province: whether it was granted, when it was distributed to the local node, and what agencies requested locally since.",
        ),
        ExchangeRegister::Backflows => lang.pick(
            "上报到国家、省级的数据：何时申请回流，何时到达，共享和开放类型，编成了哪一项目录。",
            "Data delivered to the state or the province: when it was asked back, when it arrived, how it is shared and opened, and the entry it became.",
        ),
    }
}

/// `GET /workbench/exchange/{register}/new`
pub(crate) async fn begin(
    ctx: Ctx,
    Path(register): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let register = match register_of(&ctx, &register) {
        Ok(register) => register,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    // Whoever sees no register learns why.
    let seen = portal.exchanges(&ctx.caller, register, None, ctx.lang).await;
    respond(&ctx, || {
        seen?;
        Ok(new_page(&ctx, &portal, register, &Typed::default()))
    })
}

/// `POST /workbench/exchange/{register}/new`
pub(crate) async fn add(
    ctx: Ctx,
    Path(register): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let register = match register_of(&ctx, &register) {
        Ok(register) => register,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let typed = Typed::of(pairs);
    let done = portal.save_exchange(&ctx.caller, (register, None), &form(&typed), ctx.lang).await;
    match done {
        Ok(_) => go(&format!("{}?done=saved", ctx.href(&list_of(register))), []),
        Err(error) => refused(&ctx, typed, error, |typed| new_page(&ctx, &portal, register, typed)),
    }
}

/// `GET /workbench/exchange/{register}/{id}`
pub(crate) async fn open(
    ctx: Ctx,
    Path((register, id)): Path<(String, String)>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = find(&ctx, &portal, (&register, &id)).await;
    respond(&ctx, || {
        let (record, requests) = found?;
        let typed = as_typed(&record);
        Ok(record_page(&ctx, &portal, (&record, &requests), &typed))
    })
}

/// `POST /workbench/exchange/{register}/{id}`
pub(crate) async fn change(
    ctx: Ctx,
    Path((register, id)): Path<(String, String)>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let (record, requests) = match find(&ctx, &portal, (&register, &id)).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let typed = Typed::of(pairs);
    let is_answer = typed.value("act") == "answer";
    let answers = is_answer && record.register == ExchangeRegister::ReturnDemands;
    let done = if answers {
        portal.answer_return(&ctx.caller, record.id, &form(&typed), ctx.lang).await
    } else {
        let place = (record.register, Some(record.id));
        portal.save_exchange(&ctx.caller, place, &form(&typed), ctx.lang).await.map(|_| ())
    };
    match done {
        Ok(()) => go(&format!("{}?done=saved", ctx.href(&list_of(record.register))), []),
        Err(error) => refused(&ctx, typed, error, |typed| {
            record_page(&ctx, &portal, (&record, &requests), typed)
        }),
    }
}

async fn find(
    ctx: &Ctx,
    portal: &Portal,
    (register, id): (&str, &str),
) -> Result<(ExchangeView, Vec<RequestCard>), AppError> {
    let register = register_of(ctx, register)?;
    let unknown = || {
        let (one, all) = ctx.lang.pick(("登记内容", "登记内容"), ("record", "records"));
        AppError::unknown(ctx.lang, id, one, all, &list_of(register))
    };
    let number = id.parse().map_err(|_| unknown())?;
    let record = portal.exchange(&ctx.caller, register, number).await;
    let record = record.map_err(|error| AppError::or_unknown(error, unknown))?;
    let requests = match register {
        ExchangeRegister::UpwardRequests => {
            portal.local_requests(&ctx.caller, &record, ctx.lang).await?
        }
        _ => Vec::new(),
    };
    Ok((record, requests))
}

fn form(typed: &Typed) -> ExchangeForm<'_> {
    ExchangeForm {
        organization: typed.value("organization"),
        title: typed.value("title"),
        scope: typed.value("scope"),
        counterpart: typed.value("counterpart"),
        plan: typed.value("plan"),
        level: typed.value("level"),
        addressee: typed.value("addressee"),
        began_on: typed.value("began_on"),
        asked_on: typed.value("asked_on"),
        arrived_on: typed.value("arrived_on"),
        closes_on: typed.value("closes_on"),
        closed_on: typed.value("closed_on"),
        share: typed.value("share"),
        open: typed.value("open"),
        answer: typed.value("answer"),
        reason: typed.value("reason"),
        dataset: typed.value("dataset"),
        revision: typed.value("revision").parse().unwrap_or_default(),
    }
}

/// Draws a form again with what is wrong; what the rules say of new channels stands at the day they began.
fn refused(ctx: &Ctx, typed: Typed, error: Error, draw: impl FnOnce(&Typed) -> Page) -> Response {
    if error.code() == ErrorCode::Forbidden {
        return respond(ctx, || Err(error.into()));
    }
    let field = if error.code() == ErrorCode::InvalidInput { "began_on" } else { "title" };
    match typed.refused(as_field(error, field, ctx.lang)) {
        Ok(typed) => respond(ctx, || Ok(draw(&typed))),
        Err(error) => respond(ctx, || Err(error)),
    }
}

fn saved(lang: Lang) -> AnyView {
    let text = lang.pick("已经保存。", "Saved.");
    view! { <div class="ks-note is-ok mb-8" role="status"><p>{text}</p></div> }.into_any()
}

/// What it is called to add a record.
fn begin_word(register: ExchangeRegister, lang: Lang) -> &'static str {
    match register {
        ExchangeRegister::Channels => lang.pick("登记既有通道", "Record an existing channel"),
        ExchangeRegister::ReturnDemands => lang.pick("登记返还需求", "Record a demand"),
        ExchangeRegister::UpwardRequests => lang.pick("登记向上申请", "Record a request"),
        ExchangeRegister::Backflows => lang.pick("登记回流数据", "Record a backflow"),
    }
}

/// Draws a register, page by page.
pub(crate) fn list(
    ctx: &Ctx,
    portal: &Portal,
    (register, found): (ExchangeRegister, &ExchangePage),
    path: &str,
) -> AnyView {
    let lang = ctx.lang;
    let rows: Vec<_> = found.rows.iter().map(|it| row(ctx, it)).collect();
    let table = match rows.is_empty() {
        true => {
            let none = lang.pick("还没有登记。", "Nothing is recorded yet.");
            view! { <p class="py-4 ks-mute">{none}</p> }.into_any()
        }
        false => table(register, lang, rows),
    };
    let may_add = !portal.keeps_exchanges_for(&ctx.caller, register).is_empty();
    let add = may_add.then(|| {
        let target = ctx.href(&format!("{}/new", list_of(register)));
        view! { <p class="mb-8"><a class="btn btn-primary" href=target>{begin_word(register, lang)}</a></p> }
    });
    let next = found.next.map(|next| {
        let target = format!("{}?after={next}", ctx.href(path));
        view! { <p class="mt-6"><a class="btn btn-outline" href=target>{lang.pick("下一页", "Next page")}</a></p> }
    });
    view! { {add}{table}{next} }.into_any()
}

fn table(register: ExchangeRegister, lang: Lang, rows: Vec<AnyView>) -> AnyView {
    let caption = register.label(lang);
    let head = lang.pick(
        ["数据", "单位", "进展", "日期", "目录"],
        ["Data", "Agency", "Status", "Day", "Entry"],
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

fn row(ctx: &Ctx, it: &ExchangeView) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("{}/{}", list_of(it.register), it.id));
    let fields = &it.fields;
    let day = match it.register {
        ExchangeRegister::Channels => fields.closed_on.or(fields.closes_on),
        _ => fields.arrived_on.or(fields.asked_on).or(fields.began_on),
    };
    let day = day.map(|day| full_day(lang, day));
    let entry = it.entry.as_ref().map(ToString::to_string);
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                <a class="ks-plain" href=path>{data(lang, it.title.clone())}</a>
                <span class="block text-sm ks-mute font-normal">{data(lang, fields.scope.clone())}</span>
            </th>
            <td data-l=lang.pick("单位", "Agency")>{data(lang, it.organization.label(lang))}</td>
            <td data-l=lang.pick("进展", "Status")>{mark(lang, it.status)}</td>
            <td class="num" data-l=lang.pick("日期", "Day")>{day}</td>
            <td class="num" data-l=lang.pick("目录", "Entry")>{entry}</td>
        </tr>
    }
    .into_any()
}

fn mark(lang: Lang, status: ExchangeStatus) -> AnyView {
    let (class, sign) = match status {
        ExchangeStatus::Late | ExchangeStatus::Declined => ("ks-mark is-late", "late"),
        ExchangeStatus::Closed | ExchangeStatus::Arrived | ExchangeStatus::Catalogued => {
            ("ks-mark is-ok", "check")
        }
        _ => ("ks-mark is-soon", "soon"),
    };
    view! { <span class=class>{icon(sign)}{status.label(lang)}</span> }.into_any()
}

fn new_page(ctx: &Ctx, portal: &Portal, register: ExchangeRegister, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let (title, list) = (begin_word(register, lang), list_of(register));
    let body = view! {
        <div class="max-w-[40rem]">
            {summary(ctx, typed)}
            {save_form(ctx, portal, (register, None), typed)}
        </div>
    };
    let places = vec![(register.label(lang).to_owned(), Some(list)), (title.to_owned(), None)];
    bench_page(ctx, title, places, None::<AnyView>, body.into_any()).refused(lang, typed)
}

fn record_page(
    ctx: &Ctx,
    portal: &Portal,
    (record, requests): (&ExchangeView, &[RequestCard]),
    typed: &Typed,
) -> Page {
    let (lang, register) = (ctx.lang, record.register);
    let answer = record.may_answer.then(|| answer_form(ctx, record, typed));
    let save = record.may_keep.then(|| {
        view! {
            <section class="mt-12" aria-labelledby="h-record">
                {section_head("h-record", lang.pick("变更登记", "Change the record"))}
                {save_form(ctx, portal, (register, Some(record)), typed)}
            </section>
        }
    });
    let body = view! {
        <div class="max-w-[40rem]">
            {summary(ctx, typed)}
            {facts(ctx, record)}
            {local(ctx, record, requests)}
            {answer}
            {save}
        </div>
    };
    let list = Some(list_of(register));
    let places = vec![(register.label(lang).to_owned(), list), (record.title.clone(), None)];
    let lead = data(lang, record.organization.label(lang));
    bench_page(ctx, &record.title, places, lead, body.into_any()).refused(lang, typed)
}

fn facts(ctx: &Ctx, record: &ExchangeView) -> AnyView {
    let (lang, fields) = (ctx.lang, &record.fields);
    let mut facts = vec![fact(lang.pick("进展", "Status"), mark(lang, record.status))];
    let addressee = record.addressee.as_ref().map(|it| it.label(lang));
    let level = fields.level.map(|level| level.label(lang));
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| full_day(lang, day));
    let channel = record.register == ExchangeRegister::Channels;
    let (zh, en) =
        if channel { ("开通日期", "Began on") } else { ("上报日期", "Delivered on") };
    let texts: [(&'static str, Option<&str>); 8] = [
        (lang.pick("范围", "Scope"), Some(&fields.scope)),
        (lang.pick("对方", "Other side"), Some(&fields.counterpart)),
        (lang.pick("整合计划", "Plan"), Some(&fields.plan)),
        (lang.pick("返还层级", "Returned to"), level),
        (lang.pick("答复单位", "Answered by"), addressee),
        (lang.pick("答复", "Answer"), fields.answer.map(|it| it.label(lang))),
        (lang.pick("说明", "Reason"), Some(&fields.reason)),
        (lang.pick("共享类型", "Share class"), fields.share.map(|it| it.label(lang))),
    ];
    facts.extend(texts.into_iter().filter_map(|(word, value)| text_fact(word, value)));
    let open = fields.open.map(|it| it.label(lang));
    facts.extend(text_fact(lang.pick("开放类型", "Open class"), open));
    for (word, value) in [
        (lang.pick(zh, en), day(fields.began_on)),
        (lang.pick("申请日期", "Asked on"), day(fields.asked_on)),
        (lang.pick("到达日期", "Arrived on"), day(fields.arrived_on)),
        (lang.pick("计划关闭日期", "Closes on"), day(fields.closes_on)),
        (lang.pick("关闭日期", "Closed on"), day(fields.closed_on)),
    ] {
        facts.extend(value.map(|value| fact(word, value)));
    }
    if let Some(code) = &record.entry {
        // Agencies query it there under a grant; the public sees what is open.
        let path = ctx.href(&format!("/share/{code}"));
        let entry = view! { <a href=path>{code.to_string()}</a> }.into_any();
        facts.push(fact(lang.pick("目录", "Entry"), entry));
    }
    view! { <section class="mb-8" aria-label=lang.pick("登记内容", "The record")>{meta(facts)}</section> }
        .into_any()
}

/// Draws what agencies asked locally of what the province distributed.
fn local(ctx: &Ctx, record: &ExchangeView, requests: &[RequestCard]) -> Option<AnyView> {
    let lang = ctx.lang;
    let code = record.entry.as_ref()?;
    if record.register != ExchangeRegister::UpwardRequests {
        return None;
    }
    let rows: Vec<_> = requests
        .iter()
        .map(|it| {
            let path = ctx.href(&format!("/share/requests/{}", it.case));
            let (user, state) = (it.user.label(lang).to_owned(), it.state.clone());
            view! { <li><a href=path>{data(lang, user)}</a>" "<span class="ks-mute">{state}</span></li> }
        })
        .collect();
    let list = match rows.is_empty() {
        true => {
            let none = lang.pick("各单位还没有申请。", "No agency has asked for it yet.");
            view! { <p class="ks-mute">{none}</p> }.into_any()
        }
        false => view! { <ul class="list-disc pl-5">{rows}</ul> }.into_any(),
    };
    let ask = ctx.href(&format!("/share/{code}"));
    let drawn = view! {
        <section class="mb-8" aria-labelledby="h-local">
            {section_head("h-local", lang.pick("本地申请", "Local requests"))}
            {list}
            <p class="mt-3"><a href=ask>{lang.pick("在共享目录中申请", "Request it in the share catalogue")}</a></p>
        </section>
    };
    Some(drawn.into_any())
}
