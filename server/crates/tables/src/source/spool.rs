//! Rows on disk, on their way from a file that can be read once to a table that is read twice.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::{MAX_COLUMNS, MAX_ROW_BYTES, Row, Source};
use crate::TableError;

/// A value that is not there.
const MISSING: u32 = u32::MAX;

/// Writes rows to a file of the working folder.
pub(crate) struct SpoolWriter {
    path: PathBuf,
    file: BufWriter<File>,
    pub(crate) n_rows: u64,
}

impl SpoolWriter {
    /// Begins a file of its own in a folder.
    pub(crate) fn new(folder: &Path) -> Result<Self, TableError> {
        let (file, path) = tempfile::Builder::new()
            .prefix("rows-")
            .tempfile_in(folder)?
            .keep()
            .map_err(|error| TableError::Read(error.error))?;
        Ok(Self { path, file: BufWriter::with_capacity(256 << 10, file), n_rows: 0 })
    }

    /// Writes a row.
    pub(crate) fn push(&mut self, row: &Row) -> Result<(), TableError> {
        if row.len() > MAX_COLUMNS {
            return Err(TableError::TooManyColumns { line: row.place });
        }
        if row.n_bytes() > MAX_ROW_BYTES {
            return Err(TableError::LongRow { line: row.place });
        }
        self.file.write_all(&row.place.to_le_bytes())?;
        self.file.write_all(&length(row.len()).to_le_bytes())?;
        for value in row.iter() {
            let n = value.map_or(MISSING, |value| length(value.len()));
            self.file.write_all(&n.to_le_bytes())?;
            self.file.write_all(value.unwrap_or_default().as_bytes())?;
        }
        self.n_rows += 1;
        Ok(())
    }

    /// Ends the file and says where it is.
    pub(crate) fn finish(mut self) -> Result<PathBuf, TableError> {
        self.file.flush()?;
        Ok(self.path)
    }
}

/// Rows and values are bounded far below 4 GiB.
fn length(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(MISSING - 1)
}

/// Reads rows back.
pub(crate) struct Spool {
    file: BufReader<File>,
    /// Every row is made as long as this.
    n_columns: usize,
    bytes: Vec<u8>,
    n_read: u64,
}

impl Spool {
    pub(crate) fn open(path: &Path, n_columns: usize) -> Result<Self, TableError> {
        let file = BufReader::with_capacity(256 << 10, File::open(path)?);
        Ok(Self { file, n_columns, bytes: Vec::new(), n_read: 0 })
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], TableError> {
        let mut bytes = [0; N];
        self.file.read_exact(&mut bytes)?;
        self.n_read += N as u64;
        Ok(bytes)
    }
}

impl Source for Spool {
    fn read_row(&mut self, row: &mut Row) -> Result<bool, TableError> {
        row.clear();
        let mut place = [0; 8];
        match self.file.read_exact(&mut place) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        row.place = u64::from_le_bytes(place);
        let n_values = u32::from_le_bytes(self.number()?);
        for _ in 0..n_values {
            let n = u32::from_le_bytes(self.number()?);
            if n == MISSING {
                row.push_missing();
                continue;
            }
            self.bytes.resize(usize::try_from(n).unwrap_or(0), 0);
            self.file.read_exact(&mut self.bytes)?;
            self.n_read += u64::from(n);
            let value = std::str::from_utf8(&self.bytes)
                .map_err(|_| TableError::Unreadable("the working folder was changed".to_owned()))?;
            row.push(value);
        }
        while row.len() < self.n_columns {
            row.push_missing();
        }
        Ok(true)
    }

    fn bytes_read(&self) -> u64 {
        self.n_read
    }
}
