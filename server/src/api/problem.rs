//! Errors of the API: `application/problem+json` (RFC 9457).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use kaishu_portal::Error;
use kaishu_types::{ErrorCode, FieldError, Remedy, RuleRef};
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong, which rule says so, and what can be done.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Address of the description of this kind of problem: a path of this site.
    #[serde(rename = "type")]
    kind: String,
    /// What went wrong, the same for all problems of the kind.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What went wrong this time, and what would be right.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The rule behind a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<RuleRef>,
    /// What the caller can do.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<Remedy>,
    /// Parameters that are wrong, one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldError>,
    /// Number to find the fault in the log by.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
}

/// Kinds of problems with their titles, for the reference page.
pub(super) const KINDS: &[(ErrorCode, &str)] = &[
    (ErrorCode::InvalidInput, "A value is missing, malformed or contradictory"),
    (ErrorCode::Unauthenticated, "A login is needed"),
    (ErrorCode::Forbidden, "The caller may not do this"),
    (ErrorCode::NotFound, "There is no such thing at this address"),
    (ErrorCode::Gone, "There was such a thing, and it is gone on purpose"),
    (ErrorCode::Conflict, "The state does not allow it"),
    (ErrorCode::TooLarge, "The request is larger than the limit"),
    (ErrorCode::TooManyRequests, "The caller asks too often"),
    (ErrorCode::Unavailable, "A part of the system is not reachable now"),
    (ErrorCode::Internal, "Something went wrong on our side"),
];

impl Problem {
    /// Makes a problem of a kind.
    pub(crate) fn new(status: StatusCode, kind: &str, title: &str) -> Self {
        Self {
            kind: format!("/api/reference#problem-{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: None,
            rule: None,
            remedy: None,
            fields: Vec::new(),
            reference: None,
        }
    }

    /// Says what went wrong this time.
    pub(crate) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Says under which number the fault is in the log.
    pub(crate) fn with_reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    /// Makes the problem of wrong parameters.
    pub(crate) fn fields(fields: Vec<FieldError>) -> Self {
        Self::from(Error::InvalidInput(fields))
    }

    fn of_code(code: ErrorCode) -> Self {
        let title = KINDS.iter().find(|(kind, _)| *kind == code).map_or("", |(_, title)| title);
        let status =
            StatusCode::from_u16(code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(status, code.as_str(), title)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let code = error.code();
        let problem = Self::of_code(code);
        if code == ErrorCode::Internal {
            let reference = error.reference();
            tracing::error!(error = &error as &dyn std::error::Error, %reference, "use case failed");
            return problem.with_reference(reference);
        }
        let mut problem = problem.with_detail(error.to_string());
        let detail = error.into_detail();
        problem.fields = detail.fields;
        problem.rule = detail.rule;
        problem.remedy = detail.remedy;
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
