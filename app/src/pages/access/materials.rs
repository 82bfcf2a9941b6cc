//! The materials of an application: given, given again, taken out, opened (APP-03).

use axum::Form;
use axum::body::Bytes;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use futures::StreamExt;
use kaishu_portal::Portal;
use kaishu_portal::access::{ApplicationView, MaterialNeed, NewMaterial};
use kaishu_types::material::Material;
use kaishu_types::{ErrorCode, Lang};
use leptos::prelude::*;

use super::{application, own_page, places};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::{as_field, as_file, expired, expired_with_file};
use crate::ui::data::data;
use crate::ui::dates::day_text;
use crate::ui::fields::{Label, line};
use crate::ui::form::{Typed, summary};
use crate::ui::heading::section_head;
use crate::ui::numbers::size;

/// Longest text beside a file, in bytes.
const MAX_TEXT: usize = 100;

/// `GET /applications/{id}/materials`
pub(crate) async fn show(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = read(&ctx, &portal, &id).await;
    respond(&ctx, || found.map(|(found, needs)| page(&ctx, &found, &needs, &Typed::default())))
}

/// `POST /applications/{id}/materials`: names what was given before, or takes something out.
pub(crate) async fn act(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let (found, needs) = match read(&ctx, &portal, &id).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let material = typed.value("material").parse().unwrap_or_default();
    let place = (found.case.id, material);
    let done = match typed.value("act") {
        "drop" => portal.drop_material(&ctx.caller, place, ctx.lang).await,
        _ => portal.reuse_material(&ctx.caller, place, ctx.lang).await,
    };
    answer(&ctx, (&found, &needs), done, typed)
}

/// `POST /applications/{id}/materials/{part}`: gives a file of a kind.
pub(crate) async fn give(
    ctx: Ctx,
    Path((id, kind)): Path<(String, String)>,
    State(portal): State<Portal>,
    mut form: Multipart,
) -> Response {
    if let Some(again) = expired_with_file(&ctx, &mut form).await {
        return again;
    }
    let (found, needs) = match read(&ctx, &portal, &id).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let (typed, done) = take(&ctx, &portal, (found.case.id, &kind), form).await;
    answer(&ctx, (&found, &needs), done, typed)
}

