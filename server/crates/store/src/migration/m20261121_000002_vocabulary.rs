//! Terms of the vocabularies that an authority edits.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{big_pk_auto, integer, string, string_null};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let term = Table::create()
            .table("vocabulary_term")
            .col(big_pk_auto("id"))
            .col(string("vocabulary"))
            .col(string("code"))
            .col(string("label_zh"))
            .col(string("label_en"))
            .col(string_null("uri"))
            .col(integer("position"))
            // One term a code; the key of `vocabulary::upsert`.
            .index(Index::create().unique().name("term").col("vocabulary").col("code"))
            .to_owned();
        manager.create_table(term).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("vocabulary_term").to_owned()).await
    }
}
