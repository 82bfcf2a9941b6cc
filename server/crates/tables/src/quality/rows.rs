//! What needs several columns of a row: rows that repeat, what begins and ends, pairs of coordinates.

use kaishu_domain::quality::{Fault, Meaning, Measure, Rule, ordered_pair, paired_latitude};

use super::column::{Remembered, hashed};
use super::measure;
use super::plan::Plan;
use super::tally::Tally;
use crate::blocks::{Block, Column};
use crate::value;

/// China from west to east and from south to north, in degrees, with its seas.
const EAST: std::ops::RangeInclusive<f64> = 73.0..=136.0;
const NORTH: std::ops::RangeInclusive<f64> = 3.0..=54.0;
/// Where more than so many of a hundred places are outside, the table is not one of places in China.
const MOST_OUTSIDE: u64 = 10;

/// Checks rows across columns.
#[derive(Debug)]
pub(crate) struct RowCheck {
    repeated: Tally,
    remembered: Remembered,
    hashes: Vec<u64>,
    spans: Vec<Pair>,
    places: Vec<Place>,
    is_in_china: bool,
}

/// Two columns that belong together.
#[derive(Debug)]
struct Pair {
    columns: (usize, usize),
    names: (String, String),
    tells_values: bool,
    tally: Tally,
}

/// A longitude and its latitude.
#[derive(Debug)]
struct Place {
    pair: Pair,
    country: Tally,
    names_datum: bool,
}

/// A value that is compared with another of its kind.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum When {
    Moment(i64),
    Year(i64),
}

impl RowCheck {
    /// Finds the columns that belong together.
    pub(crate) fn new(plan: &Plan) -> Self {
        let headings: Vec<&str> = plan.columns.iter().map(|column| column.name.as_str()).collect();
        let pair = |first: usize, second: usize| {
            let (a, b) = (plan.columns.get(first)?, plan.columns.get(second)?);
            Some(Pair {
                columns: (first, second),
                names: (a.name.clone(), b.name.clone()),
                tells_values: a.tells_values && b.tells_values,
                tally: Tally::default(),
            })
        };
        let spans = (0..headings.len())
            .filter_map(|start| pair(start, ordered_pair(&headings, start)?))
            .collect();
        let is_longitude = |at: &usize| {
            plan.columns.get(*at).is_some_and(|it| it.meaning == Some(Meaning::Longitude))
        };
        let places = (0..headings.len()).filter(is_longitude).filter_map(|longitude| {
            let latitude = paired_latitude(&headings, longitude)?;
            let named = |at: usize| plan.columns.get(at).is_some_and(|it| it.names_datum);
            Some(Place {
                pair: pair(longitude, latitude)?,
                country: Tally::default(),
                names_datum: named(longitude) || named(latitude),
            })
        });
        Self {
            repeated: Tally::default(),
            remembered: Remembered::default(),
            hashes: Vec::new(),
            spans,
            places: places.collect(),
            is_in_china: plan.is_in_china,
        }
    }

    /// Checks the rows of a block.
    pub(crate) fn add(&mut self, block: &Block) {
        self.add_rows(block);
        for span in &mut self.spans {
            span.add(block, |pair, row, start, end| {
                let Some((start, end)) = when(start).zip(when(end)) else { return };
                let Some(order) = start.partial_cmp(&end).filter(|_| alike(start, end)) else {
                    return;
                };
                let checked = if order.is_gt() { Err(Fault::Order) } else { Ok(()) };
                pair.tally.add(row, checked, || None);
            });
        }
        for place in &mut self.places {
            place.add(block);
        }
    }

    /// Rows are equal where they have the same values at the same places; what is blank is nowhere.
    fn add_rows(&mut self, block: &Block) {
        if self.remembered.is_full {
            return;
        }
        self.hashes.clear();
        self.hashes.resize(block.n_rows, 0);
        for (place, column) in block.columns.iter().enumerate() {
            for (hash, value) in self.hashes.iter_mut().zip(column.iter()) {
                if let Some(value) = value.filter(|value| !value.is_empty()) {
                    *hash = hash.rotate_left(25) ^ hashed(place, value);
                }
            }
        }
        for (row, hash) in (block.first_row..).zip(&self.hashes) {
            if let Some(is_new) = self.remembered.is_new(*hash) {
                let checked = if is_new { Ok(()) } else { Err(Fault::Repeated) };
                self.repeated.add(row, checked, || None);
            }
        }
    }

