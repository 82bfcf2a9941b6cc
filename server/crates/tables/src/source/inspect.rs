//! What tables are in a file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use encoding_rs::UTF_8;
use kaishu_types::vocabulary::Format;

use super::format::{format_of_name, is_markup, of_archive};
use super::{
    Dialect, Origin, TableSource, archive, columnar, dialect, layout, ods, records, workbook,
};
use crate::decode::Decoding;
use crate::{TableError, shape};

/// What a file is, by its first bytes; its format decides where they do not.
enum Kind {
    Text,
    Json,
    JsonLines,
    Parquet,
    Zip,
    Gzip,
    Xls,
    Xlsx,
    Ods,
}

/// Finds the tables of a file. `format` and `name` are what its publisher says of it; `folder` is for
/// work under way, and has to be there until the tables are taken in.
///
/// # Errors
///
/// Says why there is none.
pub fn inspect(
    path: &Path,
    format: Format,
    name: &str,
    folder: &Path,
) -> Result<Vec<TableSource>, TableError> {
    let tables = of_file(path, format, name, folder, true)?;
    if tables.is_empty() {
        return Err(TableError::Unreadable("there is no table in the file".to_owned()));
    }
    Ok(tables)
}

fn of_file(
    path: &Path,
    format: Format,
    name: &str,
    folder: &Path,
    may_unpack: bool,
) -> Result<Vec<TableSource>, TableError> {
    match kind(path, format)? {
        Kind::Text => text(path).map(|table| vec![table]),
        Kind::Json => records::read(decoded(path)?, folder),
        Kind::JsonLines => records::read_lines(decoded(path)?, folder),
        Kind::Parquet => guarded(|| columnar::read(path, folder)),
        Kind::Xls => guarded(|| workbook::xls(path, folder)),
        Kind::Xlsx => {
            archive::check(path)?;
            guarded(|| workbook::xlsx(path, folder))
        }
        Kind::Ods => {
            archive::check(path)?;
            ods::read(path, folder)
        }
        Kind::Gzip if may_unpack => {
            let unpacked = archive::gunzip(path, folder)?;
            let name = name.strip_suffix(".gz").unwrap_or(name);
            of_file(&unpacked, format_of_name(name), name, folder, false)
        }
        Kind::Zip if may_unpack => unzipped(path, folder),
        Kind::Zip | Kind::Gzip => Err(TableError::Unreadable(
            "the file is an archive in an archive; upload the inner one".to_owned(),
        )),
    }
}

/// Calls a reader that others wrote: where a broken file makes it panic, the file is at fault.
fn guarded(
    read: impl FnOnce() -> Result<Vec<TableSource>, TableError>,
) -> Result<Vec<TableSource>, TableError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(TableError::Unreadable("the file is broken; save it again, or as CSV".to_owned()))
    })
}

/// Names the files of an archive that [`inspect`] passes over: what nobody looked into.
///
/// # Errors
///
/// Fails where the archive cannot be read.
pub fn passed_over(path: &Path) -> Result<Vec<String>, TableError> {
    archive::others(path, &has_tables)
}

fn has_tables(name: &str) -> bool {
    format_of_name(name) != Format::Other
}

/// The tables of all files of an archive; files of other kinds are passed over.
fn unzipped(path: &Path, folder: &Path) -> Result<Vec<TableSource>, TableError> {
    let mut tables = Vec::new();
    let files = archive::unzip(path, folder, &has_tables)?;
    let is_only = files.len() == 1;
    for file in files {
        let format = format_of_name(&file.name);
        let found = of_file(&file.path, format, &file.name, folder, false)
            .map_err(|error| TableError::Unreadable(format!("{}: {error}", file.name)))?;
        for table in found {
            let name = match (is_only, table.name.as_str()) {
                (true, name) => name.to_owned(),
                (false, "") => file.name.clone(),
                (false, name) => format!("{} / {name}", file.name),
            };
            tables.push(TableSource { name, ..table });
        }
    }
    Ok(tables)
}

fn kind(path: &Path, format: Format) -> Result<Kind, TableError> {
    let mut head = Vec::new();
    File::open(path)?.take(shape::HEAD as u64).read_to_end(&mut head)?;
    if head.is_empty() {
        return Err(TableError::Empty { file: "the file".to_owned() });
    }
    Ok(match head.as_slice() {
        [b'P', b'A', b'R', b'1', ..] => Kind::Parquet,
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Kind::Xls,
        [0x1F, 0x8B, ..] => Kind::Gzip,
        [b'%', b'P', b'D', b'F', ..] => return Err(no_table("a PDF document")),
        _ if is_markup(&head) => return Err(no_table("a web page or another document in markup")),
        [b'P', b'K', 3 | 5 | 7, ..] => match format {
            Format::Ods => Kind::Ods,
            Format::Xlsx | Format::Xls => Kind::Xlsx,
            _ => match of_archive(File::open(path)?, format) {
                Some(Format::Xlsx) => Kind::Xlsx,
                Some(Format::Ods) => Kind::Ods,
                _ => Kind::Zip,
            },
        },
        _ => match format {
            Format::Ndjson => Kind::JsonLines,
            Format::Json | Format::Geojson => {
                let text = String::from_utf8_lossy(&head);
                let text = text.trim_start_matches('\u{FEFF}');
                if records::is_lines(text) { Kind::JsonLines } else { Kind::Json }
            }
            Format::Parquet => {
                return Err(TableError::Unreadable("the file is no Parquet".to_owned()));
            }
            _ => Kind::Text,
        },
    })
}

fn no_table(what: &str) -> TableError {
    TableError::Unreadable(format!("the file is {what}; save its table as CSV or XLSX"))
}

/// JSON is UTF-8, or says otherwise by its first bytes.
fn decoded(path: &Path) -> Result<Decoding<File>, TableError> {
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    file.by_ref().take(4).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    let encoding = encoding_rs::Encoding::for_bom(&head).map_or(UTF_8, |(encoding, _)| encoding);
    Ok(Decoding::new(file, encoding))
}

fn text(path: &Path) -> Result<TableSource, TableError> {
    let mut file = File::open(path)?;
    let (encoding, has_bom) = shape::detect_file(&mut file)?;
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    file.take(shape::HEAD as u64).read_to_end(&mut head)?;
    let is_whole = head.len() < shape::HEAD;
    let signs = dialect::detect(&shape::text_of(&head, encoding), is_whole);
    let dialect = Dialect {
        encoding: shape::name_of(encoding),
        has_bom,
        delimiter: signs.delimiter,
        quote: signs.quote,
        escape: signs.escape,
        skips_spaces: signs.skips_spaces,
    };
    let origin = Origin::Text(dialect);
    let layout = layout::find(super::open(path, &origin, 0)?.as_mut(), &[])?;
    if layout.columns.is_empty() {
        return Err(TableError::Empty { file: "the file".to_owned() });
    }
    Ok(TableSource { name: String::new(), path: path.to_owned(), origin, layout })
}
