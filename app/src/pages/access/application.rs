//! The page of an application: where it is, who has it, until when, what came of it and what the reader can do.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::access::{ApplicationAct, ApplicationView, Transfer};
use kaishu_types::ErrorCode;
use kaishu_types::access::ApplicationDocument;
use leptos::prelude::*;

use super::{
    around, decide, dossier, duties, feed, form, materials, own_page, places, rows, terms,
};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::{as_field, case_events, clocks, expired};
use crate::ui::data::data;
use crate::ui::dates::day_text;
use crate::ui::form::{Typed, summary};
use crate::ui::heading::{Rank, rail_head, section_head};
use crate::ui::meta::{fact, meta, text_fact};

/// `GET /applications/{id}`
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

/// `POST /applications/{id}/act`
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
    // The form says that it asks for the items: none ticked is none, not all.
    let is_asked = pairs.iter().any(|(name, _)| name == "narrow");
    let items = pairs.iter().filter(|(name, _)| name == "granted").map(|(_, value)| value.clone());
    let items = is_asked.then(|| items.collect());
    let granted_rows = rows::read(&pairs, "granted_rows");
    let experts = pairs.iter().filter(|(name, _)| name == "experts");
    let experts = experts.map(|(_, login)| login.clone()).collect();
    let typed = Typed::of(pairs);
    let text = |name: &str| typed.value(name).to_owned();
    let last_day = match typed.value("until").trim() {
        "" => None,
        day => match day.parse() {
            Ok(day) => Some(day),
            Err(_) => {
                let message = ctx.lang.pick("请选择日期", "choose a day");
                let error = kaishu_portal::Error::field("until", message);
                return respond(&ctx, || Ok(page(&ctx, &found, &typed.refused(error)?)));
            }
        },
    };
    let is_question = typed.value("event") == "ask_experts";
    let done = ApplicationAct {
        event: text("event"),
        version: text("version").parse().unwrap_or_default(),
        reason: if is_question { text("question") } else { text("reason") },
        condition: text("condition"),
        items,
        rows: granted_rows,
        last_day,
        filing: text("filing"),
        terms: text("terms"),
        code: text("code"),
        experts,
        transfer: Transfer {
            assessment: text("assessment"),
            review: text("review"),
            report: text("report"),
        },
        idempotency_key: Some(text("key")).filter(|key| !key.is_empty()),
    };
    let field = match done.event.as_str() {
        "sign" | "countersign" => "code",
        "file" => "filing",
        "ask_experts" => "experts",
        "record_transfer" => "assessment",
        _ => "reason",
    };
    match portal.act_on_application(&ctx.caller, found.case.id, done, ctx.lang).await {
        Ok(()) => go(&ctx.href(&format!("/applications/{}", found.case.id)), []),
        Err(error) if error.code() == ErrorCode::NotFound => respond(&ctx, || Err(error.into())),
        // What stands against it is said where it is decided; a way to go on is shown on a page of its own.
        Err(error) if matches!(&error, kaishu_portal::Error::Refused { remedy: Some(_), .. }) => {
            respond(&ctx, || Err(error.into()))
        }
        Err(error) => respond(&ctx, || {
            let mut error = as_field(error, field, ctx.lang);
            if let kaishu_portal::Error::InvalidInput(faults) = &mut error
                && is_question
            {
                for fault in faults.iter_mut().filter(|it| it.field == "reason") {
                    "question".clone_into(&mut fault.field);
                }
            }
            Ok(page(&ctx, &found, &typed.refused(error)?))
        }),
    }
}

pub(super) async fn find(
    ctx: &Ctx,
    portal: &Portal,
    id: &str,
) -> Result<ApplicationView, AppError> {
    let unknown = || {
        let (one, all) = ctx.lang.pick(("申请", "申请"), ("application", "applications"));
        AppError::unknown(ctx.lang, id, one, all, super::MINE)
    };
    let number = id.parse().map_err(|_| unknown())?;
    let found = portal.application(&ctx.caller, number, ctx.lang).await;
    found.map_err(|error| AppError::or_unknown(error, unknown))
}

