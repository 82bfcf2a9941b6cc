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
        let first = Window::Page { number: 1, per_page: 1 };
        Ok(self.search(&SearchRequest::default(), first, lang).await?.topics)
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
        let tagged = SearchRequest { priority: vec![code.to_owned()], ..Default::default() };
        let found = self.search(&tagged, window, lang).await?;
        Ok(TopicPage {
            code: term.code.clone(),
            label: term.label(lang).to_owned(),
            n_datasets: found.total,
            classes: found.values(Facet::Open).to_vec(),
            themes: found.values(Facet::Theme).to_vec(),
            latest: found.hits.into_iter().map(|hit| hit.card).collect(),
        })
    }
}
