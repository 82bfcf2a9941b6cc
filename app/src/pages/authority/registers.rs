//! The registers by which the authority sees whether agencies deliver: systems, deliveries, projects, exchange (PUB-08 to
//! PUB-10, CAT-13, SHR-16 to SHR-18, SHR-20).

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::registers::OrganizationDeliveries;
use kaishu_types::register::DeliveryPart;
use leptos::prelude::*;

use super::{authority_page, table};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::pages::workbench::{deliveries, exchange, projects, sources, systems};
use crate::ui::data::data;

/// `GET /authority/systems`
pub(crate) async fn show_systems(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["after"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let after = asked.get("after").and_then(|after| after.parse().ok());
    let found = portal.systems(&ctx.caller, after, ctx.lang).await;
    respond(&ctx, || {
        portal.oversees(&ctx.caller, ctx.lang)?;
        let (title, lead) = systems::words(ctx.lang);
        let body = systems::list(&ctx, &portal, &found?, "/authority/systems");
        Ok(authority_page(&ctx, title, None, lead, body))
    })
}

/// `GET /authority/projects`
pub(crate) async fn show_projects(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = projects::read_list(&ctx, &portal).await;
    respond(&ctx, || {
        portal.oversees(&ctx.caller, ctx.lang)?;
        let (filter, found) = found?;
        let (title, lead) = projects::words(ctx.lang);
        let body = projects::list(&ctx, &portal, (filter, &found), "/authority/projects");
        Ok(authority_page(&ctx, title, None, lead, body))
    })
}

/// `GET /authority/exchange/{register}`
pub(crate) async fn show_exchange(
    Asked(ctx): Asked,
    Path(register): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["after"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let register = match exchange::register_of(&ctx, &register) {
        Ok(register) => register,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let after = asked.get("after").and_then(|after| after.parse().ok());
    let found = portal.exchanges(&ctx.caller, register, after, ctx.lang).await;
    respond(&ctx, || {
        portal.oversees(&ctx.caller, ctx.lang)?;
        let (title, lead) = (register.label(ctx.lang), exchange::lead(register, ctx.lang));
        let path = format!("/authority/exchange/{register}");
        let body = exchange::list(&ctx, &portal, (register, &found?), &path);
        Ok(authority_page(&ctx, title, None, lead, body))
    })
}

/// `GET /authority/sources`
pub(crate) async fn show_sources(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["after"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let after = asked.get("after").and_then(|after| after.parse().ok());
    let found = portal.source_disputes(&ctx.caller, after, ctx.lang).await;
    respond(&ctx, || {
        portal.permit_settling(&ctx.caller, ctx.lang)?;
        let (title, lead) = sources::words(ctx.lang);
        let body = sources::list(&ctx, &portal, &found?, "/authority/sources");
        Ok(authority_page(&ctx, title, None, lead, body))
    })
}

/// `GET /authority/deliveries`
pub(crate) async fn show_deliveries(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    if let Err(error) = portal.oversees(&ctx.caller, ctx.lang) {
        return respond(&ctx, || Err(error.into()));
    }
    let found = portal.deliveries_by_organization(&ctx.caller, ctx.lang).await;
    respond(&ctx, || Ok(figures(&ctx, &found?)))
}

fn figures(ctx: &Ctx, found: &[OrganizationDeliveries]) -> Page {
    let lang = ctx.lang;
    let rows: Vec<_> = found.iter().map(|it| row(ctx, it)).collect();
    let list = match rows.is_empty() {
        true => {
            let none = lang.pick("还没有目录。", "There is no entry yet.");
            view! { <p class="py-4 ks-mute">{none}</p> }.into_any()
        }
        false => {
            let head = lang.pick(
                [
                    "单位",
                    "目录",
                    "尚未归集",
                    "缺现有数据",
                    "缺增量",
                    "缺历史全量",
                    "免予报送",
                    "依法不归集",
                ],
                [
                    "Agency",
                    "Entries",
                    "Outstanding",
                    "No data",
                    "No updates",
                    "No history",
                    "Exempt",
                    "Refused",
                ],
            );
            let caption = lang.pick(
                "各单位归集情况，尚未归集最多的在前",
                "Deliveries by agency, what misses most comes first",
            );
            table(caption, &head, rows)
        }
    };
    let (title, lead) = deliveries::words(lang);
    authority_page(ctx, title, None, lead, list)
}

fn row(ctx: &Ctx, it: &OrganizationDeliveries) -> AnyView {
    let lang = ctx.lang;
    let code = it.organization.code.as_str();
    let query = kaishu_types::query::encode(&[("organization", code)]);
    let path = format!("{}?{query}", ctx.href("/workbench/deliveries"));
    let missing = |part: DeliveryPart| it.n_missing.get(&part).copied().unwrap_or_default();
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                <a class="ks-plain" href=path>{data(lang, it.organization.label(lang))}</a>
            </th>
            <td class="num" data-l=lang.pick("目录", "Entries")>{it.n_entries}</td>
            <td class="num" data-l=lang.pick("尚未归集", "Outstanding")>{it.n_outstanding}</td>
            <td class="num" data-l=lang.pick("缺现有数据", "No data")>{missing(DeliveryPart::Current)}</td>
            <td class="num" data-l=lang.pick("缺增量", "No updates")>{missing(DeliveryPart::Increments)}</td>
            <td class="num" data-l=lang.pick("缺历史全量", "No history")>{missing(DeliveryPart::History)}</td>
            <td class="num" data-l=lang.pick("免予报送", "Exempt")>{it.n_exempt}</td>
            <td class="num" data-l=lang.pick("依法不归集", "Refused")>{it.n_refused}</td>
        </tr>
    }
    .into_any()
}
