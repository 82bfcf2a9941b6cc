//! The values of a facet in an answer: which ones, in which order, with which words.

use kaishu_types::Lang;
use kaishu_types::search::{Facet, FacetCount};
use kaishu_types::vocabulary::{Frequency, OpenClass, RegionLevel, UpdatedWithin};

use crate::directory::Directory;

/// Keeps the first values, which have the most results, and those that are chosen.
pub(crate) fn most_frequent(
    counts: &[(String, u64)],
    max_values: usize,
    chosen: &[String],
) -> Vec<(String, u64)> {
    let is_kept = |place: usize, value: &String| place < max_values || chosen.contains(value);
    let kept = counts.iter().enumerate().filter(|(place, (value, _))| is_kept(*place, value));
    kept.map(|(_, count)| count.clone()).collect()
}

/// Puts words to the counts of a facet; closed lists keep their own order.
pub(crate) fn label(
    directory: &Directory,
    facet: Facet,
    counts: &[(String, u64)],
    lang: Lang,
) -> Vec<FacetCount> {
    let mut options: Vec<FacetCount> = counts
        .iter()
        .map(|(value, count)| FacetCount {
            label: directory.facet_label(facet, value, lang).unwrap_or_else(|| value.clone()),
            value: value.clone(),
            count: *count,
        })
        .collect();
    options.sort_by_key(|option| place_in_list(facet, &option.value));
    options
}

/// Returns the place of a value in a closed list; 0 for facets that are ordered by count.
fn place_in_list(facet: Facet, value: &str) -> usize {
    fn place<T: PartialEq + std::str::FromStr>(all: &[T], value: &str) -> usize {
        let value = value.parse::<T>().ok();
        all.iter().position(|it| Some(it) == value.as_ref()).unwrap_or(all.len())
    }
    match facet {
        Facet::Open => place(OpenClass::ALL, value),
        Facet::Updated => place(UpdatedWithin::ALL, value),
        Facet::Level => place(RegionLevel::ALL, value),
        Facet::Frequency => place(Frequency::ALL, value),
        Facet::Theme | Facet::Org | Facet::Region | Facet::Format => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(of: &[(&str, u64)]) -> Vec<(String, u64)> {
        of.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
    }

    #[track_caller]
    fn check(facet: Facet, given: &[&str], expected: &[(&str, &str)]) {
        let given: Vec<_> = given.iter().map(|value| (*value, 1)).collect();

        let options = label(&Directory::default(), facet, &counts(&given), Lang::Zh);

        let found: Vec<_> =
            options.iter().map(|it| (it.value.as_str(), it.label.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn closed_lists_keep_their_order_and_others_that_of_the_counts() {
        check(
            Facet::Open,
            &["conditional", "none", "unconditional"],
            &[("unconditional", "无条件开放"), ("conditional", "有条件开放"), ("none", "不予开放")],
        );
        check(
            Facet::Level,
            &["county", "prefecture"],
            &[("prefecture", "市（州）级"), ("county", "县（市、区）级")],
        );
        check(Facet::Frequency, &["yearly", "daily"], &[("daily", "每日"), ("yearly", "每年")]);
        check(Facet::Format, &["xlsx", "csv"], &[("xlsx", "XLSX"), ("csv", "CSV")]);
        // What no list knows comes last, by its code.
        check(Facet::Open, &["secret", "none"], &[("none", "不予开放"), ("secret", "secret")]);
        check(Facet::Org, &["YX-B", "YX-A"], &[("YX-B", "YX-B"), ("YX-A", "YX-A")]);
    }

    #[test]
    fn the_most_frequent_values_are_kept_and_what_is_chosen() {
        let all = counts(&[("a", 9), ("b", 5), ("c", 5), ("d", 1)]);
        let kept = |max, chosen: &[String]| most_frequent(&all, max, chosen);

        assert_eq!(kept(2, &[]), counts(&[("a", 9), ("b", 5)]));
        assert_eq!(kept(1, &["d".to_owned(), "x".to_owned()]), counts(&[("a", 9), ("d", 1)]));
        assert_eq!(kept(usize::MAX, &[]), all);
    }
}
