//! Finding and reading: search, the home page, the page of a dataset.

use std::sync::Arc;

use chrono::Days;
use kaishu_search::{Page, SearchResult};
use kaishu_types::dataset::{DatasetCard, DatasetView, VersionView};
use kaishu_types::search::{Facet, FacetCount, Relaxation, SearchHit, SearchRequest, Suggestion};
use kaishu_types::stats::Count;
use kaishu_types::vocabulary::OpenClass;
use kaishu_types::{DatasetCode, FieldError, Lang};

use crate::directory::Directory;
use crate::downloads::attribution;
use crate::rules::{ArticleQuote, FileAccess, PublicView};
use crate::{Error, Portal, Result, Text, blocking, statistics};

/// Most suggestions at once.
const N_SUGGESTIONS: usize = 8;

/// Values of a facet in an answer; thousands of providers would be most of every page.
const MAX_FACET_VALUES: usize = 100;

/// Datasets in a list of the home page.
const N_ON_HOME: usize = 6;

/// Which part of the results is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Window {
    /// A page, from 1.
    Page {
        /// Its number.
        number: usize,
        /// Results on a page.
        per_page: usize,
    },
    /// What follows a cursor, or the beginning.
    After {
        /// The cursor of the reply before.
        cursor: Option<String>,
        /// Most results.
        limit: usize,
    },
}

/// The answer of the catalogue.
#[derive(Debug, Clone)]
pub struct CatalogueView {
    /// How many datasets match.
    pub total: u64,
    /// The wanted part of them.
    pub hits: Vec<SearchHit>,
    /// All facets in the order of the page.
    pub facets: Vec<FacetView>,
    /// Codes and words of the chosen priority topics.
    pub priority: Vec<(String, String)>,
    /// Synonyms that were searched as well.
    pub expanded: Vec<String>,
    /// Words of the request that no dataset has.
    pub unknown: Vec<String>,
    /// Whether no dataset has all words, so that results have most of them.
    pub partial: bool,
    /// A better spelling, where nothing was found.
    pub spelling: Option<String>,
    /// Filters whose removal gives results, where nothing was found.
    pub relaxations: Vec<Relaxation>,
    /// Where to go on.
    pub next: Option<String>,
}

/// A facet with its values.
#[derive(Debug, Clone)]
pub struct FacetView {
    /// The facet.
    pub facet: Facet,
    /// Its values with the number of results that each gives.
    pub options: Vec<FacetCount>,
}

impl FacetView {
    /// Returns the word for a value.
    pub fn label(&self, value: &str) -> Option<&str> {
        self.options.iter().find(|it| it.value == value).map(|it| it.label.as_str())
    }
}

/// What the home page shows.
#[derive(Debug, Clone)]
pub struct HomeView {
    /// Public datasets.
    pub n_datasets: u64,
    /// Of each class.
    pub by_class: Vec<Count>,
    /// Of each theme that has any, in the order of the vocabulary.
    pub by_theme: Vec<Count>,
    /// Updated last.
    pub latest: Vec<DatasetCard>,
    /// Downloaded most; empty where nothing was downloaded yet.
    pub most_used: Vec<DatasetCard>,
    /// Priority topics with their datasets (SRCH-06).
    pub by_priority: Vec<Count>,
    /// Words to try.
    pub popular: Vec<String>,
    /// Working days until an application is answered (`open_app.reply_wd`).
    pub reply_working_days: u32,
}

/// What the page of a dataset shows.
pub struct DatasetPage {
    /// The entry, without what the public may not know.
    pub dataset: DatasetView,
    /// The words for its codes.
    pub terms: Arc<Directory>,
    /// Whether its files can be taken without a grant.
    pub may_download: bool,
    /// Why a login is needed for open data, where it is (`login.unconditional`).
    pub login_rule: Option<Arc<ArticleQuote>>,
    /// The article behind its class.
    pub class_rule: Option<Arc<ArticleQuote>>,
    /// The article that demands attribution (`attribution.rule`).
    pub attribution_rule: Option<Arc<ArticleQuote>>,
    /// The line that attributes it, for today.
    pub citation: Text,
    /// schema.org description.
    pub json_ld: serde_json::Value,
    /// Working days until an application is answered.
    pub reply_working_days: u32,
}

