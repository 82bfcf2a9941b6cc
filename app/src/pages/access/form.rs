//! The form of an application.

use std::collections::BTreeSet;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::access::{ApplicationAct, ApplicationView};
use kaishu_types::ErrorCode;
use kaishu_types::Lang;
use kaishu_types::access::{
    Applicant, ApplicantKind, ApplicationDocument, ApplicationType, DeliveryMode, ResultForm,
    UsePurpose,
};
use leptos::prelude::*;

use super::{application, materials, rows};
use crate::ctx::Ctx;
use crate::page::respond;
use crate::pages::account::go;
use crate::pages::workbench::{as_field, expired};
use crate::ui::fields::{Choice, area, label, line, options, select};
use crate::ui::form::Typed;

/// `POST /applications/{id}`
pub(crate) async fn submit(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let found = match application::find(&ctx, &portal, &id).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let document = read(&pairs, &found.document);
    let typed = Typed::of(pairs);
    let revision = typed.value("revision").parse().unwrap_or_default();
    let case = found.case.id;
    let saved = portal.save_application(&ctx.caller, (case, revision), &document, ctx.lang).await;
    if let Err(error) = saved {
        let is_late = error.code() == ErrorCode::Conflict;
        let shown = ApplicationView { document, ..found };
        return respond(&ctx, || {
            let error = if is_late { as_field(error, "title", ctx.lang) } else { error };
            Ok(application::page(&ctx, &shown, &typed.refused(error)?))
        });
    }
    let event = typed.value("then").to_owned();
    if event.is_empty() {
        return go(&ctx.href(&format!("/applications/{case}#saved")), []);
    }
    if event == "materials" {
        return go(&ctx.href(&format!("/applications/{case}/materials")), []);
    }
    let found = match application::find(&ctx, &portal, &id).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    if !found.missing.is_empty() {
        let faults = kaishu_portal::Error::InvalidInput(found.missing.clone());
        return respond(&ctx, || Ok(application::page(&ctx, &found, &typed.refused(faults)?)));
    }
    let version = found.case.version;
    let key = Some(format!("submit-{case}-{version}"));
    let done = ApplicationAct { event, version, idempotency_key: key, ..ApplicationAct::default() };
    match portal.act_on_application(&ctx.caller, case, done, ctx.lang).await {
        Ok(()) => go(&ctx.href(&format!("/applications/{case}")), []),
        Err(error) => respond(&ctx, || {
            let error = as_field(error, "title", ctx.lang);
            Ok(application::page(&ctx, &found, &typed.refused(error)?))
        }),
    }
}

