//! Links by which a draft is seen before it is public: what is kept is a hash of the token.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::convert::{check_text, to_stored};
use crate::entity::preview_link;
use crate::{Reads, Result, Store, Transaction};

/// A link to a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewLink {
    /// Its number.
    pub id: i64,
    /// The case of the draft.
    pub case: i64,
    /// Who made it.
    pub account: i64,
    /// The organization it was made for.
    pub organization: String,
    /// The name of who made it.
    pub made_by: String,
    /// When.
    pub made_at: DateTime<Utc>,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When somebody last opened it.
    pub last_opened_at: Option<DateTime<Utc>>,
}

impl PreviewLink {
    /// Whether it is good at an instant.
    pub fn is_good(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// A link that is made.
#[derive(Debug, Clone, Copy)]
pub struct NewLink<'a> {
    /// The case of the draft.
    pub case: i64,
    /// What is kept of the token.
    pub token_hash: &'a str,
    /// Who makes it.
    pub account: i64,
    /// The organization it is made for.
    pub organization: &'a str,
    /// The name of who makes it.
    pub made_by: &'a str,
    /// When.
    pub made_at: DateTime<Utc>,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

/// Keeps a link and returns its number.
pub async fn add(transaction: &Transaction, new: NewLink<'_>) -> Result<i64> {
    check_text(new.made_by, "a preview")?;
    let row = preview_link::ActiveModel {
        id: NotSet,
        case_id: Set(new.case),
        token_hash: Set(new.token_hash.to_owned()),
        account_id: Set(new.account),
        organization: Set(new.organization.to_owned()),
        made_by: Set(new.made_by.to_owned()),
        made_at: Set(to_stored(new.made_at)),
        expires_at: Set(to_stored(new.expires_at)),
        revoked_at: Set(None),
        last_opened_at: Set(None),
    };
    Ok(preview_link::Entity::insert(row).exec_with_returning(&transaction.inner).await?.id)
}

/// Lists the links of a draft, the newest first.
pub async fn of_case(store: &impl Reads, case: i64) -> Result<Vec<PreviewLink>> {
    let rows = preview_link::Entity::find()
        .filter(preview_link::COLUMN.case_id.eq(case))
        .order_by_desc(preview_link::Column::Id)
        .all(store.connection())
        .await?;
    Ok(rows.into_iter().map(read).collect())
}

/// Finds a link by what is kept of its token, good or not.
pub async fn find(store: &Store, token_hash: &str) -> Result<Option<PreviewLink>> {
    let row = preview_link::Entity::find()
        .filter(preview_link::COLUMN.token_hash.eq(token_hash))
        .one(&store.connection)
        .await?;
    Ok(row.map(read))
}

/// Takes a link of a draft back. `false` where there is none that was not taken back before.
pub async fn revoke(
    transaction: &Transaction,
    case: i64,
    id: i64,
    now: DateTime<Utc>,
) -> Result<bool> {
    let revoked = preview_link::Entity::update_many()
        .col_expr(preview_link::Column::RevokedAt, Expr::value(Some(to_stored(now))))
        .filter(preview_link::COLUMN.id.eq(id))
        .filter(preview_link::COLUMN.case_id.eq(case))
        .filter(preview_link::Column::RevokedAt.is_null())
        .exec(&transaction.inner)
        .await?;
    Ok(revoked.rows_affected > 0)
}

/// Notes that somebody opened a link.
pub async fn opened(store: &Store, id: i64, now: DateTime<Utc>) -> Result<()> {
    preview_link::Entity::update_many()
        .col_expr(preview_link::Column::LastOpenedAt, Expr::value(Some(to_stored(now))))
        .filter(preview_link::COLUMN.id.eq(id))
        .exec(&store.connection)
        .await?;
    Ok(())
}

fn read(row: preview_link::Model) -> PreviewLink {
    PreviewLink {
        id: row.id,
        case: row.case_id,
        account: row.account_id,
        organization: row.organization,
        made_by: row.made_by,
        made_at: row.made_at,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
        last_opened_at: row.last_opened_at,
    }
}
