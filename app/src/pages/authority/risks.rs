//! What was found to be risky and what is suspended, for the authority and those who watch over it (ORG-11).

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::supervision::{RiskBoard, RiskEntry, StoppedDataset};
use leptos::prelude::*;

use super::{authority_page, table};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::data::data;
use crate::ui::dates::{day_of, full_day, full_time};
use crate::ui::heading::section_head;

/// `GET /authority/risks`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    if let Err(error) = ctx.only(&[]) {
        return respond(&ctx, || Err(error));
    }
    let board = portal.risk_board(&ctx.caller, ctx.lang).await;
    respond(&ctx, || Ok(page(&ctx, &board?)))
}

fn page(ctx: &Ctx, board: &RiskBoard) -> Page {
    let lang = ctx.lang;
    let stopped: Vec<_> = board.stopped.iter().map(|it| stopped_row(ctx, it)).collect();
    let found: Vec<_> = board.found.iter().map(|it| found_row(ctx, it)).collect();
    let none = |rows: &[AnyView]| {
        let none = lang.pick("没有记录。", "There is nothing.");
        rows.is_empty().then(|| view! { <p class="py-4 ks-mute">{none}</p> })
    };
    let (no_stopped, no_found) = (none(&stopped), none(&found));
    let stopped_head =
        lang.pick(["数据集", "提供单位", "理由", "自"], ["Dataset", "Provider", "Why", "Since"]);
    let found_head =
        lang.pick(["数据集", "事件", "说明", "时间"], ["Dataset", "Event", "Why", "When"]);
    let stopped_name = lang.pick("中止开放的数据集", "Suspended datasets");
    let found_name = lang.pick("风险记录，最新的在前", "What was found, the newest first");
    let body = view! {
        <section aria-labelledby="h-stopped">
            {section_head("h-stopped", lang.pick("正在中止开放", "Suspended now"))}
            {no_stopped}
            {(!stopped.is_empty()).then(|| table(stopped_name, &stopped_head, stopped))}
        </section>
        <section aria-labelledby="h-found" class="mt-12">
            {section_head("h-found", lang.pick("检出、处置和中止的记录", "Found, decided, suspended"))}
            {no_found}
            {(!found.is_empty()).then(|| table(found_name, &found_head, found))}
        </section>
    };
    let title = lang.pick("风险", "Risks");
    let lead = lang.pick(
        "数据中检出的敏感内容怎样处置、重新识别的风险有多大、哪些数据因风险中止开放。",
        "What became of sensitive content that was found, how far rows can be told apart, and what is suspended.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

fn stopped_row(ctx: &Ctx, it: &StoppedDataset) -> AnyView {
    let lang = ctx.lang;
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                {data(lang, it.title.as_str())}
                <span class="block text-sm ks-mute font-normal num">{it.code.to_string()}</span>
            </th>
            <td data-l=lang.pick("提供单位", "Provider")>{data(lang, it.organization.as_str())}</td>
            <td class="!whitespace-normal" data-l=lang.pick("理由", "Why")>{it.reason.clone()}</td>
            <td class="nw" data-l=lang.pick("自", "Since")>{full_day(lang, day_of(it.since))}</td>
        </tr>
    }
    .into_any()
}

fn found_row(ctx: &Ctx, it: &RiskEntry) -> AnyView {
    let lang = ctx.lang;
    let facts: Vec<String> =
        it.entry.facts.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let why = match it.entry.reason.as_str() {
        "" => facts.join("; "),
        reason => reason.to_owned(),
    };
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                {data(lang, it.title.as_str())}
                <span class="block text-sm ks-mute font-normal num">{it.entry.subject.clone()}</span>
            </th>
            <td data-l=lang.pick("事件", "Event")>{it.entry.event.label.clone()}</td>
            <td class="!whitespace-normal" data-l=lang.pick("说明", "Why")>{data(lang, why)}</td>
            <td class="nw" data-l=lang.pick("时间", "When")>{full_time(lang, it.entry.at)}</td>
        </tr>
    }
    .into_any()
}
