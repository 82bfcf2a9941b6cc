//! Addresses that lead nowhere, or not this way: files of the site, redirects, errors that help.

use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};
use kaishu_portal::{Error, Portal};
use kaishu_types::{ErrorCode, Remedy};

use crate::api::problem::Problem;
use crate::negotiation::prefers_json;
use crate::plain_page::{self, language_of};
use crate::state::State;

/// Answers what no route does.
pub(crate) async fn unknown(Shared(state): Shared<State>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let path = parts.uri.path();
    let is_read = matches!(parts.method, Method::GET | Method::HEAD);
    // Browsers take it for a slash, and `/\\host` for another host.
    let is_plain = !path.contains('\\');
    if is_read
        && is_plain
        && let Some(file) = state.assets().answer(path, parts.uri.query(), &parts.headers).await
    {
        return file;
    }
    if is_plain && let Some(location) = without_slash(&parts) {
        return (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response();
    }
    let lang = language_of(path, &parts.headers);
    let is_api = path.starts_with("/api/");
    let error = Error::Refused {
        code: ErrorCode::NotFound,
        message: lang
            .pick(
                "这个地址没有内容。可能地址有误，或者内容已经移走。",
                "There is nothing at this address. It may be mistyped, or what was here has moved.",
            )
            .to_owned(),
        rule: None,
        remedy: is_api.then(|| Remedy {
            text: lang
                .pick("接口说明列出全部地址。", "The reference lists every address of the API.")
                .to_owned(),
            link: "/api/reference".to_owned(),
        }),
    };
    refuse(state.portal(), &parts, error)
}

/// Answers a method that an address does not take; `Allow` is added by the router.
pub(crate) async fn wrong_method(request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let path = parts.uri.path();
    let status = StatusCode::METHOD_NOT_ALLOWED;
    if prefers_json(path, &parts.headers) {
        return Problem::new(status, "method_not_allowed", "The address does not take this method")
            .with_detail(format!(
                "`{}` does not take {}; the header Allow says what it takes",
                path, parts.method
            ))
            .in_chinese(
                "这个地址不接受这种请求",
                Some(format!("`{path}` 不接受 {}；报头 Allow 写明接受哪些", parts.method)),
            )
            .into_response();
    }
    let lang = language_of(path, &parts.headers);
    plain_page::respond(
        lang,
        status,
        lang.pick("这个地址不接受这种请求", "This address does not take such a request"),
        lang.pick(
            "请从页面上的链接或按钮进入。",
            "Please come here by a link or button of a page.",
        ),
    )
}

/// Tells an error as a page or as JSON, as the client prefers.
pub(crate) fn refuse(portal: &Portal, parts: &Parts, error: Error) -> Response {
    if prefers_json(parts.uri.path(), &parts.headers) {
        Problem::from(error).into_response()
    } else {
        app::error_page(portal, parts, error)
    }
}

/// Returns the address without the slash at its end. Two slashes at the beginning would lead to
/// another host.
fn without_slash(parts: &Parts) -> Option<HeaderValue> {
    let path = parts.uri.path();
    let shorter = path.trim_end_matches('/');
    if shorter.is_empty() || shorter.len() == path.len() || path.starts_with("//") {
        return None;
    }
    let location = match parts.uri.query() {
        Some(query) => format!("{shorter}?{query}"),
        None => shorter.to_owned(),
    };
    HeaderValue::from_str(&location).ok()
}
