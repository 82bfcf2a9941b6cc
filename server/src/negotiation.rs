//! What a client wants: language, media type, encoding, and what it has already.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use kaishu_types::Lang;

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    /// Chooses what a client takes, the smallest first.
    pub(crate) fn wanted(headers: &HeaderMap) -> Self {
        let listed = weights(headers, header::ACCEPT_ENCODING);
        let takes = |name: &str| {
            listed.iter().any(|(value, weight)| *weight > 0.0 && value.eq_ignore_ascii_case(name))
        };
        if takes("br") {
            Self::Brotli
        } else if takes("gzip") {
            Self::Gzip
        } else {
            Self::Identity
        }
    }
}

/// Chooses the language of an answer that has no language in its address.
pub(crate) fn language(headers: &HeaderMap) -> Lang {
    let mut listed = weights(headers, header::ACCEPT_LANGUAGE);
    // A stable sort: among equals the first one named wins.
    listed.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    for (tag, weight) in listed {
        let main = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        match main.as_str() {
            _ if weight <= 0.0 => {}
            "zh" => return Lang::Zh,
            "en" => return Lang::En,
            _ => {}
        }
    }
    Lang::default()
}

/// Whether an error is better told as JSON than as a page.
pub(crate) fn prefers_json(path: &str, headers: &HeaderMap) -> bool {
    if path == "/api" || path.starts_with("/api/") || path.starts_with("/_fn/") {
        return path != "/api/reference";
    }
    let listed = weights(headers, header::ACCEPT);
    let weight = |wanted: &[&str]| {
        let of_one = |(value, weight): &(String, f32)| {
            wanted.iter().any(|it| value.eq_ignore_ascii_case(it)).then_some(*weight)
        };
        listed.iter().filter_map(of_one).fold(0.0, f32::max)
    };
    let json = weight(&["application/json", "application/problem+json"]);
    json > 0.0 && json > weight(&["text/html", "application/xhtml+xml"])
}

/// Whether `If-None-Match` names an entity tag, weakly compared.
pub(crate) fn matches_etag(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let Ok(etag) = etag.to_str() else { return false };
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let wanted = opaque(etag);
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim() == "*" || opaque(tag) == wanted)
}

/// Reads a list such as `br;q=1.0, gzip;q=0.8`.
fn weights(headers: &HeaderMap, name: HeaderName) -> Vec<(String, f32)> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|part| {
            let mut parts = part.split(';');
            let value = parts.next()?.trim();
            let weight = parts
                .filter_map(|parameter| parameter.trim().strip_prefix("q="))
                .find_map(|weight| weight.trim().parse::<f32>().ok())
                .unwrap_or(1.0);
            (!value.is_empty()).then(|| (value.to_owned(), weight))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn the_smallest_encoding_that_a_client_takes_is_chosen() {
        let wanted = |value| Encoding::wanted(&headers(header::ACCEPT_ENCODING, value));
        assert_eq!(wanted("gzip, deflate, br"), Encoding::Brotli);
        assert_eq!(wanted("gzip;q=0.5, br;q=0"), Encoding::Gzip);
        assert_eq!(wanted("deflate"), Encoding::Identity);
    }

    #[test]
    fn the_language_with_the_greatest_weight_is_chosen() {
        let chosen = |value| language(&headers(header::ACCEPT_LANGUAGE, value));
        assert_eq!(chosen("en-GB,en;q=0.9,zh;q=0.8"), Lang::En);
        assert_eq!(chosen("en;q=0.3, zh-CN;q=0.8"), Lang::Zh);
        assert_eq!(chosen("fr, en;q=0.1"), Lang::En);
        assert_eq!(chosen("fr"), Lang::Zh);
    }

    #[test]
    fn browsers_get_pages_and_programs_get_json() {
        let browser = headers(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");
        assert!(!prefers_json("/datasets", &browser));
        assert!(prefers_json("/api/v1/datasets", &browser));
        assert!(prefers_json("/datasets", &headers(header::ACCEPT, "application/json")));
        assert!(!prefers_json("/datasets", &HeaderMap::new()));
    }

    #[test]
    fn entity_tags_are_compared_weakly_and_in_lists() {
        let etag = HeaderValue::from_static("\"abc\"");
        assert!(matches_etag(&headers(header::IF_NONE_MATCH, "\"x\", W/\"abc\""), &etag));
        assert!(matches_etag(&headers(header::IF_NONE_MATCH, "*"), &etag));
        assert!(!matches_etag(&headers(header::IF_NONE_MATCH, "\"abcd\""), &etag));
    }
}
