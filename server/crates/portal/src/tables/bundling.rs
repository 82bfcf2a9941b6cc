//! All that is open of a dataset as one archive, with a list of what is in it and what is not (DL-10).

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use bytes::Bytes;
use futures::Stream;
use kaishu_store::receipts::Under;
use kaishu_tables::{Chunks, ExportFormat, Pipe, TableError};
use kaishu_types::dataset::{DatasetView, ResourceView};
use kaishu_types::receipt::{ReceiptView, Retrieved};
use kaishu_types::table::TableQuery;
use kaishu_types::vocabulary::{Format, ResourceKind};
use kaishu_types::{DatasetCode, Lang, text};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::exporting::Watched;
use super::{FileRelease, OpenTable, TableState, why_stopped};
use crate::accounts::Caller;
use crate::downloads::Facts;
use crate::retrieval::Client;
use crate::rules::FileAccess;
use crate::{Error, Portal, Result};
use kaishu_store::blobs::hex;

/// Chunks that wait to be sent.
const WAITING: usize = 8;
const READ_BYTES: usize = 256 << 10;

/// All that anyone may take of a dataset.
pub struct Bundle {
    dataset: DatasetView,
    caller: Caller,
    parts: Vec<Part>,
    left_out: Vec<LeftOut>,
}

/// A file of the archive.
struct Part {
    name: String,
    resource: ResourceView,
    source: Source,
}

enum Source {
    /// The uploaded bytes.
    Original(PathBuf),
    /// The open part of a table, as CSV.
    Table(Box<OpenTable>),
}

/// What is not in the archive.
#[derive(Serialize)]
struct LeftOut {
    resource_id: i64,
    title: String,
    reason: String,
    url: Option<String>,
}

/// A file of the archive, as its list names it.
#[derive(Serialize)]
struct Listed {
    path: String,
    resource_id: i64,
    title: String,
    /// Whether it is the uploaded file; otherwise it is the open part of its table.
    is_original: bool,
    size_bytes: u64,
    sha256: String,
}

/// `manifest.json`
#[derive(Serialize)]
struct Manifest<'a> {
    receipt: &'a ReceiptView,
    title: &'a str,
    items: &'a [kaishu_types::dataset::DataItemView],
    files: Vec<Listed>,
    left_out: &'a [LeftOut],
}

impl Bundle {
    /// Tells what is in it apart, to see whether it still may be had.
    pub(super) fn rights(&self) -> Vec<String> {
        let of_part = |part: &Part| match &part.source {
            Source::Original(_) => format!("{} original", part.resource.id),
            Source::Table(table) => {
                format!("{} {} {}", part.resource.id, table.number, table.governed.rights())
            }
        };
        self.parts.iter().map(of_part).collect()
    }

    /// Whether some of it is open because it is shared (SHR-21).
    pub fn is_shared(&self) -> bool {
        self.under().organization.is_some()
    }

    /// What some of it is open under.
    fn under(&self) -> Under {
        let of_part = |part: &Part| match &part.source {
            Source::Table(table) => Some(table.under.clone()).filter(|it| it.grant.is_some()),
            Source::Original(_) => None,
        };
        self.parts.iter().find_map(of_part).unwrap_or_default()
    }

    /// Whether something of it is taken under a grant, so that it bears the number of its receipt.
    pub fn is_marked(&self) -> bool {
        self.under().grant.is_some()
    }

    /// The name under which it is saved.
    pub fn file_name(&self) -> String {
        format!("{}-{}.zip", self.dataset.code, text::file_name(&self.dataset.fields.title))
    }
}

