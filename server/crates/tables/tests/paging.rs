//! Pages, one after the other, are the whole answer: nothing twice, nothing left out.

#![expect(clippy::unwrap_used, reason = "a table that does not read must fail the test")]

#[path = "support/pages.rs"]
mod pages;
mod support;

use std::fmt::Write as _;

use kaishu_tables::{Engine, Governed};
use kaishu_types::table::{Grouping, TableQuery, parse};
use pages::all;
use support::{engine, run, take_in, whole};

/// Rows in which what is rare stands far apart, further than one range of rows is read.
fn rows() -> String {
    let mut text = "kind,n,share,day,moment,big\n".to_owned();
    for row in 1..=2_000 {
        let kind = if [1, 2, 3, 400, 1_999].contains(&row) { "rare" } else { "usual" };
        let (n, share) = (row % 7, f64::from(row % 11) / 4.0);
        let (day, hour, minute) = (1 + row % 28, row % 24, row % 60);
        let big = ["是", "否", ""][row as usize % 3];
        if row % 13 == 0 {
            writeln!(text, "{kind},,,,,{big}").unwrap();
        } else {
            let date = format!("2020-02-{day:02}");
            writeln!(text, "{kind},{n},{share},{date},{date} {hour:02}:{minute:02},{big}").unwrap();
        }
    }
    text
}

struct Asked {
    engine: Engine,
    table: Governed,
    _folder: tempfile::TempDir,
}

impl Asked {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let table = take_in(folder.path(), &rows());
        let table = Governed::new(table.clone(), whole(&table));
        Self { engine: engine(folder.path()), table, _folder: folder }
    }

    #[track_caller]
    fn check(&self, query: &TableQuery, limits: &[usize]) {
        let at_once = all(&self.engine, &self.table, query, 10_000);
        assert_eq!(run(self.engine.count(&self.table, query)).unwrap(), at_once.len() as u64);
        for limit in limits {
            let first = run(self.engine.page(&self.table, query, None, *limit, None)).unwrap();
            let n = at_once.len() as u64;
            assert!(first.total.is_none_or(|total| total == n), "{query:?}");
            let known = run(self.engine.page(&self.table, query, None, *limit, Some(n))).unwrap();
            assert_eq!((known.slice, known.total), (first.slice, Some(n)), "{query:?}");
            let paged = all(&self.engine, &self.table, query, *limit);
            assert_eq!(paged, at_once, "pages of {limit} of {query:?}");
        }
    }
}

/// Proves DL-02: there is no row that paging does not come to.
#[test]
fn rows_that_stand_far_apart_are_all_on_some_page() {
    let asked = Asked::new();
    let filter = Some(parse::filter("kind = 'rare'").unwrap());
    let query = TableQuery { filter, ..TableQuery::default() };
    asked.check(&query, &[1, 2, 3, 4, 5, 6]);
    asked.check(&TableQuery::default(), &[255, 256, 257, 2_000]);
}

#[test]
fn every_type_orders_pages() {
    let asked = Asked::new();
    for column in ["kind", "n", "share", "day", "moment", "big"] {
        for direction in ["", "-"] {
            let sort = parse::sort(&format!("{direction}{column}")).unwrap();
            asked.check(&TableQuery { sort, ..TableQuery::default() }, &[333]);
        }
    }
}

#[test]
fn groups_are_paged_by_whatever_orders_them() {
    let asked = Asked::new();
    let numbers = "count(),sum(n),avg(share),min(moment),max(day),count_distinct(kind)";
    for key in ["n", "share", "day", "moment", "big", "year(day)", "month(moment)", "bin(share,1)"]
    {
        for sort in ["", "count()", "sum(n)", "avg(share)", "min(moment)", "max(day)"] {
            let query = TableQuery {
                grouping: Some(Grouping {
                    keys: parse::group_by(key).unwrap(),
                    aggregates: parse::aggregates(numbers).unwrap(),
                }),
                sort: match sort {
                    "" => Vec::new(),
                    sort => parse::sort(&format!("-\"{sort}\"")).unwrap(),
                },
                filter: Some(parse::filter("kind = 'usual' AND n < 3").unwrap()),
                ..TableQuery::default()
            };
            asked.check(&query, &[5]);
        }
    }
}

#[test]
fn distinct_rows_are_paged() {
    let asked = Asked::new();
    let select = ["big", "moment"].map(str::to_owned).to_vec();
    let filter = Some(parse::filter("n = 1").unwrap());
    asked.check(&TableQuery { is_distinct: true, select, filter, ..TableQuery::default() }, &[7]);
}

#[test]
fn the_first_of_many_rows_are_found_while_they_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "code,n,kind\n".to_owned();
    let code = |row: u64| row * 7_919 % 100_003;
    for row in 0..100_000_u64 {
        writeln!(text, "c{:06},{},{}", code(row), row % 1_000, row % 2).unwrap();
    }
    let table = take_in(folder.path(), &text);
    let table = Governed::new(table.clone(), whole(&table));
    let engine = engine(folder.path());
    let first = |filter: &str, sort: &str| {
        let filter = Some(parse::filter(filter).unwrap());
        let sort = parse::sort(sort).unwrap();
        let select = vec!["code".to_owned()];
        let query = TableQuery { filter, sort, select, ..TableQuery::default() };
        let page = run(engine.page(&table, &query, None, 3, None)).unwrap();
        let codes = page.slice.rows.into_iter().flatten().flatten();
        (codes.collect::<Vec<_>>().join(" "), page.total)
    };
    let mut odd: Vec<u64> = (0..100_000).filter(|row| row % 2 == 1).map(code).collect();
    odd.sort_unstable();
    let expected = |codes: &[u64]| {
        codes.iter().map(|code| format!("c{code:06}")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(first("kind = 1", "code"), (expected(&odd[..3]), Some(50_000)));
    let last: Vec<u64> = odd.iter().rev().copied().take(3).collect();
    assert_eq!(first("kind = 1", "-code"), (expected(&last), Some(50_000)));
    // Rows of the same rank come in the order of the file.
    let ninth = [code(9), code(1_009), code(2_009)];
    assert_eq!(first("n < 10", "-n"), (expected(&ninth), Some(1_000)));
    assert_eq!(first("n > 1000", "n"), (String::new(), Some(0)));
}
