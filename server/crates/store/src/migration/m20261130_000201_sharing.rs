//! Requests for data of another agency, the accounts that use it, and who took what for which agency.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, string, string_null, text, timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let of_case = |table: &str| {
            ForeignKey::create().from(table.to_owned(), "case_id").to("case_file", "id").to_owned()
        };
        let request = Table::create()
            .table("share_request")
            .col(big_integer("case_id").primary_key())
            .col(string("dataset"))
            .col(string("organization"))
            .col(text("document"))
            .col(text("contact"))
            .col(timestamp_with_time_zone("updated_at"))
            .foreign_key(&mut of_case("share_request"))
            .to_owned();
        manager.create_table(request).await?;
        let account = Table::create()
            .table("share_account")
            .col(big_integer("case_id"))
            .col(big_integer("account_id"))
            .col(timestamp_with_time_zone("chosen_at"))
            .primary_key(Index::create().col("case_id").col("account_id"))
            .foreign_key(&mut of_case("share_account"))
            .to_owned();
        manager.create_table(account).await?;
        for (name, table, columns) in [
            // `shares::of_organization`: what an agency asked for, the newest first.
            ("share_request_organization", "share_request", ["organization", "case_id"]),
            // `shares::of_dataset`: what was asked of an entry.
            ("share_request_dataset", "share_request", ["dataset", "case_id"]),
            // `grants::shared`: with each request for data.
            ("share_account_account", "share_account", ["account_id", "chosen_at"]),
        ] {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(column);
            }
            manager.create_index(index.to_owned()).await?;
        }
        for (table, column) in [
            ("access_grant", string_null("holder")),
            ("retrieval_receipt", big_integer_null("account_id")),
            ("retrieval_receipt", string_null("organization")),
        ] {
            let add = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(add).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [
            ("retrieval_receipt", "organization"),
            ("retrieval_receipt", "account_id"),
            ("access_grant", "holder"),
        ] {
            let drop = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(drop).await?;
        }
        for table in ["share_account", "share_request"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
