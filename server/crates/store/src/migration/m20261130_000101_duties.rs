//! Duties under grants, and when a grant is looked at for its next report.

use sea_orm::ConnectionTrait;
use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::{big_integer, date_null, text_null};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let of_case = |column: &str| {
            ForeignKey::create()
                .from("duty".to_owned(), column.to_owned())
                .to("case_file", "id")
                .to_owned()
        };
        let duty = Table::create()
            .table("duty")
            .col(big_integer("case_id").primary_key())
            .col(big_integer("grant_case"))
            .col(big_integer("account_id"))
            .col(text_null("document"))
            .foreign_key(&mut of_case("case_id"))
            .foreign_key(&mut of_case("grant_case"))
            .to_owned();
        manager.create_table(duty).await?;
        for (name, column) in [
            // `duties::of_grant`: what was reported under a grant.
            ("duty_grant", "grant_case"),
            // `duties::of_account`: what somebody has to do.
            ("duty_account", "account_id"),
        ] {
            let mut index = Index::create();
            index.name(name).table("duty").col(column).col("case_id");
            manager.create_index(index.to_owned()).await?;
        }
        for column in ["reported_until", "next_report"] {
            let add = Table::alter().table("access_grant").add_column(date_null(column)).to_owned();
            manager.alter_table(add).await?;
        }
        // Grants that are there are looked at in the next round.
        let looked_at = "UPDATE access_grant SET next_report = first_day";
        manager.get_connection().execute_unprepared(looked_at).await?;
        let mut index = Index::create();
        // `grants::to_report`: whose report is due.
        index.name("access_grant_next_report").table("access_grant").col("next_report");
        manager.create_index(index.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop().name("access_grant_next_report").table("access_grant").to_owned();
        manager.drop_index(index).await?;
        for column in ["next_report", "reported_until"] {
            let drop = Table::alter().table("access_grant").drop_column(column).to_owned();
            manager.alter_table(drop).await?;
        }
        manager.drop_table(Table::drop().table("duty").to_owned()).await
    }
}
