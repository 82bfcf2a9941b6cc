//! What is done on the page of a dataset. What is refused is said where it was typed, and stays there.

use std::collections::BTreeSet;

use axum::Form;
use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use futures::StreamExt;
use kaishu_portal::publishing::{LifeAct, NewChange, NewVersion, OwnView};
use kaishu_portal::tables::{By, Verdict};
use kaishu_portal::{Error, Portal};
use kaishu_types::ErrorCode;
use kaishu_types::draft::Processing;

use super::{draw, find};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::respond;
use crate::pages::account::go;
use crate::pages::workbench::{expired, expired_with_file, short_text};
use crate::ui::form::Typed;

type Pairs = Vec<(String, String)>;

/// Reads a form about a dataset; `Err` is the answer where that cannot be.
async fn opened(
    ctx: &Ctx,
    portal: &Portal,
    code: &str,
    pairs: Pairs,
) -> Result<(OwnView, Typed), Response> {
    if let Some(again) = expired(ctx, &pairs) {
        return Err(again);
    }
    match find(ctx, portal, code).await {
        Ok(found) => Ok((found, Typed::of(pairs))),
        Err(error) => Err(respond(ctx, || Err(error))),
    }
}

/// `POST /workbench/datasets/{code}/act`: suspend, restore, withdraw, ask to retire or to destroy.
pub(crate) async fn act(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Pairs>,
) -> Response {
    let (found, typed) = match opened(&ctx, &portal, &code, pairs).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let done = LifeAct {
        event: typed.value("event").to_owned(),
        version: typed.value("version").parse().unwrap_or_default(),
        reason: typed.value("reason").to_owned(),
    };
    let acted = portal.act_on_life(&ctx.caller, &found.dataset.code, done, ctx.lang).await;
    answer(&ctx, &portal, &found, acted, ("act", "reason"), typed)
}

