//! Where a table begins: titles above it, and how many rows its header has.

use std::collections::HashSet;

use super::{Layout, Row, Source};
use crate::TableError;
use crate::value;

/// So many rows are looked at.
pub(crate) const LOOKED_AT: usize = 100;
/// Merged cells of a header.
const MOST_MERGED: usize = 4096;
/// Titles and remarks above a table are fewer than this.
const MOST_TITLES: usize = 20;

/// A block of cells that show one value, from the first to the last row and column, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Merged {
    pub(crate) rows: (u64, u64),
    pub(crate) columns: (usize, usize),
}

/// Finds where the table begins in the rows of a source.
pub(crate) fn find(source: &mut dyn Source, merged: &[Merged]) -> Result<Layout, TableError> {
    let mut rows: Vec<Row> = Vec::new();
    while rows.len() < LOOKED_AT {
        let mut row = Row::default();
        if !source.read_row(&mut row)? {
            break;
        }
        rows.push(row);
    }
    Ok(of(&rows, merged))
}

/// Finds where the table begins in its first rows.
pub(crate) fn of(rows: &[Row], merged: &[Merged]) -> Layout {
    let width = usual_width(rows);
    let n_titles = rows.iter().take(MOST_TITLES).take_while(|row| is_title(row, width)).count();
    // A file of nothing but titles is a table of one column.
    let n_titles = if n_titles == rows.len() { 0 } else { n_titles };
    let (titles, rest) = rows.split_at(n_titles);
    let preamble = titles.iter().map(text_of).collect();
    let Some(first) = rest.first() else { return Layout::default() };
    if !is_header(first, rest.get(1..).unwrap_or_default()) {
        let n = rows.iter().map(Row::len).max().unwrap_or(0);
        let columns = (1..=n).map(|n| format!("column_{n}")).collect();
        return Layout { preamble, n_header_rows: 0, columns };
    }
    // Of blocks all over a sheet only those of the header count.
    let last = rest.get(..4).unwrap_or(rest).last().map_or(0, |row| row.place);
    let of_header = |block: &&Merged| block.rows.0 < last && block.rows.1 + 1 >= first.place;
    let merged: Vec<Merged> = merged.iter().filter(of_header).take(MOST_MERGED).copied().collect();
    let merged = merged.as_slice();
    let n_header_rows = header_rows(rest, merged);
    let columns = names(rest.get(..n_header_rows).unwrap_or_default(), merged);
    Layout { preamble, n_header_rows, columns }
}

/// How many values most rows have.
fn usual_width(rows: &[Row]) -> usize {
    let mut counts: Vec<(usize, usize)> = Vec::new();
    for row in rows {
        let n = n_filled(row);
        match counts.iter_mut().find(|(width, _)| *width == n) {
            Some((_, count)) => *count += 1,
            None => counts.push((n, 1)),
        }
    }
    counts.into_iter().max_by_key(|(width, count)| (*count, *width)).map_or(0, |(width, _)| width)
}

fn n_filled(row: &Row) -> usize {
    row.iter().filter(|value| value.is_some_and(|value| !value.trim().is_empty())).count()
}

/// A title has one value where rows have several.
fn is_title(row: &Row, width: usize) -> bool {
    let n = n_filled(row);
    (width >= 3 && n <= 1) || (width >= 6 && n * 3 < width && row.len() < width)
}

fn text_of(row: &Row) -> String {
    let values: Vec<&str> =
        row.iter().flatten().map(str::trim).filter(|it| !it.is_empty()).collect();
    values.join(" ")
}

/// Whether a row names the columns: it does, unless it looks like the rows below it. Names may be
/// years.
fn is_header(first: &Row, below: &[Row]) -> bool {
    let mut looks_like_data = 0_i32;
    for index in 0..first.len() {
        let Some(name) = first.get(index).map(str::trim).filter(|name| !name.is_empty()) else {
            continue;
        };
        let values = || below.iter().filter_map(|row| row.get(index)).map(str::trim);
        let mut filled = values().filter(|value| !value.is_empty()).peekable();
        if filled.peek().is_none() {
            continue;
        }
        let are_numbers = filled.all(|value| value::number(value).is_some());
        let is_number = value::number(name).is_some() && !is_year(name);
        let is_date = value::date(name).is_some() || value::datetime(name).is_some();
        match (is_number || is_date, are_numbers) {
            (true, _) => looks_like_data += 1,
            (false, true) => looks_like_data -= 1,
            (false, false) => {}
        }
    }
    looks_like_data <= 0
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && (text.starts_with("19") || text.starts_with("20"))
}

