//! Signed documents to take away, and the page that proves one genuine (AGR-05).

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use http::{HeaderValue, header};
use kaishu_portal::Portal;
use kaishu_portal::access::{ProvenDocument, SignedPaper};
use kaishu_types::{ErrorCode, Lang};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::dates::{day_text, full_time};
use crate::ui::meta::{fact, hash, meta, text_fact};

/// `GET /applications/{id}/documents/{document}`
pub(crate) async fn take(
    ctx: Ctx,
    Path((case, document)): Path<(String, String)>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let (Ok(case), Ok(document)) = (case.parse(), document.parse()) else {
        let message = ctx.lang.pick("没有这份文件", "there is no such document");
        return respond(&ctx, || Err(AppError::new(ErrorCode::NotFound, message)));
    };
    match portal.signed_paper(&ctx.caller, case, document, ctx.lang).await {
        Ok(found) => file(found),
        Err(error) => {
            let back = ctx.href(&format!("/applications/{case}"));
            let word = ctx.lang.pick("回到申请", "Back to the application");
            respond(&ctx, || Err(AppError::from(error).with_remedy(word, &back)))
        }
    }
}

fn file(found: SignedPaper) -> Response {
    let disposition = format!("attachment; filename=\"{}\"", found.file_name);
    let mut response = found.paper.pdf.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// Draws the page of a document that is genuine: what it is of, when it was signed, what came of it. Who applied is
/// not told: whoever holds the document reads it there.
pub(crate) fn certificate(ctx: &Ctx, today: NaiveDate, found: &ProvenDocument) -> Page {
    let lang = ctx.lang;
    let document = &found.document;
    let kind = match document.kind.as_str() {
        "commitment_letter" => lang.pick("数据安全承诺书", "Security commitment"),
        _ => lang.pick("公共数据使用协议", "Usage agreement"),
    };
    let title = match lang {
        Lang::Zh => format!("{kind}（{}）有效签署", found.number),
        Lang::En => format!("{kind} {} is genuine", found.number),
    };
    let link = ctx.href(&format!("/datasets/{}", found.code));
    let of_dataset = view! {
        <a class="ks-link" href=link>{data(lang, found.title.clone())}</a>
        " "
        <span class="num ks-mute">{found.code.to_string()}</span>
    };
    let mut facts = vec![
        fact(lang.pick("文件", "Document"), kind),
        fact(lang.pick("编号", "Number"), found.number.clone()),
        fact(lang.pick("登记号", "Register number"), document.id.to_string()),
        fact(lang.pick("数据集", "Dataset"), of_dataset),
        fact(lang.pick("提供单位", "Provider"), data(lang, found.provider.label(lang).to_owned())),
    ];
    let sides = [
        (lang.pick("申请人签署时间", "Signed by the applicant"), &document.signed),
        (lang.pick("提供单位签署时间", "Signed for the provider"), &document.countersigned),
    ];
    for (name, signature) in sides {
        facts.extend(signature.as_ref().map(|it| fact(name, full_time(lang, it.at))));
    }
    facts.push(fact(lang.pick("使用权限", "Grant"), standing(lang, today, found)));
    facts.push(fact(lang.pick("文本摘要 SHA-256", "SHA-256 of the text"), hash(&document.sha256)));
    let of_paper = lang.pick("PDF 文件摘要 SHA-256", "SHA-256 of the PDF");
    facts.extend(found.paper_sha256.as_deref().map(|it| fact(of_paper, hash(it))));
    let no_paper = lang.pick("还没有生成过 PDF", "none was made yet");
    facts.extend(text_fact(of_paper, found.paper_sha256.is_none().then_some(no_paper)));
    let sure = lang.pick(
        "本平台登记有这份文件，签署完成以后没有改动。",
        "This document is in the register of this portal and was not changed since it was signed.",
    );
    let how = lang.pick(
        "要确认手里的 PDF 就是这一份：计算文件的 SHA-256，与上面的文件摘要比较；一字不同，摘要就不同。本页不显示申请人。",
        "To make sure that a PDF is this very one, compute its SHA-256 and compare it with the one above: one changed sign changes it. This page does not tell who applied.",
    );
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![
                (ctx.words.verify_receipt.to_owned(), Some("/verify".to_owned())),
                (found.number.clone(), None),
            ])}
            <div class="ks-note is-ok max-w-[52rem] mx-auto mt-6" role="status"><p>{sure}</p></div>
            <article class="max-w-[52rem] mx-auto pt-12">
                <h1 class="text-[1.75rem] text-center tracking-[.06em] [font-family:var(--font-song)]">{kind}</h1>
                <p class="mt-3 mb-5 text-center num">{found.number.clone()}</p>
                <div class="ks-rule"></div>
                {meta(facts)}
                <p class="mt-8">{how}</p>
            </article>
        </main>
    };
    Page::new(title, body).private()
}

fn standing(lang: Lang, today: NaiveDate, found: &ProvenDocument) -> String {
    let Some(grant) = &found.grant else {
        return lang.pick("还没有生效", "not in force yet").to_owned();
    };
    let (first, last) = (day_text(lang, grant.first_day), day_text(lang, grant.last_day));
    if grant.last_day < today {
        return lang.pick("已经到期", "over").to_owned();
    }
    if !grant.is_active {
        return lang.pick("暂停或者已经收回", "suspended or taken back").to_owned();
    }
    match lang {
        Lang::Zh => format!("有效，自 {first} 至 {last}"),
        Lang::En => format!("in force from {first} to {last}"),
    }
}
