//! The roster of the expert committee, and what its members declared (ORG-10).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use kaishu_types::OrganizationCode;
use kaishu_types::account::AffiliationKind;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use crate::convert::{check_text, to_stored, word};
use crate::entity::{expert, expert_conflict};
use crate::{Result, Store, StoreError, Transaction};

/// A member of the committee, now or before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expert {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// The account.
    pub account: i64,
    /// Where the expert comes from.
    pub affiliation_kind: AffiliationKind,
    /// What that is called.
    pub affiliation: String,
    /// The organization of the portal that it is.
    pub organization: Option<OrganizationCode>,
    /// What the expert knows.
    pub field: String,
    /// From when.
    pub appointed_at: DateTime<Utc>,
    /// Until when.
    pub ended_at: Option<DateTime<Utc>>,
    /// Whose cases the expert takes no part in, with the reason.
    pub conflicts: Vec<(OrganizationCode, String)>,
}

/// Appoints an expert and returns the number of the appointment.
///
/// # Errors
///
/// `Conflict` where the account is appointed already.
pub async fn appoint(transaction: &Transaction, new: &Expert) -> Result<i64> {
    check_text(&new.affiliation, "the affiliation of an expert")?;
    check_text(&new.field, "the field of an expert")?;
    let is_appointed = expert::Entity::find()
        .filter(expert::COLUMN.appointed_account.eq(new.account))
        .one(&transaction.inner)
        .await?;
    if is_appointed.is_some() {
        return Err(StoreError::Conflict { what: "this expert is appointed already".to_owned() });
    }
    let row = expert::ActiveModel {
        id: NotSet,
        account_id: Set(new.account),
        affiliation_kind: Set(new.affiliation_kind.to_string()),
        affiliation: Set(new.affiliation.clone()),
        organization: Set(new.organization.as_ref().map(ToString::to_string)),
        field: Set(new.field.clone()),
        appointed_at: Set(to_stored(new.appointed_at)),
        ended_at: Set(None),
        appointed_account: Set(Some(new.account)),
    };
    Ok(expert::Entity::insert(row).exec_with_returning(&transaction.inner).await?.id)
}

/// Ends an appointment. `false` where there is none that goes on.
pub async fn end(transaction: &Transaction, id: i64, now: DateTime<Utc>) -> Result<bool> {
    let ended = expert::Entity::update_many()
        .col_expr(expert::Column::EndedAt, Expr::value(Some(to_stored(now))))
        .col_expr(expert::Column::AppointedAccount, Expr::value(Option::<i64>::None))
        .filter(expert::COLUMN.id.eq(id))
        .filter(expert::COLUMN.ended_at.is_null())
        .exec(&transaction.inner)
        .await?;
    Ok(ended.rows_affected > 0)
}

/// Keeps that an expert takes no part in the cases of an organization.
pub async fn declare(
    transaction: &Transaction,
    expert: i64,
    organization: &OrganizationCode,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    check_text(reason, "the reason of a conflict of interest")?;
    let row = expert_conflict::ActiveModel {
        id: NotSet,
        expert_id: Set(expert),
        organization: Set(organization.to_string()),
        reason: Set(reason.to_owned()),
        declared_at: Set(to_stored(now)),
    };
    expert_conflict::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// Lists all appointments, the newest first.
pub async fn list(store: &Store) -> Result<Vec<Expert>> {
    let query = expert::Entity::find().order_by_desc(expert::COLUMN.id);
    let rows = query.all(&store.connection).await?;
    with_conflicts(store, rows).await
}

/// Finds the appointment of an account that goes on, with what was declared in this one and in those
/// before.
pub async fn of_account(store: &Store, account: i64) -> Result<Option<Expert>> {
    let query = expert::Entity::find().filter(expert::COLUMN.account_id.eq(account));
    let rows = query.all(&store.connection).await?;
    let mut all = with_conflicts(store, rows).await?;
    let conflicts = all.iter().flat_map(|it| it.conflicts.clone()).collect();
    let current = all.iter().position(|it| it.ended_at.is_none());
    Ok(current.map(|place| Expert { conflicts, ..all.swap_remove(place) }))
}

async fn with_conflicts(store: &Store, rows: Vec<expert::Model>) -> Result<Vec<Expert>> {
    let declared = expert_conflict::Entity::find()
        .filter(expert_conflict::COLUMN.expert_id.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(expert_conflict::COLUMN.id)
        .all(&store.connection)
        .await?;
    let mut conflicts: HashMap<i64, Vec<(OrganizationCode, String)>> = HashMap::new();
    for row in declared {
        let what = format!("conflict of interest {}", row.id);
        let organization = word(&row.organization, &what, "organization")?;
        conflicts.entry(row.expert_id).or_default().push((organization, row.reason));
    }
    rows.into_iter()
        .map(|row| {
            let what = format!("expert {}", row.id);
            let organization = row.organization.as_deref();
            Ok(Expert {
                id: row.id,
                account: row.account_id,
                affiliation_kind: word(&row.affiliation_kind, &what, "affiliation_kind")?,
                affiliation: row.affiliation,
                organization: organization
                    .map(|code| word(code, &what, "organization"))
                    .transpose()?,
                field: row.field,
                appointed_at: row.appointed_at,
                ended_at: row.ended_at,
                conflicts: conflicts.remove(&row.id).unwrap_or_default(),
            })
        })
        .collect()
}
