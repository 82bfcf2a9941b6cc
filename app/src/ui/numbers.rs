//! Numbers as people write them.

use kaishu_types::dataset::ResourceView;

use crate::words::Words;

pub(crate) use crate::cell::thousands;

/// Says in English how often something happened.
pub(crate) fn times(n: u32) -> String {
    match n {
        1 => "once".to_owned(),
        n => format!("{n} times"),
    }
}

/// Writes how many rows and columns a table has, where both are known.
pub(crate) fn extent(words: &Words, resource: &ResourceView) -> Option<String> {
    let (n_rows, n_columns) = resource.n_rows.zip(resource.n_columns)?;
    Some(format!("{} {} × {n_columns} {}", thousands(n_rows), words.rows, words.columns))
}

/// Writes a size with a unit: `812 B`, `2.4 MB`. A kB has 1,000 bytes.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let mut value = bytes as f64 / 1_000.0;
    let mut unit = UNITS[0];
    for larger in &UNITS[1..] {
        if value < 999.95 {
            break;
        }
        value /= 1_000.0;
        unit = larger;
    }
    if value < 10.0 { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_take_units() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(999), "999 B");
        assert_eq!(size(2_400_000), "2.4 MB");
        assert_eq!(size(999_999), "1.0 MB");
        assert_eq!(size(500_000_000), "500 MB");
    }
}
