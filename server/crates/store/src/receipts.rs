//! Retrieval receipts (DL-04).

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_types::receipt::{ReceiptView, Retrieved};
use kaishu_types::{DatasetCode, ReceiptCode};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    TryInsertResult,
};

use crate::convert::{check_optional, check_text, named, number, stored_number, to_stored, word};
use crate::entity::{receipt_completion, retrieval_receipt};
use crate::{Result, Store, StoreError, Transaction};

/// Tries with another random number before giving up.
const MAX_ATTEMPTS: usize = 5;

/// Stands for no single resource, and for a size that is not known: neither column may be null.
const NO_RESOURCE: i64 = 0;
pub(crate) const NOT_KNOWN: i64 = -1;

/// What something was taken under.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Under {
    /// The case of the grant.
    pub grant: Option<i64>,
    /// Who took it, where it is shared with an agency (SHR-01, SHR-08).
    pub account: Option<i64>,
    /// Code of the agency, likewise.
    pub organization: Option<String>,
}

/// Keeps a receipt under a number that nobody can guess: `R-`, the day in the portal's time zone, and
/// 12 hexadecimal digits. `receipt` writes it for the number it gets; `under` is what it was taken under, which no
/// receipt shows.
pub async fn create(
    store: &Store,
    day: NaiveDate,
    under: &Under,
    receipt: impl FnOnce(ReceiptCode) -> ReceiptView,
) -> Result<ReceiptView> {
    keep(&store.connection, day, under, receipt(random_code(day)?)).await
}

/// The same, together with what else the transaction holds.
pub async fn create_in(
    transaction: &Transaction,
    day: NaiveDate,
    under: &Under,
    receipt: impl FnOnce(ReceiptCode) -> ReceiptView,
) -> Result<ReceiptView> {
    keep(&transaction.inner, day, under, receipt(random_code(day)?)).await
}

async fn keep(
    connection: &impl ConnectionTrait,
    day: NaiveDate,
    under: &Under,
    mut receipt: ReceiptView,
) -> Result<ReceiptView> {
    receipt.retrieved_at = to_stored(receipt.retrieved_at);
    check(&receipt)?;
    for _ in 0..MAX_ATTEMPTS {
        let row = retrieval_receipt::ActiveModel {
            grant_case: Set(under.grant),
            account_id: Set(under.account),
            organization: Set(under.organization.clone()),
            ..row(&receipt)?
        };
        let inserted = retrieval_receipt::Entity::insert(row)
            .on_conflict_do_nothing_on([retrieval_receipt::Column::Code])
            .exec_without_returning(connection)
            .await?;
        if matches!(inserted, TryInsertResult::Inserted(1)) {
            return Ok(receipt);
        }
        // The name of a file may have the number in it.
        let code = random_code(day)?;
        receipt.file_name = receipt.file_name.replace(receipt.code.as_str(), code.as_str());
        receipt.code = code;
    }
    Err(StoreError::Conflict { what: "no free receipt number was found; try again".to_owned() })
}

fn random_code(day: NaiveDate) -> Result<ReceiptCode> {
    let digits = rand::random::<u64>() & 0xFFFF_FFFF_FFFF;
    let code = format!("R-{}-{digits:012X}", day.format("%Y%m%d"));
    code.parse().map_err(|error| StoreError::invalid(format!("the day of a receipt: {error}")))
}

fn check(receipt: &ReceiptView) -> Result<()> {
    let texts = [
        &receipt.dataset_title,
        &receipt.resource_title,
        &receipt.file_name,
        &receipt.provider.code,
        &receipt.provider.name,
        &receipt.licence,
        &receipt.attribution,
    ];
    for text in texts {
        check_text(text, "a receipt")?;
    }
    for text in [&receipt.sha256, &receipt.sm3, &receipt.question] {
        check_optional(text.as_deref(), "a receipt")?;
    }
    check_optional(receipt.provider.name_en.as_deref(), "a receipt")
}

fn row(receipt: &ReceiptView) -> Result<retrieval_receipt::ActiveModel> {
    Ok(retrieval_receipt::ActiveModel {
        id: NotSet,
        code: Set(receipt.code.to_string()),
        dataset_code: Set(receipt.dataset.to_string()),
        dataset_title: Set(receipt.dataset_title.clone()),
        version: Set(stored_number(receipt.version, "the version of a receipt")?),
        kind: Set(receipt.kind.as_str().to_owned()),
        question: Set(receipt.question.clone()),
        resource_id: Set(receipt.resource_id.unwrap_or(NO_RESOURCE)),
        resource_title: Set(receipt.resource_title.clone()),
        file_name: Set(receipt.file_name.clone()),
        size_bytes: Set(stored_size(receipt.size_bytes)?),
        sha256: Set(receipt.sha256.clone().unwrap_or_default()),
        sm3: Set(receipt.sm3.clone().unwrap_or_default()),
        provider_code: Set(receipt.provider.code.clone()),
        provider_name: Set(receipt.provider.name.clone()),
        provider_name_en: Set(receipt.provider.name_en.clone()),
        licence: Set(receipt.licence.clone()),
        grant_case: Set(None),
        account_id: Set(None),
        organization: Set(None),
        retrieved_at: Set(receipt.retrieved_at),
        attribution: Set(receipt.attribution.clone()),
    })
}

