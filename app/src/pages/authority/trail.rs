//! The trail of a copy: where it came from, who approved it, and which other copies were delivered (SEC-02).

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::administration::TrailAsked;
use kaishu_types::ErrorCode;
use kaishu_types::case::CaseKind;
use kaishu_types::receipt::{ReceiptView, Retrieved};
use kaishu_types::trail::{
    TrailAct, TrailFile, TrailOpening, TrailRequest, TrailSource, TrailView,
};
use leptos::prelude::*;

use super::{authority_page, table};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::class_mark::{MarkSize, class_mark};
use crate::ui::data::data;
use crate::ui::dates::{full_day, full_time};
use crate::ui::fields::{label, line};
use crate::ui::form::{Typed, summary};
use crate::ui::heading::section_head;
use crate::ui::meta::{fact, hash, meta, text_fact};

/// Where the page is.
const PAGE: &str = "/authority/trail";

/// `GET /authority/trail`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["of", "before"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let of = asked.get("of").map(|of| of.trim()).filter(|of| !of.is_empty());
    // A place that is none is the beginning.
    let before = asked.get("before").and_then(|before| before.parse().ok());
    let typed = Typed::default().with("of", of.unwrap_or_default());
    if let Err(refused) = portal.permit_trail(&ctx.caller, ctx.lang) {
        return respond(&ctx, || Err(refused.into()));
    }
    let found = match of.map(TrailAsked::read) {
        None => return respond(&ctx, || Ok(page(&ctx, &typed, None))),
        Some(None) => None,
        Some(Some(asked)) => {
            match Box::pin(portal.trail(&ctx.caller, &asked, before, ctx.lang)).await {
                Ok(found) => Some(found),
                Err(error) if error.code() == ErrorCode::NotFound => None,
                Err(error) => return respond(&ctx, || Err(error.into())),
            }
        }
    };
    respond(&ctx, || match found {
        Some(found) => Ok(page(&ctx, &typed, Some(&found))),
        None => {
            let text = ctx.lang.pick(
                "平台没有这样的副本、数据集或者案件，或者不在您负责的地区。",
                "The portal knows no such copy, dataset or case, or it is of none of your regions.",
            );
            let mut page = page(&ctx, &typed.noticed(text), None);
            page.status = http::StatusCode::NOT_FOUND;
            page.error = Some(AppError::new(ErrorCode::NotFound, text));
            Ok(page)
        }
    })
}

