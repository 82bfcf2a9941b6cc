//! The editor of an entry: every field of the catalogue, its data items and its files.

pub(super) mod authorisation;
mod autosave;
mod conflict;
pub(super) mod copies;
mod fields;
pub(super) mod files;
mod guided;
pub(super) mod interfaces;
mod items;
mod materials;
mod provenance;
pub(super) mod quality;
mod read;
pub(super) mod relaxation;
mod safety;
pub(super) mod sources;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_domain::permission::Action;
use kaishu_portal::publishing::{AlikeEntry, DraftView, OpeningAct};
use kaishu_portal::{Error, Portal};
use kaishu_types::draft::DraftDocument;
use kaishu_types::{ErrorCode, FieldError, Lang};
use leptos::prelude::*;

use self::conflict::Conflict;
use self::read::Unread;
use super::{bench_page, expired, review};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::islands::autosave::Autosave;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::ui::dates::full_time;
use crate::ui::heading::{Rank, rail_head};
use crate::ui::icon::icon;

/// The `id` of the form.
const FORM: &str = "entry-form";

/// `GET /workbench/drafts/{id}`
pub(crate) async fn show(
    Asked(ctx): Asked,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match kaishu_types::query::only(&ctx.query, &["done"], ctx.lang) {
        Ok(asked) => asked,
        Err(faults) => return respond(&ctx, || Err(AppError::fields(faults))),
    };
    let done = asked.get("done").map(String::as_str);
    let found = shown(&ctx, &portal, &id, done.is_some()).await;
    respond(&ctx, || {
        let (draft, alike) = found?;
        let told = match done {
            Some("checked") if draft.faults.is_empty() => Told::Complete,
            Some("checked") => Told::Missing,
            Some("saved" | "items" | "file") => Told::Saved,
            _ => Told::Nothing,
        };
        let shown = Shown { alike: &alike, ..Shown::default() };
        Ok(page(&ctx, &portal, &draft, &shown, &told))
    })
}

/// The draft, and after a save the entries of others that are alike (CAT-07).
async fn shown(
    ctx: &Ctx,
    portal: &Portal,
    id: &str,
    is_saved: bool,
) -> Result<(DraftView, Vec<AlikeEntry>), AppError> {
    let draft = find(ctx, portal, id).await?;
    let alike = match is_saved && draft.is_editable {
        true => portal.draft_alike(&ctx.caller, draft.case, ctx.lang).await?,
        false => Vec::new(),
    };
    Ok((draft, alike))
}

/// What the page says above the form.
enum Told {
    Nothing,
    Saved,
    Complete,
    Missing,
    /// Something stands against it.
    Refused(String),
    /// Fields that are wrong.
    Wrong(Vec<FieldError>),
    /// Somebody else saved it: what was typed is in the form, what is stored is theirs.
    Conflict(Conflict),
}

