//! A dataset in a list.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::Freshness;
use crate::organization::Named;
use crate::vocabulary::{DatasetState, Format, Frequency, OpenClass};
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
