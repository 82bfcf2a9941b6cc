//! Which organization leads the sector of which (ORG-07).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::string;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sector_mark = Table::create()
            .table("sector_mark")
            .col(string("organization").primary_key())
            .col(string("lead"))
            .to_owned();
        manager.create_table(sector_mark).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("sector_mark").to_owned()).await
    }
}
