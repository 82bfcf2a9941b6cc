//! Imports and how far they got.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, string, text, timestamp_with_time_zone, timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let run = Table::create()
            .table("import_run")
            .col(big_pk_auto("id"))
            .col(string("source"))
            .col(string("fingerprint"))
            .col(big_integer("position"))
            .col(text("report"))
            .col(timestamp_with_time_zone("started_at"))
            .col(timestamp_with_time_zone("progressed_at"))
            .col(timestamp_with_time_zone_null("finished_at"))
            .to_owned();
        manager.create_table(run).await?;
        // `imports::find_resumable`: the unfinished run of a file.
        let index = Index::create()
            .name("import_run_file")
            .table("import_run")
            .col("source")
            .col("fingerprint")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("import_run").to_owned()).await
    }
}
