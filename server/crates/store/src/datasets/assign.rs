//! Catalogue codes: `{organization}-{serial}`, no serial used twice.

use std::collections::{BTreeSet, HashMap, HashSet};

use kaishu_types::DatasetCode;
use sea_orm::sea_query::Expr;
use sea_orm::{DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};

use super::write::Refusal;
use crate::Result;
use crate::entity::{dataset, organization};

/// The organizations a batch speaks of, with their next serials.
pub(super) struct Serials {
    by_code: HashMap<String, Provider>,
    moved: BTreeSet<String>,
}

struct Provider {
    id: i64,
    next_serial: i64,
}

impl Serials {
    /// Reads the organizations with these codes; those that do not exist are left out.
    pub(super) async fn load(
        transaction: &DatabaseTransaction,
        codes: BTreeSet<&str>,
    ) -> Result<Self> {
        let rows: Vec<(String, i64, i64)> = organization::Entity::find()
            .select_only()
            .columns([
                organization::Column::Code,
                organization::Column::Id,
                organization::Column::NextSerial,
            ])
            .filter(organization::COLUMN.code.is_in(codes))
            .into_tuple()
            .all(transaction)
            .await?;
        let by_code =
            rows.into_iter().map(|(code, id, next_serial)| (code, Provider { id, next_serial }));
        Ok(Self { by_code: by_code.collect(), moved: BTreeSet::new() })
    }

    /// Returns the id of an organization.
    pub(super) fn id(&self, organization: &str) -> Option<i64> {
        self.by_code.get(organization).map(|provider| provider.id)
    }

    /// Moves the serial past a code that was chosen elsewhere, so that it is never assigned.
    pub(super) fn skip(&mut self, code: &DatasetCode) {
        let Some((organization, serial)) = split(code) else {
            return;
        };
        let Some(provider) = self.by_code.get_mut(organization) else {
            return;
        };
        if provider.next_serial <= serial {
            provider.next_serial = serial.saturating_add(1);
            self.moved.insert(organization.to_owned());
        }
    }

    /// Takes the next code of an organization that is known to exist.
    pub(super) fn take(&mut self, organization: &str) -> Result<DatasetCode, Refusal> {
        let provider = self.by_code.get_mut(organization).ok_or_else(|| {
            Refusal::new(format!("organization `{organization}` does not exist; write it first"))
        })?;
        let serial = provider.next_serial;
        provider.next_serial = serial.saturating_add(1);
        self.moved.insert(organization.to_owned());
        format!("{organization}-{serial:04}").parse().map_err(|error| {
            Refusal::new(format!("no code can be made for organization `{organization}`: {error}"))
        })
    }

    /// Writes down where the serials are now.
    pub(super) async fn save(&self, transaction: &DatabaseTransaction) -> Result<()> {
        for code in &self.moved {
            let Some(provider) = self.by_code.get(code) else {
                continue;
            };
            organization::Entity::update_many()
                .col_expr(organization::Column::NextSerial, Expr::value(provider.next_serial))
                .filter(organization::COLUMN.id.eq(provider.id))
                .exec(transaction)
                .await?;
        }
        Ok(())
    }
}

/// Splits a code that looks like an assigned one.
pub(super) fn split(code: &DatasetCode) -> Option<(&str, i64)> {
    let (organization, serial) = code.as_str().rsplit_once('-')?;
    Some((organization, serial.parse().ok()?))
}

/// Returns which of these codes are taken.
pub(super) async fn taken(
    transaction: &DatabaseTransaction,
    codes: &[&str],
) -> Result<HashSet<String>> {
    let rows: Vec<String> = dataset::Entity::find()
        .select_only()
        .column(dataset::Column::Code)
        .filter(dataset::COLUMN.code.is_in(codes.iter().copied()))
        .into_tuple()
        .all(transaction)
        .await?;
    Ok(rows.into_iter().collect())
}
