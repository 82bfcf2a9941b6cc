//! Finds types and profiles of the columns of a file, as often as lines come in, and answers each with
//! the seconds that it took. `make bench WHAT=tables` runs it beside another program.
//!
//! `profile FILE`

#![expect(clippy::print_stdout, reason = "the seconds are what it is for")]

use std::path::PathBuf;
use std::time::Instant;

use kaishu_tables::{Progress, inspect, scan};
use kaishu_types::vocabulary::Format;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = PathBuf::from(std::env::args().nth(1).ok_or("usage: profile FILE")?);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let folder = tempfile::tempdir()?;
    for line in std::io::stdin().lines() {
        line?;
        let begun = Instant::now();
        for table in inspect(&path, Format::Csv, &name, folder.path())? {
            let found = scan(&table, &Progress::default())?;
            println!("{} {} {}", begun.elapsed().as_secs_f64(), found.n_rows, found.columns.len());
        }
    }
    Ok(())
}
