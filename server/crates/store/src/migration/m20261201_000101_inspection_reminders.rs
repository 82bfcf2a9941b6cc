//! Whether somebody was told before the last day to mend what an inspection found, and on it (SUP-02).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Expr, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::boolean;

const COLUMNS: [&str; 2] = ["is_reminded", "is_due_told"];

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in COLUMNS {
            let column = boolean(name).default(Expr::value(false)).to_owned();
            let add = Table::alter().table("inspection").add_column(column).to_owned();
            manager.alter_table(add).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in COLUMNS {
            let drop = Table::alter().table("inspection").drop_column(name).to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}
