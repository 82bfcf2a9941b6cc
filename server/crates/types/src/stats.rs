//! Public statistics (SHOW-07).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::UsePurpose;
use crate::organization::Named;

/// A label with a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Count {
    /// The code of what was counted.
    pub value: String,
    /// The word people read.
    pub label: String,
    /// How many.
    pub count: u64,
}

/// Datasets of a class or region, and how much they were used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupStats {
    /// The code of the class or region.
    pub value: String,
    /// The word people read.
    pub label: String,
    /// Public datasets.
    pub count: u64,
    /// Pages of them shown so far.
    pub n_views: u64,
    /// Downloads of them so far.
    pub n_downloads: u64,
}

/// Views and downloads of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayUsage {
    /// The day, in the portal's time zone.
    pub day: NaiveDate,
    /// Dataset pages shown.
    pub views: u64,
    /// Files taken.
    pub downloads: u64,
}

/// A provider's share of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderStats {
    /// The provider.
    pub organization: Named,
    /// Its public datasets.
    pub n_datasets: u64,
    /// Of these, the overdue ones.
    pub n_overdue: u64,
    /// Downloads of them.
    pub n_downloads: u64,
}

/// The figures of the portal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PortalStats {
    /// Public datasets.
    pub n_datasets: u64,
    /// Public data items.
    pub n_items: u64,
    /// Public resources.
    pub n_resources: u64,
    /// Organizations with at least one public dataset.
    pub n_organizations: u64,
    /// Downloads so far.
    pub n_downloads: u64,
    /// Dataset pages shown so far.
    pub n_views: u64,
    /// Public datasets that are overdue.
    pub n_overdue: u64,
    /// Public datasets and their use by open class.
    pub by_class: Vec<GroupStats>,
    /// Public datasets by theme.
    pub by_theme: Vec<Count>,
    /// Public datasets and their use by region (with all below).
    pub by_region: Vec<GroupStats>,
    /// Public datasets by update frequency.
    pub by_frequency: Vec<Count>,
    /// Resources by format.
    pub by_format: Vec<Count>,
    /// Public datasets by provider.
    pub by_provider: Vec<ProviderStats>,
    /// The last 30 days, oldest first.
    pub by_day: Vec<DayUsage>,
}

/// Grants of conditional data that are counted together: three at least, each in one row only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrantCount {
    /// The dataset; null where those of several are counted together.
    pub dataset: Option<Named>,
    /// The provider; null where those of several are counted together.
    pub organization: Option<Named>,
    /// What the data is wanted for; null where several purposes are counted together.
    pub purpose: Option<UsePurpose>,
    /// The year in which they began; null where several are counted together.
    pub year: Option<i32>,
    /// Those that go on, suspended ones among them; null for one or two.
    pub n_going_on: Option<u64>,
    /// Those that ran out or were given back; null for one or two.
    pub n_ended: Option<u64>,
    /// Those that were revoked; null for one or two.
    pub n_revoked: Option<u64>,
}

/// The register of grants, without names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrantCounts {
    /// The rows; no grant is counted in two of them.
    pub items: Vec<GrantCount>,
}
