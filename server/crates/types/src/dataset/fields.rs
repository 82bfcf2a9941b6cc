//! What the provider of a dataset writes into its entry (section 4 of the requirements).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::provenance::Provenance;
use crate::table::Mask;
use crate::vocabulary::{CatalogueKind, Frequency, ItemType, OpenClass, ShareClass};

/// The law or agreement behind a class (CLS-03, CLS-04).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LegalBasis {
    /// Title of the norm, as in `中华人民共和国个人信息保护法`.
    pub title: String,
    /// Article, as in `第二十八条`.
    pub article: Option<String>,
    /// Level: law, administrative_regulation, local_regulation, rule, national_policy,
    /// provincial_policy, agreement, other.
    pub level: String,
}

/// How a dataset is opened (SRCH-03, CLS-08).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenTerms {
    /// 开放类型.
    pub class: OpenClass,
    /// 列入理由, codes of CLS-06 and CLS-07.
    #[serde(default)]
    pub grounds: Vec<String>,
    /// 为什么有条件, in a sentence.
    #[serde(default)]
    pub reason: Option<String>,
    /// 开放依据.
    #[serde(default)]
    pub basis: Vec<LegalBasis>,
    /// 开放条件.
    #[serde(default)]
    pub conditions: Vec<String>,
    /// 开放方式: download, api, query_verify.
    #[serde(default)]
    pub modes: Vec<String>,
    /// 安全保障措施.
    #[serde(default)]
    pub security_measures: Option<String>,
    /// 使用协议: a code of the vocabulary `agreement`, or `standard` (AGR-02).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<String>,
    /// 申请时须提交的材料: codes of [`MaterialKind`](crate::material::MaterialKind) (APP-03).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<String>,
}

/// How a dataset is shared between agencies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShareTerms {
    /// 共享类型.
    pub class: ShareClass,
    /// 共享条件.
    #[serde(default)]
    pub conditions: Vec<String>,
    /// 共享方式.
    #[serde(default)]
    pub modes: Vec<String>,
    /// 共享范围.
    #[serde(default)]
    pub scope: Option<String>,
    /// 共享依据.
    #[serde(default)]
    pub basis: Vec<LegalBasis>,
}

/// The catalogue fields of a dataset that its provider writes (section 4 of the requirements).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryFields {
    /// 名称.
    pub title: String,
    /// The English title.
    #[serde(default)]
    pub title_en: Option<String>,
    /// 数据摘要.
    pub summary: String,
    /// The English summary.
    #[serde(default)]
    pub summary_en: Option<String>,
    /// 关键词.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// 数据领域: a code of the vocabulary `theme`.
    pub theme: String,
    /// 行业: GB/T 4754 section letter or division.
    #[serde(default)]
    pub industry: Option<String>,
    /// 基础/主题/业务.
    pub kind: CatalogueKind,
    /// 基础数据库, where the kind is base (CAT-05).
    #[serde(default)]
    pub base_db: Option<String>,
    /// 记录主键: names of the data items that tell one record from another, where records are changed one by
    /// one (PUB-12).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub record_key: Vec<String>,
    /// 更新频率.
    pub frequency: Frequency,
    /// 开放授权协议: a code of the vocabulary `licence`.
    pub licence: String,
    /// 开放.
    pub open: OpenTerms,
    /// 共享.
    pub share: ShareTerms,
    /// 使用要求.
    #[serde(default)]
    pub usage_requirements: Option<String>,
    /// 安全级别, 1 to 4.
    pub security_level: u8,
    /// 重点、优先开放: codes of the vocabulary `priority` (CLS-11).
    #[serde(default)]
    pub priority: Vec<String>,
    /// 覆盖地区, in words.
    #[serde(default)]
    pub spatial: Option<String>,
    /// First day the data speaks of.
    #[serde(default)]
    pub temporal_start: Option<NaiveDate>,
    /// Last day the data speaks of.
    #[serde(default)]
    pub temporal_end: Option<NaiveDate>,
    /// 数据来源.
    #[serde(default)]
    pub source: Option<String>,
    /// 来源系统.
    #[serde(default)]
    pub source_system: Option<String>,
    /// 业务 (CAT-19).
    #[serde(default)]
    pub business_matter: Option<String>,
    /// 管理职责.
    #[serde(default)]
    pub mgmt_responsibility: Option<String>,
    /// 采集部门.
    #[serde(default)]
    pub collector: Option<String>,
    /// 核准部门.
    #[serde(default)]
    pub certifier: Option<String>,
    /// 分类: code of the authority's guide.
    #[serde(default)]
    pub classification: Option<String>,
    /// 数据形式.
    #[serde(default)]
    pub data_form: Vec<String>,
    /// 获取方式和依据, 上级系统, 来源目录 (CAT-14, CAT-15, CAT-20).
    #[serde(default, skip_serializing_if = "Provenance::is_empty")]
    pub provenance: Provenance,
    /// 联系人.
    #[serde(default)]
    pub contact: Option<String>,
    /// The page of the dataset at its provider.
    #[serde(default)]
    pub homepage: Option<String>,
    /// What an import found and no field holds, name by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extras: BTreeMap<String, String>,
}

/// A data item (数据项; CAT-18).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DataItemView {
    /// The name of the column in the file.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Its type.
    #[serde(rename = "type")]
    pub item_type: ItemType,
    /// Unit of measure.
    #[serde(default)]
    pub unit: Option<String>,
    /// Greatest length in characters.
    #[serde(default)]
    pub length: Option<u32>,
    /// What it means.
    #[serde(default)]
    pub description: Option<String>,
    /// 开放类型 of the item.
    pub open_class: OpenClass,
    /// 共享类型 of the item.
    pub share_class: ShareClass,
    /// Whether it is personal or otherwise sensitive.
    #[serde(default)]
    pub sensitive: bool,
    /// How its values are masked before they leave (脱敏, PUB-02).
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub mask: Option<Mask>,
    /// Why it is released although it is, or looks, personal (SEC-21).
    #[serde(default)]
    pub release_reason: Option<String>,
}
