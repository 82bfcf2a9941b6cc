//! What a receipt proves, for the page of the download and the page that verifies it.

use kaishu_portal::directory::Directory;
use kaishu_types::receipt::ReceiptView;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::data::data;
use crate::ui::dates::full_time;
use crate::ui::meta::{fact, hash, text_fact};
use crate::ui::numbers::{size, thousands};

/// Draws the facts of a receipt.
pub(crate) fn receipt_facts(ctx: &Ctx, directory: &Directory, receipt: &ReceiptView) -> AnyView {
    let words = ctx.words;
    let code = &receipt.dataset;
    let dataset = ctx.href(&format!("/datasets/{code}"));
    let version = ctx.href(&format!("/datasets/{code}/versions/{}", receipt.version));
    let provider = ctx.href(&format!("/organizations/{}", receipt.provider.code));
    let exact = |bytes: u64| {
        let short = ctx.lang.pick(format!("（{}）", size(bytes)), format!(" ({})", size(bytes)));
        format!("{} {}{short}", thousands(bytes), words.bytes)
    };
    let mut facts = vec![
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
        fact(words.retrieved, words.retrieved(receipt.kind)),
        fact(words.retrieved_at, full_time(ctx.lang, receipt.retrieved_at)),
        fact(words.licence, licence(ctx, directory, receipt)),
    ];
    facts.extend(text_fact(
        words.file_name,
        Some(receipt.file_name.as_str()).filter(|it| !it.is_empty()),
    ));
    facts.extend(text_fact(words.question, receipt.question.as_deref()));
    facts.push(fact(words.size, receipt.size_bytes.map_or(words.size_not_known.to_owned(), exact)));
    for (word, sum) in [("SHA-256", &receipt.sha256), ("SM3", &receipt.sm3)] {
        facts.extend(sum.as_deref().map(|sum| fact(word, hash(sum))));
    }
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

/// Names the licence, and that it was accepted with the retrieval (AGR-10).
fn licence(ctx: &Ctx, directory: &Directory, receipt: &ReceiptView) -> AnyView {
    let name = data(ctx.lang, directory.label("licence", &receipt.licence, ctx.lang));
    let accepted = receipt.licence_accepted.then(|| {
        let text = ctx.lang.pick("获取时已接受", "accepted with this retrieval");
        view! { <span class="block text-sm ks-mute">{text}</span> }
    });
    view! { {name} {accepted} }.into_any()
}
