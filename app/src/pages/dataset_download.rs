//! Taking a file: the receipt is shown first, then the download begins by itself (DL-01, DL-04).

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, Method};
use kaishu_portal::Portal;
use kaishu_portal::downloads::{Download, not_in_advance};
use kaishu_portal::retrieval::Client;
use kaishu_types::receipt::ReceiptView;
use kaishu_types::{DatasetCode, ErrorCode};
use leptos::prelude::*;

use super::dataset;
use super::dataset_resource::{parse_id, unknown};
use super::receipt_facts::{attribution, receipt_facts};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, Section, respond};
use crate::prefetch::is_prefetch;
use crate::ui::crumbs::crumbs;
use crate::ui::heading::page_head;
use crate::ui::icon::icon;
use crate::ui::numbers::size;

/// `GET /datasets/{code}/resources/{id}/download`
pub(crate) async fn show(
    ctx: Ctx,
    method: Method,
    headers: HeaderMap,
    client: Option<Extension<Client>>,
    State(portal): State<Portal>,
    Path((code, id)): Path<(String, String)>,
) -> Response {
    if method == Method::HEAD {
        // Asking for the head of a page takes nothing, so it leaves no receipt behind.
        let allowed = allow(&ctx, &portal, &code, &id).await;
        return respond(&ctx, || {
            allowed?;
            Ok(Page::new(ctx.words.download, ()).private())
        });
    }
    if is_prefetch(&headers) {
        return respond(&ctx, || Err(not_in_advance(ctx.lang).into()));
    }
    let client = client.map(|Extension(client)| client);
    let taken = take(&ctx, &portal, (&code, &id), client).await;
    respond(&ctx, || Ok(page(&ctx, &portal, &taken?)))
}

/// Asks whether the file may be taken.
async fn allow(ctx: &Ctx, portal: &Portal, code: &str, id: &str) -> Result<Download, AppError> {
    let parsed: DatasetCode = dataset::parse_code(ctx, code)?;
    let number = parse_id(ctx, &parsed, id)?;
    match portal.open_download(&ctx.caller, &parsed, number, ctx.lang).await {
        Ok(download) => Ok(download),
        Err(error) if error.code() == ErrorCode::NotFound => match portal.dataset(&parsed).await {
            Ok(_) => Err(unknown(ctx, &parsed, id)),
            Err(error) => Err(AppError::or_unknown(error, || dataset::unknown(ctx, code))),
        },
        Err(error) => Err(error.into()),
    }
}

/// Issues the receipt, in the language of the page.
async fn take(
    ctx: &Ctx,
    portal: &Portal,
    (code, id): (&str, &str),
    client: Option<Client>,
) -> Result<ReceiptView, AppError> {
    let download = allow(ctx, portal, code, id).await?;
    let receipt = portal.issue_receipt(&download, client).await?;
    Ok(portal.receipt_in(receipt, ctx.lang).await?)
}

fn page(ctx: &Ctx, portal: &Portal, receipt: &ReceiptView) -> Page {
    let words = ctx.words;
    let code = &receipt.dataset;
    let original = format!(
        "/api/v1/datasets/{code}/resources/{}/original?receipt={}",
        receipt.resource_id.unwrap_or_default(),
        receipt.code
    );
    let verify = ctx.href(&format!("/verify/{}", receipt.code));
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![
                (words.datasets.to_owned(), Some("/datasets".to_owned())),
                (receipt.dataset_title.clone(), Some(format!("/datasets/{code}"))),
                (words.download.to_owned(), None),
            ])}
            {page_head(&receipt.resource_title, words.download_starts)}
            <div class="max-w-[52rem]">
                <p class="mb-8">
                    <a class="btn btn-primary" rel="nofollow" href=original.clone()>
                        {icon("download")}{words.download}
                        {receipt.size_bytes.map(|bytes| view! { <span class="font-normal num">"("{size(bytes)}")"</span> })}
                    </a>
                </p>
                <section aria-labelledby="h-line" class="border-t-2 border-[var(--color-base-content)] pt-4">
                    <h2 id="h-line" class="text-xl">{words.attribution_line}</h2>
                    <p class="mt-1 ks-mute">{words.attribution_text}</p>
                    {attribution(ctx, &receipt.attribution)}
                </section>
                <section aria-labelledby="h-receipt" class="mt-12">
                    <h2 id="h-receipt" class="text-xl">{words.receipt}</h2>
                    <p class="mt-1 ks-mute">
                        {words.receipt_text}
                        {ctx.gap()}
                        <a class="ks-link" href=verify>{words.verify_receipt}</a>
                    </p>
                    {receipt_facts(ctx, &portal.directory(), receipt)}
                </section>
            </div>
        </main>
    };
    let mut page =
        Page::new(receipt.resource_title.clone(), body).section(Section::Datasets).private();
    page.refresh = Some(format!("0;url={original}"));
    page
}
