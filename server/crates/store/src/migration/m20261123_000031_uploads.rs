//! Uploads that go on after a break, and bytes that are about to go (SEC-13).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, integer_null, string, string_null, text, timestamp_with_time_zone,
    timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let upload = Table::create()
            .table("upload")
            .col(string("id").primary_key())
            .col(big_integer("account_id"))
            .col(string("target"))
            .col(text("file_name"))
            .col(big_integer("size_bytes"))
            .col(string_null("sha256"))
            .col(big_integer("received"))
            .col(integer_null("result"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("lease_until"))
            .foreign_key(ForeignKey::create().from("upload", "account_id").to("account", "id"))
            .to_owned();
        manager.create_table(upload).await?;
        // `uploads::expired`.
        let index =
            Index::create().name("upload_expires_at").table("upload").col("expires_at").to_owned();
        manager.create_index(index).await?;
        let part = Table::create()
            .table("upload_part")
            .col(string("upload_id"))
            .col(big_integer("start_at"))
            .col(big_integer("end_at"))
            .col(string("part_key"))
            // `uploads::parts`.
            .primary_key(Index::create().col("upload_id").col("start_at"))
            .foreign_key(ForeignKey::create().from("upload_part", "upload_id").to("upload", "id"))
            .to_owned();
        manager.create_table(part).await?;
        let condemned = Table::create()
            .table("condemned_blob")
            .col(string("blob_key").primary_key())
            .col(timestamp_with_time_zone("condemned_at"))
            .to_owned();
        manager.create_table(condemned).await?;
        // `condemned::used`: the daily sweep asks for many keys at once.
        for (table, name) in
            [("resource", "resource_blob_key"), ("resource_table", "resource_table_blob_key")]
        {
            let index = Index::create().name(name).table(table).col("blob_key").to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name) in
            [("resource_table", "resource_table_blob_key"), ("resource", "resource_blob_key")]
        {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        for table in ["condemned_blob", "upload_part", "upload"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