fn page(ctx: &Ctx, typed: &Typed, found: Option<&TrailView>) -> Page {
    let lang = ctx.lang;
    let of = label(
        typed,
        "of",
        lang.pick("手上有什么", "What you hold"),
        lang.pick(
            "回执编号、文件的 SHA-256、数据集编号，或者开放申请、共享申请、案件的编号",
            "Number of a receipt, SHA-256 of a file, code of a dataset, or number of an application, a share request or a case",
        ),
    );
    let answer = found.map(|found| answer(ctx, found, typed.value("of")));
    let body = view! {
        {summary(ctx, typed)}
        <form method="get" action=ctx.href(PAGE) class="max-w-[44rem]">
            {line(&of, "text", typed.value("of"))}
            <p class="mt-4"><button class="btn btn-primary" type="submit">{lang.pick("追溯", "Trace")}</button></p>
        </form>
        {answer}
    };
    let title = lang.pick("数据副本追溯", "Trail of copies");
    let lead = lang.pick(
        "从一份已经取走的数据查到数据集、版本、文件、提供单位、开放类型和审批经过；也可以从数据集或者案件查到已经取走的副本。按回执能查到的为限；凭授权取得的副本可以查到申请和协议，单位之间共享的，包括线下交付的，可以查到共享申请和审核经过；不登录取得数据的人不被识别。",
        "From a copy to its dataset, version, file, provider, class and approval, or from a dataset or a case to the copies that were delivered, as far as receipts tell. Copies taken under a grant lead to the application and the agreement, and what agencies share, handed over offline or not, to the share request and its approvals; whoever takes data without a login is not identified.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

fn answer(ctx: &Ctx, found: &TrailView, of: &str) -> AnyView {
    let lang = ctx.lang;
    let requests: Vec<_> = found.requests.iter().map(|it| request(ctx, it)).collect();
    let sources: Vec<_> = found.sources.iter().map(|it| source(ctx, it)).collect();
    // The page of a receipt tells nobody of what agencies share; its trail does.
    let is_shared = found.requests.iter().any(|it| it.kind == CaseKind::ShareRequest);
    let rows: Vec<_> = found.copies.iter().map(|it| copy(ctx, it, is_shared)).collect();
    let copies = match rows.is_empty() {
        true => {
            let none = lang.pick("没有交付过副本的回执。", "No receipt of a copy is kept.");
            view! { <p class="py-4 ks-mute">{none}</p> }.into_any()
        }
        false => {
            let head = lang.pick(
                ["回执", "内容", "版本", "取得时间", "SHA-256"],
                ["Receipt", "What", "Version", "Taken", "SHA-256"],
            );
            table(lang.pick("副本，最新的在前", "Copies, the newest first"), &head, rows)
        }
    };
    let next = found.next.map(|next| {
        let next = next.to_string();
        let query = kaishu_types::query::encode(&[("of", of), ("before", next.as_str())]);
        let path = format!("{}?{query}", ctx.href(PAGE));
        view! { <p class="mt-6"><a class="btn btn-outline" href=path>{lang.pick("更早的副本", "Earlier copies")}</a></p> }
    });
    view! {
        {requests}
        {sources}
        <section class="mt-14" aria-labelledby="h-copies">
            {section_head("h-copies", lang.pick("交付过的副本", "Copies that were delivered"))}
            {copies}
            {next}
        </section>
    }
    .into_any()
}

/// The application or the share request under whose grant copies were taken.
fn request(ctx: &Ctx, it: &TrailRequest) -> AnyView {
    let lang = ctx.lang;
    let id = format!("h-request-{}", it.case);
    let is_shared = it.kind == CaseKind::ShareRequest;
    let (path, title, who) = match is_shared {
        true => (
            format!("/share/requests/{}", it.case),
            lang.pick("共享申请和审核", "Share request and its approvals"),
            lang.pick("使用单位", "Agency that asked"),
        ),
        false => (
            format!("/applications/{}", it.case),
            lang.pick("申请和协议", "Application and agreement"),
            lang.pick("申请人", "Applicant"),
        ),
    };
    let path = ctx.href(&path);
    let number = view! { <a class="ks-link num" href=path>{it.number.clone()}</a> };
    let mut facts = vec![
        fact(lang.pick("申请编号", "Number"), number),
        fact(who, data(lang, it.applicant.as_str())),
        fact(lang.pick("用途", "Purpose"), data(lang, it.purpose.as_str())),
        fact(lang.pick("状态", "State"), it.state.clone()),
    ];
    facts.extend(it.until.map(|day| fact(lang.pick("使用到", "Until"), full_day(lang, day))));
    facts.extend(text_fact(lang.pick("备案编号", "Filed as"), it.filing.as_deref()));
    let signed = it.documents.iter().map(|document| {
        let word = match document.kind.as_str() {
            "commitment_letter" => lang.pick("承诺书", "Commitment"),
            _ => lang.pick("使用协议", "Agreement"),
        };
        fact(word, view! { <span class="num">"#"{document.id}</span>" "{hash(&document.sha256)} })
    });
    facts.extend(signed);
    let acts: Vec<_> = it.acts.iter().map(|act| self::act(ctx, act)).collect();
    view! {
        <section class="mt-14 max-w-[54rem]" aria-labelledby=id>
            <h2 class="text-xl border-t-2 border-[var(--color-base-content)] pt-3" id=id.clone()>
                {title}
            </h2>
            {meta(facts)}
            <ol class="mt-4 divide-y divide-[var(--line)]">{acts}</ol>
        </section>
    }
    .into_any()
}

fn source(ctx: &Ctx, it: &TrailSource) -> AnyView {
    let lang = ctx.lang;
    let id = format!("h-{}-{}", it.dataset, it.version);
    let trail = format!("{}?of={}", ctx.href(PAGE), it.dataset);
    let number = view! { <a class="ks-link num" href=trail>{it.dataset.to_string()}</a> };
    let mut facts = vec![
        fact(lang.pick("数据集", "Dataset"), number),
        fact(lang.pick("现在的状态", "State now"), it.state.label(lang)),
        fact(lang.pick("版本", "Version"), ctx.words.version_number(it.version)),
        fact(lang.pick("版本发布", "Published"), full_time(lang, it.published_at)),
        fact(lang.pick("提供单位", "Provider"), data(lang, it.provider.label(lang))),
        fact(lang.pick("开放类型", "Class"), class_mark(lang, it.class, MarkSize::Normal)),
        fact(lang.pick("许可", "Licence"), data(lang, it.licence.as_str())),
    ];
    facts
        .extend(it.files.iter().map(|file| fact(lang.pick("文件", "File"), self::file(ctx, file))));
    facts.extend(
        it.imported_from
            .as_ref()
            .map(|from| fact(lang.pick("导入自", "Imported from"), data(lang, from.name.as_str()))),
    );
    let opening = match &it.opening {
        Some(opening) => self::opening(ctx, opening),
        None => {
            let none = lang.pick(
                "没有审查记录：目录是导入的，或者在审查记录建立以前发布。",
                "There is no review: the entry was imported, or published before reviews were kept.",
            );
            view! { <p class="mt-3 ks-mute">{none}</p> }.into_any()
        }
    };
    let refreshed = it.refreshed.as_ref().map(|act| {
        let rows = vec![self::act(ctx, act)];
        view! {
            <p class="mt-4">{lang.pick("结构相同的新数据，沿用原来的审批：", "Newer data of the same structure, under the same approval:")}</p>
            <ol class="mt-1 divide-y divide-[var(--line)]">{rows}</ol>
        }
    });
    view! {
        <section class="mt-14 max-w-[54rem]" aria-labelledby=id>
            <h2 class="text-xl border-t-2 border-[var(--color-base-content)] pt-3" id=id.clone()>{data(lang, it.title.as_str())}</h2>
            {meta(facts)}
            <h3 class="mt-6 text-base">{lang.pick("开放审批", "Approval")}</h3>
            {opening}
            {refreshed}
        </section>
    }
    .into_any()
}

fn file(ctx: &Ctx, it: &TrailFile) -> AnyView {
    let sum = it.sha256.clone().map(|sum| {
        view! { <span class="block font-mono text-[.8125rem] break-all ks-mute">{sum}</span> }
    });
    view! { {data(ctx.lang, it.title.as_str())}{sum} }.into_any()
}

fn opening(ctx: &Ctx, it: &TrailOpening) -> AnyView {
    let lang = ctx.lang;
    let case = ctx.href(&format!("/workbench/cases/{}", it.case));
    let filing = it.filing.clone().map(|number| {
        view! { " · "{lang.pick("备案编号 ", "filed as ")}<span class="num">{number}</span> }
    });
    let acts: Vec<_> = it.acts.iter().map(|act| self::act(ctx, act)).collect();
    view! {
        <p class="mt-2">
            <a class="ks-link" href=case>{lang.pick("案件 ", "Case ")}<span class="num">{it.case}</span></a>
            {filing}
        </p>
        <ol class="mt-1 divide-y divide-[var(--line)]">{acts}</ol>
    }
    .into_any()
}

fn act(ctx: &Ctx, it: &TrailAct) -> AnyView {
    let lang = ctx.lang;
    let step = it.step.clone().map(|step| view! { {step}{lang.pick("：", ": ")} });
    let acting = it.acting.clone().map(|acting| view! { " · "{acting} });
    let reason = (!it.reason.is_empty()).then(|| {
        view! { <p class="text-[.9375rem] whitespace-pre-line">{data(lang, it.reason.as_str())}</p> }
    });
    view! {
        <li class="py-3">
            <p>{step}<b class="font-semibold">{it.event.label.clone()}</b>" "{data(lang, it.by.as_str())}{acting}</p>
            <p class="text-sm ks-mute">
                {full_time(lang, it.at)}" · "{lang.pick("日志第 ", "entry ")}<span class="num">{it.seq}</span>{lang.pick(" 条", " of the log")}
            </p>
            {reason}
        </li>
    }
    .into_any()
}

fn copy(ctx: &Ctx, it: &ReceiptView, is_shared: bool) -> AnyView {
    let lang = ctx.lang;
    let receipt = match is_shared {
        true => format!("{}?of={}", ctx.href(PAGE), it.code),
        false => ctx.href(&format!("/verify/{}", it.code)),
    };
    // What was handed over is no file: its medium is named.
    let what = match it.kind {
        Retrieved::Offline => it.resource_title.as_str(),
        _ => it.file_name.as_str(),
    };
    let kind = match it.kind {
        Retrieved::Original => lang.pick("原始文件", "Original file"),
        Retrieved::Export => lang.pick("导出", "Export"),
        Retrieved::Rows => lang.pick("逐页读取", "Rows"),
        Retrieved::Bundle => lang.pick("整个数据集", "Whole dataset"),
        Retrieved::Verified => lang.pick("核验", "Verification"),
        Retrieved::Offline => lang.pick("线下交付", "Handed over"),
    };
    let sum = it.sha256.clone().map(|sum| {
        let start: String = sum.chars().take(16).collect();
        view! { <span class="font-mono text-[.8125rem]" title=sum>{format!("{start}…")}</span> }
    });
    view! {
        <tr>
            <th scope="row" class="num !font-medium"><a class="ks-plain" href=receipt>{it.code.to_string()}</a></th>
            <td class="!whitespace-normal" data-l=lang.pick("内容", "What")>
                <span>{data(lang, what)}<span class="block text-sm ks-mute">{kind}</span></span>
            </td>
            <td class="num" data-l=lang.pick("版本", "Version")>{it.version}</td>
            <td data-l=lang.pick("取得时间", "Taken")>{full_time(lang, it.retrieved_at)}</td>
            <td data-l="SHA-256">{sum}</td>
        </tr>
    }
    .into_any()
}
