//! Errors of the API: `application/problem+json` (RFC 9457).

use app::AppError;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use kaishu_portal::Error;
use kaishu_types::{ErrorCode, FieldError, Lang, Remedy, RuleRef};
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong, which rule says so, and what can be done.
#[derive(Debug, Clone, Serialize, ToSchema)]
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
    /// Seconds after which it can be tried again, for the header.
    #[serde(skip)]
    retry_after: Option<u64>,
    /// Title and detail for readers of Chinese, until the language is known.
    #[serde(skip)]
    chinese: Option<Box<Chinese>>,
}

/// What a problem says to readers of Chinese.
#[derive(Debug, Clone)]
struct Chinese {
    title: String,
    detail: Option<String>,
}

/// Kinds of problems with their titles in English and Chinese.
pub(super) const KINDS: &[(ErrorCode, &str, &str)] = &[
    (
        ErrorCode::InvalidInput,
        "A value is missing, malformed or contradictory",
        "缺少内容，或者内容的格式不对、互相矛盾",
    ),
    (ErrorCode::Unauthenticated, "A login is needed", "需要登录"),
    (ErrorCode::Forbidden, "The caller may not do this", "不能这样做"),
    (ErrorCode::NotFound, "There is no such thing at this address", "这个地址没有这项内容"),
    (ErrorCode::Gone, "There was such a thing, and it is gone on purpose", "这里的内容已经撤下"),
    (ErrorCode::Conflict, "The state does not allow it", "与现在的状态不符"),
    (ErrorCode::Locked, "Somebody else is at it", "别人正在处理"),
    (ErrorCode::TooLarge, "The request is larger than the limit", "请求超过大小限制"),
    (ErrorCode::TooManyRequests, "The caller asks too often", "请求太频繁"),
    (
        ErrorCode::Unavailable,
        "A part of the system is not reachable now",
        "系统的一部分现在连接不上",
    ),
    (ErrorCode::Internal, "Something went wrong on our side", "原因在我们这边，没有办成"),
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
            retry_after: None,
            chinese: None,
        }
    }

    /// Says the same for readers of Chinese.
    pub(crate) fn in_chinese(mut self, title: &str, detail: Option<String>) -> Self {
        self.chinese = Some(Box::new(Chinese { title: title.to_owned(), detail }));
        self
    }

    /// Says it in the language of a reader.
    pub(crate) fn said(mut self, lang: Lang) -> Self {
        if let (Lang::Zh, Some(chinese)) = (lang, self.chinese.take()) {
            self.title = chinese.title;
            self.detail = chinese.detail.or(self.detail);
        }
        self
    }

    /// Writes the body for a reader.
    pub(crate) fn into_body(self, lang: Lang) -> Body {
        match serde_json::to_vec(&self.said(lang)) {
            Ok(bytes) => Body::from(bytes),
            Err(error) => {
                tracing::error!(%error, "a problem could not be written");
                Body::empty()
            }
        }
    }

    /// Says what went wrong this time.
    pub(crate) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Answers with another status than others of its kind.
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status.as_u16();
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
        let known = KINDS.iter().find(|(kind, ..)| *kind == code);
        let (title, title_zh) = known.map_or(("", ""), |(_, title, title_zh)| (title, title_zh));
        let status =
            StatusCode::from_u16(code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(status, code.as_str(), title).in_chinese(title_zh, None)
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
        let mut problem = problem.with_detail(error.message(Lang::En));
        if let Some(chinese) = &mut problem.chinese {
            chinese.detail = Some(error.message(Lang::Zh));
        }
        let detail = error.into_detail();
        problem.fields = detail.fields;
        problem.rule = detail.rule;
        problem.remedy = detail.remedy;
        problem.retry_after = detail.retry_after;
        problem
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let AppError { code, message, fields, rule, remedy, reference, retry_after } = error;
        let mut problem = Self::of_code(code);
        // The page's own words, in the language that the reader asked for.
        if let Some(chinese) = &mut problem.chinese {
            chinese.detail.clone_from(&message);
        }
        Self { detail: message, fields, rule, remedy, reference, retry_after, ..problem }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = Response::new(self.clone().into_body(Lang::En));
        *response.status_mut() = status;
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // The middleware knows the reader's language and writes the body again.
        response.extensions_mut().insert(self);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
