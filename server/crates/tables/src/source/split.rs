//! Delimited text, cut into rows and values.
//!
//! Text that keeps to RFC 4180 reads as it says there. What does not is read so that no sign of it is
//! lost: a quote that neither closes its value nor is doubled stays in the value, and a value whose
//! quote is never closed is one without quotes.

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Split {
    /// It takes so many bytes, with its line break.
    Row(usize),
    /// Its end is not in the input yet.
    Cut,
    /// It has more values than a row may have.
    TooMany,
}

/// Cuts rows by the signs of a dialect.
#[derive(Debug, Clone)]
pub(crate) struct Splitter {
    delimiter: Vec<u8>,
    quote: Option<u8>,
    escape: Option<u8>,
    skips_spaces: bool,
    /// Which bytes may end a value without quotes.
    is_special: [bool; 256],
    most_values: usize,
    /// Quotes so far that were no quotes.
    pub(crate) n_faults: u64,
    /// Values between quotes so far.
    pub(crate) n_quoted: u64,
}

/// What a quote is, by what follows it.
enum Quote {
    Closes(usize),
    IsDoubled,
    IsText,
    Cut,
}

/// Where a value ends; `None` where the input ends before it does.
type End = Option<usize>;

impl Splitter {
    /// Takes the signs of a dialect. Quote and escape are of ASCII.
    pub(crate) fn new(
        delimiter: char,
        quote: Option<char>,
        escape: Option<char>,
        skips_spaces: bool,
        most_values: usize,
    ) -> Self {
        let ascii = |sign: char| u8::try_from(sign).ok().filter(u8::is_ascii);
        let delimiter = delimiter.to_string().into_bytes();
        let (quote, escape) = (quote.and_then(ascii), escape.and_then(ascii));
        let mut is_special = [false; 256];
        let signs = [Some(b'\r'), Some(b'\n'), delimiter.first().copied(), escape];
        for sign in signs.into_iter().flatten() {
            if let Some(is_it) = is_special.get_mut(usize::from(sign)) {
                *is_it = true;
            }
        }
        let (n_faults, n_quoted) = (0, 0);
        Self { delimiter, quote, escape, skips_spaces, is_special, most_values, n_faults, n_quoted }
    }

    /// Cuts the row that the input begins with. Its values are put into `text`, with where each ends
    /// in `ends`. Nothing follows an input that is the last.
    pub(crate) fn row(
        &mut self,
        input: &[u8],
        is_last: bool,
        text: &mut Vec<u8>,
        ends: &mut Vec<usize>,
    ) -> Split {
        text.clear();
        ends.clear();
        let before = (self.n_faults, self.n_quoted);
        let mut at = 0;
        loop {
            if self.skips_spaces && at > 0 {
                at += rest(input, at).iter().take_while(|byte| **byte == b' ').count();
            }
            let Some(end) = self.value(input, at, is_last, text) else {
                (self.n_faults, self.n_quoted) = before;
                return Split::Cut;
            };
            ends.push(text.len());
            match input.get(end) {
                None => return Split::Row(end),
                Some(b'\r' | b'\n') => return Split::Row(end + 1),
                Some(_) if ends.len() >= self.most_values => return Split::TooMany,
                Some(_) => at = end + self.delimiter.len(),
            }
        }
    }

    fn value(&mut self, input: &[u8], at: usize, is_last: bool, text: &mut Vec<u8>) -> End {
        let begin = text.len();
        if self.quote.is_some() && input.get(at).copied() == self.quote {
            match self.quoted(input, at, is_last, text) {
                Some(Some(end)) => {
                    self.n_quoted += 1;
                    return Some(end);
                }
                Some(None) => {
                    self.n_faults += 1;
                    text.truncate(begin);
                }
                None => return None,
            }
        }
        self.plain(input, at, is_last, text)
    }

