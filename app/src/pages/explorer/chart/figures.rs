//! What a chart shows: answers of the table, and nothing else (SEC-05).

use chrono::{Datelike, NaiveDate};
use kaishu_portal::Portal;
use kaishu_portal::tables::{Answer, OpenTable, Page};
use kaishu_types::Lang;
use kaishu_types::table::{
    Aggregate, Bin, Cell, Filter, GroupKey, Grouping, Sort, TableColumn, TableQuery,
};
use kaishu_types::vocabulary::ItemType;

use super::choice::{Kind, Measure};
use super::plan::{Plan, column_of, is_date, is_number};
use super::scale::round_step;
use super::{divisions, order};

/// Bars of a chart; the smaller ones are in the answer of the API.
const MOST_BARS: usize = 24;
/// Bars that stand in an order of their own, as years do.
const MOST_COLUMNS: usize = 120;
/// Points of a line.
const MOST_OF_LINE: usize = 1_000;
/// Slices of a pie; the rest is one more.
const MOST_SLICES: usize = 7;
/// Different codes that divisions are gathered from.
pub(super) const MOST_CODES: usize = 10_000;
/// Rows that are drawn as dots.
const MOST_DOTS: usize = 2_000;
/// About so many bars in a histogram.
const N_BINS: f64 = 20.0;

/// A group with its number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mark {
    /// What the group is; `None` for rows without a value.
    pub(super) label: Option<String>,
    /// The number, for lengths.
    pub(super) value: Option<f64>,
    /// The number, as it was answered.
    pub(super) text: String,
    /// Where the group stands on a line of days or numbers.
    pub(super) place: Option<f64>,
}

impl Mark {
    /// Makes a mark of a number that was computed here.
    pub(super) fn new(label: Option<String>, value: f64) -> Self {
        Self { label, value: Some(value), text: value.to_string(), place: None }
    }
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// Groups.
    Marks {
        /// In the order in which they are drawn.
        marks: Vec<Mark>,
        /// Groups of the whole answer.
        n_groups: u64,
        /// Whether the order is that of the groups, as of years; else the greatest comes first.
        is_in_order: bool,
    },
    /// Parts of the numbers, from the least to the greatest.
    Bins(Vec<Bin>),
    /// Rows by two numbers.
    Dots {
        /// Both numbers of each row.
        dots: Vec<(f64, f64)>,
        /// Rows of the whole answer that have both.
        n_rows: u64,
        /// Rows that were looked at and cannot be drawn.
        n_odd: u64,
    },
    /// There is nothing to draw.
    Nothing,
}

/// The question whose answer is drawn, for those who want all of it.
pub(super) struct Figure {
    pub(super) shape: Shape,
    pub(super) question: TableQuery,
}

/// Asks for what a chart shows; the conditions are those of the page.
///
/// # Errors
///
/// As [`Portal::ask`].
pub(super) async fn figure(
    portal: &Portal,
    table: &OpenTable,
    conditions: &TableQuery,
    plan: &Plan,
    lang: Lang,
) -> kaishu_portal::Result<Result<Figure, String>> {
    let asked = Asked {
        portal,
        table,
        rows: TableQuery {
            filter: conditions.filter.clone(),
            contains: conditions.contains.clone(),
            ..TableQuery::default()
        },
    };
    match plan {
        Plan::Groups { kind, key, measure, column } => {
            asked.groups(*kind, key, *measure, column, lang).await
        }
        Plan::Histogram { column } => asked.histogram(column).await.map(Ok),
        Plan::Pairs { kind, x, y } => asked.dots(*kind, x, y).await.map(Ok),
    }
}

struct Asked<'a> {
    portal: &'a Portal,
    table: &'a OpenTable,
    rows: TableQuery,
}

