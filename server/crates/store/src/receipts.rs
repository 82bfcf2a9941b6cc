//! Retrieval receipts (DL-04).

use chrono::{DateTime, Utc};
use kaishu_types::organization::Named;
use kaishu_types::receipt::ReceiptView;
use kaishu_types::{DatasetCode, ReceiptCode};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{EntityTrait, QueryFilter, TryInsertResult};

use crate::convert::{check_optional, check_text, named, number, stored_number, to_stored, word};
use crate::entity::retrieval_receipt;
use crate::{Result, Store, StoreError};

/// Tries with another random number before giving up.
const MAX_ATTEMPTS: usize = 5;

/// A receipt to be given.
#[derive(Debug, Clone, PartialEq)]
pub struct NewReceipt {
    /// The dataset.
    pub dataset: DatasetCode,
    /// Its title now.
    pub dataset_title: String,
    /// The version that is taken.
    pub version: u32,
    /// The resource.
    pub resource_id: i64,
    /// What people call the resource.
    pub resource_title: String,
    /// Name of the file.
    pub file_name: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
    /// SM3 of the bytes, lower-case hex.
    pub sm3: String,
    /// The provider.
    pub provider: Named,
    /// Code of the licence.
    pub licence: String,
    /// When it is taken.
    pub retrieved_at: DateTime<Utc>,
    /// The day in the code, in the portal's time zone, as `YYYYMMDD`.
    pub day: String,
    /// The line that attributes the data.
    pub attribution: String,
}

/// Gives a receipt a number nobody can guess, `R-{day}-` with 12 hexadecimal digits, and keeps it.
pub async fn create(store: &Store, receipt: NewReceipt) -> Result<ReceiptView> {
    check(&receipt)?;
    for _ in 0..MAX_ATTEMPTS {
        let digits = rand::random::<u64>() & 0xFFFF_FFFF_FFFF;
        let code = format!("R-{}-{digits:012X}", receipt.day);
        let code: ReceiptCode = code.parse().map_err(|error| {
            StoreError::invalid(format!("`{}` is not a day: {error}", receipt.day.escape_debug()))
        })?;
        let inserted = retrieval_receipt::Entity::insert(row(&receipt, &code)?)
            .on_conflict_do_nothing_on([retrieval_receipt::Column::Code])
            .exec_without_returning(&store.connection)
            .await?;
        if matches!(inserted, TryInsertResult::Inserted(1)) {
            return Ok(view(code, receipt));
        }
    }
    Err(StoreError::Conflict { what: "no free receipt number was found; try again".to_owned() })
}

fn check(receipt: &NewReceipt) -> Result<()> {
    let texts = [
        &receipt.dataset_title,
        &receipt.resource_title,
        &receipt.file_name,
        &receipt.sha256,
        &receipt.sm3,
        &receipt.provider.code,
        &receipt.provider.name,
        &receipt.licence,
        &receipt.attribution,
    ];
    for text in texts {
        check_text(text, "a receipt")?;
    }
    check_optional(receipt.provider.name_en.as_deref(), "a receipt")
}

fn row(receipt: &NewReceipt, code: &ReceiptCode) -> Result<retrieval_receipt::ActiveModel> {
    Ok(retrieval_receipt::ActiveModel {
        id: NotSet,
        code: Set(code.to_string()),
        dataset_code: Set(receipt.dataset.to_string()),
        dataset_title: Set(receipt.dataset_title.clone()),
        version: Set(stored_number(receipt.version, "the version of a receipt")?),
        resource_id: Set(receipt.resource_id),
        resource_title: Set(receipt.resource_title.clone()),
        file_name: Set(receipt.file_name.clone()),
        size_bytes: Set(stored_number(receipt.size_bytes, "the size of a receipt")?),
        sha256: Set(receipt.sha256.clone()),
        sm3: Set(receipt.sm3.clone()),
        provider_code: Set(receipt.provider.code.clone()),
        provider_name: Set(receipt.provider.name.clone()),
        provider_name_en: Set(receipt.provider.name_en.clone()),
        licence: Set(receipt.licence.clone()),
        retrieved_at: Set(to_stored(receipt.retrieved_at)),
        attribution: Set(receipt.attribution.clone()),
    })
}

fn view(code: ReceiptCode, receipt: NewReceipt) -> ReceiptView {
    ReceiptView {
        code,
        dataset: receipt.dataset,
        dataset_title: receipt.dataset_title,
        version: receipt.version,
        resource_id: receipt.resource_id,
        resource_title: receipt.resource_title,
        file_name: receipt.file_name,
        size_bytes: receipt.size_bytes,
        sha256: receipt.sha256,
        sm3: receipt.sm3,
        provider: receipt.provider,
        licence: receipt.licence,
        retrieved_at: to_stored(receipt.retrieved_at),
        attribution: receipt.attribution,
    }
}

/// Finds a receipt.
pub async fn find(store: &Store, code: &ReceiptCode) -> Result<Option<ReceiptView>> {
    let found = retrieval_receipt::Entity::find()
        .filter(retrieval_receipt::COLUMN.code.eq(code.as_str()))
        .one(&store.connection)
        .await?;
    let Some(row) = found else {
        return Ok(None);
    };
    let what = format!("receipt `{code}`");
    Ok(Some(ReceiptView {
        code: code.clone(),
        dataset: word(&row.dataset_code, &what, "dataset_code")?,
        dataset_title: row.dataset_title,
        version: number(row.version, &what, "version")?,
        resource_id: row.resource_id,
        resource_title: row.resource_title,
        file_name: row.file_name,
        size_bytes: number(row.size_bytes, &what, "size_bytes")?,
        sha256: row.sha256,
        sm3: row.sm3,
        provider: named(&row.provider_code, &row.provider_name, row.provider_name_en.as_deref()),
        licence: row.licence,
        retrieved_at: row.retrieved_at,
        attribution: row.attribution,
    }))
}
