//! Distributions: the files and interfaces of a dataset.

use kaishu_types::import::ImportResource;

use super::graph::{Graph, Object};
use crate::date;
use crate::records::resource_title;

/// Reads the distributions of a dataset.
pub(super) fn distributions(graph: &Graph, dataset: &str) -> Vec<ImportResource> {
    let found = graph.all(dataset, &["dcat:distribution", "schema:distribution"]);
    found.enumerate().map(|(index, object)| resource(graph, index, object)).collect()
}

fn resource(graph: &Graph, index: usize, object: &Object) -> ImportResource {
    let node = match object {
        Object::Node(node) => node,
        Object::Text { value, .. } => {
            return ImportResource {
                title: resource_title(None, Some(value), index),
                url: Some(value.clone()),
                ..ImportResource::default()
            };
        }
    };
    let is_blank = node.starts_with("_:");
    let address = ["dcat:downloadURL", "schema:contentUrl", "dcat:accessURL", "schema:url"];
    let is_described = !graph.about(node).is_empty();
    let url = graph
        .text(node, &address)
        .or_else(|| service(graph, node))
        .or_else(|| (!is_blank && !is_described).then(|| node.clone()));
    let title =
        graph.bilingual(node, &["dct:title", "schema:name", "rdfs:label"]).map(|title| title.text);
    let identifier = graph.text(node, &["dct:identifier", "schema:identifier"]);
    ImportResource {
        source_id: identifier.or_else(|| (!is_blank).then(|| node.clone())),
        title: resource_title(title.as_deref(), url.as_deref(), index),
        description: graph
            .bilingual(node, &["dct:description", "schema:description"])
            .map(|text| text.text),
        url,
        format: graph.text(node, &["dct:format", "dc:format", "schema:fileFormat"]),
        media_type: graph.text(node, &["dcat:mediaType", "schema:encodingFormat"]).map(media_type),
        size_bytes: graph
            .text(node, &["dcat:byteSize", "schema:contentSize"])
            .and_then(|size| size.split('.').next().and_then(|whole| whole.parse().ok())),
        updated_at: graph
            .text(
                node,
                &["dct:modified", "schema:dateModified", "dct:issued", "schema:datePublished"],
            )
            .as_deref()
            .and_then(date::moment),
        ..ImportResource::default()
    }
}

/// Takes the address of the register off a media type.
fn media_type(text: String) -> String {
    match text.split_once("/assignments/media-types/") {
        Some((_, bare)) => bare.to_owned(),
        None => text,
    }
}

/// Returns the endpoint of the service behind a distribution.
fn service(graph: &Graph, node: &str) -> Option<String> {
    let service = graph.all(node, &["dcat:accessService"]).next()?;
    let Object::Node(service) = service else {
        return service.readable();
    };
    graph.text(service, &["dcat:endpointURL", "dcat:landingPage", "dct:identifier"])
}
