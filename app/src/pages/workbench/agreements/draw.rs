//! How the pages of templates look.

use kaishu_domain::policy::AgreementDocument;
use kaishu_domain::templates::{LineChange, blanks, clauses, compared};
use kaishu_portal::Portal;
use kaishu_portal::access::{TemplateCard, TemplateDesk, TemplatePreview, TemplateVersion};
use leptos::prelude::*;

use super::super::bench_page;
use super::{OWN, address, base, title_of};
use crate::ctx::Ctx;
use crate::page::Page;
use crate::ui::data::data;
use crate::ui::dates::full_time;
use crate::ui::fields::{area, label, line};
use crate::ui::form::{Typed, summary};
use crate::ui::heading::section_head;
use crate::ui::law::rule_list;
use crate::ui::meta::{fact, hash, meta};

/// Draws which documents have a text, whose it is, and where it is written.
pub(super) fn cards(ctx: &Ctx, path: &str, found: &[TemplateCard]) -> Page {
    let lang = ctx.lang;
    let rows: Vec<_> = found.iter().map(|card| row(ctx, card)).collect();
    let caption = lang.pick("协议文本，按单位", "Agreements by owner");
    let list = match rows.is_empty() {
        true => {
            let none = lang.pick(
                "现行规则没有要求签署协议的数据，不需要制定文本。",
                "Nothing is signed under the rules in force; no text is needed.",
            );
            view! { <p class="py-4 ks-mute">{none}</p> }.into_any()
        }
        false => view! {
            <div class="ks-frame mt-4 max-md:!overflow-visible" tabindex="0" role="region" aria-label=caption>
                <table class="ks-table is-dense ks-stack is-named">
                    <caption class="sr-only">{caption}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{lang.pick("协议", "Document")}</th>
                            <th scope="col">{lang.pick("单位", "Owner")}</th>
                            <th scope="col">{lang.pick("现行文本", "In force")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any(),
    };
    let lead = match path {
        OWN => lang.pick(
            "每个单位按开放类型制定协议文本；没有制定的，使用数据主管部门的通用文本。都没有的，有条件开放的目录不能发布。",
            "Each agency writes its texts by open class; without one of its own it uses the authority’s. Without either, what is open on conditions cannot be published.",
        ),
        _ => lang.pick(
            "没有自己文本的单位使用这里的通用文本。",
            "Agencies without a text of their own use these.",
        ),
    };
    let title = title_of(ctx);
    bench_page(ctx, title, vec![(title.to_owned(), None)], lead, list)
}

fn row(ctx: &Ctx, card: &TemplateCard) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&address(&card.owner, card.document.as_str()));
    view! {
        <tr>
            <th scope="row" class="!font-medium"><a class="ks-link" href=path>{card.document.label(lang)}</a></th>
            <td data-l=lang.pick("单位", "Owner")>{data(lang, card.name.as_str())}</td>
            <td data-l=lang.pick("现行文本", "In force")>{standing(ctx, card)}</td>
        </tr>
    }
    .into_any()
}

/// Says which text is in force.
fn standing(ctx: &Ctx, card: &TemplateCard) -> AnyView {
    let lang = ctx.lang;
    match (&card.own, &card.inherited) {
        (Some(own), _) => {
            let number = own.number;
            let text =
                lang.pick(format!("自己的第 {number} 版，"), format!("own version {number}, "));
            view! { {text}{full_time(lang, own.published_at)} }.into_any()
        }
        (None, Some(above)) => lang
            .pick(
                format!("数据主管部门的通用文本，第 {} 版", above.number),
                format!("the authority’s version {}", above.number),
            )
            .into_any(),
        (None, None) => {
            let none = lang.pick("还没有", "none yet");
            view! { <span class="ks-mark is-late !text-[.8125rem]">{none}</span> }.into_any()
        }
    }
}

