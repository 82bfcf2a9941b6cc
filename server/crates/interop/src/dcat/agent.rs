//! Publishers and contacts.

use kaishu_types::import::ImportOrganization;

use super::graph::{Graph, Object};

/// Names the publisher of a dataset.
pub(super) fn publisher(graph: &Graph, dataset: &str) -> Option<ImportOrganization> {
    let predicates =
        ["dct:publisher", "schema:publisher", "dct:creator", "schema:creator", "dc:publisher"];
    let agent = predicates.iter().find_map(|predicate| graph.all(dataset, &[*predicate]).next())?;
    let node = match agent {
        Object::Text { value, .. } => {
            let name = crate::text::non_empty(value)?;
            return Some(ImportOrganization {
                source_id: name.clone(),
                name,
                ..Default::default()
            });
        }
        Object::Node(node) => node,
    };
    let is_blank = node.starts_with("_:");
    let names = graph.bilingual(
        node,
        &["foaf:name", "vcard:fn", "schema:name", "rdfs:label", "skos:prefLabel", "dct:title"],
    );
    let (name, name_en) = match names {
        Some(names) => (names.text, names.english),
        None if is_blank => return None,
        None => (node.clone(), None),
    };
    let source_id = graph
        .text(node, &["dct:identifier", "schema:identifier"])
        .or_else(|| (!is_blank).then(|| node.clone()))
        .unwrap_or_else(|| name.clone());
    let description = graph.text(node, &["dct:description", "schema:description", "rdfs:comment"]);
    Some(ImportOrganization { source_id, name, name_en, description })
}

/// Describes whom to ask about a dataset.
pub(super) fn contact(graph: &Graph, dataset: &str) -> Option<String> {
    let points =
        graph.first_of(dataset, &["dcat:contactPoint", "adms:contactPoint", "schema:contactPoint"]);
    points.into_iter().find_map(|point| match point {
        Object::Text { value, .. } => crate::text::non_empty(value),
        Object::Node(node) => {
            let name = graph.bilingual(
                node,
                &["vcard:fn", "vcard:organization-name", "foaf:name", "schema:name"],
            );
            let reach = [
                &["vcard:hasEmail", "foaf:mbox", "schema:email"][..],
                &["vcard:hasTelephone", "schema:telephone"][..],
                &["vcard:hasURL", "schema:url"][..],
            ];
            let parts: Vec<String> = name
                .map(|name| name.text)
                .into_iter()
                .chain(reach.iter().filter_map(|predicates| value_of(graph, node, predicates)))
                .collect();
            (!parts.is_empty()).then(|| parts.join(", "))
        }
    })
}

/// vCard hangs addresses and numbers behind a node of their own.
fn value_of(graph: &Graph, node: &str, predicates: &[&str]) -> Option<String> {
    let found = graph.first_of(node, predicates).into_iter().find_map(|object| match object {
        Object::Node(inner) => graph.text(inner, &["vcard:hasValue"]).or_else(|| object.readable()),
        Object::Text { .. } => object.readable(),
    })?;
    let bare = found.trim_start_matches("mailto:").trim_start_matches("tel:");
    crate::text::non_empty(bare)
}
