//! What the step that is on asks of its reviewer: the checklist, similar entries, the risk of putting data
//! together, opinions, further steps.

use kaishu_portal::consultations::Consultation;
use kaishu_portal::publishing::{
    AlikeEntry, Asking, Measuring, Opinions, ReviewDesk, SharingEntry,
};
use kaishu_types::consultation::ConsultationMode;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::dates::full_day;
use crate::ui::fields::{Choice, Label, line, options};
use crate::ui::form::Typed;
use crate::ui::heading::section_head;

/// Draws the questions of a step, inside the form of the decision.
pub(super) fn questions(ctx: &Ctx, desk: &ReviewDesk, typed: &Typed) -> AnyView {
    view! {
        {checklist(ctx, desk, typed)}
        {desk.alike.as_ref().map(|alike| duplicates(ctx, desk, alike, typed))}
        {desk.sharing.as_ref().map(|sharing| mosaic(ctx, sharing, typed))}
        {desk.risk.as_ref().map(|risk| measured(ctx, risk))}
        {desk.opinions.map(|given| opinion(ctx, given, typed))}
        {desk.consultation.as_ref().map(|asking| consultation(ctx, asking, typed))}
        {further(ctx, desk, typed)}
    }
    .into_any()
}

/// Whether there is a button for an event: there is none for what the step does not ask.
pub(super) fn is_asked(desk: Option<&ReviewDesk>, event: &str) -> bool {
    let asking = desk.and_then(|desk| desk.consultation.as_ref());
    match event {
        "add_steps" => desk.is_some_and(|desk| !desk.addable.is_empty()),
        "opine" => desk.is_some_and(|desk| desk.opinions.is_some()),
        // There is a form of its own for it.
        "assign_experts" => false,
        "consult" => asking.is_some_and(Asking::can_ask),
        "summarise" => asking.is_some_and(Asking::can_summarise),
        _ => true,
    }
}

/// The names of the fields that are answers, as they stand in the form.
pub(super) fn is_answer(name: &str) -> bool {
    let known = ["duplicate", "collector", "mosaic", "mosaic_note", "opinion", "mode", "last_day"];
    known.contains(&name) || name.starts_with("check.")
}

fn yes_no(ctx: &Ctx) -> Vec<Choice> {
    [("no", "否", "No"), ("yes", "是", "Yes")]
        .map(|(code, zh, en)| (code.to_owned(), ctx.lang.pick(zh, en).to_owned()))
        .to_vec()
}

