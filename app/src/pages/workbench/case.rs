//! The file of a case: where it is, what happened, and what the reader may do.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::consultations::Consultation;
use kaishu_portal::filed_rules::FiledRules;
use kaishu_portal::publishing::{
    Assignable, Attachment, DisputeView, OpeningAct, Resubmitted, ReviewDesk,
};
use kaishu_portal::{Error, Portal};
use kaishu_types::case::{
    ActionView, AnswerView, CaseKind, CaseView, ClockView, EventView, StepView,
};
use kaishu_types::{ErrorCode, Lang};
use leptos::prelude::*;

use super::{
    accounts, assigning, attached, bench_page, disputes, editor, expired, extension, filed_rules,
    missing, outside, review,
};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::ui::dates::{full_day, full_time};
use crate::ui::fields::{Label, area};
use crate::ui::form::{Typed, summary};
use crate::ui::heading::{Rank, rail_head, section_head};
use crate::ui::icon::icon;
use crate::ui::meta::{fact, hash, meta};
use crate::ui::numbers::times;

/// `GET /workbench/cases/{id}`
pub(crate) async fn show(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let shown = shown(&ctx, &portal, &id).await;
    // These have pages of their own, with forms for what they ask.
    let is_verified =
        shown.as_ref().is_ok_and(|it| it.case.facts.contains_key("verification.values"));
    match shown.as_ref().map(|shown| shown.case.kind) {
        Ok(CaseKind::ShareRequest) if is_verified => {
            return go(&ctx.href(&format!("/share/verifications/{id}")), []);
        }
        Ok(CaseKind::Project) => return go(&ctx.href(&format!("/workbench/projects/{id}")), []),
        Ok(CaseKind::ShareRequest) => return go(&ctx.href(&format!("/share/requests/{id}")), []),
        Ok(CaseKind::Application) => return go(&ctx.href(&format!("/applications/{id}")), []),
        Ok(CaseKind::UsageReport) => return go(&ctx.href(&format!("/usage-reports/{id}")), []),
        Ok(CaseKind::Violation) => return go(&ctx.href(&format!("/violations/{id}")), []),
        _ => {}
    }
    respond(&ctx, || Ok(page(&ctx, &shown?, &Typed::default())))
}

/// A case with what its step asks of the reader.
pub(super) struct Shown {
    pub(super) case: CaseView,
    /// What the step asks; none where it is not the reader's.
    desk: Option<ReviewDesk>,
    /// What a revision changes of what is published.
    changes: Option<Vec<String>>,
    /// What changed since the entry was submitted before.
    resubmitted: Option<Resubmitted>,
    /// What the public was asked, the newest first.
    consultations: Vec<Consultation>,
    /// What a dispute is about.
    dispute: Option<DisputeView>,
    /// The reader's files that wait for the step; none where no step is the reader's.
    waiting: Option<Vec<Attachment>>,
    /// Whom the reader may assign; none where it is not the reader's.
    experts: Option<Vec<Assignable>>,
    /// The rules it was filed under.
    rules: FiledRules,
    /// Whether what was published has a page that the public sees.
    is_public: bool,
}

pub(super) async fn shown(ctx: &Ctx, portal: &Portal, id: &str) -> Result<Shown, AppError> {
    let case = read(ctx, portal, id).await?;
    let is_opening = case.kind == CaseKind::Opening;
    let desk = portal.review_desk(&ctx.caller, case.id, ctx.lang).await?;
    let changes = match is_opening && case.is_open {
        true => portal.draft_changes(&ctx.caller, case.id).await?,
        false => None,
    };
    let resubmitted = match is_opening {
        true => portal.resubmitted(&ctx.caller, case.id, ctx.lang).await?,
        false => None,
    };
    let consultations = portal.consultations_of(&ctx.caller, case.id).await?;
    let dispute = match case.kind {
        CaseKind::Dispute => Some(portal.dispute_view(&ctx.caller, case.id, ctx.lang).await?),
        _ => None,
    };
    let waiting = portal.waiting_attachments(&ctx.caller, case.id).await?;
    let experts = portal.assignable_experts(&ctx.caller, case.id, ctx.lang).await?;
    let rules = portal.filed_rules(&ctx.caller, case.id).await?;
    let is_public = is_published(&case) && is_public(portal, &case).await?;
    Ok(Shown {
        case,
        desk,
        changes,
        resubmitted,
        consultations,
        dispute,
        waiting,
        experts,
        rules,
        is_public,
    })
}

