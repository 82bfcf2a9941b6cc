//! Which files are attached to a case: documents, scans and tables that are what their names say (REV-02,
//! CLS-10).

/// Largest file, in bytes (*proposed*): a scan of some pages.
pub const MAX_BYTES: u64 = 20 << 20;
/// How many bytes of a file tell what it is.
pub const HEAD_BYTES: u64 = 8;

/// Endings of names with the bytes that such a file begins with. Text begins with anything but NUL.
const KINDS: &[(&[&str], &[u8])] = &[
    (&["pdf"], b"%PDF-"),
    (&["png"], b"\x89PNG\r\n\x1a\n"),
    (&["jpg", "jpeg"], b"\xff\xd8\xff"),
    (&["docx", "xlsx", "ofd"], b"PK\x03\x04"),
    (&["doc", "xls", "wps", "et"], b"\xd0\xcf\x11\xe0"),
];
/// Endings of names of plain text.
const TEXTS: &[&str] = &["txt", "csv"];

/// Lists the endings of names that are taken, for hints.
pub fn endings() -> Vec<&'static str> {
    KINDS
        .iter()
        .flat_map(|(endings, _)| endings.iter().copied())
        .chain(TEXTS.iter().copied())
        .collect()
}

/// Whether a file of this name that begins with these bytes is taken.
pub fn is_taken(file_name: &str, head: &[u8]) -> bool {
    let ending = file_name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let Some(ending) = ending else { return false };
    match KINDS.iter().find(|(endings, _)| endings.contains(&ending.as_str())) {
        Some((_, start)) => head.starts_with(start),
        None => TEXTS.contains(&ending.as_str()) && !head.is_empty() && !head.contains(&0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_name_says() {
        assert!(is_taken("处理记录.PDF", b"%PDF-1.7"));
        assert!(is_taken("说明.txt", "说明".as_bytes()));
        for (name, head) in [
            ("处理记录.pdf", b"MZ\x90\0".as_slice()),
            ("处理记录.exe", b"MZ\x90\0"),
            ("处理记录", b"%PDF-1.7"),
            ("处理记录.html", b"<html>"),
            ("说明.txt", b"\0\0"),
            ("说明.txt", b""),
        ] {
            assert!(!is_taken(name, head), "{name}");
        }
        assert!(endings().contains(&"ofd"));
    }
}
