//! Verifying a record by hand: what is typed is compared, and one word is answered (DL-07).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::access::{Answered, VerifyDesk, VerifyTable};
use kaishu_types::table::{Literal, TableColumn};
use kaishu_types::verification::{VerifyAnswer, VerifyQuestion};
use kaishu_types::{ErrorCode, FieldError, Lang};
use leptos::prelude::*;

use super::own_page;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::pages::dataset::parse_code;
use crate::pages::workbench::expired;
use crate::ui::data::data;
use crate::ui::dates::day_text;
use crate::ui::fields::{Choice, Label, line, select};
use crate::ui::form::{Typed, summary};
use crate::ui::heading::{Rank, rail_head};
use crate::ui::meta::{fact, meta};

/// `GET /datasets/{code}/verify`
pub(crate) async fn show(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(code): Path<String>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let desk = find(&ctx, &portal, &code).await;
    respond(&ctx, || Ok(page(&ctx, &desk?, &Typed::default(), None)))
}

/// `POST /datasets/{code}/verify`
pub(crate) async fn ask(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(code): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let desk = match find(&ctx, &portal, &code).await {
        Ok(desk) => desk,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let typed = Typed::of(pairs);
    let Some((table, question)) = read(&desk, &typed) else {
        return respond(&ctx, || Ok(page(&ctx, &desk, &typed, None)));
    };
    let of = (&desk.dataset.code, table.resource);
    let answered = Box::pin(portal.verify(&ctx.caller, of, &question, ctx.lang)).await;
    match answered {
        Ok(answered) => {
            // What is left is what is left after this answer.
            let left = (answered.n_left, answered.n_misses_left);
            let desk = VerifyDesk { left, ..desk };
            respond(&ctx, || Ok(page(&ctx, &desk, &typed, Some(&answered))))
        }
        Err(error) if error.code() == ErrorCode::InvalidInput => {
            let message = error.message(ctx.lang);
            let messages: Vec<String> = match error.into_detail().fields {
                fields if fields.is_empty() => vec![message],
                fields => fields.into_iter().map(|fault| fault.message).collect(),
            };
            // The fields of a program are not those of the form; the first one is where to go on.
            let fault = |message| FieldError { field: "k0".to_owned(), message };
            let faults = messages.into_iter().map(fault).collect();
            respond(&ctx, || {
                let typed = typed.refused(kaishu_portal::Error::InvalidInput(faults))?;
                Ok(page(&ctx, &desk, &typed, None))
            })
        }
        Err(error) if error.code() == ErrorCode::TooManyRequests => {
            let typed = typed.noticed(error.message(ctx.lang));
            respond(&ctx, || Ok(page(&ctx, &desk, &typed, None).stopped(error.into())))
        }
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

async fn find(ctx: &Ctx, portal: &Portal, code: &str) -> Result<VerifyDesk, AppError> {
    let code = parse_code(ctx, code)?;
    Ok(Box::pin(portal.verify_desk(&ctx.caller, &code, ctx.lang)).await?)
}

/// The name of a table in the form.
fn name(table: &VerifyTable) -> String {
    format!("{}.{}", table.resource, table.number)
}

/// The table that was chosen; the first one where none was.
fn chosen<'a>(desk: &'a VerifyDesk, typed: &Typed) -> Option<&'a VerifyTable> {
    let wanted = typed.value("table");
    desk.tables.iter().find(|table| name(table) == wanted).or_else(|| desk.tables.first())
}

/// Reads what was typed; fields that are empty are not asked about. None where another table was chosen: its fields
/// come first.
fn read<'a>(desk: &'a VerifyDesk, typed: &Typed) -> Option<(&'a VerifyTable, VerifyQuestion)> {
    let table = chosen(desk, typed)?;
    if name(table) != typed.value("drawn") {
        return None;
    }
    let filled = |prefix: char| {
        let columns = table.columns.iter().enumerate();
        let values = columns.map(move |(place, column)| {
            (column.name.clone(), typed.value(&format!("{prefix}{place}")).trim().to_owned())
        });
        values.filter(|(_, value)| !value.is_empty()).unzip::<_, _, Vec<_>, Vec<_>>()
    };
    let ((key, found), (compare, compared)) = (filled('k'), filled('c'));
    let tuple = found.into_iter().chain(compared).map(Literal::Text).collect();
    Some((table, VerifyQuestion { table: table.number, key, compare, tuples: vec![tuple] }))
}

fn page(ctx: &Ctx, desk: &VerifyDesk, typed: &Typed, answered: Option<&Answered>) -> Page {
    let lang = ctx.lang;
    let title = lang.pick("核验", "Verify");
    let dataset = &desk.dataset;
    let above = vec![
        (lang.pick("数据目录", "Datasets").to_owned(), Some("/datasets".to_owned())),
        (dataset.title(lang).to_owned(), Some(format!("/datasets/{}", dataset.code))),
        (title.to_owned(), None),
    ];
    let form = match chosen(desk, typed) {
        Some(table) => form(ctx, desk, table, typed),
        None => {
            let none = lang.pick(
                "这项数据现在没有可以核验的表格，请与提供单位联系。",
                "There is no table to verify against now; ask the provider.",
            );
            view! { <div class="ks-note"><p>{none}</p></div> }.into_any()
        }
    };
    let body = view! {
        <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
            <div>
                {summary(ctx, typed)}
                {answered.map(|answered| answer(ctx, answered))}
                {form}
            </div>
            {rail(ctx, desk)}
        </div>
    };
    let lead = data(lang, dataset.title(lang).to_owned());
    own_page(ctx, title, above, lead, body.into_any()).refused(lang, typed)
}

