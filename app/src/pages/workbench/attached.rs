//! Files that are attached to cases: taken from a form, handed out to those who may see the case (REV-02, CLS-10).

use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, Path, State};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};
use http::{HeaderValue, header};
use kaishu_portal::Portal;
use kaishu_portal::publishing::Attachment;
use kaishu_types::{ErrorCode, Lang};
use leptos::prelude::*;

use super::expired_with_file;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::respond;
use crate::pages::account::{go, to_login};
use crate::ui::dates::full_time;
use crate::ui::heading::section_head;
use crate::ui::numbers::size;

/// The part of the page where files are attached.
const PLACE: &str = "h-attach";

/// `GET /workbench/cases/{id}/attachments/{number}`
pub(crate) async fn read(
    ctx: Ctx,
    Path((id, number)): Path<(String, String)>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let unknown = || {
        let (one, all) = ctx.lang.pick(("附件", "事项"), ("attachment", "cases"));
        AppError::unknown(ctx.lang, &number, one, all, "/workbench")
    };
    let (Ok(case), Ok(file)) = (id.parse(), number.parse()) else {
        return respond(&ctx, || Err(unknown()));
    };
    match portal.read_attachment(&ctx.caller, case, file).await {
        Ok((kept, read)) => as_file(&kept.file_name, read.size_bytes, read.bytes),
        Err(error) if error.code() == ErrorCode::NotFound => respond(&ctx, || Err(unknown())),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

/// `POST /workbench/cases/{id}/attachments`: a file that is to come with the caller's next step.
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
        Ok(case) => go(&ctx.href(&format!("/workbench/cases/{case}#{PLACE}")), []),
        Err(error) => respond(&ctx, || Err(error)),
    }
}

async fn take(ctx: &Ctx, portal: &Portal, id: &str, form: &mut Multipart) -> Result<i64, AppError> {
    let case = super::case::read(ctx, portal, id).await?.id;
    let field = file_of(form, ctx.lang).await?;
    let name = field.file_name().unwrap_or_default().to_owned();
    portal.attach_to_step(&ctx.caller, case, &name, bytes_of(field), ctx.lang).await?;
    Ok(case)
}

/// Draws the form that attaches a file to the step that is on.
pub(super) fn section(ctx: &Ctx, case: i64) -> AnyView {
    let lang = ctx.lang;
    let action = ctx.href(&format!("/workbench/cases/{case}/attachments"));
    let told = lang.pick(
        "先上传附件，再在下面办理；办理以后附件随环节存档，能看到这件事的人都可以下载。",
        "Attach files first, then decide below; they stay with the step, for whoever sees the case. ",
    );
    let words = (
        lang.pick("为这一环节附上文件", "Attach a file to this step"),
        lang.pick("上传", "Upload it"),
    );
    view! {
        <section aria-labelledby=PLACE class="mb-10">
            {section_head(PLACE, lang.pick("附件", "Attachments"))}
            {form("step", action, format!("{told}{}", hint(lang)), words)}
        </section>
    }
    .into_any()
}

/// Draws the files that wait, inside the form of the decision: those that stay ticked come with it.
pub(super) fn ticks(ctx: &Ctx, waiting: &[Attachment]) -> Option<AnyView> {
    if waiting.is_empty() {
        return None;
    }
    let lang = ctx.lang;
    let rows: Vec<_> = waiting
        .iter()
        .map(|kept| {
            let name = format!("attach.{}", kept.id);
            view! {
                <label class="ks-opt !py-2">
                    <input type="checkbox" class="checkbox" name=name value="yes" checked=true/>
                    <span>{kept.file_name.clone()} " · " {size(kept.size_bytes)}</span>
                </label>
            }
        })
        .collect();
    Some(
        view! {
            <fieldset class="ks-field">
                <legend id="attach">{lang.pick("随本次办理提交的附件", "Files that come with this step")}</legend>
                <div class="grid">{rows}</div>
            </fieldset>
        }
        .into_any(),
    )
}

/// Answers with a file that is taken, never shown: a browser runs nothing of it.
pub fn as_file<S>(file_name: &str, size_bytes: u64, bytes: S) -> Response
where
    S: Stream<Item = std::io::Result<Bytes>> + Send + 'static,
{
    let mut response = Body::from_stream(bytes).into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(size_bytes));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let name = kaishu_types::query::encode(&[("", file_name)]);
    let name = name.trim_start_matches('=').replace('+', "%20");
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// Finds the field `file` of a form.
///
/// # Errors
///
/// Invalid where the request breaks off, or there is no such field.
pub(super) async fn file_of<'a>(
    form: &'a mut Multipart,
    lang: Lang,
) -> Result<Field<'a>, AppError> {
    let broken = |error: MultipartError| AppError::new(ErrorCode::InvalidInput, error.body_text());
    match form.next_field().await.map_err(broken)? {
        Some(field) if field.name() == Some("file") => Ok(field),
        _ => {
            let message = lang.pick("请选择一个文件", "choose a file");
            Err(AppError::new(ErrorCode::InvalidInput, message))
        }
    }
}

/// The bytes of a field as they come.
pub(super) fn bytes_of(field: Field<'_>) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    field.map(|chunk| chunk.map_err(std::io::Error::other))
}

/// Draws a file with the way to it.
pub(super) fn row(ctx: &Ctx, kept: &Attachment) -> AnyView {
    let path = ctx.href(&format!("/workbench/cases/{}/attachments/{}", kept.case, kept.id));
    view! {
        <li class="py-3">
            <a class="ks-link font-semibold" href=path>{kept.file_name.clone()}</a>
            <span class="block text-sm ks-mute">
                {size(kept.size_bytes)} " · " {kept.attached_by.clone()} " · "
                {full_time(ctx.lang, kept.attached_at)}
            </span>
        </li>
    }
    .into_any()
}

/// Draws the form that attaches a file; `name` tells its `id`s apart.
pub(super) fn form(
    name: &'static str,
    action: String,
    hint: String,
    words: (&str, &str),
) -> AnyView {
    let (label, send) = (words.0.to_owned(), words.1.to_owned());
    let (input, told) = (format!("{name}-file"), format!("{name}-h"));
    view! {
        <form method="post" action=action enctype="multipart/form-data" class="mt-3">
            <div class="ks-field">
                <label for=input.clone()>{label}</label>
                <p class="hint" id=told.clone()>{hint}</p>
                <input class="file-input w-full" type="file" id=input name="file" required=true aria-describedby=told/>
            </div>
            <p class="mt-4"><button class="btn btn-outline" type="submit">{send}</button></p>
        </form>
    }
    .into_any()
}

/// Says which files are taken.
pub(super) fn hint(lang: Lang) -> String {
    let endings = kaishu_domain::attachment::endings().join(lang.pick("、", ", "));
    lang.pick(format!("{endings}，不超过 20 MB。"), format!("{endings}; 20 MB at most."))
}
