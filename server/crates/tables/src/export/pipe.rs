//! A writer whose bytes somebody reads elsewhere.

use std::io::{self, Write};

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc::Sender;

use crate::TableError;

const CHUNK: usize = 256 << 10;

/// Sends what is written in chunks; it waits while the reader is behind.
pub struct Pipe {
    sender: Sender<Result<Bytes, TableError>>,
    buffer: BytesMut,
}

impl Pipe {
    /// Sends to whoever holds the other end.
    pub fn new(sender: Sender<Result<Bytes, TableError>>) -> Self {
        Self { sender, buffer: BytesMut::with_capacity(CHUNK) }
    }

    fn send(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let chunk = self.buffer.split().freeze();
        let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "the reader went away");
        self.sender.blocking_send(Ok(chunk)).map_err(gone)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}
