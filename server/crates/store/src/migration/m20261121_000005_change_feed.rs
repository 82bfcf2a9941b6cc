//! The feed that search indexes follow.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{big_pk_auto, string};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // No reference to the dataset: the feed outlives what it speaks of.
        let feed = Table::create()
            .table("change_feed")
            .col(big_pk_auto("seq"))
            .col(string("dataset_code"))
            .to_owned();
        manager.create_table(feed).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("change_feed").to_owned()).await
    }
}
