//! How it was proven who the people behind accounts are (ORG-09): what is kept of a document is its kind, its end and
//! a keyed hash.

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_types::proofing::{IdDocumentKind, ProofMethod};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use crate::convert::{check_optional, check_text, to_stored, word};
use crate::entity::identity_proof;
use crate::{Reads, Result, StoreError, Transaction};

/// The document that proved who somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofDocument {
    /// Its kind.
    pub kind: IdDocumentKind,
    /// The last four characters of its number.
    pub last_four: String,
}

/// A proof to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProof {
    /// The account.
    pub account_id: i64,
    /// How.
    pub method: ProofMethod,
    /// The document, where one was shown.
    pub document: Option<ProofDocument>,
    /// The keyed hash of what proves it: of the document, or of the identity at the provider.
    pub hash: String,
    /// The last day on which the document is valid, where it says so.
    pub valid_until: Option<NaiveDate>,
    /// Who recorded it: number and name of the account.
    pub by: (i64, String),
}

/// A proof as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Its number.
    pub id: i64,
    /// The account.
    pub account_id: i64,
    /// How.
    pub method: ProofMethod,
    /// The document, where one was shown.
    pub document: Option<ProofDocument>,
    /// The last day on which the document is valid, where it says so.
    pub valid_until: Option<NaiveDate>,
    /// When it was recorded.
    pub proven_at: DateTime<Utc>,
    /// The name of who recorded it.
    pub proven_by: String,
    /// When it was withdrawn, or another one took its place.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it was withdrawn.
    pub end_reason: Option<String>,
}

impl Proof {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.ended_at.is_none() && self.valid_until.is_none_or(|until| day <= until)
    }
}

/// Keeps a proof and returns its number.
///
/// # Errors
///
/// `Conflict` where one stands for the account, or the same proves another account.
pub async fn add_proof(
    transaction: &Transaction,
    new: &NewProof,
    now: DateTime<Utc>,
) -> Result<i64> {
    check_text(&new.by.1, "a proof of identity")?;
    let conflict = |what: &str| Err(StoreError::Conflict { what: what.to_owned() });
    if proof_of(transaction, new.account_id).await?.is_some() {
        return conflict("it is proven already who the person behind this account is");
    }
    if proven_by(transaction, &new.hash).await?.is_some() {
        return conflict("the same proves another account");
    }
    let document = new.document.as_ref();
    let row = identity_proof::ActiveModel {
        id: NotSet,
        account_id: Set(new.account_id),
        standing_for: Set(Some(new.account_id)),
        method: Set(new.method.to_string()),
        document: Set(document.map(|document| document.kind.to_string())),
        last_four: Set(document.map(|document| document.last_four.clone())),
        hash: Set(Some(new.hash.clone())),
        valid_until: Set(new.valid_until),
        proven_at: Set(to_stored(now)),
        proven_by: Set(new.by.0),
        proven_by_name: Set(new.by.1.clone()),
        ended_at: Set(None),
        end_reason: Set(None),
    };
    Ok(identity_proof::Entity::insert(row).exec_with_returning(&transaction.inner).await?.id)
}

/// Finds the proof that stands for an account, whether or not its document is still valid.
pub async fn proof_of(store: &impl Reads, account_id: i64) -> Result<Option<Proof>> {
    let row = identity_proof::Entity::find()
        .filter(identity_proof::COLUMN.standing_for.eq(account_id))
        .one(store.connection())
        .await?;
    row.map(read).transpose()
}

/// Lists all proofs of an account, the newest first.
pub async fn proofs_of(store: &impl Reads, account_id: i64) -> Result<Vec<Proof>> {
    let rows = identity_proof::Entity::find()
        .filter(identity_proof::COLUMN.account_id.eq(account_id))
        .order_by_desc(identity_proof::Column::Id)
        .all(store.connection())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Finds the account for which the same document, or the same identity, stands as a proof.
pub async fn proven_by(store: &impl Reads, hash: &str) -> Result<Option<i64>> {
    let row = identity_proof::Entity::find()
        .filter(identity_proof::COLUMN.hash.eq(hash))
        .one(store.connection())
        .await?;
    Ok(row.map(|row| row.account_id))
}

/// Ends the proof that stands for an account, and forgets its hash: the document may then prove another account.
/// `false` where none stands.
pub async fn end_proof(
    transaction: &Transaction,
    account_id: i64,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    check_optional(reason, "why a proof of identity is withdrawn")?;
    let ended = identity_proof::Entity::update_many()
        .col_expr(identity_proof::Column::StandingFor, Expr::value(Option::<i64>::None))
        .col_expr(identity_proof::Column::Hash, Expr::value(Option::<String>::None))
        .col_expr(identity_proof::Column::EndedAt, Expr::value(Some(to_stored(now))))
        .col_expr(identity_proof::Column::EndReason, Expr::value(reason.map(str::to_owned)))
        .filter(identity_proof::COLUMN.standing_for.eq(account_id))
        .exec(&transaction.inner)
        .await?;
    Ok(ended.rows_affected > 0)
}

fn read(row: identity_proof::Model) -> Result<Proof> {
    let what = format!("proof of identity {}", row.id);
    let document = match (row.document, row.last_four) {
        (Some(kind), Some(last_four)) => {
            Some(ProofDocument { kind: word(&kind, &what, "document")?, last_four })
        }
        (None, None) => None,
        _ => return Err(StoreError::corrupt(format!("{what} has a part of a document only"))),
    };
    Ok(Proof {
        id: row.id,
        account_id: row.account_id,
        method: word(&row.method, &what, "method")?,
        document,
        valid_until: row.valid_until,
        proven_at: row.proven_at,
        proven_by: row.proven_by_name,
        ended_at: row.ended_at,
        end_reason: row.end_reason,
    })
}
