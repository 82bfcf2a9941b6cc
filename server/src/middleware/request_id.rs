//! A number for each request, to find it in the log by.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};

const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// Longest number that is taken over from a proxy.
const MAX_LENGTH: usize = 64;

/// The number of a request.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub(super) String);

/// Takes over the number a proxy gave, or gives one, and says it in the answer.
pub(super) async fn give(mut request: Request, next: Next) -> Response {
    let given = request.headers().get(NAME).and_then(|value| value.to_str().ok());
    let id = match given {
        Some(given) if is_well_formed(given) => given.to_owned(),
        _ => fresh(),
    };
    let value = HeaderValue::from_str(&id);
    request.extensions_mut().insert(RequestId(id));
    let mut response = next.run(request).await;
    if let Ok(value) = value {
        response.headers_mut().insert(NAME, value);
    }
    response
}

fn is_well_formed(text: &str) -> bool {
    (1..=MAX_LENGTH).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn fresh() -> String {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{:016x}", SEED.hash_one(COUNT.fetch_add(1, Ordering::Relaxed)))
}
