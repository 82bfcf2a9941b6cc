//! The query string of the catalogue: one reading for the page and the API, and the way back.
//!
//! Nothing is guessed. A parameter that is not known, a value that is none, or a parameter given
//! twice that can have one value only is an error that names it.

use std::fmt::Display;
use std::str::FromStr;

use crate::search::{Facet, SearchRequest, Sort};
use crate::vocabulary::{UnknownValue, UpdatedWithin};
use crate::{FieldError, Lang};

/// Longest query in characters; more is refused, never cut.
pub const MAX_QUERY_CHARS: usize = 1_000;

/// Most values of one facet.
const MAX_VALUES: usize = 100;

/// Results on a page or in a reply where nothing is said.
pub const DEFAULT_PER_PAGE: usize = 20;

/// Most results on a page or in a reply.
pub const MAX_PER_PAGE: usize = 100;

/// What an address asks of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CatalogueQuery {
    /// The search.
    pub request: SearchRequest,
    /// The page, from 1; only in addresses of pages.
    pub page: Option<usize>,
    /// Where to go on; only in the API.
    pub cursor: Option<String>,
    /// Results at once.
    pub per_page: Option<usize>,
    /// The facet whose values are listed in full; only in addresses of pages.
    pub all: Option<Facet>,
}

/// Which parameters an address may have besides those of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// `page` and `all`, for people.
    Pages,
    /// `cursor` and `per_page`, for programs.
    Cursor,
}

const SEARCH_PARAMETERS: &[&str] = &[
    "q",
    "theme",
    "org",
    "region",
    "level",
    "open",
    "format",
    "frequency",
    "updated",
    "priority",
    "item",
    "sort",
    "exact",
];

/// Reads the query string of an address.
///
/// # Errors
///
/// Every fault, by parameter, in the language of the reader.
pub fn parse(raw: &str, paging: Paging, lang: Lang) -> Result<CatalogueQuery, Vec<FieldError>> {
    let pairs = decode(raw, lang)?;
    let mut reader = Reader { query: CatalogueQuery::default(), paging, lang, faults: Vec::new() };
    let mut seen_once: Vec<String> = Vec::new();
    for (name, value) in pairs {
        if is_single(&name) {
            if seen_once.contains(&name) {
                reader.fault(&name, "出现了两次，只能写一次", "is given twice; give it once");
                continue;
            }
            seen_once.push(name.clone());
        }
        reader.take(&name, &value);
    }
    if reader.faults.is_empty() { Ok(reader.query) } else { Err(reader.faults) }
}

/// Decodes a query string into names and values, refusing bytes that are not UTF-8.
///
/// # Errors
///
/// Names the parameter whose bytes are no text.
pub fn decode(raw: &str, lang: Lang) -> Result<Vec<(String, String)>, Vec<FieldError>> {
    let mut pairs = Vec::new();
    for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
        if name.contains('\u{FFFD}') || value.contains('\u{FFFD}') {
            let field = name.replace('\u{FFFD}', "?");
            let message = lang.pick(
                "含有不是 UTF-8 的字节，地址应当用 UTF-8 编码",
                "holds bytes that are not UTF-8; encode the address as UTF-8",
            );
            let message = message.to_owned();
            return Err(vec![FieldError { field, message }]);
        }
        pairs.push((name.into_owned(), value.into_owned()));
    }
    Ok(pairs)
}

fn is_single(name: &str) -> bool {
    matches!(
        name,
        "q" | "updated" | "item" | "sort" | "exact" | "page" | "cursor" | "per_page" | "all"
    )
}

struct Reader {
    query: CatalogueQuery,
    paging: Paging,
    lang: Lang,
    faults: Vec<FieldError>,
}

impl Reader {
    fn fault(&mut self, field: &str, zh: impl Into<String>, en: impl Into<String>) {
        let field = field.chars().take(60).collect();
        let message = self.lang.pick(zh.into(), en.into());
        self.faults.push(FieldError { field, message });
    }

