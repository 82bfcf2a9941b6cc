//! What the page shows stands in its address, and nowhere else.

use kaishu_types::FieldError;
use kaishu_types::query::decode;
use kaishu_types::table::address::{self, PAGE, QUESTION, TableRequest};
use kaishu_types::table::{Filter, Literal, Operator, Sort, parse};

use super::chart::Choice;
use crate::ctx::Ctx;
use crate::error::AppError;

/// Parameters of the page that no question has: the column that is looked at closely, where in the
/// answer the rows begin, the column that a condition is to be added for, and the chart.
const OWN: &[&str] = &["col", "from", "add", "chart", "x", "y", "agg"];

/// What an address asks for.
pub(super) enum Asked {
    /// This view.
    View(Box<View>),
    /// A form was sent: the view is at this address.
    Elsewhere(String),
}

/// A view of a table.
#[derive(Debug, Clone)]
pub(super) struct View {
    path: String,
    /// The question and the part of the answer.
    pub(super) request: TableRequest,
    /// The column that is looked at closely.
    pub(super) column: Option<String>,
    /// The place of the first row in the answer, from 1.
    pub(super) from: u64,
    /// The column whose own fields the form of conditions has.
    pub(super) add: Option<String>,
    /// The chart below the rows.
    pub(super) chart: Option<Choice>,
    /// A condition that was sent without the value it needs.
    pub(super) draft: Option<Draft>,
}

/// What stands in the form of a condition that does not hold.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) column: String,
    pub(super) operator: String,
    pub(super) value: String,
}

/// How a condition of the form compares.
pub(super) const CONDITIONS: &[(&str, &str, &str)] = &[
    ("eq", "等于", "is"),
    ("ne", "不等于", "is not"),
    ("has", "包含", "contains"),
    ("starts", "开头是", "begins with"),
    ("ge", "不小于", "is at least"),
    ("le", "不大于", "is at most"),
    ("gt", "大于", "is above"),
    ("lt", "小于", "is below"),
    ("none", "没有值", "has no value"),
    ("some", "有值", "has a value"),
];

/// Conditions that have their own fields: a range from `v` to `w`, and any of several `v`.
pub(super) const BETWEEN: &str = "between";
pub(super) const ONE_OF: &str = "in";

/// Reads the address of the page.
pub(super) fn read(ctx: &Ctx, path: &str) -> Result<Asked, AppError> {
    let fault = |faults: Vec<FieldError>| {
        let open = ctx.lang.pick("显示全部数据", "Show all rows");
        AppError::fields(faults).with_remedy(open, path)
    };
    let pairs = decode(&ctx.query, ctx.lang).map_err(fault)?;
    let (sent, rest): (Vec<_>, Vec<_>) =
        pairs.into_iter().partition(|(name, _)| ["c", "o", "v", "w", "s"].contains(&name.as_str()));
    let as_pairs: Vec<(&str, String)> =
        rest.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let request = address::read(&address::query_string(&as_pairs), OWN, ctx.lang).map_err(fault)?;
    let value =
        |name: &str| rest.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone());
    let from = value("from").and_then(|from| from.parse().ok()).filter(|from| *from > 0);
    let mut view = View {
        path: path.to_owned(),
        from: if request.cursor.is_some() { from.unwrap_or(1) } else { 1 },
        request,
        column: value("col").filter(|name| !name.is_empty()),
        add: value("add").filter(|name| !name.is_empty()),
        chart: Choice::read(value, ctx.lang).map_err(fault)?,
        draft: None,
    };
    if sent.is_empty() {
        return Ok(Asked::View(Box::new(view)));
    }
    view.draft = view.take(&sent);
    match view.draft {
        Some(_) => Ok(Asked::View(Box::new(view))),
        None => Ok(Asked::Elsewhere(view.address())),
    }
}

