//! Files of drafts that stand at their provider: an address in the place of bytes (PUB-11).

use std::sync::Arc;

use kaishu_store::StoreError;
use kaishu_tables::{Ingested, Progress, ingest, inspect};
use kaishu_types::Lang;
use kaishu_types::draft::DraftResource;
use kaishu_types::vocabulary::{Format, ResourceKind};

use super::files::{MAX_FILES, add_items, items_of};
use crate::accounts::Caller;
use crate::in_place::FORMATS;
use crate::tables::unbounded;
use crate::{Error, Portal, Result};

/// Longest title, and longest reason, in characters.
const MAX_TITLE_CHARS: usize = 200;
const MAX_REASON_CHARS: usize = 1_000;

/// A file that stands at its provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NewSource<'a> {
    /// What people call it.
    pub title: &'a str,
    /// Where it is.
    pub url: &'a str,
    /// Its format: one of [`FORMATS`].
    pub format: &'a str,
    /// Why it cannot be delivered; it is public.
    pub reason: &'a str,
}

impl Portal {
    /// Adds a file to a draft that stands at its provider. It is fetched once, so that its columns become data
    /// items and everybody knows that it is there; nothing of that is kept. Returns the new revision.
    ///
    /// # Errors
    ///
    /// As [`save_draft`](Self::save_draft); `Forbidden` with the rule where the profile does not admit it,
    /// `InvalidInput` naming what is missing, `SourceFailed` and `SourceSlow` where the address gives nothing.
    pub async fn add_draft_source(
        &self,
        caller: &Caller,
        (case, revision): (i64, u32),
        new: NewSource<'_>,
        lang: Lang,
    ) -> Result<u32> {
        self.check_in_place(lang)?;
        self.check_takes_files(caller, case, lang).await?;
        let draft = self.draft(caller, case, lang).await?;
        if draft.revision != revision {
            let what = "somebody else saved this entry since".to_owned();
            return Err(StoreError::Conflict { what }.into());
        }
        if draft.document.resources.len() >= MAX_FILES {
            let message = lang.pick("一个数据集最多 200 个文件", "an entry has 200 files at most");
            return Err(Error::field("url", message));
        }
        let text = |field: &str, text: &str, most: usize| {
            let text = text.trim();
            match (1..=most).contains(&text.chars().count()) {
                true => Ok(text.to_owned()),
                false => Err(Error::field(
                    field,
                    lang.pick(
                        format!("请填写，最多 {most} 个字"),
                        format!("has 1 to {most} characters"),
                    ),
                )),
            }
        };
        let title = text("title", new.title, MAX_TITLE_CHARS)?;
        let reason = text("reason", new.reason, MAX_REASON_CHARS)?;
        let format = new.format.trim().parse::<Format>().ok().filter(|it| FORMATS.contains(it));
        let format = format.ok_or_else(|| {
            let known = FORMATS.map(|format| format.as_str()).join(", ");
            Error::field(
                "format",
                lang.pick(format!("请选择：{known}"), format!("is one of {known}")),
            )
        })?;
        let url = self.source_address(new.url, &draft.document.organization, lang)?;
        let (folder, path) = Box::pin(self.fetch_once(&url, format, lang)).await?;
        let work = move || {
            let within = folder.path();
            let progress = Arc::new(Progress::default());
            let mut tables: Vec<Ingested> = Vec::new();
            for source in inspect(&path, format, "", within)? {
                tables.push(ingest(&source, &|_| None, &within.join("table.parquet"), &progress)?);
            }
            Ok(tables)
        };
        let tables = unbounded(work).await.map_err(|error| match error {
            Error::Table(error) => Error::field("url", error.message(lang)),
            other => other,
        })?;
        let mut document = draft.document;
        document.resources.push(DraftResource {
            title,
            description: None,
            kind: ResourceKind::File,
            format,
            media_type: None,
            url: Some(url.to_string()),
            in_place: Some(reason),
            file_name: None,
            size_bytes: None,
            sha256: None,
            sm3: None,
            blob_key: None,
        });
        add_items(&mut document, tables.iter().flat_map(items_of).collect());
        // Whoever lost the role or the account meanwhile adds nothing (ORG-06).
        let caller = self.renewed(caller, lang).await?;
        self.save_draft(&caller, case, revision, document, lang).await
    }
}