fn label(name: &str, text: &str, hint: Option<String>) -> Label {
    Label {
        name: name.to_owned(),
        text: text.to_owned(),
        hint,
        faults: Vec::new(),
        ..Label::default()
    }
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

/// Warns whoever writes an entry that others are alike, before a reviewer finds them (CAT-07).
pub(super) fn warning(ctx: &Ctx, alike: &[AlikeEntry]) -> Option<AnyView> {
    if alike.is_empty() {
        return None;
    }
    let lang = ctx.lang;
    let title = lang.pick(
        "其他单位有名称相似或者数据项重合的目录",
        "Other organizations have entries with a similar title or the same items",
    );
    let text = lang.pick(
        "可以共享取得的数据不要重复采集。审查时要认定不重复，或者确定由哪一个部门采集。",
        "What can be had by sharing is not collected twice. The review finds that it is no duplicate, or names the one collector.",
    );
    Some(
        view! {
            <section class="ks-note is-warn mb-8" aria-labelledby="h-alike">
                <h2 id="h-alike" class="font-semibold">{title}</h2>
                <p class="mt-1">{text}</p>
                <ul class="mt-2 divide-y divide-[var(--line)]">{rows(ctx, alike)}</ul>
            </section>
        }
        .into_any(),
    )
}

fn rows(ctx: &Ctx, alike: &[AlikeEntry]) -> Vec<AnyView> {
    let row = |it: &AlikeEntry| {
        entry_link(ctx, it.code.as_str(), &it.title, &it.organization, &it.shared)
    };
    alike.iter().map(row).collect()
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
        <ul class="divide-y divide-[var(--line)]">{rows(ctx, alike)}</ul>
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

/// Draws how far identifying items tell the rows apart, beside what is open already.
fn measured(ctx: &Ctx, risk: &Measuring) -> AnyView {
    let lang = ctx.lang;
    let text = |text: String| view! { <p class="mt-2">{text}</p> }.into_any();
    let found = match risk {
        Measuring::Running => text(
            lang.pick(
                "文件较大，正在测算，请稍后刷新。测算完以后才能通过。",
                "The files are large and still being measured; look again in a while. It passes after that.",
            )
            .to_owned(),
        ),
        Measuring::Failed(why) => {
            text(lang.pick(format!("未能测算：{why}"), format!("It could not be measured: {why}")))
        }
        Measuring::Done(risks) if risks.is_empty() => text(
            lang.pick(
                "开放的数据项中没有能识别个人或者单位的，不需要测算。",
                "No open item tells whom a row is about; there is nothing to measure.",
            )
            .to_owned(),
        ),
        Measuring::Done(risks) => {
            let rows: Vec<_> = risks
                .iter()
                .map(|risk| view! { <li class="py-2">{risk.told(lang)}</li> })
                .collect();
            let alone = lang.pick(
                "只按本目录自己的文件测算。上面列出的已开放数据集没有逐行关联：同一标识在各单位的写法可能不同，能不能对上须由审查人判断。",
                "Measured in the files of this entry alone. Its rows are not joined with those of the opened datasets above: agencies may write one identifier in different ways, so whether they match is for the reviewer to judge.",
            );
            view! {
                <ul class="divide-y divide-[var(--line)]" id="risk">{rows}</ul>
                <p class="ks-mute text-[.9375rem]">{alone}</p>
            }
            .into_any()
        }
    };
    let heading = lang.pick("重新识别风险", "Risk of re-identification");
    view! { <h3 class="font-semibold mt-6">{heading}</h3> {found} }.into_any()
}

fn opinion(ctx: &Ctx, given: Opinions, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let choices = [("agree", "同意", "For it"), ("disagree", "不同意", "Against it")]
        .map(|(code, zh, en)| (code.to_owned(), lang.pick(zh, en).to_owned()));
    let Opinions { n_assigned, n_given } = given;
    let hint = lang.pick(
        format!("指派了 {n_assigned} 位专家，已有 {n_given} 份意见；都提交以后才能作出结论。意见写在下面"),
        format!(
            "{n_given} of {n_assigned} so far; a conclusion needs those of all experts. Write it below"
        ),
    );
    let chosen = typed.value("opinion").to_owned();
    let label = label("opinion", lang.pick("专家意见", "Opinion"), Some(hint));
    options(&label, "radio", &choices, |code| code == chosen)
}

/// What the step asks of whoever asks the public: the notice, later the summary.
fn consultation(ctx: &Ctx, asking: &Asking, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let head = view! {
        <h3 class="font-semibold mt-6">{lang.pick("公开听取意见", "Consultation of the public")}</h3>
    };
    if let Some(asked) = &asking.asked {
        let text = match (asked.summary.is_some(), asking.is_over) {
            (true, _) => lang.pick("意见采纳情况已经公布，可以办结这一环节。", "The summary is published; the step can be closed."),
            (false, true) => lang.pick(
                "听取意见的期间已满。把采纳情况写在下面并公布，公布以后才能通过。",
                "The time is over. Write below what came of it and publish that; the step passes after it.",
            ),
            (false, false) => lang.pick("正在听取意见。期满以后公布采纳情况。", "The public is being heard. The summary comes after the last day."),
        };
        return view! { {head} <p class="mt-2">{text}</p> }.into_any();
    }
    let modes: Vec<Choice> = ConsultationMode::ALL
        .iter()
        .map(|mode| (mode.as_str().to_owned(), mode.label(lang).to_owned()))
        .collect();
    let chosen = typed.value("mode").to_owned();
    let mode =
        Label { faults: typed.faults("mode"), ..label("mode", lang.pick("方式", "Mode"), None) };
    let hint = lang.pick(
        format!(
            "期间不少于 {} 天，最早 {}（{}）",
            asking.shortest_days, asking.earliest, asking.rule.article
        ),
        format!(
            "{} days at least, {} at the earliest ({})",
            asking.shortest_days, asking.earliest, asking.rule.article
        ),
    );
    let last = label("last_day", lang.pick("截止日期", "Last day"), Some(hint));
    let last = Label { faults: typed.faults("last_day"), ..last };
    let day = match typed.value("last_day") {
        "" => asking.earliest.to_string(),
        day => day.to_owned(),
    };
    view! {
        {head}
        <p class="ks-mute text-[.9375rem]">
            {lang.pick(
                "公告公开名称、摘要、数据领域、开放类型及其理由，不公开数据。公告内容（征求什么意见；听证会、座谈会的时间和地点）写在下面的意见栏。",
                "The notice shows title, summary, domain, class and its grounds, never the data. Write its text (what is asked; time and place of a hearing) into the field below.",
            )}
        </p>
        {options(&mode, "radio", &modes, |code| code == chosen)}
        {line(&last, "date", &day)}
    }
    .into_any()
}

/// Lists what the public was asked, with the ways to the notice and to the comments.
pub(super) fn consultations(ctx: &Ctx, all: &[Consultation]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let lang = ctx.lang;
    let rows: Vec<_> = all
        .iter()
        .map(|it| {
            let notice = ctx.href(&format!("/consultations/{}", it.id));
            let comments = ctx.href(&format!("/workbench/consultations/{}", it.id));
            let state = match (it.stopped_on.is_some(), it.summary.is_some()) {
                (true, _) => lang.pick("已经停止", "Stopped"),
                (_, true) => lang.pick("已公布采纳情况", "Summary published"),
                _ if it.is_open_on(ctx.today) => lang.pick("正在听取意见", "Open for comments"),
                _ => lang.pick("等待公布采纳情况", "Waits for the summary"),
            };
            view! {
                <li class="py-3">
                    <b class="font-semibold">{it.mode.label(lang)}</b> " · " {state}
                    <p class="text-[.9375rem] ks-mute">
                        {full_day(lang, it.first_day)} "—" {full_day(lang, it.last_day)}
                    </p>
                    <p class="flex flex-wrap gap-x-6">
                        <a class="ks-link inline-block py-2" href=notice>{lang.pick("查看公告", "See the notice")}</a>
                        <a class="ks-link inline-block py-2" href=comments>{lang.pick("收到的意见", "Comments")}</a>
                    </p>
                </li>
            }
        })
        .collect();
    let section = view! {
        <section aria-labelledby="h-asked" class="mb-10">
            {section_head("h-asked", lang.pick("公开听取意见", "Consultations"))}
            <ul class="mt-2 divide-y divide-[var(--line)]">{rows}</ul>
        </section>
    };
    Some(section.into_any())
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
