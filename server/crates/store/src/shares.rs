//! Sharing between agencies: the catalogue of what may be shared, requests, and the accounts that use a grant.

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use kaishu_types::dataset::EntryFields;
use kaishu_types::organization::Named;
use kaishu_types::vocabulary::{DatasetState, ShareClass};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, SelectTwo};

use crate::convert::{check_text, named, to_stored, word};
use crate::entity::{dataset, organization, share_account, share_request};
use crate::{Reads, Result, Store, StoreError, Transaction};

/// Entries of the share catalogue that are read at once.
const READ_AT_ONCE: u64 = 100;

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareRequest {
    /// The case that it is decided in.
    pub case: i64,
    /// The dataset.
    pub dataset: DatasetCode,
    /// Code of the agency that asks.
    pub organization: String,
    /// What is asked for: JSON in the words of the caller.
    pub document: String,
    /// Whom to ask at the provider; empty until it is approved.
    pub contact: String,
    /// When.
    pub updated_at: DateTime<Utc>,
}

/// Keeps a new request.
pub async fn create(transaction: &Transaction, new: &ShareRequest) -> Result<()> {
    for text in [&new.document, &new.organization, &new.contact] {
        check_text(text, "a share request")?;
    }
    let row = share_request::ActiveModel {
        case_id: Set(new.case),
        dataset: Set(new.dataset.to_string()),
        organization: Set(new.organization.clone()),
        document: Set(new.document.clone()),
        contact: Set(new.contact.clone()),
        updated_at: Set(to_stored(new.updated_at)),
    };
    share_request::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// Puts another text and another contact in the place of those of a request.
pub async fn change(transaction: &Transaction, changed: &ShareRequest) -> Result<()> {
    for text in [&changed.document, &changed.contact] {
        check_text(text, "a share request")?;
    }
    share_request::Entity::update_many()
        .col_expr(share_request::Column::Document, Expr::value(changed.document.as_str()))
        .col_expr(share_request::Column::Contact, Expr::value(changed.contact.as_str()))
        .col_expr(share_request::Column::UpdatedAt, Expr::value(to_stored(changed.updated_at)))
        .filter(share_request::COLUMN.case_id.eq(changed.case))
        .exec(&transaction.inner)
        .await?;
    Ok(())
}

/// Finds the request of a case.
pub async fn find(store: &impl Reads, case: i64) -> Result<Option<ShareRequest>> {
    let row = share_request::Entity::find_by_id(case).one(store.connection()).await?;
    row.map(read).transpose()
}

/// Lists what some agencies asked for, the newest first.
pub async fn of_organizations(
    store: &impl Reads,
    organizations: &[String],
    limit: u64,
) -> Result<Vec<ShareRequest>> {
    let codes = organizations.iter().map(String::as_str);
    let rows = share_request::Entity::find()
        .filter(share_request::COLUMN.organization.is_in(codes))
        .order_by_desc(share_request::Column::CaseId)
        .limit(limit)
        .all(store.connection())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Lists what was asked of a dataset, the newest first.
pub async fn of_dataset(
    store: &impl Reads,
    dataset: &DatasetCode,
    limit: u64,
) -> Result<Vec<ShareRequest>> {
    let rows = share_request::Entity::find()
        .filter(share_request::COLUMN.dataset.eq(dataset.as_str()))
        .order_by_desc(share_request::Column::CaseId)
        .limit(limit)
        .all(store.connection())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Lists what an agency asked of a dataset, the newest first.
pub async fn between(
    store: &impl Reads,
    dataset: &str,
    organization: &str,
) -> Result<Vec<ShareRequest>> {
    let rows = share_request::Entity::find()
        .filter(share_request::COLUMN.dataset.eq(dataset))
        .filter(share_request::COLUMN.organization.eq(organization))
        .order_by_desc(share_request::Column::CaseId)
        .all(store.connection())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Keeps the accounts that use a grant.
pub async fn declare(
    transaction: &Transaction,
    case: i64,
    accounts: &[i64],
    now: DateTime<Utc>,
) -> Result<()> {
    let rows = accounts.iter().map(|account| share_account::ActiveModel {
        case_id: Set(case),
        account_id: Set(*account),
        chosen_at: Set(to_stored(now)),
    });
    share_account::Entity::insert_many(rows).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// Lists the accounts that use a grant.
pub async fn declared(store: &impl Reads, case: i64) -> Result<Vec<i64>> {
    Ok(share_account::Entity::find()
        .select_only()
        .column(share_account::Column::AccountId)
        .filter(share_account::COLUMN.case_id.eq(case))
        .order_by_asc(share_account::Column::AccountId)
        .into_tuple()
        .all(store.connection())
        .await?)
}

/// Lets an account work on the matter of a case from now on. `false` where it is not declared for it.
pub async fn choose(
    transaction: &Transaction,
    (case, account): (i64, i64),
    now: DateTime<Utc>,
) -> Result<bool> {
    let changed = share_account::Entity::update_many()
        .col_expr(share_account::Column::ChosenAt, Expr::value(to_stored(now)))
        .filter(share_account::COLUMN.case_id.eq(case))
        .filter(share_account::COLUMN.account_id.eq(account))
        .exec(&transaction.inner)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// Lists the cases that an account is declared for, the one first that it chose last.
pub(crate) async fn cases_of(store: &impl Reads, account: i64) -> Result<Vec<i64>> {
    Ok(share_account::Entity::find()
        .select_only()
        .column(share_account::Column::CaseId)
        .filter(share_account::COLUMN.account_id.eq(account))
        .order_by_desc(share_account::Column::ChosenAt)
        .order_by_desc(share_account::Column::CaseId)
        .into_tuple()
        .all(store.connection())
        .await?)
}

/// An entry of the share catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Shareable {
    /// Its code.
    pub code: DatasetCode,
    /// What its provider wrote.
    pub fields: EntryFields,
    /// Its provider.
    pub organization: Named,
}

/// Lists published entries that may be shared and whose title, summary and keywords hold all of some words, the newest
/// first, and says where the next page begins (SRCH-05). Only for the eyes of agencies: open or not, they are told.
/// What else is stored of an entry decides nothing, not even where a page ends.
pub async fn shareable(
    store: &Store,
    words: &[String],
    mut before: Option<i64>,
    limit: usize,
) -> Result<(Vec<Shareable>, Option<i64>)> {
    let mut found = Vec::new();
    let mut last = None;
    loop {
        let rows = narrowed(words, before).all(&store.connection).await?;
        let is_end = (rows.len() as u64) < READ_AT_ONCE;
        before = rows.last().map(|(row, _)| row.id);
        for (row, organization) in rows {
            let id = row.id;
            let Some(entry) = shared_by(row, organization, words)? else { continue };
            if found.len() >= limit {
                return Ok((found, last));
            }
            last = Some(id);
            found.push(entry);
        }
        if is_end {
            return Ok((found, None));
        }
    }
}

/// What may be shared, by the text that is stored: it leaves most of the others where they are; what an entry says
/// decides.
fn narrowed(
    words: &[String],
    before: Option<i64>,
) -> SelectTwo<dataset::Entity, organization::Entity> {
    let is_closed = format!("\"share\":{{\"class\":\"{}\"", ShareClass::None);
    let mut query = dataset::Entity::find()
        .filter(dataset::COLUMN.state.eq(DatasetState::Published.as_str()))
        .filter(Condition::all().add(dataset::COLUMN.fields.contains(is_closed)).not());
    for word in words {
        let said = Condition::any()
            .add(dataset::COLUMN.code.eq(word.as_str()))
            .add(dataset::COLUMN.title.contains(word.as_str()))
            .add(dataset::COLUMN.fields.contains(word.as_str()));
        query = query.filter(said);
    }
    if let Some(before) = before {
        query = query.filter(dataset::COLUMN.id.lt(before));
    }
    query
        .find_also_related(organization::Entity)
        .order_by_desc(dataset::Column::Id)
        .limit(READ_AT_ONCE)
}

/// Reads an entry that may be shared and says all of some words; none for another one.
fn shared_by(
    row: dataset::Model,
    organization: Option<organization::Model>,
    words: &[String],
) -> Result<Option<Shareable>> {
    let missing = || StoreError::corrupt(format!("dataset `{}` has no provider", row.code));
    let organization = organization.ok_or_else(missing)?;
    let fields = crate::datasets::fields_of(&row)?;
    let is_said = words.iter().all(|word| *word == row.code || says(&fields, word));
    if fields.share.class == ShareClass::None || !is_said {
        return Ok(None);
    }
    Ok(Some(Shareable {
        code: word(&row.code, "a dataset", "code")?,
        fields,
        organization: named(
            &organization.code,
            &organization.name,
            organization.name_en.as_deref(),
        ),
    }))
}

/// Whether a word stands in what everybody who sees an entry reads of it first.
fn says(fields: &EntryFields, word: &str) -> bool {
    let word = word.to_lowercase();
    let mut texts = [&fields.title, &fields.summary].into_iter().chain(&fields.keywords);
    texts.any(|text| text.to_lowercase().contains(&word))
}

fn read(row: share_request::Model) -> Result<ShareRequest> {
    let what = format!("share request {}", row.case_id);
    Ok(ShareRequest {
        case: row.case_id,
        dataset: word(&row.dataset, &what, "dataset")?,
        organization: row.organization,
        document: row.document,
        contact: row.contact,
        updated_at: row.updated_at,
    })
}
