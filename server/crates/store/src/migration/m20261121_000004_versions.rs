//! Publications of datasets.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, integer, string, text, text_null, timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let version = Table::create()
            .table("dataset_version")
            .col(big_pk_auto("id"))
            .col(big_integer("dataset_id"))
            .col(integer("number"))
            .col(string("note"))
            .col(timestamp_with_time_zone("published_at"))
            .col(text("changed_fields"))
            .col(text_null("superseded"))
            .foreign_key(
                ForeignKey::create().from("dataset_version", "dataset_id").to("dataset", "id"),
            )
            // `datasets::find` lists the versions of a dataset by number; each number once.
            .index(Index::create().unique().name("number").col("dataset_id").col("number"))
            .to_owned();
        manager.create_table(version).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("dataset_version").to_owned()).await
    }
}
