//! The workbench: what waits for whoever publishes or reviews, drafts, and the files of cases.

mod accounts;
pub(crate) mod agreements;
mod assigning;
mod attached;
mod begin;
mod bulk;
pub(crate) mod case;
mod changed;
mod comments;
mod dataset;
mod datasets;
pub(crate) mod deliveries;
mod desk;
mod disputes;
mod editor;
pub(crate) mod exchange;
mod exchange_form;
mod extension;
pub(crate) mod filed_rules;
mod guidance;
mod guide;
mod inspections;
mod look;
mod masks;
mod missing;
mod orders;
mod outside;
mod previews;
mod project_acts;
pub(crate) mod projects;
mod quality;
mod review;
pub(crate) mod source_notes;
pub(crate) mod sources;
pub(crate) mod systems;

pub use attached::as_file;
pub(crate) use case::{as_field, clocks, events as case_events};
pub(crate) use quality::tenths;

use axum::Router;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRef, Multipart};
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use kaishu_portal::Portal;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::page::{Page, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::heading::page_head;

/// Returns the routes of a language.
pub(super) fn router<S>(prefix: &str) -> Router<S>
where
    Portal: FromRef<S>,
    S: Clone + Send + Sync + 'static,
{
    let at = |path: &str| format!("{prefix}{path}");
    Router::new()
        .route(&at("/workbench"), get(desk::show))
        .route(&at("/authority"), get(desk::authority))
        .route(&at("/workbench/accounts"), get(accounts::show))
        .route(&at("/workbench/accounts/new"), get(accounts::ask).post(accounts::submit))
        .route(&at("/workbench/agreements"), get(agreements::list))
        .route(
            &at("/workbench/agreements/{organization}/{kind}"),
            get(agreements::show).post(agreements::publish),
        )
        .route(&at("/workbench/new"), get(begin::show).post(begin::submit))
        .route(&at("/workbench/cases/{id}"), get(case::show))
        .route(&at("/workbench/cases/{id}/act"), post(case::act))
        .route(&at("/workbench/cases/{id}/extension"), post(extension::act))
        .route(&at("/workbench/cases/{id}/attachments/{number}"), get(attached::read))
        .route(
            &at("/workbench/cases/{id}/attachments"),
            post(attached::attach).layer(DefaultBodyLimit::disable()),
        )
        .route(&at("/workbench/consultations/{id}"), get(comments::show))
        .route(&at("/workbench/datasets"), get(datasets::show))
        .route(&at("/workbench/datasets/edit"), get(bulk::show).post(bulk::submit))
        .route(&at("/workbench/datasets/{code}"), get(dataset::show))
        .route(&at("/workbench/datasets/{code}/quality"), get(quality::show).post(quality::compare))
        .route(
            &at("/workbench/datasets/{code}/inspections"),
            get(inspections::show).post(inspections::add),
        )
        .route(
            &at("/workbench/datasets/{code}/inspections/{number}/close"),
            post(inspections::close),
        )
        .route(&at("/workbench/datasets/{code}/look"), get(look::show).post(look::decide))
        .route(&at("/workbench/datasets/{code}/act"), post(dataset::act))
        .route(&at("/workbench/datasets/{code}/revise"), post(dataset::revise))
        .route(&at("/workbench/datasets/{code}/changes"), post(dataset::note))
        .route(&at("/workbench/datasets/{code}/transfer"), post(dataset::transfer))
        .route(&at("/workbench/datasets/{code}/decide"), post(dataset::decide))
        .route(&at("/workbench/datasets/{code}/anonymity"), post(dataset::measure))
        .route(
            &at("/workbench/datasets/{code}/versions"),
            post(dataset::upload).layer(DefaultBodyLimit::disable()),
        )
        .route(&at("/workbench/disputes"), get(disputes::show).post(disputes::open))
        .route(&at("/workbench/deliveries"), get(deliveries::show))
        .route(&at("/workbench/deliveries/{code}"), get(deliveries::open).post(deliveries::say))
        .route(&at("/workbench/projects"), get(projects::show))
        .route(&at("/workbench/projects/new"), get(projects::begin).post(projects::register))
        .route(&at("/workbench/projects/{id}"), get(projects::open))
        .route(&at("/workbench/projects/{id}/act"), post(projects::act))
        .route(&at("/workbench/systems"), get(systems::show))
        .route(&at("/workbench/systems.csv"), get(systems::csv))
        .route(&at("/workbench/systems/new"), get(systems::begin).post(systems::add))
        .route(&at("/workbench/systems/{id}"), get(systems::open).post(systems::change))
        .route(&at("/workbench/exchange/{register}"), get(exchange::show))
        .route(&at("/workbench/exchange/{register}/new"), get(exchange::begin).post(exchange::add))
        .route(
            &at("/workbench/exchange/{register}/{id}"),
            get(exchange::open).post(exchange::change),
        )
        .route(&at("/workbench/orders"), get(orders::show))
        .route(&at("/workbench/orders/{id}"), get(orders::open))
        .route(&at("/workbench/orders/{id}/answer"), post(orders::answer))
        .route(&at("/workbench/orders/{id}/verify"), post(orders::verify))
        .route(&at("/workbench/sources"), get(sources::show))
        .route(&at("/workbench/sources/new"), get(sources::begin).post(sources::add))
        .route(&at("/workbench/sources/{id}"), get(sources::open).post(sources::change))
        .route(&at("/workbench/guidance"), get(guidance::show))
        .route(&at("/workbench/guide"), get(guide::show))
        .route(&at("/workbench/missing"), get(missing::show).post(missing::register))
        .route(&at("/workbench/drafts/{id}"), get(editor::show).post(editor::save))
        .route(&at("/workbench/drafts/{id}/previews"), get(previews::show).post(previews::make))
        .route(&at("/workbench/drafts/{id}/previews/{link}/revoke"), post(previews::revoke))
        .route(
            &at("/workbench/drafts/{id}/files"),
            // The guard around all routes knows how long an upload may be.
            post(editor::files::upload).layer(DefaultBodyLimit::disable()),
        )
        .route(
            &at("/workbench/drafts/{id}/authorisation"),
            get(editor::authorisation::read)
                .post(editor::authorisation::attach)
                .layer(DefaultBodyLimit::disable()),
        )
        .route(
            &at("/workbench/drafts/{id}/relaxation"),
            post(editor::relaxation::attach).layer(DefaultBodyLimit::disable()),
        )
        .route(
            &at("/workbench/drafts/{id}/sources"),
            get(editor::sources::show).post(editor::sources::add),
        )
        .route(&at("/workbench/drafts/{id}/quality"), get(editor::quality::show))
        .route(
            &at("/workbench/drafts/{id}/interfaces"),
            get(editor::interfaces::show).post(editor::interfaces::add),
        )
        .route(&at("/workbench/drafts/{id}/files/{place}"), get(editor::files::read))
        .route(&at("/workbench/drafts/{id}/files/{place}/remove"), post(editor::files::remove))
        .route(&at("/workbench/drafts/{id}/copies"), get(editor::copies::list))
        .route(
            &at("/workbench/drafts/{id}/copies/{revision}"),
            get(editor::copies::show).post(editor::copies::restore),
        )
}

/// Draws a page of the workbench.
fn bench_page(
    ctx: &Ctx,
    title: &str,
    places: Vec<(String, Option<String>)>,
    lead: impl IntoAny,
    body: AnyView,
) -> Page {
    let bench = ctx.lang.pick("工作台", "Workbench").to_owned();
    let mut above = vec![(bench, (!places.is_empty()).then(|| "/workbench".to_owned()))];
    above.extend(places);
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, above)}
            {page_head(title, lead)}
            {body}
        </main>
    };
    Page::new(title.to_owned(), body).private()
}

