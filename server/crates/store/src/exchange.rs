//! The registers of exchange: channels beside the platform, return demands, upward requests, backflows (SHR-16 to SHR-18,
//! SHR-20).

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use kaishu_types::exchange::{ExchangeFields, ExchangeRegister};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{check_text, to_stored, word};
use crate::entity::exchange_record;
use crate::{Result, Store, StoreError, Transaction};

/// A record of a register of exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// The register it is in.
    pub register: ExchangeRegister,
    /// Code of the agency it belongs to, and of its region.
    pub place: (String, String),
    /// Code of the agency that answers it, and of its region.
    pub addressee: Option<(String, String)>,
    /// What the data is called.
    pub title: String,
    /// What is recorded of it.
    pub fields: ExchangeFields,
    /// The entry it became.
    pub dataset: Option<DatasetCode>,
    /// How often it was saved; 0 before it is kept.
    pub revision: i32,
}

/// Adds a record and returns its number.
pub async fn add(transaction: &Transaction, new: &Exchange, now: DateTime<Utc>) -> Result<i64> {
    let row = row(new, 1, now)?;
    Ok(exchange_record::Entity::insert(row).exec_with_returning(&transaction.inner).await?.id)
}

/// Saves a record over the revision that was read; it stays in its register and with its agency.
///
/// # Errors
///
/// `Conflict` where somebody saved it since.
pub async fn save(transaction: &Transaction, kept: &Exchange, now: DateTime<Utc>) -> Result<()> {
    let row = exchange_record::ActiveModel {
        register: NotSet,
        organization: NotSet,
        ..row(kept, kept.revision + 1, now)?
    };
    let updated = exchange_record::Entity::update_many()
        .set(row)
        .filter(exchange_record::COLUMN.id.eq(kept.id))
        .filter(exchange_record::COLUMN.revision.eq(kept.revision))
        .exec(&transaction.inner)
        .await?;
    match updated.rows_affected {
        0 => Err(StoreError::Conflict {
            what: format!("exchange record {} has changed since it was read", kept.id),
        }),
        _ => Ok(()),
    }
}

fn row(kept: &Exchange, revision: i32, now: DateTime<Utc>) -> Result<exchange_record::ActiveModel> {
    let fields = serde_json::to_string(&kept.fields).map_err(|error| {
        StoreError::invalid(format!("an exchange record cannot be written: {error}"))
    })?;
    let (organization, region) = kept.place.clone();
    let (addressee, addressee_region) = kept.addressee.clone().unwrap_or_default();
    for text in [&organization, &region, &addressee, &addressee_region, &kept.title, &fields] {
        check_text(text, "an exchange record")?;
    }
    Ok(exchange_record::ActiveModel {
        id: NotSet,
        register: Set(kept.register.to_string()),
        organization: Set(organization),
        region: Set(region),
        addressee: Set(addressee),
        addressee_region: Set(addressee_region),
        title: Set(kept.title.clone()),
        fields: Set(fields),
        dataset: Set(kept.dataset.as_ref().map(ToString::to_string).unwrap_or_default()),
        revision: Set(revision),
        changed_at: Set(to_stored(now)),
    })
}

/// Finds a record of a register.
pub async fn find(store: &Store, register: ExchangeRegister, id: i64) -> Result<Option<Exchange>> {
    let found = exchange_record::Entity::find_by_id(id).one(&store.connection).await?;
    let found = found.map(read).transpose()?;
    Ok(found.filter(|it| it.register == register))
}

/// Lists the records of a register that belong to some organizations or regions, or are answered there, by number,
/// from behind a place on.
pub async fn list(
    store: &Store,
    register: ExchangeRegister,
    (organizations, regions): (&[String], &[String]),
    (after, limit): (i64, u64),
) -> Result<Vec<Exchange>> {
    let organizations = || organizations.iter().map(String::as_str);
    let regions = || regions.iter().map(String::as_str);
    let place = Condition::any()
        .add(exchange_record::Column::Organization.is_in(organizations()))
        .add(exchange_record::Column::Region.is_in(regions()))
        .add(exchange_record::Column::Addressee.is_in(organizations()))
        .add(exchange_record::Column::AddresseeRegion.is_in(regions()));
    let rows = exchange_record::Entity::find()
        .filter(exchange_record::COLUMN.register.eq(register.as_str()))
        .filter(place)
        .filter(exchange_record::Column::Id.gt(after))
        .order_by_asc(exchange_record::Column::Id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(read).collect()
}

fn read(row: exchange_record::Model) -> Result<Exchange> {
    let what = format!("exchange record {}", row.id);
    let fields = serde_json::from_str(&row.fields)
        .map_err(|error| StoreError::corrupt(format!("{what}, column `fields`: {error}")))?;
    let dataset = match row.dataset.as_str() {
        "" => None,
        code => Some(word(code, &what, "dataset")?),
    };
    Ok(Exchange {
        id: row.id,
        register: word(&row.register, &what, "register")?,
        place: (row.organization, row.region),
        addressee: (!row.addressee.is_empty()).then_some((row.addressee, row.addressee_region)),
        title: row.title,
        fields,
        dataset,
        revision: row.revision,
    })
}