pub(super) fn page(ctx: &Ctx, found: &ApplicationView, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let is_written = matches!(found.case.state.code.as_str(), "draft" | "incomplete");
    let main = match found.is_own && is_written {
        true => form::draw(ctx, found, typed),
        false => asked(ctx, found),
    };
    let body = view! {
        <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
            <div>
                {summary(ctx, typed)}
                {decide::returned(ctx, found)}
                {around::transfer(ctx, found, typed)}
                {around::precedents(ctx, found)}
                {decide::draw(ctx, found, typed)}
                {around::experts(ctx, found, typed)}
                {around::renewal(ctx, found)}
                {terms::draw(ctx, found, typed)}
                {granted(ctx, found)}
                {feed::draw(ctx, found)}
                {duties::draw(ctx, found, typed)}
                {dossier::draw(ctx, found)}
                {main}
                {around::talk(ctx, found, typed)}
                <section aria-labelledby="h-events" class="mt-12">
                    {section_head("h-events", lang.pick("办理记录", "What happened"))}
                    {case_events(ctx, &found.case)}
                </section>
            </div>
            {rail(ctx, found)}
        </div>
    };
    let title = &found.case.title;
    let lead = format!("{} · {}", lang.pick("申请使用", "Application"), found.case.state.label);
    own_page(ctx, title, places(ctx, title), lead, body.into_any()).refused(lang, typed)
}

/// What is asked for, as everybody reads it who may.
fn asked(ctx: &Ctx, found: &ApplicationView) -> AnyView {
    let lang = ctx.lang;
    let document: &ApplicationDocument = &found.document;
    let applicant = &document.applicant;
    let items: Vec<String> = labels(found, |name| document.items.contains(name));
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day_text(lang, day));
    let mut facts = Vec::new();
    let kind = applicant.kind.map(|it| it.label(lang));
    facts.extend(text_fact(lang.pick("申请人", "Applicant"), Some(&applicant.name)));
    let proven = match found.is_proven {
        true => lang.pick("账号身份已核验", "proven who is behind the account"),
        false => lang.pick("账号身份未核验", "not proven who is behind the account"),
    };
    facts.extend(text_fact(lang.pick("身份核验", "Identity"), Some(proven)));
    facts.extend(text_fact(lang.pick("申请人类型", "Kind"), kind));
    facts.extend(text_fact(lang.pick("信用代码", "Credit code"), Some(&applicant.credit_code)));
    let contact = format!("{} {}", applicant.contact, applicant.phone);
    facts.extend(text_fact(lang.pick("联系人", "Contact"), Some(contact.trim())));
    facts.extend(text_fact(lang.pick("申请标题", "Title"), Some(&document.title)));
    facts.extend(text_fact(lang.pick("事由", "Reason"), Some(&document.reason)));
    let purpose = document.purpose.map(|it| it.label(lang));
    facts.extend(text_fact(lang.pick("用途", "Purpose"), purpose));
    facts.extend(text_fact(lang.pick("用途说明", "In words"), Some(&document.purpose_text)));
    let of_type = document.application_type.map(|it| it.label(lang));
    facts.extend(text_fact(lang.pick("申请类型", "Type"), of_type));
    facts.extend(text_fact(lang.pick("数据项", "Data items"), Some(&items.join("、"))));
    let rows = rows::words(found, &document.rows, lang);
    facts.extend(text_fact(lang.pick("数据行", "Rows"), rows.as_deref()));
    facts.extend(text_fact(lang.pick("使用方式", "Mode"), document.mode.map(|it| it.label(lang))));
    facts.extend(text_fact(lang.pick("开始日期", "From"), day(document.first_day).as_deref()));
    facts.extend(text_fact(lang.pick("结束日期", "Until"), day(document.last_day).as_deref()));
    let form = document.result_form.map(|it| it.label(lang));
    facts.extend(text_fact(lang.pick("成果形式", "Result"), form));
    facts.extend(text_fact(lang.pick("安全保障措施", "Safeguards"), Some(&document.safeguards)));
    let abroad = document.leaves_mainland.map(|leaves| match leaves {
        true => lang.pick("会", "yes"),
        false => lang.pick("不会", "no"),
    });
    facts.extend(text_fact(lang.pick("提供到境外", "Leaves the mainland"), abroad));
    view! {
        <section aria-labelledby="h-asked">
            {section_head("h-asked", lang.pick("申请内容", "What is asked for"))}
            {meta(facts)}
            {materials::listed(ctx, found)}
        </section>
    }
    .into_any()
}

