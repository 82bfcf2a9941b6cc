//! The reader's choice between light and dark, kept in a cookie.

use axum::Form;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderValue, header};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Choice {
    theme: String,
    #[serde(default)]
    back: String,
}

/// Keeps the choice for a year and goes back to where the reader was.
pub(crate) async fn choose(Form(choice): Form<Choice>) -> Response {
    // A path of this site and nothing else: `//host` and `/\host` would leave it.
    let is_local = choice.back.starts_with('/')
        && !choice.back.starts_with("//")
        && !choice.back.contains('\\')
        && choice.back.bytes().all(|byte| byte.is_ascii_graphic());
    let back = if is_local { choice.back.as_str() } else { "/" };
    let cookie = match choice.theme.as_str() {
        "light" => "theme=light; Path=/; Max-Age=31536000; SameSite=Lax",
        "dark" => "theme=dark; Path=/; Max-Age=31536000; SameSite=Lax",
        _ => "theme=; Path=/; Max-Age=0; SameSite=Lax",
    };
    let mut response = Redirect::to(back).into_response();
    response.headers_mut().insert(header::SET_COOKIE, HeaderValue::from_static(cookie));
    response
}
