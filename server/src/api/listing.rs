//! The shapes of lists.

use kaishu_types::dataset::{DataItemView, ResourceView, VersionView};
use kaishu_types::organization::{OrganizationView, RegionView};
use kaishu_types::search::{FacetCount, SearchHit, Suggestion};
use kaishu_types::vocabulary::Term;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Results of a search.
#[derive(Serialize, ToSchema)]
pub(super) struct SearchReply {
    /// How many datasets match.
    pub(super) total: u64,
    /// The wanted part of them.
    pub(super) items: Vec<SearchHit>,
    /// Values of each facet with the number of results that choosing it would give.
    pub(super) facets: BTreeMap<&'static str, Vec<FacetCount>>,
    /// Pass it as `cursor` to go on; null at the end.
    pub(super) next: Option<String>,
    /// Synonyms that were searched as well.
    pub(super) expanded: Vec<String>,
    /// Words that no dataset has.
    pub(super) unknown: Vec<String>,
    /// Whether no dataset has all words, so that results have most of them.
    pub(super) partial: bool,
    /// A better spelling, where there is one.
    pub(super) spelling: Option<String>,
}

/// The data items of a dataset.
#[derive(Serialize, ToSchema)]
pub(super) struct Items {
    /// Those that the public may know of.
    pub(super) items: Vec<DataItemView>,
}

/// The resources of a dataset.
#[derive(Serialize, ToSchema)]
pub(super) struct Resources {
    /// Those of the version that serves now.
    pub(super) items: Vec<ResourceView>,
}

/// The versions of a dataset.
#[derive(Serialize, ToSchema)]
pub(super) struct Versions {
    /// Newest first.
    pub(super) items: Vec<VersionView>,
}

/// All organizations.
#[derive(Serialize, ToSchema)]
pub(super) struct Organizations {
    /// How many there are.
    pub(super) total: usize,
    /// All of them.
    pub(super) items: Vec<OrganizationView>,
}

/// All regions.
#[derive(Serialize, ToSchema)]
pub(super) struct Regions {
    /// How many there are.
    pub(super) total: usize,
    /// All of them, upper ones first.
    pub(super) items: Vec<RegionView>,
}

/// A vocabulary and its size.
#[derive(Serialize, ToSchema)]
pub(super) struct VocabularySize {
    /// Its name, as in `theme`.
    pub(super) name: String,
    /// How many terms it has.
    pub(super) n_terms: usize,
}

/// All vocabularies.
#[derive(Serialize, ToSchema)]
pub(super) struct Vocabularies {
    /// All of them.
    pub(super) items: Vec<VocabularySize>,
}

/// A vocabulary.
#[derive(Serialize, ToSchema)]
pub(super) struct Vocabulary {
    /// Its name.
    pub(super) name: String,
    /// Its terms in their order.
    pub(super) items: Vec<Term>,
}

/// Completions of what is being typed.
#[derive(Serialize, ToSchema)]
pub(super) struct Suggestions {
    /// Eight at most.
    pub(super) items: Vec<Suggestion>,
}
