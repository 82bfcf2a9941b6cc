//! Questions to a table, and that no view lets anything through.

#![expect(clippy::unwrap_used, reason = "a table that does not read must fail the test")]

#[path = "support/pages.rs"]
mod pages;
mod support;

use std::fmt::Write as _;

use kaishu_tables::{Governed, TableError, View, VisibleColumn};
use kaishu_types::table::{Grouping, Mask, TableQuery, parse};
use pages::all;
use proptest::prelude::*;
use support::{engine, run, take_in, visible, whole};

const CITIES: &str = "code,name,people,founded,big\n\
    007,北京,2189,1949-10-01,是\n\
    008,上海,2487,1949/5/27,是\n\
    009,茂县,9,2020年5月1日,否\n\
    010,无名,,,\n";

#[track_caller]
fn check(query: &TableQuery, expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let table = take_in(folder.path(), CITIES);
    let view = whole(&table);
    let engine = engine(folder.path());
    let governed = Governed::new(table, view);
    for limit in [1, 3, 100] {
        assert_eq!(all(&engine, &governed, query, limit), expected, "pages of {limit}");
    }
    let n = run(engine.count(&governed, query)).unwrap();
    assert_eq!(n, expected.len() as u64);
}

fn filtered(text: &str) -> TableQuery {
    TableQuery {
        filter: Some(parse::filter(text).unwrap()),
        select: vec!["code".to_owned()],
        ..TableQuery::default()
    }
}

#[test]
fn values_leave_as_they_came() {
    check(
        &TableQuery::default(),
        &[
            "007|北京|2189|1949-10-01|是",
            "008|上海|2487|1949/5/27|是",
            "009|茂县|9|2020年5月1日|否",
            "010|无名|||",
        ],
    );
}

#[test]
fn filters_compare_by_type() {
    check(&filtered("people > 100"), &["007", "008"]);
    check(&filtered("people BETWEEN 9 AND 2189"), &["007", "009"]);
    check(&filtered("people = 9.0"), &["009"]);
    check(&filtered("people IS NULL"), &["010"]);
    check(&filtered("people IS NOT NULL AND NOT (people > 100)"), &["009"]);
    check(&filtered("founded < DATE('1949-06-01')"), &["008"]);
    check(&filtered("founded = '2020-05-01'"), &["009"]);
    check(&filtered("big = TRUE OR code = '010'"), &["007", "008", "010"]);
    check(&filtered("code = 7"), &[]);
    check(&filtered("code IN ('007', '010')"), &["007", "010"]);
    check(&filtered("name LIKE '%海'"), &["008"]);
    check(&filtered("founded LIKE '2020年%'"), &["009"]);
}

/// What a filter for nothing finds is what counts leave out.
#[test]
fn words_for_none_are_none_where_values_have_a_type() {
    let folder = tempfile::tempdir().unwrap();
    let table = take_in(folder.path(), "code,n,name\na,1,NA\nb,NA,x\nc,,y\nd,-,z\n");
    let engine = engine(folder.path());
    let governed = Governed::new(table.clone(), whole(&table));
    let found = |text: &str| all(&engine, &governed, &filtered(text), 10);
    assert_eq!(found("n IS NULL"), ["b", "c", "d"]);
    assert_eq!(found("n IS NOT NULL"), ["a"]);
    assert_eq!(found("name IS NULL"), Vec::<String>::new());
}

#[test]
fn orders_put_nothing_last_and_keep_the_order_of_the_file() {
    let by = |text| TableQuery {
        sort: parse::sort(text).unwrap(),
        select: vec!["code".to_owned()],
        ..TableQuery::default()
    };
    check(&by("people"), &["009", "007", "008", "010"]);
    check(&by("-people"), &["008", "007", "009", "010"]);
    check(&by("founded"), &["008", "007", "009", "010"]);
    check(&by("big,-code"), &["009", "008", "007", "010"]);
}

