//! Revisions: the entry of a published dataset written anew while the old one serves (CAT-10, REV-11).

use kaishu_domain::cases::Act;
use kaishu_domain::permission::Action;
use kaishu_store::drafts::{self, Author};
use kaishu_types::case::CaseKind;
use kaishu_types::dataset::DatasetView;
use kaishu_types::draft::{Choice, DraftDocument, DraftResource};
use kaishu_types::vocabulary::DatasetState;
use kaishu_types::{DatasetCode, ErrorCode, Lang, Remedy};

use super::written;
use crate::accounts::Caller;
use crate::cases::Wanted;
use crate::{Error, Portal, Result};

impl Portal {
    /// Begins a revision of a dataset: a draft with everything that is published now. Returns its case.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not know of the dataset; refused for who may not edit it; `Conflict`
    /// with the way to it where a revision is open already, or the dataset is retired or destroyed.
    pub async fn begin_revision(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<i64> {
        let store = &self.inner.store;
        let hidden = || Error::not_found("dataset", code.to_string());
        let dataset = kaishu_store::datasets::find(store, code).await?.ok_or_else(hidden)?;
        self.actor_on(caller, Action::EditDatasets, &dataset, lang).await?;
        if matches!(dataset.state, DatasetState::Retired | DatasetState::Destroyed) {
            return Err(refused(
                lang.pick("已下线的数据集不能再修改", "what is retired is not revised any more"),
                None,
            ));
        }
        if let Some(open) = self.open_revision(code).await? {
            return Err(refused(
                lang.pick(
                    "这个数据集已经有一份正在编制的修订",
                    "a revision is being written already",
                ),
                Some(Remedy {
                    text: lang.pick("打开修订", "Open it").to_owned(),
                    link: format!("/workbench/drafts/{open}"),
                }),
            ));
        }
        let document = self.document_of(&dataset).await?;
        let about = self.opening_subject(code.as_str(), &document);
        // Two who begin at once begin one: the version that is revised names it.
        let n_before = self.n_openings(code).await?;
        let once = format!("system/revision-{code}-{}-{n_before}", dataset.version);
        let wanted = Wanted {
            caller,
            lang,
            act: Act { event: "create".to_owned(), ..Act::default() },
            holds: &|_| Ok(()),
            idempotency_key: Some(once),
        };
        let decided = self.decide(CaseKind::Opening, &about, None, wanted)?;
        let transaction = store.begin().await?;
        let key = &self.inner.log_key;
        let happening = decided.happening();
        let (case, _) = kaishu_store::cases::open(&transaction, key, &about, &happening).await?;
        let name = decided.event.by.name.clone();
        let by = Author { account: caller.account(), name: &name };
        drafts::create(&transaction, case, code, &written(&document)?, by).await?;
        transaction.commit().await?;
        Ok(case)
    }

    /// The case of the revision that is being written or reviewed.
    pub(super) async fn open_revision(&self, code: &DatasetCode) -> Result<Option<i64>> {
        let store = &self.inner.store;
        let cases =
            kaishu_store::cases::of_subject(store, code.as_str(), CaseKind::Opening).await?;
        Ok(cases.into_iter().find(|case| case.file.closed_at.is_none()).map(|case| case.id))
    }

    async fn n_openings(&self, code: &DatasetCode) -> Result<usize> {
        let store = &self.inner.store;
        let cases =
            kaishu_store::cases::of_subject(store, code.as_str(), CaseKind::Opening).await?;
        Ok(cases.len())
    }

    /// What is published now, as a draft.
    pub(crate) async fn document_of(&self, dataset: &DatasetView) -> Result<DraftDocument> {
        let (organization, region) = (&dataset.organization.code, &dataset.region.code);
        let mut document = DraftDocument::new(organization, region, &dataset.fields.title);
        document.fields = dataset.fields.clone();
        document.items.clone_from(&dataset.items);
        // What was published was chosen.
        document.chosen = Choice::ALL.iter().copied().collect();
        let store = &self.inner.store;
        // What its publisher said of the content still holds; entries that were imported say nothing (CLS-09).
        let approving = drafts::approving(store, &dataset.code, dataset.version).await?;
        if let Some((case, _)) = approving
            && let Some(draft) = drafts::find(store, case).await?
        {
            let said: DraftDocument =
                serde_json::from_str(&draft.document).map_err(super::unreadable)?;
            document.sensitivity = said.sensitivity;
            document.relaxed_by = said.relaxed_by;
            document.triggers = said.triggers;
            document.collection_law = said.collection_law;
        }
        for resource in &dataset.resources {
            document.resources.push(DraftResource {
                title: resource.title.clone(),
                description: resource.description.clone(),
                kind: resource.kind,
                format: resource.format,
                media_type: resource.media_type.clone(),
                url: resource.url.clone(),
                in_place: resource.in_place.clone(),
                file_name: resource.file_name.clone(),
                size_bytes: resource.size_bytes,
                sha256: resource.sha256.clone(),
                sm3: resource.sm3.clone(),
                blob_key: kaishu_store::datasets::blob_key(store, &dataset.code, resource.id)
                    .await?,
            });
        }
        Ok(document)
    }

    /// Names what a draft changes of what is published now: names of fields, as versions list them, and
    /// `sensitivity`, `items`, `resources`. None for an entry that is not published.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such draft that the caller may see.
    pub async fn draft_changes(&self, caller: &Caller, case: i64) -> Result<Option<Vec<String>>> {
        let case = self.visible_case(caller, case).await?;
        let (draft, document) = self.stored_draft(&case).await?;
        let published = kaishu_store::datasets::find(&self.inner.store, &draft.code).await?;
        let Some(published) = published else { return Ok(None) };
        let before = self.document_of(&published).await?;
        Ok(Some(differences(&before, &document)?))
    }
}

/// The parts in which two entries differ.
fn differences(before: &DraftDocument, after: &DraftDocument) -> Result<Vec<String>> {
    let tree = |document: &DraftDocument| {
        serde_json::to_value(&document.fields).map_err(super::unreadable)
    };
    let (one, other) = (tree(before)?, tree(after)?);
    let mut changed: Vec<String> = Vec::new();
    if let (Some(one), Some(other)) = (one.as_object(), other.as_object()) {
        for name in one.keys().chain(other.keys()) {
            let differs = one.get(name) != other.get(name);
            if differs && !changed.contains(name) {
                changed.push(name.clone());
            }
        }
    }
    if before.sensitivity != after.sensitivity {
        changed.push("sensitivity".to_owned());
    }
    if before.items != after.items {
        changed.push("items".to_owned());
    }
    if before.resources != after.resources {
        changed.push("resources".to_owned());
    }
    Ok(changed)
}

fn refused(message: &str, remedy: Option<Remedy>) -> Error {
    Error::Refused { code: ErrorCode::Conflict, message: message.to_owned(), rule: None, remedy }
}
