//! Results of the use of granted data.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, boolean, date_null, string, string_null, text,
    timestamp_with_time_zone, timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("use_result")
            .col(big_pk_auto("id"))
            .col(big_integer("grant_case"))
            .col(big_integer("account_id"))
            .col(string("dataset"))
            .col(string("kind"))
            .col(string("title"))
            .col(text("summary"))
            .col(string("url"))
            .col(text("source"))
            .col(date_null("retrieved_on"))
            .col(string_null("receipt"))
            .col(string("holder"))
            .col(string("shown_as"))
            .col(boolean("is_public"))
            .col(boolean("on_dataset"))
            .col(timestamp_with_time_zone("registered_at"))
            .col(timestamp_with_time_zone_null("withdrawn_at"))
            .foreign_key(
                ForeignKey::create().from("use_result", "grant_case").to("case_file", "id"),
            )
            .to_owned();
        manager.create_table(table).await?;
        for (name, column) in [
            // `results::of_grant`: what came of a grant.
            ("use_result_grant", "grant_case"),
            // `results::of_account`: what somebody registered.
            ("use_result_account", "account_id"),
            // `results::public`: what there is of a dataset, and of one holder.
            ("use_result_dataset", "dataset"),
            ("use_result_holder", "holder"),
        ] {
            let mut index = Index::create();
            index.name(name).table("use_result").col(column).col("id");
            manager.create_index(index.to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("use_result").to_owned()).await
    }
}
