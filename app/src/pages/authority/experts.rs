//! The roster of the expert committee (ORG-10).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_domain::permission::Action;
use kaishu_portal::administration::{ExpertForm, ExpertView};
use kaishu_portal::{Error, Portal};
use kaishu_types::account::AffiliationKind;
use kaishu_types::{ErrorCode, FieldError};
use leptos::prelude::*;

use super::{authority_page, flash, organization_choices};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::case::as_field;
use crate::pages::workbench::expired;
use crate::ui::dates::{day_of, full_day};
use crate::ui::fields::{Choice, label, line, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;

const LIST: &str = "/authority/experts";

/// `GET /authority/experts`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let done = asked.get("done").map(|done| match done.as_str() {
        "ended" => ctx.lang.pick("聘任已经终止。", "The appointment is ended."),
        "declared" => ctx.lang.pick("利益冲突已经登记。", "The conflict of interest is recorded."),
        _ => ctx.lang.pick("专家已经聘任。", "The expert is appointed."),
    });
    draw(&ctx, &portal, Typed::default(), done).await
}

/// `POST /authority/experts`
pub(crate) async fn appoint(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let form = ExpertForm {
        login: typed.value("login"),
        affiliation_kind: typed.value("affiliation_kind"),
        affiliation: typed.value("affiliation"),
        organization: typed.value("organization"),
        field: typed.value("field"),
    };
    let done = portal.appoint_expert(&ctx.caller, &form, ctx.lang).await;
    answer(&ctx, &portal, done, typed, ("login", "appointed")).await
}

