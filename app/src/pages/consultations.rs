//! Consultations: what is planned to be opened, and what the public thinks of it (REV-06).

use axum::extract::{Path, State};
use axum::response::Response;
use axum::{Extension, Form};
use kaishu_portal::consultations::{ConsultationView, NewComment};
use kaishu_portal::retrieval::Client;
use kaishu_portal::{Error, Portal};
use kaishu_types::ErrorCode;
use kaishu_types::consultation::ConsultationMode;
use leptos::prelude::*;

use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Keep, Page, Section, respond};
use crate::pages::account::go;
use crate::pages::dataset::terms::basis_text;
use crate::ui::class_mark::{MarkSize, class_mark};
use crate::ui::crumbs::crumbs;
use crate::ui::data::{data, foreign};
use crate::ui::dates::{day_text, full_day};
use crate::ui::fields::{area, label, line};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::{Rank, page_head, rail_head, section_head};
use crate::ui::icon::icon;
use crate::ui::law::rule_list;
use crate::ui::meta::{fact, meta, text_fact};

const LIST: &str = "/consultations";

/// `GET /consultations`
pub(crate) async fn list(ctx: Ctx, State(portal): State<Portal>) -> Response {
    let found = portal.consultations(ctx.lang).await;
    respond(&ctx, || {
        let (open, past) = found?;
        Ok(list_page(&ctx, &portal, &open, &past))
    })
}

/// `GET /consultations/{id}`
pub(crate) async fn show(
    Asked(ctx): Asked,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let is_sent = asked.contains_key("done");
    let found = find(&ctx, &portal, &id).await;
    respond(&ctx, || Ok(page(&ctx, &portal, &found?, (&Typed::default(), is_sent))))
}

/// `POST /consultations/{id}`
pub(crate) async fn comment(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    client: Option<Extension<Client>>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let found = match find(&ctx, &portal, &id).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let typed = Typed::of(pairs);
    let new = NewComment {
        body: typed.value("body"),
        name: typed.value("name"),
        contact: typed.value("contact"),
        trap: typed.value("website"),
        once: typed.value("once"),
    };
    let number = found.kept.id;
    let client = client.map(|Extension(client)| client);
    match portal.comment(&ctx.caller, number, (new, client), ctx.lang).await {
        Ok(()) => go(&format!("{}?done=sent", ctx.href(&format!("{LIST}/{number}"))), []),
        // What was written stays on the page, whatever stands against it.
        Err(error) if is_stopped(&error) => respond(&ctx, || {
            let typed = typed.noticed(error.message(ctx.lang));
            Ok(page(&ctx, &portal, &found, (&typed, false)).private().stopped(error.into()))
        }),
        Err(error) => respond(&ctx, || {
            let typed = typed.refused(error)?;
            let page = page(&ctx, &portal, &found, (&typed, false)).private();
            Ok(page.refused(ctx.lang, &typed))
        }),
    }
}

fn is_stopped(error: &Error) -> bool {
    matches!(error.code(), ErrorCode::TooManyRequests | ErrorCode::Conflict)
}

async fn find(ctx: &Ctx, portal: &Portal, id: &str) -> Result<ConsultationView, AppError> {
    let unknown = || {
        let (one, all) =
            ctx.lang.pick(("听取意见公告", "听取意见公告"), ("consultation", "consultations"));
        AppError::unknown(ctx.lang, id, one, all, LIST)
    };
    let number = id.parse().map_err(|_| unknown())?;
    let found = portal.consultation(number, ctx.lang).await;
    found.map_err(|error| AppError::or_unknown(error, unknown))
}

fn title(ctx: &Ctx) -> &'static str {
    ctx.lang.pick("公开听取意见", "Consultations")
}

fn list_page(
    ctx: &Ctx,
    portal: &Portal,
    open: &[ConsultationView],
    past: &[ConsultationView],
) -> Page {
    let lang = ctx.lang;
    let rows = |all: &[ConsultationView]| all.iter().map(|it| row(ctx, it)).collect::<Vec<_>>();
    let now = match open.is_empty() {
        true => {
            let text =
                lang.pick("现在没有正在听取意见的事项。", "Nothing is open for comments now.");
            view! { <p class="py-4 ks-mute">{text}</p> }.into_any()
        }
        false => view! { <ul class="divide-y divide-[var(--line)]">{rows(open)}</ul> }.into_any(),
    };
    let before = (!past.is_empty()).then(|| {
        view! {
            <section class="mt-12" aria-labelledby="h-past">
                {section_head("h-past", lang.pick("已经结束", "Ended"))}
                <ul class="mt-2 divide-y divide-[var(--line)]">{rows(past)}</ul>
            </section>
        }
    });
    let lead = lang.pick(
        "开放数据以前，涉及群体切身利益或者公众普遍关注的，先听取意见。任何人都可以提出。",
        "Before data that concerns groups or the public at large is opened, everybody is heard.",
    );
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![(title(ctx).to_owned(), None)])}
            {page_head(title(ctx), lead)}
            <section aria-labelledby="h-open">
                {section_head("h-open", lang.pick("正在听取意见", "Open for comments"))}
                {now}
            </section>
            {before}
            {rules(ctx, portal)}
        </main>
    };
    Page::new(title(ctx), body).section(Section::Datasets).description(lead)
}

