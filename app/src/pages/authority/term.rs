//! A term of a vocabulary: its words, and whether it is offered (CAT-03).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::administration::{KeptTerm, TermForm};
use kaishu_types::ErrorCode;
use leptos::prelude::*;

use super::vocabularies::{LIST, vocabulary_word};
use super::{authority_page, no_such};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::expired;
use crate::ui::fields::{label, line};
use crate::ui::form::{Typed, summary};

/// `GET /authority/vocabularies/{vocabulary}/{code}`
pub(crate) async fn show(
    ctx: Ctx,
    Path((vocabulary, code)): Path<(String, String)>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    respond(&ctx, || {
        let kept = find(&ctx, &portal, &vocabulary, &code)?;
        let typed = Typed::default();
        let typed = typed.with("label_zh", kept.term.label_zh.clone());
        let typed = typed.with("label_en", kept.term.label_en.clone());
        Ok(page(&ctx, &kept, &typed))
    })
}

/// `POST /authority/vocabularies/{vocabulary}/{code}`
pub(crate) async fn change(
    ctx: Ctx,
    Path((vocabulary, code)): Path<(String, String)>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let form = TermForm {
        vocabulary: &vocabulary,
        code: &code,
        label_zh: typed.value("label_zh"),
        label_en: typed.value("label_en"),
    };
    match portal.relabel_term(&ctx.caller, &form, ctx.lang).await {
        Ok(()) => go(&format!("{}?done=changed", ctx.href(LIST)), []),
        Err(error) => respond(&ctx, || {
            let typed = typed.refused(error)?;
            let kept = find(&ctx, &portal, &vocabulary, &code)?;
            Ok(page(&ctx, &kept, &typed).refused(ctx.lang, &typed))
        }),
    }
}

/// `POST /authority/vocabularies/{vocabulary}/{code}/offer`
pub(crate) async fn offer(
    ctx: Ctx,
    Path((vocabulary, code)): Path<(String, String)>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let is_offered = Typed::of(pairs).value("offered") == "1";
    let term = (vocabulary.as_str(), code.as_str());
    match portal.set_term_offered(&ctx.caller, term, is_offered, ctx.lang).await {
        Ok(()) => go(&format!("{}?done=changed", ctx.href(LIST)), []),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

fn find(ctx: &Ctx, portal: &Portal, vocabulary: &str, code: &str) -> Result<KeptTerm, AppError> {
    let all = portal.vocabularies(&ctx.caller, ctx.lang);
    let all = match all {
        Err(error) if error.code() == ErrorCode::Forbidden => return Err(error.into()),
        other => other?,
    };
    let terms = all.into_iter().filter(|(name, _)| name == vocabulary).flat_map(|it| it.1);
    terms
        .into_iter()
        .find(|kept| kept.term.code == code)
        .ok_or_else(|| no_such(ctx, code, ctx.lang.pick(("词条", "词条"), ("term", "terms")), LIST))
}

fn page(ctx: &Ctx, kept: &KeptTerm, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let term = &kept.term;
    let path = ctx.href(&format!("{LIST}/{}/{}", term.vocabulary, term.code));
    let offer = format!("{path}/offer");
    let zh = label(typed, "label_zh", lang.pick("中文名称", "Chinese word"), "");
    let en = label(typed, "label_en", lang.pick("英文名称", "English word"), "");
    let (offered, word, class, text) = match kept.is_retired {
        true => (
            "1",
            lang.pick("恢复使用", "Offer it again"),
            "btn btn-outline",
            lang.pick("已停用，编制目录时不能选。", "Retired: it cannot be chosen for an entry."),
        ),
        false => (
            "0",
            lang.pick("停用", "Retire it"),
            "btn btn-outline text-error",
            lang.pick(
                "停用后编制目录时不能再选，已经使用的目录保持不变。词条不会删除。",
                "Once retired it cannot be chosen; entries that use it keep it. Terms are never deleted.",
            ),
        ),
    };
    let body = view! {
        <div class="max-w-[36rem]">
            {summary(ctx, typed)}
            <form method="post" action=path novalidate=true>
                {line(&zh, "text", typed.value("label_zh"))}
                {line(&en, "text", typed.value("label_en"))}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{lang.pick("保存", "Save")}</button>
                </p>
            </form>
            <form method="post" action=offer class="mt-12 border-t border-[var(--line)] pt-6">
                <input type="hidden" name="offered" value=offered/>
                <p>{text}</p>
                <p class="mt-4"><button class=class type="submit">{word}</button></p>
            </form>
        </div>
    };
    let above = (lang.pick("词表和编制规范", "Vocabularies and guide"), LIST);
    let lead = view! {
        {vocabulary_word(lang, &term.vocabulary)}" · "<code class="ks-fmt">{term.code.clone()}</code>
    };
    authority_page(ctx, term.label(lang), Some(above), lead, body.into_any())
}