impl View {
    /// Takes over what a form sent: a condition (`c`, `o`, `v`, `w`) or the columns that are wanted (`s`).
    /// Returns a condition that lacks a value.
    fn take(&mut self, sent: &[(String, String)]) -> Option<Draft> {
        self.rewind();
        let value = |name: &str| {
            let found = sent.iter().find(|(found, _)| found == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let columns: Vec<String> =
            sent.iter().filter(|(name, _)| name == "s").map(|(_, name)| name.clone()).collect();
        if !columns.is_empty() {
            self.request.query.select = columns;
        }
        let (column, operator) = (value("c"), value("o"));
        if column.is_empty() {
            return None;
        }
        let all = |name: &str| -> Vec<String> {
            let found = sent.iter().filter(|(found, _)| found == name);
            found.map(|(_, value)| value.clone()).collect()
        };
        let made = match operator.as_str() {
            BETWEEN => between(column.clone(), &value("v"), &value("w")),
            ONE_OF => one_of(column.clone(), all("v")),
            _ => condition(column.clone(), &operator, value("v")),
        };
        let Some(condition) = made else {
            return Some(Draft { column, operator, value: value("v") });
        };
        let mut parts = self.conditions();
        if !parts.contains(&condition) {
            parts.push(condition);
        }
        self.request.query.filter = all_of(parts);
        None
    }

    fn rewind(&mut self) {
        self.request.cursor = None;
        self.from = 1;
    }

    /// The conditions that all hold.
    pub(super) fn conditions(&self) -> Vec<Filter> {
        match self.request.query.filter.clone() {
            None => Vec::new(),
            Some(Filter::And(parts)) => parts,
            Some(filter) => vec![filter],
        }
    }

    /// The parameters of this view.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = address::write(&self.request);
        pairs.extend(self.column.clone().map(|column| ("col", column)));
        pairs.extend(self.chart.iter().flat_map(Choice::pairs));
        if self.request.cursor.is_some() {
            pairs.push(("from", self.from.to_string()));
        }
        pairs
    }

    /// The parameters but for some, for forms that send those.
    pub(super) fn pairs_without(&self, names: &[&str]) -> Vec<(&'static str, String)> {
        let mut start = self.clone();
        start.rewind();
        start.pairs().into_iter().filter(|(name, _)| !names.contains(name)).collect()
    }

    /// The path of this view.
    pub(super) fn address(&self) -> String {
        written(&self.path, &self.pairs())
    }

    /// The query string of the question alone, for the API.
    pub(super) fn question(&self) -> String {
        let is_of_question = |name: &&str| QUESTION.contains(name) && !PAGE.contains(name);
        let pairs: Vec<_> = address::write(&self.request)
            .into_iter()
            .filter(|(name, _)| is_of_question(name))
            .collect();
        written("", &pairs)
    }

    /// The path of this page without any question.
    pub(super) fn without_question(&self) -> String {
        View { column: None, chart: None, ..self.whole() }.address()
    }

    /// The view of all of the table.
    pub(super) fn whole(&self) -> Self {
        let table = self.request.table;
        View { request: TableRequest { table, ..TableRequest::default() }, ..self.clone() }
    }

    /// The comparison that a refusal names, with its place among the conditions.
    pub(super) fn refused(&self, fault: &str) -> Option<(usize, Draft)> {
        self.conditions().into_iter().enumerate().rev().find_map(|(place, filter)| match filter {
            Filter::Compare { column, operator, value }
                if fault.contains(&format!("`{column}`")) =>
            {
                let value = match value {
                    Literal::Text(text) => text,
                    value => value.to_string(),
                };
                Some((place, Draft { column, operator: code_of(operator).to_owned(), value }))
            }
            _ => None,
        })
    }

    /// This view without one of its conditions, from its first row.
    pub(super) fn but_condition(&self, place: usize) -> Self {
        let mut other = self.clone();
        other.rewind();
        let mut parts = other.conditions();
        parts.remove(place.min(parts.len().saturating_sub(1)));
        other.request.query.filter = all_of(parts);
        other
    }

    /// The path of another table of the file.
    pub(super) fn of_table(&self, table: usize) -> String {
        let request = TableRequest { table, ..TableRequest::default() };
        View { request, column: None, from: 1, chart: None, ..self.clone() }.address()
    }

    /// The path of this view without one of its conditions.
    pub(super) fn without_condition(&self, place: usize) -> String {
        self.but_condition(place).address()
    }

    /// The path of a view that differs, from its first row.
    pub(super) fn changed(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut other = self.clone();
        other.rewind();
        change(&mut other);
        other.address()
    }

    /// The path of this view ordered by a column: upwards, then downwards, then not at all.
    pub(super) fn sorted_by(&self, column: &str) -> String {
        let next = match self.direction(column) {
            None => Some(false),
            Some(false) => Some(true),
            Some(true) => None,
        };
        self.changed(|view| {
            let sort = next.map(|is_descending| Sort { column: column.to_owned(), is_descending });
            view.request.query.sort = sort.into_iter().collect();
        })
    }

    /// Whether the rows are ordered by a column, and whether its greatest value comes first.
    pub(super) fn direction(&self, column: &str) -> Option<bool> {
        let first = self.request.query.sort.first()?;
        (first.column == column).then_some(first.is_descending)
    }

    /// The path of the rows that follow.
    pub(super) fn next(&self, cursor: String, from: u64) -> String {
        let mut other = self.clone();
        other.request.cursor = Some(cursor);
        other.from = from;
        other.address()
    }
}

fn written(path: &str, pairs: &[(&str, String)]) -> String {
    if pairs.is_empty() {
        return path.to_owned();
    }
    format!("{path}?{}", address::query_string(pairs))
}

fn all_of(mut parts: Vec<Filter>) -> Option<Filter> {
    match parts.len() {
        0 | 1 => parts.pop(),
        _ => Some(Filter::And(parts)),
    }
}

/// Makes the condition of a range; an end that is left open is none.
fn between(column: String, from: &str, to: &str) -> Option<Filter> {
    let end = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let compare =
        |column, operator, value| Filter::Compare { column, operator, value: Literal::Text(value) };
    Some(match (end(from), end(to)) {
        (Some(from), Some(to)) => {
            Filter::Between { column, from: Literal::Text(from), to: Literal::Text(to) }
        }
        (Some(from), None) => compare(column, Operator::GreaterOrEqual, from),
        (None, Some(to)) => compare(column, Operator::LessOrEqual, to),
        (None, None) => return None,
    })
}

/// Makes the condition of several values.
fn one_of(column: String, mut values: Vec<String>) -> Option<Filter> {
    match values.len() {
        0 => None,
        1 => condition(column, "eq", values.remove(0)),
        _ => Some(Filter::In { column, values: values.into_iter().map(Literal::Text).collect() }),
    }
}

/// How the form names a comparison.
fn code_of(operator: Operator) -> &'static str {
    match operator {
        Operator::Equal => "eq",
        Operator::NotEqual => "ne",
        Operator::GreaterOrEqual => "ge",
        Operator::LessOrEqual => "le",
        Operator::Greater => "gt",
        Operator::Less => "lt",
    }
}

