//! Signed documents set in pages, as they are kept (AGR-05).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::{big_integer, blob, string, timestamp_with_time_zone};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut of_document = ForeignKey::create()
            .from("agreement_paper", "document_id")
            .to("agreement_document", "id")
            .to_owned();
        let table = Table::create()
            .table("agreement_paper")
            .col(big_integer("document_id").primary_key())
            .col(string("sha256"))
            .col(blob("pdf"))
            .col(timestamp_with_time_zone("made_at"))
            .foreign_key(&mut of_document)
            .to_owned();
        manager.create_table(table).await?;
        // `papers::by_hash`: whoever holds a paper, or its text, asks whether it is genuine.
        for (name, table) in [
            ("agreement_paper_sha256", "agreement_paper"),
            ("agreement_document_sha256", "agreement_document"),
        ] {
            let index = Index::create().name(name).table(table).col("sha256").to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index =
            Index::drop().name("agreement_document_sha256").table("agreement_document").to_owned();
        manager.drop_index(index).await?;
        manager.drop_table(Table::drop().table("agreement_paper").to_owned()).await
    }
}
