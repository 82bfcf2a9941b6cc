//! The evidence that a provider did its duty under a grant, in one archive: review, agreement, notices, supervision
//! (AGR-09; yulin 37). Its last file, `manifest.json`, has the SHA-256 of each of the others.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use futures::{Stream, stream};
use kaishu_domain::permission::Action;
use kaishu_store::blobs::hex;
use kaishu_store::cases::{self, Case};
use kaishu_store::duties::{self, Duty};
use kaishu_store::log::Logged;
use kaishu_store::receipts::{self, Copies};
use kaishu_store::{agreements, grants};
use kaishu_tables::{Chunks, Pipe, TableError};
use kaishu_types::{ErrorCode, Lang};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::number_of;
use crate::accounts::Caller;
use crate::cases::LogAct;
use crate::{Error, Portal, Result};

/// Chunks that wait to be sent.
const WAITING: usize = 8;
/// Receipts that are read at once.
const RECEIPTS: u64 = 500;
/// Most reports, questions and violations under a grant that go into an archive.
const DUTIES: u64 = 1_000;
/// Events that decide on an application.
const DECISIONS: [&str; 8] =
    ["submit", "resubmit", "return", "approve", "refuse", "countersign", "file", "activate"];

/// The archive of a grant.
pub struct Dossier {
    /// What it is called, as in `SQ-2026-000012-evidence.zip`.
    pub name: String,
    /// The application.
    case: i64,
    /// What was gathered: path and bytes.
    parts: Vec<(String, Vec<u8>)>,
    /// What the manifest says besides its files.
    facts: Value,
}

/// A file of the archive, as the manifest names it.
#[derive(Serialize)]
struct Listed {
    path: String,
    size_bytes: u64,
    sha256: String,
}

impl Portal {
    /// Gathers the evidence of a grant for its provider or the authority: what was applied for, every event with its
    /// place and hash in the log, the decisions, what was signed as text and as PDF, whom the portal told of what and
    /// when, and reports, questions and violations. That it was taken is an entry of the log.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not see the application; refused for who may not take evidence; `Conflict`
    /// where nothing was granted.
    pub async fn grant_dossier(&self, caller: &Caller, id: i64, lang: Lang) -> Result<Dossier> {
        let case = self.application_case(caller, id).await?;
        let subject = self.subject_of(&case.about, false);
        let by = self.permitted(caller, Action::ExportEvidence, &subject, lang)?;
        if grants::find(&self.inner.store, id).await?.is_none() {
            let text = lang.pick("还没有使用权限，没有可以导出的证据", "nothing was granted yet");
            return Err(Error::refused(ErrorCode::Conflict, text));
        }
        let number = number_of(&case);
        let (parts, left_out) = Box::pin(self.dossier_parts(caller, &case, lang)).await?;
        let facts = json!({
            "number": number,
            "dataset": case.about.subject,
            "title": case.about.title,
            "provider": case.about.organization,
            "written_at": self.instant(),
            "written_by": by.name,
            "left_out": left_out,
        });
        let logged = BTreeMap::from([
            ("application".to_owned(), id.to_string()),
            ("number".to_owned(), number.clone()),
        ]);
        let (kind, event) = ("grant", "evidence_exported");
        let subject = case.about.subject.as_str();
        self.record(LogAct { kind, subject, event, by, reason: "", facts: logged }).await?;
        Ok(Dossier { name: format!("{number}-evidence.zip"), case: id, parts, facts })
    }

