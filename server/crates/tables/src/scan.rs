//! The first pass over a table: types and profiles of its columns.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use kaishu_domain::quality::Meaning;
use kaishu_types::table::ColumnProfile;
use serde::{Deserialize, Serialize};

use crate::TableError;
use crate::blocks::{Blocks, Column, Progress, Ragged};
use crate::profile::{ColumnScan, Finding, Found, Proposal, bytes_of_each};
use crate::source::{TableSource, unique_names};

/// Blocks that wait for a worker.
const WAITING: usize = 2;

/// A column as the first pass found it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScannedColumn {
    /// Its heading; `column_3` where it has none.
    pub name: String,
    /// The type that is proposed.
    pub proposal: Proposal,
    /// What its values have in common.
    pub profile: ColumnProfile,
    /// What stops its release until a person has decided.
    pub findings: Vec<Finding>,
    /// What its values stand for, where heading or values say so.
    pub meaning: Option<Meaning>,
}

/// A table as the first pass found it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// Rows, without the header.
    pub n_rows: u64,
    /// Columns, in the order of the file.
    pub columns: Vec<ScannedColumn>,
    /// Rows that do not fit the header.
    pub ragged: Ragged,
}

/// Reads a whole table. Memory does not grow with it.
///
/// # Errors
///
/// Fails where the bytes are not what the source says, where a limit is passed, and when cancelled.
pub fn scan(source: &TableSource, progress: &Progress) -> Result<Scan, TableError> {
    let names = &source.layout.columns;
    let counted_bytes = bytes_of_each(names.len());
    let mut blocks = Blocks::new(source.open()?, names.len());
    let n_workers = n_workers();
    let finished = thread::scope(|scope| {
        let (senders, workers): (Vec<_>, Vec<_>) = (0..n_workers)
            .map(|_| {
                let (sender, receiver) = sync_channel(WAITING);
                (sender, scope.spawn(move || gather(&receiver, counted_bytes)))
            })
            .unzip();
        let read = deal(&mut blocks, senders, progress);
        let gathered: Vec<_> = workers.into_iter().map(|worker| worker.join()).collect();
        read.map(|()| gathered)
    })?;
    let mut columns: Vec<(usize, ColumnScan)> = Vec::new();
    for worker in finished {
        let gathered = worker.map_err(|_| TableError::Unreadable("a worker stopped".to_owned()))?;
        columns.extend(gathered);
    }
    columns.sort_unstable_by_key(|(index, _)| *index);
    // A table without rows has the columns of its header.
    for index in columns.len()..names.len() {
        columns.push((index, ColumnScan::new(counted_bytes)));
    }
    // Columns beyond the header are named by their places.
    let all = (0..columns.len()).map(|index| names.get(index).map_or("", String::as_str));
    let columns = unique_names(all)
        .into_iter()
        .zip(columns)
        .map(|(name, (_, scan))| {
            let Found { proposal, profile, findings, meaning } = scan.finish(&name);
            ScannedColumn { name, proposal, profile, findings, meaning }
        })
        .collect();
    Ok(Scan { n_rows: blocks.n_rows(), columns, ragged: blocks.ragged })
}

/// How many columns are worked on side by side.
pub(crate) fn n_workers() -> usize {
    thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8)
}

/// Columns of one block for one worker, with the number of the first row.
type Share = (u64, Vec<(usize, Column)>);

/// Gives every worker its columns of each block.
fn deal(
    blocks: &mut Blocks,
    senders: Vec<SyncSender<Share>>,
    progress: &Progress,
) -> Result<(), TableError> {
    while let Some(block) = blocks.next()? {
        progress.set(blocks.bytes_read(), blocks.n_rows())?;
        let mut shares: Vec<Vec<(usize, Column)>> = senders.iter().map(|_| Vec::new()).collect();
        for (index, column) in block.columns.into_iter().enumerate() {
            if let Some(share) = shares.get_mut(index % senders.len()) {
                share.push((index, column));
            }
        }
        for (sender, share) in senders.iter().zip(shares) {
            if sender.send((block.first_row, share)).is_err() {
                return Err(TableError::Unreadable("a worker stopped".to_owned()));
            }
        }
    }
    Ok(())
}

fn gather(receiver: &Receiver<Share>, counted_bytes: usize) -> Vec<(usize, ColumnScan)> {
    let mut scans: Vec<(usize, ColumnScan)> = Vec::new();
    for (first_row, share) in receiver {
        for (place, (index, column)) in share.into_iter().enumerate() {
            if place == scans.len() {
                let mut scan = ColumnScan::new(counted_bytes);
                scan.add_blank(first_row - 1);
                scans.push((index, scan));
            }
            let Some((_, scan)) = scans.get_mut(place) else { continue };
            for (row, value) in (first_row..).zip(column.iter()) {
                match value {
                    Some(value) => scan.add(value, row),
                    None => scan.add_blank(1),
                }
            }
        }
    }
    scans
}
