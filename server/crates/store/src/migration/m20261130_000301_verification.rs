//! What was verified under grants, day by day (DL-07).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::{big_integer, boolean, date};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("verification_day")
            .col(big_integer("case_id"))
            .col(date("day"))
            .col(big_integer("n_calls"))
            .col(big_integer("n_asked"))
            .col(big_integer("n_matched"))
            .col(big_integer("n_missed"))
            .col(big_integer("n_open"))
            .col(big_integer("minute"))
            .col(big_integer("n_in_minute"))
            .col(boolean("is_stopped"))
            // One row a grant and day, which `verifications::hold` holds.
            .primary_key(Index::create().col("case_id").col("day"))
            .foreign_key(
                ForeignKey::create().from("verification_day", "case_id").to("case_file", "id"),
            )
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("verification_day").to_owned()).await
    }
}
