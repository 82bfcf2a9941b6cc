//! Values in JSON, as they were written.

use kaishu_types::table::Cell;
use kaishu_types::vocabulary::ItemType;

/// Writes a value: a number of a column of numbers as it stands, everything else as a text, so that
/// `007`, a code of 18 digits and `1.50` come back as they went.
pub fn write_json(out: &mut String, cell: &Cell, item_type: ItemType) {
    let Some(text) = cell else {
        out.push_str("null");
        return;
    };
    let is_number = matches!(item_type, ItemType::Integer | ItemType::Decimal);
    let trimmed = text.trim();
    if is_number && is_json_number(trimmed) {
        out.push_str(trimmed);
    } else {
        write_text(out, text);
    }
}

/// Writes a text between quotes.
pub fn write_text(out: &mut String, text: &str) {
    use std::fmt::Write;

    out.push('"');
    let mut start = 0;
    for (place, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(text.get(start..place).unwrap_or_default());
        out.push_str(escaped);
        if escaped.is_empty() {
            // Writing to a text cannot fail.
            write!(out, "\\u{byte:04x}").unwrap_or_default();
        }
        start = place + 1;
    }
    out.push_str(text.get(start..).unwrap_or_default());
    out.push('"');
}

/// Whether a text is a number in the grammar of JSON.
fn is_json_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    let bytes = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let n = count(bytes);
    if n == 0 || (n > 1 && bytes.first() == Some(&b'0')) {
        return false;
    }
    let mut rest = bytes.get(n..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix(b".") {
        let n = count(fraction);
        if n == 0 {
            return false;
        }
        rest = fraction.get(n..).unwrap_or_default();
    }
    let Some((b'e' | b'E', exponent)) = rest.split_first() else { return rest.is_empty() };
    let digits = match exponent.split_first() {
        Some((b'-' | b'+', digits)) => digits,
        _ => exponent,
    };
    !digits.is_empty() && count(digits) == digits.len()
}

fn count(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(item_type: ItemType, text: &str, expected: &str) {
        let mut out = String::new();
        write_json(&mut out, &Some(text.to_owned()), item_type);
        assert_eq!(out, expected);
        assert!(serde_json::from_str::<serde_json::Value>(&out).is_ok(), "{out}");
    }

    #[test]
    fn numbers_stay_as_they_are_written() {
        check(ItemType::Decimal, "1.50", "1.50");
        check(ItemType::Integer, " -3 ", "-3");
        check(ItemType::Decimal, "1e-3", "1e-3");
        check(ItemType::Integer, "007", "\"007\"");
        check(ItemType::Code, "110101", "\"110101\"");
        check(ItemType::Decimal, "1.", "\"1.\"");
        check(ItemType::Decimal, "未知", "\"未知\"");
        check(ItemType::Text, "a\"b\\c\n\u{1}山", "\"a\\\"b\\\\c\\n\\u0001山\"");
    }
}
