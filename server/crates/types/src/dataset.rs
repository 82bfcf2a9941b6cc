//! Views of datasets: the card in a list and the whole entry (section 4 of the requirements).

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::organization::Named;
use crate::vocabulary::{
    CatalogueKind, DatasetState, Format, Frequency, ItemType, OpenClass, RegionLevel, ResourceKind,
    ShareClass,
};
use crate::{DatasetCode, Lang};

/// What a list shows of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DatasetCard {
    /// 目录编码.
    pub code: DatasetCode,
    /// 名称.
    pub title: String,
    /// The English title, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<String>,
    /// 数据摘要.
    pub summary: String,
    /// The English summary, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary_en: Option<String>,
    /// 提供部门.
    pub organization: Named,
    /// 专区.
    pub region: Named,
    /// 数据领域: a code of the vocabulary `theme`.
    pub theme: String,
    /// 开放类型: the strictest of its public data items.
    pub open_class: OpenClass,
    /// Formats of its resources, each once.
    pub formats: Vec<Format>,
    /// 更新频率.
    pub frequency: Frequency,
    /// When the data last changed.
    pub updated_at: DateTime<Utc>,
    /// When the next update is due (PUB-04).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_due: Option<NaiveDate>,
    /// Data items that the public may know of.
    pub n_items: u32,
    /// Of these, the ones that can be downloaded at once.
    pub n_open_items: u32,
    /// Published, suspended and so on.
    pub state: DatasetState,
    /// The identifier in the catalogue it was imported from (ZON-05).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
}

impl DatasetCard {
    /// Returns the title in a language, or the only one there is.
    pub fn title(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.title,
            Lang::En => self.title_en.as_deref().unwrap_or(&self.title),
        }
    }

    /// Returns the summary in a language, or the only one there is.
    pub fn summary(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.summary,
            Lang::En => self.summary_en.as_deref().unwrap_or(&self.summary),
        }
    }

    /// Compares the next due date with today (PUB-04, SRCH-07).
    pub fn freshness(&self, today: NaiveDate) -> Freshness {
        Freshness::of(self.frequency, self.next_due, today)
    }
}

/// Whether a dataset keeps its update promise (SRCH-07).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Freshness {
    /// Updated as promised.
    OnTime,
    /// Due within 20 % of the period or 3 days.
    DueSoon {
        /// When.
        due: NaiveDate,
    },
    /// The due date has passed.
    Overdue {
        /// When it was due.
        due: NaiveDate,
        /// Days since then.
        days: u32,
    },
    /// There is no cycle to keep.
    NoCycle,
}

impl Freshness {
    /// Judges a due date on a day.
    pub fn of(frequency: Frequency, next_due: Option<NaiveDate>, today: NaiveDate) -> Self {
        let (Some(due), Some(period_days)) = (next_due, frequency.period_days()) else {
            return Self::NoCycle;
        };
        let days_left = (due - today).num_days();
        if days_left < 0 {
            let days = u32::try_from(-days_left).unwrap_or(u32::MAX);
            return Self::Overdue { due, days };
        }
        let soon_days = (i64::from(period_days) / 5).max(3);
        if days_left <= soon_days && period_days > 7 {
            return Self::DueSoon { due };
        }
        Self::OnTime
    }
}

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
}

