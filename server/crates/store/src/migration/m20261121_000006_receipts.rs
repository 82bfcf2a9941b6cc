//! Retrieval receipts.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, integer, string, string_null, string_uniq, timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let receipt = Table::create()
            .table("retrieval_receipt")
            .col(big_pk_auto("id"))
            .col(string_uniq("code"))
            .col(string("dataset_code"))
            .col(string("dataset_title"))
            .col(integer("version"))
            .col(big_integer("resource_id"))
            .col(string("resource_title"))
            .col(string("file_name"))
            .col(big_integer("size_bytes"))
            .col(string("sha256"))
            .col(string("sm3"))
            .col(string("provider_code"))
            .col(string("provider_name"))
            .col(string_null("provider_name_en"))
            .col(string("licence"))
            .col(timestamp_with_time_zone("retrieved_at"))
            .col(string("attribution"))
            .to_owned();
        manager.create_table(receipt).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("retrieval_receipt").to_owned()).await
    }
}