    /// Streams the archive. One that breaks off has no directory: no program takes it for the whole.
    pub fn write_dossier(
        &self,
        dossier: Dossier,
    ) -> impl Stream<Item = Result<Bytes>> + Send + 'static {
        let chunks = self.dossier_chunks(dossier);
        stream::unfold(chunks, |mut chunks| async move {
            let chunk = chunks.recv().await?;
            Some((chunk.map_err(Error::from), chunks))
        })
    }

    fn dossier_chunks(&self, dossier: Dossier) -> Chunks {
        let (sender, chunks) = mpsc::channel(WAITING);
        let (portal, runtime) = (self.clone(), tokio::runtime::Handle::current());
        tokio::task::spawn_blocking(move || {
            let zip = ZipWriter::new_stream(Pipe::new(sender.clone()));
            let mut archive = Archive { zip, files: Vec::new() };
            let receipts = |before| runtime.block_on(portal.receipts_under(dossier.case, before));
            let write = || archive.write(&dossier, &receipts);
            let stopped = |_| Err(TableError::Unreadable("the writer stopped".to_owned()));
            let written = catch_unwind(AssertUnwindSafe(write)).unwrap_or_else(stopped);
            // The archive ends its file when it is dropped: the error has to go out before. Whoever asked may have
            // gone away; then nobody wants to know.
            if let Err(error) = written {
                drop(sender.blocking_send(Err(error)));
            } else if let Err(error) = archive.finish() {
                drop(sender.blocking_send(Err(error.into())));
            }
        });
        chunks
    }

    /// A part of the receipts under a grant, a line of JSON each, with the place of the last one; none after the last.
    async fn receipts_under(
        &self,
        grant: i64,
        before: Option<i64>,
    ) -> Result<Option<(i64, Vec<u8>)>> {
        let copies = Copies { grant: Some(grant), before, ..Copies::default() };
        let found = receipts::search(&self.inner.store, copies, RECEIPTS).await?;
        let Some(last) = found.last().map(|(place, _)| *place) else { return Ok(None) };
        let mut lines = Vec::new();
        for (_, receipt) in &found {
            lines.extend(written(receipt)?);
            lines.push(b'\n');
        }
        Ok(Some((last, lines)))
    }

    /// Everything but the receipts, in the order in which it happened; and what could not be taken in.
    async fn dossier_parts(
        &self,
        caller: &Caller,
        case: &Case,
        lang: Lang,
    ) -> Result<(Vec<(String, Vec<u8>)>, Vec<String>)> {
        let store = &self.inner.store;
        let (_, document) = self.stored_application(case.id, false).await?;
        let duties = duties::of_grant(store, case.id, DUTIES).await?;
        let events = kaishu_store::log::of_case(store, case.id).await?;
        let decided: Vec<_> = events.iter().filter(|it| is_decision(it)).map(line).collect();
        let all: Vec<_> = events.iter().map(line).collect();
        let mut parts = vec![
            ("application.json".to_owned(), written(&document)?),
            ("events.json".to_owned(), written(&all)?),
            ("decisions.json".to_owned(), written(&decided)?),
        ];
        let mut left_out = Vec::new();
        for document in agreements::of_case(store, case.id).await? {
            let path = format!("agreements/{}-{}", document.id, document.kind);
            parts.push((format!("{path}.txt"), document.text.clone().into_bytes()));
            if !document.is_signed() {
                left_out.push(format!("{path}.pdf: not signed by every side"));
                continue;
            }
            match self.signed_paper(caller, case.id, document.id, lang).await {
                Ok(signed) => parts.push((format!("{path}.pdf"), signed.paper.pdf)),
                Err(error) if error.code() == ErrorCode::Unavailable => {
                    left_out.push(format!("{path}.pdf: {}", error.message(lang)));
                }
                Err(error) => return Err(error),
            }
        }
        parts.push(("agreements/signatures.json".to_owned(), self.signatures(case).await?));
        let mut told = self.told_of(case.id).await?;
        for duty in &duties {
            parts.push(self.supervised(duty).await?);
            told.extend(self.told_of(duty.case).await?);
        }
        parts.push(("notices.json".to_owned(), written(&told)?));
        Ok((parts, left_out))
    }

    async fn signatures(&self, case: &Case) -> Result<Vec<u8>> {
        let signed = agreements::of_case(&self.inner.store, case.id).await?;
        let grant = grants::find(&self.inner.store, case.id).await?;
        let by = |signature: &Option<agreements::Signature>| {
            signature.as_ref().map(|it| json!({ "name": it.name, "at": it.at }))
        };
        let documents: Vec<_> = signed
            .iter()
            .map(|it| {
                json!({
                    "id": it.id,
                    "kind": it.kind,
                    "template": it.template,
                    "sha256": it.sha256,
                    "offered_at": it.offered_at,
                    "signed": by(&it.signed),
                    "countersigned": by(&it.countersigned),
                })
            })
            .collect();
        let grant = grant.map(|grant| {
            json!({
                "items": grant.items,
                "rows": grant.rows,
                "mode": grant.mode,
                "first_day": grant.first_day,
                "last_day": grant.last_day,
                "is_active": grant.is_active,
                "filing": grant.filing,
            })
        });
        written(&json!({ "documents": documents, "grant": grant }))
    }

    /// A report, a question or a violation, with what was written and every event.
    async fn supervised(&self, duty: &Duty) -> Result<(String, Vec<u8>)> {
        let store = &self.inner.store;
        let case = cases::find(store, duty.case).await?;
        let kind = case.map_or("duty", |case| case.file.kind.as_str());
        let events = kaishu_store::log::of_case(store, duty.case).await?;
        let document = duty.document.as_deref().map(serde_json::from_str::<Value>).transpose();
        let document =
            document.map_err(|error| Error::Internal(format!("duty {}: {error}", duty.case)))?;
        let events: Vec<_> = events.iter().map(line).collect();
        let bytes = written(&json!({ "case": duty.case, "document": document, "events": events }))?;
        Ok((format!("supervision/{}-{kind}.json", duty.case), bytes))
    }

    /// Whom the portal told of a case, and when.
    async fn told_of(&self, case: i64) -> Result<Vec<Value>> {
        let store = &self.inner.store;
        let mut told = Vec::new();
        for notice in cases::told_of(store, case).await? {
            let account = kaishu_store::accounts::find_by_id(store, notice.account).await?;
            told.push(json!({
                "case": case,
                "event": notice.seq,
                "to": account.map(|account| account.name),
                "at": notice.at,
                "read_at": notice.read_at,
                "mail": notice.mail,
            }));
        }
        Ok(told)
    }
}

