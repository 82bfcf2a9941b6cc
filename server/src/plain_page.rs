//! A bare page for what goes wrong outside the pages: it needs nothing but its own words.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kaishu_types::Lang;

use crate::negotiation;

/// Draws a page of a heading and a sentence, both constant.
pub(crate) fn respond(lang: Lang, status: StatusCode, title: &str, text: &str) -> Response {
    let home = lang.pick("/", "/en");
    let home_word = lang.pick("返回首页", "Back to the start");
    let tag = lang.tag();
    let status_number = status.as_u16();
    let html = format!(
        "<!DOCTYPE html><html lang=\"{tag}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title}</title>\
         <link rel=\"stylesheet\" href=\"/pkg/kaishu.css\"></head><body><main id=\"main\" class=\"ks-wrap\">\
         <p>{status_number}</p><h1>{title}</h1><p>{text}</p><p><a href=\"{home}\">{home_word}</a></p>\
         </main></body></html>"
    );
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Returns the language of an address; where none is in it, the client's.
pub(crate) fn language_of(path: &str, headers: &HeaderMap) -> Lang {
    if path.starts_with("/api/") {
        return negotiation::language(headers);
    }
    match path.strip_prefix("/en") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => Lang::En,
        _ => Lang::Zh,
    }
}