/// Reads what was typed; what is no value is left out, and said to be missing.
fn read(pairs: &[(String, String)], before: &ApplicationDocument) -> ApplicationDocument {
    let text = |name: &str| {
        let found = pairs.iter().rev().find(|(it, _)| it == name);
        found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let items = pairs.iter().filter(|(name, _)| name == "items");
    ApplicationDocument {
        applicant: Applicant {
            kind: text("kind").parse().ok(),
            name: text("name"),
            credit_code: text("credit_code"),
            contact: text("contact"),
            phone: text("phone"),
        },
        title: text("title"),
        reason: text("reason"),
        purpose: text("purpose").parse().ok(),
        purpose_text: text("purpose_text"),
        application_type: text("application_type").parse().ok(),
        items: items.map(|(_, value)| value.clone()).collect(),
        rows: rows::read(pairs, "rows"),
        mode: text("mode").parse().ok(),
        first_day: text("first_day").parse().ok(),
        last_day: text("last_day").parse().ok(),
        result_form: text("result_form").parse().ok(),
        safeguards: text("safeguards"),
        leaves_mainland: match text("leaves_mainland").as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        // Not in the form: given and begun in ways of their own.
        materials: before.materials.clone(),
        renews: before.renews,
    }
}

/// Draws the form.
pub(super) fn draw(ctx: &Ctx, found: &ApplicationView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let action = ctx.href(&format!("/applications/{}", found.case.id));
    let then = match found.case.state.code.as_str() {
        "incomplete" => ("resubmit", lang.pick("补正后提交", "Submit again")),
        _ => ("submit", lang.pick("提交申请", "Submit the application")),
    };
    view! {
        <form method="post" action=action novalidate=true class="max-w-[40rem]">
            <input type="hidden" name="revision" value=found.revision.to_string()/>
            {applicant(lang, &found.document.applicant, typed)}
            {wanted(lang, found, typed)}
            {materials::part(ctx, found, typed)}
            <p class="mt-10 flex flex-wrap gap-3">
                <button class="btn btn-primary" type="submit" name="then" value=then.0>{then.1}</button>
                <button class="btn btn-outline" type="submit" name="then" value="">
                    {lang.pick("保存，以后再写", "Save and go on later")}
                </button>
            </p>
        </form>
    }
    .into_any()
}

/// The values of a vocabulary, to choose among.
macro_rules! choices {
    ($kind:ty, $lang:expr) => {
        <$kind>::ALL
            .iter()
            .map(|it| (it.as_str().to_owned(), it.label($lang).to_owned()))
            .collect::<Vec<Choice>>()
    };
}

fn code<T>(value: Option<T>, name: fn(T) -> &'static str) -> String {
    value.map(name).unwrap_or_default().to_owned()
}

fn applicant(lang: Lang, applicant: &Applicant, typed: &Typed) -> AnyView {
    let kind = label(typed, "kind", lang.pick("申请人类型", "Applicant"), "");
    let chosen = code(applicant.kind, ApplicantKind::as_str);
    let name = label(typed, "name", lang.pick("姓名或者单位名称", "Name"), "");
    let credit = label(
        typed,
        "credit_code",
        lang.pick("统一社会信用代码", "Unified social credit code"),
        lang.pick("单位填写，18 位；自然人不填", "For organizations: 18 characters"),
    );
    let contact = label(typed, "contact", lang.pick("联系人", "Contact"), "");
    let phone = label(typed, "phone", lang.pick("联系电话", "Telephone"), "");
    view! {
        <fieldset class="mb-10">
            <legend class="text-xl font-semibold">{lang.pick("谁来申请", "Who applies")}</legend>
            {options(&kind, "radio", &choices!(ApplicantKind, lang), |it| it == chosen)}
            {line(&name, "text", &applicant.name)}
            {line(&credit, "text", &applicant.credit_code)}
            {line(&contact, "text", &applicant.contact)}
            {line(&phone, "tel", &applicant.phone)}
        </fieldset>
    }
    .into_any()
}

fn wanted(lang: Lang, found: &ApplicationView, typed: &Typed) -> AnyView {
    let document = &found.document;
    let title = label(typed, "title", lang.pick("申请标题", "Title"), "");
    let reason = label(typed, "reason", lang.pick("申请事由", "Reason"), "");
    let purpose = label(typed, "purpose", lang.pick("用途", "Purpose"), "");
    let chosen = code(document.purpose, UsePurpose::as_str);
    let text = label(
        typed,
        "purpose_text",
        lang.pick("用途说明", "Purpose in words"),
        lang.pick(
            "写明做什么、用到哪些数据项；协议照此写明用途",
            "What for, with which items; the agreement says the same",
        ),
    );
    let kind = label(typed, "application_type", lang.pick("申请类型", "Type"), "");
    let kind_chosen = code(document.application_type, ApplicationType::as_str);
    let items = label(
        typed,
        "items",
        lang.pick("数据项", "Data items"),
        lang.pick("只选用得到的", "Only what you need"),
    );
    let first = label(
        typed,
        "first_day",
        lang.pick("开始日期", "First day"),
        lang.pick("不填的，自权限生效之日起", "Empty: from the day the grant begins"),
    );
    let last = label(typed, "last_day", lang.pick("结束日期", "Last day"), "");
    let limits = (
        "rows",
        lang.pick("只要一部分数据行（选填）", "Only a part of the rows (optional)"),
        lang.pick(
            "几个条件同时满足；多个取值用顿号隔开，日期写成 2026-01-31。用到的数据项，要么您申请了，要么无条件开放。不填的，申请全部数据行",
            "All conditions hold; several values with commas, dates as in 2026-01-31. Of items that you ask for or anyone may have. Empty: all rows",
        ),
    );
    let columns = rows::choices(found);
    let form = label(typed, "result_form", lang.pick("成果形式", "Form of the result"), "");
    let form_chosen = code(document.result_form, ResultForm::as_str);
    let safe = label(
        typed,
        "safeguards",
        lang.pick("安全保障措施", "Safeguards"),
        lang.pick(
            "数据放在哪里、谁能接触、怎样防止泄露",
            "Where the data is kept, who reaches it, how leaks are prevented",
        ),
    );
    let abroad = label(
        typed,
        "leaves_mainland",
        lang.pick("数据会不会提供到境外", "Whether data leaves the mainland"),
        "",
    );
    let abroad_choices = [
        ("no".to_owned(), lang.pick("不会", "No").to_owned()),
        ("yes".to_owned(), lang.pick("会", "Yes").to_owned()),
    ];
    let leaves = match document.leaves_mainland {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    };
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let choose = lang.pick("请选择", "Choose");
    view! {
        <fieldset>
            <legend class="text-xl font-semibold">{lang.pick("申请什么", "What is asked for")}</legend>
            {line(&title, "text", &document.title)}
            {area(&reason, 3, &document.reason)}
            {select(&purpose, choose, &choices!(UsePurpose, lang), &chosen)}
            {area(&text, 4, &document.purpose_text)}
            {select(&kind, choose, &choices!(ApplicationType, lang), &kind_chosen)}
            {options(&items, "checkbox", &item_choices(found), |it| document.items.contains(it))}
            {rows::fields(lang, limits, &columns, &document.rows, typed)}
            {mode(lang, found, typed)}
            {line(&first, "date", &day(document.first_day))}
            {line(&last, "date", &day(document.last_day))}
            {select(&form, choose, &choices!(ResultForm, lang), &form_chosen)}
            {area(&safe, 4, &document.safeguards)}
            {options(&abroad, "radio", &abroad_choices, |it| it == leaves)}
        </fieldset>
    }
    .into_any()
}

/// The data items that can be applied for, with what people call them.
fn item_choices(found: &ApplicationView) -> Vec<Choice> {
    let items = found.dataset.iter().flat_map(|dataset| &dataset.items);
    let offered = items.filter(|item| found.offered.contains(&item.name));
    offered.map(|item| (item.name.clone(), item.label.clone())).collect()
}

fn mode(lang: Lang, found: &ApplicationView, typed: &Typed) -> AnyView {
    let offered: BTreeSet<&str> = found
        .dataset
        .iter()
        .flat_map(|dataset| dataset.fields.open.modes.iter().map(String::as_str))
        .collect();
    let is_offered = |it: &&Choice| offered.is_empty() || offered.contains(it.0.as_str());
    let all = choices!(DeliveryMode, lang);
    let shown: Vec<Choice> = all.iter().filter(is_offered).cloned().collect();
    let chosen = code(found.document.mode, DeliveryMode::as_str);
    let label = label(typed, "mode", lang.pick("使用方式", "Mode"), "");
    options(&label, "radio", &shown, |it| it == chosen)
}