fn is_decision(entry: &Logged) -> bool {
    DECISIONS.contains(&entry.event.name.as_str())
}

/// An entry of the log, with its place and its hash.
fn line(entry: &Logged) -> Value {
    json!({ "seq": entry.seq, "kind": entry.kind, "event": entry.event, "hash": entry.hash })
}

fn written(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value)
        .map_err(|error| Error::Internal(format!("evidence cannot be written: {error}")))
}

/// Gives receipts before a place, a part at a time.
type Receipts<'a> = &'a dyn Fn(Option<i64>) -> Result<Option<(i64, Vec<u8>)>>;

/// An archive being written.
struct Archive {
    zip: ZipWriter<StreamWriter<Pipe>>,
    files: Vec<Listed>,
}

impl Archive {
    fn write(&mut self, dossier: &Dossier, receipts: Receipts<'_>) -> Result<(), TableError> {
        for (path, bytes) in &dossier.parts {
            self.begin(path)?;
            self.zip.write_all(bytes)?;
            self.list(path, &Sha256::digest(bytes), bytes.len() as u64);
        }
        let path = "receipts.ndjson";
        self.begin(path)?;
        let (mut sum, mut size, mut before) = (Sha256::new(), 0, None);
        while let Some((last, lines)) = receipts(before).map_err(io::Error::other)? {
            self.zip.write_all(&lines)?;
            sum.update(&lines);
            size += lines.len() as u64;
            before = Some(last);
        }
        self.list(path, &sum.finalize(), size);
        let mut manifest = dossier.facts.clone();
        if let Some(manifest) = manifest.as_object_mut() {
            manifest.insert("files".to_owned(), json!(self.files));
        }
        self.begin("manifest.json")?;
        serde_json::to_writer_pretty(&mut self.zip, &manifest).map_err(io::Error::from)?;
        Ok(())
    }

    fn list(&mut self, path: &str, sha256: &[u8], size_bytes: u64) {
        self.files.push(Listed { path: path.to_owned(), size_bytes, sha256: hex(sha256) });
    }

    fn begin(&mut self, path: &str) -> Result<(), TableError> {
        // Sizes are known only at the end, so every file may be large (zip64).
        let options = SimpleFileOptions::default().large_file(true);
        self.zip.start_file(path, options).map_err(io::Error::other)?;
        Ok(())
    }

    /// Writes the directory, which is what makes the archive whole.
    fn finish(self) -> io::Result<()> {
        self.zip.finish().map_err(io::Error::other)?.into_inner().flush()
    }
}
