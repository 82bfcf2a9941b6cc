//! Batches of records that changed a table, by the key that makes a repeated one the same (PUB-12).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, TableCreateStatement,
    async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, integer, string, timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(record_batch()).await?;
        let mut keys = Index::create();
        // `batches::find`: what a batch became; two of one key are one.
        keys.name("record_batch_key").table("record_batch").col("dataset").col("key").unique();
        manager.create_index(keys.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("record_batch").to_owned()).await
    }
}

fn record_batch() -> TableCreateStatement {
    Table::create()
        .table("record_batch")
        .col(big_pk_auto("id"))
        .col(string("dataset"))
        .col(string("key"))
        .col(string("sha256"))
        .col(integer("version"))
        .col(big_integer("n_inserted"))
        .col(big_integer("n_updated"))
        .col(big_integer("n_same"))
        .col(big_integer("n_deleted"))
        .col(big_integer("n_rows"))
        .col(timestamp_with_time_zone("taken_at"))
        .to_owned()
}