fn stored_size(size: Option<u64>) -> Result<i64> {
    size.map_or(Ok(NOT_KNOWN), |size| stored_number(size, "the size of a receipt"))
}

/// Adds size and SHA-256 to the receipt of a file that was sent to its end. What is known stays. The same is kept
/// apart, for the log to seal.
pub async fn complete(
    store: &Store,
    code: &ReceiptCode,
    size_bytes: u64,
    sha256: &str,
) -> Result<()> {
    check_text(sha256, "a receipt")?;
    let size_bytes = stored_size(Some(size_bytes))?;
    let transaction = store.begin().await?;
    let updated = retrieval_receipt::Entity::update_many()
        .col_expr(retrieval_receipt::Column::SizeBytes, Expr::value(size_bytes))
        .col_expr(retrieval_receipt::Column::Sha256, Expr::value(sha256))
        .filter(retrieval_receipt::COLUMN.code.eq(code.as_str()))
        .filter(retrieval_receipt::COLUMN.size_bytes.eq(NOT_KNOWN))
        .exec(&transaction.inner)
        .await?;
    if updated.rows_affected > 0 {
        let row = receipt_completion::ActiveModel {
            id: NotSet,
            code: Set(code.to_string()),
            size_bytes: Set(size_bytes),
            sha256: Set(sha256.to_owned()),
        };
        receipt_completion::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    }
    transaction.commit().await
}

/// Finds a receipt.
pub async fn find(store: &Store, code: &ReceiptCode) -> Result<Option<ReceiptView>> {
    let found = retrieval_receipt::Entity::find()
        .filter(retrieval_receipt::COLUMN.code.eq(code.as_str()))
        .one(&store.connection)
        .await?;
    found.map(view).transpose()
}

/// Finds a receipt that whoever has its number may see: what agencies share with each other is not told.
pub async fn find_public(store: &Store, code: &ReceiptCode) -> Result<Option<ReceiptView>> {
    let found = retrieval_receipt::Entity::find()
        .filter(retrieval_receipt::COLUMN.code.eq(code.as_str()))
        .filter(retrieval_receipt::COLUMN.organization.is_null())
        .one(&store.connection)
        .await?;
    found.map(view).transpose()
}

/// Finds the receipt of what an agency took by sharing, with what it was taken under; none of anything else (SHR-21).
pub async fn find_shared(
    store: &Store,
    code: &ReceiptCode,
) -> Result<Option<(ReceiptView, Under)>> {
    let found = retrieval_receipt::Entity::find()
        .filter(retrieval_receipt::COLUMN.code.eq(code.as_str()))
        .filter(retrieval_receipt::COLUMN.organization.is_not_null())
        .one(&store.connection)
        .await?;
    found.map(with_under).transpose()
}

/// Lists what was taken of a dataset by agencies that it is shared with, under the grant of a case or under any, the
/// newest first, with what it was taken under (SHR-08).
pub async fn shared(
    store: &Store,
    dataset: &DatasetCode,
    grant: Option<i64>,
    limit: u64,
) -> Result<Vec<(ReceiptView, Under)>> {
    let mut query = retrieval_receipt::Entity::find()
        .filter(retrieval_receipt::COLUMN.dataset_code.eq(dataset.as_str()))
        .filter(retrieval_receipt::COLUMN.organization.is_not_null());
    if let Some(grant) = grant {
        query = query.filter(retrieval_receipt::COLUMN.grant_case.eq(grant));
    }
    let rows = query
        .order_by_desc(retrieval_receipt::Column::Id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(with_under).collect()
}

/// A receipt with what it was taken under.
fn with_under(row: retrieval_receipt::Model) -> Result<(ReceiptView, Under)> {
    let (grant, account) = (row.grant_case, row.account_id);
    let under = Under { grant, account, organization: row.organization.clone() };
    Ok((view(row)?, under))
}

/// Which copies are looked for; all that is given must hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copies<'a> {
    /// Of a dataset.
    pub dataset: Option<&'a DatasetCode>,
    /// From a version of it on.
    pub from_version: Option<u32>,
    /// Before a version of it.
    pub before_version: Option<u32>,
    /// With these bytes: SHA-256, lower-case hex.
    pub sha256: Option<&'a str>,
    /// Taken under the grant of a case.
    pub grant: Option<i64>,
    /// Only what is older than the receipt at this place.
    pub before: Option<i64>,
}

