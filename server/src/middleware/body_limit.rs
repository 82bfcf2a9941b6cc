//! Refuses bodies that are larger than the limit or take too long.

use std::io;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State as Shared};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use http::{StatusCode, header};
use http_body_util::Limited;
use kaishu_portal::accounts::Caller;
use tokio::time::{Instant, timeout_at};

use crate::state::State;

/// Answers 413 where the length is told, and stops reading at the limit where it is not.
pub(super) async fn guard(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let limits = state.limits();
    let is_upload = takes_files(request.uri().path());
    let limit = if is_upload { limits.upload_bytes } else { limits.body_bytes };
    let told = request.headers().get(header::CONTENT_LENGTH);
    let told = told.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|told| told > limit as u64) {
        let text = format!("the body has more than {limit} bytes, which is the limit");
        return (StatusCode::PAYLOAD_TOO_LARGE, text).into_response();
    }
    let pace = match is_upload && may_send_files(&request) {
        // A large file takes its time, as long as something comes.
        true => Pace::Each(limits.body_time),
        false => Pace::Until(Instant::now() + limits.body_time),
    };
    next.run(request.map(|body| Body::new(Limited::new(paced(body, pace), limit)))).await
}

/// Whether a file may be read of this request. A form of somebody whose login has ended is read as far as its text; a
/// program is told by its token, which is looked at farther inside.
fn may_send_files(request: &Request) -> bool {
    let is_of_program = request.uri().path().starts_with("/api/");
    is_of_program || request.extensions().get::<Caller>().is_some_and(Caller::is_logged_in)
}

/// Whether files are uploaded to an address.
fn takes_files(path: &str) -> bool {
    let path = path.strip_prefix("/en").unwrap_or(path);
    let of_draft = ["/files", "/authorisation", "/relaxation"];
    let drafts = ["/api/v1/drafts/", "/workbench/drafts/"];
    let is_draft = drafts.iter().any(|it| path.starts_with(it))
        && of_draft.iter().any(|it| path.ends_with(it));
    let of_dataset = ["/api/v1/datasets/", "/workbench/datasets/"];
    let is_version =
        of_dataset.iter().any(|it| path.starts_with(it)) && path.ends_with("/versions");
    let parts = ["/api/v1/uploads/", "/workbench/uploads/"];
    let is_part = parts.iter().any(|it| path.starts_with(it)) && !path.ends_with("/finish");
    let is_report = path == "/authority/quality";
    let cases = ["/api/v1/cases/", "/workbench/cases/"];
    let is_step = cases.iter().any(|it| path.starts_with(it)) && path.ends_with("/attachments");
    let is_material = path.starts_with("/applications/") && path.contains("/materials/");
    is_draft || is_step || is_material || is_version || is_part || is_report
}

/// How long a body may take.
#[derive(Clone, Copy)]
enum Pace {
    /// All of it until then.
    Until(Instant),
    /// Each part of it so long.
    Each(Duration),
}

impl Pace {
    fn end(self) -> Instant {
        match self {
            Self::Until(end) => end,
            Self::Each(time) => Instant::now() + time,
        }
    }
}

/// Breaks a body off that is not there in time.
fn paced(body: Body, pace: Pace) -> Body {
    if body.is_end_stream() {
        return body;
    }
    Body::from_stream(stream::try_unfold(body.into_data_stream(), move |mut data| async move {
        let chunk = timeout_at(pace.end(), data.next()).await.map_err(|_| {
            io::Error::new(io::ErrorKind::TimedOut, "the body of the request took too long")
        })?;
        let chunk = chunk.transpose().map_err(io::Error::other)?;
        Ok::<_, io::Error>(chunk.map(|chunk| (chunk, data)))
    }))
}
