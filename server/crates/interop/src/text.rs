//! Bytes to text: byte order marks, UTF-16, and the place of a wrong byte.

use std::borrow::Cow;

use crate::ImportError;

/// The byte order mark of UTF-8.
pub(crate) const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads bytes as UTF-8, or as UTF-16 where a byte order mark says so.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ImportError> {
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return decode_utf16(rest, u16::from_le_bytes).map(Cow::Owned);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return decode_utf16(rest, u16::from_be_bytes).map(Cow::Owned);
    }
    let rest = bytes.strip_prefix(UTF8_MARK).unwrap_or(bytes);
    match std::str::from_utf8(rest) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(error) => Err(wrong_byte(rest, error.valid_up_to())),
    }
}

/// Names the line and the column of a byte offset, both from 1; a column counts characters.
pub(crate) fn position(bytes: &[u8], offset: usize) -> (usize, usize) {
    let before = bytes.get(..offset).unwrap_or(bytes);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let line_text = before.get(line_start..).unwrap_or_default();
    (line, String::from_utf8_lossy(line_text).chars().count() + 1)
}

fn wrong_byte(bytes: &[u8], offset: usize) -> ImportError {
    let (line, column) = position(bytes, offset);
    let byte = bytes.get(offset).copied().unwrap_or_default();
    ImportError::Encoding {
        place: format!("line {line}, column {column}"),
        detail: format!("byte 0x{byte:02X}"),
    }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, ImportError> {
    let wrong = |text: &str, detail: &str| {
        let (line, column) = position(text.as_bytes(), text.len());
        ImportError::Encoding {
            place: format!("line {line}, column {column}"),
            detail: detail.to_owned(),
        }
    };
    let pairs = bytes.chunks_exact(2);
    let has_odd_byte = !pairs.remainder().is_empty();
    let units = pairs.filter_map(|pair| <[u8; 2]>::try_from(pair).ok()).map(unit);
    let mut text = String::with_capacity(bytes.len());
    for character in char::decode_utf16(units) {
        match character {
            Ok(character) => text.push(character),
            Err(_) => return Err(wrong(&text, "half of a UTF-16 pair")),
        }
    }
    if has_odd_byte {
        return Err(wrong(&text, "an odd byte at the end of UTF-16"));
    }
    Ok(text)
}

/// Cuts a value for a message.
pub(crate) fn shorten(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{start}…")
}

/// Folds full-width letters, digits and signs to ASCII and trims.
pub(crate) fn fold_width(text: &str) -> String {
    let folded: String = text
        .chars()
        .map(|character| match character {
            '\u{3000}' => ' ',
            '\u{FF01}'..='\u{FF5E}' => {
                char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character)
            }
            _ => character,
        })
        .collect();
    folded.trim().to_owned()
}

/// Writes the links of Markdown as what they are called.
pub(crate) fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, label, after)) = next_link(rest) {
        plain.push_str(before);
        plain.push_str(label);
        rest = after;
    }
    plain.push_str(rest);
    plain
}

/// Finds `[label](address)`: what is before it, the label, what is after it.
fn next_link(text: &str) -> Option<(&str, &str, &str)> {
    let (head, tail) = text.split_once("](")?;
    let (before, label) = head.rsplit_once('[')?;
    let (_, after) = tail.split_once(')')?;
    Some((before, label, after))
}

/// Trims, and drops what is empty.
pub(crate) fn non_empty(text: &str) -> Option<String> {
    let trimmed = text.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed decode must fail the test")]
    use super::*;

    #[test]
    fn marks_and_utf16_are_read() {
        assert_eq!(decode(b"\xEF\xBB\xBFa").unwrap(), "a");
        assert_eq!(decode(b"\xFF\xFE\x00\x5F").unwrap(), "\u{5F00}");
        assert_eq!(decode(b"\xFE\xFF\x5F\x00").unwrap(), "\u{5F00}");
        assert_eq!(decode("开数".as_bytes()).unwrap(), "开数");
    }

    #[test]
    fn links_of_markdown_become_their_labels() {
        assert_eq!(without_links("[A](https://a.example), [B b](mailto:b)."), "A, B b.");
        for plain in ["", "A (B)", "[A]", "A](b)", "[A](b"] {
            assert_eq!(without_links(plain), plain);
        }
    }

    #[test]
    fn a_wrong_byte_is_named_by_its_place() {
        let error = decode(
            "好\nab\u{0}".as_bytes().iter().copied().chain([0xFF]).collect::<Vec<_>>().as_slice(),
        )
        .unwrap_err();

        assert_eq!(
            error.to_string(),
            "line 2, column 4 is not UTF-8 text (byte 0xFF); save the file as UTF-8"
        );
        assert!(decode(b"\xFF\xFE\x00").is_err());
        assert!(decode(b"\xFF\xFE\x00\xD8").is_err());
    }
}
