//! The register of information systems: its agency keeps it, the authority sees it (PUB-09, PUB-10).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use kaishu_portal::Portal;
use kaishu_portal::registers::{SystemForm, SystemPage};
use kaishu_types::organization::Named;
use kaishu_types::register::{Connection, SystemView, UsedSystem};
use kaishu_types::{ErrorCode, Lang};
use leptos::prelude::*;

use super::case::as_field;
use super::{bench_page, expired};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::ui::data::data;
use crate::ui::dates::full_day;
use crate::ui::fields::{Choice, Label, area, line, options, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::icon::icon;

const LIST: &str = "/workbench/systems";

/// `GET /workbench/systems`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["after", "done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let after = asked.get("after").and_then(|after| after.parse().ok());
    let found = portal.systems(&ctx.caller, after, ctx.lang).await;
    respond(&ctx, || {
        let (title, lead) = words(ctx.lang);
        let body = view! {
            {asked.contains_key("done").then(|| saved(ctx.lang))}
            {list(&ctx, &portal, &found?, LIST)}
        };
        Ok(bench_page(&ctx, title, vec![(title.to_owned(), None)], lead, body.into_any()))
    })
}

/// Title and lead of the register.
pub(crate) fn words(lang: Lang) -> (&'static str, &'static str) {
    lang.pick(
        (
            "信息系统登记簿",
            "各单位的信息系统是否与平台对接，未对接的有计划和日期。由本单位登记，主管部门查看。",
        ),
        (
            "Information systems",
            "Whether the systems of agencies are joined to the platform, and by when those that are not. Agencies keep it, the authority sees it.",
        ),
    )
}

/// `GET /workbench/systems.csv`
pub(crate) async fn csv(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    match portal.systems_csv(&ctx.caller, ctx.lang).await {
        Ok(bytes) => {
            let mut response = bytes.into_response();
            let headers = response.headers_mut();
            let kind = HeaderValue::from_static("text/csv; charset=utf-8");
            headers.insert(header::CONTENT_TYPE, kind);
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            let name =
                format!("attachment; filename=\"systems-{}.csv\"", ctx.today.format("%Y%m%d"));
            if let Ok(value) = HeaderValue::from_str(&name) {
                headers.insert(header::CONTENT_DISPOSITION, value);
            }
            response
        }
        Err(error) => respond(&ctx, || Err(AppError::from(error))),
    }
}

/// `GET /workbench/systems/new`
pub(crate) async fn begin(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    // Whoever sees no register learns why.
    let seen = portal.systems(&ctx.caller, None, ctx.lang).await;
    if let Err(error) = seen {
        return respond(&ctx, || Err(error.into()));
    }
    draw_form(&ctx, &portal, None, Typed::default()).await
}

/// `POST /workbench/systems/new`
pub(crate) async fn add(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    save(&ctx, &portal, None, Typed::of(pairs)).await
}

/// `GET /workbench/systems/{id}`
pub(crate) async fn open(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    match find(&ctx, &portal, &id).await {
        Ok(system) => {
            let typed = as_typed(&system);
            draw_form(&ctx, &portal, Some(&system), typed).await
        }
        Err(error) => respond(&ctx, || Err(error)),
    }
}

/// `POST /workbench/systems/{id}`
pub(crate) async fn change(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    match find(&ctx, &portal, &id).await {
        Ok(system) => save(&ctx, &portal, Some(&system), Typed::of(pairs)).await,
        Err(error) => respond(&ctx, || Err(error)),
    }
}

async fn find(ctx: &Ctx, portal: &Portal, id: &str) -> Result<SystemView, AppError> {
    let unknown = || {
        let (one, all) = ctx.lang.pick(("信息系统", "信息系统"), ("system", "systems"));
        AppError::unknown(ctx.lang, id, one, all, LIST)
    };
    let number = id.parse().map_err(|_| unknown())?;
    portal.system(&ctx.caller, number).await.map_err(|error| AppError::or_unknown(error, unknown))
}