/// A header has as many rows as the deepest block of cells that begins in its first row.
fn header_rows(rows: &[Row], merged: &[Merged]) -> usize {
    let Some(first) = rows.first() else { return 0 };
    let top = first.place.saturating_sub(1);
    let of_header = merged.iter().filter(|block| block.rows.0 == top);
    let deepest =
        of_header.clone().map(|block| block.rows.1.saturating_sub(top)).max().unwrap_or(0);
    // Names that go over several columns have names of their own below.
    let is_divided = of_header.clone().any(|block| block.columns.1 > block.columns.0);
    let depth = usize::try_from(deepest).unwrap_or(0).max(usize::from(is_divided));
    let n_repeated = rows.iter().skip(1).take_while(|row| is_same(row, first)).count();
    (depth.max(n_repeated) + 1).min(4).min(rows.len())
}

/// Whether a row says the same names again.
fn is_same(row: &Row, first: &Row) -> bool {
    row.len() > 1 && row.iter().eq(first.iter()) && n_filled(row) == row.len()
}

/// Names the columns by the rows of the header: trimmed, never empty, no two alike.
fn names(rows: &[Row], merged: &[Merged]) -> Vec<String> {
    let n = rows.iter().map(Row::len).max().unwrap_or(0);
    let mut names: Vec<String> = Vec::with_capacity(n);
    let mut taken = HashSet::new();
    for index in 0..n {
        let mut parts: Vec<String> = Vec::new();
        for row in rows {
            let text = shown_in(row, rows, index, merged);
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if !text.is_empty() && parts.last() != Some(&text) {
                parts.push(text);
            }
        }
        names.push(unique(&mut taken, index, &parts.join(" ")));
    }
    names
}

/// Names columns that have their names from elsewhere: never empty, no two alike.
pub(crate) fn unique_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut taken = HashSet::new();
    names.into_iter().enumerate().map(|(index, name)| unique(&mut taken, index, name)).collect()
}

fn unique(taken: &mut HashSet<String>, index: usize, name: &str) -> String {
    let name = if name.is_empty() { format!("column_{}", index + 1) } else { name.to_owned() };
    let mut unique = name.clone();
    let mut n = 2;
    while !taken.insert(unique.clone()) {
        unique = format!("{name}_{n}");
        n += 1;
    }
    unique
}

/// The text of a cell, or of the block that it is in.
fn shown_in<'a>(row: &'a Row, rows: &'a [Row], index: usize, merged: &[Merged]) -> &'a str {
    let place = row.place.saturating_sub(1);
    let is_in = |block: &&Merged| {
        (block.rows.0..=block.rows.1).contains(&place)
            && (block.columns.0..=block.columns.1).contains(&index)
    };
    let Some(block) = merged.iter().find(is_in) else { return row.get(index).unwrap_or_default() };
    let corner = rows.iter().find(|row| row.place.saturating_sub(1) == block.rows.0);
    corner.and_then(|row| row.get(block.columns.0)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lines: &[&str]) -> Vec<Row> {
        let read = |(place, line): (usize, &&str)| {
            let mut row = Row::at(place as u64 + 1);
            line.split(',').for_each(|value| row.push(value));
            row
        };
        lines.iter().enumerate().map(read).collect()
    }

    #[track_caller]
    fn check(lines: &[&str], n_titles: usize, n_header_rows: usize, columns: &[&str]) {
        let found = of(&rows(lines), &[]);
        assert_eq!((found.preamble.len(), found.n_header_rows), (n_titles, n_header_rows));
        assert_eq!(found.columns, columns);
    }

    #[test]
    fn headers_and_titles() {
        check(&["a,b", "1,2"], 0, 1, &["a", "b"]);
        check(&["a,,a", "1,2,3"], 0, 1, &["a", "column_2", "a_2"]);
        check(
            &["云溪州人口", "", "地区,人口,面积", "甲,1,2", "乙,3,4"],
            2,
            1,
            &["地区", "人口", "面积"],
        );
        check(&["地区,2019,2020", "甲,1,2"], 0, 1, &["地区", "2019", "2020"]);
        check(&["1,2", "3,4"], 0, 0, &["column_1", "column_2"]);
        check(&["2020-01-01,a", "2020-01-02,b"], 0, 0, &["column_1", "column_2"]);
        check(&["name", "甲"], 0, 1, &["name"]);
        check(&["a,b"], 0, 1, &["a", "b"]);
        check(&["a,b", "a,b", "1,2"], 0, 2, &["a", "b"]);
    }

    #[test]
    fn names_over_several_columns_go_with_those_below() {
        let merged =
            [Merged { rows: (0, 1), columns: (0, 0) }, Merged { rows: (0, 0), columns: (1, 2) }];
        let found = of(&rows(&["地区,人口,", ",男,女", "甲,1,2"]), &merged);
        assert_eq!(found.columns, ["地区", "人口 男", "人口 女"]);
        assert_eq!(found.n_header_rows, 2);
    }
}