#[test]
fn groups() {
    let grouped = |keys: &str, aggregates: &str, sort: &str| TableQuery {
        grouping: Some(Grouping {
            keys: parse::group_by(keys).unwrap(),
            aggregates: parse::aggregates(aggregates).unwrap(),
        }),
        sort: if sort.is_empty() { Vec::new() } else { parse::sort(sort).unwrap() },
        ..TableQuery::default()
    };
    check(&grouped("big", "count(),sum(people)", "big"), &["|1|∅", "否|1|9", "是|2|4676"]);
    check(
        &grouped("month(founded)", "count()", ""),
        &["1949-05|1", "1949-10|1", "2020-05|1", "∅|1"],
    );
    check(
        &grouped("year(founded)", "max(people)", "-\"year(founded)\""),
        &["2020|9", "1949|2487", "∅|∅"],
    );
    check(&grouped("bin(people,1000)", "count(people)", ""), &["0|1", "2000|2", "∅|0"]);
    let distinct =
        TableQuery { is_distinct: true, select: vec!["big".to_owned()], ..TableQuery::default() };
    check(&distinct, &["", "否", "是"]);
}

#[test]
fn text_is_found_in_any_column() {
    let query = TableQuery {
        contains: Some("2020年".to_owned()),
        select: vec!["name".to_owned()],
        ..TableQuery::default()
    };
    check(&query, &["茂县"]);
    check(&TableQuery { contains: Some("_".to_owned()), ..TableQuery::default() }, &[]);
}

