//! Mails to accounts that wait to be sent, so that none is lost with a process.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, integer, string, timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let letters = Table::create()
            .table("account_letter")
            .col(big_pk_auto("id"))
            .col(big_integer("account_id"))
            .col(string("kind"))
            .col(string("lang"))
            .col(string("state"))
            .col(integer("n_attempts"))
            .col(timestamp_with_time_zone("after"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .to_owned();
        manager.create_table(letters).await?;
        let mut waiting = Index::create();
        // `accounts::take_letter`: what is due.
        waiting.name("account_letter_due").table("account_letter").col("state").col("id");
        manager.create_index(waiting.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("account_letter").to_owned()).await
    }
}
