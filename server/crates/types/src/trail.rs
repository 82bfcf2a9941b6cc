//! The trail of a copy: from what was delivered to where it came from and who approved it, and back (SEC-02).
//!
//! A copy that was taken under a grant leads to its application and what was signed; what an agency took or received of
//! another one, to its share request. Whoever takes open data is not identified, and is in no answer.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::DatasetCode;
use crate::case::{CaseKind, Worded};
use crate::dataset::SourceView;
use crate::organization::Named;
use crate::receipt::ReceiptView;
use crate::vocabulary::{DatasetState, OpenClass};

/// The trail of a copy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrailView {
    /// The copies that were delivered, as far as receipts tell, the newest first.
    pub copies: Vec<ReceiptView>,
    /// Where the next copies begin.
    pub next: Option<i64>,
    /// Where they came from, and what is asked for: each version once.
    pub sources: Vec<TrailSource>,
    /// The applications and share requests under whose grants copies were taken, each once.
    pub requests: Vec<TrailRequest>,
}

/// An application or a share request, with what was decided, signed and granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrailRequest {
    /// Number of the case.
    pub case: i64,
    /// What it is: an application, or a share request of an agency.
    pub kind: CaseKind,
    /// The number that people know it by.
    pub number: String,
    /// Who applied; of a share request, the agency that asked.
    pub applicant: String,
    /// What for, in words.
    pub purpose: String,
    /// Where the case is, in words.
    pub state: String,
    /// The last day of the grant.
    pub until: Option<NaiveDate>,
    /// The number under which the grant was filed; shared data is not filed.
    pub filing: Option<String>,
    /// What was decided, signed and handed over, in its order.
    pub acts: Vec<TrailAct>,
    /// What was signed: number in the register and SHA-256 of the text.
    pub documents: Vec<TrailDocument>,
}

/// A document that was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrailDocument {
    /// Its number in the register.
    pub id: i64,
    /// What it is, as in `usage_agreement`.
    pub kind: String,
    /// SHA-256 of its text, lower-case hex.
    pub sha256: String,
}

/// A version of a dataset, where it came from and how it became public.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrailSource {
    /// The dataset.
    pub dataset: DatasetCode,
    /// What it is now: published, suspended and so on.
    pub state: DatasetState,
    /// The version.
    pub version: u32,
    /// What the version calls it.
    pub title: String,
    /// Who provided it then.
    pub provider: Named,
    /// Its class in that version.
    pub class: OpenClass,
    /// Code of its licence in that version.
    pub licence: String,
    /// When the version was published.
    pub published_at: DateTime<Utc>,
    /// The files that the answer is about.
    pub files: Vec<TrailFile>,
    /// The review that approved it; none of an entry that was imported.
    pub opening: Option<TrailOpening>,
    /// Who published newer data under that approval, where the version brought nothing else.
    pub refreshed: Option<TrailAct>,
    /// Where it was imported from.
    pub imported_from: Option<SourceView>,
}

/// A file of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrailFile {
    /// Its number.
    pub id: i64,
    /// Its title.
    pub title: String,
    /// SHA-256 of the bytes as they were uploaded, lower-case hex.
    pub sha256: Option<String>,
}

/// The review that approved the opening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrailOpening {
    /// Number of the case.
    pub case: i64,
    /// The number under which it was filed, where the rules demand that.
    pub filing: Option<String>,
    /// What was done, in its order: submitted, each step of the review, published.
    pub acts: Vec<TrailAct>,
}

/// Something that somebody did on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrailAct {
    /// Its place in the log.
    pub seq: i64,
    /// What was done.
    pub event: Worded,
    /// The step of the review that it took.
    pub step: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// The name of who did it.
    pub by: String,
    /// As what, for whom.
    pub acting: Option<String>,
    /// Why, or what was thought of it.
    pub reason: String,
}
