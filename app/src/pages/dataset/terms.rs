//! Class and conditions in words, with the law behind them (SRCH-03, CLS-08).

use kaishu_portal::entries::DatasetPage;
use kaishu_types::dataset::LegalBasis;
use kaishu_types::vocabulary::OpenClass;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::data::{data, foreign};
use crate::ui::law::quotation;
use crate::ui::meta::text_fact;

/// Draws why the class is what it is, and what follows from it.
pub(crate) fn section(ctx: &Ctx, found: &DatasetPage) -> AnyView {
    let words = ctx.words;
    let fields = &found.dataset.fields;
    let open = &fields.open;
    let heading =
        if open.class == OpenClass::Conditional { words.why_conditional } else { words.how_to_use };
    let text = match open.class {
        OpenClass::Unconditional if found.login_rule.is_some() => words.open_after_login,
        class => words.class_text(class),
    };
    let grounds: Vec<String> =
        open.grounds.iter().map(|code| found.terms.label("open_ground", code, ctx.lang)).collect();
    let grounds = (!grounds.is_empty()).then(|| {
        view! { <p class="mt-2 max-w-[40em]">{data(ctx.lang, grounds.join(words.separator))}</p> }
    });
    let reason = open.reason.clone().map(|text| {
        view! { <p class="mt-2 max-w-[40em]" lang=foreign(ctx.lang, &text)>{text.clone()}</p> }
    });
    let law = found.class_rule.as_ref().map(|rule| quotation(ctx, rule));
    let conditions = list(ctx, words.open_conditions, &open.conditions);
    let modes: Vec<String> = open.modes.iter().map(|mode| mode_label(ctx, mode)).collect();
    let facts = [
        (words.open_modes, (!modes.is_empty()).then(|| modes.join(words.separator))),
        (words.usage_requirements, fields.usage_requirements.clone()),
        (words.security_measures, open.security_measures.clone()),
        (words.legal_basis, basis_text(&open.basis)),
    ];
    let facts: Vec<_> = facts
        .into_iter()
        .filter_map(|(word, text)| {
            let text = text?;
            text_fact(word, Some(&text))
        })
        .collect();
    let facts =
        (!facts.is_empty()).then(|| view! { <dl class="ks-meta mt-5 max-w-[42em]">{facts}</dl> });
    view! {
        <section aria-labelledby="h-law" class="mt-12">
            <h2 id="h-law" class="text-xl">{heading}</h2>
            <p class="mt-2 max-w-[40em]">{text}</p>
            {grounds}
            {reason}
            {law}
            {conditions}
            {facts}
        </section>
    }
    .into_any()
}

fn list(ctx: &Ctx, heading: &'static str, lines: &[String]) -> Option<AnyView> {
    if lines.is_empty() {
        return None;
    }
    let rows: Vec<_> =
        lines.iter().map(|line| view! { <li>{data(ctx.lang, line.as_str())}</li> }).collect();
    Some(
        view! {
            <h3 class="mt-7 text-base">{heading}</h3>
            <ul class="mt-2 list-disc pl-5 max-w-[40em] space-y-1">{rows}</ul>
        }
        .into_any(),
    )
}

/// Names a way of delivery or a form of data.
pub(crate) fn mode_label(ctx: &Ctx, mode: &str) -> String {
    let (zh, en) = match mode {
        "download" | "file" => ("下载", "download"),
        "api" => ("接口", "API"),
        "query_verify" => ("查询核验", "query and verify"),
        "table_exchange" => ("库表交换", "table exchange"),
        "push" => ("推送", "push"),
        "offline" => ("线下", "offline"),
        "text" => ("文本", "text"),
        "number" => ("数字", "numbers"),
        "table" | "chart" => ("图表", "tables"),
        "image" => ("图像", "images"),
        "audio" => ("音频", "audio"),
        "video" => ("视频", "video"),
        "e_certificate" => ("电子证照", "e-certificates"),
        "e_archive" => ("电子档案", "e-archives"),
        "document" => ("文件", "documents"),
        other => return other.to_owned(),
    };
    ctx.lang.pick(zh, en).to_owned()
}

/// Writes the norms behind a class, one after the other.
pub(crate) fn basis_text(basis: &[LegalBasis]) -> Option<String> {
    let parts: Vec<String> = basis
        .iter()
        .map(|norm| {
            let title = if norm.title.starts_with('《') {
                norm.title.clone()
            } else {
                format!("《{}》", norm.title)
            };
            format!("{title}{}", norm.article.as_deref().unwrap_or_default())
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join("；"))
}
