//! What the step that is on asks of its reviewer: the checklist, similar entries, the risk of putting data
//! together, opinions, further steps.

use kaishu_portal::publishing::{AlikeEntry, MIN_OPINIONS, ReviewDesk, SharingEntry};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::fields::{Choice, Label, line, options};
use crate::ui::form::Typed;

/// Draws the questions of a step, inside the form of the decision.
pub(super) fn questions(ctx: &Ctx, desk: &ReviewDesk, typed: &Typed) -> AnyView {
    view! {
        {checklist(ctx, desk, typed)}
        {desk.alike.as_ref().map(|alike| duplicates(ctx, desk, alike, typed))}
        {desk.sharing.as_ref().map(|sharing| mosaic(ctx, sharing, typed))}
        {desk.n_opinions.map(|n| opinion(ctx, n, typed))}
        {further(ctx, desk, typed)}
    }
    .into_any()
}

/// The names of the fields that are answers, as they stand in the form.
pub(super) fn is_answer(name: &str) -> bool {
    let known = ["duplicate", "collector", "mosaic", "mosaic_note", "opinion"];
    known.contains(&name) || name.starts_with("check.")
}

fn yes_no(ctx: &Ctx) -> Vec<Choice> {
    [("no", "否", "No"), ("yes", "是", "Yes")]
        .map(|(code, zh, en)| (code.to_owned(), ctx.lang.pick(zh, en).to_owned()))
        .to_vec()
}

fn label(name: &str, text: &str, hint: Option<String>) -> Label {
    Label { name: name.to_owned(), text: text.to_owned(), hint, faults: Vec::new() }
}

fn checklist(ctx: &Ctx, desk: &ReviewDesk, typed: &Typed) -> Option<AnyView> {
    if desk.checklist.is_empty() {
        return None;
    }
    let lang = ctx.lang;
    let rows: Vec<_> = desk
        .checklist
        .iter()
        .map(|check| {
            let name = format!("check.{check}");
            let chosen = typed.value(&name).to_owned();
            let label = label(&name, check.label(lang), None);
            options(&label, "radio", &yes_no(ctx), |code| code == chosen)
        })
        .collect();
    Some(
        view! {
            <h3 class="font-semibold mt-6">{lang.pick("安全保密审查清单", "Security and secrecy checklist")}</h3>
            <p class="ks-mute text-[.9375rem] mt-1 mb-6">
                {lang.pick("每一项都要回答，记录在案，不能修改。", "Each is answered; answers stay on record. ")}
                {desk.rule.article.clone()}
            </p>
            {rows}
        }
        .into_any(),
    )
}

fn entry_link(ctx: &Ctx, code: &str, title: &str, organization: &str, items: &[String]) -> AnyView {
    let path = ctx.href(&format!("/datasets/{code}"));
    let shared = (!items.is_empty()).then(|| {
        let items = items.join(ctx.lang.pick("、", ", "));
        ctx.lang.pick(format!("相同数据项：{items}"), format!("the same items: {items}"))
    });
    view! {
        <li class="py-2">
            <a class="ks-link" href=path target="_blank" rel="noopener">{title.to_owned()}</a>
            <span class="block text-sm ks-mute">{organization.to_owned()} " · " {code.to_owned()}</span>
            {shared.map(|shared| view! { <span class="block text-sm">{shared}</span> })}
        </li>
    }
    .into_any()
}

fn duplicates(ctx: &Ctx, desk: &ReviewDesk, alike: &[AlikeEntry], typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let heading = lang.pick("相似的目录", "Similar entries");
    if alike.is_empty() {
        let none = lang.pick(
            "没有找到其他单位名称相似、数据项重合的目录。",
            "No entry of another organization has a similar title or the same items.",
        );
        return view! { <h3 class="font-semibold mt-6">{heading}</h3> <p>{none}</p> }.into_any();
    }
    let rows: Vec<_> = alike
        .iter()
        .map(|it| entry_link(ctx, it.code.as_str(), &it.title, &it.organization, &it.shared))
        .collect();
    let choices = [
        ("none".to_owned(), lang.pick("不重复", "It is no duplicate").to_owned()),
        (
            "collected_by".to_owned(),
            lang.pick("重复，由一个部门采集", "A duplicate: one department collects").to_owned(),
        ),
    ];
    let chosen = typed.value("duplicate").to_owned();
    let decided = label("duplicate", lang.pick("认定", "Finding"), None);
    let collector = label("collector", lang.pick("由哪个部门采集", "Which one collects"), None);
    view! {
        <h3 class="font-semibold mt-6">{heading}</h3>
        <p class="ks-mute text-[.9375rem]">{desk.catalogue_rule.article.clone()}</p>
        <ul class="divide-y divide-[var(--line)]">{rows}</ul>
        {options(&decided, "radio", &choices, |code| code == chosen)}
        {line(&collector, "text", typed.value("collector"))}
    }
    .into_any()
}

