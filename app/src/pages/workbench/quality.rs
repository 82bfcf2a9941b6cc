//! The quality of a dataset for those who look after it: what monitoring found over time (PUB-07), and how it
//! compares with its source (PUB-13).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_domain::permission::Action;
use kaishu_domain::policy::QualityDimension;
use kaishu_portal::Portal;
use kaishu_portal::monitoring::QualityScore;
use kaishu_portal::publishing::{Reconciliation, Stated};
use kaishu_types::dataset::DatasetView;
use kaishu_types::vocabulary::ResourceKind;
use kaishu_types::{DatasetCode, ErrorCode, Lang};
use leptos::prelude::*;

use super::{bench_page, expired};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::ui::data::data;
use crate::ui::dates::{full_day, full_time};
use crate::ui::differences::differences_list;
use crate::ui::fields::{Choice, area, label, line, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;

/// Inconsistencies that a desk names.
const ON_DESK: usize = 5;

/// What the page shows.
struct Shown {
    dataset: DatasetView,
    course: Vec<QualityScore>,
    compared: Vec<Reconciliation>,
}

/// `GET /workbench/datasets/{code}/quality`
pub(crate) async fn show(
    Asked(ctx): Asked,
    Path(code): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let is_done = asked.get("done").is_some_and(|done| done == "compared");
    let found = find(&ctx, &portal, &code).await;
    respond(&ctx, || Ok(page(&ctx, &found?, &Typed::default(), is_done)))
}

/// `POST /workbench/datasets/{code}/quality`: compares with the source.
pub(crate) async fn compare(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let shown = match find(&ctx, &portal, &code).await {
        Ok(shown) => shown,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let (caller, code) = (&ctx.caller, &shown.dataset.code);
    let compared = match read(&typed, ctx.lang) {
        Ok(stated) => Box::pin(portal.reconcile(caller, code, &stated, ctx.lang)).await,
        Err(error) => Err(error),
    };
    let error = match compared {
        Ok(_) => {
            let path = ctx.href(&format!("/workbench/datasets/{code}/quality"));
            return go(&format!("{path}?done=compared"), []);
        }
        Err(error) => error,
    };
    respond(&ctx, || {
        let typed = match error.code() {
            ErrorCode::Unavailable => typed.noticed(error.message(ctx.lang)),
            _ => typed.refused(error)?,
        };
        Ok(page(&ctx, &shown, &typed, false).refused(ctx.lang, &typed))
    })
}

fn read(typed: &Typed, lang: Lang) -> Result<Stated, kaishu_portal::Error> {
    let text = |name: &str| Some(typed.value(name).trim()).filter(|text| !text.is_empty());
    let wrong = |field: &'static str| {
        let message = lang.pick("请填写数字", "Write a number");
        kaishu_portal::Error::field(field, message)
    };
    let rows: String = typed.value("rows").chars().filter(|it| !matches!(it, ',' | ' ')).collect();
    Ok(Stated {
        version: text("version").map(|it| it.parse().map_err(|_| wrong("version"))).transpose()?,
        resource: text("resource")
            .map(|it| it.parse().map_err(|_| wrong("resource")))
            .transpose()?,
        table: text("table").map(|it| it.parse().map_err(|_| wrong("table"))).transpose()?,
        rows: match rows.trim() {
            "" => None,
            rows => Some(rows.parse().map_err(|_| wrong("rows"))?),
        },
        sha256: text("sha256").map(str::to_owned),
        sample: Stated::read_sample(typed.value("sample"), lang)?,
    })
}

async fn find(ctx: &Ctx, portal: &Portal, code: &str) -> Result<Shown, AppError> {
    let unknown = || {
        let (one, all) = ctx.lang.pick(("数据集", "我的数据集"), ("dataset", "my datasets"));
        AppError::unknown(ctx.lang, code, one, all, "/workbench/datasets")
    };
    let parsed: DatasetCode = code.parse().map_err(|_| unknown())?;
    let found = portal.quality_course(&ctx.caller, &parsed).await;
    let (dataset, course) = found.map_err(|error| AppError::or_unknown(error, unknown))?;
    let compared = portal.reconciliations(&ctx.caller, &parsed).await?;
    Ok(Shown { dataset, course, compared })
}

fn page(ctx: &Ctx, shown: &Shown, typed: &Typed, is_done: bool) -> Page {
    let lang = ctx.lang;
    let dataset = &shown.dataset;
    let done = is_done.then(|| {
        let is_same = shown.compared.first().is_none_or(Reconciliation::is_consistent);
        let (class, text) = match is_same {
            true => (
                "ks-note is-ok mb-8",
                lang.pick("比对一致，已经记录。", "It is the same, and on record."),
            ),
            false => (
                "ks-note is-warn mb-8",
                lang.pick(
                    "比对不一致，已经记录，见下表。",
                    "It is not the same; what differs is on record below.",
                ),
            ),
        };
        view! { <div class=class role="status"><p>{text}</p></div> }
    });
    let form = ctx.caller.may_ever(Action::EditDatasets).then(|| form(ctx, dataset, typed));
    let body = view! {
        {done}
        {summary(ctx, typed)}
        <section aria-labelledby="h-course">
            {section_head("h-course", lang.pick("质量监测", "Monitoring"))}
            {course(ctx, &shown.course)}
        </section>
        <section class="mt-14" aria-labelledby="h-compared">
            {section_head("h-compared", lang.pick("与源数据比对", "Comparison with the source"))}
            {compared(ctx, &shown.compared)}
        </section>
        {form}
    };
    let title = lang.pick("质量监测和比对", "Quality");
    let path = format!("/workbench/datasets/{}", dataset.code);
    let mine = lang.pick("我的数据集", "My datasets").to_owned();
    let places = vec![
        (mine, Some("/workbench/datasets".to_owned())),
        (dataset.fields.title.clone(), Some(path)),
        (title.to_owned(), None),
    ];
    bench_page(ctx, title, places, dataset.code.to_string(), body.into_any())
}

/// Draws on a desk what stands inconsistent with its source; nothing where all is the same.
pub(super) fn desk_note(ctx: &Ctx, all: &[Reconciliation]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let lang = ctx.lang;
    let links: Vec<_> = all
        .iter()
        .take(ON_DESK)
        .map(|it| {
            let path = ctx.href(&format!("/workbench/datasets/{}/quality", it.dataset));
            view! { <li><a class="ks-link" href=path>{data(lang, it.title.as_str())}</a></li> }
        })
        .collect();
    let n = all.len();
    let text = lang.pick(
        format!("有 {n} 处与源数据不一致，请核对："),
        match n {
            1 => "1 file is not as its source:".to_owned(),
            _ => format!("{n} files are not as their source:"),
        },
    );
    let note = view! {
        <div class="ks-note is-warn mb-8 max-w-[54rem]">
            <p>{text}</p>
            <ul class="list-disc pl-5">{links}</ul>
        </div>
    };
    Some(note.into_any())
}

/// A score in tenths, as people read it.
pub(crate) fn tenths(score: u32) -> String {
    format!("{}.{}", score / 10, score % 10)
}

fn course(ctx: &Ctx, course: &[QualityScore]) -> AnyView {
    let lang = ctx.lang;
    if course.is_empty() {
        let none = lang.pick(
            "还没有监测记录，按现行规则的周期自动检查。",
            "Nothing is recorded yet; it is looked at by itself in the period of the rules in force.",
        );
        return view! { <p class="mt-2 ks-mute">{none}</p> }.into_any();
    }
    let rows: Vec<_> = course
        .iter()
        .map(|it| {
            let dimensions: Vec<String> = it
                .dimensions
                .iter()
                .map(|(code, score)| {
                    let known = QualityDimension::ALL.iter().find(|it| it.as_str() == code);
                    let word = known.map_or(code.as_str(), |it| it.label(lang));
                    format!("{word} {}", tenths(*score))
                })
                .collect();
            let score = it.score.map_or_else(|| "—".to_owned(), tenths);
            view! {
                <tr>
                    <th scope="row" class="nw num !font-medium">{full_day(lang, it.day)}</th>
                    <td class="num" data-l=lang.pick("得分", "Score")>{score}</td>
                    <td class="!whitespace-normal" data-l=lang.pick("各维度", "Dimensions")>{dimensions.join(lang.pick("，", ", "))}</td>
                    <td class="num" data-l=lang.pick("版本", "Version")>{it.version}</td>
                </tr>
            }
        })
        .collect();
    let head =
        lang.pick(["日期", "得分", "各维度", "版本"], ["Day", "Score", "Dimensions", "Version"]);
    table(lang.pick("得分，最新的在前", "Scores, the newest first"), &head, rows.into_any())
}

fn compared(ctx: &Ctx, all: &[Reconciliation]) -> AnyView {
    let lang = ctx.lang;
    if all.is_empty() {
        let none = lang.pick("还没有比对过。", "Nothing was compared yet.");
        return view! { <p class="mt-2 ks-mute">{none}</p> }.into_any();
    }
    let rows: Vec<_> = all
        .iter()
        .map(|it| {
            view! {
                <tr>
                    <th scope="row" class="nw num !font-medium">{full_time(lang, it.stated_at)}</th>
                    <td class="!whitespace-normal" data-l=lang.pick("文件", "File")>
                        <span>{data(lang, it.resource_title.as_str())}<span class="block text-sm ks-mute num">{ctx.words.version_number(it.version)}</span></span>
                    </td>
                    <td class="!whitespace-normal" data-l=lang.pick("结果", "Result")><div>{differences_list(lang, it)}</div></td>
                    <td data-l=lang.pick("提出人", "Stated by")>{data(lang, it.stated_by.as_str())}</td>
                </tr>
            }
        })
        .collect();
    let head =
        lang.pick(["时间", "文件", "结果", "提出人"], ["When", "File", "Result", "Stated by"]);
    table(lang.pick("比对，最新的在前", "Comparisons, the newest first"), &head, rows.into_any())
}

fn table(caption: &'static str, head: &[&'static str], rows: AnyView) -> AnyView {
    let head: Vec<_> = head.iter().map(|word| view! { <th scope="col">{*word}</th> }).collect();
    view! {
        <div class="ks-frame max-md:!overflow-visible mt-3" tabindex="0" role="region" aria-label=caption>
            <table class="ks-table is-dense ks-stack md:min-w-[46rem]">
                <caption class="sr-only">{caption}</caption>
                <thead><tr>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn form(ctx: &Ctx, dataset: &DatasetView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let label = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let files: Vec<Choice> = dataset
        .resources
        .iter()
        .filter(|it| it.kind == ResourceKind::File)
        .map(|it| (it.id.to_string(), it.title.clone()))
        .collect();
    let chosen = match (typed.value("resource"), files.as_slice()) {
        ("", [only]) => only.0.clone(),
        (typed, _) => typed.to_owned(),
    };
    let file = label("resource", lang.pick("文件", "File"), "");
    let rows = label(
        "rows",
        lang.pick("本单位掌握的行数", "Rows at the provider"),
        lang.pick("不含表头", "Without the header"),
    );
    let hash = label("sha256", lang.pick("源文件的 SHA-256", "SHA-256 of the source file"), "");
    let sample = label(
        "sample",
        lang.pick("样例", "Sample"),
        lang.pick(
            "从源数据复制几行，第一行是列名，逗号或者制表符分隔，最多 20 行。只记录哪几行不在平台上，不保存内容",
            "Copy some rows of the source with the names of the columns first, between commas or tabs, 20 at most. Which of them are missing is kept, their values are not",
        ),
    );
    let action = ctx.href(&format!("/workbench/datasets/{}/quality", dataset.code));
    view! {
        <section class="mt-14 max-w-[36rem]" aria-labelledby="h-compare">
            {section_head("h-compare", lang.pick("比对当前版本", "Compare the current version"))}
            <form method="post" action=action novalidate=true class="mt-4">
                {once()}
                {select(&file, lang.pick("请选择", "Choose"), &files, &chosen)}
                {line(&rows, "text", typed.value("rows"))}
                {line(&hash, "text", typed.value("sha256"))}
                {area(&sample, 6, typed.value("sample"))}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{lang.pick("比对", "Compare")}</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}
