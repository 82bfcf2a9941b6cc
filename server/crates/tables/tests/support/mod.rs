//! Tables to be asked.

use std::path::Path;

use kaishu_tables::{Bounds, Engine, Progress, StoredTable, View, VisibleColumn, ingest, inspect};
use kaishu_types::vocabulary::Format;

/// Takes in a text as CSV.
pub(crate) fn take_in(folder: &Path, text: &str) -> StoredTable {
    let path = folder.join("table.csv");
    std::fs::write(&path, text).unwrap();
    take_in_file(folder, &path, Format::Csv)
}

/// Takes in the first table of a file.
pub(crate) fn take_in_file(folder: &Path, path: &Path, format: Format) -> StoredTable {
    let name = path.file_name().unwrap().to_str().unwrap();
    let source = inspect(path, format, name, folder).unwrap().remove(0);
    let target = path.with_extension("stored");
    ingest(&source, &|_| None, &target, &Progress::default()).unwrap().stored(target)
}

/// Lets everything through.
pub(crate) fn whole(table: &StoredTable) -> View {
    View { columns: (0..table.columns.len()).map(visible).collect(), rows: None }
}

/// A column as it is.
pub(crate) fn visible(index: usize) -> VisibleColumn {
    VisibleColumn { index, label: String::new(), unit: None, mask: None }
}

/// An engine with work in a folder.
pub(crate) fn engine(folder: &Path) -> Engine {
    Engine::new(Bounds { threads: 2, ..Bounds::default() }, [7; 32], folder).unwrap()
}

/// Waits for work.
pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}