/// `POST /workbench/drafts/{id}`
pub(crate) async fn save(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if pairs.iter().any(|(name, value)| name == "then" && value == "autosave") {
        return autosave::answer(&ctx, &portal, &id, &pairs).await;
    }
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let draft = match find(&ctx, &portal, &id).await {
        Ok(draft) => draft,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let typed = read::document(&pairs, draft.document.clone());
    let unread = read::unread(&pairs, ctx.lang);
    if !unread.is_empty() {
        return refused(&ctx, &portal, &draft, (&typed, unread));
    }
    let value = |name: &str| pairs.iter().rev().find(|it| it.0 == name).map(|it| it.1.as_str());
    let revision = value("revision").and_then(|text| text.parse().ok()).unwrap_or_default();
    let case = draft.case;
    let (settled, is_chosen) = match conflict::settled(&pairs, &typed, &draft.document) {
        Ok(settled) => settled,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let (caller, lang) = (&ctx.caller, ctx.lang);
    let saved = match is_chosen {
        // What is replaced now was chosen against, and can be found again.
        true => portal.replace_draft(caller, (case, revision), settled.clone(), lang).await,
        false => portal.save_draft(caller, case, revision, settled.clone(), lang).await,
    };
    let tried = Tried::Saving { revision };
    let revision = match saved {
        Ok(revision) => revision,
        Err(error) => return again(&ctx, &portal, &id, typed, tried, error).await,
    };
    let back = |done: &str| go(&ctx.href(&format!("/workbench/drafts/{case}?done={done}")), []);
    match value("then") {
        Some("items") => {
            match portal.take_items_from_files(&ctx.caller, case, revision, ctx.lang).await {
                Ok(_) => back("items"),
                Err(error) => again(&ctx, &portal, &id, settled, tried, error).await,
            }
        }
        Some("check") => back("checked"),
        Some("submit") => submit(&ctx, &portal, &id, case, settled).await,
        _ => back("saved"),
    }
}

/// Draws the form with what was typed where some of it cannot be read: nothing is saved, and nothing is lost.
fn refused(
    ctx: &Ctx,
    portal: &Portal,
    draft: &DraftView,
    (typed, unread): (&DraftDocument, Vec<Unread>),
) -> Response {
    respond(ctx, || {
        let told = Told::Wrong(unread.iter().map(|it| it.fault.clone()).collect());
        let mut page = page(
            ctx,
            portal,
            draft,
            &Shown { typed: Some(typed), unread: &unread, ..Shown::default() },
            &told,
        );
        page.status = http::StatusCode::BAD_REQUEST;
        Ok(page)
    })
}

/// What the form shows in the place of what is stored.
#[derive(Default)]
struct Shown<'a> {
    /// What was typed and is not saved.
    typed: Option<&'a DraftDocument>,
    /// What was typed and cannot be read.
    unread: &'a [Unread],
    /// Entries of other agencies that are alike.
    alike: &'a [AlikeEntry],
}

async fn submit(ctx: &Ctx, portal: &Portal, id: &str, case: i64, typed: DraftDocument) -> Response {
    let version = match portal.case_view(&ctx.caller, case, ctx.lang).await {
        Ok(view) => view.version,
        Err(error) => return respond(ctx, || Err(error.into())),
    };
    let done = OpeningAct { event: "submit".to_owned(), version, ..OpeningAct::default() };
    match portal.act_on_opening(&ctx.caller, case, done, ctx.lang).await {
        Ok(()) => go(&ctx.href(&format!("/workbench/cases/{case}")), []),
        Err(error) => again(ctx, portal, id, typed, Tried::Submitting, error).await,
    }
}

/// What somebody tried with the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tried {
    /// What was read at a revision.
    Saving {
        revision: u32,
    },
    Submitting,
}

/// Draws the form once more with what was typed: nothing that somebody wrote is lost.
async fn again(
    ctx: &Ctx,
    portal: &Portal,
    id: &str,
    typed: DraftDocument,
    tried: Tried,
    error: Error,
) -> Response {
    let found = again_found(ctx, portal, id, (&typed, tried), &error).await;
    respond(ctx, || {
        let (draft, conflict) = found?;
        let told = match (&error, error.code()) {
            (Error::InvalidInput(faults), _) => Told::Wrong(faults.clone()),
            (_, ErrorCode::Conflict) => match conflict {
                Some(conflict) => Told::Conflict(conflict),
                None => Told::Refused(not_now(ctx.lang)),
            },
            (_, ErrorCode::InvalidInput)
                if tried == Tried::Submitting && !draft.faults.is_empty() =>
            {
                Told::Missing
            }
            (_, ErrorCode::InvalidInput | ErrorCode::Forbidden) => {
                Told::Refused(error.message(ctx.lang))
            }
            _ => return Err(error.into()),
        };
        let shown = Shown { typed: Some(&typed), ..Shown::default() };
        let mut page = page(ctx, portal, &draft, &shown, &told);
        page.status = http::StatusCode::from_u16(error.code().http_status()).unwrap_or(page.status);
        Ok(page)
    })
}

/// The draft as it is now, and what differs where somebody else saved it.
async fn again_found(
    ctx: &Ctx,
    portal: &Portal,
    id: &str,
    (typed, tried): (&DraftDocument, Tried),
    error: &Error,
) -> Result<(DraftView, Option<Conflict>), AppError> {
    let draft = find(ctx, portal, id).await?;
    let conflict = match tried {
        Tried::Saving { revision } if draft.is_editable && error.code() == ErrorCode::Conflict => {
            Some(conflict::find(ctx, portal, &draft, (revision, typed)).await?)
        }
        _ => None,
    };
    Ok((draft, conflict))
}