/// Makes a condition of what the form sent; one without the value that it compares with is none. What
/// is no value of the column is said by the answer.
fn condition(column: String, operator: &str, value: String) -> Option<Filter> {
    let compare = |column, operator| {
        let value = value.trim().to_owned();
        Filter::Compare { column, operator, value: Literal::Text(value) }
    };
    let escaped = || value.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let like = |column, pattern| Filter::Like { column, pattern, ignores_case: true };
    let is_comparison = ["eq", "ne", "ge", "le", "gt", "lt"].contains(&operator);
    if is_comparison && value.trim().is_empty() {
        return None;
    }
    Some(match operator {
        "eq" => compare(column, Operator::Equal),
        "ne" => compare(column, Operator::NotEqual),
        "ge" => compare(column, Operator::GreaterOrEqual),
        "le" => compare(column, Operator::LessOrEqual),
        "gt" => compare(column, Operator::Greater),
        "lt" => compare(column, Operator::Less),
        "has" if value.is_empty() => return None,
        "has" => like(column, format!("%{}%", escaped())),
        "starts" if value.is_empty() => return None,
        "starts" => like(column, format!("{}%", escaped())),
        "none" => Filter::IsNull { column },
        "some" => Filter::Not(Box::new(Filter::IsNull { column })),
        _ => parse::filter(&value).ok()?,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a condition that is none must fail the test")]
    use super::*;

    #[track_caller]
    fn check(operator: &str, value: &str, expected: &str) {
        let made = condition("人 口".to_owned(), operator, value.to_owned()).unwrap();
        assert_eq!(made.to_string(), expected);
    }

    #[test]
    fn forms_become_filters() {
        check("eq", " 007 ", "\"人 口\" = '007'");
        check("has", "50%", "CASEI(\"人 口\") LIKE CASEI('%50\\%%')");
        check("some", "", "\"人 口\" IS NOT NULL");
        assert!(condition("a".to_owned(), "has", String::new()).is_none());
        assert!(condition("a".to_owned(), "eq", " ".to_owned()).is_none());
        assert!(condition("a".to_owned(), "drop", "x".to_owned()).is_none());
        let range = |from, to| between("a".to_owned(), from, to).map(|it| it.to_string());
        assert_eq!(range("1", " 2 "), Some("a BETWEEN '1' AND '2'".to_owned()));
        assert_eq!(range("", "2"), Some("a <= '2'".to_owned()));
        assert_eq!(range("", " "), None);
        let some = one_of("a".to_owned(), vec!["甲".to_owned(), "乙".to_owned()]);
        assert_eq!(some.unwrap().to_string(), "a IN ('甲', '乙')");
    }
}
