//! Regions, organizations and terms, small enough to be kept in memory.

use std::collections::{HashMap, HashSet};

use kaishu_domain::grading::GradingRule;
use kaishu_store::{Listed, Store};
use kaishu_types::Lang;
use kaishu_types::organization::{Named, OrganizationView, RegionView};
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
    /// Places in `terms`, by vocabulary and then by code.
    term_places: HashMap<String, HashMap<String, usize>>,
    /// Terms that are no longer offered: vocabulary and code.
    retired: HashSet<(String, String)>,
    /// The organization that leads the sector of another one, by the code of that (ORG-07).
    leads: HashMap<String, String>,
    /// All grading rules there ever were, the oldest first (CLS-12).
    pub grading: Vec<GradingRule>,
}

impl Directory {
    /// Loads everything from the store.
    pub(crate) async fn load(store: &Store, listed: Listed) -> Result<Self> {
        let regions = kaishu_store::regions::list(store, listed).await?;
        let organizations = kaishu_store::organizations::list(store, listed).await?;
        let terms = kaishu_store::vocabulary::list(store).await?;
        let retired = kaishu_store::vocabulary::retired(store).await?.into_iter().collect();
        let leads = kaishu_store::sectors::marks(store).await?.into_iter().collect();
        let grading = kaishu_store::grading::list(store).await?;
        Ok(Self { retired, leads, grading, ..Self::new(regions, organizations, terms) })
    }

    /// Orders what was loaded; regions come with their own datasets only.
    pub(crate) fn new(
        regions: Vec<RegionView>,
        organizations: Vec<OrganizationView>,
        terms: Vec<Term>,
    ) -> Self {
        let region_places: HashMap<String, usize> =
            regions.iter().enumerate().map(|(place, it)| (it.named.code.clone(), place)).collect();
        let organization_places = organizations
            .iter()
            .enumerate()
            .map(|(place, it)| (it.named.code.clone(), place))
            .collect();
        let mut term_places: HashMap<String, HashMap<String, usize>> = HashMap::new();
        for (place, term) in terms.iter().enumerate() {
            let places = term_places.entry(term.vocabulary.clone()).or_default();
            places.insert(term.code.clone(), place);
        }
        let mut directory = Self {
            regions,
            organizations,
            terms,
            region_places,
            organization_places,
            term_places,
            ..Self::default()
        };
        directory.count_those_below();
        directory
    }

    /// Adds to each region the datasets of all regions below it (CAT-12).
    fn count_those_below(&mut self) {
        let mut sums: HashMap<String, u64> = HashMap::new();
        for region in &self.regions {
            for above in self.region_and_above(&region.named.code) {
                *sums.entry(above.named.code.clone()).or_default() += region.n_datasets;
            }
        }
        for region in &mut self.regions {
            region.n_datasets = sums.get(&region.named.code).copied().unwrap_or_default();
        }
    }

    /// Finds a region.
    pub fn region(&self, code: &str) -> Option<&RegionView> {
        self.regions.get(*self.region_places.get(code)?)
    }

    /// Lists a region and those above it, itself first.
    pub(crate) fn region_and_above(&self, code: &str) -> Vec<&RegionView> {
        let mut found: Vec<&RegionView> = Vec::new();
        let mut next = self.region(code);
        while let Some(region) = next {
            // The store allows no ring, but a ring must not hang us.
            if found.iter().any(|it| it.named.code == region.named.code) {
                break;
            }
            found.push(region);
            next = region.parent.as_ref().and_then(|parent| self.region(&parent.code));
        }
        found
    }

    /// Finds an organization.
    pub fn organization(&self, code: &str) -> Option<&OrganizationView> {
        self.organizations.get(*self.organization_places.get(code)?)
    }

    /// Finds the organization that leads the sector of another one (ORG-07).
    pub fn sector_lead(&self, organization: &str) -> Option<&str> {
        self.leads.get(organization).map(String::as_str)
    }

    /// Lists the organizations whose sector an organization leads, by code.
    pub(crate) fn led_by(&self, lead: &str) -> Vec<String> {
        let led = self.leads.iter().filter(|(_, it)| *it == lead);
        let mut led: Vec<String> = led.map(|(organization, _)| organization.clone()).collect();
        led.sort_unstable();
        led
    }

