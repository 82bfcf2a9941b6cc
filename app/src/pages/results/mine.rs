//! What somebody registered of their use of data, and the form for more; source and day come from a receipt (USE-02).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_domain::policy::Work;
use kaishu_portal::Portal;
use kaishu_portal::results::{OwnResults, ResultForm, UseResult};
use leptos::prelude::*;

use super::{list, result};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::expired;
use crate::ui::crumbs::crumbs;
use crate::ui::fields::{Choice, Label, area, line, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::{page_head, section_head};

const PATH: &str = "/me/results";

/// `GET /me/results`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["grant", "receipt"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let mut typed = Typed::default();
    for name in ["grant", "receipt"] {
        typed = typed.with(name, asked.get(name).cloned().unwrap_or_default());
    }
    if !typed.value("receipt").is_empty() {
        typed = fill_in(&ctx, &portal, typed).await;
    }
    draw(&ctx, &portal, typed).await
}

/// `POST /me/results`
pub(crate) async fn register(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    if typed.value("act") == "fill" {
        let typed = fill_in(&ctx, &portal, typed).await;
        return draw(&ctx, &portal, typed).await;
    }
    let text = |name: &str| typed.value(name).to_owned();
    let form = ResultForm {
        kind: text("kind"),
        title: text("title"),
        summary: text("summary"),
        url: text("url"),
        source: text("source"),
        retrieved_on: text("retrieved_on"),
        shown_as: text("shown_as"),
        is_public: typed.value("is_public") == "yes",
        on_dataset: typed.value("on_dataset") == "yes",
    };
    let under = (number(typed.value("grant")), typed.value("receipt"));
    match Box::pin(portal.register_result(&ctx.caller, under, &form, ctx.lang)).await {
        Ok(_) => go(&ctx.href(PATH), []),
        Err(error) => match typed.refused(error) {
            Ok(typed) => draw(&ctx, &portal, typed).await,
            Err(error) => respond(&ctx, || Err(error)),
        },
    }
}

/// `POST /me/results/{id}`: lets it be seen, or not any more, or takes it back.
pub(crate) async fn change(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let (typed, id) = (Typed::of(pairs), number(&id));
    let done = match typed.value("act") {
        "withdraw" => portal.withdraw_result(&ctx.caller, id, ctx.lang).await,
        act => {
            let shown = (act != "hide", act == "show_both");
            portal.show_result(&ctx.caller, id, shown, ctx.lang).await
        }
    };
    match done {
        Ok(()) => go(&ctx.href(PATH), []),
        Err(error) => match typed.refused(error) {
            Ok(typed) => draw(&ctx, &portal, typed).await,
            Err(error) => respond(&ctx, || Err(error)),
        },
    }
}

/// What is no number is that of nothing.
fn number(text: &str) -> i64 {
    text.parse().unwrap_or_default()
}

/// Fills source and day in from the receipt that is named; what was typed of them gives way.
async fn fill_in(ctx: &Ctx, portal: &Portal, typed: Typed) -> Typed {
    let of = (number(typed.value("grant")), typed.value("receipt"));
    match Box::pin(portal.attribution_of(&ctx.caller, of, ctx.lang)).await {
        Ok((source, day)) => typed.with("source", source).with("retrieved_on", day),
        Err(error) => {
            let kept = typed.clone();
            typed.refused(error).unwrap_or(kept)
        }
    }
}

async fn draw(ctx: &Ctx, portal: &Portal, typed: Typed) -> Response {
    let found = portal.own_results(&ctx.caller, ctx.lang).await;
    respond(ctx, || Ok(page(ctx, &found?, &typed)))
}

fn page(ctx: &Ctx, found: &OwnResults, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let title = lang.pick("我的成果", "My results");
    let lead = lang.pick(
        "用获准使用的数据做出的产品、服务、报告和论文，在这里登记。提供单位和主管部门都能看到；是否公开展示，由您决定。",
        "Register products, services, reports and papers made of granted data. The provider and the authority see them; whether everybody does is yours to decide.",
    );
    let rows: Vec<_> =
        found.results.iter().map(|it| result(ctx, it, Some(acts(ctx, it)))).collect();
    let mine = match rows.is_empty() {
        true => {
            let none = lang.pick("还没有登记。", "None is registered yet.");
            view! { <p class="ks-mute">{none}</p> }.into_any()
        }
        false => list(rows, None),
    };
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![(title.to_owned(), None)])}
            {page_head(title, lead)}
            {summary(ctx, typed)}
            <section aria-labelledby="h-mine" class="max-w-[54rem]">
                {section_head("h-mine", lang.pick("已经登记的", "Registered"))}
                <div class="mt-3">{mine}</div>
            </section>
            {form(ctx, found, typed)}
        </main>
    };
    Page::new(title, body).private().refused(lang, typed)
}

