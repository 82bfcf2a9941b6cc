//! Questions to tables as they stand in addresses.

use std::collections::BTreeMap;

use super::diff::ChangeKind;
use super::parse::{self, ParseError, Problem};
use super::query::{Grouping, TableQuery};
use super::write::{column_name, list};
use crate::query::only;
use crate::{FieldError, Lang};

/// Rows of a page where nothing is said.
pub const DEFAULT_LIMIT: usize = 50;
/// Most rows of a page.
pub const MAX_LIMIT: usize = 10_000;

/// The parameters of a question, without those that say which part of the answer is wanted.
pub const QUESTION: &[&str] =
    &["table", "filter", "q", "select", "sort", "distinct", "group_by", "aggregate"];

/// The parameters that say which part of an answer is wanted.
pub const PAGE: &[&str] = &["limit", "cursor", "version", "explain"];

/// A question with the part of the answer that is wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRequest {
    /// Which table of the file, from 1.
    pub table: usize,
    /// The question.
    pub query: TableQuery,
    /// Most rows.
    pub limit: usize,
    /// Where the part before ended.
    pub cursor: Option<String>,
    /// The version whose words are used; the current one where none is named.
    pub version: Option<u32>,
    /// Whether the bounds are wanted in place of rows.
    pub explain: bool,
}

impl Default for TableRequest {
    fn default() -> Self {
        Self {
            table: 1,
            query: TableQuery::default(),
            limit: DEFAULT_LIMIT,
            cursor: None,
            version: None,
            explain: false,
        }
    }
}

/// Reads the query string of an address; `more` names parameters that somebody else reads.
///
/// # Errors
///
/// Every fault, by parameter, in the language of the reader.
pub fn read(raw: &str, more: &[&str], lang: Lang) -> Result<TableRequest, Vec<FieldError>> {
    let known: Vec<&str> = QUESTION.iter().chain(PAGE).chain(more).copied().collect();
    let values = only(raw, &known, lang)?;
    let mut reader = Reader { values, lang, faults: Vec::new() };
    let query = TableQuery {
        filter: reader.parsed("filter", parse::filter),
        contains: reader.text("q"),
        select: reader.parsed("select", parse::columns).unwrap_or_default(),
        sort: reader.parsed("sort", parse::sort).unwrap_or_default(),
        is_distinct: reader.flag("distinct"),
        grouping: reader.grouping(),
    };
    if query.is_distinct && query.grouping.is_some() {
        reader.fault("distinct", "不能和分组一起用", "cannot be combined with groups");
    }
    let request = TableRequest {
        table: reader.number("table", 1, 1, 10_000),
        limit: reader.number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT),
        cursor: reader.text("cursor"),
        version: reader.version(),
        explain: reader.flag("explain"),
        query,
    };
    if reader.faults.is_empty() { Ok(request) } else { Err(reader.faults) }
}

/// Reads a question whose whole answer is wanted: a part of it cannot be asked for.
///
/// # Errors
///
/// As [`read`].
pub fn read_whole(raw: &str, more: &[&str], lang: Lang) -> Result<TableRequest, Vec<FieldError>> {
    let known: Vec<&str> = QUESTION.iter().chain(&["version"]).chain(more).copied().collect();
    only(raw, &known, lang)?;
    read(raw, more, lang)
}

/// Which differences of two tables are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangesRequest {
    /// The file that is compared with; the same file of the version before where none is named.
    pub from: Option<i64>,
    /// The version of the dataset that is compared with; 0 asks for none, and where to begin.
    pub since: Option<u32>,
    /// Which table of the file, from 1.
    pub table: usize,
    /// The columns that tell rows apart: guessed where none are named, none where whole rows are
    /// compared (`*`).
    pub key: Option<Vec<String>>,
    /// One kind of change.
    pub kind: Option<ChangeKind>,
    /// Most rows.
    pub limit: usize,
    /// How many rows stand before.
    pub offset: usize,
}

