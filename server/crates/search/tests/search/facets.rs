//! Filters, counts and orders.

use std::collections::BTreeSet;

use crate::common::{codes, dataset, index_of, named, search, today, words};
use chrono::{Days, NaiveDate};
use kaishu_search::{Error, Index, Page};
use kaishu_types::search::{Facet, ItemName, SearchDocument, SearchRequest, Sort};
use kaishu_types::vocabulary::{Format, Frequency, OpenClass, RegionLevel, UpdatedWithin};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const THEMES: [&str; 3] = ["transport", "health", "education"];
const ORGS: [&str; 4] = ["YX-A", "YX-B", "YX-LC-C", "YX-LC-D"];
const ITEMS: [&str; 3] = ["车位数", "床位数", "经度"];
const WORDS: [&str; 6] = ["停车场", "空气质量", "医院", "学校", "公交", "数据"];

prop_compose! {
    fn any_dataset()(
        title in subsequence(WORDS.to_vec(), 1..3),
        theme in select(THEMES.to_vec()),
        org in select(ORGS.to_vec()),
        county in any::<bool>(),
        open in select(OpenClass::ALL),
        formats in subsequence(vec![Format::Csv, Format::Json, Format::Xlsx], 0..3),
        frequency in select(vec![Frequency::Daily, Frequency::Monthly, Frequency::Static]),
        age_days in 0_u64..500,
        due_in in 0_u64..60,
        n_downloads in 0_u64..3,
        priority in subsequence(vec!["traffic", "weather"], 0..2),
        items in subsequence(ITEMS.to_vec(), 0..3),
    ) -> SearchDocument {
        let mut document = dataset("X", &title.concat());
        document.card.theme = theme.to_owned();
        document.card.organization = named(org, org);
        if county {
            document.card.region = named("YX-LC", "鹿城县");
            document.regions = vec!["YX".to_owned(), "YX-LC".to_owned()];
            document.level = RegionLevel::County;
        }
        document.card.open_class = open;
        document.card.formats = formats;
        document.card.frequency = frequency;
        document.card.updated_at = document.card.updated_at - Days::new(age_days);
        let long_ago = today() - Days::new(30);
        document.card.next_due = Some(long_ago + Days::new(due_in));
        document.n_downloads = n_downloads;
        document.priority = priority.into_iter().map(str::to_owned).collect();
        document.items = items.into_iter().map(item).collect();
        document
    }
}

prop_compose! {
    fn any_request()(
        q in select(vec!["", "停车场", "空气质量 医院", "学校数据", "parking"]),
        theme in subsequence(THEMES.to_vec(), 0..2),
        org in subsequence(ORGS.to_vec(), 0..2),
        region in subsequence(vec!["YX", "YX-LC"], 0..2),
        level in subsequence(vec![RegionLevel::Prefecture, RegionLevel::County], 0..2),
        item in select(vec![None, None, Some("车位数"), Some("经度"), Some("nothing")]),
        open in subsequence(OpenClass::ALL.to_vec(), 0..2),
        format in subsequence(vec![Format::Csv, Format::Json], 0..2),
        frequency in subsequence(vec![Frequency::Daily, Frequency::Static], 0..2),
        updated in select(vec![None, Some(UpdatedWithin::Week), Some(UpdatedWithin::Year)]),
        priority in subsequence(vec!["traffic"], 0..1),
        sort in select(Sort::ALL),
    ) -> SearchRequest {
        let owned = |values: Vec<&str>| values.into_iter().map(str::to_owned).collect();
        SearchRequest {
            q: q.to_owned(),
            theme: owned(theme),
            org: owned(org),
            region: owned(region),
            level,
            open,
            format,
            frequency,
            updated,
            priority: owned(priority),
            item: item.map(str::to_owned),
            sort,
            exact: false,
        }
    }
}

fn numbered(mut documents: Vec<SearchDocument>) -> Vec<SearchDocument> {
    for (number, document) in documents.iter_mut().enumerate() {
        document.card.code = format!("YX-{number}").parse().unwrap();
    }
    documents
}

fn item(label: &str) -> ItemName {
    ItemName { name: label.to_owned(), label: label.to_owned() }
}

