//! The record of an organization: added, and changed by two who see each other's changes (ORG-01).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_domain::permission::Action;
use kaishu_portal::administration::{OrganizationForm, OrganizationRow};
use kaishu_portal::{Error, Portal};
use kaishu_types::vocabulary::{OrganizationKind, RegionLevel};
use kaishu_types::{ErrorCode, Lang};
use leptos::prelude::*;

use super::{authority_page, no_such, organization_choices, overtaken, region_choices};
use crate::ctx::Ctx;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::case::as_field;
use crate::pages::workbench::expired;
use crate::ui::fields::{Choice, area, label, line, select};
use crate::ui::form::{Typed, once, summary};

const LIST: &str = "/authority/organizations";

/// `GET /authority/organizations/new`
pub(crate) async fn begin(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    // Whoever keeps no record sees why.
    let kept = portal.organization_records(&ctx.caller, ctx.lang).await;
    respond(&ctx, || {
        kept?;
        Ok(page(&ctx, &portal, None, &Typed::default(), None))
    })
}

/// `GET /authority/organizations/{code}`
pub(crate) async fn show(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let row = portal.organization_record(&ctx.caller, &code, ctx.lang).await;
    respond(&ctx, || match row {
        Ok(row) => Ok(page(&ctx, &portal, Some(&row), &as_typed(&row), None)),
        Err(error) if error.code() == ErrorCode::NotFound => {
            let names = ctx.lang.pick(("机构", "机构"), ("organization", "organizations"));
            Err(no_such(&ctx, &code, names, LIST))
        }
        Err(error) => Err(error.into()),
    })
}

/// `POST /authority/organizations/new`
pub(crate) async fn add(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    save(&ctx, &portal, None, typed).await
}

/// `POST /authority/organizations/{code}`
pub(crate) async fn change(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs).with("code", code);
    let revision = typed.value("revision").parse().unwrap_or_default();
    save(&ctx, &portal, Some(revision), typed).await
}

async fn save(ctx: &Ctx, portal: &Portal, revision: Option<i32>, typed: Typed) -> Response {
    let form = OrganizationForm {
        code: typed.value("code"),
        name: typed.value("name"),
        name_en: typed.value("name_en"),
        kind: typed.value("kind"),
        level: typed.value("level"),
        region: typed.value("region"),
        parent: typed.value("parent"),
        sector: typed.value("sector"),
        description: typed.value("description"),
        responsible_head: typed.value("responsible_head"),
        contact: typed.value("contact"),
        homepage: typed.value("homepage"),
        revision,
    };
    let error = match portal.save_organization(&ctx.caller, &form, ctx.lang).await {
        Ok(_) => return go(&format!("{}?done=saved", ctx.href(LIST)), []),
        Err(error) => error,
    };
    let current = match revision {
        None => Ok(None),
        Some(_) => {
            let code = typed.value("code");
            portal.organization_record(&ctx.caller, code, ctx.lang).await.map(Some)
        }
    };
    respond(ctx, || {
        let current = current?;
        if let (Error::Store(_), ErrorCode::Conflict, Some(now)) = (&error, error.code(), &current)
        {
            // What was typed stays; sent once more, it takes the place of what is there now.
            let changed = changed_meanwhile(ctx, now, &typed);
            let typed = typed.with("revision", now.record.revision.to_string());
            return Ok(overtaken(page(ctx, portal, Some(now), &typed, Some(changed))));
        }
        let is_refusal = error.code() == ErrorCode::Forbidden;
        let error = if is_refusal { as_field(error, "region", ctx.lang) } else { error };
        let typed = typed.refused(error)?;
        Ok(page(ctx, portal, current.as_ref(), &typed, None).refused(ctx.lang, &typed))
    })
}

/// The fields of a record as a form has them.
fn as_typed(row: &OrganizationRow) -> Typed {
    let mut typed = Typed::default();
    for (name, value) in values(row) {
        typed = typed.with(name, value);
    }
    typed.with("revision", row.record.revision.to_string())
}