async fn save(ctx: &Ctx, portal: &Portal, known: Option<&SystemView>, typed: Typed) -> Response {
    let form = SystemForm {
        organization: typed.value("organization"),
        name: typed.value("name"),
        purpose: typed.value("purpose"),
        connection: typed.value("connection"),
        reason: typed.value("reason"),
        plan: typed.value("plan"),
        planned_on: typed.value("planned_on"),
        uses: typed.value("uses"),
        ended_on: typed.value("ended_on"),
        revision: typed.value("revision").parse().unwrap_or_default(),
    };
    let id = known.map(|system| system.id);
    match portal.save_system(&ctx.caller, id, &form, ctx.lang).await {
        Ok(_) => go(&format!("{}?done=saved", ctx.href(LIST)), []),
        Err(error) if error.code() == ErrorCode::Forbidden => respond(ctx, || Err(error.into())),
        Err(error) => match typed.refused(as_field(error, "name", ctx.lang)) {
            Ok(typed) => draw_form(ctx, portal, known, typed).await,
            Err(error) => respond(ctx, || Err(error)),
        },
    }
}

fn saved(lang: Lang) -> AnyView {
    let text = lang.pick("已经保存。", "Saved.");
    view! { <div class="ks-note is-ok mb-8" role="status"><p>{text}</p></div> }.into_any()
}

/// Draws the register, page by page, with its file.
pub(crate) fn list(ctx: &Ctx, portal: &Portal, found: &SystemPage, path: &str) -> AnyView {
    let lang = ctx.lang;
    let rows: Vec<_> = found.rows.iter().map(|it| row(ctx, it)).collect();
    let table = match rows.is_empty() {
        true => {
            let none = lang.pick("还没有登记信息系统。", "No system is recorded yet.");
            view! { <p class="py-4 ks-mute">{none}</p> }.into_any()
        }
        false => table(lang, rows),
    };
    let add = (!portal.keeps_records_for(&ctx.caller).is_empty()).then(|| {
        view! {
            <a class="btn btn-primary" href=ctx.href("/workbench/systems/new")>
                {lang.pick("登记信息系统", "Record a system")}
            </a>
        }
    });
    let next = found.next.map(|next| {
        let target = format!("{}?after={next}", ctx.href(path));
        view! { <p class="mt-6"><a class="btn btn-outline" href=target>{lang.pick("下一页", "Next page")}</a></p> }
    });
    view! {
        <p class="mb-8 flex flex-wrap gap-3">
            {add}
            <a class="btn btn-outline" href=ctx.href("/workbench/systems.csv") download="">
                {lang.pick("下载登记簿 CSV", "Download the register as CSV")}
            </a>
        </p>
        {table}
        {next}
    }
    .into_any()
}

fn table(lang: Lang, rows: Vec<AnyView>) -> AnyView {
    let caption = lang.pick("信息系统", "Information systems");
    let head = lang.pick(
        ["系统", "单位", "接入方式", "计划", "使用上级系统"],
        ["System", "Agency", "How it is joined", "Plan", "Uses an upper unit’s"],
    );
    let head: Vec<_> = head.iter().map(|word| view! { <th scope="col">{*word}</th> }).collect();
    view! {
        <div class="ks-frame max-md:!overflow-visible" tabindex="0" role="region" aria-label=caption>
            <table class="ks-table is-dense ks-stack md:min-w-[54rem]">
                <caption class="sr-only">{caption}</caption>
                <thead><tr>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(ctx: &Ctx, it: &SystemView) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("/workbench/systems/{}", it.id));
    let uses = it.uses.as_ref().map(|used| {
        let exempt = (it.n_exempt > 0).then(|| {
            lang.pick(
                format!("免予另行报送 {} 项", it.n_exempt),
                format!("entries exempt: {}", it.n_exempt),
            )
        });
        let (name, whose) = (used.name.clone(), used.organization.label(lang).to_owned());
        view! {
            {data(lang, name)}
            <span class="block text-sm ks-mute">{data(lang, whose)}</span>
            {exempt.map(|text| view! { <span class="block text-sm">{text}</span> })}
        }
    });
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                <a class="ks-plain" href=path>{data(lang, it.name.clone())}</a>
                <span class="block text-sm ks-mute font-normal">{data(lang, it.purpose.clone())}</span>
            </th>
            <td data-l=lang.pick("单位", "Agency")>{data(lang, it.organization.label(lang))}</td>
            <td data-l=lang.pick("接入方式", "How it is joined")>{joined(lang, it)}</td>
            <td class="!whitespace-normal" data-l=lang.pick("计划", "Plan")>{plan(lang, it)}</td>
            <td class="!whitespace-normal" data-l=lang.pick("使用上级系统", "Uses an upper unit’s")>{uses}</td>
        </tr>
    }
    .into_any()
}

