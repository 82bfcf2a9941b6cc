//! The mapping file.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::rule::Rule;
use crate::ImportError;

/// Fields of a record that hold one text.
const FIELDS: &[&str] = &[
    "source_id",
    "source_url",
    "code",
    "title",
    "title_en",
    "summary",
    "summary_en",
    "region",
    "licence",
    "frequency",
    "open_class",
    "issued_at",
    "updated_at",
    "version",
    "spatial",
    "temporal_start",
    "temporal_end",
    "contact",
    "homepage",
    "keywords",
    "themes",
];
const ORGANIZATION: &[&str] = &["source_id", "name", "name_en", "description"];
const RESOURCE: &[&str] = &[
    "each",
    "source_id",
    "title",
    "description",
    "url",
    "format",
    "media_type",
    "size_bytes",
    "updated_at",
];
const RULE: &[&str] = &["path", "default", "join", "with", "template", "constant"];
const TOP: &[&str] = &["records", "fields", "organization", "resource", "extras"];

type Rules = BTreeMap<String, Rule>;
type Table<'a> = DeTable<'a>;
type Item<'a> = Spanned<DeValue<'a>>;

/// Which field of a source is which field of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    pub(super) records: Option<String>,
    pub(super) fields: Rules,
    pub(super) organization: Rules,
    pub(super) resources: Vec<ResourceMapping>,
    pub(super) extras: Rules,
}

/// How resources are found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ResourceMapping {
    /// The path of the list of resources; absent where the record itself names the resource.
    pub(super) each: Option<String>,
    pub(super) fields: Rules,
}

impl Mapping {
    /// Reads a mapping file; `file_name` is for messages.
    ///
    /// # Errors
    ///
    /// Names the file, the line and the key that is not understood, and the ones that are.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, ImportError> {
        let source = Source { text, file_name };
        let table = DeTable::parse(text).map_err(|error| {
            source.error(error.span().unwrap_or_default(), error.message().to_owned())
        })?;
        let table = table.get_ref();
        source.check_keys(table, TOP, "the mapping")?;
        let fields = match table.get("fields") {
            Some(item) => source.rules(source.table(item, "fields")?, "fields", FIELDS)?,
            None => {
                return Err(source.error(0..0, "has no [fields]; it says what is what".to_owned()));
            }
        };
        for required in ["source_id", "title"] {
            if !fields.contains_key(required) {
                let at = table.get("fields").map(Spanned::span).unwrap_or_default();
                return Err(source.error(at, format!("[fields] does not say what `{required}` is")));
            }
        }
        let organization = match table.get("organization") {
            Some(item) => {
                source.rules(source.table(item, "organization")?, "organization", ORGANIZATION)?
            }
            None => Rules::new(),
        };
        let extras = match table.get("extras") {
            Some(item) => source.free_rules(source.table(item, "extras")?)?,
            None => Rules::new(),
        };
        let records = match table.get("records") {
            Some(item) => Some(source.string(item, "records")?),
            None => None,
        };
        let resources = source.resources(table.get("resource"))?;
        Ok(Self { records, fields, organization, resources, extras })
    }
}

struct Source<'a> {
    text: &'a str,
    file_name: &'a str,
}

impl Source<'_> {
    fn error(&self, at: Range<usize>, message: String) -> ImportError {
        let before = self.text.as_bytes().get(..at.start).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        ImportError::Mapping { file: self.file_name.to_owned(), line, message }
    }

    fn check_keys(&self, table: &Table<'_>, known: &[&str], what: &str) -> Result<(), ImportError> {
        for key in table.keys() {
            let name = key.get_ref();
            if !known.contains(&name.as_ref()) {
                let message =
                    format!("`{name}` is not a key of {what}; known are {}", known.join(", "));
                return Err(self.error(key.span(), message));
            }
        }
        Ok(())
    }

    fn table<'a, 'b>(&self, item: &'a Item<'b>, name: &str) -> Result<&'a Table<'b>, ImportError> {
        match item.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.error(item.span(), format!("`{name}` must be a table, as in [{name}]"))),
        }
    }

    fn string(&self, item: &Item<'_>, name: &str) -> Result<String, ImportError> {
        match item.get_ref() {
            DeValue::String(text) if !text.is_empty() => Ok(text.to_string()),
            _ => Err(self.error(item.span(), format!("`{name}` must be a text that is not empty"))),
        }
    }

    fn strings(&self, item: &Item<'_>, name: &str) -> Result<Vec<String>, ImportError> {
        match item.get_ref() {
            DeValue::Array(items) if !items.is_empty() => {
                items.iter().map(|item| self.string(item, name)).collect()
            }
            _ => self.string(item, name).map(|text| vec![text]),
        }
    }

    fn rules(&self, table: &Table<'_>, name: &str, known: &[&str]) -> Result<Rules, ImportError> {
        self.check_keys(table, known, &format!("[{name}]"))?;
        self.free_rules(table)
    }

    fn free_rules(&self, table: &Table<'_>) -> Result<Rules, ImportError> {
        table
            .iter()
            .map(|(key, item)| Ok((key.get_ref().to_string(), self.rule(item, key.get_ref())?)))
            .collect()
    }

    fn rule(&self, item: &Item<'_>, name: &str) -> Result<Rule, ImportError> {
        let DeValue::Table(table) = item.get_ref() else {
            return Ok(Rule::Paths { paths: self.strings(item, name)?, default: None });
        };
        self.check_keys(table, RULE, &format!("the rule for `{name}`"))?;
        let given: Vec<&str> = ["path", "join", "template", "constant"]
            .into_iter()
            .filter(|key| table.contains_key(*key))
            .collect();
        let text = |key: &str| table.get(key).map(|item| self.string(item, key)).transpose();
        let list = |key: &str| match table.get(key) {
            Some(item) => self.strings(item, key),
            None => Ok(Vec::new()),
        };
        match given.as_slice() {
            ["path"] => Ok(Rule::Paths { paths: list("path")?, default: text("default")? }),
            ["join"] => {
                let with = match table.get("with").map(Spanned::get_ref) {
                    Some(DeValue::String(with)) => with.to_string(),
                    _ => ", ".to_owned(),
                };
                Ok(Rule::Join { paths: list("join")?, with })
            }
            ["template"] => Ok(Rule::Template(text("template")?.unwrap_or_default())),
            ["constant"] => Ok(Rule::Constant(text("constant")?.unwrap_or_default())),
            _ => Err(self.error(
                item.span(),
                format!("the rule for `{name}` needs one of path, join, template, constant"),
            )),
        }
    }

    fn resources(&self, item: Option<&Item<'_>>) -> Result<Vec<ResourceMapping>, ImportError> {
        let Some(item) = item else {
            return Ok(Vec::new());
        };
        let tables = match item.get_ref() {
            DeValue::Array(items) => {
                items.iter().map(|item| self.table(item, "resource")).collect::<Result<_, _>>()?
            }
            _ => vec![self.table(item, "resource")?],
        };
        tables
            .into_iter()
            .map(|table| {
                self.check_keys(table, RESOURCE, "[resource]")?;
                let each = table.get("each").map(|each| self.string(each, "each")).transpose()?;
                let mut fields = self.free_rules(table)?;
                fields.remove("each");
                Ok(ResourceMapping { each, fields })
            })
            .collect()
    }
}
