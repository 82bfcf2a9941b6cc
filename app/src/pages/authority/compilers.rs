//! Who compiles which base register or topic (CAT-04).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_domain::permission::Action;
use kaishu_portal::Portal;
use kaishu_portal::administration::{CompilerForm, CompilerView};
use kaishu_types::ErrorCode;
use leptos::prelude::*;

use super::{authority_page, flash, no_such, organization_choices, region_choices, table};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::case::as_field;
use crate::pages::workbench::expired;
use crate::ui::data::data;
use crate::ui::fields::{Choice, area, label, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;

const LIST: &str = "/authority/compilers";

/// `GET /authority/compilers`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let done = asked.get("done").map(|done| match done.as_str() {
        "ended" => ctx.lang.pick("编制分工已经终止。", "It is ended."),
        _ => ctx.lang.pick("编制部门已经登记。", "The organization is named."),
    });
    draw(&ctx, &portal, Typed::default(), done).await
}

/// `POST /authority/compilers`
pub(crate) async fn name(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let form = CompilerForm {
        subject: typed.value("subject"),
        region: typed.value("region"),
        organization: typed.value("organization"),
        basis: typed.value("basis"),
    };
    match portal.name_compiler(&ctx.caller, &form, ctx.lang).await {
        Ok(()) => go(&format!("{}?done=named", ctx.href(LIST)), []),
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

/// `POST /authority/compilers/{id}/end`
pub(crate) async fn end(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let number = id.parse().unwrap_or_default();
    match portal.end_compiler(&ctx.caller, number, ctx.lang).await {
        Ok(()) => go(&format!("{}?done=ended", ctx.href(LIST)), []),
        Err(error) if error.code() == ErrorCode::NotFound => {
            let names = ctx.lang.pick(("编制分工", "编制分工"), ("compiler", "compilers"));
            respond(&ctx, || Err(no_such(&ctx, &id, names, LIST)))
        }
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

async fn draw(ctx: &Ctx, portal: &Portal, typed: Typed, done: Option<&'static str>) -> Response {
    let all = portal.compilers(&ctx.caller, ctx.lang).await;
    respond(ctx, || Ok(page(ctx, portal, &all?, &typed, done).refused(ctx.lang, &typed)))
}

fn page(
    ctx: &Ctx,
    portal: &Portal,
    all: &[CompilerView],
    typed: &Typed,
    done: Option<&'static str>,
) -> Page {
    let lang = ctx.lang;
    let rows: Vec<_> = all.iter().map(|it| row(ctx, it)).collect();
    let head = lang.pick(
        ["基础数据库或者主题", "编制部门", "地区", "依据", "状态"],
        ["Register or topic", "Compiled by", "Region", "Basis", "State"],
    );
    let list = match rows.is_empty() {
        true => {
            let none = lang.pick("还没有登记编制部门。", "Nobody is named yet.");
            view! { <p class="py-4 ks-mute">{none}</p> }.into_any()
        }
        false => {
            let caption = lang.pick("编制分工，最新的在前", "Who compiles what, the newest first");
            table(caption, &head, rows)
        }
    };
    let (rule, names_bodies) = portal.creators_rule(lang);
    let rule = match names_bodies {
        true => view! { <p class="mb-6 ks-mute">{rule.article}</p> }.into_any(),
        false => {
            let text = lang.pick(
                "现行规则不限定编制部门，登记的分工只供查阅，不影响提交。",
                "The rules in force do not narrow who compiles; what is named here changes nothing.",
            );
            view! { <div class="ks-note is-warn mb-8"><p>{text}</p></div> }.into_any()
        }
    };
    let body = view! {
        {flash(done)}
        {rule}
        {list}
        <section class="mt-14 max-w-[36rem]" aria-labelledby="h-new">
            {section_head("h-new", lang.pick("登记编制部门", "Name who compiles"))}
            <div class="mt-4">{summary(ctx, typed)}</div>
            {form(ctx, portal, typed)}
        </section>
    };
    let title = lang.pick("编制分工", "Who compiles what");
    let lead = lang.pick(
        "基础目录由登记的部门编制，主题目录由牵头或者行业主管部门编制。其他单位提交这两类目录时会被拒绝，并看到应当由谁编制。",
        "Base entries are compiled by the body that is named for the register, topic entries by the lead of the topic. Others are refused and told who compiles them.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

/// The base registers of the profile and the domains, as topics.
fn subjects(ctx: &Ctx, portal: &Portal) -> Vec<Choice> {
    let lang = ctx.lang;
    let bases = portal.policy().rules.general.base_dbs.value.iter().map(|it| {
        let word = lang.pick("基础数据库：", "Base register: ");
        (format!("base:{}", it.as_str()), format!("{word}{}", it.label(lang)))
    });
    let directory = portal.directory();
    let topics = directory.vocabulary("theme").filter(|term| !directory.is_retired(term));
    let topics = topics.map(|term| {
        let word = lang.pick("主题：", "Topic: ");
        (format!("topic:{}", term.code), format!("{word}{}", term.label(lang)))
    });
    bases.chain(topics).collect()
}

fn form(ctx: &Ctx, portal: &Portal, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let directory = portal.directory();
    let codes = portal.regions_for(&ctx.caller, Action::NameCompilers);
    let regions = region_choices(ctx, &directory, &codes);
    let region = match (typed.value("region"), regions.first()) {
        ("", Some((first, _))) => first.clone(),
        (chosen, _) => chosen.to_owned(),
    };
    let choose = lang.pick("请选择", "Choose");
    let field = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let subject = field("subject", lang.pick("基础数据库或者主题", "Register or topic"), "");
    let place = field(
        "region",
        lang.pick("地区", "Region"),
        lang.pick("对这个地区和下级地区有效", "It holds there and below"),
    );
    let organization = field("organization", lang.pick("编制部门", "Compiled by"), "");
    let basis = field(
        "basis",
        lang.pick("依据", "Basis"),
        lang.pick("文件的名称和文号", "Title and number of the document"),
    );
    view! {
        <form method="post" action=ctx.href(LIST) novalidate=true>
            {once()}
            {select(&subject, choose, &subjects(ctx, portal), typed.value("subject"))}
            {select(&organization, choose, &organization_choices(ctx, &directory), typed.value("organization"))}
            {select(&place, choose, &regions, &region)}
            {area(&basis, 3, typed.value("basis"))}
            <p class="mt-8">
                <button class="btn btn-primary" type="submit">{lang.pick("登记编制部门", "Name it")}</button>
            </p>
        </form>
    }
    .into_any()
}

fn row(ctx: &Ctx, it: &CompilerView) -> AnyView {
    let lang = ctx.lang;
    let is_ended = it.kept.ended_at.is_some();
    let state = match is_ended {
        true => lang.pick("已终止", "Ended"),
        false => lang.pick("有效", "Holds"),
    };
    let end = (!is_ended).then(|| {
        let action = ctx.href(&format!("{LIST}/{}/end", it.kept.id));
        let about = format!(" {}", it.subject);
        view! {
            <form method="post" action=action class="mt-2">
                <button class="btn btn-sm btn-outline text-error" type="submit">
                    {lang.pick("终止", "End")}<span class="sr-only">{about}</span>
                </button>
            </form>
        }
    });
    let kind = it.kept.kind.label(lang);
    view! {
        <tr>
            <th scope="row" class="!font-medium">
                {data(lang, it.subject.as_str())}<span class="block text-sm ks-mute font-normal">{kind}</span>
            </th>
            <td data-l=lang.pick("编制部门", "Compiled by")>{data(lang, it.organization.as_str())}</td>
            <td data-l=lang.pick("地区", "Region")>{data(lang, it.region.as_str())}</td>
            <td class="!whitespace-normal" data-l=lang.pick("依据", "Basis")>{data(lang, it.kept.basis.as_str())}</td>
            <td data-l=lang.pick("状态", "State")><div>{state}{end}</div></td>
        </tr>
    }
    .into_any()
}
