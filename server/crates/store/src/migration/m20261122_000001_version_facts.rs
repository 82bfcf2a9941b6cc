//! What decides whether the public sees a version stands in columns, so that showing a dataset with
//! thousands of versions reads none of their texts.

use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Expr, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::boolean;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const COLUMNS: [&str; 3] = ["is_public", "is_wholly_open", "changes_public_items"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in COLUMNS {
            let column = boolean(name).default(Expr::value(false)).to_owned();
            let add = Table::alter().table("dataset_version").add_column(column).to_owned();
            manager.alter_table(add).await?;
        }
        let connection = manager.get_connection();
        let from_text = match manager.get_database_backend() {
            DbBackend::Postgres => FROM_TEXT_POSTGRES,
            _ => FROM_TEXT_SQLITE,
        };
        connection.execute_unprepared(from_text).await?;
        connection.execute_unprepared(FROM_TABLES).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in COLUMNS {
            let drop = Table::alter().table("dataset_version").drop_column(name).to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}

/// Current versions: what they say is with the dataset. Whether the items of a version written before
/// this migration differ from those before stays untold.
const FROM_TABLES: &str = "
UPDATE dataset_version SET
  is_public = EXISTS (SELECT 1 FROM dataset d WHERE d.id = dataset_id AND d.open_class <> 'none')
    AND (NOT EXISTS (SELECT 1 FROM data_item i WHERE i.dataset_id = dataset_version.dataset_id)
      OR EXISTS (SELECT 1 FROM data_item i
        WHERE i.dataset_id = dataset_version.dataset_id AND i.open_class <> 'none')),
  is_wholly_open =
    EXISTS (SELECT 1 FROM dataset d WHERE d.id = dataset_id AND d.open_class = 'unconditional')
    AND NOT EXISTS (SELECT 1 FROM data_item i
      WHERE i.dataset_id = dataset_version.dataset_id AND i.open_class <> 'unconditional')
WHERE superseded IS NULL";

/// Superseded versions: what they said is JSON.
const FROM_TEXT_SQLITE: &str = "
UPDATE dataset_version SET
  is_public = json_extract(superseded, '$.fields.open.class') <> 'none'
    AND (json_array_length(superseded, '$.items') = 0
      OR EXISTS (SELECT 1 FROM json_each(superseded, '$.items')
        WHERE json_extract(value, '$.open_class') <> 'none')),
  is_wholly_open = json_extract(superseded, '$.fields.open.class') = 'unconditional'
    AND NOT EXISTS (SELECT 1 FROM json_each(superseded, '$.items')
      WHERE json_extract(value, '$.open_class') <> 'unconditional')
WHERE superseded IS NOT NULL";

const FROM_TEXT_POSTGRES: &str = "
UPDATE dataset_version SET
  is_public = superseded::jsonb #>> '{fields,open,class}' <> 'none'
    AND (jsonb_array_length(superseded::jsonb -> 'items') = 0
      OR EXISTS (SELECT 1 FROM jsonb_array_elements(superseded::jsonb -> 'items') item
        WHERE item ->> 'open_class' <> 'none')),
  is_wholly_open = superseded::jsonb #>> '{fields,open,class}' = 'unconditional'
    AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements(superseded::jsonb -> 'items') item
      WHERE item ->> 'open_class' <> 'unconditional')
WHERE superseded IS NOT NULL";
