//! Publishing: drafts, their review, and what becomes public (REV-01 to REV-11, CAT-01, CAT-02).

mod act;
mod answers;
mod assessing;
mod assigning;
mod attaching;
mod authorisation;
mod bases;
mod blocking;
mod bulk;
mod changes;
mod consultation;
mod copies;
mod disputes;
mod drafts;
mod entitled;
mod files;
mod filing;
mod interfaces;
mod life;
mod missing;
mod opening;
mod own;
mod parts;
mod preview;
mod reading;
mod reassess;
mod reconciling;
mod record_lines;
mod records;
mod review;
mod revision;
mod risk;
mod sources;
mod structure;
mod told;
mod transfer;
mod uploads;
mod versions;

pub(crate) use answers::{Answered, answers_of};
pub use assessing::{DraftColumn, DraftTable};
pub use assigning::Assignable;
pub use attaching::Attachment;
pub use bulk::{BulkEdit, BulkOutcome, MAX_BULK};
pub use changes::NewChange;
pub use consultation::Asking;
pub use copies::{OldDraft, PartChange, Resubmitted};
pub use disputes::{DisputeAct, DisputeForm, DisputeView, NewDispute};
pub use drafts::{DraftView, FaultView};
pub use interfaces::NewInterface;
pub use kaishu_store::authorisations::Authorisation;
pub use kaishu_store::drafts::DraftCopy;
pub use life::LifeAct;
pub use missing::{MissingAct, NewMissing};
pub use opening::OpeningAct;
pub(crate) use own::place;
pub use own::{OwnDataset, OwnFilter, OwnPage, OwnView};
pub use parts::take_parts;
pub(crate) use preview::PreviewLimit;
pub use preview::{MAX_PREVIEW_DAYS, Preview, PreviewLink, Previews};
pub(crate) use reconciling::LISTED;
pub use reconciling::{MAX_SAMPLE, Reconciliation, SampleRow, Stated};
pub(crate) use records::Batches;
pub use records::{MAX_RECORDS, NewRecords, TakenRecords};
pub use review::{AlikeEntry, MIN_OPINIONS, Opinions, ReviewDesk, SharingEntry};
pub(crate) use risk::Risks;
pub use risk::{Measuring, Risk};
pub use sources::NewSource;
pub use transfer::OpenTransfer;
pub use uploads::{Checksum, FinishedUpload, NewUpload, Upload, UploadTarget};
pub use versions::NewVersion;

use kaishu_domain::cases::{Input, Transition};
use kaishu_store::cases::{Case, CaseSubject};
use kaishu_types::Lang;
use kaishu_types::case::{ActionView, Worded};
use kaishu_types::draft::DraftDocument;
use serde_json::Error as JsonError;
use sha2::{Digest, Sha256};

use crate::{Error, Portal, Result};

impl Portal {
    /// What the review of an entry is about.
    fn opening_subject(&self, code: &str, document: &DraftDocument) -> CaseSubject {
        let profile = self.policy();
        CaseSubject {
            subject: code.to_owned(),
            title: document.fields.title.clone(),
            organization: Some(document.organization.clone()),
            region: Some(document.region.clone()),
            policy: profile.header.code.clone(),
            policy_revision: profile.header.revision,
        }
    }

    /// Reads the draft of a case.
    async fn stored_draft(
        &self,
        case: &Case,
    ) -> Result<(kaishu_store::drafts::Draft, DraftDocument)> {
        let draft = kaishu_store::drafts::find(&self.inner.store, case.id).await?;
        let draft = draft.ok_or_else(|| Error::not_found("draft", case.id.to_string()))?;
        let document = serde_json::from_str(&draft.document).map_err(unreadable)?;
        Ok((draft, document))
    }
}

/// A transition as a button.
fn action(transition: &Transition, lang: Lang) -> ActionView {
    let label = lang.pick(transition.zh, transition.en).to_owned();
    ActionView {
        event: Worded { code: transition.event.to_owned(), label },
        needs_reason: transition.needs.contains(&Input::Reason),
    }
}

/// The hash of an entry: what is reviewed and what is published have the same.
fn content_hash(document: &DraftDocument) -> Result<String> {
    let text = written(document)?;
    Ok(Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect())
}

fn written(document: &DraftDocument) -> Result<String> {
    serde_json::to_string(document).map_err(unreadable)
}

fn unreadable(error: JsonError) -> Error {
    Error::Internal(format!("a draft cannot be read or written: {error}"))
}
