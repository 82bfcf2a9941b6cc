//! Which organization leads the sector of which (ORG-07).

use kaishu_types::OrganizationCode;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, QueryOrder};

use crate::entity::sector_mark;
use crate::{Result, Store, Transaction};

/// Marks an organization under the sector of another one; `None` takes the mark away.
pub async fn mark(
    transaction: &Transaction,
    organization: &OrganizationCode,
    lead: Option<&OrganizationCode>,
) -> Result<()> {
    let Some(lead) = lead else {
        sector_mark::Entity::delete_by_id(organization.to_string())
            .exec(&transaction.inner)
            .await?;
        return Ok(());
    };
    let row = sector_mark::ActiveModel {
        organization: Set(organization.to_string()),
        lead: Set(lead.to_string()),
    };
    sector_mark::Entity::insert(row)
        .on_conflict(OnConflict::column("organization").update_column("lead").to_owned())
        .exec_without_returning(&transaction.inner)
        .await?;
    Ok(())
}

/// Lists all marks by organization: the one that is led, the one that leads.
pub async fn marks(store: &Store) -> Result<Vec<(String, String)>> {
    let query = sector_mark::Entity::find().order_by_asc(sector_mark::Column::Organization);
    let rows = query.all(&store.connection).await?;
    Ok(rows.into_iter().map(|row| (row.organization, row.lead)).collect())
}