fn values(row: &OrganizationRow) -> Vec<(&'static str, String)> {
    let view = &row.record.view;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    vec![
        ("code", view.named.code.clone()),
        ("name", view.named.name.clone()),
        ("name_en", text(&view.named.name_en)),
        ("kind", view.kind.to_string()),
        ("level", view.level.to_string()),
        ("region", view.region.code.clone()),
        ("parent", view.parent.as_ref().map(|it| it.code.clone()).unwrap_or_default()),
        ("sector", text(&row.record.sector)),
        ("description", text(&view.description)),
        ("responsible_head", text(&view.responsible_head)),
        ("contact", text(&view.contact)),
        ("homepage", text(&view.homepage)),
    ]
}

/// Shows what somebody else saved meanwhile, where it differs from what was typed.
fn changed_meanwhile(ctx: &Ctx, now: &OrganizationRow, typed: &Typed) -> AnyView {
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
        "kind" => lang.pick("类别", "Kind"),
        "level" => lang.pick("层级", "Level"),
        "region" => lang.pick("地区", "Region"),
        "parent" => lang.pick("上级机构", "Organization above"),
        "sector" => lang.pick("行业", "Sector"),
        "description" => lang.pick("职责", "What it does"),
        "responsible_head" => lang.pick("公布的第一责任人", "Responsible head as published"),
        "contact" => lang.pick("联系方式", "Contact"),
        _ => lang.pick("网站", "Web site"),
    }
}

fn page(
    ctx: &Ctx,
    portal: &Portal,
    row: Option<&OrganizationRow>,
    typed: &Typed,
    note: Option<AnyView>,
) -> Page {
    let lang = ctx.lang;
    let above = (lang.pick("机构", "Organizations"), LIST);
    let title = match row {
        Some(row) => row.record.view.named.label(lang).to_owned(),
        None => lang.pick("登记机构", "Add an organization").to_owned(),
    };
    let action = match row {
        Some(row) => ctx.href(&format!("{LIST}/{}", row.record.view.named.code)),
        None => ctx.href(&format!("{LIST}/new")),
    };
    let revision = row.map(|_| {
        view! { <input type="hidden" name="revision" value=typed.value("revision").to_owned()/> }
    });
    let body = view! {
        <div class="max-w-[36rem]">
            {note}
            {summary(ctx, typed)}
            <form method="post" action=action novalidate=true>
                {once()}
                {revision}
                {fields(ctx, portal, row, typed)}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{lang.pick("保存", "Save")}</button>
                </p>
            </form>
        </div>
    };
    authority_page(ctx, &title, Some(above), (), body.into_any())
}

fn fields(ctx: &Ctx, portal: &Portal, row: Option<&OrganizationRow>, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let directory = portal.directory();
    let hint = |name: &str| match name {
        "code" => lang.pick("登记后不能改，例如 YX-FGW", "Stays for ever, as in YX-FGW"),
        "sector" => lang.pick(
            "公用事业企业必填，例如：供水、供电、公共交通",
            "For public service operators, as in water, power, public transport",
        ),
        _ => "",
    };
    let field = |name: &str| label(typed, name, word(lang, name), hint(name));
    let text = |name: &str| line(&field(name), "text", typed.value(name));
    let choose = lang.pick("请选择", "Choose");
    let kinds: Vec<Choice> = OrganizationKind::ALL
        .iter()
        .map(|it| (it.as_str().to_owned(), it.label(lang).to_owned()))
        .collect();
    let levels: Vec<Choice> = RegionLevel::ALL
        .iter()
        .map(|it| (it.as_str().to_owned(), it.label(lang).to_owned()))
        .collect();
    let mut codes = portal.regions_for(&ctx.caller, Action::KeepOrganizations);
    // A head keeps the record where it is.
    let own = row.map(|row| row.record.view.region.code.clone());
    codes.extend(own.filter(|_| codes.is_empty()));
    let regions = region_choices(ctx, &directory, &codes);
    let bodies = organization_choices(ctx, &directory);
    let nobody = lang.pick("没有上级机构", "None");
    let code = row.is_none().then(|| text("code"));
    view! {
        {code}
        {text("name")}
        {text("name_en")}
        {select(&field("kind"), choose, &kinds, typed.value("kind"))}
        {text("sector")}
        {select(&field("level"), choose, &levels, typed.value("level"))}
        {select(&field("region"), choose, &regions, typed.value("region"))}
        {select(&field("parent"), nobody, &bodies, typed.value("parent"))}
        {area(&field("description"), 3, typed.value("description"))}
        {text("responsible_head")}
        {text("contact")}
        {text("homepage")}
    }
    .into_any()
}
