//! Organizations, regions and their zones (ZON-01, ZON-02).

use kaishu_types::dataset::DatasetCard;
use kaishu_types::organization::{OrganizationView, RegionView};
use kaishu_types::search::{Facet, FacetCount, SearchRequest};
use kaishu_types::{Lang, OrganizationCode, RegionCode};

use crate::catalogue::Window;
use crate::{Error, Portal, Result};

/// Datasets on the page of an organization or region.
const N_CARDS: usize = 10;

/// The page of an organization.
pub struct OrganizationPage {
    /// The organization.
    pub organization: OrganizationView,
    /// The organizations under it.
    pub children: Vec<OrganizationView>,
    /// Its public datasets.
    pub n_datasets: u64,
    /// Those updated last.
    pub latest: Vec<DatasetCard>,
    /// Its datasets by theme.
    pub themes: Vec<FacetCount>,
    /// Its datasets by class.
    pub classes: Vec<FacetCount>,
}

/// The zone of a region: its page, list and figures (ZON-02).
pub struct RegionPage {
    /// The region.
    pub region: RegionView,
    /// From the topmost region down to the one above this.
    pub above: Vec<RegionView>,
    /// The regions directly below.
    pub below: Vec<RegionView>,
    /// Public datasets of the region and all below it.
    pub n_datasets: u64,
    /// Those updated last.
    pub latest: Vec<DatasetCard>,
    /// By theme.
    pub themes: Vec<FacetCount>,
    /// By provider.
    pub providers: Vec<FacetCount>,
    /// By class.
    pub classes: Vec<FacetCount>,
    /// By level.
    pub levels: Vec<FacetCount>,
}

impl Portal {
    /// Gathers the page of an organization.
    pub async fn organization_page(
        &self,
        code: &OrganizationCode,
        lang: Lang,
    ) -> Result<OrganizationPage> {
        let directory = self.directory();
        let organization = directory
            .organization(code.as_str())
            .cloned()
            .ok_or_else(|| Error::not_found("organization", code.as_str()))?;
        let children = directory.under(&organization.named.code).cloned().collect();
        let request = SearchRequest { org: vec![code.as_str().to_owned()], ..Default::default() };
        let window = Window::Page { number: 1, per_page: N_CARDS };
        let mut found = self.search(&request, window, lang).await?;
        Ok(OrganizationPage {
            organization,
            children,
            n_datasets: found.total,
            themes: take(&mut found.facets, Facet::Theme),
            classes: take(&mut found.facets, Facet::Open),
            latest: found.hits.into_iter().map(|hit| hit.card).collect(),
        })
    }

    /// Gathers the zone of a region.
    pub async fn region_page(&self, code: &RegionCode, lang: Lang) -> Result<RegionPage> {
        let directory = self.directory();
        let region = directory
            .region(code.as_str())
            .cloned()
            .ok_or_else(|| Error::not_found("region", code.as_str()))?;
        let mut above: Vec<RegionView> =
            directory.region_and_above(code.as_str()).into_iter().skip(1).cloned().collect();
        above.reverse();
        let below = directory.below(&region.named.code).cloned().collect();
        let request =
            SearchRequest { region: vec![code.as_str().to_owned()], ..Default::default() };
        let window = Window::Page { number: 1, per_page: N_CARDS };
        let mut found = self.search(&request, window, lang).await?;
        Ok(RegionPage {
            region,
            above,
            below,
            n_datasets: found.total,
            themes: take(&mut found.facets, Facet::Theme),
            providers: take(&mut found.facets, Facet::Org),
            classes: take(&mut found.facets, Facet::Open),
            levels: take(&mut found.facets, Facet::Level),
            latest: found.hits.into_iter().map(|hit| hit.card).collect(),
        })
    }
}

fn take(facets: &mut Vec<crate::catalogue::FacetView>, facet: Facet) -> Vec<FacetCount> {
    let place = facets.iter().position(|it| it.facet == facet);
    place.map(|place| facets.swap_remove(place).options).unwrap_or_default()
}