/// What the page of one version shows.
pub struct VersionPage {
    /// The entry as it is now.
    pub dataset: DatasetView,
    /// The version.
    pub version: VersionView,
    /// Whether its files can be taken without a grant.
    pub may_download: bool,
}

impl Portal {
    /// Searches the catalogue (SRCH-01, SRCH-02).
    ///
    /// # Errors
    ///
    /// Names codes that do not exist, and a cursor that is none.
    pub async fn search(
        &self,
        request: &SearchRequest,
        window: Window,
        lang: Lang,
    ) -> Result<CatalogueView> {
        self.search_with(request, window, lang, MAX_FACET_VALUES).await
    }

    /// Searches the catalogue and lists every value of every facet.
    ///
    /// # Errors
    ///
    /// As [`search`](Self::search).
    pub async fn search_with_all_values(
        &self,
        request: &SearchRequest,
        window: Window,
        lang: Lang,
    ) -> Result<CatalogueView> {
        self.search_with(request, window, lang, usize::MAX).await
    }

    async fn search_with(
        &self,
        request: &SearchRequest,
        window: Window,
        lang: Lang,
        max_values: usize,
    ) -> Result<CatalogueView> {
        let directory = self.directory();
        check_codes(request, &directory, lang)?;
        let page = match window {
            Window::Page { number, per_page } => Page::Offset {
                offset: (number.max(1) - 1).saturating_mul(per_page),
                limit: per_page,
            },
            Window::After { cursor: Some(cursor), limit } => Page::After { cursor, limit },
            Window::After { cursor: None, limit } => Page::Offset { offset: 0, limit },
        };
        let today = self.today();
        let index = self.inner.index.clone();
        let asked = request;
        let request = request.clone();
        let (found, spelling, relaxations) = blocking(move || {
            let found = index.search(&request, &page, today)?;
            let is_doubtful = found.total == 0 || found.partial || !found.unknown.is_empty();
            let spelling = if is_doubtful && !request.q.is_empty() {
                index.spelling(&request.q)?
            } else {
                None
            };
            let relaxations =
                if found.total == 0 { index.relax(&request, today)? } else { Vec::new() };
            Ok((found, spelling, relaxations))
        })
        .await?;
        let SearchResult { total, hits, facets, expanded, unknown, partial, next } = found;
        let facets = Facet::ALL
            .iter()
            .map(|facet| {
                let counts = facets.get(facet).map(Vec::as_slice).unwrap_or_default();
                let counts = most_frequent(counts, max_values, &asked.values(*facet));
                FacetView {
                    facet: *facet,
                    options: label_counts(&directory, *facet, &counts, lang),
                }
            })
            .collect();
        let priority = asked
            .priority
            .iter()
            .map(|code| (code.clone(), directory.label("priority", code, lang)))
            .collect();
        Ok(CatalogueView {
            total,
            hits,
            facets,
            priority,
            expanded,
            unknown,
            partial,
            spelling,
            relaxations,
            next,
        })
    }

    /// Completes what is being typed.
    pub async fn suggest(&self, text: &str) -> Result<Vec<Suggestion>> {
        let text: String = text.chars().take(100).collect();
        let index = self.inner.index.clone();
        blocking(move || Ok(index.suggest(&text, N_SUGGESTIONS)?)).await
    }