impl Portal {
    /// Gathers what anyone may take of a dataset: files that may leave as they are, and of the others
    /// the open part of their tables.
    ///
    /// # Errors
    ///
    /// As [`Self::open_download`]; also where nothing at all is open.
    pub async fn open_bundle(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<Bundle> {
        let hidden = || Error::not_found("dataset", code.as_str());
        let view = self.find_for(caller, code).await?.ok_or_else(hidden)?;
        self.check_serves(&view, lang)?;
        if self.needs_login(caller) {
            return Err(self.login_needed(lang));
        }
        let mut bundle = Bundle {
            dataset: view.dataset.clone(),
            caller: caller.clone(),
            parts: Vec::new(),
            left_out: Vec::new(),
        };
        for resource in &view.dataset.resources {
            if resource.kind != ResourceKind::File {
                let reason = lang.pick("不是文件，请打开链接", "no file; open the link");
                bundle.leave_out(resource, reason.to_owned());
                continue;
            }
            if resource.in_place.is_some() {
                let reason = lang.pick(
                    "数据存放在提供单位，请单独下载",
                    "the data stands at its provider; take it by itself",
                );
                bundle.leave_out(resource, reason.to_owned());
                continue;
            }
            let release = view.kept_back.get(&resource.id);
            if view.files == FileAccess::Free && release.is_none() {
                self.add_original(&mut bundle, resource).await?;
            } else if !self.add_tables(&mut bundle, resource, lang).await? {
                bundle.leave_out(resource, why_not(release, lang));
            }
        }
        match bundle.parts.is_empty() {
            true if view.closes_silently => Err(hidden()),
            true if view.files == FileAccess::NeedsGrant => {
                let waits = Box::pin(self.refused_for_terms(caller, code, lang)).await?;
                Err(waits.unwrap_or_else(|| self.needs_grant(&view.dataset, lang)))
            }
            true => Err(Error::not_found("resource", format!("any of {code}"))),
            false => Ok(bundle),
        }
    }

    async fn add_original(&self, bundle: &mut Bundle, resource: &ResourceView) -> Result<()> {
        let code = &bundle.dataset.code;
        let key = kaishu_store::datasets::blob_key(&self.inner.store, code, resource.id).await?;
        let missing = || Error::Internal(format!("resource {} has no bytes", resource.id));
        let key = key.ok_or_else(missing)?;
        let path = self.inner.blobs.local_copy(&key, &self.inner.table_cache).await?;
        let uploaded = resource.file_name.as_deref().map(text::file_name);
        let name = uploaded.filter(|name| !name.is_empty()).unwrap_or_else(|| {
            format!("{}.{}", text::file_name(&resource.title), resource.format.as_str())
        });
        bundle.add(resource, name, Source::Original(path));
        Ok(())
    }

    /// Adds the open part of the tables of a file; `false` where there is none.
    async fn add_tables(
        &self,
        bundle: &mut Bundle,
        resource: &ResourceView,
        lang: Lang,
    ) -> Result<bool> {
        let code = bundle.dataset.code.clone();
        let mut number = 1;
        loop {
            let caller = &bundle.caller;
            let state = self.look_at_table(caller, &code, (resource.id, number), lang).await?;
            let TableState::Open(table) = state else { return Ok(number > 1) };
            let n_tables = table.names.len();
            let title = text::file_name(&resource.title);
            let sheet = table.names.get(number - 1).filter(|_| n_tables > 1);
            // Tables of one file may have names that are alike as names of files.
            let sheet = sheet
                .map(|name| format!("-{number}-{}", text::file_name(name)))
                .unwrap_or_default();
            bundle.add(resource, format!("{title}{sheet}.csv"), Source::Table(table));
            if number >= n_tables {
                return Ok(true);
            }
            number += 1;
        }
    }

    async fn issue_bundle_receipt(
        &self,
        bundle: &Bundle,
        client: Option<Client>,
    ) -> Result<ReceiptView> {
        let facts = Facts {
            kind: Retrieved::Bundle,
            question: None,
            resource: None,
            version: bundle.dataset.version,
            file_name: bundle.file_name(),
            size_bytes: None,
            sha256: None,
            sm3: None,
            under: bundle.under(),
        };
        self.receipt_of(&bundle.dataset, facts, client).await
    }

    /// Writes the archive, in chunks, with its receipt. Its last file is `manifest.json`; an archive that
    /// breaks off has no directory, so that no program takes it for the whole.
    ///
    /// # Errors
    ///
    /// `TooManyRequests` and `Unavailable` where too many files are on their way.
    pub async fn write_bundle(
        &self,
        bundle: Bundle,
        client: Option<Client>,
        lang: Lang,
    ) -> Result<(ReceiptView, impl Stream<Item = Result<Bytes>> + Send + 'static)> {
        let admitted = self.inner.admission.admit(client, lang)?;
        let receipt = self.issue_bundle_receipt(&bundle, client).await?;
        let (caller, dataset) = (bundle.caller.clone(), bundle.dataset.code.clone());
        let watched = Watched::Bundle { caller, dataset, rights: bundle.rights() };
        let code = receipt.code.clone();
        let chunks = self.archive(bundle, receipt.clone());
        Ok((receipt, self.watch(chunks, watched, code, admitted)))
    }

    fn archive(&self, bundle: Bundle, receipt: ReceiptView) -> Chunks {
        let (sender, chunks) = mpsc::channel(WAITING);
        let engine = self.inner.engine.clone();
        let runtime = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || {
            let mut archive = Archive {
                zip: ZipWriter::new_stream(Pipe::new(sender.clone())),
                files: Vec::new(),
            };
            let export = |table: &OpenTable| {
                let query = TableQuery::default();
                runtime.block_on(engine.export(&table.governed, &query, ExportFormat::Csv))
            };
            let write = || archive.write(&bundle, &receipt, &export);
            let stopped = |_| Err(TableError::Unreadable("the writer stopped".to_owned()));
            let written = catch_unwind(AssertUnwindSafe(write)).unwrap_or_else(stopped);
            // The archive ends its file when it is dropped: where something is missing, the error has
            // to go out before. Whoever asked may have gone away; then nobody wants to know.
            if let Err(error) = written {
                drop(sender.blocking_send(Err(error)));
            } else if let Err(error) = archive.finish() {
                drop(sender.blocking_send(Err(error.into())));
            }
        });
        chunks
    }
}

