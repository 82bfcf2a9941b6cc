//! `/sitemap.xml`: an index of parts, each written as a stream, however large the catalogue is.

use axum::body::Body;
use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{StreamExt, stream};
use http::{HeaderValue, header};
use kaishu_portal::{Error, ListedFrom, Portal};
use kaishu_types::china::day_in_china;
use kaishu_types::stats::Count;
use kaishu_types::{DatasetCode, Lang};

use crate::fallback::refuse;
use crate::state::State;

/// Datasets in one part; the protocol allows 50,000 addresses, and each has two languages.
const PART: u64 = 10_000;

/// Datasets that are read together.
const BATCH: u64 = 1_000;

/// Pages that are no dataset.
const PAGES: &[&str] = &[
    "/",
    "/datasets",
    "/organizations",
    "/regions",
    "/topics",
    "/consultations",
    "/stats",
    "/stats/applications",
    "/stats/grants",
    "/rules",
    "/developers",
    "/help",
];

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NAMESPACE: &str = "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"";

/// `GET /sitemap.xml`
pub(crate) async fn index(Shared(state): Shared<State>, request: Request) -> Response {
    let portal = state.portal();
    let n_parts = match portal.n_listed().await {
        Ok(n_datasets) => n_datasets.div_ceil(PART),
        Err(error) => return refuse(portal, &request.into_parts().0, error),
    };
    let base = escape(&portal.site().base_url);
    let mut text = format!("{HEAD}<sitemapindex {NAMESPACE}>\n");
    text.push_str(&format!("<sitemap><loc>{base}/sitemap/pages.xml</loc></sitemap>\n"));
    for part in 0..n_parts {
        text.push_str(&format!("<sitemap><loc>{base}/sitemap/{part}.xml</loc></sitemap>\n"));
    }
    text.push_str("</sitemapindex>\n");
    xml(Body::from(text))
}

/// `GET /sitemap/{part}`
pub(crate) async fn part(
    Shared(state): Shared<State>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let portal = state.portal().clone();
    let base = escape(&portal.site().base_url);
    if name == "pages.xml" {
        return match portal.topics(Lang::Zh).await {
            Ok(topics) => xml(Body::from(pages(&base, &topics))),
            Err(error) => refuse(&portal, &request.into_parts().0, error),
        };
    }
    let place = name.strip_suffix(".xml").and_then(|part| part.parse::<u64>().ok());
    let place = place.and_then(|part| part.checked_mul(PART));
    // The database counts in signed numbers.
    let place = place.filter(|place| i64::try_from(*place).is_ok());
    let first = match place {
        // An empty catalogue has an empty first part.
        Some(place) => match portal.listed_codes(&ListedFrom::Place(place), BATCH).await {
            Ok(first) if first.is_empty() && place > 0 => None,
            Ok(first) => Some(first),
            Err(error) => return refuse(&portal, &request.into_parts().0, error),
        },
        None => None,
    };
    match first {
        Some(first) => xml(Body::from_stream(datasets(portal, base, first))),
        None => {
            let error = Error::not_found("sitemap", name.chars().take(40).collect::<String>());
            refuse(&portal, &request.into_parts().0, error)
        }
    }
}

/// Lists the pages that are no dataset, and the topics that have any.
fn pages(base: &str, topics: &[Count]) -> String {
    let mut text = format!("{HEAD}<urlset {NAMESPACE}>\n");
    let topics = topics.iter().filter(|topic| topic.count > 0);
    let topics = topics.map(|topic| escape(&format!("/topics/{}", topic.value)));
    for path in PAGES.iter().map(|path| (*path).to_owned()).chain(topics) {
        let english = if path == "/" { "" } else { &path };
        text.push_str(&format!("<url><loc>{base}{path}</loc></url>\n"));
        text.push_str(&format!("<url><loc>{base}/en{english}</loc></url>\n"));
    }
    text.push_str("</urlset>\n");
    text
}

/// How far a part is written.
struct Progress {
    portal: Portal,
    base: String,
    /// What is read and not yet written.
    read: Vec<Listed>,
    n_left: u64,
}

/// A dataset with the time of its last update.
type Listed = (DatasetCode, DateTime<Utc>);

fn datasets(
    portal: Portal,
    base: String,
    first: Vec<Listed>,
) -> impl futures::Stream<Item = Result<Bytes, Error>> + Send + 'static {
    let progress = Progress { portal, base, read: first, n_left: PART };
    let entries = stream::try_unfold(progress, |mut progress| async move {
        let Some((last, _)) = progress.read.last() else { return Ok(None) };
        let after = ListedFrom::Code(last.clone());
        let text = locations(&progress.base, &progress.read);
        progress.n_left = progress.n_left.saturating_sub(progress.read.len() as u64);
        let limit = progress.n_left.min(BATCH);
        progress.read = match limit {
            0 => Vec::new(),
            limit => progress.portal.listed_codes(&after, limit).await?,
        };
        Ok(Some((Bytes::from(text), progress)))
    });
    let head = Bytes::from(format!("{HEAD}<urlset {NAMESPACE}>\n"));
    stream::iter([Ok(head)])
        .chain(entries)
        .chain(stream::iter([Ok(Bytes::from_static(b"</urlset>\n"))]))
}

fn locations(base: &str, datasets: &[Listed]) -> String {
    let mut text = String::new();
    for (code, updated_at) in datasets {
        let day = day_in_china(*updated_at);
        for prefix in ["", "/en"] {
            text.push_str(&format!(
                "<url><loc>{base}{prefix}/datasets/{code}</loc><lastmod>{day}</lastmod></url>\n"
            ));
        }
    }
    text
}

fn xml(body: Body) -> Response {
    let mut response = body.into_response();
    let kind = HeaderValue::from_static("application/xml; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
