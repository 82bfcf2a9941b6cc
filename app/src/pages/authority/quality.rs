//! The quality desk: what monitoring found, what is not as its source, and the periodic assessments that were
//! signed and filed (PUB-07, PUB-13).

use axum::body::Body;
use axum::extract::{Multipart, Path, State};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use http::{HeaderValue, header};
use kaishu_domain::permission::Action;
use kaishu_portal::monitoring::{AssessmentForm, QualityAssessment, QualityDesk, QualityScore};
use kaishu_portal::publishing::Reconciliation;
use kaishu_portal::{Error, Portal};
use leptos::prelude::*;

use super::{authority_page, flash, region_choices, table};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::{expired_with_file, short_text, tenths};
use crate::ui::data::data;
use crate::ui::dates::{full_day, full_time};
use crate::ui::differences::differences_list;
use crate::ui::fields::{Label, area, label, line, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;
use crate::ui::numbers::size;

/// Where the page is.
const PAGE: &str = "/authority/quality";

/// `GET /authority/quality`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let is_filed = asked.get("done").is_some_and(|done| done == "filed");
    let done = is_filed.then(|| ctx.lang.pick("评估报告已经登记。", "The assessment is filed."));
    draw(&ctx, &portal, Typed::default(), done).await
}

async fn draw(ctx: &Ctx, portal: &Portal, typed: Typed, done: Option<&'static str>) -> Response {
    let desk = portal.quality_desk(&ctx.caller, ctx.lang).await;
    respond(ctx, || Ok(page(ctx, portal, &desk?, &typed, done).refused(ctx.lang, &typed)))
}

/// `POST /authority/quality`: files a signed assessment.
pub(crate) async fn file(ctx: Ctx, State(portal): State<Portal>, mut form: Multipart) -> Response {
    if let Some(again) = expired_with_file(&ctx, &mut form).await {
        return again;
    }
    let mut typed = Typed::default();
    match take(&ctx, &portal, &mut form, &mut typed).await {
        Ok(()) => go(&format!("{}?done=filed", ctx.href(PAGE)), []),
        Err(error) => match typed.refused(error) {
            Ok(typed) => draw(&ctx, &portal, typed, None).await,
            Err(error) => respond(&ctx, || Err(error)),
        },
    }
}

/// Reads the fields, which come before the file, and files both.
async fn take(
    ctx: &Ctx,
    portal: &Portal,
    form: &mut Multipart,
    typed: &mut Typed,
) -> Result<(), Error> {
    let broken =
        |error: axum::extract::multipart::MultipartError| Error::field("file", error.body_text());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name != "file" {
            let value = short_text(field).await.map_err(broken)?;
            *typed = std::mem::take(typed).with(&name, value);
            continue;
        }
        let file_name = field.file_name().unwrap_or_default().to_owned();
        let bytes = field.map(|chunk| chunk.map_err(std::io::Error::other));
        let read = read(typed);
        let (caller, file) = (&ctx.caller, (file_name.as_str(), bytes));
        Box::pin(portal.file_assessment(caller, &read, file, ctx.lang)).await?;
        return Ok(());
    }
    Err(Error::field("file", ctx.lang.pick("请选择签章的评估报告", "Choose the signed report")))
}

fn read(typed: &Typed) -> AssessmentForm {
    let value = |name: &str| typed.value(name).to_owned();
    AssessmentForm {
        region: value("region"),
        assessor: value("assessor"),
        credit_code: value("credit_code"),
        signed_by: value("signed_by"),
        signed_on: value("signed_on"),
        first_day: value("first_day"),
        last_day: value("last_day"),
        conclusion: value("conclusion"),
        once: value("once"),
    }
}

