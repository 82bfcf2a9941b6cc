//! The log, searched and taken away by whoever watches over the portal (ORG-11).

use axum::Form;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use http::{HeaderValue, header};
use kaishu_portal::Portal;
use kaishu_portal::administration::{AuditEntry, AuditFilter, AuditFormat};
use kaishu_types::{FieldError, Lang};
use leptos::prelude::*;

use super::{authority_page, table};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::dates::full_time;
use crate::ui::fields::{label, line, select};
use crate::ui::form::{Typed, summary};
use crate::ui::meta::hash;

/// Entries on a page.
const PER_PAGE: usize = 50;

/// What an address of the page may ask.
const NAMES: [&str; 7] = ["subject", "kind", "event", "account", "from", "to", "before"];

/// `GET /authority/audit`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&NAMES) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let typed = Typed::of(asked.into_iter().collect());
    draw(&ctx, &portal, typed).await
}

async fn draw(ctx: &Ctx, portal: &Portal, typed: Typed) -> Response {
    let lang = ctx.lang;
    let read = read(&typed, lang);
    let filter = read.as_ref().cloned().unwrap_or_default();
    let limit = PER_PAGE as u64 + 1;
    let found = portal.search_audit(&ctx.caller, &filter, limit, lang).await;
    respond(ctx, || {
        let found = found?;
        match read {
            Ok(filter) => Ok(page(ctx, portal, &typed, Some((&filter, found)))),
            Err(error) => {
                let typed = typed.refused(error)?;
                Ok(page(ctx, portal, &typed, None).refused(lang, &typed))
            }
        }
    })
}

/// `POST /authority/audit/export`
pub(crate) async fn export(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let typed = Typed::of(pairs);
    let filter = match read(&typed, ctx.lang) {
        Ok(filter) => filter,
        Err(_) => return draw(&ctx, &portal, typed).await,
    };
    let format = match typed.value("format") {
        "ndjson" => AuditFormat::Ndjson,
        _ => AuditFormat::Csv,
    };
    match portal.export_audit(&ctx.caller, &filter, format, ctx.lang).await {
        Ok(chunks) => {
            let body = Body::from_stream(chunks.map(|it| it.map_err(std::io::Error::other)));
            let name = format!("audit-{}.{}", ctx.today.format("%Y%m%d"), format.ending());
            let mut response = body.into_response();
            let headers = response.headers_mut();
            let kind = HeaderValue::from_static(format.media_type());
            headers.insert(header::CONTENT_TYPE, kind);
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
                headers.insert(header::CONTENT_DISPOSITION, value);
            }
            response
        }
        Err(error) => respond(&ctx, || Err(AppError::from(error))),
    }
}

fn read(typed: &Typed, lang: Lang) -> Result<AuditFilter, kaishu_portal::Error> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, zh: &str, en: &str| {
        let message = lang.pick(zh, en).to_owned();
        faults.push(FieldError { field: field.to_owned(), message });
    };
    let text = |name: &str| Some(typed.value(name).trim().to_owned()).filter(|it| !it.is_empty());
    let mut day = |name: &str| {
        let text = text(name)?;
        let day = text.parse().ok();
        if day.is_none() {
            fault(name, "写成 2026-11-21 这样的日期", "Write a day as 2026-11-21");
        }
        day
    };
    let (from, to) = (day("from"), day("to"));
    let before = text("before").map(|text| text.parse());
    if matches!(before, Some(Err(_))) {
        fault("before", "是日志里的序号", "is a place in the log");
    }
    if !faults.is_empty() {
        return Err(kaishu_portal::Error::InvalidInput(faults));
    }
    Ok(AuditFilter {
        subject: text("subject"),
        kind: text("kind"),
        event: text("event"),
        account: text("account"),
        from,
        to,
        before: before.and_then(Result::ok),
    })
}