/// How a system is joined: what the rules do not know, and what is late, stands out.
fn joined(lang: Lang, it: &SystemView) -> AnyView {
    if let Some(day) = it.ended_on {
        let text = lang.pick("停用", "Out of use");
        return view! { <span class="ks-mute">{text}" "{full_day(lang, day)}</span> }.into_any();
    }
    let (class, sign) = match it.connection {
        _ if it.uses.is_some() => ("ks-mark is-ok", "check"),
        Connection::NotConnected => ("ks-mark is-soon", "soon"),
        _ if !it.is_admitted => ("ks-mark is-late", "late"),
        _ => ("ks-mark is-ok", "check"),
    };
    view! { <span class=class>{icon(sign)}{it.connection.label(lang)}</span> }.into_any()
}

fn plan(lang: Lang, it: &SystemView) -> AnyView {
    let late = it.is_plan_late.then(|| {
        let text = lang.pick("计划逾期", "Plan overdue");
        view! { <span class="ks-mark is-late !text-[.8125rem]">{icon("late")}{text}</span> }
    });
    let day =
        it.planned_on.map(|day| view! { <span class="block num">{full_day(lang, day)}</span> });
    view! { {late}{day}{data(lang, it.plan.clone())} }.into_any()
}

fn as_typed(system: &SystemView) -> Typed {
    let day = |day: Option<chrono::NaiveDate>| day.map(|it| it.to_string()).unwrap_or_default();
    Typed::default()
        .with("name", system.name.clone())
        .with("purpose", system.purpose.clone())
        .with("connection", system.connection.as_str())
        .with("reason", system.reason.clone())
        .with("plan", system.plan.clone())
        .with("planned_on", day(system.planned_on))
        .with("uses", system.uses.as_ref().map(|it| it.id.to_string()).unwrap_or_default())
        .with("ended_on", day(system.ended_on))
        .with("revision", system.revision.to_string())
}

async fn draw_form(
    ctx: &Ctx,
    portal: &Portal,
    known: Option<&SystemView>,
    typed: Typed,
) -> Response {
    let own = portal.keeps_records_for(&ctx.caller);
    let chosen = match (known, typed.value("organization"), own.as_slice()) {
        (Some(system), _, _) => system.organization.code.clone(),
        (None, "", [only]) => only.code.clone(),
        (None, typed, _) => typed.to_owned(),
    };
    let usable = match chosen.is_empty() {
        true => Ok(Vec::new()),
        false => portal.usable_systems(&chosen).await,
    };
    respond(ctx, || Ok(form(ctx, known, (&own, &chosen), &usable?, &typed)))
}

