//! Materials that an entry demands of applicants: what shows that they can keep the data safe and work with it (APP-03;
//! aba 30, yulin 11, jiamusi 16).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::vocabulary::vocabulary;

vocabulary! {
    /// What a material shows.
    MaterialKind("material_kind") {
        /// 主体资格.
        Standing = "standing", "主体资格证明", "Proof of legal standing";
        /// 安全管理制度.
        SecurityRules = "security_rules", "数据安全管理制度", "Data security rules";
        /// 安全技术措施.
        SecurityTechnology = "security_technology", "安全技术措施说明", "Technical safeguards";
        /// 网络安全等级保护.
        ClassifiedProtection = "classified_protection", "网络安全等级保护备案证明", "Record of classified protection";
        /// 数据处理能力.
        ProcessingCapacity = "processing_capacity", "数据处理能力证明", "Capacity to process the data";
        /// 专业资质.
        Qualification = "qualification", "专业资质证书", "Professional qualification";
        /// 项目或者课题.
        Project = "project", "项目或者课题证明", "Proof of the project";
    }
}

/// A material as an application names it: the file itself is kept elsewhere, encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Material {
    /// What it shows.
    pub kind: MaterialKind,
    /// Its number.
    pub id: i64,
    /// Name of the file.
    pub file_name: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the file as it was given, lower-case hex.
    pub sha256: String,
    /// The last day on which it holds; none where it says no end.
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
}

impl Material {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_until.is_none_or(|last| day <= last)
    }
}