fn rules(ctx: &Ctx, portal: &Portal) -> AnyView {
    let keys = ["review.steps", "review.consultation_days"];
    view! {
        <section aria-labelledby="h-why" class="mt-12">
            {section_head("h-why", ctx.lang.pick("依据", "Rules"))}
            {rule_list(ctx, &portal.policy_view(), &keys)}
        </section>
    }
    .into_any()
}

fn row(ctx: &Ctx, it: &ConsultationView) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("{LIST}/{}", it.kept.id));
    view! {
        <li class="py-4">
            <a class="ks-plain text-[1.0625rem]" href=path>{data(lang, it.kept.title.as_str())}</a>
            <p class="mt-1 text-[.9375rem] ks-mute">
                {data(lang, it.organization.as_str())} " · " {it.kept.mode.label(lang)} " · "
                {standing(ctx, it)}
            </p>
        </li>
    }
    .into_any()
}

/// Says until when it can be answered, or what became of it.
fn standing(ctx: &Ctx, it: &ConsultationView) -> AnyView {
    let lang = ctx.lang;
    let last = it.kept.last_day;
    if it.kept.stopped_on.is_some() {
        return lang.pick("已经停止", "Stopped").into_any();
    }
    if let Some(day) = it.kept.summarised_on {
        return view! { {full_day(lang, day)}{lang.pick("公布意见采纳情况", ": summary published")} }
            .into_any();
    }
    match it.is_open {
        true => view! { {lang.pick("截止到", "until ")}{full_day(lang, last)} }.into_any(),
        false => view! {
            {full_day(lang, last)}{lang.pick("截止，正在汇总", ": ended, being summed up")}
        }
        .into_any(),
    }
}

fn page(
    ctx: &Ctx,
    portal: &Portal,
    it: &ConsultationView,
    (typed, is_sent): (&Typed, bool),
) -> Page {
    let lang = ctx.lang;
    let flash = is_sent.then(|| {
        let text = lang.pick(
            "意见已经收到，由审查人员查阅。采纳情况在这一页公布。",
            "Your comment has arrived; the reviewers read it. What comes of it is published on this page.",
        );
        view! { <div class="ks-note is-ok mb-8" role="status"><p>{text}</p></div> }
    });
    let body = match it.kept.stopped_on {
        Some(day) => stopped(ctx, day),
        None => view! {
            {outcome(ctx, it)}
            {planned(ctx, it)}
            {notice(ctx, it)}
            {it.is_open.then(|| form(ctx, it, typed))}
        }
        .into_any(),
    };
    let places =
        vec![(title(ctx).to_owned(), Some(LIST.to_owned())), (it.kept.title.clone(), None)];
    let lead = view! { {data(lang, it.organization.as_str())} " · " {standing(ctx, it)} };
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, places)}
            {page_head(&it.kept.title, lead)}
            {flash}
            {summary(ctx, typed)}
            <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
                <div>{body}</div>
                {rail(ctx, portal, it)}
            </div>
        </main>
    };
    let page = Page::new(it.kept.title.clone(), body).section(Section::Datasets);
    match it.is_open && it.kept.stopped_on.is_none() {
        // Each reader has a form of their own: of two who write the same, both count.
        true => Page { keep: Keep::Never, ..page },
        false => page,
    }
}

fn stopped(ctx: &Ctx, day: chrono::NaiveDate) -> AnyView {
    let text = ctx.lang.pick(
        "停止听取意见：这份目录已经退回或者撤回修改。重新提交以后如需听取意见，另行公告。",
        "This was stopped: the entry went back to its provider. Where the public is asked again, there is another notice.",
    );
    view! { <p>{full_day(ctx.lang, day)}{ctx.gap()} {text}</p> }.into_any()
}

/// What came of it, once that is published.
fn outcome(ctx: &Ctx, it: &ConsultationView) -> Option<AnyView> {
    let text = it.kept.summary.clone()?;
    let lang = ctx.lang;
    let dataset = it.is_published.then(|| {
        let path = ctx.href(&format!("/datasets/{}", it.kept.dataset));
        view! { <p class="mt-3"><a class="ks-link inline-block py-2" href=path>{lang.pick("查看已开放的数据集", "See the opened dataset")}</a></p> }
    });
    let section = view! {
        <section class="mb-12" aria-labelledby="h-summary">
            {section_head("h-summary", lang.pick("意见采纳情况", "What came of it"))}
            <p class="mt-2 max-w-[40em] whitespace-pre-line" lang=foreign(lang, &text)>{text.clone()}</p>
            {dataset}
        </section>
    };
    Some(section.into_any())
}

