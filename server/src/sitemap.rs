//! `/sitemap.xml`: an index of parts, each written as a stream, however large the catalogue is.

use axum::body::Body;
use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{HeaderValue, header};
use kaishu_portal::{Error, Portal};
use kaishu_types::Lang;
use kaishu_types::stats::Count;

use crate::fallback::refuse;
use crate::state::State;

/// Datasets in one part; the protocol allows 50,000 addresses, and each has two languages.
const PART: u64 = 10_000;

/// Pages that are no dataset.
const PAGES: &[&str] = &[
    "/",
    "/datasets",
    "/organizations",
    "/regions",
    "/topics",
    "/stats",
    "/rules",
    "/developers",
    "/help",
];

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NAMESPACE: &str = "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"";

/// `GET /sitemap.xml`
pub(crate) async fn index(Shared(state): Shared<State>, request: Request) -> Response {
    let portal = state.portal();
    let starts = match portal.sitemap_starts(PART).await {
        Ok(starts) => starts,
        Err(error) => return refuse(portal, &request.into_parts().0, error),
    };
    let base = escape(&portal.site().base_url);
    let mut text = format!("{HEAD}<sitemapindex {NAMESPACE}>\n");
    text.push_str(&format!("<sitemap><loc>{base}/sitemap/pages.xml</loc></sitemap>\n"));
    for start in starts {
        text.push_str(&format!("<sitemap><loc>{base}/sitemap/{start}.xml</loc></sitemap>\n"));
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
    let start = name.strip_suffix(".xml").and_then(|start| start.parse::<i64>().ok());
    match start.filter(|start| *start >= 0) {
        Some(start) => xml(Body::from_stream(datasets(portal, base, start))),
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
    next: Option<i64>,
    n_left: u64,
}

fn datasets(
    portal: Portal,
    base: String,
    start: i64,
) -> impl futures::Stream<Item = Result<Bytes, Error>> + Send + 'static {
    let progress = Progress { portal, base, next: Some(start), n_left: PART };
    let entries = stream::try_unfold(progress, |mut progress| async move {
        let Some(from) = progress.next.filter(|_| progress.n_left > 0) else { return Ok(None) };
        let n_datasets = progress.n_left.min(1_000);
        let part = progress.portal.sitemap_part(from, n_datasets).await?;
        progress.n_left -= n_datasets;
        progress.next = part.next;
        let base = &progress.base;
        let mut text = String::new();
        for (code, updated_at) in &part.entries {
            let day = updated_at.format("%Y-%m-%d");
            for prefix in ["", "/en"] {
                text.push_str(&format!(
                    "<url><loc>{base}{prefix}/datasets/{code}</loc><lastmod>{day}</lastmod></url>\n"
                ));
            }
        }
        Ok(Some((Bytes::from(text), progress)))
    });
    let head = Bytes::from(format!("{HEAD}<urlset {NAMESPACE}>\n"));
    stream::iter([Ok(head)])
        .chain(entries)
        .chain(stream::iter([Ok(Bytes::from_static(b"</urlset>\n"))]))
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
