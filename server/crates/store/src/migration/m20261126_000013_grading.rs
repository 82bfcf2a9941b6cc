//! The rules by which data gets its security level (CLS-12).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{
    big_pk_auto, integer, integer_null, small_integer, string, string_null, text,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let grading_rule = Table::create()
            .table("grading_rule")
            .col(big_pk_auto("id"))
            .col(small_integer("level"))
            .col(string("applies"))
            .col(string_null("theme"))
            .col(text("text"))
            .col(text("basis"))
            .col(integer("since"))
            .col(integer_null("until"))
            .to_owned();
        manager.create_table(grading_rule).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("grading_rule").to_owned()).await
    }
}
