//! The datasets that somebody looks after, with what is due of each.

use axum::Extension;
use axum::Json;
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use kaishu_portal::Error;
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::{OwnDataset, OwnFilter};
use kaishu_types::vocabulary::{DatasetState, Frequency, OpenClass};
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Asked;
use super::drafting::{known, private};
use super::problem::Problem;
use crate::state::State;

/// A page of datasets.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OwnDatasetList {
    /// The datasets: what is due first before the others.
    items: Vec<OwnDatasetItem>,
    /// Pass it as `cursor` for the next page; null on the last.
    next: Option<String>,
}

/// A dataset that somebody looks after.
#[derive(Debug, Serialize, ToSchema)]
struct OwnDatasetItem {
    /// Its code.
    code: String,
    /// Its title.
    title: String,
    /// Name of its provider.
    organization: String,
    /// Where it is in its life.
    state: DatasetState,
    /// Its open class.
    open_class: OpenClass,
    /// How often its data changes.
    frequency: Frequency,
    /// When its data last changed.
    updated_at: DateTime<Utc>,
    /// The day by which it must change again.
    next_due: Option<NaiveDate>,
    /// Whether that day has passed.
    is_overdue: bool,
    /// Its version.
    version: u32,
}

/// List the datasets that the token looks after
///
/// Hidden and suspended ones, too, as far as the roles of its owner reach. What is due first comes first; what else
/// waits for somebody is at `/api/v1/cases`.
#[utoipa::path(
    get, path = "/api/v1/own-datasets", tag = "publishing", operation_id = "list_own_datasets",
    security(("token" = ["read"])),
    params(
        ("show" = Option<String>, Query, description = "`all` (the default), `overdue` or `not_open`"),
        ("q" = Option<String>, Query, description = "Only those with these words in title or code"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before")
    ),
    responses(
        (status = 200, description = "A page of datasets; none where the token looks after none", body = OwnDatasetList),
        (status = 400, description = "A parameter that is not known", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(
    Shared(state): Shared<State>,
    asked: Asked,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let said = asked.only(&["show", "q", "cursor"])?;
    let filter = match said.get("show").map_or("all", String::as_str) {
        "all" => OwnFilter::All,
        "overdue" => OwnFilter::Overdue,
        "not_open" => OwnFilter::NotOpen,
        _ => return Err(Error::field("show", "all, overdue, not_open").into()),
    };
    let text = said.get("q").map_or("", String::as_str);
    let after = said.get("cursor").map(String::as_str);
    let page = state.portal().own_datasets(&caller, filter, (text, after), asked.lang).await?;
    let items = page.rows.into_iter().map(item).collect();
    Ok((private(), Json(OwnDatasetList { items, next: page.next })).into_response())
}

fn item(it: OwnDataset) -> OwnDatasetItem {
    OwnDatasetItem {
        code: it.code.to_string(),
        title: it.title,
        organization: it.organization,
        state: it.state,
        open_class: it.open_class,
        frequency: it.frequency,
        updated_at: it.updated_at,
        next_due: it.next_due,
        is_overdue: it.is_overdue,
        version: it.version,
    }
}
