//! Versions name who submitted them, and their provider (CAT-10, PUB-14). What was published before names neither.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::string_null;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const COLUMNS: [&str; 2] = ["author", "provider"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in COLUMNS {
            let column = string_null(name);
            let add = Table::alter().table("dataset_version").add_column(column).to_owned();
            manager.alter_table(add).await?;
        }
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
