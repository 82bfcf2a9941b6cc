//! Messages within cases.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::{big_integer, integer, text, timestamp_with_time_zone};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut of_case =
            ForeignKey::create().from("case_message", "case_id").to("case_file", "id").to_owned();
        let table = Table::create()
            .table("case_message")
            .col(big_integer("case_id"))
            .col(integer("event_no"))
            .col(big_integer("account_id"))
            .col(text("body"))
            .col(timestamp_with_time_zone("written_at"))
            .primary_key(Index::create().col("case_id").col("event_no"))
            .foreign_key(&mut of_case)
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("case_message").to_owned()).await
    }
}
