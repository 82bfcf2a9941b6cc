//! What masked and held columns of a version stands beside it when another follows: the files that only
//! the older one has stay guarded by it, and showing a dataset reads none of the long texts.

use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::text_null;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = text_null("guards").to_owned();
        let add = Table::alter().table("dataset_version").add_column(column).to_owned();
        manager.alter_table(add).await?;
        let from_text = match manager.get_database_backend() {
            DbBackend::Postgres => FROM_TEXT_POSTGRES,
            _ => FROM_TEXT_SQLITE,
        };
        manager.get_connection().execute_unprepared(from_text).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter().table("dataset_version").drop_column("guards").to_owned();
        manager.alter_table(drop).await
    }
}

const FROM_TEXT_SQLITE: &str = "
UPDATE dataset_version SET guards = (
  SELECT json_group_array(json(item.value)) FROM json_each(superseded, '$.items') item
  WHERE json_extract(item.value, '$.mask') IS NOT NULL OR json_extract(item.value, '$.sensitive'))
WHERE superseded IS NOT NULL";

const FROM_TEXT_POSTGRES: &str = "
UPDATE dataset_version SET guards = (
  SELECT COALESCE(jsonb_agg(item), '[]')::text
  FROM jsonb_array_elements(superseded::jsonb -> 'items') item
  WHERE item ->> 'mask' IS NOT NULL OR item ->> 'sensitive' = 'true')
WHERE superseded IS NOT NULL";
