//! Landing pages of the priority topics (SRCH-06), fed by the priority tags of entries.

use kaishu_types::Lang;
use kaishu_types::dataset::DatasetCard;
use kaishu_types::search::{Facet, FacetCount, SearchRequest};
use kaishu_types::stats::Count;

use crate::catalogue::Window;
use crate::{Error, Portal, Result};

/// Datasets on the page of a topic.
const N_CARDS: usize = 10;

/// What the page of a topic shows.
pub struct TopicPage {
    /// Its code in the vocabulary `priority`.
    pub code: String,
    /// Its name.
    pub label: String,
    /// Public datasets that carry the tag.
    pub n_datasets: u64,
    /// Those updated last.
    pub latest: Vec<DatasetCard>,
    /// By class.
    pub classes: Vec<FacetCount>,
    /// By theme.
    pub themes: Vec<FacetCount>,
}

impl Portal {
    /// Counts the datasets of each priority topic, in the order of the vocabulary.
    pub async fn topics(&self, lang: Lang) -> Result<Vec<Count>> {
        let directory = self.directory();
        let mut counts = Vec::new();
        for term in directory.vocabulary("priority") {
            let first = Window::Page { number: 1, per_page: 1 };
            let count = self.search(&tagged(&term.code), first, lang).await?.total;
            let label = term.label(lang).to_owned();
            counts.push(Count { value: term.code.clone(), label, count });
        }
        Ok(counts)
    }

    /// Gathers the page of a priority topic.
    ///
    /// # Errors
    ///
    /// `NotFound` for a code that is none of the vocabulary `priority`.
    pub async fn topic_page(&self, code: &str, lang: Lang) -> Result<TopicPage> {
        let directory = self.directory();
        let Some(term) = directory.term("priority", code) else {
            return Err(Error::not_found("topic", code.chars().take(40).collect::<String>()));
        };
        let window = Window::Page { number: 1, per_page: N_CARDS };
        let found = self.search(&tagged(code), window, lang).await?;
        let options = |facet: Facet| -> Vec<FacetCount> {
            let view = found.facets.iter().find(|it| it.facet == facet);
            view.map(|it| it.options.clone()).unwrap_or_default()
        };
        Ok(TopicPage {
            code: term.code.clone(),
            label: term.label(lang).to_owned(),
            n_datasets: found.total,
            classes: options(Facet::Open),
            themes: options(Facet::Theme),
            latest: found.hits.into_iter().map(|hit| hit.card).collect(),
        })
    }
}

fn tagged(code: &str) -> SearchRequest {
    SearchRequest { priority: vec![code.to_owned()], ..Default::default() }
}
