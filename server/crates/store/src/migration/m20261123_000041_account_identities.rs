//! By which identities of another system the owners of accounts log in.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, string_uniq, text, timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let account_identity = Table::create()
            .table("account_identity")
            .col(big_pk_auto("id"))
            .col(big_integer("account_id"))
            .col(text("issuer"))
            // `accounts::find_by_identity`, and no identity is of two accounts.
            .col(string_uniq("hash"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(
                ForeignKey::create().from("account_identity", "account_id").to("account", "id"),
            )
            .to_owned();
        manager.create_table(account_identity).await?;
        // `accounts::identities_of`
        let index = Index::create()
            .name("account_identity_account_id")
            .table("account_identity")
            .col("account_id")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("account_identity").to_owned()).await
    }
}
