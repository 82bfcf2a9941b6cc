//! What is known of a delivery at its end only, apart from its receipt, so that the log can seal both (SEC-01).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{big_integer, big_pk_auto, string, string_uniq};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let completions = Table::create()
            .table("receipt_completion")
            .col(big_pk_auto("id"))
            .col(string_uniq("code"))
            .col(big_integer("size_bytes"))
            .col(string("sha256"))
            .to_owned();
        manager.create_table(completions).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("receipt_completion").to_owned()).await
    }
}