    /// Reads a value that begins with a quote; `Some(None)` where that is none.
    fn quoted(
        &mut self,
        input: &[u8],
        at: usize,
        is_last: bool,
        text: &mut Vec<u8>,
    ) -> Option<End> {
        let mut from = at + 1;
        // Where the value would end if the last two quotes were one in the text and one that closes.
        let mut other_end = None;
        loop {
            let is_sign = |byte: &u8| Some(*byte) == self.quote || Some(*byte) == self.escape;
            let Some(n) = rest(input, from).iter().position(is_sign) else {
                return is_last.then_some(None);
            };
            let mark = from + n;
            let sign = *input.get(mark)?;
            text.extend_from_slice(input.get(from..mark)?);
            if Some(sign) != self.quote {
                let next = input.get(mark + 1).copied();
                if next.is_none() && !is_last {
                    return None;
                }
                let is_escaped = next.is_some() && (next == self.quote || next == self.escape);
                text.push(if is_escaped { next? } else { sign });
                from = mark + 1 + usize::from(is_escaped);
                continue;
            }
            match self.meaning(input, mark, is_last) {
                Quote::Cut => return None,
                Quote::Closes(end) => return Some(Some(end)),
                Quote::IsDoubled => {
                    text.push(sign);
                    from = mark + 2;
                    other_end = Some((from, text.len()));
                }
                Quote::IsText
                    if let Some((end, length)) = other_end
                        && end + self.delimiter.len() == mark
                        && rest(input, end).starts_with(&self.delimiter) =>
                {
                    self.n_faults += 1;
                    text.truncate(length);
                    return Some(Some(end));
                }
                // What looks like the beginning of another value is one, and this never ended.
                Quote::IsText if mark == at + 1 || self.opens(input, mark) => return Some(None),
                Quote::IsText => {
                    self.n_faults += 1;
                    text.push(sign);
                    from = mark + 1;
                }
            }
        }
    }

    /// Tells what a quote inside of a value is.
    fn meaning(&self, input: &[u8], mark: usize, is_last: bool) -> Quote {
        let next = input.get(mark + 1).copied();
        if next.is_some() && next == self.quote {
            return Quote::IsDoubled;
        }
        let n_spaces = rest(input, mark + 1).iter().take_while(|byte| **byte == b' ').count();
        for end in [mark + 1, mark + 1 + n_spaces] {
            match input.get(end) {
                None if is_last => return Quote::Closes(end),
                Some(b'\r' | b'\n') => return Quote::Closes(end),
                Some(_) if rest(input, end).starts_with(&self.delimiter) => {
                    return Quote::Closes(end);
                }
                _ => {}
            }
        }
        let n_seen = input.len().saturating_sub(mark + 1 + n_spaces);
        if !is_last && n_seen < self.delimiter.len() { Quote::Cut } else { Quote::IsText }
    }

    /// Whether a value may begin at a quote.
    fn opens(&self, input: &[u8], mark: usize) -> bool {
        let before = input.get(..mark).unwrap_or_default();
        let before = if self.skips_spaces { before.trim_ascii_end() } else { before };
        before.ends_with(&self.delimiter) || matches!(before.last(), Some(b'\r' | b'\n'))
    }

    fn plain(&self, input: &[u8], at: usize, is_last: bool, text: &mut Vec<u8>) -> End {
        let mut from = at;
        loop {
            let is_special =
                |byte: &u8| self.is_special.get(usize::from(*byte)).copied().unwrap_or(false);
            let Some(n) = rest(input, from).iter().position(is_special) else {
                text.extend_from_slice(rest(input, from));
                return is_last.then_some(input.len());
            };
            let mark = from + n;
            let sign = *input.get(mark)?;
            text.extend_from_slice(input.get(from..mark)?);
            if matches!(sign, b'\r' | b'\n') || rest(input, mark).starts_with(&self.delimiter) {
                return Some(mark);
            }
            if !is_last && input.len() - mark < self.delimiter.len().max(2) {
                return None;
            }
            let next = input.get(mark + 1).copied();
            let is_escaped = Some(sign) == self.escape
                && next.is_some()
                && (next == self.delimiter.first().copied()
                    || next == self.quote
                    || next == self.escape);
            text.push(if is_escaped { next? } else { sign });
            from = mark + 1 + usize::from(is_escaped);
        }
    }
}

