//! How much is read before a record has to end.

use std::cell::Cell;
use std::io::{BufReader, Read};
use std::rc::Rc;

use super::MAX_ROW_BYTES;

/// What may still be read before a record ends: records are held in memory.
#[derive(Default, Clone)]
pub(crate) struct Budget(Rc<Cell<usize>>);

impl Budget {
    /// Reads a text with this budget, from the beginning of a record.
    pub(crate) fn reader<R: Read>(&self, inner: R) -> BufReader<Bounded<R>> {
        self.renew();
        BufReader::new(Bounded { inner, budget: self.clone() })
    }

    /// Begins another record.
    pub(crate) fn renew(&self) {
        self.0.set(MAX_ROW_BYTES);
    }
}

/// Reads within a budget.
pub(crate) struct Bounded<R> {
    inner: R,
    budget: Budget,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = self.budget.0.get();
        if left == 0 {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        let n_read = self.inner.read(buffer)?;
        self.budget.0.set(left.saturating_sub(n_read));
        Ok(n_read)
    }
}
