//! Class and conditions in words, with the law behind them (SRCH-03, CLS-08).

use kaishu_portal::entries::DatasetPage;
use kaishu_types::dataset::{LegalBasis, OpenTerms};
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
        OpenClass::Unconditional if found.opens_after_login => words.open_after_login,
        class => words.class_text(class),
    };
    let grounds: Vec<String> =
        open.grounds.iter().map(|code| found.terms.label("open_ground", code, ctx.lang)).collect();
    let grounds = (!grounds.is_empty()).then(|| {
        let stop = ctx.lang.pick("。", ".");
        let grounds = data(ctx.lang, joined(ctx, &grounds));
        view! { <p class="mt-2 max-w-[40em]">{words.grounds}{grounds}{stop}</p> }
    });
    let reason = open.reason.clone().map(|text| {
        view! { <p class="mt-2 max-w-[40em]" lang=foreign(ctx.lang, &text)>{text.clone()}</p> }
    });
    let law = found.class_rule.as_ref().map(|rule| quotation(ctx, rule));
    let conditions = list(ctx, words.open_conditions, &open.conditions);
    let modes: Vec<String> = open.modes.iter().map(|mode| mode_label(ctx, mode)).collect();
    let modes = (!modes.is_empty()).then(|| {
        let before = if waits_for_grant(found) { words.after_application } else { "" };
        format!("{before}{}", modes.join(words.separator))
    });
    let facts = [
        (words.open_modes, modes),
        (words.usage_requirements, fields.usage_requirements.clone()),
        (words.security_measures, open.security_measures.clone()),
        (words.open_materials, materials(ctx, open)),
        (words.agreement_text, open.agreement.as_deref().map(|code| agreement(ctx, found, code))),
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

/// Names what applicants give (APP-03).
fn materials(ctx: &Ctx, open: &OpenTerms) -> Option<String> {
    let demanded = kaishu_domain::material::demanded(open);
    let names: Vec<&str> = demanded.into_iter().map(|kind| kind.label(ctx.lang)).collect();
    (!names.is_empty()).then(|| names.join(ctx.words.separator))
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

/// Whether all that an entry declares comes on application only.
pub(crate) fn waits_for_grant(found: &DatasetPage) -> bool {
    let dataset = &found.dataset;
    dataset.fields.open.class == OpenClass::Conditional && dataset.resources.is_empty()
}

/// Joins terms inside a sentence, where in English they lose their capitals but for names.
fn joined(ctx: &Ctx, terms: &[String]) -> String {
    let terms: Vec<String> = terms.iter().map(|term| in_sentence(term)).collect();
    terms.join(ctx.words.separator)
}

/// Writes a term as it stands in the middle of a sentence: `API` and `GPS tracks` stay as they are.
fn in_sentence(term: &str) -> String {
    let mut letters = term.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(next)) if first.is_ascii_uppercase() && next.is_ascii_lowercase() => {
            first.to_ascii_lowercase().to_string() + letters.as_str()
        }
        _ => term.to_owned(),
    }
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

/// Returns what the agreement is called that is signed before the data is given.
fn agreement(ctx: &Ctx, found: &DatasetPage, code: &str) -> String {
    match code {
        "standard" => ctx.lang.pick("标准使用协议", "Standard usage agreement").to_owned(),
        code => found.terms.label("agreement", code, ctx.lang),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_lose_their_capital_inside_a_sentence() {
        assert_eq!(in_sentence("Trade secrets"), "trade secrets");
        assert_eq!(in_sentence("GPS tracks"), "GPS tracks");
        assert_eq!(in_sentence("商业秘密"), "商业秘密");
        assert_eq!(in_sentence(""), "");
    }
}
