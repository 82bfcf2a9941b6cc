//! The next version of the compiling guide, as the authority writes it (CAT-03).

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_domain::guide::FieldNote;
use kaishu_domain::policy::CatalogueField;
use kaishu_portal::Portal;
use kaishu_portal::administration::{GuideDesk, GuideForm};
use kaishu_types::ErrorCode;
use leptos::prelude::*;

use super::vocabularies::LIST;
use super::{authority_page, flash, overtaken};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::expired;
use crate::ui::dates::full_time;
use crate::ui::fields::{label, line};
use crate::ui::form::{Typed, once, summary};

/// The page.
pub(super) const PATH: &str = "/authority/guide";

/// `GET /authority/guide`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let done = asked.get("done").map(|_| {
        ctx.lang.pick(
            "已保存。发布以后目录才按它检查。",
            "Saved. Entries are checked by it once it is published.",
        )
    });
    let desk = portal.guide_desk(&ctx.caller, ctx.lang).await;
    respond(&ctx, || {
        let desk = desk?;
        Ok(page(&ctx, &desk, &as_typed(&desk), done))
    })
}

/// `POST /authority/guide/draft`
pub(crate) async fn save(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let fields = || CatalogueField::ALL.iter().copied();
    let ticked = fields().filter(|field| typed.value(&tick(*field)) == "yes");
    let note = |field: CatalogueField| {
        let said = |lang: &str| typed.value(&note_of(field, lang)).to_owned();
        (field.as_str().to_owned(), said("zh"), said("en"))
    };
    let form = GuideForm {
        added: ticked.map(|field| field.as_str().to_owned()).collect(),
        notes: fields().map(note).collect(),
        revision: typed.value("revision").parse().unwrap_or_default(),
    };
    let error = match portal.save_guide(&ctx.caller, &form, ctx.lang).await {
        Ok(()) => return go(&format!("{}?done=saved", ctx.href(PATH)), []),
        Err(error) => error,
    };
    let desk = portal.guide_desk(&ctx.caller, ctx.lang).await;
    respond(&ctx, || {
        let desk = desk?;
        if error.code() == ErrorCode::Conflict {
            // What was typed stays; sent once more, it takes the place of what is there now.
            let text = ctx.lang.pick(
                "别人刚刚保存或者发布过。下面是您填写的内容，再保存一次就以它为准。",
                "Somebody else saved or published meanwhile. Below is what you wrote; saved once more, it takes the place of theirs.",
            );
            let typed = typed.with("revision", desk.revision.to_string()).noticed(text);
            return Ok(overtaken(page(&ctx, &desk, &typed, None)));
        }
        let typed = typed.refused(error)?;
        Ok(page(&ctx, &desk, &typed, None).refused(ctx.lang, &typed))
    })
}

/// The name of the box that makes a field mandatory.
fn tick(field: CatalogueField) -> String {
    format!("add.{}", field.as_str())
}

/// The name of what is said of a field in a language.
fn note_of(field: CatalogueField, lang: &str) -> String {
    format!("note.{}.{lang}", field.as_str())
}

/// What is saved, as the form has it.
fn as_typed(desk: &GuideDesk) -> Typed {
    let mut typed = Typed::default().with("revision", desk.revision.to_string());
    for field in CatalogueField::ALL {
        let FieldNote { zh, en } = desk.guide.note(*field).cloned().unwrap_or_default();
        typed = typed.with(&note_of(*field, "zh"), zh).with(&note_of(*field, "en"), en);
        if desk.guide.demands(*field) {
            typed = typed.with(&tick(*field), "yes");
        }
    }
    typed
}

fn page(ctx: &Ctx, desk: &GuideDesk, typed: &Typed, done: Option<&'static str>) -> Page {
    let lang = ctx.lang;
    let rows: Vec<_> =
        CatalogueField::ALL.iter().map(|field| row(ctx, desk, *field, typed)).collect();
    let state = match &desk.changed {
        Some((name, at)) => {
            let by = lang.pick(format!("{name} 保存于 "), format!("Saved by {name}, "));
            view! { <p class="mb-6 ks-mute">{by}{full_time(lang, *at)}</p> }.into_any()
        }
        None => {
            let text = lang.pick(
                "还没有改动，下面是现行的一版。",
                "Nothing was changed yet: this is the version in force.",
            );
            view! { <p class="mb-6 ks-mute">{text}</p> }.into_any()
        }
    };
    let reads = ctx.href("/workbench/guide");
    let publishes = ctx.href(LIST);
    let body = view! {
        {flash(done)}
        {summary(ctx, typed)}
        {state}
        <form method="post" action=ctx.href("/authority/guide/draft") novalidate=true class="max-w-[44rem]">
            {once()}
            <input type="hidden" name="revision" value=typed.value("revision").to_owned()/>
            <ul id="added" class="divide-y divide-[var(--line)] border-t border-[var(--line-2)]">{rows}</ul>
            <p class="mt-8 flex flex-wrap items-baseline gap-x-6 gap-y-3">
                <button class="btn btn-primary" type="submit">{lang.pick("保存", "Save")}</button>
                <a class="ks-link" href=publishes>{lang.pick("发布新版", "Publish a version")}</a>
                <a class="ks-link" href=reads>{lang.pick("查看现行编制规范", "Read the guide in force")}</a>
            </p>
        </form>
    };
    let title = lang.pick("拟定编制规范", "Write the guide");
    let lead = lang.pick(
        "在办法规定的必填内容以外增加必填内容，并写明每一项怎样填写。办法规定的不能取消。",
        "Make more fields mandatory than the regulation does, and say how each is filled in. What the regulation demands stays.",
    );
    let above = (lang.pick("词表和编制规范", "Vocabularies and guide"), LIST);
    authority_page(ctx, title, Some(above), lead, body.into_any())
}

fn row(ctx: &Ctx, desk: &GuideDesk, field: CatalogueField, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let name = field.label(lang);
    let demand = match desk.choices.contains(&field) {
        true => {
            let word = lang.pick("列为必填", "Mandatory");
            view! {
                <label class="ks-opt !py-2">
                    <input
                        type="checkbox"
                        class="checkbox"
                        name=tick(field)
                        value="yes"
                        checked=typed.value(&tick(field)) == "yes"
                    />
                    <span>{word}<span class="sr-only">" "{name}</span></span>
                </label>
            }
            .into_any()
        }
        false => {
            let text = lang.pick(
                "办法规定，或者由平台填写",
                "By the regulation, or filled in by the platform",
            );
            view! { <p class="ks-mute text-[.9375rem]">{text}</p> }.into_any()
        }
    };
    let (zh, en) = (note_of(field, "zh"), note_of(field, "en"));
    let in_zh = lang.pick(format!("{name}：填写说明"), format!("{name}: note in Chinese"));
    let in_en = lang.pick(format!("{name}：英文说明"), format!("{name}: note in English"));
    let in_zh = label(typed, &zh, &in_zh, "");
    let in_en = label(typed, &en, &in_en, "");
    view! {
        <li class="py-5">
            <h2 class="text-lg font-semibold">{name}</h2>
            {demand}
            {line(&in_zh, "text", typed.value(&zh))}
            {line(&in_en, "text", typed.value(&en))}
        </li>
    }
    .into_any()
}
