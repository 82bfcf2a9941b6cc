//! Refuses addresses that are no text before anything reads them.

use axum::extract::{Request, State as Shared};
use axum::middleware::Next;
use axum::response::Response;
use kaishu_portal::Error;
use kaishu_types::ErrorCode;
use percent_encoding::percent_decode_str;

use crate::fallback::refuse;
use crate::plain_page::language_of;
use crate::state::State;

/// Answers 400 to a path whose bytes are not UTF-8, or that holds control characters.
pub(super) async fn guard(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_text = percent_decode_str(path)
        .decode_utf8()
        .is_ok_and(|path| !path.chars().any(char::is_control));
    if is_text {
        return next.run(request).await;
    }
    let error = Error::Refused {
        code: ErrorCode::InvalidInput,
        message: language_of(path)
            .pick(
                "地址里有不是 UTF-8 文字的字节。请检查地址是否完整。",
                "The address holds bytes that are not UTF-8 text. Please check whether it is complete.",
            )
            .to_owned(),
        rule: None,
        remedy: None,
    };
    refuse(state.portal(), &request.into_parts().0, error)
}
