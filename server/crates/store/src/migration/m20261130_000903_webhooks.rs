//! Addresses that are called when something happens to applications and grants, and what each is told.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, ForeignKeyAction, Index, MigrationTrait, SchemaManager,
    Table, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, integer, integer_null, string, string_null, text, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let webhook = Table::create()
            .table("webhook")
            .col(big_pk_auto("id"))
            .col(big_integer("account_id"))
            .col(string_null("organization"))
            .col(text("url"))
            .col(string("events"))
            .col(string("secret"))
            .col(string("state"))
            .col(big_integer("after_seq"))
            .col(integer("n_failures"))
            .col(timestamp_with_time_zone("try_after"))
            .col(timestamp_with_time_zone_null("lease_until"))
            .col(string("made_by"))
            .col(timestamp_with_time_zone("made_at"))
            .to_owned();
        manager.create_table(webhook).await?;
        let delivery = Table::create()
            .table("webhook_delivery")
            .col(big_pk_auto("id"))
            .col(big_integer("webhook_id"))
            .col(big_integer("seq"))
            .col(string("event"))
            .col(text("body"))
            .col(integer("n_attempts"))
            .col(integer_null("status"))
            .col(text_null("note"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("tried_at"))
            .col(timestamp_with_time_zone_null("delivered_at"))
            .foreign_key(
                ForeignKey::create()
                    .from("webhook_delivery", "webhook_id")
                    .to("webhook", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        manager.create_table(delivery).await?;
        let mut index = Index::create();
        // `webhooks::next`: each event is told once, in the order of the log.
        index.name("webhook_delivery_place").table("webhook_delivery").unique();
        manager.create_index(index.col("webhook_id").col("seq").to_owned()).await?;
        for (name, column) in [
            // `webhooks::take`: which of them is looked at.
            ("webhook_due", "try_after"),
            // `webhooks::of_account`.
            ("webhook_account", "account_id"),
        ] {
            let mut index = Index::create();
            manager.create_index(index.name(name).table("webhook").col(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("webhook_delivery").to_owned()).await?;
        manager.drop_table(Table::drop().table("webhook").to_owned()).await
    }
}
