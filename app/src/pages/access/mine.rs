//! What somebody applied for.

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::access::{ApplicationCard, DutyCard};
use leptos::prelude::*;

use super::{duties, own_page};
use crate::ctx::Ctx;
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::data::data;
use crate::ui::dates::day_text;

/// `GET /me/applications`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = portal.own_applications(&ctx.caller, ctx.lang).await;
    let owed = portal.own_duties(&ctx.caller, ctx.lang).await;
    respond(&ctx, || Ok(page(&ctx, &found?, &owed?)))
}

fn page(ctx: &Ctx, found: &[ApplicationCard], owed: &[DutyCard]) -> Page {
    let lang = ctx.lang;
    let rows: Vec<_> = found.iter().map(|card| row(ctx, card)).collect();
    let list = match rows.is_empty() {
        true => {
            let none = lang.pick(
                "还没有申请。有条件开放的数据，在数据集页面点“申请使用”。",
                "There is none yet. Apply on the page of a dataset that is open on conditions.",
            );
            let all = lang.pick("查看有条件开放的数据", "See conditional data");
            let path = ctx.href("/datasets?open=conditional");
            view! { <p class="ks-mute">{none}</p><p class="mt-4"><a class="btn btn-outline" href=path>{all}</a></p> }
                .into_any()
        }
        false => view! { <ul class="divide-y divide-[var(--line)] border-y border-[var(--line)]">{rows}</ul> }
            .into_any(),
    };
    let title = lang.pick("我的申请", "My applications");
    let lead = lang.pick(
        "每一份申请办到哪里、由谁办理、到哪天、您能做什么，都在它的页面上。",
        "Each has a page that shows where it is, who has it, until when, and what you can do.",
    );
    let ways = view! {
        <p class="mt-8 flex flex-wrap gap-x-6 gap-y-2">
            <a class="ks-link" href=ctx.href("/me/results")>{lang.pick("我的成果", "My results")}</a>
            <a class="ks-link" href=ctx.href("/me/webhooks")>{lang.pick("事件推送", "Webhooks")}</a>
        </p>
    };
    let body = view! { {duties::tasks(ctx, owed)}{list}{ways} }.into_any();
    own_page(ctx, title, vec![(title.to_owned(), None)], lead, body)
}

fn row(ctx: &Ctx, card: &ApplicationCard) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("/applications/{}", card.case));
    let due = card.due.map(|day| {
        lang.pick(format!("到 {}", day_text(lang, day)), format!("until {}", day_text(lang, day)))
    });
    let ends = card.grant.as_ref().filter(|grant| grant.is_active).map(|grant| {
        let day = day_text(lang, grant.last_day);
        lang.pick(format!("可以使用到 {day}"), format!("can be used until {day}"))
    });
    let soon = card.ends_soon.then(|| {
        view! { <span class="ks-mark is-soon">{lang.pick("即将到期，请续期或者交回", "ends soon: renew it or give it back")}</span> }
    });
    let mine = card.is_mine.then(|| {
        view! { <span class="ks-mark is-soon">{lang.pick("等您办理", "waits for you")}</span> }
    });
    view! {
        <li class="py-4 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
            <span>
                <a class="ks-link font-semibold" href=path>{data(lang, card.title.clone())}</a>
                " " <span class="ks-mute num">{card.code.to_string()}</span>
            </span>
            <span class="flex flex-wrap gap-x-4">{mine}{soon}<b class="font-semibold">{card.state.clone()}</b>
                <span class="ks-mute">{ends.or(due)}</span>
            </span>
        </li>
    }
    .into_any()
}