/// The answer in words.
fn answer(ctx: &Ctx, answered: &Answered) -> AnyView {
    let lang = ctx.lang;
    let (class, text) = match answered.answers.first() {
        Some(VerifyAnswer::Match) => (
            "ks-note is-ok mb-8",
            lang.pick("相符：有这样的记录。", "Match: there is such a record."),
        ),
        Some(VerifyAnswer::NoMatch) => (
            "ks-note is-warn mb-8",
            lang.pick(
                "不相符：有这条记录，核对的内容不一致。",
                "No match: there is the record, and what was compared differs.",
            ),
        ),
        _ => ("ks-note is-warn mb-8", lang.pick("没有这条记录。", "There is no such record.")),
    };
    let code = &answered.receipt.code;
    let path = ctx.href(&format!("/verify/{code}"));
    let receipt = lang.pick("回执：", "Receipt: ");
    view! {
        <div class=class role="status">
            <p class="font-semibold">{text}</p>
            <p>{receipt}<a class="ks-link num" href=path>{code.to_string()}</a></p>
        </div>
    }
    .into_any()
}

fn form(ctx: &Ctx, desk: &VerifyDesk, table: &VerifyTable, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let action = ctx.href(&format!("/datasets/{}/verify", desk.dataset.code));
    let tables = (desk.tables.len() > 1).then(|| {
        let label = Label {
            name: "table".to_owned(),
            text: lang.pick("表格", "Table").to_owned(),
            hint: Some(
                lang.pick(
                    "换一张表格后点“核验”，再填写它的内容",
                    "After choosing another one press Verify, then fill in its fields",
                )
                .to_owned(),
            ),
            faults: Vec::new(),
            ..Label::default()
        };
        let choices: Vec<Choice> =
            desk.tables.iter().map(|it| (name(it), it.title.clone())).collect();
        select(&label, lang.pick("请选择", "Choose"), &choices, &name(table))
    });
    let fields = |prefix: char| -> Vec<AnyView> {
        let columns = table.columns.iter().enumerate();
        columns.map(|(place, column)| field(lang, (prefix, place), column, typed)).collect()
    };
    view! {
        <form method="post" action=action novalidate=true class="max-w-[40rem]">
            <input type="hidden" name="drawn" value=name(table)/>
            {tables}
            <fieldset>
                <legend class="text-xl font-semibold">{lang.pick("按什么查找", "By what it is found")}</legend>
                <p class="mt-1 ks-mute">{lang.pick("至少填一项。不填的不作为依据。", "Fill in one at least; what is empty is not asked.")}</p>
                {fields('k')}
            </fieldset>
            <fieldset class="mt-10">
                <legend class="text-xl font-semibold">{lang.pick("核对什么", "What is compared")}</legend>
                <p class="mt-1 ks-mute">{lang.pick("都不填的，只核验有没有这条记录。", "Nothing filled in asks whether there is such a record.")}</p>
                {fields('c')}
            </fieldset>
            <p class="mt-10"><button class="btn btn-primary" type="submit">{lang.pick("核验", "Verify")}</button></p>
        </form>
    }
    .into_any()
}

fn field(
    lang: Lang,
    (prefix, place): (char, usize),
    column: &TableColumn,
    typed: &Typed,
) -> AnyView {
    let name = format!("{prefix}{place}");
    // Two fields of one item are told apart by what they are for.
    let text = match prefix {
        'k' => column.label.clone(),
        _ => lang.pick(format!("核对：{}", column.label), format!("Compare: {}", column.label)),
    };
    let unit = column.unit.as_ref();
    let hint = unit.map(|unit| lang.pick(format!("单位：{unit}"), format!("Unit: {unit}")));
    let value = typed.value(&name).to_owned();
    let label = Label { faults: typed.faults(&name), name, text, hint, ..Label::default() };
    line(&label, "text", &value)
}

fn rail(ctx: &Ctx, desk: &VerifyDesk) -> AnyView {
    let lang = ctx.lang;
    let count = |n: u32| lang.pick(format!("{n} 条"), n.to_string());
    let (left, misses) = desk.left;
    let facts = vec![
        fact(lang.pick("今天还能核验", "Left today"), count(left)),
        fact(lang.pick("今天还能不相符", "Misses left today"), count(misses)),
        fact(lang.pick("权限到", "Granted until"), day_text(lang, desk.grant.last_day)),
    ];
    let text = lang.pick(
        "只回答相符、不相符或者没有这条记录，不提供数据本身。每次核验都有回执；不相符的次数太多，当天停止并通知提供单位。",
        "The answer is match, no match or no such record, never the data. Each has a receipt; too many misses stop it for the day, and the provider is told.",
    );
    view! {
        <aside class="text-[.9375rem]" aria-label=lang.pick("核验说明", "About verifying")>
            {rail_head(lang.pick("核验", "Verification"), Rank::First)}
            {meta(facts)}
            <p class="mt-4 ks-mute">{text}</p>
        </aside>
    }
    .into_any()
}
