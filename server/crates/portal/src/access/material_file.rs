//! Whether a file may be a material: what its name says, not too large, and nothing in it that runs.

use std::io::{Cursor, Read};

use bytes::Bytes;
use futures::{Stream, StreamExt};
use kaishu_domain::attachment::{MAX_BYTES, endings, is_taken};
use kaishu_domain::material::is_named_with_macros;
use kaishu_types::{ErrorCode, Lang};
use zip::ZipArchive;

use crate::{Error, Result};

/// How much of the list of contents of an Office file is read.
const MAX_TYPES: u64 = 1 << 20;
/// How the storage of macros is called in an old Office file.
const OLD_MACROS: &str = "_VBA_PROJECT";

/// What keeps a file from being taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    OtherKind,
    Macros,
    Unreadable,
}

impl Fault {
    fn told(self, lang: Lang) -> String {
        let kinds = endings().join(lang.pick("、", ", "));
        match self {
            Self::OtherKind => lang.pick(
                format!("材料应当是 {kinds} 文件，并且内容与文件名相符"),
                format!("a material is one of {kinds}, with the content that its name says"),
            ),
            Self::Macros => lang
                .pick(
                    "文件带有宏，打开时可能运行程序，不能提交；请另存为不带宏的文件，或者导出为 PDF",
                    "the file carries macros, which may run when it is opened; save it without them, or as PDF",
                )
                .to_owned(),
            Self::Unreadable => lang
                .pick(
                    "文件已经损坏，或者有密码，审核的人打不开；请重新导出后上传",
                    "the file is broken or protected, so that nobody could read it; export it again",
                )
                .to_owned(),
        }
    }
}

/// Reads a file that somebody gives, up to 20 MB.
///
/// # Errors
///
/// `InvalidInput` where it is empty or larger, or breaks off.
pub(super) async fn taken<S>(bytes: S, lang: Lang) -> Result<Vec<u8>>
where
    S: Stream<Item = std::io::Result<Bytes>> + Send,
{
    let mut bytes = std::pin::pin!(bytes);
    let mut read = Vec::new();
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk.map_err(|_| {
            let message = lang.pick("文件没有传完，请重新上传", "the upload broke off; try again");
            Error::refused(ErrorCode::InvalidInput, message)
        })?;
        if (read.len() + chunk.len()) as u64 > MAX_BYTES {
            let message = lang.pick("材料不能超过 20 MB", "a material has 20 MB at most");
            return Err(Error::field("file", message));
        }
        read.extend_from_slice(&chunk);
    }
    match read.is_empty() {
        true => Err(Error::field("file", lang.pick("请选择一个文件", "choose a file"))),
        false => Ok(read),
    }
}

/// Refuses a file that is not what its name says, or that carries macros.
pub(super) fn check(file_name: &str, bytes: &[u8], lang: Lang) -> Result<()> {
    match fault(file_name, bytes) {
        None => Ok(()),
        Some(fault) => Err(Error::field("file", fault.told(lang))),
    }
}

fn fault(file_name: &str, bytes: &[u8]) -> Option<Fault> {
    if is_named_with_macros(file_name) {
        return Some(Fault::Macros);
    }
    if !is_taken(file_name, bytes) {
        return Some(Fault::OtherKind);
    }
    if bytes.starts_with(b"PK") {
        return of_archive(file_name, bytes);
    }
    let is_old = bytes.starts_with(b"\xd0\xcf\x11\xe0");
    (is_old && has_old_macros(bytes)).then_some(Fault::Macros)
}

/// Looks into a file that is an archive: DOCX, XLSX, OFD.
fn of_archive(file_name: &str, bytes: &[u8]) -> Option<Fault> {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else {
        return Some(Fault::Unreadable);
    };
    let mut names = Vec::new();
    for name in archive.file_names() {
        let Ok(name) = name else { return Some(Fault::Unreadable) };
        names.push(name.to_ascii_lowercase());
    }
    let carries = |name: &String| {
        ["vbaproject", "vbadata", "macrosheets/"].iter().any(|it| name.contains(it))
    };
    if names.iter().any(carries) {
        return Some(Fault::Macros);
    }
    let is_ofd = file_name.to_ascii_lowercase().ends_with(".ofd");
    let list = if is_ofd { "ofd.xml" } else { "[content_types].xml" };
    if !names.iter().any(|name| name == list) {
        return Some(Fault::OtherKind);
    }
    if is_ofd {
        return None;
    }
    let mut types = Vec::new();
    let read = archive
        .by_name("[Content_Types].xml")
        .map_err(|_| ())
        .and_then(|file| file.take(MAX_TYPES).read_to_end(&mut types).map_err(|_| ()));
    if read.is_err() {
        return Some(Fault::Unreadable);
    }
    let types = String::from_utf8_lossy(&types).to_ascii_lowercase();
    let declares = ["macroenabled", "vbaproject", "macrosheet"].iter().any(|it| types.contains(it));
    declares.then_some(Fault::Macros)
}

/// Whether an old Office file names a storage of macros; names stand in it as UTF-16.
fn has_old_macros(bytes: &[u8]) -> bool {
    let name: Vec<u8> = OLD_MACROS.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|part| part == name)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "an archive in memory can be written")]
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(files: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn old(name: &str) -> Vec<u8> {
        let name = name.encode_utf16().flat_map(u16::to_le_bytes);
        b"\xd0\xcf\x11\xe0".iter().copied().chain([0; 60]).chain(name).collect()
    }

    // Part of APP-03: a file is what its name says, and carries no macros, whatever it is called.
    #[test]
    fn nothing_that_runs_is_taken() {
        let plain = ("[Content_Types].xml", "<Types/>");
        let with_type =
            ("[Content_Types].xml", "application/vnd.ms-word.document.macroEnabled.main+xml");
        let (document, macros) = (("word/document.xml", "x"), ("word/vbaProject.bin", "x"));
        for (name, bytes, expected) in [
            ("制度.docx", archive(&[plain, document]), None),
            ("制度.docx", archive(&[plain, document, macros]), Some(Fault::Macros)),
            ("制度.docx", archive(&[with_type, document]), Some(Fault::Macros)),
            ("制度.docm", archive(&[plain, document]), Some(Fault::Macros)),
            ("表.xlsx", archive(&[plain, ("xl/macrosheets/1.xml", "x")]), Some(Fault::Macros)),
            ("制度.docx", archive(&[document]), Some(Fault::OtherKind)),
            ("制度.docx", b"PK\x03\x04 broken".to_vec(), Some(Fault::Unreadable)),
            ("制度.ofd", archive(&[("OFD.xml", "x")]), None),
            ("制度.doc", old("WordDocument"), None),
            ("制度.doc", old("_VBA_PROJECT"), Some(Fault::Macros)),
            ("制度.pdf", b"%PDF-1.7".to_vec(), None),
            ("制度.pdf", b"MZ\x90\0".to_vec(), Some(Fault::OtherKind)),
            ("制度.exe", b"MZ\x90\0".to_vec(), Some(Fault::OtherKind)),
        ] {
            assert_eq!(fault(name, &bytes), expected, "{name}");
        }
    }
}
