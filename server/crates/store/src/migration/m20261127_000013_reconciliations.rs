//! Comparisons with what the provider says that it holds (PUB-13).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, boolean, integer, string, string_null, text,
    timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("reconciliation")
            .col(big_pk_auto("id"))
            .col(string("dataset"))
            .col(text("title"))
            .col(string("organization"))
            .col(string("region"))
            .col(integer("version"))
            .col(big_integer("resource_id"))
            .col(text("resource_title"))
            .col(integer("table_number"))
            .col(string("stated_by"))
            .col(timestamp_with_time_zone("stated_at"))
            .col(big_integer_null("stated_rows"))
            .col(big_integer_null("found_rows"))
            .col(string_null("stated_sha256"))
            .col(string_null("found_sha256"))
            .col(integer("n_sample"))
            .col(text("missing"))
            .col(boolean("is_consistent"))
            .to_owned();
        manager.create_table(table).await?;
        let mut index = Index::create();
        // `reconciliations::of_dataset`: what was compared of a dataset.
        index.name("reconciliation_dataset").table("reconciliation").col("dataset").col("id");
        manager.create_index(index.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("reconciliation").to_owned()).await
    }
}
