//! A reader that gives UTF-8 whatever encoding is behind it.

use std::fmt;
use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding};

/// Bytes that are not in the encoding of their file.
#[derive(Debug)]
struct NotInEncoding {
    encoding: &'static str,
    line: u64,
}

impl fmt::Display for NotInEncoding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {} is not {}", self.line, self.encoding)
    }
}

impl std::error::Error for NotInEncoding {}

/// Returns the encoding and the line, where an error of reading is one of decoding.
pub(crate) fn encoding_of(error: &io::Error) -> Option<(&'static str, u64)> {
    let inner = error.get_ref()?.downcast_ref::<NotInEncoding>()?;
    Some((inner.encoding, inner.line))
}

/// Decodes while it reads; memory does not grow with the file.
pub(crate) struct Decoding<R> {
    inner: R,
    decoder: Decoder,
    encoded: Vec<u8>,
    encoded_start: usize,
    decoded: Vec<u8>,
    decoded_start: usize,
    line: u64,
    n_read: u64,
    is_last: bool,
    is_finished: bool,
}

const CHUNK: usize = 64 << 10;

impl<R: Read> Decoding<R> {
    /// Reads text in an encoding; a byte order mark of it is left out.
    pub(crate) fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            encoded: Vec::new(),
            encoded_start: 0,
            decoded: Vec::new(),
            decoded_start: 0,
            line: 1,
            n_read: 0,
            is_last: false,
            is_finished: false,
        }
    }

    /// How many bytes of the file were read.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.n_read
    }

    fn fill(&mut self) -> io::Result<()> {
        while self.decoded_start == self.decoded.len() && !self.is_finished {
            if self.encoded_start == self.encoded.len() && !self.is_last {
                self.encoded.resize(CHUNK, 0);
                let n_read = self.inner.read(&mut self.encoded)?;
                self.encoded.truncate(n_read);
                self.encoded_start = 0;
                self.n_read += n_read as u64;
                self.is_last = n_read == 0;
            }
            self.decode_chunk()?;
        }
        Ok(())
    }

    fn decode_chunk(&mut self) -> io::Result<()> {
        self.decoded.resize(CHUNK, 0);
        self.decoded_start = 0;
        let source = self.encoded.get(self.encoded_start..).unwrap_or_default();
        let (result, n_read, n_written) = self.decoder.decode_to_utf8_without_replacement(
            source,
            &mut self.decoded,
            self.is_last,
        );
        self.encoded_start += n_read;
        self.decoded.truncate(n_written);
        self.line += self.decoded.iter().filter(|byte| **byte == b'\n').count() as u64;
        match result {
            DecoderResult::InputEmpty => self.is_finished = self.is_last,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                self.is_finished = true;
                let encoding = self.decoder.encoding().name();
                let error = NotInEncoding { encoding, line: self.line };
                return Err(io::Error::new(io::ErrorKind::InvalidData, error));
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let available = self.decoded.get(self.decoded_start..).unwrap_or_default();
        let n_copied = available.len().min(buffer.len());
        for (target, source) in buffer.iter_mut().zip(available) {
            *target = *source;
        }
        self.decoded_start += n_copied;
        Ok(n_copied)
    }
}
