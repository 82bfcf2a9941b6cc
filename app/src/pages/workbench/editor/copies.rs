//! What an entry said before, and the way back to it.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::publishing::{DraftCopy, DraftView, OldDraft};
use leptos::prelude::*;

use super::find;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::{bench_page, changed, expired};
use crate::ui::dates::{full_time, minute_text};

/// `GET /workbench/drafts/{id}/copies`
pub(crate) async fn list(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = listed(&ctx, &portal, &id).await;
    respond(&ctx, || found.map(|(draft, copies)| list_page(&ctx, &draft, &copies)))
}

async fn listed(
    ctx: &Ctx,
    portal: &Portal,
    id: &str,
) -> Result<(DraftView, Vec<DraftCopy>), AppError> {
    let draft = find(ctx, portal, id).await?;
    let copies = portal.old_drafts(&ctx.caller, draft.case).await?;
    Ok((draft, copies))
}

/// `GET /workbench/drafts/{id}/copies/{revision}`
pub(crate) async fn show(
    ctx: Ctx,
    Path((id, revision)): Path<(String, u32)>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = old(&ctx, &portal, (&id, revision)).await;
    respond(&ctx, || found.map(|(draft, old)| page(&ctx, &draft, &old)))
}

async fn old(
    ctx: &Ctx,
    portal: &Portal,
    (id, revision): (&str, u32),
) -> Result<(DraftView, OldDraft), AppError> {
    let draft = find(ctx, portal, id).await?;
    let old = portal.old_draft(&ctx.caller, (draft.case, revision), ctx.lang).await?;
    Ok((draft, old))
}

/// `POST /workbench/drafts/{id}/copies/{revision}`: what it said then is what it says again.
pub(crate) async fn restore(
    ctx: Ctx,
    Path((id, old)): Path<(String, u32)>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let draft = match find(&ctx, &portal, &id).await {
        Ok(draft) => draft,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let revision = pairs.iter().find(|it| it.0 == "revision").and_then(|it| it.1.parse().ok());
    let place = (draft.case, revision.unwrap_or_default());
    match portal.restore_draft(&ctx.caller, place, old, ctx.lang).await {
        Ok(_) => go(&ctx.href(&format!("/workbench/drafts/{}?done=saved", draft.case)), []),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

fn list_page(ctx: &Ctx, draft: &DraftView, copies: &[DraftCopy]) -> Page {
    let lang = ctx.lang;
    let title = title(ctx);
    let rows: Vec<_> = copies
        .iter()
        .map(|copy| {
            let path =
                ctx.href(&format!("/workbench/drafts/{}/copies/{}", draft.case, copy.revision));
            let what = match copy.is_submitted {
                true => lang.pick("提交审查的内容", "As it was submitted"),
                false => lang.pick("后来被他人修改的内容", "Before somebody else changed it"),
            };
            view! {
                <li class="py-3">
                    <a class="ks-link font-semibold" href=path>{full_time(lang, copy.saved_at)}</a>
                    <span class="block text-sm ks-mute">{copy.saved_by.clone()} " · " {what}</span>
                </li>
            }
        })
        .collect();
    let none = rows.is_empty().then(|| {
        view! { <p class="ks-mute">{lang.pick("没有以前的内容。", "There is nothing from before.")}</p> }
    });
    let lead = lang.pick(
        "每次提交审查的内容，以及被他人修改之前的内容，都保存在这里。",
        "What was submitted each time, and what was there before somebody else changed it, is kept here.",
    );
    let body = view! { {none} <ul class="divide-y divide-[var(--line)]">{rows}</ul> };
    bench_page(ctx, title, places(draft, title), lead, body.into_any())
}

fn page(ctx: &Ctx, draft: &DraftView, old: &OldDraft) -> Page {
    let lang = ctx.lang;
    let title = title(ctx);
    let at = minute_text(lang, old.copy.saved_at);
    let lead = lang.pick(
        format!("{}于 {at} 保存的内容，与现在的不同之处。", old.copy.saved_by),
        format!("What {} saved at {at}, where it differs from now.", old.copy.saved_by),
    );
    let table = match old.changes.is_empty() {
        true => {
            let same = lang.pick("与现在的内容相同。", "It is what the entry says now.");
            view! { <p>{same}</p> }.into_any()
        }
        false => {
            let words = (lang.pick("当时", "Then"), lang.pick("现在", "Now"));
            changed::table(ctx, &old.changes, words)
        }
    };
    let action =
        ctx.href(&format!("/workbench/drafts/{}/copies/{}", draft.case, old.copy.revision));
    let form = (draft.is_editable && !old.changes.is_empty()).then(|| {
        view! {
            <form method="post" action=action class="mt-6">
                <input type="hidden" name="revision" value=draft.revision.to_string()/>
                <p class="ks-mute mb-3">
                    {lang.pick("现在的内容会留作以前的内容，可以再换回来。", "What it says now is kept as well.")}
                </p>
                <button class="btn btn-outline" type="submit">{lang.pick("恢复当时的内容", "Put it back")}</button>
            </form>
        }
    });
    bench_page(ctx, title, places(draft, title), lead, view! { {table} {form} }.into_any())
}

fn title(ctx: &Ctx) -> &'static str {
    ctx.lang.pick("以前保存的内容", "What it said before")
}

fn places(draft: &DraftView, title: &str) -> Vec<(String, Option<String>)> {
    let entry = format!("/workbench/drafts/{}", draft.case);
    vec![(draft.document.fields.title.clone(), Some(entry)), (title.to_owned(), None)]
}
