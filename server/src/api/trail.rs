//! The trail of a copy, for those who supervise (SEC-02).

use axum::Json;
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use http::header;
use kaishu_portal::Error;
use kaishu_portal::administration::TrailAsked;
use kaishu_types::Lang;
use kaishu_types::trail::TrailView;

use super::asked::Asked;
use super::problem::Problem;
use crate::state::State;

/// Follow a copy to its source and its approval
///
/// `of` is the number of a receipt, the SHA-256 of a file, the code of a dataset, or the number of a case. The
/// answer names the copies that were delivered, as far as receipts tell, and of each version its dataset,
/// provider, class and files, with who submitted, reviewed and published it; of copies that were taken under a
/// grant the application, what was decided and signed, and of what agencies share, handed over offline or not, the
/// share request and who approved it. The number of either leads back to its copies. Nobody who took open data is
/// identified.
#[utoipa::path(
    get, path = "/api/v1/trail", tag = "supervision", operation_id = "get_trail",
    security(("token" = ["read"])),
    params(
        ("of" = String, Query, description = "What somebody holds", example = "R-20261121-7F3A22C00001"),
        ("before" = Option<i64>, Query, description = "`next` of the answer before")
    ),
    responses(
        (status = 200, description = "The trail", body = TrailView),
        (status = 400, description = "`of` is missing or is none of these", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token traces no copies", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Not known, or of no region that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(Shared(state): Shared<State>, asked: Asked) -> Result<Response, Problem> {
    let lang = asked.lang;
    state.portal().permit_trail(&asked.caller, lang)?;
    let pairs = asked.only(&["of", "before"])?;
    let of = pairs.get("of").and_then(|of| TrailAsked::read(of)).ok_or_else(|| not_read(lang))?;
    let before = match pairs.get("before") {
        None => None,
        Some(before) => Some(before.parse().map_err(|_| {
            let message = lang.pick("不是列表里的位置", "is no place in the list");
            Problem::from(Error::field("before", message))
        })?),
    };
    let found = state.portal().trail(&asked.caller, &of, before, lang).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(found)).into_response())
}

fn not_read(lang: Lang) -> Problem {
    let message = lang.pick(
        "写回执编号、文件的 SHA-256、数据集编号或者案件编号",
        "give the number of a receipt, the SHA-256 of a file, the code of a dataset or the number of a case",
    );
    Error::field("of", message).into()
}
