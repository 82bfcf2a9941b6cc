//! Reading a profile file with every fault and its line.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{PolicyProblem, line_of};
use super::ruled::{Ground, Ruled};
use super::value::{ReadValue, kind};
use crate::regulation::Citation;

/// The table of the file that says which profile it is.
const HEADER: &str = "profile";

/// One file being read. Faults are collected, so that all are reported at once.
pub(crate) struct Reader<'a, 'text> {
    file: &'a str,
    text: &'text str,
    document: &'a DeTable<'text>,
    is_override: bool,
    problems: Vec<PolicyProblem>,
}

impl<'a, 'text> Reader<'a, 'text> {
    pub(crate) fn new(file: &'a str, text: &'text str, document: &'a DeTable<'text>) -> Self {
        Self { file, text, document, is_override: false, problems: Vec::new() }
    }

    /// Lets rules be left out that a parent has.
    pub(crate) fn overriding(mut self) -> Self {
        self.is_override = true;
        self
    }

    pub(crate) fn into_problems(self) -> Vec<PolicyProblem> {
        self.problems
    }

    /// Notes a fault at a place of the file.
    pub(crate) fn fault(&mut self, span: &Range<usize>, key: &str, message: impl Into<String>) {
        self.problems.push(PolicyProblem {
            file: self.file.to_owned(),
            line: line_of(self.text, span),
            key: key.to_owned(),
            message: message.into(),
        });
    }

    /// Notes a fault at the line of a key.
    pub(crate) fn fault_at(&mut self, table: &str, name: &str, message: impl Into<String>) {
        let span = self.find(table, name).map_or(0..0, |(key, _)| key.span());
        self.fault(&span, &full_key(table, name), message);
    }

    /// Whether the file itself gives a rule, and takes it from no parent.
    pub(crate) fn gives(&self, table: &str, name: &str) -> bool {
        self.find(table, name).is_some()
    }

    /// Reads `table.name`, or takes the parent's rule where the file overrides one.
    pub(crate) fn rule<T: ReadValue + Clone>(
        &mut self,
        table: &str,
        name: &str,
        parent: Option<&Ruled<T>>,
    ) -> Option<Ruled<T>> {
        let key = full_key(table, name);
        let Some((key_span, entry)) =
            self.find(table, name).map(|(key, value)| (key.span(), value))
        else {
            if self.is_override
                && let Some(rule) = parent
            {
                return Some(rule.clone());
            }
            let span = self.table_span(table);
            self.fault(&span, &key, "missing: give `value` with `source` or `proposed`");
            return None;
        };
        let Some(fields) = entry.get_ref().as_table() else {
            let found = kind(entry.get_ref());
            let message = format!(
                "expected {{ value = …, source = \"…\" }} or {{ value = …, proposed = \"…\", \
                 proposed_en = \"…\" }}, found {found}"
            );
            self.fault(&key_span, &key, message);
            return None;
        };
        let value = self.value(fields, &key_span, &key);
        let ground = self.ground(fields, &key_span, &key);
        Some(Ruled { value: value?, ground: ground? })
    }

    /// Reads a text of `[profile]`.
    pub(crate) fn header_text(&mut self, name: &str, required: bool) -> Option<String> {
        let value = self.header_value(name, required)?;
        match value.get_ref().as_str().map(str::trim) {
            Some(text) if !text.is_empty() => Some(text.to_owned()),
            _ => {
                let message = format!("expected a text, found {}", kind(value.get_ref()));
                self.fault(&value.span(), &full_key(HEADER, name), message);
                None
            }
        }
    }

    /// Finds a value of `[profile]`.
    pub(crate) fn header_value(
        &mut self,
        name: &str,
        required: bool,
    ) -> Option<&'a Spanned<DeValue<'text>>> {
        let found = self.find(HEADER, name).map(|(_, value)| value);
        if found.is_none() && required {
            let span = self.table_span(HEADER);
            self.fault(&span, &full_key(HEADER, name), "missing");
        }
        found
    }

