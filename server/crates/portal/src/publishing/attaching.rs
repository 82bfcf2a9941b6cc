//! Files that are attached to the review of an entry: the record by which it is opened further (CLS-10), and what
//! comes with a step (REV-02). Never public; whoever sees the case reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use kaishu_domain::attachment::{HEAD_BYTES, MAX_BYTES, endings, is_taken};
use kaishu_domain::cases::CaseFile;
use kaishu_domain::permission::Action;
use kaishu_domain::relaxing::Records;
use kaishu_store::StoreError;
use kaishu_store::attachments::{self, Purpose};
use kaishu_store::blobs::{BlobInfo, BlobRead};
use kaishu_store::cases::Case;
use kaishu_store::drafts::Author;
use kaishu_types::case::CaseKind;
use kaishu_types::{DatasetCode, ErrorCode, Lang};

use super::OpeningAct;
use super::answers::ATTACHMENT;
use super::files::name_of;
use crate::accounts::Caller;
use crate::cases::LogAct;
use crate::{Error, Portal, Result};

pub use kaishu_store::attachments::Attachment;

/// Most files of one case and one purpose (*proposed*): each stays on record.
const MAX_KEPT: u64 = 50;

impl Portal {
    /// Attaches the record of desensitising or declassifying, or the rights holder's consent, to a draft. What is
    /// there already stays on record.
    ///
    /// # Errors
    ///
    /// As adding a file; invalid where it is empty, has more than 20 MB, or is not what its name says.
    pub async fn attach_relaxation<S>(
        &self,
        caller: &Caller,
        case: i64,
        file_name: &str,
        bytes: S,
        lang: Lang,
    ) -> Result<()>
    where
        S: Stream<Item = io::Result<Bytes>> + Send,
    {
        self.check_takes_files(caller, case, lang).await?;
        self.check_room(case, Purpose::Relaxation, lang).await?;
        let mut new = self.stored_file((case, file_name), bytes, lang).await?;
        // Whoever lost the role or the account meanwhile attaches nothing (ORG-06).
        let caller = &self.renewed(caller, lang).await?;
        self.check_takes_files(caller, case, lang).await?;
        let opening = self.visible_case(caller, case).await?;
        let (draft, _) = self.stored_draft(&opening).await?;
        let by = self.actor(caller);
        new.purpose = Purpose::Relaxation;
        new.account = caller.account();
        new.attached_by.clone_from(&by.name);
        let facts = [("sha256", &new.sha256), ("file_name", &new.file_name)];
        let facts = facts.map(|(name, value)| (name.to_owned(), value.clone()));
        let transaction = self.inner.store.begin().await?;
        room(attachments::hold(&transaction, case, Purpose::Relaxation).await?, lang)?;
        // Saved anew, the draft is held and still being edited: a review is of what was attached before.
        let author = Author { account: caller.account(), name: &by.name };
        let (revision, text) = (draft.revision, draft.document.as_str());
        kaishu_store::drafts::save(&transaction, case, revision, text, author).await?;
        attachments::add(&transaction, draft.code.as_str(), &new).await?;
        let (kind, event, subject) = ("dataset", "relaxation_attached", draft.code.as_str());
        let act = LogAct { kind, subject, event, by, facts: facts.into(), ..LogAct::default() };
        self.log(&transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    /// Which records of desensitising, declassifying or consent an entry comes with.
    pub(super) async fn relaxing_records(
        &self,
        case: i64,
        code: &DatasetCode,
    ) -> Result<(Records, Vec<Attachment>)> {
        let all = attachments::relaxations(&self.inner.store, code).await?;
        let to_this = all.iter().any(|it| it.case == case);
        Ok((Records { to_this, to_any: !all.is_empty() }, all))
    }

    /// Opens a file of a case for somebody who may see the case: its record and its bytes. What waits for a step
    /// is seen by whoever attached it only.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or no such case that the caller may see.
    pub async fn read_attachment(
        &self,
        caller: &Caller,
        case: i64,
        id: i64,
    ) -> Result<(Attachment, BlobRead)> {
        self.visible_case(caller, case).await?;
        let hidden = || Error::not_found("resource", id.to_string());
        let kept = attachments::find(&self.inner.store, case, id).await?.ok_or_else(hidden)?;
        let waits = kept.purpose == Purpose::Step && kept.event_no.is_none();
        if waits && (kept.account.is_none() || kept.account != caller.account()) {
            return Err(hidden());
        }
        let read = self.inner.blobs.get(&kept.blob_key, None).await?;
        Ok((kept, read))
    }

    /// Attaches a file that is to come with the caller's next step in a review. Until then only the caller sees it.
    ///
    /// # Errors
    ///
    /// Refused where no step is the caller's now; invalid where it is empty, has more than 20 MB, or is not what
    /// its name says.
    pub async fn attach_to_step<S>(
        &self,
        caller: &Caller,
        case: i64,
        file_name: &str,
        bytes: S,
        lang: Lang,
    ) -> Result<()>
    where
        S: Stream<Item = io::Result<Bytes>> + Send,
    {
        self.check_takes_step(caller, case, lang).await?;
        self.check_room(case, Purpose::Step, lang).await?;
        let mut new = self.stored_file((case, file_name), bytes, lang).await?;
        // Whoever lost the role or the account meanwhile attaches nothing (ORG-06).
        let caller = &self.renewed(caller, lang).await?;
        self.check_takes_step(caller, case, lang).await?;
        let reviewed = self.visible_case(caller, case).await?;
        let by = self.actor(caller);
        new.account = caller.account();
        new.attached_by.clone_from(&by.name);
        let facts = [("sha256", &new.sha256), ("file_name", &new.file_name)];
        let facts = facts.map(|(name, value)| (name.to_owned(), value.clone()));
        let transaction = self.inner.store.begin().await?;
        room(attachments::hold(&transaction, case, Purpose::Step).await?, lang)?;
        let subject = reviewed.about.subject.as_str();
        attachments::add(&transaction, subject, &new).await?;
        let (kind, event) = ("dataset", "step_attached");
        let act = LogAct { kind, subject, event, by, facts: facts.into(), ..LogAct::default() };
        self.log(&transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    /// Lists the files of the caller that wait for a step of a review; none where no step is the caller's now.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such case that the caller may see.
    pub async fn waiting_attachments(
        &self,
        caller: &Caller,
        case: i64,
    ) -> Result<Option<Vec<Attachment>>> {
        let reviewed = self.visible_case(caller, case).await?;
        if !self.takes_step(caller, &reviewed) {
            return Ok(None);
        }
        let kept = attachments::of_case(&self.inner.store, case, Purpose::Step).await?;
        let is_own = |it: &Attachment| it.event_no.is_none() && it.account == caller.account();
        Ok(Some(kept.into_iter().filter(is_own).collect()))
    }

    /// Whether a step of a review, or an opinion in it, is somebody's now.
    fn takes_step(&self, caller: &Caller, case: &Case) -> bool {
        if case.file.kind != CaseKind::Opening || case.file.state != "in_review" {
            return false;
        }
        let subject = self.subject_of_case(caller, case);
        let may = |action: Action| caller.role_for(action, &subject).is_some();
        caller.account().is_some()
            && (case.file.waits_for().is_some_and(may) || may(Action::GiveOpinion))
    }

    async fn check_takes_step(&self, caller: &Caller, case: i64, lang: Lang) -> Result<()> {
        let case = self.visible_case(caller, case).await?;
        if self.takes_step(caller, &case) {
            return Ok(());
        }
        let message = lang.pick(
            "现在没有由您办理的环节，不能附文件",
            "no step is yours now; nothing can be attached",
        );
        Err(Error::refused(ErrorCode::Forbidden, message))
    }

    /// Finds the files that somebody lets come with an act, by their numbers.
    pub(super) async fn attached_to(
        &self,
        caller: &Caller,
        case: &Case,
        done: &OpeningAct,
        lang: Lang,
    ) -> Result<Vec<Attachment>> {
        let asked = done.answers.get("attach").map_or("", String::as_str);
        let asked: BTreeSet<&str> = asked.split([' ', ',']).filter(|it| !it.is_empty()).collect();
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let waiting = self.waiting_attachments(caller, case.id).await?.unwrap_or_default();
        let is_step = ["pass", "return", "opine"].contains(&done.event.as_str());
        let found: Vec<Attachment> =
            waiting.into_iter().filter(|it| asked.contains(it.id.to_string().as_str())).collect();
        if !is_step || found.len() < asked.len() {
            let message = lang.pick(
                "附件只能随您本次办理的审查环节提交",
                "files come with the step that whoever attached them takes",
            );
            return Err(Error::field("attach", message));
        }
        Ok(found)
    }

    async fn check_room(&self, case: i64, purpose: Purpose, lang: Lang) -> Result<()> {
        let kept = attachments::of_case(&self.inner.store, case, purpose).await?;
        room(kept.len() as u64, lang)
    }

    /// Stores a file of so many bytes at most; none where it is empty or has more.
    pub(crate) async fn put_bounded<S>(&self, bytes: S, most: u64) -> Result<Option<BlobInfo>>
    where
        S: Stream<Item = io::Result<Bytes>> + Send,
    {
        match self.inner.blobs.put_stream(bounded(bytes, most)).await {
            Ok(blob) => Ok(Some(blob).filter(|it| it.size_bytes > 0)),
            Err(StoreError::Read(error)) if error.kind() == io::ErrorKind::FileTooLarge => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Stores the bytes of a file that is to be attached, once it is what its name says.
    async fn stored_file<S>(
        &self,
        (case, file_name): (i64, &str),
        bytes: S,
        lang: Lang,
    ) -> Result<Attachment>
    where
        S: Stream<Item = io::Result<Bytes>> + Send,
    {
        let file_name = name_of(file_name, lang)?;
        let Some(blob) = self.put_bounded(bytes, MAX_BYTES).await? else {
            let message = lang.pick(
                "附件不能是空文件，也不能超过 20 MB",
                "the file is empty, or has more than 20 MB",
            );
            return Err(Error::field("file", message));
        };
        let end = HEAD_BYTES.min(blob.size_bytes);
        let mut begins = self.inner.blobs.get(&blob.key, Some(0..end)).await?.bytes;
        let mut head = Vec::new();
        while let Some(chunk) = begins.next().await {
            head.extend_from_slice(&chunk.map_err(StoreError::Read)?);
        }
        if !is_taken(&file_name, &head) {
            let endings = endings().join(lang.pick("、", ", "));
            let message = lang.pick(
                format!("附件应当是 {endings} 文件，并且内容与文件名相符"),
                format!("attach one of {endings}, with the content that its name says"),
            );
            return Err(Error::field("file", message));
        }
        self.inner.blobs.ensure(&blob.key).await?;
        Ok(Attachment {
            id: 0,
            case,
            purpose: Purpose::Step,
            event_no: None,
            file_name,
            size_bytes: blob.size_bytes,
            sha256: blob.sha256,
            blob_key: blob.key,
            account: None,
            attached_by: String::new(),
            attached_at: self.instant(),
        })
    }
}

/// Breaks a file off where it has more bytes than it may: no more of it is stored.
fn bounded<S>(bytes: S, most: u64) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    S: Stream<Item = io::Result<Bytes>> + Send,
{
    let mut n_bytes = 0_u64;
    bytes.map(move |chunk| {
        let chunk = chunk?;
        n_bytes = n_bytes.saturating_add(chunk.len() as u64);
        match n_bytes > most {
            true => Err(io::ErrorKind::FileTooLarge.into()),
            false => Ok(chunk),
        }
    })
}

/// Refuses one file more where so many are kept.
fn room(n_kept: u64, lang: Lang) -> Result<()> {
    if n_kept < MAX_KEPT {
        return Ok(());
    }
    let message = lang.pick(
        "附过的文件太多，请联系平台管理员",
        "too many files were attached; ask whoever runs the portal",
    );
    Err(Error::refused(ErrorCode::Conflict, message))
}

/// The facts that files leave with the step that is on: name and hash of each.
pub(super) fn facts(file: &CaseFile, attached: &[Attachment]) -> BTreeMap<String, String> {
    let Some((step, _)) = file.current_step() else { return BTreeMap::new() };
    let fact = |it: &Attachment| {
        let name = format!("step.{step}.{ATTACHMENT}{}", it.id);
        (name, format!("{}（SHA-256 {}）", it.file_name, it.sha256))
    };
    attached.iter().map(fact).collect()
}
