//! What is asked of the catalogue, and what it answers.

use serde::{Deserialize, Serialize};

use crate::dataset::DatasetCard;
use crate::vocabulary::{Format, Frequency, OpenClass, RegionLevel, UpdatedWithin};

/// A search. Values within a facet are alternatives; facets restrict each other (SRCH-01).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct SearchRequest {
    /// Words, phrases in quotes; empty for everything.
    pub q: String,
    /// Codes of the vocabulary `theme`.
    pub theme: Vec<String>,
    /// Codes of organizations.
    pub org: Vec<String>,
    /// Codes of regions; a region includes all below it (CAT-12).
    pub region: Vec<String>,
    /// Levels (ZON-01).
    pub level: Vec<RegionLevel>,
    /// Open classes.
    pub open: Vec<OpenClass>,
    /// Formats.
    pub format: Vec<Format>,
    /// Update frequencies.
    pub frequency: Vec<Frequency>,
    /// How recent.
    pub updated: Option<UpdatedWithin>,
    /// Codes of the vocabulary `priority` (SRCH-06).
    pub priority: Vec<String>,
    /// The name or label of a data item (SRCH-01).
    pub item: Option<String>,
    /// Order of the results.
    pub sort: Sort,
    /// Take the words as typed: no synonyms, no pinyin.
    pub exact: bool,
}

impl SearchRequest {
    /// Returns how many restrictions are chosen besides the words.
    pub fn n_filters(&self) -> usize {
        self.theme.len()
            + self.org.len()
            + self.region.len()
            + self.level.len()
            + self.open.len()
            + self.format.len()
            + self.frequency.len()
            + usize::from(self.updated.is_some())
            + self.priority.len()
            + usize::from(self.item.is_some())
    }
}

/// The order of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Best match first; without words, newest first.
    #[default]
    Relevance,
    /// Latest update first.
    Updated,
    /// Most downloads first.
    Downloads,
    /// Longest overdue first (SRCH-07).
    Overdue,
    /// By title.
    Title,
}

impl Sort {
    /// All orders.
    pub const ALL: &'static [Self] =
        &[Self::Relevance, Self::Updated, Self::Downloads, Self::Overdue, Self::Title];

    /// Returns the code used in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Updated => "updated",
            Self::Downloads => "downloads",
            Self::Overdue => "overdue",
            Self::Title => "title",
        }
    }

    /// Reads the code used in addresses.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|sort| sort.as_str() == text)
    }
}

/// A part of a text, and whether it matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Span {
    /// The text.
    pub text: String,
    /// Whether it matched.
    pub hit: bool,
}

/// A field that matched, with its text or the part of it around the match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Highlight {
    /// `title`, `summary`, `item`, `keyword` or `organization`.
    pub field: MatchField,
    /// The text in parts.
    pub spans: Vec<Span>,
}

/// A field that can match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MatchField {
    /// The title.
    Title,
    /// The summary.
    Summary,
    /// The label or name of a data item.
    Item,
    /// A keyword.
    Keyword,
    /// The name of the provider.
    Organization,
}

/// One result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchHit {
    /// The dataset.
    #[serde(flatten)]
    pub card: DatasetCard,
    /// Why it matched.
    pub highlights: Vec<Highlight>,
}

/// A value of a facet and how many results choosing it would give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FacetCount {
    /// The code to put into the address.
    pub value: String,
    /// The word people read.
    pub label: String,
    /// Results with this value under all other restrictions.
    pub count: u64,
}

/// The facets of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// Open class.
    Open,
    /// Provider.
    Org,
    /// Theme.
    Theme,
    /// Time of the last update.
    Updated,
    /// Region.
    Region,
    /// Level.
    Level,
    /// Format.
    Format,
    /// Update frequency.
    Frequency,
}

impl Facet {
    /// All facets, in the order of the page.
    pub const ALL: &'static [Self] = &[
        Self::Open,
        Self::Org,
        Self::Theme,
        Self::Updated,
        Self::Region,
        Self::Level,
        Self::Format,
        Self::Frequency,
    ];

    /// Returns the name of the query parameter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Org => "org",
            Self::Theme => "theme",
            Self::Updated => "updated",
            Self::Region => "region",
            Self::Level => "level",
            Self::Format => "format",
            Self::Frequency => "frequency",
        }
    }
}

/// A restriction that stands in the way of results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Relaxation {
    /// The facet to drop.
    pub facet: Facet,
    /// How many results there are without it.
    pub count: u64,
}

/// A suggestion while typing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Suggestion {
    /// What it is.
    pub kind: SuggestionKind,
    /// The text in parts; the matched part is marked.
    pub spans: Vec<Span>,
    /// Where it leads: a path of this site without the language.
    pub path: String,
}

/// What a suggestion leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SuggestionKind {
    /// A dataset.
    Dataset,
    /// A data item.
    Item,
    /// An organization.
    Organization,
    /// A keyword.
    Keyword,
}

/// What the index is told of a dataset. Only what the public may know goes in (SRCH-02, SRCH-04).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchDocument {
    /// What a list shows.
    pub card: DatasetCard,
    /// 关键词.
    pub keywords: Vec<String>,
    /// Names and labels of the public data items.
    pub items: Vec<ItemName>,
    /// The region and all regions above it (CAT-12).
    pub regions: Vec<String>,
    /// 层级.
    pub level: RegionLevel,
    /// Codes of the vocabulary `priority`.
    pub priority: Vec<String>,
    /// Downloads so far.
    pub n_downloads: u64,
}

/// A data item as search knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemName {
    /// The name of the column in the file.
    pub name: String,
    /// What people call it.
    pub label: String,
}