/// What can be done with a result.
fn acts(ctx: &Ctx, found: &UseResult) -> AnyView {
    let lang = ctx.lang;
    let action = ctx.href(&format!("{PATH}/{}", found.id));
    let standing = match (found.is_public, found.on_dataset) {
        (false, _) => lang.pick("不公开展示", "Not shown"),
        (true, false) => lang.pick("公开展示", "Shown"),
        (true, true) => {
            lang.pick("公开展示，数据集页面也展示", "Shown, on the page of the dataset too")
        }
    };
    let button = |act: &'static str, word: &'static str| {
        view! { <button class="btn btn-outline" type="submit" name="act" value=act>{word}</button> }
    };
    let show = (!found.is_public).then(|| button("show", lang.pick("公开展示", "Show it")));
    let both = (!found.on_dataset).then(|| {
        button("show_both", lang.pick("在数据集页面也展示", "Show it on the dataset’s page too"))
    });
    let hide = found.is_public.then(|| button("hide", lang.pick("不再展示", "Show it no more")));
    let withdraw = button("withdraw", lang.pick("撤回登记", "Take it back"));
    view! {
        <form method="post" action=action class="mt-2 flex flex-wrap items-center gap-2">
            <span class="ks-mute me-2">{standing}</span>
            {show}{both}{hide}{withdraw}
        </form>
    }
    .into_any()
}

fn form(ctx: &Ctx, found: &OwnResults, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    if found.grants.is_empty() {
        let none = lang.pick(
            "您还没有获准使用的数据，暂时没有可以登记的成果。",
            "You hold no grant, so there is nothing to register.",
        );
        return view! { <p class="mt-10 ks-mute">{none}</p> }.into_any();
    }
    let label = |name: &str, text: &str, hint: Option<&str>| Label {
        name: name.to_owned(),
        text: text.to_owned(),
        hint: hint.map(str::to_owned),
        faults: typed.faults(name),
        ..Label::default()
    };
    let grants: Vec<Choice> = found
        .grants
        .iter()
        .map(|grant| (grant.case.to_string(), format!("{}（{}）", grant.dataset, grant.filing)))
        .collect();
    let kinds: Vec<Choice> = Work::ALL
        .iter()
        .map(|work| (work.as_str().to_owned(), work.label(lang).to_owned()))
        .collect();
    let none = lang.pick("请选择", "Choose");
    let value = |name: &str| typed.value(name).to_owned();
    let filled = lang.pick(
        "填写回执编号后，可以自动填写来源和获取日期",
        "With its number, source and day are filled in for you",
    );
    let rule = (!found.rule.article.is_empty()).then(|| {
        view! { <p class="mt-2 text-sm ks-mute">{found.rule.article.clone()}</p> }
    });
    view! {
        <section aria-labelledby="h-new" class="mt-14 max-w-[40rem]">
            {section_head("h-new", lang.pick("登记成果", "Register a result"))}
            {rule}
            <form method="post" action=ctx.href(PATH) class="mt-4" novalidate=true>
                {once()}
                {select(&label("grant", lang.pick("使用权限", "Grant"), None), none, &grants, &value("grant"))}
                {line(&label("receipt", lang.pick("回执编号（可不填）", "Receipt (optional)"), Some(filled)), "text", &value("receipt"))}
                <p class="mt-3"><button class="btn btn-outline" type="submit" name="act" value="fill">{lang.pick("用回执填写来源和日期", "Fill in from the receipt")}</button></p>
                {select(&label("kind", lang.pick("成果类型", "What it is"), None), none, &kinds, &value("kind"))}
                {line(&label("title", lang.pick("成果名称", "What it is called"), None), "text", &value("title"))}
                {area(&label("summary", lang.pick("说明（可不填）", "Description (optional)"), None), 3, &value("summary"))}
                {line(&label("url", lang.pick("网址（可不填）", "Address (optional)"), None), "url", &value("url"))}
                {line(&label("source", lang.pick("数据来源", "Source of the data"), Some(lang.pick("与成果中注明的一致", "As the result itself names it"))), "text", &value("source"))}
                {line(&label("retrieved_on", lang.pick("获取日期", "Day of retrieval"), None), "date", &value("retrieved_on"))}
                {consent(lang.pick("同意公开展示这项成果", "Everybody may see this result"), "is_public", typed)}
                {consent(lang.pick("同意在数据集页面展示", "The page of the dataset may lead to it"), "on_dataset", typed)}
                {line(&label("shown_as", lang.pick("署名", "Shown under the name"), Some(lang.pick("公开展示时显示，例如单位名称", "As everybody reads it, the name of your organization for one"))), "text", &value("shown_as"))}
                <p class="mt-8"><button class="btn btn-primary" type="submit" name="act" value="register">{lang.pick("登记", "Register")}</button></p>
            </form>
        </section>
    }
    .into_any()
}

/// A box that says yes.
fn consent(text: &'static str, name: &'static str, typed: &Typed) -> AnyView {
    let faults: Vec<_> = typed
        .faults(name)
        .into_iter()
        .map(|fault| view! { <p class="ks-bad">{fault}</p> })
        .collect();
    view! {
        <div class="ks-field">
            {faults}
            <label class="ks-opt !py-2">
                <input type="checkbox" class="checkbox" id=name name=name value="yes" checked=typed.value(name) == "yes"/>
                <span>{text}</span>
            </label>
        </div>
    }
    .into_any()
}
