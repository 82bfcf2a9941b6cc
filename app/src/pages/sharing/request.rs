//! The page of a share request, the same to both sides: what is asked for, what happened, what came of it (SHR-24).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::sharing::{ShareAct, ShareView};
use kaishu_types::ErrorCode;
use kaishu_types::dataset::DataItemView;
use kaishu_types::sharing::ShareDocument;
use leptos::prelude::*;

use super::{ALL, REQUESTS, VERIFICATIONS, decide, delivery, form, push, share_page, uses};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::{as_field, case_events, clocks, expired};
use crate::ui::data::data;
use crate::ui::dates::day_text;
use crate::ui::fields::{Choice, label, options};
use crate::ui::form::{Typed, summary};
use crate::ui::heading::{Rank, rail_head, section_head};
use crate::ui::meta::{fact, meta, text_fact};

/// `GET /share/requests/{id}`
pub(crate) async fn show(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = find(&ctx, &portal, &id).await;
    respond(&ctx, || {
        let found = found?;
        let document = found.document.clone();
        Ok(page(&ctx, &found, &document, &Typed::default()))
    })
}

/// `POST /share/requests/{id}`
pub(crate) async fn resubmit(
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
    let document = form::read(&pairs);
    let typed = Typed::of(pairs);
    let version = typed.value("version").parse().unwrap_or_default();
    let at = (found.case.id, version);
    let done = Box::pin(portal.resubmit_share(&ctx.caller, at, &document, ctx.lang)).await;
    ended(&ctx, &found, &document, typed, (done, "matter"))
}

/// `POST /share/requests/{id}/act`
pub(crate) async fn act(
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
    // The form says that it asks for the items: none ticked is none, not all.
    let is_asked = pairs.iter().any(|(name, _)| name == "narrow");
    let items = pairs.iter().filter(|(name, _)| name == "granted").map(|(_, value)| value.clone());
    let items = is_asked.then(|| items.collect());
    let typed = Typed::of(pairs);
    let document = found.document.clone();
    let last_day = match typed.value("until").trim() {
        "" => None,
        day => match day.parse() {
            Ok(day) => Some(day),
            Err(_) => {
                let message = ctx.lang.pick("请选择日期", "choose a day");
                let error = kaishu_portal::Error::field("until", message);
                return ended(&ctx, &found, &document, typed, (Err(error), "until"));
            }
        },
    };
    let text = |name: &str| typed.value(name).to_owned();
    let done = ShareAct {
        event: text("event"),
        version: text("version").parse().unwrap_or_default(),
        reason: text("reason"),
        condition: text("condition"),
        level: text("level"),
        norm: text("norm"),
        article: text("article"),
        contact: text("contact"),
        participants: text("participants"),
        document: text("document"),
        medium: text("medium"),
        items,
        last_day,
        idempotency_key: Some(text("key")).filter(|key| !key.is_empty()),
    };
    let done = Box::pin(portal.act_on_share(&ctx.caller, found.case.id, done, ctx.lang)).await;
    ended(&ctx, &found, &document, typed, (done, "reason"))
}

