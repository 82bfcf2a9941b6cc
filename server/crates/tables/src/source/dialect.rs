//! How a text is delimited: found by reading its first lines in every way it may be meant.

use super::split::{Split, Splitter};

/// The signs of a delimited text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Signs {
    pub(crate) delimiter: char,
    pub(crate) quote: Option<char>,
    pub(crate) escape: Option<char>,
    /// Whether spaces behind a delimiter belong to it.
    pub(crate) skips_spaces: bool,
}

/// The signs between values that nearly all files have.
pub(crate) const USUAL: [char; 4] = ['\t', ',', ';', '|'];
/// Signs that stand in ordinary text, too: they are believed only where every line has them.
const UNUSUAL: [char; 10] = ['，', '；', '｜', '\u{1}', '\u{1f}', '\u{1e}', '^', '~', '¦', ' '];

/// Whether a text is beyond doubt rows with the same signs between as many values.
pub(crate) fn is_table(head: &str, is_whole: bool) -> bool {
    delimiter(head, is_whole, &USUAL).is_some_and(|found| found.is_certain() && found.width > 1)
}

/// So many rows are looked at.
const ROWS: usize = 200;
const MOST_VALUES: usize = super::MAX_COLUMNS;

/// Finds the signs of a text from its beginning. `is_whole` says that nothing follows it.
pub(crate) fn detect(head: &str, is_whole: bool) -> Signs {
    let usual = delimiter(head, is_whole, &USUAL);
    let best = match usual {
        Some(found) if found.is_regular() => Some(found),
        // A text of ordinary lines has commas here and there.
        _ => delimiter(head, is_whole, &UNUSUAL).filter(Reading::is_certain).or(usual),
    };
    let delimiter = best.map_or(',', |reading| reading.signs.delimiter);
    let plain = Reading::of(head, is_whole, signs(delimiter));
    let mut best = plain;
    for (quote, escape, skips_spaces) in [
        ('"', None, true),
        ('"', Some('\\'), false),
        ('"', Some('\\'), true),
        ('\'', None, false),
        ('\'', None, true),
        ('\'', Some('\\'), false),
        ('\'', Some('\\'), true),
    ] {
        let signs = Signs { delimiter, quote: Some(quote), escape, skips_spaces };
        if !is_called_for(head, &signs, plain.signs.delimiter) {
            continue;
        }
        let reading = Reading::of(head, is_whole, signs);
        if reading.is_better_than(&best) {
            best = reading;
        }
    }
    best.signs
}

/// Finds the usual delimiter of a text.
pub(crate) fn usual_delimiter(head: &str, is_whole: bool) -> char {
    delimiter(head, is_whole, &USUAL).map_or(',', |reading| reading.signs.delimiter)
}

fn signs(delimiter: char) -> Signs {
    Signs { delimiter, quote: Some('"'), escape: None, skips_spaces: false }
}

/// The delimiter that gives the most regular table; of equals the first.
fn delimiter(head: &str, is_whole: bool, candidates: &[char]) -> Option<Reading> {
    let mut best: Option<Reading> = None;
    for candidate in candidates {
        if !head.contains(*candidate) {
            continue;
        }
        let reading = Reading::of(head, is_whole, signs(*candidate));
        if reading.width > 1 && best.is_none_or(|best| reading.score() > best.score()) {
            best = Some(reading);
        }
    }
    best
}

/// Whether a text has what would call for these signs.
fn is_called_for(head: &str, signs: &Signs, delimiter: char) -> bool {
    let has = |text: &str| head.contains(text);
    match (signs.quote, signs.escape) {
        (Some('"'), Some(_)) if !has("\\\"") => return false,
        (Some('\''), escape) if !has("'") || (escape.is_some() && !has("\\'")) => return false,
        _ => {}
    }
    // A space behind nearly every delimiter belongs to it.
    !signs.skips_spaces || (delimiter != ' ' && delimiter != '\t' && has(&format!("{delimiter} ")))
}

