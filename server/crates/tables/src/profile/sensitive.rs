//! Personal data and secret marks in a column.

use kaishu_domain::personal::{Sensitive, find_in};
use serde::{Deserialize, Serialize};

/// So many rows are named; their values are not repeated.
const TOLD: usize = 5;

/// One in so many numbers of eighteen digits may be an identity number by chance, and more are not.
const MANY: u64 = 50;

/// What stops the release of a column until a person has decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is.
    pub kind: Sensitive,
    /// Rows where it was found; none where only the heading says so.
    pub n_rows: u64,
    /// The first of them.
    pub rows: Vec<u64>,
    /// Whether the heading says so.
    pub is_named: bool,
}

/// Looks for personal data in the values of a column.
#[derive(Debug)]
pub(crate) struct Looking {
    found: Vec<(Sensitive, u64, Vec<u64>)>,
    n_values: u64,
    /// Values that are nothing but a number as long as an identity number.
    n_as_long: u64,
}

impl Looking {
    pub(crate) fn new() -> Self {
        Self { found: Vec::new(), n_values: 0, n_as_long: 0 }
    }

    /// Looks into a value that is there so many times, first in this row.
    pub(crate) fn add(&mut self, value: &str, row: u64, count: u64) {
        self.n_values += count;
        if is_as_long(value) {
            self.n_as_long += count;
        }
        let found = &mut self.found;
        let mut seen: Vec<Sensitive> = Vec::new();
        find_in(value, &mut |kind| {
            // One value with three telephone numbers is one row.
            if seen.contains(&kind) {
                return;
            }
            seen.push(kind);
            let known = match found.iter_mut().find(|(known, ..)| *known == kind) {
                Some(known) => known,
                None => {
                    found.push((kind, 0, Vec::new()));
                    let Some(last) = found.last_mut() else { return };
                    last
                }
            };
            known.1 += count;
            if known.2.len() < TOLD {
                known.2.push(row);
            }
        });
    }

    /// Says what was found in a column of this heading: what most values of such a kind of column would
    /// be, and what is beyond doubt in a single one.
    pub(crate) fn finish(self, heading: &str) -> Vec<Finding> {
        let named = Sensitive::named_by(heading);
        let n_values = self.n_values;
        #[expect(clippy::cast_precision_loss, reason = "a share of rows")]
        let is_told = |kind: Sensitive, n: u64| {
            let share = n as f64 / n_values.max(1) as f64;
            // Among many serial numbers of that length a few pass the check by chance.
            let is_chance = kind == Sensitive::ResidentId && n * MANY < self.n_as_long;
            named == Some(kind) || (n > 0 && share >= kind.least_share() && !is_chance)
        };
        let mut findings: Vec<Finding> = self
            .found
            .into_iter()
            .filter(|(kind, n, _)| is_told(*kind, *n))
            .map(|(kind, n_rows, rows)| Finding {
                kind,
                n_rows,
                rows,
                is_named: named == Some(kind),
            })
            .collect();
        // A heading alone says enough, where there are values at all.
        if let Some(kind) = named.filter(|_| n_values > 0)
            && !findings.iter().any(|finding| finding.kind == kind)
        {
            findings.push(Finding { kind, n_rows: 0, rows: Vec::new(), is_named: true });
        }
        // A heading may be a value itself: a person a column.
        find_in(heading, &mut |kind| {
            if !findings.iter().any(|finding| finding.kind == kind) {
                findings.push(Finding { kind, n_rows: 0, rows: Vec::new(), is_named: true });
            }
        });
        findings.sort_unstable_by_key(|finding| finding.kind);
        findings
    }
}

fn is_as_long(value: &str) -> bool {
    let value = value.trim().as_bytes();
    let (body, last) = (value.get(..17), value.get(17));
    let is_digits = body.is_some_and(|body| body.iter().all(u8::is_ascii_digit));
    is_digits && value.len() == 18 && last.is_some_and(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(heading: &str, values: &[&str], expected: &[(Sensitive, u64)]) {
        let mut looking = Looking::new();
        for (row, value) in (1..).zip(values) {
            looking.add(value, row, 1);
        }
        let findings = looking.finish(heading);
        let found: Vec<_> = findings.iter().map(|it| (it.kind, it.n_rows)).collect();
        assert_eq!(found, expected, "{heading}");
    }

    #[test]
    fn findings_name_rows_and_no_values() {
        check("phone", &["13812345678", "13912345678"], &[(Sensitive::Mobile, 2)]);
        // One number with a check character is enough among a hundred others.
        let mut values = vec!["无"; 200];
        values[7] = "见440524188001010014";
        check("备注", &values, &[(Sensitive::ResidentId, 1)]);
        let serials: Vec<String> = (0..100).map(|n| format!("2026112200000{n:05}")).collect();
        let mut serials: Vec<&str> = serials.iter().map(String::as_str).collect();
        check("流水号", &serials, &[]);
        serials.push("440524188001010014");
        check("流水号", &serials, &[]);
        serials.extend(["440524188001010014"; 9]);
        check("流水号", &serials, &[(Sensitive::ResidentId, 10)]);
        check("姓名", &["甲某"], &[(Sensitive::Name, 0)]);
        check("行业", &["石油", "煤炭", "金融", "电力", "水务"], &[]);
        check("法定代表人", &["王小明", "李雷"], &[(Sensitive::Name, 2)]);
        check("姓名", &[], &[]);
    }
}