    fn unknown(&mut self, field: &str, value: &str, known: &str) {
        let value = shown(value);
        self.fault(
            field,
            format!("没有“{value}”这个值，可用的是：{known}"),
            format!("`{value}` is not known here; known are {known}"),
        );
    }

    fn take(&mut self, name: &str, value: &str) {
        // An empty field of a form restricts nothing.
        let value = value.trim();
        match (name, self.paging) {
            ("q", _) => self.take_text(value),
            (_, _) if value.is_empty() && self.is_known(name) => {}
            ("theme", _) => self.push_code(name, value, |request| &mut request.theme),
            ("org", _) => self.push_code(name, value, |request| &mut request.org),
            ("region", _) => self.push_code(name, value, |request| &mut request.region),
            ("priority", _) => self.push_code(name, value, |request| &mut request.priority),
            ("level", _) => self.push(name, value, |request| &mut request.level),
            ("open", _) => self.push(name, value, |request| &mut request.open),
            ("format", _) => self.push(name, value, |request| &mut request.format),
            ("frequency", _) => self.push(name, value, |request| &mut request.frequency),
            ("updated", _) => match value.parse::<UpdatedWithin>() {
                Ok(within) => self.query.request.updated = Some(within),
                Err(error) => self.unknown(name, value, &error.known),
            },
            ("item", _) => self.take_item(value),
            ("sort", _) => self.take_sort(value),
            ("exact", _) => match value {
                "1" | "true" => self.query.request.exact = true,
                "0" | "false" => self.query.request.exact = false,
                _ => self.unknown(name, value, "1, 0"),
            },
            (_, Paging::Pages) => self.take_for_pages(name, value),
            (_, Paging::Cursor) => self.take_for_programs(name, value),
        }
    }

    fn take_for_pages(&mut self, name: &str, value: &str) {
        match name {
            "page" => match value.parse::<usize>() {
                Ok(page) if page >= 1 => self.query.page = Some(page),
                _ => {
                    let value = shown(value);
                    self.fault(
                        name,
                        format!("“{value}”不是页码，页码从 1 数起"),
                        format!("`{value}` is no page; pages count from 1"),
                    );
                }
            },
            "all" => match Facet::ALL.iter().find(|facet| facet.as_str() == value) {
                Some(facet) => self.query.all = Some(*facet),
                None => {
                    let known: Vec<&str> = Facet::ALL.iter().map(|facet| facet.as_str()).collect();
                    self.unknown(name, value, &known.join(", "));
                }
            },
            _ => self.unknown_parameter(name),
        }
    }

    fn take_for_programs(&mut self, name: &str, value: &str) {
        match name {
            "cursor" => self.query.cursor = Some(value.to_owned()),
            "per_page" => match value.parse::<usize>() {
                Ok(count) if (1..=MAX_PER_PAGE).contains(&count) => {
                    self.query.per_page = Some(count);
                }
                _ => self.fault(
                    name,
                    format!("是 1 到 {MAX_PER_PAGE} 的整数"),
                    format!("is a number from 1 to {MAX_PER_PAGE}"),
                ),
            },
            _ => self.unknown_parameter(name),
        }
    }

    fn unknown_parameter(&mut self, name: &str) {
        let known = self.known().join(", ");
        self.fault(
            name,
            format!("不是这个地址的参数，可用的是：{known}"),
            format!("is not a parameter of this address; known are {known}"),
        );
    }

