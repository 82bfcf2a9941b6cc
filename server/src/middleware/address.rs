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

/// Answers 400 to an address whose path is no UTF-8 text, or that holds control characters.
pub(super) async fn guard(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_text = percent_decode_str(path)
        .decode_utf8()
        .is_ok_and(|path| !path.chars().any(char::is_control));
    // Bytes of the query that are no text are named with their parameter where it is read. Tabs and
    // ends of lines come along when a text is pasted.
    let is_control = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\r' | b'\n');
    let has_control = percent_decode_str(request.uri().query().unwrap_or_default()).any(is_control);
    if is_text && !has_control {
        return next.run(request).await;
    }
    let error = Error::Refused {
        code: ErrorCode::InvalidInput,
        message: language_of(path, request.headers())
            .pick(
                "地址里有控制字符，或者有不是 UTF-8 文字的字节。请检查地址是否完整。",
                "The address holds control characters, or bytes that are not UTF-8 text. Please check whether it is complete.",
            )
            .to_owned(),
        rule: None,
        remedy: None,
    };
    refuse(state.portal(), &request.into_parts().0, error)
}
