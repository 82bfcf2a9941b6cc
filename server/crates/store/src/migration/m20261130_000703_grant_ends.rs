//! Grants of whose end somebody was told (APP-12).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::big_integer;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut of_case = ForeignKey::create()
            .from("grant_end_notice", "case_id")
            .to("case_file", "id")
            .to_owned();
        let table = Table::create()
            .table("grant_end_notice")
            .col(big_integer("case_id").primary_key())
            .foreign_key(&mut of_case)
            .to_owned();
        manager.create_table(table).await?;
        let mut index = Index::create();
        // `grants::ending_untold`: which grants end soon.
        index.name("access_grant_end").table("access_grant").col("is_over").col("last_day");
        manager.create_index(index.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop().name("access_grant_end").table("access_grant").to_owned();
        manager.drop_index(index).await?;
        manager.drop_table(Table::drop().table("grant_end_notice").to_owned()).await
    }
}
