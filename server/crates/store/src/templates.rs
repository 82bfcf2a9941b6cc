//! Templates of agreements and their versions, and who accepted the terms of the platform (AGR-02, AGR-03). A version
//! is never changed: a new one comes after it.

use std::fmt;

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{self, check_text, stored_number, to_stored};
use crate::entity::{agreement_template, platform_acceptance};
use crate::{Reads, Result, StoreError, Transaction};

/// Whose a template is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A provider's own, by the code of the organization.
    Organization(String),
    /// What the authority of a region gives to providers that have none, by the code of the region.
    Region(String),
}

impl Owner {
    /// Returns the code of the organization or the region.
    pub fn code(&self) -> &str {
        match self {
            Self::Organization(code) | Self::Region(code) => code,
        }
    }
}

/// As it is stored, as in `organization:YX-JT`.
impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organization(code) => write!(formatter, "organization:{code}"),
            Self::Region(code) => write!(formatter, "region:{code}"),
        }
    }
}

/// A version of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateVersion {
    /// Whose it is.
    pub owner: Owner,
    /// The document, as in `usage_agreement`.
    pub kind: String,
    /// Its number, from 1.
    pub number: u32,
    /// The text, with its blanks.
    pub text: String,
    /// What is new.
    pub note: String,
    /// SHA-256 of the text, hex.
    pub sha256: String,
    /// The account that published it; none where a command did.
    pub account: Option<i64>,
    /// The name of the person.
    pub published_by: String,
    /// When.
    pub published_at: DateTime<Utc>,
}

impl TemplateVersion {
    /// Returns what a document says it was written from, as in `organization:YX-JT/usage_agreement/3`.
    pub fn reference(&self) -> String {
        format!("{}/{}/{}", self.owner, self.kind, self.number)
    }
}

/// Keeps a version.
///
/// # Errors
///
/// `Conflict` where its number is taken: somebody else published at the same time.
pub async fn publish(transaction: &Transaction, new: &TemplateVersion) -> Result<()> {
    let what = "a template of an agreement";
    for text in [&new.text, &new.note, &new.published_by] {
        check_text(text, what)?;
    }
    let row = agreement_template::ActiveModel {
        id: NotSet,
        owner: Set(new.owner.to_string()),
        kind: Set(new.kind.clone()),
        number: Set(stored_number(new.number, what)?),
        text: Set(new.text.clone()),
        note: Set(new.note.clone()),
        sha256: Set(new.sha256.clone()),
        account_id: Set(new.account),
        published_by: Set(new.published_by.clone()),
        published_at: Set(to_stored(new.published_at)),
    };
    let n_added = agreement_template::Entity::insert_many([row])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&transaction.inner)
        .await?;
    match n_added {
        0 => Err(StoreError::Conflict {
            what: "somebody else published a version of the template meanwhile".to_owned(),
        }),
        _ => Ok(()),
    }
}

/// Lists the versions of a template, the newest first.
pub async fn list(store: &impl Reads, owner: &Owner, kind: &str) -> Result<Vec<TemplateVersion>> {
    let rows = of(owner, kind).all(store.connection()).await?;
    rows.into_iter().map(|row| read(owner, row)).collect()
}

/// Finds the version in force: the newest.
pub async fn current(
    store: &impl Reads,
    owner: &Owner,
    kind: &str,
) -> Result<Option<TemplateVersion>> {
    let row = of(owner, kind).one(store.connection()).await?;
    row.map(|row| read(owner, row)).transpose()
}

/// Returns the number of the version in force.
pub async fn number(store: &impl Reads, owner: &Owner, kind: &str) -> Result<Option<u32>> {
    let last: Option<i32> = of(owner, kind)
        .select_only()
        .column(agreement_template::Column::Number)
        .into_tuple()
        .one(store.connection())
        .await?;
    last.map(|last| convert::number(last, "a template of an agreement", "number")).transpose()
}

fn of(owner: &Owner, kind: &str) -> sea_orm::Select<agreement_template::Entity> {
    agreement_template::Entity::find()
        .filter(agreement_template::COLUMN.owner.eq(owner.to_string().as_str()))
        .filter(agreement_template::COLUMN.kind.eq(kind))
        .order_by_desc(agreement_template::COLUMN.number)
}

/// That somebody accepted a version of the terms of the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The account.
    pub account: i64,
    /// The version.
    pub number: u32,
    /// SHA-256 of the text, hex.
    pub sha256: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Keeps that somebody accepted a version. `false` where they had.
pub async fn accept(transaction: &Transaction, new: &Acceptance) -> Result<bool> {
    let row = platform_acceptance::ActiveModel {
        id: NotSet,
        account_id: Set(new.account),
        number: Set(stored_number(new.number, "the terms of the platform")?),
        sha256: Set(new.sha256.clone()),
        accepted_at: Set(to_stored(new.at)),
    };
    let n_added = platform_acceptance::Entity::insert_many([row])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&transaction.inner)
        .await?;
    Ok(n_added > 0)
}

/// Finds what an account accepted last.
pub async fn accepted(store: &impl Reads, account: i64) -> Result<Option<Acceptance>> {
    let row = platform_acceptance::Entity::find()
        .filter(platform_acceptance::COLUMN.account_id.eq(account))
        .order_by_desc(platform_acceptance::COLUMN.number)
        .one(store.connection())
        .await?;
    row.map(|row| {
        Ok(Acceptance {
            account: row.account_id,
            number: convert::number(row.number, "the terms of the platform", "number")?,
            sha256: row.sha256,
            at: row.accepted_at,
        })
    })
    .transpose()
}

fn read(owner: &Owner, row: agreement_template::Model) -> Result<TemplateVersion> {
    Ok(TemplateVersion {
        owner: owner.clone(),
        number: convert::number(row.number, &format!("template {}", row.id), "number")?,
        kind: row.kind,
        text: row.text,
        note: row.note,
        sha256: row.sha256,
        account: row.account_id,
        published_by: row.published_by,
        published_at: row.published_at,
    })
}
