//! All that is open of a dataset, in one archive (DL-04, DL-10).

use axum::body::Body;
use axum::extract::{Path, State as Shared};
use axum::response::Response;
use futures::StreamExt;
use http::{HeaderMap, HeaderValue, Method, header};
use kaishu_portal::Error;
use kaishu_portal::downloads::not_in_advance;
use kaishu_types::DatasetCode;
use kaishu_types::text::marked_name;

use super::asked::Asked;
use super::original::{name_file, name_proof};
use super::problem::Problem;
use crate::state::State;

/// Download a whole dataset
///
/// One archive (zip64) of all that anyone may take: the files that leave as they are, and of the others
/// the open part of their tables as CSV. Its last file, `manifest.json`, has the receipt, the data items,
/// each file with size and SHA-256, and what is left out and why. An archive that breaks off has no
/// directory: no program takes it for the whole. It is made while it is sent, so it has no ranges; single
/// files have. An archive with something that is taken under a grant, and the tables in it, have the number of
/// the receipt in their names.
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/export.zip", tag = "datasets", operation_id = "export_dataset",
    security((), ("token" = ["read"])),
    params(("code" = String, Path, description = "Catalogue code", example = "YX-FGW-0001")),
    responses(
        (status = 200, description = "The archive", content_type = "application/zip"),
        (status = 401, description = "A rule demands a login", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Everything in it needs a grant", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such dataset, or nothing in it to take", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The dataset serves no data now", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The request is made in advance (`Sec-Purpose: prefetch`)", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn take(
    Shared(state): Shared<State>,
    Path(code): Path<String>,
    method: Method,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.only(&[])?;
    let parsed = code.parse::<DatasetCode>();
    let shown = || code.chars().take(60).collect::<String>();
    let code = parsed.map_err(|_| Problem::from(Error::not_found("dataset", shown())))?;
    let portal = state.portal();
    let bundle = portal.open_bundle(&asked.caller, &code, asked.lang).await?;
    if method == Method::GET && app::is_prefetch(&asked.headers) {
        return Err(not_in_advance(asked.lang).into());
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    let plain = format!("{code}.zip");
    name_file(&mut headers, &plain, &bundle.file_name());
    let is_marked = bundle.is_marked();
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        let is_shared = bundle.is_shared();
        let writing = Box::pin(portal.write_bundle(bundle, asked.client, asked.lang));
        let (receipt, chunks) = writing.await?;
        name_proof(&mut headers, &receipt.code, is_shared);
        if is_marked {
            let plain = marked_name(&plain, receipt.code.as_str());
            name_file(&mut headers, &plain, &receipt.file_name);
        }
        Body::from_stream(chunks.map(|chunk| chunk.map_err(std::io::Error::other)))
    };
    let mut response = Response::new(body);
    *response.headers_mut() = headers;
    Ok(response)
}
