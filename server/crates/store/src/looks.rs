//! Which figures of conditional tables are shown before somebody applies (SRCH-03).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;

use crate::convert::{check_text, to_stored};
use crate::entity::look_release;
use crate::{Reads, Result, StoreError, Transaction, feed};

/// That a provider lets everybody see figures of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// Names of the columns; what came later is not among them.
    pub columns: BTreeSet<String>,
    /// Why that tells of nobody.
    pub reason: String,
    /// The name of who decided.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Finds what is released of a dataset.
pub async fn find(store: &impl Reads, code: &DatasetCode) -> Result<Option<Released>> {
    let row = look_release::Entity::find_by_id(code.as_str()).one(store.connection()).await?;
    let Some(row) = row else { return Ok(None) };
    let columns = serde_json::from_str(&row.columns)
        .map_err(|error| StoreError::corrupt(format!("the look at {code}: {error}")))?;
    let (reason, by, at) = (row.reason, row.released_by, row.released_at);
    Ok(Some(Released { columns, reason, by, at }))
}

/// Keeps what is released of a dataset in the place of what was before, and says that the dataset changed, in a
/// transaction of [`Store::begin_catalogue`](crate::Store::begin_catalogue).
pub async fn keep(transaction: &Transaction, code: &DatasetCode, new: &Released) -> Result<()> {
    for text in new.columns.iter().chain([&new.reason, &new.by]) {
        check_text(text, "what is shown before an application")?;
    }
    let columns = serde_json::to_string(&new.columns)
        .map_err(|error| StoreError::invalid(format!("the look at {code}: {error}")))?;
    end(transaction, code).await?;
    let row = look_release::ActiveModel {
        dataset: Set(code.to_string()),
        columns: Set(columns),
        reason: Set(new.reason.clone()),
        released_by: Set(new.by.clone()),
        released_at: Set(to_stored(new.at)),
    };
    look_release::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// Shows no figures of a dataset any more. `false` where none were shown.
pub async fn end(transaction: &Transaction, code: &DatasetCode) -> Result<bool> {
    let deleted =
        look_release::Entity::delete_by_id(code.as_str()).exec(&transaction.inner).await?;
    feed::append(&transaction.inner, &[code.to_string()]).await?;
    Ok(deleted.rows_affected > 0)
}
