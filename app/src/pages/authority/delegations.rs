//! Functions of the authority that another organization takes over (ORG-05).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_domain::permission::Action;
use kaishu_portal::Portal;
use kaishu_portal::administration::{DelegationForm, DelegationView};
use kaishu_types::account::DelegatedFunction;
use kaishu_types::{ErrorCode, Lang};
use leptos::prelude::*;

use super::{authority_page, flash, no_such, organization_choices, region_choices, table};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::case::as_field;
use crate::pages::workbench::expired;
use crate::ui::dates::full_day;
use crate::ui::fields::{Choice, label, line, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;

const LIST: &str = "/authority/delegations";

/// `GET /authority/delegations`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let done = asked.get("done").map(|done| match done.as_str() {
        "ended" => ctx.lang.pick("委托已经终止。", "The delegation is ended."),
        _ => ctx.lang.pick("委托已经登记。", "The delegation is recorded."),
    });
    let typed = Typed::default().with("first_day", ctx.today.to_string());
    draw(&ctx, &portal, typed, done).await
}

/// `POST /authority/delegations`
pub(crate) async fn add(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let form = DelegationForm {
        function: typed.value("function"),
        region: typed.value("region"),
        organization: typed.value("organization"),
        first_day: typed.value("first_day"),
        last_day: typed.value("last_day"),
        basis: typed.value("basis"),
    };
    match portal.delegate(&ctx.caller, &form, ctx.lang).await {
        Ok(()) => go(&format!("{}?done=added", ctx.href(LIST)), []),
        Err(error) => {
            let is_refusal = error.code() == ErrorCode::Forbidden;
            let error = if is_refusal { as_field(error, "region", ctx.lang) } else { error };
            match typed.refused(error) {
                Ok(typed) => draw(&ctx, &portal, typed, None).await,
                Err(error) => respond(&ctx, || Err(error)),
            }
        }
    }
}

