//! The rules by which data gets its security level, and the entries to be graded anew (CLS-12).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::administration::{GradingForm, GradingView, Misgraded};
use kaishu_types::ErrorCode;
use kaishu_types::oversight::GradedBy;
use leptos::prelude::*;

use super::{authority_page, flash, no_such, table};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::expired;
use crate::ui::data::data;
use crate::ui::fields::{Choice, area, label, line, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;

const PATH: &str = "/authority/grading";

/// `GET /authority/grading`
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
            "规则已经更新，受影响的目录列在下面，已向提供单位派发任务。",
            "The rules are changed; the entries they concern are below, each with a task for its provider.",
        )
    });
    draw(&ctx, &portal, Typed::default(), done).await
}

/// `POST /authority/grading`
pub(crate) async fn add(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let form = GradingForm {
        level: typed.value("level"),
        applies: typed.value("applies"),
        theme: typed.value("theme"),
        text: typed.value("text"),
        basis: typed.value("basis"),
    };
    match portal.add_grading_rule(&ctx.caller, &form, ctx.lang).await {
        Ok(_) => go(&format!("{}?done=added", ctx.href(PATH)), []),
        Err(error) => match typed.refused(error) {
            Ok(typed) => draw(&ctx, &portal, typed, None).await,
            Err(error) => respond(&ctx, || Err(error)),
        },
    }
}