/// `POST /workbench/datasets/{code}/revise`
pub(crate) async fn revise(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Pairs>,
) -> Response {
    let (found, _) = match opened(&ctx, &portal, &code, pairs).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    match portal.begin_revision(&ctx.caller, &found.dataset.code, ctx.lang).await {
        Ok(case) => go(&ctx.href(&format!("/workbench/drafts/{case}")), []),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

/// `POST /workbench/datasets/{code}/changes`: notes a change that the entry has to follow (CAT-08).
pub(crate) async fn note(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Pairs>,
) -> Response {
    let (found, typed) = match opened(&ctx, &portal, &code, pairs).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let change = NewChange {
        kind: typed.value("kind").to_owned(),
        happened_on: typed.value("happened_on").parse().ok(),
        evidence: typed.value("evidence").to_owned(),
    };
    let noted = portal.note_change(&ctx.caller, &found.dataset.code, change, ctx.lang).await;
    // The reason of the case is the evidence of this form.
    let noted = noted.map(|_| ()).map_err(|error| renamed(error, "reason", "evidence"));
    answer(&ctx, &portal, &found, noted, ("noted", "evidence"), typed)
}

/// `POST /workbench/datasets/{code}/transfer`: offers it to another organization.
pub(crate) async fn transfer(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Pairs>,
) -> Response {
    let (found, typed) = match opened(&ctx, &portal, &code, pairs).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let (code, why) = (&found.dataset.code, typed.value("why"));
    let (done, word) = match typed.value("withdraw") {
        "" => {
            let offer = (typed.value("to"), why);
            let offered = portal.offer_transfer(&ctx.caller, code, offer, ctx.lang).await;
            (offered.map(|_| ()), "offered")
        }
        _ => (portal.withdraw_transfer(&ctx.caller, code, why, ctx.lang).await, "withdrawn"),
    };
    let done = done.map_err(|error| renamed(error, "reason", "why"));
    answer(&ctx, &portal, &found, done, (word, "why"), typed)
}

/// `POST /workbench/datasets/{code}/decide`: decides what becomes of a column (SEC-21).
pub(crate) async fn decide(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Pairs>,
) -> Response {
    let (found, typed) = match opened(&ctx, &portal, &code, pairs).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let verdict = match typed.value("verdict") {
        "release" => Some(Verdict::Release),
        "restrict" => Some(Verdict::Restrict),
        mask => mask.parse().ok().map(Verdict::Mask),
    };
    let by = By::Caller(&ctx.caller, ctx.lang);
    let decided = match verdict {
        None => Err(Error::field(
            "verdict",
            ctx.lang.pick("请选择怎样处理", "choose what becomes of it"),
        )),
        Some(verdict) => {
            let (column, why) = (typed.value("column"), typed.value("why"));
            let code = &found.dataset.code;
            portal.decide_column(code, column, verdict, why, by).await.map(|_| ())
        }
    };
    let decided = decided.map_err(|error| renamed(error, "reason", "why"));
    answer(&ctx, &portal, &found, decided, ("decided", "why"), typed)
}

/// `POST /workbench/datasets/{code}/anonymity`: measures k-anonymity of chosen columns (PUB-02).
pub(crate) async fn measure(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Pairs>,
) -> Response {
    let columns: Vec<String> =
        pairs.iter().filter(|it| it.0 == "quasi").map(|it| it.1.clone()).collect();
    let (found, typed) = match opened(&ctx, &portal, &code, pairs).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let (file, table) = typed.value("table").split_once('-').unwrap_or_default();
    let place = (file.parse().unwrap_or_default(), table.parse().unwrap_or_default());
    let k = typed.value("k").parse().ok().filter(|k| (2..=1_000).contains(k)).unwrap_or(5);
    let by = By::Caller(&ctx.caller, ctx.lang);
    let measured = match columns.is_empty() {
        true => Err(Error::field(
            "quasi",
            ctx.lang.pick("请至少选择一列", "choose one column at least"),
        )),
        false => {
            let code = &found.dataset.code;
            portal.anonymity(code, place, &columns, k, by).await.map(|_| ())
        }
    };
    answer(&ctx, &portal, &found, measured, ("measured", "quasi"), typed)
}

/// `POST /workbench/datasets/{code}/versions`: publishes new data of the same structure (REV-11).
pub(crate) async fn upload(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
    mut form: Multipart,
) -> Response {
    if let Some(again) = expired_with_file(&ctx, &mut form).await {
        return again;
    }
    let found = match find(&ctx, &portal, &code).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let mut typed = Typed::default();
    let taken = Box::pin(take(&ctx, &portal, &found, &mut form, &mut typed)).await;
    answer(&ctx, &portal, &found, taken, ("uploaded", "file"), typed)
}

async fn take(
    ctx: &Ctx,
    portal: &Portal,
    found: &OwnView,
    form: &mut Multipart,
    typed: &mut Typed,
) -> Result<(), Error> {
    let broken =
        |error: axum::extract::multipart::MultipartError| Error::field("file", error.body_text());
    let mut note = String::new();
    let (mut processing, mut record) = (BTreeSet::<Processing>::new(), String::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("note") => {
                note = short_text(field).await.map_err(broken)?;
                *typed = std::mem::take(typed).with("note", note.clone());
            }
            Some("processing") => {
                let code = short_text(field).await.map_err(broken)?;
                processing.extend(code.parse::<Processing>());
                let kept: Vec<&str> = processing.iter().map(|it| it.as_str()).collect();
                *typed = std::mem::take(typed).with("processing", kept.join(" "));
            }
            Some("record") => {
                record = short_text(field).await.map_err(broken)?;
                *typed = std::mem::take(typed).with("record", record.clone());
            }
            Some("file") => {
                let file_name = field.file_name().unwrap_or_default().to_owned();
                let bytes = field.map(|chunk| chunk.map_err(std::io::Error::other));
                let new = NewVersion {
                    file_name: &file_name,
                    note: &note,
                    processing,
                    record: &record,
                    upload: None,
                };
                let code = &found.dataset.code;
                portal.publish_version(&ctx.caller, code, new, bytes, ctx.lang).await?;
                return Ok(());
            }
            _ => {}
        }
    }
    Err(Error::field("file", ctx.lang.pick("请选择一个文件", "choose a file")))
}

/// Leads back to the page, or draws it once more with what was typed and what stands against it.
fn answer(
    ctx: &Ctx,
    portal: &Portal,
    found: &OwnView,
    done: Result<(), Error>,
    (word, field): (&str, &str),
    typed: Typed,
) -> Response {
    let error = match done {
        Ok(()) => {
            let path = format!("/workbench/datasets/{}?done={word}", found.dataset.code);
            return go(&ctx.href(&path), []);
        }
        Err(error) => error,
    };
    let stays = [ErrorCode::InvalidInput, ErrorCode::Conflict, ErrorCode::Forbidden]
        .contains(&error.code());
    respond(ctx, || {
        if !stays {
            return Err(AppError::from(error));
        }
        let error = match error {
            Error::InvalidInput(_) => error,
            other => Error::field(field, other.message(ctx.lang)),
        };
        Ok(draw::page(ctx, portal, found, None, &typed.refused(error)?))
    })
}

/// Says of another field what is wrong with one.
fn renamed(error: Error, from: &str, to: &str) -> Error {
    match error {
        Error::InvalidInput(mut faults) => {
            for fault in faults.iter_mut().filter(|fault| fault.field == from) {
                to.clone_into(&mut fault.field);
            }
            Error::InvalidInput(faults)
        }
        other => other,
    }
}