    /// Reports every key that is in no list: of tables, of rules as (table, name), of the header.
    pub(crate) fn refuse_unknown(&mut self, rules: &[(&str, &str)], header: &[&str]) {
        for (key, value) in self.document {
            let name = key.get_ref().as_ref();
            let is_table = name == HEADER || rules.iter().any(|(table, _)| *table == name);
            if !is_table {
                if !rules.contains(&("", name)) {
                    self.fault(&key.span(), name, unknown_key(name, rules));
                }
                continue;
            }
            let Some(table) = value.get_ref().as_table() else {
                self.fault(&key.span(), name, format!("expected a table `[{name}]`"));
                continue;
            };
            for inner in table.keys() {
                let inner_name = inner.get_ref().as_ref();
                let known = if name == HEADER {
                    header.contains(&inner_name)
                } else {
                    rules.contains(&(name, inner_name))
                };
                if !known {
                    let full = full_key(name, inner_name);
                    let message = unknown_key(&full, rules);
                    self.fault(&inner.span(), &full, message);
                }
            }
        }
    }

    fn value<T: ReadValue>(
        &mut self,
        fields: &'a DeTable<'text>,
        key_span: &Range<usize>,
        key: &str,
    ) -> Option<T> {
        for (name, _) in fields {
            let known = ["value", "source", "proposed", "proposed_en"];
            if !known.contains(&name.get_ref().as_ref()) {
                let message =
                    format!("unknown field `{}`; known are {}", name.get_ref(), known.join(", "));
                self.fault(&name.span(), key, message);
            }
        }
        let Some(value) = fields.get("value") else {
            self.fault(key_span, key, "`value` is missing");
            return None;
        };
        T::read(value.get_ref()).map_err(|message| self.fault(&value.span(), key, message)).ok()
    }

    fn ground(
        &mut self,
        fields: &'a DeTable<'text>,
        key_span: &Range<usize>,
        key: &str,
    ) -> Option<Ground> {
        let mut text = |name: &str| {
            let value = fields.get(name)?;
            let text = value.get_ref().as_str().map(str::trim).unwrap_or_default();
            if text.is_empty() {
                self.fault(&value.span(), key, format!("`{name}` must be a text that says why"));
            }
            Some(text.to_owned())
        };
        let (source, proposed, proposed_en) =
            (text("source"), text("proposed"), text("proposed_en"));
        match (source, proposed, proposed_en) {
            (Some(source), None, None) => self.citation(&source, key_span, key),
            (None, Some(reason), Some(reason_en)) => Some(Ground::Proposed { reason, reason_en }),
            (None, None, None) => {
                let message = "no ground: give the article as `source`, or say why as `proposed` \
                               and `proposed_en`";
                self.fault(key_span, key, message);
                None
            }
            (None, _, _) => {
                self.fault(key_span, key, "`proposed` and `proposed_en` go together");
                None
            }
            (Some(_), _, _) => {
                self.fault(key_span, key, "both `source` and `proposed`: a rule has one ground");
                None
            }
        }
    }

    fn citation(&mut self, source: &str, key_span: &Range<usize>, key: &str) -> Option<Ground> {
        let citation = Citation::new(source);
        if source.is_empty() {
            return None;
        }
        if citation.articles().is_empty() {
            let message = format!("`{source}` names no article, such as 第十七条");
            self.fault(key_span, key, message);
            return None;
        }
        if let Some(number) = citation.missing_articles().first() {
            let message = format!("`{source}`: that regulation has no article {number}");
            self.fault(key_span, key, message);
            return None;
        }
        Some(Ground::Source(citation))
    }

    fn find(
        &self,
        table: &str,
        name: &str,
    ) -> Option<(&'a Spanned<std::borrow::Cow<'text, str>>, &'a Spanned<DeValue<'text>>)> {
        let fields = if table.is_empty() {
            self.document
        } else {
            self.document.get(table)?.get_ref().as_table()?
        };
        fields.get_key_value(name)
    }

    /// The head of a table, or the first line where the table itself is missing.
    fn table_span(&self, table: &str) -> Range<usize> {
        self.document.get_key_value(table).map_or(0..0, |(key, _)| key.span())
    }
}

pub(crate) fn full_key(table: &str, name: &str) -> String {
    if table.is_empty() { name.to_owned() } else { format!("{table}.{name}") }
}

/// Names the keys of the same table, since most unknown keys are mistyped ones.
fn unknown_key(key: &str, rules: &[(&str, &str)]) -> String {
    let table = key.split_once('.').map_or("", |(table, _)| table);
    let known: Vec<&str> =
        rules.iter().filter(|(group, _)| *group == table).map(|(_, name)| *name).collect();
    match (known.is_empty(), table) {
        (true, _) => "unknown key".to_owned(),
        (false, "") => format!("unknown key or table; keys are {}", known.join(", ")),
        (false, _) => format!("unknown key; keys of [{table}] are {}", known.join(", ")),
    }
}
