//! The record of a region: added, and changed by two who see each other's changes (ORG-04, ZON-01).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_domain::permission::Action;
use kaishu_portal::administration::{RegionForm, RegionRow};
use kaishu_portal::directory::Directory;
use kaishu_portal::{Error, Portal};
use kaishu_types::vocabulary::RegionLevel;
use kaishu_types::{ErrorCode, Lang};
use leptos::prelude::*;

use super::{authority_page, no_such, overtaken, region_choices};
use crate::ctx::Ctx;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::case::as_field;
use crate::pages::workbench::expired;
use crate::ui::fields::{Choice, area, label, line, select};
use crate::ui::form::{Typed, once, summary};

const LIST: &str = "/authority/regions";

/// `GET /authority/regions/new`
pub(crate) async fn begin(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    // Whoever keeps no record sees why.
    let kept = portal.region_records(&ctx.caller, ctx.lang).await;
    respond(&ctx, || {
        kept?;
        Ok(page(&ctx, &portal, None, &Typed::default(), None))
    })
}

/// `GET /authority/regions/{code}`
pub(crate) async fn show(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let row = portal.region_record(&ctx.caller, &code, ctx.lang).await;
    respond(&ctx, || match row {
        Ok(row) => Ok(page(&ctx, &portal, Some(&row), &as_typed(&row), None)),
        Err(error) if error.code() == ErrorCode::NotFound => {
            let names = ctx.lang.pick(("地区", "地区"), ("region", "regions"));
            Err(no_such(&ctx, &code, names, LIST))
        }
        Err(error) => Err(error.into()),
    })
}

/// `POST /authority/regions/new`
pub(crate) async fn add(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    save(&ctx, &portal, false, Typed::of(pairs)).await
}

/// `POST /authority/regions/{code}`
pub(crate) async fn change(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    save(&ctx, &portal, true, Typed::of(pairs).with("code", code)).await
}

async fn save(ctx: &Ctx, portal: &Portal, is_known: bool, typed: Typed) -> Response {
    let form = RegionForm {
        code: typed.value("code"),
        name: typed.value("name"),
        name_en: typed.value("name_en"),
        level: typed.value("level"),
        parent: typed.value("parent"),
        description: typed.value("description"),
        authority: typed.value("authority"),
        revision: is_known.then(|| typed.value("revision")),
    };
    let error = match portal.save_region(&ctx.caller, &form, ctx.lang).await {
        Ok(()) => return go(&format!("{}?done=saved", ctx.href(LIST)), []),
        Err(error) => error,
    };
    let current = match is_known {
        false => Ok(None),
        true => portal.region_record(&ctx.caller, form.code, ctx.lang).await.map(Some),
    };
    respond(ctx, || {
        let current = current?;
        if let (Error::Store(_), ErrorCode::Conflict, Some(now)) = (&error, error.code(), &current)
        {
            // What was typed stays; sent once more, it takes the place of what is there now.
            let changed = changed_meanwhile(ctx, now, &typed);
            let typed = typed.with("revision", now.revision.clone());
            return Ok(overtaken(page(ctx, portal, Some(now), &typed, Some(changed))));
        }
        let is_refusal = error.code() == ErrorCode::Forbidden;
        let error = if is_refusal { as_field(error, "parent", ctx.lang) } else { error };
        let typed = typed.refused(error)?;
        Ok(page(ctx, portal, current.as_ref(), &typed, None).refused(ctx.lang, &typed))
    })
}

/// The fields of a record as a form has them.
fn as_typed(row: &RegionRow) -> Typed {
    let typed = Typed::default().with("revision", row.revision.clone());
    values(row).into_iter().fold(typed, |typed, (name, value)| typed.with(name, value))
}

fn values(row: &RegionRow) -> Vec<(&'static str, String)> {
    let record = &row.record;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    vec![
        ("name", record.name.clone()),
        ("name_en", text(&record.name_en)),
        ("authority", text(&record.authority)),
        ("description", text(&record.description)),
    ]
}

/// Shows what somebody else saved meanwhile, where it differs from what was typed.
fn changed_meanwhile(ctx: &Ctx, now: &RegionRow, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let rows: Vec<_> = values(now)
        .into_iter()
        .filter(|(name, value)| typed.value(name).trim() != value)
        .map(|(name, value)| {
            let value = match value.is_empty() {
                true => lang.pick("（空）", "(empty)").to_owned(),
                false => value,
            };
            view! { <li><b class="font-semibold">{word(lang, name)}</b>" "{value}</li> }
        })
        .collect();
    view! {
        <div class="ks-note is-warn mb-8" role="alert">
            <p>
                {lang.pick(
                    "编辑期间已经有人保存了这条信息，刚才填写的内容还在。现在保存的是：",
                    "Somebody saved this record while you were editing; what you wrote is still here. Saved now is:",
                )}
            </p>
            <ul class="mt-2 list-disc pl-5">{rows}</ul>
            <p class="mt-2">
                {lang.pick("核对后再次保存，以刚才填写的为准。", "Compare, then save again: what you wrote takes its place.")}
            </p>
        </div>
    }
    .into_any()
}

