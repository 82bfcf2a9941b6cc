//! XML of workbooks, read piece by piece within bounds.

use std::io::{self, BufRead, BufReader, Read};

use quick_xml::events::Event;

use super::MAX_ROW_BYTES;
use crate::TableError;

/// Gives no more bytes than one piece of XML may have, until it is told that a new one begins.
pub(crate) struct Within<R> {
    inner: BufReader<R>,
    left: usize,
}

impl<R: Read> Within<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner: BufReader::with_capacity(64 << 10, inner), left: MAX_ROW_BYTES }
    }

    /// Begins another piece.
    pub(crate) fn begin(&mut self) {
        self.left = MAX_ROW_BYTES;
    }
}

impl<R: Read> Read for Within<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let n_copied = available.len().min(buffer.len());
        for (target, source) in buffer.iter_mut().zip(available) {
            *target = *source;
        }
        self.consume(n_copied);
        Ok(n_copied)
    }
}

impl<R: Read> BufRead for Within<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        self.inner.consume(amount);
    }
}

/// XML whose pieces are read one after the other; `<a/>` is read as `<a></a>`.
pub(crate) struct Pieces<R: Read> {
    reader: quick_xml::Reader<Within<R>>,
    buffer: Vec<u8>,
    /// What it is called in the workbook, for messages.
    name: String,
}

impl<R: Read> Pieces<R> {
    pub(crate) fn new(inner: R, name: &str) -> Self {
        let mut reader = quick_xml::Reader::from_reader(Within::new(inner));
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), name: name.to_owned() }
    }

    /// How many bytes were read so far.
    pub(crate) fn n_bytes(&self) -> u64 {
        self.reader.buffer_position()
    }

    /// The next piece: a tag, a text, the end.
    pub(crate) fn next(&mut self) -> Result<Event<'_>, TableError> {
        self.buffer.clear();
        self.reader.get_mut().begin();
        let place = self.reader.buffer_position();
        self.reader.read_event_into(&mut self.buffer).map_err(|error| {
            let what = match &error {
                quick_xml::Error::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                    format!("a value has more than {} MiB", MAX_ROW_BYTES >> 20)
                }
                error => error.to_string(),
            };
            TableError::Unreadable(format!(
                "the workbook cannot be read: {} at byte {place}: {what}",
                self.name
            ))
        })
    }
}