impl Asked<'_> {
    async fn ask(&self, query: &TableQuery, limit: usize) -> kaishu_portal::Result<Answer> {
        self.portal.ask(self.table, query, &Page { limit, cursor: None }).await
    }

    fn grouped(
        &self,
        keys: Vec<GroupKey>,
        aggregates: Vec<Aggregate>,
        sort: Vec<Sort>,
    ) -> TableQuery {
        let grouping = Some(Grouping { keys, aggregates });
        TableQuery { grouping, sort, ..self.rows.clone() }
    }

    async fn groups(
        &self,
        kind: Kind,
        key: &GroupKey,
        measure: Measure,
        column: &str,
        lang: Lang,
    ) -> kaishu_portal::Result<Result<Figure, String>> {
        let columns = self.table.governed.columns();
        let of = columns.iter().find(|it| it.name == column_of(key));
        let mut is_in_order =
            kind == Kind::Line || (kind == Kind::Bar && of.is_some_and(has_order));
        let aggregate = measure.of(column);
        let greatest_first = Sort { column: aggregate.to_string(), is_descending: true };
        let sort = if is_in_order { Vec::new() } else { vec![greatest_first] };
        let question = self.grouped(vec![key.clone()], vec![aggregate.clone()], sort);
        let answer = self.ask(&question, most(kind, is_in_order)).await?;
        let mut marks: Vec<Mark> = answer.slice.rows.iter().map(|row| mark(row)).collect();
        let mut n_groups = answer.total;
        if kind == Kind::Divisions {
            if answer.next.is_some() {
                return Ok(Err(too_many_codes(lang)));
            }
            marks = divisions::gathered(self.portal, lang, &marks);
            n_groups = marks.len() as u64;
            marks.truncate(MOST_BARS * 2);
        }
        if kind == Kind::Line {
            // A line goes through what has a place on it.
            marks.retain(|mark| mark.place.is_some());
        }
        if kind == Kind::Pie {
            if marks.iter().any(|mark| mark.value.is_some_and(|value| value < 0.0)) {
                return Ok(Err(lang
                    .pick(
                        "有小于 0 的值，不能画成饼图",
                        "some values are below 0, which no pie can show",
                    )
                    .to_owned()));
            }
            let whole = self.ask(&self.grouped(Vec::new(), vec![aggregate], Vec::new()), 1).await?;
            marks.extend(rest(&whole, &marks, n_groups, lang));
        }
        // Words that have an order stand in it where none of them is left out.
        if kind == Kind::Bar && !is_in_order && n_groups == marks.len() as u64 {
            is_in_order = order::by_themselves(&mut marks);
        }
        let shape = if marks.iter().any(|mark| mark.value.is_some()) {
            Shape::Marks { marks, n_groups, is_in_order }
        } else {
            Shape::Nothing
        };
        Ok(Ok(Figure { shape, question }))
    }

    /// The width of the bins comes from the least and greatest number of the rows that are left, so
    /// that a profile of the whole table tells nothing here.
    async fn histogram(&self, column: &str) -> kaishu_portal::Result<Figure> {
        let name = column.to_owned();
        let bounds = vec![Aggregate::Min(name.clone()), Aggregate::Max(name.clone())];
        let found = self.ask(&self.grouped(Vec::new(), bounds, Vec::new()), 1).await?;
        let numbers: Vec<f64> =
            found.slice.rows.first().into_iter().flatten().filter_map(number).collect();
        let &[least, greatest] = numbers.as_slice() else {
            return Ok(Figure { shape: Shape::Nothing, question: self.rows.clone() });
        };
        let is_whole = self
            .table
            .governed
            .columns()
            .iter()
            .any(|it| it.name == column && it.item_type == ItemType::Integer);
        let width = round_step((greatest - least) / N_BINS);
        let width = if is_whole { width.max(1.0) } else { width };
        let key = GroupKey::Bin(name.clone(), width);
        let mut question = self.grouped(vec![key], vec![Aggregate::Count], Vec::new());
        question.filter = Some(with(question.filter.take(), vec![name]));
        let answer = self.ask(&question, 200).await?;
        let counted: Vec<(f64, u64)> =
            answer.slice.rows.iter().filter_map(|row| counted(row)).collect();
        let bins = bins(&counted, width);
        let shape = if bins.is_empty() { Shape::Nothing } else { Shape::Bins(bins) };
        Ok(Figure { shape, question })
    }

    async fn dots(&self, kind: Kind, x: &str, y: &str) -> kaishu_portal::Result<Figure> {
        let select = vec![x.to_owned(), y.to_owned()];
        let filter = Some(with(self.rows.filter.clone(), select.clone()));
        let question = TableQuery { filter, select, ..self.rows.clone() };
        let answer = self.ask(&question, MOST_DOTS).await?;
        let pair = |row: &Vec<Cell>| number(row.first()?).zip(number(row.get(1)?));
        let is_place = |(x, y): &(f64, f64)| x.abs() <= 180.0 && y.abs() <= 90.0;
        let dots: Vec<(f64, f64)> = answer
            .slice
            .rows
            .iter()
            .filter_map(pair)
            .filter(|dot| kind != Kind::Points || is_place(dot))
            .collect();
        let n_odd = (answer.slice.rows.len() - dots.len()) as u64;
        let shape = if dots.is_empty() {
            Shape::Nothing
        } else {
            Shape::Dots { dots, n_rows: answer.total, n_odd }
        };
        Ok(Figure { shape, question })
    }
}

