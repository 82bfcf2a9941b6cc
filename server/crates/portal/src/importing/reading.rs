//! Reading a file on a thread of its own, record by record.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use kaishu_interop::csv_dir;
use kaishu_interop::dcat::Syntax;
use kaishu_interop::{ImportError, Limits, Outcome, ckan, dcat, dcat_us, jsonl};
use kaishu_store::blobs::hex;
use kaishu_types::import::{Note, Rejection};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::folder::{Folder, read_tables};
use super::{Input, Options, io_error};
use crate::{Error, Result, blocking};

/// Records that may wait between the reader and the writer.
const N_WAITING: usize = 4_000;

/// An input that was looked through once.
pub(super) struct Prepared {
    /// Says which bytes these are.
    digest: String,
    /// Regions, organizations and terms of a folder.
    pub(super) related: Option<csv_dir::Directory>,
    /// Where files named by records lie.
    pub(super) folder: Option<Folder>,
    /// Files of a folder that are no catalogue by their names.
    passed_over: Vec<String>,
    work: Work,
}

enum Work {
    Files(Input, Vec<PathBuf>),
    Records(Vec<Outcome>),
}

/// Records on their way from the reader.
pub(super) struct Source {
    receiver: mpsc::Receiver<Result<Outcome>>,
}

/// Finds the files of an input and takes their fingerprint.
pub(super) async fn prepare(input: Input) -> Result<Prepared> {
    blocking(move || match input {
        Input::CsvDir(folder) => prepare_folder(folder),
        Input::Ckan(ref path) | Input::Dcat(ref path) | Input::Jsonl(ref path, _) => {
            let (files, others) = list_files(path)?;
            let digest = digest(&files)?;
            let passed_over = others.iter().map(|other| file_name(other)).collect();
            let work = Work::Files(input, files);
            Ok(Prepared { digest, related: None, folder: None, passed_over, work })
        }
    })
    .await
}

fn prepare_folder(folder: Folder) -> Result<Prepared> {
    let (tables, digest) = read_tables(&folder)?;
    let mut related = csv_dir::build(&tables)?;
    let records = std::mem::take(&mut related.records).into_iter().map(Ok);
    let rejected = std::mem::take(&mut related.rejected).into_iter().map(Err);
    let work = Work::Records(records.chain(rejected).collect());
    let passed_over = Vec::new();
    Ok(Prepared { digest, related: Some(related), folder: Some(folder), passed_over, work })
}

/// Endings of files that may be catalogues.
const ENDINGS: &[&str] = &[
    "json", "jsonl", "ndjson", "jsonld", "rdf", "xml", "owl", "ttl", "nt", "n3", "trig", "yaml",
    "yml",
];

