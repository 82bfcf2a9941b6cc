//! `GET /api/v1/datasets`

use axum::extract::State as Shared;
use axum::response::Response;
use kaishu_portal::catalogue::Window;
use kaishu_types::query::{self, DEFAULT_PER_PAGE, Paging};

use super::asked::Asked;
use super::listing::SearchReply;
use super::problem::Problem;
use super::reply;
use crate::state::State;

/// Search the catalogue
///
/// Values of one facet are alternatives; facets restrict each other. Every parameter of a facet may
/// be given several times.
#[utoipa::path(
    get, path = "/api/v1/datasets", tag = "datasets", operation_id = "search_datasets",
    params(
        ("q" = Option<String>, Query, description = "Words; phrases in quotes", example = "空气质量"),
        ("theme" = Option<Vec<String>>, Query, description = "Codes of the vocabulary `theme`"),
        ("org" = Option<Vec<String>>, Query, description = "Codes of organizations"),
        ("region" = Option<Vec<String>>, Query, description = "Codes of regions; a region includes all below it"),
        ("level" = Option<Vec<kaishu_types::vocabulary::RegionLevel>>, Query, description = "Levels"),
        ("open" = Option<Vec<kaishu_types::vocabulary::OpenClass>>, Query, description = "Open classes"),
        ("format" = Option<Vec<kaishu_types::vocabulary::Format>>, Query, description = "Formats of resources"),
        ("frequency" = Option<Vec<kaishu_types::vocabulary::Frequency>>, Query, description = "Update frequencies"),
        ("updated" = Option<kaishu_types::vocabulary::UpdatedWithin>, Query, description = "How long ago the last update was"),
        ("priority" = Option<Vec<String>>, Query, description = "Codes of the vocabulary `priority`"),
        ("item" = Option<String>, Query, description = "Name or label of a data item"),
        ("sort" = Option<kaishu_types::search::Sort>, Query, description = "Order of the results"),
        ("exact" = Option<bool>, Query, description = "`1` takes the words as typed: no synonyms, no pinyin"),
        ("per_page" = Option<u32>, Query, description = "Results in a reply, 1 to 100", example = 20),
        ("cursor" = Option<String>, Query, description = "`next` of the reply before")
    ),
    responses(
        (status = 200, description = "Results", body = SearchReply),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(Shared(state): Shared<State>, asked: Asked) -> Result<Response, Problem> {
    let query = query::parse(&asked.query, Paging::Cursor, asked.lang).map_err(Problem::fields)?;
    let portal = state.portal();
    let limit = query.per_page.unwrap_or(DEFAULT_PER_PAGE);
    let window = Window::After { cursor: query.cursor, limit };
    let found = portal.search(&query.request, window, asked.lang).await?;
    let facets = found.facets.into_iter().map(|it| (it.facet.as_str(), it.options)).collect();
    let answer = SearchReply {
        total: found.total,
        items: found.hits,
        facets,
        next: found.next,
        expanded: found.expanded,
        unknown: found.unknown,
        partial: found.partial,
        spelling: found.spelling,
    };
    reply::json(&asked.headers, asked.lang, &answer)
}
