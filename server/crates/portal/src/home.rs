//! What the home page shows.

use chrono::Days;
use kaishu_types::Lang;
use kaishu_types::dataset::DatasetCard;
use kaishu_types::search::{Facet, SearchRequest};
use kaishu_types::stats::Count;
use kaishu_types::vocabulary::OpenClass;

use crate::catalogue::Window;
use crate::{Portal, Result};

/// Datasets in a list of the home page.
const N_ON_HOME: usize = 6;

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
    /// Priority topics that have datasets (SRCH-06).
    pub by_priority: Vec<Count>,
    /// Words to try.
    pub popular: Vec<String>,
    /// Working days until an application is answered (`open_app.reply_wd`).
    pub reply_working_days: u32,
}

impl Portal {
    /// Gathers what the home page shows.
    pub async fn home(&self, lang: Lang) -> Result<HomeView> {
        let everything = SearchRequest::default();
        let first = Window::Page { number: 1, per_page: N_ON_HOME };
        let latest = self.search(&everything, first, lang).await?;
        let most_used = self.most_used().await?;
        let directory = self.directory();
        let count_of = |facet: Facet, value: &str| {
            let option = latest.values(facet).iter().find(|it| it.value == value);
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
            by_priority: latest.topics.into_iter().filter(|topic| topic.count > 0).collect(),
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
}

fn count(value: &str, label: &str, count: u64) -> Count {
    Count { value: value.to_owned(), label: label.to_owned(), count }
}