fn mosaic(ctx: &Ctx, sharing: &[SharingEntry], typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let heading = lang.pick("汇聚风险", "Risk of putting data together");
    if sharing.is_empty() {
        let none = lang.pick(
            "已开放的数据集没有与这份目录相同的标识项。",
            "No opened dataset shares an identifying item with this entry.",
        );
        return view! { <h3 class="font-semibold mt-6">{heading}</h3> <p>{none}</p> }.into_any();
    }
    let rows: Vec<_> = sharing
        .iter()
        .map(|it| entry_link(ctx, it.code.as_str(), &it.title, &it.organization, &it.items))
        .collect();
    let choices =
        [("acceptable".to_owned(), lang.pick("风险可以接受", "The risk is acceptable").to_owned())];
    let chosen = typed.value("mosaic").to_owned();
    let decided = label("mosaic", lang.pick("认定", "Finding"), None);
    let note = label("mosaic_note", lang.pick("说明", "Note"), None);
    view! {
        <h3 class="font-semibold mt-6">{heading}</h3>
        <p class="ks-mute text-[.9375rem]">
            {lang.pick(
                "下面已开放的数据集有相同的标识项，放在一起可能认出个人或者单位。",
                "These opened datasets share identifying items; put together they may tell who somebody is.",
            )}
        </p>
        <ul class="divide-y divide-[var(--line)]">{rows}</ul>
        {options(&decided, "checkbox", &choices, |code| code == chosen)}
        {line(&note, "text", typed.value("mosaic_note"))}
    }
    .into_any()
}

fn opinion(ctx: &Ctx, n: usize, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let choices = [("agree", "同意", "For it"), ("disagree", "不同意", "Against it")]
        .map(|(code, zh, en)| (code.to_owned(), lang.pick(zh, en).to_owned()));
    let hint = lang.pick(
        format!("已有 {n} 份。结论要有 {MIN_OPINIONS} 份以上、单数的意见；意见写在下面"),
        format!(
            "{n} so far. A conclusion needs {MIN_OPINIONS} or more, an odd number; write it below"
        ),
    );
    let chosen = typed.value("opinion").to_owned();
    let label = label("opinion", lang.pick("专家意见", "Opinion"), Some(hint));
    options(&label, "radio", &choices, |code| code == chosen)
}

fn further(ctx: &Ctx, desk: &ReviewDesk, typed: &Typed) -> Option<AnyView> {
    if desk.addable.is_empty() {
        return None;
    }
    let lang = ctx.lang;
    let boxes: Vec<_> = desk
        .addable
        .iter()
        .map(|question| {
            let name = format!("add.{question}");
            let is_on = !typed.value(&name).is_empty();
            view! {
                <label class="ks-opt !py-2">
                    <input type="checkbox" class="checkbox" name=name value="yes" checked=is_on/>
                    <span>{question.label(lang)}</span>
                </label>
            }
        })
        .collect();
    Some(
        view! {
            <fieldset class="ks-field">
                <legend id="add">{lang.pick("增加审查环节", "Add steps")}</legend>
                <p class="hint">
                    {lang.pick(
                        "提交人答“否”的，审查人可以改为“是”，并写明理由；反过来不行",
                        "What the provider answered with no, a reviewer may answer with yes, with a reason; never the other way round",
                    )}
                </p>
                <div class="grid">{boxes}</div>
            </fieldset>
        }
        .into_any(),
    )
}
