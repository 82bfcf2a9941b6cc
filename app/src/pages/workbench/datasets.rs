//! The datasets that the reader looks after: what is due first, with state, freshness, quality and tasks.

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::publishing::{OwnDataset, OwnFilter, OwnPage};
use leptos::prelude::*;

use super::dataset::{above_list, in_list};
use super::{bench_page, tenths};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::class_mark::{MarkSize, class_mark};
use crate::ui::dates::{day_of, full_day};
use crate::ui::icon::icon;

/// `GET /workbench/datasets`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match kaishu_types::query::only(&ctx.query, &["show", "q", "after"], ctx.lang) {
        Ok(asked) => asked,
        Err(faults) => return respond(&ctx, || Err(AppError::fields(faults))),
    };
    let filter = match asked.get("show").map(String::as_str) {
        Some("overdue") => OwnFilter::Overdue,
        Some("not_open") => OwnFilter::NotOpen,
        _ => OwnFilter::All,
    };
    let text = asked.get("q").cloned().unwrap_or_default();
    let after = asked.get("after").map(String::as_str);
    let found = portal.own_datasets(&ctx.caller, filter, (&text, after), ctx.lang).await;
    respond(&ctx, || Ok(page(&ctx, filter, &text, &found?)))
}

fn code_of(filter: OwnFilter) -> &'static str {
    match filter {
        OwnFilter::All => "",
        OwnFilter::Overdue => "overdue",
        OwnFilter::NotOpen => "not_open",
    }
}

fn page(ctx: &Ctx, filter: OwnFilter, text: &str, found: &OwnPage) -> Page {
    let lang = ctx.lang;
    let tabs: Vec<_> = [
        (OwnFilter::All, lang.pick("全部", "All")),
        (OwnFilter::Overdue, lang.pick("更新逾期", "Overdue")),
        (OwnFilter::NotOpen, lang.pick("未在开放", "Not open")),
    ]
    .map(|(tab, word)| {
        let current = (tab == filter).then_some("page");
        let target = match code_of(tab) {
            "" => ctx.href("/workbench/datasets"),
            code => ctx.href(&format!("/workbench/datasets?show={code}")),
        };
        view! { <li><a class="ks-tab" href=target aria-current=current>{word}</a></li> }
    })
    .into_iter()
    .collect();
    let rows: Vec<_> = found.rows.iter().map(|it| row(ctx, it)).collect();
    let list = match rows.is_empty() {
        true => {
            let none = lang.pick("没有这样的数据集。", "There is no such dataset.");
            view! { <p class="py-8 ks-mute">{none}</p> }.into_any()
        }
        false => table(ctx, rows),
    };
    let next = found.next.as_ref().map(|next| {
        let pairs = [("after", next.as_str()), ("show", code_of(filter)), ("q", text)];
        let pairs: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let target = format!("/workbench/datasets?{}", kaishu_types::query::encode(&pairs));
        view! {
            <p class="mt-6">
                <a class="btn btn-outline" href=ctx.href(&target)>{lang.pick("下一页", "Next page")}</a>
            </p>
        }
    });
    let bare = above_list(ctx, found.rows.iter().filter(|it| it.is_bare).count());
    let show = code_of(filter);
    let kept = (!show.is_empty()).then(|| view! { <input type="hidden" name="show" value=show/> });
    let body = view! {
        <div class="flex flex-wrap items-center justify-between gap-4">
            <nav aria-label=lang.pick("数据集", "Datasets")><ul class="ks-tabs">{tabs}</ul></nav>
            <form method="get" action=ctx.href("/workbench/datasets") role="search" class="flex gap-2">
                {kept}
                <label class="sr-only" for="q">{lang.pick("名称或者编码", "Title or code")}</label>
                <input class="input" type="search" id="q" name="q" maxlength="100" value=text.to_owned()
                    placeholder=lang.pick("名称或者编码", "Title or code")/>
                <button class="btn btn-outline" type="submit">{lang.pick("查找", "Find")}</button>
            </form>
        </div>
        <div class="pt-6">{bare}{list}{next}</div>
    };
    let title = lang.pick("我的数据集", "My datasets");
    let lead = lang.pick(
        "最先到期的在前。点名称可以上传新数据、修订目录、登记变更、中止或者撤回。",
        "What is due first comes first. Open one to upload new data, revise the entry, note a change, suspend or withdraw.",
    );
    bench_page(ctx, title, vec![(title.to_owned(), None)], lead, body.into_any())
}