/// `GET /applications/{id}/materials/{part}`: opens a file by its number.
pub(crate) async fn open(
    ctx: Ctx,
    Path((id, number)): Path<(String, String)>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let unknown = || {
        let (one, all) = ctx.lang.pick(("材料", "申请"), ("material", "applications"));
        AppError::unknown(ctx.lang, &number, one, all, super::MINE)
    };
    let (Ok(case), Ok(material)) = (id.parse(), number.parse()) else {
        return respond(&ctx, || Err(unknown()));
    };
    match portal.read_material(&ctx.caller, (case, material)).await {
        Ok((material, bytes)) => {
            let length = bytes.len() as u64;
            let whole = futures::stream::iter([std::io::Result::Ok(Bytes::from(bytes))]);
            as_file(&material.file_name, length, whole)
        }
        Err(error) if error.code() == ErrorCode::NotFound => respond(&ctx, || Err(unknown())),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

/// Draws what an application names, inside its form, with the way to the page of the materials.
pub(super) fn part(ctx: &Ctx, found: &ApplicationView, typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    let dataset = found.dataset.as_ref()?;
    let demanded = kaishu_domain::material::demanded(&dataset.fields.open);
    if demanded.is_empty() {
        return None;
    }
    let given = &found.document.materials;
    let rows: Vec<_> = demanded
        .into_iter()
        .map(|kind| {
            let named = match given.iter().find(|it| it.kind == kind) {
                Some(material) => link(ctx, found.case.id, material),
                None => {
                    let none = lang.pick("还没有提交", "not given yet");
                    view! { <span class="ks-mute">{none}</span> }.into_any()
                }
            };
            view! { <li class="py-2">{kind.label(lang)} ": " {named}</li> }
        })
        .collect();
    let faults: Vec<_> = typed
        .faults("materials")
        .into_iter()
        .map(|fault| view! { <p class="ks-bad">{fault}</p> })
        .collect();
    let view = view! {
        <fieldset class="ks-field mt-10" id="materials">
            <legend>{lang.pick("目录要求提交的材料", "Materials that the entry demands")}</legend>
            {faults}
            <ul class="mt-2 divide-y divide-[var(--line)]">{rows}</ul>
            <p class="mt-3">
                <button class="btn btn-outline" type="submit" name="then" value="materials">
                    {lang.pick("保存并上传材料", "Save and give materials")}
                </button>
            </p>
        </fieldset>
    };
    Some(view.into_any())
}

/// Draws what was given with an application that was submitted.
pub(super) fn listed(ctx: &Ctx, found: &ApplicationView) -> Option<AnyView> {
    let lang = ctx.lang;
    let given = &found.document.materials;
    if given.is_empty() {
        return None;
    }
    let rows: Vec<_> = given
        .iter()
        .map(|material| {
            let named = match found.opens_materials {
                true => link(ctx, found.case.id, material),
                false => lang.pick("已提交", "given").into_any(),
            };
            view! { <li class="py-2">{material.kind.label(lang)} ": " {named}</li> }
        })
        .collect();
    let told = lang.pick(
        "材料加密保存，只有申请人和审核这份申请的人可以打开，每次打开都有记录。",
        "They are kept encrypted. The applicant and those who decide open them; each time is recorded.",
    );
    let view = view! {
        <section aria-labelledby="h-materials" class="mt-10">
            {section_head("h-materials", lang.pick("提交的材料", "Materials"))}
            <p class="mt-2 ks-mute">{told}</p>
            <ul class="mt-2 divide-y divide-[var(--line)]">{rows}</ul>
        </section>
    };
    Some(view.into_any())
}

fn link(ctx: &Ctx, case: i64, material: &Material) -> AnyView {
    let path = ctx.href(&format!("/applications/{case}/materials/{}", material.id));
    view! {
        <a class="ks-link" href=path>{data(ctx.lang, material.file_name.clone())}</a>
        " " <span class="ks-mute">{size(material.size_bytes)} {until(ctx.lang, material)}</span>
    }
    .into_any()
}

fn until(lang: Lang, material: &Material) -> Option<String> {
    let day = day_text(lang, material.valid_until?);
    Some(lang.pick(format!(" · 有效期至 {day}"), format!(" · valid until {day}")))
}

async fn read(
    ctx: &Ctx,
    portal: &Portal,
    id: &str,
) -> Result<(ApplicationView, Vec<MaterialNeed>), AppError> {
    let found = application::find(ctx, portal, id).await?;
    let needs = portal.material_needs(&ctx.caller, found.case.id, ctx.lang).await?;
    Ok((found, needs))
}

/// Reads what stands before the file, then lets the portal read the file.
async fn take(
    ctx: &Ctx,
    portal: &Portal,
    (case, kind): (i64, &str),
    mut form: Multipart,
) -> (Typed, Result<(), kaishu_portal::Error>) {
    let lang = ctx.lang;
    let mut pairs = vec![("kind".to_owned(), kind.to_owned())];
    let Ok(kind) = kind.parse() else {
        let message = lang.pick("没有这种材料", "there is no such kind of material");
        return (Typed::of(pairs), Err(kaishu_portal::Error::field("file", message)));
    };
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => {
                let message = lang.pick("请选择一个文件", "choose a file");
                return (Typed::of(pairs), Err(kaishu_portal::Error::field("file", message)));
            }
            Err(error) => return (Typed::of(pairs), Err(broken(&error))),
        };
        let name = field.name().unwrap_or_default().to_owned();
        if name != "file" {
            match text(field).await {
                Ok(value) => pairs.push((name, value)),
                Err(error) => return (Typed::of(pairs), Err(broken(&error))),
            }
            continue;
        }
        let typed = Typed::of(pairs);
        let valid_until = match typed.value("valid_until").trim() {
            "" => None,
            day => match day.parse() {
                Ok(day) => Some(day),
                Err(_) => {
                    let message = lang.pick("请选择日期", "choose a day");
                    return (typed, Err(kaishu_portal::Error::field("valid_until", message)));
                }
            },
        };
        let file_name = field.file_name().unwrap_or_default().to_owned();
        let new = NewMaterial { kind, file_name: &file_name, valid_until };
        let bytes = field.map(|chunk| chunk.map_err(std::io::Error::other));
        let done = portal.give_material(&ctx.caller, case, new, bytes, lang).await;
        return (typed, done);
    }
}

