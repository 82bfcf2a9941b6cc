//! What an error may tell the outside.

use serde::{Deserialize, Serialize};

/// What went wrong, as far as a caller may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// A value is missing, malformed or contradictory.
    InvalidInput,
    /// Nobody is logged in, and somebody must be.
    Unauthenticated,
    /// The caller may not do this.
    Forbidden,
    /// There is no such thing at this address.
    NotFound,
    /// There was such a thing, and it is gone on purpose.
    Gone,
    /// Somebody else was faster, or the state does not allow it.
    Conflict,
    /// Somebody else is at it; it goes on when they are done.
    Locked,
    /// The request is larger than the limit that was shown.
    TooLarge,
    /// The caller asks too often.
    TooManyRequests,
    /// A part of the system is not reachable now.
    Unavailable,
    /// The provider's system, at which the data stands, gives nothing that can be served.
    SourceFailed,
    /// The provider's system, at which the data stands, does not answer in time.
    SourceSlow,
    /// Our fault; the details are in the log.
    Internal,
}

impl ErrorCode {
    /// Returns the HTTP status that carries this code.
    pub fn http_status(self) -> u16 {
        match self {
            Self::InvalidInput => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Gone => 410,
            Self::Conflict => 409,
            Self::Locked => 423,
            Self::TooLarge => 413,
            Self::TooManyRequests => 429,
            Self::Unavailable => 503,
            Self::SourceFailed => 502,
            Self::SourceSlow => 504,
            Self::Internal => 500,
        }
    }

    /// Returns the code as the last part of a problem type.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Gone => "gone",
            Self::Conflict => "conflict",
            Self::Locked => "locked",
            Self::TooLarge => "too_large",
            Self::TooManyRequests => "too_many_requests",
            Self::Unavailable => "unavailable",
            Self::SourceFailed => "source_failed",
            Self::SourceSlow => "source_slow",
            Self::Internal => "internal",
        }
    }
}

/// One field that is wrong, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The name of the field or query parameter.
    pub field: String,
    /// A sentence: what is wrong and what would be right.
    pub message: String,
}

/// The rule behind a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleRef {
    /// The key of the policy profile or the requirement, as in `login.unconditional`.
    pub id: String,
    /// The article, as in `佳木斯市公共数据管理办法（试行）第十七条`.
    pub article: String,
}

/// What the caller can do about an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Remedy {
    /// A sentence that says what to do.
    pub text: String,
    /// Where to do it: a path of this site.
    pub link: String,
}
