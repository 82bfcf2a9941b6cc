//! Organizations that an import found, apart from those that the portal was given: of the former
//! nothing is told where all they have is closed.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Expr, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::boolean;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = boolean("is_imported").default(Expr::value(false)).to_owned();
        let add = Table::alter().table("organization").add_column(column).to_owned();
        manager.alter_table(add).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter().table("organization").drop_column("is_imported").to_owned();
        manager.alter_table(drop).await
    }
}
