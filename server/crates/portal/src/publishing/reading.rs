//! Files of drafts: read by whoever writes the entry, and by whoever decides on it while they do (REV-03).

use std::collections::BTreeMap;

use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Action;
use kaishu_store::blobs::BlobRead;
use kaishu_store::cases::Case;
use kaishu_types::case::CaseKind;
use kaishu_types::draft::{DraftDocument, DraftResource};
use kaishu_types::{ErrorCode, Lang};

use super::review::is_expert;
use crate::accounts::Caller;
use crate::cases::LogAct;
use crate::{Error, Portal, Result};

impl Portal {
    /// Opens a file of a draft by its place from 0: what it is called, and its bytes. Each time is on record, with who
    /// it was and which bytes they were.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller sees no such draft, or it has no bytes at this place; refused for who sees the
    /// case and neither edits the entry nor takes the step that is on.
    pub async fn read_draft_file(
        &self,
        caller: &Caller,
        (case, place): (i64, usize),
        lang: Lang,
    ) -> Result<(String, BlobRead)> {
        let case = self.visible_case(caller, case).await?;
        let hidden = || Error::not_found("resource", place.to_string());
        if case.file.kind != CaseKind::Opening {
            return Err(hidden());
        }
        let (action, by) = self.reader_of(caller, &case).ok_or_else(|| {
            Error::refused(
                ErrorCode::Forbidden,
                lang.pick(
                    "未发布的文件只给编制人和正在办理这一环节的人查看",
                    "files that are not published are read by those who write the entry and by whoever takes the step that is on",
                ),
            )
        })?;
        let (draft, document) = self.stored_draft(&case).await?;
        self.check_reader(caller, action, &document, lang).await?;
        let file = document.resources.get(place).ok_or_else(hidden)?;
        let key = file.blob_key.as_ref().ok_or_else(hidden)?;
        let read = self.inner.blobs.get(key, None).await?;
        let (kind, subject, event) = ("dataset", draft.code.as_str(), "draft_file_read");
        let facts = facts_of(&case, file);
        self.record(LogAct { kind, subject, event, by, facts, ..LogAct::default() }).await?;
        Ok((file.file_name.clone().unwrap_or_else(|| file.title.clone()), read))
    }

    /// Whether somebody is shown the way to the files of a draft.
    pub(super) async fn may_read_files(
        &self,
        caller: &Caller,
        (case, document): (&Case, &DraftDocument),
        lang: Lang,
    ) -> bool {
        match self.reader_of(caller, case) {
            Some((action, _)) => self.check_reader(caller, action, document, lang).await.is_ok(),
            None => false,
        }
    }

    /// Refuses who may not take the step that would let them read: experts who stand aside, authorities of the
    /// region itself where the one above consents.
    async fn check_reader(
        &self,
        caller: &Caller,
        action: Action,
        document: &DraftDocument,
        lang: Lang,
    ) -> Result<()> {
        match action {
            Action::GiveOpinion => self.check_expert(caller, document, lang).await,
            Action::ConsentToCounty => self.check_consent(caller, document, lang),
            _ => Ok(()),
        }
    }

    /// By which action and in which role somebody reads the files of a draft; none where they do not.
    fn reader_of(&self, caller: &Caller, case: &Case) -> Option<(Action, Actor)> {
        let subject = self.subject_of_case(caller, case);
        let step = case.file.current_step().filter(|_| case.file.state == "in_review");
        let expert = step.filter(|(_, step)| is_expert(step)).map(|_| Action::GiveOpinion);
        // Of an entry that is being written or has ended only its editors are left.
        let decides = case.file.waits_for().filter(|_| case.file.closed_at.is_none());
        let actions = [Some(Action::EditDatasets), decides, expert];
        actions.into_iter().flatten().find_map(|action| {
            let held = caller.role_for(action, &subject)?;
            Some((action, self.acting_as(caller, action, held)))
        })
    }
}

/// What the log keeps of a file that was read: which bytes, and no value of them.
fn facts_of(case: &Case, file: &DraftResource) -> BTreeMap<String, String> {
    let facts = [
        ("case", case.id.to_string()),
        ("file", file.file_name.clone().unwrap_or_default()),
        ("sha256", file.sha256.clone().unwrap_or_default()),
    ];
    facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
