//! How it was proven who the people behind accounts are.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, date_null, string, string_null, text, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let proof = Table::create()
            .table("identity_proof")
            .col(big_pk_auto("id"))
            .col(big_integer("account_id"))
            // `accounts::proof_of`, and of an account one proof stands.
            .col(big_integer_null("standing_for").unique_key())
            .col(string("method"))
            .col(string_null("document"))
            .col(string_null("last_four"))
            // `accounts::proven_by`, and what proves one account proves no other.
            .col(string_null("hash").unique_key())
            .col(date_null("valid_until"))
            .col(timestamp_with_time_zone("proven_at"))
            .col(big_integer("proven_by"))
            .col(text("proven_by_name"))
            .col(timestamp_with_time_zone_null("ended_at"))
            .col(text_null("end_reason"))
            .foreign_key(
                ForeignKey::create().from("identity_proof", "account_id").to("account", "id"),
            )
            .to_owned();
        manager.create_table(proof).await?;
        // `accounts::proofs_of`
        let mut index = Index::create();
        index.name("identity_proof_account_id").table("identity_proof").col("account_id").col("id");
        manager.create_index(index.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("identity_proof").to_owned()).await
    }
}