    fn known(&self) -> Vec<&'static str> {
        let own: &[&str] = match self.paging {
            Paging::Pages => &["page", "all"],
            Paging::Cursor => &["cursor", "per_page"],
        };
        SEARCH_PARAMETERS.iter().chain(own).copied().collect()
    }

    fn is_known(&self, name: &str) -> bool {
        self.known().contains(&name)
    }

    fn take_text(&mut self, value: &str) {
        let n_chars = value.chars().count();
        if n_chars > MAX_QUERY_CHARS {
            self.fault(
                "q",
                format!("有 {n_chars} 个字，最多查找 {MAX_QUERY_CHARS} 个字"),
                format!("has {n_chars} characters; at most {MAX_QUERY_CHARS} are searched"),
            );
            return;
        }
        value.clone_into(&mut self.query.request.q);
    }

    fn take_item(&mut self, value: &str) {
        if value.chars().count() > 100 {
            self.fault(
                "item",
                "超过 100 个字，只写一个数据项的名称",
                "is longer than 100 characters; give the name of one data item",
            );
            return;
        }
        self.query.request.item = Some(value.to_owned());
    }

    fn take_sort(&mut self, value: &str) {
        match Sort::parse(value) {
            Some(sort) => self.query.request.sort = sort,
            None => {
                let known: Vec<&str> = Sort::ALL.iter().map(|sort| sort.as_str()).collect();
                self.unknown("sort", value, &known.join(", "));
            }
        }
    }

    fn push<T>(&mut self, name: &str, value: &str, list: impl Fn(&mut SearchRequest) -> &mut Vec<T>)
    where
        T: FromStr<Err = UnknownValue> + PartialEq,
    {
        match value.parse::<T>() {
            Ok(value) => self.add(name, value, list),
            Err(error) => self.unknown(name, value, &error.known),
        }
    }

    fn push_code(
        &mut self,
        name: &str,
        value: &str,
        list: impl Fn(&mut SearchRequest) -> &mut Vec<String>,
    ) {
        if value.chars().count() > 200 {
            self.fault(name, "比任何编码都长", "is longer than any code");
            return;
        }
        self.add(name, value.to_owned(), list);
    }

    fn add<T: PartialEq>(
        &mut self,
        name: &str,
        value: T,
        list: impl Fn(&mut SearchRequest) -> &mut Vec<T>,
    ) {
        let values = list(&mut self.query.request);
        if values.contains(&value) {
            return;
        }
        if values.len() >= MAX_VALUES {
            self.fault(
                name,
                format!("超过 {MAX_VALUES} 个值"),
                format!("has more than {MAX_VALUES} values"),
            );
            return;
        }
        list(&mut self.query.request).push(value);
    }
}

fn shown(value: &str) -> String {
    value.chars().take(40).collect()
}

impl SearchRequest {
    /// Returns the values chosen in a facet, as they stand in addresses.
    pub fn values(&self, facet: Facet) -> Vec<String> {
        fn texts<T: Display>(values: &[T]) -> Vec<String> {
            values.iter().map(ToString::to_string).collect()
        }
        match facet {
            Facet::Open => texts(&self.open),
            Facet::Org => self.org.clone(),
            Facet::Theme => self.theme.clone(),
            Facet::Updated => self.updated.iter().map(ToString::to_string).collect(),
            Facet::Region => self.region.clone(),
            Facet::Level => texts(&self.level),
            Facet::Format => texts(&self.format),
            Facet::Frequency => texts(&self.frequency),
        }
    }

    /// Returns the request without one facet.
    #[must_use]
    pub fn without(&self, facet: Facet) -> Self {
        let mut request = self.clone();
        match facet {
            Facet::Open => request.open.clear(),
            Facet::Org => request.org.clear(),
            Facet::Theme => request.theme.clear(),
            Facet::Updated => request.updated = None,
            Facet::Region => request.region.clear(),
            Facet::Level => request.level.clear(),
            Facet::Format => request.format.clear(),
            Facet::Frequency => request.frequency.clear(),
        }
        request
    }

    /// Returns the request without one value of a facet.
    #[must_use]
    pub fn without_value(&self, facet: Facet, value: &str) -> Self {
        let mut request = self.clone();
        match facet {
            Facet::Open => request.open.retain(|it| it.as_str() != value),
            Facet::Org => request.org.retain(|it| it != value),
            Facet::Theme => request.theme.retain(|it| it != value),
            Facet::Updated => request.updated = None,
            Facet::Region => request.region.retain(|it| it != value),
            Facet::Level => request.level.retain(|it| it.as_str() != value),
            Facet::Format => request.format.retain(|it| it.as_str() != value),
            Facet::Frequency => request.frequency.retain(|it| it.as_str() != value),
        }
        request
    }

