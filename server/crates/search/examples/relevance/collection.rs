//! Judged collections: documents, queries, and which documents answer them.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fs;
use std::path::Path;

use chrono::DateTime;
use kaishu_types::dataset::DatasetCard;
use kaishu_types::organization::Named;
use kaishu_types::search::{ItemName, SearchDocument};
use kaishu_types::vocabulary::{DatasetState, Frequency, OpenClass, RegionLevel};
use serde_json::Value;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A document of a collection.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// Its title; may be empty.
    pub(crate) title: String,
    /// Its text.
    pub(crate) summary: String,
    /// Its keywords.
    pub(crate) keywords: Vec<String>,
    /// Names and labels of its data items.
    pub(crate) items: Vec<(String, String)>,
}

/// A query with its judgements.
#[derive(Debug)]
pub(crate) struct Query {
    /// What is searched.
    pub(crate) text: String,
    /// Grades of relevant documents by number.
    pub(crate) grades: BTreeMap<usize, f64>,
}

/// Documents with judged queries.
#[derive(Debug)]
pub(crate) struct Collection {
    /// What it is called in the report.
    pub(crate) name: String,
    /// The documents.
    pub(crate) documents: Vec<Document>,
    /// The queries.
    pub(crate) queries: Vec<Query>,
}

impl Document {
    /// All text of the document, as the plain engines get it.
    pub(crate) fn text(&self) -> String {
        let items = self.items.iter().map(|(name, label)| format!("{name} {label}"));
        let parts = [self.title.clone(), self.keywords.join(" ")].into_iter().chain(items);
        parts.chain([self.summary.clone()]).collect::<Vec<_>>().join("\n")
    }

    /// Makes the document that Kaishu indexes.
    pub(crate) fn to_search_document(&self, code: &str) -> Outcome<SearchDocument> {
        let nobody = || Named { code: "X".to_owned(), name: String::new(), name_en: None };
        let items = self.items.iter();
        Ok(SearchDocument {
            card: DatasetCard {
                code: code.parse()?,
                title: self.title.clone(),
                title_en: None,
                summary: self.summary.clone(),
                summary_en: None,
                organization: nobody(),
                region: nobody(),
                theme: String::new(),
                open_class: OpenClass::Unconditional,
                formats: Vec::new(),
                frequency: Frequency::Irregular,
                updated_at: DateTime::default(),
                next_due: None,
                n_items: u32::try_from(self.items.len())?,
                n_open_items: 0,
                state: DatasetState::Published,
                source_id: None,
            },
            keywords: self.keywords.clone(),
            items: items
                .map(|(name, label)| ItemName { name: name.clone(), label: label.clone() })
                .collect(),
            regions: Vec::new(),
            level: RegionLevel::Prefecture,
            priority: Vec::new(),
            n_downloads: 0,
        })
    }
}

/// Reads all collections that are there, and says which are not.
pub(crate) fn all(data: &Path, demo: &Path) -> Outcome<Vec<Collection>> {
    let mut found = Vec::new();
    if data.is_dir() {
        for (name, field) in
            [("DataFinder, keywords", "keyphrase_query"), ("DataFinder, sentences", "query")]
        {
            found.push(data_finder(data, name, field)?);
        }
        for (name, file) in [
            ("CMRC 2018, questions in simplified Chinese", "cmrc2018_dev_squad.json.zst"),
            ("DRCD, questions in traditional Chinese", "drcd_dev.json.zst"),
        ] {
            found.push(questions(name, &data.join(file))?);
        }
    } else {
        println!("left out: `{}` is not there", data.display());
    }
    if demo.join("golden.tsv").is_file() {
        found.push(golden(demo)?);
    } else {
        println!("left out: `{}` has no golden.tsv", demo.display());
    }
    Ok(found)
}

fn unpack(path: &Path) -> Outcome<String> {
    let packed = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(String::from_utf8(zstd::decode_all(packed.as_slice())?)?)
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn data_finder(folder: &Path, name: &str, field: &str) -> Outcome<Collection> {
    let mut documents = Vec::new();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for line in unpack(&folder.join("datafinder_documents.jsonl.zst"))?.lines() {
        let record: Value = serde_json::from_str(line)?;
        let title = text(&record, "id");
        numbers.insert(title.clone(), documents.len());
        documents.push(Document {
            title,
            summary: text(&record, "contents"),
            ..Document::default()
        });
    }
    let mut queries = Vec::new();
    for line in fs::read_to_string(folder.join("datafinder_queries_half0.jsonl"))?.lines() {
        let record: Value = serde_json::from_str(line)?;
        let judged = record.get("documents").and_then(Value::as_array);
        let grades: BTreeMap<usize, f64> = judged
            .into_iter()
            .flatten()
            .filter_map(|id| Some((*numbers.get(id.as_str()?)?, 1.0)))
            .collect();
        if !grades.is_empty() {
            queries.push(Query { text: text(&record, field), grades });
        }
    }
    Ok(Collection { name: name.to_owned(), documents, queries })
}

/// Reads questions on paragraphs: the paragraph of a question is the one relevant document.
fn questions(name: &str, path: &Path) -> Outcome<Collection> {
    let record: Value = serde_json::from_str(&unpack(path)?)?;
    let list = |value: &Value, name: &str| -> Vec<Value> {
        value.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let mut documents = Vec::new();
    let mut queries = Vec::new();
    for paragraph in list(&record, "data").iter().flat_map(|article| list(article, "paragraphs")) {
        let grades = BTreeMap::from([(documents.len(), 1.0)]);
        for question in list(&paragraph, "qas") {
            queries.push(Query { text: text(&question, "question"), grades: grades.clone() });
        }
        documents.push(Document { summary: text(&paragraph, "context"), ..Document::default() });
    }
    Ok(Collection { name: name.to_owned(), documents, queries })
}

/// Reads the demonstration catalogue with its judged queries.
fn golden(demo: &Path) -> Outcome<Collection> {
    let mut documents = Vec::new();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for record in csv::Reader::from_path(demo.join("catalogue.csv"))?.deserialize() {
        let mut row: HashMap<String, String> = record?;
        let mut take = |name: &str| row.remove(name).unwrap_or_default();
        numbers.insert(take("code"), documents.len());
        documents.push(Document {
            title: take("title"),
            summary: take("summary"),
            keywords: take("keywords").split(';').map(str::to_owned).collect(),
            items: Vec::new(),
        });
    }
    for record in csv::Reader::from_path(demo.join("items.csv"))?.deserialize() {
        let mut row: HashMap<String, String> = record?;
        let mut take = |name: &str| row.remove(name).unwrap_or_default();
        let place = numbers.get(&take("dataset")).copied();
        if let Some(document) = place.and_then(|place| documents.get_mut(place)) {
            document.items.push((take("name"), take("label")));
        }
    }
    let mut queries = Vec::new();
    for line in fs::read_to_string(demo.join("golden.tsv"))?.lines().skip(1) {
        let mut columns = line.split('\t');
        let text = columns.next().unwrap_or_default().to_owned();
        let grades: BTreeMap<usize, f64> = columns
            .nth(1)
            .unwrap_or_default()
            .split(',')
            .filter_map(|judgement| {
                let (code, grade) = judgement.trim().rsplit_once(':')?;
                Some((*numbers.get(code)?, grade.parse().ok()?))
            })
            .filter(|(_, grade): &(usize, f64)| *grade > 0.0)
            .collect();
        if !grades.is_empty() {
            queries.push(Query { text, grades });
        }
    }
    Ok(Collection { name: "Demonstration catalogue".to_owned(), documents, queries })
}
