//! Materials that applicants gave: each once, named by as many applications as want it (APP-03). Their bytes are sealed
//! by the caller before they come here.

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_types::material::Material;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{check_text, number, stored_number, to_stored, word};
use crate::entity::application_material;
use crate::{Reads, Result, Transaction};

/// A material as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// What applications name; its number is 0 before it is kept.
    pub material: Material,
    /// Who gave it.
    pub account: i64,
    /// The application that it was given with first.
    pub case: i64,
    /// The key of the sealed bytes.
    pub blob_key: String,
    /// When.
    pub given_at: DateTime<Utc>,
}

/// Keeps a material. Returns its number.
pub async fn add(transaction: &Transaction, new: &Given) -> Result<i64> {
    let Material { id: _, kind, file_name, size_bytes, sha256, valid_until } = &new.material;
    check_text(file_name, "a material")?;
    let row = application_material::ActiveModel {
        id: NotSet,
        account_id: Set(new.account),
        case_id: Set(new.case),
        kind: Set(kind.to_string()),
        file_name: Set(file_name.clone()),
        size_bytes: Set(stored_number(*size_bytes, "a material")?),
        sha256: Set(sha256.clone()),
        blob_key: Set(new.blob_key.clone()),
        valid_until: Set(*valid_until),
        given_at: Set(to_stored(new.given_at)),
    };
    let kept =
        application_material::Entity::insert(row).exec_with_returning(&transaction.inner).await?;
    Ok(kept.id)
}

/// Finds a material by its number.
pub async fn find(store: &impl Reads, id: i64) -> Result<Option<Given>> {
    let row = application_material::Entity::find_by_id(id).one(store.connection()).await?;
    row.map(read).transpose()
}

/// Lists what an account gave and what holds on a day, the newest first.
pub async fn holding(
    store: &impl Reads,
    account: i64,
    day: NaiveDate,
    limit: u64,
) -> Result<Vec<Given>> {
    let holds = Condition::any()
        .add(application_material::COLUMN.valid_until.is_null())
        .add(application_material::COLUMN.valid_until.gte(day));
    let rows = application_material::Entity::find()
        .filter(application_material::COLUMN.account_id.eq(account))
        .filter(holds)
        .order_by_desc(application_material::Column::Id)
        .limit(limit)
        .all(store.connection())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Counts what was given with an application, whether it is still named by it or not.
pub async fn n_given(store: &impl Reads, case: i64) -> Result<u64> {
    let given =
        application_material::Entity::find().filter(application_material::COLUMN.case_id.eq(case));
    Ok(given.count(store.connection()).await?)
}

fn read(row: application_material::Model) -> Result<Given> {
    let what = format!("material {}", row.id);
    Ok(Given {
        material: Material {
            id: row.id,
            kind: word(&row.kind, &what, "kind")?,
            size_bytes: number(row.size_bytes, &what, "size_bytes")?,
            file_name: row.file_name,
            sha256: row.sha256,
            valid_until: row.valid_until,
        },
        account: row.account_id,
        case: row.case_id,
        blob_key: row.blob_key,
        given_at: row.given_at,
    })
}
