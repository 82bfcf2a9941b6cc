//! Written authorisations of stationed agencies: files that only those see who see the draft (PUB-16).

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::convert::{check_text, number, stored_number, to_stored};
use crate::entity::{case_file, entry_authorisation};
use crate::{Result, Store, Transaction};

/// An authorisation as it was attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorisation {
    /// The case in which it was attached.
    pub case: i64,
    /// Name of the file.
    pub file_name: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
    /// The key of its bytes.
    pub blob_key: String,
    /// Who attached it.
    pub attached_by: String,
    /// When.
    pub attached_at: DateTime<Utc>,
}

/// Keeps an authorisation of a dataset; those before it stay.
pub async fn add(
    transaction: &Transaction,
    dataset: &DatasetCode,
    new: &Authorisation,
) -> Result<()> {
    for text in [&new.file_name, &new.attached_by] {
        check_text(text, "an authorisation")?;
    }
    let row = entry_authorisation::ActiveModel {
        id: NotSet,
        case_id: Set(new.case),
        dataset: Set(dataset.to_string()),
        file_name: Set(new.file_name.clone()),
        size_bytes: Set(stored_number(new.size_bytes, "an authorisation")?),
        sha256: Set(new.sha256.clone()),
        blob_key: Set(new.blob_key.clone()),
        attached_by: Set(new.attached_by.clone()),
        attached_at: Set(to_stored(new.attached_at)),
    };
    entry_authorisation::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// Counts the authorisations that were attached in a case.
pub async fn count(store: &Store, case: i64) -> Result<u64> {
    let of_case =
        entry_authorisation::Entity::find().filter(entry_authorisation::COLUMN.case_id.eq(case));
    Ok(of_case.count(&store.connection).await?)
}

/// Finds the authorisation that an organization's entry comes with: the newest of its own cases.
pub async fn of_dataset(
    store: &Store,
    dataset: &DatasetCode,
    organization: &str,
) -> Result<Option<Authorisation>> {
    let own_cases = case_file::Entity::find()
        .select_only()
        .column(case_file::Column::Id)
        .filter(case_file::COLUMN.organization.eq(organization))
        .into_query();
    let row = entry_authorisation::Entity::find()
        .filter(entry_authorisation::COLUMN.dataset.eq(dataset.as_str()))
        .filter(entry_authorisation::Column::CaseId.in_subquery(own_cases))
        .order_by_desc(entry_authorisation::Column::Id)
        .one(&store.connection)
        .await?;
    row.map(|row| {
        let what = format!("authorisation {}", row.id);
        Ok(Authorisation {
            case: row.case_id,
            size_bytes: number(row.size_bytes, &what, "size_bytes")?,
            file_name: row.file_name,
            sha256: row.sha256,
            blob_key: row.blob_key,
            attached_by: row.attached_by,
            attached_at: row.attached_at,
        })
    })
    .transpose()
}
