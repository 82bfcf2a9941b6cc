//! Archives, unpacked within bounds.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use crate::TableError;

/// A file may grow to so many times its packed size, and never beyond `MOST_BYTES`; small ones may
/// grow more.
const MOST_TIMES: u64 = 200;
const SMALL_BYTES: u64 = 64 << 20;
const MOST_BYTES: u64 = 16 << 30;
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

/// Unpacks the files of a ZIP archive into a folder, under names of our own.
pub(crate) fn unzip(path: &Path, folder: &Path) -> Result<Vec<Unpacked>, TableError> {
    let mut archive = ZipArchive::new(File::open(path)?).map_err(broken)?;
    if archive.len() > MOST_FILES {
        return Err(TableError::Unreadable(format!(
            "the archive has {} files; {MOST_FILES} at most are looked into",
            archive.len()
        )));
    }
    let mut left = most_bytes(path)?;
    let mut files = Vec::new();
    for n in 0..archive.len() {
        let mut file = archive.by_index(n).map_err(broken)?;
        let name = name_of(file.name_raw());
        let is_hidden = name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
        if file.is_dir() || is_hidden {
            continue;
        }
        let target = folder.join(format!("file-{n}"));
        left -= copy(&mut file, &target, left)?;
        files.push(Unpacked { name, path: target });
    }
    Ok(files)
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

/// Reads through a ZIP archive without keeping anything: it is not larger than it may be, and its
/// checksums hold.
pub(crate) fn check(path: &Path) -> Result<(), TableError> {
    let mut archive = ZipArchive::new(File::open(path)?).map_err(broken)?;
    // A workbook is held in memory in part.
    let mut left = most_bytes(path)?.min(2 << 30);
    for n in 0..archive.len() {
        let mut file = archive.by_index(n).map_err(broken)?;
        left -= write_within(&mut file, &mut io::sink(), left)?;
    }
    Ok(())
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