/// Lists receipts with their places, the newest first (SEC-02).
pub async fn search(
    store: &Store,
    copies: Copies<'_>,
    limit: u64,
) -> Result<Vec<(i64, ReceiptView)>> {
    let mut query = retrieval_receipt::Entity::find();
    if let Some(code) = copies.dataset {
        query = query.filter(retrieval_receipt::COLUMN.dataset_code.eq(code.as_str()));
    }
    let what = "the version of a receipt";
    if let Some(version) = copies.from_version {
        let version: i32 = stored_number(version, what)?;
        query = query.filter(retrieval_receipt::Column::Version.gte(version));
    }
    if let Some(version) = copies.before_version {
        let version: i32 = stored_number(version, what)?;
        query = query.filter(retrieval_receipt::Column::Version.lt(version));
    }
    if let Some(sha256) = copies.sha256 {
        query = query.filter(retrieval_receipt::COLUMN.sha256.eq(sha256));
    }
    if let Some(grant) = copies.grant {
        query = query.filter(retrieval_receipt::COLUMN.grant_case.eq(grant));
    }
    if let Some(before) = copies.before {
        query = query.filter(retrieval_receipt::Column::Id.lt(before));
    }
    let rows = query
        .order_by_desc(retrieval_receipt::Column::Id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(|row| Ok((row.id, view(row)?))).collect()
}

/// What was taken under a grant (USE-06).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Use {
    /// How many retrievals there were, by what was taken.
    pub retrievals: Vec<(Retrieved, u64)>,
    /// Bytes of those whose size is known.
    pub size_bytes: u64,
    /// When something was last taken.
    pub last_at: Option<DateTime<Utc>>,
}

/// Counts what was taken under a grant.
pub async fn use_of(store: &Store, grant: i64) -> Result<Use> {
    let size =
        Expr::cust("CAST(SUM(CASE WHEN size_bytes > 0 THEN size_bytes ELSE 0 END) AS BIGINT)");
    let rows: Vec<(String, i64, i64, DateTime<Utc>)> = retrieval_receipt::Entity::find()
        .select_only()
        .column(retrieval_receipt::Column::Kind)
        .column_as(retrieval_receipt::Column::Id.count(), "n")
        .column_as(size, "size")
        .column_as(retrieval_receipt::Column::RetrievedAt.max(), "last")
        .filter(retrieval_receipt::COLUMN.grant_case.eq(grant))
        .group_by(retrieval_receipt::Column::Kind)
        .order_by_asc(retrieval_receipt::Column::Kind)
        .into_tuple()
        .all(&store.connection)
        .await?;
    let mut taken = Use::default();
    for (kind, n, size, last) in rows {
        let what = format!("the receipts of grant {grant}");
        taken.retrievals.push((word(&kind, &what, "kind")?, number(n, &what, "n")?));
        taken.size_bytes += number::<_, u64>(size, &what, "size_bytes")?;
        taken.last_at = taken.last_at.max(Some(last));
    }
    Ok(taken)
}

/// Lists the cases of the grants that some copies were taken under, each once.
pub async fn grants(store: &Store, codes: &[ReceiptCode]) -> Result<Vec<i64>> {
    let found: Vec<Option<i64>> = retrieval_receipt::Entity::find()
        .select_only()
        .column(retrieval_receipt::Column::GrantCase)
        .distinct()
        .filter(retrieval_receipt::COLUMN.code.is_in(codes.iter().map(ReceiptCode::as_str)))
        .filter(retrieval_receipt::COLUMN.grant_case.is_not_null())
        .order_by_asc(retrieval_receipt::Column::GrantCase)
        .into_tuple()
        .all(&store.connection)
        .await?;
    Ok(found.into_iter().flatten().collect())
}

fn view(row: retrieval_receipt::Model) -> Result<ReceiptView> {
    let what = format!("receipt `{}`", row.code);
    Ok(ReceiptView {
        code: word(&row.code, &what, "code")?,
        dataset: word(&row.dataset_code, &what, "dataset_code")?,
        dataset_title: row.dataset_title,
        version: number(row.version, &what, "version")?,
        kind: word(&row.kind, &what, "kind")?,
        question: row.question,
        resource_id: Some(row.resource_id).filter(|id| *id != NO_RESOURCE),
        resource_title: row.resource_title,
        file_name: row.file_name,
        size_bytes: match row.size_bytes {
            NOT_KNOWN => None,
            size => Some(number(size, &what, "size_bytes")?),
        },
        sha256: Some(row.sha256).filter(|sum| !sum.is_empty()),
        sm3: Some(row.sm3).filter(|sum| !sum.is_empty()),
        provider: named(&row.provider_code, &row.provider_name, row.provider_name_en.as_deref()),
        licence_accepted: row.grant_case.is_none() && !row.licence.is_empty(),
        licence: row.licence,
        retrieved_at: row.retrieved_at,
        attribution: row.attribution,
    })
}