fn not_now(lang: Lang) -> String {
    lang.pick(
        "这份目录刚才有了变化，或者不在编制中，您填写的内容没有保存。请打开办理记录查看",
        "the entry changed just now or is not being edited; what you wrote is not saved, see its record",
    )
    .to_owned()
}

async fn find(ctx: &Ctx, portal: &Portal, id: &str) -> Result<DraftView, AppError> {
    let lang = ctx.lang;
    let unknown = || {
        let (one, all) = lang.pick(("目录", "事项"), ("entry", "cases"));
        AppError::unknown(lang, id, one, all, "/workbench")
    };
    let number = id.parse().map_err(|_| unknown())?;
    match portal.draft(&ctx.caller, number, lang).await {
        Err(error) if error.code() == ErrorCode::NotFound => Err(unknown()),
        other => Ok(other?),
    }
}

fn page(ctx: &Ctx, portal: &Portal, draft: &DraftView, shown: &Shown<'_>, told: &Told) -> Page {
    let lang = ctx.lang;
    let document = shown.typed.unwrap_or(&draft.document);
    let shows_faults = matches!(told, Told::Missing);
    let form = fields::Form { ctx, portal, draft, document, shows_faults, unread: shown.unread };
    let action = ctx.href(&format!("/workbench/drafts/{}", draft.case));
    let conflict = match told {
        Told::Conflict(conflict) => conflict::choices(ctx, conflict),
        _ => None,
    };
    // Nothing is chosen for anybody.
    let saves_itself = conflict.is_none();
    let buttons = draft.is_editable.then(|| {
        let button = |class: &'static str, then: &'static str, word: &'static str| {
            view! { <button class=class type="submit" name="then" value=then>{word}</button> }
        };
        view! {
            <div class="ks-actions mt-10 flex flex-wrap gap-3">
                {button("btn btn-primary", "save", lang.pick("保存", "Save"))}
                {button("btn btn-outline", "check", lang.pick("保存并检查", "Save and check"))}
                {button("btn btn-outline", "submit", lang.pick("提交审查", "Submit to review"))}
            </div>
            {saves_itself.then(|| view! {
                <Autosave form=FORM.to_owned() login=ctx.href("/login") is_english=lang == Lang::En/>
            })}
        }
        .into_any()
    });
    let body = view! {
        <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
            <div>
                {note(ctx, draft, told)}
                {review::warning(ctx, shown.alike)}
                <form id=FORM method="post" action=action novalidate=true>
                    <input type="hidden" name="revision" value=draft.revision.to_string()/>
                    {conflict}
                    <fieldset disabled=!draft.is_editable class="contents">
                        {form.draw()}
                        {form.items()}
                        {form.note()}
                    </fieldset>
                    {buttons}
                </form>
                {files::draw(ctx, draft)}
                {interfaces::way(ctx, portal, draft)}
                {sources::way(ctx, portal, draft)}
                {authorisation::draw(ctx, draft)}
                {relaxation::draw(ctx, draft)}
            </div>
            {rail(ctx, draft)}
        </div>
    };
    let title = match document.fields.title.trim() {
        "" => lang.pick("未命名", "Without a title").to_owned(),
        title => title.to_owned(),
    };
    let places = vec![(title.clone(), None)];
    bench_page(ctx, &title, places, draft.code.to_string(), body.into_any())
}

