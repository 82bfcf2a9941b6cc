//! An entry of the share catalogue: what is taken at once, what is asked for, from whom and until when it is answered.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::sharing::SharedEntry;
use kaishu_types::{DatasetCode, ErrorCode};
use leptos::prelude::*;

use super::{ALL, REQUESTS, VERIFICATIONS, form, request_list, share_page};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::{as_field, expired, source_notes};
use crate::ui::data::data;
use crate::ui::dates::day_text;
use crate::ui::form::{Typed, summary};
use crate::ui::heading::{Rank, rail_head, section_head};
use crate::ui::law::rule_list;
use crate::ui::meta::{fact, meta, text_fact};

/// The rules that govern it.
const RULES: [&str; 5] = [
    "share_app.approvers",
    "share_app.reply_wd",
    "share_app.clock_start",
    "share_app.fields",
    "share_app.refusal",
];

/// `GET /share/{code}`
pub(crate) async fn show(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    shown(ctx, portal, code, true).await
}

/// `GET /share/{code}/request`: the form to ask for what is not taken at once.
pub(crate) async fn write(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    shown(ctx, portal, code, false).await
}

async fn shown(ctx: Ctx, portal: Portal, code: String, may_take: bool) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = find(&ctx, &portal, &code).await;
    respond(&ctx, || {
        let found = found?;
        let is_taking = may_take && found.takes_directly;
        let written = form::Written { is_taking, ..form::proposed(&ctx, &found) };
        Ok(page(&ctx, &portal, &found, &written))
    })
}

/// `POST /share/{code}/take`
pub(crate) async fn take(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    begin(ctx, portal, code, pairs, true).await
}

/// `POST /share/{code}/request`
pub(crate) async fn ask(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    begin(ctx, portal, code, pairs, false).await
}

async fn begin(
    ctx: Ctx,
    portal: Portal,
    code: String,
    pairs: Vec<(String, String)>,
    is_taken: bool,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let found = match find(&ctx, &portal, &code).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let document = form::read(&pairs);
    let written =
        form::Written { document: document.clone(), typed: Typed::of(pairs), is_taking: is_taken };
    let (caller, lang) = (&ctx.caller, ctx.lang);
    let begun = match is_taken {
        true => Box::pin(portal.take_shared(caller, &found.code, &document, lang)).await,
        false => Box::pin(portal.request_share(caller, &found.code, &document, lang)).await,
    };
    match begun {
        Ok(case) => go(&ctx.href(&format!("{REQUESTS}/{case}")), []),
        Err(error) if error.code() == ErrorCode::Forbidden => respond(&ctx, || Err(error.into())),
        Err(error) => respond(&ctx, || {
            let error = as_field(error, "matter", lang);
            let form::Written { document, typed, is_taking } = written;
            let typed = typed.refused(error)?;
            Ok(page(&ctx, &portal, &found, &form::Written { document, typed, is_taking }))
        }),
    }
}

/// Finds an entry of the share catalogue.
pub(super) async fn find(ctx: &Ctx, portal: &Portal, code: &str) -> Result<SharedEntry, AppError> {
    let unknown = || {
        let (one, all) = ctx.lang.pick(("共享数据", "共享数据"), ("shared entry", "shared data"));
        AppError::unknown(ctx.lang, code, one, all, ALL)
    };
    let parsed: DatasetCode = code.parse().map_err(|_| unknown())?;
    let found = portal.shared_entry(&ctx.caller, &parsed, ctx.lang).await;
    found.map_err(|error| AppError::or_unknown(error, unknown))
}

fn page(ctx: &Ctx, portal: &Portal, found: &SharedEntry, written: &form::Written) -> Page {
    let lang = ctx.lang;
    let may_ask = !found.is_own && !found.agencies.is_empty();
    // One form on a page: what is taken at once comes first.
    let take = (may_ask && written.is_taking).then(|| form::taking(ctx, found, written));
    let ask = (may_ask && !found.to_ask_for.is_empty()).then(|| asking(ctx, found, written));
    let why = match (found.is_own, found.agencies.is_empty()) {
        (true, _) => Some(lang.pick(
            "这是本单位提供的数据。下面是其他单位的申请。",
            "Your agency provides this data. What others asked for is below.",
        )),
        (_, true) => Some(lang.pick(
            "获取和申请由本单位的数据专员或者负责人办理。",
            "The data officer or the head of your agency takes it and asks for it.",
        )),
        _ => None,
    };
    let uses = found.is_own.then(|| {
        let path = ctx.href(&format!("{ALL}/{}/uses", found.code));
        view! { <p class="mt-4"><a class="ks-link" href=path>{lang.pick("谁在什么时候为哪个事项用了这项数据", "Who used it, when and for which matter")}</a></p> }
    });
    let body = view! {
        <div class="grid lg:grid-cols-[minmax(0,1fr)_22rem] gap-x-16 gap-y-12">
            <div>
                {summary(ctx, &written.typed)}
                {source_notes::notes(ctx, &found.differs)}
                {why.map(|why| view! { <div class="ks-note mb-8"><p>{why}</p></div> })}
                {items(ctx, found)}
                {take}
                {ask}
                <section aria-labelledby="h-requests" class="mt-12">
                    {section_head("h-requests", lang.pick("共享申请", "Requests"))}
                    <div class="mt-4">{request_list(ctx, &found.requests)}</div>
                    {uses}
                    {differing(ctx, found)}
                </section>
            </div>
            {rail(ctx, portal, found)}
        </div>
    };
    let title = found.fields.title.clone();
    let lead = data(lang, found.fields.summary.clone());
    share_page(ctx, &title, vec![(title.clone(), None)], lead, body.into_any())
        .refused(lang, &written.typed)
}

