//! How the system is, for whoever runs it: the mail that waits, and the mail that was given up.

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::accounts::{FailedLetter, MailHealth, MailStanding};
use leptos::prelude::*;

use super::accounts::LIST;
use super::{authority_page, table};
use crate::ctx::Ctx;
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::dates::full_time;
use crate::ui::heading::section_head;
use crate::ui::numbers::thousands;

/// `GET /authority/system`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let health = portal.mail_health(&ctx.caller, ctx.lang).await;
    respond(&ctx, || Ok(page(&ctx, &health?)))
}

fn page(ctx: &Ctx, health: &MailHealth) -> Page {
    let lang = ctx.lang;
    let unset = (!health.is_set).then(|| {
        let text = lang.pick(
            "没有设置邮件服务器，邮件发不出去；通知仍在各人的收件箱里。设置写在配置文件的 [mail]。",
            "No server for mail is set, so no mail goes out; notices are in everybody's inbox. It is set in `[mail]` of the settings.",
        );
        view! { <div class="ks-note is-warn mt-4 max-w-[54rem]"><p>{text}</p></div> }
    });
    let rows = vec![
        row(
            ctx,
            lang.pick(
                "账号邮件：确认、链接、邀请",
                "To accounts: confirmations, links, invitations",
            ),
            &health.letters,
        ),
        row(ctx, lang.pick("办件通知", "Notices of cases"), &health.notices),
    ];
    let head = lang.pick(
        ["邮件", "等待发送", "最早一封", "30 天内放弃"],
        ["Mail", "Waiting", "Oldest", "Given up within 30 days"],
    );
    let body = view! {
        <section aria-labelledby="h-mail">
            {section_head("h-mail", lang.pick("邮件", "Mail"))}
            {unset}
            {table(lang.pick("邮件发送情况", "How mail stands"), &head, rows)}
        </section>
        {failed(ctx, &health.failed)}
    };
    let title = lang.pick("系统运行", "System");
    let lead = lang.pick(
        "等待的邮件自动重试，邮件服务器恢复以后补发；过了有效期的放弃，由本人重新申请。",
        "Mail that waits is tried again by itself and goes out once the server is back; what is of no use any more is given up, and asked for anew by its owner.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

fn row(ctx: &Ctx, name: &'static str, standing: &MailStanding) -> AnyView {
    let lang = ctx.lang;
    let head =
        lang.pick(["等待发送", "最早一封", "30 天内放弃"], ["Waiting", "Oldest", "Given up"]);
    let oldest = standing.oldest.map(|at| full_time(lang, at).into_any());
    let oldest = oldest.unwrap_or_else(|| lang.pick("无", "None").into_any());
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">{name}</th>
            <td class="num" data-l=head[0]>{thousands(standing.n_waiting)}</td>
            <td class="nw num" data-l=head[1]>{oldest}</td>
            <td class="num" data-l=head[2]>{thousands(standing.n_failed)}</td>
        </tr>
    }
    .into_any()
}

/// Lists what was given up, so that somebody can tell whose address is wrong; nothing where nothing was.
fn failed(ctx: &Ctx, failed: &[FailedLetter]) -> Option<AnyView> {
    let lang = ctx.lang;
    let rows: Vec<_> = failed
        .iter()
        .map(|it| {
            let whose = match &it.login {
                Some(login) => {
                    let path = ctx.href(&format!("{LIST}/{login}"));
                    view! { <a class="ks-link" href=path>{login.to_string()}</a> }.into_any()
                }
                None => lang.pick("账号已经不在了", "The account is gone").into_any(),
            };
            view! {
                <li class="py-3 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
                    <span>{whose}" · "{it.what}</span>
                    <span class="text-[.9375rem] ks-mute num">{full_time(lang, it.at)}</span>
                </li>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="mt-12 max-w-[44rem]" aria-labelledby="h-failed">
                {section_head("h-failed", lang.pick("没有发出的账号邮件", "Mail to accounts that did not go out"))}
                <ul class="mt-2 divide-y divide-[var(--line)]">{rows}</ul>
            </section>
        }
        .into_any()
    })
}
