//! Results of the use of granted data (USE-02, USE-09).

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_types::case::CaseKind;
use kaishu_types::{DatasetCode, ReceiptCode};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};

use crate::convert::{check_text, to_stored, word};
use crate::entity::{case_file, use_result};
use crate::{Reads, Result, Transaction, feed};

/// A result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseResult {
    /// Its number; what a new one has does not count.
    pub id: i64,
    /// The case of the grant.
    pub grant: i64,
    /// Who registered it.
    pub account: i64,
    /// The dataset.
    pub dataset: DatasetCode,
    /// What it is, in the words of the caller.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// What it does, or says.
    pub summary: String,
    /// Where it is; empty where it is nowhere on the web.
    pub url: String,
    /// Where the data comes from.
    pub source: String,
    /// The day on which the data was taken.
    pub retrieved_on: Option<NaiveDate>,
    /// The receipt that both were taken from.
    pub receipt: Option<ReceiptCode>,
    /// By what the results of one account are found together.
    pub holder: String,
    /// The name under which it is shown.
    pub shown_as: String,
    /// Whether everybody may see it.
    pub is_public: bool,
    /// Whether the page of the dataset leads to it.
    pub on_dataset: bool,
    /// When it was registered.
    pub registered_at: DateTime<Utc>,
}

/// Keeps a new result and returns its number; where it is shown on the page of its dataset, that has changed, in a
/// transaction of [`Store::begin_catalogue`](crate::Store::begin_catalogue).
pub async fn add(transaction: &Transaction, new: &UseResult) -> Result<i64> {
    let texts = [&new.title, &new.summary, &new.url, &new.source, &new.shown_as, &new.kind];
    for text in texts {
        check_text(text, "a result")?;
    }
    let row = use_result::ActiveModel {
        id: NotSet,
        grant_case: Set(new.grant),
        account_id: Set(new.account),
        dataset: Set(new.dataset.to_string()),
        kind: Set(new.kind.clone()),
        title: Set(new.title.clone()),
        summary: Set(new.summary.clone()),
        url: Set(new.url.clone()),
        source: Set(new.source.clone()),
        retrieved_on: Set(new.retrieved_on),
        receipt: Set(new.receipt.as_ref().map(ToString::to_string)),
        holder: Set(new.holder.clone()),
        shown_as: Set(new.shown_as.clone()),
        is_public: Set(new.is_public),
        on_dataset: Set(new.on_dataset),
        registered_at: Set(to_stored(new.registered_at)),
        withdrawn_at: Set(None),
    };
    let id = use_result::Entity::insert(row).exec(&transaction.inner).await?.last_insert_id;
    feed::append(&transaction.inner, &[new.dataset.to_string()]).await?;
    Ok(id)
}

/// Keeps what its maker lets others see of a result, or takes it back for good. `false` where there is none of that
/// account that goes on.
pub async fn change(
    transaction: &Transaction,
    result: &UseResult,
    (is_public, on_dataset): (bool, bool),
    withdrawn_at: Option<DateTime<Utc>>,
) -> Result<bool> {
    let changed = use_result::Entity::update_many()
        .col_expr(use_result::Column::IsPublic, Expr::value(is_public))
        .col_expr(use_result::Column::OnDataset, Expr::value(on_dataset))
        .col_expr(use_result::Column::WithdrawnAt, Expr::value(withdrawn_at.map(to_stored)))
        .filter(use_result::COLUMN.id.eq(result.id))
        .filter(use_result::COLUMN.account_id.eq(result.account))
        .filter(use_result::COLUMN.withdrawn_at.is_null())
        .exec(&transaction.inner)
        .await?;
    feed::append(&transaction.inner, &[result.dataset.to_string()]).await?;
    Ok(changed.rows_affected > 0)
}

