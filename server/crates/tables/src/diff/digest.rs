//! Rows told by hashes.

use std::cmp::Ordering;
use std::hash::{BuildHasher, Hasher, RandomState};

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::execution::memory_pool::MemoryReservation;
use datafusion::prelude::DataFrame;
use futures::StreamExt;
use kaishu_types::table::ChangeKind;

use crate::TableError;

/// What tells a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Digest {
    /// Of its key; of all its values where there is none.
    key: u128,
    /// Of all its values.
    values: u64,
    row: i64,
}

/// A row that differs, by its numbers in the two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) kind: ChangeKind,
    pub(super) old: Option<i64>,
    pub(super) new: Option<i64>,
}

/// The rows that differ.
pub(super) struct Changes {
    pub(super) list: Vec<Change>,
    pub(super) n_same: u64,
    /// Held for as long as the list is.
    pub(super) _reserved: MemoryReservation,
}

/// Whether rows could be told apart.
pub(super) enum Told {
    Apart(Changes),
    /// So many rows have a key that another row of the same table has, too.
    Repeated(u64),
}

/// Hashes of one request: nobody can make two rows alike for them.
#[derive(Default)]
pub(super) struct Secret {
    low: RandomState,
    high: RandomState,
}

/// The memory that the rows of both tables take, and their differences at worst.
pub(super) fn memory(n_rows: u64) -> usize {
    let a_row = size_of::<Digest>() + size_of::<Change>();
    usize::try_from(n_rows).unwrap_or(usize::MAX).saturating_mul(a_row)
}

/// Reads a table whose first column is the number of the row; `keys` are places among the others.
pub(super) async fn read(
    frame: DataFrame,
    secret: &Secret,
    keys: &[usize],
) -> Result<Vec<Digest>, TableError> {
    let mut digests = Vec::new();
    let mut stream = frame.execute_stream().await?;
    while let Some(batch) = stream.next().await {
        add(&batch?, secret, keys, &mut digests)?;
        tokio::task::yield_now().await;
    }
    digests.sort_unstable_by_key(|digest: &Digest| (digest.key, digest.row));
    Ok(digests)
}

fn add(
    batch: &RecordBatch,
    secret: &Secret,
    keys: &[usize],
    digests: &mut Vec<Digest>,
) -> Result<(), TableError> {
    let wrong = || TableError::Query("a stored table has no texts".to_owned());
    let (first, columns) = batch.columns().split_first().ok_or_else(wrong)?;
    let numbers = first.as_primitive_opt::<Int64Type>().ok_or_else(wrong)?;
    let columns: Vec<_> = columns
        .iter()
        .map(|column| column.as_string_view_opt().ok_or_else(wrong))
        .collect::<Result<_, _>>()?;
    // What is missing and what is empty are the same: nothing.
    let text = |place: usize, row: usize| {
        let column = columns.get(place).filter(|column| !column.is_null(row));
        column.map_or("", |column| column.value(row))
    };
    let all: Vec<usize> = (0..columns.len()).collect();
    let hashed = |state: &RandomState, places: &[usize], row: usize| {
        let mut hasher = state.build_hasher();
        for place in places {
            hasher.write(text(*place, row).as_bytes());
            hasher.write_u8(0xFF);
        }
        hasher.finish()
    };
    for (row, number) in numbers.values().iter().enumerate() {
        let values = hashed(&secret.low, &all, row);
        let (low, high) = match keys {
            [] => (values, hashed(&secret.high, &all, row)),
            keys => (hashed(&secret.low, keys, row), hashed(&secret.high, keys, row)),
        };
        let key = u128::from(high) << 64 | u128::from(low);
        digests.push(Digest { key, values, row: *number });
    }
    Ok(())
}

/// The rows of two tables, in the order of their keys.
pub(super) struct Digests {
    old: Vec<Digest>,
    new: Vec<Digest>,
    /// Held for as long as they are, and their differences.
    reserved: MemoryReservation,
}

impl Digests {
    pub(super) fn new(old: Vec<Digest>, new: Vec<Digest>, reserved: MemoryReservation) -> Self {
        Self { old, new, reserved }
    }

    /// Finds the rows that differ.
    pub(super) fn told(self, by_key: bool) -> Told {
        match self.n_repeated() {
            0 if by_key => Told::Apart(self.by_key()),
            n_repeated if by_key => Told::Repeated(n_repeated),
            _ => Told::Apart(self.by_content()),
        }
    }

    fn n_repeated(&self) -> u64 {
        let of = |digests: &[Digest]| {
            digests.windows(2).filter(|pair| matches!(pair, [a, b] if a.key == b.key)).count()
        };
        (of(&self.old) + of(&self.new)) as u64
    }

    /// The differences of rows that keys tell apart, and how many are the same.
    fn by_key(self) -> Changes {
        self.merged(|old, new| old.values != new.values)
    }

    /// The differences of whole rows: of equal rows the first of both tables belong together.
    fn by_content(self) -> Changes {
        self.merged(|_, _| false)
    }

    fn merged(self, differs: impl Fn(&Digest, &Digest) -> bool) -> Changes {
        // All rows may differ: that much is reserved, and a list that grows would take it twice.
        let mut changes = Vec::with_capacity(self.old.len() + self.new.len());
        let mut n_same = 0;
        let (mut old, mut new) = (self.old.iter().peekable(), self.new.iter().peekable());
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(a), Some(b)) => a.key.cmp(&b.key),
            };
            let before = if order.is_le() { old.next() } else { None };
            let after = if order.is_ge() { new.next() } else { None };
            let kind = match (before, after) {
                (Some(a), Some(b)) if differs(a, b) => ChangeKind::Changed,
                (Some(_), Some(_)) => {
                    n_same += 1;
                    continue;
                }
                (None, _) => ChangeKind::Added,
                (Some(_), None) => ChangeKind::Removed,
            };
            let number = |digest: Option<&Digest>| digest.map(|digest| digest.row);
            changes.push(Change { kind, old: number(before), new: number(after) });
        }
        changes.sort_unstable_by_key(|change| (change.kind, change.new, change.old));
        Changes { list: changes, n_same, _reserved: self.reserved }
    }
}