#[track_caller]
fn check_error(query: &TableQuery, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    let table = take_in(folder.path(), CITIES);
    let governed = Governed::new(table.clone(), whole(&table));
    let error = run(engine(folder.path()).page(&governed, query, None, 10, None)).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn faults_say_what_would_be_right() {
    check_error(&filtered("pepole > 1"), "there is no column `pepole`");
    check_error(
        &filtered("people > 'many'"),
        "column `people` is of type integer: compare it with a number, as in 12.5",
    );
    check_error(
        &filtered("founded > 2020"),
        "column `founded` is of type date: compare it with a date, as in DATE('2020-02-06')",
    );
}

/// A table of people, of whom the view lets some columns and rows through. Every hidden value has a
/// word of its own that nothing else has.
#[derive(Debug, Clone)]
struct Case {
    columns: Vec<Option<Option<Mask>>>,
    district: u8,
    query: Question,
}

#[derive(Debug, Clone)]
enum Question {
    Rows { sort: usize, descending: bool },
    Contains(String),
    Filter { column: usize, pattern: String },
    Group { column: usize, of: usize },
    Distinct(usize),
}

const NAMES: [&str; 4] = ["district", "name", "phone", "age"];

fn people() -> String {
    let mut text = format!("{}\n", NAMES.join(","));
    for row in 0..60 {
        let district = row % 3;
        writeln!(text, "d{district},secret{row}d{district},1380013{row:04},{}", 20 + row).unwrap();
    }
    text
}

fn question() -> impl Strategy<Value = Question> {
    let column = 0..NAMES.len();
    prop_oneof![
        (column.clone(), any::<bool>())
            .prop_map(|(sort, descending)| Question::Rows { sort, descending }),
        "(secret|d[0-2]|138|2|\\*)".prop_map(Question::Contains),
        (column.clone(), "(secret%|%d[0-2]|138%|%)")
            .prop_map(|(column, pattern)| Question::Filter { column, pattern }),
        (column.clone(), column.clone()).prop_map(|(column, of)| Question::Group { column, of }),
        column.prop_map(Question::Distinct),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    let mask = prop_oneof![
        Just(None),
        Just(Some(Mask::Redact)),
        Just(Some(Mask::Partial { start: 3, end: 0 })),
        Just(Some(Mask::Hash)),
        Just(Some(Mask::Year)),
        Just(Some(Mask::Month)),
        Just(Some(Mask::Range { width: 10 })),
        Just(Some(Mask::Region { digits: 4 })),
        Just(Some(Mask::Drop)),
    ];
    let column = prop_oneof![Just(None), mask.prop_map(Some)];
    (proptest::collection::vec(column, NAMES.len()), 0..3_u8, question())
        .prop_map(|(columns, district, query)| Case { columns, district, query })
}

fn ask(question: &Question) -> TableQuery {
    let name = |column: usize| NAMES[column].to_owned();
    let mut query = TableQuery::default();
    match question {
        Question::Rows { sort, descending } => {
            query.sort =
                vec![kaishu_types::table::Sort { column: name(*sort), is_descending: *descending }];
        }
        Question::Contains(text) => query.contains = Some(text.clone()),
        Question::Filter { column, pattern } => {
            query.filter = Some(kaishu_types::table::Filter::Like {
                column: name(*column),
                pattern: pattern.clone(),
                ignores_case: false,
            });
        }
        Question::Group { column, of } => {
            let aggregates = format!("count(),min({0}),max({0}),count_distinct({0})", name(*of));
            query.grouping = Some(Grouping {
                keys: parse::group_by(&name(*column)).unwrap(),
                aggregates: parse::aggregates(&aggregates).unwrap(),
            });
        }
        Question::Distinct(column) => {
            query.is_distinct = true;
            query.select = vec![name(*column)];
        }
    }
    query
}

// Part of DL-02, SEC-05: rows are left by columns that the asker has as they are; where they cannot be told by those, none
// is left, and nothing says why.
#[test]
fn rows_are_left_by_what_the_asker_sees() {
    let cases: [(&str, &[&str]); 9] = [
        ("name IN ('北京', '茂县')", &["007", "009"]),
        ("people >= 2000", &["007", "008"]),
        ("founded BETWEEN '1949-06-01' AND '2021-01-01'", &["007", "009"]),
        ("code = '008'", &["008"]),
        // An order that texts have is not that of numbers.
        ("code >= '007'", &[]),
        ("nothing = '1'", &[]),
        ("people = 'many'", &[]),
        // Masked, and not had at all.
        ("big = '是'", &[]),
        ("name = '北京' OR big = '是'", &[]),
    ];
    for (filter, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let table = take_in(folder.path(), CITIES);
        let mut view = whole(&table);
        view.columns[4].mask = Some(Mask::Hash);
        let governed = Governed::new(table, view).only(parse::filter(filter).unwrap());
        let engine = engine(folder.path());
        let query = TableQuery { select: vec!["code".to_owned()], ..TableQuery::default() };
        assert_eq!(all(&engine, &governed, &query, 3), expected, "{filter}");
        let n_rows = run(engine.count(&governed, &TableQuery::default())).unwrap();
        assert_eq!(n_rows, expected.len() as u64, "{filter}");
        assert_eq!(governed.n_rows(), None, "{filter}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Proves DL-02, SEC-05: a view answers every question as a table would that holds nothing but
    /// what the view lets through.
    #[test]
    fn a_view_answers_as_if_nothing_else_were_there(case in case()) {
        let folder = tempfile::tempdir().unwrap();
        let table = take_in(folder.path(), &people());
        let columns = case.columns.iter().enumerate().filter_map(|(index, shown)| {
            Some(VisibleColumn { mask: shown.clone()?, ..visible(index) })
        });
        let rows = parse::filter(&format!("district = 'd{}'", case.district)).unwrap();
        let view = View { columns: columns.collect(), rows: Some(rows) };
        let governed = Governed::new(table, view);

        // The same table, with only the values that may be seen.
        let names: Vec<&str> = governed.columns().iter().map(|column| {
            *NAMES.iter().find(|name| **name == column.name).unwrap()
        }).collect();
        let engine = engine(folder.path());
        let shown = all(&engine, &governed, &TableQuery::default(), 7);
        prop_assert_eq!(shown.len(), if names.is_empty() { shown.len() } else { 20 });
        let allowed = tempfile::tempdir().unwrap();
        let text = format!("{}\n{}\n", names.join(","), shown.join("\n").replace('|', ","));
        let query = ask(&case.query);
        let found = run(engine.page(&governed, &query, None, 1000, None));
        if names.is_empty() {
            return Ok(());
        }
        let twin = take_in(allowed.path(), &text);
        // Types were found over all values, and a mask makes text.
        let mut twin = twin;
        for (column, seen) in twin.columns.iter_mut().zip(governed.columns()) {
            column.item_type = seen.item_type;
        }
        prop_assume!(twin.columns.iter().all(|column| column.item_type != kaishu_types::vocabulary::ItemType::Integer || column.profile.numbers.is_some()));
        let expected = run(engine.page(&Governed::new(twin.clone(), whole(&twin)), &query, None, 1000, None));
        match (found, expected) {
            (Ok(found), Ok(expected)) => prop_assert_eq!((found.slice.rows, found.total), (expected.slice.rows, expected.total)),
            (Err(TableError::NoColumn(a)), Err(TableError::NoColumn(b))) => prop_assert_eq!(a, b),
            (found, expected) => prop_assert!(false, "{:?} and {:?}", found, expected),
        }
        let n = run(engine.count(&governed, &TableQuery::default())).unwrap();
        prop_assert_eq!(n, 20);
    }
}
