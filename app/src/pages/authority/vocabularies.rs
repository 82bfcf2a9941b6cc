//! The vocabularies that the authority edits, and the versions of the compiling guide (CAT-03).

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::administration::{GuideVersion, KeptTerm, TermForm};
use kaishu_types::Lang;
use leptos::prelude::*;

use super::{authority_page, flash};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::expired;
use crate::ui::dates::full_day;
use crate::ui::fields::{Choice, area, label, line, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;
use crate::ui::meta::hash;

pub(super) const LIST: &str = "/authority/vocabularies";

/// `GET /authority/vocabularies`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let done = asked.get("done").map(|done| match done.as_str() {
        "published" => ctx.lang.pick("编制规范已经发布。", "The guide is published."),
        _ => ctx.lang.pick("词表已经更新。", "The vocabulary is updated."),
    });
    draw(&ctx, &portal, Typed::default(), done).await
}

/// `POST /authority/vocabularies`
pub(crate) async fn add(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let form = TermForm {
        vocabulary: typed.value("vocabulary"),
        code: typed.value("code"),
        label_zh: typed.value("label_zh"),
        label_en: typed.value("label_en"),
    };
    let done = portal.add_term(&ctx.caller, &form, ctx.lang).await;
    answer(&ctx, &portal, done, typed, "added").await
}

/// `POST /authority/guide`
pub(crate) async fn publish(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let version = (typed.value("note"), typed.value("link"));
    let done = portal.publish_guide(&ctx.caller, version, ctx.lang).await.map(drop);
    answer(&ctx, &portal, done, typed, "published").await
}

async fn answer(
    ctx: &Ctx,
    portal: &Portal,
    done: kaishu_portal::Result<()>,
    typed: Typed,
    word: &str,
) -> Response {
    match done.map_err(|error| typed.clone().refused(error)) {
        Ok(()) => go(&format!("{}?done={word}", ctx.href(LIST)), []),
        Err(Ok(typed)) => draw(ctx, portal, typed, None).await,
        Err(Err(error)) => respond(ctx, || Err(error)),
    }
}

async fn draw(ctx: &Ctx, portal: &Portal, typed: Typed, done: Option<&'static str>) -> Response {
    let all = portal.vocabularies(&ctx.caller, ctx.lang);
    let versions = portal.guide_versions().await;
    respond(ctx, || {
        let all = all?;
        Ok(page(ctx, &all, &versions?, &typed, done).refused(ctx.lang, &typed))
    })
}

/// What a vocabulary is called.
pub(super) fn vocabulary_word(lang: Lang, name: &str) -> String {
    match name {
        "theme" => lang.pick("数据领域", "Domains"),
        "licence" => lang.pick("开放授权协议", "Licences"),
        "priority" => lang.pick("重点领域", "Priority topics"),
        "agreement" => lang.pick("使用协议文本", "Agreements"),
        other => other,
    }
    .to_owned()
}

