//! Verifying a receipt (DL-04) or a signed document (AGR-05): anybody with its number or its hash learns what was
//! taken or signed, whose it is, when.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use kaishu_portal::Portal;
use kaishu_portal::directory::Directory;
use kaishu_types::case::CaseKind;
use kaishu_types::receipt::ReceiptView;
use kaishu_types::{ErrorCode, Lang, ReceiptCode};
use leptos::prelude::*;

use super::access::papers;
use super::receipt_facts::{attribution, receipt_facts};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::heading::page_head;
use crate::ui::icon::icon;

/// `GET /verify`
pub(crate) async fn ask(Asked(ctx): Asked) -> Response {
    let asked = match kaishu_types::query::only(&ctx.query, &["receipt"], ctx.lang) {
        Ok(asked) => asked,
        Err(faults) => {
            let remedy = ctx.words.verify_receipt;
            return respond(&ctx, || Err(AppError::fields(faults).with_remedy(remedy, "/verify")));
        }
    };
    let typed = asked.get("receipt").map(|typed| tidy(typed)).unwrap_or_default();
    if typed.is_empty() {
        return respond(&ctx, || Ok(form_page(&ctx, None)));
    }
    if is_hash(&typed) {
        return Redirect::to(&ctx.href(&format!("/verify/{typed}"))).into_response();
    }
    match typed.parse::<ReceiptCode>() {
        Ok(code) => Redirect::to(&ctx.href(&format!("/verify/{code}"))).into_response(),
        Err(_) => respond(&ctx, || Ok(form_page(&ctx, Some(&typed)))),
    }
}

/// `GET /verify/{receipt}`
pub(crate) async fn show(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(number): Path<String>,
) -> Response {
    let typed = tidy(&number);
    if is_hash(&typed) {
        let found = portal.proven_document(&typed).await;
        return respond(&ctx, || match found {
            Ok(found) => Ok(papers::certificate(&ctx, portal.today(), &found)),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(form_page(&ctx, Some(&typed))),
            Err(error) => Err(AppError::from(error)),
        });
    }
    let Ok(code) = typed.parse::<ReceiptCode>() else {
        return respond(&ctx, || Ok(form_page(&ctx, Some(&typed))));
    };
    let request = match Box::pin(portal.request_behind(&ctx.caller, &code)).await {
        Ok(request) => request,
        Err(error) => return respond(&ctx, || Err(AppError::from(error))),
    };
    // What agencies share with each other is told on the page of the request only.
    if let Some((CaseKind::ShareRequest, case)) = request {
        return Redirect::to(&ctx.href(&format!("/share/requests/{case}"))).into_response();
    }
    let onward = Onward {
        request: request.map(|(_, case)| case),
        may_trace: portal.permit_trail(&ctx.caller, ctx.lang).is_ok(),
    };
    let found = find(&portal, &code, ctx.lang).await;
    respond(&ctx, || match found {
        Ok(receipt) => Ok(certificate(&ctx, &portal.directory(), &receipt, &onward)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(form_page(&ctx, Some(&typed))),
        Err(error) => Err(AppError::from(error)),
    })
}

/// Where the reader may follow a copy to (SEC-02).
struct Onward {
    /// The application under whose grant it was taken.
    request: Option<i64>,
    /// Whether they may trace copies.
    may_trace: bool,
}

/// Finds a receipt, in a language.
async fn find(
    portal: &Portal,
    code: &ReceiptCode,
    lang: Lang,
) -> kaishu_portal::Result<ReceiptView> {
    portal.receipt_in(portal.receipt(code).await?, lang).await
}

/// Whether it is the hash of a document, of its text or its PDF.
fn is_hash(typed: &str) -> bool {
    typed.len() == 64 && typed.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Takes out what copying and typing add: spaces, and dashes of other kinds. Full-width letters and
/// digits become plain ones.
pub(super) fn tidy(typed: &str) -> String {
    typed
        .chars()
        .filter(|char| !char.is_whitespace() && !char.is_control())
        .map(|char| match char {
            '‐' | '‑' | '–' | '—' | '－' | '−' => '-',
            '！'..='～' => char::from_u32(u32::from(char) - 0xFEE0).unwrap_or(char),
            other => other,
        })
        .take(80)
        .collect()
}

/// Draws the field for the number; with a number that is none, why it is none.
fn form_page(ctx: &Ctx, wrong: Option<&str>) -> Page {
    let words = ctx.words;
    let value = wrong.unwrap_or_default().to_owned();
    let title = match (wrong, ctx.lang) {
        (None, _) => words.verify_receipt.to_owned(),
        (Some(number), Lang::Zh) => format!("没有编号为 {number} 的回执"),
        (Some(number), Lang::En) => format!("There is no receipt {number}"),
    };
    let explanation = wrong.map(|_| {
        view! {
            <div class="ks-error mb-8" role="alert" id="wrong">
                <p>{words.receipt_unknown}</p>
                <ul class="mt-2 list-disc pl-5">
                    <li>{words.receipt_form}</li>
                    <li>{words.receipt_letters}</li>
                    <li>{words.receipt_other}</li>
                </ul>
            </div>
        }
    });
    let described = if wrong.is_some() { "wrong hint" } else { "hint" };
    let invalid = wrong.map(|_| "true");
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![(words.verify_receipt.to_owned(), None)])}
            {page_head(&title, words.verify_lead)}
            <div class="max-w-[44rem]">
                {explanation}
                <form action=ctx.href("/verify") method="get">
                    <label class="font-semibold" for="receipt">{words.receipt_number}</label>
                    <p class="ks-mute text-[.9375rem] mb-2" id="hint">{words.receipt_example}</p>
                    <div class="flex flex-wrap gap-2">
                        <input
                            class="input grow font-mono"
                            id="receipt"
                            name="receipt"
                            value=value
                            maxlength="80"
                            autocomplete="off"
                            autocapitalize="characters"
                            spellcheck="false"
                            required
                            aria-describedby=described
                            aria-invalid=invalid
                        />
                        <button class="btn btn-primary" type="submit">{icon("verified")}{words.verify}</button>
                    </div>
                </form>
                <p class="mt-8 ks-mute">{words.verify_private}</p>
            </div>
        </main>
    };
    let mut page = Page::new(title, body).private();
    if wrong.is_some() {
        page.status = StatusCode::NOT_FOUND;
        page.error = Some(AppError::new(ErrorCode::NotFound, words.receipt_unknown));
    }
    page
}