/// Reads an address that asks for differences.
///
/// # Errors
///
/// As [`read`].
pub fn read_changes(raw: &str, lang: Lang) -> Result<ChangesRequest, Vec<FieldError>> {
    let known = ["from", "since", "table", "key", "kind", "limit", "offset"];
    let values = only(raw, &known, lang)?;
    let mut reader = Reader { values, lang, faults: Vec::new() };
    let is_whole = reader.values.get("key").is_some_and(|text| text.trim() == "*");
    let key = match is_whole {
        true => Some(Vec::new()),
        false => reader.parsed("key", parse::columns),
    };
    let from = match reader.text("from").map(|text| text.parse::<i64>()) {
        Some(Err(_)) => {
            reader.fault("from", "应当是文件的编号", "is the number of a file");
            None
        }
        found => found.and_then(Result::ok),
    };
    let since = reader.since();
    if since.is_some() && from.is_some() {
        reader.fault("since", "不能和 from 一起用", "cannot be combined with `from`");
    }
    let kind = reader.text("kind").and_then(|text| {
        let found = ChangeKind::ALL.iter().copied().find(|kind| kind.as_str() == text);
        if found.is_none() {
            reader.fault(
                "kind",
                "只能是 changed、added 或 removed",
                "is changed, added or removed",
            );
        }
        found
    });
    let request = ChangesRequest {
        from,
        since,
        table: reader.number("table", 1, 1, 10_000),
        key,
        kind,
        limit: reader.number("limit", DEFAULT_LIMIT, 1, 1_000),
        offset: reader.number("offset", 0, 0, 1_000_000_000),
    };
    if reader.faults.is_empty() { Ok(request) } else { Err(reader.faults) }
}

/// Writes a request for differences, to be read by [`read_changes`].
pub fn write_changes(request: &ChangesRequest) -> Vec<(&'static str, String)> {
    let ChangesRequest { from, since, table, key, kind, limit, offset } = request;
    let mut pairs = Vec::new();
    let mut put = |name, value: String| {
        if !value.is_empty() {
            pairs.push((name, value));
        }
    };
    let unless = |number: usize, usual: usize| match number == usual {
        true => String::new(),
        false => number.to_string(),
    };
    put("from", from.map(|from| from.to_string()).unwrap_or_default());
    put("since", since.map(|since| since.to_string()).unwrap_or_default());
    put("table", unless(*table, 1));
    put(
        "key",
        match key.as_deref() {
            None => String::new(),
            Some([]) => "*".to_owned(),
            Some(names) => list(&names.iter().map(|name| column_name(name)).collect::<Vec<_>>()),
        },
    );
    put("kind", kind.map(|kind| kind.as_str().to_owned()).unwrap_or_default());
    put("limit", unless(*limit, DEFAULT_LIMIT));
    put("offset", unless(*offset, 0));
    pairs
}

/// Reads an address that names a table and nothing else.
///
/// # Errors
///
/// Names every parameter that is not known, given twice or no number.
pub fn read_table(raw: &str, lang: Lang) -> Result<usize, Vec<FieldError>> {
    let values = crate::query::only(raw, &["table"], lang)?;
    let Some(text) = values.get("table") else { return Ok(1) };
    text.parse().ok().filter(|number| (1..=10_000).contains(number)).ok_or_else(|| {
        let message = lang.pick("是从 1 开始的整数", "is a whole number from 1").to_owned();
        vec![FieldError { field: "table".to_owned(), message }]
    })
}

/// Writes the parameters of a question in their order; what is as it would be anyway is left out.
pub fn write(request: &TableRequest) -> Vec<(&'static str, String)> {
    let TableRequest { table, query, limit, cursor, version, explain } = request;
    let mut pairs = Vec::new();
    let mut put = |name, value: String| {
        if !value.is_empty() {
            pairs.push((name, value));
        }
    };
    put("table", if *table == 1 { String::new() } else { table.to_string() });
    put("q", query.contains.clone().unwrap_or_default());
    put("filter", query.filter.as_ref().map(ToString::to_string).unwrap_or_default());
    let select: Vec<String> = query.select.iter().map(|name| column_name(name)).collect();
    put("select", select.join(","));
    put("sort", list(&query.sort));
    put("distinct", if query.is_distinct { "1".to_owned() } else { String::new() });
    if let Some(Grouping { keys, aggregates }) = &query.grouping {
        put("group_by", list(keys));
        put("aggregate", list(aggregates));
    }
    put("limit", if *limit == DEFAULT_LIMIT { String::new() } else { limit.to_string() });
    put("version", version.map(|version| version.to_string()).unwrap_or_default());
    put("explain", if *explain { "1".to_owned() } else { String::new() });
    put("cursor", cursor.clone().unwrap_or_default());
    pairs
}

/// Writes a query string.
pub fn query_string(pairs: &[(&str, String)]) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(pairs);
    text.finish()
}

struct Reader {
    values: BTreeMap<String, String>,
    lang: Lang,
    faults: Vec<FieldError>,
}

impl Reader {
    fn fault(&mut self, field: &str, zh: &str, en: &str) {
        let message = self.lang.pick(zh, en).to_owned();
        self.faults.push(FieldError { field: field.to_owned(), message });
    }

    /// A parameter that is empty is as good as none: forms send those.
    fn text(&mut self, field: &str) -> Option<String> {
        self.values.remove(field).filter(|value| !value.trim().is_empty())
    }

