//! Files that stand at their provider, and what was last fetched of them (PUB-11).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    TableCreateStatement, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, string, string_null, text, text_null, timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter().table("resource").add_column(text_null("in_place")).to_owned();
        manager.alter_table(add).await?;
        manager.create_table(in_place_copy()).await?;
        let mut asked = Index::create();
        // `in_place::run_out`: copies that nobody asked for any more.
        asked.name("in_place_copy_asked").table("in_place_copy").col("asked_at");
        manager.create_index(asked.to_owned()).await?;
        let mut keys = Index::create();
        // `condemned::used`: which bytes are those of a copy.
        keys.name("in_place_copy_blob").table("in_place_copy").col("blob_key");
        manager.create_index(keys.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("in_place_copy").to_owned()).await?;
        let drop = Table::alter().table("resource").drop_column("in_place").to_owned();
        manager.alter_table(drop).await
    }
}

fn in_place_copy() -> TableCreateStatement {
    Table::create()
        .table("in_place_copy")
        .col(big_integer("resource_id").primary_key())
        .col(string("dataset"))
        .col(text("url"))
        .col(string_null("etag"))
        .col(string_null("last_modified"))
        .col(string("blob_key"))
        .col(big_integer("size_bytes"))
        .col(string("sha256"))
        .col(string("sm3"))
        .col(timestamp_with_time_zone("fetched_at"))
        .col(timestamp_with_time_zone("asked_at"))
        .foreign_key(ForeignKey::create().from("in_place_copy", "resource_id").to("resource", "id"))
        .to_owned()
}
