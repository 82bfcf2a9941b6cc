//! What the rules of a profile were under each of its revisions (ORG-12).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{big_pk_auto, integer, string, text, timestamp_with_time_zone};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let texts = Table::create()
            .table("policy_text")
            .col(big_pk_auto("id"))
            .col(string("code"))
            .col(integer("revision"))
            .col(text("text"))
            .col(timestamp_with_time_zone("kept_at"))
            .to_owned();
        manager.create_table(texts).await?;
        let mut once = Index::create();
        // `policies::keep`: a revision is kept once.
        once.name("policy_text_once").table("policy_text").col("code").col("revision").unique();
        manager.create_index(once.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("policy_text").to_owned()).await
    }
}
