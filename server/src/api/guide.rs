//! The compiling guide, as whoever compiles reads it (CAT-03).

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::NaiveDate;
use kaishu_portal::Error;
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::{Demand, GuideField, GuideView};
use kaishu_types::Lang;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Asked;
use super::drafting::{known, private};
use super::problem::Problem;
use crate::state::State;

/// A version of the guide.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GuideReply {
    /// The version; null before the first, where only the rules demand something.
    version: Option<GuideEdition>,
    /// Whether entries are checked by it.
    is_in_force: bool,
    /// All fields of the catalogue.
    fields: Vec<GuideFieldItem>,
}

/// A published version.
#[derive(Debug, Serialize, ToSchema)]
struct GuideEdition {
    /// Its number, from 1.
    number: u32,
    /// The day it was published.
    published_on: NaiveDate,
    /// What is new in it.
    note: String,
    /// Where the document is.
    link: Option<String>,
    /// SM3 of what it lays down, hex.
    sm3: String,
}

/// What a version says of a field.
#[derive(Debug, Serialize, ToSchema)]
struct GuideFieldItem {
    /// The field.
    field: String,
    /// What people call it.
    label: String,
    /// Who makes it mandatory: `regulation`, `guide`, or `nobody`.
    demand: &'static str,
    /// How it is filled in; null where nothing is said.
    note: Option<String>,
}

/// Read the compiling guide
///
/// Which fields of an entry are mandatory, and how each is filled in. What is submitted is checked by the version in
/// force.
#[utoipa::path(
    get, path = "/api/v1/guide", tag = "publishing", operation_id = "read_guide",
    security(("token" = ["read"])),
    params(("version" = Option<u32>, Query, description = "Number of a version; the one in force where none is named")),
    responses(
        (status = 200, description = "The guide", body = GuideReply),
        (status = 400, description = "A parameter that is not known", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such version", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    asked: Asked,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let said = asked.only(&["version"])?;
    let number = match said.get("version") {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| {
            let shown: String = text.chars().take(80).collect();
            Error::not_found("guide", shown)
        })?),
    };
    let GuideView { version, is_in_force, fields } =
        state.portal().guide(&caller, number, asked.lang).await?;
    let version = version.map(|it| GuideEdition {
        number: it.number,
        published_on: it.published_on,
        note: it.note,
        link: it.link,
        sm3: it.hash,
    });
    let fields = fields.into_iter().map(|it| item(it, asked.lang)).collect();
    Ok((private(), Json(GuideReply { version, is_in_force, fields })).into_response())
}

fn item(said: GuideField, lang: Lang) -> GuideFieldItem {
    let GuideField { field, demand, note } = said;
    GuideFieldItem {
        field: field.as_str().to_owned(),
        label: field.label(lang).to_owned(),
        demand: match demand {
            Demand::Profile => "regulation",
            Demand::Guide => "guide",
            Demand::Nobody => "nobody",
        },
        // Where nobody wrote it in English, the Chinese one is better than none.
        note: note.map(|note| match (lang, note.en.is_empty()) {
            (Lang::En, false) => note.en,
            _ => note.zh,
        }),
    }
}
