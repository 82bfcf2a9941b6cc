//! The record by which an entry is opened further: attached by its officers, read by the reviewers (CLS-10).

use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::publishing::DraftView;
use leptos::prelude::*;

use super::find;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::respond;
use crate::pages::account::go;
use crate::pages::workbench::{attached, expired_with_file};
use crate::ui::heading::section_head;

/// The field that a fault names, and where it leads.
const PLACE: &str = "relaxation";

/// `POST /workbench/drafts/{id}/relaxation`
pub(crate) async fn attach(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    mut form: Multipart,
) -> Response {
    if let Some(again) = expired_with_file(&ctx, &mut form).await {
        return again;
    }
    match take(&ctx, &portal, &id, &mut form).await {
        Ok(case) => go(&ctx.href(&format!("/workbench/drafts/{case}?done=file#{PLACE}")), []),
        Err(error) => respond(&ctx, || Err(error)),
    }
}

async fn take(ctx: &Ctx, portal: &Portal, id: &str, form: &mut Multipart) -> Result<i64, AppError> {
    let draft = find(ctx, portal, id).await?;
    let field = attached::file_of(form, ctx.lang).await?;
    let name = field.file_name().unwrap_or_default().to_owned();
    let (caller, case) = (&ctx.caller, draft.case);
    portal.attach_relaxation(caller, case, &name, attached::bytes_of(field), ctx.lang).await?;
    Ok(case)
}

/// Draws the records that are attached, and the form to attach one; nothing where none is there or asked for.
pub(super) fn draw(ctx: &Ctx, draft: &DraftView) -> Option<AnyView> {
    let lang = ctx.lang;
    let is_asked = draft.faults.iter().any(|fault| fault.field == PLACE);
    let is_sensitive = !draft.document.sensitivity.is_empty();
    if !is_asked && !is_sensitive && draft.relaxations.is_empty() {
        return None;
    }
    let rows: Vec<_> = draft.relaxations.iter().map(|kept| attached::row(ctx, kept)).collect();
    let action = ctx.href(&format!("/workbench/drafts/{}/relaxation", draft.case));
    let add = draft.is_editable.then(|| {
        let hint = lang.pick(
            "脱密脱敏处理记录，或者权利人书面同意书。只有本单位和审查人能看到，不随数据公开。",
            "The record of processing, or the rights holder's written consent. Only your organization and its \
             reviewers see it. ",
        );
        let words = (
            lang.pick("附上处理记录或者同意书", "Attach the record or the consent"),
            lang.pick("上传", "Upload it"),
        );
        attached::form(PLACE, action, format!("{hint}{}", attached::hint(lang)), words)
    });
    Some(
        view! {
            <section aria-labelledby=PLACE class="mt-14">
                {section_head(PLACE, lang.pick("处理记录和同意书", "Records and consents"))}
                <ul class="divide-y divide-[var(--line)]">{rows}</ul>
                {add}
            </section>
        }
        .into_any(),
    )
}