/// Lists a file, or the files of a folder by name: those that may be catalogues, and the others.
fn list_files(path: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let facts = path.metadata().map_err(|source| io_error(path, source))?;
    if facts.is_file() {
        return Ok((vec![path.to_owned()], Vec::new()));
    }
    let mut files = Vec::new();
    for entry in path.read_dir().map_err(|source| io_error(path, source))? {
        let entry = entry.map_err(|source| io_error(path, source))?;
        if entry.path().is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    let (files, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| may_be_one(file));
    if files.is_empty() {
        let text = format!("{} holds no file that ends in {}", path.display(), ENDINGS.join(", "));
        return Err(Error::Import(ImportError::Shape(text)));
    }
    Ok((files, others))
}

fn may_be_one(file: &Path) -> bool {
    let Some(ending) = file.extension() else { return true };
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

fn digest(files: &[PathBuf]) -> Result<String> {
    let mut hash = Sha256::new();
    for path in files {
        hash_file(path, &mut hash)?;
        // The border between two files counts.
        hash.update([0]);
    }
    Ok(hex(&hash.finalize()))
}

/// Adds the bytes of a file to a hash, a part at a time.
pub(super) fn hash_file(path: &Path, hash: &mut Sha256) -> Result<()> {
    let mut file = File::open(path).map_err(|source| io_error(path, source))?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let n_read = file.read(&mut buffer).map_err(|source| io_error(path, source))?;
        if n_read == 0 {
            return Ok(());
        }
        hash.update(&buffer[..n_read]);
    }
}

impl Prepared {
    /// Says which import this is, so that a killed one goes on: the same bytes, read the same way.
    pub(super) fn fingerprint(&self, options: &Options) -> String {
        let mapping = match &self.work {
            Work::Files(Input::Jsonl(_, mapping), _) => Some(mapping),
            _ => None,
        };
        let way = format!("{} {options:?} {mapping:?}", self.digest);
        hex(&Sha256::digest(way.as_bytes()))
    }

    /// Returns what was passed over without harm.
    pub(super) fn notes(&self) -> Vec<Note> {
        let warnings = self.related.iter().flat_map(|related| &related.warnings);
        let warnings =
            warnings.map(|text| Note { record: "the folder".to_owned(), text: text.clone() });
        let passed_over = self.passed_over.iter().map(|name| Note {
            record: name.clone(),
            text: "passed over: by its name it is no catalogue".to_owned(),
        });
        warnings.chain(passed_over).collect()
    }

    /// Begins to read.
    pub(super) fn start(self) -> Source {
        let (sender, receiver) = mpsc::channel(N_WAITING);
        tokio::task::spawn_blocking(move || {
            // The receiver is gone where the import failed; nobody reads on then.
            let send = |outcome| sender.blocking_send(Ok(outcome)).is_ok();
            let read = match self.work {
                Work::Records(records) => {
                    let _all_sent = records.into_iter().all(send);
                    Ok(())
                }
                Work::Files(input, files) => read_files(&input, &files, &send),
            };
            if let Err(error) = read {
                let _receiver_is_there = sender.blocking_send(Err(error));
            }
        });
        Source { receiver }
    }
}

impl Source {
    /// Returns up to `n_records` records; `None` at the end.
    pub(super) async fn next(&mut self, n_records: usize) -> Result<Option<Vec<Outcome>>> {
        let mut batch = Vec::with_capacity(n_records);
        while batch.len() < n_records {
            match self.receiver.recv().await {
                Some(outcome) => batch.push(outcome?),
                None => break,
            }
        }
        Ok(if batch.is_empty() { None } else { Some(batch) })
    }
}

fn read_files(input: &Input, files: &[PathBuf], send: &dyn Fn(Outcome) -> bool) -> Result<()> {
    let limits = Limits::default();
    if let [only] = files {
        return read_file(input, only, &limits, &mut |outcome| {
            let _kept = send(outcome);
        });
    }
    let mut seen = HashMap::new();
    for path in files {
        let name = file_name(path);
        let mut sink = |outcome: Outcome| {
            let _kept = send(check_in_folder(outcome, &name, &mut seen));
        };
        match read_file(input, path, &limits, &mut sink) {
            Ok(()) => {}
            // One unreadable file of many is named and passed over.
            Err(Error::Import(error)) => {
                sink(Err(Rejection { record: "the file".to_owned(), reason: error.to_string() }));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Names the file of what was refused, and refuses a record that another file of the folder has:
/// each import would put the one in the place of the other.
fn check_in_folder(outcome: Outcome, file: &str, seen: &mut HashMap<String, String>) -> Outcome {
    let named = |rejection: Rejection| match rejection.record.strip_prefix("the file") {
        Some(rest) => Rejection { record: format!("{file}{rest}"), ..rejection },
        None if rejection.record.contains(file) => rejection,
        None => Rejection { record: format!("{file}, {}", rejection.record), ..rejection },
    };
    let record = outcome.map_err(named)?;
    match seen.get(&record.source_id) {
        Some(first) if first != file => Err(Rejection {
            record: format!("{file}, {}", record.source_id),
            reason: format!(
                "identifier `{}` is already used in {first}; give each record its own, or import \
                 the files under a --source each",
                record.source_id
            ),
        }),
        _ => {
            seen.insert(record.source_id.clone(), file.to_owned());
            Ok(record)
        }
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn read_file(
    input: &Input,
    path: &Path,
    limits: &Limits,
    sink: &mut dyn FnMut(Outcome),
) -> Result<()> {
    match input {
        Input::Ckan(_) => Ok(ckan::read(&mut open(path)?, limits, sink)?),
        Input::Jsonl(_, mapping) if is_yaml(path) => {
            let bytes = read_whole(path, limits)?;
            sink(jsonl::parse_yaml_record(&bytes, &file_name(path), mapping));
            Ok(())
        }
        Input::Jsonl(_, mapping) => Ok(jsonl::read(&mut open(path)?, mapping, limits, sink)?),
        Input::Dcat(_) => read_dcat(path, limits, sink),
        Input::CsvDir(_) => Ok(()),
    }
}

fn open(path: &Path) -> Result<Box<dyn BufRead>> {
    let file = File::open(path).map_err(|source| io_error(path, source))?;
    Ok(Box::new(BufReader::with_capacity(1 << 20, file)))
}

fn read_whole(path: &Path, limits: &Limits) -> Result<Vec<u8>> {
    let file = File::open(path).map_err(|source| io_error(path, source))?;
    let mut bytes = Vec::new();
    file.take(limits.document_bytes + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| io_error(path, source))?;
    if bytes.len() as u64 > limits.document_bytes {
        return Err(Error::Import(ImportError::TooLarge { limit: limits.document_bytes }));
    }
    Ok(bytes)
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|it| it.eq_ignore_ascii_case("yaml") || it.eq_ignore_ascii_case("yml"))
}

/// Reads RDF in the syntax that name and text suggest; JSON without linked data is DCAT-US.
fn read_dcat(path: &Path, limits: &Limits, sink: &mut dyn FnMut(Outcome)) -> Result<()> {
    let bytes = read_whole(path, limits)?;
    let syntax = Syntax::guess(&file_name(path), &bytes);
    if syntax == Some(Syntax::JsonLd) && !is_linked_data(&bytes) {
        return Ok(dcat_us::read(&mut bytes.as_slice(), limits, sink)?);
    }
    let Some(syntax) = syntax else {
        let text = format!("{} is neither RDF nor JSON", path.display());
        return Err(Error::Import(ImportError::Shape(text)));
    };
    let import = dcat::parse_within(&bytes, syntax, limits)?;
    import.records.into_iter().map(Ok).for_each(&mut *sink);
    import.rejected.into_iter().map(Err).for_each(sink);
    Ok(())
}

/// Whether JSON speaks RDF. DCAT-US names a context of its own but is read by its plain names.
fn is_linked_data(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(bytes.get(..64 << 10).unwrap_or(bytes));
    head.contains("\"@graph\"")
        || head.contains("\"@id\"") && !head.contains("project-open-data")
        || head.contains("\"@context\"") && !head.contains("project-open-data")
}