    /// Says how far the rules hold.
    pub(crate) fn finish(self) -> Vec<Measure> {
        let mut measures = Vec::new();
        let mut repeated = self.repeated.finish(Rule::RowRepeated, &[]);
        if let Some(repeated) = &mut repeated {
            repeated.is_partial = self.remembered.is_full;
        }
        measures.extend(repeated);
        for span in self.spans {
            let (start, end) = &span.names;
            measures.extend(span.tally.finish(Rule::DateOrder, &[start, end]));
        }
        for place in self.places {
            let (longitude, latitude) = &place.pair.names;
            let columns = [longitude.as_str(), latitude.as_str()];
            if place.pair.tally.n_checked > 0 {
                let n_missing = u64::from(!place.names_datum);
                let columns = columns.iter().map(|name| (*name).to_owned()).collect();
                measures.push(measure(Rule::CoordinateDatum, columns, 1, n_missing));
            }
            measures.extend(place.pair.tally.finish(Rule::CoordinateRange, &columns));
            let n = place.country.n_checked;
            let are_most_inside = place.country.n_failed() * 100 <= n * MOST_OUTSIDE;
            if self.is_in_china && are_most_inside {
                measures.extend(place.country.finish(Rule::CoordinateCountry, &columns));
            }
        }
        measures
    }
}

impl Pair {
    /// Gives the two values of every row, trimmed; an empty text where there is none.
    fn add(&mut self, block: &Block, mut check: impl FnMut(&mut Self, u64, &str, &str)) {
        let (first, second) = self.columns;
        let (Some(first), Some(second)) = (block.columns.get(first), block.columns.get(second))
        else {
            return;
        };
        let texts = |column: &'_ Column| -> Vec<String> {
            column.iter().map(|text| text.unwrap_or_default().trim().to_owned()).collect()
        };
        let (first, second) = (texts(first), texts(second));
        for (row, (first, second)) in (block.first_row..).zip(first.iter().zip(&second)) {
            check(self, row, first, second);
        }
    }
}

impl Place {
    fn add(&mut self, block: &Block) {
        let Self { pair, country, .. } = self;
        pair.add(block, |pair, row, longitude, latitude| {
            let is_blank = |text: &str| text.is_empty() || value::is_marker(text);
            if is_blank(longitude) && is_blank(latitude) {
                return;
            }
            let tells = pair.tells_values;
            let told = || tells.then(|| format!("{longitude}, {latitude}"));
            if is_blank(longitude) || is_blank(latitude) {
                pair.tally.add(row, Err(Fault::Pair), told);
                return;
            }
            let number = |text: &str| value::number(text).map(|number| number.value);
            let checked = match (number(longitude), number(latitude)) {
                (Some(east), Some(north)) => on_earth(east, north).map(|()| (east, north)),
                _ => Err(Fault::Type),
            };
            if let Ok((east, north)) = checked {
                country.add(row, in_china(east, north), told);
            }
            pair.tally.add(row, checked.map(|_| ()), told);
        });
    }
}

fn on_earth(east: f64, north: f64) -> Result<(), Fault> {
    if east.abs() <= 180.0 && north.abs() <= 90.0 {
        let is_nowhere = east == 0.0 && north == 0.0;
        return if is_nowhere { Err(Fault::Range) } else { Ok(()) };
    }
    let is_swapped = north.abs() <= 180.0 && east.abs() <= 90.0;
    Err(if is_swapped { Fault::Swapped } else { Fault::Range })
}

fn in_china(east: f64, north: f64) -> Result<(), Fault> {
    match () {
        () if EAST.contains(&east) && NORTH.contains(&north) => Ok(()),
        () if EAST.contains(&north) && NORTH.contains(&east) => Err(Fault::Swapped),
        () => Err(Fault::Outside),
    }
}

fn when(text: &str) -> Option<When> {
    const A_DAY: i64 = 86_400_000_000;
    if let Some(days) = value::date(text) {
        return Some(When::Moment(i64::from(days) * A_DAY));
    }
    if text.len() == 4 {
        return text.parse().ok().map(When::Year);
    }
    value::datetime(text).map(When::Moment)
}

/// A year is not compared with a day.
fn alike(a: When, b: When) -> bool {
    matches!((a, b), (When::Moment(_), When::Moment(_)) | (When::Year(_), When::Year(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        assert_eq!(on_earth(116.4, 39.9), Ok(()));
        assert_eq!(on_earth(0.0, 0.0), Err(Fault::Range));
        assert_eq!(on_earth(39.9, 116.4), Err(Fault::Swapped));
        assert_eq!(on_earth(1164.0, 39.9), Err(Fault::Range));
        assert_eq!(in_china(116.4, 39.9), Ok(()));
        assert_eq!(in_china(39.9, 116.4), Err(Fault::Swapped));
        assert_eq!(in_china(-74.0, 40.7), Err(Fault::Outside));
    }

    #[test]
    fn moments_are_compared_with_their_kind() {
        let moment = |text| when(text).is_some_and(|it| matches!(it, When::Moment(_)));
        assert!(moment("2020-01-01") && moment("2020-01-01 12:00"));
        assert_eq!(when("2020"), Some(When::Year(2020)));
        assert_eq!(when("长期"), None);
        assert!(when("2020-01-01") < when("2020-01-01 12:00"));
    }
}
