//! Views and downloads by day.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::{big_integer, date};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let usage = Table::create()
            .table("usage_day")
            .col(big_integer("dataset_id"))
            .col(date("day"))
            .col(big_integer("views"))
            .col(big_integer("downloads"))
            // One row a dataset and day; the key that `usage::add` adds to.
            .primary_key(Index::create().col("dataset_id").col("day"))
            .foreign_key(ForeignKey::create().from("usage_day", "dataset_id").to("dataset", "id"))
            .to_owned();
        manager.create_table(usage).await?;
        // `usage::by_day` and `usage::top_datasets`: everything in a span of days.
        let index = Index::create().name("usage_day_day").table("usage_day").col("day").to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("usage_day").to_owned()).await
    }
}