    /// Returns the request with one more value of a facet; a value that is none changes nothing.
    #[must_use]
    pub fn with_value(&self, facet: Facet, value: &str) -> Self {
        fn add<T: FromStr + PartialEq>(values: &mut Vec<T>, value: &str) {
            if let Ok(value) = value.parse()
                && !values.contains(&value)
            {
                values.push(value);
            }
        }
        let mut request = self.clone();
        match facet {
            Facet::Open => add(&mut request.open, value),
            Facet::Org => add(&mut request.org, value),
            Facet::Theme => add(&mut request.theme, value),
            Facet::Updated => request.updated = value.parse().ok().or(request.updated),
            Facet::Region => add(&mut request.region, value),
            Facet::Level => add(&mut request.level, value),
            Facet::Format => add(&mut request.format, value),
            Facet::Frequency => add(&mut request.frequency, value),
        }
        request
    }

    /// Returns the parameters of this request, as they stand in addresses.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.q.is_empty() {
            pairs.push(("q", self.q.clone()));
        }
        for facet in Facet::ALL {
            pairs.extend(self.values(*facet).into_iter().map(|value| (facet.as_str(), value)));
        }
        pairs.extend(self.priority.iter().map(|value| ("priority", value.clone())));
        pairs.extend(self.item.iter().map(|value| ("item", value.clone())));
        if self.sort != Sort::default() {
            pairs.push(("sort", self.sort.as_str().to_owned()));
        }
        if self.exact {
            pairs.push(("exact", "1".to_owned()));
        }
        pairs
    }

    /// Writes the query string of this request, without a question mark.
    pub fn to_query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.pairs()).finish()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;
    use crate::vocabulary::OpenClass;

    #[test]
    fn an_address_says_what_it_asks_and_can_be_written_back() {
        let raw = "q=%E7%94%A8%E7%94%B5&open=conditional&open=unconditional&org=YX-FGW&updated=year&sort=downloads";

        let query = parse(raw, Paging::Pages, Lang::En).unwrap();

        assert_eq!(query.request.q, "用电");
        assert_eq!(query.request.open, [OpenClass::Conditional, OpenClass::Unconditional]);
        let again = parse(&query.request.to_query(), Paging::Pages, Lang::En).unwrap();
        assert_eq!(again, query);
    }

    #[track_caller]
    fn refuses(raw: &str, field: &str, part: &str) {
        let faults = parse(raw, Paging::Pages, Lang::En).unwrap_err();
        assert_eq!(faults[0].field, field);
        assert!(faults[0].message.contains(part), "{}", faults[0].message);
    }

    #[test]
    fn faults_name_the_parameter_and_what_would_be_right() {
        refuses("colour=red", "colour", "known are q, theme");
        refuses("open=all", "open", "unconditional, conditional, none");
        refuses("page=0", "page", "from 1");
        refuses("page=x", "page", "from 1");
        refuses("sort=updated&sort=title", "sort", "twice");
        refuses("q=%FF%FE", "q", "not UTF-8");
        refuses("sort=best", "sort", "relevance");
        refuses(&format!("q={}", "a".repeat(10_000)), "q", "at most 1000");
        refuses("cursor=abc", "cursor", "not a parameter");
    }

    #[test]
    fn empty_fields_of_a_form_restrict_nothing() {
        let query = parse("q=&theme=&updated=&page=", Paging::Pages, Lang::En).unwrap();
        assert_eq!(query, CatalogueQuery::default());
    }

    #[test]
    fn special_characters_survive_the_way_through_an_address() {
        let request =
            SearchRequest { q: "a+b & 50% \"空 气\" #1".to_owned(), ..Default::default() };
        let again = parse(&request.to_query(), Paging::Pages, Lang::En).unwrap();
        assert_eq!(again.request, request);
    }
}
