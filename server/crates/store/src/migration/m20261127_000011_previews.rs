//! Links by which a draft is seen before it is public.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, string, timestamp_with_time_zone, timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("preview_link")
            .col(big_pk_auto("id"))
            .col(big_integer("case_id"))
            // `previews::find`: by what is kept of the token.
            .col(string("token_hash").unique_key())
            .col(big_integer("account_id"))
            .col(string("organization"))
            .col(string("made_by"))
            .col(timestamp_with_time_zone("made_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("revoked_at"))
            .col(timestamp_with_time_zone_null("last_opened_at"))
            .foreign_key(ForeignKey::create().from("preview_link", "case_id").to("case_file", "id"))
            .to_owned();
        manager.create_table(table).await?;
        let mut index = Index::create();
        // `previews::of_case`: the links of a draft.
        index.name("preview_link_case").table("preview_link").col("case_id").col("id");
        manager.create_index(index.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("preview_link").to_owned()).await
    }
}
