//! The order of a desk as an index, so that a page of it is read and not sorted.

use sea_orm::ConnectionTrait;
use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, async_trait,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What filters a desk stands in the index, so that rows of others are not fetched.
        let create = "CREATE INDEX case_file_desk ON case_file \
                      (is_open, (due IS NULL), due, id, waits_for, organization, region, kind)";
        manager.get_connection().execute_unprepared(create).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("case_file_desk").table("case_file").to_owned()).await
    }
}
