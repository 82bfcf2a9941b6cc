//! Reading a query string.
//!
//! Nothing is guessed. A parameter that is not known, a value that is none, or a parameter given
//! twice that can have one value only is an error that names it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::str::FromStr;

use super::{CatalogueQuery, MAX_PER_PAGE, MAX_QUERY_CHARS, Paging};
use crate::search::{Facet, SearchRequest, Sort};
use crate::vocabulary::{UnknownValue, UpdatedWithin};
use crate::{FieldError, Lang};

/// Longest name, or part of one, in characters.
pub const MAX_PART_CHARS: usize = 100;

/// Most parameters of an address.
const MAX_PARAMETERS: usize = 1_000;

/// Most faults that one answer names; each repeats what would be right.
const MAX_FAULTS: usize = 10;

/// Most values of one facet.
const MAX_VALUES: usize = 100;

/// What stands before the list of what is known, in each language.
const KNOWN: [&str; 2] = ["，可用的是：", "; known are "];

/// Parts a message of a fault into what is said and the list of what is known, which helps those who
/// write addresses.
pub fn told_apart(message: &str) -> (&str, Option<&str>) {
    let parts = KNOWN.into_iter().find_map(|mark| message.rsplit_once(mark));
    parts.map_or((message, None), |(said, known)| (said, Some(known)))
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
    if raw.bytes().filter(|byte| *byte == b'&').count() >= MAX_PARAMETERS {
        let message = match lang {
            Lang::Zh => format!("地址里的参数超过 {MAX_PARAMETERS} 个"),
            Lang::En => format!("an address has at most {MAX_PARAMETERS} parameters"),
        };
        return Err(vec![FieldError { field: "?".to_owned(), message }]);
    }
    for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
        if name.contains('\u{FFFD}') || value.contains('\u{FFFD}') {
            let field = shown(&name.replace('\u{FFFD}', "?"));
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

/// Reads the parameters of an address that takes these and no others, each given once.
///
/// # Errors
///
/// Names every parameter that is not known or given twice, in the language of the reader.
pub fn only(
    raw: &str,
    known: &[&str],
    lang: Lang,
) -> Result<BTreeMap<String, String>, Vec<FieldError>> {
    let mut values = BTreeMap::new();
    let mut faults = Vec::new();
    for (name, value) in decode(raw, lang)? {
        if faults.len() >= MAX_FAULTS {
            break;
        }
        let field: String = name.chars().take(60).collect();
        if !known.contains(&name.as_str()) {
            faults.push(FieldError { field, message: unknown_parameter(known, lang) });
            continue;
        }
        match values.entry(name) {
            Entry::Vacant(place) => {
                place.insert(value);
            }
            Entry::Occupied(_) => {
                let message = lang.pick("出现了两次，只能写一次", "is given twice; give it once");
                faults.push(FieldError { field, message: message.to_owned() });
            }
        }
    }
    if faults.is_empty() { Ok(values) } else { Err(faults) }
}

fn unknown_parameter(known: &[&str], lang: Lang) -> String {
    let all = known.join(", ");
    let [zh, en] = KNOWN;
    match lang {
        _ if known.is_empty() => lang
            .pick(
                "不是这个地址的参数，这个地址不接受参数",
                "is not a parameter of this address, which takes none",
            )
            .to_owned(),
        Lang::Zh => format!("不是这个地址的参数{zh}{all}"),
        Lang::En => format!("is not a parameter of this address{en}{all}"),
    }
}

fn is_single(name: &str) -> bool {
    matches!(
        name,
        "q" | "updated"
            | "item"
            | "sort"
            | "exact"
            | "page"
            | "cursor"
            | "per_page"
            | "all"
            | "find"
    )
}

/// Returns a name that is not too long for one.
fn short(value: &str) -> Option<String> {
    (value.chars().count() <= MAX_PART_CHARS).then(|| value.to_owned())
}

struct Reader {
    query: CatalogueQuery,
    paging: Paging,
    lang: Lang,
    faults: Vec<FieldError>,
}

impl Reader {
    fn fault(&mut self, field: &str, zh: impl Into<String>, en: impl Into<String>) {
        if self.faults.len() >= MAX_FAULTS {
            return;
        }
        let field = field.chars().take(60).collect();
        let message = self.lang.pick(zh.into(), en.into());
        self.faults.push(FieldError { field, message });
    }

    fn unknown(&mut self, field: &str, value: &str, known: &str) {
        let value = shown(value);
        let [zh, en] = KNOWN;
        self.fault(
            field,
            format!("没有“{value}”这个值{zh}{known}"),
            format!("`{value}` is not known here{en}{known}"),
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
            "find" => match short(value) {
                Some(part) => self.query.find = Some(part),
                None => self.fault(
                    name,
                    format!("超过 {MAX_PART_CHARS} 个字，写名称的一部分"),
                    format!("is longer than {MAX_PART_CHARS} characters; give a part of a name"),
                ),
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
        let message = unknown_parameter(&self.known(), self.lang);
        self.fault(name, message.clone(), message);
    }

    fn known(&self) -> Vec<&'static str> {
        let own: &[&str] = match self.paging {
            Paging::Pages => &["page", "all", "find"],
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
        match short(value) {
            Some(item) => self.query.request.item = Some(item),
            None => self.fault(
                "item",
                format!("超过 {MAX_PART_CHARS} 个字，只写一个数据项的名称"),
                format!(
                    "is longer than {MAX_PART_CHARS} characters; give the name of one data item"
                ),
            ),
        }
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
