//! What persons decided about columns in which something was found, and what data items declare.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, string, string_null, text, text_null,
    timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [string_null("mask"), text_null("release_reason")] {
            let add = Table::alter().table("data_item").add_column(column).to_owned();
            manager.alter_table(add).await?;
        }
        let decision = Table::create()
            .table("release_decision")
            .col(big_pk_auto("id"))
            .col(big_integer("dataset_id"))
            .col(big_integer_null("resource_id"))
            .col(text_null("column_name"))
            .col(string("decision"))
            .col(text("kinds"))
            .col(text("reason"))
            .col(text("decided_by"))
            .col(timestamp_with_time_zone("decided_at"))
            .foreign_key(
                ForeignKey::create().from("release_decision", "dataset_id").to("dataset", "id"),
            )
            .to_owned();
        manager.create_table(decision).await?;
        // `decisions::of_dataset`.
        let index = Index::create()
            .name("release_decision_dataset_id")
            .table("release_decision")
            .col("dataset_id")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("release_decision").to_owned()).await?;
        for column in ["mask", "release_reason"] {
            let drop = Table::alter().table("data_item").drop_column(column).to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}