/// The request as the link of a facet value makes it: the value stands alone in its facet.
fn choose(request: &SearchRequest, facet: Facet, value: &str) -> SearchRequest {
    let mut chosen = request.clone();
    let alone = vec![value.to_owned()];
    match facet {
        Facet::Theme => chosen.theme = alone,
        Facet::Org => chosen.org = alone,
        Facet::Region => chosen.region = alone,
        Facet::Level => chosen.level = vec![value.parse().unwrap()],
        Facet::Open => chosen.open = vec![value.parse().unwrap()],
        Facet::Format => chosen.format = vec![value.parse().unwrap()],
        Facet::Frequency => chosen.frequency = vec![value.parse().unwrap()],
        Facet::Updated => chosen.updated = Some(value.parse().unwrap()),
    }
    chosen
}

fn without(request: &SearchRequest, facet: Facet) -> SearchRequest {
    let mut freed = request.clone();
    match facet {
        Facet::Theme => freed.theme.clear(),
        Facet::Org => freed.org.clear(),
        Facet::Region => freed.region.clear(),
        Facet::Level => freed.level.clear(),
        Facet::Open => freed.open.clear(),
        Facet::Format => freed.format.clear(),
        Facet::Frequency => freed.frequency.clear(),
        Facet::Updated => freed.updated = None,
    }
    freed
}