    /// Lists the regions directly below a region.
    pub(crate) fn below<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a RegionView> {
        self.regions.iter().filter(move |it| is_under(it.parent.as_ref(), code))
    }

    /// Lists the organizations directly under an organization.
    pub(crate) fn under<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a OrganizationView> {
        self.organizations.iter().filter(move |it| is_under(it.parent.as_ref(), code))
    }

    /// Finds a term.
    pub fn term(&self, vocabulary: &str, code: &str) -> Option<&Term> {
        self.terms.get(*self.term_places.get(vocabulary)?.get(code)?)
    }

    /// Lists the terms of a vocabulary in their order.
    pub fn vocabulary<'a>(&'a self, vocabulary: &'a str) -> impl Iterator<Item = &'a Term> {
        self.terms.iter().filter(move |term| term.vocabulary == vocabulary)
    }

    /// Whether a term is no longer offered; what uses it keeps it.
    pub fn is_retired(&self, term: &Term) -> bool {
        self.retired.contains(&(term.vocabulary.clone(), term.code.clone()))
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

fn is_under(parent: Option<&Named>, code: &str) -> bool {
    parent.is_some_and(|parent| parent.code == code)
}

#[cfg(test)]
mod tests {
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

    /// A region counts its own datasets and those of all levels below.
    #[test]
    fn a_region_counts_all_below_it() {
        let regions = vec![
            region("YX", None, 5),
            region("YX-LC", Some("YX"), 2),
            region("YX-LC-A", Some("YX-LC"), 1),
            region("YX-QT", Some("YX"), 0),
        ];

        let directory = Directory::new(regions, Vec::new(), Vec::new());

        let counts: Vec<u64> = directory.regions.iter().map(|it| it.n_datasets).collect();
        assert_eq!(counts, [8, 3, 1, 0]);
    }

    fn codes<'a>(regions: impl IntoIterator<Item = &'a RegionView>) -> Vec<&'a str> {
        regions.into_iter().map(|it| it.named.code.as_str()).collect()
    }

    /// A zone knows the regions above it and directly below it.
    #[test]
    fn a_region_knows_what_is_above_and_below_it() {
        let regions = vec![
            region("YX", None, 0),
            region("YX-LC", Some("YX"), 0),
            region("YX-QT", Some("YX"), 0),
            region("YX-LC-A", Some("YX-LC"), 0),
        ];
        let directory = Directory::new(regions, Vec::new(), Vec::new());

        assert_eq!(codes(directory.region_and_above("YX-LC-A")), ["YX-LC-A", "YX-LC", "YX"]);
        assert_eq!(codes(directory.below("YX")), ["YX-LC", "YX-QT"]);
        assert_eq!(codes(directory.below("YX-LC-A")), [] as [&str; 0]);
        assert_eq!(codes(directory.region_and_above("YX-XX")), [] as [&str; 0]);
    }

    #[test]
    fn a_ring_of_regions_hangs_nobody() {
        let regions = vec![region("A", Some("B"), 1), region("B", Some("A"), 2)];
        let directory = Directory::new(regions, Vec::new(), Vec::new());

        assert_eq!(codes(directory.region_and_above("A")), ["A", "B"]);
    }

    #[test]
    fn a_term_is_found_in_its_own_vocabulary_only() {
        let term = |vocabulary: &str, label: &str| Term {
            vocabulary: vocabulary.to_owned(),
            code: "other".to_owned(),
            label_zh: label.to_owned(),
            label_en: label.to_owned(),
            uri: None,
            position: 0,
        };
        let terms = vec![term("theme", "其他领域"), term("licence", "其他协议")];
        let directory = Directory::new(Vec::new(), Vec::new(), terms);

        assert_eq!(directory.label("licence", "other", Lang::Zh), "其他协议");
        assert_eq!(directory.label("theme", "other", Lang::Zh), "其他领域");
        assert_eq!(directory.term("priority", "other"), None);
    }
}