/// `POST /share/requests/{id}/work`
pub(crate) async fn work(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = match find(&ctx, &portal, &id).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    match portal.work_on_matter(&ctx.caller, found.case.id, ctx.lang).await {
        Ok(()) => go(&ctx.href(&format!("{REQUESTS}/{}", found.case.id)), []),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

/// Goes back to the page, or says on it what stands against what was done.
fn ended(
    ctx: &Ctx,
    found: &ShareView,
    document: &ShareDocument,
    typed: Typed,
    (done, field): (kaishu_portal::Result<()>, &str),
) -> Response {
    match done {
        Ok(()) => go(&ctx.href(&format!("{REQUESTS}/{}", found.case.id)), []),
        Err(error) if error.code() == ErrorCode::NotFound => respond(ctx, || Err(error.into())),
        Err(error) => respond(ctx, || {
            let typed = typed.refused(as_field(error, field, ctx.lang))?;
            Ok(page(ctx, found, document, &typed))
        }),
    }
}

async fn find(ctx: &Ctx, portal: &Portal, id: &str) -> Result<ShareView, AppError> {
    let unknown = || {
        let (one, all) = ctx.lang.pick(("共享申请", "共享申请"), ("request", "requests"));
        AppError::unknown(ctx.lang, id, one, all, REQUESTS)
    };
    let number = id.parse().map_err(|_| unknown())?;
    let found = portal.share_request(&ctx.caller, number, ctx.lang).await;
    found.map_err(|error| AppError::or_unknown(error, unknown))
}

fn page(ctx: &Ctx, found: &ShareView, document: &ShareDocument, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let is_written = found.case.actions.iter().any(|it| it.event.code == "resubmit");
    let main = match is_written {
        true => again(ctx, found, document, typed),
        false => asked(ctx, found),
    };
    let body = view! {
        <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
            <div>
                {summary(ctx, typed)}
                {decide::returned(ctx, found)}
                {decide::doubted(ctx, found)}
                {instead(ctx, found)}
                {decide::draw(ctx, found, typed)}
                {granted(ctx, found)}
                {push::told(ctx, found)}
                {delivery::told(ctx, found)}
                {main}
                <section aria-labelledby="h-uses" class="mt-12">
                    {section_head("h-uses", lang.pick("使用记录", "Record of use"))}
                    <div class="mt-4">{uses::table(ctx, &found.uses)}</div>
                </section>
                <section aria-labelledby="h-events" class="mt-12">
                    {section_head("h-events", lang.pick("办理记录", "What happened"))}
                    {case_events(ctx, &found.case)}
                </section>
            </div>
            {rail(ctx, found)}
        </div>
    };
    let title = &found.case.title;
    let requests = lang.pick("共享申请", "Requests").to_owned();
    let places = vec![(requests, Some(REQUESTS.to_owned())), (title.clone(), None)];
    let lead = format!("{} · {}", found.document.matter, found.case.state.label);
    share_page(ctx, title, places, data(lang, lead), body.into_any()).refused(lang, typed)
}

/// The way to have values verified of what was refused, as long as it is in the share catalogue (SHR-09).
fn instead(ctx: &Ctx, found: &ShareView) -> Option<AnyView> {
    let is_refused = ["refused", "settled"].contains(&found.case.state.code.as_str());
    if !is_refused || !found.is_asking || found.entry.is_none() {
        return None;
    }
    let path = ctx.href(&format!("{VERIFICATIONS}/new?dataset={}", found.code));
    let text = ctx.lang.pick("请提供单位核实、比对", "Ask the provider to verify values instead");
    Some(view! { <p class="mb-8"><a class="ks-link" href=path>{text}</a></p> }.into_any())
}

/// What people call the data items of a request.
pub(super) fn items(found: &ShareView) -> &[DataItemView] {
    found.entry.as_ref().map(|(_, items)| items.as_slice()).unwrap_or_default()
}

pub(super) fn labels(found: &ShareView, is_wanted: impl Fn(&str) -> bool) -> String {
    let wanted = items(found).iter().filter(|item| is_wanted(&item.name));
    let labels: Vec<_> = wanted.map(|item| item.label.clone()).collect();
    labels.join("、")
}

/// What is asked for, as both sides read it.
fn asked(ctx: &Ctx, found: &ShareView) -> AnyView {
    let lang = ctx.lang;
    let document = &found.document;
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day_text(lang, day));
    let wanted = labels(found, |name| document.items.contains(name));
    let accounts: Vec<_> = document.accounts.iter().cloned().collect();
    let mut facts = vec![fact(lang.pick("使用单位", "Agency"), data(lang, found.user.label(lang)))];
    for (word, text) in [
        (lang.pick("业务事项", "Business matter"), document.matter.as_str()),
        (lang.pick("使用依据", "Legal basis"), &document.basis),
        (lang.pick("用途", "Purpose"), &document.purpose),
        (lang.pick("使用范围", "Scope of use"), &document.scope),
        (lang.pick("数据项", "Data items"), &wanted),
        (lang.pick("相关需求", "Related needs"), &document.related_needs),
        (lang.pick("使用账号", "Accounts"), &accounts.join("、")),
    ] {
        facts.extend(text_fact(word, Some(text)));
    }
    facts.extend(text_fact(lang.pick("使用方式", "Mode"), document.mode.map(|it| it.label(lang))));
    facts.extend(text_fact(lang.pick("开始日期", "From"), day(document.first_day).as_deref()));
    facts.extend(text_fact(lang.pick("结束日期", "Until"), day(document.last_day).as_deref()));
    view! {
        <section aria-labelledby="h-asked">
            {section_head("h-asked", lang.pick("申请内容", "What is asked for"))}
            {meta(facts)}
        </section>
    }
    .into_any()
}

/// The form to complete a request that was returned.
fn again(ctx: &Ctx, found: &ShareView, document: &ShareDocument, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let wanted: Vec<&DataItemView> = items(found).iter().collect();
    let action = ctx.href(&format!("{REQUESTS}/{}", found.case.id));
    let accounts = label(typed, "accounts", lang.pick("使用账号", "Accounts"), "");
    // Those that were named; others need another request.
    let known: Vec<Choice> =
        found.document.accounts.iter().map(|it| (it.clone(), it.clone())).collect();
    view! {
        <section aria-labelledby="h-again">
            {section_head("h-again", lang.pick("补正申请", "Complete the request"))}
            <form method="post" action=action novalidate=true class="max-w-[40rem]">
                <input type="hidden" name="version" value=found.case.version.to_string()/>
                {options(&accounts, "checkbox", &known, |it| document.accounts.contains(it))}
                {form::fields(ctx, &wanted, document, typed)}
                <p class="mt-8"><button class="btn btn-primary" type="submit">{lang.pick("补正后提交", "Submit again")}</button></p>
            </form>
        </section>
    }
    .into_any()
}

/// What was granted, whom to ask, and the way to the data.
fn granted(ctx: &Ctx, found: &ShareView) -> Option<AnyView> {
    let lang = ctx.lang;
    let grant = found.grant.as_ref()?;
    let wanted = match grant.items.is_empty() {
        true => {
            lang.pick("无条件共享的全部数据项", "whatever is shared without conditions").to_owned()
        }
        false => labels(found, |name| grant.items.contains(name)),
    };
    let mut facts = vec![
        fact(lang.pick("业务事项", "Business matter"), data(lang, found.document.matter.clone())),
        fact(lang.pick("数据项", "Data items"), data(lang, wanted)),
        fact(lang.pick("使用方式", "Mode"), grant.mode.label(lang)),
        fact(
            lang.pick("期限", "Period"),
            format!("{} — {}", day_text(lang, grant.first_day), day_text(lang, grant.last_day)),
        ),
        fact(lang.pick("费用", "Price"), lang.pick("无偿共享", "free of charge")),
    ];
    facts.extend(text_fact(
        lang.pick("使用指导和技术支持", "Guidance and support"),
        Some(&found.contact),
    ));
    let path = ctx.href(&format!("/datasets/{}", found.code));
    let work = ctx.href(&format!("{REQUESTS}/{}/work", found.case.id));
    let way = match found.works_on_it {
        Some(true) => Some(
            view! {
                <p class="mt-4"><a class="btn btn-primary" href=path>{lang.pick("使用数据", "Use the data")}</a></p>
            }
            .into_any(),
        ),
        Some(false) if grant.is_active => Some(
            view! {
                <form method="post" action=work class="mt-4">
                    <p class="ks-mute mb-2">{lang.pick(
                        "您同时参与几个事项，一次只为一个事项使用数据。",
                        "You take part in several matters; the data is used for one at a time.",
                    )}</p>
                    <button class="btn btn-primary" type="submit">{lang.pick("现在办理这个事项", "Work on this matter now")}</button>
                </form>
            }
            .into_any(),
        ),
        _ => None,
    };
    let title = match grant.is_active {
        true => lang.pick("已经开通", "Open"),
        false => lang.pick("曾经开通", "Was open"),
    };
    let view = view! {
        <section aria-labelledby="h-granted" class="mb-10">
            {section_head("h-granted", title)}
            {meta(facts)}
            {way}
        </section>
    };
    Some(view.into_any())
}

fn rail(ctx: &Ctx, found: &ShareView) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("{ALL}/{}", found.code));
    let code = found.code.to_string();
    let dataset = view! { <a class="ks-link" href=path>{code}</a> };
    let waits = found.case.steps.iter().filter(|step| step.verdict.is_none());
    let waits: Vec<String> = match found.case.state.code.as_str() {
        "in_review" => waits.map(|step| step.label.clone()).collect(),
        _ => Vec::new(),
    };
    let mut facts = vec![
        fact(lang.pick("申请编号", "Number"), found.number.clone()),
        fact(lang.pick("状态", "State"), found.case.state.label.clone()),
        fact(lang.pick("共享数据", "Data"), dataset),
        fact(lang.pick("提供单位", "Provider"), data(lang, found.provider.label(lang))),
    ];
    facts.extend(text_fact(lang.pick("等待办理", "Still to decide"), Some(&waits.join("、"))));
    view! {
        <aside class="text-[.9375rem]" aria-label=lang.pick("申请信息", "About the request")>
            {rail_head(lang.pick("申请", "Request"), Rank::First)}
            {meta(facts)}
            {clocks(lang, &found.case)}
        </aside>
    }
    .into_any()
}