/// Draws a template: what is in force, the form, a preview where one was asked for, a version and all others.
pub(super) fn page(
    ctx: &Ctx,
    portal: &Portal,
    (desk, version): (&TemplateDesk, Option<&TemplateVersion>),
    (typed, preview): (&Typed, Option<&TemplatePreview>),
    done: Option<&'static str>,
) -> Page {
    let lang = ctx.lang;
    let card = &desk.card;
    let done = done.map(|text| {
        view! { <div class="ks-note is-ok mb-8" role="status"><p>{text}</p></div> }
    });
    let body = view! {
        {done}
        {summary(ctx, typed)}
        {preview.map(|preview| previewed(ctx, preview))}
        <p class="mb-6">{lang.pick("现行：", "In force: ")}{standing(ctx, card)}</p>
        <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
            {form(ctx, desk, typed)}
            {rail(ctx, portal, desk.card.document)}
        </div>
        {version.map(|version| shown(ctx, desk, version))}
        {history(ctx, desk)}
    };
    let title = format!("{} · {}", card.document.label(lang), card.name);
    let places =
        vec![(title_of(ctx).to_owned(), Some(base(&card.owner).to_owned())), (title.clone(), None)];
    bench_page(ctx, &title, places, (), body.into_any())
}

fn form(ctx: &Ctx, desk: &TemplateDesk, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let label = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let text = label(
        "text",
        lang.pick("文本", "Text"),
        lang.pick(
            "占位符写在半角花括号里，出具协议时填入实际内容。",
            "Blanks stand in braces and are filled in when terms are offered.",
        ),
    );
    let note = label(
        "note",
        lang.pick("这一版的变化", "What is new"),
        lang.pick("例如：第九条增加署名格式。", "As in: article 9 says how to cite."),
    );
    let read = desk.card.own.as_ref().map_or(0, |own| own.number).to_string();
    let action = ctx.href(&address(&desk.card.owner, desk.card.document.as_str()));
    view! {
        <form method="post" action=action novalidate=true>
            <input type="hidden" name="read" value=read/>
            {area(&text, 24, typed.value("text"))}
            {line(&note, "text", typed.value("note"))}
            <p class="mt-8 flex flex-wrap gap-3">
                <button class="btn btn-outline" type="submit" name="act" value="preview">
                    {lang.pick("预览和比较", "Preview and compare")}
                </button>
                <button class="btn btn-primary" type="submit" name="act" value="publish">
                    {lang.pick("发布新版本", "Publish this version")}
                </button>
            </p>
        </form>
    }
    .into_any()
}

/// Lists the blanks: those that must be in it first.
fn rail(ctx: &Ctx, portal: &Portal, document: AgreementDocument) -> AnyView {
    let lang = ctx.lang;
    let must = clauses(document);
    let item = |code: &str, word: &str| {
        let code = format!("{{{code}}}");
        let word = word.to_owned();
        view! { <li class="py-1"><code class="font-mono text-[.875rem]">{code}</code>" "{word}</li> }
    };
    let needed: Vec<_> = must.iter().map(|it| item(it.as_str(), it.label(lang))).collect();
    let others = blanks(document).iter().filter(|it| !must.contains(it));
    let others: Vec<_> = others.map(|it| item(it.as_str(), it.label(lang))).collect();
    let needed = (!needed.is_empty()).then(|| {
        view! {
            <h2 class="text-lg">{lang.pick("必备条款", "Clauses that must be in it")}</h2>
            <ul class="mt-2 mb-6">{needed}</ul>
        }
    });
    view! {
        <aside class="text-[.9375rem]" aria-label=lang.pick("占位符", "Blanks")>
            {needed}
            <h2 class="text-lg">{lang.pick("可以使用的占位符", "Blanks that may be used")}</h2>
            <ul class="mt-2 mb-6">{others}</ul>
            {rule_list(ctx, &portal.policy_view(), &["agreement.docs"])}
        </aside>
    }
    .into_any()
}

/// Draws what a text would look like, and what differs from what is in force.
fn previewed(ctx: &Ctx, preview: &TemplatePreview) -> AnyView {
    let lang = ctx.lang;
    let differs = (!preview.changes.is_empty()).then(|| {
        view! {
            <h3 class="mt-6 text-lg">{lang.pick("与现行文本比较", "Compared with what is in force")}</h3>
            {difference(ctx, &preview.changes)}
        }
    });
    view! {
        <section aria-labelledby="h-preview" class="mb-12">
            {section_head("h-preview", lang.pick("预览（示例内容，尚未发布）", "Preview with an example, not published"))}
            {text_box(lang.pick("预览", "Preview"), &preview.text)}
            {differs}
        </section>
    }
    .into_any()
}