    fn parsed<T>(
        &mut self,
        field: &str,
        read: impl Fn(&str) -> Result<T, ParseError>,
    ) -> Option<T> {
        let text = self.text(field)?;
        match read(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                let message = error.message(self.lang);
                self.faults.push(FieldError { field: field.to_owned(), message });
                None
            }
        }
    }

    fn flag(&mut self, field: &str) -> bool {
        match self.text(field).as_deref() {
            None | Some("0" | "false") => false,
            Some("1" | "true") => true,
            Some(_) => {
                self.fault(field, "只能是 1 或 0", "is 1 or 0");
                false
            }
        }
    }

    fn number(&mut self, field: &str, default: usize, least: usize, most: usize) -> usize {
        let Some(text) = self.text(field) else { return default };
        match text.parse::<usize>().ok().filter(|number| (least..=most).contains(number)) {
            Some(number) => number,
            None => {
                let zh = format!("应当是 {least} 到 {most} 的整数");
                let en = format!("is a whole number from {least} to {most}");
                self.fault(field, &zh, &en);
                default
            }
        }
    }

    fn version(&mut self) -> Option<u32> {
        let is_given = self.values.get("version").is_some_and(|value| !value.trim().is_empty());
        let number = self.number("version", 1, 1, 1_000_000);
        u32::try_from(number).ok().filter(|_| is_given)
    }

    fn since(&mut self) -> Option<u32> {
        let is_given = self.values.get("since").is_some_and(|value| !value.trim().is_empty());
        let number = self.number("since", 0, 0, 1_000_000);
        u32::try_from(number).ok().filter(|_| is_given)
    }

    fn grouping(&mut self) -> Option<Grouping> {
        let keys = self.parsed("group_by", parse::group_by);
        let aggregates = self.parsed("aggregate", parse::aggregates);
        if keys.is_none() && aggregates.is_none() {
            return None;
        }
        Some(Grouping {
            keys: keys.unwrap_or_default(),
            aggregates: aggregates.unwrap_or_default(),
        })
    }
}

impl ParseError {
    /// Says what is wrong, in a language.
    pub fn message(&self, lang: Lang) -> String {
        let Lang::Zh = lang else { return self.to_string() };
        let at = self.at;
        match self.problem {
            Problem::Expected(what) => format!("第 {at} 个字符处应当是：{what}"),
            Problem::OpenQuote => format!("第 {at} 个字符处的引号没有关上"),
            Problem::TooLong => "太长或者嵌套太深".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "an address that does not read must fail the test")]
    use super::*;

    #[test]
    fn what_is_written_is_read_the_same() {
        let raw = "table=2&q=x&filter=a+%3D+1&select=a,%22b+c%22&sort=-a&group_by=a&aggregate=count()&limit=7&cursor=zz&version=3";
        let request = read(raw, &[], Lang::En).unwrap();

        let again = read(&query_string(&write(&request)), &[], Lang::En).unwrap();

        assert_eq!(again, request);
        assert!(write(&TableRequest::default()).is_empty());
        assert_eq!(read("filter=&q=+&limit=", &[], Lang::En).unwrap(), TableRequest::default());
    }

    #[test]
    fn requests_for_differences_come_back_as_they_went() {
        for raw in [
            "",
            "from=3",
            "from=3&table=2&key=a%2C%22b+c%22&kind=added&limit=7&offset=14",
            "key=*",
            "since=0",
            "since=3&table=2&offset=14",
        ] {
            let request = read_changes(raw, Lang::En).unwrap_or_else(|faults| panic!("{faults:?}"));
            let again = read_changes(&query_string(&write_changes(&request)), Lang::En);
            assert_eq!(again.as_ref(), Ok(&request), "{raw}");
        }
        for (raw, field) in [
            ("from=x", "from"),
            ("since=x", "since"),
            ("since=2&from=1", "since"),
            ("kind=x", "kind"),
            ("key=,", "key"),
            ("limit=0", "limit"),
            ("x=1", "x"),
        ] {
            let faults = read_changes(raw, Lang::En).err().unwrap_or_default();
            assert_eq!(faults.first().map(|fault| fault.field.as_str()), Some(field), "{raw}");
        }
    }

    #[test]
    fn every_fault_is_named() {
        let faults = read("filter=a&limit=0&distinct=x&sort=1", &[], Lang::En).unwrap_err();
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["filter", "sort", "distinct", "limit"]);
        assert!(read("foo=1", &[], Lang::En).is_err());
        assert!(read("foo=1", &["foo"], Lang::En).is_ok());
    }
}
