//! The files of an entry: shown, added, taken out.

use axum::Form;
use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use futures::StreamExt;
use kaishu_portal::Portal;
use kaishu_portal::publishing::DraftView;
use kaishu_types::{ErrorCode, Lang};
use leptos::prelude::*;

use super::{find, guided};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::islands::upload_file::UploadFile;
use crate::page::respond;
use crate::pages::account::{go, to_login};
use crate::pages::workbench::attached::as_file;
use crate::pages::workbench::{expired, expired_with_file, short_text};
use crate::ui::fields::said;
use crate::ui::heading::section_head;
use crate::ui::numbers::size;

/// The `id` of the form for files, and of their list.
const UPLOAD: &str = "file-form";
const FILES: &str = "file-list";

/// `POST /workbench/drafts/{id}/files`
pub(crate) async fn upload(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    mut form: Multipart,
) -> Response {
    if let Some(again) = expired_with_file(&ctx, &mut form).await {
        return again;
    }
    match Box::pin(take_file(&ctx, &portal, &id, &mut form)).await {
        Ok(case) => go(&ctx.href(&format!("/workbench/drafts/{case}?done=file#files")), []),
        Err(error) => respond(&ctx, || Err(error)),
    }
}

async fn take_file(
    ctx: &Ctx,
    portal: &Portal,
    id: &str,
    form: &mut Multipart,
) -> Result<i64, AppError> {
    let draft = find(ctx, portal, id).await?;
    let broken = |error: axum::extract::multipart::MultipartError| {
        AppError::new(ErrorCode::InvalidInput, error.body_text())
    };
    let mut revision = draft.revision;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("revision") => {
                revision = short_text(field).await.map_err(broken)?.parse().unwrap_or_default();
            }
            Some("file") => {
                let name = field.file_name().unwrap_or_default().to_owned();
                let bytes = field.map(|chunk| chunk.map_err(std::io::Error::other));
                let (caller, case) = (&ctx.caller, draft.case);
                portal.add_draft_file(caller, case, revision, &name, bytes, ctx.lang).await?;
                return Ok(case);
            }
            _ => {}
        }
    }
    let message = ctx.lang.pick("请选择一个文件", "choose a file");
    Err(AppError::new(ErrorCode::InvalidInput, message))
}

/// `GET /workbench/drafts/{id}/files/{place}`: the bytes, for whoever writes the entry or decides on it now (REV-03).
pub(crate) async fn read(
    ctx: Ctx,
    Path((id, place)): Path<(String, String)>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let unknown = || {
        let (one, all) = ctx.lang.pick(("文件", "事项"), ("file", "cases"));
        AppError::unknown(ctx.lang, &place, one, all, "/workbench")
    };
    let (Ok(case), Ok(at)) = (id.parse(), place.parse()) else {
        return respond(&ctx, || Err(unknown()));
    };
    match portal.read_draft_file(&ctx.caller, (case, at), ctx.lang).await {
        Ok((name, read)) => as_file(&name, read.size_bytes, read.bytes),
        Err(error) if error.code() == ErrorCode::NotFound => respond(&ctx, || Err(unknown())),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

/// `POST /workbench/drafts/{id}/files/{place}/remove`
pub(crate) async fn remove(
    ctx: Ctx,
    Path((id, place)): Path<(String, usize)>,
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
    let revision = revision.unwrap_or_default();
    let (caller, case) = (&ctx.caller, draft.case);
    match portal.remove_draft_file(caller, case, revision, place, ctx.lang).await {
        Ok(_) => go(&ctx.href(&format!("/workbench/drafts/{case}?done=file#files")), []),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

/// Draws the name of a file, with the way to its bytes for whoever may read them.
fn name_of(ctx: &Ctx, draft: &DraftView, place: usize) -> Option<AnyView> {
    let file = draft.document.resources.get(place)?;
    let name = file.file_name.clone().unwrap_or_else(|| file.title.clone());
    let is_read = draft.may_read_files && file.blob_key.is_some();
    Some(match is_read {
        true => {
            let path = ctx.href(&format!("/workbench/drafts/{}/files/{place}", draft.case));
            view! { <a class="ks-link font-semibold" href=path>{name}</a> }.into_any()
        }
        false => view! { <b class="font-semibold">{name}</b> }.into_any(),
    })
}

/// Draws the files, each with a way to take it out, and the form to add one.
pub(super) fn draw(ctx: &Ctx, draft: &DraftView) -> AnyView {
    let lang = ctx.lang;
    let revision = draft.revision.to_string();
    let rows: Vec<_> = draft
        .document
        .resources
        .iter()
        .enumerate()
        .map(|(place, file)| {
            let path = ctx.href(&format!("/workbench/drafts/{}/files/{place}/remove", draft.case));
            let remove = draft.is_editable.then(|| {
                view! {
                    <form method="post" action=path>
                        <input type="hidden" name="revision" value=revision.clone()/>
                        <button class="btn btn-sm btn-outline" type="submit">
                            {lang.pick("移除", "Remove")}
                            <span class="sr-only">{file.title.clone()}</span>
                        </button>
                    </form>
                }
            });
            let facts = [Some(file.format.label(lang).to_owned()), file.size_bytes.map(size)];
            let facts: Vec<_> = facts.into_iter().flatten().collect();
            view! {
                <li class="py-3 flex flex-wrap items-center justify-between gap-3">
                    <span>
                        {name_of(ctx, draft, place)}
                        <span class="block text-sm ks-mute">{facts.join(" · ")}</span>
                    </span>
                    {remove}
                </li>
            }
        })
        .collect();
    let none = rows.is_empty().then(|| {
        view! { <p class="py-3 ks-mute">{lang.pick("还没有文件。", "There is no file yet.")}</p> }
    });
    let action = ctx.href(&format!("/workbench/drafts/{}/files", draft.case));
    let add = draft.is_editable.then(|| {
        view! {
            <form id=UPLOAD method="post" action=action enctype="multipart/form-data" class="mt-3">
                <input type="hidden" name="revision" value=draft.revision.to_string()/>
                <div class="ks-field">
                    <label for="file">{lang.pick("添加文件", "Add a file")}</label>
                    <p class="hint" id="file-h">
                        {lang.pick(
                            "原样保存，逐字节不变。上传前先保存上面填写的内容。",
                            "Kept byte for byte. Save what you wrote above before you upload.",
                        )}
                    </p>
                    <input class="file-input w-full" type="file" id="file" name="file" required=true aria-describedby="file-h"/>
                </div>
                <p class="mt-4">
                    <button class="btn btn-outline" type="submit">{lang.pick("上传", "Upload")}</button>
                </p>
            </form>
            <UploadFile
                form=UPLOAD.to_owned()
                address=ctx.href("/workbench/uploads")
                kind="draft".to_owned()
                target=draft.case.to_string()
                page=ctx.href(&format!("/workbench/drafts/{}", draft.case))
                part=FILES.to_owned()
                is_english=lang == Lang::En
            />
        }
        .into_any()
    });
    view! {
        <section id="resources" aria-labelledby="files" class="mt-14">
            {section_head("files", lang.pick("文件", "Files"))}
            {said("resources", &guided::notes(lang, draft, "resources"))}
            <div id=FILES>
                {none}
                <ul class="divide-y divide-[var(--line)]">{rows}</ul>
            </div>
            {add}
        </section>
    }
    .into_any()
}