fn word(lang: Lang, name: &str) -> &'static str {
    match name {
        "code" => lang.pick("编码", "Code"),
        "name" => lang.pick("名称", "Name"),
        "name_en" => lang.pick("英文名称", "English name"),
        "level" => lang.pick("层级", "Level"),
        "parent" => lang.pick("上级地区", "Region above"),
        "authority" => lang.pick("数据主管部门", "Data authority"),
        _ => lang.pick("专区说明", "What its zone says"),
    }
}

fn page(
    ctx: &Ctx,
    portal: &Portal,
    row: Option<&RegionRow>,
    typed: &Typed,
    note: Option<AnyView>,
) -> Page {
    let lang = ctx.lang;
    let directory = portal.directory();
    let above = (lang.pick("地区", "Regions"), LIST);
    let title = match row {
        Some(row) => {
            let found = directory.region(&row.record.code);
            found.map_or_else(|| row.record.name.clone(), |it| it.named.label(lang).to_owned())
        }
        None => lang.pick("登记地区", "Add a region").to_owned(),
    };
    let action = match row {
        Some(row) => ctx.href(&format!("{LIST}/{}", row.record.code)),
        None => ctx.href(&format!("{LIST}/new")),
    };
    let revision = row.map(|_| {
        view! { <input type="hidden" name="revision" value=typed.value("revision").to_owned()/> }
    });
    let zone = row.map(|row| {
        let path = ctx.href(&format!("/regions/{}", row.record.code));
        view! {
            <p class="mb-6"><a class="ks-link" href=path>{lang.pick("查看专区", "See its zone")}</a></p>
        }
    });
    let fields = match row {
        None => new_fields(ctx, portal, &directory, typed),
        Some(row) => known_fields(ctx, &directory, row, typed),
    };
    let body = view! {
        <div class="max-w-[36rem]">
            {note}
            {summary(ctx, typed)}
            {zone}
            <form method="post" action=action novalidate=true>
                {once()}
                {revision}
                {fields}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{lang.pick("保存", "Save")}</button>
                </p>
            </form>
        </div>
    };
    authority_page(ctx, &title, Some(above), (), body.into_any())
}

fn new_fields(ctx: &Ctx, portal: &Portal, directory: &Directory, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let choose = lang.pick("请选择", "Choose");
    let levels: Vec<Choice> = RegionLevel::ALL
        .iter()
        .map(|it| (it.as_str().to_owned(), it.label(lang).to_owned()))
        .collect();
    let codes = portal.regions_for(&ctx.caller, Action::KeepRegions);
    let regions = region_choices(ctx, directory, &codes);
    let hint = lang.pick("登记后不能改，例如 YX-QH", "Stays for ever, as in YX-QH");
    let code = label(typed, "code", word(lang, "code"), hint);
    let stays = lang.pick("登记后不能改", "Stays for ever");
    let level = label(typed, "level", word(lang, "level"), stays);
    let parent = label(typed, "parent", word(lang, "parent"), stays);
    view! {
        {line(&code, "text", typed.value("code"))}
        {select(&parent, choose, &regions, typed.value("parent"))}
        {select(&level, choose, &levels, typed.value("level"))}
        {whole_fields(ctx, directory, &codes, typed)}
        {zone_field(ctx, typed)}
    }
    .into_any()
}

fn known_fields(ctx: &Ctx, directory: &Directory, row: &RegionRow, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let mut places = vec![row.record.code.clone()];
    let mut next = row.record.parent.clone();
    while let Some(code) = next {
        next = directory.region(&code).and_then(|it| Some(it.parent.as_ref()?.code.clone()));
        places.push(code);
    }
    let whole = match row.is_whole {
        true => whole_fields(ctx, directory, &places, typed),
        false => {
            let text = lang.pick(
                "名称和数据主管部门由上级地区的数据主管部门维护。",
                "Its name and data authority are kept by the authority of the region above.",
            );
            view! { <p class="mb-6 ks-mute">{text}</p> }.into_any()
        }
    };
    view! { {whole} {zone_field(ctx, typed)} }.into_any()
}

/// Names and authority; the authority is a body of one of some regions.
fn whole_fields(ctx: &Ctx, directory: &Directory, places: &[String], typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let bodies: Vec<Choice> = directory
        .organizations
        .iter()
        .filter(|it| places.contains(&it.region.code))
        .map(|it| (it.named.code.clone(), it.named.label(lang).to_owned()))
        .collect();
    let field = |name: &str, hint: &str| label(typed, name, word(lang, name), hint);
    let hint = lang.pick(
        "每个地区一个；发布、协调、监督都由它办理",
        "One for each region: it publishes, mediates and supervises",
    );
    view! {
        {line(&field("name", ""), "text", typed.value("name"))}
        {line(&field("name_en", ""), "text", typed.value("name_en"))}
        {select(&field("authority", hint), lang.pick("未指定", "None yet"), &bodies, typed.value("authority"))}
    }
    .into_any()
}

fn zone_field(ctx: &Ctx, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let hint =
        lang.pick("公开显示在专区的标题下面", "Shown to everybody below the title of the zone");
    let field = label(typed, "description", word(lang, "description"), hint);
    area(&field, 4, typed.value("description"))
}