/// What a text is, read with some signs.
#[derive(Debug, Clone, Copy)]
struct Reading {
    signs: Signs,
    n_rows: usize,
    /// How many values most rows have.
    width: usize,
    /// Rows that have so many.
    n_regular: usize,
    /// Values that are a number, a date, a word, or nothing: no delimiter of another kind is in them.
    n_plain: usize,
    n_values: usize,
    /// Values between quotes, and those of them that need the quotes.
    n_quoted: u64,
    n_needing: usize,
    /// Values that are text without quotes.
    n_bare: usize,
    /// Quotes that were none.
    n_faults: u64,
    /// Values behind a delimiter, and those of them that begin with a space.
    n_following: usize,
    n_spaced: usize,
}

impl Reading {
    fn of(head: &str, is_whole: bool, signs: Signs) -> Self {
        let Signs { delimiter, quote, escape, skips_spaces } = signs;
        let mut splitter = Splitter::new(delimiter, quote, escape, skips_spaces, MOST_VALUES);
        let mut reading = Self {
            signs,
            n_rows: 0,
            width: 0,
            n_regular: 0,
            n_plain: 0,
            n_values: 0,
            n_quoted: 0,
            n_needing: 0,
            n_bare: 0,
            n_faults: 0,
            n_following: 0,
            n_spaced: 0,
        };
        let mut widths: Vec<(usize, usize)> = Vec::new();
        let (mut text, mut ends, mut rest) = (Vec::new(), Vec::new(), head.as_bytes());
        loop {
            let n_breaks = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            rest = rest.get(n_breaks..).unwrap_or_default();
            if rest.is_empty() || reading.n_rows == ROWS {
                break;
            }
            // A row that the head cuts in two counts only where there is no other.
            let mut split = splitter.row(rest, is_whole, &mut text, &mut ends);
            if split == Split::Cut && reading.n_rows == 0 {
                split = splitter.row(rest, true, &mut text, &mut ends);
            }
            let Split::Row(n_bytes) = split else { break };
            reading.add(&text, &ends);
            match widths.iter_mut().find(|(width, _)| *width == ends.len()) {
                Some((_, count)) => *count += 1,
                None => widths.push((ends.len(), 1)),
            }
            rest = rest.get(n_bytes..).unwrap_or_default();
        }
        // Titles have one value where the table has many.
        let most = widths.iter().filter(|(width, _)| *width > 1).max_by_key(|it| (it.1, it.0));
        (reading.width, reading.n_regular) = most.copied().unwrap_or((1, reading.n_rows));
        reading.n_quoted = splitter.n_quoted;
        reading.n_faults = splitter.n_faults;
        reading
    }

    fn add(&mut self, text: &[u8], ends: &[usize]) {
        self.n_rows += 1;
        let mut start = 0;
        for (index, end) in ends.iter().enumerate() {
            let value = text.get(start..*end).unwrap_or_default();
            start = *end;
            let value = std::str::from_utf8(value).unwrap_or_default();
            self.n_values += 1;
            let is_needing = value.contains(self.signs.delimiter) || value.contains(['\n', '\r']);
            self.n_needing += usize::from(is_needing);
            self.n_plain += usize::from(is_plain(value));
            let is_number = value.bytes().all(|byte| b"0123456789+-.,:/% eE".contains(&byte));
            self.n_bare += usize::from(!is_number);
            if index > 0 {
                self.n_following += usize::from(!value.is_empty());
                self.n_spaced += usize::from(value.starts_with(' '));
            }
        }
    }

    /// How regular the rows are, and how plain what is in them; of one column nothing can be said.
    fn score(&self) -> f64 {
        let share = |part: usize, whole: usize| count(part) / count(whole.max(1));
        let regular = share(self.n_regular, self.n_rows);
        let plain = share(self.n_plain, self.n_values);
        // More columns are less likely by chance.
        let columns = 1.0 - 1.0 / count(self.width.max(1));
        regular * (0.3 + 0.7 * plain) * columns.sqrt()
    }

    /// Whether most rows have as many values as each other.
    fn is_regular(&self) -> bool {
        self.width > 1 && self.n_regular * 2 > self.n_rows
    }

    /// Whether chance is out of the question.
    fn is_certain(&self) -> bool {
        // Words stand between spaces in any text, but not the same number of them in every line.
        let least = if self.signs.delimiter == ' ' { (5, 3) } else { (2, 2) };
        self.n_rows >= least.0 && self.width >= least.1 && self.n_regular == self.n_rows
    }

