//! What a receipt proves, for the page of the download and the page that verifies it.

use kaishu_portal::directory::Directory;
use kaishu_types::receipt::ReceiptView;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::data::data;
use crate::ui::dates::full_time;
use crate::ui::meta::{fact, hash};
use crate::ui::numbers::{size, thousands};

/// Draws the facts of a receipt.
pub(crate) fn receipt_facts(ctx: &Ctx, directory: &Directory, receipt: &ReceiptView) -> AnyView {
    let words = ctx.words;
    let code = &receipt.dataset;
    let dataset = ctx.href(&format!("/datasets/{code}"));
    let version = ctx.href(&format!("/datasets/{code}/versions/{}", receipt.version));
    let provider = ctx.href(&format!("/organizations/{}", receipt.provider.code));
    let facts = vec![
        fact(words.receipt_number, hash(receipt.code.as_str())),
        fact(
            words.dataset,
            view! {
                <a class="ks-link" href=dataset>{data(ctx.lang, receipt.dataset_title.as_str())}</a>
                " "
                <span class="ks-mute num">{code.to_string()}</span>
            },
        ),
        fact(
            words.version,
            view! { <a class="ks-link" href=version>{words.version_number(receipt.version)}</a> },
        ),
        fact(
            words.provider,
            view! { <a class="ks-link" href=provider>{data(ctx.lang, receipt.provider.label(ctx.lang))}</a> },
        ),
        fact(words.retrieved_at, full_time(ctx.lang, receipt.retrieved_at)),
        fact(words.file_name, data(ctx.lang, receipt.file_name.as_str())),
        fact(
            words.size,
            format!(
                "{} {}{}",
                thousands(receipt.size_bytes),
                words.bytes,
                ctx.lang.pick(
                    format!("（{}）", size(receipt.size_bytes)),
                    format!(" ({})", size(receipt.size_bytes)),
                )
            ),
        ),
        fact(words.licence, data(ctx.lang, directory.label("licence", &receipt.licence, ctx.lang))),
        fact("SHA-256", hash(&receipt.sha256)),
        fact("SM3", hash(&receipt.sm3)),
    ];
    view! { <dl class="ks-meta mt-2 border-b border-[var(--line-2)]">{facts}</dl> }.into_any()
}

/// Draws the line that attributes the data, ready to be copied as a whole.
pub(crate) fn attribution(ctx: &Ctx, line: &str) -> AnyView {
    view! {
        <p class="mt-3 border-y border-[var(--line)] py-3 select-all">
            {data(ctx.lang, line)}
        </p>
    }
    .into_any()
}