fn table(ctx: &Ctx, rows: Vec<AnyView>) -> AnyView {
    let lang = ctx.lang;
    let caption = lang.pick("数据集，最先到期的在前", "Datasets, what is due first comes first");
    let choose = lang.pick("选择", "Choose");
    view! {
        <form method="get" action=ctx.href("/workbench/datasets/edit")>
        <div class="ks-frame max-md:!overflow-visible" tabindex="0" role="region" aria-label=caption>
            <table class="ks-table is-dense ks-stack md:min-w-[62rem]">
                <caption class="sr-only">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col"><span class="sr-only">{choose}</span></th>
                        <th scope="col">{lang.pick("数据集", "Dataset")}</th>
                        <th scope="col">{lang.pick("提供单位", "Provider")}</th>
                        <th scope="col">{lang.pick("开放类型", "Class")}</th>
                        <th scope="col">{lang.pick("状态", "State")}</th>
                        <th scope="col">{lang.pick("更新频率", "Frequency")}</th>
                        <th scope="col">{lang.pick("下次更新", "Next update")}</th>
                        <th scope="col">{lang.pick("上次更新", "Last update")}</th>
                        <th scope="col">{lang.pick("质量", "Quality")}</th>
                        <th scope="col">{lang.pick("待办", "Tasks")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="mt-4">
            <button class="btn btn-outline" type="submit">
                {lang.pick("批量修改所选数据集", "Change those that are ticked")}
            </button>
        </p>
        </form>
    }
    .into_any()
}

/// The score that was found last, with the way to its course.
fn quality(ctx: &Ctx, it: &OwnDataset) -> AnyView {
    let Some(score) = it.score else {
        let none = ctx.lang.pick("未检查", "Not measured");
        return view! { <span class="ks-mute">{none}</span> }.into_any();
    };
    let path = ctx.href(&format!("/workbench/datasets/{}/quality", it.code));
    view! { <a class="ks-link" href=path>{tenths(score)}</a> }.into_any()
}

/// What is to be done: data that is missing, and how many cases wait, with the way to them.
fn tasks(ctx: &Ctx, it: &OwnDataset) -> AnyView {
    let lang = ctx.lang;
    let n = it.n_tasks;
    if n == 0 && !it.is_bare {
        return view! { <span class="ks-mute">{lang.pick("无", "None")}</span> }.into_any();
    }
    let cases = (n > 0).then(|| {
        let path = ctx.href(&format!("/workbench/datasets/{}#cases", it.code));
        let text = lang.pick(format!("{n} 项"), n.to_string());
        view! { <a class="ks-link block" href=path>{text}</a> }
    });
    let bare = it.is_bare.then(|| in_list(ctx, &it.code));
    view! { {bare}{cases} }.into_any()
}

fn row(ctx: &Ctx, it: &OwnDataset) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("/workbench/datasets/{}", it.code));
    let choose = format!("{}{}", lang.pick("选择", "Choose "), it.title);
    let due = it.next_due.map(|day| {
        let mark = it.is_overdue.then(|| {
            view! {
                <span class="ks-mark is-late !text-[.8125rem]">{icon("late")}{lang.pick("已逾期", "Overdue")}</span>
            }
        });
        view! { {mark} <span class="block num">{full_day(lang, day)}</span> }
    });
    view! {
        <tr>
            <td data-l=lang.pick("选择", "Choose")>
                <input class="checkbox" type="checkbox" name="code" value=it.code.to_string() aria-label=choose/>
            </td>
            <th scope="row" class="!whitespace-normal !font-medium">
                <a class="ks-plain" href=path>{it.title.clone()}</a>
                <span class="block text-sm ks-mute font-normal num">{it.code.to_string()}</span>
            </th>
            <td data-l=lang.pick("提供单位", "Provider")>{it.organization.clone()}</td>
            <td class="nw" data-l=lang.pick("开放类型", "Class")>{class_mark(lang, it.open_class, MarkSize::Normal)}</td>
            <td class="nw" data-l=lang.pick("状态", "State")>{it.state.label(lang)}</td>
            <td class="nw" data-l=lang.pick("更新频率", "Frequency")>{it.frequency.label(lang)}</td>
            <td class="nw" data-l=lang.pick("下次更新", "Next update")>{due}</td>
            <td class="nw num ks-mute" data-l=lang.pick("上次更新", "Last update")>
                {full_day(lang, day_of(it.updated_at))}
            </td>
            <td class="nw num" data-l=lang.pick("质量", "Quality")>{quality(ctx, it)}</td>
            <td class="nw num" data-l=lang.pick("待办", "Tasks")>{tasks(ctx, it)}</td>
        </tr>
    }
    .into_any()
}
