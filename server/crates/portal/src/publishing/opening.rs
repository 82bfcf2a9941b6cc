//! The review of an entry, and its publication.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kaishu_domain::cases::{Act, Step};
use kaishu_domain::policy::ReviewTrigger;
use kaishu_store::datasets::{EntryWrite, ResourceWrite};
use kaishu_types::account::Role;
use kaishu_types::case::CaseKind;
use kaishu_types::draft::{DraftDocument, DraftResource, TriggerQuestion};
use kaishu_types::vocabulary::DatasetState;
use kaishu_types::{DatasetCode, ErrorCode, Lang};

use super::content_hash;
use crate::accounts::Caller;
use crate::cases::Wanted;
use crate::{Error, Portal, Result};

/// What somebody does to the review of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpeningAct {
    /// The event, as in `submit`.
    pub event: String,
    /// How many events there were when it was decided on.
    pub version: u32,
    /// Why.
    pub reason: String,
    /// What makes a repeated request one.
    pub idempotency_key: Option<String>,
}

impl Portal {
    /// Takes a step in the review of an entry: submit, pass, return, recall, publish, discard.
    ///
    /// # Errors
    ///
    /// `Conflict` where something else happened since; refused with the rule where a guard does not hold.
    pub async fn act_on_opening(
        &self,
        caller: &Caller,
        case: i64,
        done: OpeningAct,
        lang: Lang,
    ) -> Result<()> {
        let case = self.visible_case(caller, case).await?;
        if case.file.kind != CaseKind::Opening {
            return Err(Error::not_found("case", case.id.to_string()));
        }
        let store = &self.inner.store;
        if let Some(key) = &done.idempotency_key
            && kaishu_store::log::find_by_key(store, key).await?.is_some()
        {
            // The same request, sent twice: it was done the first time.
            return Ok(());
        }
        if case.file.n_events != done.version {
            return Err(moved_on(lang));
        }
        let (draft, document) = self.stored_draft(&case).await?;
        let content = content_hash(&document)?;
        let act = Act {
            steps: (done.event == "submit").then(|| self.steps_of(&document)),
            facts: match done.event.as_str() {
                "submit" | "publish" => BTreeMap::from([("content".to_owned(), content)]),
                _ => BTreeMap::new(),
            },
            event: done.event,
            reason: done.reason,
            ..Act::default()
        };
        let has_people = self.has_people(&document.organization).await?;
        let wanted = Wanted {
            caller,
            lang,
            act,
            holds: &|guard| self.holds_for(guard, &document, has_people, lang),
            idempotency_key: done.idempotency_key,
        };
        let decided = self.decide(CaseKind::Opening, &case.about, Some(&case), wanted)?;
        let is_published = decided.event.name == "publish";
        let transaction = match is_published {
            true => store.begin_catalogue().await?,
            false => store.begin().await?,
        };
        let key = &self.inner.log_key;
        if is_published {
            let before = kaishu_store::datasets::find(store, &draft.code).await?;
            let mut entry = self.entry_of(&draft.code, &document);
            if let Some(before) = before {
                entry.published_at = before.published_at;
            }
            kaishu_store::datasets::publish(&transaction, &entry).await?;
        }
        kaishu_store::cases::add(&transaction, key, &case, &decided.happening()).await?;
        transaction.commit().await?;
        if is_published {
            self.reload_directory().await?;
            self.wake_index();
        }
        Ok(())
    }

    /// The steps that the profile demands for an entry, triggered ones by its answers (REV-02, REV-05).
    fn steps_of(&self, document: &DraftDocument) -> Vec<Step> {
        let is_on = |trigger: ReviewTrigger| match trigger {
            ReviewTrigger::Always => true,
            ReviewTrigger::LegalIssue => document.triggers.contains(&TriggerQuestion::LegalIssue),
            ReviewTrigger::SpecialisedIssue => {
                document.triggers.contains(&TriggerQuestion::SpecialisedIssue)
            }
            ReviewTrigger::SecretOrPrivacy => {
                document.triggers.contains(&TriggerQuestion::SecretOrPrivacy)
            }
            ReviewTrigger::PublicInterest => {
                document.triggers.contains(&TriggerQuestion::PublicInterest)
            }
        };
        let steps = self.policy().rules.review.steps.value.iter();
        steps.filter(|step| is_on(step.when)).map(|step| Step::new(step.step, step.by)).collect()
    }

    /// Whether an agency has named its head and an officer (ORG-02).
    async fn has_people(&self, organization: &str) -> Result<bool> {
        for role in [Role::Head, Role::Officer] {
            let store = &self.inner.store;
            if !kaishu_store::accounts::has_role(store, role, organization).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn entry_of(&self, code: &DatasetCode, document: &DraftDocument) -> EntryWrite {
        let now = self.instant();
        EntryWrite {
            code: Some(code.clone()),
            organization: document.organization.clone(),
            region: document.region.clone(),
            state: DatasetState::Published,
            state_reason: None,
            fields: document.fields.clone(),
            items: document.items.clone(),
            resources: document.resources.iter().map(|it| resource_write(it, now)).collect(),
            published_at: now,
            updated_at: now,
            is_dated: true,
            origin: None,
            version_note: document.version_note.clone(),
        }
    }
}

/// Something happened to the case since its page was drawn.
fn moved_on(lang: Lang) -> Error {
    Error::Refused {
        code: ErrorCode::Conflict,
        message: lang
            .pick(
                "这件事刚才已经有人办理，请刷新后再看",
                "something happened to this case meanwhile; look again",
            )
            .to_owned(),
        rule: None,
        remedy: None,
    }
}

/// A file of a draft as the catalogue keeps it.
pub(super) fn resource_write(it: &DraftResource, now: DateTime<Utc>) -> ResourceWrite {
    ResourceWrite {
        title: it.title.clone(),
        description: it.description.clone(),
        kind: it.kind,
        format: it.format,
        media_type: it.media_type.clone(),
        url: it.url.clone(),
        file_name: it.file_name.clone(),
        size_bytes: it.size_bytes,
        sha256: it.sha256.clone(),
        sm3: it.sm3.clone(),
        encoding: None,
        n_rows: None,
        n_columns: None,
        updated_at: now,
        source_id: None,
        blob_key: it.blob_key.clone(),
    }
}
