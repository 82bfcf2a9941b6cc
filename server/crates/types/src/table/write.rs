//! Writes filters, orders and groups as they stand in addresses.

use std::fmt;

use super::query::{Aggregate, Filter, GroupKey, Literal, Period, Sort};

/// Words that mean something else without quotes.
const KEYWORDS: &[&str] = &[
    "and",
    "or",
    "not",
    "is",
    "null",
    "like",
    "between",
    "in",
    "true",
    "false",
    "casei",
    "date",
    "timestamp",
];

/// The name of a column, between double quotes where it needs them.
pub fn column_name(name: &str) -> String {
    let is_bare = name.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && name.chars().all(|sign| sign.is_alphanumeric() || matches!(sign, '_' | ':' | '.'))
        && !KEYWORDS.contains(&name.to_lowercase().as_str());
    // A year with a word, as in `2020年`, is a name, too, if no number can be read into it.
    let is_year = name.contains('年')
        && name
            .chars()
            .all(|sign| sign.is_ascii_digit() || ('\u{4E00}'..='\u{9FFF}').contains(&sign));
    if is_bare || is_year { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl fmt::Display for Literal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => formatter.write_str(number),
            Self::Text(text) => formatter.write_str(&quoted(text)),
            Self::Boolean(true) => formatter.write_str("TRUE"),
            Self::Boolean(false) => formatter.write_str("FALSE"),
            Self::Date(date) => write!(formatter, "DATE({})", quoted(date)),
            Self::Timestamp(moment) => write!(formatter, "TIMESTAMP({})", quoted(moment)),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => joined(formatter, parts, " AND "),
            Self::Or(parts) => joined(formatter, parts, " OR "),
            Self::Not(part) => negated(formatter, part),
            filter => predicate(formatter, filter, ""),
        }
    }
}

fn joined(formatter: &mut fmt::Formatter<'_>, parts: &[Filter], word: &str) -> fmt::Result {
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            formatter.write_str(word)?;
        }
        match part {
            Filter::And(_) | Filter::Or(_) => write!(formatter, "({part})")?,
            _ => write!(formatter, "{part}")?,
        }
    }
    Ok(())
}

fn negated(formatter: &mut fmt::Formatter<'_>, part: &Filter) -> fmt::Result {
    match part {
        Filter::And(_) | Filter::Or(_) | Filter::Compare { .. } => {
            write!(formatter, "NOT ({part})")
        }
        Filter::Not(_) => write!(formatter, "NOT {part}"),
        part => predicate(formatter, part, "NOT "),
    }
}

fn predicate(formatter: &mut fmt::Formatter<'_>, filter: &Filter, not: &str) -> fmt::Result {
    match filter {
        Filter::Compare { column, operator, value } => {
            write!(formatter, "{} {} {value}", column_name(column), operator.sign())
        }
        Filter::Like { column, pattern, ignores_case: true } => {
            write!(formatter, "CASEI({}) {not}LIKE CASEI({})", column_name(column), quoted(pattern))
        }
        Filter::Like { column, pattern, ignores_case: false } => {
            write!(formatter, "{} {not}LIKE {}", column_name(column), quoted(pattern))
        }
        Filter::Between { column, from, to } => {
            write!(formatter, "{} {not}BETWEEN {from} AND {to}", column_name(column))
        }
        Filter::In { column, values } => {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            write!(formatter, "{} {not}IN ({})", column_name(column), values.join(", "))
        }
        Filter::IsNull { column } => write!(formatter, "{} IS {not}NULL", column_name(column)),
        Filter::And(_) | Filter::Or(_) | Filter::Not(_) => write!(formatter, "{filter}"),
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minus = if self.is_descending { "-" } else { "" };
        write!(formatter, "{minus}{}", column_name(&self.column))
    }
}

impl fmt::Display for GroupKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(column) => formatter.write_str(&column_name(column)),
            Self::Period(period, column) => {
                let word = match period {
                    Period::Year => "year",
                    Period::Month => "month",
                    Period::Day => "day",
                };
                write!(formatter, "{word}({})", column_name(column))
            }
            Self::Bin(column, width) => write!(formatter, "bin({},{width})", column_name(column)),
        }
    }
}

impl fmt::Display for Aggregate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count => formatter.write_str("count()"),
            Self::CountValues(column) => write!(formatter, "count({})", column_name(column)),
            Self::CountDistinct(column) => {
                write!(formatter, "count_distinct({})", column_name(column))
            }
            Self::Sum(column) => write!(formatter, "sum({})", column_name(column)),
            Self::Average(column) => write!(formatter, "avg({})", column_name(column)),
            Self::Min(column) => write!(formatter, "min({})", column_name(column)),
            Self::Max(column) => write!(formatter, "max({})", column_name(column)),
            Self::Quantile(column, share) => {
                write!(formatter, "quantile({},{share})", column_name(column))
            }
        }
    }
}

/// Writes a list with commas between.
pub fn list<T: fmt::Display>(parts: &[T]) -> String {
    parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