/// `POST /authority/experts/{id}/end`
pub(crate) async fn end(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    match portal.end_expert(&ctx.caller, id.parse().unwrap_or_default(), ctx.lang).await {
        Ok(()) => go(&format!("{}?done=ended", ctx.href(LIST)), []),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

/// `POST /authority/experts/{id}/conflict`
pub(crate) async fn declare(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs).with("of", id.clone());
    let number = id.parse().unwrap_or_default();
    let (organization, reason) = (format!("conflict-{id}"), format!("reason-{id}"));
    let declared = (typed.value(&organization), typed.value(&reason));
    let done = portal.declare_conflict(&ctx.caller, number, declared, ctx.lang).await;
    // The page has one such form for each expert.
    let done = done.map_err(|error| match error {
        Error::InvalidInput(faults) => Error::InvalidInput(
            faults
                .into_iter()
                .map(|fault| FieldError { field: format!("{}-{id}", fault.field), ..fault })
                .collect(),
        ),
        other => other,
    });
    answer(&ctx, &portal, done, typed, (&organization, "declared")).await
}

/// Goes on to the roster, or shows it again with what was typed.
async fn answer(
    ctx: &Ctx,
    portal: &Portal,
    done: kaishu_portal::Result<()>,
    typed: Typed,
    (field, word): (&str, &str),
) -> Response {
    let error = match done {
        Ok(()) => return go(&format!("{}?done={word}", ctx.href(LIST)), []),
        Err(error) => error,
    };
    let is_refusal = error.code() == ErrorCode::Forbidden;
    let error = if is_refusal { as_field(error, field, ctx.lang) } else { error };
    match typed.refused(error) {
        Ok(typed) => draw(ctx, portal, typed, None).await,
        Err(error) => respond(ctx, || Err(error)),
    }
}

async fn draw(ctx: &Ctx, portal: &Portal, typed: Typed, done: Option<&'static str>) -> Response {
    let all = portal.experts(&ctx.caller, ctx.lang).await;
    respond(ctx, || Ok(page(ctx, portal, &all?, &typed, done).refused(ctx.lang, &typed)))
}

fn page(
    ctx: &Ctx,
    portal: &Portal,
    all: &[ExpertView],
    typed: &Typed,
    done: Option<&'static str>,
) -> Page {
    let lang = ctx.lang;
    let may_appoint = ctx.caller.may_ever(Action::AppointExperts);
    let bodies = organization_choices(ctx, &portal.directory());
    let rows: Vec<_> = all.iter().map(|it| row(ctx, it, &bodies, typed, may_appoint)).collect();
    let list = match rows.is_empty() {
        true => view! { <p class="py-4 ks-mute">{lang.pick("还没有聘任专家。", "Nobody is appointed yet.")}</p> }
            .into_any(),
        false => view! {
            <ul class="divide-y divide-[var(--line)] border-t border-[var(--line-2)] max-w-[54rem]">{rows}</ul>
        }
        .into_any(),
    };
    let form = may_appoint.then(|| form(ctx, &bodies, typed));
    let body = view! {
        {flash(done)}
        {summary(ctx, typed)}
        {list}
        {form}
    };
    let title = lang.pick("专家委员会", "Expert committee");
    let lead = lang.pick(
        "专家对自己所在单位、其下级单位和已声明利益冲突的单位的事项回避。",
        "Experts take no part in the cases of where they come from, of what is below it, and of those they declared a conflict with.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

fn form(ctx: &Ctx, bodies: &[Choice], typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let kinds: Vec<Choice> = AffiliationKind::ALL
        .iter()
        .map(|it| (it.as_str().to_owned(), it.label(lang).to_owned()))
        .collect();
    let field = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let login = field(
        "login",
        lang.pick("登录名", "Login"),
        lang.pick("账号要有“专家委员”角色", "The account holds the role of an expert"),
    );
    let kind = field("affiliation_kind", lang.pick("来自", "From"), "");
    let affiliation =
        field("affiliation", lang.pick("所在单位名称", "Name of the affiliation"), "");
    let organization = field(
        "organization",
        lang.pick("所在机构", "Organization"),
        lang.pick(
            "在本平台登记的才选，用于回避",
            "Where it is one of this portal: for whose cases are not theirs",
        ),
    );
    let subject = field(
        "field",
        lang.pick("专业领域", "Field"),
        lang.pick("例如：数据安全、公共管理", "As in data security, public administration"),
    );
    let choose = lang.pick("请选择", "Choose");
    view! {
        <section class="mt-14 max-w-[36rem]" aria-labelledby="h-new">
            {section_head("h-new", lang.pick("聘任专家", "Appoint an expert"))}
            <form method="post" action=ctx.href(LIST) novalidate=true class="mt-4">
                {once()}
                {line(&login, "text", typed.value("login"))}
                {select(&kind, choose, &kinds, typed.value("affiliation_kind"))}
                {line(&affiliation, "text", typed.value("affiliation"))}
                {select(&organization, lang.pick("不是本平台的机构", "None of this portal"), bodies, typed.value("organization"))}
                {line(&subject, "text", typed.value("field"))}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{lang.pick("聘任", "Appoint")}</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}

fn row(ctx: &Ctx, it: &ExpertView, bodies: &[Choice], typed: &Typed, may_appoint: bool) -> AnyView {
    let lang = ctx.lang;
    let kept = &it.kept;
    let ended = kept.ended_at.map(|at| {
        view! { " · "{lang.pick("终止于", "ended on")}" "{full_day(lang, day_of(at))} }
    });
    let conflicts: Vec<_> = it
        .conflicts
        .iter()
        .map(|(name, why)| {
            let avoids = lang.pick("回避", "Stays away from");
            view! { <li class="text-[.9375rem]">{avoids}" "{name.clone()}{lang.pick("：", ": ")}{why.clone()}</li> }
        })
        .collect();
    let conflicts = (!conflicts.is_empty()).then(|| view! { <ul class="mt-1">{conflicts}</ul> });
    let goes_on = kept.ended_at.is_none();
    let end = (goes_on && may_appoint).then(|| {
        let action = ctx.href(&format!("{LIST}/{}/end", kept.id));
        view! {
            <form method="post" action=action>
                <button class="btn btn-sm btn-outline text-error" type="submit">
                    {lang.pick("终止聘任", "End")}<span class="sr-only">{format!(" {}", it.name)}</span>
                </button>
            </form>
        }
    });
    let conflict = goes_on.then(|| conflict_form(ctx, it, bodies, typed));
    view! {
        <li class="py-4">
            <div class="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
                <div class="min-w-0">
                    <p class="font-semibold">{it.name.clone()}" "<span class="ks-mute font-normal">{it.login.clone()}</span></p>
                    <p class="text-[.9375rem] ks-mute">
                        {kept.affiliation_kind.label(lang)}" · "{kept.affiliation.clone()}" · "{kept.field.clone()}
                    </p>
                    <p class="text-[.9375rem] ks-mute">
                        {lang.pick("聘任于", "Appointed on")}" "{full_day(lang, day_of(kept.appointed_at))}{ended}
                    </p>
                    {conflicts}
                </div>
                {end}
            </div>
            {conflict}
        </li>
    }
    .into_any()
}

/// The form by which an expert, or the authority, says whose cases are not theirs.
fn conflict_form(ctx: &Ctx, it: &ExpertView, bodies: &[Choice], typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let id = it.kept.id.to_string();
    let is_typed = typed.value("of") == id;
    let action = ctx.href(&format!("{LIST}/{id}/conflict"));
    // One form an expert stands on the page, so each field has a name of its own.
    let field = |name: &str, text: &str| label(typed, &format!("{name}-{id}"), text, "");
    let value = |name: &str| typed.value(&format!("{name}-{id}"));
    let organization = field("conflict", lang.pick("有利益冲突的单位", "Organization"));
    let reason = field("reason", lang.pick("原因", "Reason"));
    let head = lang.pick("声明利益冲突", "Declare a conflict of interest");
    view! {
        <details class="mt-2" open=is_typed>
            <summary class="cursor-pointer ks-mute w-fit py-2">
                {head}<span class="sr-only">{format!(" {}", it.name)}</span>
            </summary>
            <form method="post" action=action novalidate=true class="mt-2 max-w-[36rem]">
                {once()}
                {select(&organization, lang.pick("请选择", "Choose"), bodies, value("conflict"))}
                {line(&reason, "text", value("reason"))}
                <p class="mt-4">
                    <button class="btn btn-outline" type="submit">{head}</button>
                </p>
            </form>
        </details>
    }
    .into_any()
}
