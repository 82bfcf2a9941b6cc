//! Requests that a browser makes in advance, for a page that may never be read.

use http::HeaderMap;

/// Headers by which browsers say so: Chromium, its older versions and Safari, Firefox.
const HEADERS: &[&str] = &["sec-purpose", "purpose", "x-purpose", "x-moz"];

/// Whether a request is made before anybody asks: what it would leave behind, as in a receipt, must
/// wait for the reader.
pub fn is_prefetch(headers: &HeaderMap) -> bool {
    let values = HEADERS.iter().flat_map(|name| headers.get_all(*name));
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([';', ',']))
        .map(str::trim)
        .any(|word| {
            ["prefetch", "prerender", "preview"].iter().any(|it| word.eq_ignore_ascii_case(it))
        })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(name: &'static str, value: &'static str, expected: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        assert_eq!(is_prefetch(&headers), expected, "{name}: {value}");
    }

    #[test]
    fn browsers_say_that_they_fetch_in_advance() {
        check("sec-purpose", "prefetch", true);
        check("sec-purpose", "prefetch;prerender", true);
        check("sec-purpose", "prefetch; anonymous-client-ip", true);
        check("purpose", "Prefetch", true);
        check("x-purpose", "preview", true);
        check("x-moz", "prefetch", true);
        check("sec-purpose", "", false);
        check("sec-fetch-mode", "prefetch", false);
        check("purpose", "prefetching", false);
    }
}
