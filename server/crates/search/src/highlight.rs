//! Saying why a dataset was found: which field matched and where.

use kaishu_types::dataset::DatasetCard;
use kaishu_types::search::{Highlight, MatchField, Span};

use crate::analysers::stem;
use crate::fold::{Folded, fold_with_origins};
use crate::query::{ItemFilter, Mark, MarkKind, Query};
use crate::schema::Names;
use crate::{phonetic, words};

/// The longest part of a summary that is shown.
const MAX_FRAGMENT: usize = 120;
/// What is shown before the first match of a part.
const BEFORE_MATCH: usize = 20;
const MAX_ITEMS: usize = 5;
const MAX_KEYWORDS: usize = 5;

/// Finds the marks of a query in the texts of a dataset.
pub(crate) struct Marker<'a> {
    concepts: Vec<Vec<Needle<'a>>>,
    item: Option<&'a str>,
}

/// A mark prepared for finding.
struct Needle<'a> {
    mark: &'a Mark,
    /// The mark without its ending, for words of an alphabet.
    stem: Option<String>,
}

/// Byte ranges in a folded text.
type Ranges = Vec<(usize, usize)>;

impl<'a> Marker<'a> {
    /// Prepares the marks of a query.
    pub(crate) fn new(query: &'a Query, item: Option<&'a ItemFilter>) -> Self {
        let needle = |mark: &'a Mark| {
            let is_word = mark.kind != MarkKind::Pinyin
                && !mark.text.contains(|c: char| words::is_cjk(c) || c.is_whitespace());
            Needle { mark, stem: is_word.then(|| stem(&words::joined(&mark.text))) }
        };
        let concepts = query.marks.iter().map(|marks| marks.iter().map(needle).collect()).collect();
        let item = match item {
            Some(ItemFilter::Phrase(_, text)) => Some(text.as_str()),
            Some(ItemFilter::Nothing) | None => None,
        };
        Self { concepts, item }
    }

    /// Returns the fields of a dataset that match.
    pub(crate) fn highlights(&self, card: &DatasetCard, names: &Names) -> Vec<Highlight> {
        if self.concepts.is_empty() && self.item.is_none() {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut push = |field, spans: Option<Vec<Span>>| {
            let was_found = spans.is_some();
            found.extend(spans.map(|spans| Highlight { field, spans }));
            was_found
        };
        let first = |texts: [Option<&str>; 2]| {
            texts.into_iter().flatten().find_map(|text| self.whole(text))
        };
        push(MatchField::Title, first([Some(&card.title), card.title_en.as_deref()]));
        let mut summaries = [Some(card.summary.as_str()), card.summary_en.as_deref()].into_iter();
        push(MatchField::Summary, summaries.find_map(|text| self.fragment(text?)));
        let mut n_items = 0;
        for item in &names.items {
            if n_items < MAX_ITEMS && push(MatchField::Item, self.item(&item.label, &item.name)) {
                n_items += 1;
            }
        }
        let mut n_keywords = 0;
        for keyword in &names.keywords {
            if n_keywords < MAX_KEYWORDS && push(MatchField::Keyword, self.whole(keyword)) {
                n_keywords += 1;
            }
        }
        let organization = &card.organization;
        let provider = first([Some(&organization.name), organization.name_en.as_deref()]);
        push(MatchField::Organization, provider);
        found
    }

    /// Returns the whole text in parts; `None` where nothing matches.
    fn whole(&self, text: &str) -> Option<Vec<Span>> {
        let folded = fold_with_origins(text);
        let ranges = self.ranges(&folded);
        (!ranges.is_empty()).then(|| spans(text, &originals(&folded, &ranges)))
    }

    fn item(&self, label: &str, name: &str) -> Option<Vec<Span>> {
        [label, name].into_iter().find_map(|text| {
            let folded = fold_with_origins(text);
            let mut ranges = self.ranges(&folded);
            if let Some(item) = self.item {
                ranges.extend(occurrences(&folded.text, item));
            }
            let ranges = merged(ranges);
            (!ranges.is_empty()).then(|| spans(text, &originals(&folded, &ranges)))
        })
    }

    /// Returns the part of a text with the most matches.
    fn fragment(&self, text: &str) -> Option<Vec<Span>> {
        let folded = fold_with_origins(text);
        let ranges = originals(&folded, &self.ranges(&folded));
        if ranges.is_empty() {
            return None;
        }
        let starts: Vec<usize> = text.char_indices().map(|(start, _)| start).collect();
        if starts.len() <= MAX_FRAGMENT {
            return Some(spans(text, &ranges));
        }
        let place = |byte: usize| starts.partition_point(|start| *start < byte);
        // Two characters are kept for the signs that something is left out.
        let length = MAX_FRAGMENT - 2;
        let window = |first: usize| {
            let start = place(first).saturating_sub(BEFORE_MATCH).min(starts.len() - length);
            let end = starts.get(start + length).copied().unwrap_or(text.len());
            (starts.get(start).copied().unwrap_or(0), end)
        };
        let n_matched = |(start, end): (usize, usize)| {
            let inside = ranges.iter().filter(|(from, to)| *from >= start && *to <= end);
            inside.map(|(from, to)| to - from).sum::<usize>()
        };
        let windows = ranges.iter().map(|(first, _)| window(*first));
        let (start, end) = windows.rev().max_by_key(|window| n_matched(*window))?;
        let inside: Ranges = ranges
            .iter()
            .map(|(from, to)| ((*from).max(start), (*to).min(end)))
            .filter(|(from, to)| from < to)
            .map(|(from, to)| (from - start, to - start))
            .collect();
        let mut parts = spans(text.get(start..end)?, &inside);
        if start > 0 {
            parts.insert(0, Span { text: "…".to_owned(), hit: false });
        }
        if end < text.len() {
            parts.push(Span { text: "…".to_owned(), hit: false });
        }
        Some(parts)
    }

    fn ranges(&self, folded: &Folded) -> Ranges {
        let mut all = Vec::new();
        for needles in &self.concepts {
            let of_kind = |wanted: MarkKind| {
                needles
                    .iter()
                    .filter(|needle| needle.mark.kind == wanted)
                    .flat_map(|needle| needle.find(&folded.text))
                    .collect::<Ranges>()
            };
            let mut found = of_kind(MarkKind::Whole);
            found.extend(of_kind(MarkKind::Pinyin));
            if found.is_empty() {
                found = of_kind(MarkKind::Part);
            }
            all.extend(found);
        }
        merged(all)
    }
}

