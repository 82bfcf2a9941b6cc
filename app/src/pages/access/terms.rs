//! The documents of a grant: read, signed by the applicant, signed by the provider.

use kaishu_portal::access::{ApplicationView, Document, Signature};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::dates::full_time;
use crate::ui::form::{Field, Typed};
use crate::ui::heading::section_head;
use crate::ui::meta::{fact, hash, meta};

/// Draws the documents, and the form to sign them for whoever is to.
pub(super) fn draw(ctx: &Ctx, found: &ApplicationView, typed: &Typed) -> Option<AnyView> {
    if found.documents.is_empty() {
        return None;
    }
    let lang = ctx.lang;
    let documents: Vec<_> = found.documents.iter().map(|it| document(ctx, it)).collect();
    let view = view! {
        <section aria-labelledby="h-terms" class="mb-10">
            {section_head("h-terms", lang.pick("承诺书和协议", "Commitment and agreement"))}
            {documents}
            {sign(ctx, found, typed)}
        </section>
    };
    Some(view.into_any())
}

fn document(ctx: &Ctx, document: &Document) -> AnyView {
    let lang = ctx.lang;
    let title = match document.kind.as_str() {
        "commitment_letter" => lang.pick("数据安全承诺书", "Security commitment"),
        _ => lang.pick("公共数据使用协议", "Usage agreement"),
    };
    let signed = |signature: &Option<Signature>| match signature {
        Some(it) => view! { {it.name.clone()}" "{full_time(lang, it.at)} }.into_any(),
        None => lang.pick("尚未签署", "not signed yet").into_any(),
    };
    let mut facts = vec![
        fact(lang.pick("登记号", "Register number"), document.id.to_string()),
        fact(lang.pick("文本摘要 SHA-256", "SHA-256 of the text"), hash(&document.sha256)),
        fact(lang.pick("申请人签署", "Signed by the applicant"), signed(&document.signed)),
    ];
    if document.kind != "commitment_letter" {
        let word = lang.pick("提供单位签署", "Signed for the provider");
        facts.push(fact(word, signed(&document.countersigned)));
    }
    let paper = document.is_signed().then(|| {
        let path = ctx.href(&format!("/applications/{}/documents/{}", document.case, document.id));
        let proof = ctx.href(&format!("/verify/{}", document.sha256));
        view! {
            <p class="mt-3 flex flex-wrap gap-x-6">
                <a class="ks-link" href=path>{lang.pick("下载 PDF", "Download as PDF")}</a>
                <a class="ks-link" href=proof>{lang.pick("核验页面", "Where it is proven genuine")}</a>
            </p>
        }
    });
    view! {
        <article class="mt-4">
            <h3 class="text-lg">{title}</h3>
            <div
                lang="zh"
                class="mt-2 border border-[var(--line-2)] p-4 max-h-[28rem] overflow-auto whitespace-pre-wrap text-[.9375rem]"
                tabindex="0"
                role="region"
                aria-label=title
            >
                {document.text.clone()}
            </div>
            {meta(facts)}
            {paper}
        </article>
    }
    .into_any()
}

fn sign(ctx: &Ctx, found: &ApplicationView, typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    let action = found
        .case
        .actions
        .iter()
        .find(|action| matches!(action.event.code.as_str(), "sign" | "countersign"))?;
    let terms = found.case.facts.get("terms").cloned().unwrap_or_default();
    let path = ctx.href(&format!("/applications/{}/act", found.case.id));
    let text = lang.pick(
        "签署的就是上面的文本：平台保存文本、摘要、签署人和时间，签署后不能修改。",
        "What is signed is the text above; the portal keeps it with its hash, who signed and when, and nobody changes it afterwards.",
    );
    let code = Field::code(lang.pick("一次性验证码", "One-time code"));
    let enrol = (!ctx.caller.has_second_factor()).then(|| {
        let path = ctx.href("/me/security/code");
        let text = lang.pick("签署前须设置一次性验证码：", "Signing needs one-time codes: ");
        let word = lang.pick("现在设置", "set them up now");
        view! { <p class="mt-3">{text}<a class="ks-link" href=path>{word}</a></p> }
    });
    let view = view! {
        <form method="post" action=path class="mt-6 max-w-[36rem]">
            <input type="hidden" name="version" value=found.case.version.to_string()/>
            <input type="hidden" name="key" value=format!("case-{}-{}", found.case.id, found.case.version)/>
            <input type="hidden" name="terms" value=terms/>
            <p>{text}</p>
            {enrol}
            {code.draw(typed)}
            <p class="mt-6">
                <button class="btn btn-primary" type="submit" name="event" value=action.event.code.clone()>
                    {action.event.label.clone()}
                </button>
            </p>
        </form>
    };
    Some(view.into_any())
}
