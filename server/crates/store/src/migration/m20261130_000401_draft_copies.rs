//! What drafts said before: when they were submitted, and when somebody else wrote over them.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, string, text, timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let account = big_integer_null("updated_account");
        let draft = Table::alter().table("draft").add_column(account).to_owned();
        manager.alter_table(draft).await?;
        let copy = Table::create()
            .table("draft_copy")
            .col(big_integer("case_id"))
            .col(integer("revision"))
            .col(text("document"))
            .col(string("saved_by"))
            .col(timestamp_with_time_zone("saved_at"))
            .col(boolean("is_submitted"))
            .primary_key(Index::create().col("case_id").col("revision"))
            .foreign_key(ForeignKey::create().from("draft_copy", "case_id").to("case_file", "id"))
            .to_owned();
        manager.create_table(copy).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("draft_copy").to_owned()).await?;
        let draft = Table::alter().table("draft").drop_column("updated_account").to_owned();
        manager.alter_table(draft).await
    }
}