    /// Gathers what the home page shows.
    pub async fn home(&self, lang: Lang) -> Result<HomeView> {
        let everything = SearchRequest::default();
        let first = Window::Page { number: 1, per_page: N_ON_HOME };
        let latest = self.search(&everything, first, lang).await?;
        let most_used = self.most_used().await?;
        let directory = self.directory();
        let count_of = |facet: Facet, value: &str| {
            let view = latest.facets.iter().find(|it| it.facet == facet);
            let option = view.and_then(|it| it.options.iter().find(|it| it.value == value));
            option.map_or(0, |it| it.count)
        };
        let by_class = OpenClass::ALL
            .iter()
            .map(|class| (class.as_str(), class.label(lang)))
            .map(|(value, label)| count(value, label, count_of(Facet::Open, value)))
            .filter(|it| it.count > 0 || it.value != OpenClass::None.as_str())
            .collect();
        let by_theme: Vec<Count> = directory
            .vocabulary("theme")
            .map(|term| count(&term.code, term.label(lang), count_of(Facet::Theme, &term.code)))
            .filter(|it| it.count > 0)
            .collect();
        let popular = self.popular(&by_theme, lang);
        Ok(HomeView {
            n_datasets: latest.total,
            by_class,
            by_theme,
            latest: latest.hits.into_iter().map(|hit| hit.card).collect(),
            most_used,
            by_priority: self.by_priority(lang).await?,
            popular,
            reply_working_days: self.reply_working_days(),
        })
    }

    /// Lists words to try: those of the settings, which are Chinese, else the largest themes.
    fn popular(&self, by_theme: &[Count], lang: Lang) -> Vec<String> {
        if lang == Lang::Zh {
            return self.inner.site.popular.clone();
        }
        let mut themes: Vec<&Count> = by_theme.iter().collect();
        themes.sort_by_key(|theme| std::cmp::Reverse(theme.count));
        themes.into_iter().take(5).map(|theme| theme.label.clone()).collect()
    }

    /// Counts the datasets of each priority topic that has any (SRCH-06).
    async fn by_priority(&self, lang: Lang) -> Result<Vec<Count>> {
        let directory = self.directory();
        let mut counts = Vec::new();
        for term in directory.vocabulary("priority") {
            let request = SearchRequest { priority: vec![term.code.clone()], ..Default::default() };
            let first = Window::Page { number: 1, per_page: 1 };
            let total = self.search(&request, first, lang).await?.total;
            if total > 0 {
                counts.push(count(&term.code, term.label(lang), total));
            }
        }
        Ok(counts)
    }

    /// Lists what was downloaded most in a year, of what the public finds.
    async fn most_used(&self) -> Result<Vec<DatasetCard>> {
        let store = &self.inner.store;
        let since = self.today().checked_sub_days(Days::new(365)).unwrap_or_default();
        // Twice as many, for those that are not listed any more.
        let top = kaishu_store::usage::top_datasets(store, 2 * N_ON_HOME as u64, since).await?;
        let codes: Vec<String> =
            top.into_iter().filter(|it| it.downloads > 0).map(|it| it.code.to_string()).collect();
        let documents =
            kaishu_store::datasets::search_documents(store, &codes, self.listed()).await?;
        let mut cards: Vec<DatasetCard> = documents.into_iter().map(|it| it.card).collect();
        cards.sort_by_key(|card| codes.iter().position(|code| code == card.code.as_str()));
        cards.truncate(N_ON_HOME);
        Ok(cards)
    }

    /// Finds the public entry of a dataset: what the public may not know is not in it (SRCH-04).
    ///
    /// # Errors
    ///
    /// `NotFound` for an unknown code and for an entry that is not public: the two look alike.
    pub async fn dataset(&self, code: &DatasetCode) -> Result<DatasetView> {
        Ok(self.find_public(code).await?.dataset)
    }

    async fn find_public(&self, code: &DatasetCode) -> Result<PublicView> {
        let found = kaishu_store::datasets::find(&self.inner.store, code).await?;
        found
            .and_then(|dataset| self.public_view(dataset))
            .ok_or_else(|| Error::not_found("dataset", code.as_str()))
    }

    /// Gathers what the page of a dataset shows (SRCH-03).
    pub async fn dataset_page(&self, code: &DatasetCode) -> Result<DatasetPage> {
        let found = self.find_public(code).await?;
        let may_download = found.files == FileAccess::Free;
        let dataset = found.dataset;
        let site = self.site();
        let citation = attribution(&site, &dataset, dataset.version, self.today());
        let terms = self.directory();
        let json_ld = kaishu_interop::schema_org::dataset(
            &dataset,
            &site.base_url,
            terms.uri("licence", &dataset.fields.licence),
        );
        Ok(DatasetPage {
            may_download,
            login_rule: self.login_rule(),
            class_rule: self.class_rule(dataset.fields.open.class),
            attribution_rule: self.attribution_rule(),
            citation,
            json_ld,
            reply_working_days: self.reply_working_days(),
            terms,
            dataset,
        })
    }

