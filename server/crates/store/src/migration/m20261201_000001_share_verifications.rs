//! Requests of agencies to verify values that they may not have.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::{big_integer, string, text, text_null, timestamp_with_time_zone};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut of_case = ForeignKey::create()
            .from("share_verification", "case_id")
            .to("case_file", "id")
            .to_owned();
        let table = Table::create()
            .table("share_verification")
            .col(big_integer("case_id").primary_key())
            .col(string("organization"))
            .col(text("asked"))
            .col(text_null("answers"))
            .col(timestamp_with_time_zone("updated_at"))
            .foreign_key(&mut of_case)
            .to_owned();
        manager.create_table(table).await?;
        // `share_verifications::of_organizations`: what an agency asked, the newest first.
        let mut index = Index::create();
        index.name("share_verification_organization").table("share_verification");
        for column in ["organization", "case_id"] {
            index.col(column);
        }
        manager.create_index(index.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("share_verification").to_owned()).await
    }
}