/// `POST /authority/grading/{id}/retire`
pub(crate) async fn retire(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let number = id.parse().unwrap_or_default();
    match portal.retire_grading_rule(&ctx.caller, number, ctx.lang).await {
        Ok(_) => go(&format!("{}?done=retired", ctx.href(PATH)), []),
        Err(error) if error.code() == ErrorCode::NotFound => {
            let names = ctx.lang.pick(("分级规则", "分级规则"), ("rule", "grading rules"));
            respond(&ctx, || Err(no_such(&ctx, &id, names, PATH)))
        }
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

async fn draw(ctx: &Ctx, portal: &Portal, typed: Typed, done: Option<&'static str>) -> Response {
    let found = portal.grading_rules(&ctx.caller, ctx.lang).await;
    respond(ctx, || {
        let (rules, wrong) = found?;
        Ok(page(ctx, portal, (&rules, &wrong), &typed, done).refused(ctx.lang, &typed))
    })
}

fn page(
    ctx: &Ctx,
    portal: &Portal,
    (rules, wrong): (&[GradingView], &[Misgraded]),
    typed: &Typed,
    done: Option<&'static str>,
) -> Page {
    let lang = ctx.lang;
    let version = portal.grading_version();
    let rows: Vec<_> = rules.iter().rev().map(|it| row(ctx, it)).collect();
    let head = lang.pick(
        ["编号", "级别", "适用", "规则", "依据", "版本"],
        ["Number", "Level", "Applies to", "Rule", "Basis", "Versions"],
    );
    let list = match rows.is_empty() {
        true => {
            let none = lang.pick(
                "还没有分级规则，安全级别由提供单位自行确定。",
                "There is no rule yet; providers choose the security level themselves.",
            );
            view! { <p class="py-4 ks-mute">{none}</p> }.into_any()
        }
        false => table(lang.pick("分级规则，最新的在前", "Rules, the newest first"), &head, rows),
    };
    let entries: Vec<_> = wrong.iter().map(|it| entry(ctx, it)).collect();
    let entry_head = lang.pick(
        ["数据集", "提供单位", "现在", "按规则", "任务"],
        ["Dataset", "Provider", "Now", "By the rules", "Task"],
    );
    let entries = match entries.is_empty() {
        true => {
            let none = lang.pick("没有低于规则级别的目录。", "No entry is below its level.");
            view! { <p class="py-4 ks-mute">{none}</p> }.into_any()
        }
        false => {
            table(lang.pick("须重新定级的目录", "Entries to be graded anew"), &entry_head, entries)
        }
    };
    let now = lang.pick(format!("现行第 {version} 版"), format!("Version {version} is in force"));
    let body = view! {
        {flash(done)}
        <p class="mb-4 ks-mute">{now}</p>
        {list}
        <section class="mt-12" aria-labelledby="h-wrong">
            {section_head("h-wrong", lang.pick("须重新定级的目录", "Entries to be graded anew"))}
            {entries}
        </section>
        <section class="mt-12 max-w-[36rem]" aria-labelledby="h-new">
            {section_head("h-new", lang.pick("增加规则", "Add a rule"))}
            <div class="mt-4">{summary(ctx, typed)}</div>
            {form(ctx, portal, typed)}
        </section>
    };
    let title = lang.pick("分级规则", "Grading rules");
    let lead = lang.pick(
        "目录的安全级别不低于适用规则中的最高级别。增加或者停用一条规则就是新的一版。",
        "An entry carries the highest level of the rules that apply to it, or a higher one. Each rule that comes or goes makes a new version.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

fn level_text(ctx: &Ctx, level: u8) -> String {
    ctx.lang.pick(format!("第 {level} 级"), format!("Level {level}"))
}

fn row(ctx: &Ctx, it: &GradingView) -> AnyView {
    let lang = ctx.lang;
    let rule = &it.rule;
    let versions = match rule.until {
        Some(until) => lang.pick(
            format!("第 {} 版起，第 {until} 版停用", rule.since),
            format!("from {}, until {until}", rule.since),
        ),
        None => lang.pick(format!("第 {} 版起", rule.since), format!("from {}", rule.since)),
    };
    let end = rule.until.is_none().then(|| {
        let action = ctx.href(&format!("{PATH}/{}/retire", rule.id));
        let number = format!(" {}", rule.id);
        view! {
            <form method="post" action=action class="mt-2">
                <button class="btn btn-sm btn-outline text-error" type="submit">
                    {lang.pick("停用", "Retire")}<span class="sr-only">{number}</span>
                </button>
            </form>
        }
    });
    let theme = it.theme.clone();
    view! {
        <tr>
            <th scope="row" class="num !font-medium">{rule.id}</th>
            <td class="nw" data-l=lang.pick("级别", "Level")>{level_text(ctx, rule.level)}</td>
            <td data-l=lang.pick("适用", "Applies to")>
                <span>{rule.applies.label(lang)}<span class="block text-sm ks-mute">{theme}</span></span>
            </td>
            <td class="!whitespace-normal" data-l=lang.pick("规则", "Rule")>{data(lang, rule.text.as_str())}</td>
            <td class="!whitespace-normal" data-l=lang.pick("依据", "Basis")>{data(lang, rule.basis.as_str())}</td>
            <td data-l=lang.pick("版本", "Versions")><div>{versions}{end}</div></td>
        </tr>
    }
    .into_any()
}

fn entry(ctx: &Ctx, it: &Misgraded) -> AnyView {
    let lang = ctx.lang;
    let page = ctx.href(&format!("/workbench/datasets/{}", it.code));
    let task = it.task.map(|case| {
        let path = ctx.href(&format!("/workbench/cases/{case}"));
        view! { <a class="ks-link" href=path>{lang.pick("查看任务", "See the task")}" "<span class="num">{case}</span></a> }
    });
    let least = lang.pick(
        format!("{}（{} 号规则）", level_text(ctx, it.least), it.rule),
        format!("{} (rule {})", level_text(ctx, it.least), it.rule),
    );
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                <a class="ks-plain" href=page>{data(lang, it.title.as_str())}</a>
                <span class="block text-sm ks-mute font-normal num">{it.code.to_string()}</span>
            </th>
            <td data-l=lang.pick("提供单位", "Provider")>{data(lang, it.organization.as_str())}</td>
            <td class="nw" data-l=lang.pick("现在", "Now")>{level_text(ctx, it.level)}</td>
            <td data-l=lang.pick("按规则", "By the rules")>{least}</td>
            <td data-l=lang.pick("任务", "Task")>{task}</td>
        </tr>
    }
    .into_any()
}

fn form(ctx: &Ctx, portal: &Portal, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let directory = portal.directory();
    let levels: Vec<Choice> =
        (1..=4_u8).map(|level| (level.to_string(), level_text(ctx, level))).collect();
    let applies: Vec<Choice> =
        GradedBy::ALL.iter().map(|it| (it.to_string(), it.label(lang).to_owned())).collect();
    let offered = directory.vocabulary("theme").filter(|term| !directory.is_retired(term));
    let themes: Vec<Choice> =
        offered.map(|term| (term.code.clone(), term.label(lang).to_owned())).collect();
    let choose = lang.pick("请选择", "Choose");
    let field = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let level = field("level", lang.pick("安全级别", "Security level"), "");
    let to = field("applies", lang.pick("适用于", "Applies to"), "");
    let theme = field("theme", lang.pick("数据领域", "Domain"), "");
    let text = field("text", lang.pick("规则", "Rule"), "");
    let basis = field(
        "basis",
        lang.pick("依据", "Basis"),
        lang.pick("文件的名称、文号和条款", "The document, its number and the article"),
    );
    view! {
        <form method="post" action=ctx.href(PATH) novalidate=true>
            {once()}
            {select(&level, choose, &levels, typed.value("level"))}
            {select(&to, choose, &applies, typed.value("applies"))}
            {select(&theme, lang.pick("所有领域", "All domains"), &themes, typed.value("theme"))}
            {area(&text, 3, typed.value("text"))}
            {line(&basis, "text", typed.value("basis"))}
            <p class="mt-8">
                <button class="btn btn-primary" type="submit">{lang.pick("增加规则", "Add the rule")}</button>
            </p>
        </form>
    }
    .into_any()
}
