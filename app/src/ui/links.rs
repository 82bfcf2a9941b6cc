//! Where links lead.

use kaishu_types::DatasetCode;
use kaishu_types::dataset::ResourceView;
use kaishu_types::query::DEFAULT_PER_PAGE;
use kaishu_types::search::{Facet, SearchRequest};

/// Writes the path of a page of results.
pub(crate) fn address(request: &SearchRequest, page: usize) -> String {
    let mut query = request.to_query();
    if page > 1 {
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(&format!("page={page}"));
    }
    if query.is_empty() { "/datasets".to_owned() } else { format!("/datasets?{query}") }
}

/// Returns how many pages a number of results fills.
pub(crate) fn n_pages(total: u64) -> usize {
    usize::try_from(total).unwrap_or(usize::MAX).div_ceil(DEFAULT_PER_PAGE).max(1)
}

/// Writes the path of all values of a facet.
pub(crate) fn all_values(request: &SearchRequest, facet: Facet) -> String {
    let mut path = address(request, 1);
    path.push(if path.contains('?') { '&' } else { '?' });
    path.push_str("all=");
    path.push_str(facet.as_str());
    path
}

/// Returns the path of the page from which a file is taken.
pub(crate) fn download_path(code: &DatasetCode, resource: &ResourceView) -> String {
    format!("/datasets/{code}/resources/{}/download", resource.id)
}

/// Lets only web addresses through: an imported `javascript:` link must not become one of ours.
pub(crate) fn safe_url(url: &str) -> Option<String> {
    let lower = url.trim().to_ascii_lowercase();
    let is_web = ["http://", "https://", "ftp://"].iter().any(|scheme| lower.starts_with(scheme));
    is_web.then(|| url.trim().to_owned())
}