/// A file or an interface of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResourceView {
    /// Number of the resource, unique on the portal.
    pub id: i64,
    /// What people call it.
    pub title: String,
    /// What is in it.
    #[serde(default)]
    pub description: Option<String>,
    /// File, interface or link.
    pub kind: ResourceKind,
    /// Its format.
    pub format: Format,
    /// Media type, as in `text/csv`.
    #[serde(default)]
    pub media_type: Option<String>,
    /// Where it is, for links and interfaces.
    #[serde(default)]
    pub url: Option<String>,
    /// Name of the file as uploaded.
    #[serde(default)]
    pub file_name: Option<String>,
    /// Size in bytes.
    #[serde(default)]
    pub size_bytes: Option<u64>,
    /// SHA-256 of the bytes, lower-case hex.
    #[serde(default)]
    pub sha256: Option<String>,
    /// SM3 of the bytes, lower-case hex.
    #[serde(default)]
    pub sm3: Option<String>,
    /// Character encoding of a text file.
    #[serde(default)]
    pub encoding: Option<String>,
    /// Rows of a table, without its header.
    #[serde(default)]
    pub n_rows: Option<u64>,
    /// Columns of a table.
    #[serde(default)]
    pub n_columns: Option<u32>,
    /// The version it came with.
    pub version: u32,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// The identifier at its source.
    #[serde(default)]
    pub source_id: Option<String>,
}

/// An immutable publication (PUB-14, CAT-10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionView {
    /// Counts from 1.
    pub number: u32,
    /// What is new, in the provider's words.
    pub note: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// Names of the catalogue fields that differ from the version before.
    #[serde(default)]
    pub changed_fields: Vec<String>,
    /// Resources of this version.
    #[serde(default)]
    pub resources: Vec<ResourceView>,
    /// Whether the entry and every data item of it were unconditional. It decides whether the files
    /// of the version may leave and is told to nobody: it would speak of items that are not shown.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub is_wholly_open: bool,
}

/// Where an imported entry came from (ZON-05).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SourceView {
    /// Name of the catalogue it came from.
    pub name: String,
    /// Its identifier there.
    pub id: String,
    /// Its page there.
    #[serde(default)]
    pub url: Option<String>,
    /// When it was last taken over.
    pub imported_at: DateTime<Utc>,
}

/// A whole entry of the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DatasetView {
    /// 目录编码.
    pub code: DatasetCode,
    /// Published, suspended and so on.
    pub state: DatasetState,
    /// Why it is suspended, withdrawn or retired (SRCH-08).
    #[serde(default)]
    pub state_reason: Option<String>,
    /// Since when it is in this state.
    pub state_since: DateTime<Utc>,
    /// 提供部门.
    pub organization: Named,
    /// 专区.
    pub region: Named,
    /// 层级.
    pub level: RegionLevel,
    /// What its provider wrote.
    #[serde(flatten)]
    pub fields: EntryFields,
    /// Number of the version that serves now.
    pub version: u32,
    /// When it first appeared.
    pub published_at: DateTime<Utc>,
    /// When the data last changed.
    pub updated_at: DateTime<Utc>,
    /// When the next update is due (PUB-04).
    #[serde(default)]
    pub next_due: Option<NaiveDate>,
    /// 数据项, without those that the public may not know of.
    pub items: Vec<DataItemView>,
    /// Resources of the version that serves now.
    pub resources: Vec<ResourceView>,
    /// All versions, newest first.
    pub versions: Vec<VersionView>,
    /// Where it was imported from.
    #[serde(rename = "imported_from", default)]
    pub origin: Option<SourceView>,
    /// The same as `imported_from.id`, for programs.
    #[serde(default)]
    pub source_id: Option<String>,
    /// Downloads so far.
    pub n_downloads: u64,
    /// Views so far.
    pub n_views: u64,
}

impl DatasetView {
    /// Returns the title in a language, or the only one there is.
    pub fn title(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.fields.title,
            Lang::En => self.fields.title_en.as_deref().unwrap_or(&self.fields.title),
        }
    }

    /// Returns the summary in a language, or the only one there is.
    pub fn summary(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.fields.summary,
            Lang::En => self.fields.summary_en.as_deref().unwrap_or(&self.fields.summary),
        }
    }

    /// Compares the next due date with today (PUB-04, SRCH-07).
    pub fn freshness(&self, today: NaiveDate) -> Freshness {
        Freshness::of(self.fields.frequency, self.next_due, today)
    }
}
