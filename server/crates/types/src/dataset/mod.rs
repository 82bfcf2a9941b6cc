//! Views of datasets: the card in a list and the whole entry with its parts.

mod card;
mod fields;
mod freshness;
mod provenance;
mod resource;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::organization::Named;
use crate::vocabulary::{DatasetState, RegionLevel};
use crate::{DatasetCode, Lang};

pub use card::DatasetCard;
pub use fields::{DataItemView, EntryFields, LegalBasis, OpenTerms, ShareTerms};
pub use freshness::Freshness;
pub use provenance::{Acquisition, Provenance};
pub use resource::{BasisOfChange, ResourceView, VersionView};

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