fn text_box(name: &str, text: &str) -> AnyView {
    view! {
        <div
            lang="zh"
            class="mt-3 border border-[var(--line-2)] p-4 max-h-[28rem] overflow-auto whitespace-pre-wrap text-[.9375rem]"
            tabindex="0"
            role="region"
            aria-label=name.to_owned()
        >
            {text.to_owned()}
        </div>
    }
    .into_any()
}

/// Draws a version, and what differs from the one before.
fn shown(ctx: &Ctx, desk: &TemplateDesk, version: &TemplateVersion) -> AnyView {
    let lang = ctx.lang;
    let number = version.number;
    let title = lang.pick(format!("第 {number} 版"), format!("Version {number}"));
    let text = lang.pick(format!("第 {number} 版正文"), format!("Text of version {number}"));
    let before = desk.versions.iter().find(|it| it.number + 1 == number);
    let differs = before.map(|before| {
        let changes = compared(&before.text, &version.text);
        let word = lang.pick(
            format!("与第 {} 版比较", before.number),
            format!("Compared with version {}", before.number),
        );
        view! { <h3 class="mt-6 text-lg">{word}</h3> {difference(ctx, &changes)} }
    });
    let facts = vec![
        fact(lang.pick("发布", "Published"), full_time(lang, version.published_at)),
        fact(lang.pick("发布人", "By"), data(lang, version.published_by.clone())),
        fact(lang.pick("变化", "What is new"), data(lang, version.note.clone())),
        fact("SHA-256", hash(&version.sha256)),
    ];
    view! {
        <section aria-labelledby="h-version" class="mt-12">
            {section_head("h-version", title)}
            {meta(facts)}
            {text_box(&text, &version.text)}
            {differs}
        </section>
    }
    .into_any()
}

fn difference(ctx: &Ctx, changes: &[LineChange]) -> AnyView {
    let lang = ctx.lang;
    let lines: Vec<_> = changes
        .iter()
        .map(|change| match change {
            LineChange::Same(text) => view! { <p class="ks-mute">{text.clone()}</p> }.into_any(),
            LineChange::Added(text) => view! {
                <p><ins class="text-[var(--color-success)] underline"><span class="sr-only">{lang.pick("新增：", "added: ")}</span>{text.clone()}</ins></p>
            }
            .into_any(),
            LineChange::Removed(text) => view! {
                <p><del class="text-[var(--color-error)] line-through"><span class="sr-only">{lang.pick("删去：", "gone: ")}</span>{text.clone()}</del></p>
            }
            .into_any(),
        })
        .collect();
    view! {
        <div
            class="mt-3 border border-[var(--line-2)] p-4 max-h-[28rem] overflow-auto text-[.9375rem]"
            tabindex="0"
            role="region"
            aria-label=lang.pick("比较", "Comparison")
        >
            {lines}
        </div>
    }
    .into_any()
}

fn history(ctx: &Ctx, desk: &TemplateDesk) -> Option<AnyView> {
    if desk.versions.is_empty() {
        return None;
    }
    let lang = ctx.lang;
    let path = address(&desk.card.owner, desk.card.document.as_str());
    let rows: Vec<_> = desk
        .versions
        .iter()
        .map(|it| {
            let link = ctx.href(&format!("{path}?version={}", it.number));
            let word = lang.pick(format!("第 {} 版", it.number), format!("Version {}", it.number));
            view! {
                <li class="py-2 flex flex-wrap gap-x-6">
                    <a class="ks-link" href=link>{word}</a>
                    <span class="ks-mute">{full_time(lang, it.published_at)}</span>
                    <span>{data(lang, it.note.clone())}</span>
                </li>
            }
        })
        .collect();
    let view = view! {
        <section aria-labelledby="h-history" class="mt-12">
            {section_head("h-history", lang.pick("各个版本", "Versions"))}
            <ol class="mt-2 divide-y divide-[var(--line)]">{rows}</ol>
        </section>
    };
    Some(view.into_any())
}
