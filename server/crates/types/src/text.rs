//! Names that stand beside other text, or become the names of files.

/// Removes what turns the direction of text: an unclosed override would reorder what stands behind a
/// name, and the end of a file name could be shown as another one.
pub fn without_direction(text: &str) -> String {
    text.chars().filter(|character| !is_direction(*character)).collect()
}

/// Returns the name under which a file can be shown and saved: the last part of a path, without
/// characters that nobody sees. It is empty where nothing is left.
pub fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|it| !it.is_control() && !is_direction(*it)).collect()
}

/// Puts a mark into the name of a file, before its ending.
pub fn marked_name(name: &str, mark: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) => format!("{stem}-{mark}.{ending}"),
        None => format!("{name}-{mark}"),
    }
}

/// Whether a character is one of the marks, embeddings, overrides and isolates of the Unicode
/// bidirectional algorithm (UAX #9, section 2).
fn is_direction(character: char) -> bool {
    matches!(character,
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        assert_eq!(file_name(name), expected);
    }

    #[test]
    fn file_names() {
        check("空气质量 2026年.csv", "空气质量 2026年.csv");
        check("report\u{202E}vsc\u{2066}\u{200F}\u{61C}.exe.csv", "reportvsc.exe.csv");
        check("../a/b\\c.csv", "c.csv");
        check("a\u{0}\n\u{7F}.csv", "a.csv");
        check("\u{202E}", "");
        check("folder/", "");
    }

    #[test]
    fn a_mark_stands_before_the_ending() {
        assert_eq!(marked_name("用电.csv", "R-1"), "用电-R-1.csv");
        assert_eq!(marked_name("a.b.xlsx", "R-1"), "a.b-R-1.xlsx");
        assert_eq!(marked_name("用电", "R-1"), "用电-R-1");
    }

    #[test]
    fn every_turn_of_direction_is_removed_and_nothing_else() {
        let all: String = ('\u{202A}'..='\u{202E}').chain('\u{2066}'..='\u{2069}').collect();
        assert_eq!(without_direction(&all), "");
        // The joiners that Persian and emoji need, and a line end, stay.
        assert_eq!(without_direction("a/\u{200D}\u{200C}\n《题》"), "a/\u{200D}\u{200C}\n《题》");
    }
}