/// Longest field of an upload that is no file, in bytes; what is beyond is left out.
const MAX_FIELD_BYTES: usize = 64 << 10;

/// Reads a field of an upload that is no file, without keeping more than it may have.
///
/// # Errors
///
/// Fails where the request breaks off.
pub async fn short_text(mut field: Field<'_>) -> Result<String, MultipartError> {
    let mut bytes: Vec<u8> = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        let room = MAX_FIELD_BYTES.saturating_sub(bytes.len());
        bytes.extend(chunk.iter().take(room));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Most fields of a form with a file that are given back.
const MAX_FIELDS: usize = 32;

/// What is answered to a form that comes after the login has ended: nothing that was typed is lost. The
/// reader logs in beside it and sends it again.
pub(crate) fn expired(ctx: &Ctx, pairs: &[(String, String)]) -> Option<Response> {
    (!ctx.caller.is_logged_in()).then(|| send_again(ctx, pairs, false))
}

/// The same for a form with a file. The text that stands before the file is given back; of the file nothing is read,
/// since a page cannot hold one: it is chosen again.
pub(crate) async fn expired_with_file(ctx: &Ctx, form: &mut Multipart) -> Option<Response> {
    if ctx.caller.is_logged_in() {
        return None;
    }
    let pairs = texts_before_file(form).await;
    Some(send_again(ctx, &pairs, true))
}

async fn texts_before_file(form: &mut Multipart) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    while pairs.len() < MAX_FIELDS {
        let Ok(Some(field)) = form.next_field().await else { break };
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" || field.file_name().is_some() {
            break;
        }
        let Ok(value) = short_text(field).await else { break };
        pairs.push((name, value));
    }
    pairs
}

