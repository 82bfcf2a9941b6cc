//! The written authorisation of a stationed agency: attached by its officers, read by the reviewers (PUB-16).

use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::publishing::DraftView;
use leptos::prelude::*;

use super::find;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::respond;
use crate::pages::account::{go, to_login};
use crate::pages::workbench::{attached, expired_with_file};
use crate::ui::dates::full_time;
use crate::ui::heading::section_head;
use crate::ui::numbers::size;

/// The field that a fault names, and where it leads.
const PLACE: &str = "authorisation";

/// `POST /workbench/drafts/{id}/authorisation`
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
    portal.attach_authorisation(caller, case, &name, attached::bytes_of(field), ctx.lang).await?;
    Ok(case)
}

/// `GET /workbench/drafts/{id}/authorisation`
pub(crate) async fn read(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = match find(&ctx, &portal, &id).await {
        Ok(draft) => portal.read_authorisation(&ctx.caller, draft.case).await,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    match found {
        Ok((kept, read)) => attached::as_file(&kept.file_name, read.size_bytes, read.bytes),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

/// Draws the authorisation that is attached, and the form to attach one; nothing where none is needed.
pub(super) fn draw(ctx: &Ctx, draft: &DraftView) -> Option<AnyView> {
    let lang = ctx.lang;
    let rule = draft.authorisation_rule.as_ref()?;
    let path = ctx.href(&format!("/workbench/drafts/{}/authorisation", draft.case));
    let kept = match &draft.authorisation {
        Some(kept) => view! {
            <p class="py-3">
                <a class="ks-link font-semibold" href=path.clone()>{kept.file_name.clone()}</a>
                <span class="block text-sm ks-mute">
                    {size(kept.size_bytes)} " · " {kept.attached_by.clone()} " · " {full_time(lang, kept.attached_at)}
                </span>
            </p>
        }
        .into_any(),
        None => {
            let none = lang.pick("还没有附上授权文件。", "None is attached yet.");
            view! { <p class="py-3 ks-mute">{none}</p> }.into_any()
        }
    };
    let add = draft.is_editable.then(|| {
        view! {
            <form method="post" action=path enctype="multipart/form-data" class="mt-3">
                <div class="ks-field">
                    <label for="authorisation-file">{lang.pick("附上授权文件", "Attach the authorisation")}</label>
                    <p class="hint" id="authorisation-h">
                        {lang.pick(
                            "盖章文件的扫描件，不超过 20 MB。只有本单位和审查人能看到，不随数据公开。",
                            "A scan with the seal, 20 MB at most. Only your organization and its reviewers see it.",
                        )}
                    </p>
                    <input class="file-input w-full" type="file" id="authorisation-file" name="file" required=true aria-describedby="authorisation-h"/>
                </div>
                <p class="mt-4">
                    <button class="btn btn-outline" type="submit">{lang.pick("上传授权文件", "Upload it")}</button>
                </p>
            </form>
        }
    });
    Some(
        view! {
            <section aria-labelledby=PLACE class="mt-14">
                {section_head(PLACE, lang.pick("书面授权", "Written authorisation"))}
                <p class="ks-mute">{rule.article.clone()}</p>
                {kept}
                {add}
            </section>
        }
        .into_any(),
    )
}