fn rest(input: &[u8], from: usize) -> &[u8] {
    input.get(from..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, mut splitter: Splitter) -> Vec<String> {
        let (mut rest, mut found) = (text.as_bytes(), Vec::new());
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        while !rest.is_empty() {
            let Split::Row(n) = splitter.row(rest, true, &mut bytes, &mut ends) else { break };
            let mut start = 0;
            let values = ends.iter().map(|end| {
                let value = String::from_utf8_lossy(&bytes[start..*end]).into_owned();
                start = *end;
                value
            });
            found.push(values.collect::<Vec<_>>().join("¦"));
            rest = &rest[n..];
        }
        found
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let splitter = Splitter::new(',', Some('"'), None, false, 100);
        assert_eq!(rows(text, splitter), expected, "{text:?}");
    }

    #[test]
    fn rows_of_the_standard() {
        check("a,b\n1,2\n", &["a¦b", "1¦2"]);
        check("a,\"b,\"\"c\"\"\nd\",\"\"\n", &["a¦b,\"c\"\nd¦"]);
        check("a,b\r1,2", &["a¦b", "1¦2"]);
        check(",\n", &["¦"]);
    }

    #[test]
    fn no_quote_is_lost() {
        check("5\" pipe,\"a\" ,b\n", &["5\" pipe¦a¦b"]);
        check("\"Boxer, 5\" Inseam\",x\n", &["Boxer, 5\" Inseam¦x"]);
        check("\"a,b,\"c\",d\ne\n", &["\"a¦b¦c¦d", "e"]);
        check("\"a\" b,c\n\"d\",e\n", &["\"a\" b¦c", "d¦e"]);
        check("\"\"a\"\",b\n\"\"c\"\",d\n", &["\"\"a\"\"¦b", "\"\"c\"\"¦d"]);
        check("a,\"b\nc,d\n", &["a¦\"b", "c¦d"]);
        check("\"round, 48\"\",\"Made\",x\n", &["round, 48\"¦Made¦x"]);
        check("\";\"\"a\"\\,b\n", &["\";\"\"a\"\\¦b"]);
    }

    #[test]
    fn other_signs() {
        let mysql = Splitter::new(';', Some('\''), Some('\\'), false, 100);
        check_with("'a\\'b';c\\;d;'e\\n\\\\'\n", mysql, &["a'b¦c;d¦e\\n\\"]);
        let spaced = Splitter::new(',', Some('"'), None, true, 100);
        check_with("a, \"b, c\",  d\n", spaced, &["a¦b, c¦d"]);
        check_with(
            "甲，乙、丙\n",
            Splitter::new('，', Some('"'), None, false, 100),
            &["甲¦乙、丙"],
        );
    }

    #[track_caller]
    fn check_with(text: &str, splitter: Splitter, expected: &[&str]) {
        assert_eq!(rows(text, splitter), expected, "{text:?}");
    }

    proptest::proptest! {
        /// Nothing of a text is lost but the signs that cut it.
        #[test]
        fn every_letter_is_in_a_value(text in "[ab\"',;\\\\ \n\r山]{0,60}") {
            for signs in [(',', Some('"'), None, false), (';', Some('\''), Some('\\'), true)] {
                let (delimiter, quote, escape, skips_spaces) = signs;
                let splitter = Splitter::new(delimiter, quote, escape, skips_spaces, 100);
                let is_sign = |sign: &char| {
                    matches!(*sign, '\r' | '\n' | ' ' | '¦')
                        || [Some(delimiter), quote, escape].contains(&Some(*sign))
                };
                let kept = |text: &str| text.chars().filter(|it| !is_sign(it)).collect::<String>();
                proptest::prop_assert_eq!(kept(&rows(&text, splitter).concat()), kept(&text));
            }
        }
    }

    /// However an input is cut, its first row is the same or not there yet.
    #[test]
    fn a_cut_input_gives_no_other_row() {
        let texts = ["a,\"b\"\"\n\",c\nd", "\"x\" y,\"z\"\n\"q\"", "甲，\"乙\" ，丙\n", "a\\,b\n"];
        for text in texts {
            for delimiter in [',', '，'] {
                let mut splitter = Splitter::new(delimiter, Some('"'), Some('\\'), false, 100);
                let (mut bytes, mut ends) = (Vec::new(), Vec::new());
                let whole = splitter.row(text.as_bytes(), true, &mut bytes, &mut ends);
                let expected = (bytes.clone(), ends.clone());
                for n in 0..text.len() {
                    let part = splitter.row(&text.as_bytes()[..n], false, &mut bytes, &mut ends);
                    if part != Split::Cut {
                        assert_eq!(
                            (part, (bytes.clone(), ends.clone())),
                            (whole, expected.clone())
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_has_no_more_values_than_it_may() {
        let mut splitter = Splitter::new(',', None, None, false, 3);
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        assert_eq!(splitter.row(b"1,2,3\n", true, &mut bytes, &mut ends), Split::Row(6));
        assert_eq!(splitter.row(b"1,2,3,4\n", true, &mut bytes, &mut ends), Split::TooMany);
    }
}
