//! Which experts were assigned to which cases (REV-07, ORG-10): the desk of an expert is found by it.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::big_integer;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("expert_assignment")
            .col(big_integer("case_id"))
            .col(big_integer("account_id"))
            .primary_key(Index::create().col("case_id").col("account_id"))
            .to_owned();
        manager.create_table(table).await?;
        let index = Index::create()
            .name("expert_assignment_account")
            .table("expert_assignment")
            .col("account_id")
            .col("case_id")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("expert_assignment").to_owned()).await
    }
}
