//! Requests that were done, by the key that makes a repeated one the same.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, integer, string, text, timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let requests = Table::create()
            .table("kept_request")
            .col(big_pk_auto("id"))
            .col(big_integer("account_id"))
            .col(string("key"))
            .col(string("request"))
            .col(string("sha256"))
            .col(string("held"))
            .col(integer("status"))
            .col(string("location"))
            .col(text("body"))
            .col(timestamp_with_time_zone("begun_at"))
            .to_owned();
        manager.create_table(requests).await?;
        let mut keys = Index::create();
        // `requests::begin`: two of one key are one.
        keys.name("kept_request_key").table("kept_request").col("account_id").col("key").unique();
        manager.create_index(keys.to_owned()).await?;
        let mut old = Index::create();
        // `requests::forget`: what is old enough.
        old.name("kept_request_begun").table("kept_request").col("begun_at");
        manager.create_index(old.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("kept_request").to_owned()).await
    }
}
