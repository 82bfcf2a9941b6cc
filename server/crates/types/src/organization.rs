//! Views of organizations and regions.

use serde::{Deserialize, Serialize};

use crate::Lang;
use crate::vocabulary::{OrganizationKind, RegionLevel};

/// A code with its names, for links.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Named {
    /// The code used in addresses.
    pub code: String,
    /// The name, in Chinese for domestic bodies and in the original language otherwise.
    pub name: String,
    /// The English name, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
}

impl Named {
    /// Returns the name in a language, or the only one there is.
    pub fn label(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.name,
            Lang::En => self.name_en.as_deref().unwrap_or(&self.name),
        }
    }
}

/// An organization (ORG-01).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrganizationView {
    /// Code and names.
    #[serde(flatten)]
    pub named: Named,
    /// What kind of body it is.
    pub kind: OrganizationKind,
    /// Its administrative level.
    pub level: RegionLevel,
    /// Where it belongs.
    pub region: Named,
    /// The organization above it.
    pub parent: Option<Named>,
    /// What it does, in a few sentences.
    pub description: Option<String>,
    /// 第一责任人, the responsible head (ORG-02).
    pub responsible_head: Option<String>,
    /// Telephone or address of the data officer.
    pub contact: Option<String>,
    /// Its own web site.
    pub homepage: Option<String>,
    /// Published datasets of the classes that the public may see.
    pub n_datasets: u64,
}

/// A region with its zone (ZON-01, ZON-02).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegionView {
    /// Code and names.
    #[serde(flatten)]
    pub named: Named,
    /// Province, prefecture, county, township or village.
    pub level: RegionLevel,
    /// The region above it.
    pub parent: Option<Named>,
    /// A few sentences for its zone.
    pub description: Option<String>,
    /// The one data authority of the region (ORG-04).
    pub authority: Option<Named>,
    /// Published datasets of the region and of all below it (CAT-12).
    pub n_datasets: u64,
}
