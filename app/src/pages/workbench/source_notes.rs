//! What is said beside an entry where another provider's data differs (SHR-12).

use kaishu_portal::sharing::SourceNote;
use kaishu_types::Lang;
use kaishu_types::sources::SourceResult;
use leptos::prelude::*;

use super::sources::BENCH;
use crate::ctx::Ctx;
use crate::ui::data::data;
use crate::ui::dates::full_day;

/// What counts, in words.
pub(super) fn result_words(lang: Lang, result: &SourceResult) -> String {
    let source = result.source.as_ref().map(|code| {
        lang.pick(format!("以目录 {code} 的数据为准"), format!("the data of {code} counts"))
    });
    let value = (!result.value.is_empty()).then(|| result.value.clone());
    let parts: Vec<String> = source.into_iter().chain(value).collect();
    parts.join(lang.pick("；", "; "))
}

/// Says beside an entry where another provider's data differs, and what was decided about that.
pub(crate) fn notes(ctx: &Ctx, found: &[SourceNote]) -> Vec<AnyView> {
    found.iter().map(|it| note(ctx, it)).collect()
}

fn note(ctx: &Ctx, it: &SourceNote) -> AnyView {
    let lang = ctx.lang;
    let (code, provider) = (&it.other.0, it.other.1.label(lang));
    let item = &it.item;
    let title = lang.pick(
        format!("数据项“{item}”与{provider}的目录 {code} 不一致："),
        format!("“{item}” differs from {code} of {provider}: "),
    );
    let standing = it.standing.label(lang);
    let text = match &it.decided {
        Some(result) if result.source.is_none() && result.value.is_empty() => lang
            .pick("已经确定，两项都不作为准。", "Decided; neither of the two counts.")
            .to_owned(),
        Some(result) => result_words(lang, result),
        None => lang.pick(
            format!("{standing}，尚未确定以哪一项为准。"),
            format!("{standing}; which of them counts is open."),
        ),
    };
    let day = it.on.map(|day| full_day(lang, day));
    let class = if it.decided.is_some() { "ks-note mb-8" } else { "ks-note is-warn mb-8" };
    let link = it.id.map(|id| {
        let path = ctx.href(&format!("{BENCH}/{id}"));
        view! { <a class="ks-link" href=path>{lang.pick("查看办理经过", "See the steps")}</a> }
    });
    view! {
        <div class=class>
            <p><b class="font-semibold">{data(lang, title)}</b>{data(lang, text)}" "{day}" "{link}</p>
        </div>
    }
    .into_any()
}
