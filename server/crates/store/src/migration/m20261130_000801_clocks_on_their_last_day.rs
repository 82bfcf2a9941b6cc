//! Whether somebody was told of a clock on its last day, besides the reminder before; the same, and the reminder, for
//! data that is to be renewed (SUP-02).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Expr, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{boolean, date_null};

/// Of which update the provider of a dataset was told: before its day, and on it.
const UPDATES: [&str; 2] = ["soon_told", "due_told"];

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = boolean("is_due_told").default(Expr::value(false)).to_owned();
        let add = Table::alter().table("case_clock").add_column(column).to_owned();
        manager.alter_table(add).await?;
        for name in UPDATES {
            let column = date_null(name).to_owned();
            let add = Table::alter().table("dataset").add_column(column).to_owned();
            manager.alter_table(add).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in UPDATES {
            let drop = Table::alter().table("dataset").drop_column(name).to_owned();
            manager.alter_table(drop).await?;
        }
        let drop = Table::alter().table("case_clock").drop_column("is_due_told").to_owned();
        manager.alter_table(drop).await
    }
}
