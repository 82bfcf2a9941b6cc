//! A dataset becomes a record.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kaishu_types::import::ImportRecord;
use kaishu_types::vocabulary::OpenClass;

use super::graph::{Graph, Object, compact};
use super::{agent, distribution};
use crate::{Limits, access, date, json};

/// Predicates that a field of the record holds.
const READ: &[&str] = &[
    "rdf:type",
    "dct:title",
    "schema:name",
    "rdfs:label",
    "dct:description",
    "schema:description",
    "dct:identifier",
    "schema:identifier",
    "dcat:keyword",
    "schema:keywords",
    "dcat:theme",
    "schema:about",
    "dct:publisher",
    "schema:publisher",
    "dct:license",
    "schema:license",
    "dct:accrualPeriodicity",
    "dct:issued",
    "schema:datePublished",
    "dct:modified",
    "schema:dateModified",
    "dct:spatial",
    "schema:spatialCoverage",
    "dct:temporal",
    "schema:temporalCoverage",
    "dcat:contactPoint",
    "adms:contactPoint",
    "dcat:landingPage",
    "foaf:homepage",
    "schema:url",
    "dcat:distribution",
    "schema:distribution",
    "dct:accessRights",
    "pod:accessLevel",
];

/// Maps a dataset; the error is the reason for its rejection.
pub(super) fn record(graph: &Graph, node: &str, limits: &Limits) -> Result<ImportRecord, String> {
    let is_blank = node.starts_with("_:");
    let source_id = graph
        .text(node, &["dct:identifier", "schema:identifier"])
        .or_else(|| (!is_blank).then(|| node.to_owned()))
        .ok_or("has neither `dcterms:identifier` nor an address; give it one of them")?;
    let title = graph
        .bilingual(node, &["dct:title", "schema:name", "rdfs:label"])
        .ok_or("has no `dcterms:title`; give the dataset one")?;
    let summary =
        graph.bilingual(node, &["dct:description", "schema:description", "dc:description"]);
    let (summary, summary_en) = match summary {
        Some(summary) => (summary.text, summary.english),
        None => (String::new(), None),
    };
    if (summary.len() as u64) > limits.record_bytes {
        return Err(format!(
            "is larger than {} bytes, the most a record may have",
            limits.record_bytes
        ));
    }
    let (temporal_start, temporal_end) = temporal(graph, node);
    Ok(ImportRecord {
        source_url: node.starts_with("http").then(|| node.to_owned()),
        source_id,
        title: json::one_line(&title.text),
        title_en: title.english.map(|text| json::one_line(&text)),
        summary,
        summary_en,
        keywords: keywords(graph, node),
        themes: graph.texts(node, &["dcat:theme", "schema:about"]),
        organization: agent::publisher(graph, node),
        licence: licence(graph, node),
        frequency: frequency(graph, node),
        open_class: open_class(graph, node),
        issued_at: graph
            .text(node, &["dct:issued", "schema:datePublished"])
            .as_deref()
            .and_then(date::moment),
        updated_at: graph
            .text(node, &["dct:modified", "schema:dateModified"])
            .as_deref()
            .and_then(date::moment),
        version: graph
            .text(node, &["dcat:version", "owl:versionInfo", "adms:version", "schema:version"]),
        spatial: spatial(graph, node),
        temporal_start,
        temporal_end,
        contact: agent::contact(graph, node),
        homepage: graph.text(node, &["dcat:landingPage", "foaf:homepage", "schema:url"]),
        resources: distribution::distributions(graph, node),
        extras: extras(graph, node),
        ..ImportRecord::default()
    })
}

/// Keywords in Chinese where there are any, else in every language.
fn keywords(graph: &Graph, node: &str) -> Vec<String> {
    let objects: Vec<&Object> = graph.all(node, &["dcat:keyword", "schema:keywords"]).collect();
    let is_chinese = |object: &&&Object| matches!(object, Object::Text { language: Some(tag), .. } if tag.starts_with("zh"));
    let chinese: Vec<&Object> = objects.iter().filter(is_chinese).copied().collect();
    let chosen = if chinese.is_empty() { objects } else { chinese };
    let mut keywords: Vec<String> = Vec::new();
    for keyword in chosen.into_iter().filter_map(|object| graph.label(object)) {
        if !keywords.contains(&keyword) {
            keywords.push(keyword);
        }
    }
    keywords
}

/// A licence may stand at the dataset or, as DCAT-AP wants it, at its distributions.
fn licence(graph: &Graph, node: &str) -> Option<String> {
    let predicates = ["dct:license", "schema:license", "dct:rights"];
    if let Some(own) = labelled(graph, node, &predicates) {
        return Some(own);
    }
    graph.all(node, &["dcat:distribution", "schema:distribution"]).find_map(|object| match object {
        Object::Node(inner) => labelled(graph, inner, &predicates),
        Object::Text { .. } => None,
    })
}

