//! The file of a violation for the competent body: all that is known of it, with the hashes it can be checked by
//! (USE-08; yulin 36, aba 42). The portal hands over and decides no penalty.

use std::collections::BTreeMap;

use kaishu_domain::cases::Act;
use kaishu_store::agreements::{self, Document, Signature};
use kaishu_store::receipts::{self, Copies};
use kaishu_store::{cases, grants};
use kaishu_types::Lang;
use kaishu_types::case::CaseKind;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::number_of;
use super::reporting::not_own;
use super::terms::hex;
use crate::accounts::Caller;
use crate::cases::Wanted;
use crate::{Error, Portal, Result};

/// Most receipts in a file.
const RECEIPTS: u64 = 1_000;

/// The file of a violation.
pub struct Evidence {
    /// What the file is called.
    pub name: String,
    /// JSON in UTF-8.
    pub bytes: Vec<u8>,
}

impl Portal {
    /// Puts together all that is known of a violation, for the competent body: the case with its log entries, the
    /// application, what was signed, the grant and the receipts under it. That it was taken, by whom and with which
    /// SHA-256, is an event of the case.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not see it; refused for who does not handle violations, and once it is settled.
    pub async fn violation_evidence(
        &self,
        caller: &Caller,
        id: i64,
        lang: Lang,
    ) -> Result<Evidence> {
        let case = self.duty_case(caller, id, CaseKind::Violation).await?;
        let application = self.application_of(&self.stored_duty(id).await?).await?;
        let bytes = self.written_evidence(caller, (id, application.id), lang).await?;
        let digest = hex(&Sha256::digest(&bytes));
        let is_of_holder = self.is_of_applicant(&case, caller).await?;
        let act = Act {
            event: "export".to_owned(),
            facts: BTreeMap::from([("evidence_sha256".to_owned(), digest)]),
            ..Act::default()
        };
        let wanted = Wanted {
            caller,
            lang,
            act,
            holds: &|guard| not_own(guard, is_of_holder, lang),
            idempotency_key: None,
        };
        let decided = self.decide(CaseKind::Violation, &case.about, Some(&case), wanted)?;
        let transaction = self.inner.store.begin().await?;
        cases::add(&transaction, &self.inner.log_key, &case, &decided.happening()).await?;
        transaction.commit().await?;
        Ok(Evidence { name: format!("{}-violation-{id}.json", number_of(&application)), bytes })
    }

    async fn written_evidence(
        &self,
        caller: &Caller,
        (id, application): (i64, i64),
        lang: Lang,
    ) -> Result<Vec<u8>> {
        let store = &self.inner.store;
        let found = self.violation(caller, id, lang).await?;
        let (_, document) = self.stored_application(application, false).await?;
        let documents = agreements::of_case(store, application).await?;
        let grant = grants::find(store, application).await?;
        let copies = Copies { grant: Some(application), ..Copies::default() };
        let receipts: Vec<_> = receipts::search(store, copies, RECEIPTS)
            .await?
            .into_iter()
            .map(|(_, receipt)| receipt)
            .collect();
        let package = json!({
            "violation": found.case,
            "type": found.kind,
            "receipts_named": found.receipts,
            "closed_at": found.closed_at,
            "reopened_at": found.reopened_at,
            "application": {
                "number": found.number,
                "case": self.case_view(caller, application, lang).await?,
                "document": document,
            },
            "documents": documents.iter().map(signed).collect::<Vec<_>>(),
            "grant": grant.map(|grant| json!({
                "items": grant.items,
                "mode": grant.mode,
                "first_day": grant.first_day,
                "last_day": grant.last_day,
                "filing": grant.filing,
            })),
            "receipts": receipts,
            "written_at": self.instant(),
        });
        serde_json::to_vec_pretty(&package)
            .map_err(|error| Error::Internal(format!("the file of violation {id}: {error}")))
    }
}

fn signed(document: &Document) -> Value {
    let by = |signature: &Option<Signature>| {
        signature.as_ref().map(|it| json!({ "name": it.name, "at": it.at }))
    };
    json!({
        "id": document.id,
        "kind": document.kind,
        "text": document.text,
        "sha256": document.sha256,
        "signed": by(&document.signed),
        "countersigned": by(&document.countersigned),
    })
}