/// Says what came of the last request.
fn note(ctx: &Ctx, draft: &DraftView, told: &Told) -> Option<AnyView> {
    let lang = ctx.lang;
    let said = |class: &'static str, text: String| {
        view! { <div class=class role="status" tabindex="-1" autofocus=true><p>{text}</p></div> }
            .into_any()
    };
    match told {
        Told::Nothing => None,
        Told::Saved => Some(said("ks-note is-ok mb-8", lang.pick("已保存。", "Saved.").to_owned())),
        Told::Complete => {
            let text =
                lang.pick("内容完整，可以提交审查。", "Nothing is missing; it can be submitted.");
            Some(said("ks-note is-ok mb-8", text.to_owned()))
        }
        Told::Refused(text) => Some(said("ks-error mb-8", text.clone())),
        Told::Conflict(conflict) => Some(said("ks-error mb-8", conflict::told(lang, conflict))),
        Told::Wrong(faults) => {
            let rows: Vec<_> = faults
                .iter()
                .map(|fault| {
                    view! { <li><a href=format!("#{}", fault.field)>{fault.message.clone()}</a></li> }
                })
                .collect();
            let title = lang.pick(
                format!("有 {} 处需要更正", faults.len()),
                format!("{} things to correct", faults.len()),
            );
            Some(listed(title, rows.into_any()))
        }
        Told::Missing => {
            let rows: Vec<_> = draft
                .faults
                .iter()
                .map(|fault| {
                    let article = fault.article.clone();
                    let way = fault.link.as_ref().map(|path| {
                        let word = lang.pick("查看", "See it");
                        let about = fault.message.clone();
                        view! {
                            <a class="ks-link text-sm" href=ctx.href(path)>{word}<span class="sr-only">{about}</span></a>
                        }
                    });
                    view! {
                        <li>
                            <a href=format!("#{}", fault.field)>{fault.message.clone()}</a>
                            <span class="block text-sm ks-mute">{article} " " {way}</span>
                        </li>
                    }
                })
                .collect();
            let title = lang.pick(
                format!("还缺 {} 项，补齐后才能提交审查", draft.faults.len()),
                format!("{} things are missing before it can be submitted", draft.faults.len()),
            );
            Some(listed(title, rows.into_any()))
        }
    }
}

/// The list of what is wrong, which takes the focus.
fn listed(title: String, rows: AnyView) -> AnyView {
    view! {
        <div class="ks-error mb-8" role="alert" aria-labelledby="h-error" tabindex="-1" autofocus=true>
            <h2 id="h-error">{title}</h2>
            <ul class="mt-2 space-y-2">{rows}</ul>
        </div>
    }
    .into_any()
}

fn rail(ctx: &Ctx, draft: &DraftView) -> AnyView {
    let lang: Lang = ctx.lang;
    let path = ctx.href(&format!("/workbench/cases/{}", draft.case));
    let copies = ctx.href(&format!("/workbench/drafts/{}/copies", draft.case));
    let state = match draft.is_editable {
        true => lang.pick(
            "编制中，只有本单位和审查人能看到。",
            "A draft: only your organization and its reviewers see it.",
        ),
        false => lang.pick("现在不能修改。", "It cannot be changed now."),
    };
    // Whoever edits makes the links, while it is reviewed too.
    let previews = ctx.caller.may_ever(Action::EditDatasets).then(|| {
        let path = ctx.href(&format!("/workbench/drafts/{}/previews", draft.case));
        let word = lang.pick("预览链接", "Preview links");
        view! { <p><a class="ks-link inline-block py-2" href=path>{word}</a></p> }
    });
    let missing = match draft.faults.len() {
        0 => view! { <p class="mt-2"><span class="ks-mark is-ok">{icon("check")}{lang.pick("内容完整", "Complete")}</span></p> }.into_any(),
        n => view! { <p class="mt-2"><span class="ks-mark is-soon">{icon("soon")}{lang.pick(format!("还缺 {n} 项"), format!("{n} things missing"))}</span></p> }.into_any(),
    };
    view! {
        <aside class="text-[.9375rem]" aria-label=lang.pick("目录状态", "State of the entry")>
            {rail_head(lang.pick("状态", "State"), Rank::First)}
            <p class="mt-2">{state}</p>
            {missing}
            <p class="mt-2 ks-mute">
                {lang.pick("上次保存：", "Last saved: ")} {draft.updated_by.clone()} " "
                {full_time(lang, draft.updated_at)}
            </p>
            <p class="mt-4"><a class="ks-link inline-block py-2" href=path>{lang.pick("办理记录和审查进度", "Record and progress")}</a></p>
            <p><a class="ks-link inline-block py-2" href=ctx.href("/workbench/guide")>{lang.pick("目录编制规范", "Compiling guide")}</a></p>
            <p><a class="ks-link inline-block py-2" href=copies>{lang.pick("以前保存的内容", "What it said before")}</a></p>
            {quality::way(ctx, draft.case)}
            {previews}
        </aside>
    }
    .into_any()
}
