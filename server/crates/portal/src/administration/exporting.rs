//! The log as a file: what is filtered is what is taken away, and that it was taken is an entry itself.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::{Stream, stream};
use kaishu_domain::cases::Actor;
use kaishu_domain::permission::{Action, Subject};
use kaishu_store::log::{self, Logged};
use kaishu_types::Lang;
use serde_json::json;

use super::AuditFilter;
use crate::accounts::Caller;
use crate::cases::LogAct;
use crate::{Error, Portal, Result};

/// Entries that are read at once.
const CHUNK: u64 = 500;

/// The columns of the file.
const COLUMNS: [&str; 14] = [
    "seq",
    "at",
    "kind",
    "subject",
    "event",
    "login",
    "name",
    "role",
    "organization",
    "region",
    "delegated_by",
    "reason",
    "facts",
    "hash",
];

/// As what the log is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditFormat {
    /// CSV in UTF-8 with a byte order mark; what a spreadsheet would run as a formula is made a text.
    Csv,
    /// An entry a line as JSON, with its whole event.
    Ndjson,
}

impl AuditFormat {
    /// Returns the ending of the file.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    /// Returns the media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// Where an export is.
struct Running {
    portal: Portal,
    caller: Caller,
    filter: AuditFilter,
    format: AuditFormat,
    lang: Lang,
    head: Option<Bytes>,
}

impl Portal {
    /// Streams what is filtered, the newest first, up to the entry that this export leaves in the log.
    ///
    /// # Errors
    ///
    /// Refused for who may not read the log; the stream breaks off where they may not any more.
    pub async fn export_audit(
        &self,
        caller: &Caller,
        filter: &AuditFilter,
        format: AuditFormat,
        lang: Lang,
    ) -> Result<impl Stream<Item = Result<Bytes>> + Send + 'static> {
        self.audit_search(caller, filter, lang).await?;
        let mut facts: BTreeMap<String, String> =
            filter.pairs().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        facts.insert("format".to_owned(), format.ending().to_owned());
        let by = self.reader(caller);
        let act = LogAct { kind: "log", subject: "log", event: "exported", by, reason: "", facts };
        let transaction = self.inner.store.begin().await?;
        let own = self.log(&transaction, act).await?;
        transaction.commit().await?;
        let before = filter.before.map_or(own, |before| before.min(own));
        let running = Running {
            portal: self.clone(),
            caller: caller.clone(),
            filter: AuditFilter { before: Some(before), ..filter.clone() },
            format,
            lang,
            head: (format == AuditFormat::Csv).then(head),
        };
        Ok(stream::try_unfold(running, |running| running.next()))
    }

    /// Who reads the log, with the role it is read in.
    fn reader(&self, caller: &Caller) -> Actor {
        let all = Subject::default();
        let mut roles = caller
            .places()
            .filter(|held| Action::ReadAudit.roles().iter().any(|(role, _)| *role == held.role));
        let held = caller.role_for(Action::ReadAudit, &all).or_else(|| roles.next());
        held.map_or_else(
            || self.actor(caller),
            |held| self.acting_as(caller, Action::ReadAudit, held),
        )
    }
}

impl Running {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>> {
        if let Some(head) = self.head.take() {
            return Ok(Some((head, self)));
        }
        // Whoever lost the role meanwhile gets no more of it.
        let caller = self.portal.renewed(&self.caller, self.lang).await?;
        let search = self.portal.audit_search(&caller, &self.filter, self.lang).await?;
        let Some(search) = search else { return Ok(None) };
        let found = log::search(&self.portal.inner.store, &search, CHUNK).await?;
        let Some(last) = found.last() else { return Ok(None) };
        self.filter.before = Some(last.seq);
        let mut out = Vec::new();
        for entry in &found {
            match self.format {
                AuditFormat::Csv => write_row(&mut out, entry),
                AuditFormat::Ndjson => write_line(&mut out, entry)?,
            }
        }
        Ok(Some((Bytes::from(out), self)))
    }
}

fn head() -> Bytes {
    let mut out = "\u{FEFF}".as_bytes().to_vec();
    kaishu_tables::write_guarded_row(&mut out, COLUMNS);
    Bytes::from(out)
}

fn write_row(out: &mut Vec<u8>, entry: &Logged) {
    let by = &entry.event.by;
    let text = |value: Option<String>| value.unwrap_or_default();
    let facts = &entry.event.body.facts;
    let facts = if facts.is_empty() { String::new() } else { json!(facts).to_string() };
    let values = [
        entry.seq.to_string(),
        entry.event.at.to_rfc3339(),
        entry.kind.clone(),
        entry.subject.clone(),
        entry.event.name.clone(),
        by.login.clone(),
        by.name.clone(),
        text(by.role.map(|role| role.to_string())),
        text(by.organization.as_ref().map(ToString::to_string)),
        text(by.region.as_ref().map(ToString::to_string)),
        text(by.delegated_by.as_ref().map(ToString::to_string)),
        entry.event.body.reason.clone(),
        facts,
        entry.hash.clone(),
    ];
    kaishu_tables::write_guarded_row(out, values.iter().map(String::as_str));
}

fn write_line(out: &mut Vec<u8>, entry: &Logged) -> Result<()> {
    let line = json!({
        "seq": entry.seq,
        "case": entry.case.map(|(id, _)| id),
        "kind": entry.kind,
        "subject": entry.subject,
        "event": entry.event,
        "hash": entry.hash,
    });
    serde_json::to_writer(&mut *out, &line)
        .map_err(|error| Error::Internal(format!("an entry cannot be written: {error}")))?;
    out.push(b'\n');
    Ok(())
}
