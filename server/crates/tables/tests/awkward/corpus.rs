//! Awkward files that others collected, and what is read of them.

use std::path::{Path, PathBuf};

use kaishu_tables::{
    Bounds, Engine, ExportFormat, Governed, Origin, Progress, Ragged, StoredTable, View,
    VisibleColumn, ingest, inspect,
};
use kaishu_types::table::TableQuery;
use kaishu_types::vocabulary::Format;

/// A table as it was taken in.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<Option<String>>>,
    pub(crate) ragged: Ragged,
    /// How it is written, where it is text.
    pub(crate) origin: Origin,
    /// Rows above the data.
    pub(crate) n_above: usize,
    /// The whole table as it is taken away.
    pub(crate) csv: Vec<u8>,
}

impl Read {
    /// The rows as text; a value that is missing is an empty one.
    pub(crate) fn texts(&self) -> Vec<Vec<String>> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        self.rows.iter().map(|row| row.iter().map(text).collect()).collect()
    }
}

/// Takes in all tables of a file, or says why there is none.
pub(crate) fn read(path: &Path) -> Result<Vec<Read>, String> {
    let folder = tempfile::tempdir().unwrap();
    let name = path.file_name().unwrap().to_string_lossy();
    let sources =
        inspect(path, format_of(path), &name, folder.path()).map_err(|it| it.to_string())?;
    let mut tables = Vec::new();
    for (n, source) in sources.iter().enumerate() {
        let target = folder.path().join(format!("table-{n}"));
        let ingested = ingest(source, &|_| None, &target, &Progress::default())
            .map_err(|error| error.to_string())?;
        let stored = ingested.stored(target);
        tables.push(Read {
            columns: stored.columns.iter().map(|column| column.name.clone()).collect(),
            rows: cells(folder.path(), &stored),
            ragged: ingested.ragged,
            origin: source.origin.clone(),
            n_above: source.layout.preamble.len() + source.layout.n_header_rows,
            csv: exported(folder.path(), &stored),
        });
    }
    Ok(tables)
}

/// What a publisher would say a file is.
pub(crate) fn format_of(path: &Path) -> Format {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    match ending.as_str() {
        "csv" | "txt" => Format::Csv,
        "tsv" => Format::Tsv,
        "json" => Format::Json,
        "xlsx" => Format::Xlsx,
        "xls" => Format::Xls,
        "ods" => Format::Ods,
        "parquet" => Format::Parquet,
        _ => Format::Other,
    }
}

fn engine_and_view(folder: &Path, stored: &StoredTable) -> (Engine, Governed) {
    let visible = |index| VisibleColumn { index, label: String::new(), unit: None, mask: None };
    let view = View { columns: (0..stored.columns.len()).map(visible).collect(), rows: None };
    let engine = Engine::new(Bounds { threads: 1, ..Bounds::default() }, [7; 32], folder).unwrap();
    (engine, Governed::new(stored.clone(), view))
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// All values of a stored table.
pub(crate) fn cells(folder: &Path, stored: &StoredTable) -> Vec<Vec<Option<String>>> {
    let (engine, governed) = engine_and_view(folder, stored);
    run(async {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let query = TableQuery::default();
            let page =
                engine.page(&governed, &query, after.as_ref(), 10_000, None).await.unwrap().slice;
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                return rows;
            }
        }
    })
}

/// A stored table as CSV.
pub(crate) fn exported(folder: &Path, stored: &StoredTable) -> Vec<u8> {
    let (engine, governed) = engine_and_view(folder, stored);
    run(async {
        let query = TableQuery::default();
        let mut chunks = engine.export(&governed, &query, ExportFormat::Csv).await.unwrap();
        let mut bytes = Vec::new();
        while let Some(chunk) = chunks.recv().await {
            bytes.extend_from_slice(&chunk.unwrap());
        }
        bytes
    })
}

/// Finds a folder or a file of the collections, or says that a test is skipped.
pub(crate) fn awkward(name: &str) -> Option<PathBuf> {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data/awkward");
    let path = shared.join(name);
    match path.try_exists() {
        Ok(true) => Some(path),
        _ => {
            println!("skipped: {} is not here", path.display());
            None
        }
    }
}

/// All files of a folder and the folders in it, by name.
pub(crate) fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_of(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// Unpacks the plain files of a tar archive, whose names are short.
pub(crate) fn untar(bytes: &[u8], folder: &Path) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_matches(['\0', ' ']).to_owned();
    let mut rest = bytes;
    while rest.len() > 512 && rest[0] != 0 {
        let name = text(&rest[..100]);
        let size = usize::from_str_radix(&text(&rest[124..135]), 8).unwrap();
        let (kind, data) = (rest[156], &rest[512..512 + size]);
        rest = &rest[512 + size.next_multiple_of(512)..];
        if kind == b'0' {
            let path = folder.join(name.rsplit('/').next().unwrap());
            std::fs::write(path, data).unwrap();
        }
    }
}
