//! Encoding, byte order mark and delimiter of a text.

use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Serialize};

use crate::source::dialect;

/// How a text is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextShape {
    /// Name of its encoding, as in `UTF-8`, `GB18030`, `UTF-16LE`.
    pub encoding: String,
    /// Whether it begins with a byte order mark.
    pub has_bom: bool,
    /// The sign between two values: comma, tab, semicolon or bar.
    pub delimiter: char,
}

/// Finds the encoding and the delimiter of a text.
pub fn sniff(bytes: &[u8]) -> TextShape {
    let mut detector = Detector::new();
    detector.feed(bytes);
    let (encoding, has_bom) = detector.finish();
    let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default();
    TextShape {
        encoding: name_of(encoding),
        has_bom,
        delimiter: char::from(delimiter_of(head, encoding)),
    }
}

/// Names an encoding as people write it; encoding_rs has `gb18030` in lower case.
pub(crate) fn name_of(encoding: &'static Encoding) -> String {
    encoding.name().to_uppercase().replace("WINDOWS", "windows")
}

/// How much of a text is looked at for its delimiter.
pub(crate) const HEAD: usize = 64 << 10;

/// Finds the delimiter from the first bytes of a text.
pub(crate) fn delimiter_of(head: &[u8], encoding: &'static Encoding) -> u8 {
    let delimiter = dialect::usual_delimiter(&text_of(head, encoding), head.len() < HEAD);
    u8::try_from(delimiter).unwrap_or(b',')
}

/// Decodes the first bytes of a text.
pub(crate) fn text_of<'a>(
    head: &'a [u8],
    encoding: &'static Encoding,
) -> std::borrow::Cow<'a, str> {
    encoding.decode(head).0
}

/// Finds an encoding over a whole text, piece by piece.
pub(crate) struct Detector {
    head: Vec<u8>,
    guesser: EncodingDetector,
    /// Bytes of a character that the last piece cut in two; `None` once the text is no UTF-8.
    utf8_rest: Option<Vec<u8>>,
}

impl Detector {
    pub(crate) fn new() -> Self {
        Self {
            head: Vec::new(),
            guesser: EncodingDetector::new(Iso2022JpDetection::Deny),
            utf8_rest: Some(Vec::new()),
        }
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        const NULS_IN: usize = 4 << 10;
        let room = NULS_IN.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(room));
        self.guesser.feed(bytes, false);
        if let Some(rest) = self.utf8_rest.take() {
            self.utf8_rest = continue_utf8(rest, bytes);
        }
    }

    /// Returns the encoding, and whether the text begins with its byte order mark.
    pub(crate) fn finish(mut self) -> (&'static Encoding, bool) {
        if let Some((encoding, _)) = Encoding::for_bom(&self.head) {
            return (encoding, true);
        }
        if let Some(encoding) = utf16_without_mark(&self.head) {
            return (encoding, false);
        }
        if self.utf8_rest.as_ref().is_some_and(Vec::is_empty) {
            return (UTF_8, false);
        }
        self.guesser.feed(b"", true);
        let guess = self.guesser.guess(None, Utf8Detection::Deny);
        // GB18030 holds GBK and everything newer.
        (if guess == GBK { GB18030 } else { guess }, false)
    }
}

fn continue_utf8(mut rest: Vec<u8>, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut remaining = bytes;
    while !rest.is_empty() {
        let (next, tail) = remaining.split_first()?;
        rest.push(*next);
        remaining = tail;
        match std::str::from_utf8(&rest) {
            Ok(_) => rest.clear(),
            Err(error) if error.error_len().is_some() => return None,
            Err(_) if remaining.is_empty() => return Some(rest),
            Err(_) => {}
        }
    }
    match std::str::from_utf8(remaining) {
        Ok(_) => Some(Vec::new()),
        Err(error) if error.error_len().is_some() => None,
        Err(error) => Some(remaining.get(error.valid_up_to()..)?.to_vec()),
    }
}

/// Latin letters and digits in UTF-16 have a zero in every other byte.
fn utf16_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let n_pairs = head.len() / 2;
    let zeros =
        |parity: usize| head.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if n_pairs < 4 {
        return None;
    }
    match () {
        () if odd * 3 > n_pairs && even * 20 < n_pairs => Some(UTF_16LE),
        () if even * 3 > n_pairs && odd * 20 < n_pairs => Some(UTF_16BE),
        () => None,
    }
}

/// Finds the encoding of a file. Most are UTF-8, which is known sooner than anything else.
pub(crate) fn detect_file<R: Read + std::io::Seek>(
    file: &mut R,
) -> io::Result<(&'static Encoding, bool)> {
    let mut head = vec![0; HEAD];
    let n_read = file.read(&mut head)?;
    head.truncate(n_read);
    if let Some((encoding, _)) = Encoding::for_bom(&head) {
        return Ok((encoding, true));
    }
    if let Some(encoding) = utf16_without_mark(head.get(..head.len().min(4096)).unwrap_or_default())
    {
        return Ok((encoding, false));
    }
    file.seek(std::io::SeekFrom::Start(0))?;
    if is_utf8(file)? {
        return Ok((UTF_8, false));
    }
    file.seek(std::io::SeekFrom::Start(0))?;
    // What is not UTF-8 is told by its letters, of which a few megabytes have enough.
    detect(&mut file.take(8 << 20))
}