/// The way to say that another provider's data differs (SHR-12).
fn differing(ctx: &Ctx, found: &SharedEntry) -> Option<AnyView> {
    let path = format!("{}?one={}", ctx.href("/workbench/sources/new"), found.code);
    let word = ctx.lang.pick("与其他单位的数据不一致", "It differs from another provider's data");
    let way = view! { <p class="mt-4"><a class="ks-link" href=path>{word}</a></p> };
    found.may_dispute.then(|| way.into_any())
}

/// The form to ask, with who answers until when.
fn asking(ctx: &Ctx, found: &SharedEntry, written: &form::Written) -> AnyView {
    let lang = ctx.lang;
    let who = found.deciders.join(lang.pick("、", ", "));
    let when = found.answered_by.map(|day| day_text(lang, day)).unwrap_or_default();
    let text = lang.pick(
        format!("由{who}审核。今天提交的，{when} 以前答复；同意的，权限自动开通。"),
        format!("Decided by: {who}. What is submitted today is answered by {when}; with the approval it is open at once."),
    );
    let path = ctx.href(&format!("{ALL}/{}/request", found.code));
    let verify = ctx.href(&format!("{VERIFICATIONS}/new?dataset={}", found.code));
    let form = match written.is_taking {
        true => {
            let write = lang.pick("填写申请", "Write a request");
            view! { <p class="mt-4"><a class="btn btn-outline" href=path>{write}</a></p> }
                .into_any()
        }
        false => form::asking(ctx, found, written, &path),
    };
    view! {
        <section aria-labelledby="h-ask" class="mt-12">
            {section_head("h-ask", lang.pick("申请共享", "Ask for it"))}
            <p class="mt-2 ks-mute">{text}</p>
            <p class="mt-2"><a class="ks-link" href=verify>{lang.pick("不符合共享条件的，提出核实、比对", "Where the conditions are not met: ask for verification")}</a></p>
            {form}
        </section>
    }
    .into_any()
}

fn items(ctx: &Ctx, found: &SharedEntry) -> AnyView {
    let lang = ctx.lang;
    let rows: Vec<_> = found
        .items
        .iter()
        .map(|item| {
            let is_free = found.to_take.contains(&item.name);
            let way = match is_free {
                true => lang.pick("直接获取", "taken at once"),
                false => lang.pick("申请获取", "on request"),
            };
            view! {
                <tr>
                    <th scope="row" class="font-normal">{data(lang, item.label.clone())}</th>
                    <td>{item.item_type.label(lang)}</td>
                    <td>{way}</td>
                </tr>
            }
        })
        .collect();
    let conditions: Vec<_> = found
        .fields
        .share
        .conditions
        .iter()
        .map(|condition| view! { <li>{data(lang, condition.clone())}</li> })
        .collect();
    let conditions = (!conditions.is_empty()).then(|| {
        view! {
            <h3 class="mt-6 text-lg">{lang.pick("共享条件", "Conditions")}</h3>
            <ul class="mt-2 list-disc pl-6">{conditions}</ul>
        }
    });
    view! {
        <section aria-labelledby="h-items">
            {section_head("h-items", lang.pick("可以共享的数据项", "What may be shared"))}
            <div class="mt-4 overflow-x-auto">
                <table class="table">
                    <thead><tr>
                        <th scope="col">{lang.pick("数据项", "Item")}</th>
                        <th scope="col">{lang.pick("类型", "Type")}</th>
                        <th scope="col">{lang.pick("获取方式", "How it is had")}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {conditions}
        </section>
    }
    .into_any()
}

fn rail(ctx: &Ctx, portal: &Portal, found: &SharedEntry) -> AnyView {
    let lang = ctx.lang;
    let fields = &found.fields;
    let mut facts = vec![
        fact(lang.pick("目录编码", "Code"), found.code.to_string()),
        fact(lang.pick("共享类型", "Share class"), fields.share.class.label(lang)),
        fact(lang.pick("提供单位", "Provider"), data(lang, found.provider.label(lang))),
        fact(lang.pick("版本", "Version"), found.version.to_string()),
    ];
    facts.extend(text_fact(lang.pick("共享范围", "Scope"), fields.share.scope.as_deref()));
    facts.extend(text_fact(lang.pick("联系人", "Contact"), fields.contact.as_deref()));
    view! {
        <aside class="text-[.9375rem]" aria-label=lang.pick("数据信息", "About the data")>
            {rail_head(lang.pick("这项数据", "This data"), Rank::First)}
            {meta(facts)}
            {rail_head(lang.pick("适用规则", "Rules"), Rank::Next)}
            {rule_list(ctx, &portal.policy_view(), &RULES)}
        </aside>
    }
    .into_any()
}
