//! What a column stands for, by its heading or by nine in ten of its values.

use kaishu_domain::quality::Meaning;

/// A column stands for what so many of a hundred of its values are.
const SHARE: u64 = 90;
/// Fewer values say nothing.
const LEAST: u64 = 3;

/// Counts what values could stand for.
#[derive(Debug, Default)]
pub(crate) struct Meanings {
    n_values: u64,
    n_credit: u64,
    n_resident: u64,
    n_division: u64,
    n_short_division: u64,
}

impl Meanings {
    /// Takes a value into account, so many times. Lengths tell most apart at once.
    pub(crate) fn add(&mut self, value: &str, count: u64) {
        let value = value.trim();
        self.n_values += count;
        let is = |meaning: Meaning| u64::from(meaning.check(value).is_ok()) * count;
        match value.len() {
            18 => {
                self.n_credit += is(Meaning::CreditCode);
                self.n_resident += is(Meaning::ResidentId);
            }
            9 | 12 => self.n_division += is(Meaning::DivisionCode),
            6 => self.n_short_division += is(Meaning::DivisionCode),
            _ => {}
        }
    }

    /// Says what a column of this heading stands for. Six digits are many things: they are divisions
    /// only where the heading could mean so.
    pub(crate) fn finish(&self, heading: &str) -> Option<Meaning> {
        let named = Meaning::named_by(heading).filter(|_| self.n_values > 0);
        let most = |n: u64| n >= LEAST && n * 100 >= self.n_values * SHARE;
        named.or_else(|| match () {
            () if most(self.n_credit) => Some(Meaning::CreditCode),
            () if most(self.n_resident) => Some(Meaning::ResidentId),
            () if most(self.n_division) => Some(Meaning::DivisionCode),
            () if most(self.n_short_division) && Meaning::may_be_divisions(heading) => {
                Some(Meaning::DivisionCode)
            }
            () => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(heading: &str, values: &[&str], expected: Option<Meaning>) {
        let mut meanings = Meanings::default();
        for value in values {
            meanings.add(value, 1);
        }
        assert_eq!(meanings.finish(heading), expected, "{heading}");
    }

    #[test]
    fn headings_and_values_tell_what_a_column_stands_for() {
        let credit = "91350100M000100Y43";
        check("代码", &[credit, credit, credit], Some(Meaning::CreditCode));
        check("代码", &[credit, credit, "x"], None);
        check("代码", &[credit, credit], None);
        check("统一社会信用代码", &["x"], Some(Meaning::CreditCode));
        check("统一社会信用代码", &[], None);
        check("n", &["110101001001", "513201100001", "440000000000"], Some(Meaning::DivisionCode));
        check("areaCode", &["110101", "513201", "440000"], Some(Meaning::DivisionCode));
        check("people", &["110101", "513201", "440000"], None);
        check(
            "n",
            &["11010519491231002X", "440524188001010014", "11010519491231002x"],
            Some(Meaning::ResidentId),
        );
    }
}