/// Draws what was typed as a form that is sent again, with the field of its file where it had one.
fn send_again(ctx: &Ctx, pairs: &[(String, String)], has_file: bool) -> Response {
    let lang = ctx.lang;
    let typed: Vec<_> = pairs
        .iter()
        .map(|(name, value)| {
            view! { <input type="hidden" name=name.clone() value=value.clone()/> }
        })
        .collect();
    let title = lang.pick("登录已经结束", "Your login has ended");
    let lead = match has_file {
        false => lang.pick(
            "您填写的内容还在这一页。先在新标签页登录，再回到这里重新提交。",
            "What you wrote is still on this page. Log in in a new tab, then come back and send it again.",
        ),
        true => lang.pick(
            "您填写的内容还在这一页，文件没有收到。先在新标签页登录，再回到这里重新选择文件、重新提交。",
            "What you wrote is still on this page; the file was not taken. Log in in a new tab, then come back, choose the file again and send it.",
        ),
    };
    let action = ctx.href(&ctx.path);
    let kind = has_file.then_some("multipart/form-data");
    let file = has_file.then(|| file_again(ctx));
    let body = view! {
        <form method="post" action=action enctype=kind>
            {typed}
            {file}
            <p class="flex flex-wrap gap-3">
                <a class="btn btn-primary" href=ctx.href("/login") target="_blank" rel="noopener">
                    {lang.pick("在新标签页登录", "Log in in a new tab")}
                </a>
                <button class="btn btn-outline" type="submit">
                    {lang.pick("重新提交", "Send again")}
                </button>
            </p>
        </form>
    };
    respond(ctx, || {
        let mut page =
            bench_page(ctx, title, vec![(title.to_owned(), None)], lead, body.into_any());
        page.status = StatusCode::UNAUTHORIZED;
        Ok(page)
    })
}

fn file_again(ctx: &Ctx) -> AnyView {
    let label = ctx.lang.pick("重新选择文件", "Choose the file again");
    view! {
        <div class="ks-field mb-6">
            <label for="file">{label}</label>
            <input class="file-input w-full" type="file" id="file" name="file" required=true/>
        </div>
    }
    .into_any()
}