fn is_published(case: &CaseView) -> bool {
    case.kind == CaseKind::Opening && case.state.code == "published"
}

/// Whether the public has a page of the dataset that a case is about.
async fn is_public(portal: &Portal, case: &CaseView) -> Result<bool, AppError> {
    let Ok(code) = case.subject.parse() else { return Ok(false) };
    match portal.dataset(&code).await {
        Ok(_) => Ok(true),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// `POST /workbench/cases/{id}/act`
pub(crate) async fn act(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let answers = answers(&pairs);
    let typed = Typed::of(pairs);
    let shown = match shown(&ctx, &portal, &id).await {
        Ok(shown) => shown,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let (event, reason) = (typed.value("event").to_owned(), typed.value("reason").to_owned());
    let version = typed.value("version").parse().unwrap_or_default();
    let (caller, id) = (&ctx.caller, shown.case.id);
    let idempotency_key = Some(typed.value("key").to_owned()).filter(|key| !key.is_empty());
    let done = OpeningAct { event, version, reason, idempotency_key, answers };
    let acted = portal.act_on_case(caller, id, done, ctx.lang).await;
    let next = |draft: Option<i64>| match draft {
        Some(draft) => format!("/workbench/drafts/{draft}"),
        None => format!("/workbench/cases/{id}"),
    };
    match acted {
        Ok(draft) => go(&ctx.href(&next(draft)), []),
        // What is wrong with the reason, or stands against it, is said where the reason is written.
        Err(error) if stays(&error) => respond(&ctx, || {
            Ok(page(&ctx, &shown, &typed.refused(as_field(error, "reason", ctx.lang))?))
        }),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

/// Whether a field answers a question of the step: of a review, of a dispute that is decided, of an entry that is
/// missing, of what is asked for outside the catalogue.
fn is_answer(name: &str) -> bool {
    let others =
        ["class", "document", "decided_on", "entry", "level", "norm", "article", "participants"];
    review::is_answer(name) || others.contains(&name)
}

/// What was answered to the questions of the step.
fn answers(pairs: &[(String, String)]) -> BTreeMap<String, String> {
    let mut answers: BTreeMap<String, String> =
        pairs.iter().filter(|(name, _)| is_answer(name)).cloned().collect();
    // What is ticked in a list is one answer.
    for (list, answer) in [("add.", "add"), ("attach.", "attach"), ("expert.", "experts")] {
        let ticked = pairs.iter().filter_map(|(name, _)| name.strip_prefix(list));
        let ticked: Vec<&str> = ticked.collect();
        if !ticked.is_empty() {
            answers.insert(answer.to_owned(), ticked.join(" "));
        }
    }
    answers
}

pub(super) fn stays(error: &Error) -> bool {
    matches!(error.code(), ErrorCode::InvalidInput | ErrorCode::Conflict | ErrorCode::Forbidden)
}

/// A refusal that is about no field, as what is wrong with one.
pub(crate) fn as_field(error: Error, field: &str, lang: Lang) -> Error {
    match error {
        Error::InvalidInput(faults) => Error::InvalidInput(faults),
        other => {
            let message = other.message(lang);
            let rule = other.into_detail().rule.filter(|rule| !rule.article.is_empty());
            let message = match rule {
                Some(rule) => lang.pick(
                    format!("{message}（{}）", rule.article),
                    format!("{message} ({})", rule.article),
                ),
                None => message,
            };
            Error::field(field, message)
        }
    }
}

pub(super) async fn read(ctx: &Ctx, portal: &Portal, id: &str) -> Result<CaseView, AppError> {
    let lang = ctx.lang;
    let unknown = || {
        let (one, all) = lang.pick(("事项", "事项"), ("case", "cases"));
        AppError::unknown(lang, id, one, all, "/workbench")
    };
    let number = id.parse().map_err(|_| unknown())?;
    match portal.case_view(&ctx.caller, number, lang).await {
        Err(error) if error.code() == ErrorCode::NotFound => Err(unknown()),
        other => Ok(other?),
    }
}

pub(super) fn page(ctx: &Ctx, shown: &Shown, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let Shown {
        case,
        changes,
        resubmitted,
        consultations,
        dispute,
        waiting,
        experts,
        rules,
        is_public,
        ..
    } = shown;
    let steps: Vec<_> = case.steps.iter().map(|step| step_row(ctx, step)).collect();
    let steps = (!steps.is_empty()).then(|| {
        view! {
            <section aria-labelledby="h-steps" class="mb-10">
                {section_head("h-steps", lang.pick("审查环节", "Steps"))}
                <ol class="mt-2 divide-y divide-[var(--line)]">{steps}</ol>
            </section>
        }
    });
    let body = view! {
        <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
            <div>
                {summary(ctx, typed)}
                {changes.as_ref().map(|changes| changed(ctx, changes))}
                {resubmitted.as_ref().map(|it| super::changed::resubmitted(ctx, it))}
                {filed_rules::differences(ctx, rules)}
                {accounts::asked(ctx, case)}
                {dispute.as_ref().map(|it| disputes::about(ctx, it))}
                {missing::found(ctx, case)}
                {outside::asked(ctx, case)}
                {waiting.is_some().then(|| attached::section(ctx, case.id))}
                {decision(ctx, shown, typed)}
                {experts.as_ref().map(|experts| assigning::section(ctx, case, experts, typed))}
                {extension::section(ctx, case, typed)}
                {review::consultations(ctx, consultations)}
                {steps}
                <section aria-labelledby="h-events">
                    {section_head("h-events", lang.pick("办理记录", "What happened"))}
                    {events(ctx, case)}
                </section>
            </div>
            {rail(ctx, case, rules, *is_public)}
        </div>
    };
    let places = vec![(case.title.clone(), None)];
    let lead = format!("{} · {}", case.kind.label(lang), case.state.label);
    bench_page(ctx, &case.title, places, lead, body.into_any()).refused(lang, typed)
}

/// Says what a revision changes of what is published.
fn changed(ctx: &Ctx, changes: &[String]) -> AnyView {
    let lang = ctx.lang;
    let text = match changes {
        [] => lang.pick("与已发布的内容相同。", "It is what is published now.").to_owned(),
        _ => ctx.words.fields(changes),
    };
    view! {
        <section aria-labelledby="h-changed" class="mb-10">
            {section_head("h-changed", lang.pick("与已发布的内容相比，修改了", "Changed against what is published"))}
            <p class="mt-2">{text}</p>
        </section>
    }
    .into_any()
}

/// Draws what the reader may do, with the reason it needs.
fn decision(ctx: &Ctx, shown: &Shown, typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    let Shown { case, waiting, .. } = shown;
    let (desk, dispute) = (shown.desk.as_ref(), shown.dispute.as_ref());
    let is_asked = |action: &&ActionView| {
        let event = &action.event.code;
        review::is_asked(desk, event) && outside::is_asked(case, event)
    };
    let actions: Vec<&ActionView> = case.actions.iter().filter(is_asked).collect();
    if actions.is_empty() {
        return None;
    }
    let buttons: Vec<_> = actions
        .iter()
        .map(|action| {
            // What brings the case on stands out; what sends it back does not.
            let class = match action.needs_reason {
                false => "btn btn-primary",
                true => "btn btn-outline",
            };
            view! {
                <button class=class type="submit" name="event" value=action.event.code.clone()>
                    {action.event.label.clone()}
                </button>
            }
        })
        .collect();
    let needing: Vec<_> = actions.iter().filter(|it| it.needs_reason).collect();
    let hint = (!needing.is_empty()).then(|| {
        let names: Vec<_> = needing.iter().map(|it| it.event.label.as_str()).collect();
        let names = names.join(lang.pick("、", ", "));
        lang.pick(format!("{names}时必须填写"), format!("must be given to: {names}"))
    });
    let label = Label {
        name: "reason".to_owned(),
        text: lang.pick("意见或者理由", "Opinion or reason").to_owned(),
        hint,
        faults: typed.faults("reason"),
        ..Label::default()
    };
    let action = ctx.href(&format!("/workbench/cases/{}/act", case.id));
    // The same page sent twice is one decision.
    let key = format!("case-{}-{}", case.id, case.version);
    let view = view! {
        <section aria-labelledby="h-act" class="mb-10">
            {section_head("h-act", lang.pick("办理", "Decide"))}
            <form method="post" action=action class="max-w-[40rem]">
                <input type="hidden" name="version" value=case.version.to_string()/>
                <input type="hidden" name="key" value=key/>
                {desk.map(|desk| review::questions(ctx, desk, typed))}
                {dispute.and_then(|it| disputes::fields(ctx, it, typed))}
                {missing::entry_field(ctx, case, typed)}
                {outside::refusing(ctx, case, typed)}
                {outside::mediating(ctx, case, typed)}
                {waiting.as_ref().and_then(|waiting| attached::ticks(ctx, waiting))}
                {area(&label, 4, typed.value("reason"))}
                <p class="mt-6 flex flex-wrap gap-3">{buttons}</p>
            </form>
        </section>
    };
    Some(view.into_any())
}

fn step_row(ctx: &Ctx, step: &StepView) -> AnyView {
    let lang = ctx.lang;
    let mark = match step.verdict.as_deref() {
        Some("passed") => ("ks-mark is-ok", "check", lang.pick("通过", "Passed")),
        Some(_) => ("ks-mark is-late", "late", lang.pick("退回", "Returned")),
        None if step.is_current => ("ks-mark is-soon", "soon", lang.pick("办理中", "On")),
        None => ("ks-mark", "soon", lang.pick("未开始", "Not yet")),
    };
    let by = step.by.clone();
    let at = step.at.map(|at| full_time(lang, at));
    let opinion = (!step.opinion.is_empty()).then(|| step.opinion.clone());
    view! {
        <li class="py-3" aria-current=step.is_current.then_some("step")>
            <div class="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
                <b class="font-semibold">{step.label.clone()}</b>
                <span class=mark.0>{icon(mark.1)}{mark.2}</span>
            </div>
            <p class="text-[.9375rem] ks-mute">{by} " " {at}</p>
            {opinion.map(|opinion| view! { <p class="mt-1 whitespace-pre-line">{opinion}</p> })}
            {answered(ctx, &step.answers)}
        </li>
    }
    .into_any()
}

/// Draws what was answered, found and attached.
fn answered(ctx: &Ctx, answers: &[AnswerView]) -> Option<AnyView> {
    if answers.is_empty() {
        return None;
    }
    let rows: Vec<_> = answers
        .iter()
        .map(|it| {
            let answer = match &it.link {
                Some(path) => {
                    let path = ctx.href(path);
                    view! { <a class="ks-link break-all" href=path>{it.answer.clone()}</a> }
                        .into_any()
                }
                None => it.answer.clone().into_any(),
            };
            view! {
                <div class="grid sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)] gap-x-6 py-1">
                    <dt class="ks-mute">{it.question.clone()}</dt>
                    <dd>{answer}</dd>
                </div>
            }
        })
        .collect();
    Some(view! { <dl class="mt-2 text-[.9375rem]">{rows}</dl> }.into_any())
}

/// Draws what happened to a case, the newest first.
pub(crate) fn events(ctx: &Ctx, case: &CaseView) -> AnyView {
    let events: Vec<_> = case.events.iter().rev().map(|event| event_row(ctx, event)).collect();
    view! { <ol class="mt-2 divide-y divide-[var(--line)]">{events}</ol> }.into_any()
}

fn event_row(ctx: &Ctx, event: &EventView) -> AnyView {
    let lang = ctx.lang;
    let answers = answered(ctx, &event.answers).map(|answers| {
        let word = lang.pick("记录的回答和附件", "Answers and files on record");
        view! {
            <details class="mt-1">
                <summary class="text-[.9375rem]">{word}</summary>
                {answers}
            </details>
        }
    });
    let reason = (!event.reason.is_empty()).then(|| event.reason.clone());
    let acting = event.acting.clone().map(|acting| format!("（{acting}）"));
    view! {
        <li class="py-3">
            <div class="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
                <b class="font-semibold">{event.event.label.clone()}</b>
                <span class="text-sm ks-mute">{full_time(lang, event.at)}</span>
            </div>
            <p class="text-[.9375rem]">{event.by.clone()}{acting}</p>
            {reason.map(|reason| view! { <p class="mt-1 whitespace-pre-line">{reason}</p> })}
            {answers}
            <p class="text-sm ks-mute mt-1">
                <span class="num">"#" {event.seq}</span> " " {hash(&event.hash)}
            </p>
        </li>
    }
    .into_any()
}

fn rail(ctx: &Ctx, case: &CaseView, rules: &FiledRules, is_public: bool) -> AnyView {
    let lang = ctx.lang;
    let clocks = clocks(lang, case);
    let mut facts = vec![
        fact(lang.pick("编号", "Number"), case.subject.clone()),
        fact(lang.pick("状态", "State"), case.state.label.clone()),
        filed_rules::under(ctx, rules),
    ];
    // Before the first version of the guide, the rules of the profile are all there is.
    let guide = case.facts.get("guide").filter(|number| *number != "0");
    facts.extend(guide.map(|number| {
        let version = lang.pick(format!("第 {number} 版"), format!("version {number}"));
        let path = ctx.href(&format!("/workbench/guide?version={number}"));
        fact(lang.pick("编制规范", "Guide"), view! { <a class="ks-link" href=path>{version}</a> })
    }));
    facts.extend(
        case.facts
            .get("filing")
            .map(|number| fact(lang.pick("备案编号", "Filing number"), number.clone())),
    );
    facts.extend((case.n_urged > 0).then(|| {
        let often = lang.pick(format!("{} 次", case.n_urged), times(case.n_urged));
        fact(lang.pick("主管部门催办", "Urged"), often)
    }));
    let draft = (case.kind == CaseKind::Opening).then(|| {
        let path = ctx.href(&format!("/workbench/drafts/{}", case.id));
        let word = lang.pick("查看目录内容", "See the entry");
        let quality = editor::quality::way(ctx, case.id);
        view! { <p class="mt-4"><a class="btn btn-outline" href=path>{word}</a></p> {quality} }
    });
    let public = is_published(case).then(|| {
        let (path, word) = match is_public {
            true => ("/datasets", lang.pick("查看公开页面", "See the public page")),
            false => ("/workbench/datasets", lang.pick("查看数据集", "See the dataset")),
        };
        let path = ctx.href(&format!("{path}/{}", case.subject));
        let hidden = lang.pick(
            "公众门户不显示这份目录，其他单位在共享目录中查看可以共享的部分。",
            "No public page shows this entry; agencies find what may be shared in the share catalogue.",
        );
        let hidden = (!is_public).then(|| view! { <p class="mt-3 ks-mute">{hidden}</p> });
        view! {
            {hidden}
            <p class="mt-3"><a class="ks-link inline-block py-2" href=path>{word}</a></p>
        }
    });
    let dataset = matches!(
        case.kind,
        CaseKind::Change | CaseKind::Life | CaseKind::Reassessment | CaseKind::Dispute
    );
    let dataset = dataset.then(|| {
        let path = ctx.href(&format!("/workbench/datasets/{}", case.subject));
        let word = lang.pick("查看数据集、修订目录", "See and revise the dataset");
        view! { <p class="mt-4"><a class="btn btn-outline" href=path>{word}</a></p> }
    });
    view! {
        <aside class="text-[.9375rem]" aria-label=lang.pick("事项信息", "About the case")>
            {rail_head(lang.pick("事项", "Case"), Rank::First)}
            {meta(facts)}
            {draft}
            {dataset}
            {public}
            {clocks}
        </aside>
    }
    .into_any()
}

/// Draws the clocks of a case, the newest first.
pub(crate) fn clocks(lang: Lang, case: &CaseView) -> Option<AnyView> {
    let rows: Vec<_> = case.clocks.iter().rev().map(|clock| clock_row(lang, clock)).collect();
    let view = (!rows.is_empty()).then(|| {
        view! {
            {rail_head(lang.pick("期限", "Clocks"), Rank::Next)}
            <ul class="mt-2 space-y-4">{rows}</ul>
        }
    });
    view.map(IntoAny::into_any)
}

fn clock_row(lang: Lang, clock: &ClockView) -> AnyView {
    let class = if clock.is_overdue { "ks-mark is-late" } else { "ks-mark" };
    let sign = icon(if clock.is_overdue { "late" } else { "soon" });
    let days = lang.pick(
        format!("{} 个工作日，到", clock.working_days),
        format!("{} working days, until ", clock.working_days),
    );
    let extended = clock.extended_from.map(|before| {
        lang.pick(
            format!("经批准延长一次，原为 {before} 个工作日"),
            format!("More time was given once; there were {before} working days"),
        )
    });
    let provisional = clock.is_provisional.then(|| {
        lang.pick(
            "（当年放假安排尚未公布，暂按周末计算）",
            " (provisional: the holidays of the year are not known yet)",
        )
    });
    view! {
        <li>
            <p><span class=class>{sign}{clock.standing.clone()}</span></p>
            <p class="mt-1">{days} " " {full_day(lang, clock.last_day)} {provisional}</p>
            {extended.map(|text| view! { <p>{text}</p> })}
            <p class="ks-mute">{clock.rule.article.clone()}</p>
        </li>
    }
    .into_any()
}
