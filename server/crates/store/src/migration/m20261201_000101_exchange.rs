//! The registers of exchange: channels, return demands, upward requests, backflows.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, TableCreateStatement,
    async_trait,
};
use sea_orm_migration::schema::{big_pk_auto, integer, string, text, timestamp_with_time_zone};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const TABLE: &str = "exchange_record";

const INDEXES: &[(&str, &[&str])] = &[
    // `exchange::list`: the records of organizations and regions, and those that they answer.
    ("exchange_record_organization", &["register", "organization", "id"]),
    ("exchange_record_region", &["register", "region", "id"]),
    ("exchange_record_addressee", &["register", "addressee", "id"]),
    ("exchange_record_addressee_region", &["register", "addressee_region", "id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(exchange_record()).await?;
        for (name, columns) in INDEXES {
            let mut index = Index::create();
            index.name(*name).table(TABLE);
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index.to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(TABLE).to_owned()).await
    }
}

fn exchange_record() -> TableCreateStatement {
    Table::create()
        .table(TABLE)
        .col(big_pk_auto("id"))
        .col(string("register"))
        .col(string("organization"))
        .col(string("region"))
        .col(string("addressee"))
        .col(string("addressee_region"))
        .col(text("title"))
        .col(text("fields"))
        .col(string("dataset"))
        .col(integer("revision"))
        .col(timestamp_with_time_zone("changed_at"))
        .to_owned()
}
