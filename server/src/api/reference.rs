//! `/api/reference`: the description of the API as a plain page, drawn from the OpenAPI document.
//! It needs no script and no other host.
pub(super) async fn show() -> axum::response::Html<String> {
    axum::response::Html(String::new())
}
