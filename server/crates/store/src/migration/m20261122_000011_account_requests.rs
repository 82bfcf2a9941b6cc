//! What agencies ask for accounts, until it is decided (ORG-06).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let account_request = Table::create()
            .table("account_request")
            .col(big_integer("case_id").primary_key())
            .col(text("document"))
            .foreign_key(
                ForeignKey::create().from("account_request", "case_id").to("case_file", "id"),
            )
            .to_owned();
        manager.create_table(account_request).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("account_request").to_owned()).await
    }
}
