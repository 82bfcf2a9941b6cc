//! What somebody was told, the newest first.

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::accounts::{Inbox, NoticeView};
use leptos::prelude::*;

use super::{Part, go, own_page, to_login};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::ui::dates::full_time;

/// `GET /me/inbox`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match kaishu_types::query::only(&ctx.query, &["before"], ctx.lang) {
        Ok(asked) => asked,
        Err(faults) => return respond(&ctx, || Err(AppError::fields(faults))),
    };
    let before = asked.get("before").and_then(|text| text.parse().ok());
    let inbox = portal.inbox(&ctx.caller, before, ctx.lang).await;
    respond(&ctx, || Ok(page(&ctx, portal.sends_mail(), &inbox?)))
}

/// `POST /me/inbox`: all that is shown, and what is older, counts as read.
pub(crate) async fn read(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let up_to = pairs.iter().find(|it| it.0 == "up_to").and_then(|it| it.1.parse().ok());
    match portal.read_inbox(&ctx.caller, up_to.unwrap_or_default(), ctx.lang).await {
        Ok(()) => go(&ctx.href("/me/inbox"), []),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

fn page(ctx: &Ctx, sends_mail: bool, inbox: &Inbox) -> Page {
    let lang = ctx.lang;
    let rows: Vec<_> = inbox.notices.iter().map(|notice| row(ctx, notice)).collect();
    let none = rows.is_empty().then(|| {
        view! { <p class="py-6 ks-mute">{lang.pick("还没有通知。", "Nothing yet.")}</p> }
    });
    let newest = inbox.notices.first().map(|notice| notice.id);
    let has_new = inbox.notices.iter().any(|notice| !notice.is_read);
    let read = newest.filter(|_| has_new).map(|newest| {
        view! {
            <form method="post" action=ctx.href("/me/inbox") class="mb-4">
                <input type="hidden" name="up_to" value=newest.to_string()/>
                <button class="btn btn-sm btn-outline" type="submit">
                    {lang.pick("全部标为已读", "Mark all as read")}
                </button>
            </form>
        }
    });
    let next = inbox.next.map(|next| {
        let target = ctx.href(&format!("/me/inbox?before={next}"));
        view! { <p class="mt-6"><a class="btn btn-outline" href=target>{lang.pick("更早的", "Older")}</a></p> }
    });
    let body = view! {
        <div class="max-w-[44rem]">
            {read}
            {none}
            <ul class="divide-y divide-[var(--line)]">{rows}</ul>
            {next}
        </div>
    };
    let title = lang.pick("通知", "Notices");
    let lead = match sends_mail {
        true => lang.pick(
            "等您办理的、与您有关的事项，同时发送到您的邮箱。",
            "What waits for you or concerns you. The same goes to your mail.",
        ),
        false => lang.pick("等您办理的、与您有关的事项。", "What waits for you or concerns you."),
    };
    own_page(ctx, Part::Inbox, title, lead, body.into_any())
}

fn row(ctx: &Ctx, notice: &NoticeView) -> AnyView {
    let lang = ctx.lang;
    let new = (!notice.is_read).then(|| {
        view! { <span class="ks-mark is-soon !text-[.8125rem]">{lang.pick("未读", "New")}</span> }
    });
    let title = match &notice.link {
        Some(link) => {
            view! { <a class="ks-link font-semibold" href=ctx.href(link)>{notice.title.clone()}</a> }
                .into_any()
        }
        None => view! { <b class="font-semibold">{notice.title.clone()}</b> }.into_any(),
    };
    let reason = (!notice.reason.is_empty()).then(|| notice.reason.clone());
    view! {
        <li class="py-3">
            <div class="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
                <span>{title} " " {new}</span>
                <span class="text-sm ks-mute">{full_time(lang, notice.at)}</span>
            </div>
            <p class="text-[.9375rem]">{notice.text.clone()}</p>
            {reason.map(|reason| view! { <p class="text-[.9375rem] ks-mute whitespace-pre-line">{reason}</p> })}
        </li>
    }
    .into_any()
}
