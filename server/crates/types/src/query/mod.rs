//! The query string of the catalogue: one reading for the page and the API, and the way back.

mod read;
mod write;

use crate::search::{Facet, SearchRequest};

pub use write::encode;

pub use read::{MAX_PART_CHARS, decode, only, parse, told_apart};

/// Longest query in characters; more is refused, never cut.
pub const MAX_QUERY_CHARS: usize = 1_000;

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
    /// What the listed values must contain; only in addresses of pages.
    pub find: Option<String>,
}

/// Which parameters an address may have besides those of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// `page`, `all` and `find`, for people.
    Pages,
    /// `cursor` and `per_page`, for programs.
    Cursor,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;
    use crate::Lang;
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
    fn what_is_known_is_told_apart() {
        for (lang, expected) in
            [(Lang::Zh, "不是这个地址的参数"), (Lang::En, "is not a parameter of this address")]
        {
            let faults = only("colour=red", &["q", "sort"], lang).unwrap_err();
            assert_eq!(told_apart(&faults[0].message), (expected, Some("q, sort")));
        }
        assert_eq!(told_apart("from 1"), ("from 1", None));
    }

    #[test]
    fn faults_name_the_parameter_and_what_would_be_right() {
        refuses("colour=red", "colour", "known are q, theme");
        refuses("open=all", "open", "unconditional, conditional, none");
        refuses("page=0", "page", "from 1");
        refuses("page=x", "page", "from 1");
        refuses("sort=updated&sort=title", "sort", "twice");
        refuses(&"a&".repeat(1_000), "?", "at most 1000");
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

    #[test]
    fn a_part_of_a_name_is_for_lists_of_values() {
        let query = parse("all=org&find=%20公安%20", Paging::Pages, Lang::Zh).unwrap();
        assert_eq!(query.all, Some(Facet::Org));
        assert_eq!(query.find.as_deref(), Some("公安"));
        assert!(query.request.to_query().is_empty());
        assert!(parse("find=a", Paging::Cursor, Lang::Zh).is_err());
        let long = format!("find={}", "a".repeat(101));
        assert_eq!(parse(&long, Paging::Pages, Lang::Zh).unwrap_err()[0].field, "find");
    }
}