/// What is listed of the results that everybody may see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown<'a> {
    /// Only those of this dataset whose makers let its page lead to them.
    pub dataset: Option<&'a DatasetCode>,
    /// Only those of this holder.
    pub holder: Option<&'a str>,
    /// Only what is older than this one.
    pub before: Option<i64>,
    /// The states of applications in which what came of them is not shown.
    pub not_in: &'a [&'a str],
}

/// Lists results that everybody may see, the newest first.
pub async fn public(store: &impl Reads, shown: &Shown<'_>, limit: u64) -> Result<Vec<UseResult>> {
    let unlawful = case_file::Entity::find()
        .select_only()
        .column(case_file::Column::Id)
        .filter(case_file::COLUMN.kind.eq(CaseKind::Application.as_str()))
        .filter(case_file::COLUMN.state.is_in(shown.not_in.iter().copied()))
        .into_query();
    let mut query = listed()
        .filter(use_result::COLUMN.is_public.eq(true))
        .filter(use_result::Column::GrantCase.not_in_subquery(unlawful));
    if let Some(dataset) = shown.dataset {
        query = query
            .filter(use_result::COLUMN.dataset.eq(dataset.as_str()))
            .filter(use_result::COLUMN.on_dataset.eq(true));
    }
    if let Some(holder) = shown.holder {
        query = query.filter(use_result::COLUMN.holder.eq(holder));
    }
    if let Some(before) = shown.before {
        query = query.filter(use_result::COLUMN.id.lt(before));
    }
    read(query, store, limit).await
}

/// Lists what an account registered, the newest first.
pub async fn of_account(store: &impl Reads, account: i64, limit: u64) -> Result<Vec<UseResult>> {
    read(listed().filter(use_result::COLUMN.account_id.eq(account)), store, limit).await
}

/// Lists what came of a grant, the newest first.
pub async fn of_grant(store: &impl Reads, grant: i64, limit: u64) -> Result<Vec<UseResult>> {
    read(listed().filter(use_result::COLUMN.grant_case.eq(grant)), store, limit).await
}

/// Lists what came of the applications that belong to one of these organizations or regions, the newest first.
pub async fn of_places(
    store: &impl Reads,
    (organizations, regions): (&[String], &[String]),
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<UseResult>> {
    let place = Condition::any()
        .add(case_file::Column::Organization.is_in(organizations.iter().map(String::as_str)))
        .add(case_file::Column::Region.is_in(regions.iter().map(String::as_str)));
    let cases = case_file::Entity::find()
        .select_only()
        .column(case_file::Column::Id)
        .filter(case_file::COLUMN.kind.eq(CaseKind::Application.as_str()))
        .filter(place)
        .into_query();
    let mut query = listed().filter(use_result::COLUMN.grant_case.in_subquery(cases));
    if let Some(before) = before {
        query = query.filter(use_result::COLUMN.id.lt(before));
    }
    read(query, store, limit).await
}

fn listed() -> Select<use_result::Entity> {
    use_result::Entity::find().filter(use_result::COLUMN.withdrawn_at.is_null())
}

async fn read(
    query: Select<use_result::Entity>,
    store: &impl Reads,
    limit: u64,
) -> Result<Vec<UseResult>> {
    let query = query.order_by_desc(use_result::Column::Id).limit(limit);
    query.all(store.connection()).await?.into_iter().map(view).collect()
}

fn view(row: use_result::Model) -> Result<UseResult> {
    let what = format!("result {}", row.id);
    let receipt = row.receipt.as_deref().map(|code| word(code, &what, "receipt")).transpose()?;
    Ok(UseResult {
        id: row.id,
        grant: row.grant_case,
        account: row.account_id,
        dataset: word(&row.dataset, &what, "dataset")?,
        kind: row.kind,
        title: row.title,
        summary: row.summary,
        url: row.url,
        source: row.source,
        retrieved_on: row.retrieved_on,
        receipt,
        holder: row.holder,
        shown_as: row.shown_as,
        is_public: row.is_public,
        on_dataset: row.on_dataset,
        registered_at: row.registered_at,
    })
}
