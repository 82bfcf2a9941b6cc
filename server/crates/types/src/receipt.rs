//! The proof of one retrieval (DL-04).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::organization::Named;
use crate::{DatasetCode, ReceiptCode};

/// What a retrieval took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Retrieved {
    /// The uploaded bytes of a file.
    #[default]
    Original,
    /// The answer of a question to a table, as a file.
    Export,
    /// Rows of a table, page by page, in one session of a client.
    Rows,
    /// All that is open of a dataset, in one archive.
    Bundle,
    /// Answers whether something is so; nothing of the data itself.
    Verified,
    /// Shared data that its provider handed over on a medium, confirmed by the agency that received it.
    Offline,
}

impl Retrieved {
    /// Its word in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Export => "export",
            Self::Rows => "rows",
            Self::Bundle => "bundle",
            Self::Verified => "verified",
            Self::Offline => "offline",
        }
    }
}

impl std::str::FromStr for Retrieved {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Original, Self::Export, Self::Rows, Self::Bundle, Self::Verified, Self::Offline]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("`{text}` is no kind of retrieval"))
    }
}

/// A retrieval receipt: what was taken, whose it is, when, and the line that attributes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceiptView {
    /// The number to verify it by.
    pub code: ReceiptCode,
    /// The dataset.
    pub dataset: DatasetCode,
    /// Its title at that time.
    pub dataset_title: String,
    /// The version that was taken.
    pub version: u32,
    /// What was taken of it.
    #[serde(default)]
    pub kind: Retrieved,
    /// The question, as the parameters of its address; `None` where all was taken.
    #[serde(default)]
    pub question: Option<String>,
    /// The resource, where a single one was taken.
    pub resource_id: Option<i64>,
    /// What people call the resource.
    pub resource_title: String,
    /// Name of the file.
    pub file_name: String,
    /// Size in bytes; `None` of rows, and of a file that was not sent to its end.
    pub size_bytes: Option<u64>,
    /// SHA-256 of the bytes, lower-case hex; `None` as the size.
    pub sha256: Option<String>,
    /// SM3 of the bytes, lower-case hex; only of uploaded bytes.
    pub sm3: Option<String>,
    /// The provider.
    pub provider: Named,
    /// Code of the licence.
    pub licence: String,
    /// Whether whoever took it accepted the licence with it (AGR-10); what is taken under a grant is under the agreement
    /// that was signed.
    #[serde(default)]
    pub licence_accepted: bool,
    /// When it was taken.
    pub retrieved_at: DateTime<Utc>,
    /// 来源：…，获取日期：…: ready to paste (anshan 35, aba 36).
    pub attribution: String,
}
