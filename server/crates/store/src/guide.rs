//! Versions of the compiling guide (CAT-03): what an entry is checked against, as it was published.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sm3::{Digest, Sm3};

use crate::convert::{check_optional, check_text, number, stored_number};
use crate::entity::guide_version;
use crate::log::hex;
use crate::{Result, Store, StoreError, Transaction};

/// A version of the guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuideVersion {
    /// Its number, from 1.
    pub number: u32,
    /// The day it was published.
    pub published_on: NaiveDate,
    /// What is new.
    pub note: String,
    /// Where the document is.
    pub link: Option<String>,
    /// The fields and terms as they were, JSON.
    pub content: String,
    /// SM3 of the content, in hex.
    pub hash: String,
}

/// Publishes the next version and returns it.
///
/// # Errors
///
/// `Conflict` where somebody else publishes at the same time.
pub async fn publish(
    transaction: &Transaction,
    (note, link): (&str, Option<&str>),
    content: String,
    day: NaiveDate,
) -> Result<GuideVersion> {
    check_text(note, "the note of a version of the guide")?;
    check_optional(link, "the link of a version of the guide")?;
    check_text(&content, "the content of the guide")?;
    let last: Option<i32> = guide_version::Entity::find()
        .select_only()
        .column(guide_version::Column::Number)
        .order_by_desc(guide_version::COLUMN.number)
        .into_tuple()
        .one(&transaction.inner)
        .await?;
    let row = guide_version::Model {
        number: last.unwrap_or(0).saturating_add(1),
        published_on: day,
        note: note.to_owned(),
        link: link.map(str::to_owned),
        hash: hex(&Sm3::digest(content.as_bytes())),
        content,
    };
    let new = guide_version::ActiveModel {
        number: Set(row.number),
        published_on: Set(row.published_on),
        note: Set(row.note.clone()),
        link: Set(row.link.clone()),
        content: Set(row.content.clone()),
        hash: Set(row.hash.clone()),
    };
    let n_added = guide_version::Entity::insert_many([new])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&transaction.inner)
        .await?;
    if n_added == 0 {
        let what = "somebody else published a version of the guide meanwhile".to_owned();
        return Err(StoreError::Conflict { what });
    }
    read(row)
}

/// Lists the versions, the newest first.
pub async fn list(store: &Store) -> Result<Vec<GuideVersion>> {
    let query = guide_version::Entity::find().order_by_desc(guide_version::COLUMN.number);
    query.all(&store.connection).await?.into_iter().map(read).collect()
}

/// Finds a version; the last one where none is named.
pub async fn find(store: &Store, version: Option<u32>) -> Result<Option<GuideVersion>> {
    let mut query =
        guide_version::Entity::find().order_by_desc(guide_version::COLUMN.number).limit(1);
    if let Some(version) = version {
        let version: i32 = stored_number(version, "the guide")?;
        query = query.filter(guide_version::COLUMN.number.eq(version));
    }
    query.one(&store.connection).await?.map(read).transpose()
}

/// Returns the number of the version in force; 0 before the first was published.
pub async fn current(store: &Store) -> Result<u32> {
    let last: Option<i32> = guide_version::Entity::find()
        .select_only()
        .column(guide_version::Column::Number)
        .order_by_desc(guide_version::COLUMN.number)
        .into_tuple()
        .one(&store.connection)
        .await?;
    number(last.unwrap_or(0), "the guide", "number")
}

fn read(row: guide_version::Model) -> Result<GuideVersion> {
    Ok(GuideVersion {
        number: number(row.number, "the guide", "number")?,
        published_on: row.published_on,
        note: row.note,
        link: row.link,
        content: row.content,
        hash: row.hash,
    })
}
