//! Controlled vocabularies: the closed ones of the rules and those that an authority edits.

use std::collections::BTreeMap;

use axum::extract::{Path, State as Shared};
use axum::response::Response;
use kaishu_portal::Error;
use kaishu_portal::directory::Directory;
use kaishu_types::Lang;
use kaishu_types::vocabulary::{
    CatalogueKind, DatasetState, Format, Frequency, ItemType, OpenClass, OrganizationKind,
    RegionLevel, ResourceKind, ShareClass, Term, UpdatedWithin,
};

use super::asked::Plain;
use super::listing::{Vocabularies, Vocabulary, VocabularySize};
use super::problem::Problem;
use super::reply;
use crate::state::State;

/// List the vocabularies
#[utoipa::path(
    get, path = "/api/v1/vocabularies", tag = "directory", operation_id = "list_vocabularies",
    responses((status = 200, description = "All vocabularies", body = Vocabularies))
)]
pub(super) async fn list(
    Shared(state): Shared<State>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    let items = all(&state.portal().directory())
        .into_iter()
        .map(|(name, terms)| VocabularySize { name, n_terms: terms.len() })
        .collect();
    reply::json(&asked.headers, asked.lang, &Vocabularies { items })
}

/// Get the terms of a vocabulary
#[utoipa::path(
    get, path = "/api/v1/vocabularies/{name}", tag = "directory", operation_id = "get_vocabulary",
    params(("name" = String, Path, description = "Name of the vocabulary", example = "theme")),
    responses(
        (status = 200, description = "Its terms in their order", body = Vocabulary),
        (status = 404, description = "No such vocabulary", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    Path(name): Path<String>,
    Plain(asked): Plain,
) -> Result<Response, Problem> {
    let shown: String = name.chars().take(40).collect();
    let items = all(&state.portal().directory())
        .remove(&name)
        .ok_or_else(|| Error::not_found("vocabulary", shown))?;
    reply::json(&asked.headers, asked.lang, &Vocabulary { name, items })
}

fn all(directory: &Directory) -> BTreeMap<String, Vec<Term>> {
    let mut found: BTreeMap<String, Vec<Term>> = BTreeMap::new();
    for term in &directory.terms {
        found.entry(term.vocabulary.clone()).or_default().push(term.clone());
    }
    macro_rules! closed {
        ($($name:literal = $kind:ident),+ $(,)?) => {
            $(found.insert($name.to_owned(), terms($name, $kind::ALL, $kind::as_str, $kind::label));)+
        };
    }
    closed! {
        "catalogue_kind" = CatalogueKind,
        "format" = Format,
        "frequency" = Frequency,
        "item_type" = ItemType,
        "level" = RegionLevel,
        "open_class" = OpenClass,
        "organization_kind" = OrganizationKind,
        "resource_kind" = ResourceKind,
        "share_class" = ShareClass,
        "state" = DatasetState,
        "updated" = UpdatedWithin,
    }
    found
}

fn terms<T: Copy>(
    vocabulary: &str,
    values: &[T],
    code: fn(T) -> &'static str,
    label: fn(T, Lang) -> &'static str,
) -> Vec<Term> {
    let term = |(place, value): (usize, &T)| Term {
        vocabulary: vocabulary.to_owned(),
        code: code(*value).to_owned(),
        label_zh: label(*value, Lang::Zh).to_owned(),
        label_en: label(*value, Lang::En).to_owned(),
        uri: None,
        position: i32::try_from(place).unwrap_or(i32::MAX),
    };
    values.iter().enumerate().map(term).collect()
}
