//! The measure for search pages: the same search of the same index with the same counts, behind
//! nothing but axum, answering with the codes it found. `make bench` runs it beside the portal.
//!
//! `bare_search INDEX_FOLDER ADDRESS:PORT`

#![expect(clippy::print_stderr, reason = "says when it listens, like the portal does")]

use std::path::PathBuf;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::routing::get;
use http::StatusCode;
use kaishu_search::{Index, Page};
use kaishu_types::Lang;
use kaishu_types::query::{DEFAULT_PER_PAGE, Paging, parse};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(address)) = (arguments.next(), arguments.next()) else {
        anyhow::bail!("usage: bare_search INDEX_FOLDER ADDRESS:PORT");
    };
    let index = Index::open(&PathBuf::from(folder))?;
    index.warm();
    let app = Router::new().route("/datasets", get(search)).with_state(index);
    let listener = tokio::net::TcpListener::bind(&address).await?;
    eprintln!("bare search at http://{address}");
    axum::serve(listener, app).await?;
    Ok(())
}

async fn search(
    State(index): State<Index>,
    RawQuery(raw): RawQuery,
) -> Result<String, (StatusCode, String)> {
    let raw = raw.unwrap_or_default();
    let query = parse(&raw, Paging::Pages, Lang::En)
        .map_err(|faults| (StatusCode::BAD_REQUEST, format!("{faults:?}")))?;
    let offset = (query.page.unwrap_or(1) - 1) * DEFAULT_PER_PAGE;
    let page = Page::Offset { offset, limit: DEFAULT_PER_PAGE };
    let today = chrono::Utc::now().date_naive();
    let found = tokio::task::spawn_blocking(move || index.search(&query.request, &page, today))
        .await
        .map_err(internal)?
        .map_err(internal)?;
    let n_values: usize = found.facets.values().map(Vec::len).sum();
    let mut reply = format!("{} {n_values}\n", found.total);
    for hit in found.hits {
        reply.push_str(hit.card.code.as_str());
        reply.push('\n');
    }
    Ok(reply)
}

fn internal(error: impl std::fmt::Display) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}
