//! The written authorisation with which a stationed agency gives its data: attached to the draft, read by its
//! reviewers, never public (PUB-16, aba 3¶4).

use bytes::Bytes;
use futures::Stream;
use kaishu_domain::catalogued::check_authorisation;
use kaishu_store::authorisations::{self, Authorisation};
use kaishu_store::blobs::BlobRead;
use kaishu_store::drafts::Author;
use kaishu_types::draft::DraftDocument;
use kaishu_types::{DatasetCode, ErrorCode, Lang, RuleRef};

use super::files::name_of;
use crate::accounts::Caller;
use crate::cases::LogAct;
use crate::{Error, Portal, Result};

/// Longest authorisation, in bytes (*proposed*): a scan of some pages.
const MAX_BYTES: u64 = 20 << 20;
/// Most authorisations of one draft (*proposed*): each stays on record.
const MAX_KEPT: u64 = 20;

impl Portal {
    /// Returns the rule by which an entry comes with an authorisation; `None` where it needs none.
    pub(super) fn authorisation_rule(
        &self,
        document: &DraftDocument,
        lang: Lang,
    ) -> Option<RuleRef> {
        let provider = self.directory().organization(&document.organization).map(|it| it.kind);
        let fault = check_authorisation(self.policy(), provider, false)?;
        Some(lang.pick(fault.rule.0, fault.rule.1))
    }

    /// Attaches the written authorisation to a draft. One that is there already stays on record; the newest
    /// counts.
    ///
    /// # Errors
    ///
    /// As adding a file; invalid where it is empty or has more than 20 MB.
    pub async fn attach_authorisation<S>(
        &self,
        caller: &Caller,
        case: i64,
        file_name: &str,
        bytes: S,
        lang: Lang,
    ) -> Result<()>
    where
        S: Stream<Item = std::io::Result<Bytes>> + Send,
    {
        let name = name_of(file_name, lang)?;
        self.check_takes_files(caller, case, lang).await?;
        self.check_needed(caller, case, lang).await?;
        let Some(blob) = self.put_bounded(bytes, MAX_BYTES).await? else {
            let message = lang.pick(
                "授权文件不能是空文件，也不能超过 20 MB",
                "the authorisation is empty, or has more than 20 MB",
            );
            return Err(Error::field("file", message));
        };
        // Whoever lost the role or the account meanwhile attaches nothing (ORG-06).
        let caller = &self.renewed(caller, lang).await?;
        self.check_takes_files(caller, case, lang).await?;
        let opening = self.visible_case(caller, case).await?;
        let (draft, _) = self.stored_draft(&opening).await?;
        let by = self.actor(caller);
        let kept = Authorisation {
            case,
            file_name: name,
            size_bytes: blob.size_bytes,
            sha256: blob.sha256,
            blob_key: blob.key,
            attached_by: by.name.clone(),
            attached_at: self.instant(),
        };
        self.inner.blobs.ensure(&kept.blob_key).await?;
        let facts = [("sha256", &kept.sha256), ("file_name", &kept.file_name)];
        let facts = facts.map(|(name, value)| (name.to_owned(), value.clone()));
        let transaction = self.inner.store.begin().await?;
        // Saved anew, the draft is held and still being edited: a review is of what was attached before.
        let author = Author { account: caller.account(), name: &by.name };
        let (revision, text) = (draft.revision, draft.document.as_str());
        kaishu_store::drafts::save(&transaction, case, revision, text, author).await?;
        authorisations::add(&transaction, &draft.code, &kept).await?;
        let (kind, event, subject) = ("dataset", "authorised", draft.code.as_str());
        let act = LogAct { kind, subject, event, by, facts: facts.into(), ..LogAct::default() };
        self.log(&transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    /// Opens the authorisation of a draft for somebody who may see the draft: its record and its bytes.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or no such draft that the caller may see.
    pub async fn read_authorisation(
        &self,
        caller: &Caller,
        case: i64,
    ) -> Result<(Authorisation, BlobRead)> {
        let opening = self.visible_case(caller, case).await?;
        let (draft, document) = self.stored_draft(&opening).await?;
        let kept = self.authorisation(&draft.code, &document).await?;
        let kept = kept.ok_or_else(|| Error::not_found("resource", case.to_string()))?;
        let read = self.inner.blobs.get(&kept.blob_key, None).await?;
        Ok((kept, read))
    }

    /// The authorisation that the entry of an organization comes with: that of a provider before is not its own.
    pub(super) async fn authorisation(
        &self,
        code: &DatasetCode,
        document: &DraftDocument,
    ) -> Result<Option<Authorisation>> {
        let store = &self.inner.store;
        Ok(authorisations::of_dataset(store, code, &document.organization).await?)
    }

    /// Refuses what nobody asks for: bytes that are kept for good come where a rule demands them only.
    async fn check_needed(&self, caller: &Caller, case: i64, lang: Lang) -> Result<()> {
        let opening = self.visible_case(caller, case).await?;
        let (_, document) = self.stored_draft(&opening).await?;
        let n_kept = authorisations::count(&self.inner.store, case).await?;
        let message = match self.authorisation_rule(&document, lang) {
            None => lang.pick(
                "按现行规则，这份目录不需要书面授权",
                "the rules in force ask for no authorisation of this entry",
            ),
            Some(_) if n_kept >= MAX_KEPT => lang.pick(
                "这份目录附过的授权文件太多，请联系平台管理员",
                "too many authorisations were attached to this entry",
            ),
            Some(_) => return Ok(()),
        };
        let code = ErrorCode::Conflict;
        Err(Error::Refused { code, message: message.to_owned(), rule: None, remedy: None })
    }
}
