//! Answers in JSON with an entity tag, so that what a client has already is not sent again.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kaishu_types::Lang;
use serde::Serialize;

use super::problem::Problem;
use crate::assets::short_hash;
use crate::negotiation::matches_etag;

/// Answers with a value; its tag is the hash of what is sent.
pub(super) fn json(
    asked: &HeaderMap,
    lang: Lang,
    value: &impl Serialize,
) -> Result<Response, Problem> {
    let bytes = serde_json::to_vec(value).map_err(|error| {
        kaishu_portal::Error::Internal(format!("an answer could not be written: {error}"))
    })?;
    let etag = format!("W/\"{}\"", short_hash(&bytes));
    Ok(tagged(asked, lang, &etag).unwrap_or_else(|headers| {
        let mut response = Response::new(Body::from(bytes));
        *response.headers_mut() = headers;
        response
    }))
}

/// Answers 304 to who has the tag already, or gives back the headers of the answer.
fn tagged(asked: &HeaderMap, lang: Lang, etag: &str) -> Result<Response, HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=0, must-revalidate"),
    );
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Language, Accept-Encoding"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
    let Ok(etag) = HeaderValue::from_str(etag) else { return Err(headers) };
    let is_known = matches_etag(asked, &etag);
    headers.insert(header::ETAG, etag);
    if !is_known {
        return Err(headers);
    }
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    *response.headers_mut() = headers;
    Ok(response)
}
