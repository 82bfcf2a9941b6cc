//! The documents of a grant, from the template to both signatures.

use kaishu_domain::row_scope;
use kaishu_domain::templates;
use kaishu_domain::terms::{self, Blanks};
use kaishu_store::Transaction;
use kaishu_store::agreements::{self, Document, Side, Signature};
use kaishu_store::cases::Case;
use kaishu_types::Lang;
use kaishu_types::access::{ApplicationDocument, GrantScope};
use kaishu_types::dataset::DatasetView;
use sha2::{Digest, Sha256};

use super::number_of;
use crate::{Error, Portal, Result};

impl Portal {
    /// Writes the documents that are signed for what was approved, each from the template that is in force now: what
    /// becomes of the template later changes nothing of them (AGR-02).
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub(super) async fn terms_of(
        &self,
        case: &Case,
        dataset: &DatasetView,
        document: &ApplicationDocument,
        scope: &GrantScope,
    ) -> Result<Vec<Document>> {
        let number = number_of(case);
        let items = dataset.items.iter().filter(|item| scope.items.contains(&item.name));
        let provider = self.organization_named(&dataset.organization.code);
        let blanks = Blanks {
            number: &number,
            dataset: (dataset.code.as_str(), &dataset.fields.title),
            provider: provider.label(Lang::Zh),
            document,
            scope,
            items: items.map(|item| item.label.clone()).collect(),
            rows: row_scope::words(&scope.rows, &dataset.items, Lang::Zh),
            security_level: dataset.fields.security_level,
            measures: dataset.fields.open.security_measures.as_deref().unwrap_or_default(),
            conditions: &dataset.fields.open.conditions,
            usage_requirements: dataset.fields.usage_requirements.as_deref().unwrap_or_default(),
        };
        // The documents are those of the rules it was filed under (ORG-12).
        let profile = self.policy_of(case);
        let mut documents = Vec::new();
        for kind in terms::documents(profile) {
            let template = self.template_for(&dataset.organization.code, kind).await?;
            // An entry from before there were templates is offered with the built-in text.
            let (from, source) = match &template {
                Some(template) => (template.text.as_str(), template.reference()),
                None => (templates::built_in(kind), terms::TEMPLATE.to_owned()),
            };
            let text = terms::text(kind, from, profile, &blanks);
            documents.push(Document {
                id: 0,
                case: case.id,
                kind: kind.as_str().to_owned(),
                template: source,
                sha256: hex(&Sha256::digest(text.as_bytes())),
                text,
                offered_at: self.instant(),
                signed: None,
                countersigned: None,
            });
        }
        Ok(documents)
    }

    /// Writes a side's signature under every document of a case that it signs: a commitment is the applicant's alone
    /// (AGR-07).
    pub(super) async fn sign_all(
        &self,
        transaction: &Transaction,
        documents: &[Document],
        side: Side,
        by: &Signature,
    ) -> Result<()> {
        let is_signed_by =
            |document: &&Document| side == Side::Applicant || document.kind == "usage_agreement";
        for document in documents.iter().filter(is_signed_by) {
            if !agreements::sign(transaction, document.id, side, by).await? {
                return Err(Error::Internal(format!("document {} is signed", document.id)));
            }
        }
        Ok(())
    }
}

/// The hash of all documents of an offer, in their order.
pub(super) fn offer_hash(documents: &[Document]) -> String {
    let mut digest = Sha256::new();
    for document in documents {
        digest.update(document.sha256.as_bytes());
    }
    hex(&digest.finalize())
}

/// Whether every text is the one that was hashed when it was offered.
pub(super) fn are_unchanged(documents: &[Document]) -> bool {
    documents.iter().all(|it| hex(&Sha256::digest(it.text.as_bytes())) == it.sha256)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