fn planned(ctx: &Ctx, it: &ConsultationView) -> AnyView {
    let lang = ctx.lang;
    let planned = &it.kept.planned;
    let grounds = it.grounds.join(ctx.words.separator);
    let mut facts = vec![
        fact(lang.pick("数据领域", "Domain"), data(lang, it.theme.as_str())),
        fact(
            lang.pick("开放类型", "Open class"),
            class_mark(lang, planned.class, MarkSize::Normal),
        ),
    ];
    facts.extend(text_fact(lang.pick("理由", "Grounds"), Some(&grounds)));
    facts.extend(text_fact(lang.pick("说明", "Reason"), planned.reason.as_deref()));
    facts.extend(text_fact(ctx.words.legal_basis, basis_text(&planned.basis).as_deref()));
    view! {
        <section class="mb-12" aria-labelledby="h-planned">
            {section_head("h-planned", lang.pick("拟开放的数据", "What is planned to be opened"))}
            <p class="mt-2 max-w-[40em]" lang=foreign(lang, &planned.summary)>{planned.summary.clone()}</p>
            <div class="mt-4 max-w-[42em]">{meta(facts)}</div>
        </section>
    }
    .into_any()
}

fn notice(ctx: &Ctx, it: &ConsultationView) -> AnyView {
    let lang = ctx.lang;
    let text = it.kept.notice.clone();
    let head = format!("{} · {}", lang.pick("公告", "Notice"), it.kept.mode.label(lang));
    view! {
        <section class="mb-12" aria-labelledby="h-notice">
            {section_head("h-notice", head)}
            <p class="mt-2 max-w-[40em] whitespace-pre-line" lang=foreign(lang, &text)>{text.clone()}</p>
        </section>
    }
    .into_any()
}

fn form(ctx: &Ctx, it: &ConsultationView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let label = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let body = label(
        "body",
        lang.pick("意见", "Comment"),
        lang.pick("最多 2000 字", "Up to 2,000 characters"),
    );
    let name =
        label("name", lang.pick("姓名或者单位（可不填）", "Name or organization (optional)"), "");
    let contact = label(
        "contact",
        lang.pick("联系方式（可不填）", "How to reach you (optional)"),
        lang.pick(
            "加密保存，只有审查人员能看到，用于核实意见",
            "Kept encrypted; only the reviewers see it, to ask back",
        ),
    );
    let hearing = (it.kept.mode != ConsultationMode::Comments).then(|| {
        let text = lang
            .pick("不能到场的，可以在这里书面提出。", "Whoever cannot be there can write here.");
        view! { <p class="mt-2">{text}</p> }
    });
    let action = ctx.href(&format!("{LIST}/{}", it.kept.id));
    view! {
        <section aria-labelledby="h-form" class="max-w-[36rem]">
            {section_head("h-form", lang.pick("提出意见", "Comment"))}
            {hearing}
            <form method="post" action=action novalidate=true>
                {once()}
                {area(&body, 8, typed.value("body"))}
                {line(&name, "text", typed.value("name"))}
                {line(&contact, "text", typed.value("contact"))}
                <div class="hidden" aria-hidden="true">
                    <label for="website">{lang.pick("请不要填写", "Leave this empty")}</label>
                    <input id="website" name="website" type="text" tabindex="-1" autocomplete="off"/>
                </div>
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">
                        {lang.pick("发送意见", "Send the comment")}
                    </button>
                </p>
            </form>
        </section>
    }
    .into_any()
}

fn rail(ctx: &Ctx, portal: &Portal, it: &ConsultationView) -> AnyView {
    let lang = ctx.lang;
    let (class, sign, word) = match (it.is_open, it.kept.summary.is_some()) {
        (true, _) => ("ks-mark is-soon", "soon", lang.pick("正在听取意见", "Open for comments")),
        (false, true) => ("ks-mark is-ok", "check", lang.pick("已公布结果", "Summary published")),
        (false, false) => ("ks-mark", "late", lang.pick("不再收取意见", "Closed")),
    };
    let facts = vec![
        fact(lang.pick("方式", "Mode"), it.kept.mode.label(lang)),
        fact(lang.pick("公告日期", "Notice of"), full_day(lang, it.kept.first_day)),
        fact(lang.pick("截止日期", "Last day"), full_day(lang, it.kept.last_day)),
        fact(
            lang.pick("已收到", "Received"),
            lang.pick(
                format!("{} 条意见", it.n_comments),
                match it.n_comments {
                    1 => "1 comment".to_owned(),
                    n => format!("{n} comments"),
                },
            ),
        ),
    ];
    let until = day_text(lang, it.kept.last_day);
    view! {
        <aside class="text-[.9375rem]" aria-label=lang.pick("期间和依据", "Time and rule")>
            {rail_head(lang.pick("听取意见", "Consultation"), Rank::First)}
            <p class="mt-2"><span class=class>{icon(sign)}{word}</span></p>
            {meta(facts)}
            {rail_head(lang.pick("依据", "Rule"), Rank::Next)}
            <div class="mt-2">{rule_list(ctx, &portal.policy_view(), &["review.consultation_days"])}</div>
            <p class="mt-2 ks-mute">
                {lang.pick(
                    format!("意见收到 {until}，不公开发表；采纳情况汇总公布。"),
                    format!("Comments are taken until {until}. They are not published; a summary is."),
                )}
            </p>
        </aside>
    }
    .into_any()
}