fn form(
    ctx: &Ctx,
    known: Option<&SystemView>,
    (own, chosen): (&[Named], &str),
    usable: &[UsedSystem],
    typed: &Typed,
) -> Page {
    let lang = ctx.lang;
    let path = match known {
        Some(system) => ctx.href(&format!("{LIST}/{}", system.id)),
        None => ctx.href(&format!("{LIST}/new")),
    };
    let may_save = known.is_none_or(|it| own.iter().any(|own| own.code == it.organization.code));
    let organizations: Vec<Choice> =
        own.iter().map(|it| (it.code.clone(), it.label(lang).to_owned())).collect();
    let choose = lang.pick("请选择", "Choose");
    let organization = known.is_none().then(|| {
        select(
            &label(typed, "organization", ("单位", "Agency"), ("", ""), lang),
            choose,
            &organizations,
            chosen,
        )
    });
    let send = may_save.then(|| {
        view! {
            <p class="mt-8">
                <button class="btn btn-primary" type="submit">{lang.pick("保存", "Save")}</button>
            </p>
        }
    });
    let body = view! {
        <div class="max-w-[40rem]">
            {summary(ctx, typed)}
            <form method="post" action=path novalidate=true>
                {once()}
                <input type="hidden" name="revision" value=typed.value("revision").to_owned()/>
                {organization}
                {fields(lang, usable, typed)}
                {send}
            </form>
        </div>
    };
    let title = match known {
        Some(system) => system.name.clone(),
        None => lang.pick("登记信息系统", "Record a system").to_owned(),
    };
    let (all, _) = words(lang);
    let places = vec![(all.to_owned(), Some(LIST.to_owned())), (title.clone(), None)];
    let lead = known.map(|it| data(lang, it.organization.label(lang)));
    bench_page(ctx, &title, places, lead, body.into_any()).refused(lang, typed)
}

fn label(typed: &Typed, name: &str, text: (&str, &str), hint: (&str, &str), lang: Lang) -> Label {
    let hint = lang.pick(hint.0, hint.1);
    Label {
        name: name.to_owned(),
        text: lang.pick(text.0, text.1).to_owned(),
        hint: (!hint.is_empty()).then(|| hint.to_owned()),
        faults: typed.faults(name),
        ..Label::default()
    }
}

fn fields(lang: Lang, usable: &[UsedSystem], typed: &Typed) -> AnyView {
    let label = |name, text, hint| label(typed, name, text, hint, lang);
    let connections: Vec<Choice> = Connection::ALL
        .iter()
        .map(|it| (it.as_str().to_owned(), it.label(lang).to_owned()))
        .collect();
    let upper: Vec<Choice> = usable
        .iter()
        .map(|it| {
            let whose = it.organization.label(lang);
            (it.id.to_string(), format!("{}（{whose}）", it.name))
        })
        .collect();
    let name = label("name", ("系统名称", "Name of the system"), ("", ""));
    let purpose = label("purpose", ("用途", "What it does"), ("", ""));
    let connection =
        label("connection", ("接入方式", "How it is joined to the platform"), ("", ""));
    let reason = label(
        "reason",
        ("不能对接的原因", "Why it cannot be connected"),
        ("逻辑集中、物理分散的必须填写", "Must be given where it is physically distributed"),
    );
    let plan = label(
        "plan",
        ("接入计划", "How it is going to be connected"),
        ("未对接的必须填写", "Must be given where it is not connected"),
    );
    let planned_on = label("planned_on", ("计划完成日期", "Connected by"), ("", ""));
    let uses = label(
        "uses",
        ("使用的上级统建系统", "System of an upper unit that is used"),
        (
            "使用上级单位统一建设的系统时选择；规则允许的，数据可以免予另行报送",
            "Where an upper unit built the system; if the rules say so, its data need not be delivered again",
        ),
    );
    let ended_on = label(
        "ended_on",
        ("停用日期", "Out of use since"),
        ("仍在使用的留空", "Empty while it is in use"),
    );
    view! {
        {line(&name, "text", typed.value("name"))}
        {area(&purpose, 3, typed.value("purpose"))}
        {options(&connection, "radio", &connections, |code| code == typed.value("connection"))}
        {area(&reason, 2, typed.value("reason"))}
        {area(&plan, 3, typed.value("plan"))}
        {line(&planned_on, "date", typed.value("planned_on"))}
        {select(&uses, lang.pick("没有", "None"), &upper, typed.value("uses"))}
        {line(&ended_on, "date", typed.value("ended_on"))}
    }
    .into_any()
}
