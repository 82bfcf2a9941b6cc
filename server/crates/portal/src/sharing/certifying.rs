//! The certificate of what was had by sharing: where it comes from, when, for what, and its hash, for every agency that
//! is shown it (SHR-21, anshan 33¶2).

use chrono::{DateTime, Utc};
use kaishu_domain::provenance::{Compared, compare};
use kaishu_store::receipts;
use kaishu_types::organization::Named;
use kaishu_types::receipt::Retrieved;
use kaishu_types::{DatasetCode, Lang, ReceiptCode};

use crate::accounts::Caller;
use crate::{Error, Portal, Result};

/// Where something comes from that an agency took by sharing. Who took it and what they asked stay with the two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareCertificate {
    /// Its number, which is that of the receipt.
    pub number: ReceiptCode,
    /// 来源单位.
    pub provider: Named,
    /// The dataset.
    pub dataset: DatasetCode,
    /// Its title at that time.
    pub title: String,
    /// The version that was taken.
    pub version: u32,
    /// What was taken.
    pub kind: Retrieved,
    /// What people call the resource; of what was handed over, on what.
    pub resource: String,
    /// Name of the file; empty where there is none.
    pub file_name: String,
    /// Size in bytes, where it is known.
    pub size_bytes: Option<u64>,
    /// SHA-256 of the bytes, where it is known.
    pub sha256: Option<String>,
    /// SM3 of the bytes, where it is known.
    pub sm3: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// The business matter that it was taken for.
    pub matter: String,
    /// What the duty rests on; empty of what was taken without approval and said none.
    pub basis: String,
}

impl ShareCertificate {
    /// Compares a hash that somebody typed with those of the file.
    pub fn compare(&self, typed: &str) -> Compared {
        compare(typed, &[self.sha256.as_deref(), self.sm3.as_deref()])
    }
}

impl Portal {
    /// Refuses whoever may not check certificates: who is no agency.
    ///
    /// # Errors
    ///
    /// As [`Self::share_catalogue`].
    pub fn permit_certificates(&self, caller: &Caller, lang: Lang) -> Result<()> {
        self.permit_sharing(caller, lang)
    }

    /// Finds the certificate of a number, for staff of any agency.
    ///
    /// # Errors
    ///
    /// As [`Self::share_catalogue`]; `NotFound` where nothing was taken by sharing under the number.
    pub async fn share_certificate(
        &self,
        caller: &Caller,
        number: &str,
        lang: Lang,
    ) -> Result<ShareCertificate> {
        self.permit_sharing(caller, lang)?;
        let hidden = || Error::not_found("receipt", number.chars().take(80).collect::<String>());
        let code: ReceiptCode = number.parse().map_err(|_| hidden())?;
        let found = receipts::find_shared(&self.inner.store, &code).await?;
        let (receipt, under) = found.ok_or_else(hidden)?;
        let (_, document) = self.stored_request(under.grant.ok_or_else(hidden)?).await?;
        Ok(ShareCertificate {
            number: receipt.code,
            provider: receipt.provider,
            dataset: receipt.dataset,
            title: receipt.dataset_title,
            version: receipt.version,
            kind: receipt.kind,
            resource: receipt.resource_title,
            file_name: receipt.file_name,
            size_bytes: receipt.size_bytes,
            sha256: receipt.sha256,
            sm3: receipt.sm3,
            at: receipt.retrieved_at,
            matter: document.matter,
            basis: document.basis,
        })
    }
}