fn certificate(ctx: &Ctx, directory: &Directory, receipt: &ReceiptView, onward: &Onward) -> Page {
    let words = ctx.words;
    let title = match ctx.lang {
        Lang::Zh => format!("回执 {} 有效", receipt.code),
        Lang::En => format!("Receipt {} is genuine", receipt.code),
    };
    let check = receipt.sha256.is_some().then(|| {
        view! {
            <h2 class="mt-10 text-lg">{words.check_file}</h2>
            <p class="mt-2">{words.check_file_text}</p>
            <pre class="ks-code mt-3" tabindex="0">{check_commands(receipt)}</pre>
        }
    });
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![
                (words.verify_receipt.to_owned(), Some("/verify".to_owned())),
                (receipt.code.to_string(), None),
            ])}
            <div class="ks-note is-ok max-w-[52rem] mx-auto mt-6" role="status">
                <p>
                    <b class="font-semibold">{words.receipt_genuine}</b>
                    {ctx.gap()}
                    {words.receipt_genuine_text}
                </p>
            </div>
            <article class="max-w-[52rem] mx-auto pt-12">
                <h1 class="text-[1.75rem] text-center tracking-[.06em] [font-family:var(--font-song)]">
                    {words.receipt_title}
                </h1>
                <p class="mt-3 mb-5 text-center num">{receipt.code.to_string()}</p>
                <div class="ks-rule"></div>
                {receipt_facts(ctx, directory, receipt)}
                <h2 class="mt-10 text-lg">{words.attribution_line}</h2>
                {attribution(ctx, &receipt.attribution)}
                {check}
                {ways_on(ctx, receipt, onward)}
                <p class="mt-8 ks-mute text-sm">{words.verify_private}</p>
            </article>
        </main>
    };
    Page::new(title, body).private()
}

/// Leads from a copy to its grant, and to its trail.
fn ways_on(ctx: &Ctx, receipt: &ReceiptView, onward: &Onward) -> Option<AnyView> {
    let lang = ctx.lang;
    let request = onward.request.map(|case| {
        let path = ctx.href(&format!("/applications/{case}"));
        let text = lang.pick(
            "取得这份数据所凭的申请和授权",
            "The application and the grant that it was taken under",
        );
        view! { <li><a class="ks-link" href=path>{text}</a></li> }
    });
    let trail = onward.may_trace.then(|| {
        let path = format!("{}?of={}", ctx.href("/authority/trail"), receipt.code);
        let text = lang.pick(
            "追溯这份副本的来源、审批和申请",
            "Trace this copy to its source, its approval and its request",
        );
        view! { <li><a class="ks-link" href=path>{text}</a></li> }
    });
    let leads = request.is_some() || trail.is_some();
    leads.then(|| {
        view! {
            <h2 class="mt-10 text-lg">{lang.pick("授权和追溯", "Grant and trail")}</h2>
            <ul class="mt-2">{request}{trail}</ul>
        }
        .into_any()
    })
}

/// Writes the commands that compute the digest of the file, for the three common systems.
fn check_commands(receipt: &ReceiptView) -> String {
    let name = receipt.file_name.replace(['"', '\n', '\r', '`', '$', '\\'], "_");
    format!("sha256sum \"{name}\"\nshasum -a 256 \"{name}\"\ncertutil -hashfile \"{name}\" SHA256")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_copy_them() {
        assert_eq!(tidy(" R-20261121-7F3A22C0\n"), "R-20261121-7F3A22C0");
        assert_eq!(tidy("R–20261121—7F3A22C0"), "R-20261121-7F3A22C0");
        assert_eq!(tidy("Ｒ－２０２６"), "R-2026");
        assert_eq!(tidy(&"A".repeat(100)).len(), 80);
        assert_eq!(tidy("　"), "");
    }
}
