//! Documents that are signed for grants. A text is never changed: a new one is offered in its place.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::convert::{check_text, to_stored};
use crate::entity::agreement_document;
use crate::{Reads, Result, Transaction};

/// Who signed, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The account.
    pub account: i64,
    /// The name of the person.
    pub name: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its number in the register; 0 before it is kept.
    pub id: i64,
    /// The case.
    pub case: i64,
    /// What it is, as in `usage_agreement`.
    pub kind: String,
    /// The version of its template.
    pub template: String,
    /// What is signed.
    pub text: String,
    /// SHA-256 of the text, hex.
    pub sha256: String,
    /// When it was offered.
    pub offered_at: DateTime<Utc>,
    /// The applicant's signature.
    pub signed: Option<Signature>,
    /// The provider's.
    pub countersigned: Option<Signature>,
}

impl Document {
    /// Whether every side has signed that signs it: a commitment is the applicant's alone (AGR-07).
    pub fn is_signed(&self) -> bool {
        let is_provider_done = self.kind == "commitment_letter" || self.countersigned.is_some();
        self.signed.is_some() && is_provider_done
    }
}

/// Whose signature it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The applicant's.
    Applicant,
    /// The provider's.
    Provider,
}

/// Keeps a document that is offered.
pub async fn offer(transaction: &Transaction, new: &Document) -> Result<()> {
    check_text(&new.text, "an agreement")?;
    let row = agreement_document::ActiveModel {
        id: NotSet,
        case_id: Set(new.case),
        kind: Set(new.kind.clone()),
        template: Set(new.template.clone()),
        text: Set(new.text.clone()),
        sha256: Set(new.sha256.clone()),
        offered_at: Set(to_stored(new.offered_at)),
        signer: Set(None),
        signer_name: Set(None),
        signed_at: Set(None),
        countersigner: Set(None),
        countersigner_name: Set(None),
        countersigned_at: Set(None),
    };
    agreement_document::Entity::insert(row).exec(&transaction.inner).await?;
    Ok(())
}

/// Writes a signature under a document of a case. `false` where that side has signed already.
pub async fn sign(transaction: &Transaction, id: i64, side: Side, by: &Signature) -> Result<bool> {
    check_text(&by.name, "a signature")?;
    let (account, name, at) = match side {
        Side::Applicant => (
            agreement_document::Column::Signer,
            agreement_document::Column::SignerName,
            agreement_document::Column::SignedAt,
        ),
        Side::Provider => (
            agreement_document::Column::Countersigner,
            agreement_document::Column::CountersignerName,
            agreement_document::Column::CountersignedAt,
        ),
    };
    let signed = agreement_document::Entity::update_many()
        .col_expr(account, Expr::value(by.account))
        .col_expr(name, Expr::value(by.name.as_str()))
        .col_expr(at, Expr::value(to_stored(by.at)))
        .filter(agreement_document::COLUMN.id.eq(id))
        .filter(account.is_null())
        .exec(&transaction.inner)
        .await?;
    Ok(signed.rows_affected > 0)
}

/// Lists the documents of a case, in the order in which they are signed.
pub async fn of_case(store: &impl Reads, case: i64) -> Result<Vec<Document>> {
    let rows = agreement_document::Entity::find()
        .filter(agreement_document::COLUMN.case_id.eq(case))
        .order_by_asc(agreement_document::Column::Id)
        .all(store.connection())
        .await?;
    Ok(rows.into_iter().map(read).collect())
}

pub(crate) fn read(row: agreement_document::Model) -> Document {
    let signature = |account: Option<i64>, name: Option<String>, at: Option<DateTime<Utc>>| {
        Some(Signature { account: account?, name: name?, at: at? })
    };
    Document {
        signed: signature(row.signer, row.signer_name, row.signed_at),
        countersigned: signature(row.countersigner, row.countersigner_name, row.countersigned_at),
        id: row.id,
        case: row.case_id,
        kind: row.kind,
        template: row.template,
        text: row.text,
        sha256: row.sha256,
        offered_at: row.offered_at,
    }
}
