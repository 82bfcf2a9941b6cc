//! What a draft said before: beside what was typed when two people write at once, and beside what is submitted again
//! (CAT-10, REV-10). Nothing that somebody wrote is lost.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use kaishu_store::cases::Case;
use kaishu_store::drafts::DraftCopy;
use kaishu_types::Lang;
use kaishu_types::draft::DraftDocument;

use super::parts::{Difference, differences};
use super::told::{label, told};
use super::unreadable;
use crate::accounts::Caller;
use crate::{Error, Portal, Result};

/// A part of an entry with what it says in two texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartChange {
    /// The part, as in `title`, `open.conditions` or `items.name`.
    pub part: String,
    /// What people call it.
    pub label: String,
    /// What it says in the first text; none where it is empty.
    pub before: Option<String>,
    /// What it says in the second.
    pub after: Option<String>,
    /// Whether only the first text changed it since both were one; the second is as it was.
    pub only_before_changed: bool,
}

/// What a draft said at a revision.
#[derive(Debug, Clone, PartialEq)]
pub struct OldDraft {
    /// Who saved it, when, and whether it was submitted so.
    pub copy: DraftCopy,
    /// The entry.
    pub document: DraftDocument,
    /// What is different now: before, and as it stands now.
    pub changes: Vec<PartChange>,
}

/// The fact of a submission that names the revision of the draft.
pub(super) const SUBMITTED: &str = "revision";

/// What changed in an entry between two submissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resubmitted {
    /// Who saved the text of the submission before.
    pub saved_by: String,
    /// When.
    pub saved_at: DateTime<Utc>,
    /// The parts with their old and new values.
    pub changes: Vec<PartChange>,
}

impl Portal {
    /// Compares what is stored of a draft with what somebody typed who read it at a revision: parts with what is
    /// stored before, and what was typed after.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such draft that the caller may see.
    pub async fn draft_conflict(
        &self,
        caller: &Caller,
        (case, revision): (i64, u32),
        typed: &DraftDocument,
        lang: Lang,
    ) -> Result<Vec<PartChange>> {
        let case = self.visible_case(caller, case).await?;
        let (_, stored) = self.stored_draft(&case).await?;
        let copy = self.readable_copy(caller, &case, revision).await?;
        let read: Option<DraftDocument> = match copy {
            Some((_, text)) => Some(serde_json::from_str(&text).map_err(unreadable)?),
            None => None,
        };
        let mine: Option<BTreeSet<String>> = match &read {
            Some(read) => {
                let changed = differences(read, typed)?;
                Some(changed.into_iter().map(|it| it.part).collect())
            }
            None => None,
        };
        let found = differences(&stored, typed)?;
        let told = found.iter().map(|difference| {
            let is_untouched = mine.as_ref().is_some_and(|mine| !mine.contains(&difference.part));
            PartChange { only_before_changed: is_untouched, ..change(difference, lang) }
        });
        Ok(told.collect())
    }

    /// Finds what a draft said at a revision, for whoever may read it: what was submitted is for everybody who sees
    /// the case, what was only saved for those who write it.
    async fn readable_copy(
        &self,
        caller: &Caller,
        case: &Case,
        revision: u32,
    ) -> Result<Option<(DraftCopy, String)>> {
        let found = kaishu_store::drafts::copy(&self.inner.store, case.id, revision).await?;
        Ok(found.filter(|(copy, _)| copy.is_submitted || self.may_edit(caller, case)))
    }

    /// Lists what a draft said before, without the texts, the newest first: for whoever does not write it what was
    /// submitted.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such draft that the caller may see.
    pub async fn old_drafts(&self, caller: &Caller, case: i64) -> Result<Vec<DraftCopy>> {
        let case = self.visible_case(caller, case).await?;
        let mut copies = kaishu_store::drafts::copies(&self.inner.store, case.id).await?;
        copies.retain(|it| it.is_submitted || self.may_edit(caller, &case));
        Ok(copies)
    }

    /// Reads what a draft said at a revision, and what is different now.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such draft that the caller may see, or no copy of that revision that the caller
    /// may read.
    pub async fn old_draft(
        &self,
        caller: &Caller,
        (case, revision): (i64, u32),
        lang: Lang,
    ) -> Result<OldDraft> {
        let case = self.visible_case(caller, case).await?;
        let (_, now) = self.stored_draft(&case).await?;
        let found = self.readable_copy(caller, &case, revision).await?;
        let missing = || Error::not_found("version", format!("{revision} of {}", case.id));
        let (copy, text) = found.ok_or_else(missing)?;
        let document: DraftDocument = serde_json::from_str(&text).map_err(unreadable)?;
        let changes = changes(&document, &now, lang)?;
        Ok(OldDraft { copy, document, changes })
    }

    /// Puts what a draft said at a revision in the place of what it says now, which stays as a copy. Returns the
    /// new revision.
    ///
    /// # Errors
    ///
    /// As [`save_draft`](Self::save_draft) and [`old_draft`](Self::old_draft).
    pub async fn restore_draft(
        &self,
        caller: &Caller,
        (case, revision): (i64, u32),
        old: u32,
        lang: Lang,
    ) -> Result<u32> {
        let asked = self.visible_case(caller, case).await?;
        self.check_editor(caller, &asked, lang)?;
        let found = self.old_draft(caller, (case, old), lang).await?;
        self.replace_draft(caller, (case, revision), found.document, lang).await
    }

    /// What changed in an entry since it was submitted before; none where it was submitted once at most.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such case that the caller may see.
    pub async fn resubmitted(
        &self,
        caller: &Caller,
        case: i64,
        lang: Lang,
    ) -> Result<Option<Resubmitted>> {
        let case = self.visible_case(caller, case).await?;
        let store = &self.inner.store;
        let (_, now) = self.stored_draft(&case).await?;
        let events = kaishu_store::log::of_case(store, case.id).await?;
        let submitted = events.iter().filter_map(|it| it.event.body.facts.get(SUBMITTED));
        // What is being reviewed was submitted last; what is edited again is compared with that.
        let n_after = usize::from(case.file.state != "draft");
        let before = submitted.rev().nth(n_after).and_then(|it| it.parse().ok());
        let Some(before) = before else { return Ok(None) };
        let found = kaishu_store::drafts::copy(store, case.id, before).await?;
        let Some((copy, text)) = found else { return Ok(None) };
        let document: DraftDocument = serde_json::from_str(&text).map_err(unreadable)?;
        let changes = changes(&document, &now, lang)?;
        Ok(Some(Resubmitted { saved_by: copy.saved_by, saved_at: copy.saved_at, changes }))
    }
}

fn changes(before: &DraftDocument, after: &DraftDocument, lang: Lang) -> Result<Vec<PartChange>> {
    let found = differences(before, after)?;
    Ok(found.iter().map(|difference| change(difference, lang)).collect())
}

fn change(difference: &Difference, lang: Lang) -> PartChange {
    let Difference { part, before, after } = difference;
    PartChange {
        part: part.clone(),
        label: label(part, lang),
        before: told(part, before, lang),
        after: told(part, after, lang),
        only_before_changed: false,
    }
}
