//! The other organization that a case is between: who disputes a class sees it, too (CLS-16).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::string_null;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter().table("case_file").add_column(string_null("party")).to_owned();
        manager.alter_table(add).await?;
        // `cases::desk`: what an organization disputes.
        let mut index = Index::create();
        index.name("case_file_party").table("case_file").col("party");
        manager.create_index(index.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop().name("case_file_party").table("case_file").to_owned();
        manager.drop_index(index).await?;
        let drop = Table::alter().table("case_file").drop_column("party").to_owned();
        manager.alter_table(drop).await
    }
}