fn page(
    ctx: &Ctx,
    all: &[(String, Vec<KeptTerm>)],
    versions: &[GuideVersion],
    typed: &Typed,
    done: Option<&'static str>,
) -> Page {
    let lang = ctx.lang;
    let lists: Vec<_> = all.iter().map(|(name, terms)| vocabulary(ctx, name, terms)).collect();
    let body = view! {
        {flash(done)}
        {summary(ctx, typed)}
        <div class="grid lg:grid-cols-[minmax(0,1fr)_24rem] gap-x-16 gap-y-12">
            <div>{lists}</div>
            <div>
                {term_form(ctx, all, typed)}
                {guide(ctx, versions, typed)}
            </div>
        </div>
    };
    let title = lang.pick("词表和编制规范", "Vocabularies and guide");
    let lead = lang.pick(
        "代码登记后不变，名称可以修改；停用的词条保留在已有目录里。",
        "Codes stay, words can be changed; retired terms stay with the entries that use them.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

fn vocabulary(ctx: &Ctx, name: &str, terms: &[KeptTerm]) -> AnyView {
    let lang = ctx.lang;
    let title = vocabulary_word(lang, name);
    let id = format!("h-{name}");
    let rows: Vec<_> = terms
        .iter()
        .map(|kept| {
            let term = &kept.term;
            let path = ctx.href(&format!("{LIST}/{}/{}", term.vocabulary, term.code));
            let retired = kept.is_retired.then(|| lang.pick("已停用", "Retired"));
            view! {
                <li class="py-2 flex flex-wrap items-baseline justify-between gap-x-6">
                    <span>
                        <a class="ks-link inline-block py-1" href=path>{term.label_zh.clone()}</a>
                        " "<span class="ks-mute">{term.label_en.clone()}</span>
                    </span>
                    <span class="text-sm ks-mute">{retired}" "<code class="ks-fmt">{term.code.clone()}</code></span>
                </li>
            }
        })
        .collect();
    let empty = rows.is_empty().then(|| {
        view! { <p class="py-2 ks-mute">{lang.pick("还没有词条。", "There are no terms yet.")}</p> }
    });
    view! {
        <section class="mb-12" aria-labelledby=id>
            <h2 id=format!("h-{name}") class="text-xl">{title}</h2>
            <ul class="mt-2 divide-y divide-[var(--line)] border-t border-[var(--line-2)]">{rows}</ul>
            {empty}
        </section>
    }
    .into_any()
}

fn term_form(ctx: &Ctx, all: &[(String, Vec<KeptTerm>)], typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let names: Vec<Choice> =
        all.iter().map(|(name, _)| (name.clone(), vocabulary_word(lang, name))).collect();
    let vocabulary = label(typed, "vocabulary", lang.pick("词表", "Vocabulary"), "");
    let code = label(
        typed,
        "code",
        lang.pick("代码", "Code"),
        lang.pick(
            "小写字母、数字和连字符，登记后不变",
            "Lower-case letters, digits and hyphens; it stays",
        ),
    );
    let zh = label(typed, "label_zh", lang.pick("中文名称", "Chinese word"), "");
    let en = label(typed, "label_en", lang.pick("英文名称", "English word"), "");
    view! {
        <section aria-labelledby="h-new">
            {section_head("h-new", lang.pick("增加词条", "Add a term"))}
            <form method="post" action=ctx.href(LIST) novalidate=true class="mt-4">
                {once()}
                {select(&vocabulary, lang.pick("请选择", "Choose"), &names, typed.value("vocabulary"))}
                {line(&code, "text", typed.value("code"))}
                {line(&zh, "text", typed.value("label_zh"))}
                {line(&en, "text", typed.value("label_en"))}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{lang.pick("增加词条", "Add the term")}</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}

fn guide(ctx: &Ctx, versions: &[GuideVersion], typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let rows: Vec<_> = versions
        .iter()
        .map(|it| {
            let number = it.number;
            let version = lang.pick(format!("第 {number} 版"), format!("Version {number}"));
            let reads = ctx.href(&format!("/workbench/guide?version={number}"));
            let link = it.link.clone().map(|link| {
                let word = lang.pick("查看文件", "See the document");
                view! { <p><a class="ks-link inline-block py-1" rel="noreferrer" href=link>{word}</a></p> }
            });
            view! {
                <li class="py-3">
                    <p><a class="ks-link font-semibold inline-block py-1" href=reads>{version}</a>" · "{full_day(lang, it.published_on)}</p>
                    <p>{it.note.clone()}</p>
                    {link}
                    <p class="text-sm ks-mute">"SM3 "{hash(&it.hash)}</p>
                </li>
            }
        })
        .collect();
    let empty = rows.is_empty().then(|| {
        let text = lang.pick(
            "还没有发布，目录按现行办法的要求检查。",
            "None is published yet: entries are checked against the rules in force.",
        );
        view! { <p class="mt-2 ks-mute">{text}</p> }
    });
    let note = label(
        typed,
        "note",
        lang.pick("这一版改了什么", "What is new"),
        lang.pick(
            "发布的是拟定的必填内容和填写说明，以及现在的词表",
            "What was written for the next version is published, with the terms of now",
        ),
    );
    let link = label(typed, "link", lang.pick("文件网址", "Address of the document"), "");
    view! {
        <section class="mt-14" aria-labelledby="h-guide">
            {section_head("h-guide", lang.pick("编制规范", "Compiling guide"))}
            {empty}
            <ul class="mt-2 divide-y divide-[var(--line)]">{rows}</ul>
            <p class="mt-4">
                <a class="ks-link inline-block py-1" href=ctx.href(super::guide::PATH)>
                    {lang.pick("拟定必填内容和填写说明", "Write mandatory fields and notes")}
                </a>
            </p>
            <form method="post" action=ctx.href("/authority/guide") novalidate=true class="mt-4">
                {once()}
                {area(&note, 3, typed.value("note"))}
                {line(&link, "url", typed.value("link"))}
                <p class="mt-8">
                    <button class="btn btn-outline" type="submit">{lang.pick("发布新版", "Publish a version")}</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}