impl Bundle {
    fn add(&mut self, resource: &ResourceView, name: String, source: Source) {
        let name = format!("data/{}-{name}", resource.id);
        self.parts.push(Part { name, resource: resource.clone(), source });
    }

    fn leave_out(&mut self, resource: &ResourceView, reason: String) {
        self.left_out.push(LeftOut {
            resource_id: resource.id,
            title: resource.title.clone(),
            reason,
            url: resource.url.clone(),
        });
    }
}

fn why_not(release: Option<&FileRelease>, lang: Lang) -> String {
    match release {
        Some(FileRelease::Stopped(columns)) => why_stopped(columns, lang),
        Some(FileRelease::Waiting) => {
            lang.pick("正在检查", "being checked; take it later").to_owned()
        }
        Some(FileRelease::Unknown | FileRelease::Open) => {
            lang.pick("内容不能检查", "its contents cannot be checked").to_owned()
        }
        None => lang.pick("需要授权", "needs a grant").to_owned(),
    }
}

/// An archive being written.
struct Archive {
    zip: ZipWriter<zip::write::StreamWriter<Pipe>>,
    files: Vec<Listed>,
}

impl Archive {
    fn write(
        &mut self,
        bundle: &Bundle,
        receipt: &ReceiptView,
        export: &dyn Fn(&OpenTable) -> Result<Chunks, TableError>,
    ) -> Result<(), TableError> {
        for part in &bundle.parts {
            let path = match &part.source {
                Source::Table(table) if table.is_marked() => {
                    text::marked_name(&part.name, receipt.code.as_str())
                }
                _ => part.name.clone(),
            };
            self.begin(&path, packing(part))?;
            let mut sum = Sum { zip: &mut self.zip, sha256: Sha256::new(), size_bytes: 0 };
            match &part.source {
                Source::Original(path) => {
                    let mut file = BufReader::with_capacity(READ_BYTES, File::open(path)?);
                    io::copy(&mut file, &mut sum)?;
                }
                Source::Table(table) => {
                    let mut chunks = export(table)?;
                    while let Some(chunk) = chunks.blocking_recv() {
                        sum.write_all(&chunk?)?;
                    }
                }
            }
            let (sha256, size_bytes) = (hex(&sum.sha256.finalize()), sum.size_bytes);
            self.files.push(Listed {
                path,
                resource_id: part.resource.id,
                title: part.resource.title.clone(),
                is_original: matches!(part.source, Source::Original(_)),
                size_bytes,
                sha256,
            });
        }
        let manifest = Manifest {
            receipt,
            title: &bundle.dataset.fields.title,
            items: &bundle.dataset.items,
            files: std::mem::take(&mut self.files),
            left_out: &bundle.left_out,
        };
        self.begin("manifest.json", CompressionMethod::Deflated)?;
        serde_json::to_writer_pretty(&mut self.zip, &manifest).map_err(io::Error::from)?;
        Ok(())
    }

    /// Writes the directory, which is what makes the archive whole.
    fn finish(self) -> io::Result<()> {
        self.zip.finish().map_err(io::Error::other)?.into_inner().flush()
    }

    fn begin(&mut self, name: &str, method: CompressionMethod) -> Result<(), TableError> {
        // Sizes are known only at the end, so every file may be large (zip64).
        let options = SimpleFileOptions::default().large_file(true).compression_method(method);
        self.zip.start_file(name, options).map_err(io::Error::other)?;
        Ok(())
    }
}

/// Text is packed; what is packed already is not packed again.
fn packing(part: &Part) -> CompressionMethod {
    let is_text = matches!(
        part.resource.format,
        Format::Csv
            | Format::Tsv
            | Format::Txt
            | Format::Json
            | Format::Ndjson
            | Format::Geojson
            | Format::Xml
    );
    match is_text || matches!(part.source, Source::Table(_)) {
        true => CompressionMethod::Deflated,
        false => CompressionMethod::Stored,
    }
}

/// Writes into the archive and sums up what is written.
struct Sum<'a> {
    zip: &'a mut ZipWriter<zip::write::StreamWriter<Pipe>>,
    sha256: Sha256,
    size_bytes: u64,
}

impl Write for Sum<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.zip.write(bytes)?;
        self.sha256.update(bytes.get(..n).unwrap_or(bytes));
        self.size_bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zip.flush()
    }
}