    /// Whether these signs explain more than the usual ones.
    fn is_better_than(&self, other: &Self) -> bool {
        let is_as_regular = self.n_regular * other.n_rows >= other.n_regular * self.n_rows;
        if self.n_rows == 0 || !is_as_regular {
            return false;
        }
        let (quote, before) = (self.signs.quote, other.signs.quote);
        if quote != before {
            // An apostrophe is a quote where values stand between two, and nothing else has them.
            let explains = self.n_needing > 0 && self.n_regular > other.n_regular;
            let is_rule = self.n_quoted >= 2 && self.n_quoted * 2 > self.n_bare as u64;
            let is_all = self.n_quoted >= 2 && self.n_quoted == self.n_values as u64;
            let is_likely = other.n_quoted == 0 && (explains || is_rule);
            return self.n_faults == 0 && (is_all || is_likely);
        }
        if self.signs.skips_spaces != other.signs.skips_spaces {
            let is_spaced = other.n_spaced == other.n_following
                && other.n_spaced >= 2
                && self.n_regular * 20 >= self.n_rows * 19;
            return self.signs.skips_spaces && is_spaced && self.n_faults <= other.n_faults;
        }
        self.n_faults < other.n_faults
    }
}

/// A value that looks like one: not like several with another sign between them.
fn is_plain(value: &str) -> bool {
    let value = value.trim();
    !value.contains(USUAL) || value.bytes().all(|byte| b"0123456789+-.,".contains(&byte))
}

/// Counts here are of rows of a head, far below what a float holds exactly.
fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        for text in [text.to_owned(), text.replace('\n', "\r\n"), text.replace('\n', "\r")] {
            let Signs { delimiter, quote, escape, skips_spaces } = detect(&text, true);
            let signs: String = [Some(delimiter), quote, escape].into_iter().flatten().collect();
            let spaces = if skips_spaces { " with spaces" } else { "" };
            assert_eq!(format!("{signs}{spaces}"), expected, "{text:?}");
        }
    }

    #[test]
    fn ordinary_files_are_ordinary() {
        check("", ",\"");
        check("name\n甲\n乙\n", ",\"");
        check("a,b\n1,2\n", ",\"");
        check("a,b\n\"x;y;z\",\"1;2;3\"\n", ",\"");
        check("title\nO'Neill, 'the' King\nRock 'n' Roll, 'live'\n", ",\"");
        check("id,code\n'001,'002\n'003,'004\n", ",\"");
        check("id,path\n1,C:\\new\n2,\"D:\\\"\n", ",\"");
        check("time\n12:00:01\n12:00:02\n12:00:03\n", ",\"");
        check("name\nAda Byron King\nAlan Mathison Turing\n", ",\"");
        check("a,b\n1, 2\n3,4\n", ",\"");
    }

    #[test]
    fn other_delimiters() {
        check("a;b\n1,5;2,5\n", ";\"");
        check("1,5;2,5\n1,7;2,8\n", ";\"");
        check("a\tb, c\n1\t2, 3\n", "\t\"");
        check("a|b\n1|2\n", "|\"");
        check("Population of Yunxi, 2020\n\na;b;c\n1;2;3\n4;5;6\n", ";\"");
        check("a^b\n1^2\n", "^\"");
        check("a~b~c\n1~2~3\n", "~\"");
        check("姓名，人数\n甲，1\n乙，2\n", "，\"");
        check("a\u{1}b\n1\u{1}2\n", "\u{1}\"");
        check("x y z\n1 2 3\n4 5 6\n7 8 9\n1 1 1\n", " \"");
    }

    #[test]
    fn other_quotes_and_escapes() {
        check("'a','b'\n'x, y','z'\n", ",'");
        check("id,name\n1,'a, b'\n2,'c'\n", ",'");
        check("'a','b'\n'\"','\"'\n", ",'");
        check("a,b\n\"say \\\"x, y\\\" now\",2\n", ",\"\\");
        check("'it\\'s','b'\n'x, y','z'\n", ",'\\");
        check("a, \"b, c\"\n1, \"2\"\n", ",\" with spaces");
    }
}