fn frequency(graph: &Graph, node: &str) -> Option<String> {
    let own = graph.all(node, &["dct:accrualPeriodicity"]).next()?;
    let Object::Node(inner) = own else {
        return own.readable();
    };
    // Spain describes the rhythm by a duration behind the node.
    duration(graph, inner).or_else(|| graph.label(own))
}

fn duration(graph: &Graph, node: &str) -> Option<String> {
    let value = graph.all(node, &["rdf:value"]).next()?;
    let Object::Node(inner) = value else {
        return value.readable();
    };
    const UNITS: &[(&str, &str)] =
        &[("time:years", "Y"), ("time:months", "M"), ("time:weeks", "W"), ("time:days", "D")];
    let parts: Vec<String> = UNITS
        .iter()
        .filter_map(|(predicate, unit)| {
            let number = graph.text(inner, &[*predicate])?;
            (number != "0").then(|| format!("{number}{unit}"))
        })
        .collect();
    if parts.is_empty() { graph.label(value) } else { Some(format!("P{}", parts.concat())) }
}

/// What says who may have a dataset.
const RIGHTS: [&str; 2] = ["dct:accessRights", "pod:accessLevel"];

/// Rights that are stated but not understood never open a dataset; of several the strictest holds.
fn open_class(graph: &Graph, node: &str) -> Option<OpenClass> {
    let classes = graph.all(node, &RIGHTS).map(|rights| {
        let own = rights.readable().as_deref().and_then(access::class);
        let labelled = || labels(graph, rights).iter().find_map(|label| access::class(label));
        own.or_else(labelled).unwrap_or(OpenClass::Conditional)
    });
    classes.max()
}

/// Returns what rights are called that an address of another vocabulary stands for.
fn labels(graph: &Graph, rights: &Object) -> Vec<String> {
    match rights {
        Object::Node(inner) => {
            graph.texts(inner, &["skos:prefLabel", "rdfs:label", "dct:title", "skos:notation"])
        }
        Object::Text { .. } => Vec::new(),
    }
}

fn spatial(graph: &Graph, node: &str) -> Option<String> {
    labelled(graph, node, &["dct:spatial", "schema:spatialCoverage"])
}

/// Returns a text, or the label or address of a node.
fn labelled(graph: &Graph, node: &str, predicates: &[&str]) -> Option<String> {
    let labels =
        ["skos:prefLabel", "rdfs:label", "dct:title", "schema:name", "locn:geographicName"];
    predicates.iter().find_map(|predicate| {
        graph.all(node, &[*predicate]).find_map(|object| match object {
            Object::Node(inner) => graph
                .bilingual(inner, &labels)
                .map(|label| label.text)
                .or_else(|| graph.label(object)),
            Object::Text { .. } => object.readable(),
        })
    })
}

type Days = (Option<NaiveDate>, Option<NaiveDate>);

fn temporal(graph: &Graph, node: &str) -> Days {
    for object in graph.all(node, &["dct:temporal", "schema:temporalCoverage"]) {
        let days = match object {
            Object::Text { value, .. } => match value.split_once('/') {
                Some((start, end)) => (date::first_day(start), date::last_day(end)),
                None => (date::first_day(value), date::last_day(value)),
            },
            Object::Node(inner) => {
                let start = instant(
                    graph,
                    inner,
                    &["dcat:startDate", "schema:startDate", "time:hasBeginning"],
                );
                let end = instant(graph, inner, &["dcat:endDate", "schema:endDate", "time:hasEnd"]);
                (
                    start.as_deref().and_then(date::first_day),
                    end.as_deref().and_then(date::last_day),
                )
            }
        };
        if days.0.is_some() || days.1.is_some() {
            return days;
        }
    }
    (None, None)
}

fn instant(graph: &Graph, node: &str, predicates: &[&str]) -> Option<String> {
    match graph.first_of(node, predicates).first()? {
        Object::Text { value, .. } => Some(value.clone()),
        Object::Node(inner) => {
            graph.text(inner, &["time:inXSDDate", "time:inXSDDateTime", "time:inXSDDateTimeStamp"])
        }
    }
}

/// Keeps what no field holds; dates and rights that could not be read are among it.
fn extras(graph: &Graph, node: &str) -> BTreeMap<String, String> {
    let dates = ["dct:issued", "dct:modified", "schema:datePublished", "schema:dateModified"];
    let mut extras: BTreeMap<String, String> = BTreeMap::new();
    for (predicate, object) in graph.about(node) {
        let Some(value) = graph.label(object) else {
            continue;
        };
        let is_unread_date = dates.contains(&predicate.as_str()) && date::moment(&value).is_none();
        let is_unread_right =
            RIGHTS.contains(&predicate.as_str()) && access::class(&value).is_none();
        if READ.contains(&predicate.as_str()) && !is_unread_date && !is_unread_right {
            continue;
        }
        let kept = extras.entry(compact(predicate)).or_default();
        if !kept.is_empty() {
            kept.push_str("; ");
        }
        kept.push_str(&value);
    }
    extras
}
