//! The administrative divisions of China, from provinces to counties, by the year.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use crate::quality::Fault;

static LISTED: LazyLock<Vec<Division>> = LazyLock::new(|| {
    let lines = include_str!("../data/divisions.tsv").lines();
    lines.filter_map(Division::read).collect()
});

/// A division, for the years in which the lists have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// Six digits.
    pub code: u32,
    /// What it is called, last.
    pub name: &'static str,
    /// The first and the last annual list that has it.
    pub years: RangeInclusive<u16>,
}

/// The years of the lists. Nothing is known of codes before and after them.
pub const YEARS: RangeInclusive<u16> = 2002..=2023;

impl Division {
    fn read(line: &'static str) -> Option<Self> {
        let mut parts = line.split('\t');
        let code = parts.next()?.parse().ok()?;
        let name = parts.next()?;
        let years = parts.next()?.parse().ok()?..=parts.next()?.parse().ok()?;
        Some(Self { code, name, years })
    }
}

/// Returns what the county, prefecture or province of a code of 6, 9 or 12 digits was in which years, the
/// oldest first: a code may come to another division.
pub fn divisions(code: &str) -> &'static [Division] {
    let Some(code) = code.get(..6).and_then(|digits| digits.parse::<u32>().ok()) else {
        return &[];
    };
    let listed = LISTED.as_slice();
    let start = listed.partition_point(|it| it.code < code);
    let rest = listed.get(start..).unwrap_or_default();
    rest.get(..rest.partition_point(|it| it.code == code)).unwrap_or_default()
}

/// Checks that a well-formed code was in use in one of these years; in any year where none are given.
///
/// A list is of a day of its year, so a code may also be of the year before or behind. Years after the lists
/// are taken as the last of them, and of years before nothing is said. The codes of Taiwan, Hong Kong and Macao
/// are in none of the lists and pass; so do those of development zones in years that listed none.
///
/// # Errors
///
/// Says whether the code is in no list, came later or was given up before.
pub fn check_listed(code: &str, years: Option<&RangeInclusive<u16>>) -> Result<(), Fault> {
    let is_before = years.is_some_and(|years| years.end() < YEARS.start());
    if is_before || matches!(code.get(..2), Some("71" | "81" | "82")) {
        return Ok(());
    }
    let found = divisions(code);
    if found.is_empty() {
        return Err(Fault::Unlisted);
    }
    let is_zone = code.get(4..5) == Some("7");
    let Some(years) = years.filter(|_| !is_zone) else { return Ok(()) };
    let from = (*years.start()).min(*YEARS.end()).saturating_sub(1);
    let to = years.end().saturating_add(1);
    if found.iter().any(|it| *it.years.start() <= to && *it.years.end() >= from) {
        return Ok(());
    }
    let is_later = found.iter().any(|it| *it.years.start() > to);
    Err(if is_later { Fault::NotYet } else { Fault::GivenUp })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_and_whole() {
        let n_lines =
            include_str!("../data/divisions.tsv").lines().filter(|it| !it.starts_with('#'));
        assert_eq!(LISTED.len(), n_lines.count());
        let is_before = |pair: &[Division]| {
            let [one, next] = pair else { return false };
            (one.code, one.years.end()) < (next.code, next.years.start())
        };
        assert!(LISTED.windows(2).all(is_before));
        let is_in_years = |it: &Division| {
            YEARS.contains(it.years.start())
                && YEARS.contains(it.years.end())
                && !it.years.is_empty()
        };
        assert!(LISTED.iter().all(is_in_years));
    }

    #[test]
    fn a_code_names_a_division_for_some_years() {
        let named = |code| {
            let found = divisions(code).iter();
            found.map(|it| (it.name, it.years.clone())).collect::<Vec<_>>()
        };
        assert_eq!(named("513229"), [("马尔康县", 2002..=2015)]);
        assert_eq!(named("513201100001"), [("马尔康市", 2016..=2023)]);
        assert_eq!(named("410307"), [("洛龙区", 2002..=2006), ("偃师区", 2021..=2023)]);
        assert_eq!(named("513299"), []);
        assert_eq!(named("5132"), []);
    }

    // Proves PUB-05 (accuracy): a division code is one of the years that the data is of.
    #[test]
    fn a_code_must_be_of_the_years_of_the_data() {
        let check = |code, years: Option<RangeInclusive<u16>>, expected| {
            assert_eq!(check_listed(code, years.as_ref()), expected, "{code} {years:?}");
        };
        check("513229", None, Ok(()));
        check("513229", Some(2010..=2010), Ok(()));
        check("513229", Some(2010..=2026), Ok(()));
        check("513229", Some(2026..=2026), Err(Fault::GivenUp));
        check("513201", Some(2026..=2026), Ok(()));
        check("513201", Some(1998..=2010), Err(Fault::NotYet));
        check("513201", Some(2015..=2015), Ok(()));
        check("513229", Some(0..=1998), Ok(()));
        check("130171", Some(2010..=2010), Ok(()));
        check("410307", Some(2010..=2015), Err(Fault::NotYet));
        check("410307", Some(2021..=2021), Ok(()));
        check("510000000000", Some(2026..=2026), Ok(()));
        check("513298", None, Err(Fault::Unlisted));
        check("810001", Some(2026..=2026), Ok(()));
    }
}