/// `POST /authority/delegations/{id}/end`
pub(crate) async fn end(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let number = id.parse().unwrap_or_default();
    match portal.end_delegation(&ctx.caller, number, ctx.lang).await {
        Ok(()) => go(&format!("{}?done=ended", ctx.href(LIST)), []),
        Err(error) if error.code() == ErrorCode::NotFound => {
            let names = ctx.lang.pick(("委托", "委托"), ("delegation", "delegations"));
            respond(&ctx, || Err(no_such(&ctx, &id, names, LIST)))
        }
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

async fn draw(ctx: &Ctx, portal: &Portal, typed: Typed, done: Option<&'static str>) -> Response {
    let all = portal.delegations(&ctx.caller, ctx.lang).await;
    respond(ctx, || Ok(page(ctx, portal, &all?, &typed, done).refused(ctx.lang, &typed)))
}

fn page(
    ctx: &Ctx,
    portal: &Portal,
    all: &[DelegationView],
    typed: &Typed,
    done: Option<&'static str>,
) -> Page {
    let lang = ctx.lang;
    let rows: Vec<_> = all.iter().map(|it| row(ctx, it)).collect();
    let head = lang.pick(
        ["职能", "委托单位", "受托单位", "期限", "依据", "状态"],
        ["Function", "Delegated by", "Taken over by", "Time", "Basis", "State"],
    );
    let list = match rows.is_empty() {
        true => {
            view! { <p class="py-4 ks-mute">{lang.pick("没有委托。", "Nothing is delegated.")}</p> }
                .into_any()
        }
        false => table(lang.pick("委托，最新的在前", "Delegations, the newest first"), &head, rows),
    };
    let body = view! {
        {flash(done)}
        {list}
        <section class="mt-14 max-w-[36rem]" aria-labelledby="h-new">
            {section_head("h-new", lang.pick("登记委托", "Record a delegation"))}
            <div class="mt-4">{summary(ctx, typed)}</div>
            {form(ctx, portal, typed)}
        </section>
    };
    let title = lang.pick("委托", "Delegations");
    let lead = lang.pick(
        "受托单位的第一责任人和审核员按委托办理，日志同时记下双方。终止后下一次操作即不再有效。",
        "Head and reviewers of the organization act in the authority’s place, and the log names both. What is ended counts no more with the next request.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

fn form(ctx: &Ctx, portal: &Portal, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let directory = portal.directory();
    let functions: Vec<Choice> = DelegatedFunction::ALL
        .iter()
        .map(|it| (it.as_str().to_owned(), function_text(lang, *it)))
        .collect();
    let regions =
        region_choices(ctx, &directory, &portal.regions_for(&ctx.caller, Action::Delegate));
    let bodies = organization_choices(ctx, &directory);
    let region = match (typed.value("region"), regions.first()) {
        ("", Some((first, _))) => first.clone(),
        (chosen, _) => chosen.to_owned(),
    };
    let field = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let choose = lang.pick("请选择", "Choose");
    let function = field("function", lang.pick("职能", "Function"), "");
    let place = field(
        "region",
        lang.pick("地区", "Region"),
        lang.pick("由这个地区的数据主管部门委托", "Its data authority delegates"),
    );
    let organization = field("organization", lang.pick("受托单位", "Taken over by"), "");
    let first = field("first_day", lang.pick("开始日期", "First day"), "");
    let last = field(
        "last_day",
        lang.pick("结束日期", "Last day"),
        lang.pick("没有期限的留空", "Empty where there is none"),
    );
    let basis = field(
        "basis",
        lang.pick("依据", "Basis"),
        lang.pick("委托文件的名称和文号", "Title and number of the document"),
    );
    view! {
        <form method="post" action=ctx.href(LIST) novalidate=true>
            {once()}
            {select(&function, choose, &functions, typed.value("function"))}
            {select(&place, choose, &regions, &region)}
            {select(&organization, choose, &bodies, typed.value("organization"))}
            {line(&first, "date", typed.value("first_day"))}
            {line(&last, "date", typed.value("last_day"))}
            {line(&basis, "text", typed.value("basis"))}
            <p class="mt-8">
                <button class="btn btn-primary" type="submit">{lang.pick("登记委托", "Record it")}</button>
            </p>
        </form>
    }
    .into_any()
}

/// A function with what it lets somebody do here.
fn function_text(lang: Lang, function: DelegatedFunction) -> String {
    let acts: Vec<&str> = kaishu_domain::permission::delegated(function)
        .iter()
        .map(|action| action.label(lang))
        .collect();
    let name = function.label(lang);
    match acts.is_empty() {
        true => lang.pick(
            format!("{name}（在平台外办理，只作登记）"),
            format!("{name} (done outside of the portal, recorded only)"),
        ),
        false => lang.pick(
            format!("{name}（{}）", acts.join("、")),
            format!("{name} ({})", acts.join(", ")),
        ),
    }
}

fn row(ctx: &Ctx, it: &DelegationView) -> AnyView {
    let lang = ctx.lang;
    let until =
        it.kept.last_day.map(|day| view! { {lang.pick("至", " to ")}{full_day(lang, day)} });
    let state = match (it.kept.ended_at, it.holds) {
        (Some(_), _) => lang.pick("已终止", "Ended"),
        (None, true) => lang.pick("有效", "Holds"),
        (None, false) => lang.pick("不在期限内", "Not now"),
    };
    let end = it.may_end.then(|| {
        let action = ctx.href(&format!("{LIST}/{}/end", it.kept.id));
        view! {
            <form method="post" action=action class="mt-2">
                <button class="btn btn-sm btn-outline text-error" type="submit">
                    {lang.pick("终止", "End")}<span class="sr-only">{format!(" {}", it.organization)}</span>
                </button>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">{it.kept.function.label(lang)}</th>
            <td data-l=lang.pick("委托单位", "Delegated by")>
                <span>{it.delegated_by.clone()}<span class="block text-sm ks-mute">{it.region.clone()}</span></span>
            </td>
            <td data-l=lang.pick("受托单位", "Taken over by")>{it.organization.clone()}</td>
            <td data-l=lang.pick("期限", "Time")><span>{full_day(lang, it.kept.first_day)}{until}</span></td>
            <td class="!whitespace-normal" data-l=lang.pick("依据", "Basis")>{it.kept.basis.clone()}</td>
            <td data-l=lang.pick("状态", "State")><div>{state}{end}</div></td>
        </tr>
    }
    .into_any()
}