/// Whether a text is UTF-8, but for a fault here and there: other encodings make faults of nearly every
/// letter that is not of ASCII, and a text with a few is refused where they are, not read as another.
fn is_utf8(reader: &mut dyn Read) -> io::Result<bool> {
    let (mut n_letters, mut n_faults): (u64, u64) = (0, 0);
    let mut rest: Vec<u8> = Vec::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let n_read = reader.read(&mut buffer)?;
        if n_read == 0 {
            n_faults += u64::from(!rest.is_empty());
            return Ok(n_letters >= n_faults * 20);
        }
        rest.extend_from_slice(buffer.get(..n_read).unwrap_or_default());
        // Nearly always nothing is wrong, but for a character that is cut in two.
        let n_valid = match simdutf8::compat::from_utf8(&rest) {
            Ok(_) => Some(rest.len()),
            Err(fault) if fault.error_len().is_none() => Some(fault.valid_up_to()),
            Err(_) => None,
        };
        if let Some(n_valid) = n_valid {
            n_letters += n_beyond_ascii(rest.get(..n_valid).unwrap_or_default());
            rest.drain(..n_valid);
            continue;
        }
        let mut n_cut = 0;
        for chunk in rest.utf8_chunks() {
            let is_cut = chunk.invalid().len() < 4
                && chunk.invalid().as_ptr_range().end == rest.as_ptr_range().end
                && std::str::from_utf8(chunk.invalid()).is_err_and(|it| it.error_len().is_none());
            n_letters += n_beyond_ascii(chunk.valid().as_bytes());
            n_cut = if is_cut { chunk.invalid().len() } else { 0 };
            n_faults += u64::from(!is_cut && !chunk.invalid().is_empty());
        }
        if n_faults > 1000 && n_letters < n_faults * 20 {
            return Ok(false);
        }
        let n_kept = rest.len() - n_cut;
        rest.drain(..n_kept);
    }
}

/// Counts the letters of UTF-8 that are not of ASCII.
fn n_beyond_ascii(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte >= 0xC0).count() as u64
}

/// Finds the encoding of all that a reader gives.
pub(crate) fn detect(reader: &mut dyn Read) -> io::Result<(&'static Encoding, bool)> {
    let mut detector = Detector::new();
    let mut buffer = vec![0; HEAD];
    loop {
        let n_read = reader.read(&mut buffer)?;
        if n_read == 0 {
            return Ok(detector.finish());
        }
        detector.feed(buffer.get(..n_read).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "bytes in memory can be read")]
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let shape = sniff(bytes);
        let mark = if shape.has_bom { "+mark" } else { "" };
        let found = format!("{}{mark} {:?}", shape.encoding, shape.delimiter);
        assert_eq!(found, expected);
    }

    #[test]
    fn shapes() {
        check(b"a,b\n1,2\n", "UTF-8 ','");
        check(b"a;b\n1,5;2\n", "UTF-8 ';'");
        check(b"a\tb\n1\t2\n", "UTF-8 '\\t'");
        check(b"a|b\n1|2\n", "UTF-8 '|'");
        check(b"\"a;x\",b\n\"1;1\",2\n", "UTF-8 ','");
        check(b"\xEF\xBB\xBFa,b\n1,2\n", "UTF-8+mark ','");
        check(b"\xFF\xFEa\0;\0b\0\n\0", "UTF-16LE+mark ';'");
        check(b"a\0,\0b\0\n\x001\0,\x002\0\n\0", "UTF-16LE ','");
        check(b"", "UTF-8 ','");
        let (gbk, _, _) = GB18030.encode("地区,人口数量\n北京市,二千一百八十万\n");
        check(&gbk, "GB18030 ','");
    }

    #[test]
    fn a_fault_in_a_text_does_not_make_it_another() {
        let text = "地区,人口数量\n北京市,二千一百八十万\n".repeat(3);
        let mut faulty = text.clone().into_bytes();
        faulty.extend_from_slice(b"\xFF\n");
        let (gbk, _, _) = GB18030.encode(&text);
        for (bytes, expected) in [
            (text.as_bytes(), UTF_8),
            (faulty.as_slice(), UTF_8),
            (&faulty.as_slice()[..text.len() - 2], UTF_8),
            (&gbk, GB18030),
        ] {
            assert_eq!(detect_file(&mut io::Cursor::new(bytes)).unwrap().0, expected);
        }
    }

    #[test]
    fn a_character_cut_by_a_piece_is_still_utf8() {
        let bytes = "开数,数据".as_bytes();
        for cut in 0..bytes.len() {
            let mut detector = Detector::new();
            let (left, right) = bytes.split_at(cut);
            detector.feed(left);
            detector.feed(right);
            assert_eq!(detector.finish().0, UTF_8, "cut at {cut}");
        }
    }
}
