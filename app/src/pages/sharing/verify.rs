//! Values that a provider verifies for an agency that may not have its data: asked, listed, answered (SHR-09).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::sharing::{VerifyAct, VerifyForm, VerifyView};
use kaishu_types::ErrorCode;
use kaishu_types::sharing::{VerifyAnswer, VerifyAsk};
use leptos::prelude::*;

use super::{VERIFICATIONS, entry, share_page};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::{as_field, case_events, expired};
use crate::ui::data::data;
use crate::ui::dates::day_text;
use crate::ui::fields::{Choice, area, label, line, options, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;
use crate::ui::meta::{fact, meta, text_fact};

/// `GET /share/verifications`
pub(crate) async fn list(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = portal.own_verifications(&ctx.caller, ctx.lang).await;
    respond(&ctx, || {
        let (lang, found) = (ctx.lang, found?);
        let rows: Vec<_> = found
            .iter()
            .map(|card| {
                let path = ctx.href(&format!("{VERIFICATIONS}/{}", card.case));
                let provider = data(lang, card.provider.label(lang));
                view! {
                    <li class="py-4 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
                        <span>
                            <a class="ks-link font-semibold" href=path>{data(lang, card.data.clone())}</a>
                            " " <span class="ks-mute">{provider}" · "{data(lang, card.matter.clone())}</span>
                        </span>
                        <b class="font-semibold">{card.state.clone()}</b>
                    </li>
                }
            })
            .collect();
        let list = match rows.is_empty() {
            true => {
                let none = lang.pick("还没有核实、比对需求。", "Nothing was asked yet.");
                view! { <p class="ks-mute">{none}</p> }.into_any()
            }
            false => view! { <ul class="divide-y divide-[var(--line)] border-y border-[var(--line)]">{rows}</ul> }
                .into_any(),
        };
        let path = ctx.href(&format!("{VERIFICATIONS}/new"));
        let body = view! {
            <p class="mb-6"><a class="btn btn-outline" href=path>{lang.pick("提出核实、比对", "Ask for verification")}</a></p>
            {list}
        };
        let title = lang.pick("本单位的核实、比对需求", "What your agency asked to be verified");
        Ok(share_page(&ctx, title, vec![(title.to_owned(), None)], lead(&ctx), body.into_any()))
    })
}

fn lead(ctx: &Ctx) -> &'static str {
    ctx.lang.pick(
        "不予共享的数据，或者不符合共享条件的，可以请提供单位核实、比对。答复只有一致、不一致、本单位没有，不提供数据。",
        "What is not shared, or on conditions that are not met, its provider verifies: match, no match, nothing held; no data leaves.",
    )
}

