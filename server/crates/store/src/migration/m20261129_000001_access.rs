//! Applications for conditional data, the documents that are signed, and the grants that come of them.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, boolean, date, string, string_null, text,
    text_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let of_case = |table: &str| {
            ForeignKey::create().from(table.to_owned(), "case_id").to("case_file", "id").to_owned()
        };
        let application = Table::create()
            .table("application")
            .col(big_integer("case_id").primary_key())
            .col(big_integer("account_id"))
            .col(string("dataset"))
            .col(text("document"))
            .col(text_null("submitted"))
            .col(big_integer("revision"))
            .col(timestamp_with_time_zone("updated_at"))
            .foreign_key(&mut of_case("application"))
            .to_owned();
        manager.create_table(application).await?;
        let document = Table::create()
            .table("agreement_document")
            .col(big_pk_auto("id"))
            .col(big_integer("case_id"))
            .col(string("kind"))
            .col(string("template"))
            .col(text("text"))
            .col(string("sha256"))
            .col(timestamp_with_time_zone("offered_at"))
            .col(big_integer_null("signer"))
            .col(string_null("signer_name"))
            .col(timestamp_with_time_zone_null("signed_at"))
            .col(big_integer_null("countersigner"))
            .col(string_null("countersigner_name"))
            .col(timestamp_with_time_zone_null("countersigned_at"))
            .foreign_key(&mut of_case("agreement_document"))
            .to_owned();
        manager.create_table(document).await?;
        let grant = Table::create()
            .table("access_grant")
            .col(big_integer("case_id").primary_key())
            .col(big_integer("account_id"))
            .col(string("dataset"))
            .col(text("items"))
            .col(string("mode"))
            .col(date("first_day"))
            .col(date("last_day"))
            .col(boolean("is_active"))
            .col(boolean("is_over"))
            .col(string("filing"))
            .col(timestamp_with_time_zone("updated_at"))
            .foreign_key(&mut of_case("access_grant"))
            .to_owned();
        manager.create_table(grant).await?;
        let indexes = [
            // `applications::of_account`: one's own, the newest first.
            ("application_account", "application", ["account_id", "case_id"]),
            // `applications::n_of_dataset` and what others were given.
            ("application_dataset", "application", ["dataset", "case_id"]),
            // `agreements::of_case`: the documents of a case.
            ("agreement_document_case", "agreement_document", ["case_id", "id"]),
            // `grants::in_force`: whoever asks for data, with each request.
            ("access_grant_account", "access_grant", ["account_id", "dataset"]),
            // `grants::ending`: what ends by its day.
            ("access_grant_last_day", "access_grant", ["is_over", "last_day"]),
        ];
        for (name, table, columns) in indexes {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(column);
            }
            manager.create_index(index.to_owned()).await?;
        }
        let taken = big_integer_null("grant_case");
        let add = Table::alter().table("retrieval_receipt").add_column(taken).to_owned();
        manager.alter_table(add).await?;
        let mut index = Index::create();
        // `receipts::search`: the copies that were taken under a grant.
        index
            .name("retrieval_receipt_grant")
            .table("retrieval_receipt")
            .col("grant_case")
            .col("id");
        manager.create_index(index.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index =
            Index::drop().name("retrieval_receipt_grant").table("retrieval_receipt").to_owned();
        manager.drop_index(index).await?;
        let drop = Table::alter().table("retrieval_receipt").drop_column("grant_case").to_owned();
        manager.alter_table(drop).await?;
        for table in ["access_grant", "agreement_document", "application"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