/// What people call the data items that are wanted.
pub(super) fn labels(found: &ApplicationView, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let items = found.dataset.iter().flat_map(|dataset| &dataset.items);
    items.filter(|item| is_wanted(&item.name)).map(|item| item.label.clone()).collect()
}

/// What was granted, and the way to the data.
fn granted(ctx: &Ctx, found: &ApplicationView) -> Option<AnyView> {
    let lang = ctx.lang;
    let grant = found.grant.as_ref()?;
    let items = labels(found, |name| grant.items.contains(name));
    let rows = rows::words(found, &grant.rows, lang);
    let rows = rows.unwrap_or_else(|| lang.pick("全部", "all").to_owned());
    let facts = vec![
        fact(lang.pick("数据项", "Data items"), data(lang, items.join(lang.pick("、", ", ")))),
        fact(lang.pick("数据行", "Rows"), data(lang, rows)),
        fact(lang.pick("使用方式", "Mode"), grant.mode.label(lang)),
        fact(
            lang.pick("期限", "Period"),
            format!("{} — {}", day_text(lang, grant.first_day), day_text(lang, grant.last_day)),
        ),
        fact(lang.pick("登记编号", "Registered as"), data(lang, grant.filing.clone())),
    ];
    let path = ctx.href(&format!("/datasets/{}", found.code));
    let way = (grant.is_active && found.is_own).then(|| {
        view! {
            <p class="mt-4"><a class="btn btn-primary" href=path>{lang.pick("到数据集页面使用", "Use it on the page of the dataset")}</a></p>
        }
    });
    let title = match grant.is_active {
        true => lang.pick("您获准使用", "Granted"),
        false => lang.pick("曾经获准使用", "Was granted"),
    };
    let view = view! {
        <section aria-labelledby="h-granted" class="mb-10">
            {section_head("h-granted", title)}
            {meta(facts)}
            {way}
        </section>
    };
    Some(view.into_any())
}

fn rail(ctx: &Ctx, found: &ApplicationView) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("/datasets/{}", found.code));
    let dataset = view! { <a class="ks-link" href=path>{found.code.to_string()}</a> };
    let waits = found.case.steps.iter().filter(|step| step.is_current || step.verdict.is_none());
    let waits: Vec<String> = match found.case.state.code.as_str() {
        "in_review" => waits.map(|step| step.label.clone()).collect(),
        _ => Vec::new(),
    };
    let mut facts = vec![
        fact(lang.pick("申请编号", "Number"), found.number.clone()),
        fact(lang.pick("状态", "State"), found.case.state.label.clone()),
        fact(lang.pick("数据集", "Dataset"), dataset),
        fact(lang.pick("提供单位", "Provider"), data(lang, found.provider.label(lang))),
    ];
    facts.extend(text_fact(lang.pick("现在由谁办理", "Who has it"), Some(&waits.join("、"))));
    view! {
        <aside class="text-[.9375rem]" aria-label=lang.pick("申请信息", "About the application")>
            {rail_head(lang.pick("申请", "Application"), Rank::First)}
            {meta(facts)}
            {clocks(lang, &found.case)}
        </aside>
    }
    .into_any()
}