fn page(
    ctx: &Ctx,
    portal: &Portal,
    typed: &Typed,
    found: Option<(&AuditFilter, Vec<AuditEntry>)>,
) -> Page {
    let lang = ctx.lang;
    let results = found.map(|(filter, found)| results(ctx, filter, found));
    let body = view! {
        {summary(ctx, typed)}
        {filters(ctx, portal, typed)}
        {results}
    };
    let title = lang.pick("审计日志", "Audit trail");
    let lead = lang.pick(
        "每一条都与前一条相连，改动和缺失都能查出。按地区履职的只看到本地区及下级的记录。",
        "Each entry is bound to the one before, so that changes and gaps are found. Who watches over a region sees its entries and those below.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

fn filters(ctx: &Ctx, portal: &Portal, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let kinds: Vec<_> =
        portal.audit_kinds(lang).into_iter().map(|(code, word)| (code.to_owned(), word)).collect();
    let text = |name: &str, zh: &str, en: &str| {
        let field = line(&label(typed, name, lang.pick(zh, en), ""), "text", typed.value(name));
        view! { <div>{field}</div> }
    };
    let day = |name: &str, zh: &str, en: &str| {
        let field = line(&label(typed, name, lang.pick(zh, en), ""), "date", typed.value(name));
        view! { <div>{field}</div> }
    };
    let kind = label(typed, "kind", lang.pick("类别", "Kind"), "");
    view! {
        <form method="get" action=ctx.href("/authority/audit") class="mb-10">
            <div class="grid sm:grid-cols-2 lg:grid-cols-3 gap-x-6 gap-y-4">
                {text("subject", "对象（编码或者登录名）", "Subject (a code or a login)")}
                <div>{select(&kind, lang.pick("全部", "All"), &kinds, typed.value("kind"))}</div>
                {text("event", "事件代码，例如 publish", "Event, as in publish")}
                {text("account", "经办人登录名", "Login of who did it")}
                {day("from", "从", "From")}
                {day("to", "到", "To")}
            </div>
            <p class="mt-6 flex flex-wrap gap-3">
                <button class="btn btn-primary" type="submit">{lang.pick("查找", "Search")}</button>
                <a class="btn btn-outline" href=ctx.href("/authority/audit")>{lang.pick("清除条件", "Clear")}</a>
            </p>
        </form>
    }
    .into_any()
}

fn results(ctx: &Ctx, filter: &AuditFilter, mut found: Vec<AuditEntry>) -> AnyView {
    let lang = ctx.lang;
    let has_more = found.len() > PER_PAGE;
    found.truncate(PER_PAGE);
    let export = export_form(ctx, filter);
    if found.is_empty() {
        let text = lang.pick("没有符合条件的记录。", "No entry fits.");
        return view! { <p class="py-8 ks-mute" role="status">{text}</p> }.into_any();
    }
    let last = found.last().map(|entry| entry.seq);
    let older = last.filter(|_| has_more).map(|seq| {
        let older = AuditFilter { before: Some(seq), ..filter.clone() };
        view! {
            <a class="btn btn-outline" rel="next" href=address(ctx, &older)>
                {lang.pick("更早的记录", "Older entries")}
            </a>
        }
    });
    let newest = filter.before.map(|_| {
        let newest = AuditFilter { before: None, ..filter.clone() };
        view! {
            <a class="btn btn-outline" href=address(ctx, &newest)>{lang.pick("回到最新", "Newest")}</a>
        }
    });
    let rows: Vec<_> = found.iter().map(|entry| row(ctx, entry)).collect();
    let head = lang.pick(
        ["序号和时间", "事项", "对象", "经办人", "说明"],
        ["Place and time", "What", "Subject", "Who", "Details"],
    );
    view! {
        {export}
        {table(lang.pick("日志，最新的在前", "Entries, the newest first"), &head, rows)}
        <p class="mt-6 flex flex-wrap gap-3">{newest}{older}</p>
    }
    .into_any()
}

/// What is filtered can be taken away, whole; that it was taken stands in the log.
fn export_form(ctx: &Ctx, filter: &AuditFilter) -> AnyView {
    let lang = ctx.lang;
    let kept: Vec<_> = filter
        .pairs()
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect();
    view! {
        <form method="post" action=ctx.href("/authority/audit/export") class="mb-6 flex flex-wrap items-center gap-3">
            {kept}
            <button class="btn btn-sm btn-outline" type="submit" name="format" value="csv">
                {lang.pick("导出 CSV", "Export CSV")}
            </button>
            <button class="btn btn-sm btn-outline" type="submit" name="format" value="ndjson">
                {lang.pick("导出 NDJSON", "Export NDJSON")}
            </button>
            <span class="text-sm ks-mute">
                {lang.pick("导出全部符合条件的记录，导出本身也记入日志。", "Takes all that fits; the export is an entry, too.")}
            </span>
        </form>
    }
    .into_any()
}

/// The address of a search.
fn address(ctx: &Ctx, filter: &AuditFilter) -> String {
    let pairs = filter.pairs();
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", crate::pages::account::escaped(value)))
        .collect();
    let path = ctx.href("/authority/audit");
    if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) }
}

fn row(ctx: &Ctx, entry: &AuditEntry) -> AnyView {
    let lang = ctx.lang;
    let subject = AuditFilter { subject: Some(entry.subject.clone()), ..AuditFilter::default() };
    let account = AuditFilter { account: Some(entry.login.clone()), ..AuditFilter::default() };
    let case = entry.case.map(|id| {
        let text = lang.pick(format!("第 {id} 号事项"), format!("case {id}"));
        view! { <span class="block text-sm ks-mute num">{text}</span> }
    });
    let acting = entry
        .acting
        .clone()
        .map(|text| view! { <span class="block text-sm ks-mute">{text}</span> });
    let reason = (!entry.reason.is_empty()).then(|| view! { <p>{entry.reason.clone()}</p> });
    let facts: Vec<_> = entry
        .facts
        .iter()
        .map(|(name, value)| {
            view! { <li><code class="ks-fmt">{name.clone()}</code>" "{value.clone()}</li> }
        })
        .collect();
    let seq = entry.seq;
    view! {
        <tr>
            <th scope="row" class="!font-normal nw">
                <span class="num font-medium">{seq}</span>
                <span class="block text-sm ks-mute num">{full_time(lang, entry.at)}</span>
            </th>
            <td data-l=lang.pick("事项", "What")>
                {entry.event.label.clone()}
                <span class="block text-sm ks-mute">{entry.kind.label.clone()}" · "{entry.event.code.clone()}</span>
            </td>
            <td data-l=lang.pick("对象", "Subject")>
                <span><a class="ks-link num" href=address(ctx, &subject)>{entry.subject.clone()}</a>{case}</span>
            </td>
            <td data-l=lang.pick("经办人", "Who")>
                <span><a class="ks-link" href=address(ctx, &account)>{entry.name.clone()}</a>{acting}</span>
            </td>
            <td class="!whitespace-normal" data-l=lang.pick("说明", "Details")>
                <div>
                    {reason}
                    <details class="text-sm">
                        <summary class="cursor-pointer ks-mute w-fit py-1">
                            {lang.pick("详情", "Facts and hash")}<span class="sr-only">{format!(" {seq}")}</span>
                        </summary>
                        <ul class="mt-1 space-y-1">{facts}</ul>
                        <p class="mt-1">"SM3 "{hash(&entry.hash)}</p>
                    </details>
                </div>
            </td>
        </tr>
    }
    .into_any()
}
