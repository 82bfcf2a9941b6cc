//! Work that outlives a request, and the tables of files.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, boolean, integer, string, string_null, text, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let job = Table::create()
            .table("job")
            .col(big_pk_auto("id"))
            .col(string("kind"))
            .col(big_integer("subject"))
            .col(string("state"))
            .col(integer("n_attempts"))
            .col(big_integer("done"))
            .col(big_integer("total"))
            .col(text_null("note"))
            .col(boolean("is_cancel_requested"))
            .col(timestamp_with_time_zone("run_after"))
            .col(string_null("lease_owner"))
            .col(timestamp_with_time_zone_null("lease_until"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            // `jobs::enqueue`: one job of a kind for a subject.
            .index(Index::create().unique().name("subject").col("kind").col("subject"))
            .to_owned();
        manager.create_table(job).await?;
        // `jobs::take`: what waits, oldest first.
        let index = Index::create()
            .name("job_state_run_after")
            .table("job")
            .col("state")
            .col("run_after")
            .to_owned();
        manager.create_index(index).await?;
        let table = Table::create()
            .table("resource_table")
            .col(big_integer("resource_id"))
            .col(integer("position"))
            .col(string("name"))
            .col(string("blob_key"))
            .col(big_integer("size_bytes"))
            .col(big_integer("n_rows"))
            .col(text("facts"))
            .col(timestamp_with_time_zone("created_at"))
            // `tables::of_resource`.
            .primary_key(Index::create().col("resource_id").col("position"))
            .foreign_key(
                ForeignKey::create().from("resource_table", "resource_id").to("resource", "id"),
            )
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("resource_table").to_owned()).await?;
        manager.drop_table(Table::drop().table("job").to_owned()).await
    }
}
