//! The next version of the compiling guide while it is being written (CAT-03).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{boolean, integer, string, text, timestamp_with_time_zone};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drafts = Table::create()
            .table("guide_draft")
            .col(integer("id").primary_key())
            .col(text("content"))
            .col(integer("revision"))
            .col(boolean("is_open"))
            .col(string("changed_by"))
            .col(timestamp_with_time_zone("changed_at"))
            .to_owned();
        manager.create_table(drafts).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("guide_draft").to_owned()).await
    }
}
