//! In which ways the values of a column are written.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

/// Values written in more ways than this are text, and their ways say nothing.
const MOST: usize = 24;
const LONGEST: usize = 40;

/// Counts the ways in which values are written.
#[derive(Default)]
pub(crate) struct Written {
    ways: Option<HashMap<String, u64, FxBuildHasher>>,
    way: String,
}

impl Written {
    pub(crate) fn new() -> Self {
        Self { ways: Some(HashMap::default()), way: String::new() }
    }

    pub(crate) fn add(&mut self, value: &str, count: u64) {
        let Some(ways) = &mut self.ways else { return };
        if value.len() > LONGEST * 3 || !describe(value, &mut self.way) {
            self.ways = None;
            return;
        }
        if let Some(known) = ways.get_mut(&self.way) {
            *known += count;
        } else if ways.len() < MOST {
            ways.insert(self.way.clone(), count);
        } else {
            self.ways = None;
        }
    }

    /// The ways, most frequent first.
    pub(crate) fn finish(self) -> Vec<(String, u64)> {
        let mut ways: Vec<_> = self.ways.unwrap_or_default().into_iter().collect();
        ways.sort_unstable_by(|(a, n), (b, m)| m.cmp(n).then_with(|| a.cmp(b)));
        ways
    }
}

/// Writes `9999-99-99` for a date; a run of letters or of Chinese characters is one sign.
fn describe(value: &str, way: &mut String) -> bool {
    way.clear();
    if value.is_ascii() {
        return value.len() <= LONGEST && describe_ascii(value, way);
    }
    let mut last = '\0';
    for (n, sign) in value.chars().enumerate() {
        if n >= LONGEST {
            return false;
        }
        let kind = match sign {
            '0'..='9' => '9',
            'a'..='z' | 'A'..='Z' => 'A',
            '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{323AF}' => '汉',
            sign if sign.is_alphabetic() => 'A',
            sign if sign.is_control() => ' ',
            sign => sign,
        };
        if kind == '9' || kind != last || !matches!(kind, 'A' | '汉') {
            way.push(kind);
        }
        last = kind;
    }
    true
}

/// The same for what most values of tables are made of.
fn describe_ascii(value: &str, way: &mut String) -> bool {
    let mut last = b'\0';
    for byte in value.bytes() {
        let kind = match byte {
            b'0'..=b'9' => b'9',
            b'a'..=b'z' | b'A'..=b'Z' => b'A',
            byte if byte.is_ascii_control() => b' ',
            byte => byte,
        };
        if kind != b'A' || last != b'A' {
            way.push(char::from(kind));
        }
        last = kind;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways() {
        let mut written = Written::new();
        for value in ["2020-01-01", "1999-12-31", "2020年1月", "京A12345"] {
            written.add(value, 1);
        }
        let ways: Vec<String> = written.finish().into_iter().map(|(way, _)| way).collect();
        assert_eq!(ways, ["9999-99-99", "9999汉9汉", "汉A99999"]);
    }
}
