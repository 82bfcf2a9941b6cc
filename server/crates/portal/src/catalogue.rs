//! Finding: search with its facets, and completion of what is being typed.

use kaishu_search::{Page, SearchResult};
use kaishu_types::search::{Facet, FacetCount, Relaxation, SearchHit, SearchRequest, Suggestion};
use kaishu_types::stats::Count;
use kaishu_types::{FieldError, Lang};

use crate::directory::Directory;
use crate::facets;
use crate::{Error, Portal, Result, blocking};

/// Most suggestions at once.
const N_SUGGESTIONS: usize = 8;

/// What is typed is completed up to so many characters.
pub const MAX_TYPED_CHARS: usize = 100;

/// Values of a facet in an answer; thousands of providers would be most of every page.
const MAX_FACET_VALUES: usize = 100;

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
    /// All priority topics with the number of results that each gives, in their order (SRCH-06).
    pub topics: Vec<Count>,
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

impl CatalogueView {
    /// Returns the values of a facet.
    pub fn values(&self, facet: Facet) -> &[FacetCount] {
        let view = self.facets.iter().find(|it| it.facet == facet);
        view.map(|it| it.options.as_slice()).unwrap_or_default()
    }
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
            let found = index.search(&request, &page, today).map_err(|error| told(error, lang))?;
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
        let SearchResult {
            total,
            hits,
            facets: counted,
            by_priority,
            expanded,
            unknown,
            partial,
            next,
        } = found;
        let facets = Facet::ALL
            .iter()
            .map(|facet| {
                let counts = counted.get(facet).map(Vec::as_slice).unwrap_or_default();
                let counts = facets::most_frequent(counts, max_values, &asked.values(*facet));
                FacetView {
                    facet: *facet,
                    options: facets::label(&directory, *facet, &counts, lang),
                }
            })
            .collect();
        let topics = directory.vocabulary("priority").map(|term| Count {
            value: term.code.clone(),
            label: term.label(lang).to_owned(),
            count: by_priority.get(&term.code).copied().unwrap_or(0),
        });
        let topics = topics.collect();
        let priority = asked
            .priority
            .iter()
            .map(|code| (code.clone(), directory.label("priority", code, lang)))
            .collect();
        Ok(CatalogueView {
            total,
            hits,
            facets,
            topics,
            priority,
            expanded,
            unknown,
            partial,
            spelling,
            relaxations,
            next,
        })
    }

    /// Completes what is being typed, by its first [`MAX_TYPED_CHARS`] characters.
    pub async fn suggest(&self, text: &str) -> Result<Vec<Suggestion>> {
        let text: String = text.chars().take(MAX_TYPED_CHARS).collect();
        let index = self.inner.index.clone();
        blocking(move || Ok(index.suggest(&text, N_SUGGESTIONS)?)).await
    }
}

/// Says in the language of the reader that a cursor is none.
fn told(error: kaishu_search::Error, lang: Lang) -> Error {
    if lang == Lang::Zh && matches!(error, kaishu_search::Error::Cursor(_)) {
        return Error::field("cursor", "不是这种排序的位置；去掉它，从头开始");
    }
    error.into()
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

#[cfg(test)]
mod tests {
    use kaishu_types::vocabulary::Term;

    use super::*;

    #[track_caller]
    fn check(request: SearchRequest, lang: Lang, expected: &[(&str, &str)]) {
        let term = |vocabulary: &str, code: &str| Term {
            vocabulary: vocabulary.to_owned(),
            code: code.to_owned(),
            label_zh: code.to_owned(),
            label_en: code.to_owned(),
            uri: None,
            position: 0,
        };
        let terms = vec![term("theme", "traffic"), term("priority", "elderly")];
        let directory = Directory::new(Vec::new(), Vec::new(), terms);

        let faults = match check_codes(&request, &directory, lang) {
            Ok(()) => Vec::new(),
            Err(error) => error.into_detail().fields,
        };

        let found: Vec<_> =
            faults.iter().map(|fault| (fault.field.as_str(), fault.message.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn codes_that_do_not_exist_are_refused_each_by_name() {
        let codes = |codes: &[&str]| codes.iter().map(|&code| code.to_owned()).collect();
        let known = SearchRequest {
            theme: codes(&["traffic"]),
            priority: codes(&["elderly"]),
            ..Default::default()
        };
        check(known.clone(), Lang::En, &[]);
        // A code of another vocabulary is none of this one.
        let unknown = SearchRequest {
            theme: codes(&["traffic", "elderly"]),
            org: codes(&["YX-FGW"]),
            region: codes(&["YX"]),
            priority: codes(&["traffic"]),
            ..Default::default()
        };
        check(
            unknown,
            Lang::En,
            &[
                ("theme", "`elderly` does not exist; /api/v1/vocabularies/theme lists what does"),
                (
                    "priority",
                    "`traffic` does not exist; /api/v1/vocabularies/priority lists what does",
                ),
                ("org", "`YX-FGW` does not exist; /api/v1/organizations lists what does"),
                ("region", "`YX` does not exist; /api/v1/regions lists what does"),
            ],
        );
        let long = SearchRequest { org: vec!["长".repeat(200)], ..known };
        let message =
            format!("没有“{}”这个编码，全部编码见 /api/v1/organizations", "长".repeat(40));
        check(long, Lang::Zh, &[("org", &message)]);
    }
}
