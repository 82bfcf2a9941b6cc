//! What scripts of other sites need to read the API: public data for everyone, nothing else.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};

const EXPOSED: &str = "Accept-Ranges, Content-Disposition, Content-Range, ETag, Link, Repr-Digest, \
    X-Checksum-SM3, X-Receipt, X-Request-Id";

const FOR_ALL: [(HeaderName, &str); 2] =
    [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED)];

const FOR_PREFLIGHT: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "If-None-Match, If-Range, Range"),
    (header::ACCESS_CONTROL_MAX_AGE, "86400"),
];

/// Lets every site read the API, without cookies.
pub(super) async fn open(request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let is_preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_preflight {
        let mut response = StatusCode::NO_CONTENT.into_response();
        for (name, value) in FOR_PREFLIGHT {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    } else {
        next.run(request).await
    };
    for (name, value) in FOR_ALL {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
