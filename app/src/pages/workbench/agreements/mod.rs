//! Templates of agreements: of an agency, and of an authority for those that have none (AGR-02, AGR-04).

mod draw;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::access::{Owner, TemplateDesk, TemplateForm, TemplatePreview, TemplateVersion};
use kaishu_types::ErrorCode;

use super::expired;
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::respond;
use crate::pages::account::{go, to_login};
use crate::ui::form::Typed;

/// Where the templates of an agency are.
const OWN: &str = "/workbench/agreements";
/// Where those of an authority are.
const DEFAULT: &str = "/authority/agreements";

/// `GET /workbench/agreements`
pub(crate) async fn list(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = portal.own_templates(&ctx.caller, ctx.lang).await;
    respond(&ctx, || Ok(draw::cards(&ctx, OWN, &found?)))
}

/// `GET /authority/agreements`
pub(crate) async fn list_defaults(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = portal.default_templates(&ctx.caller, ctx.lang).await;
    respond(&ctx, || Ok(draw::cards(&ctx, DEFAULT, &found?)))
}

/// `GET /workbench/agreements/{organization}/{kind}`
pub(crate) async fn show(
    Asked(ctx): Asked,
    Path((code, kind)): Path<(String, String)>,
    State(portal): State<Portal>,
) -> Response {
    read(&ctx, &portal, (Owner::Organization(code), kind)).await
}

/// `GET /authority/agreements/{region}/{kind}`
pub(crate) async fn show_default(
    Asked(ctx): Asked,
    Path((code, kind)): Path<(String, String)>,
    State(portal): State<Portal>,
) -> Response {
    read(&ctx, &portal, (Owner::Region(code), kind)).await
}

/// `POST /workbench/agreements/{organization}/{kind}`
pub(crate) async fn publish(
    ctx: Ctx,
    Path((code, kind)): Path<(String, String)>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    write(&ctx, &portal, (Owner::Organization(code), kind), pairs).await
}

/// `POST /authority/agreements/{region}/{kind}`
pub(crate) async fn publish_default(
    ctx: Ctx,
    Path((code, kind)): Path<(String, String)>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    write(&ctx, &portal, (Owner::Region(code), kind), pairs).await
}

async fn read(ctx: &Ctx, portal: &Portal, of: (Owner, String)) -> Response {
    if let Some(elsewhere) = to_login(ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done", "version"]) {
        Ok(asked) => asked,
        Err(error) => return respond(ctx, || Err(error)),
    };
    let done = asked.get("done").map(|_| {
        ctx.lang.pick(
            "新版本已经发布。以后出具的协议用这一版；已经出具的不变。",
            "The version is published. What is offered from now on is written from it; what was offered stays.",
        )
    });
    let desk = find(ctx, portal, &of).await;
    respond(ctx, || {
        let desk = desk?;
        let typed = Typed::default().with("text", desk.proposed.clone());
        let wanted = asked.get("version").map(|number| number.parse::<u32>().unwrap_or_default());
        let version = match wanted {
            None => desk.versions.first(),
            Some(number) => Some(version_of(ctx, &desk, number)?),
        };
        Ok(draw::page(ctx, portal, (&desk, version), (&typed, None), done))
    })
}

async fn write(
    ctx: &Ctx,
    portal: &Portal,
    of: (Owner, String),
    pairs: Vec<(String, String)>,
) -> Response {
    if let Some(again) = expired(ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let owner = (&of.0, of.1.as_str());
    if typed.value("act") == "preview" {
        let text = typed.value("text");
        let preview = portal.preview_template(&ctx.caller, owner, text, ctx.lang).await;
        return match preview {
            Ok(preview) => drawn(ctx, portal, &of, (typed, Some(preview))).await,
            Err(error) => refused(ctx, portal, &of, (typed, error)).await,
        };
    }
    let form = TemplateForm {
        text: typed.value("text"),
        note: typed.value("note"),
        read: typed.value("read").parse().unwrap_or_default(),
    };
    match portal.publish_template(&ctx.caller, owner, form, ctx.lang).await {
        Ok(_) => go(&format!("{}?done=published", ctx.href(&address(&of.0, &of.1))), []),
        Err(error) => refused(ctx, portal, &of, (typed, error)).await,
    }
}

/// Shows the form again with what was typed, and what stands against it.
async fn refused(
    ctx: &Ctx,
    portal: &Portal,
    of: &(Owner, String),
    (typed, error): (Typed, kaishu_portal::Error),
) -> Response {
    if error.code() == ErrorCode::Conflict {
        let typed = typed.noticed(error.message(ctx.lang));
        let desk = find(ctx, portal, of).await;
        return respond(ctx, || {
            let desk = desk?;
            let shown = (&desk, desk.versions.first());
            let page = draw::page(ctx, portal, shown, (&typed, None), None);
            Ok(page.stopped(error.into()))
        });
    }
    match typed.refused(error) {
        Ok(typed) => drawn(ctx, portal, of, (typed, None)).await,
        Err(error) => respond(ctx, || Err(error)),
    }
}

async fn drawn(
    ctx: &Ctx,
    portal: &Portal,
    of: &(Owner, String),
    (typed, preview): (Typed, Option<TemplatePreview>),
) -> Response {
    let desk = find(ctx, portal, of).await;
    respond(ctx, || {
        let desk = desk?;
        let shown = (&desk, desk.versions.first());
        let page = draw::page(ctx, portal, shown, (&typed, preview.as_ref()), None);
        Ok(page.refused(ctx.lang, &typed))
    })
}

async fn find(
    ctx: &Ctx,
    portal: &Portal,
    (owner, kind): &(Owner, String),
) -> Result<TemplateDesk, AppError> {
    let found = portal.template_desk(&ctx.caller, (owner, kind), ctx.lang).await;
    found.map_err(|error| {
        AppError::or_unknown(error, || {
            let (one, all) = ctx.lang.pick(("协议", "协议文本"), ("agreement", "agreements"));
            AppError::unknown(ctx.lang, kind, one, all, base(owner))
        })
    })
}

fn version_of<'a>(
    ctx: &Ctx,
    desk: &'a TemplateDesk,
    number: u32,
) -> Result<&'a TemplateVersion, AppError> {
    desk.versions.iter().find(|it| it.number == number).ok_or_else(|| {
        let (one, all) = ctx.lang.pick(("版本", "版本"), ("version", "versions"));
        let path = address(&desk.card.owner, desk.card.document.as_str());
        AppError::unknown(ctx.lang, &number.to_string(), one, all, &path)
    })
}

fn base(owner: &Owner) -> &'static str {
    match owner {
        Owner::Organization(_) => OWN,
        Owner::Region(_) => DEFAULT,
    }
}

fn address(owner: &Owner, kind: &str) -> String {
    format!("{}/{}/{kind}", base(owner), owner.code())
}

fn title_of(ctx: &Ctx) -> &'static str {
    ctx.lang.pick("协议文本", "Agreements")
}
