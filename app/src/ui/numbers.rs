//! Numbers as people write them.

use kaishu_types::dataset::ResourceView;

use crate::words::Words;

/// Writes a whole number with commas between thousands.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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
    fn thousands_take_commas() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_228), "1,228");
        assert_eq!(thousands(2_000_000), "2,000,000");
    }

    #[test]
    fn sizes_take_units() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(999), "999 B");
        assert_eq!(size(2_400_000), "2.4 MB");
        assert_eq!(size(999_999), "1.0 MB");
        assert_eq!(size(500_000_000), "500 MB");
    }
}