/// Most groups that are asked for.
fn most(kind: Kind, is_in_order: bool) -> usize {
    match kind {
        Kind::Line => MOST_OF_LINE,
        Kind::Pie => MOST_SLICES,
        Kind::Divisions => MOST_CODES,
        _ if is_in_order => MOST_COLUMNS,
        _ => MOST_BARS,
    }
}

fn has_order(column: &TableColumn) -> bool {
    is_number(column) || is_date(column)
}

fn too_many_codes(lang: Lang) -> String {
    lang.pick(
        "不同的代码超过 10,000 个，画不成一张图。先加一个条件，或者按另一列分组",
        "there are more than 10,000 different codes; add a condition or group by another column",
    )
    .to_owned()
}

/// The filter with the condition that columns have values.
fn with(filter: Option<Filter>, columns: Vec<String>) -> Filter {
    let mut parts = match filter {
        None => Vec::new(),
        Some(Filter::And(parts)) => parts,
        Some(filter) => vec![filter],
    };
    let has_value = |column| Filter::Not(Box::new(Filter::IsNull { column }));
    parts.extend(columns.into_iter().map(has_value));
    match parts.len() {
        1 => parts.remove(0),
        _ => Filter::And(parts),
    }
}

fn number(cell: &Cell) -> Option<f64> {
    cell.as_deref()?.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

fn mark(row: &[Cell]) -> Mark {
    let label = row.first().cloned().flatten().filter(|text| !text.trim().is_empty());
    let value = row.get(1).and_then(number);
    let place = label.as_deref().and_then(place);
    Mark { label, value, text: row.get(1).cloned().flatten().unwrap_or_default(), place }
}

/// Where a group stands among others: a number by itself, a day or month by its day in the calendar.
fn place(label: &str) -> Option<f64> {
    let day = |text: &str| NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok();
    let month = |text: &str| NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok();
    let date = day(label).or_else(|| month(label));
    date.map(|date| f64::from(date.num_days_from_ce())).or_else(|| label.trim().parse().ok())
}

fn counted(row: &[Cell]) -> Option<(f64, u64)> {
    Some((number(row.first()?)?, row.get(1)?.as_deref()?.parse().ok()?))
}

/// What a pie has beside its greatest slices.
fn rest(whole: &Answer, marks: &[Mark], n_groups: u64, lang: Lang) -> Option<Mark> {
    let n_rest = n_groups.checked_sub(marks.len() as u64).filter(|n| *n > 0)?;
    let whole = number(whole.slice.rows.first()?.first()?)?;
    let shown: f64 = marks.iter().filter_map(|mark| mark.value).sum();
    let label = match lang {
        Lang::Zh => format!("其余 {n_rest} 组"),
        Lang::En => format!("the other {n_rest}"),
    };
    let value = whole - shown;
    (value > 0.0).then(|| Mark::new(Some(label), value))
}

/// Puts the empty bins between those that were answered.
fn bins(counted: &[(f64, u64)], width: f64) -> Vec<Bin> {
    const MOST: usize = 200;
    let Some((first, last)) = counted.first().zip(counted.last()) else { return Vec::new() };
    let mut bins = Vec::new();
    let mut from = first.0;
    while from <= last.0 + width / 2.0 && bins.len() < MOST {
        let found = counted.iter().find(|(at, _)| (at - from).abs() < width / 2.0);
        bins.push(Bin { from, to: from + width, count: found.map_or(0, |(_, count)| *count) });
        from = first.0 + width * f64::from(u32::try_from(bins.len()).unwrap_or(u32::MAX));
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_numbers_have_a_place() {
        assert_eq!(place("2020-03-01").zip(place("2020-02")).map(|(a, b)| a - b), Some(29.0));
        assert_eq!(place("-2.5"), Some(-2.5));
        assert_eq!(place("春"), None);
    }

    #[test]
    fn empty_bins_are_there() {
        let counts: Vec<u64> =
            bins(&[(-10.0, 2), (0.0, 1), (30.0, 4)], 10.0).iter().map(|bin| bin.count).collect();
        assert_eq!(counts, [2, 1, 0, 0, 4]);
        assert!(bins(&[], 1.0).is_empty());
    }
}
