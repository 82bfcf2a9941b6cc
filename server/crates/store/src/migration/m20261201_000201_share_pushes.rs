//! Shared data that is sent on a schedule, and what came of each delivery.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, integer, integer_null, string, text, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let of_case = |table: &str| {
            ForeignKey::create().from(table.to_owned(), "case_id").to("case_file", "id").to_owned()
        };
        let push = Table::create()
            .table("share_push")
            .col(big_integer("case_id").primary_key())
            .col(text("url"))
            .col(string("cycle"))
            .col(string("secret"))
            .col(timestamp_with_time_zone("slot_at"))
            .col(timestamp_with_time_zone("due_at"))
            .col(integer("n_failures"))
            .col(integer_null("version"))
            .foreign_key(&mut of_case("share_push"))
            .to_owned();
        manager.create_table(push).await?;
        let sent = Table::create()
            .table("share_push_sent")
            .col(big_pk_auto("id"))
            .col(big_integer("case_id"))
            .col(timestamp_with_time_zone("slot_at"))
            .col(big_integer("resource_id"))
            .col(integer("table_number"))
            .col(text("title"))
            .col(integer("version"))
            .col(string("sha256"))
            .col(string("receipt"))
            .col(integer("n_attempts"))
            .col(integer_null("status"))
            .col(text_null("note"))
            .col(timestamp_with_time_zone("tried_at"))
            .col(timestamp_with_time_zone_null("delivered_at"))
            .foreign_key(&mut of_case("share_push_sent"))
            .to_owned();
        manager.create_table(sent).await?;
        for (name, table, column) in [
            // `share_pushes::take`: what is due.
            ("share_push_due", "share_push", "due_at"),
            // `share_pushes::sent_of`: what a page lists.
            ("share_push_sent_case", "share_push_sent", "case_id"),
        ] {
            let mut index = Index::create();
            manager.create_index(index.name(name).table(table).col(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("share_push_sent").to_owned()).await?;
        manager.drop_table(Table::drop().table("share_push").to_owned()).await
    }
}