    /// Gathers what the page of a version shows (DL-10).
    pub async fn version_page(&self, code: &DatasetCode, number: u32) -> Result<VersionPage> {
        let found = self.find_public(code).await?;
        let may_download = found.files == FileAccess::Free;
        let dataset = found.dataset;
        let version = dataset.versions.iter().find(|version| version.number == number).cloned();
        let version =
            version.ok_or_else(|| Error::not_found("version", format!("{number} of {code}")))?;
        Ok(VersionPage { dataset, version, may_download })
    }

    /// Returns the figures of the portal, counted anew when the catalogue changed.
    pub async fn figures(&self) -> Result<Arc<kaishu_types::stats::PortalStats>> {
        statistics::current(self).await
    }
}

fn count(value: &str, label: &str, count: u64) -> Count {
    Count { value: value.to_owned(), label: label.to_owned(), count }
}

/// Keeps the values with the most results, and those that are chosen.
fn most_frequent(
    counts: &[(String, u64)],
    max_values: usize,
    chosen: &[String],
) -> Vec<(String, u64)> {
    let is_kept = |place: usize, value: &String| place < max_values || chosen.contains(value);
    let kept = counts.iter().enumerate().filter(|(place, (value, _))| is_kept(*place, value));
    kept.map(|(_, count)| count.clone()).collect()
}

/// Puts words to the counts of a facet; closed lists keep their own order.
fn label_counts(
    directory: &Directory,
    facet: Facet,
    counts: &[(String, u64)],
    lang: Lang,
) -> Vec<FacetCount> {
    let mut options: Vec<FacetCount> = counts
        .iter()
        .map(|(value, count)| FacetCount {
            label: directory.facet_label(facet, value, lang).unwrap_or_else(|| value.clone()),
            value: value.clone(),
            count: *count,
        })
        .collect();
    let order = |value: &str| facet_order(facet, value);
    options.sort_by_key(|option| order(&option.value));
    options
}

/// The place of a value in a closed list; 0 for lists that are ordered by count.
fn facet_order(facet: Facet, value: &str) -> usize {
    use kaishu_types::vocabulary::{Frequency, RegionLevel, UpdatedWithin};
    fn place<T: PartialEq + std::str::FromStr>(all: &[T], value: &str) -> usize {
        let value = value.parse::<T>().ok();
        all.iter().position(|it| Some(it) == value.as_ref()).unwrap_or(all.len())
    }
    match facet {
        Facet::Open => place(OpenClass::ALL, value),
        Facet::Updated => place(UpdatedWithin::ALL, value),
        Facet::Level => place(RegionLevel::ALL, value),
        Facet::Frequency => place(Frequency::ALL, value),
        Facet::Theme | Facet::Org | Facet::Region | Facet::Format => 0,
    }
}

/// Refuses codes that do not exist, naming each.
fn check_codes(request: &SearchRequest, directory: &Directory, lang: Lang) -> Result<()> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, code: &str, list: &str| {
        let code: String = code.chars().take(40).collect();
        let message = match lang {
            Lang::Zh => format!("没有“{code}”这个编码，全部编码见 {list}"),
            Lang::En => format!("`{code}` does not exist; {list} lists what does"),
        };
        faults.push(FieldError { field: field.to_owned(), message });
    };
    for code in request.theme.iter().filter(|code| directory.term("theme", code).is_none()) {
        fault("theme", code, "/api/v1/vocabularies/theme");
    }
    for code in request.priority.iter().filter(|code| directory.term("priority", code).is_none()) {
        fault("priority", code, "/api/v1/vocabularies/priority");
    }
    for code in request.org.iter().filter(|code| directory.organization(code).is_none()) {
        fault("org", code, "/api/v1/organizations");
    }
    for code in request.region.iter().filter(|code| directory.region(code).is_none()) {
        fault("region", code, "/api/v1/regions");
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::InvalidInput(faults)) }
}
