//! Archives, unpacked within bounds.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::xml::Pieces;
use crate::TableError;

/// A file may grow to so many times its packed size, and never beyond `MOST_BYTES`; small ones may
/// grow more.
const MOST_TIMES: u64 = 200;
const SMALL_BYTES: u64 = 64 << 20;
const MOST_BYTES: u64 = 16 << 30;
/// Texts and formats of a workbook are held in memory, and are fewer bytes than this.
const MOST_HELD: u64 = 256 << 20;
/// Files of an archive.
const MOST_FILES: usize = 1_000;

/// A file that was packed.
pub(crate) struct Unpacked {
    /// Its path in the archive.
    pub(crate) name: String,
    /// Where it is now.
    pub(crate) path: PathBuf,
}

fn broken(error: impl std::fmt::Display) -> TableError {
    TableError::Unreadable(format!("the archive cannot be read: {error}"))
}

/// Endings of archives.
const ARCHIVES: [&str; 9] = [".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".bz2", ".xz", ".zst"];

/// Unpacks the files of a ZIP archive that are asked for into a folder, under names of our own.
pub(crate) fn unzip(
    path: &Path,
    folder: &Path,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<Unpacked>, TableError> {
    let mut archive = open(path)?;
    let mut left = most_bytes(path)?;
    let (mut files, mut others) = (Vec::new(), Vec::new());
    for n in 0..archive.len() {
        let mut file = archive.by_index(n).map_err(broken)?;
        let name = name_of(file.name_raw());
        // What macOS packs beside each file is about it, and has its ending.
        let is_shadow = name.split('/').any(|part| part.starts_with("._") || part == "__MACOSX");
        if ARCHIVES.iter().any(|ending| name.to_lowercase().ends_with(ending)) {
            return Err(broken(format!(
                "`{name}` is an archive in the archive, into which nobody looks; pack its files themselves"
            )));
        }
        if file.is_dir() || is_shadow || !is_wanted(&name) {
            others.push(name);
            continue;
        }
        if file.encrypted() {
            return Err(broken(format!(
                "`{name}` is protected by a password; pack it without one"
            )));
        }
        let target = folder.join(format!("file-{n}"));
        left -= copy(&mut file, &target, left)
            .map_err(|error| TableError::Unreadable(format!("{name}: {error}")))?;
        files.push(Unpacked { name, path: target });
    }
    if files.is_empty() {
        others.truncate(3);
        return Err(TableError::Unreadable(format!(
            "there is no table in the archive, but for example {}; pack CSV, XLSX or JSON files",
            others.join(", ")
        )));
    }
    Ok(files)
}

/// Names the files of a ZIP archive that are not asked for: what is packed beside its tables.
pub(crate) fn others(
    path: &Path,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<String>, TableError> {
    let mut archive = open(path)?;
    let mut others = Vec::new();
    for n in 0..archive.len() {
        let file = archive.by_index_raw(n).map_err(broken)?;
        let name = name_of(file.name_raw());
        if !file.is_dir() && !is_wanted(&name) {
            others.push(name);
        }
    }
    Ok(others)
}

fn open(path: &Path) -> Result<ZipArchive<File>, TableError> {
    let mut archive = ZipArchive::new(File::open(path)?).map_err(broken)?;
    if archive.len() > MOST_FILES {
        return Err(TableError::Unreadable(format!(
            "the archive has {} files; {MOST_FILES} at most are looked into",
            archive.len()
        )));
    }
    if archive.has_overlapping_files().map_err(broken)? {
        return Err(broken("files in it lie over each other; pack it again"));
    }
    Ok(archive)
}

/// Names in archives of Chinese systems are often GB18030.
fn name_of(raw: &[u8]) -> String {
    match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(raw).0.into_owned(),
    }
}

/// Unpacks a gzip file into a folder.
pub(crate) fn gunzip(path: &Path, folder: &Path) -> Result<PathBuf, TableError> {
    let target = folder.join("unpacked");
    copy(&mut MultiGzDecoder::new(File::open(path)?), &target, most_bytes(path)?)?;
    Ok(target)
}

/// Reads through the XML of a workbook without keeping anything: it is not larger than it may be, has no
/// value that is, and what is held in memory as a whole fits there.
pub(crate) fn check(path: &Path) -> Result<(), TableError> {
    let mut archive = open(path)?;
    let mut left = most_bytes(path)?;
    for n in 0..archive.len() {
        let mut file = archive.by_index(n).map_err(broken)?;
        // The reader finds parts however their names are written.
        let name = name_of(file.name_raw()).replace('\\', "/").to_ascii_lowercase();
        if file.encrypted() {
            return Err(broken("it is protected by a password; save it without one"));
        }
        if !name.ends_with(".xml") && !name.ends_with(".rels") {
            continue;
        }
        let is_sheet = name.starts_with("xl/worksheets/") || name == "content.xml";
        let most = if is_sheet { left } else { left.min(MOST_HELD) };
        let mut pieces = Pieces::new(Counted { inner: &mut file, left: most }, &name);
        let mut n_held: u64 = 0;
        loop {
            match pieces.next()? {
                Event::Eof => break,
                Event::Start(tag) => n_held = n_held.saturating_add(held(&tag)),
                _ => {}
            }
            if n_held > MOST_HELD {
                return Err(broken(format!("{name} holds too much; save each sheet as CSV")));
            }
        }
        left = left.saturating_sub(pieces.n_bytes());
    }
    Ok(())
}

/// How many bytes a part of a workbook takes in memory, however short it is written.
fn held(tag: &BytesStart<'_>) -> u64 {
    match tag.local_name().as_ref() {
        "si" | "mergeCell" => 64,
        // Room is made for as many texts as it says there are, before the first of them is read.
        "sst" => tag
            .attributes()
            .with_checks(false)
            .flatten()
            .filter(|attribute| attribute.key.as_ref() == "uniqueCount")
            .filter_map(|attribute| attribute.value.parse::<u64>().ok())
            .fold(0, |sum, n| sum.saturating_add(n.saturating_mul(24))),
        _ => 0,
    }
}

/// Gives no more than so many bytes.
struct Counted<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(n_read as u64).ok_or_else(|| {
            io::Error::new(io::ErrorKind::QuotaExceeded, "it unpacks to more than it may")
        })?;
        Ok(n_read)
    }
}

fn most_bytes(path: &Path) -> Result<u64, TableError> {
    let packed = path.metadata()?.len();
    Ok(packed.saturating_mul(MOST_TIMES).clamp(SMALL_BYTES, MOST_BYTES))
}

fn copy(source: &mut dyn Read, target: &Path, most: u64) -> Result<u64, TableError> {
    let mut file = io::BufWriter::new(File::create(target)?);
    let n_bytes = write_within(source, &mut file, most)?;
    file.flush()?;
    Ok(n_bytes)
}

fn write_within(
    source: &mut dyn Read,
    target: &mut dyn Write,
    most: u64,
) -> Result<u64, TableError> {
    let n_bytes =
        io::copy(&mut source.take(most + 1), target).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => broken("it ends too early; upload it again"),
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
                broken(error)
            }
            _ => TableError::Read(error),
        })?;
    if n_bytes > most {
        return Err(TableError::Unreadable(format!(
            "the archive unpacks to more than {} MB, which is {MOST_TIMES} times its size or more than may be",
            most >> 20
        )));
    }
    Ok(n_bytes)
}
