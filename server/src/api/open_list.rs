//! The open catalogue as a file.

use axum::body::Body;
use axum::extract::State as Shared;
use axum::response::Response;
use http::{HeaderValue, header};
use kaishu_portal::open_list::OpenList;

use super::asked::Asked;
use super::problem::Problem;
use crate::state::State;

/// Take the open catalogue away as CSV
///
/// Every dataset that is open, unconditionally or on conditions, by code; of one organization or region where one
/// is named.
#[utoipa::path(
    get, path = "/api/v1/catalogue.csv", tag = "datasets", operation_id = "open_catalogue",
    params(
        ("org" = Option<String>, Query, description = "Code of a provider", example = "YX-FGW"),
        ("region" = Option<String>, Query, description = "Code of a region; those below it count", example = "YX")
    ),
    responses(
        (status = 200, description = "The list, in UTF-8 with a byte order mark", body = String, content_type = "text/csv"),
        (status = 404, description = "No such organization or region", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn take(Shared(state): Shared<State>, asked: Asked) -> Result<Response, Problem> {
    let mut wanted = asked.only(&["org", "region"])?;
    let list = OpenList { organization: wanted.remove("org"), region: wanted.remove("region") };
    let rows = state.portal().open_list(list, asked.lang)?;
    let mut response = Response::new(Body::from_stream(rows));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let name = HeaderValue::from_static("attachment; filename=\"catalogue.csv\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    Ok(response)
}