impl Needle<'_> {
    fn find(&self, text: &str) -> Ranges {
        match (&self.stem, self.mark.kind) {
            (_, MarkKind::Pinyin) => sounding(text, &self.mark.text),
            (None, _) => occurrences(text, &self.mark.text).collect(),
            (Some(stem), _) => stemming_to(text, stem),
        }
    }
}

fn occurrences<'a>(text: &'a str, needle: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
    let matches = (!needle.is_empty()).then(|| text.match_indices(needle));
    matches.into_iter().flatten().map(|(start, found)| (start, start + found.len()))
}

/// Finds words of an alphabet by their stem, whole and in parts.
fn stemming_to(text: &str, wanted: &str) -> Ranges {
    let mut found = Vec::new();
    for run in words::runs(text).into_iter().filter(|run| !run.is_cjk) {
        if stem(&words::joined(run.text)) == wanted {
            found.push((run.start, run.start + run.text.len()));
            continue;
        }
        let parts = words::latin_parts(run.text).into_iter();
        found.extend(parts.filter(|(part, _)| stem(part) == wanted).map(|(part, start)| {
            let start = run.start + start;
            (start, start + part.len())
        }));
    }
    found
}

/// Finds words, and pairs of words, by their pinyin.
fn sounding(text: &str, typed: &str) -> Ranges {
    let sounds_so = |word: &str| {
        phonetic::spell(word).is_some_and(|(full, initials)| full == typed || initials == typed)
    };
    let single = words::index_words(text).into_iter().filter(|word| word.is_cjk);
    let mut found: Ranges =
        single.filter(|word| sounds_so(&word.text)).map(|word| (word.start, word.end)).collect();
    for pair in words::words(text).windows(2) {
        if let [first, second] = pair
            && first.is_cjk
            && first.end == second.start
            && sounds_so(&format!("{}{}", first.text, second.text))
        {
            found.push((first.start, second.end));
        }
    }
    found
}

/// Puts ranges in order and joins those that touch.
fn merged(mut ranges: Ranges) -> Ranges {
    ranges.sort_unstable();
    let mut joined: Ranges = Vec::with_capacity(ranges.len());
    for (start, end) in ranges {
        match joined.last_mut() {
            Some((_, last)) if start <= *last => *last = (*last).max(end),
            _ => joined.push((start, end)),
        }
    }
    joined
}

fn originals(folded: &Folded, ranges: &[(usize, usize)]) -> Ranges {
    merged(ranges.iter().map(|(start, end)| folded.origin(*start, *end)).collect())
}

/// Cuts a text at ranges that are in order.
pub(crate) fn spans(text: &str, ranges: &[(usize, usize)]) -> Vec<Span> {
    let mut parts = Vec::with_capacity(ranges.len() * 2 + 1);
    let mut push = |from: usize, to: usize, hit: bool| {
        if let Some(part) = text.get(from..to).filter(|part| !part.is_empty()) {
            parts.push(Span { text: part.to_owned(), hit });
        }
    };
    let mut done = 0;
    for (start, end) in ranges {
        push(done, *start, false);
        push(*start, *end, true);
        done = *end;
    }
    push(done, text.len(), false);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker_of<'a>(marks: &'a [Mark]) -> Marker<'a> {
        let needles = marks
            .iter()
            .map(|mark| Needle { mark, stem: mark.text.is_ascii().then(|| stem(&mark.text)) });
        Marker { concepts: vec![needles.collect()], item: None }
    }

    #[track_caller]
    fn check(mark: &str, text: &str, expected: &str) {
        let kind = MarkKind::Whole;
        let marks = [Mark { text: mark.to_owned(), kind }];
        let shown = marker_of(&marks).whole(text).unwrap_or_default();
        let shown: String = shown
            .into_iter()
            .map(|span| if span.hit { format!("[{}]", span.text) } else { span.text })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn matches_are_marked_in_the_original() {
        check("数据", "開放數據平臺", "開放[數據]平臺");
        check("pm25", "城市ＰＭ２．５濃度", "城市[ＰＭ２．５]濃度");
        check("school", "List of Schools", "List of [Schools]");
        check("lot", "parking_lot_name", "parking_[lot]_name");
        check("学校", "医院", "");
    }

    #[test]
    fn a_fragment_is_short_and_holds_the_match() {
        let text = format!("{}空气质量监测{}", "前".repeat(300), "后".repeat(300));
        let marks = [Mark { text: "空气质量".to_owned(), kind: MarkKind::Whole }];

        let parts = marker_of(&marks).fragment(&text).unwrap_or_default();

        let n_characters: usize = parts.iter().map(|span| span.text.chars().count()).sum();
        assert!(n_characters <= MAX_FRAGMENT, "{n_characters}");
        assert!(parts.iter().any(|span| span.hit && span.text == "空气质量"));
        assert!(parts.first().is_some_and(|span| span.text == "…"));
        assert!(parts.last().is_some_and(|span| span.text == "…"));
    }
}
