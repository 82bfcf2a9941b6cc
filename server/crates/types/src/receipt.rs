//! The proof of one retrieval (DL-04).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::organization::Named;
use crate::{DatasetCode, ReceiptCode};

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
    /// The resource, where a single one was taken.
    pub resource_id: i64,
    /// What people call the resource.
    pub resource_title: String,
    /// Name of the file.
    pub file_name: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
    /// SM3 of the bytes, lower-case hex.
    pub sm3: String,
    /// The provider.
    pub provider: Named,
    /// Code of the licence.
    pub licence: String,
    /// When it was taken.
    pub retrieved_at: DateTime<Utc>,
    /// 来源：…，获取日期：…: ready to paste (anshan 35, aba 36).
    pub attribution: String,
}