/// Reads a short text of a form; what is longer is cut.
async fn text(mut field: Field<'_>) -> Result<String, MultipartError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        let room = MAX_TEXT.saturating_sub(bytes.len());
        bytes.extend(chunk.iter().take(room));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn broken(error: &MultipartError) -> kaishu_portal::Error {
    kaishu_portal::Error::field("file", error.body_text())
}

fn answer(
    ctx: &Ctx,
    (found, needs): (&ApplicationView, &[MaterialNeed]),
    done: Result<(), kaishu_portal::Error>,
    typed: Typed,
) -> Response {
    match done {
        Ok(()) => go(&ctx.href(&format!("/applications/{}/materials", found.case.id)), []),
        Err(error) if error.code() == ErrorCode::NotFound => respond(ctx, || Err(error.into())),
        Err(error) => respond(ctx, || {
            let typed = typed.refused(as_field(error, "file", ctx.lang))?;
            Ok(page(ctx, found, needs, &typed))
        }),
    }
}

fn page(ctx: &Ctx, found: &ApplicationView, needs: &[MaterialNeed], typed: &Typed) -> Page {
    let lang = ctx.lang;
    let sections: Vec<_> = needs.iter().map(|need| section(ctx, found, need, typed)).collect();
    let none = needs.is_empty().then(|| {
        let text = lang.pick("目录没有要求提交材料。", "The entry demands no materials.");
        view! { <p class="ks-mute">{text}</p> }
    });
    let back = ctx.href(&format!("/applications/{}", found.case.id));
    let body = view! {
        <div class="max-w-[40rem]">
            {summary(ctx, typed)}
            {none}
            {sections}
            <p class="mt-10"><a class="btn btn-primary" href=back>{lang.pick("回到申请", "Back to the application")}</a></p>
        </div>
    };
    let title = lang.pick("申请材料", "Materials");
    let lead = lang.pick(
        "材料加密保存，只有您和审核这份申请的人可以打开，每次打开都有记录；在有效期内，下次申请可以再用。",
        "Kept encrypted, opened by you and those who decide, each time recorded; used again while they hold.",
    );
    let mut above = places(ctx, title);
    let of = format!("/applications/{}", found.case.id);
    above.insert(1, (found.case.title.clone(), Some(of)));
    own_page(ctx, title, above, lead, body.into_any()).refused(lang, typed)
}

fn section(ctx: &Ctx, found: &ApplicationView, need: &MaterialNeed, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let case = found.case.id;
    let (id, heading) = (format!("h-{}", need.kind), need.kind.label(lang));
    let named_by = id.clone();
    let given = match &need.given {
        None => {
            let none = lang.pick("还没有提交。", "Not given yet.");
            view! { <p class="mt-2">{none}</p> }.into_any()
        }
        Some(material) => {
            let over = (!need.holds).then(|| {
                let text = lang.pick("已过有效期，请换一份", "no longer valid; give another one");
                view! { <span class="ks-mark is-late">{text}</span> }
            });
            let drop = ("drop", lang.pick("不用这份", "Take it out"));
            view! {
                <p class="mt-2">{link(ctx, case, material)} " " {over}</p>
                {small_form(ctx, case, material, drop)}
            }
            .into_any()
        }
    };
    let earlier: Vec<_> = need
        .earlier
        .iter()
        .map(|material| {
            let use_it = ("use", lang.pick("再用这份", "Use it again"));
            let name = data(lang, material.file_name.clone());
            view! {
                <li class="py-2">
                    {name} " " <span class="ks-mute">{size(material.size_bytes)} {until(lang, material)}</span>
                    {small_form(ctx, case, material, use_it)}
                </li>
            }
        })
        .collect();
    let earlier = (!earlier.is_empty()).then(|| {
        let before = lang.pick("您以前提交过、还在有效期内的：", "Given before and still valid:");
        view! { <p class="mt-4">{before}</p><ul class="divide-y divide-[var(--line)]">{earlier}</ul> }
    });
    view! {
        <section aria-labelledby=named_by class="mb-12">
            <h2 class="text-xl" id=id>{heading}</h2>
            {given}
            {earlier}
            {upload(ctx, case, need, typed)}
        </section>
    }
    .into_any()
}

/// A form of one button about a material.
fn small_form(
    ctx: &Ctx,
    case: i64,
    material: &Material,
    (act, word): (&'static str, &str),
) -> AnyView {
    let action = ctx.href(&format!("/applications/{case}/materials"));
    let label = format!("{word}: {}", material.file_name);
    let word = word.to_owned();
    view! {
        <form method="post" action=action class="mt-1">
            <input type="hidden" name="material" value=material.id.to_string()/>
            <button class="btn btn-outline btn-sm" type="submit" name="act" value=act aria-label=label>{word}</button>
        </form>
    }
    .into_any()
}

fn upload(ctx: &Ctx, case: i64, need: &MaterialNeed, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let kind = need.kind.as_str();
    let is_this = typed.value("kind") == kind;
    let faults = |name: &str| if is_this { typed.faults(name) } else { Vec::new() };
    let action = ctx.href(&format!("/applications/{case}/materials/{kind}"));
    let endings = kaishu_domain::attachment::endings().join(lang.pick("、", ", "));
    let hint = lang.pick(
        format!("{endings}，不超过 20 MB，不带宏。"),
        format!("{endings}; 20 MB at most, without macros."),
    );
    // The summary of what is wrong leads to the field of the form that was sent.
    let file = if is_this { "file".to_owned() } else { format!("file-{kind}") };
    let told = format!("{file}-h");
    let wrong: Vec<_> =
        faults("file").into_iter().map(|fault| view! { <p class="ks-bad">{fault}</p> }).collect();
    let day = match is_this {
        true => day_field(lang, faults("valid_until"), typed.value("valid_until")),
        false => plain_day(lang, kind),
    };
    let label = match need.given.is_some() {
        true => lang.pick("换一份文件", "Another file in its place"),
        false => lang.pick("文件", "File"),
    };
    view! {
        <form method="post" action=action enctype="multipart/form-data" class="mt-4">
            {day}
            <div class="ks-field">
                <label for=file.clone()>{label}</label>
                <p class="hint" id=told.clone()>{hint}</p>
                {wrong}
                <input class="file-input w-full" type="file" id=file name="file" required=true aria-describedby=told/>
            </div>
            <p class="mt-4"><button class="btn btn-outline" type="submit">{lang.pick("上传", "Upload it")}</button></p>
        </form>
    }
    .into_any()
}

fn day_field(lang: Lang, faults: Vec<String>, value: &str) -> AnyView {
    let label = Label {
        name: "valid_until".to_owned(),
        text: day_words(lang).to_owned(),
        hint: None,
        faults,
        ..Label::default()
    };
    line(&label, "date", value)
}

/// The same for the forms that were not sent, each with an address of its own.
fn plain_day(lang: Lang, kind: &str) -> AnyView {
    let id = format!("valid-{kind}");
    view! {
        <div class="ks-field">
            <label for=id.clone()>{day_words(lang)}</label>
            <input class="input w-full" type="date" id=id name="valid_until" autocomplete="off"/>
        </div>
    }
    .into_any()
}

fn day_words(lang: Lang) -> &'static str {
    lang.pick("有效期至（材料上没有写的不填）", "Valid until (empty where it says no end)")
}