/// `GET /share/verifications/new`
pub(crate) async fn write(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["dataset"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let mut typed = Typed::default();
    if let Some(code) = asked.get("dataset") {
        let found = match entry::find(&ctx, &portal, code).await {
            Ok(found) => found,
            Err(error) => return respond(&ctx, || Err(error)),
        };
        typed = typed
            .with("dataset", found.code.to_string())
            .with("provider", found.provider.code)
            .with("data", found.fields.title);
    }
    respond(&ctx, || Ok(form_page(&ctx, &portal.verify_form(&ctx.caller, ctx.lang)?, &typed)))
}

/// `POST /share/verifications/new`
pub(crate) async fn ask(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let text = |name: &str| typed.value(name).trim().to_owned();
    let asked = VerifyAsk {
        organization: text("organization"),
        provider: text("provider"),
        dataset: text("dataset").parse().ok(),
        data: text("data"),
        matter: text("matter"),
        basis: text("basis"),
        values: typed.value("values").lines().map(|it| it.trim().to_owned()).collect(),
    };
    match Box::pin(portal.ask_verification(&ctx.caller, &asked, ctx.lang)).await {
        Ok(case) => go(&ctx.href(&format!("{VERIFICATIONS}/{case}")), []),
        Err(error) if matches!(error.code(), ErrorCode::Forbidden | ErrorCode::NotFound) => {
            respond(&ctx, || Err(error.into()))
        }
        Err(error) => respond(&ctx, || {
            let typed = typed.refused(as_field(error, "data", ctx.lang))?;
            Ok(form_page(&ctx, &portal.verify_form(&ctx.caller, ctx.lang)?, &typed))
        }),
    }
}

fn form_page(ctx: &Ctx, form: &VerifyForm, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let body = match form.agencies.is_empty() {
        true => {
            let who = lang.pick(
                "核实、比对由本单位的数据专员或者负责人提出。",
                "The data officer or the head of your agency asks for it.",
            );
            view! { <div class="ks-note"><p>{who}</p></div> }.into_any()
        }
        false => ask_form(ctx, form, typed),
    };
    let title = lang.pick("提出核实、比对", "Ask for verification");
    let all = lang.pick("核实、比对", "Verification").to_owned();
    let places = vec![(all, Some(VERIFICATIONS.to_owned())), (title.to_owned(), None)];
    share_page(ctx, title, places, lead(ctx), body).refused(lang, typed)
}

fn ask_form(ctx: &Ctx, form: &VerifyForm, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let named = |it: &kaishu_types::organization::Named| -> Choice {
        (it.code.clone(), it.label(lang).to_owned())
    };
    let agencies: Vec<Choice> = form.agencies.iter().map(named).collect();
    let providers: Vec<Choice> = form.providers.iter().map(named).collect();
    let first = agencies.first().map(|(code, _)| code.clone()).unwrap_or_default();
    let own = match typed.value("organization") {
        "" => first,
        own => own.to_owned(),
    };
    let field = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let none = lang.pick("请选择", "choose");
    let data = field(
        "data",
        lang.pick("核实哪些数据", "Which data"),
        lang.pick("用自己的话写，如“户籍登记”", "In your words, as in: household register"),
    );
    let values = field(
        "values",
        lang.pick("要核实、比对的内容", "What is to be verified"),
        lang.pick("每行一项，如“某某，身份证号 …，户主”", "One a line"),
    );
    view! {
        {summary(ctx, typed)}
        <form method="post" action=ctx.href(&format!("{VERIFICATIONS}/new")) novalidate=true class="max-w-[40rem]">
            {once()}
            <input type="hidden" name="dataset" value=typed.value("dataset").to_owned()/>
            {select(&field("organization", lang.pick("使用单位", "Agency"), ""), none, &agencies, &own)}
            {select(&field("provider", lang.pick("提供单位", "Provider"), ""), none, &providers, typed.value("provider"))}
            {line(&data, "text", typed.value("data"))}
            {line(&field("matter", lang.pick("业务事项", "Business matter"), ""), "text", typed.value("matter"))}
            {area(&field("basis", lang.pick("使用依据", "Legal basis"), ""), 2, typed.value("basis"))}
            {area(&values, 6, typed.value("values"))}
            <p class="mt-8"><button class="btn btn-primary" type="submit">{lang.pick("提交给提供单位", "Send it to the provider")}</button></p>
        </form>
    }
    .into_any()
}

/// `GET /share/verifications/{id}`
pub(crate) async fn show(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = find(&ctx, &portal, &id).await;
    respond(&ctx, || Ok(page(&ctx, &found?, &Typed::default())))
}

/// `POST /share/verifications/{id}/act`
pub(crate) async fn act(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let found = match find(&ctx, &portal, &id).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let typed = Typed::of(pairs);
    let answers = (0..found.n_values).map(|n| typed.value(&answer_name(n)).parse().ok()).collect();
    let done = VerifyAct {
        event: typed.value("event").to_owned(),
        version: typed.value("version").parse().unwrap_or_default(),
        reason: typed.value("reason").to_owned(),
        answers,
    };
    let case = found.case.id;
    match Box::pin(portal.act_on_verification(&ctx.caller, case, done, ctx.lang)).await {
        Ok(()) => go(&ctx.href(&format!("{VERIFICATIONS}/{case}")), []),
        Err(error) if error.code() == ErrorCode::NotFound => respond(&ctx, || Err(error.into())),
        Err(error) => respond(&ctx, || {
            let typed = typed.refused(as_field(error, "answer-0", ctx.lang))?;
            Ok(page(&ctx, &found, &typed))
        }),
    }
}

fn answer_name(place: usize) -> String {
    format!("answer-{place}")
}

async fn find(ctx: &Ctx, portal: &Portal, id: &str) -> Result<VerifyView, AppError> {
    let unknown = || {
        let words = (("核实、比对", "核实、比对"), ("verification", "verifications"));
        let (one, all) = ctx.lang.pick(words.0, words.1);
        AppError::unknown(ctx.lang, id, one, all, VERIFICATIONS)
    };
    let number = id.parse().map_err(|_| unknown())?;
    let found = portal.verification(&ctx.caller, number, ctx.lang).await;
    found.map_err(|error| AppError::or_unknown(error, unknown))
}

fn page(ctx: &Ctx, found: &VerifyView, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let asked = &found.asked;
    let mut facts = vec![
        fact(lang.pick("编号", "Number"), found.number.clone()),
        fact(lang.pick("状态", "State"), found.case.state.label.clone()),
        fact(lang.pick("使用单位", "Agency"), data(lang, found.user.label(lang))),
        fact(lang.pick("提供单位", "Provider"), data(lang, found.provider.label(lang))),
    ];
    facts.extend(text_fact(lang.pick("业务事项", "Business matter"), Some(&asked.matter)));
    facts.extend(text_fact(lang.pick("使用依据", "Legal basis"), Some(&asked.basis)));
    let body = view! {
        {summary(ctx, typed)}
        {meta(facts)}
        {values(ctx, found)}
        {acts(ctx, found, typed)}
        <section aria-labelledby="h-events" class="mt-12">
            {section_head("h-events", lang.pick("办理记录", "What happened"))}
            {case_events(ctx, &found.case)}
        </section>
    };
    let all = lang.pick("核实、比对", "Verification").to_owned();
    let title = &found.case.title;
    let places = vec![(all, Some(VERIFICATIONS.to_owned())), (title.clone(), None)];
    share_page(ctx, title, places, lead(ctx), body.into_any()).refused(lang, typed)
}

/// The values with what was answered, for both sides; to others how many there are.
fn values(ctx: &Ctx, found: &VerifyView) -> AnyView {
    let (lang, n) = (ctx.lang, found.n_values);
    if let Some(day) = found.erased_on {
        let day = day_text(lang, day);
        let text = lang.pick(
            format!("共 {n} 项，内容和答复已经到了保存期限，于{day}删除。"),
            format!(
                "{n} in all; what was asked and answered was erased on {day}, its time being over."
            ),
        );
        return view! { <p class="mt-8 ks-mute">{text}</p> }.into_any();
    }
    if found.asked.values.is_empty() {
        let text = lang.pick(
            format!("共 {n} 项，内容和答复只有双方看得到。"),
            format!("{n} in all; only the two sides see what is asked and answered."),
        );
        return view! { <p class="mt-8 ks-mute">{text}</p> }.into_any();
    }
    let rows: Vec<_> = found
        .asked
        .values
        .iter()
        .enumerate()
        .map(|(place, value)| {
            let answer = found.answers.get(place).map_or("—", |it| it.label(lang));
            view! { <tr><td>{data(lang, value.clone())}</td><td>{answer}</td></tr> }
        })
        .collect();
    view! {
        <section aria-labelledby="h-values" class="mt-10">
            {section_head("h-values", lang.pick("核实、比对的内容", "What is verified"))}
            <div class="mt-4 overflow-x-auto">
                <table class="table">
                    <thead><tr>
                        <th scope="col">{lang.pick("内容", "Value")}</th>
                        <th scope="col">{lang.pick("答复", "Answer")}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// What the reader may do.
fn acts(ctx: &Ctx, found: &VerifyView, typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    let actions = &found.case.actions;
    if actions.is_empty() {
        return None;
    }
    let choices: Vec<Choice> = VerifyAnswer::ALL
        .iter()
        .map(|it| (it.as_str().to_owned(), it.label(lang).to_owned()))
        .collect();
    let answers = actions.iter().any(|it| it.event.code == "answer_verification").then(|| {
        let values = found.asked.values.iter().enumerate();
        let one = |(place, value): (usize, &String)| {
            let name = answer_name(place);
            let label = label(typed, &name, value, "");
            options(&label, "radio", &choices, |it| typed.value(&name) == it)
        };
        values.map(one).collect::<Vec<_>>()
    });
    let buttons: Vec<_> = actions
        .iter()
        .map(|action| {
            view! {
                <button class="btn btn-primary" type="submit" name="event" value=action.event.code.clone()>
                    {action.event.label.clone()}
                </button>
            }
        })
        .collect();
    let path = ctx.href(&format!("{VERIFICATIONS}/{}/act", found.case.id));
    let view = view! {
        <section aria-labelledby="h-act" class="mt-10">
            {section_head("h-act", lang.pick("办理", "Decide"))}
            <form method="post" action=path novalidate=true class="max-w-[40rem]">
                <input type="hidden" name="version" value=found.case.version.to_string()/>
                {answers}
                <p class="mt-6 flex flex-wrap gap-3">{buttons}</p>
            </form>
        </section>
    };
    Some(view.into_any())
}
