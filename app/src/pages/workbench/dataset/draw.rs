//! The page of a dataset for those who look after it.

use kaishu_domain::release::Release;
use kaishu_portal::Portal;
use kaishu_portal::publishing::OwnView;
use kaishu_types::Lang;
use kaishu_types::case::{ActionView, CaseCard};
use kaishu_types::draft::Processing;
use kaishu_types::vocabulary::{DatasetState, OpenClass};
use leptos::prelude::*;

use super::super::bench_page;
use super::super::masks::MASKS;
use super::super::source_notes;
use super::{bare, give};
use crate::ctx::Ctx;
use crate::islands::upload_file::UploadFile;
use crate::page::Page;
use crate::ui::class_mark::{MarkSize, class_mark};
use crate::ui::dates::{day_of, day_text, full_day, full_time};
use crate::ui::fields::{Choice, area, label, line, options, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::{Rank, rail_head, section_head};
use crate::ui::meta::{fact, meta};
use crate::ui::numbers::times;

pub(super) fn page(
    ctx: &Ctx,
    portal: &Portal,
    found: &OwnView,
    done: Option<&str>,
    typed: &Typed,
) -> Page {
    let lang = ctx.lang;
    let dataset = &found.dataset;
    let body = view! {
        <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
            <div>
                {summary(ctx, typed)}
                {done.and_then(|done| told(ctx, done))}
                {source_notes::notes(ctx, &found.differs)}
                {found.is_bare.then(|| bare::note(ctx))}
                {found.may_edit.then(|| new_data(ctx, found, typed))}
                {found.may_edit.then(|| revision(ctx, found))}
                {found.may_note.then(|| change(ctx, portal, found, typed))}
                {findings(ctx, found, typed)}
                {anonymity(ctx, found, typed)}
                {life(ctx, found, typed)}
                {found.may_transfer.then(|| give::form(ctx, portal, found, typed))}
                {record(ctx, found)}
                {disputing(ctx, found)}
            </div>
            {rail(ctx, found)}
        </div>
    };
    let title = dataset.fields.title.clone();
    let mine = lang.pick("我的数据集", "My datasets").to_owned();
    let places = vec![(mine, Some("/workbench/datasets".to_owned())), (title.clone(), None)];
    bench_page(ctx, &title, places, dataset.code.to_string(), body.into_any()).refused(lang, typed)
}

/// The way to dispute a class (CLS-16).
fn disputing(ctx: &Ctx, found: &OwnView) -> Option<AnyView> {
    if found.dataset.state != DatasetState::Published {
        return None;
    }
    let path = format!("{}?code={}", ctx.href("/workbench/disputes"), found.dataset.code);
    let word = ctx.lang.pick("对共享类型、开放类型有争议", "Dispute its share class or open class");
    Some(view! { <p><a class="ks-link inline-block py-2" href=path>{word}</a></p> }.into_any())
}

fn told(ctx: &Ctx, done: &str) -> Option<AnyView> {
    let text = match done {
        "act" => ("已办理，立即生效。", "Done; it counts at once."),
        "noted" => {
            ("已登记，更新目录的期限开始计算。", "Noted; the time to update the entry runs.")
        }
        "decided" => ("已处置，记录在案。", "Decided and on record."),
        "measured" => {
            ("已检查，结果在下面的处理记录里。", "Measured; the result is in the record below.")
        }
        "offered" => (
            "已送交接收单位；对方接收之前一切照旧。",
            "Put before the other organization; until it takes over nothing changes.",
        ),
        "withdrawn" => ("移交已撤回。", "The offer was taken back."),
        "uploaded" => ("新数据已经发布。", "The new data is public."),
        _ => return None,
    };
    let text = ctx.lang.pick(text.0, text.1);
    Some(
        view! { <div class="ks-note is-ok mb-8" role="status" tabindex="-1" autofocus=true><p>{text}</p></div> }
            .into_any(),
    )
}

pub(super) fn path(ctx: &Ctx, found: &OwnView, rest: &str) -> String {
    ctx.href(&format!("/workbench/datasets/{}/{rest}", found.dataset.code))
}

fn new_data(ctx: &Ctx, found: &OwnView, typed: &Typed) -> Option<AnyView> {
    if found.dataset.state != DatasetState::Published {
        return None;
    }
    let lang = ctx.lang;
    let done: Vec<Choice> = Processing::ALL
        .iter()
        .map(|it| (it.as_str().to_owned(), it.label(lang).to_owned()))
        .collect();
    let note = label(typed, "note", lang.pick("更新说明（公开）", "What is new (public)"), "");
    let processing = label(
        typed,
        "processing",
        lang.pick("上传前做过的处理（必填）", "Done to the data before (required)"),
        lang.pick(
            "记录在案，写明办理人；没有处理的，选“未作处理”",
            "It stays on record with your name; where nothing was done, say so",
        ),
    );
    let is_done = |code: &str| typed.value("processing").split(' ').any(|it| it == code);
    let hint = lang.pick(
        "列与数据项一致的立即发布；列有变化的，先修订目录。替换同名文件，或者唯一的文件。",
        "With the columns of the data items it is public at once; other columns need a revision. It replaces the file of its name, or the only one.",
    );
    let file = label(typed, "file", lang.pick("文件", "File"), hint);
    let sender = view! {
        <UploadFile
            form="version-form".to_owned()
            address=ctx.href("/workbench/uploads")
            kind="dataset".to_owned()
            target=found.dataset.code.to_string()
            page=ctx.href(&format!("/workbench/datasets/{}?done=uploaded", found.dataset.code))
            part=String::new()
            is_english=lang == Lang::En
        />
    }
    .into_any();
    let faults: Vec<_> =
        file.faults.iter().map(|it| view! { <p class="ks-bad">{it.clone()}</p> }).collect();
    Some(
        view! {
            <section aria-labelledby="h-new" class="mb-12 max-w-[44rem]">
                {section_head("h-new", lang.pick("上传新数据", "Upload new data"))}
                <form id="version-form" class="mt-4" method="post" action=path(ctx, found, "versions") enctype="multipart/form-data">
                    {line(&note, "text", typed.value("note"))}
                    {options(&processing, "checkbox", &done, is_done)}
                    {found.needs_record.then(|| record_of(ctx, typed))}
                    <div class="ks-field">
                        <label for="file">{file.text.clone()}</label>
                        <p class="hint" id="file-h">{hint}</p>
                        {faults}
                        <input class="file-input w-full" type="file" id="file" name="file" required=true aria-describedby="file-h"/>
                    </div>
                    <p class="mt-6">
                        <button class="btn btn-primary" type="submit">{lang.pick("上传并发布", "Upload and publish")}</button>
                    </p>
                </form>
                {sender}
            </section>
        }
        .into_any(),
    )
}

/// The record by which sensitive data leaves that is neither desensitised nor masked (CLS-10).
fn record_of(ctx: &Ctx, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let hint = lang.pick(
        "目录标明含有商业秘密、个人隐私等内容，数据没有脱敏的，填写这一次的处理记录或者权利人同意书的名称、文号",
        "The entry says that the data is sensitive: where it is not desensitised, name the record or the rights holder's consent that covers it",
    );
    let text = lang.pick("处理记录或者权利人同意书", "Record, or the rights holder's consent");
    line(&label(typed, "record", text, hint), "text", typed.value("record"))
}

fn revision(ctx: &Ctx, found: &OwnView) -> Option<AnyView> {
    let lang = ctx.lang;
    if matches!(found.dataset.state, DatasetState::Retired | DatasetState::Destroyed) {
        return None;
    }
    let way = match found.revision {
        Some(case) => {
            let target = ctx.href(&format!("/workbench/drafts/{case}"));
            view! { <a class="btn btn-outline" href=target>{lang.pick("打开正在编制的修订", "Open the revision")}</a> }
                .into_any()
        }
        None => view! {
            <form class="mt-4" method="post" action=path(ctx, found, "revise")>
                {once()}
                <button class="btn btn-outline" type="submit">{lang.pick("修订目录", "Revise the entry")}</button>
            </form>
        }
        .into_any(),
    };
    Some(
        view! {
            <section aria-labelledby="h-revise" class="mb-12 max-w-[44rem]">
                {section_head("h-revise", lang.pick("修订目录", "Revise the entry"))}
                <p class="mt-2 mb-4">
                    {lang.pick(
                        "修改数据项、开放类型、条件或者说明，重新审查；审查通过之前，原来的内容继续有效。",
                        "Change items, class, conditions or texts and have them reviewed; until then the old entry serves.",
                    )}
                </p>
                {way}
            </section>
        }
        .into_any(),
    )
}

fn change(ctx: &Ctx, portal: &Portal, found: &OwnView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let kinds: Vec<Choice> = portal.change_kinds(lang);
    let kind = label(typed, "kind", lang.pick("变更情形", "Kind of change"), "");
    let day = label(typed, "happened_on", lang.pick("变更日期", "Day of the change"), "");
    let evidence = label(
        typed,
        "evidence",
        lang.pick("变更内容和依据", "What changed, and what shows it"),
        "",
    );
    view! {
        <section aria-labelledby="h-change" class="mb-12 max-w-[44rem]">
            {section_head("h-change", lang.pick("登记变更", "Note a change"))}
            <form class="mt-4" method="post" action=path(ctx, found, "changes") novalidate=true>
                {once()}
                {select(&kind, lang.pick("请选择", "Choose"), &kinds, typed.value("kind"))}
                {line(&day, "date", typed.value("happened_on"))}
                {area(&evidence, 3, typed.value("evidence"))}
                <p class="mt-6"><button class="btn btn-outline" type="submit">{lang.pick("登记", "Note")}</button></p>
            </form>
        </section>
    }
    .into_any()
}

/// The columns in which something was found or that are masked, and what becomes of each.
fn findings(ctx: &Ctx, found: &OwnView, typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    let mut columns: Vec<(String, String, &'static str)> = Vec::new();
    for (column, release) in
        found.files.iter().flat_map(|file| &file.tables).flat_map(|it| &it.columns)
    {
        let kinds: Vec<&str> = column.findings.iter().map(|it| it.kind.label(lang)).collect();
        let becomes = match release {
            Release::Open if kinds.is_empty() => continue,
            Release::Open => lang.pick("原样开放", "Released as it is"),
            Release::Masked(_) => lang.pick("脱敏后开放", "Released through a mask"),
            Release::Restricted => lang.pick("不开放", "Not released"),
            Release::Held => lang.pick("待处置", "Waits for a decision"),
        };
        if !columns.iter().any(|it| it.0 == column.stored.name) {
            columns.push((column.stored.name.clone(), kinds.join(lang.pick("、", ", ")), becomes));
        }
    }
    if columns.is_empty() {
        return None;
    }
    let rows: Vec<_> = columns
        .iter()
        .map(|(name, kinds, becomes)| {
            view! {
                <li class="py-2 flex flex-wrap justify-between gap-3">
                    <span><b class="font-semibold">{name.clone()}</b> " " <span class="ks-mute">{kinds.clone()}</span></span>
                    <span>{*becomes}</span>
                </li>
            }
        })
        .collect();
    let form = found.may_decide.then(|| {
        let names: Vec<Choice> =
            columns.iter().map(|(name, ..)| (name.clone(), name.clone())).collect();
        let mut verdicts: Vec<Choice> = MASKS
            .iter()
            .map(|(code, zh, en)| {
                let words = lang.pick(*zh, en);
                let mask = lang.pick(format!("脱敏：{words}"), format!("Mask: {words}"));
                ((*code).to_owned(), mask)
            })
            .collect();
        verdicts.push(("restrict".to_owned(), lang.pick("不开放", "Do not release").to_owned()));
        verdicts.push(("release".to_owned(), lang.pick("原样开放", "Release as it is").to_owned()));
        let column = label(typed, "column", lang.pick("列", "Column"), "");
        let verdict = label(typed, "verdict", lang.pick("怎样处理", "What becomes of it"), "");
        let why = label(typed, "why", lang.pick("理由", "Reason"), "");
        let none = lang.pick("请选择", "Choose");
        view! {
            <form class="mt-4" method="post" action=path(ctx, found, "decide") novalidate=true>
                {once()}
                {select(&column, none, &names, typed.value("column"))}
                {select(&verdict, none, &verdicts, typed.value("verdict"))}
                {area(&why, 2, typed.value("why"))}
                <p class="mt-6"><button class="btn btn-outline" type="submit">{lang.pick("处置", "Decide")}</button></p>
            </form>
        }
    });
    Some(
        view! {
            <section aria-labelledby="h-findings" class="mb-12 max-w-[44rem]">
                {section_head("h-findings", lang.pick("敏感内容和脱敏", "Findings and masks"))}
                <ul class="mt-2 divide-y divide-[var(--line)]">{rows}</ul>
                {form}
            </section>
        }
        .into_any(),
    )
}

/// The form that measures k-anonymity of chosen columns.
fn anonymity(ctx: &Ctx, found: &OwnView, typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    let mut tables: Vec<Choice> = Vec::new();
    let mut columns: Vec<Choice> = Vec::new();
    for file in &found.files {
        for (place, table) in file.tables.iter().enumerate() {
            let name = match table.name.as_str() {
                "" => file.resource.title.clone(),
                name => format!("{} · {name}", file.resource.title),
            };
            tables.push((format!("{}-{}", file.resource.id, place + 1), name));
            for (column, release) in &table.columns {
                let name = &column.stored.name;
                let is_out = matches!(release, Release::Open | Release::Masked(_));
                if is_out && !columns.iter().any(|it| it.0 == *name) {
                    let item = found.dataset.items.iter().find(|item| item.name == *name);
                    let text = match item.filter(|item| item.label != *name) {
                        Some(item) => format!("{} {name}", item.label),
                        None => name.clone(),
                    };
                    columns.push((name.clone(), text));
                }
            }
        }
    }
    if !found.may_decide || columns.is_empty() {
        return None;
    }
    let first = tables.first().map(|it| it.0.clone()).unwrap_or_default();
    let chosen = match typed.value("table") {
        "" => first,
        table => table.to_owned(),
    };
    let table = label(typed, "table", lang.pick("表", "Table"), "");
    let hint = lang.pick(
        "选择放在一起可能认出个人的列，例如地区、出生年份、性别",
        "Choose the columns that together may tell who somebody is, as region, year of birth, sex",
    );
    let quasi = label(typed, "quasi", lang.pick("列", "Columns"), hint);
    let k =
        label(typed, "k", lang.pick("每种组合至少几行（k）", "Rows of each combination (k)"), "");
    let k_value = if typed.value("k").is_empty() { "5" } else { typed.value("k") };
    Some(
        view! {
            <section aria-labelledby="h-k" class="mb-12 max-w-[44rem]">
                {section_head("h-k", lang.pick("k-匿名检查", "k-anonymity"))}
                <form class="mt-4" method="post" action=path(ctx, found, "anonymity") novalidate=true>
                    {once()}
                    {select(&table, lang.pick("请选择", "Choose"), &tables, &chosen)}
                    {options(&quasi, "checkbox", &columns, |_| false)}
                    {line(&k, "number", k_value)}
                    <p class="mt-6"><button class="btn btn-outline" type="submit">{lang.pick("检查并记录", "Measure and record")}</button></p>
                </form>
            </section>
        }
        .into_any(),
    )
}

/// What can be done with the dataset as a whole.
fn life(ctx: &Ctx, found: &OwnView, typed: &Typed) -> Option<AnyView> {
    if found.actions.is_empty() {
        return None;
    }
    let lang = ctx.lang;
    let button = |action: &ActionView| {
        view! {
            <button class="btn btn-outline" type="submit" name="event" value=action.event.code.clone()>
                {action.event.label.clone()}
            </button>
        }
    };
    let buttons: Vec<_> = found.actions.iter().map(button).collect();
    let hint = lang.pick(
        "公开显示在数据集的页面上。办理后立即生效：页面、接口、搜索、下载同时停止或者恢复",
        "Shown on the public page. It counts at once: pages, API, search and downloads stop or return together",
    );
    let reason = label(typed, "reason", lang.pick("理由", "Reason"), hint);
    Some(
        view! {
            <section aria-labelledby="h-life" class="mb-12 max-w-[44rem]">
                {section_head("h-life", lang.pick("中止、撤回、下线", "Suspend, withdraw, retire"))}
                <form class="mt-4" method="post" action=path(ctx, found, "act") novalidate=true>
                    <input type="hidden" name="version" value=found.version.to_string()/>
                    {area(&reason, 3, typed.value("reason"))}
                    <p class="mt-6 flex flex-wrap gap-3">{buttons}</p>
                </form>
            </section>
        }
        .into_any(),
    )
}

/// What was done to the data, as it is on record (PUB-02).
fn record(ctx: &Ctx, found: &OwnView) -> Option<AnyView> {
    if found.processing.is_empty() {
        return None;
    }
    let lang = ctx.lang;
    let rows: Vec<_> = found
        .processing
        .iter()
        .map(|it| {
            let reason = (!it.reason.is_empty()).then(|| it.reason.clone());
            view! {
                <li class="py-3">
                    <div class="flex flex-wrap items-baseline justify-between gap-x-6">
                        <span>{it.text.clone()}</span>
                        <span class="text-sm ks-mute">{full_time(lang, it.at)}</span>
                    </div>
                    <p class="text-[.9375rem] ks-mute">{it.by.clone()} " " {reason}</p>
                </li>
            }
        })
        .collect();
    Some(
        view! {
            <section aria-labelledby="h-record" class="mb-12 max-w-[44rem]">
                {section_head("h-record", lang.pick("数据处理记录", "What was done to the data"))}
                <ul class="mt-2 divide-y divide-[var(--line)]">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

fn rail(ctx: &Ctx, found: &OwnView) -> AnyView {
    let lang = ctx.lang;
    let dataset = &found.dataset;
    let mut facts = vec![
        fact(lang.pick("状态", "State"), dataset.state.label(lang)),
        fact(lang.pick("版本", "Version"), dataset.version.to_string()),
        fact(lang.pick("更新频率", "Frequency"), dataset.fields.frequency.label(lang)),
        fact(lang.pick("上次更新", "Last update"), full_day(lang, day_of(dataset.updated_at))),
    ];
    if let Some(day) = dataset.next_due {
        facts.push(fact(lang.pick("下次更新", "Next update"), full_day(lang, day)));
    }
    if let Some(urged) = &found.urged {
        let last = day_text(lang, day_of(urged.at));
        let text = lang.pick(
            format!("{} 次，最近 {last}：{}", urged.n, urged.notice),
            format!("{}, last on {last}: {}", times(urged.n), urged.notice),
        );
        facts.push(fact(lang.pick("主管部门催办更新", "Urged to update"), text));
    }
    let public = ctx.href(&format!("/datasets/{}", dataset.code));
    let cases: Vec<_> = found.cases.iter().map(|case| case_row(ctx, case)).collect();
    let cases = (!cases.is_empty()).then(|| {
        view! {
            {rail_head(lang.pick("事项", "Cases"), Rank::Next)}
            <ul id="cases" class="mt-2 space-y-3">{cases}</ul>
        }
    });
    view! {
        <aside class="text-[.9375rem]" aria-label=lang.pick("数据集信息", "About the dataset")>
            {rail_head(lang.pick("数据集", "Dataset"), Rank::First)}
            <p class="mt-2">{class_mark(lang, dataset.fields.open.class, MarkSize::Normal)}</p>
            {meta(facts)}
            <p class="mt-3"><a class="ks-link inline-block py-2" href=public>{lang.pick("查看公开页面", "See the public page")}</a></p>
            <p><a class="ks-link inline-block py-2" href=path(ctx, found, "quality")>{lang.pick("质量监测和比对", "Quality")}</a></p>
            <p><a class="ks-link inline-block py-2" href=path(ctx, found, "inspections")>{lang.pick("质量检查", "Inspections")}</a></p>
            {look(ctx, found)}
            {cases}
        </aside>
    }
    .into_any()
}

/// The way to what everybody sees before an application.
fn look(ctx: &Ctx, found: &OwnView) -> Option<AnyView> {
    let is_conditional = found.dataset.fields.open.class == OpenClass::Conditional;
    let word = ctx.lang.pick("申请前公布的统计", "Figures before an application");
    let link = view! {
        <p><a class="ks-link inline-block py-2" href=path(ctx, found, "look")>{word}</a></p>
    };
    (is_conditional && found.may_decide).then(|| link.into_any())
}

fn case_row(ctx: &Ctx, case: &CaseCard) -> AnyView {
    let lang = ctx.lang;
    let target = ctx.href(&format!("/workbench/cases/{}", case.id));
    let standing = case.standing.clone();
    view! {
        <li>
            <a class="ks-link" href=target>{case.kind.label(lang)}</a>
            <span class="block ks-mute">{case.state.label.clone()} " " {standing}</span>
        </li>
    }
    .into_any()
}
