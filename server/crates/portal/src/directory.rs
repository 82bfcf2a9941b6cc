//! Regions, organizations and terms, small enough to be kept in memory.

use std::collections::HashMap;

use kaishu_store::{Listed, Store};
use kaishu_types::Lang;
use kaishu_types::organization::{OrganizationView, RegionView};
use kaishu_types::search::Facet;
use kaishu_types::vocabulary::Term;

use crate::Result;

/// Everything that codes of a dataset refer to.
#[derive(Debug, Default)]
pub struct Directory {
    /// All regions, upper ones first.
    pub regions: Vec<RegionView>,
    /// All organizations.
    pub organizations: Vec<OrganizationView>,
    /// All terms of the vocabularies, in their order.
    pub terms: Vec<Term>,
    region_places: HashMap<String, usize>,
    organization_places: HashMap<String, usize>,
    term_places: HashMap<(String, String), usize>,
}

impl Directory {
    /// Loads everything from the store.
    pub(crate) async fn load(store: &Store, listed: Listed) -> Result<Self> {
        let regions = kaishu_store::regions::list(store, listed).await?;
        let organizations = kaishu_store::organizations::list(store, listed).await?;
        let terms = kaishu_store::vocabulary::list(store).await?;
        Ok(Self::new(regions, organizations, terms))
    }

    fn new(
        regions: Vec<RegionView>,
        organizations: Vec<OrganizationView>,
        terms: Vec<Term>,
    ) -> Self {
        let regions = with_those_below(regions);
        let region_places: HashMap<String, usize> =
            regions.iter().enumerate().map(|(place, it)| (it.named.code.clone(), place)).collect();
        let organization_places = organizations
            .iter()
            .enumerate()
            .map(|(place, it)| (it.named.code.clone(), place))
            .collect();
        let term_places = terms
            .iter()
            .enumerate()
            .map(|(place, it)| ((it.vocabulary.clone(), it.code.clone()), place))
            .collect();
        Self { regions, organizations, terms, region_places, organization_places, term_places }
    }

    /// Finds a region.
    pub fn region(&self, code: &str) -> Option<&RegionView> {
        self.regions.get(*self.region_places.get(code)?)
    }

    /// Finds an organization.
    pub fn organization(&self, code: &str) -> Option<&OrganizationView> {
        self.organizations.get(*self.organization_places.get(code)?)
    }

    /// Finds a term.
    pub fn term(&self, vocabulary: &str, code: &str) -> Option<&Term> {
        self.terms.get(*self.term_places.get(&(vocabulary.to_owned(), code.to_owned()))?)
    }

    /// Lists the terms of a vocabulary in their order.
    pub fn vocabulary<'a>(&'a self, vocabulary: &'a str) -> impl Iterator<Item = &'a Term> {
        self.terms.iter().filter(move |term| term.vocabulary == vocabulary)
    }

    /// Returns the word for a code, or the code where there is none.
    pub fn label(&self, vocabulary: &str, code: &str, lang: Lang) -> String {
        self.term(vocabulary, code)
            .map_or_else(|| code.to_owned(), |term| term.label(lang).to_owned())
    }

    /// Returns the address of a term, where it has one.
    pub fn uri(&self, vocabulary: &str, code: &str) -> Option<&str> {
        self.term(vocabulary, code)?.uri.as_deref()
    }

    /// Returns the word for a value of a facet; `None` for a value that does not exist.
    pub fn facet_label(&self, facet: Facet, value: &str, lang: Lang) -> Option<String> {
        use kaishu_types::vocabulary::{Format, Frequency, OpenClass, RegionLevel, UpdatedWithin};
        match facet {
            Facet::Theme => self.term("theme", value).map(|term| term.label(lang).to_owned()),
            Facet::Org => self.organization(value).map(|it| it.named.label(lang).to_owned()),
            Facet::Region => self.region(value).map(|it| it.named.label(lang).to_owned()),
            Facet::Open => value.parse::<OpenClass>().ok().map(|it| it.label(lang).to_owned()),
            Facet::Updated => {
                value.parse::<UpdatedWithin>().ok().map(|it| it.label(lang).to_owned())
            }
            Facet::Level => value.parse::<RegionLevel>().ok().map(|it| it.label(lang).to_owned()),
            Facet::Format => value.parse::<Format>().ok().map(|it| it.label(lang).to_owned()),
            Facet::Frequency => value.parse::<Frequency>().ok().map(|it| it.label(lang).to_owned()),
        }
    }
}

/// Adds to each region the datasets of all regions below it (CAT-12).
fn with_those_below(mut regions: Vec<RegionView>) -> Vec<RegionView> {
    let parents: HashMap<String, Option<String>> = regions
        .iter()
        .map(|it| (it.named.code.clone(), it.parent.as_ref().map(|parent| parent.code.clone())))
        .collect();
    let mut sums: HashMap<String, u64> = HashMap::new();
    for region in &regions {
        let mut place = Some(region.named.code.clone());
        let mut n_steps = 0;
        while let Some(code) = place {
            *sums.entry(code.clone()).or_default() += region.n_datasets;
            n_steps += 1;
            // The store allows no ring, but a ring must not hang us.
            let goes_on = n_steps <= parents.len();
            place = parents.get(&code).cloned().flatten().filter(|_| goes_on);
        }
    }
    for region in &mut regions {
        region.n_datasets = sums.get(&region.named.code).copied().unwrap_or_default();
    }
    regions
}

#[cfg(test)]
mod tests {
    use kaishu_types::organization::Named;
    use kaishu_types::vocabulary::RegionLevel;

    use super::*;

    fn region(code: &str, parent: Option<&str>, n_datasets: u64) -> RegionView {
        let named =
            |code: &str| Named { code: code.to_owned(), name: code.to_owned(), name_en: None };
        RegionView {
            named: named(code),
            level: RegionLevel::County,
            parent: parent.map(named),
            description: None,
            authority: None,
            n_datasets,
        }
    }

    /// Proves CAT-12: a region counts its own datasets and those of all levels below.
    #[test]
    fn a_region_counts_all_below_it() {
        let regions = vec![
            region("YX", None, 5),
            region("YX-LC", Some("YX"), 2),
            region("YX-LC-A", Some("YX-LC"), 1),
            region("YX-QT", Some("YX"), 0),
        ];

        let summed = with_those_below(regions);

        let counts: Vec<u64> = summed.iter().map(|it| it.n_datasets).collect();
        assert_eq!(counts, [8, 3, 1, 0]);
    }
}