/// `GET /authority/quality/{id}/file`
pub(crate) async fn take_file(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Path(id): Path<String>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let unknown = || {
        let (one, all) = ctx.lang.pick(("评估报告", "评估报告"), ("assessment", "assessments"));
        AppError::unknown(ctx.lang, &id, one, all, PAGE)
    };
    let number = id.parse().unwrap_or_default();
    let (kept, read) = match portal.assessment_file(&ctx.caller, number).await {
        Ok(found) => found,
        Err(error) => {
            return respond(&ctx, || Err(AppError::or_unknown(error, unknown)));
        }
    };
    // It is kept as it came and never shown by the browser itself, whatever it is.
    let name = crate::pages::account::escaped(&kept.file_name).replace('/', "_");
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    let mut response = Body::from_stream(read.bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(kept.size_bytes));
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

fn page(
    ctx: &Ctx,
    portal: &Portal,
    desk: &QualityDesk,
    typed: &Typed,
    done: Option<&'static str>,
) -> Page {
    let lang = ctx.lang;
    let rule = lang.pick(desk.rule.value.clone(), desk.rule.value_en.clone());
    let form = desk.may_file.then(|| form(ctx, portal, desk, typed));
    let body = view! {
        {flash(done)}
        <p class="mb-8 ks-mute">{lang.pick("现行规则：", "Rule in force: ")}{rule}</p>
        <section aria-labelledby="h-inconsistent">
            {section_head("h-inconsistent", lang.pick("与源数据不一致", "Not as the source"))}
            {inconsistent(ctx, &desk.inconsistent)}
        </section>
        <section class="mt-14" aria-labelledby="h-lowest">
            {section_head("h-lowest", lang.pick("得分最低的数据集", "Datasets with the lowest scores"))}
            {lowest(ctx, &desk.lowest)}
        </section>
        <section class="mt-14" aria-labelledby="h-assessed">
            {section_head("h-assessed", lang.pick("定期评估", "Periodic assessments"))}
            {assessments(ctx, &desk.assessments)}
        </section>
        {form}
    };
    let title = lang.pick("质量监测和评估", "Quality");
    let lead = lang.pick(
        "平台按现行规则的周期检查已发布的数据；提供单位可以与源数据比对；定期评估由评估单位签章后登记。",
        "What is published is looked at in the period of the rules in force; providers compare it with their source; periodic assessments are signed and filed.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

fn none(text: &'static str) -> AnyView {
    view! { <p class="py-4 ks-mute">{text}</p> }.into_any()
}

fn inconsistent(ctx: &Ctx, all: &[Reconciliation]) -> AnyView {
    let lang = ctx.lang;
    if all.is_empty() {
        return none(lang.pick("没有不一致的。", "There is none."));
    }
    let rows: Vec<AnyView> = all
        .iter()
        .map(|it| {
            let path = ctx.href(&format!("/workbench/datasets/{}/quality", it.dataset));
            view! {
                <tr>
                    <th scope="row" class="!whitespace-normal !font-medium">
                        <a class="ks-plain" href=path>{data(lang, it.title.as_str())}</a>
                        <span class="block text-sm ks-mute num font-normal">{it.dataset.to_string()}</span>
                    </th>
                    <td class="!whitespace-normal" data-l=lang.pick("差别", "What differs")><div>{differences_list(lang, it)}</div></td>
                    <td data-l=lang.pick("比对时间", "Compared")>{full_time(lang, it.stated_at)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let head = lang.pick(["数据集", "差别", "比对时间"], ["Dataset", "What differs", "Compared"]);
    table(
        lang.pick("与源数据不一致，最新的在前", "Not as the source, the newest first"),
        &head,
        rows,
    )
}

fn lowest(ctx: &Ctx, all: &[(QualityScore, String)]) -> AnyView {
    let lang = ctx.lang;
    if all.is_empty() {
        return none(lang.pick("还没有监测记录。", "Nothing is recorded yet."));
    }
    let rows: Vec<AnyView> = all
        .iter()
        .map(|(it, title)| {
            let path = ctx.href(&format!("/workbench/datasets/{}/quality", it.dataset));
            let score = it.score.map_or_else(|| "—".to_owned(), tenths);
            view! {
                <tr>
                    <th scope="row" class="!whitespace-normal !font-medium">
                        <a class="ks-plain" href=path>{data(lang, title.as_str())}</a>
                        <span class="block text-sm ks-mute num font-normal">{it.dataset.to_string()}</span>
                    </th>
                    <td class="num" data-l=lang.pick("得分", "Score")>{score}</td>
                    <td data-l=lang.pick("检查日期", "Looked at")>{full_day(lang, it.day)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let head = lang.pick(["数据集", "得分", "检查日期"], ["Dataset", "Score", "Looked at"]);
    table(lang.pick("得分，最低的在前", "Scores, the lowest first"), &head, rows)
}

fn assessments(ctx: &Ctx, all: &[QualityAssessment]) -> AnyView {
    let lang = ctx.lang;
    if all.is_empty() {
        return none(lang.pick("还没有登记评估报告。", "None is filed yet."));
    }
    let rows: Vec<AnyView> = all
        .iter()
        .map(|it| {
            let path = ctx.href(&format!("{PAGE}/{}/file", it.id));
            view! {
                <tr>
                    <th scope="row" class="!whitespace-normal !font-medium">
                        {data(lang, it.assessor.as_str())}
                        <span class="block text-sm ks-mute num font-normal">{it.credit_code.clone()}</span>
                    </th>
                    <td data-l=lang.pick("期间", "Period")><span>{full_day(lang, it.first_day)}{lang.pick("至", " to ")}{full_day(lang, it.last_day)}</span></td>
                    <td class="!whitespace-normal" data-l=lang.pick("结论", "Conclusion")>
                        <span class="whitespace-pre-line">{data(lang, it.conclusion.as_str())}</span>
                    </td>
                    <td class="!whitespace-normal" data-l=lang.pick("签章", "Signed")>
                        <span>{data(lang, it.signed_by.as_str())}" "{full_day(lang, it.signed_on)}</span>
                    </td>
                    <td class="!whitespace-normal" data-l=lang.pick("文件", "File")>
                        <span>
                            <a class="ks-link" href=path>{data(lang, it.file_name.as_str())}</a>" "{size(it.size_bytes)}
                            <span class="block font-mono text-[.8125rem] break-all ks-mute">{it.sha256.clone()}</span>
                            <span class="block text-sm ks-mute">{lang.pick("登记：", "Filed: ")}{data(lang, it.filed_by.as_str())}" "{full_time(lang, it.filed_at)}</span>
                        </span>
                    </td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let head = lang.pick(
        ["评估单位", "期间", "结论", "签章", "文件"],
        ["Assessor", "Period", "Conclusion", "Signed", "File"],
    );
    table(lang.pick("评估，最新的在前", "Assessments, the newest first"), &head, rows)
}

fn file_field(file: &Label) -> AnyView {
    let class = if file.faults.is_empty() { "ks-field" } else { "ks-field is-bad" };
    let faults: Vec<_> = file
        .faults
        .iter()
        .map(|fault| view! { <p class="ks-bad"><span>{fault.clone()}</span></p> })
        .collect();
    view! {
        <div class=class>
            <label for="file">{file.text.clone()}</label>
            <p class="hint" id="file-h">{file.hint.clone()}</p>
            {faults}
            <input class="file-input w-full" type="file" id="file" name="file" required=true aria-describedby="file-h"/>
        </div>
    }
    .into_any()
}

fn form(ctx: &Ctx, portal: &Portal, desk: &QualityDesk, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let directory = portal.directory();
    let codes = portal.regions_for(&ctx.caller, Action::FileAssessments);
    let regions = region_choices(ctx, &directory, &codes);
    let region = match (typed.value("region"), regions.first()) {
        ("", Some((first, _))) => first.clone(),
        (chosen, _) => chosen.to_owned(),
    };
    let field = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let place = field("region", lang.pick("地区", "Region"), "");
    let assessor = field("assessor", lang.pick("评估单位", "Assessor"), "");
    let code_hint = match desk.is_third_party {
        true => lang.pick("第三方机构必填，18 位", "Needed of a third party, 18 characters"),
        false => lang.pick("没有的不填", "Empty where there is none"),
    };
    let code = field(
        "credit_code",
        lang.pick("统一社会信用代码", "Unified social credit code"),
        code_hint,
    );
    let signed_by = field("signed_by", lang.pick("签字人", "Signed by"), "");
    let signed_on = field("signed_on", lang.pick("签章日期", "Signed on"), "");
    let first = field("first_day", lang.pick("评估期间开始", "First day of the period"), "");
    let last = field("last_day", lang.pick("评估期间结束", "Last day of the period"), "");
    let conclusion = field("conclusion", lang.pick("结论", "Conclusion"), "");
    let file = field(
        "file",
        lang.pick("签章的评估报告", "Signed report"),
        lang.pick("原样保存，不超过 50 MB", "Kept byte for byte, 50 MB at most"),
    );
    view! {
        <section class="mt-14 max-w-[36rem]" aria-labelledby="h-new">
            {section_head("h-new", lang.pick("登记评估报告", "File an assessment"))}
            <div class="mt-4">{summary(ctx, typed)}</div>
            <form method="post" action=ctx.href(PAGE) enctype="multipart/form-data" novalidate=true>
                {once()}
                {select(&place, lang.pick("请选择", "Choose"), &regions, &region)}
                {line(&assessor, "text", typed.value("assessor"))}
                {line(&code, "text", typed.value("credit_code"))}
                {line(&first, "date", typed.value("first_day"))}
                {line(&last, "date", typed.value("last_day"))}
                {area(&conclusion, 4, typed.value("conclusion"))}
                {line(&signed_by, "text", typed.value("signed_by"))}
                {line(&signed_on, "date", typed.value("signed_on"))}
                {file_field(&file)}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{lang.pick("登记", "File it")}</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}
