//! The statements of a file, by their subject.

use std::collections::{BTreeSet, HashMap};

/// What a statement says of its subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Object {
    /// Another thing: an address, or `_:` and the name of a blank node.
    Node(String),
    /// A text.
    Text {
        /// The text itself.
        value: String,
        /// Its language in lower case, where it has one.
        language: Option<String>,
    },
}

impl Object {
    /// Returns the text or the address, but not the name of a blank node.
    pub(super) fn readable(&self) -> Option<String> {
        match self {
            Self::Text { value, .. } => crate::text::non_empty(value),
            Self::Node(node) if node.starts_with("_:") => None,
            Self::Node(node) => Some(node.clone()),
        }
    }
}

/// A text in the languages that a file has it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bilingual {
    /// The Chinese text, else the one without a language, else the English one, else the first.
    pub(super) text: String,
    /// The English text, where it is another one.
    pub(super) english: Option<String>,
}

/// The statements of a file; subjects keep the order in which they first appear.
#[derive(Debug, Default)]
pub(super) struct Graph {
    subjects: Vec<String>,
    statements: HashMap<String, Vec<(String, Object)>>,
}

const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const DATASET_TYPES: &[&str] = &[
    "http://www.w3.org/ns/dcat#Dataset",
    "http://www.w3.org/ns/dcat#DatasetSeries",
    "http://schema.org/Dataset",
];
const PREFIXES: &[(&str, &str)] = &[
    ("dct", "http://purl.org/dc/terms/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("dcat", "http://www.w3.org/ns/dcat#"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("vcard", "http://www.w3.org/2006/vcard/ns#"),
    ("schema", "http://schema.org/"),
    ("adms", "http://www.w3.org/ns/adms#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("time", "http://www.w3.org/2006/time#"),
    ("locn", "http://www.w3.org/ns/locn#"),
    ("dcatap", "http://data.europa.eu/r5r/"),
    ("prov", "http://www.w3.org/ns/prov#"),
    ("spdx", "http://spdx.org/rdf/terms#"),
    ("pod", "https://project-open-data.cio.gov/v1.1/schema#"),
];

/// Shortens an address to `prefix:name`, where the prefix is well known.
pub(super) fn compact(address: &str) -> String {
    for (prefix, namespace) in PREFIXES {
        if let Some(name) = address.strip_prefix(namespace) {
            return format!("{prefix}:{name}");
        }
    }
    address.to_owned()
}

/// schema.org is written with and without the s.
fn one_schema(address: &str) -> String {
    match address.strip_prefix("https://schema.org/") {
        Some(name) => format!("http://schema.org/{name}"),
        None => address.to_owned(),
    }
}

impl Graph {
    /// Adds a statement.
    pub(super) fn add(&mut self, subject: String, predicate: &str, object: Object) {
        let statements = self.statements.entry(subject.clone()).or_insert_with(|| {
            self.subjects.push(subject);
            Vec::new()
        });
        let predicate = match one_schema(predicate) {
            full if full == TYPE => "rdf:type".to_owned(),
            full => compact(&full),
        };
        let object = match object {
            Object::Node(node) if predicate == "rdf:type" => Object::Node(one_schema(&node)),
            other => other,
        };
        let statement = (predicate, object);
        if !statements.contains(&statement) {
            statements.push(statement);
        }
    }

    /// Returns the subjects that are datasets, in the order of the file.
    pub(super) fn datasets(&self) -> Vec<&str> {
        self.subjects
            .iter()
            .map(String::as_str)
            .filter(|subject| {
                self.all(subject, &["rdf:type"]).any(|object| {
                    matches!(object, Object::Node(node) if DATASET_TYPES.contains(&node.as_str()))
                })
            })
            .collect()
    }

    /// Returns what is said of a subject by the first of several predicates that says anything.
    pub(super) fn first_of<'a>(&'a self, subject: &str, predicates: &[&str]) -> Vec<&'a Object> {
        predicates
            .iter()
            .map(|predicate| self.all(subject, &[*predicate]).collect::<Vec<_>>())
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    /// Returns what is said of a subject by any of several predicates.
    pub(super) fn all<'a, 'b>(
        &'a self,
        subject: &str,
        predicates: &'b [&str],
    ) -> impl Iterator<Item = &'a Object> + use<'a, 'b> {
        self.statements
            .get(subject)
            .map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
            .filter(|(predicate, _)| predicates.contains(&predicate.as_str()))
            .map(|(_, object)| object)
    }

    /// Returns every statement about a subject.
    pub(super) fn about(&self, subject: &str) -> &[(String, Object)] {
        self.statements.get(subject).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the first text or address that one of several predicates gives.
    pub(super) fn text(&self, subject: &str, predicates: &[&str]) -> Option<String> {
        predicates.iter().find_map(|predicate| {
            self.all(subject, &[*predicate]).find_map(|object| self.label(object))
        })
    }

    /// Returns all texts and addresses that several predicates give, each once.
    pub(super) fn texts(&self, subject: &str, predicates: &[&str]) -> Vec<String> {
        let mut seen = BTreeSet::new();
        self.all(subject, predicates)
            .filter_map(|object| self.label(object))
            .filter(|text| seen.insert(text.clone()))
            .collect()
    }

    /// Returns a text in Chinese and English.
    pub(super) fn bilingual(&self, subject: &str, predicates: &[&str]) -> Option<Bilingual> {
        bilingual(&self.first_of(subject, predicates))
    }

    /// Returns a text, an address, or the label of a blank node.
    pub(super) fn label(&self, object: &Object) -> Option<String> {
        match object {
            Object::Node(node) if node.starts_with("_:") => {
                let labels = [
                    "skos:prefLabel",
                    "rdfs:label",
                    "foaf:name",
                    "rdf:value",
                    "schema:name",
                    "vcard:fn",
                    "dct:title",
                ];
                labels.iter().find_map(|label| {
                    let found: Vec<&Object> = self.all(node, &[*label]).collect();
                    bilingual(&found).map(|bilingual| bilingual.text)
                })
            }
            other => other.readable(),
        }
    }
}

fn bilingual(objects: &[&Object]) -> Option<Bilingual> {
    let texts: Vec<(String, Option<&str>)> = objects
        .iter()
        .filter_map(|object| match object {
            Object::Text { value, language } => {
                crate::text::non_empty(value).map(|value| (value, language.as_deref()))
            }
            Object::Node(_) => None,
        })
        .collect();
    let of = |is_wanted: fn(Option<&str>) -> bool| {
        texts.iter().find(|(_, language)| is_wanted(*language)).map(|(text, _)| text.clone())
    };
    let english = of(|language| language.is_some_and(|tag| tag == "en" || tag.starts_with("en-")));
    let text = of(|language| language.is_some_and(|tag| tag == "zh" || tag.starts_with("zh-")))
        .or_else(|| of(|language| language.is_none()))
        .or_else(|| english.clone())
        .or_else(|| of(|_| true))?;
    let english = english.filter(|english| *english != text);
    Some(Bilingual { text, english })
}