fn all_pages(index: &Index, request: &SearchRequest, limit: usize) -> Vec<String> {
    let mut page = Page::Offset { offset: 0, limit };
    let mut found = Vec::new();
    loop {
        let result = index.search(request, &page, today()).unwrap();
        found.extend(codes(&result));
        match result.next {
            Some(cursor) => page = Page::After { cursor, limit },
            None => return found,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Proves SRCH-01: counts per facet equal the result size.
    #[test]
    fn every_count_is_the_size_of_the_result_it_promises(
        documents in vec(any_dataset(), 1..60),
        request in any_request(),
    ) {
        let index = index_of(numbered(documents));
        let result = search(&index, &request);

        prop_assert_eq!(result.total, result.hits.len() as u64);
        for (facet, values) in &result.facets {
            for (value, count) in values {
                let chosen = search(&index, &choose(&request, *facet, value));
                prop_assert_eq!(*count, chosen.total, "{:?} = {}", facet, value);
            }
        }
        // Of these every dataset has one value, so no value is missing either.
        for facet in [Facet::Theme, Facet::Org, Facet::Level, Facet::Open, Facet::Frequency] {
            let values = result.facets.get(&facet).map(Vec::as_slice).unwrap_or_default();
            let sum: u64 = values.iter().map(|(_, count)| count).sum();
            prop_assert_eq!(sum, search(&index, &without(&request, facet)).total, "{:?}", facet);
        }
        let whole = search(&index, &without(&request, Facet::Region)).total;
        let top = result.facets[&Facet::Region].iter().find(|(value, _)| value == "YX");
        prop_assert_eq!(top.map_or(0, |(_, count)| *count), whole);
        for relaxation in index.relax(&request, today()).unwrap() {
            let freed = search(&index, &without(&request, relaxation.facet));
            prop_assert_eq!(relaxation.count, freed.total, "{:?}", relaxation.facet);
        }
    }

    #[test]
    fn pages_by_cursor_show_every_result_once(
        documents in vec(any_dataset(), 1..60),
        request in any_request(),
        limit in 1_usize..9,
    ) {
        let index = index_of(numbered(documents));

        let found = all_pages(&index, &request, limit);
        let whole = search(&index, &request);

        prop_assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len());
        prop_assert_eq!(found, codes(&whole));
    }
}

#[test]
fn a_region_counts_what_is_below_it() {
    let mut county = dataset("YX-1", "县里的学校");
    county.card.region = named("YX-LC", "鹿城县");
    county.regions = vec!["YX".to_owned()];
    let index = index_of(vec![county, dataset("YX-2", "州里的学校")]);

    let result = search(&index, &words(""));

    let expected = vec![("YX".to_owned(), 2), ("YX-LC".to_owned(), 1)];
    assert_eq!(result.facets.get(&Facet::Region), Some(&expected));
}

/// Proves SRCH-01: what is chosen is what has it, by each facet and by the name of a data item.
#[test]
fn each_filter_lets_through_what_has_its_value() {
    let mut one = dataset("YX-1", "一");
    one.card.theme = "health".to_owned();
    one.card.organization = named("YX-B", "卫生局");
    one.card.region = named("YX-LC", "鹿城县");
    one.regions = vec!["YX".to_owned(), "YX-LC".to_owned()];
    one.level = RegionLevel::County;
    one.card.open_class = OpenClass::Conditional;
    one.card.formats = vec![Format::Json];
    one.card.frequency = Frequency::Static;
    one.card.updated_at = one.card.updated_at - Days::new(20);
    one.items = vec![item("床位数")];
    let mut other = dataset("YX-2", "二");
    other.items = vec![item("车位数")];
    let index = index_of(vec![one, other]);

    let everything = search(&index, &words(""));
    assert_eq!(everything.facets.len(), Facet::ALL.len());
    for (facet, value) in [
        (Facet::Theme, "health"),
        (Facet::Org, "YX-B"),
        (Facet::Region, "YX-LC"),
        (Facet::Level, "county"),
        (Facet::Open, "conditional"),
        (Facet::Format, "json"),
        (Facet::Frequency, "static"),
    ] {
        let counted = everything.facets[&facet].iter().find(|(it, _)| it == value);
        assert_eq!(counted.map(|(_, count)| *count), Some(1), "{facet:?}");
        let found = search(&index, &choose(&words(""), facet, value));
        assert_eq!(codes(&found), ["YX-1"], "{facet:?}");
    }
    assert_eq!(codes(&search(&index, &choose(&words(""), Facet::Updated, "week"))), ["YX-2"]);
    let with_item = SearchRequest { item: Some("床位数".to_owned()), ..words("") };
    assert_eq!(codes(&search(&index, &with_item)), ["YX-1"]);
}

/// Proves SRCH-06: a priority topic has its own list.
#[test]
fn a_priority_topic_lists_its_datasets_only() {
    let mut tagged = dataset("YX-1", "信用信息");
    tagged.priority = vec!["credit".to_owned()];
    let index = index_of(vec![tagged, dataset("YX-2", "其他信息")]);

    let request = SearchRequest { priority: vec!["credit".to_owned()], ..words("") };
    let result = search(&index, &request);

    assert_eq!((codes(&result), result.total), (vec!["YX-1".to_owned()], 1));
}

#[test]
fn each_order_is_what_it_says() {
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    let mut late = dataset("YX-1", "阿坝学校");
    late.card.next_due = day("2026-11-01");
    let mut later = dataset("YX-2", "北京学校");
    later.card.next_due = day("2026-06-01");
    later.n_downloads = 9;
    let mut punctual = dataset("YX-3", "中国学校");
    punctual.card.next_due = day("2027-01-01");
    punctual.card.updated_at = punctual.card.updated_at + Days::new(1);
    let index = index_of(vec![late, later, punctual]);

    for (sort, expected) in [
        (Sort::Updated, "YX-3 YX-1 YX-2"),
        (Sort::Downloads, "YX-2 YX-3 YX-1"),
        (Sort::Overdue, "YX-2 YX-1 YX-3"),
        (Sort::Title, "YX-1 YX-2 YX-3"),
        (Sort::Relevance, "YX-3 YX-1 YX-2"),
    ] {
        let result = search(&index, &SearchRequest { sort, ..words("") });
        assert_eq!(codes(&result).join(" "), expected, "{sort:?}");
    }
}

#[test]
fn a_cursor_of_another_order_is_an_error() {
    let index = index_of(vec![dataset("YX-1", "学校"), dataset("YX-2", "学校")]);
    let first = index.search(&words(""), &Page::Offset { offset: 0, limit: 1 }, today()).unwrap();
    let by_title = SearchRequest { sort: Sort::Title, ..words("") };

    for cursor in [first.next.unwrap(), "nonsense".to_owned(), String::new()] {
        let page = Page::After { cursor, limit: 1 };
        assert!(matches!(index.search(&by_title, &page, today()), Err(Error::Cursor(_))));
    }
}

#[test]
fn a_facet_in_the_way_is_named() {
    let mut request = words("学校");
    request.theme = vec!["health".to_owned()];
    let index = index_of(vec![dataset("YX-1", "学校")]);

    let relaxations = index.relax(&request, today()).unwrap();

    let found: Vec<_> = relaxations.iter().map(|found| (found.facet, found.count)).collect();
    assert_eq!(found, vec![(Facet::Theme, 1)]);
}
