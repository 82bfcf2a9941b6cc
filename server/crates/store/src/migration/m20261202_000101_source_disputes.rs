//! Data of two providers that differs on the same item.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, TableCreateStatement,
    async_trait,
};
use sea_orm_migration::schema::{big_pk_auto, integer, string, text, timestamp_with_time_zone};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const TABLE: &str = "source_dispute";

const INDEXES: &[(&str, &[&str])] = &[
    // `sources::of_dataset`: what is said of an entry.
    ("source_dispute_one", &["one", "id"]),
    ("source_dispute_other", &["other", "id"]),
    // `sources::list`: those of organizations and regions.
    ("source_dispute_one_organization", &["one_organization", "id"]),
    ("source_dispute_other_organization", &["other_organization", "id"]),
    ("source_dispute_opener", &["opener", "id"]),
    ("source_dispute_region", &["region", "id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(source_dispute()).await?;
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

fn source_dispute() -> TableCreateStatement {
    Table::create()
        .table(TABLE)
        .col(big_pk_auto("id"))
        .col(string("one"))
        .col(string("other"))
        .col(string("one_organization"))
        .col(string("other_organization"))
        .col(string("opener"))
        .col(string("region"))
        .col(string("item"))
        .col(string("standing"))
        .col(text("fields"))
        .col(integer("revision"))
        .col(timestamp_with_time_zone("changed_at"))
        .to_owned()
}
